/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's actions: those of machines, from the table of app/actions, and the window's own. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/console-window.h"
#include "ui/gtk/flipbook-window.h"
#include "ui/gtk/library-private.h"
#include "ui/gtk/settings-window.h"

/* ---- doing ---- */

struct act {
    LatheLibraryWindow *window;
    const struct lathe_action *action;
    char *name, *id;           /* the machine's, and its folder's */
    GCancellable *cancellable; /* of one that takes a while, like its bar */
    GtkWidget *bar;            /* NULL: it is gone with the window */
};

static void act_show_text(struct act *act, const char *text)
{
    /* Translators: a machine's name, and what is shown of it */
    g_autofree char *title =
        g_strdup_printf(_("%s – %s"), act->name,
                        act->action->id == LATHE_ACTION_LOG   ? _("Log")
                        : act->action->id == LATHE_ACTION_XML ? _("libvirt XML")
                                                              : _("QEMU command"));

    lathe_library_show_text(act->window, title, text);
}

/* What there is to say or show when it went well; the watch shows the rest. */
static void act_tell(struct act *act, const char *text)
{
    g_autoptr(GPtrArray) undo = g_ptr_array_new();

    g_ptr_array_add(undo, act->name);
    if ((act->action->flags & LATHE_ACTION_GIVES_TEXT) != 0)
        act_show_text(act, text);
    else if (act->action->id == LATHE_ACTION_DELETE)
        lathe_library_tell(act->window, GTK_MESSAGE_INFO, text, undo);
    else if (act->action->id == LATHE_ACTION_CLONE || act->action->id == LATHE_ACTION_LINK_CLONE)
        lathe_library_window_select(act->window, text);
}

static void act_on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    struct act *act = data;
    LatheLibraryWindow *window = act->window;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_action_finish(result, &error);
    struct lathe_watched *watched =
        window->watch != NULL ? lathe_watch_find(window->watch, act->id, NULL) : NULL;

    if (act->bar != NULL)
        gtk_widget_destroy(act->bar);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_clear_pointer(&text, g_free); /* whoever stopped it knows */
    else if (window->watch != NULL && text == NULL)
        lathe_library_window_show_error(window, error->message);
    else if (window->watch != NULL)
        act_tell(act, text);
    if (watched != NULL)
        lathe_watch_look(window->watch, watched);
    g_object_unref(window);
    g_clear_object(&act->cancellable);
    g_free(act->name);
    g_free(act->id);
    g_free(act);
}

static void act_on_told(gpointer data, double share)
{
    struct act *act = data;

    if (act->bar != NULL)
        lathe_library_set_progress(act->bar, share);
}

/* With a bar, which may go with the window. */
static void act_watched(struct act *act, const struct lathe_machine *machine, const char *name)
{
    /* Translators: a machine's name, and that of its clone */
    g_autofree char *text = g_strdup_printf(_("Cloning %s to %s…"), act->name, name);

    act->cancellable = g_cancellable_new();
    act->bar = lathe_library_show_progress(act->window, text, act->cancellable);
    g_signal_connect(act->bar, "destroy", G_CALLBACK(gtk_widget_destroyed), &act->bar);
    lathe_action_perform_watched(act->action, lathe_watch_get_library(act->window->watch), machine,
                                 name, act->cancellable, act_on_told, act_on_done, act);
}

void lathe_library_act(LatheLibraryWindow *window, enum lathe_action_id id,
                       const struct lathe_machine *machine, const char *name)
{
    struct act *act = g_new0(struct act, 1);

    *act = (struct act){g_object_ref(window), &lathe_actions[id], g_strdup(machine->name),
                        g_strdup(machine->id)};
    if ((act->action->flags & LATHE_ACTION_TAKES_WHILE) != 0)
        act_watched(act, machine, name);
    else
        lathe_action_perform(act->action, lathe_watch_get_library(window->watch), machine, name,
                             act_on_done, act);
}

/* With what is selected, if it can be done now. */
static void act_on_selected(LatheLibraryWindow *window, const struct lathe_action *action)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(window->view);

    if (!lathe_library_can_act(window, action))
        return;
    if ((action->flags & LATHE_ACTION_TAKES_NAME) != 0)
        lathe_library_ask_name(window, action);
    else if (selection->len > 1)
        lathe_library_act_several(window, action->id, selection, NULL);
    else
        lathe_library_act(window, action->id,
                          ((struct lathe_watched *)selection->pdata[0])->machine, NULL);
}

