/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio network device (Virtio 1.2, 5.1): one pair of queues and the control queue, mergeable
 * receive buffers, checksum and TCP segmentation offload in both directions, filters by address
 * and VLAN. Properties: "mac", "rom". Left out: several pairs, announcing.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/net/mac.h"
#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio.h"
#include "emulator/net/net.h"
#include "emulator/net/segment.h"

#define NET_F_CSUM       (1ull << 0)
#define NET_F_GUEST_CSUM (1ull << 1)
#define NET_F_MAC        (1ull << 5)
#define NET_F_GUEST_TSO4 (1ull << 7)
#define NET_F_GUEST_TSO6 (1ull << 8)
#define NET_F_HOST_TSO4  (1ull << 11)
#define NET_F_HOST_TSO6  (1ull << 12)
#define NET_F_HOST_ECN   (1ull << 13)
#define NET_F_MRG_RXBUF  (1ull << 15)
#define NET_F_STATUS     (1ull << 16)
#define NET_F_CTRL_VQ    (1ull << 17)
#define NET_F_CTRL_RX    (1ull << 18)
#define NET_F_CTRL_VLAN  (1ull << 19)
#define NET_F_RX_EXTRA   (1ull << 20)
#define NET_F_CTRL_MAC   (1ull << 23)

enum net_queue { QUEUE_RX, QUEUE_TX, QUEUE_CONTROL, QUEUE_COUNT };

enum net_config { CONFIG_MAC = 0, CONFIG_STATUS = 6, CONFIG_PAIRS = 8, CONFIG_SIZE = 10 };
#define STATUS_LINK_UP 1

/* The header before each frame. */
enum net_header {
    HEADER_FLAGS = 0,
    HEADER_GSO = 1,
    HEADER_LENGTH = 2, /* of the frame's headers */
    HEADER_SIZE = 4,   /* payload of each segment */
    HEADER_START = 6,  /* where checksumming begins */
    HEADER_OFFSET = 8, /* where the checksum goes, from there */
    HEADER_BUFFERS = 10,
    HEADER_BYTES = 12,
};
#define HEADER_NEEDS_CSUM 1u
#define HEADER_DATA_VALID 2u
#define GSO_NONE          0u
#define GSO_TCP4          1u
#define GSO_TCP6          4u
#define GSO_ECN           0x80u

/* The control queue's classes and commands. */
enum net_class { CLASS_RX, CLASS_MAC, CLASS_VLAN };
#define MAC_TABLE_SET 0u
#define MAC_ADDR_SET  1u
#define VLAN_ADD      0u
#define VLAN_DEL      1u
#define CONTROL_OK    0u
#define CONTROL_ERR   1u

#define NET_MACS         64u /* addresses in a filter; beyond it takes all of their kind */
#define NET_VLANS        4096u
#define NET_TX_ROUND     256u /* chains that one bell sends; the rest follows from a timer */
#define NET_TCP_CHECKSUM 16u  /* its offset in TCP's header */
#define NET_TYPE         12u
#define NET_VLAN         0x8100u

/* Commands of CLASS_RX, by number: what they switch. */
enum net_mode {
    MODE_PROMISCUOUS,
    MODE_ALL_MULTI,
    MODE_ALL_UNI,
    MODE_NO_MULTI,
    MODE_NO_UNI,
    MODE_NO_BROADCAST,
    MODES
};

struct virtio_net {
    struct emu_virtio virtio; /* first */
    char *mac_text, *rom;
    struct emu_timer more; /* sends what a bell left */

    bool mode[MODES];
    uint8_t macs[NET_MACS * EMU_MAC_SIZE];
    uint32_t uni_count, multi_count; /* in macs, in this order */
    bool uni_overflow, multi_overflow;
    uint8_t vlans[NET_VLANS / 8];

    uint8_t out[HEADER_BYTES + EMU_NET_MAX_FRAME + 1]; /* a byte more than may come */
    uint8_t in[HEADER_BYTES + EMU_NET_MAX_FRAME];
    struct emu_virtio_chain first; /* of a frame that is being received */
};

static struct virtio_net *net_of(void *device)
{
    return device;
}

static struct emu_net *net_cable(const struct virtio_net *net)
{
    return net->virtio.pci.device.net;
}

static uint16_t net_get16(const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value)); /* the host is little-endian */
    return value;
}

static void net_put16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, sizeof(value));
}

/* ---- sending ---- */

