/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HDA controller's parts for each other (High Definition Audio 1.0a, chapters 3 and 4).
 * Registers are bytes of one array with masks beside it; all is called with the device's lock held.
 */
#ifndef EMU_HW_AUDIO_HDA_INTERNAL_H
#define EMU_HW_AUDIO_HDA_INTERNAL_H

#include "emulator/audio/audio.h"
#include "emulator/audio/pace.h"
#include "emulator/hw/audio/hda-codec.h"
#include "emulator/hw/pci/pci.h"

#define HDA_INPUTS    4u /* streams to memory, then those from it */
#define HDA_STREAMS   8u
#define HDA_STREAM_AT 0x80u
#define HDA_STREAM    0x20u
#define HDA_REGISTERS (HDA_STREAM_AT + HDA_STREAMS * HDA_STREAM)

enum hda_register_offset {
    HDA_GCAP = 0x00,
    HDA_VMIN = 0x02,
    HDA_VMAJ = 0x03,
    HDA_OUTPAY = 0x04,
    HDA_INPAY = 0x06,
    HDA_GCTL = 0x08,
    HDA_WAKEEN = 0x0c,
    HDA_STATESTS = 0x0e,
    HDA_GSTS = 0x10,
    HDA_INTCTL = 0x20,
    HDA_INTSTS = 0x24,
    HDA_WALCLK = 0x30,
    HDA_OLD_SSYNC = 0x34, /* where ICH6 to ICH10 have it */
    HDA_SSYNC = 0x38,
    HDA_CORBBASE = 0x40, /* 64 bits, like the other bases */
    HDA_CORBWP = 0x48,
    HDA_CORBRP = 0x4a,
    HDA_CORBCTL = 0x4c,
    HDA_CORBSTS = 0x4d,
    HDA_CORBSIZE = 0x4e,
    HDA_RIRBBASE = 0x50,
    HDA_RIRBWP = 0x58,
    HDA_RINTCNT = 0x5a,
    HDA_RIRBCTL = 0x5c,
    HDA_RIRBSTS = 0x5d,
    HDA_RIRBSIZE = 0x5e,
    HDA_IC = 0x60,
    HDA_IR = 0x64,
    HDA_ICS = 0x68,
    HDA_DPBASE = 0x70,
    /* of a stream, from its beginning */
    HDA_SDCTL = 0x00,
    HDA_SDSTS = 0x03,
    HDA_SDLPIB = 0x04,
    HDA_SDCBL = 0x08,
    HDA_SDLVI = 0x0c,
    HDA_SDFIFOS = 0x10,
    HDA_SDFMT = 0x12,
    HDA_SDBDPL = 0x18,
};

#define GCTL_RUN       0x00000001u
#define INTCTL_GLOBAL  0x80000000u
#define INTCTL_CONTROL 0x40000000u
#define RING_RUN       0x02u /* of CORBCTL and RIRBCTL */
#define POINTER_RESET  0x8000u
#define SDCTL_RESET    0x01u
#define SDCTL_RUN      0x02u
#define SDCTL_TAG(ctl) ((ctl) >> 20 & 0xf)
#define SDSTS_COMPLETE 0x04u /* at these places SDCTL has the enables */
#define SDSTS_FIFO     0x08u
#define SDSTS_ERROR    0x10u /* in a descriptor */
#define SDSTS_CAUSES   0x1cu
#define SDSTS_READY    0x20u

/* Where a stream is in its list of buffers. */
struct hda_stream {
    bool running;
    struct emu_audio_pace pace;
    uint64_t buffer;         /* the one at hand: where it is, */
    uint32_t length, offset; /* its bytes, 0: it is yet to be read; and how many are moved */
    bool tells;              /* when it is done */
    uint8_t index;           /* of the one after it */
};

struct hda {
    struct emu_pci_device pci; /* first */
    struct emu_region bar;
    char *codec_name;
    uint8_t registers[HDA_REGISTERS];
    uint8_t writable[HDA_REGISTERS], clears[HDA_REGISTERS], initial[HDA_REGISTERS];
    struct hda_codec codec;
    struct hda_stream streams[HDA_STREAMS];
    struct emu_timer timer;
    emu_ns wall_start;  /* of the wall clock */
    uint32_t responses; /* since the last interrupt for them */
    uint32_t told;      /* interrupts that the processor knows of */
};

uint64_t hda_get(const struct hda *hda, unsigned offset, unsigned size);
void hda_set(struct hda *hda, unsigned offset, unsigned size, uint64_t value);
bool hda_dma_read(struct hda *hda, uint64_t address, void *buffer, size_t length);
bool hda_dma_write(struct hda *hda, uint64_t address, const void *buffer, size_t length);
void hda_update_interrupt(struct hda *hda);

static inline unsigned hda_stream_at(unsigned stream, unsigned offset)
{
    return HDA_STREAM_AT + stream * HDA_STREAM + offset;
}

/* ---- hda-stream.c ---- */

/* SDCTL or SSYNC was written. */
void hda_stream_control(struct hda *hda, unsigned stream);
/* Moves what is due now, for all streams, and arms the timer for what comes next. */
void hda_streams_advance(struct hda *hda);
void hda_streams_reset(struct hda *hda);
void hda_streams_save(const struct hda *hda, struct emu_writer *out);
bool hda_streams_load(struct hda *hda, struct emu_reader *in, struct emu_error *err);

#endif
