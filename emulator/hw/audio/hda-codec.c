/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The codec (hda-codec.h): widgets as a table of parameters, verbs as a table of functions. Left
 * out: jack detection, digital output, GPIO, modems; the jacks are always taken.
 */
#include "emulator/hw/audio/hda-codec.h"

#include <string.h>

#include "emulator/audio/audio.h"
#include "emulator/state/state.h"

enum hda_node_id { NODE_ROOT, NODE_GROUP, NODE_DAC, NODE_OUT_PIN, NODE_ADC, NODE_IN_PIN };

/* Parameters (7.3.4) */
enum hda_parameter {
    PARAM_VENDOR = 0x00,
    PARAM_REVISION = 0x02,
    PARAM_NODES = 0x04,      /* first << 16 | how many */
    PARAM_GROUP_TYPE = 0x05, /* 1: audio */
    PARAM_GROUP = 0x08,      /* delays */
    PARAM_WIDGET = 0x09,
    PARAM_RATES = 0x0a, /* and widths */
    PARAM_FORMATS = 0x0b,
    PARAM_PIN = 0x0c,
    PARAM_IN_AMPLIFIER = 0x0d,
    PARAM_CONNECTIONS = 0x0e,
    PARAM_POWER = 0x0f,
    PARAM_OUT_AMPLIFIER = 0x12,
};

#define CODEC_VENDOR   0x1af40022u
#define CODEC_REVISION 0x00100101u
/* 16, 24 and 32 bits at 16, 22.05, 32, 44.1, 48 and 96 kHz (7.3.4.7) */
#define CODEC_RATES     (1u << 17 | 1u << 19 | 1u << 20 | 0x17cu)
#define CODEC_STEPS     74u /* of 1 dB, the last of them 0 dB */
#define CODEC_AMPLIFIER (1u << 31 | 3u << 16 | CODEC_STEPS << 8 | CODEC_STEPS)
#define CODEC_SILENT    0x80u
#define CODEC_PCM       0x00000001u
#define CODEC_DEFAULT   0x0011u /* 48 kHz, 16 bits, stereo */

/* Widgets (7.3.4.6): stereo, and what else they have */
#define WIDGET_DAC      0x0000001du /* an output amplifier, formats of its own */
#define WIDGET_ADC      0x0010011bu /* an input amplifier, formats, a connection */
#define WIDGET_OUT_PIN  0x00400101u /* a connection */
#define WIDGET_IN_PIN   0x00400001u
#define PIN_OUTPUT      0x00000010u
#define PIN_INPUT       0x00000020u
#define PIN_ENABLED_OUT 0x40u
#define PIN_ENABLED_IN  0x20u

struct hda_codec_model {
    const char *name;
    uint8_t nodes;                  /* below the function group */
    uint32_t out_wiring, in_wiring; /* configuration defaults (7.3.3.31), no jack detection */
};

/* A box with jacks at its back, or a notebook's loudspeakers and microphone. */
static const struct hda_codec_model codec_models[] = {
    {"duplex", 4, 0x01014110 /* line out, green */, 0x01a19120 /* microphone, pink */},
    {"output", 2, 0x01014110, 0},
    {"micro", 4, 0x90170110 /* loudspeaker */, 0x90a00120 /* microphone */},
};

static const struct {
    uint8_t node, parameter;
    uint32_t value;
} codec_parameters[] = {
    {NODE_ROOT, PARAM_VENDOR, CODEC_VENDOR},
    {NODE_ROOT, PARAM_REVISION, CODEC_REVISION},
    {NODE_ROOT, PARAM_NODES, 1u << 16 | 1} /* the group */,
    {NODE_GROUP, PARAM_GROUP_TYPE, 1},
    {NODE_GROUP, PARAM_GROUP, 0x00000808},
    {NODE_GROUP, PARAM_RATES, CODEC_RATES},
    {NODE_GROUP, PARAM_FORMATS, CODEC_PCM},
    {NODE_GROUP, PARAM_POWER, 0x0000000f}, /* D0 to D3 */
    {NODE_DAC, PARAM_WIDGET, WIDGET_DAC},
    {NODE_DAC, PARAM_RATES, CODEC_RATES},
    {NODE_DAC, PARAM_FORMATS, CODEC_PCM},
    {NODE_DAC, PARAM_OUT_AMPLIFIER, CODEC_AMPLIFIER},
    {NODE_OUT_PIN, PARAM_WIDGET, WIDGET_OUT_PIN},
    {NODE_OUT_PIN, PARAM_PIN, PIN_OUTPUT},
    {NODE_OUT_PIN, PARAM_CONNECTIONS, 1},
    {NODE_ADC, PARAM_WIDGET, WIDGET_ADC},
    {NODE_ADC, PARAM_RATES, CODEC_RATES},
    {NODE_ADC, PARAM_FORMATS, CODEC_PCM},
    {NODE_ADC, PARAM_IN_AMPLIFIER, CODEC_AMPLIFIER},
    {NODE_ADC, PARAM_CONNECTIONS, 1},
    {NODE_IN_PIN, PARAM_WIDGET, WIDGET_IN_PIN},
    {NODE_IN_PIN, PARAM_PIN, PIN_INPUT},
};

