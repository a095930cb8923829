/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's sound: the microphone's switch, which the window shows while it is on, and mute. */
#include "app/session/hearing.h"
#include "ui/gtk/window-private.h"

static void action_microphone(GSimpleAction *action, GVariant *value, gpointer data)
{
    lathe_hearing_allow_microphone(LATHE_WINDOW(data)->session, g_variant_get_boolean(value));
}

static void action_mute(GSimpleAction *action, GVariant *value, gpointer data)
{
    lathe_hearing_mute(LATHE_WINDOW(data)->session, g_variant_get_boolean(value));
}

static void sound_show_action(LatheWindow *window, const char *name, gboolean there, gboolean on)
{
    GSimpleAction *action =
        G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(window), name));

    g_simple_action_set_enabled(action, there);
    g_simple_action_set_state(action, g_variant_new_boolean(on));
}

static void sound_show(LatheWindow *window)
{
    struct emu_audio_status status = lathe_hearing_get_status(window->session);

    sound_show_action(window, "microphone", status.card, status.microphone_allowed);
    sound_show_action(window, "mute", status.card, status.muted);
    gtk_widget_set_visible(window->microphone_button, status.microphone_allowed);
    gtk_widget_set_visible(window->mute_button, status.muted);
}

void lathe_window_install_sound(LatheWindow *window)
{
    static const GActionEntry entries[] = {
        {"microphone", NULL, NULL, "false", action_microphone, {0}},
        {"mute", NULL, NULL, "false", action_mute, {0}},
    };

    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->session, "sound-changed", G_CALLBACK(sound_show), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->session, "notify::state", G_CALLBACK(sound_show), window,
                            G_CONNECT_SWAPPED);
    sound_show(window);
}
