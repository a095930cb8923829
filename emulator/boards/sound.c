/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine's sound card: its back end gets its middle, and the card is a function of PCI bus 0
 * where an ICH9 has its own, so that it changes no other device's place.
 */
#include "emulator/audio/audio.h"
#include "emulator/boards/board.h"
#include "emulator/hw/pci/pci-host.h"

#define SOUND_FIRST_SLOT 27 /* of PCI bus 0 */

static bool sound_prepare(struct board *board, struct emu_device *device, struct emu_error *err)
{
    struct emu_audio_backend taken = board->config->sound.backend;
    const char *codec = board->config->sound.codec;

    board->config->sound.backend = (struct emu_audio_backend){0};
    board->audio = emu_audio_new(&taken, err);
    if (board->audio == NULL || !emu_machine_add_audio(board->machine, board->audio, err))
        return false;
    device->audio = board->audio;
    return board->config->sound.card != EMU_SOUND_HDA || codec == NULL ||
           emu_device_set(device, "codec", codec, err);
}

bool board_add_sound(struct board *board, struct emu_error *err)
{
    static const struct emu_device_class *const classes[] = {
        [EMU_SOUND_HDA] = &emu_hda_class,
        [EMU_SOUND_VIRTIO] = &emu_virtio_sound_class,
    };
    static const struct emu_pci_place anywhere;
    const struct emu_pci_place place = board_choose_place(board, &anywhere, SOUND_FIRST_SLOT);
    const struct board_device row = {
        .class = classes[board->config->sound.card],
        .id = "sound",
        .place = &place,
        .pci = true,
        .prepare = sound_prepare,
    };

    if (board->config->sound.card == EMU_SOUND_NONE)
        return true;
    if (place.slot == EMU_PCI_SLOTS)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no PCI slot left for the sound card");
    return board_add_device(board, &row, err);
}

struct emu_audio_status emu_machine_get_audio(struct emu_machine *machine)
{
    const struct board *board = machine->board_data;

    return board->audio != NULL ? emu_audio_get_status(board->audio)
                                : (struct emu_audio_status){.card = false};
}

bool emu_machine_allow_microphone(struct emu_machine *machine, bool allow)
{
    const struct board *board = machine->board_data;

    if (board->audio != NULL)
        emu_audio_allow_record(board->audio, allow);
    return board->audio != NULL;
}

bool emu_machine_mute(struct emu_machine *machine, bool mute)
{
    const struct board *board = machine->board_data;

    if (board->audio != NULL)
        emu_audio_mute(board->audio, mute);
    return board->audio != NULL;
}

bool emu_machine_add_listener(struct emu_machine *machine, const struct emu_audio_backend *backend,
                              struct emu_error *err)
{
    const struct board *board = machine->board_data;
    struct emu_audio_backend refused = *backend;

    if (board->audio != NULL)
        return emu_audio_add_listener(board->audio, backend, err);
    emu_audio_backend_close(&refused);
    return emu_error_set(err, EMU_ERROR_INPUT, "the machine has no sound card to listen to");
}

bool emu_machine_remove_listener(struct emu_machine *machine, const void *opaque)
{
    const struct board *board = machine->board_data;

    return board->audio != NULL && emu_audio_remove_listener(board->audio, opaque);
}
