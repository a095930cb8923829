/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to the session and in the windows, and what is said of it. */
#include "ui/sdl/viewer.h"

#include <glib/gi18n.h>
#include <linux/input-event-codes.h>

#include "app/plan/error.h"
#include "app/session/hearing.h"
#include "app/session/recording.h"
#include "ui/sdl/events.h"
#include "ui/sdl/keys.h"

#define VIEWER_NOTICE_S 4

/* ---- what is said ---- */

static char *viewer_stop_text(struct lathe_sdl_viewer *viewer)
{
    g_autofree char *close = lathe_sdl_hot_key_name(viewer, "Q");
    g_autofree char *stopped =
        g_strdup_printf(_("The machine stopped: %s"), lathe_session_get_stop_text(viewer->session));

    return g_strdup_printf("%s\n\n%s\t%s\n%s\t%s", stopped, _("Enter"), _("starts it again"), close,
                           _("closes the window"));
}

static char *viewer_paused_text(struct lathe_sdl_viewer *viewer)
{
    const char *held = lathe_session_get_hold_text(viewer->session);
    g_autofree char *pause = lathe_sdl_hot_key_name(viewer, "P");

    return g_strdup_printf("%s\n\n%s\t%s", *held != '\0' ? held : _("Paused"), pause, _("goes on"));
}

static char *viewer_question(struct lathe_sdl_viewer *viewer)
{
    GString *text = g_string_new(_("The machine is not off."));

    g_string_append_printf(text, "\n\n%s\t%s\n%s\t%s", _("Enter"),
                           _("switches it off: what it has not written to its disks is lost"), "B",
                           _("presses its power button"));
    if (lathe_session_can_suspend(viewer->session))
        g_string_append_printf(text, "\n%s\t%s", "S", _("suspends it"));
    g_string_append_printf(text, "\n%s\t%s", _("Escape"), _("goes back"));
    return g_string_free(text, FALSE);
}

/* NULL: nothing. */
static char *viewer_text(struct lathe_sdl_viewer *viewer)
{
    if (viewer->asks)
        return viewer_question(viewer);
    if (viewer->helps)
        return lathe_sdl_hot_keys_text(viewer);
    if (viewer->notice != NULL)
        return g_strdup(viewer->notice);
    switch (lathe_session_get_state(viewer->session)) {
    case LATHE_STATE_STOPPED:
        return viewer_stop_text(viewer);
    case LATHE_STATE_PAUSED:
        return viewer_paused_text(viewer);
    default:
        return NULL;
    }
}

static const char *viewer_sound_hint(struct lathe_sdl_viewer *viewer)
{
    struct emu_audio_status status = lathe_hearing_get_status(viewer->session);

    return status.microphone_allowed ? _(" – microphone on") : status.muted ? _(" – muted") : "";
}

static char *viewer_title(struct lathe_sdl_viewer *viewer, guint number)
{
    const char *name = lathe_session_get_title(viewer->session);
    const struct lathe_sdl_view *view = viewer->views->pdata[number];
    g_autofree char *screen = number > 0 ? g_strdup_printf(" (%u)", number + 1) : g_strdup("");
    g_autofree char *leave = disp_chord_format(&viewer->preferences.release);
    g_autofree char *hint = lathe_sdl_input_is_captured(viewer->input) && view == viewer->view
                                ? g_strdup_printf(_(" (%s lets go)"), leave)
                                : g_strdup("");

    /* Translators: behind the machine's name, while its screens are recorded */
    const char *records = lathe_recording_is_active(viewer->session) ? _(" (recording)") : "";

    return g_strdup_printf("%s%s%s%s%s", name, screen, records, viewer_sound_hint(viewer),
                           hint);
}

void lathe_sdl_viewer_update(struct lathe_sdl_viewer *viewer)
{
    g_autofree char *text = viewer_text(viewer);

    for (guint i = 0; i < viewer->views->len; i++) {
        g_autofree char *title = viewer_title(viewer, i);
        lathe_sdl_view_set_overlay(viewer->views->pdata[i], text);
        lathe_sdl_view_set_title(viewer->views->pdata[i], title);
    }
}

