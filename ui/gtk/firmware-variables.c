/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All variables, by whose they are, with what is in them; set, removed, and as JSON. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "app/plan/put-file.h"
#include "ui/gtk/firmware-private.h"
#include "ui/gtk/settings-private.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/store-file.h"
#include "wizards/firmware/store-json.h"
#include "wizards/firmware/value.h"

#define VARIABLES_LINES 6u /* of what is in one */

/* ---- changes ---- */

/* text: "NAME@GUID" */
static bool change_remove(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_autofree char *name = NULL;
    struct lathe_guid guid;

    return lathe_variables_resolve(variables, text, &name, &guid, error) &&
           lathe_variables_remove(variables, name, &guid);
}

static bool change_set(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_value_assign(variables, text, more, error);
}

static bool change_reset(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_ptr_array_set_size(variables, 0);
    return true;
}

static bool change_json(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_autoptr(GBytes) file = lathe_file_read(text, LATHE_STORE_JSON_MAX, error);

    if (file == NULL)
        return false;
    return lathe_variables_from_json(variables, lathe_bytes_of(file), error) ||
           (g_prefix_error(error, "%s: ", text), false);
}

/* ---- rows ---- */

static char *variables_rest(const struct lathe_variable *variable)
{
    g_autofree char *attributes = lathe_attributes_format(variable->attributes);
    g_autofree char *time = lathe_efi_time_format(variable->time);
    gsize size = g_bytes_get_size(variable->data);

    if (*time == '\0')
        /* Translators: bytes, and what the variable's attributes are */
        return g_strdup_printf(ngettext("%zu byte, %s", "%zu bytes, %s", size), size, attributes);
    return g_strdup_printf(ngettext("%zu byte, %s, signed %s", "%zu bytes, %s, signed %s", size),
                           size, attributes, time);
}

/* Its value, what is in it, and how it is kept. */
static char *variables_words(const struct lathe_variable *variable)
{
    g_autofree char *value = lathe_variable_describe(variable);
    g_autofree char *rest = variables_rest(variable);
    g_auto(GStrv) details = lathe_variable_details(variable);
    GString *out = g_string_new(value);

    for (guint i = 0; details[i] != NULL && i <= VARIABLES_LINES; i++)
        g_string_append_printf(out, "\n%s", i < VARIABLES_LINES ? details[i] : "…");
    g_string_append_printf(out, "\n%s", rest);
    return g_string_free(out, FALSE);
}

static void variables_add_row(struct firmware *firmware, const struct lathe_variable *variable)
{
    char guid[LATHE_GUID_TEXT];
    lathe_guid_format(&variable->guid, guid);
    g_autofree char *key = g_strconcat(variable->name, "@", guid, NULL);
    g_autofree char *words = variables_words(variable);
    g_autofree char *name = g_strconcat(variable->name, ": ", words, NULL);
    GtkBox *box = lathe_firmware_add_row(firmware->variables, key, name);
    GtkWidget *lines = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    gtk_box_pack_start(GTK_BOX(lines), lathe_firmware_new_label(variable->name, FALSE), FALSE,
                       FALSE, 0);
    gtk_box_pack_start(GTK_BOX(lines), lathe_firmware_new_label(words, TRUE), FALSE, FALSE, 0);
    gtk_box_pack_start(box, lines, TRUE, TRUE, 6);
    lathe_firmware_add_remove(firmware, box, variable->name, change_remove);
}

static struct lathe_guid variables_owner(GtkListBoxRow *row)
{
    struct lathe_guid guid = {{0}};

    lathe_guid_parse(strrchr(lathe_firmware_row_key(row), '@') + 1, &guid);
    return guid;
}

static void variables_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
    struct lathe_guid guid = variables_owner(row);
    struct lathe_guid other = before != NULL ? variables_owner(before) : guid;
    g_autofree char *name = lathe_guid_describe(&guid);
    GtkWidget *label;

    gtk_list_box_row_set_header(row, NULL);
    if (before != NULL && lathe_guid_equal(&guid, &other))
        return;
    label = lathe_firmware_new_label(name, FALSE);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    g_object_set(label, "margin", 6, NULL);
    gtk_widget_show(label);
    gtk_list_box_row_set_header(row, label);
}

static int variables_compare(gconstpointer left, gconstpointer right)
{
    const struct lathe_variable *one = *(struct lathe_variable *const *)left;
    const struct lathe_variable *two = *(struct lathe_variable *const *)right;
    int order = memcmp(&one->guid, &two->guid, sizeof(one->guid));

    return order != 0 ? order : strcmp(one->name, two->name);
}

static void variables_fill(struct firmware *firmware)
{
    const GPtrArray *variables = lathe_store_edit_variables(firmware->edit);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    struct firmware_focus focus = lathe_firmware_keep_focus(firmware->variables);

    for (guint i = 0; i < variables->len; i++)
        g_ptr_array_add(sorted, variables->pdata[i]);
    g_ptr_array_sort(sorted, variables_compare);
    lathe_settings_empty(GTK_CONTAINER(firmware->variables));
    for (guint i = 0; i < sorted->len; i++)
        variables_add_row(firmware, sorted->pdata[i]);
    gtk_widget_show_all(GTK_WIDGET(firmware->variables));
    lathe_firmware_give_focus(firmware->variables, &focus);
}

