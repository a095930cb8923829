/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intel's 82574L gigabit adapter (82574 GbE Controller Family Datasheet): registers, reset, PCI
 * function, statistics, the clock for time stamps. Properties: "mac", "rom". Left out: time stamps
 * of packets, waking, management, flash, flow control.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/net/e1000e-internal.h"
#include "emulator/hw/save.h"

#define BAR_CSR    0
#define BAR_IO     2
#define BAR_MSIX   3
#define IO_SIZE    32
#define IO_ADDRESS 0
#define IO_DATA    4

#define RCTL_ENABLE   (1u << 1)
#define TCTL_ENABLE   (1u << 1)
#define RAH_VALID     (1u << 31)
#define EEC_REQUEST   (1u << 6)
#define EEC_GRANT     (1u << 7)
#define EEC_PRESENT   (1u << 8)
#define EEC_AUTO_READ (1u << 9)
#define SWSM_TAKEN    (1u << 0)
#define TIMING_TICK   40u /* ns of the clock's 25 MHz */

bool e1000e_is_master(const struct e1000e *e1000e)
{
    return emu_pci_get(&e1000e->pci, EMU_PCI_COMMAND, 2) & EMU_PCI_COMMAND_MASTER;
}

/* ---- statistics ---- */

void e1000e_add_statistic(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    uint32_t *reg = e1000e_reg(e1000e, offset);

    *reg = *reg + value < *reg ? UINT32_MAX : *reg + value;
}

static void e1000e_add_octets(struct e1000e *e1000e, unsigned offset, size_t length)
{
    uint32_t *low = e1000e_reg(e1000e, offset), *high = e1000e_reg(e1000e, offset + 4);
    uint64_t total = (*low | (uint64_t)*high << 32) + length;

    *low = (uint32_t)total;
    *high = (uint32_t)(total >> 32);
}

/* Six registers: up to 64 bytes, 127, 255, 511, 1023, more. */
static unsigned e1000e_size_class(size_t length)
{
    unsigned class = 0;

    for (size_t limit = 65; class < 5 && length >= limit; limit = class == 1 ? 128 : 2 * limit)
        class ++;
    return class;
}

/* Where the frames of one direction are counted. */
struct e1000e_counters {
    unsigned good, all, by_length, good_octets, all_octets, broadcast, multicast;
};

/* wire: with the checksum. */
static void e1000e_count(struct e1000e *e1000e, const struct e1000e_counters *at,
                         const uint8_t *frame, size_t wire)
{
    e1000e_add_statistic(e1000e, at->good, 1);
    e1000e_add_statistic(e1000e, at->all, 1);
    e1000e_add_statistic(e1000e, at->by_length + 4 * e1000e_size_class(wire), 1);
    e1000e_add_octets(e1000e, at->good_octets, wire);
    e1000e_add_octets(e1000e, at->all_octets, wire);
    if (emu_mac_is_broadcast(frame))
        e1000e_add_statistic(e1000e, at->broadcast, 1);
    else if (frame[0] & 1)
        e1000e_add_statistic(e1000e, at->multicast, 1);
}

void e1000e_count_sent(struct e1000e *e1000e, const uint8_t *frame, size_t length)
{
    static const struct e1000e_counters sent = {STAT_GPTC, STAT_TPT,  STAT_PTC64, STAT_GOTCL,
                                                STAT_TOTL, STAT_BPTC, STAT_MPTC};

    e1000e_count(e1000e, &sent, frame, length + ETHER_CHECKSUM);
}

void e1000e_count_received(struct e1000e *e1000e, const uint8_t *frame, size_t length)
{
    static const struct e1000e_counters received = {STAT_GPRC, STAT_TPR,  STAT_PRC64, STAT_GORCL,
                                                    STAT_TORL, STAT_BPRC, STAT_MPRC};

    e1000e_count(e1000e, &received, frame,
                 (length < ETHER_MIN ? ETHER_MIN : length) + ETHER_CHECKSUM);
}

/* ---- the clock for time stamps ---- */

/* TIMINCA: how much is added each so many ticks. Brings the clock to now. */
static void e1000e_run_timing(struct e1000e *e1000e)
{
    uint32_t *low = &e1000e->timing[(REG_SYSTIML - REG_SYSTIM_AREA) / 4];
    uint32_t *high = &e1000e->timing[(REG_SYSTIMH - REG_SYSTIM_AREA) / 4];
    uint32_t step = e1000e->timing[(REG_TIMINCA - REG_SYSTIM_AREA) / 4];
    uint64_t period = (uint64_t)(step >> 24) * TIMING_TICK, count, total;
    emu_ns now = emu_clock_now(e1000e->pci.device.clock);

    if (period == 0 || now < e1000e->timing_since) {
        e1000e->timing_since = now;
        return;
    }
    count = (now - e1000e->timing_since) / period;
    e1000e->timing_since += count * period;
    total = (*low | (uint64_t)*high << 32) + count * (step & 0xffffff);
    *low = (uint32_t)total;
    *high = (uint32_t)(total >> 32);
}