static void on_machine_action(GSimpleAction *simple, GVariant *parameter, gpointer data)
{
    const char *name = g_action_get_name(G_ACTION(simple));

    for (int i = 0; i < LATHE_ACTIONS; i++) {
        if (strcmp(lathe_actions[i].name, name) == 0)
            act_on_selected(data, &lathe_actions[i]);
    }
}

/* ---- dragging ---- */

struct act_move {
    LatheLibraryWindow *window;
    char *id, *group;
};

/* Its place is right; now its group, if it has another one there. */
static void move_on_placed(GObject *source, GAsyncResult *result, gpointer data)
{
    struct act_move *move = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_action_finish(result, &error);
    struct lathe_watched *watched =
        move->window->watch != NULL ? lathe_watch_find(move->window->watch, move->id, NULL) : NULL;

    if (watched != NULL && text == NULL)
        lathe_library_window_show_error(move->window, error->message);
    else if (watched != NULL && g_strcmp0(watched->machine->group, move->group) != 0)
        lathe_library_act(move->window, LATHE_ACTION_GROUP, watched->machine,
                          move->group != NULL ? move->group : "");
    g_object_unref(move->window);
    g_free(move->id);
    g_free(move->group);
    g_free(move);
}

void lathe_library_move(LatheLibraryWindow *window, struct lathe_watched *watched, guint index,
                        const char *group)
{
    struct act_move *move = g_new0(struct act_move, 1);

    *move =
        (struct act_move){g_object_ref(window), g_strdup(watched->machine->id), g_strdup(group)};
    lathe_action_place(lathe_watch_get_library(window->watch), watched->machine, index,
                       move_on_placed, move);
}

/* ---- the window's own ---- */

static void on_list(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheLibraryWindow *window = data;

    g_simple_action_set_state(action, value);
    lathe_library_view_set_lines(window->view, g_variant_get_boolean(value));
    lathe_library_keep_list(g_variant_get_boolean(value));
}

static void on_search(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheLibraryWindow *window = data;
    gboolean open = g_variant_get_boolean(value);

    g_simple_action_set_state(action, value);
    gtk_search_bar_set_search_mode(window->search_bar, open);
    if (open)
        gtk_widget_grab_focus(GTK_WIDGET(window->search_entry));
}

/* Ctrl+F leads to the entry, also when it is open. */
static void on_open_recording(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_flipbook_ask(gtk_window_get_application(data), data);
}

static void on_find(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    g_action_group_change_action_state(G_ACTION_GROUP(data), "search", g_variant_new_boolean(TRUE));
}

static void on_new(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_library_window_new_machine(data, NULL);
}

static void on_settings(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheLibraryWindow *window = data;
    const struct lathe_watched *watched = lathe_library_view_get_selected(window->view);

    if (watched != NULL)
        lathe_settings_show(gtk_window_get_application(GTK_WINDOW(window)), GTK_WINDOW(window),
                            watched->machine->folder);
}

static void on_consoles(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheLibraryWindow *window = data;
    const struct lathe_watched *watched = lathe_library_view_get_selected(window->view);

    if (watched != NULL)
        lathe_console_show(gtk_window_get_application(GTK_WINDOW(window)), watched->machine->name,
                           NULL);
}

static void on_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_library_window_choose(data);
}

static void on_close(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    gtk_window_close(GTK_WINDOW(data));
}

static void on_shortcuts(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    GtkWidget *shortcuts = lathe_library_shortcuts_new();

    gtk_window_set_transient_for(GTK_WINDOW(shortcuts), GTK_WINDOW(data));
    gtk_window_present(GTK_WINDOW(shortcuts));
}

