/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The GtkApplication of one machine's window. Each running machine is a process of its own, hence
 * no single instance.
 */
#include "ui/gtk/application.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "ui/gtk/theme.h"
#include "ui/gtk/window.h"

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
}

static void application_activate(GApplication *application, gpointer data)
{
    GtkWidget *window = lathe_window_new(GTK_APPLICATION(application), LATHE_SESSION(data));

    gtk_window_present(GTK_WINDOW(window));
}

gboolean lathe_gtk_run(LatheSession *session, GError **error)
{
    bindtextdomain("lathe", LATHE_LOCALEDIR);
    bind_textdomain_codeset("lathe", "UTF-8");
    textdomain("lathe");
    g_set_prgname(LATHE_GTK_ID); /* the compositor finds the desktop file by this name */
    g_set_application_name("Lathe");
    if (!gtk_init_check(NULL, NULL)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            "the desktop's display cannot be opened; use --display none");
        return FALSE;
    }
    gtk_window_set_default_icon_name(LATHE_GTK_ID);

    GtkApplication *application = gtk_application_new(LATHE_GTK_ID, G_APPLICATION_NON_UNIQUE);
    g_application_set_resource_base_path(G_APPLICATION(application), LATHE_GTK_RESOURCE_BASE);
    g_signal_connect(application, "startup", G_CALLBACK(application_startup), NULL);
    g_signal_connect(application, "activate", G_CALLBACK(application_activate), session);
    g_application_run(G_APPLICATION(application), 0, NULL);
    g_object_unref(application);
    return TRUE;
}

void lathe_gtk_quit(void)
{
    GApplication *application = g_application_get_default();

    if (application != NULL)
        g_application_quit(application);
}