static gboolean viewer_on_notice(gpointer data)
{
    struct lathe_sdl_viewer *viewer = data;

    viewer->notice_timer = 0;
    g_clear_pointer(&viewer->notice, g_free);
    lathe_sdl_viewer_update(viewer);
    return G_SOURCE_REMOVE;
}

void lathe_sdl_viewer_say(struct lathe_sdl_viewer *viewer, const char *sentence)
{
    g_clear_handle_id(&viewer->notice_timer, g_source_remove);
    g_free(viewer->notice);
    viewer->notice = g_strdup(sentence);
    viewer->notice_timer = g_timeout_add_seconds(VIEWER_NOTICE_S, viewer_on_notice, viewer);
    lathe_sdl_viewer_update(viewer);
}

/* ---- closing ---- */

void lathe_sdl_viewer_quit(struct lathe_sdl_viewer *viewer)
{
    g_main_loop_quit(viewer->loop);
}

void lathe_sdl_viewer_close(struct lathe_sdl_viewer *viewer)
{
    if (lathe_session_get_state(viewer->session) == LATHE_STATE_STOPPED) {
        lathe_sdl_viewer_quit(viewer);
        return;
    }
    viewer->asks = TRUE;
    lathe_sdl_view_show(viewer->views->pdata[0], TRUE);
    lathe_sdl_viewer_update(viewer);
}

static void viewer_on_suspended(gpointer data, const char *complaint)
{
    if (complaint != NULL)
        lathe_sdl_viewer_say(data, complaint);
}

/* The keys that answer the question; others leave it. */
static void viewer_answer(struct lathe_sdl_viewer *viewer, unsigned code)
{
    if (disp_key_is_modifier(code))
        return;
    viewer->asks = FALSE;
    if (code == KEY_ENTER || code == KEY_KPENTER)
        lathe_sdl_viewer_quit(viewer);
    else if (code == KEY_B)
        lathe_session_power_button(viewer->session);
    else if (code == KEY_S && lathe_session_can_suspend(viewer->session))
        lathe_session_suspend(viewer->session, viewer_on_suspended, viewer);
    lathe_sdl_viewer_update(viewer);
}

/* ---- events ---- */

/* NULL: of no window of ours. */
static struct lathe_sdl_view *viewer_find(struct lathe_sdl_viewer *viewer, guint32 id)
{
    SDL_Window *window = SDL_GetWindowFromID(id);

    for (guint i = 0; i < viewer->views->len; i++) {
        if (lathe_sdl_view_get_window(viewer->views->pdata[i]) == window)
            return viewer->views->pdata[i];
    }
    return NULL;
}

/* Of a machine that does not run: Enter goes on. */
static gboolean viewer_takes_enter(struct lathe_sdl_viewer *viewer, unsigned code)
{
    LatheState state = lathe_session_get_state(viewer->session);

    if (code != KEY_ENTER && code != KEY_KPENTER)
        return FALSE;
    if (state == LATHE_STATE_STOPPED)
        lathe_session_restart(viewer->session);
    else if (state == LATHE_STATE_PAUSED)
        lathe_session_start(viewer->session);
    return state != LATHE_STATE_RUNNING;
}

static void viewer_on_key(struct lathe_sdl_viewer *viewer, const SDL_KeyboardEvent *event)
{
    struct lathe_sdl_view *view = viewer_find(viewer, event->windowID);
    unsigned code = lathe_sdl_key_code(event->keysym.scancode);
    gboolean plain = (event->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) == 0;

    if (view == NULL)
        return;
    if (event->type == SDL_KEYDOWN && event->repeat == 0 && viewer->asks)
        viewer_answer(viewer, code);
    else if (event->type == SDL_KEYDOWN && viewer->helps && code == KEY_ESC)
        lathe_sdl_hot_key(viewer, KEY_H);
    else if (event->type != SDL_KEYDOWN || !plain || !viewer_takes_enter(viewer, code))
        lathe_sdl_input_key(viewer->input, view, event);
}

