/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's window: what it shows when, and files that come to it. */
#include "ui/gtk/library-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/preferences.h"
#include "ui/gtk/application.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/create-window.h"
#include "ui/gtk/drop.h"
#include "ui/gtk/library-private.h"
#include "ui/gtk/store.h"
#include "ui/gtk/wizard-window.h"

G_DEFINE_FINAL_TYPE(LatheLibraryWindow, lathe_library_window, GTK_TYPE_APPLICATION_WINDOW)

/* ---- what is shown ---- */

static void window_show_page(LatheLibraryWindow *window)
{
    const char *page = lathe_watch_get_count(window->watch) == 0         ? "empty"
                       : lathe_library_view_get_count(window->view) == 0 ? "nothing"
                                                                         : "machines";

    if (strcmp(gtk_stack_get_visible_child_name(window->stack), page) != 0)
        gtk_stack_set_visible_child_name(window->stack, page);
}

static void window_update_default(LatheLibraryWindow *window)
{
    static const enum lathe_action_id ids[] = {LATHE_ACTION_START, LATHE_ACTION_RESUME,
                                               LATHE_ACTION_PAUSE};
    static const char *const icons[] = {"media-playback-start-symbolic",
                                        "media-playback-start-symbolic",
                                        "media-playback-pause-symbolic"};
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(window->view);
    gsize row = 0;

    while (selection->len != 0 && row + 1 < G_N_ELEMENTS(ids) &&
           !lathe_library_can_act(window, &lathe_actions[ids[row]]))
        row++;
    g_autofree char *name = g_strconcat("win.", lathe_actions[ids[row]].name, NULL);
    g_auto(GStrv) parts = g_strsplit(_(lathe_actions[ids[row]].label), "_", -1);
    g_autofree char *label = g_strjoinv("", parts);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(window->default_button), name);
    gtk_image_set_from_icon_name(
        GTK_IMAGE(gtk_button_get_image(GTK_BUTTON(window->default_button))), icons[row],
        GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_tooltip_text(window->default_button, label);
    atk_object_set_name(gtk_widget_get_accessible(window->default_button), label);
}

static void window_on_selected(LatheLibraryWindow *window)
{
    struct lathe_watched *watched = lathe_library_view_get_selected(window->view);

    lathe_library_update_actions(window);
    window_update_default(window);
    lathe_library_show_crash(window, watched);
}

static void window_on_activated(LatheLibraryWindow *window)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(window->view);

    for (guint i = 0; i < selection->len; i++) {
        const struct lathe_watched *watched = selection->pdata[i];
        const struct lathe_action *action = lathe_action_default(watched->state);
        if (action != NULL)
            lathe_library_act(window, action->id, watched->machine, NULL);
    }
}

static void window_on_menu(LatheLibraryWindow *window, gpointer event)
{
    g_autoptr(GMenuModel) model = lathe_library_menu(window);
    GtkWidget *menu = gtk_menu_new_from_model(model);
    struct lathe_watched *watched = lathe_library_view_get_cursor(window->view);
    GtkWidget *cell = lathe_library_view_get_widget(window->view, watched);
    const GdkRectangle middle = {0, 0, cell != NULL ? gtk_widget_get_allocated_width(cell) / 2 : 0,
                                 cell != NULL ? gtk_widget_get_allocated_height(cell) / 2 : 0};

    gtk_menu_attach_to_widget(GTK_MENU(menu), GTK_WIDGET(window), NULL);
    g_signal_connect(menu, "selection-done", G_CALLBACK(gtk_widget_destroy), NULL);
    if (event != NULL || cell == NULL)
        gtk_menu_popup_at_pointer(GTK_MENU(menu), event);
    else
        gtk_menu_popup_at_rect(GTK_MENU(menu), gtk_widget_get_window(cell), &middle,
                               GDK_GRAVITY_SOUTH_EAST, GDK_GRAVITY_NORTH_WEST, NULL);
}

static void window_on_moved(LatheLibraryWindow *window, gpointer watched, guint index,
                            const char *group)
{
    lathe_library_move(window, watched, index, group);
}

/* ---- the watch ---- */

static void window_take_wanted(LatheLibraryWindow *window)
{
    struct lathe_watched *watched =
        window->wanted != NULL ? lathe_watch_find(window->watch, window->wanted, NULL) : NULL;

    if (watched == NULL)
        return;
    g_clear_pointer(&window->wanted, g_free);
    window_show_page(window);
    lathe_library_view_select(window->view, watched);
}

