/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What adapters do with the contents of frames: checksums (RFC 1071), and TCP segments that are cut
 * into frames (TCP segmentation offload). Pure functions; contents are hostile.
 */
#ifndef EMU_NET_SEGMENT_H
#define EMU_NET_SEGMENT_H

#include "emulator/net/net.h"

/* The ones' complement sum of bytes in network order, folded to 16 bits, added to `sum`. */
uint16_t emu_net_sum(uint16_t sum, const uint8_t *bytes, size_t length);

/* The sum of what TCP's checksum includes beside a segment of that length: addresses, protocol,
 * length. ip: a whole IPv4 or IPv6 header. */
uint16_t emu_net_pseudo_sum(const uint8_t *ip, size_t length);

/* What a received frame's headers say. */
struct emu_net_parsed {
    bool ip4, ip6, tcp, udp; /* tcp and udp: whole, not a fragment */
    bool ip_good;            /* an IPv4 header's checksum is right */
    bool l4_good;            /* TCP's or UDP's is, or UDP has none */
    uint16_t ip, l4, data;   /* offsets of the headers, and behind TCP's or UDP's */
    uint16_t end;            /* of what IP says there is; 0: no IP */
};

/* Looks at a frame of at least EMU_NET_HEADER bytes. */
struct emu_net_parsed emu_net_parse(const uint8_t *frame, size_t length);

/* Are the headers where they are said to be, and whole? */
bool emu_net_segments_check(const uint8_t *frame, size_t length,
                            const struct emu_net_segments *segments);
/* Makes the whole one right in its lengths and checksums. False: it is longer than IP can say. */
bool emu_net_segments_join(uint8_t *frame, size_t length, const struct emu_net_segments *segments);
/* Gives each piece to send, valid during the call. */
void emu_net_segments_cut(uint8_t *frame, size_t length, const struct emu_net_segments *segments,
                          void (*send)(void *opaque, const uint8_t *frame, size_t length),
                          void *opaque);

#endif
