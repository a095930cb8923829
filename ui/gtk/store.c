/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the program's GSettings, and the size of its windows. */
#include "ui/gtk/store.h"

#include "app/preferences/preferences.h"

GSettings *lathe_store_get(void)
{
    return lathe_preferences_get();
}

/* ---- values ---- */

gboolean lathe_store_get_boolean(const char *key, gboolean fallback)
{
    GSettings *settings = lathe_store_get();

    return settings != NULL ? g_settings_get_boolean(settings, key) : fallback;
}

/* ---- a window's size ---- */

static gboolean store_on_state(GtkWidget *window, GdkEventWindowState *event, gpointer data)
{
    gboolean maximized = (event->new_window_state & GDK_WINDOW_STATE_MAXIMIZED) != 0;

    if ((event->changed_mask & GDK_WINDOW_STATE_MAXIMIZED) != 0)
        lathe_preferences_set("window-maximized", g_variant_new_boolean(maximized));
    return GDK_EVENT_PROPAGATE;
}

/* The size of a maximized window is the desktop's. */
static void store_on_unmap(GtkWidget *window, gpointer data)
{
    int width, height;

    if (gtk_window_is_maximized(GTK_WINDOW(window)))
        return;
    gtk_window_get_size(GTK_WINDOW(window), &width, &height);
    lathe_preferences_set("window-size", g_variant_new("(ii)", width, height));
}

void lathe_store_keep_window(GtkWindow *window)
{
    GSettings *settings = lathe_store_get();
    int width, height;

    if (settings == NULL)
        return;
    g_settings_get(settings, "window-size", "(ii)", &width, &height);
    if (width > 0 && height > 0)
        gtk_window_set_default_size(window, width, height);
    if (g_settings_get_boolean(settings, "window-maximized"))
        gtk_window_maximize(window);
    g_signal_connect(window, "window-state-event", G_CALLBACK(store_on_state), NULL);
    g_signal_connect(window, "unmap", G_CALLBACK(store_on_unmap), NULL);
}
