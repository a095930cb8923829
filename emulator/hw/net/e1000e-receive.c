/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reception of the e1000e (82574 datasheet, 7.1): filters, legacy, extended and packet-split
 * descriptors, checked checksums, VLAN tags taken off. Left out: the second queue with its hash,
 * the split of headers (a packet fills a split descriptor's buffers in order).
 */
#include <string.h>

#include "emulator/hw/net/e1000e-internal.h"
#include "emulator/net/segment.h"

#define RCTL_ENABLE    (1u << 1)
#define RCTL_UNICAST   (1u << 3) /* all */
#define RCTL_MULTICAST (1u << 4) /* all */
#define RCTL_DTYPE     (3u << 10)
#define RCTL_SPLIT     (1u << 10)
#define RCTL_BROADCAST (1u << 15)
#define RCTL_VLAN      (1u << 18) /* filter */
#define RCTL_SEX       (1u << 25) /* sizes are 16 times larger */
#define RCTL_NO_CRC    (1u << 26)
#define RFCTL_EXTENDED (1u << 15)
#define RXCSUM_IP      (1u << 8)
#define RXCSUM_L4      (1u << 9)
#define RAH_VALID      (1u << 31)
#define RAL_COUNT      16

/* Status and errors as the extended descriptors have them; legacy ones: errors at bit 8. */
#define RX_DONE      (1u << 0)
#define RX_EOP       (1u << 1)
#define RX_UNCHECKED (1u << 2)
#define RX_VLAN      (1u << 3)
#define RX_UDP       (1u << 4)
#define RX_L4        (1u << 5)
#define RX_IP        (1u << 6)
#define RX_L4_ERROR  (1u << 29)
#define RX_IP_ERROR  (1u << 30)

#define RX_SPLITS  4
#define DESC_PLAIN 16u
#define DESC_SPLIT 32u
#define CRC_SIZE   4u
#define VLAN_SIZE  4u

/* ---- filters ---- */

static bool receive_address_matches(const struct e1000e *e1000e, const uint8_t *mac)
{
    uint32_t low, high;

    memcpy(&low, mac, 4);
    high = mac[4] | (uint32_t)mac[5] << 8;
    for (unsigned i = 0; i < RAL_COUNT; i++) {
        uint32_t entry = e1000e_get(e1000e, REG_RAH + 8 * i);

        if ((entry & RAH_VALID) && (entry & 0xffff) == high &&
            e1000e_get(e1000e, REG_RAL + 8 * i) == low)
            return true;
    }
    return false;
}

/* Which 12 bits of the address choose the table's bit is RCTL's to say. */
static bool receive_hash_matches(const struct e1000e *e1000e, const uint8_t *mac)
{
    static const unsigned shifts[] = {4, 3, 2, 0};
    unsigned shift = shifts[e1000e_get(e1000e, REG_RCTL) >> 12 & 3];
    unsigned hash = ((unsigned)mac[5] << 8 | mac[4]) >> shift & 0xfff;

    return e1000e_get(e1000e, REG_MTA + 4 * (hash >> 5)) >> (hash & 31) & 1;
}

static bool receive_is_tagged(const struct e1000e *e1000e, const uint8_t *frame, size_t length)
{
    return length >= ETHER_HEADER + VLAN_SIZE &&
           ((uint32_t)frame[12] << 8 | frame[13]) == (e1000e_get(e1000e, REG_VET) & 0xffff);
}

static bool receive_wants(const struct e1000e *e1000e, const uint8_t *frame, size_t length)
{
    uint32_t rctl = e1000e_get(e1000e, REG_RCTL);

    if ((rctl & RCTL_VLAN) && receive_is_tagged(e1000e, frame, length)) {
        unsigned vlan = (frame[14] & 15u) << 8 | frame[15];

        if (!(e1000e_get(e1000e, REG_VFTA + 4 * (vlan >> 5)) >> (vlan & 31) & 1))
            return false;
    }
    if (receive_address_matches(e1000e, frame))
        return true;
    if (emu_mac_is_broadcast(frame))
        return rctl & RCTL_BROADCAST;
    if (frame[0] & 1)
        return (rctl & RCTL_MULTICAST) || receive_hash_matches(e1000e, frame);
    return rctl & RCTL_UNICAST;
}

/* ---- what is said of a frame ---- */

static uint32_t receive_check(const struct e1000e *e1000e, const uint8_t *frame, size_t length)
{
    uint32_t rxcsum = e1000e_get(e1000e, REG_RXCSUM), status = 0;
    struct emu_net_parsed parsed;

    if (!(rxcsum & (RXCSUM_IP | RXCSUM_L4)))
        return RX_UNCHECKED;
    parsed = emu_net_parse(frame, length);
    if ((rxcsum & RXCSUM_IP) && parsed.ip4)
        status |= RX_IP | (parsed.ip_good ? 0 : RX_IP_ERROR);
    if (!(rxcsum & RXCSUM_L4))
        return status;
    if (parsed.tcp)
        status |= RX_L4 | (parsed.l4_good ? 0 : RX_L4_ERROR);
    else if (parsed.udp && (frame[parsed.l4 + 6u] | frame[parsed.l4 + 7u]) != 0)
        status |= RX_UDP | RX_L4 | (parsed.l4_good ? 0 : RX_L4_ERROR);
    return status;
}

/* CRC-32 of IEEE 802.3, four bits at a time. */
static uint32_t receive_crc(const uint8_t *bytes, size_t length)
{
    static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc = table[(crc ^ bytes[i]) & 15] ^ crc >> 4;
        crc = table[(crc ^ (uint32_t)bytes[i] >> 4) & 15] ^ crc >> 4;
    }
    return ~crc;
}

