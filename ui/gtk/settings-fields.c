/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the table of settings as fields, by their kinds. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

#define FIELDS_LINES 5 /* of a long text */

static char *fields_get(const struct settings_part *part)
{
    return lathe_edit_get(part->settings->edit, part->setting);
}

/* ---- switches ---- */

static void fields_on_switched(GtkToggleButton *button, struct settings_part *part)
{
    lathe_settings_put(part, gtk_toggle_button_get_active(button) ? "yes" : "no");
}

static void fields_fill_bool(struct settings_part *part)
{
    g_autofree char *value = fields_get(part);

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(part->widget), strcmp(value, "yes") == 0);
}

/* ---- numbers ---- */

static void fields_on_number(GtkEditable *editable, struct settings_part *part)
{
    lathe_settings_put(part, gtk_entry_get_text(GTK_ENTRY(editable)));
}

static void fields_fill_number(struct settings_part *part)
{
    g_autofree char *value = fields_get(part);

    gtk_spin_button_set_value(GTK_SPIN_BUTTON(part->widget), g_ascii_strtod(value, NULL));
}

/* ---- choices ---- */

static void fields_on_chosen(GtkComboBox *combo, struct settings_part *part)
{
    const char *word = gtk_combo_box_get_active_id(combo);
    GtkWidget *entry = gtk_bin_get_child(GTK_BIN(combo));

    if (word == NULL && GTK_IS_ENTRY(entry))
        word = gtk_entry_get_text(GTK_ENTRY(entry));
    if (word != NULL)
        lathe_settings_put(part, word);
}

/* A value that is none of the words, as a file's name, is one more choice. */
static void fields_fill_choice(struct settings_part *part)
{
    g_autofree char *value = fields_get(part);
    GtkComboBox *combo = GTK_COMBO_BOX(part->widget);
    GtkWidget *entry = gtk_bin_get_child(GTK_BIN(combo));

    if (gtk_combo_box_set_active_id(combo, value))
        return;
    if (GTK_IS_ENTRY(entry)) {
        gtk_combo_box_set_active(combo, -1);
        gtk_entry_set_text(GTK_ENTRY(entry), value);
        return;
    }
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), value, value);
    gtk_combo_box_set_active_id(combo, value);
}

static GtkWidget *fields_new_choice(const struct lathe_setting *setting)
{
    gboolean open = (setting->flags & LATHE_SETTING_OPEN) != 0;
    GtkWidget *combo = open ? gtk_combo_box_text_new_with_entry() : gtk_combo_box_text_new();
    g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(setting);

    for (guint i = 0; choices[i].word != NULL; i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), choices[i].word,
                                  open || choices[i].label == NULL ? choices[i].word
                                                                   : _(choices[i].label));
    lathe_field_may_shrink(GTK_COMBO_BOX(combo));
    return combo;
}

/* ---- texts ---- */

static void fields_on_text(GtkEditable *editable, struct settings_part *part)
{
    lathe_settings_put(part, gtk_entry_get_text(GTK_ENTRY(editable)));
}

/* What is typed may be another way to write it ("2048M"): it is left as it is until it is left. */
static void fields_fill_text(struct settings_part *part)
{
    g_autofree char *value = fields_get(part);

    if (strcmp(gtk_entry_get_text(GTK_ENTRY(part->widget)), value) != 0)
        gtk_entry_set_text(GTK_ENTRY(part->widget), value);
}

static gboolean fields_on_left(GtkWidget *entry, GdkEvent *event, struct settings_part *part)
{
    gboolean before = part->settings->filling;

    part->settings->filling = TRUE;
    if (!part->wrong)
        fields_fill_text(part);
    part->settings->filling = before;
    return FALSE;
}

static void fields_on_long_text(GtkTextBuffer *buffer, struct settings_part *part)
{
    GtkTextIter first, last;

    gtk_text_buffer_get_bounds(buffer, &first, &last);
    g_autofree char *text = gtk_text_buffer_get_text(buffer, &first, &last, FALSE);
    lathe_settings_put(part, text);
}

static void fields_fill_long_text(struct settings_part *part)
{
    g_autofree char *value = fields_get(part);

    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(part->widget)), value, -1);
}

