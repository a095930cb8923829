/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transmission of the e1000e (82574 datasheet, 7.2): legacy, context and data descriptors;
 * checksums and TCP segmentation in software. A frame that is too long is left out, its descriptors
 * come back.
 */
#include <string.h>

#include "emulator/hw/net/e1000e-internal.h"
#include "emulator/net/segment.h"

#define DESC_SIZE   16u
#define TCTL_ENABLE 0x2u

/* Bits of a descriptor's third word. */
#define DESC_LENGTH        0x000fffffu /* of data; 16 bits of a legacy one */
#define DESC_LEGACY_LENGTH 0x0000ffffu
#define DESC_TYPE          0x00f00000u
#define DESC_DATA          0x00100000u
#define DESC_EOP           (1u << 24)
#define DESC_CHECKSUM      (1u << 26) /* legacy: insert one */
#define DESC_CUT           (1u << 26) /* data: TSE */
#define DESC_REPORT        (1u << 27)
#define DESC_EXTENDED      (1u << 29)
#define DESC_VLAN          (1u << 30)
#define DESC_DONE          1u /* of the fourth word */
#define OPTION_IP          1u
#define OPTION_L4          2u
#define COMMAND_TCP        (1u << 24)
#define VLAN_PRESENT       (1u << 31)
#define VLAN_SIZE          4u

struct transmit_descriptor {
    uint64_t address;
    uint32_t command, status;
};

static bool transmit_read(struct e1000e *e1000e, emu_gpa at, struct transmit_descriptor *out)
{
    uint8_t bytes[DESC_SIZE];

    if (!emu_memory_read(e1000e->pci.device.dma, at, bytes, sizeof(bytes)))
        return false;
    memcpy(&out->address, bytes, 8);
    memcpy(&out->command, bytes + 8, 4);
    memcpy(&out->status, bytes + 12, 4);
    return true;
}

static void transmit_set_context(struct e1000e_queue *queue, const struct transmit_descriptor *desc)
{
    uint32_t low = (uint32_t)desc->address, high = (uint32_t)(desc->address >> 32);

    queue->context = (struct e1000e_context){
        .ip_start = low & 0xff,
        .ip_offset = low >> 8 & 0xff,
        .ip_end = low >> 16,
        .l4_start = high & 0xff,
        .l4_offset = high >> 8 & 0xff,
        .l4_end = high >> 16,
        .header = desc->status >> 8 & 0xff,
        .mss = desc->status >> 16,
        .command = desc->command,
    };
}

/* ---- a whole frame ---- */

/* A sum from start to end (0: the frame's), stored at offset. */
static void transmit_checksum(struct e1000e_queue *queue, uint32_t start, uint32_t offset,
                              uint32_t end)
{
    uint32_t last = end != 0 && end < queue->length ? end + 1 : queue->length;
    uint16_t sum;

    if (start >= last || offset + 2 > queue->length)
        return;
    sum = (uint16_t)~emu_net_sum(0, queue->frame + start, last - start);
    queue->frame[offset] = (uint8_t)(sum >> 8);
    queue->frame[offset + 1] = (uint8_t)sum;
}

static void transmit_checksums(struct e1000e_queue *queue)
{
    const struct e1000e_context *context = &queue->context;

    if (queue->options & OPTION_IP) {
        /* its field holds nothing yet, but may not be zero */
        if (context->ip_offset + 2 <= queue->length)
            memset(queue->frame + context->ip_offset, 0, 2);
        transmit_checksum(queue, context->ip_start, context->ip_offset, context->ip_end);
    }
    if (queue->options & OPTION_L4)
        transmit_checksum(queue, context->l4_start, context->l4_offset, context->l4_end);
}

/* Behind the addresses; the frame has room for it. */
static void transmit_tag(struct e1000e *e1000e, struct e1000e_queue *queue)
{
    uint32_t type = e1000e_get(e1000e, REG_VET);
    uint8_t *at = queue->frame + 2 * EMU_MAC_SIZE;

    memmove(at + VLAN_SIZE, at, queue->length - 2 * EMU_MAC_SIZE);
    at[0] = (uint8_t)(type >> 8);
    at[1] = (uint8_t)type;
    at[2] = (uint8_t)(queue->vlan >> 8);
    at[3] = (uint8_t)queue->vlan;
    queue->length += VLAN_SIZE;
}

static void transmit_segments(struct e1000e *e1000e, struct e1000e_queue *queue, uint32_t tag)
{
    const struct e1000e_context *context = &queue->context;
    const struct emu_net_segments segments = {
        .ip = (uint16_t)(context->ip_start + tag),
        .tcp = (uint16_t)(context->l4_start + tag),
        .data = (uint16_t)(context->header + tag),
        .size = (uint16_t)context->mss,
    };

    e1000e_add_statistic(e1000e, STAT_TSCTC, 1);
    emu_net_send_segments(e1000e_cable(e1000e), queue->frame, queue->length, &segments);
}

static void transmit_pad(struct e1000e_queue *queue)
{
    if (queue->length >= ETHER_MIN)
        return;
    memset(queue->frame + queue->length, 0, ETHER_MIN - queue->length);
    queue->length = ETHER_MIN;
}

