/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window of a UEFI variable store: pages over one struct lathe_store_edit. Changes can be
 * undone, and are written when they are saved; meanwhile no machine can start with the store.
 */
#include "ui/gtk/firmware-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/choose-file.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/firmware-private.h"
#include "ui/gtk/sidebar.h"

#define FIRMWARE_WIDTH  900
#define FIRMWARE_HEIGHT 680

static const struct firmware_page *const firmware_pages[FIRMWARE_PAGES] = {
    &lathe_firmware_boot, &lathe_firmware_keys, &lathe_firmware_variables, &lathe_firmware_compare};

/* ---- what is shown ---- */

void lathe_firmware_say(struct firmware *firmware, const char *message)
{
    gtk_label_set_text(firmware->bar_words, message != NULL ? message : "");
    gtk_widget_set_visible(GTK_WIDGET(firmware->bar), message != NULL);
    gtk_info_bar_set_revealed(firmware->bar, message != NULL);
}

static void firmware_fill(struct firmware *firmware)
{
    gboolean changed = lathe_store_edit_is_changed(firmware->edit);
    gboolean free = lathe_store_edit_refusal(firmware->edit) == NULL;
    g_autofree char *room = lathe_store_edit_room(firmware->edit);

    firmware->filling = TRUE;
    for (size_t i = 0; i < FIRMWARE_PAGES; i++)
        firmware_pages[i]->fill(firmware);
    firmware->filling = FALSE;
    gtk_label_set_text(firmware->room, room);
    gtk_widget_set_sensitive(firmware->undo, lathe_store_edit_can_undo(firmware->edit));
    gtk_widget_set_sensitive(firmware->redo, lathe_store_edit_can_redo(firmware->edit));
    gtk_widget_set_sensitive(firmware->save, changed && free);
}

gboolean lathe_firmware_do(struct firmware *firmware, lathe_store_change *change, const char *text,
                           const void *more)
{
    g_autoptr(GError) error = NULL;
    gboolean done = lathe_store_edit_do(firmware->edit, change, text, more, &error);

    lathe_firmware_say(firmware, done ? NULL : error->message);
    if (done)
        firmware_fill(firmware);
    return done;
}

/* ---- rows ---- */

GtkBox *lathe_firmware_add_row(GtkListBox *list, const char *key, const char *name)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    g_object_set_data_full(G_OBJECT(row), "key", g_strdup(key), g_free);
    atk_object_set_name(gtk_widget_get_accessible(row), name);
    gtk_container_add(GTK_CONTAINER(row), box);
    gtk_container_add(GTK_CONTAINER(list), row);
    return GTK_BOX(box);
}

const char *lathe_firmware_row_key(gpointer widget_in_it)
{
    GtkWidget *row = gtk_widget_get_ancestor(widget_in_it, GTK_TYPE_LIST_BOX_ROW);

    return g_object_get_data(G_OBJECT(row), "key");
}

struct firmware_focus lathe_firmware_keep_focus(GtkListBox *list)
{
    GtkWidget *row = gtk_container_get_focus_child(GTK_CONTAINER(list));

    if (row == NULL)
        return (struct firmware_focus){NULL, -1};
    return (struct firmware_focus){g_strdup(lathe_firmware_row_key(row)),
                                   gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row))};
}

void lathe_firmware_give_focus(GtkListBox *list, struct firmware_focus *focus)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(list));
    GtkWidget *found = NULL;

    for (GList *item = rows; item != NULL && focus->key != NULL; item = item->next) {
        if (strcmp(lathe_firmware_row_key(item->data), focus->key) == 0)
            found = item->data;
    }
    if (found == NULL && focus->index >= 0 && rows != NULL)
        found = g_list_nth_data(rows, MIN((guint)focus->index, g_list_length(rows) - 1));
    if (found != NULL)
        gtk_widget_grab_focus(found);
    g_free(focus->key);
}

GtkWidget *lathe_firmware_new_button(struct firmware *firmware, const char *icon,
                                     const char *format, const char *what, GCallback clicked)
{
    g_autofree char *name = g_strdup_printf(format, what);
    GtkWidget *button = lathe_field_new_icon_button(icon, name);

    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    g_signal_connect(button, "clicked", clicked, firmware);
    return button;
}