static uint32_t e1000e_read_timing(struct e1000e *e1000e, unsigned offset)
{
    if (offset == REG_SYSTIML) /* the upper half is as it was then */
        e1000e_run_timing(e1000e);
    return e1000e->timing[(offset - REG_SYSTIM_AREA) / 4];
}

static void e1000e_write_timing(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    e1000e_run_timing(e1000e);
    e1000e->timing[(offset - REG_SYSTIM_AREA) / 4] = value;
}

/* ---- reset ---- */

/* The EEPROM's address goes into the first of the filter's. */
static void e1000e_load_mac(struct e1000e *e1000e)
{
    *e1000e_reg(e1000e, REG_RAL) = e1000e->nvm[0] | (uint32_t)e1000e->nvm[1] << 16;
    *e1000e_reg(e1000e, REG_RAH) = e1000e->nvm[2] | RAH_VALID;
}

static void e1000e_reset_state(struct e1000e *e1000e)
{
    static const struct {
        uint16_t offset;
        uint32_t value;
    } initial[] = {
        {REG_CTRL, 0x00000a09},
        {REG_STATUS, STATUS_PHY_RESET},
        {REG_EEC, EEC_PRESENT | EEC_AUTO_READ},
        {REG_VET, ETHER_VLAN},
        {REG_LEDCTL, 0x07068302},
        {REG_PBA, 0x00140014},
        {REG_RXDCTL, 0x00010000},
        {REG_TXDCTL, 0x00410000},
        {REG_TXDCTL + REG_QUEUE, 0x00410000},
        {REG_EEMNGCTL, 0x80040000},
        {REG_EERD, 2},
        {REG_EEWR, 2},
    };

    memset(e1000e->registers, 0, sizeof(e1000e->registers));
    memset(e1000e->timing, 0, sizeof(e1000e->timing));
    for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]); i++)
        *e1000e_reg(e1000e, initial[i].offset) = initial[i].value;
    for (unsigned i = 0; i < E1000E_QUEUES; i++) {
        struct e1000e_queue *queue = &e1000e->queues[i];

        queue->context = (struct e1000e_context){0};
        queue->length = queue->options = queue->vlan = 0;
        queue->cut = queue->begun = false;
    }
    e1000e->timing_since = 0;
    e1000e->arrived = 0;
    e1000e_load_mac(e1000e);
    e1000e_phy_reset(e1000e);
    e1000e_interrupt_reset(e1000e);
    emu_net_drained(e1000e_cable(e1000e));
}

/* ---- registers ---- */

static uint32_t e1000e_status(const struct e1000e *e1000e)
{
    uint32_t status = e1000e_get(e1000e, REG_STATUS) & STATUS_PHY_RESET;

    if (!(e1000e_get(e1000e, REG_CTRL) & CTRL_MASTER_OFF))
        status |= STATUS_MASTER;
    if (e1000e_phy_link(e1000e))
        status |= STATUS_LINK;
    return status | STATUS_DUPLEX | STATUS_1000;
}

/* 64-bit counters are cleared when their upper half is read. */
static uint32_t e1000e_read_statistic(struct e1000e *e1000e, unsigned offset)
{
    uint32_t *reg = e1000e_reg(e1000e, offset), value = *reg;
    bool octets = (offset & ~4u) == STAT_GORCL || (offset & ~4u) == STAT_GOTCL ||
                  (offset & ~4u) == STAT_TORL || (offset & ~4u) == STAT_TOTL;

    if (octets && !(offset & 4))
        return value;
    *reg = 0;
    if (octets)
        *e1000e_reg(e1000e, offset - 4) = 0;
    return value;
}

static uint32_t e1000e_read_swsm(struct e1000e *e1000e)
{
    uint32_t value = e1000e_get(e1000e, REG_SWSM);

    *e1000e_reg(e1000e, REG_SWSM) = value | SWSM_TAKEN;
    return value;
}

