/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys "terminal-*" of the program's GSettings, whose schema bounds them. */
#include "ui/gtk/preferences.h"

#include "app/preferences/preferences.h"
#include "ui/gtk/store.h"

void lathe_preferences_load(struct lathe_preferences *preferences)
{
    GSettings *settings = lathe_store_get();

    *preferences = (struct lathe_preferences){10000, 1.0, FALSE};
    if (settings == NULL)
        return;
    preferences->scrollback = g_settings_get_int(settings, "terminal-scrollback");
    preferences->zoom = g_settings_get_double(settings, "terminal-zoom");
    preferences->timestamps = g_settings_get_boolean(settings, "terminal-timestamps");
}

void lathe_preferences_save(const struct lathe_preferences *preferences)
{
    lathe_preferences_set("terminal-scrollback", g_variant_new_int32(preferences->scrollback));
    lathe_preferences_set("terminal-zoom", g_variant_new_double(preferences->zoom));
    lathe_preferences_set("terminal-timestamps", g_variant_new_boolean(preferences->timestamps));
}
