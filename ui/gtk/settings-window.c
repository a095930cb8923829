/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings' window: pages made of the table of settings over one struct lathe_edit. Changes are
 * checked at once, can be undone, and are written when they are applied.
 */
#include "ui/gtk/settings-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"
#include "ui/gtk/sidebar.h"
#include "ui/gtk/wizard-window.h"

#define SETTINGS_WIDTH  860
#define SETTINGS_HEIGHT 620

/* ---- what is shown ---- */

static gboolean settings_has_wrong(const struct settings *settings)
{
    for (guint i = 0; i < settings->parts->len; i++) {
        if (((struct settings_part *)settings->parts->pdata[i])->wrong)
            return TRUE;
    }
    return FALSE;
}

static void settings_say(struct settings *settings, const char *message)
{
    g_autofree char *sentence = message != NULL ? lathe_setting_sentence(message) : NULL;

    gtk_label_set_text(settings->bar_words, sentence != NULL ? sentence : "");
    gtk_widget_set_visible(GTK_WIDGET(settings->bar), sentence != NULL);
    gtk_info_bar_set_revealed(settings->bar, sentence != NULL);
}

static void settings_update_buttons(struct settings *settings)
{
    gboolean wrong = settings_has_wrong(settings), free = !settings->busy;

    gtk_widget_set_sensitive(settings->body, free);
    gtk_widget_set_sensitive(settings->undo,
                             free && (wrong || lathe_edit_can_undo(settings->edit)));
    gtk_widget_set_sensitive(settings->redo, free && !wrong && lathe_edit_can_redo(settings->edit));
    gtk_widget_set_sensitive(settings->apply,
                             free && !wrong && lathe_edit_is_changed(settings->edit));
}

/* Of what cannot be used only the text can be changed. */
static void settings_fill_page(GtkWidget *page, gpointer data)
{
    struct settings *settings = data;
    g_autofree char *name = NULL;

    gtk_container_child_get(GTK_CONTAINER(settings->stack), page, "name", &name, NULL);
    gtk_widget_set_sensitive(page, strcmp(name, "xml") == 0 ||
                                       lathe_edit_definition(settings->edit) != NULL);
}

static void settings_fill(struct settings *settings, const struct settings_part *from)
{
    gboolean before = settings->filling;

    settings->filling = TRUE;
    gtk_container_foreach(GTK_CONTAINER(settings->stack), settings_fill_page, settings);
    for (guint i = 0; i < settings->parts->len; i++) {
        struct settings_part *part = settings->parts->pdata[i];
        if (part == from || (part->wrong && from != NULL))
            continue;
        part->wrong = FALSE;
        if (part->error != NULL)
            lathe_field_say(part->error, NULL);
        part->fill(part);
    }
    settings->filling = before;
}

static void settings_say_wrong(struct settings_part *part, const GError *why)
{
    g_autofree char *sentence = why != NULL ? lathe_setting_sentence(why->message) : NULL;

    part->wrong = why != NULL;
    if (part->error != NULL)
        lathe_field_say(part->error, sentence);
}

void lathe_settings_changed(struct settings *settings, struct settings_part *from, GError *why)
{
    if (from != NULL)
        settings_say_wrong(from, why);
    settings_say(settings, from == NULL && why != NULL ? why->message : NULL);
    if (why == NULL)
        settings_fill(settings, from);
    settings_update_buttons(settings);
    g_clear_error(&why);
}

void lathe_settings_put(struct settings_part *part, const char *text)
{
    GError *why = NULL;

    if (part->settings->filling)
        return;
    lathe_edit_set(part->settings->edit, part->setting, text, &why);
    lathe_settings_changed(part->settings, part, why);
}

static void settings_free_part(gpointer data)
{
    struct settings_part *part = data;

    g_free(part->data);
    g_free(part);
}

struct settings_part *lathe_settings_add_part(struct settings *settings,
                                              const struct lathe_setting *setting,
                                              GtkWidget *widget, GtkWidget *error,
                                              void (*fill)(struct settings_part *part))
{
    struct settings_part *part = g_new0(struct settings_part, 1);

    *part = (struct settings_part){settings, setting, widget, error, FALSE, fill, NULL};
    g_ptr_array_add(settings->parts, part);
    return part;
}

const char *lathe_settings_effect(unsigned flags)
{
    return (flags & LATHE_SETTING_LIVE) != 0 ? _("at once") : _("after restart");
}

/* ---- lists ---- */

