/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Received TCP segments of one stream that follow one another become one large one, which saves the
 * guest the work for each (large receive offload). Only what can be cut again into the very same
 * segments is merged. Pure functions; contents are hostile.
 */
#ifndef EMU_NET_MERGE_H
#define EMU_NET_MERGE_H

#include "emulator/net/net.h"

struct emu_net_merge {
    uint8_t bytes[EMU_NET_MAX_FRAME];
    size_t length;
    unsigned count;                   /* frames in it */
    struct emu_net_segments segments; /* size: the first one's payload, which no other exceeds */
    uint32_t next;                    /* sequence number that may follow */
    bool closed;                      /* nothing may */
};

/* Begins with a frame of EMU_NET_HEADER to EMU_NET_FRAME bytes; false: nothing can be merged with
 * it, and the rest is not to be used. */
bool emu_net_merge_begin(struct emu_net_merge *merge, const uint8_t *frame, size_t length);
/* Appends another; false: it does not belong there, and nothing changed. */
bool emu_net_merge_add(struct emu_net_merge *merge, const uint8_t *frame, size_t length);
/* IP's length and checksum become the whole's; TCP's checksum the sum of the pseudo header only,
 * as the one who takes the whole is to complete it. */
void emu_net_merge_end(struct emu_net_merge *merge);

#endif