/* Where the driver said; its start has the sum of what is not in the frame. */
static bool net_checksum(uint8_t *frame, size_t length, size_t start, size_t offset)
{
    uint16_t sum;

    if (start > length || offset + 2 > length - start)
        return false;
    sum = (uint16_t)~emu_net_sum(0, frame + start, length - start);
    frame[start + offset] = (uint8_t)(sum >> 8);
    frame[start + offset + 1] = (uint8_t)sum;
    return true;
}

/* The TCP header says how long it is; what the driver says of it is a hint. */
static void net_send_segments(struct virtio_net *net, uint8_t *frame, size_t length,
                              const uint8_t *header)
{
    struct emu_net_segments segments = {
        .ip = EMU_NET_HEADER,
        .tcp = net_get16(header + HEADER_START),
        .size = net_get16(header + HEADER_SIZE),
    };

    if (length <= EMU_NET_HEADER + 4 || segments.tcp + 13u > length)
        return;
    if (frame[NET_TYPE] == NET_VLAN >> 8 && frame[NET_TYPE + 1] == (NET_VLAN & 0xff))
        segments.ip += 4;
    segments.data = (uint16_t)(segments.tcp + (frame[segments.tcp + 12] >> 4) * 4u);
    emu_net_send_segments(net_cable(net), frame, length, &segments);
}

static void net_send_frame(struct virtio_net *net, uint8_t *frame, size_t length,
                           const uint8_t *header)
{
    uint8_t gso = header[HEADER_GSO] & (uint8_t)~GSO_ECN;

    if (gso == GSO_TCP4 || gso == GSO_TCP6)
        net_send_segments(net, frame, length, header);
    else if (gso == GSO_NONE && (!(header[HEADER_FLAGS] & HEADER_NEEDS_CSUM) ||
                                 net_checksum(frame, length, net_get16(header + HEADER_START),
                                              net_get16(header + HEADER_OFFSET))))
        emu_net_send(net_cable(net), frame, length);
}

static void net_send_chain(struct virtio_net *net, struct emu_virtio_chain *chain)
{
    size_t length = emu_virtio_take(&net->virtio, chain, net->out, sizeof(net->out));

    if (length > HEADER_BYTES && length < sizeof(net->out))
        net_send_frame(net, net->out + HEADER_BYTES, length - HEADER_BYTES, net->out);
    emu_virtio_fill(&net->virtio, QUEUE_TX, 0, chain->head, 0);
    emu_virtio_publish(&net->virtio, QUEUE_TX, 1);
}

static void net_send(void *opaque)
{
    struct virtio_net *net = opaque;
    struct emu_virtio_chain chain;
    unsigned count = 0;

    while (count < NET_TX_ROUND && emu_virtio_pop(&net->virtio, QUEUE_TX, &chain)) {
        net_send_chain(net, &chain);
        count++;
    }
    emu_virtio_signal(&net->virtio, QUEUE_TX);
    if (count == NET_TX_ROUND)
        emu_timer_arm(&net->more, emu_clock_now(net->virtio.pci.device.clock));
}

/* ---- receiving ---- */

static bool net_in_table(const struct virtio_net *net, const uint8_t *mac, unsigned from,
                         unsigned count)
{
    for (unsigned i = from; i < from + count; i++)
        if (memcmp(net->macs + (size_t)i * EMU_MAC_SIZE, mac, EMU_MAC_SIZE) == 0)
            return true;
    return false;
}

static bool net_wants_multicast(const struct virtio_net *net, const uint8_t *mac)
{
    if (emu_mac_is_broadcast(mac))
        return !net->mode[MODE_NO_BROADCAST];
    if (net->mode[MODE_NO_MULTI])
        return false;
    return net->mode[MODE_ALL_MULTI] || net->multi_overflow ||
           net_in_table(net, mac, net->uni_count, net->multi_count);
}

static bool net_wants_unicast(const struct virtio_net *net, const uint8_t *mac)
{
    if (net->mode[MODE_NO_UNI])
        return false;
    return net->mode[MODE_ALL_UNI] || net->uni_overflow ||
           memcmp(mac, net->virtio.config + CONFIG_MAC, EMU_MAC_SIZE) == 0 ||
           net_in_table(net, mac, 0, net->uni_count);
}

