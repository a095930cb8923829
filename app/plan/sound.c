/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --sound takes: a card, where it plays, whether it may listen. */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/disk.h"
#include "app/plan/error.h"

/* Cards of libvirt's documents, those that are here with what they come to. */
static const struct {
    const char *model;
    enum emu_sound_card sound;
} sound_models[] = {
    {"ich9", EMU_SOUND_HDA},    {"ich6", EMU_SOUND_HDA},    {"ich7", EMU_SOUND_HDA},
    {"virtio", EMU_SOUND_VIRTIO}, {"ac97", EMU_SOUND_NONE},   {"usb", EMU_SOUND_NONE},
    {"sb16", EMU_SOUND_NONE},   {"es1370", EMU_SOUND_NONE}, {"pcspk", EMU_SOUND_NONE},
};

enum emu_sound_card lathe_sound_kind(const struct lathe_sound *sound)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sound_models); i++) {
        if (g_strcmp0(sound->model, sound_models[i].model) == 0)
            return sound_models[i].sound;
    }
    return EMU_SOUND_NONE;
}

const struct lathe_sound *lathe_parts_sound(const struct lathe_parts *parts)
{
    for (guint i = 0; i < parts->sounds->len; i++) {
        const struct lathe_sound *sound = &g_array_index(parts->sounds, struct lathe_sound, i);
        if (lathe_sound_kind(sound) != EMU_SOUND_NONE)
            return sound;
    }
    return NULL;
}

bool lathe_audio_parse(const char *text, char **audio, GError **error)
{
    bool file = g_str_has_prefix(text, "wav:") && text[strlen("wav:")] != '\0';

    if (!file && strcmp(text, "auto") != 0 && strcmp(text, "none") != 0)
        return lathe_error_input(error, "sound goes nowhere by '%s': use auto, none or wav:FILE",
                                 text);
    g_free(*audio);
    *audio = strcmp(text, "auto") == 0 ? NULL : g_strdup(text);
    return true;
}

static bool sound_put_model(struct lathe_parts *parts, const char *text, GError **error)
{
    const char *model = strcmp(text, "hda") == 0 ? "ich9" : text;
    struct lathe_sound fresh = {0};

    if (strcmp(model, "none") == 0) {
        g_array_set_size(parts->sounds, 0);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sound_models); i++) {
        if (strcmp(model, sound_models[i].model) != 0)
            continue;
        if (parts->sounds->len == 0)
            g_array_append_val(parts->sounds, fresh);
        g_free(g_array_index(parts->sounds, struct lathe_sound, 0).model);
        g_array_index(parts->sounds, struct lathe_sound, 0).model = g_strdup(model);
        return true;
    }
    return lathe_error_input(error, "--sound has no '%s': use hda, virtio or none", text);
}

static bool sound_put_option(struct lathe_parts *parts, const char *text, GError **error)
{
    if (g_str_has_prefix(text, "backend="))
        return lathe_audio_parse(text + strlen("backend="), &parts->audio, error);
    if (strcmp(text, "microphone=on") == 0 || strcmp(text, "microphone=off") == 0) {
        parts->microphone = strcmp(text, "microphone=on") == 0;
        return true;
    }
    return lathe_error_input(error,
                             "--sound has no '%s': write hda|virtio|none[,backend=auto|wav:FILE|"
                             "none][,microphone=on|off]; a comma in the file's name is written "
                             "twice",
                             text);
}

bool lathe_parts_put_sound(struct lathe_parts *parts, const char *text, GError **error)
{
    g_autoptr(GPtrArray) words = lathe_split_at_commas(text);

    if (!sound_put_model(parts, words->pdata[0], error))
        return false;
    for (guint i = 1; i < words->len && words->pdata[i] != NULL; i++) {
        if (!sound_put_option(parts, words->pdata[i], error))
            return false;
    }
    return true;
}