GtkListBox *lathe_settings_new_list(GtkBox *box, const char *name, const char *none)
{
    GtkWidget *frame = gtk_frame_new(NULL), *list = gtk_list_box_new();
    GtkWidget *words = lathe_field_new_words(none);

    gtk_list_box_set_selection_mode(GTK_LIST_BOX(list), GTK_SELECTION_NONE);
    gtk_container_set_border_width(GTK_CONTAINER(frame), 0);
    g_object_set(words, "margin", 12, NULL);
    gtk_widget_show(words);
    gtk_list_box_set_placeholder(GTK_LIST_BOX(list), words);
    atk_object_set_name(gtk_widget_get_accessible(list), name);
    gtk_container_add(GTK_CONTAINER(frame), list);
    gtk_box_pack_start(box, frame, FALSE, FALSE, 0);
    return GTK_LIST_BOX(list);
}

static void settings_drop(GtkWidget *widget, gpointer data)
{
    gtk_widget_destroy(widget);
}

void lathe_settings_empty(GtkContainer *container)
{
    gtk_container_foreach(container, settings_drop, NULL);
}

/* ---- undo and apply ---- */

/* What cannot be goes first: it never came into the document. */
static void settings_undo(struct settings *settings)
{
    if (!settings_has_wrong(settings))
        lathe_edit_undo(settings->edit);
    lathe_settings_changed(settings, NULL, NULL);
}

static void settings_redo(struct settings *settings)
{
    lathe_edit_redo(settings->edit);
    lathe_settings_changed(settings, NULL, NULL);
}

static void settings_show_title(struct settings *settings)
{
    const char *name = lathe_edit_machine(settings->edit)->name;
    /* Translators: %s is a machine's name */
    g_autofree char *title = g_strdup_printf(_("Settings of %s"), name);
    GtkHeaderBar *bar = GTK_HEADER_BAR(gtk_window_get_titlebar(settings->window));

    gboolean runs = lathe_edit_is_running(settings->edit);

    gtk_window_set_title(settings->window, title);
    gtk_header_bar_set_title(bar, title);
    gtk_header_bar_set_subtitle(bar, runs ? _("It runs: most changes count when it starts again")
                                          : NULL);
}

static void settings_apply_thread(GTask *task, gpointer window, gpointer data,
                                  GCancellable *cancellable)
{
    GError *why = NULL;

    if (lathe_edit_apply(data, &why))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, why);
}

static void settings_on_applied(GObject *window, GAsyncResult *result, gpointer data)
{
    struct settings *settings = data;
    g_autoptr(GError) why = NULL;
    gboolean done = g_task_propagate_boolean(G_TASK(result), &why);
    const char *note = lathe_edit_note(settings->edit);

    settings->busy = FALSE;
    if (settings->closed)
        return;
    settings_show_title(settings);
    settings_say(settings, done ? note : why->message);
    settings_update_buttons(settings);
    if (settings->focus != NULL)
        gtk_widget_grab_focus(settings->focus);
    if (done && settings->close_then)
        gtk_widget_destroy(GTK_WIDGET(settings->window));
    settings->close_then = FALSE;
}

/* The disk may be slow, and a running machine takes its time. */
static void settings_apply(struct settings *settings)
{
    GTask *task;

    if (settings->busy || settings_has_wrong(settings))
        return;
    task = g_task_new(settings->window, NULL, settings_on_applied, settings);
    g_task_set_task_data(task, settings->edit, NULL);
    settings->busy = TRUE;
    settings->focus = gtk_window_get_focus(settings->window);
    settings_update_buttons(settings);
    g_task_run_in_thread(task, settings_apply_thread);
    g_object_unref(task);
}

static void settings_on_undo(GtkButton *button, struct settings *settings)
{
    settings_undo(settings);
}

static void settings_on_redo(GtkButton *button, struct settings *settings)
{
    settings_redo(settings);
}

static void settings_on_apply(GtkButton *button, struct settings *settings)
{
    settings_apply(settings);
}

/* ---- closing ---- */

static void settings_on_answer(GtkDialog *dialog, int response, struct settings *settings)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_REJECT)
        gtk_widget_destroy(GTK_WIDGET(settings->window));
    settings->close_then = response == GTK_RESPONSE_ACCEPT;
    if (response == GTK_RESPONSE_ACCEPT)
        settings_apply(settings);
}

static void settings_ask(struct settings *settings)
{
    GtkWidget *dialog = gtk_message_dialog_new(
        settings->window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Apply the changes before closing?"));

    gtk_window_set_title(GTK_WINDOW(dialog), _("Changes Are Not Applied"));
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Discard"), GTK_RESPONSE_REJECT, _("_Cancel"),
                           GTK_RESPONSE_CANCEL, _("_Apply"), GTK_RESPONSE_ACCEPT, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT,
                                      !settings_has_wrong(settings));
    g_signal_connect(dialog, "response", G_CALLBACK(settings_on_answer), settings);
    gtk_widget_show(dialog);
}