bool hda_codec_init(struct hda_codec *codec, const char *model)
{
    for (size_t i = 0; i < sizeof(codec_models) / sizeof(codec_models[0]); i++) {
        if (strcmp(model, codec_models[i].name) == 0)
            codec->model = &codec_models[i];
    }
    return codec->model != NULL;
}

void hda_codec_reset(struct hda_codec *codec)
{
    struct hda_node *nodes = codec->nodes;

    memset(nodes, 0, sizeof(codec->nodes));
    for (unsigned i = NODE_DAC; i <= NODE_ADC; i += NODE_ADC - NODE_DAC) {
        nodes[i].format = CODEC_DEFAULT;
        memset(nodes[i].amplifier, CODEC_STEPS, sizeof(nodes[i].amplifier));
    }
    nodes[NODE_OUT_PIN].pin = PIN_ENABLED_OUT;
    nodes[NODE_IN_PIN].pin = PIN_ENABLED_IN;
    nodes[NODE_OUT_PIN].wiring = codec->model->out_wiring;
    nodes[NODE_IN_PIN].wiring = codec->model->in_wiring;
}

static uint32_t codec_parameter(const struct hda_codec *codec, unsigned node, unsigned parameter)
{
    if (node == NODE_GROUP && parameter == PARAM_NODES)
        return (unsigned)NODE_DAC << 16 | codec->model->nodes;
    for (size_t i = 0; i < sizeof(codec_parameters) / sizeof(codec_parameters[0]); i++) {
        if (codec_parameters[i].node == node && codec_parameters[i].parameter == parameter)
            return codec_parameters[i].value;
    }
    return 0;
}

/* ---- verbs ---- */

typedef uint32_t codec_verb_fn(struct hda_codec *codec, unsigned node, unsigned payload);

static uint32_t codec_get_parameter(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec_parameter(codec, node, payload);
}

/* Each connection list has one entry: the pin's converter, the converter's pin. */
static uint32_t codec_get_connection(struct hda_codec *codec, unsigned node, unsigned payload)
{
    if (codec_parameter(codec, node, PARAM_CONNECTIONS) == 0 || payload != 0)
        return 0;
    return node == NODE_OUT_PIN ? NODE_DAC : NODE_IN_PIN;
}

static uint32_t codec_set_format(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].format = (uint16_t)payload;
    return 0;
}

static uint32_t codec_get_format(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].format;
}

/* payload: output, input, left and right from bit 15 down; the lower byte is what to set */
static uint32_t codec_set_amplifier(struct hda_codec *codec, unsigned node, unsigned payload)
{
    unsigned direction = node == NODE_DAC ? 0x8000 : node == NODE_ADC ? 0x4000 : 0;

    if (!(payload & direction))
        return 0;
    if (payload & 0x2000)
        codec->nodes[node].amplifier[0] = (uint8_t)payload;
    if (payload & 0x1000)
        codec->nodes[node].amplifier[1] = (uint8_t)payload;
    return 0;
}

static uint32_t codec_get_amplifier(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].amplifier[payload & 0x2000 ? 0 : 1];
}

static uint32_t codec_set_stream(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].stream = (uint8_t)payload;
    return 0;
}

static uint32_t codec_get_stream(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].stream;
}

static uint32_t codec_set_pin(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].pin = (uint8_t)payload;
    return 0;
}

static uint32_t codec_get_pin(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].pin;
}

/* What was set, and behind it what is so: the same at once. */
static uint32_t codec_set_power(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].power = payload & 3;
    return 0;
}

static uint32_t codec_get_power(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].power * 0x11u;
}

static uint32_t codec_set_unsolicited(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].unsolicited = (uint8_t)payload;
    return 0;
}

static uint32_t codec_get_unsolicited(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].unsolicited;
}

static uint32_t codec_set_extra(struct hda_codec *codec, unsigned node, unsigned payload)
{
    codec->nodes[node].extra = payload & 7;
    return 0;
}

static uint32_t codec_get_extra(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].extra;
}

static uint32_t codec_get_sense(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return 0x80000000; /* something is plugged in */
}

static uint32_t codec_get_wiring(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return codec->nodes[node].wiring;
}

static void codec_set_wiring(struct hda_codec *codec, unsigned node, unsigned byte, unsigned value)
{
    uint32_t *wiring = &codec->nodes[node].wiring;

    *wiring = (*wiring & ~(0xffu << 8 * byte)) | value << 8 * byte;
}

static uint32_t codec_get_subsystem(struct hda_codec *codec, unsigned node, unsigned payload)
{
    return CODEC_VENDOR;
}

static uint32_t codec_function_reset(struct hda_codec *codec, unsigned node, unsigned payload)
{
    hda_codec_reset(codec);
    return 0;
}

/* 7.3.3: 4-bit verbs with 16 bits of payload, and 12-bit verbs with 8; nodes: a bit for each that
 * has it. Others answer 0. */
