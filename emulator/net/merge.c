/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merging received TCP segments (merge.h; RFC 791, 793, 8200). */
#include "emulator/net/merge.h"

#include <string.h>

#include "emulator/net/segment.h"

#define IP4_SIZE     20u /* without options */
#define IP4_LENGTH   2
#define IP4_FRAGMENT 6
#define IP4_CHECKSUM 10
#define IP6_SIZE     40u
#define IP6_LENGTH   4
#define IP6_NEXT     6

#define TCP_SEQUENCE 4
#define TCP_ACK      8
#define TCP_FLAGS    13
#define TCP_CHECKSUM 16
#define TCP_URGENT   18
#define TCP_FLAG_PSH 0x08u
#define TCP_FLAG_ACK 0x10u

static uint32_t merge_get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void merge_put16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static bool merge_same(const uint8_t *left, const uint8_t *right, size_t from, size_t to)
{
    return memcmp(left + from, right + from, to - from) == 0;
}

/* Data of a running connection, with right checksums and nothing behind it. */
static bool merge_is_data(const uint8_t *frame, size_t length, const struct emu_net_parsed *parsed)
{
    size_t header = parsed->ip4 ? IP4_SIZE : IP6_SIZE;

    return parsed->tcp && parsed->l4_good && (parsed->ip6 || parsed->ip_good) &&
           parsed->ip == EMU_NET_HEADER && parsed->l4 == parsed->ip + header &&
           parsed->end == length && parsed->data < length &&
           (frame[parsed->l4 + TCP_FLAGS] | TCP_FLAG_PSH) == (TCP_FLAG_ACK | TCP_FLAG_PSH);
}

bool emu_net_merge_begin(struct emu_net_merge *merge, const uint8_t *frame, size_t length)
{
    struct emu_net_parsed parsed = emu_net_parse(frame, length);

    if (!merge_is_data(frame, length, &parsed))
        return false;
    memcpy(merge->bytes, frame, length);
    merge->length = length;
    merge->count = 1;
    merge->segments = (struct emu_net_segments){parsed.ip, parsed.l4, parsed.data,
                                                (uint16_t)(length - parsed.data)};
    merge->next = merge_get32(frame + parsed.l4 + TCP_SEQUENCE) + merge->segments.size;
    merge->closed = (frame[parsed.l4 + TCP_FLAGS] & TCP_FLAG_PSH) != 0;
    return true;
}

/* All but the length, IPv4's id and the checksum. */
static bool merge_same_ip(const uint8_t *left, const uint8_t *right)
{
    if (left[0] >> 4 == 6)
        return merge_same(left, right, 0, IP6_LENGTH) &&
               merge_same(left, right, IP6_NEXT, IP6_SIZE);
    return merge_same(left, right, 0, IP4_LENGTH) &&
           merge_same(left, right, IP4_FRAGMENT, IP4_CHECKSUM) &&
           merge_same(left, right, IP4_CHECKSUM + 2, IP4_SIZE);
}

/* All but the sequence number, PSH and the checksum; options too. */
static bool merge_same_tcp(const uint8_t *left, const uint8_t *right, size_t size)
{
    return merge_same(left, right, 0, TCP_SEQUENCE) &&
           merge_same(left, right, TCP_ACK, TCP_FLAGS) &&
           ((left[TCP_FLAGS] ^ right[TCP_FLAGS]) & ~TCP_FLAG_PSH) == 0 &&
           merge_same(left, right, TCP_FLAGS + 1, TCP_CHECKSUM) &&
           merge_same(left, right, TCP_URGENT, size);
}

static bool merge_belongs(const struct emu_net_merge *merge, const uint8_t *frame, size_t length)
{
    const struct emu_net_segments *segments = &merge->segments;
    const uint8_t *bytes = merge->bytes;
    struct emu_net_parsed parsed = emu_net_parse(frame, length);

    return merge_is_data(frame, length, &parsed) && parsed.l4 == segments->tcp &&
           parsed.data == segments->data && merge_same(bytes, frame, 0, EMU_NET_HEADER) &&
           merge_same_ip(bytes + segments->ip, frame + segments->ip) &&
           merge_same_tcp(bytes + segments->tcp, frame + segments->tcp,
                          (size_t)segments->data - segments->tcp) &&
           merge_get32(frame + segments->tcp + TCP_SEQUENCE) == merge->next;
}

/* A short one, or one that pushes, is the last. */
bool emu_net_merge_add(struct emu_net_merge *merge, const uint8_t *frame, size_t length)
{
    const struct emu_net_segments *segments = &merge->segments;
    size_t part = length - segments->data;

    if (merge->closed || length <= segments->data || part > segments->size ||
        merge->length + part - segments->ip > UINT16_MAX || !merge_belongs(merge, frame, length))
        return false;
    memcpy(merge->bytes + merge->length, frame + segments->data, part);
    merge->bytes[segments->tcp + TCP_FLAGS] |= frame[segments->tcp + TCP_FLAGS];
    merge->length += part;
    merge->next += (uint32_t)part;
    merge->count++;
    merge->closed = part < segments->size || (frame[segments->tcp + TCP_FLAGS] & TCP_FLAG_PSH) != 0;
    return true;
}

void emu_net_merge_end(struct emu_net_merge *merge)
{
    uint8_t *ip = merge->bytes + merge->segments.ip;
    uint8_t *tcp = merge->bytes + merge->segments.tcp;
    size_t size = merge->length - merge->segments.tcp;

    if (ip[0] >> 4 == 6) {
        merge_put16(ip + IP6_LENGTH, merge->length - merge->segments.ip - IP6_SIZE);
    } else {
        merge_put16(ip + IP4_LENGTH, merge->length - merge->segments.ip);
        merge_put16(ip + IP4_CHECKSUM, 0);
        merge_put16(ip + IP4_CHECKSUM, (uint16_t)~emu_net_sum(0, ip, IP4_SIZE));
    }
    merge_put16(tcp + TCP_CHECKSUM, emu_net_pseudo_sum(ip, size));
}
