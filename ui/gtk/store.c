/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g_settings_new ends the process where the schema is not there: it is looked up before. */
#include "ui/gtk/store.h"

#include "ui/gtk/application.h"

/* ---- the schema ---- */

static GSettingsSchema *store_look_in(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "gschemas.compiled", NULL);
    GSettingsSchema *schema = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    GSettingsSchemaSource *source = g_settings_schema_source_new_from_directory(
        folder, g_settings_schema_source_get_default(), FALSE, NULL);
    if (source == NULL)
        return NULL;
    schema = g_settings_schema_source_lookup(source, LATHE_GTK_ID, TRUE);
    g_settings_schema_source_unref(source);
    return schema;
}

/* Beside the program (a build folder), among what is installed, or in the program's own prefix. */
static GSettingsSchema *store_find_schema(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");
    g_autofree char *beside = g_build_filename(folder, "assets", NULL);
    g_autofree char *prefix = g_build_filename(folder, "../share/glib-2.0/schemas", NULL);
    GSettingsSchemaSource *installed = g_settings_schema_source_get_default();
    GSettingsSchema *schema = store_look_in(beside);

    if (schema == NULL && installed != NULL)
        schema = g_settings_schema_source_lookup(installed, LATHE_GTK_ID, TRUE);
    return schema != NULL ? schema : store_look_in(prefix);
}

static gpointer store_open(gpointer data)
{
    GSettingsSchema *schema = store_find_schema();

    if (schema == NULL) {
        g_message("%s has no schema here: preferences are not kept", LATHE_GTK_ID);
        return NULL;
    }
    GSettings *settings = g_settings_new_full(schema, NULL, NULL);
    g_settings_schema_unref(schema);
    return settings;
}

GSettings *lathe_store_get(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, store_open, NULL);
}

/* ---- values ---- */

gboolean lathe_store_get_boolean(const char *key, gboolean fallback)
{
    GSettings *settings = lathe_store_get();

    return settings != NULL ? g_settings_get_boolean(settings, key) : fallback;
}

void lathe_store_set(const char *key, GVariant *value)
{
    GSettings *settings = lathe_store_get();
    g_autoptr(GVariant) wanted = g_variant_ref_sink(value);

    if (settings == NULL)
        return;
    g_autoptr(GVariant) present = g_settings_get_value(settings, key);
    if (!g_variant_equal(present, wanted) && !g_settings_set_value(settings, key, wanted))
        g_message("the preference %s is not kept", key);
}

/* ---- a window's size ---- */

static gboolean store_on_state(GtkWidget *window, GdkEventWindowState *event, gpointer data)
{
    gboolean maximized = (event->new_window_state & GDK_WINDOW_STATE_MAXIMIZED) != 0;

    if ((event->changed_mask & GDK_WINDOW_STATE_MAXIMIZED) != 0)
        lathe_store_set("window-maximized", g_variant_new_boolean(maximized));
    return GDK_EVENT_PROPAGATE;
}

/* The size of a maximized window is the desktop's. */
static void store_on_unmap(GtkWidget *window, gpointer data)
{
    int width, height;

    if (gtk_window_is_maximized(GTK_WINDOW(window)))
        return;
    gtk_window_get_size(GTK_WINDOW(window), &width, &height);
    lathe_store_set("window-size", g_variant_new("(ii)", width, height));
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