static bool net_wants(const struct virtio_net *net, const uint8_t *frame, size_t length)
{
    if (net->mode[MODE_PROMISCUOUS])
        return true;
    if ((net->virtio.accepted & NET_F_CTRL_VLAN) && length >= EMU_NET_HEADER + 4 &&
        frame[NET_TYPE] == NET_VLAN >> 8 && frame[NET_TYPE + 1] == (NET_VLAN & 0xff)) {
        unsigned vlan = (frame[NET_TYPE + 2] & 15u) << 8 | frame[NET_TYPE + 3];

        if (!(net->vlans[vlan / 8] >> vlan % 8 & 1))
            return false;
    }
    return frame[0] & 1 ? net_wants_multicast(net, frame) : net_wants_unicast(net, frame);
}

static void net_fill_header(struct virtio_net *net, const uint8_t *frame, size_t length)
{
    struct emu_net_parsed parsed;

    memset(net->in, 0, HEADER_BYTES);
    net_put16(net->in + HEADER_BUFFERS, 1);
    if (!(net->virtio.accepted & NET_F_GUEST_CSUM))
        return;
    parsed = emu_net_parse(frame, length);
    if ((parsed.tcp || parsed.udp) && parsed.l4_good)
        net->in[HEADER_FLAGS] = HEADER_DATA_VALID;
}

/* Into as many chains as it takes; their number, 0: there are too few, or the driver made a
 * mistake. */
static unsigned net_give(struct virtio_net *net, size_t length)
{
    bool merge = net->virtio.accepted & NET_F_MRG_RXBUF;
    struct emu_virtio_chain chain;
    unsigned count = 0;
    size_t done = 0;

    while (done < length && emu_virtio_pop(&net->virtio, QUEUE_RX, &chain)) {
        size_t given = emu_virtio_give(&net->virtio, &chain, net->in + done, length - done);

        if (count == 0)
            net->first = chain;
        if (given == 0 || (done + given < length && !merge)) {
            emu_virtio_break(&net->virtio);
            return 0;
        }
        emu_virtio_fill(&net->virtio, QUEUE_RX, count++, chain.head, (uint32_t)given);
        done += given;
    }
    if (done == length)
        return count;
    emu_virtio_unpop(&net->virtio, QUEUE_RX, count);
    return 0;
}

/* The header is there. False: there are too few buffers. */
static bool net_receive_filled(struct virtio_net *net, const uint8_t *frame, size_t length)
{
    unsigned count;

    memcpy(net->in + HEADER_BYTES, frame, length);
    count = net_give(net, HEADER_BYTES + length);
    if (count == 0)
        return !emu_virtio_running(&net->virtio);
    if (count > 1) {
        net_put16(net->in + HEADER_BUFFERS, (uint16_t)count);
        emu_virtio_give(&net->virtio, &net->first, net->in, HEADER_BYTES);
    }
    emu_virtio_publish(&net->virtio, QUEUE_RX, count);
    return true;
}

static bool net_receive(void *opaque, const uint8_t *frame, size_t length)
{
    struct virtio_net *net = opaque;

    if (!emu_virtio_running(&net->virtio) || !net_wants(net, frame, length))
        return true;
    net_fill_header(net, frame, length);
    return net_receive_filled(net, frame, length);
}

static bool net_takes_segments(void *opaque, bool six)
{
    struct virtio_net *net = opaque;
    uint64_t needed = NET_F_GUEST_CSUM | (six ? NET_F_GUEST_TSO6 : NET_F_GUEST_TSO4);

    return emu_virtio_running(&net->virtio) && (net->virtio.accepted & needed) == needed;
}

static bool net_receive_segments(void *opaque, const uint8_t *frame, size_t length,
                                 const struct emu_net_segments *segments)
{
    struct virtio_net *net = opaque;

    if (!net_wants(net, frame, length))
        return true;
    memset(net->in, 0, HEADER_BYTES);
    net->in[HEADER_FLAGS] = HEADER_NEEDS_CSUM;
    net->in[HEADER_GSO] = frame[segments->ip] >> 4 == 6 ? GSO_TCP6 : GSO_TCP4;
    net_put16(net->in + HEADER_LENGTH, segments->data);
    net_put16(net->in + HEADER_SIZE, segments->size);
    net_put16(net->in + HEADER_START, segments->tcp);
    net_put16(net->in + HEADER_OFFSET, NET_TCP_CHECKSUM);
    net_put16(net->in + HEADER_BUFFERS, 1);
    return net_receive_filled(net, frame, length);
}

static void net_received(void *opaque)
{
    emu_virtio_signal(opaque, QUEUE_RX);
}

static void net_show_link(struct virtio_net *net, uint8_t *config)
{
    net_put16(config + CONFIG_STATUS, emu_net_link(net_cable(net)) ? STATUS_LINK_UP : 0);
}