static void window_on_list(LatheLibraryWindow *window)
{
    window_show_page(window);
    window_take_wanted(window);
}

/* One that has just crashed is told of, whichever is selected. */
static void window_on_changed(LatheLibraryWindow *window, guint index)
{
    const struct lathe_watched *watched = lathe_watch_get(window->watch, index);
    bool told = g_strcmp0(window->crashed, watched->machine->id) == 0;
    bool crashed = lathe_library_has_crashed(watched);

    if (told || (crashed && window->settled))
        lathe_library_show_crash(window, watched);
}

static void window_on_settled(LatheLibraryWindow *window)
{
    window->settled = true;
}

void lathe_library_window_select(LatheLibraryWindow *window, const char *id)
{
    g_free(window->wanted);
    window->wanted = g_strdup(id);
    window_take_wanted(window);
}

/* ---- files ---- */

static void window_open(LatheLibraryWindow *window, GFile **files, int count)
{
    GApplication *application = G_APPLICATION(gtk_window_get_application(GTK_WINDOW(window)));

    gtk_info_bar_set_revealed(window->info_bar, FALSE);
    g_application_open(application, files, count, "");
}

static void window_on_drop(GtkWidget *widget, GFile **files, int count)
{
    window_open(LATHE_LIBRARY_WINDOW(widget), files, count);
}

static void window_on_chosen(GtkNativeDialog *dialog, int response, LatheLibraryWindow *window)
{
    GFile *file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && file != NULL)
        window_open(window, &file, 1);
    g_clear_object(&file);
    gtk_native_dialog_destroy(dialog);
    g_clear_object(&window->chooser);
}

void lathe_library_window_choose(LatheLibraryWindow *window)
{
    static const char *const images[] = {"*.iso",    "*.ISO", "*.img", "*.qcow2",
                                         "*.qcow2c", "*.raw", NULL};

    if (window->chooser != NULL)
        return;
    window->chooser = lathe_choose_file_new(GTK_WINDOW(window), _("Choose a Disc or Disk Image"),
                                            _("_Start"), _("Disc and disk images"), images);
    g_signal_connect(window->chooser, "response", G_CALLBACK(window_on_chosen), window);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(window->chooser));
}

void lathe_library_window_new_machine(LatheLibraryWindow *window, const char *path)
{
    lathe_create_show(gtk_window_get_application(GTK_WINDOW(window)), GTK_WINDOW(window), path);
}

static void on_choose_clicked(GtkButton *button, LatheLibraryWindow *window)
{
    lathe_library_window_choose(window);
}

static void on_recent_activated(GtkListBox *list, GtkListBoxRow *row, LatheLibraryWindow *window)
{
    GFile *file = g_file_new_for_uri(g_object_get_data(G_OBJECT(row), "uri"));

    window_open(window, &file, 1);
    g_object_unref(file);
}

static void window_fill_recent(LatheLibraryWindow *window)
{
    lathe_library_recent_fill(window->recent_list, window->recent_box);
}

void lathe_library_window_show_error(LatheLibraryWindow *window, const char *text)
{
    g_autofree char *sentence = g_strdup(text); /* the command line begins it small */

    sentence[0] = g_ascii_toupper(sentence[0]);
    lathe_library_tell(window, GTK_MESSAGE_ERROR, sentence, NULL);
}

/* ---- search ---- */

/* With each letter: Tab behind the last one is to come to what was found. */
static void on_search_changed(GtkSearchEntry *entry, LatheLibraryWindow *window)
{
    lathe_library_view_search(window->view, gtk_entry_get_text(GTK_ENTRY(entry)));
}

static void window_on_search_mode(LatheLibraryWindow *window)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), "search");

    g_simple_action_set_state(
        G_SIMPLE_ACTION(action),
        g_variant_new_boolean(gtk_search_bar_get_search_mode(window->search_bar)));
}

/* ---- how it looked last ---- */

#define WINDOW_LIST_KEY "library-list"

void lathe_library_keep_list(gboolean list)
{
    lathe_preferences_set(WINDOW_LIST_KEY, g_variant_new_boolean(list));
}