#define NODE_BIT(node) (1u << (node))
#define CONVERTERS     (NODE_BIT(NODE_DAC) | NODE_BIT(NODE_ADC))
#define PINS           (NODE_BIT(NODE_OUT_PIN) | NODE_BIT(NODE_IN_PIN))
#define ALL_NODES      (NODE_BIT(NODE_ROOT) | NODE_BIT(NODE_GROUP) | CONVERTERS | PINS)
static const struct {
    uint16_t verb;
    uint8_t nodes;
    codec_verb_fn *fn;
} codec_verbs[] = {
    {0x2, CONVERTERS, codec_set_format},
    {0xa, CONVERTERS, codec_get_format},
    {0x3, CONVERTERS, codec_set_amplifier},
    {0xb, CONVERTERS, codec_get_amplifier},
    {0xf00, ALL_NODES, codec_get_parameter},
    {0xf02, ALL_NODES, codec_get_connection},
    {0x705, ALL_NODES & ~1u, codec_set_power},
    {0xf05, ALL_NODES & ~1u, codec_get_power},
    {0x706, CONVERTERS, codec_set_stream},
    {0xf06, CONVERTERS, codec_get_stream},
    {0x707, PINS, codec_set_pin},
    {0xf07, PINS, codec_get_pin},
    {0x708, PINS, codec_set_unsolicited},
    {0xf08, PINS, codec_get_unsolicited},
    {0xf09, PINS, codec_get_sense},
    {0x70c, PINS, codec_set_extra},
    {0xf0c, PINS, codec_get_extra},
    {0xf1c, PINS, codec_get_wiring},
    {0xf20, NODE_BIT(NODE_GROUP), codec_get_subsystem},
    {0x7ff, NODE_BIT(NODE_GROUP), codec_function_reset},
};

uint32_t hda_codec_verb(struct hda_codec *codec, uint32_t command)
{
    unsigned node = command >> 20 & 0xff, verb = command >> 8 & 0xfff, payload = command & 0xff;

    if (node >= (unsigned)NODE_DAC + codec->model->nodes)
        return 0;
    if (verb >> 8 != 0x7 && verb >> 8 != 0xf) {
        verb = command >> 16 & 0xf;
        payload = command & 0xffff;
    }
    if (verb >= 0x71c && verb <= 0x71f && (PINS >> node & 1))
        codec_set_wiring(codec, node, verb - 0x71c, payload);
    for (size_t i = 0; i < sizeof(codec_verbs) / sizeof(codec_verbs[0]); i++) {
        if (codec_verbs[i].verb == verb && (codec_verbs[i].nodes >> node & 1))
            return codec_verbs[i].fn(codec, node, payload);
    }
    return 0;
}

/* ---- what the controller asks ---- */

static const struct hda_node *codec_converter(const struct hda_codec *codec,
                                              enum emu_audio_direction direction)
{
    return &codec->nodes[direction == EMU_AUDIO_PLAY ? NODE_DAC : NODE_ADC];
}

unsigned hda_codec_stream(const struct hda_codec *codec, enum emu_audio_direction direction)
{
    return codec_converter(codec, direction)->stream >> 4;
}

/* The pin behind a converter, too, is open or closed. */
static bool codec_pin_open(const struct hda_codec *codec, enum emu_audio_direction direction)
{
    if (direction == EMU_AUDIO_PLAY)
        return codec->nodes[NODE_OUT_PIN].pin & PIN_ENABLED_OUT;
    return codec->nodes[NODE_IN_PIN].pin & PIN_ENABLED_IN;
}

unsigned hda_codec_volume(const struct hda_codec *codec, enum emu_audio_direction direction,
                          unsigned channel)
{
    unsigned amplifier = codec_converter(codec, direction)->amplifier[channel];
    uint64_t volume = EMU_AUDIO_LOUD;

    if ((amplifier & CODEC_SILENT) || !codec_pin_open(codec, direction))
        return 0;
    for (unsigned step = amplifier; step < CODEC_STEPS; step++)
        volume = volume * 58409 >> 16; /* a decibel less: 10^(-1/20) */
    return (unsigned)volume;
}

/* ---- saving ---- */

static const struct emu_field codec_fields[] = {
    EMU_FIELD(struct hda_node, format),
    EMU_FIELD(struct hda_node, stream),
    EMU_FIELD_ARRAY(struct hda_node, amplifier),
    EMU_FIELD(struct hda_node, pin),
    EMU_FIELD(struct hda_node, power),
    EMU_FIELD(struct hda_node, unsolicited),
    EMU_FIELD(struct hda_node, extra),
    EMU_FIELD(struct hda_node, wiring),
    EMU_FIELD_END,
};

void hda_codec_save(const struct hda_codec *codec, struct emu_writer *out)
{
    for (unsigned i = 0; i < HDA_NODES; i++)
        emu_write_fields(out, &codec->nodes[i], codec_fields);
}

bool hda_codec_load(struct hda_codec *codec, struct emu_reader *in, struct emu_error *err)
{
    for (unsigned i = 0; i < HDA_NODES; i++) {
        if (!emu_read_fields(in, &codec->nodes[i], codec_fields, err))
            return false;
    }
    return true;
}