static void net_link_changed(void *opaque, bool up)
{
    struct virtio_net *net = opaque;

    net_show_link(net, net->virtio.config);
    emu_virtio_config_changed(&net->virtio);
}

static const struct emu_net_port net_port = {
    .receive = net_receive,
    .receive_segments = net_receive_segments,
    .takes_segments = net_takes_segments,
    .received = net_received,
    .link_changed = net_link_changed,
};

/* ---- the control queue ---- */

static bool net_set_mode(struct virtio_net *net, struct emu_virtio_chain *chain, uint8_t command)
{
    uint8_t on;

    if (command >= MODES || emu_virtio_take(&net->virtio, chain, &on, 1) != 1)
        return false;
    net->mode[command] = on != 0;
    return true;
}

/* A list of addresses: how many there are, and they. Those that do not fit are passed over. */
static bool net_take_macs(struct virtio_net *net, struct emu_virtio_chain *chain, unsigned from,
                          uint32_t *count, bool *overflow)
{
    uint8_t mac[EMU_MAC_SIZE];
    uint32_t entries;

    *count = 0;
    if (emu_virtio_take(&net->virtio, chain, &entries, 4) != 4 ||
        entries > emu_virtio_length(chain->segments, chain->out_count) / EMU_MAC_SIZE ||
        entries > NET_VLANS)
        return false;
    *overflow = entries > NET_MACS - from;
    for (uint32_t i = 0; i < entries; i++) {
        if (emu_virtio_take(&net->virtio, chain, mac, sizeof(mac)) != sizeof(mac))
            return false;
        if (*overflow)
            continue;
        memcpy(net->macs + (size_t)(from + i) * EMU_MAC_SIZE, mac, EMU_MAC_SIZE);
        ++*count;
    }
    return true;
}

static bool net_set_macs(struct virtio_net *net, struct emu_virtio_chain *chain)
{
    net->multi_count = 0;
    return net_take_macs(net, chain, 0, &net->uni_count, &net->uni_overflow) &&
           net_take_macs(net, chain, net->uni_count, &net->multi_count, &net->multi_overflow);
}

static bool net_set_mac(struct virtio_net *net, struct emu_virtio_chain *chain)
{
    uint8_t mac[EMU_MAC_SIZE];

    if (emu_virtio_take(&net->virtio, chain, mac, sizeof(mac)) != sizeof(mac))
        return false;
    memcpy(net->virtio.config + CONFIG_MAC, mac, sizeof(mac));
    return true;
}

static bool net_set_vlan(struct virtio_net *net, struct emu_virtio_chain *chain, uint8_t command)
{
    uint16_t vlan;
    uint8_t bit;

    if (command > VLAN_DEL || emu_virtio_take(&net->virtio, chain, &vlan, 2) != 2 ||
        vlan >= NET_VLANS)
        return false;
    bit = (uint8_t)(1u << vlan % 8);
    if (command == VLAN_ADD)
        net->vlans[vlan / 8] |= bit;
    else
        net->vlans[vlan / 8] &= (uint8_t)~bit;
    return true;
}

static bool net_control(struct virtio_net *net, struct emu_virtio_chain *chain)
{
    uint8_t head[2]; /* class, command */

    if (emu_virtio_take(&net->virtio, chain, head, sizeof(head)) != sizeof(head))
        return false;
    if (head[0] == CLASS_RX)
        return net_set_mode(net, chain, head[1]);
    if (head[0] == CLASS_MAC && head[1] == MAC_TABLE_SET)
        return net_set_macs(net, chain);
    if (head[0] == CLASS_MAC && head[1] == MAC_ADDR_SET)
        return net_set_mac(net, chain);
    return head[0] == CLASS_VLAN && net_set_vlan(net, chain, head[1]);
}

static void net_controls(struct virtio_net *net)
{
    struct emu_virtio_chain chain;

    while (emu_virtio_pop(&net->virtio, QUEUE_CONTROL, &chain)) {
        uint8_t answer = net_control(net, &chain) ? CONTROL_OK : CONTROL_ERR;
        size_t given = emu_virtio_give(&net->virtio, &chain, &answer, 1);

        emu_virtio_push(&net->virtio, QUEUE_CONTROL, chain.head, (uint32_t)given);
    }
}

/* ---- the device ---- */

static void net_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct virtio_net *net = net_of(virtio);

    if (queue == QUEUE_RX)
        emu_net_drained(net_cable(net));
    else if (queue == QUEUE_TX)
        net_send(net);
    else
        net_controls(net);
}

