/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two GtkApplications. That of a machine's window: each running machine is a process of its own,
 * hence no single instance. And that of the library, of which there is one: it opens files,
 * and starts such a process for each.
 */
#include "ui/gtk/application.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "ui/gtk/console-window.h"
#include "ui/gtk/desktop-actions.h"
#include "ui/gtk/firmware-window.h"
#include "ui/gtk/flipbook-window.h"
#include "ui/gtk/launch.h"
#include "ui/gtk/library-private.h"
#include "ui/gtk/store.h"
#include "ui/gtk/theme.h"
#include "ui/gtk/window.h"
#include "ui/gtk/wizard-window.h"

/* VTE brings its own style at the application's priority: ours comes after it. */
#define STYLE_PRIORITY (GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1)

static void application_load_style(void)
{
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();

    gtk_css_provider_load_from_resource(provider, LATHE_GTK_RESOURCE_BASE "/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider), STYLE_PRIORITY);
}

static void application_startup(GApplication *application, gpointer data)
{
    application_load_style();
    lathe_theme_follow_desktop();
    lathe_window_install_accels(GTK_APPLICATION(application));
    lathe_help_install(GTK_APPLICATION(application));
    lathe_wizard_install(GTK_APPLICATION(application));
}

static void application_activate(GApplication *application, gpointer data)
{
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(application));

    if (window == NULL) /* else somebody clicked on a notification */
        window = GTK_WINDOW(lathe_window_new(GTK_APPLICATION(application), LATHE_SESSION(data)));
    gtk_window_present(window);
}

static gboolean application_init(GError **error)
{
    g_set_prgname(LATHE_GTK_ID); /* the compositor finds the desktop file by this name */
    g_set_application_name("Lathe");
    if (!gtk_init_check(NULL, NULL)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            _("the desktop's display cannot be opened; use --display none"));
        return FALSE;
    }
    gtk_window_set_default_icon_name(LATHE_GTK_ID);
    return TRUE;
}

static GApplication *application_new(GApplicationFlags flags)
{
    GtkApplication *application = gtk_application_new(LATHE_GTK_ID, flags);

    g_application_set_resource_base_path(G_APPLICATION(application), LATHE_GTK_RESOURCE_BASE);
    g_signal_connect(application, "startup", G_CALLBACK(application_startup), NULL);
    return G_APPLICATION(application);
}

gboolean lathe_gtk_run(LatheSession *session, GError **error)
{
    if (!application_init(error))
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(application_activate), session);
    g_application_run(application, 0, NULL);
    g_object_unref(application);
    return TRUE;
}

/* ---- the library ---- */

static LatheLibraryWindow *application_library(GApplication *application)
{
    GtkWidget *window = NULL;

    for (GList *each = gtk_application_get_windows(GTK_APPLICATION(application));
         each != NULL && window == NULL; each = each->next)
        window = LATHE_IS_LIBRARY_WINDOW(each->data) ? each->data : NULL; /* others are its pages */
    if (window == NULL) {
        window = lathe_library_window_new(GTK_APPLICATION(application));
        lathe_store_keep_window(GTK_WINDOW(window));
    }
    gtk_window_present(GTK_WINDOW(window));
    return LATHE_LIBRARY_WINDOW(window);
}

static void application_on_activate(GApplication *application, gpointer data)
{
    application_library(application);
}

static void application_on_failed(GApplication *application, const char *text)
{
    lathe_library_window_show_error(application_library(application), text);
}

static void application_on_open(GApplication *application, GFile **files, int count,
                                const char *hint, gpointer data)
{
    for (int i = 0; i < count; i++) {
        const char *path = g_file_peek_path(files[i]);
        if (path == NULL) {
            application_on_failed(application, _("Only files of this computer can be opened."));
            continue;
        }
        lathe_library_recent_note(files[i]);
        lathe_launch(application, path, application_on_failed);
    }
}

gboolean lathe_gtk_start(gboolean service, GError **error)
{
    char *arguments[] = {(char *)"lathe", service ? (char *)"--gapplication-service" : NULL, NULL};

    if (!application_init(error))
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_HANDLES_OPEN);
    lathe_desktop_actions_install(application);
    g_signal_connect(application, "activate", G_CALLBACK(application_on_activate), NULL);
    g_signal_connect(application, "open", G_CALLBACK(application_on_open), NULL);
    g_application_run(application, service ? 2 : 1, arguments);
    g_object_unref(application);
    return TRUE;
}

/* ---- a variable store alone ---- */

static void application_on_store(GApplication *application, gpointer path)
{
    lathe_firmware_show(GTK_APPLICATION(application), NULL, path);
}

gboolean lathe_gtk_show_store(const char *path, GError **error)
{
    if (!application_init(error))
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(application_on_store), (gpointer)path);
    g_application_run(application, 0, NULL);
    g_object_unref(application);
    return TRUE;
}

/* ---- a recording alone ---- */

static void application_on_recording(GApplication *application, gpointer book)
{
    lathe_flipbook_present(GTK_APPLICATION(application), book);
}

gboolean lathe_gtk_show_recording(const char *path, GError **error)
{
    if (!application_init(error))
        return FALSE;
    struct lathe_flipbook *book = lathe_flipbook_new(path, error);
    if (book == NULL)
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(application_on_recording), book);
    g_application_run(application, 0, NULL);
    g_object_unref(application);
    return TRUE;
}

/* ---- consoles alone ---- */

static void application_on_consoles(GApplication *application, gpointer data)
{
    const struct lathe_console_target *target = data;

    if (target->machine == NULL)
        lathe_console_show(GTK_APPLICATION(application), NULL, NULL);
    for (; target->machine != NULL; target++)
        lathe_console_show(GTK_APPLICATION(application), target->machine, target->port);
}

gboolean lathe_gtk_show_consoles(const struct lathe_console_target *targets, GError **error)
{
    if (!application_init(error))
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(application_on_consoles),
                     (gpointer)targets);
    g_application_run(application, 0, NULL);
    g_object_unref(application);
    return TRUE;
}

/* ---- an assistant alone ---- */

struct application_asking {
    const struct lathe_wizard *wizard;
    struct lathe_answers *answers;
};

static void application_on_ask(GApplication *application, gpointer data)
{
    const struct application_asking *asking = data;

    lathe_wizard_show(GTK_APPLICATION(application), NULL, asking->wizard, asking->answers);
}

gboolean lathe_gtk_ask(const struct lathe_wizard *wizard, struct lathe_answers *answers,
                       gboolean *done, GError **error)
{
    struct application_asking asking = {wizard, answers};

    if (!application_init(error))
        return FALSE;
    GApplication *application = application_new(G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(application_on_ask), &asking);
    g_application_run(application, 0, NULL);
    g_object_unref(application);
    if (done != NULL)
        *done = TRUE;
    return TRUE;
}

void lathe_gtk_quit(void)
{
    GApplication *application = g_application_get_default();

    if (application != NULL)
        g_application_quit(application);
}