static gboolean settings_on_delete(GtkWidget *widget, GdkEvent *event, struct settings *settings)
{
    if (!settings->busy && !settings_has_wrong(settings) && !lathe_edit_is_changed(settings->edit))
        return FALSE;
    if (settings->busy)
        settings->close_then = TRUE;
    else
        settings_ask(settings);
    return TRUE;
}

/* ---- keys ---- */

static void settings_turn_page(struct settings *settings, int by)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(settings->pages);

    row = gtk_list_box_get_row_at_index(settings->pages, gtk_list_box_row_get_index(row) + by);
    if (row == NULL)
        return;
    gtk_list_box_select_row(settings->pages, row);
    gtk_widget_grab_focus(GTK_WIDGET(row));
}

static gboolean settings_on_control_key(struct settings *settings, guint key, gboolean shift)
{
    if (key == GDK_KEY_Page_Down || key == GDK_KEY_Page_Up) {
        settings_turn_page(settings, key == GDK_KEY_Page_Down ? 1 : -1);
        return TRUE;
    }
    if (key == GDK_KEY_z && !shift)
        settings_undo(settings);
    else if (key == GDK_KEY_z || key == GDK_KEY_y)
        settings_redo(settings);
    else if (key == GDK_KEY_s)
        settings_apply(settings);
    else
        return FALSE;
    return TRUE;
}

static gboolean settings_on_key(GtkWidget *widget, GdkEventKey *event, struct settings *settings)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();

    if (event->keyval == GDK_KEY_Escape && modifiers == 0) {
        gtk_window_close(settings->window);
        return TRUE;
    }
    return !settings->busy && (modifiers & ~(guint)GDK_SHIFT_MASK) == GDK_CONTROL_MASK &&
           settings_on_control_key(settings, gdk_keyval_to_lower(event->keyval),
                                   (modifiers & GDK_SHIFT_MASK) != 0);
}

/* ---- pages ---- */

static const struct {
    const char *page;
    void (*add)(struct settings *settings, GtkBox *box);
} settings_own[] = {{"boot", lathe_settings_add_order},
                    {"disks", lathe_settings_add_drives},
                    {"display", lathe_settings_add_graphics},
                    {"firmware", lathe_settings_add_firmware},
                    {"network", lathe_settings_add_network},
                    {"serial", lathe_settings_add_serial},
                    {"shares", lathe_settings_add_shares},
                    {"xml", lathe_settings_add_xml}};

static GtkWidget *settings_new_page(struct settings *settings, const char *id)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    for (gsize i = 0; i < G_N_ELEMENTS(settings_own); i++) {
        if (strcmp(settings_own[i].page, id) == 0)
            settings_own[i].add(settings, GTK_BOX(box));
    }
    lathe_settings_add_fields(settings, GTK_BOX(box), id);
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_AUTOMATIC);
    gtk_container_add(GTK_CONTAINER(scroller), box);
    return scroller;
}

static void settings_add_page(struct settings *settings, const char *id, const char *label)
{
    lathe_sidebar_add(settings->pages, id, label);
    gtk_stack_add_named(settings->stack, settings_new_page(settings, id), id);
}

static GtkWidget *settings_new_body(struct settings *settings)
{
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    settings->pages = lathe_sidebar_new(_("Pages"));
    settings->stack = GTK_STACK(gtk_stack_new());
    for (const struct lathe_setting_page *page = lathe_setting_pages(); page->id != NULL; page++)
        settings_add_page(settings, page->id, _(page->label));
    settings_add_page(settings, "xml", _("XML"));
    lathe_sidebar_turn(settings->pages, settings->stack);
    settings->bar = lathe_alert_new(&settings->bar_words);
    gtk_info_bar_set_message_type(settings->bar, GTK_MESSAGE_ERROR);
    gtk_box_pack_start(GTK_BOX(columns), lathe_sidebar_scroll(settings->pages), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(columns), gtk_separator_new(GTK_ORIENTATION_VERTICAL), FALSE, FALSE,
                       0);
    gtk_box_pack_start(GTK_BOX(columns), GTK_WIDGET(settings->stack), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(body), GTK_WIDGET(settings->bar), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(body), columns, TRUE, TRUE, 0);
    settings->body = columns;
    return body;
}