struct row_removal {
    struct firmware *firmware;
    lathe_store_change *change;
};

static void row_on_remove(GtkWidget *widget, gpointer data)
{
    GtkWidget *row = gtk_widget_get_ancestor(widget, GTK_TYPE_LIST_BOX_ROW);
    const struct row_removal *removal = g_object_get_data(G_OBJECT(row), "removal");
    g_autofree char *key = g_strdup(lathe_firmware_row_key(row)); /* the row goes */

    lathe_firmware_do(removal->firmware, removal->change, key, NULL);
}

static gboolean row_on_key(GtkWidget *row, GdkEventKey *event, gpointer data)
{
    if (event->keyval != GDK_KEY_Delete)
        return FALSE;
    row_on_remove(row, data);
    return TRUE;
}

void lathe_firmware_add_remove(struct firmware *firmware, GtkBox *box, const char *what,
                               lathe_store_change *change)
{
    GtkWidget *row = gtk_widget_get_parent(GTK_WIDGET(box));
    struct row_removal *removal = g_new(struct row_removal, 1);

    *removal = (struct row_removal){firmware, change};
    g_object_set_data_full(G_OBJECT(row), "removal", removal, g_free);
    gtk_box_pack_start(box,
                       lathe_firmware_new_button(firmware, "list-remove-symbolic", _("Remove %s"),
                                                 what, G_CALLBACK(row_on_remove)),
                       FALSE, FALSE, 0);
    g_signal_connect(row, "key-press-event", G_CALLBACK(row_on_key), NULL);
}

GtkWidget *lathe_firmware_new_label(const char *text, gboolean dim)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    if (dim)
        gtk_style_context_add_class(gtk_widget_get_style_context(label), "dim-label");
    return label;
}

/* ---- choosing files ---- */

static void firmware_on_chosen(GtkNativeDialog *dialog, int response, struct firmware *firmware)
{
    lathe_firmware_chosen *chosen = g_object_get_data(G_OBJECT(dialog), "chosen");
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        chosen(firmware, path);
    g_object_unref(dialog);
}

void lathe_firmware_choose_file(struct firmware *firmware, const char *title, const char *kinds,
                                const char *const *patterns, lathe_firmware_chosen *chosen)
{
    GtkFileChooserNative *dialog =
        lathe_choose_file_new(GTK_WINDOW(firmware->window), title, _("_Choose"), kinds, patterns);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_object_set_data(G_OBJECT(dialog), "chosen", (gpointer)chosen);
    g_signal_connect(dialog, "response", G_CALLBACK(firmware_on_chosen), firmware);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* ---- undo and save ---- */

static void firmware_undo(struct firmware *firmware)
{
    lathe_store_edit_undo(firmware->edit);
    lathe_firmware_say(firmware, NULL);
    firmware_fill(firmware);
}

static void firmware_redo(struct firmware *firmware)
{
    lathe_store_edit_redo(firmware->edit);
    lathe_firmware_say(firmware, NULL);
    firmware_fill(firmware);
}

static gboolean firmware_save(struct firmware *firmware)
{
    g_autoptr(GError) error = NULL;
    gboolean done = !lathe_store_edit_is_changed(firmware->edit) ||
                    lathe_store_edit_save(firmware->edit, &error);

    lathe_firmware_say(firmware, done ? lathe_store_edit_refusal(firmware->edit) : error->message);
    firmware_fill(firmware);
    return done;
}

static void firmware_on_undo(GtkButton *button, struct firmware *firmware)
{
    firmware_undo(firmware);
}

static void firmware_on_redo(GtkButton *button, struct firmware *firmware)
{
    firmware_redo(firmware);
}

static void firmware_on_save(GtkButton *button, struct firmware *firmware)
{
    firmware_save(firmware);
}

/* ---- closing ---- */

static void firmware_on_answer(GtkDialog *dialog, int response, struct firmware *firmware)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_REJECT ||
        (response == GTK_RESPONSE_ACCEPT && firmware_save(firmware)))
        gtk_widget_destroy(firmware->window);
}