static const struct own_row {
    GActionEntry entry;
    const char *label, *key;
    bool selected; /* it is about the selected machine, and in its menu */
} own_rows[] = {
    {{"new", on_new, NULL, NULL, NULL, {0}}, N_("New Machine"), "<Primary>n"},
    {{"consoles", on_consoles, NULL, NULL, NULL, {0}}, N_("Serial Consoles"), "<Primary>k", true},
    {{"settings", on_settings, NULL, NULL, NULL, {0}}, N_("Settings"), "<Alt>Return", true},
    {{"open", on_open, NULL, NULL, NULL, {0}}, N_("Try a Disc or Disk Image"), "<Primary><Shift>o"},
    {{"open-recording", on_open_recording, NULL, NULL, NULL, {0}},
     N_("Look at a Recording"),
     "<Primary><Shift>v"},
    {{"find", on_find, NULL, NULL, NULL, {0}}, N_("Search"), "<Primary>f"},
    {{"search", NULL, NULL, "false", on_search, {0}}, NULL, NULL},
    {{"list", NULL, NULL, "false", on_list, {0}}, N_("Show as a List"), "<Primary>t"},
    {{"shortcuts", on_shortcuts, NULL, NULL, NULL, {0}},
     N_("Keyboard Shortcuts"),
     "<Primary>question"},
    {{"close", on_close, NULL, NULL, NULL, {0}}, N_("Close the Library"), "<Primary>w"},
};

void lathe_library_add_actions(LatheLibraryWindow *window)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++)
        g_action_map_add_action_entries(G_ACTION_MAP(window), &own_rows[i].entry, 1, window);
    for (int i = 0; i < LATHE_ACTIONS; i++) {
        const GActionEntry entry = {
            lathe_actions[i].name, on_machine_action, NULL, NULL, NULL, {0}};
        g_action_map_add_action_entries(G_ACTION_MAP(window), &entry, 1, window);
    }
}

void lathe_library_update_actions(LatheLibraryWindow *window)
{
    const struct lathe_watched *watched = lathe_library_view_get_selected(window->view);

    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++) {
        GAction *own = g_action_map_lookup_action(G_ACTION_MAP(window), own_rows[i].entry.name);
        if (own_rows[i].selected)
            g_simple_action_set_enabled(G_SIMPLE_ACTION(own), watched != NULL);
    }
    for (int i = 0; i < LATHE_ACTIONS; i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), lathe_actions[i].name);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action),
                                    lathe_library_can_act(window, &lathe_actions[i]));
    }
}

/* ---- keys ---- */

static bool key_matches(const GdkEventKey *event, const char *key)
{
    guint keyval = 0, wanted = gdk_keyval_to_lower(event->keyval);
    GdkModifierType modifiers = 0, pressed;

    if (key == NULL)
        return false;
    gtk_accelerator_parse(key, &keyval, &modifiers);
    pressed = event->state & gtk_accelerator_get_default_mod_mask();
    if (keyval == GDK_KEY_question) /* where it needs Shift, that is part of the key */
        pressed &= ~(guint)GDK_SHIFT_MASK;
    return keyval == wanted && pressed == modifiers;
}

/* Those with Ctrl also from an entry; the others belong to it. */
static bool key_is_taken(GtkWidget *window, const GdkEventKey *event)
{
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(window));

    return GTK_IS_EDITABLE(focus) && (event->state & GDK_CONTROL_MASK) == 0;
}

static bool key_own(LatheLibraryWindow *window, const GdkEventKey *event)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++) {
        if (!key_matches(event, own_rows[i].key))
            continue;
        g_action_group_activate_action(G_ACTION_GROUP(window), own_rows[i].entry.name, NULL);
        return true;
    }
    return false;
}

static bool key_machine(LatheLibraryWindow *window, const GdkEventKey *event)
{
    for (int i = 0; i < LATHE_ACTIONS; i++) {
        if (!key_matches(event, lathe_actions[i].key) ||
            !lathe_library_can_act(window, &lathe_actions[i]))
            continue;
        act_on_selected(window, &lathe_actions[i]);
        return true;
    }
    return false;
}

/* Out of what was looked for, with the machine that was found. */
static bool key_ends_search(LatheLibraryWindow *window, const GdkEventKey *event)
{
    if (event->keyval != GDK_KEY_Escape || !gtk_search_bar_get_search_mode(window->search_bar))
        return false;
    gtk_search_bar_set_search_mode(window->search_bar, FALSE);
    lathe_library_view_search(window->view, "");
    if (lathe_library_view_get_selected(window->view) != NULL)
        lathe_library_view_select(window->view, lathe_library_view_get_selected(window->view));
    return true;
}

