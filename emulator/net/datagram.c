/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams in frames (datagram.h). */
#include "emulator/net/datagram.h"

#include <string.h>

#include "emulator/net/segment.h"

#define ETHER_IP4    0x0800u
#define IP_SIZE      20u
#define IP_LENGTH    2
#define IP_TTL       8
#define IP_PROTOCOL  9
#define IP_CHECKSUM  10
#define IP_FROM      12
#define IP_TO        16
#define UDP          17
#define UDP_SIZE     8u
#define UDP_CHECKSUM 6

bool emu_datagram_take(const uint8_t *frame, size_t length, struct emu_datagram *out)
{
    struct emu_net_parsed parsed = emu_net_parse(frame, length);

    if (!parsed.udp || !parsed.ip4 || !parsed.ip_good || parsed.ip != EMU_NET_HEADER)
        return false;
    memcpy(out->to_mac, frame, 6);
    memcpy(out->from_mac, frame + 6, 6);
    memcpy(out->from, frame + parsed.ip + IP_FROM, 4);
    memcpy(out->to, frame + parsed.ip + IP_TO, 4);
    out->from_port = emu_get_be16(frame + parsed.l4);
    out->to_port = emu_get_be16(frame + parsed.l4 + 2);
    out->data = frame + parsed.data;
    out->length = emu_get_be16(frame + parsed.l4 + 4) - UDP_SIZE;
    return true;
}

static void datagram_put_ip(uint8_t *ip, const struct emu_datagram *datagram, size_t length)
{
    memset(ip, 0, IP_SIZE);
    ip[0] = 0x45;
    emu_put_be16(ip + IP_LENGTH, (uint16_t)(IP_SIZE + length));
    ip[IP_TTL] = 64;
    ip[IP_PROTOCOL] = UDP;
    memcpy(ip + IP_FROM, datagram->from, 4);
    memcpy(ip + IP_TO, datagram->to, 4);
    emu_put_be16(ip + IP_CHECKSUM, (uint16_t)~emu_net_sum(0, ip, IP_SIZE));
}

/* UDP has a sum of 0 only where there is none. */
static void datagram_put_udp_sum(const uint8_t *ip, uint8_t *udp, size_t length)
{
    const uint8_t rest[4] = {0, UDP, (uint8_t)(length >> 8), (uint8_t)length};
    uint16_t sum = emu_net_sum(0, ip + IP_FROM, 8);

    sum = emu_net_sum(emu_net_sum(sum, rest, sizeof(rest)), udp, length);
    emu_put_be16(udp + UDP_CHECKSUM, sum == 0xffff ? 0xffff : (uint16_t)~sum);
}

size_t emu_datagram_put(const struct emu_datagram *datagram, uint8_t *frame)
{
    size_t payload = datagram->length < EMU_DATAGRAM_MAX ? datagram->length : EMU_DATAGRAM_MAX;
    uint8_t *ip = frame + EMU_NET_HEADER, *udp = ip + IP_SIZE;

    memcpy(frame, datagram->to_mac, 6);
    memcpy(frame + 6, datagram->from_mac, 6);
    emu_put_be16(frame + 12, ETHER_IP4);
    datagram_put_ip(ip, datagram, UDP_SIZE + payload);
    emu_put_be16(udp, datagram->from_port);
    emu_put_be16(udp + 2, datagram->to_port);
    emu_put_be16(udp + 4, (uint16_t)(UDP_SIZE + payload));
    emu_put_be16(udp + UDP_CHECKSUM, 0);
    memcpy(udp + UDP_SIZE, datagram->data, payload);
    datagram_put_udp_sum(ip, udp, UDP_SIZE + payload);
    return EMU_DATAGRAM_HEADERS + payload;
}
