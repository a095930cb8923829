/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boot entries in the order in which firmware tries them: rows are dragged, or moved by Alt+Up and
 * Alt+Down or by buttons. Entries beside the order stand last.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/firmware-private.h"
#include "ui/gtk/settings-private.h"
#include "wizards/firmware/boot.h"
#include "wizards/firmware/describe.h"

static const GtkTargetEntry boot_target = {(char *)"application/x-lathe-boot-entry",
                                           GTK_TARGET_SAME_APP, 0};

/* ---- changes ---- */

static bool change_order(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_boot_reorder(variables, text, error);
}

static bool change_delete(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_boot_delete(variables, text, error);
}

static guint16 boot_next(const GPtrArray *variables, gboolean *any)
{
    const struct lathe_variable *next = lathe_variables_find(variables, "BootNext", NULL);

    *any = next != NULL && g_bytes_get_size(next->data) == 2;
    return *any ? lathe_le16(lathe_bytes_of(next->data).data) : 0;
}

/* The next boot takes it, or no longer does. */
static bool change_next(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    struct lathe_guid guid = lathe_guid_of(LATHE_GUID_GLOBAL);
    gboolean any;
    guint16 next = boot_next(variables, &any);

    if (any && next == g_ascii_strtoull(text, NULL, 16))
        return lathe_variables_remove(variables, "BootNext", &guid);
    return lathe_boot_set_next(variables, text, error);
}

/* text: "FILE" or "FILE OPTIONS"; more: the title, or NULL. */
static bool change_add(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_boot_add_file(variables, more, text, false, error);
}

static bool change_uri(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_boot_set_uri(variables, text, error);
}

/* ---- moving ---- */

static void boot_move(struct firmware *firmware, const char *key, int to)
{
    g_autoptr(GArray) order = lathe_boot_order(lathe_store_edit_variables(firmware->edit));
    g_autoptr(GString) text = g_string_new(NULL);
    guint16 number = (guint16)g_ascii_strtoull(key, NULL, 16);

    if (to < 0 || to >= (int)order->len)
        return;
    for (guint i = order->len; i-- > 0;) {
        if (g_array_index(order, guint16, i) == number)
            g_array_remove_index(order, i);
    }
    g_array_insert_val(order, MIN((guint)to, order->len), number);
    for (guint i = 0; i < order->len; i++)
        g_string_append_printf(text, "%s%04X", i != 0 ? "," : "", g_array_index(order, guint16, i));
    lathe_firmware_do(firmware, change_order, text->str, NULL);
}

static GtkListBoxRow *boot_row_of(gpointer widget)
{
    return GTK_LIST_BOX_ROW(gtk_widget_get_ancestor(widget, GTK_TYPE_LIST_BOX_ROW));
}

static void boot_move_by(struct firmware *firmware, gpointer widget, int steps)
{
    g_autofree char *key = g_strdup(lathe_firmware_row_key(widget));

    boot_move(firmware, key, gtk_list_box_row_get_index(boot_row_of(widget)) + steps);
}

static void boot_on_up(GtkButton *button, struct firmware *firmware)
{
    boot_move_by(firmware, button, -1);
}

static void boot_on_down(GtkButton *button, struct firmware *firmware)
{
    boot_move_by(firmware, button, 1);
}

static void boot_remove(struct firmware *firmware, gpointer widget)
{
    g_autofree char *key = g_strdup(lathe_firmware_row_key(widget));

    lathe_firmware_do(firmware, change_delete, key, NULL);
}

static gboolean boot_on_key(GtkWidget *row, GdkEventKey *event, struct firmware *firmware)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();
    gboolean up = event->keyval == GDK_KEY_Up, down = event->keyval == GDK_KEY_Down;

    if (modifiers == 0 && event->keyval == GDK_KEY_Delete) {
        boot_remove(firmware, row);
        return TRUE;
    }
    if (modifiers != GDK_MOD1_MASK || (!up && !down))
        return FALSE;
    boot_move_by(firmware, row, up ? -1 : 1);
    return TRUE;
}

