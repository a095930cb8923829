/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HDA controller of an ICH9 with one codec (High Definition Audio 1.0a, chapters 3 and 4):
 * registers as a table, command and response rings, immediate commands, interrupts. Left out:
 * unsolicited responses, as no jack is ever pulled, and sleep of the link.
 */
#include <string.h>

#include "emulator/hw/audio/hda-internal.h"
#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"

#define HDA_VENDOR      0x8086
#define HDA_DEVICE      0x293e
#define HDA_CLASS       0x040300
#define HDA_REVISION    2
#define HDA_BAR_SIZE    0x4000u
#define HDA_ALIAS       0x2000u /* WALCLK and the positions once more */
#define HDA_MSI_VECTORS 1

#define HDA_RING_ENTRIES 256u
#define HDA_RING_SIZE    0x42u /* 256 entries, the only size */
#define HDA_VERB_BITS    0x0fffffffu
#define HDA_CODECS       1u /* a bit for each */
#define HDA_WALL_MHZ     24u

#define ICS_BUSY  0x1u
#define ICS_VALID 0x2u

static struct hda *hda_of(void *device)
{
    return device;
}

uint64_t hda_get(const struct hda *hda, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)hda->registers[offset + i] << 8 * i;
    return value;
}

void hda_set(struct hda *hda, unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        hda->registers[offset + i] = (uint8_t)(value >> 8 * i);
}