static gboolean firmware_on_delete(GtkWidget *widget, GdkEvent *event, struct firmware *firmware)
{
    GtkWidget *dialog;

    if (!lathe_store_edit_is_changed(firmware->edit))
        return FALSE;
    dialog = gtk_message_dialog_new(
        GTK_WINDOW(firmware->window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
        GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", _("Save the changes before closing?"));
    gtk_window_set_title(GTK_WINDOW(dialog), _("Changes Are Not Saved"));
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Discard"), GTK_RESPONSE_REJECT, _("_Cancel"),
                           GTK_RESPONSE_CANCEL, _("_Save"), GTK_RESPONSE_ACCEPT, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    g_signal_connect(dialog, "response", G_CALLBACK(firmware_on_answer), firmware);
    gtk_widget_show(dialog);
    return TRUE;
}

static void firmware_free(gpointer data)
{
    struct firmware *firmware = data;

    lathe_store_edit_free(firmware->edit);
    g_free(firmware->other);
    g_free(firmware);
}

/* ---- keys ---- */

static void firmware_turn_page(struct firmware *firmware, int by)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(firmware->pages);

    row = gtk_list_box_get_row_at_index(firmware->pages, gtk_list_box_row_get_index(row) + by);
    if (row == NULL)
        return;
    gtk_list_box_select_row(firmware->pages, row);
    gtk_widget_grab_focus(GTK_WIDGET(row));
}

static gboolean firmware_on_control_key(struct firmware *firmware, guint key, gboolean shift)
{
    if (key == GDK_KEY_Page_Down || key == GDK_KEY_Page_Up)
        firmware_turn_page(firmware, key == GDK_KEY_Page_Down ? 1 : -1);
    else if (key == GDK_KEY_z && !shift)
        firmware_undo(firmware);
    else if (key == GDK_KEY_z || key == GDK_KEY_y)
        firmware_redo(firmware);
    else if (key == GDK_KEY_s)
        firmware_save(firmware);
    else
        return FALSE;
    return TRUE;
}

static gboolean firmware_on_key(GtkWidget *widget, GdkEventKey *event, struct firmware *firmware)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();

    if (event->keyval == GDK_KEY_Escape && modifiers == 0) {
        gtk_window_close(GTK_WINDOW(firmware->window));
        return TRUE;
    }
    return (modifiers & ~(guint)GDK_SHIFT_MASK) == GDK_CONTROL_MASK &&
           firmware_on_control_key(firmware, gdk_keyval_to_lower(event->keyval),
                                   (modifiers & GDK_SHIFT_MASK) != 0);
}

/* ---- pages ---- */

static GtkWidget *firmware_new_page(struct firmware *firmware, const struct firmware_page *page)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    page->add(firmware, GTK_BOX(box));
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    gtk_container_add(GTK_CONTAINER(scroller), box);
    return scroller;
}

static GtkWidget *firmware_new_body(struct firmware *firmware)
{
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    firmware->pages = lathe_sidebar_new(_("Pages"));
    firmware->stack = GTK_STACK(gtk_stack_new());
    for (size_t i = 0; i < FIRMWARE_PAGES; i++) {
        const struct firmware_page *page = firmware_pages[i];
        lathe_sidebar_add(firmware->pages, page->id, _(page->label));
        gtk_stack_add_named(firmware->stack, firmware_new_page(firmware, page), page->id);
    }
    lathe_sidebar_turn(firmware->pages, firmware->stack);
    firmware->bar = lathe_alert_new(&firmware->bar_words);
    gtk_info_bar_set_message_type(firmware->bar, GTK_MESSAGE_WARNING);
    firmware->room = GTK_LABEL(lathe_firmware_new_label(NULL, TRUE));
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(firmware->room)),
                                "lathe-status");
    gtk_box_pack_start(GTK_BOX(columns), GTK_WIDGET(firmware->pages), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(columns), gtk_separator_new(GTK_ORIENTATION_VERTICAL), FALSE, FALSE,
                       0);
    gtk_box_pack_start(GTK_BOX(columns), GTK_WIDGET(firmware->stack), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(body), GTK_WIDGET(firmware->bar), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(body), columns, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(body), GTK_WIDGET(firmware->room), FALSE, FALSE, 0);
    return body;
}