gboolean lathe_library_on_key(GtkWidget *widget, GdkEventKey *event, gpointer data)
{
    LatheLibraryWindow *window = LATHE_LIBRARY_WINDOW(widget);

    if (key_is_taken(widget, event))
        return FALSE;
    if (key_own(window, event) || key_machine(window, event) || key_ends_search(window, event))
        return TRUE;
    return gtk_stack_get_visible_child(window->stack) == window->scrolled &&
           !GTK_IS_EDITABLE(gtk_window_get_focus(GTK_WINDOW(widget))) &&
           event->keyval != GDK_KEY_space && /* which presses buttons */
           gtk_search_bar_handle_event(window->search_bar, (GdkEvent *)event);
}

/* ---- menus and help ---- */

static void menu_add(GMenu *menu, const char *label, const char *action, const char *key)
{
    g_autofree char *name = g_strconcat("win.", action, NULL);
    g_autoptr(GMenuItem) item = g_menu_item_new(_(label), name);

    if (key != NULL)
        g_menu_item_set_attribute(item, "accel", "s", key);
    g_menu_append_item(menu, item);
}

static void menu_add_own(GMenu *menu)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++) {
        if (own_rows[i].selected)
            menu_add(menu, own_rows[i].label, own_rows[i].entry.name, own_rows[i].key);
    }
}

GMenuModel *lathe_library_menu(LatheLibraryWindow *window)
{
    /* Where a part of the menu ends. */
    static const enum lathe_action_id ends[] = {LATHE_ACTION_RESET, LATHE_ACTION_DISCARD,
                                                LATHE_ACTION_QEMU, LATHE_ACTION_DELETE};
    bool alone = lathe_library_view_get_selected(window->view) != NULL;
    GMenu *menu = g_menu_new();
    int next = 0;

    for (gsize part = 0; part < G_N_ELEMENTS(ends); part++) {
        g_autoptr(GMenu) section = g_menu_new();
        for (; next <= (int)ends[part]; next++) {
            if (lathe_library_can_act(window, &lathe_actions[next]))
                menu_add(section, lathe_actions[next].label, lathe_actions[next].name,
                         lathe_actions[next].key);
        }
        if (alone && ends[part] == LATHE_ACTION_RESET)
            menu_add_own(section);
        g_menu_append_section(menu, NULL, G_MENU_MODEL(section));
    }
    return G_MENU_MODEL(menu);
}

static void shortcuts_add(GtkWidget *group, const char *label, const char *key)
{
    g_auto(GStrv) parts = g_strsplit(label, "_", -1);
    g_autofree char *title = g_strjoinv("", parts); /* without mnemonics */

    gtk_container_add(GTK_CONTAINER(group),
                      g_object_new(GTK_TYPE_SHORTCUTS_SHORTCUT, "title", title, "accelerator", key,
                                   "visible", TRUE, NULL));
}

static GtkWidget *shortcuts_group(GtkWidget *section, const char *title)
{
    GtkWidget *group =
        g_object_new(GTK_TYPE_SHORTCUTS_GROUP, "title", title, "visible", TRUE, NULL);

    gtk_container_add(GTK_CONTAINER(section), group);
    return group;
}

GtkWidget *lathe_library_shortcuts_new(void)
{
    GtkWidget *window = g_object_new(GTK_TYPE_SHORTCUTS_WINDOW, "modal", TRUE, NULL);
    GtkWidget *section =
        g_object_new(GTK_TYPE_SHORTCUTS_SECTION, "section-name", "library", "visible", TRUE, NULL);
    GtkWidget *group = shortcuts_group(section, _("Library"));

    for (gsize i = 0; i < G_N_ELEMENTS(own_rows); i++) {
        if (own_rows[i].key != NULL)
            shortcuts_add(group, _(own_rows[i].label), own_rows[i].key);
    }
    group = shortcuts_group(section, _("Selected Machine"));
    shortcuts_add(group, _("Start or show"), "Return");
    shortcuts_add(group, _("Menu"), "Menu <Shift>F10");
    shortcuts_add(group, _("Select as far as there"), "<Shift>Right");
    shortcuts_add(group, _("Select beside the others"), "<Primary>space");
    shortcuts_add(group, _("Select all"), "<Primary>a");
    for (int i = 0; i < LATHE_ACTIONS; i++) {
        if (lathe_actions[i].key != NULL)
            shortcuts_add(group, _(lathe_actions[i].label), lathe_actions[i].key);
    }
    gtk_container_add(GTK_CONTAINER(window), section);
    return window;
}