static bool hda_is_master(const struct hda *hda)
{
    return emu_pci_get(&hda->pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER;
}

bool hda_dma_read(struct hda *hda, uint64_t address, void *buffer, size_t length)
{
    return hda_is_master(hda) && emu_memory_read(hda->pci.device.dma, address, buffer, length);
}

bool hda_dma_write(struct hda *hda, uint64_t address, const void *buffer, size_t length)
{
    return hda_is_master(hda) && emu_memory_write(hda->pci.device.dma, address, buffer, length);
}

/* ---- interrupts ---- */

static uint32_t hda_causes(const struct hda *hda)
{
    uint32_t causes = 0;

    for (unsigned i = 0; i < HDA_STREAMS; i++) {
        unsigned enabled = hda->registers[hda_stream_at(i, HDA_SDCTL)] & SDSTS_CAUSES;

        if (hda->registers[hda_stream_at(i, HDA_SDSTS)] & enabled)
            causes |= 1u << i;
    }
    if ((hda->registers[HDA_RIRBSTS] & hda->registers[HDA_RIRBCTL] & 1) ||
        (hda_get(hda, HDA_STATESTS, 2) & hda_get(hda, HDA_WAKEEN, 2)))
        causes |= INTCTL_CONTROL;
    return causes;
}

/* A message is sent for what is new, the line is up while there is anything. */
void hda_update_interrupt(struct hda *hda)
{
    uint32_t control = (uint32_t)hda_get(hda, HDA_INTCTL, 4);
    uint32_t causes = hda_causes(hda), enabled = causes & control & ~INTCTL_GLOBAL;
    uint32_t told = control & INTCTL_GLOBAL ? enabled : 0;
    bool fresh = (told & ~hda->told) != 0;

    hda_set(hda, HDA_INTSTS, 4, causes | (enabled != 0 ? INTCTL_GLOBAL : 0));
    hda->told = told;
    if (emu_pci_msi_enabled(&hda->pci)) {
        emu_pci_set_intx(&hda->pci, false);
        if (fresh)
            emu_pci_notify(&hda->pci, 0);
    } else {
        emu_pci_set_intx(&hda->pci, told != 0);
    }
}

/* ---- commands ---- */

/* False: nobody has that address. */
static bool hda_command(struct hda *hda, uint32_t command, uint32_t *response)
{
    if (!(HDA_CODECS >> (command >> 28) & 1))
        return false;
    *response = hda_codec_verb(&hda->codec, command & HDA_VERB_BITS);
    return true;
}

static void hda_count_response(struct hda *hda, bool last)
{
    uint32_t wanted = hda->registers[HDA_RINTCNT];

    if (++hda->responses < (wanted != 0 ? wanted : HDA_RING_ENTRIES) && !last)
        return;
    hda->responses = 0;
    hda->registers[HDA_RIRBSTS] |= 1;
}

static void hda_respond(struct hda *hda, uint32_t response, bool last)
{
    uint64_t ring = hda_get(hda, HDA_RIRBBASE, 8) & ~0x7full;
    uint64_t entry = response; /* from codec 0, asked for */
    uint8_t place = (uint8_t)(hda->registers[HDA_RIRBWP] + 1);

    if (!(hda->registers[HDA_RIRBCTL] & RING_RUN))
        return;
    hda->registers[HDA_RIRBWP] = place;
    hda_dma_write(hda, ring + 8 * place, &entry, sizeof(entry));
    hda_count_response(hda, last);
}

/* All that waits; at most one round. A ring that cannot be read stops. */
static void hda_run_ring(struct hda *hda, unsigned stream)
{
    uint64_t ring = hda_get(hda, HDA_CORBBASE, 8) & ~0x7full;
    uint8_t *at = &hda->registers[HDA_CORBRP], end = hda->registers[HDA_CORBWP];
    uint32_t command, response;

    while ((hda->registers[HDA_CORBCTL] & RING_RUN) && *at != end &&
           !(hda->registers[HDA_CORBRP + 1] & POINTER_RESET >> 8)) {
        ++*at;
        if (!hda_dma_read(hda, ring + 4u * *at, &command, sizeof(command)))
            hda->registers[HDA_CORBCTL] &= (uint8_t)~RING_RUN;
        else if (hda_command(hda, command, &response))
            hda_respond(hda, response, *at == end);
    }
}

static void hda_reset_corb_pointer(struct hda *hda, unsigned stream)
{
    if (hda->registers[HDA_CORBRP + 1] & POINTER_RESET >> 8)
        hda->registers[HDA_CORBRP] = 0;
    else
        hda_run_ring(hda, stream);
}

static void hda_reset_rirb_pointer(struct hda *hda, unsigned stream)
{
    if (!(hda->registers[HDA_RIRBWP + 1] & POINTER_RESET >> 8))
        return;
    hda_set(hda, HDA_RIRBWP, 2, 0);
    hda->responses = 0;
}

static void hda_run_immediate(struct hda *hda, unsigned stream)
{
    uint32_t response;

    if (!(hda->registers[HDA_ICS] & ICS_BUSY))
        return;
    hda->registers[HDA_ICS] = 0;
    if (!hda_command(hda, (uint32_t)hda_get(hda, HDA_IC, 4), &response))
        return;
    hda_set(hda, HDA_IR, 4, response);
    hda->registers[HDA_ICS] = ICS_VALID;
}

/* ---- registers ---- */

static void hda_reset_registers(struct hda *hda)
{
    memcpy(hda->registers, hda->initial, sizeof(hda->registers));
    hda_codec_reset(&hda->codec);
    hda_streams_reset(hda);
    hda->responses = 0;
    hda->wall_start = emu_clock_now(hda->pci.device.clock);
}

/* Coming out of its reset the link finds its codecs. */
static void hda_control_link(struct hda *hda, unsigned stream)
{
    bool runs = hda->registers[HDA_GCTL] & GCTL_RUN;

    if (runs) {
        hda_set(hda, HDA_STATESTS, 2, HDA_CODECS);
    } else {
        hda_reset_registers(hda);
    }
}

static void hda_control_all_streams(struct hda *hda, unsigned stream)
{
    for (unsigned i = 0; i < HDA_STREAMS; i++)
        hda_stream_control(hda, i);
}

struct hda_register {
    uint8_t offset, size;
    uint64_t initial, writable, clears; /* clears: writing 1 makes it 0 */
    void (*written)(struct hda *hda, unsigned stream);
};

#define HDA_BASE 0xffffffffffffff80u

static const struct hda_register hda_table[] = {
    {HDA_GCAP, 2, HDA_INPUTS << 12 | HDA_INPUTS << 8 | 1 /* 64-bit addresses */, 0, 0, NULL},
    {HDA_VMAJ, 1, 1, 0, 0, NULL},
    {HDA_OUTPAY, 2, 0x3c, 0, 0, NULL}, /* words of a frame on the link */
    {HDA_INPAY, 2, 0x1d, 0, 0, NULL},
    {HDA_GCTL, 4, 0, 0x103, 0, hda_control_link},
    {HDA_WAKEEN, 2, 0, 0x7fff, 0, NULL},
    {HDA_STATESTS, 2, 0, 0, 0x7fff, NULL},
    {HDA_GSTS, 2, 0, 0, 0x2, NULL},
    {0x18, 2, 0x3c, 0, 0, NULL}, /* OUTSTRMPAY, INSTRMPAY */
    {0x1a, 2, 0x1d, 0, 0, NULL},
    {HDA_INTCTL, 4, 0, 0xc00000ff, 0, NULL},
    {HDA_OLD_SSYNC, 4, 0, 0xff, 0, hda_control_all_streams},
    {HDA_SSYNC, 4, 0, 0xff, 0, hda_control_all_streams},
    {HDA_CORBBASE, 8, 0, HDA_BASE, 0, NULL},
    {HDA_CORBWP, 2, 0, 0xff, 0, hda_run_ring},
    {HDA_CORBRP, 2, 0, POINTER_RESET, 0, hda_reset_corb_pointer},
    {HDA_CORBCTL, 1, 0, 0x3, 0, hda_run_ring},
    {HDA_CORBSTS, 1, 0, 0, 0x1, NULL},
    {HDA_CORBSIZE, 1, HDA_RING_SIZE, 0, 0, NULL},
    {HDA_RIRBBASE, 8, 0, HDA_BASE, 0, NULL},
    {HDA_RIRBWP, 2, 0, POINTER_RESET, 0, hda_reset_rirb_pointer},
    {HDA_RINTCNT, 2, 0, 0xff, 0, NULL},
    {HDA_RIRBCTL, 1, 0, 0x7, 0, NULL},
    {HDA_RIRBSTS, 1, 0, 0, 0x5, NULL},
    {HDA_RIRBSIZE, 1, HDA_RING_SIZE, 0, 0, NULL},
    {HDA_IC, 4, 0, 0xffffffff, 0, NULL},
    {HDA_ICS, 2, 0, ICS_BUSY, ICS_VALID, hda_run_immediate},
    {HDA_DPBASE, 8, 0, HDA_BASE | 1, 0, NULL},
};

/* Of each stream. */
static const struct hda_register hda_stream_table[] = {
    {HDA_SDCTL, 3, 0, 0xff001f, 0, hda_stream_control},
    {HDA_SDSTS, 1, 0, 0, SDSTS_CAUSES, NULL},
    {HDA_SDCBL, 4, 0, 0xffffffff, 0, NULL},
    {HDA_SDLVI, 2, 0, 0xff, 0, NULL},
    {HDA_SDFIFOS, 2, 0xbf, 0, 0, NULL},
    {HDA_SDFMT, 2, 0, 0x7f7f, 0, NULL},
    {HDA_SDBDPL, 8, 0, HDA_BASE, 0, NULL},
};

#define HDA_COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void hda_fill_masks(struct hda *hda, const struct hda_register *row, unsigned base)
{
    for (unsigned i = 0; i < row->size; i++) {
        hda->initial[base + row->offset + i] = (uint8_t)(row->initial >> 8 * i);
        hda->writable[base + row->offset + i] = (uint8_t)(row->writable >> 8 * i);
        hda->clears[base + row->offset + i] = (uint8_t)(row->clears >> 8 * i);
    }
}

static void hda_fill_tables(struct hda *hda)
{
    for (unsigned i = 0; i < HDA_COUNT(hda_table); i++)
        hda_fill_masks(hda, &hda_table[i], 0);
    for (unsigned i = 0; i < HDA_STREAMS * HDA_COUNT(hda_stream_table); i++)
        hda_fill_masks(hda, &hda_stream_table[i % HDA_COUNT(hda_stream_table)],
                       hda_stream_at(i / HDA_COUNT(hda_stream_table), 0));
}

/* What time changes. */
static void hda_refresh(struct hda *hda, unsigned offset)
{
    uint64_t wall = emu_clock_now(hda->pci.device.clock) - hda->wall_start;

    if (offset >= HDA_STREAM_AT)
        hda_streams_advance(hda);
    else if (offset - HDA_WALCLK < 4)
        hda_set(hda, HDA_WALCLK, 4, wall / 1000 * HDA_WALL_MHZ + wall % 1000 * HDA_WALL_MHZ / 1000);
}

static uint64_t hda_read(void *opaque, uint64_t offset, unsigned size)
{
    struct hda *hda = hda_of(opaque);
    unsigned at = (unsigned)(offset % HDA_ALIAS);

    if (at + size > HDA_REGISTERS)
        return 0;
    hda_refresh(hda, at);
    return hda_get(hda, at, size);
}

/* Tells the registers that the access touched. */
static void hda_tell_written(struct hda *hda, unsigned at, unsigned size)
{
    unsigned stream = (at - HDA_STREAM_AT) / HDA_STREAM,
             base = at < HDA_STREAM_AT ? 0 : hda_stream_at(stream, 0);
    const struct hda_register *row = base == 0 ? hda_table : hda_stream_table;
    size_t count = base == 0 ? HDA_COUNT(hda_table) : HDA_COUNT(hda_stream_table);

    for (; count-- != 0; row++) {
        if (row->written != NULL && at < base + row->offset + row->size &&
            at + size > base + row->offset)
            row->written(hda, stream);
    }
}

static void hda_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct hda *hda = hda_of(opaque);
    unsigned at = (unsigned)offset;

    if (offset + size > HDA_REGISTERS ||
        (!(hda->registers[HDA_GCTL] & GCTL_RUN) && (at < HDA_GCTL || at >= HDA_GCTL + 4)))
        return;
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i), mask = hda->writable[at + i];

        hda->registers[at + i] = (uint8_t)((hda->registers[at + i] & ~mask) | (byte & mask));
        hda->registers[at + i] &= (uint8_t) ~(byte & hda->clears[at + i]);
    }
    hda_tell_written(hda, at, size);
    hda_update_interrupt(hda);
}