static guint viewer_number(struct lathe_sdl_viewer *viewer, struct lathe_sdl_view *view)
{
    guint number = 0;

    g_ptr_array_find(viewer->views, view, &number);
    return number;
}

/* A monitor is taken away; the first window is the machine's. */
static void viewer_close_window(struct lathe_sdl_viewer *viewer, struct lathe_sdl_view *view)
{
    if (view == viewer->views->pdata[0])
        lathe_sdl_viewer_close(viewer);
    else
        lathe_session_plug_screen(viewer->session, viewer_number(viewer, view), FALSE, NULL);
}

static void viewer_on_window(struct lathe_sdl_viewer *viewer, const SDL_WindowEvent *event)
{
    struct lathe_sdl_view *view = viewer_find(viewer, event->windowID);

    if (view == NULL)
        return;
    lathe_sdl_view_event(view, event);
    if (event->event == SDL_WINDOWEVENT_FOCUS_GAINED)
        viewer->view = view;
    if (event->event == SDL_WINDOWEVENT_FOCUS_GAINED || event->event == SDL_WINDOWEVENT_FOCUS_LOST)
        lathe_sdl_input_focus(viewer->input, event->event == SDL_WINDOWEVENT_FOCUS_GAINED);
    if (event->event == SDL_WINDOWEVENT_CLOSE)
        viewer_close_window(viewer, view);
}

static void viewer_on_drop(struct lathe_sdl_viewer *viewer, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *sentence = NULL;

    if (lathe_session_change_disc(viewer->session, path, FALSE, &error))
        sentence = g_strdup_printf(_("%s is in the CD drive."), name);
    lathe_sdl_viewer_say(viewer, sentence != NULL ? sentence : error->message);
}

