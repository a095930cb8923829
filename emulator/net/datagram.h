/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UDP datagrams by IPv4 in Ethernet frames (RFC 768, 791): taken out and put in. Pure functions;
 * contents are hostile.
 */
#ifndef EMU_NET_DATAGRAM_H
#define EMU_NET_DATAGRAM_H

#include "emulator/api/ops/net.h"

#define EMU_DATAGRAM_HEADERS (EMU_NET_HEADER + 20u + 8u)
#define EMU_DATAGRAM_MAX     (1500u - 28u) /* payload of one frame */

struct emu_datagram {
    uint8_t from_mac[6], to_mac[6];
    uint8_t from[4], to[4];
    uint16_t from_port, to_port;
    const uint8_t *data; /* in the frame that was taken apart, or the caller's */
    size_t length;
};

/* False: the frame holds no whole datagram without a VLAN tag, or its IP header is wrong. */
bool emu_datagram_take(const uint8_t *frame, size_t length, struct emu_datagram *out);
/* Writes at most EMU_NET_FRAME bytes, returns how many; the payload is cut to EMU_DATAGRAM_MAX. */
size_t emu_datagram_put(const struct emu_datagram *datagram, uint8_t *frame);

/* Numbers in network order. */
static inline uint16_t emu_get_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void emu_put_be16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

#endif
