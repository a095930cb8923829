/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of settings that a definition keeps for later versions (app/plan/parts.h). */
#include <string.h>

#include "app/plan/error.h"
#include "app/settings/values.h"

/* Adds a line; takes it. NULL: none. */
static void parts_add_line(GString *text, char *line)
{
    if (line != NULL)
        g_string_append_printf(text, "%s%s", text->len != 0 ? "\n" : "", line);
    g_free(line);
}

char *lathe_get_numa(const struct lathe_definition *definition)
{
    const GArray *cells = definition->parts->cells;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < cells->len; i++)
        parts_add_line(text, lathe_cell_text(&g_array_index(cells, struct lathe_cell, i)));
    return g_string_free(text, FALSE);
}

bool lathe_put_numa(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_parts_add_cell(definition->parts, text, error);
}

/* The first card; others that a document has stay behind it. */
char *lathe_get_sound(const struct lathe_definition *definition)
{
    const GArray *sounds = definition->parts->sounds;
    const char *model =
        sounds->len != 0 ? g_array_index(sounds, struct lathe_sound, 0).model : NULL;

    return g_strdup(model != NULL ? model : "none");
}

bool lathe_put_sound(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_parts_put_sound(definition->parts, text, error);
}

char *lathe_get_sound_output(const struct lathe_definition *definition)
{
    return g_strdup(definition->parts->audio != NULL ? definition->parts->audio : "auto");
}

bool lathe_put_sound_output(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_audio_parse(text, &definition->parts->audio, error);
}

char *lathe_get_microphone(const struct lathe_definition *definition)
{
    return g_strdup(definition->parts->microphone ? "yes" : "no");
}

bool lathe_put_microphone(struct lathe_definition *definition, const char *text, GError **error)
{
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return lathe_error_input(error, "a microphone is 'yes' or 'no', not '%s'", text);
    definition->parts->microphone = strcmp(text, "yes") == 0;
    return true;
}

char *lathe_get_hostdev(const struct lathe_definition *definition)
{
    const GArray *hostdevs = definition->parts->hostdevs;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < hostdevs->len; i++)
        parts_add_line(text, lathe_hostdev_text(&g_array_index(hostdevs, struct lathe_hostdev, i)));
    return g_string_free(text, FALSE);
}

bool lathe_put_hostdev(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_parts_add_hostdev(definition->parts, text, error);
}

char *lathe_get_share(const struct lathe_definition *definition)
{
    const GArray *shares = definition->parts->shares;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < shares->len; i++)
        parts_add_line(text, lathe_share_text(&g_array_index(shares, struct lathe_share, i)));
    return g_string_free(text, FALSE);
}

bool lathe_put_share(struct lathe_definition *definition, const char *text, GError **error)
{
    return lathe_parts_add_share(definition->parts, text, error);
}
