/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disp_recorder over the session's screens, and the guest's clock for it: a machine that is made
 * anew begins at 0, the recording's time goes on. */
#include "app/session/recording.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "app/plan/error.h"
#include "app/session/capture.h"
#include "app/session/internal.h"
#include "display/record/recorder.h"

struct lathe_recording {
    LatheSession *session; /* which has it */
    char *path;
    struct disp_recorder *recorder;
    guint64 last, before; /* the machine's time at the last look, and of machines before it */
};

static uint64_t recording_now(void *opaque)
{
    struct lathe_recording *recording = opaque;
    struct emu_machine *machine = lathe_session_get_machine(recording->session);
    guint64 time = machine != NULL ? emu_machine_get_stats(machine).time : recording->last;

    if (time < recording->last)
        recording->before += recording->last;
    recording->last = time;
    return recording->before + time;
}

static void recording_on_ended(void *opaque)
{
    struct lathe_recording *recording = opaque;

    lathe_session_emit_recording(recording->session);
}

void lathe_recording_close(struct lathe_recording *recording)
{
    if (recording == NULL)
        return;
    disp_recorder_free(recording->recorder);
    g_free(recording->path);
    g_free(recording);
}

static gboolean recording_may_start(LatheSession *session, GError **error)
{
    struct lathe_recording_status status;

    if (lathe_session_get_screens(session)->len == 0)
        return lathe_error_input(error, "the machine has no screen to record");
    if (lathe_recording_get(session, &status) && status.active)
        return lathe_error_input(error, "the screens are recorded already, to %s", status.path);
    return TRUE;
}

gboolean lathe_recording_start(LatheSession *session, const char *path, GError **error)
{
    GPtrArray *screens = lathe_session_get_screens(session);

    if (!recording_may_start(session, error))
        return FALSE;
    struct lathe_recording *recording = g_new0(struct lathe_recording, 1);
    const struct disp_recorder_config config = {
        .path = path,
        .title = lathe_session_get_title(session),
        .screens = (struct disp_screen *const *)screens->pdata,
        .count = screens->len,
        .now = recording_now,
        .ended = recording_on_ended,
        .opaque = recording,
    };
    recording->session = session;
    recording->path = g_strdup(path);
    recording->recorder = disp_recorder_new(&config, error);
    if (recording->recorder == NULL) {
        lathe_recording_close(recording);
        return FALSE;
    }
    lathe_recording_close(session->recording);
    session->recording = recording;
    lathe_session_emit_recording(session);
    return TRUE;
}

void lathe_recording_stop(LatheSession *session)
{
    if (session->recording != NULL)
        disp_recorder_stop(session->recording->recorder);
}

gboolean lathe_recording_is_active(LatheSession *session)
{
    struct lathe_recording_status status;

    return lathe_recording_get(session, &status) && status.active;
}

gboolean lathe_recording_toggle(LatheSession *session, GError **error)
{
    if (lathe_recording_is_active(session)) {
        lathe_recording_stop(session);
        return TRUE;
    }
    g_autofree char *path = lathe_capture_path(
        G_USER_DIRECTORY_VIDEOS, lathe_session_get_title(session), LATHE_RECORDING_SUFFIX);
    return lathe_recording_start(session, path, error);
}

gboolean lathe_recording_get(LatheSession *session, struct lathe_recording_status *status)
{
    *status = (struct lathe_recording_status){0};
    if (session->recording == NULL)
        return FALSE;
    struct disp_recorder_status found = disp_recorder_get_status(session->recording->recorder);
    *status = (struct lathe_recording_status){.active = !found.ended,
                                              .path = session->recording->path,
                                              .time = found.time,
                                              .frames = found.frames,
                                              .merged = found.merged,
                                              .size = found.size,
                                              .why = found.why};
    return TRUE;
}

char *lathe_recording_describe(const struct lathe_recording_status *status)
{
    g_autofree char *size = g_format_size_full(status->size, G_FORMAT_SIZE_IEC_UNITS);
    /* Translators: seconds of a recording, how many pictures it has, and its size on the disk */
    g_autofree char *text = g_strdup_printf(_("%.1f s, %" PRIu64 " frames, %s"),
                                            (double)status->time / 1e9, status->frames, size);
    g_autofree char *merged =
        status->merged == 0
            ? g_strdup("")
            /* Translators: this host was too slow to write each of them */
            : g_strdup_printf(_("; %" PRIu64 " more were merged with the next"), status->merged);
    g_autofree char *why = status->why == NULL
                               ? g_strdup("")
                               /* Translators: %s says why */
                               : g_strdup_printf(_("; it ended early: %s"), status->why);

    return g_strconcat(text, merged, why, NULL);
}

char *lathe_recording_dup_sentence(const struct lathe_recording_status *status)
{
    g_autofree char *text = lathe_recording_describe(status);
    g_autofree char *path = g_filename_display_name(status->path);

    /* Translators: the file of a recording, and what is in it: "12.0 s, 300 frames, 2.0 MiB" */
    return g_strdup_printf(
        status->active ? _("Recording into %s: %s") : _("The recording is in %s: %s"), path, text);
}

char *lathe_recording_dup_time(guint64 time)
{
    guint seconds = (guint)(time / G_GUINT64_CONSTANT(1000000000));

    return g_strdup_printf("%u:%02u", seconds / 60, seconds % 60);
}
