/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library has the actions; here is only the way to them. Help is a page of HTML. */
#include "ui/gtk/desktop-actions.h"

#include <glib/gi18n.h>

#include "app/library/library.h"
#include "ui/gtk/launch.h"
#include "ui/gtk/library-window.h"

/* ---- the library's actions ---- */

/* NULL: there is none, though the application was asked for it. */
static LatheLibraryWindow *desktop_library(GApplication *application)
{
    g_application_activate(application);
    for (GList *each = gtk_application_get_windows(GTK_APPLICATION(application)); each != NULL;
         each = each->next) {
        if (LATHE_IS_LIBRARY_WINDOW(each->data))
            return each->data;
    }
    return NULL;
}

/* The desktop file's names, and the window's. */
static void desktop_on_plain(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheLibraryWindow *window = desktop_library(data);
    gboolean new = g_str_equal(g_action_get_name(G_ACTION(action)), "new-machine");

    if (window != NULL)
        g_action_group_activate_action(G_ACTION_GROUP(window), new ? "new" : "open", NULL);
}

static void desktop_on_failed(GApplication *application, const char *text)
{
    LatheLibraryWindow *window = desktop_library(application);

    if (window != NULL)
        lathe_library_window_show_error(window, text);
}

/* One that runs has its window already: the library shows which it is. */
static void desktop_on_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    LatheLibraryWindow *window = desktop_library(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_machine) machine =
        lathe_library_find(library, g_variant_get_string(parameter, NULL), &error);

    if (machine == NULL) {
        desktop_on_failed(data, error->message);
        return;
    }
    if (window != NULL)
        lathe_library_window_select(window, machine->id);
    if (machine->use == LATHE_LOCK_FREE)
        lathe_launch(data, machine->name, desktop_on_failed);
}

void lathe_desktop_actions_install(GApplication *application)
{
    static const GActionEntry entries[] = {
        {"new-machine", desktop_on_plain, NULL, NULL, NULL, {0}},
        {"try-disc", desktop_on_plain, NULL, NULL, NULL, {0}},
        {"open-machine", desktop_on_open, "s", NULL, NULL, {0}},
    };

    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    application);
}

/* ---- help ---- */

/* Beside the program (a build folder), or in its prefix. */
static char *help_path(void)
{
    static const char *const places[] = {"assets/help.html", "../share/doc/lathe/html/index.html"};
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(folder, places[i], NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_canonicalize_filename(path, NULL);
    }
    return NULL;
}

static void help_fail(GtkWindow *parent, const char *why)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(parent, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                               GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, _("Help cannot be shown"));

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", why);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void help_on_action(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    GtkWindow *window = gtk_application_get_active_window(data);
    g_autofree char *path = help_path();
    g_autofree char *uri = path != NULL ? g_filename_to_uri(path, NULL, NULL) : NULL;
    g_autoptr(GError) error = NULL;

    if (uri == NULL)
        help_fail(window, _("It is not installed here; “lathe help” tells much of it."));
    else if (!gtk_show_uri_on_window(window, uri, GDK_CURRENT_TIME, &error))
        help_fail(window, error->message);
}

void lathe_help_install(GtkApplication *application)
{
    static const GActionEntry entry = {"help", help_on_action, NULL, NULL, NULL, {0}};
    gboolean first = g_action_map_lookup_action(G_ACTION_MAP(application), "open-machine") != NULL;
    const char *const keys[] = {"<Primary><Shift>F1", first ? "F1" : NULL, NULL};

    g_action_map_add_action_entries(G_ACTION_MAP(application), &entry, 1, application);
    gtk_application_set_accels_for_action(application, "app.help", keys);
}
