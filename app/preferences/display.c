/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys "display-*" of the program's GSettings; what its schema cannot check is checked here. */
#include "app/preferences/display.h"

#include "app/preferences/preferences.h"

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

void lathe_display_preferences_default_release(struct disp_chord *release)
{
    disp_chord_parse(PREFERENCES_RELEASE, release);
}

void lathe_display_preferences_load(struct lathe_display_preferences *preferences)
{
    GSettings *settings = lathe_preferences_get();

    *preferences = (struct lathe_display_preferences){
        .resize_guest = TRUE, .clipboard_to_guest = TRUE, .clipboard_to_host = TRUE};
    lathe_display_preferences_default_release(&preferences->release);
    if (settings == NULL)
        return;
    g_autofree char *scaling = g_settings_get_string(settings, "display-scaling");
    g_autofree char *release = g_settings_get_string(settings, "display-release");
    g_autofree char *layout = g_settings_get_string(settings, "display-layout");

    preferences->scaling = lathe_scaling_from_name(scaling);
    preferences->resize_guest = g_settings_get_boolean(settings, "display-resize-guest");
    preferences->clipboard_to_guest = g_settings_get_boolean(settings, "clipboard-to-guest");
    preferences->clipboard_to_host = g_settings_get_boolean(settings, "clipboard-to-host");
    if (!disp_chord_parse(release, &preferences->release))
        lathe_display_preferences_default_release(&preferences->release);
    g_strlcpy(preferences->layout, layout, sizeof(preferences->layout));
}

void lathe_display_preferences_save(const struct lathe_display_preferences *preferences)
{
    g_autofree char *release = disp_chord_format(&preferences->release);

    lathe_preferences_set("display-scaling",
                          g_variant_new_string(lathe_scaling_name(preferences->scaling)));
    lathe_preferences_set("display-resize-guest", g_variant_new_boolean(preferences->resize_guest));
    lathe_preferences_set("clipboard-to-guest",
                          g_variant_new_boolean(preferences->clipboard_to_guest));
    lathe_preferences_set("clipboard-to-host",
                          g_variant_new_boolean(preferences->clipboard_to_host));
    lathe_preferences_set("display-release", g_variant_new_string(release));
    lathe_preferences_set("display-layout", g_variant_new_string(preferences->layout));
}