static void boot_on_remove(GtkButton *button, struct firmware *firmware)
{
    boot_remove(firmware, button);
}

static void boot_on_next(GtkToggleButton *button, struct firmware *firmware)
{
    g_autofree char *key = g_strdup(lathe_firmware_row_key(button));

    if (!firmware->filling)
        lathe_firmware_do(firmware, change_next, key, NULL);
}

/* ---- dragging ---- */

static void boot_on_drag_begin(GtkWidget *handle, GdkDragContext *context, gpointer data)
{
    gtk_drag_set_icon_name(context, "view-list-symbolic", 0, 0);
}

static void boot_on_drag_get(GtkWidget *handle, GdkDragContext *context,
                             GtkSelectionData *selection, guint info, guint time, gpointer data)
{
    const char *key = lathe_firmware_row_key(handle);

    gtk_selection_data_set(selection, gtk_selection_data_get_target(selection), 8,
                           (const guchar *)key, (int)strlen(key));
}

static void boot_on_drag_data(GtkWidget *row, GdkDragContext *context, int x, int y,
                              GtkSelectionData *selection, guint info, guint time,
                              struct firmware *firmware)
{
    int length = 0;
    const guchar *data = gtk_selection_data_get_data_with_length(selection, &length);
    g_autofree char *key = length > 0 ? g_strndup((const char *)data, (gsize)length) : NULL;
    int to = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));

    gtk_drag_finish(context, key != NULL, FALSE, time);
    if (key != NULL)
        boot_move(firmware, key, to);
}

