/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SBAT: lines of "component,generation,...". */
#include "wizards/firmware/sbat.h"

#define SBAT_LINES 1024

/* Up to the first NUL. g_strfreev. */
static char **sbat_lines(struct lathe_bytes data)
{
    g_autofree char *text = g_strndup(data.size != 0 ? (const char *)data.data : "", data.size);

    return g_strsplit(text, "\n", SBAT_LINES);
}

/* The line's generation, if it is this component's; 0: it is not, or is no number. */
static guint64 sbat_generation(const char *line, const char *component, size_t length)
{
    if (strncmp(line, component, length) != 0 || line[length] != ',' ||
        !g_ascii_isdigit(line[length + 1]))
        return 0;
    return g_ascii_strtoull(line + length + 1, NULL, 10);
}

/* The lowest that the image says of a component; 0: it has none of that name. */
static guint64 sbat_lowest(char *const *lines, const char *component, size_t length)
{
    guint64 lowest = 0;

    for (size_t i = 0; lines[i] != NULL; i++) {
        guint64 generation = sbat_generation(lines[i], component, length);
        if (generation != 0 && (lowest == 0 || generation < lowest))
            lowest = generation;
    }
    return lowest;
}

char *lathe_sbat_refusal(struct lathe_bytes section, struct lathe_bytes level)
{
    g_auto(GStrv) lines = sbat_lines(section);
    g_auto(GStrv) wanted = sbat_lines(level);

    if (lines[0] == NULL || *lines[0] == '\0')
        return g_strdup("it has no SBAT entries");
    for (size_t i = 0; wanted[i] != NULL; i++) {
        size_t length = strcspn(wanted[i], ",");
        guint64 least = sbat_generation(wanted[i], wanted[i], length);
        guint64 has = sbat_lowest(lines, wanted[i], length);
        if (has == 0 || has >= least)
            continue;
        g_autofree char *name = lathe_text_clean(wanted[i], length);
        return g_strdup_printf("SbatLevel wants %s %" G_GUINT64_FORMAT
                               ", and it has %" G_GUINT64_FORMAT,
                               name, least, has);
    }
    return NULL;
}
