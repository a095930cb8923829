/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens what is behind a machine's sound card (sound.h). */
#include "app/session/sound.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/modules/module.h"
#include "app/plan/error.h"
#include "app/plan/parts.h"
#include "app/session/build.h"

#define SOUND_WAV "wav:"

static void sound_nobody(void *opaque, const char *why)
{
}

/* False: there is none, and *notice says why. */
static bool sound_open_host(const struct lathe_build_watch *watch, struct emu_audio_backend *out,
                            char **notice)
{
    g_autoptr(GError) error = NULL;
    const struct lathe_sound_system *system = lathe_module_find("sound", &error);
    bool told = watch != NULL && watch->sound_failed != NULL;

    if (system != NULL &&
        system->open(out, told ? watch->sound_failed : sound_nobody, told ? watch->opaque : NULL))
        return true;
    g_free(*notice);
    *notice = g_strdup_printf(_("the machine is not heard: %s"),
                              error != NULL ? error->message : _("out of memory"));
    return false;
}

bool lathe_sound_open(const struct lathe_parts *parts, bool dry,
                      const struct lathe_build_watch *watch, struct emu_sound *out, char **notice,
                      GError **error)
{
    const struct lathe_sound *card = lathe_parts_sound(parts);
    struct emu_error found = EMU_ERROR_INIT;

    if (card == NULL)
        return true;
    out->card = lathe_sound_kind(card);
    out->codec = card->codec;
    if (!dry && parts->audio != NULL && g_str_has_prefix(parts->audio, SOUND_WAV))
        return emu_audio_wav(parts->audio + strlen(SOUND_WAV), &out->backend, &found) ||
               lathe_error_from_emu(error, &found);
    if (!dry && parts->audio == NULL && sound_open_host(watch, &out->backend, notice))
        return true;
    return emu_audio_null(&out->backend, &found) || lathe_error_from_emu(error, &found);
}