static GtkWidget *boot_new_handle(void)
{
    GtkWidget *handle = gtk_event_box_new();

    gtk_container_add(GTK_CONTAINER(handle),
                      gtk_image_new_from_icon_name("view-list-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(handle, _("Drag, or press Alt with Up or Down"));
    gtk_drag_source_set(handle, GDK_BUTTON1_MASK, &boot_target, 1, GDK_ACTION_MOVE);
    g_signal_connect(handle, "drag-begin", G_CALLBACK(boot_on_drag_begin), NULL);
    g_signal_connect(handle, "drag-data-get", G_CALLBACK(boot_on_drag_get), NULL);
    return handle;
}

/* ---- rows ---- */

static GtkWidget *boot_new_next(struct firmware *firmware, const char *what, guint16 number)
{
    gboolean any;
    guint16 next = boot_next(lathe_store_edit_variables(firmware->edit), &any);
    GtkWidget *button = gtk_toggle_button_new();
    /* Translators: %s is a boot entry */
    g_autofree char *name = g_strdup_printf(_("Start %s once, next"), what);

    gtk_container_add(
        GTK_CONTAINER(button),
        gtk_image_new_from_icon_name("media-skip-forward-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), any && next == number);
    g_signal_connect(button, "toggled", G_CALLBACK(boot_on_next), firmware);
    return button;
}

static void boot_put(GtkBox *box, GtkWidget *widget)
{
    gtk_box_pack_start(box, widget, FALSE, FALSE, 0);
}

static void boot_add_buttons(struct firmware *firmware, GtkBox *box, const char *what,
                             guint16 number, gboolean ordered)
{
    boot_put(box, boot_new_next(firmware, what, number));
    if (ordered) {
        boot_put(box, lathe_firmware_new_button(firmware, "go-up-symbolic", _("Move %s up"), what,
                                                G_CALLBACK(boot_on_up)));
        boot_put(box, lathe_firmware_new_button(firmware, "go-down-symbolic", _("Move %s down"),
                                                what, G_CALLBACK(boot_on_down)));
    }
    boot_put(box, lathe_firmware_new_button(firmware, "list-remove-symbolic", _("Remove %s"), what,
                                            G_CALLBACK(boot_on_remove)));
}

static void boot_add_row(struct firmware *firmware, const struct lathe_variable *variable,
                         guint16 number, gboolean ordered)
{
    g_autofree char *key = g_strdup_printf("%04X", number);
    struct lathe_boot_entry entry = {0};
    gboolean good = lathe_boot_entry_read(lathe_bytes_of(variable->data), &entry);
    g_autofree char *words = lathe_variable_describe(variable);
    const char *what = good && *entry.title != '\0' ? entry.title : variable->name;
    GtkBox *box = lathe_firmware_add_row(firmware->order, key, words);
    GtkWidget *row = gtk_widget_get_parent(GTK_WIDGET(box));

    if (ordered) {
        gtk_box_pack_start(box, boot_new_handle(), FALSE, FALSE, 6);
        gtk_drag_dest_set(row, GTK_DEST_DEFAULT_ALL, &boot_target, 1, GDK_ACTION_MOVE);
        g_signal_connect(row, "drag-data-received", G_CALLBACK(boot_on_drag_data), firmware);
    }
    gtk_box_pack_start(box, lathe_firmware_new_label(key, TRUE), FALSE, FALSE, 6);
    gtk_box_pack_start(box, lathe_firmware_new_label(words, FALSE), TRUE, TRUE, 0);
    boot_add_buttons(firmware, box, what, number, ordered);
    g_signal_connect(row, "key-press-event", G_CALLBACK(boot_on_key), firmware);
    lathe_boot_entry_clear(&entry);
}

/* "Boot0003"; FALSE: it is none of them. */
static gboolean boot_number(const struct lathe_variable *variable, guint16 *number)
{
    const struct lathe_known_variable *known =
        lathe_known_variable(variable->name, &variable->guid);

    if (known == NULL || known->kind != LATHE_VARIABLE_BOOT_ENTRY ||
        !g_str_has_prefix(variable->name, "Boot"))
        return FALSE;
    *number = (guint16)g_ascii_strtoull(variable->name + 4, NULL, 16);
    return TRUE;
}

static gboolean boot_is_ordered(const GArray *order, guint16 number)
{
    for (guint i = 0; i < order->len; i++) {
        if (g_array_index(order, guint16, i) == number)
            return TRUE;
    }
    return FALSE;
}

static void boot_fill_ordered(struct firmware *firmware, const GArray *order)
{
    const GPtrArray *variables = lathe_store_edit_variables(firmware->edit);

    for (guint i = 0; i < order->len; i++) {
        guint16 number = g_array_index(order, guint16, i);
        g_autofree char *name = g_strdup_printf("Boot%04X", number);
        const struct lathe_variable *variable = lathe_variables_find(variables, name, NULL);
        if (variable != NULL)
            boot_add_row(firmware, variable, number, TRUE);
    }
}

static void boot_fill(struct firmware *firmware)
{
    const GPtrArray *variables = lathe_store_edit_variables(firmware->edit);
    g_autoptr(GArray) order = lathe_boot_order(variables);
    struct firmware_focus focus = lathe_firmware_keep_focus(firmware->order);
    guint16 number;

    lathe_settings_empty(GTK_CONTAINER(firmware->order));
    boot_fill_ordered(firmware, order);
    for (guint i = 0; i < variables->len; i++) {
        if (boot_number(variables->pdata[i], &number) && !boot_is_ordered(order, number))
            boot_add_row(firmware, variables->pdata[i], number, FALSE);
    }
    gtk_widget_show_all(GTK_WIDGET(firmware->order));
    lathe_firmware_give_focus(firmware->order, &focus);
}

/* ---- adding ---- */

static void boot_on_add(GtkWidget *widget, struct firmware *firmware)
{
    const char *title = gtk_entry_get_text(GTK_ENTRY(firmware->boot_title));
    const char *file = gtk_entry_get_text(GTK_ENTRY(firmware->boot_file));
    const char *options = gtk_entry_get_text(GTK_ENTRY(firmware->boot_options));
    g_autofree char *text = g_strconcat(file, *options != '\0' ? " " : "", options, NULL);

    if (strchr(file, ' ') != NULL)
        lathe_firmware_say(firmware, _("A file's name with a blank in it cannot be told from its "
                                       "options."));
    else if (lathe_firmware_do(firmware, change_add, text, *title != '\0' ? title : NULL)) {
        gtk_entry_set_text(GTK_ENTRY(firmware->boot_title), "");
        gtk_entry_set_text(GTK_ENTRY(firmware->boot_options), "");
    }
    gtk_widget_grab_focus(firmware->boot_title);
}

static void boot_on_uri(GtkWidget *widget, struct firmware *firmware)
{
    lathe_firmware_do(firmware, change_uri, gtk_entry_get_text(GTK_ENTRY(firmware->boot_uri)),
                      NULL);
}

static GtkWidget *boot_new_action(struct firmware *firmware, const char *label, GCallback clicked)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    gtk_widget_set_halign(button, GTK_ALIGN_START);
    g_signal_connect(button, "clicked", clicked, firmware);
    return button;
}

static GtkWidget *boot_new_entry(struct firmware *firmware, const char *text, GCallback activated)
{
    GtkWidget *entry = gtk_entry_new();

    gtk_entry_set_text(GTK_ENTRY(entry), text);
    gtk_widget_set_hexpand(entry, TRUE);
    g_signal_connect(entry, "activate", activated, firmware);
    return entry;
}

static void boot_add_fields(struct firmware *firmware, GtkBox *box)
{
    GtkWidget *grid = lathe_fields_new();

    firmware->boot_title = boot_new_entry(firmware, "", G_CALLBACK(boot_on_add));
    firmware->boot_file =
        boot_new_entry(firmware, "\\EFI\\debian\\shimx64.efi", G_CALLBACK(boot_on_add));
    firmware->boot_options = boot_new_entry(firmware, "", G_CALLBACK(boot_on_add));
    firmware->boot_uri = boot_new_entry(firmware, "http://", G_CALLBACK(boot_on_uri));
    lathe_fields_add_heading(GTK_GRID(grid), _("New Entry"));
    lathe_fields_add(GTK_GRID(grid), _("_Title"), firmware->boot_title, NULL, NULL);
    lathe_fields_add(GTK_GRID(grid), _("_File"), firmware->boot_file,
                     _("A program on the guest's EFI partition."), NULL);
    lathe_fields_add(GTK_GRID(grid), _("O_ptions"), firmware->boot_options,
                     _("What the program is told. Empty: nothing."), NULL);
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
    gtk_box_pack_start(box, boot_new_action(firmware, _("_Add Entry"), G_CALLBACK(boot_on_add)),
                       FALSE, FALSE, 0);
    grid = lathe_fields_new();
    lathe_fields_add_heading(GTK_GRID(grid), _("From the Network"));
    lathe_fields_add(GTK_GRID(grid), _("_URI"), firmware->boot_uri,
                     _("What the next start loads by HTTP, once: a program or an image."), NULL);
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
    gtk_box_pack_start(box, boot_new_action(firmware, _("_Load Next"), G_CALLBACK(boot_on_uri)),
                       FALSE, FALSE, 0);
}

static void boot_add(struct firmware *firmware, GtkBox *box)
{
    gtk_box_pack_start(box,
                       lathe_field_new_words(_("Firmware tries these, the first first. Drag, or "
                                               "press Alt with Up or Down; Delete removes one.")),
                       FALSE, FALSE, 0);
    firmware->order =
        lathe_settings_new_list(box, _("Boot entries"), _("Firmware has no boot entries yet."));
    boot_add_fields(firmware, box);
}

const struct firmware_page lathe_firmware_boot = {"boot", N_("Boot Entries"), boot_add, boot_fill};
