/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shows the creating page or a machine's settings for test-pages.py: pages create [FILE], pages
 * settings NAME. When a page starts a machine, this program is called as "pages run ..." and notes
 * it in the file $LAUNCHED.
 */
#include <gtk/gtk.h>

#include "ui/gtk/application.h"
#include "ui/gtk/create-window.h"
#include "ui/gtk/settings-window.h"

static char **pages_words;

static void pages_load_style(void)
{
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();

    gtk_css_provider_load_from_resource(provider, LATHE_GTK_RESOURCE_BASE "/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
}

static void pages_activate(GtkApplication *application, gpointer data)
{
    pages_load_style();
    if (g_getenv("RIGHT_TO_LEFT") != NULL)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    if (g_str_equal(pages_words[1], "create"))
        lathe_create_show(application, NULL, pages_words[2]);
    else
        lathe_settings_show(application, NULL, pages_words[2]);
}

static int pages_note(void)
{
    g_autofree char *text = g_strjoinv(" ", pages_words + 1);

    return g_file_set_contents(g_getenv("LAUNCHED"), text, -1, NULL) ? 0 : 1;
}

int main(int argc, char **argv)
{
    g_autoptr(GtkApplication) application = NULL;

    pages_words = argv;
    if (argc > 1 && g_str_equal(argv[1], "run"))
        return pages_note();
    g_set_prgname("lathe");
    application = gtk_application_new(NULL, G_APPLICATION_NON_UNIQUE);
    g_signal_connect(application, "activate", G_CALLBACK(pages_activate), NULL);
    return g_application_run(G_APPLICATION(application), 0, NULL);
}
