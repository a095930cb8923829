/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A codec on the link of an HDA controller (High Definition Audio 1.0a, chapter 7): one converter
 * with its pin each way. Answers verbs; no lock, no clock, no memory.
 */
#ifndef EMU_HW_AUDIO_HDA_CODEC_H
#define EMU_HW_AUDIO_HDA_CODEC_H

#include "emulator/api/audio.h"

struct emu_writer;
struct emu_reader;
struct emu_error;

#define HDA_NODES 6u /* root, function group, DAC and its pin, ADC and its pin */

struct hda_codec_model;

/* What verbs can change of a node. */
struct hda_node {
    uint16_t format;                       /* a converter's, as a stream's descriptor has it */
    uint8_t stream;                        /* its tag in the upper half; 0: none; and channel */
    uint8_t amplifier[EMU_AUDIO_CHANNELS]; /* steps; bit 7: silent */
    uint8_t pin;                           /* what its jack is used for */
    uint8_t power, unsolicited, extra;     /* extra: external amplifier */
    uint32_t wiring;                       /* the pin's configuration default */
};

struct hda_codec {
    const struct hda_codec_model *model;
    struct hda_node nodes[HDA_NODES];
};

/* "duplex", "output", "micro". False: there is no such model. */
bool hda_codec_init(struct hda_codec *codec, const char *model);
void hda_codec_reset(struct hda_codec *codec);
/* verb: node and payload, the lower 28 bits of a command (7.3); the response. */
uint32_t hda_codec_verb(struct hda_codec *codec, uint32_t verb);

/* The tag of the stream that the converter of this direction is on; 0: none, or it is asleep. */
unsigned hda_codec_stream(const struct hda_codec *codec, enum emu_audio_direction direction);
/* Its volume, left or right, 0 to EMU_AUDIO_LOUD. */
unsigned hda_codec_volume(const struct hda_codec *codec, enum emu_audio_direction direction,
                          unsigned channel);

void hda_codec_save(const struct hda_codec *codec, struct emu_writer *out);
bool hda_codec_load(struct hda_codec *codec, struct emu_reader *in, struct emu_error *err);

#endif
