/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record of what passes a network cable, as programs for networks read it: pcap with microseconds
 * and Ethernet (draft-ietf-opsawg-pcap). Times are the host's. One thread at a time.
 */
#ifndef EMU_NET_PCAP_H
#define EMU_NET_PCAP_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

struct emu_pcap;

/* Makes the file anew, which gets at most this many bytes. NULL with *err. */
struct emu_pcap *emu_pcap_open(const char *path, uint64_t most, struct emu_error *err);
/* NULL is legal, for all three. A full disk or file ends the record, and nothing else. */
void emu_pcap_add(struct emu_pcap *pcap, const void *frame, size_t length);
void emu_pcap_flush(struct emu_pcap *pcap);
void emu_pcap_close(struct emu_pcap *pcap);

#endif
