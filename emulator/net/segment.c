/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums, headers and TCP segments (segment.h; RFC 791, 793, 768, 8200). */
#include "emulator/net/segment.h"

#include <string.h>

#define ETHER_TYPE      12
#define ETHER_VLAN      0x8100u
#define ETHER_VLAN_SIZE 4
#define ETHER_IP4       0x0800u
#define ETHER_IP6       0x86ddu

/* IPv4 and IPv6 headers. */
#define IP4_MIN      20u
#define IP4_LENGTH   2
#define IP4_ID       4
#define IP4_FRAGMENT 6 /* more fragments in bit 13, offset below */
#define IP4_PROTOCOL 9
#define IP4_CHECKSUM 10
#define IP4_SOURCE   12
#define IP6_SIZE     40u
#define IP6_LENGTH   4
#define IP6_NEXT     6
#define IP6_SOURCE   8

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/* TCP and UDP headers. */
#define TCP_MIN      20u
#define TCP_SEQUENCE 4
#define TCP_OFFSET   12 /* upper half: the header's length in words */
#define TCP_FLAGS    13
#define TCP_CHECKSUM 16
#define TCP_FIN      0x01u
#define TCP_PSH      0x08u
#define TCP_CWR      0x80u
#define UDP_SIZE     8u
#define UDP_LENGTH   4
#define UDP_CHECKSUM 6

/* ---- numbers and sums ---- */

static uint16_t segment_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void segment_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t segment_get32(const uint8_t *at)
{
    return (uint32_t)segment_get16(at) << 16 | segment_get16(at + 2);
}

static void segment_put32(uint8_t *at, uint32_t value)
{
    segment_put16(at, (uint16_t)(value >> 16));
    segment_put16(at + 2, (uint16_t)value);
}

