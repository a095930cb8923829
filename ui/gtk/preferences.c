/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key file of a few lines; every value is checked as if a stranger had written it. */
#include "ui/gtk/preferences.h"

#define PREFERENCES_GROUP "terminal"

static char *preferences_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "lathe", "terminal.ini", NULL);
}

void lathe_preferences_load(struct lathe_preferences *preferences)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = preferences_path();

    *preferences = (struct lathe_preferences){10000, 1.0, FALSE};
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return;
    int scrollback = g_key_file_get_integer(file, PREFERENCES_GROUP, "scrollback", NULL);
    double zoom = g_key_file_get_double(file, PREFERENCES_GROUP, "zoom", NULL);
    if (scrollback != 0)
        preferences->scrollback = CLAMP(scrollback, -1, 10000000);
    if (zoom > 0)
        preferences->zoom = CLAMP(zoom, 0.25, 4.0);
    preferences->timestamps = g_key_file_get_boolean(file, PREFERENCES_GROUP, "timestamps", NULL);
}

void lathe_preferences_save(const struct lathe_preferences *preferences)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = preferences_path();
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    g_key_file_set_integer(file, PREFERENCES_GROUP, "scrollback", preferences->scrollback);
    g_key_file_set_double(file, PREFERENCES_GROUP, "zoom", preferences->zoom);
    g_key_file_set_boolean(file, PREFERENCES_GROUP, "timestamps", preferences->timestamps);
    g_mkdir_with_parents(folder, 0700);
    if (!g_key_file_save_to_file(file, path, &error))
        g_message("preferences are not kept: %s", error->message);
}