static void viewer_on_event(void *opaque, const SDL_Event *event)
{
    struct lathe_sdl_viewer *viewer = opaque;
    struct lathe_sdl_view *view = NULL;

    switch (event->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        viewer_on_key(viewer, &event->key);
        break;
    case SDL_MOUSEMOTION:
        if ((view = viewer_find(viewer, event->motion.windowID)) != NULL)
            lathe_sdl_input_motion(viewer->input, view, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if ((view = viewer_find(viewer, event->button.windowID)) != NULL)
            lathe_sdl_input_button(viewer->input, view, &event->button);
        break;
    case SDL_MOUSEWHEEL:
        if ((view = viewer_find(viewer, event->wheel.windowID)) != NULL)
            lathe_sdl_input_wheel(viewer->input, view, &event->wheel);
        break;
    case SDL_WINDOWEVENT:
        viewer_on_window(viewer, &event->window);
        break;
    case SDL_DROPFILE:
        viewer_on_drop(viewer, event->drop.file);
        SDL_free(event->drop.file);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        g_ptr_array_foreach(viewer->views, (GFunc)(void (*)(void))lathe_sdl_view_reset, NULL);
        break;
    default:
        break;
    }
}

/* ---- the session ---- */

static void viewer_on_session(struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_input_update(viewer->input);
    if (viewer->asks && lathe_session_get_state(viewer->session) == LATHE_STATE_STOPPED) {
        lathe_sdl_viewer_quit(viewer);
        return;
    }
    for (guint i = 0; i < viewer->views->len; i++)
        lathe_sdl_view_update_pointer(viewer->views->pdata[i]);
    lathe_sdl_viewer_update(viewer);
}

static void viewer_on_warning(LatheSession *session, const char *sentence,
                              struct lathe_sdl_viewer *viewer)
{
    lathe_sdl_viewer_say(viewer, sentence);
}

/* Each monitor that is plugged in has a window. */
static void viewer_on_screens(struct lathe_sdl_viewer *viewer)
{
    for (guint i = 0; i < viewer->views->len; i++) {
        struct lathe_sdl_view *view = viewer->views->pdata[i];
        lathe_sdl_view_show(view, disp_screen_is_connected(lathe_sdl_view_get_screen(view)));
    }
    if (!lathe_sdl_view_is_shown(viewer->view))
        viewer->view = viewer->views->pdata[0];
    lathe_sdl_viewer_update(viewer);
}

static void viewer_on_recording(struct lathe_sdl_viewer *viewer)
{
    struct lathe_recording_status status;

    if (!lathe_recording_get(viewer->session, &status))
        return;
    for (guint i = 0; i < viewer->views->len; i++)
        lathe_sdl_view_set_recording(viewer->views->pdata[i], status.active);
    lathe_sdl_viewer_update(viewer);
    if (status.active)
        return;
    g_autofree char *sentence = lathe_recording_dup_sentence(&status);
    lathe_sdl_viewer_say(viewer, sentence);
}

static void viewer_connect(struct lathe_sdl_viewer *viewer)
{
    static const char *const signals[] = {"notify::state", "stopped", "held", "input-changed",
                                          "reset", "sound-changed"};

    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        g_signal_connect_swapped(viewer->session, signals[i], G_CALLBACK(viewer_on_session),
                                 viewer);
    g_signal_connect_swapped(viewer->session, "screens-changed", G_CALLBACK(viewer_on_screens),
                             viewer);
    g_signal_connect_swapped(viewer->session, "recording-changed", G_CALLBACK(viewer_on_recording),
                             viewer);
    g_signal_connect(viewer->session, "warning", G_CALLBACK(viewer_on_warning), viewer);
}

/* ---- the object ---- */

static gboolean viewer_hot_key(void *opaque, unsigned code)
{
    return lathe_sdl_hot_key(opaque, code);
}

static void viewer_on_capture(void *opaque)
{
    lathe_sdl_viewer_update(opaque);
}

static gboolean viewer_open_views(struct lathe_sdl_viewer *viewer, GError **error)
{
    GPtrArray *screens = lathe_session_get_screens(viewer->session);

    if (screens->len == 0)
        return lathe_error_input(error, _("the machine has no graphics adapter for --display sdl; "
                                          "use --display gtk or none"));
    for (guint i = 0; i < screens->len; i++) {
        struct lathe_sdl_view *view = lathe_sdl_view_new(viewer->session, screens->pdata[i], error);
        if (view == NULL)
            return FALSE;
        g_ptr_array_add(viewer->views, view);
        lathe_sdl_view_apply(view, &viewer->preferences);
    }
    return TRUE;
}

struct lathe_sdl_viewer *lathe_sdl_viewer_new(LatheSession *session, GError **error)
{
    struct lathe_sdl_viewer *viewer = g_new0(struct lathe_sdl_viewer, 1);
    const struct lathe_sdl_input_owner owner = {session, viewer_hot_key, viewer_on_capture, viewer};

    viewer->session = g_object_ref(session);
    viewer->views = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_sdl_view_free);
    viewer->loop = g_main_loop_new(NULL, FALSE);
    lathe_display_preferences_load(&viewer->preferences);
    viewer->input = lathe_sdl_input_new(&owner, &viewer->preferences.release);
    if (!viewer_open_views(viewer, error)) {
        lathe_sdl_viewer_free(viewer);
        return NULL;
    }
    viewer->view = viewer->views->pdata[0];
    viewer->events =
        lathe_sdl_events_new(lathe_sdl_view_get_window(viewer->view), viewer_on_event, viewer);
    viewer_connect(viewer);
    viewer_on_screens(viewer);
    if (lathe_recording_is_active(viewer->session))
        viewer_on_recording(viewer);
    return viewer;
}

void lathe_sdl_viewer_free(struct lathe_sdl_viewer *viewer)
{
    g_signal_handlers_disconnect_by_data(viewer->session, viewer);
    g_clear_handle_id(&viewer->notice_timer, g_source_remove);
    lathe_sdl_events_free(viewer->events);
    lathe_sdl_input_free(viewer->input);
    g_ptr_array_unref(viewer->views);
    g_main_loop_unref(viewer->loop);
    g_object_unref(viewer->session);
    g_free(viewer->notice);
    g_free(viewer);
}

void lathe_sdl_viewer_run(struct lathe_sdl_viewer *viewer)
{
    g_main_loop_run(viewer->loop);
}