static void window_load_view(LatheLibraryWindow *window)
{
    if (lathe_store_get_boolean(WINDOW_LIST_KEY, FALSE))
        g_action_group_change_action_state(G_ACTION_GROUP(window), "list",
                                           g_variant_new_boolean(TRUE));
}

/* ---- the object ---- */

static void window_watch(LatheLibraryWindow *window)
{
    window->watch = lathe_watch_new(NULL);
    window->view = LATHE_LIBRARY_VIEW(lathe_library_view_new(window->watch));
    gtk_container_add(GTK_CONTAINER(window->scrolled), GTK_WIDGET(window->view));
    gtk_widget_show(GTK_WIDGET(window->view));
    g_signal_connect_swapped(window->view, "arranged", G_CALLBACK(window_show_page), window);
    g_signal_connect_swapped(window->view, "selected", G_CALLBACK(window_on_selected), window);
    g_signal_connect_swapped(window->view, "activated", G_CALLBACK(window_on_activated), window);
    g_signal_connect_swapped(window->view, "menu", G_CALLBACK(window_on_menu), window);
    g_signal_connect_swapped(window->view, "moved", G_CALLBACK(window_on_moved), window);
    g_signal_connect_object(window->watch, "added", G_CALLBACK(window_on_list), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->watch, "removed", G_CALLBACK(window_on_list), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->watch, "changed", G_CALLBACK(window_on_changed), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->watch, "settled", G_CALLBACK(window_on_settled), window,
                            G_CONNECT_SWAPPED);
}

GtkWidget *lathe_library_window_new(GtkApplication *application)
{
    return g_object_new(LATHE_TYPE_LIBRARY_WINDOW, "application", application, NULL);
}

static void lathe_library_window_dispose(GObject *object)
{
    LatheLibraryWindow *window = LATHE_LIBRARY_WINDOW(object);

    g_clear_handle_id(&window->info_timer, g_source_remove);
    g_clear_object(&window->chooser);
    g_clear_object(&window->watch);
    G_OBJECT_CLASS(lathe_library_window_parent_class)->dispose(object);
}

static void lathe_library_window_finalize(GObject *object)
{
    LatheLibraryWindow *window = LATHE_LIBRARY_WINDOW(object);

    g_clear_pointer(&window->info_undo, g_ptr_array_unref);
    g_free(window->wanted);
    g_free(window->crashed);
    G_OBJECT_CLASS(lathe_library_window_parent_class)->finalize(object);
}

static void lathe_library_window_init(LatheLibraryWindow *window)
{
    gtk_widget_init_template(GTK_WIDGET(window));
    gtk_application_window_set_help_overlay(GTK_APPLICATION_WINDOW(window), NULL);
    window_watch(window);
    lathe_library_add_actions(window);
    g_autoptr(GMenuModel) wizards = lathe_wizard_menu(NULL);
    g_menu_append_section(window->wizard_menu, NULL, wizards);
    lathe_library_add_leave(window);
    lathe_library_connect_messages(window);
    lathe_drop_accept(GTK_WIDGET(window), window_on_drop);
    window_fill_recent(window);
    g_signal_connect_object(gtk_recent_manager_get_default(), "changed",
                            G_CALLBACK(window_fill_recent), window, G_CONNECT_SWAPPED);
    gtk_search_bar_connect_entry(window->search_bar, window->search_entry);
    g_signal_connect_swapped(window->search_bar, "notify::search-mode-enabled",
                             G_CALLBACK(window_on_search_mode), window);
    g_signal_connect(window, "key-press-event", G_CALLBACK(lathe_library_on_key), NULL);
    window_load_view(window);
    window_on_selected(window);
    window_show_page(window);
}

static void lathe_library_window_class_init(LatheLibraryWindowClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_library_window_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_library_window_finalize;
    gtk_widget_class_set_template_from_resource(widget,
                                                LATHE_GTK_RESOURCE_BASE "/library-window.ui");
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, stack);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, scrolled);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, recent_box);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, recent_list);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, wizard_menu);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, default_button);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, search_bar);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, search_entry);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, info_bar);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, info_label);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, info_button);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, crash_bar);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, crash_label);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, crash_log);
    gtk_widget_class_bind_template_child(widget, LatheLibraryWindow, crash_start);
    gtk_widget_class_bind_template_callback(widget, on_choose_clicked);
    gtk_widget_class_bind_template_callback(widget, on_recent_activated);
    gtk_widget_class_bind_template_callback(widget, on_search_changed);
}