static void transmit_frame(struct e1000e *e1000e, struct e1000e_queue *queue)
{
    bool tcp = queue->cut && (queue->context.command & COMMAND_TCP);
    uint32_t tag = queue->vlan & VLAN_PRESENT ? VLAN_SIZE : 0;

    if (queue->length < ETHER_HEADER || queue->length > EMU_NET_MAX_FRAME - VLAN_SIZE ||
        (queue->context.mss == 0 && tcp))
        return;
    if (!tcp)
        transmit_checksums(queue);
    if (tag != 0)
        transmit_tag(e1000e, queue);
    transmit_pad(queue);
    e1000e_count_sent(e1000e, queue->frame, queue->length);
    if (tcp)
        transmit_segments(e1000e, queue, tag);
    else
        emu_net_send(e1000e_cable(e1000e), queue->frame, queue->length);
}

/* ---- descriptors ---- */

/* Bytes that do not fit only count, so that the frame is known to be too long. */
static void transmit_append(struct e1000e *e1000e, struct e1000e_queue *queue, uint64_t address,
                            uint32_t length)
{
    uint32_t room = EMU_NET_MAX_FRAME - VLAN_SIZE;

    room = queue->length < room ? room - queue->length : 0;
    emu_memory_read(e1000e->pci.device.dma, address, queue->frame + queue->length,
                    length < room ? length : room);
    queue->length = length <= room ? queue->length + length : EMU_NET_MAX_FRAME;
}

static void transmit_legacy(struct e1000e *e1000e, struct e1000e_queue *queue,
                            const struct transmit_descriptor *desc)
{
    transmit_append(e1000e, queue, desc->address, desc->command & DESC_LEGACY_LENGTH);
    if ((desc->command & DESC_CHECKSUM) && (desc->command & DESC_EOP))
        transmit_checksum(queue, desc->status >> 8 & 0xff, desc->command >> 16 & 0xff, 0);
}

static void transmit_data(struct e1000e *e1000e, struct e1000e_queue *queue,
                          const struct transmit_descriptor *desc)
{
    if (!queue->begun) {
        queue->options = desc->status >> 8 & 0xff;
        queue->cut = desc->command & DESC_CUT;
    }
    queue->begun = true;
    transmit_append(e1000e, queue, desc->address, desc->command & DESC_LENGTH);
}

static void transmit_end_frame(struct e1000e *e1000e, struct e1000e_queue *queue,
                               const struct transmit_descriptor *desc)
{
    bool tag = (desc->command & DESC_VLAN) && (e1000e_get(e1000e, REG_CTRL) & CTRL_VLAN);

    queue->vlan = tag ? desc->status >> 16 | VLAN_PRESENT : 0;
    transmit_frame(e1000e, queue);
    queue->length = queue->options = 0;
    queue->cut = queue->begun = false;
}

static void transmit_take(struct e1000e *e1000e, struct e1000e_queue *queue,
                          const struct transmit_descriptor *desc)
{
    bool extended = desc->command & DESC_EXTENDED;

    if (extended && (desc->command & DESC_TYPE) == 0) {
        transmit_set_context(queue, desc);
        return;
    }
    if (!extended)
        transmit_legacy(e1000e, queue, desc);
    else if ((desc->command & DESC_TYPE) == DESC_DATA)
        transmit_data(e1000e, queue, desc);
    if (desc->command & DESC_EOP)
        transmit_end_frame(e1000e, queue, desc);
}

static uint32_t transmit_report(struct e1000e *e1000e, unsigned number, emu_gpa at,
                                const struct transmit_descriptor *desc)
{
    uint32_t status = desc->status | DESC_DONE;

    if (!(desc->command & DESC_REPORT))
        return 0;
    emu_memory_write(e1000e->pci.device.dma, at + 12, &status, sizeof(status));
    return INT_TXDW | (number == 0 ? INT_TXQ0 : INT_TXQ1);
}

/* At most once round the ring: the tail may lie where no descriptor is. */
void e1000e_transmit(struct e1000e *e1000e, unsigned number)
{
    unsigned base = number * REG_QUEUE;
    uint32_t count = e1000e_get(e1000e, REG_TDLEN + base) / DESC_SIZE, causes = 0;
    uint32_t tail = e1000e_get(e1000e, REG_TDT + base);
    uint32_t *head = e1000e_reg(e1000e, REG_TDH + base);
    emu_gpa ring =
        e1000e_get(e1000e, REG_TDBAL + base) | (uint64_t)e1000e_get(e1000e, REG_TDBAH + base) << 32;

    if (!(e1000e_get(e1000e, REG_TCTL) & TCTL_ENABLE) || !e1000e_is_master(e1000e))
        return;
    for (uint32_t i = 0; i < count && *head != tail; i++) {
        struct transmit_descriptor desc;
        emu_gpa at;

        *head = *head < count ? *head : 0;
        at = ring + (uint64_t)*head * DESC_SIZE;
        if (!transmit_read(e1000e, at, &desc))
            return;
        transmit_take(e1000e, &e1000e->queues[number], &desc);
        causes |= transmit_report(e1000e, number, at, &desc);
        *head = *head + 1 < count ? *head + 1 : 0;
    }
    e1000e_raise(e1000e, causes | INT_TXQE);
}