static GtkWidget *firmware_new_titlebar(struct firmware *firmware, const char *title)
{
    GtkWidget *bar = gtk_header_bar_new();

    firmware->undo = lathe_field_new_icon_button("edit-undo-symbolic", _("Undo"));
    firmware->redo = lathe_field_new_icon_button("edit-redo-symbolic", _("Redo"));
    firmware->save = gtk_button_new_with_mnemonic(_("_Save"));
    gtk_style_context_add_class(gtk_widget_get_style_context(firmware->save), "suggested-action");
    g_signal_connect(firmware->undo, "clicked", G_CALLBACK(firmware_on_undo), firmware);
    g_signal_connect(firmware->redo, "clicked", G_CALLBACK(firmware_on_redo), firmware);
    g_signal_connect(firmware->save, "clicked", G_CALLBACK(firmware_on_save), firmware);
    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
    gtk_header_bar_set_title(GTK_HEADER_BAR(bar), title);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), firmware->undo);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), firmware->redo);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), firmware->save);
    gtk_widget_show_all(bar);
    return bar;
}

/* ---- the window ---- */

static GtkWidget *firmware_new(GtkApplication *application, struct lathe_store_edit *edit)
{
    struct firmware *firmware = g_new0(struct firmware, 1);
    g_autofree char *base = g_filename_display_basename(lathe_store_edit_path(edit));
    /* Translators: %s is a file's name */
    g_autofree char *title = g_strdup_printf(_("Variables in %s"), base);
    GtkWidget *window = gtk_application_window_new(application);
    GtkListBoxRow *first;

    firmware->window = window;
    firmware->edit = edit;
    g_object_set_data_full(G_OBJECT(window), "firmware", firmware, firmware_free);
    gtk_window_set_title(GTK_WINDOW(window), title);
    gtk_window_set_default_size(GTK_WINDOW(window), FIRMWARE_WIDTH, FIRMWARE_HEIGHT);
    gtk_window_set_titlebar(GTK_WINDOW(window), firmware_new_titlebar(firmware, title));
    gtk_container_add(GTK_CONTAINER(window), firmware_new_body(firmware));
    g_signal_connect(window, "delete-event", G_CALLBACK(firmware_on_delete), firmware);
    g_signal_connect(window, "key-press-event", G_CALLBACK(firmware_on_key), firmware);
    gtk_widget_show_all(gtk_bin_get_child(GTK_BIN(window)));
    firmware_fill(firmware);
    lathe_firmware_say(firmware, lathe_store_edit_refusal(edit));
    first = gtk_list_box_get_row_at_index(firmware->pages, 0);
    gtk_list_box_select_row(firmware->pages, first);
    gtk_widget_grab_focus(GTK_WIDGET(first)); /* before GTK looks for something that takes it */
    gtk_widget_show(window);
    return window;
}

static GtkWindow *firmware_find(GtkApplication *application, const char *path)
{
    for (GList *item = gtk_application_get_windows(application); item != NULL; item = item->next) {
        const struct firmware *firmware = g_object_get_data(item->data, "firmware");
        if (firmware != NULL && strcmp(lathe_store_edit_path(firmware->edit), path) == 0)
            return item->data;
    }
    return NULL;
}

static void firmware_fail(GtkApplication *application, GtkWindow *parent, const char *message)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(parent, 0, GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", message);

    gtk_window_set_application(GTK_WINDOW(dialog), application);
    gtk_window_set_title(GTK_WINDOW(dialog), _("The Variables Cannot Be Opened"));
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_show(dialog);
}

void lathe_firmware_show(GtkApplication *application, GtkWindow *parent, const char *path)
{
    GtkWindow *window = firmware_find(application, path);
    g_autoptr(GError) error = NULL;

    if (window != NULL) {
        gtk_window_present(window);
        return;
    }
    struct lathe_store_edit *edit = lathe_store_edit_open(path, &error);
    if (edit == NULL) {
        firmware_fail(application, parent, error->message);
        return;
    }
    window = GTK_WINDOW(firmware_new(application, edit));
    gtk_window_set_transient_for(window, parent);
    gtk_window_present(window);
}