static const struct emu_region_ops hda_ops = {hda_read, hda_write, .valid_max = 8, .impl_max = 4};

/* ---- the device ---- */

static void hda_tick(void *opaque)
{
    hda_streams_advance(opaque);
}

static bool hda_realize(struct emu_device *device, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = HDA_VENDOR,
        .device = HDA_DEVICE,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = HDA_CLASS,
        .revision = HDA_REVISION,
        .interrupt_pin = 1,
    };
    struct hda *hda = hda_of(device);

    if (!hda_codec_init(&hda->codec, hda->codec_name))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "there is no codec '%s': use duplex, output or micro",
                             hda->codec_name);
    emu_pci_init(&hda->pci, &identity);
    emu_pci_set(&hda->pci, 0x40, 1, 1); /* HDCTL: the link is HDA's, not AC'97's */
    emu_region_init_io(&hda->bar, "hda", &hda_ops, hda, &device->lock, HDA_BAR_SIZE);
    emu_pci_add_bar(&hda->pci, 0, EMU_PCI_BAR_MEMORY64, &hda->bar);
    device->regions[0] = &hda->bar;
    hda_fill_tables(hda);
    emu_timer_init(&hda->timer, device->clock, &device->lock, hda_tick, hda);
    return emu_pci_add_msi(&hda->pci, HDA_MSI_VECTORS) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "no room for the sound card's MSI");
}