/* A row that is activated is what is set next. */
static void variables_on_activated(GtkListBox *list, GtkListBoxRow *row, struct firmware *firmware)
{
    gtk_entry_set_text(GTK_ENTRY(firmware->name), lathe_firmware_row_key(row));
    gtk_widget_grab_focus(firmware->value);
}

/* ---- actions ---- */

static void variables_on_set(GtkWidget *widget, struct firmware *firmware)
{
    g_autofree char *value = g_strdup(gtk_entry_get_text(GTK_ENTRY(firmware->value)));

    lathe_firmware_do(firmware, change_set, gtk_entry_get_text(GTK_ENTRY(firmware->name)), value);
}

static void variables_on_reset(GtkButton *button, struct firmware *firmware)
{
    lathe_firmware_do(firmware, change_reset, NULL, NULL);
}

static const char *const json_patterns[] = {"*.json", NULL};

static void variables_take_json(struct firmware *firmware, const char *path)
{
    lathe_firmware_do(firmware, change_json, path, NULL);
}

static void variables_on_import(GtkButton *button, struct firmware *firmware)
{
    lathe_firmware_choose_file(firmware, _("Choose Variables as JSON"), _("JSON files"),
                               json_patterns, variables_take_json);
}

static void variables_write_json(struct firmware *firmware, const char *path)
{
    g_autofree char *text = lathe_variables_to_json(lathe_store_edit_variables(firmware->edit));
    g_autoptr(GError) error = NULL;

    lathe_put_file(path, text, strlen(text), 0666, &error);
    lathe_firmware_say(firmware, error != NULL ? error->message : NULL);
}

static void variables_on_json_place(GtkNativeDialog *dialog, int response,
                                    struct firmware *firmware)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        variables_write_json(firmware, path);
    g_object_unref(dialog);
}

static void variables_on_export(GtkButton *button, struct firmware *firmware)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save Variables as JSON"), GTK_WINDOW(firmware->window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), NULL);

    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "variables.json");
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect(dialog, "response", G_CALLBACK(variables_on_json_place), firmware);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* ---- the page ---- */

static void variables_add_actions(struct firmware *firmware, GtkBox *box)
{
    static const struct {
        const char *label;
        void (*clicked)(GtkButton *button, struct firmware *firmware);
    } actions[] = {{N_("_Import JSON…"), variables_on_import},
                   {N_("_Export JSON…"), variables_on_export},
                   {N_("_Remove All Variables"), variables_on_reset}};
    /* Below each other: three long labels side by side are too wide where text is large. */
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
        GtkWidget *button = gtk_button_new_with_mnemonic(_(actions[i].label));
        gtk_widget_set_halign(button, GTK_ALIGN_START);
        g_signal_connect(button, "clicked", G_CALLBACK(actions[i].clicked), firmware);
        gtk_box_pack_start(GTK_BOX(row), button, FALSE, FALSE, 0);
    }
    gtk_box_pack_start(box, row, FALSE, FALSE, 0);
}

static void variables_add(struct firmware *firmware, GtkBox *box)
{
    GtkWidget *grid = lathe_fields_new(), *set = gtk_button_new_with_mnemonic(_("_Set"));

    firmware->name = gtk_entry_new();
    firmware->value = gtk_entry_new();
    gtk_widget_set_hexpand(firmware->name, TRUE);
    lathe_fields_add_heading(GTK_GRID(grid), _("Set a Variable"));
    lathe_fields_add(GTK_GRID(grid), _("_Name"), firmware->name,
                     _("NAME, or NAME@GUID of one that is not known."), NULL);
    lathe_fields_add(GTK_GRID(grid), _("_Value"), firmware->value,
                     _("hex:, ascii:, ucs2:, u8:, u16: or u32: and what follows; on or off; for "
                       "known variables also the plain number or text."),
                     NULL);
    g_signal_connect(firmware->value, "activate", G_CALLBACK(variables_on_set), firmware);
    g_signal_connect(set, "clicked", G_CALLBACK(variables_on_set), firmware);
    gtk_widget_set_halign(set, GTK_ALIGN_START);
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
    gtk_box_pack_start(box, set, FALSE, FALSE, 0);
    variables_add_actions(firmware, box);
    firmware->variables =
        lathe_settings_new_list(box, _("Variables"), _("There are no variables."));
    gtk_list_box_set_header_func(firmware->variables, variables_header, NULL, NULL);
    g_signal_connect(firmware->variables, "row-activated", G_CALLBACK(variables_on_activated),
                     firmware);
}

const struct firmware_page lathe_firmware_variables = {"variables", N_("Variables"), variables_add,
                                                       variables_fill};
