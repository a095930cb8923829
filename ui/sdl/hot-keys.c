/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hot keys: one table for what they do and what the overlay says of them. */
#include <glib/gi18n.h>
#include <linux/input-event-codes.h>

#include "app/session/capture.h"
#include "app/session/recording.h"
#include "display/record/picture.h"
#include "app/session/hearing.h"
#include "ui/sdl/viewer.h"

/* ---- what they do ---- */

static void hot_fullscreen(struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_view_set_fullscreen(viewer->view, !lathe_sdl_view_is_fullscreen(viewer->view));
}

static void hot_capture(struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_input_set_captured(viewer->input, viewer->view,
                                 !lathe_sdl_input_is_captured(viewer->input));
}

static void hot_pause(struct lathe_sdl_viewer *viewer)
{
    if (lathe_session_get_state(viewer->session) == LATHE_STATE_RUNNING)
        lathe_session_pause(viewer->session);
    else if (lathe_session_get_state(viewer->session) == LATHE_STATE_PAUSED)
        lathe_session_start(viewer->session);
}

static void hot_power_button(struct lathe_sdl_viewer *viewer)
{
    lathe_session_power_button(viewer->session);
    lathe_sdl_viewer_say(viewer, _("The power button was pressed."));
}

static void hot_delete(struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_input_press(viewer->input, "Ctrl+Alt+Delete");
}

static void hot_scaling(struct lathe_sdl_viewer *viewer)
{
    static const char *const names[] = {
        [DISP_SCALE_FIT] = N_("The picture fits the window."),
        [DISP_SCALE_NATIVE] = N_("A pixel is a pixel."),
        [DISP_SCALE_WHOLE] = N_("The picture grows by whole steps."),
    };
    enum disp_scaling next = (viewer->preferences.scaling + 1) % G_N_ELEMENTS(names);

    viewer->preferences.scaling = next;
    for (guint i = 0; i < viewer->views->len; i++)
        lathe_sdl_view_apply(viewer->views->pdata[i], &viewer->preferences);
    lathe_display_preferences_save(&viewer->preferences);
    lathe_sdl_viewer_say(viewer, _(names[next]));
}

static void hot_screenshot(struct lathe_sdl_viewer *viewer)
{
    struct disp_screen *screen = lathe_sdl_view_get_screen(viewer->view);
    g_autofree char *path = lathe_capture_path(G_USER_DIRECTORY_PICTURES,
                                               lathe_session_get_title(viewer->session), ".png");
    g_autoptr(GError) error = NULL;

    disp_screen_refresh(screen);
    g_autofree char *sentence = disp_picture_save(disp_screen_get_surface(screen), path, &error)
                                    ? g_strdup_printf(_("The picture is in %s"), path)
                                    : g_strdup_printf(_("There is no picture: %s"), error->message);
    lathe_sdl_viewer_say(viewer, sentence);
}

static void hot_record(struct lathe_sdl_viewer *viewer)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_recording_toggle(viewer->session, &error))
        lathe_sdl_viewer_say(viewer, error->message);
}

static void hot_microphone(struct lathe_sdl_viewer *viewer)
{
    bool allow = !lathe_hearing_get_status(viewer->session).microphone_allowed;

    if (!lathe_hearing_allow_microphone(viewer->session, allow))
        lathe_sdl_viewer_say(viewer, _("The machine has no sound card."));
    else
        lathe_sdl_viewer_say(viewer, allow ? _("The guest may use the microphone.")
                                           : _("The microphone is off."));
}

static void hot_mute(struct lathe_sdl_viewer *viewer)
{
    bool mute = !lathe_hearing_get_status(viewer->session).muted;

    if (!lathe_hearing_mute(viewer->session, mute))
        lathe_sdl_viewer_say(viewer, _("The machine has no sound card."));
    else
        lathe_sdl_viewer_say(viewer,
                             mute ? _("The guest is muted.") : _("The guest is heard again."));
}

static void hot_help(struct lathe_sdl_viewer *viewer)
{
    viewer->helps = !viewer->helps;
    lathe_sdl_viewer_update(viewer);
}

static void hot_close(struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_viewer_close(viewer);
}

/* ---- the table ---- */

static const struct {
    unsigned code;
    const char *key;
    void (*action)(struct lathe_sdl_viewer *viewer);
    const char *label;
} hot_rows[] = {
    {KEY_H, "H", hot_help, N_("these hot keys")},
    {KEY_F, "F", hot_fullscreen, N_("full screen, or not")},
    {KEY_G, "G", hot_capture, N_("the keyboard and pointer are the guest's, or not")},
    {KEY_M, "M", hot_scaling, N_("fit the window, a pixel for a pixel, whole steps")},
    {KEY_S, "S", hot_screenshot, N_("a screenshot into the pictures' folder")},
    {KEY_R, "R", hot_record, N_("record the screens into the films' folder, or stop that")},
    {KEY_P, "P", hot_pause, N_("pause, or go on")},
    {KEY_B, "B", hot_power_button, N_("press the power button")},
    {KEY_I, "I", hot_microphone, N_("the guest may use the microphone, or not")},
    {KEY_U, "U", hot_mute, N_("mute the guest, or not")},
    {KEY_D, "D", hot_delete, N_("send Ctrl+Alt+Delete to the guest")},
    {KEY_Q, "Q", hot_close, N_("close")},
};

char *lathe_sdl_hot_key_name(struct lathe_sdl_viewer *viewer, const char *key)
{
    struct disp_chord chord = viewer->preferences.release;
    bool modifiers = true;

    for (unsigned i = 0; i < chord.count; i++)
        modifiers &= disp_key_is_modifier(chord.codes[i]);
    g_autofree char *release = modifiers ? disp_chord_format(&chord) : g_strdup("Ctrl+Alt");
    return g_strdup_printf("%s+%s", release, key);
}

/* The digits: a monitor comes, or goes; the first one stays. */
static gboolean hot_monitor(struct lathe_sdl_viewer *viewer, unsigned code)
{
    guint number = code - KEY_1;

    if (code < KEY_1 || code > KEY_9 || number >= viewer->views->len)
        return FALSE;
    struct lathe_sdl_view *view = viewer->views->pdata[number];
    if (number > 0)
        lathe_session_plug_screen(viewer->session, number, !lathe_sdl_view_is_shown(view), NULL);
    else
        SDL_RaiseWindow(lathe_sdl_view_get_window(view));
    return TRUE;
}

gboolean lathe_sdl_hot_key(struct lathe_sdl_viewer *viewer, unsigned code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hot_rows); i++) {
        if (hot_rows[i].code != code)
            continue;
        hot_rows[i].action(viewer);
        return TRUE;
    }
    return hot_monitor(viewer, code);
}

char *lathe_sdl_hot_keys_text(struct lathe_sdl_viewer *viewer)
{
    GString *text = g_string_new(NULL);
    g_autofree char *release = disp_chord_format(&viewer->preferences.release);

    g_string_append_printf(text, "%s\t%s\n", release, _("lets go of what is captured"));
    for (size_t i = 0; i < G_N_ELEMENTS(hot_rows); i++) {
        g_autofree char *name = lathe_sdl_hot_key_name(viewer, hot_rows[i].key);
        g_string_append_printf(text, "%s\t%s\n", name, _(hot_rows[i].label));
    }
    if (viewer->views->len > 1) {
        g_autofree char *name = lathe_sdl_hot_key_name(viewer, "2");
        g_string_append_printf(text, "%s…\t%s\n", name, _("a monitor more, or less"));
    }
    g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}