/* Tab leads on: there is nothing to indent. */
static GtkWidget *fields_new_long_text(GtkWidget **text)
{
    GtkWidget *frame = gtk_scrolled_window_new(NULL, NULL);

    *text = gtk_text_view_new();
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(*text), FALSE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(*text), GTK_WRAP_WORD_CHAR);
    gtk_style_context_add_class(gtk_widget_get_style_context(*text), "lathe-text");
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(frame), GTK_SHADOW_IN);
    gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(frame), 22 * FIELDS_LINES);
    gtk_container_add(GTK_CONTAINER(frame), *text);
    g_object_set_data(G_OBJECT(frame), "target", *text);
    return frame;
}

/* ---- a page's fields ---- */

/* The widget that goes into the form; *target is what is filled. */
static GtkWidget *fields_new_widget(const struct lathe_setting *setting, GtkWidget **target)
{
    switch (setting->kind) {
    case LATHE_SETTING_NUMBER:
        return *target = gtk_spin_button_new_with_range(1, lathe_setting_most(setting), 1);
    case LATHE_SETTING_CHOICE:
        return *target = fields_new_choice(setting);
    case LATHE_SETTING_FILE:
        return lathe_field_new_file(_("Choose a File"), target);
    case LATHE_SETTING_BOOL: {
        g_autofree char *label = g_strdup(_(setting->label));
        return *target = gtk_check_button_new_with_mnemonic(label);
    }
    default:
        if ((setting->flags & LATHE_SETTING_LONG) != 0)
            return fields_new_long_text(target);
        return *target = gtk_entry_new();
    }
}

static void fields_connect(struct settings_part *part)
{
    GtkWidget *widget = part->widget;

    if (GTK_IS_CHECK_BUTTON(widget)) {
        part->fill = fields_fill_bool;
        g_signal_connect(widget, "toggled", G_CALLBACK(fields_on_switched), part);
    } else if (GTK_IS_SPIN_BUTTON(widget)) {
        part->fill = fields_fill_number;
        g_signal_connect(widget, "changed", G_CALLBACK(fields_on_number), part);
    } else if (GTK_IS_COMBO_BOX(widget)) {
        part->fill = fields_fill_choice;
        g_signal_connect(widget, "changed", G_CALLBACK(fields_on_chosen), part);
    } else if (GTK_IS_TEXT_VIEW(widget)) {
        part->fill = fields_fill_long_text;
        g_signal_connect(gtk_text_view_get_buffer(GTK_TEXT_VIEW(widget)), "changed",
                         G_CALLBACK(fields_on_long_text), part);
    } else {
        part->fill = fields_fill_text;
        g_signal_connect(widget, "changed", G_CALLBACK(fields_on_text), part);
        g_signal_connect(widget, "focus-out-event", G_CALLBACK(fields_on_left), part);
    }
}

static void fields_add(struct settings *settings, GtkGrid *grid,
                       const struct lathe_setting *setting)
{
    GtkWidget *target, *widget = fields_new_widget(setting, &target);
    GtkWidget *error = lathe_fields_add(grid, _(setting->label), widget, _(setting->help),
                                        lathe_settings_effect(setting->flags));

    fields_connect(lathe_settings_add_part(settings, setting, target, error, NULL));
}

/* What has a shape of its own is not among them. */
static gboolean fields_is_plain(const struct lathe_setting *setting)
{
    return (setting->kind != LATHE_SETTING_LIST || (setting->flags & LATHE_SETTING_LONG) != 0) &&
           setting->kind != LATHE_SETTING_ORDER && setting->kind != LATHE_SETTING_DRIVE;
}

void lathe_settings_add_fields(struct settings *settings, GtkBox *box, const char *page)
{
    GtkWidget *grid = lathe_fields_new();
    const char *group = "";

    for (const struct lathe_setting *row = lathe_settings(); row->name != NULL; row++) {
        if (strcmp(row->page, page) != 0 || !fields_is_plain(row))
            continue;
        if (strcmp(row->group, group) != 0)
            lathe_fields_add_heading(GTK_GRID(grid), _(row->group));
        group = row->group;
        fields_add(settings, GTK_GRID(grid), row);
    }
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
}