static GtkWidget *settings_new_titlebar(struct settings *settings)
{
    GtkWidget *bar = gtk_header_bar_new();

    settings->undo = lathe_field_new_icon_button("edit-undo-symbolic", _("Undo"));
    settings->redo = lathe_field_new_icon_button("edit-redo-symbolic", _("Redo"));
    settings->apply = gtk_button_new_with_mnemonic(_("_Apply"));
    gtk_style_context_add_class(gtk_widget_get_style_context(settings->apply), "suggested-action");
    g_signal_connect(settings->undo, "clicked", G_CALLBACK(settings_on_undo), settings);
    g_signal_connect(settings->redo, "clicked", G_CALLBACK(settings_on_redo), settings);
    g_signal_connect(settings->apply, "clicked", G_CALLBACK(settings_on_apply), settings);
    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), settings->undo);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), settings->redo);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), settings->apply);
    GtkWidget *more = gtk_menu_button_new();
    g_autoptr(GMenuModel) menu = lathe_wizard_menu(lathe_edit_machine(settings->edit)->folder);
    gtk_button_set_label(GTK_BUTTON(more), _("Assistants"));
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(more), menu);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), more);
    gtk_widget_show_all(bar);
    return bar;
}

/* ---- the window ---- */

static void settings_free(gpointer data)
{
    struct settings *settings = data;

    lathe_edit_free(settings->edit);
    g_ptr_array_unref(settings->parts);
    g_free(settings);
}

/* The document cannot be used: only its text can be changed. */
static void settings_select_first(struct settings *settings)
{
    guint last = g_list_length(gtk_container_get_children(GTK_CONTAINER(settings->pages))) - 1;
    gboolean broken = lathe_edit_definition(settings->edit) == NULL;
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(settings->pages, broken ? (int)last : 0);

    gtk_list_box_select_row(settings->pages, row);
    gtk_widget_grab_focus(GTK_WIDGET(row));
    settings_say(settings, lathe_edit_problem(settings->edit));
}

static void settings_on_destroy(GtkWidget *widget, struct settings *settings)
{
    settings->closed = TRUE;
}

static GtkWidget *settings_new(GtkApplication *application, struct lathe_edit *edit)
{
    struct settings *settings = g_new0(struct settings, 1);
    GtkWidget *window = gtk_application_window_new(application);

    settings->window = GTK_WINDOW(window);
    settings->edit = edit;
    settings->parts = g_ptr_array_new_with_free_func(settings_free_part);
    g_object_set_data_full(G_OBJECT(window), "settings", settings, settings_free);
    gtk_window_set_default_size(settings->window, SETTINGS_WIDTH, SETTINGS_HEIGHT);
    gtk_window_set_titlebar(settings->window, settings_new_titlebar(settings));
    gtk_container_add(GTK_CONTAINER(window), settings_new_body(settings));
    settings_show_title(settings);
    g_signal_connect(window, "destroy", G_CALLBACK(settings_on_destroy), settings);
    g_signal_connect(window, "delete-event", G_CALLBACK(settings_on_delete), settings);
    g_signal_connect(window, "key-press-event", G_CALLBACK(settings_on_key), settings);
    gtk_widget_show_all(gtk_bin_get_child(GTK_BIN(window)));
    lathe_settings_changed(settings, NULL, NULL);
    settings_select_first(settings); /* before GTK looks for something that takes the focus */
    gtk_widget_show(window);
    return window;
}

static GtkWindow *settings_find(GtkApplication *application, const char *folder)
{
    for (GList *item = gtk_application_get_windows(application); item != NULL; item = item->next) {
        const struct settings *settings = g_object_get_data(item->data, "settings");
        if (settings != NULL && strcmp(lathe_edit_machine(settings->edit)->folder, folder) == 0)
            return item->data;
    }
    return NULL;
}

static void settings_fail(GtkWindow *parent, const char *message)
{
    g_autofree char *sentence = lathe_setting_sentence(message);
    GtkWidget *dialog =
        gtk_message_dialog_new(parent, 0, GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", sentence);

    gtk_window_set_title(GTK_WINDOW(dialog), _("The Settings Cannot Be Opened"));
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_show(dialog);
}

void lathe_settings_show(GtkApplication *application, GtkWindow *parent, const char *machine)
{
    g_autoptr(GError) error = NULL;
    struct lathe_edit *edit = lathe_edit_open(machine, &error);
    GtkWindow *window;

    if (edit == NULL) {
        settings_fail(parent, error->message);
        return;
    }
    window = settings_find(application, lathe_edit_machine(edit)->folder);
    if (window != NULL) {
        lathe_edit_free(edit);
        gtk_window_present(window);
        return;
    }
    window = GTK_WINDOW(settings_new(application, edit));
    gtk_window_set_transient_for(window, parent);
    gtk_window_present(window);
}
