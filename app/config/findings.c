/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a check found, as text: the same thing at many lines is said once. */
#include <string.h>

#include "app/config/findings.h"
#include "app/config/tree.h"

#define FINDINGS_LINES 6 /* that are named for one text */

/* Is it the first of its kind with this text? */
static bool finding_is_first(const GArray *findings, unsigned index)
{
    const struct lathe_finding *wanted = &g_array_index(findings, struct lathe_finding, index);

    for (unsigned i = 0; i < index; i++) {
        const struct lathe_finding *other = &g_array_index(findings, struct lathe_finding, i);
        if (other->kind == wanted->kind && strcmp(other->text, wanted->text) == 0)
            return false;
    }
    return true;
}

/* The lines of a finding and of those after it that say the same: "12,15". */
static char *finding_lines(const GArray *findings, unsigned index)
{
    const struct lathe_finding *wanted = &g_array_index(findings, struct lathe_finding, index);
    GString *lines = g_string_new(NULL);
    unsigned count = 0;
    long last = -1;

    for (unsigned i = index; i < findings->len; i++) {
        const struct lathe_finding *other = &g_array_index(findings, struct lathe_finding, i);
        if (other->kind != wanted->kind || strcmp(other->text, wanted->text) != 0 ||
            other->line == last)
            continue;
        last = other->line;
        if (count++ < FINDINGS_LINES)
            g_string_append_printf(lines, "%s%ld", count > 1 ? "," : "", last);
    }
    g_string_append(lines, count > FINDINGS_LINES ? ",..." : "");
    return g_string_free(lines, FALSE);
}

void lathe_findings_each(const GArray *findings, enum lathe_finding_kind kind,
                         lathe_finding_fn *take, void *opaque)
{
    for (unsigned i = 0; i < findings->len; i++) {
        const struct lathe_finding *finding = &g_array_index(findings, struct lathe_finding, i);
        if (finding->kind != kind || !finding_is_first(findings, i))
            continue;
        g_autofree char *lines = finding_lines(findings, i);
        take(opaque, lines, finding->text);
    }
}

struct findings_text {
    const char *name;
    GString *out;
};

static void findings_add_line(void *opaque, const char *lines, const char *text)
{
    struct findings_text *all = opaque;

    g_string_append_printf(all->out, "%s%s:%s: %s", all->out->len != 0 ? "\n" : "", all->name,
                           lines, text);
}

char *lathe_findings_format(const struct lathe_config *config, const GArray *findings,
                            enum lathe_finding_kind kind)
{
    struct findings_text all = {lathe_config_get_name(config), g_string_new(NULL)};

    lathe_findings_each(findings, kind, findings_add_line, &all);
    return g_string_free(all.out, all.out->len == 0);
}
