/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet addresses, as adapters and their properties have them. */
#ifndef EMU_HW_NET_MAC_H
#define EMU_HW_NET_MAC_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

#define EMU_MAC_SIZE    6
#define EMU_MAC_DEFAULT "52:54:00:12:34:56"

/* "52:54:00:12:34:56", not a multicast address. False with *err. Any thread. */
bool emu_mac_parse(const char *text, uint8_t mac[EMU_MAC_SIZE], struct emu_error *err);

bool emu_mac_is_broadcast(const uint8_t *mac);

#endif