static uint64_t e1000e_csr_read(void *opaque, uint64_t offset, unsigned size)
{
    struct e1000e *e1000e = opaque;
    unsigned at = (unsigned)offset & ~3u;

    if (at >= REG_SYSTIM_AREA && at < REG_SYSTIM_END)
        return e1000e_read_timing(e1000e, at);
    if (at >= 4 * E1000E_REGISTERS)
        return 0;
    if (at >= REG_STATISTICS && at < REG_STATISTICS_END)
        return e1000e_read_statistic(e1000e, at);
    switch (at) {
    case REG_CTRL_ALIAS:
        return e1000e_get(e1000e, REG_CTRL);
    case REG_STATUS:
        return e1000e_status(e1000e);
    case REG_ICR:
        return e1000e_read_icr(e1000e);
    case REG_SWSM:
        return e1000e_read_swsm(e1000e);
    case REG_ICS:
    case REG_IMC:
        return 0;
    default:
        return e1000e_get(e1000e, at);
    }
}

static void e1000e_write_ctrl(struct e1000e *e1000e, uint32_t value)
{
    if (value & CTRL_RESET) {
        e1000e_reset_state(e1000e);
        return;
    }
    if (value & CTRL_PHY_RESET) {
        e1000e_phy_reset(e1000e);
        *e1000e_reg(e1000e, REG_STATUS) |= STATUS_PHY_RESET;
        e1000e_raise(e1000e, INT_LSC);
    }
    *e1000e_reg(e1000e, REG_CTRL) = value & ~CTRL_PHY_RESET;
}

static void e1000e_write_eec(struct e1000e *e1000e, uint32_t value)
{
    value = (value & EEC_REQUEST) | EEC_PRESENT | EEC_AUTO_READ;
    *e1000e_reg(e1000e, REG_EEC) = value | (value & EEC_REQUEST ? EEC_GRANT : 0);
}

/* Descriptors came, or reception was switched on. */
static void e1000e_write_receive(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    *e1000e_reg(e1000e, offset) = offset == REG_RDT ? value & 0xffff : value;
    emu_net_drained(e1000e_cable(e1000e));
}

static void e1000e_write_transmit(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    *e1000e_reg(e1000e, offset) = value & 0xffff;
    e1000e_transmit(e1000e, offset == REG_TDT ? 0 : 1);
}

static void e1000e_write_tctl(struct e1000e *e1000e, uint32_t value)
{
    bool start = (value & TCTL_ENABLE) && !(e1000e_get(e1000e, REG_TCTL) & TCTL_ENABLE);

    *e1000e_reg(e1000e, REG_TCTL) = value;
    for (unsigned i = 0; start && i < E1000E_QUEUES; i++)
        e1000e_transmit(e1000e, i);
}

static bool e1000e_write_interrupt(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    switch (offset) {
    case REG_ICR:
        e1000e_clear_causes(e1000e, value);
        return true;
    case REG_ICS:
        e1000e_raise(e1000e, value);
        return true;
    case REG_IMS:
        e1000e_unmask(e1000e, value);
        return true;
    case REG_IMC:
        e1000e_mask(e1000e, value);
        return true;
    default:
        return false;
    }
}

/* Rings begin and end at whole descriptors, heads and tails have 16 bits. */
static uint32_t e1000e_plain_mask(unsigned offset)
{
    switch (offset & ~(unsigned)REG_QUEUE) {
    case REG_RDBAL & ~REG_QUEUE:
    case REG_TDBAL & ~REG_QUEUE:
        return ~15u;
    case REG_RDLEN & ~REG_QUEUE:
    case REG_TDLEN & ~REG_QUEUE:
        return 0x000fff80u;
    case REG_RDH & ~REG_QUEUE:
    case REG_TDH & ~REG_QUEUE:
        return 0xffffu;
    default:
        return offset >= REG_STATISTICS && offset < REG_STATISTICS_END ? 0 : UINT32_MAX;
    }
}

static void e1000e_write_plain(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    uint32_t mask = e1000e_plain_mask(offset), *reg = e1000e_reg(e1000e, offset);

    *reg = (*reg & ~mask) | (value & mask);
}

