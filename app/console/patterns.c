/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns, a group of a key file each; every value is checked as if a stranger had written it. */
#include "app/console/patterns.h"

#include <glib/gi18n.h>
#include <string.h>

#define PATTERNS_MAX 64u

static const char *const pattern_uses[] = {"off", "highlight", "only", "hide"};

const char *lathe_pattern_use_word(enum lathe_pattern_use use)
{
    return pattern_uses[use];
}

GRegex *lathe_pattern_compile(const char *text, bool is_regex, bool with_case, GError **error)
{
    g_autofree char *escaped = is_regex ? NULL : g_regex_escape_string(text, -1);
    GRegexCompileFlags flags = G_REGEX_OPTIMIZE | (with_case ? 0 : G_REGEX_CASELESS);

    return g_regex_new(escaped != NULL ? escaped : text, flags, 0, error);
}

struct lathe_pattern *lathe_pattern_new(const char *name, const char *text, const char *color,
                                        enum lathe_pattern_use use, GError **error)
{
    GRegex *regex = lathe_pattern_compile(text, true, false, error);
    struct lathe_pattern *pattern;

    if (regex == NULL)
        return NULL;
    pattern = g_new0(struct lathe_pattern, 1);
    *pattern = (struct lathe_pattern){g_strdup(name), g_strdup(text), g_strdup(color), use, regex};
    return pattern;
}

void lathe_pattern_free(struct lathe_pattern *pattern)
{
    g_free(pattern->name);
    g_free(pattern->text);
    g_free(pattern->color);
    g_clear_pointer(&pattern->regex, g_regex_unref);
    g_free(pattern);
}

bool lathe_patterns_show(GPtrArray *patterns, const char *line)
{
    bool only = false, matched = false;

    for (guint i = 0; i < patterns->len; i++) {
        const struct lathe_pattern *pattern = patterns->pdata[i];
        if (pattern->use == LATHE_PATTERN_HIDE && g_regex_match(pattern->regex, line, 0, NULL))
            return false;
        if (pattern->use != LATHE_PATTERN_ONLY)
            continue;
        only = true;
        matched = matched || g_regex_match(pattern->regex, line, 0, NULL);
    }
    return !only || matched;
}

/* ---- the file ---- */

static char *patterns_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "lathe", "console.ini", NULL);
}

static GPtrArray *patterns_first(void)
{
    GPtrArray *patterns = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_pattern_free);

    g_ptr_array_add(
        patterns, lathe_pattern_new(_("Errors"),
                                    "\\b(error|errors|fail|failed|failure|fatal|panic|bug|oops)\\b",
                                    "#e0483e", LATHE_PATTERN_HIGHLIGHT, NULL));
    g_ptr_array_add(patterns, lathe_pattern_new(_("Warnings"), "\\b(warning|warn|deprecated)\\b",
                                                "#d8a136", LATHE_PATTERN_HIGHLIGHT, NULL));
    return patterns;
}

static enum lathe_pattern_use patterns_read_use(const char *word)
{
    for (guint i = 0; word != NULL && i < G_N_ELEMENTS(pattern_uses); i++) {
        if (strcmp(word, pattern_uses[i]) == 0)
            return (enum lathe_pattern_use)i;
    }
    return LATHE_PATTERN_HIGHLIGHT;
}

static struct lathe_pattern *patterns_read(GKeyFile *file, const char *group)
{
    g_autofree char *name = g_key_file_get_string(file, group, "name", NULL);
    g_autofree char *text = g_key_file_get_string(file, group, "pattern", NULL);
    g_autofree char *color = g_key_file_get_string(file, group, "color", NULL);
    g_autofree char *use = g_key_file_get_string(file, group, "use", NULL);

    if (name == NULL || text == NULL || *text == '\0' || strlen(text) > 4096)
        return NULL;
    return lathe_pattern_new(name, text, color != NULL ? color : "#d8a136", patterns_read_use(use),
                             NULL);
}

GPtrArray *lathe_patterns_load(void)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = patterns_path();

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return patterns_first();
    GPtrArray *patterns = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_pattern_free);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (guint i = 0; groups[i] != NULL && patterns->len < PATTERNS_MAX; i++) {
        struct lathe_pattern *pattern = patterns_read(file, groups[i]);
        if (pattern != NULL)
            g_ptr_array_add(patterns, pattern);
    }
    return patterns;
}

bool lathe_patterns_save(GPtrArray *patterns, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = patterns_path();
    g_autofree char *folder = g_path_get_dirname(path);

    g_key_file_set_comment(file, NULL, NULL, " patterns of the serial console viewer", NULL);
    for (guint i = 0; i < patterns->len; i++) {
        const struct lathe_pattern *pattern = patterns->pdata[i];
        g_autofree char *group = g_strdup_printf("pattern %u", i + 1);
        g_key_file_set_string(file, group, "name", pattern->name);
        g_key_file_set_string(file, group, "pattern", pattern->text);
        g_key_file_set_string(file, group, "color", pattern->color);
        g_key_file_set_string(file, group, "use", pattern_uses[pattern->use]);
    }
    g_mkdir_with_parents(folder, 0700);
    return g_key_file_save_to_file(file, path, error);
}
