/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms and menus that change one setting. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/actions/actions.h"
#include "ui/tui/choice.h"
#include "ui/tui/form.h"
#include "ui/tui/settings-private.h"

#define VALUES_MORE 2 /* empty lines below those that there are */

struct value {
    struct settings *settings;
    const struct lathe_setting *setting;
    struct lathe_setting_choice *choices; /* of a CHOICE */
    int lines;                            /* fields of the form */
};

static struct value *value_new(struct settings *settings, const struct lathe_setting *setting)
{
    struct value *value = g_new0(struct value, 1);

    value->settings = settings;
    value->setting = setting;
    return value;
}

static void value_free(gpointer data)
{
    struct value *value = data;

    g_free(value->choices);
    g_free(value);
}

/* ---- texts ---- */

/* One line, or those of the form that are not empty. */
static bool value_written(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct value *value = opaque;
    GString *text = g_string_new(NULL);

    for (int i = 0; i < value->lines; i++) {
        const char *line = tui_form_get(form, i);
        if (*line == '\0')
            continue;
        g_string_append_printf(text, "%s%s", text->len != 0 ? "\n" : "", line);
    }
    g_autofree char *whole = g_string_free(text, FALSE);
    return tui_settings_set(value->settings, value->setting, whole, error);
}

static void value_add_lines(struct value *value, struct tui_form *form, const char *text,
                            const char *label)
{
    const struct lathe_setting *setting = value->setting;
    bool many = setting->kind == LATHE_SETTING_LIST || (setting->flags & LATHE_SETTING_LONG) != 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int count = many ? (int)g_strv_length(lines) + VALUES_MORE : 1;
    enum tui_field_kind kind =
        setting->kind == LATHE_SETTING_FILE ? TUI_FIELD_FILE : TUI_FIELD_TEXT;

    for (value->lines = 0; value->lines < count; value->lines++) {
        bool first = value->lines == 0, there = value->lines < (int)g_strv_length(lines);
        tui_form_add(form, kind, first ? label : "", _(setting->help),
                     there ? lines[value->lines] : "");
    }
}

/* What an order may name stands in the help, as nothing else says it. */
static void value_tell_words(struct tui_form *form, const struct lathe_setting *setting)
{
    g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(setting);
    GString *text = g_string_new(_(setting->help));

    for (int i = 0; choices[i].word != NULL; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? " " : ", ", choices[i].word);
    tui_form_say(form, text->str);
    g_string_free(text, TRUE);
}

static void value_write(struct settings *settings, const struct lathe_setting *setting)
{
    g_autofree char *label = lathe_action_plain_label(_(setting->label));
    g_autofree char *text = lathe_edit_get(settings->edit, setting);
    struct value *value = value_new(settings, setting);
    struct tui_form *form = tui_form_new(label, _("Accept"), value_written, value, value_free);

    value_add_lines(value, form, text, label);
    if (setting->kind == LATHE_SETTING_ORDER)
        value_tell_words(form, setting);
    tui_push(settings->view.tui, tui_form_view(form));
}

/* ---- choices ---- */

static void value_chosen(struct tui *tui, int chosen, void *opaque)
{
    struct value *value = opaque;
    g_autoptr(GError) error = NULL;

    if (chosen < 0)
        return;
    if (value->choices[chosen].word == NULL) /* the row behind the words: something else */
        value_write(value->settings, value->setting);
    else if (!tui_settings_set(value->settings, value->setting, value->choices[chosen].word,
                               &error))
        tui_say(tui, TUI_BAD, "%s", error->message);
}

static void value_choose(struct settings *settings, const struct lathe_setting *setting)
{
    g_autofree char *label = lathe_action_plain_label(_(setting->label));
    g_autofree char *now = lathe_edit_get(settings->edit, setting);
    struct value *value = value_new(settings, setting);
    struct tui_choice *choice = tui_choice_new(label, "", value_chosen, value, value_free);

    value->choices = lathe_setting_choices(setting);
    for (int i = 0; value->choices[i].word != NULL; i++) {
        const struct lathe_setting_choice *row = &value->choices[i];
        tui_choice_add(choice, 0, NULL, row->label != NULL ? _(row->label) : row->word);
        if (strcmp(row->word, now) == 0)
            tui_choice_select(choice, i);
    }
    if ((setting->flags & LATHE_SETTING_OPEN) != 0)
        tui_choice_add(choice, 0, NULL, _("Something else…"));
    tui_push(settings->view.tui, tui_choice_view(choice));
}

void tui_settings_edit_value(struct settings *settings, const struct lathe_setting *setting)
{
    if (setting->kind == LATHE_SETTING_CHOICE)
        value_choose(settings, setting);
    else
        value_write(settings, setting);
}