/* Until the driver says what it wants it gets all. */
static void net_reset_state(struct emu_virtio *virtio)
{
    struct virtio_net *net = net_of(virtio);

    memset(net->mode, 0, sizeof(net->mode));
    net->mode[MODE_PROMISCUOUS] = true;
    memset(net->macs, 0, sizeof(net->macs));
    net->uni_count = net->multi_count = 0;
    net->uni_overflow = net->multi_overflow = false;
    memset(net->vlans, 0, sizeof(net->vlans));
    emu_timer_cancel(&net->more);
    net_show_link(net, virtio->config_initial);
    emu_net_drained(net_cable(net));
}

static const struct emu_virtio_type net_type = {
    .id = 1,
    .class_code = 0x020000,
    .config_size = CONFIG_SIZE,
    .notified = net_notified,
    .reset = net_reset_state,
};

static bool net_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_net *net = net_of(device);
    struct emu_virtio *virtio = &net->virtio;

    virtio->queue_count = QUEUE_COUNT;
    emu_timer_init(&net->more, device->clock, &device->lock, net_send, net);
    if (!emu_mac_parse(net->mac_text, virtio->config_initial + CONFIG_MAC, err) ||
        !emu_virtio_init(virtio, &net_type, err) || !emu_pci_add_rom(&virtio->pci, net->rom, err))
        return false;
    virtio->offered |= NET_F_CSUM | NET_F_GUEST_CSUM | NET_F_MAC | NET_F_GUEST_TSO4 |
                       NET_F_GUEST_TSO6 | NET_F_HOST_TSO4 | NET_F_HOST_TSO6 | NET_F_HOST_ECN |
                       NET_F_MRG_RXBUF | NET_F_STATUS | NET_F_CTRL_VQ | NET_F_CTRL_RX |
                       NET_F_CTRL_VLAN | NET_F_RX_EXTRA | NET_F_CTRL_MAC;
    net_put16(virtio->config_initial + CONFIG_PAIRS, 1);
    if (device->net != NULL)
        emu_net_attach(device->net, &net_port, net, &device->lock);
    return true;
}

static void net_unrealize(struct emu_device *device)
{
    struct virtio_net *net = net_of(device);

    if (device->net != NULL)
        emu_net_attach(device->net, NULL, NULL, NULL);
    emu_timer_finish(&net->more);
    emu_virtio_finish(&net->virtio);
}

static void net_reset(struct emu_device *device)
{
    emu_virtio_reset(&net_of(device)->virtio);
}

static const struct emu_field net_fields[] = {
    EMU_FIELD_ARRAY(struct virtio_net, mode),   EMU_FIELD_ARRAY(struct virtio_net, macs),
    EMU_FIELD(struct virtio_net, uni_count),    EMU_FIELD(struct virtio_net, multi_count),
    EMU_FIELD(struct virtio_net, uni_overflow), EMU_FIELD(struct virtio_net, multi_overflow),
    EMU_FIELD_ARRAY(struct virtio_net, vlans),  EMU_FIELD_END,
};

static void net_save(struct emu_device *device, struct emu_writer *out)
{
    emu_virtio_save(&net_of(device)->virtio, out);
    emu_hw_save(out, "virtio-net", device, net_fields);
}

/* A queue that a round left unfinished is looked at again. */
static bool net_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_net *net = net_of(device);

    if (!emu_virtio_load(&net->virtio, in, err) ||
        !emu_hw_load(in, "virtio-net", device, net_fields, err))
        return false;
    if (net->uni_count > NET_MACS || net->multi_count > NET_MACS - net->uni_count)
        return emu_hw_load_bad("virtio-net", "the number of addresses", err);
    net_show_link(net, net->virtio.config);
    emu_timer_arm(&net->more, emu_clock_now(device->clock));
    emu_net_drained(device->net);
    return true;
}

static const struct emu_property net_properties[] = {
    {"mac", "Ethernet address", EMU_PROPERTY_STRING, offsetof(struct virtio_net, mac_text), 0, 0,
     EMU_MAC_DEFAULT},
    {"rom", "file with the boot ROM", EMU_PROPERTY_STRING, offsetof(struct virtio_net, rom), 0, 0,
     NULL},
    {NULL},
};

const struct emu_device_class emu_virtio_net_class = {
    .name = "virtio-net",
    .description = "virtio network device",
    .size = sizeof(struct virtio_net),
    .properties = net_properties,
    .realize = net_realize,
    .unrealize = net_unrealize,
    .reset = net_reset,
    .save = net_save,
    .load = net_load,
};