struct receive_result {
    uint32_t status;
    uint16_t vlan; /* a tag that was taken off */
    uint16_t lengths[RX_SPLITS];
};

/* Puts the frame into e1000e->in as memory will see it; its length. */
static size_t receive_prepare(struct e1000e *e1000e, const uint8_t *frame, size_t length,
                              struct receive_result *result)
{
    uint8_t *in = e1000e->in;
    bool strip =
        (e1000e_get(e1000e, REG_CTRL) & CTRL_VLAN) && receive_is_tagged(e1000e, frame, length);
    size_t cut = strip ? VLAN_SIZE : 0;

    memcpy(in, frame, 2 * EMU_MAC_SIZE);
    memcpy(in + 2 * EMU_MAC_SIZE, frame + 2 * EMU_MAC_SIZE + cut, length - 2 * EMU_MAC_SIZE - cut);
    if (strip) {
        result->vlan = (uint16_t)(frame[14] << 8 | frame[15]);
        result->status |= RX_VLAN;
    }
    length -= cut;
    if (length < ETHER_MIN) {
        memset(in + length, 0, ETHER_MIN - length);
        length = ETHER_MIN;
    }
    if (!(e1000e_get(e1000e, REG_RCTL) & RCTL_NO_CRC)) {
        uint32_t crc = receive_crc(in, length);

        memcpy(in + length, &crc, sizeof(crc));
        length += CRC_SIZE;
    }
    return length;
}

/* ---- descriptors ---- */

/* The ring as it is now. */
struct receive_ring {
    emu_gpa base;
    uint32_t count, size; /* descriptors, bytes of one */
    bool extended, split;
    uint32_t buffers[RX_SPLITS]; /* bytes of each buffer of a descriptor; 0: not there */
};

static uint32_t receive_buffer_size(uint32_t rctl)
{
    uint32_t size = 2048u >> (rctl >> 16 & 3), fixed = rctl >> 27 & 15;

    if (fixed != 0)
        return fixed * 1024;
    return rctl & RCTL_SEX ? size * 16 : size;
}

static struct receive_ring receive_look(const struct e1000e *e1000e)
{
    uint32_t rctl = e1000e_get(e1000e, REG_RCTL), psrctl = e1000e_get(e1000e, REG_PSRCTL);
    struct receive_ring ring = {
        .base = e1000e_get(e1000e, REG_RDBAL) | (uint64_t)e1000e_get(e1000e, REG_RDBAH) << 32,
        .extended = e1000e_get(e1000e, REG_RFCTL) & RFCTL_EXTENDED,
    };

    ring.split = ring.extended && (rctl & RCTL_DTYPE) == RCTL_SPLIT;
    ring.size = ring.split ? DESC_SPLIT : DESC_PLAIN;
    ring.count = e1000e_get(e1000e, REG_RDLEN) / ring.size;
    ring.buffers[0] = ring.split ? (psrctl & 0x7f) * 128 : receive_buffer_size(rctl);
    for (unsigned i = 1; ring.split && i < RX_SPLITS; i++)
        ring.buffers[i] = (psrctl >> 8 * i & 0x3f) * 1024;
    return ring;
}

static uint32_t receive_free(const struct e1000e *e1000e, const struct receive_ring *ring)
{
    uint32_t head = e1000e_get(e1000e, REG_RDH), tail = e1000e_get(e1000e, REG_RDT);

    if (head >= ring->count || tail >= ring->count)
        return 0;
    return tail >= head ? tail - head : ring->count - head + tail;
}