static void e1000e_write_register(struct e1000e *e1000e, unsigned offset, uint32_t value)
{
    switch (offset) {
    case REG_CTRL:
    case REG_CTRL_ALIAS:
        e1000e_write_ctrl(e1000e, value);
        break;
    case REG_STATUS:
        *e1000e_reg(e1000e, offset) = value & STATUS_PHY_RESET;
        break;
    case REG_EEC:
        e1000e_write_eec(e1000e, value);
        break;
    case REG_EERD:
        e1000e_write_eerd(e1000e, value);
        break;
    case REG_EEWR:
        e1000e_write_eewr(e1000e, value);
        break;
    case REG_CTRL_EXT:
        e1000e_write_plain(e1000e, offset, value & ~CTRL_EXT_EE_RST);
        break;
    case REG_MDIC:
        e1000e_write_mdic(e1000e, value);
        break;
    case REG_RCTL:
    case REG_RDT:
        e1000e_write_receive(e1000e, offset, value);
        break;
    case REG_TCTL:
        e1000e_write_tctl(e1000e, value);
        break;
    case REG_TDT:
    case REG_TDT + REG_QUEUE:
        e1000e_write_transmit(e1000e, offset, value);
        break;
    default:
        e1000e_write_plain(e1000e, offset, value);
        break;
    }
}

static void e1000e_csr_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct e1000e *e1000e = opaque;
    unsigned at = (unsigned)offset;

    if (size != 4)
        return; /* the datasheet wants whole words */
    if (at >= REG_SYSTIM_AREA && at < REG_SYSTIM_END)
        e1000e_write_timing(e1000e, at, (uint32_t)value);
    else if (at < 4 * E1000E_REGISTERS && !e1000e_write_interrupt(e1000e, at, (uint32_t)value))
        e1000e_write_register(e1000e, at, (uint32_t)value);
}

static const struct emu_region_ops e1000e_csr_ops = {
    .read = e1000e_csr_read,
    .write = e1000e_csr_write,
    .valid_min = 1,
    .valid_max = 8,
    .impl_min = 4,
    .impl_max = 4,
};

/* ---- the window in port space ---- */

static uint64_t e1000e_io_read(void *opaque, uint64_t offset, unsigned size)
{
    struct e1000e *e1000e = opaque;

    if (offset == IO_ADDRESS)
        return e1000e->io_address;
    return offset == IO_DATA ? e1000e_csr_read(e1000e, e1000e->io_address, 4) : 0;
}

static void e1000e_io_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct e1000e *e1000e = opaque;

    if (offset == IO_ADDRESS && size == 4)
        e1000e->io_address = (uint32_t)value & (E1000E_CSR_SIZE - 4);
    else if (offset == IO_DATA)
        e1000e_csr_write(e1000e, e1000e->io_address, value, size);
}

static const struct emu_region_ops e1000e_io_ops = {
    .read = e1000e_io_read,
    .write = e1000e_io_write,
    .valid_min = 1,
    .valid_max = 4,
    .impl_min = 4,
    .impl_max = 4,
};

/* ---- the device ---- */

static struct e1000e *e1000e_of(void *device)
{
    return device;
}

static void e1000e_link_changed(void *opaque, bool up)
{
    e1000e_raise(opaque, INT_LSC);
}

static const struct emu_net_port e1000e_port = {
    .receive = e1000e_receive,
    .received = e1000e_received,
    .link_changed = e1000e_link_changed,
};

static bool e1000e_init_pci(struct e1000e *e1000e, struct emu_error *err)
{
    static const struct emu_pci_identity identity = {
        .vendor = 0x8086,
        .device = 0x10d3,
        .subsystem_vendor = 0x8086,
        .class_code = 0x020000,
        .interrupt_pin = 1,
    };
    struct emu_device *device = &e1000e->pci.device;

    emu_pci_init(&e1000e->pci, &identity);
    emu_region_init_io(&e1000e->csr, "e1000e", &e1000e_csr_ops, e1000e, &device->lock,
                       E1000E_CSR_SIZE);
    emu_region_init_io(&e1000e->io, "e1000e-io", &e1000e_io_ops, e1000e, &device->lock, IO_SIZE);
    emu_pci_add_bar(&e1000e->pci, BAR_CSR, EMU_PCI_BAR_MEMORY32, &e1000e->csr);
    emu_pci_add_bar(&e1000e->pci, BAR_IO, EMU_PCI_BAR_IO, &e1000e->io);
    device->regions[0] = &e1000e->csr;
    device->regions[1] = &e1000e->io;
    if (!emu_pci_add_msi(&e1000e->pci, 1) ||
        !emu_pci_add_msix(&e1000e->pci, E1000E_VECTORS, BAR_MSIX, err))
        return false;
    device->regions[2] = &e1000e->pci.msix.region;
    return emu_pci_add_rom(&e1000e->pci, e1000e->rom, err);
}

static bool e1000e_realize(struct emu_device *device, struct emu_error *err)
{
    struct e1000e *e1000e = e1000e_of(device);

    e1000e_interrupt_init(e1000e);
    if (!emu_mac_parse(e1000e->mac_text, e1000e->mac, err) || !e1000e_init_pci(e1000e, err))
        return false;
    e1000e_nvm_init(e1000e);
    if (device->net != NULL)
        emu_net_attach(device->net, &e1000e_port, e1000e, &device->lock);
    return true;
}

