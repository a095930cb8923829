/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of serial ports: where each leads. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

static const struct {
    const char *word, *label; /* a word with ':' needs a path behind it */
} serial_words[] = {{"default", N_("A terminal in the machine's window")},
                    {"null", N_("Nowhere")},
                    {"pty", N_("A pseudo-terminal of this computer")},
                    {"stdio", N_("Where the machine is started: its standard input and output")},
                    {"unix:", N_("A socket")},
                    {"file:", N_("A file")}};

static GStrv serial_lines(struct settings_part *part)
{
    g_autofree char *value = lathe_edit_get(part->settings->edit, part->setting);

    return *value != '\0' ? g_strsplit(value, "\n", -1) : g_new0(char *, 1);
}

/* Where a port leads, as it is chosen. */
static char *serial_text(GtkWidget *row)
{
    GtkComboBox *kind = g_object_get_data(G_OBJECT(row), "kind");
    GtkEntry *path = g_object_get_data(G_OBJECT(row), "path");
    const char *word = gtk_combo_box_get_active_id(kind);

    return g_strconcat(word, g_str_has_suffix(word, ":") ? gtk_entry_get_text(path) : "", NULL);
}

static void serial_put(struct settings_part *part)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(part->widget));
    g_autoptr(GString) value = g_string_new(NULL);

    if (part->settings->filling)
        return;
    for (GList *item = rows; item != NULL; item = item->next) {
        g_autofree char *text = serial_text(item->data);
        g_string_append_printf(value, "%s%s", value->len != 0 ? "\n" : "", text);
    }
    lathe_settings_put(part, value->str);
}

static void serial_on_path(GtkEntry *entry, struct settings_part *part)
{
    serial_put(part);
}

static void serial_on_kind(GtkComboBox *combo, struct settings_part *part)
{
    GtkWidget *path = g_object_get_data(G_OBJECT(combo), "file");
    gboolean needed = g_str_has_suffix(gtk_combo_box_get_active_id(combo), ":");

    gtk_widget_set_visible(path, needed);
    serial_put(part);
}

/* By its name: of ports that lead to the same this one goes. */
static void serial_on_remove(GtkButton *button, struct settings_part *part)
{
    g_autofree char *name =
        g_strdup_printf("serial%u", GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "port")));
    GError *why = NULL;

    lathe_edit_remove(part->settings->edit, name, &why);
    lathe_settings_changed(part->settings, NULL, why);
    gtk_widget_child_focus(gtk_widget_get_parent(part->widget), GTK_DIR_TAB_FORWARD);
}

/* ---- rows ---- */

static GtkWidget *serial_new_kinds(const char *line)
{
    GtkWidget *combo = gtk_combo_box_text_new();

    for (gsize i = 0; i < G_N_ELEMENTS(serial_words); i++) {
        const char *word = serial_words[i].word;
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), word, _(serial_words[i].label));
        if (g_str_has_prefix(line, word))
            gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), word);
    }
    lathe_field_may_shrink(GTK_COMBO_BOX(combo));
    return combo;
}

static GtkWidget *serial_new_path(GtkWidget *combo, const char *line, GtkWidget **entry)
{
    GtkWidget *file = lathe_field_new_file(_("Choose a File"), entry);
    const char *colon = strchr(line, ':');

    gtk_widget_show_all(file);
    gtk_entry_set_text(GTK_ENTRY(*entry), colon != NULL ? colon + 1 : "");
    gtk_widget_set_no_show_all(file, TRUE);
    gtk_widget_set_visible(file, colon != NULL);
    g_object_set_data(G_OBJECT(combo), "file", file);
    return file;
}

static void serial_add_remove(struct settings_part *part, GtkWidget *row, unsigned number)
{
    g_autofree char *name = g_strdup_printf(_("Remove port %u"), number);
    GtkWidget *button = lathe_field_new_icon_button("list-remove-symbolic", name);

    g_object_set_data(G_OBJECT(button), "port", GUINT_TO_POINTER(number));
    gtk_widget_set_valign(button, GTK_ALIGN_START);
    g_signal_connect(button, "clicked", G_CALLBACK(serial_on_remove), part);
    gtk_box_pack_end(GTK_BOX(row), button, FALSE, FALSE, 0);
}

static void serial_add_row(struct settings_part *part, unsigned number, const char *line)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *grid = lathe_fields_new();
    GtkWidget *kind = serial_new_kinds(line), *entry, *file = serial_new_path(kind, line, &entry);
    GtkWidget *both = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    /* Translators: %u is the number of a serial port */
    g_autofree char *label = g_strdup_printf(_("Port _%u"), number);
    g_autofree char *name = g_strdup_printf(_("File or socket of port %u"), number);

    atk_object_set_name(gtk_widget_get_accessible(entry), name);
    gtk_box_pack_start(GTK_BOX(both), kind, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(both), file, FALSE, FALSE, 0);
    g_object_set_data(G_OBJECT(both), "target", kind);
    lathe_fields_add(GTK_GRID(grid), label, both, NULL, lathe_settings_effect(0));
    g_object_set_data(G_OBJECT(row), "kind", kind);
    g_object_set_data(G_OBJECT(row), "path", entry);
    gtk_box_pack_start(GTK_BOX(row), grid, TRUE, TRUE, 0);
    serial_add_remove(part, row, number);
    g_signal_connect(kind, "changed", G_CALLBACK(serial_on_kind), part);
    g_signal_connect(entry, "changed", G_CALLBACK(serial_on_path), part);
    gtk_container_add(GTK_CONTAINER(part->widget), row);
}

static void serial_fill(struct settings_part *part)
{
    g_auto(GStrv) lines = serial_lines(part);

    lathe_settings_empty(GTK_CONTAINER(part->widget));
    for (unsigned i = 0; lines[i] != NULL; i++)
        serial_add_row(part, i + 1, lines[i]);
    gtk_widget_show_all(part->widget);
}

static void serial_on_add(GtkButton *button, struct settings_part *part)
{
    g_autofree char *value = lathe_edit_get(part->settings->edit, part->setting);
    g_autofree char *more = g_strconcat(value, *value != '\0' ? "\n" : "", "null", NULL);

    lathe_settings_put(part, more);
    if (part->wrong)
        return;
    lathe_settings_changed(part->settings, NULL, NULL);
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(part->widget));
    gtk_widget_grab_focus(g_object_get_data(g_list_last(rows)->data, "kind"));
}

void lathe_settings_add_serial(struct settings *settings, GtkBox *box)
{
    const struct lathe_setting *setting = lathe_setting_find("serial");
    GtkWidget *rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12), *error = lathe_field_new_error();
    GtkWidget *add = gtk_button_new_with_mnemonic(_("Add _Serial Port"));
    struct settings_part *part =
        lathe_settings_add_part(settings, setting, rows, error, serial_fill);

    gtk_box_pack_start(box, lathe_field_new_words(_(setting->help)), FALSE, FALSE, 0);
    gtk_box_pack_start(box, rows, FALSE, FALSE, 0);
    gtk_box_pack_start(box, error, FALSE, FALSE, 0);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    g_signal_connect(add, "clicked", G_CALLBACK(serial_on_add), part);
    gtk_box_pack_start(box, add, FALSE, FALSE, 0);
}
