/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key file; every value is checked as if a stranger had written it. */
#include "ui/gtk/display-preferences.h"

#define PREFERENCES_GROUP   "display"
#define PREFERENCES_RELEASE "Ctrl+Alt"

static const char *const scaling_names[] = {
    [DISP_SCALE_FIT] = "fit", [DISP_SCALE_NATIVE] = "native", [DISP_SCALE_WHOLE] = "whole"};

const char *lathe_scaling_name(enum disp_scaling scaling)
{
    return scaling_names[scaling];
}

enum disp_scaling lathe_scaling_from_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(scaling_names); i++) {
        if (g_strcmp0(name, scaling_names[i]) == 0)
            return (enum disp_scaling)i;
    }
    return DISP_SCALE_FIT;
}

static char *preferences_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "lathe", "display.ini", NULL);
}

void lathe_display_preferences_default_release(struct disp_chord *release)
{
    disp_chord_parse(PREFERENCES_RELEASE, release);
}

void lathe_display_preferences_load(struct lathe_display_preferences *preferences)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = preferences_path();

    *preferences = (struct lathe_display_preferences){.resize_guest = TRUE};
    lathe_display_preferences_default_release(&preferences->release);
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return;
    g_autofree char *scaling = g_key_file_get_string(file, PREFERENCES_GROUP, "scaling", NULL);
    g_autofree char *release = g_key_file_get_string(file, PREFERENCES_GROUP, "release", NULL);
    g_autofree char *layout = g_key_file_get_string(file, PREFERENCES_GROUP, "layout", NULL);

    preferences->scaling = lathe_scaling_from_name(scaling);
    if (g_key_file_has_key(file, PREFERENCES_GROUP, "resize-guest", NULL))
        preferences->resize_guest =
            g_key_file_get_boolean(file, PREFERENCES_GROUP, "resize-guest", NULL);
    if (release == NULL || !disp_chord_parse(release, &preferences->release))
        lathe_display_preferences_default_release(&preferences->release);
    if (layout != NULL)
        g_strlcpy(preferences->layout, layout, sizeof(preferences->layout));
}

void lathe_display_preferences_save(const struct lathe_display_preferences *preferences)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *path = preferences_path();
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *release = disp_chord_format(&preferences->release);
    g_autoptr(GError) error = NULL;

    g_key_file_set_string(file, PREFERENCES_GROUP, "scaling",
                          lathe_scaling_name(preferences->scaling));
    g_key_file_set_boolean(file, PREFERENCES_GROUP, "resize-guest", preferences->resize_guest);
    g_key_file_set_string(file, PREFERENCES_GROUP, "release", release);
    g_key_file_set_string(file, PREFERENCES_GROUP, "layout", preferences->layout);
    g_mkdir_with_parents(folder, 0700);
    if (!g_key_file_save_to_file(file, path, &error))
        g_message("preferences are not kept: %s", error->message);
}