static void hda_unrealize(struct emu_device *device)
{
    emu_timer_finish(&hda_of(device)->timer);
    emu_pci_finish(&hda_of(device)->pci);
}

static void hda_reset(struct emu_device *device)
{
    struct hda *hda = hda_of(device);

    emu_pci_reset(&hda->pci);
    hda_reset_registers(hda);
    hda->wall_start = 0;
    hda->told = 0;
}

static const struct emu_field hda_fields[] = {
    EMU_FIELD_ARRAY(struct hda, registers),
    EMU_FIELD(struct hda, wall_start),
    EMU_FIELD(struct hda, responses),
    EMU_FIELD(struct hda, told),
    EMU_FIELD_END,
};

static void hda_save(struct emu_device *device, struct emu_writer *out)
{
    struct hda *hda = hda_of(device);

    emu_pci_save(&hda->pci, out);
    emu_hw_save(out, "hda", hda, hda_fields);
    hda_codec_save(&hda->codec, out);
    hda_streams_save(hda, out);
}

static bool hda_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct hda *hda = hda_of(device);

    return emu_pci_load(&hda->pci, in, err) && emu_hw_load(in, "hda", hda, hda_fields, err) &&
           hda_codec_load(&hda->codec, in, err) && hda_streams_load(hda, in, err);
}

static const struct emu_property hda_properties[] = {
    {"codec", "what is plugged in: duplex, output or micro", EMU_PROPERTY_STRING,
     offsetof(struct hda, codec_name), 0, 0, "duplex"},
    {NULL},
};

const struct emu_device_class emu_hda_class = {
    .name = "ich9-intel-hda",
    .description = "Intel HD Audio controller (ICH9) with a codec",
    .size = sizeof(struct hda),
    .properties = hda_properties,
    .realize = hda_realize,
    .unrealize = hda_unrealize,
    .reset = hda_reset,
    .save = hda_save,
    .load = hda_load,
};