static void e1000e_unrealize(struct emu_device *device)
{
    struct e1000e *e1000e = e1000e_of(device);

    if (device->net != NULL)
        emu_net_attach(device->net, NULL, NULL, NULL);
    e1000e_interrupt_finish(e1000e);
    emu_pci_finish(&e1000e->pci);
}

static void e1000e_reset(struct emu_device *device)
{
    struct e1000e *e1000e = e1000e_of(device);

    e1000e->io_address = 0;
    e1000e_nvm_init(e1000e);
    e1000e_reset_state(e1000e);
    emu_pci_reset(&e1000e->pci);
}

/* ---- saving ---- */

static const struct emu_field e1000e_fields[] = {
    EMU_FIELD_ARRAY(struct e1000e, registers),
    EMU_FIELD_ARRAY(struct e1000e, timing),
    EMU_FIELD(struct e1000e, timing_since),
    EMU_FIELD(struct e1000e, io_address),
    EMU_FIELD_ARRAY(struct e1000e, nvm),
    EMU_FIELD_ARRAY(struct e1000e, phy),
    EMU_FIELD_END,
};

static const struct emu_field e1000e_queue_fields[] = {
    EMU_FIELD(struct e1000e_queue, context.ip_start),
    EMU_FIELD(struct e1000e_queue, context.ip_offset),
    EMU_FIELD(struct e1000e_queue, context.ip_end),
    EMU_FIELD(struct e1000e_queue, context.l4_start),
    EMU_FIELD(struct e1000e_queue, context.l4_offset),
    EMU_FIELD(struct e1000e_queue, context.l4_end),
    EMU_FIELD(struct e1000e_queue, context.header),
    EMU_FIELD(struct e1000e_queue, context.mss),
    EMU_FIELD(struct e1000e_queue, context.command),
    EMU_FIELD(struct e1000e_queue, length),
    EMU_FIELD(struct e1000e_queue, options),
    EMU_FIELD(struct e1000e_queue, cut),
    EMU_FIELD(struct e1000e_queue, begun),
    EMU_FIELD_END,
};

static void e1000e_save(struct emu_device *device, struct emu_writer *out)
{
    struct e1000e *e1000e = e1000e_of(device);

    emu_pci_save(&e1000e->pci, out);
    emu_hw_save(out, "e1000e", e1000e, e1000e_fields);
    for (unsigned i = 0; i < E1000E_QUEUES; i++) {
        const struct e1000e_queue *queue = &e1000e->queues[i];

        emu_write_fields(out, queue, e1000e_queue_fields);
        emu_write_bytes(out, "frame", queue->frame, queue->length);
    }
}

static bool e1000e_load_queue(struct e1000e_queue *queue, struct emu_reader *in,
                              struct emu_error *err)
{
    if (!emu_read_fields(in, queue, e1000e_queue_fields, err))
        return false;
    if (queue->length > sizeof(queue->frame)) {
        queue->length = 0;
        return emu_hw_load_bad("e1000e", "a frame's length", err);
    }
    return emu_read_bytes(in, "frame", queue->frame, queue->length, err);
}

static bool e1000e_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct e1000e *e1000e = e1000e_of(device);

    if (!emu_pci_load(&e1000e->pci, in, err) ||
        !emu_hw_load(in, "e1000e", e1000e, e1000e_fields, err))
        return false;
    for (unsigned i = 0; i < E1000E_QUEUES; i++)
        if (!e1000e_load_queue(&e1000e->queues[i], in, err))
            return false;
    e1000e_interrupt_resume(e1000e);
    emu_net_drained(device->net);
    return true;
}

static const struct emu_property e1000e_properties[] = {
    {"mac", "Ethernet address", EMU_PROPERTY_STRING, offsetof(struct e1000e, mac_text), 0, 0,
     EMU_MAC_DEFAULT},
    {"rom", "file with the boot ROM", EMU_PROPERTY_STRING, offsetof(struct e1000e, rom), 0, 0,
     NULL},
    {NULL},
};

const struct emu_device_class emu_e1000e_class = {
    .name = "e1000e",
    .description = "Intel 82574L network adapter",
    .size = sizeof(struct e1000e),
    .properties = e1000e_properties,
    .realize = e1000e_realize,
    .unrealize = e1000e_unrealize,
    .reset = e1000e_reset,
    .save = e1000e_save,
    .load = e1000e_load,
};