static uint32_t receive_room(const struct receive_ring *ring)
{
    uint32_t room = 0;

    for (unsigned i = 0; i < RX_SPLITS; i++)
        room += ring->buffers[i];
    return room;
}

static void receive_put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size); /* the host is little-endian */
}

static void receive_format(const struct receive_ring *ring, const struct receive_result *result,
                           uint8_t *desc)
{
    if (!ring->extended) {
        receive_put(desc + 8, result->lengths[0], 4);
        receive_put(desc + 12, (result->status & 0xff) | (result->status >> 16 & 0xff00), 2);
        receive_put(desc + 14, result->vlan, 2);
        return;
    }
    memset(desc, 0, ring->size);
    receive_put(desc + 8, result->status, 4);
    receive_put(desc + 12, result->lengths[0], 2);
    receive_put(desc + 14, result->vlan, 2);
    for (unsigned i = 1; ring->split && i < RX_SPLITS; i++)
        receive_put(desc + 16 + 2 * i, result->lengths[i], 2);
}

/* Fills a descriptor's buffers from the front of data; how much it took. */
static size_t receive_fill(struct e1000e *e1000e, const struct receive_ring *ring,
                           const uint8_t *desc, const uint8_t *data, size_t length,
                           struct receive_result *result)
{
    size_t done = 0;

    for (unsigned i = 0; i < RX_SPLITS; i++) {
        size_t left = length - done, part = left < ring->buffers[i] ? left : ring->buffers[i];
        uint64_t address;

        result->lengths[i] = (uint16_t)part;
        if (part == 0)
            continue;
        memcpy(&address, desc + 8 * i, 8);
        emu_memory_write(e1000e->pci.device.dma, address, data + done, part);
        done += part;
    }
    return done;
}

/* The driver looks at the status by itself: it is written last. */
static void receive_write_back(struct e1000e *e1000e, const struct receive_ring *ring, emu_gpa at,
                               const uint8_t *desc)
{
    struct emu_memory *memory = e1000e->pci.device.dma;
    unsigned status = ring->extended ? 8 : 12;

    emu_memory_write(memory, at, desc, status);
    emu_memory_write(memory, at + status + 4, desc + status + 4, ring->size - status - 4);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    emu_memory_write(memory, at + status, desc + status, 4);
}

/* False: a descriptor is where no memory is. */
static bool receive_store(struct e1000e *e1000e, const struct receive_ring *ring, size_t length,
                          struct receive_result *result)
{
    uint32_t *head = e1000e_reg(e1000e, REG_RDH), checks = result->status;
    uint8_t desc[DESC_SPLIT];
    size_t done = 0;

    while (done < length) {
        emu_gpa at = ring->base + (uint64_t)*head * ring->size;

        if (!emu_memory_read(e1000e->pci.device.dma, at, desc, ring->size))
            return false;
        done += receive_fill(e1000e, ring, desc, e1000e->in + done, length - done, result);
        result->status = RX_DONE | (done == length ? RX_EOP | checks : 0);
        receive_format(ring, result, desc);
        receive_write_back(e1000e, ring, at, desc);
        *head = *head + 1 < ring->count ? *head + 1 : 0;
    }
    return true;
}

/* Is what is left so little that the driver wants to know? */
static bool receive_is_low(const struct e1000e *e1000e, const struct receive_ring *ring)
{
    return receive_free(e1000e, ring) ==
           ring->count >> ((e1000e_get(e1000e, REG_RCTL) >> 8 & 3) + 1);
}

bool e1000e_receive(void *opaque, const uint8_t *frame, size_t length)
{
    struct e1000e *e1000e = opaque;
    struct receive_ring ring = receive_look(e1000e);
    struct receive_result result = {0};
    size_t stored;

    if (!(e1000e_get(e1000e, REG_RCTL) & RCTL_ENABLE) || !e1000e_is_master(e1000e) ||
        !receive_wants(e1000e, frame, length))
        return true;
    result.status = receive_check(e1000e, frame, length);
    stored = receive_prepare(e1000e, frame, length, &result);
    if (receive_room(&ring) == 0 ||
        (uint64_t)receive_free(e1000e, &ring) * receive_room(&ring) < stored)
        return false;
    if (!receive_store(e1000e, &ring, stored, &result))
        return true;
    e1000e_count_received(e1000e, frame, length);
    e1000e->arrived |= INT_RXT0 | INT_RXQ0 | (receive_is_low(e1000e, &ring) ? INT_RXDMT : 0);
    return true;
}

/* One interrupt for all that came together. */
void e1000e_received(void *opaque)
{
    struct e1000e *e1000e = opaque;

    if (e1000e->arrived != 0)
        e1000e_raise(e1000e, e1000e->arrived);
    e1000e->arrived = 0;
}
