/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of settings, and what is the same for all of them (settings.h). */
#include "app/settings/settings.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/config/write.h"
#include "app/plan/error.h"
#include "app/settings/values.h"
#include "emulator/api/host.h"
#include "emulator/api/machine.h"

#define LATHE_AREA_NONE 0 /* of "group", which the library keeps beside the definition */

static const struct lathe_setting settings_rows[] = {
#define PAGE(id, label)
#define CHOICE(name, word, label)
#define SETTING(id, name, page, group, label, help, kind, flags, area)                             \
    {name,           page,                                                                         \
     group,          label,                                                                        \
     help,           LATHE_SETTING_##kind,                                                         \
     flags,          LATHE_AREA_##area,                                                            \
     lathe_get_##id, lathe_put_##id},
#include "app/settings/settings.inc"
#undef SETTING
#undef PAGE
    {0},
};

static const struct lathe_setting_page settings_pages[] = {
#define PAGE(id, label) {id, label},
#define SETTING(id, name, page, group, label, help, kind, flags, area)
#include "app/settings/settings.inc"
#undef PAGE
#undef CHOICE
    {0},
};

static const struct {
    const char *name;
    struct lathe_setting_choice choice;
} settings_choices[] = {
#define PAGE(id, label)
#define CHOICE(name, word, label) {name, {word, label}},
#include "app/settings/settings.inc"
#undef PAGE
#undef CHOICE
#undef SETTING
};

const struct lathe_setting *lathe_settings(void)
{
    return settings_rows;
}

const struct lathe_setting_page *lathe_setting_pages(void)
{
    return settings_pages;
}

const struct lathe_setting *lathe_setting_find(const char *name)
{
    for (const struct lathe_setting *row = settings_rows; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

/* What the emulator offers has no words but its own. */
static void settings_add_words(GArray *choices, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        struct lathe_setting_choice choice = {words[i], NULL};
        g_array_append_val(choices, choice);
    }
}

struct lathe_setting_choice *lathe_setting_choices(const struct lathe_setting *setting)
{
    GArray *choices = g_array_new(TRUE, TRUE, sizeof(struct lathe_setting_choice));

    for (size_t i = 0; i < G_N_ELEMENTS(settings_choices); i++) {
        if (strcmp(settings_choices[i].name, setting->name) == 0)
            g_array_append_val(choices, settings_choices[i].choice);
    }
    if (strcmp(setting->name, "cpu-model") == 0)
        settings_add_words(choices, emu_cpu_models());
    if (strcmp(setting->name, "machine") == 0)
        settings_add_words(choices, emu_boards());
    return (struct lathe_setting_choice *)g_array_free(choices, FALSE);
}

unsigned lathe_setting_most(const struct lathe_setting *setting)
{
    return strcmp(setting->name, "cpus") == 0 ? EMU_MAX_VCPUS : G_MAXINT;
}

static bool settings_set_list(const struct lathe_setting *setting,
                              struct lathe_definition *definition, const char *text, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        if (*lines[i] != '\0' && !setting->set(definition, lines[i], error))
            return false;
    }
    return true;
}

bool lathe_setting_set(const struct lathe_setting *setting, struct lathe_definition *definition,
                       const char *text, GError **error)
{
    lathe_values_clear(setting, definition);
    if (setting->kind == LATHE_SETTING_LIST)
        return settings_set_list(setting, definition, text, error);
    return setting->set(definition, text, error);
}

char *lathe_setting_sentence(const char *message)
{
    static GRegex *place; /* "--net ", "--gpu: ", "/path/machine.xml:12: " */
    g_autofree char *rest = NULL;
    char *advice;

    if (g_once_init_enter(&place))
        g_once_init_leave(
            &place, g_regex_new("^(--[a-z0-9-]+:? (has |[a-z]+=)?|[^\\n]*?:[0-9]+: )", 0, 0, NULL));
    rest = g_regex_replace_literal(place, message, -1, 0, "", G_REGEX_MATCH_ANCHORED, NULL);
    if (rest == NULL || *rest == '\0')
        return g_strdup(message);
    advice = strstr(rest, "; --"); /* which option would do */
    if (advice != NULL)
        *advice = '\0';
    gunichar first = g_unichar_toupper(g_utf8_get_char(rest));
    GString *sentence = g_string_new(NULL);
    g_string_append_unichar(sentence, first);
    g_string_append(sentence, g_utf8_next_char(rest));
    if (strchr(".!?:", sentence->str[sentence->len - 1]) == NULL)
        g_string_append_c(sentence, '.');
    return g_string_free(sentence, FALSE);
}