static uint16_t segment_fold(uint64_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* The sum's bytes may be swapped as a whole: it is made of the host's words and turned in the end.
 */
uint16_t emu_net_sum(uint16_t sum, const uint8_t *bytes, size_t length)
{
    uint64_t total = 0;
    uint32_t word = 0;

    for (; length >= 4; bytes += 4, length -= 4) {
        memcpy(&word, bytes, 4);
        total += word;
    }
    word = 0;
    memcpy(&word, bytes, length);
    total += word;
    total = segment_fold(total);
    return segment_fold((uint64_t)sum + __builtin_bswap16((uint16_t)total));
}

/* Of the addresses, the protocol and the length, which TCP's and UDP's checksums include. */
static uint16_t segment_pseudo(const uint8_t *ip, uint8_t protocol, size_t length)
{
    bool six = ip[0] >> 4 == 6;
    uint16_t sum = six ? emu_net_sum(0, ip + IP6_SOURCE, 32) : emu_net_sum(0, ip + IP4_SOURCE, 8);

    return segment_fold((uint64_t)sum + protocol + length);
}

uint16_t emu_net_pseudo_sum(const uint8_t *ip, size_t length)
{
    return segment_pseudo(ip, PROTOCOL_TCP, length);
}

/* ---- looking at a frame ---- */

static void segment_parse_ip4(const uint8_t *frame, size_t length, struct emu_net_parsed *parsed,
                              uint8_t *protocol, size_t *end)
{
    const uint8_t *ip = frame + parsed->ip;
    size_t room = length - parsed->ip, header, total;

    if (room < IP4_MIN)
        return;
    header = (ip[0] & 15u) * 4u;
    total = segment_get16(ip + IP4_LENGTH);
    if (ip[0] >> 4 != 4 || header < IP4_MIN || total < header || total > room)
        return;
    parsed->ip4 = true;
    parsed->ip_good = emu_net_sum(0, ip, header) == 0xffff;
    parsed->l4 = (uint16_t)(parsed->ip + header);
    *end = parsed->ip + total;
    if ((segment_get16(ip + IP4_FRAGMENT) & 0x3fff) == 0)
        *protocol = ip[IP4_PROTOCOL];
}

/* Headers between IPv6's and TCP's or UDP's are not followed: such a frame has neither. */
static void segment_parse_ip6(const uint8_t *frame, size_t length, struct emu_net_parsed *parsed,
                              uint8_t *protocol, size_t *end)
{
    const uint8_t *ip = frame + parsed->ip;
    size_t room = length - parsed->ip;

    if (room < IP6_SIZE || ip[0] >> 4 != 6 || segment_get16(ip + IP6_LENGTH) > room - IP6_SIZE)
        return;
    parsed->ip6 = true;
    parsed->l4 = (uint16_t)(parsed->ip + IP6_SIZE);
    *end = parsed->l4 + segment_get16(ip + IP6_LENGTH);
    *protocol = ip[IP6_NEXT];
}

static void segment_parse_tcp(const uint8_t *frame, size_t end, struct emu_net_parsed *parsed)
{
    size_t room = end - parsed->l4, header;

    if (room < TCP_MIN)
        return;
    header = (frame[parsed->l4 + TCP_OFFSET] >> 4) * 4u;
    if (header < TCP_MIN || header > room)
        return;
    parsed->tcp = true;
    parsed->data = (uint16_t)(parsed->l4 + header);
    parsed->l4_good = emu_net_sum(segment_pseudo(frame + parsed->ip, PROTOCOL_TCP, room),
                                  frame + parsed->l4, room) == 0xffff;
}

static void segment_parse_udp(const uint8_t *frame, size_t end, struct emu_net_parsed *parsed)
{
    size_t room = end - parsed->l4, size;

    if (room < UDP_SIZE)
        return;
    size = segment_get16(frame + parsed->l4 + UDP_LENGTH);
    if (size < UDP_SIZE || size > room)
        return;
    parsed->udp = true;
    parsed->data = (uint16_t)(parsed->l4 + UDP_SIZE);
    parsed->l4_good = (parsed->ip4 && segment_get16(frame + parsed->l4 + UDP_CHECKSUM) == 0) ||
                      emu_net_sum(segment_pseudo(frame + parsed->ip, PROTOCOL_UDP, size),
                                  frame + parsed->l4, size) == 0xffff;
}

struct emu_net_parsed emu_net_parse(const uint8_t *frame, size_t length)
{
    struct emu_net_parsed parsed = {.ip = EMU_NET_HEADER};
    uint16_t type = segment_get16(frame + ETHER_TYPE);
    uint8_t protocol = 0;
    size_t end = 0;

    if (type == ETHER_VLAN && length >= EMU_NET_HEADER + ETHER_VLAN_SIZE) {
        type = segment_get16(frame + ETHER_TYPE + ETHER_VLAN_SIZE);
        parsed.ip += ETHER_VLAN_SIZE;
    }
    if (type == ETHER_IP4)
        segment_parse_ip4(frame, length, &parsed, &protocol, &end);
    else if (type == ETHER_IP6)
        segment_parse_ip6(frame, length, &parsed, &protocol, &end);
    parsed.end = (uint16_t)end;
    if (protocol == PROTOCOL_TCP)
        segment_parse_tcp(frame, end, &parsed);
    else if (protocol == PROTOCOL_UDP)
        segment_parse_udp(frame, end, &parsed);
    return parsed;
}

/* ---- TCP segments ---- */

bool emu_net_segments_check(const uint8_t *frame, size_t length,
                            const struct emu_net_segments *segments)
{
    unsigned version;

    if (segments->size == 0 || length > EMU_NET_MAX_FRAME || segments->data > length ||
        segments->ip < EMU_NET_HEADER || segments->tcp < segments->ip + IP4_MIN ||
        segments->data < segments->tcp + TCP_MIN ||
        segments->data + (size_t)segments->size > EMU_NET_FRAME)
        return false;
    version = frame[segments->ip] >> 4;
    return version == 4 || (version == 6 && segments->tcp >= segments->ip + IP6_SIZE);
}

/* IP's length, and IPv4's checksum. */
static void segment_fix_ip(uint8_t *ip, size_t header, size_t length)
{
    if (ip[0] >> 4 == 6) {
        segment_put16(ip + IP6_LENGTH, (uint16_t)(length - IP6_SIZE));
        return;
    }
    segment_put16(ip + IP4_LENGTH, (uint16_t)length);
    segment_put16(ip + IP4_CHECKSUM, 0);
    segment_put16(ip + IP4_CHECKSUM, (uint16_t)~emu_net_sum(0, ip, header));
}

static void segment_fix(uint8_t *frame, size_t length, const struct emu_net_segments *segments)
{
    uint8_t *ip = frame + segments->ip, *tcp = frame + segments->tcp;
    size_t size = length - segments->tcp;

    segment_fix_ip(ip, (size_t)segments->tcp - segments->ip, length - segments->ip);
    segment_put16(tcp + TCP_CHECKSUM, 0);
    segment_put16(tcp + TCP_CHECKSUM,
                  (uint16_t)~emu_net_sum(segment_pseudo(ip, PROTOCOL_TCP, size), tcp, size));
}

bool emu_net_segments_join(uint8_t *frame, size_t length, const struct emu_net_segments *segments)
{
    if (length - segments->ip > UINT16_MAX)
        return false;
    segment_fix(frame, length, segments);
    return true;
}

/*
 * Each piece is built in place: the headers are moved to right before its payload, over that of the
 * piece before, which is sent already.
 */
void emu_net_segments_cut(uint8_t *frame, size_t length, const struct emu_net_segments *segments,
                          void (*send)(void *opaque, const uint8_t *frame, size_t length),
                          void *opaque)
{
    uint8_t headers[EMU_NET_FRAME], flags = frame[segments->tcp + TCP_FLAGS];
    uint32_t sequence = segment_get32(frame + segments->tcp + TCP_SEQUENCE);
    uint16_t id = segment_get16(frame + segments->ip + IP4_ID);
    size_t left = length - segments->data, done = 0;

    memcpy(headers, frame, segments->data);
    do {
        size_t part = left < segments->size ? left : segments->size;
        uint8_t *piece = frame + done;

        memcpy(piece, headers, segments->data);
        left -= part;
        piece[segments->tcp + TCP_FLAGS] = flags & (uint8_t) ~(left != 0 ? TCP_FIN | TCP_PSH : 0u) &
                                           (uint8_t) ~(done != 0 ? TCP_CWR : 0u);
        segment_put32(piece + segments->tcp + TCP_SEQUENCE, sequence + (uint32_t)done);
        if (piece[segments->ip] >> 4 == 4)
            segment_put16(piece + segments->ip + IP4_ID, id++);
        segment_fix(piece, segments->data + part, segments);
        send(opaque, piece, segments->data + part);
        done += part;
    } while (left != 0);
}
