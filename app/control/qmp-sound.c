/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command about the sound card: its switches, and what its back ends do. */
#include "app/control/qmp-private.h"
#include "app/session/hearing.h"

static double sound_ms(size_t frames, unsigned rate)
{
    return rate != 0 ? (double)frames * 1000 / rate : 0;
}

static JsonObject *sound_describe_stream(const struct emu_audio_backend_status *stream)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "rate", stream->rate);
    json_object_set_double_member(object, "waiting-ms", sound_ms(stream->waiting, stream->rate));
    json_object_set_double_member(object, "device-ms", sound_ms(stream->device, stream->rate));
    json_object_set_int_member(object, "underruns", (gint64)stream->underruns);
    json_object_set_int_member(object, "dropped", (gint64)stream->dropped);
    json_object_set_int_member(object, "drift", stream->drift);
    return object;
}

static JsonArray *sound_describe_listeners(const struct emu_audio_status *status)
{
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < status->listeners; i++) {
        const struct emu_audio_backend_status *streams = status->listener[i].streams;
        JsonObject *listener = json_object_new();

        json_object_set_string_member(listener, "backend", status->listener[i].name);
        json_object_set_string_member(listener, "driver", streams[EMU_AUDIO_PLAY].driver);
        json_object_set_object_member(listener, "play",
                                      sound_describe_stream(&streams[EMU_AUDIO_PLAY]));
        json_object_set_object_member(listener, "record",
                                      sound_describe_stream(&streams[EMU_AUDIO_RECORD]));
        json_array_add_object_element(list, listener);
    }
    return list;
}

static JsonObject *sound_describe(const struct emu_audio_status *status)
{
    JsonObject *answer = json_object_new();

    json_object_set_boolean_member(answer, "microphone", status->microphone_allowed);
    json_object_set_boolean_member(answer, "mute", status->muted);
    json_object_set_boolean_member(answer, "playing", status->rate[EMU_AUDIO_PLAY] != 0);
    json_object_set_boolean_member(answer, "recording", status->rate[EMU_AUDIO_RECORD] != 0);
    json_object_set_int_member(answer, "played", (gint64)status->frames[EMU_AUDIO_PLAY]);
    json_object_set_int_member(answer, "recorded", (gint64)status->frames[EMU_AUDIO_RECORD]);
    json_object_set_array_member(answer, "listeners", sound_describe_listeners(status));
    return answer;
}

void qmp_do_sound(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_audio_status status = lathe_hearing_get_status(qmp->session);
    JsonObject *words = call->arguments;

    if (!status.card) {
        qmp_fail(call, QMP_GENERIC_ERROR, "the machine has no sound card");
        return;
    }
    if (json_object_has_member(words, "microphone"))
        lathe_hearing_allow_microphone(qmp->session,
                                       json_object_get_boolean_member(words, "microphone"));
    if (json_object_has_member(words, "mute"))
        lathe_hearing_mute(qmp->session, json_object_get_boolean_member(words, "mute"));
    status = lathe_hearing_get_status(qmp->session);
    qmp_return_object(call, sound_describe(&status));
}
