/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service's DHCP (RFC 2131, 2132, 4578): answers by who asks. Addresses are 10.0.2.15 to
 * .30, by the adapter's address. No locks; requests are hostile. Left out: relays, BOOTP without
 * options, proxies at port 4011.
 */
#ifndef EMU_NET_DHCP_H
#define EMU_NET_DHCP_H

#include "emulator/api/netboot.h"
#include "emulator/net/datagram.h"

#define EMU_DHCP_LEASES      16u
#define EMU_DHCP_SERVER_PORT 67u
#define EMU_DHCP_CLIENT_PORT 68u
#define EMU_DHCP_REPLY_MAX   1236u

enum emu_dhcp_type {
    EMU_DHCP_DISCOVER = 1,
    EMU_DHCP_OFFER = 2,
    EMU_DHCP_REQUEST = 3,
    EMU_DHCP_DECLINE = 4,
    EMU_DHCP_ACK = 5,
    EMU_DHCP_NAK = 6,
    EMU_DHCP_RELEASE = 7,
    EMU_DHCP_INFORM = 8,
};

/* What a request says. Pointers into it. */
struct emu_dhcp_request {
    uint8_t type;
    uint8_t transaction[4], flags[2], address[4], mac[6];
    uint8_t wanted[4], server[4]; /* options 50 and 54; zeros: none */
    enum emu_netboot_client client;
    int arch;            /* option 93; -1: none */
    const uint8_t *guid; /* option 97; NULL: none */
    size_t guid_length;
};

struct emu_dhcp {
    uint8_t macs[EMU_DHCP_LEASES][6]; /* all zeros: free */
    unsigned oldest;                  /* is given away if all are taken */
    struct emu_netboot_answer answers[EMU_NETBOOT_ANSWERS];
    unsigned answer_count;
};

/* False: not a request that a server answers. */
bool emu_dhcp_parse(const uint8_t *data, size_t length, struct emu_dhcp_request *out);
/* What this client is to boot; NULL: nothing. */
const char *emu_dhcp_choose(const struct emu_dhcp *dhcp, const struct emu_dhcp_request *request);
/* Writes at most EMU_DHCP_REPLY_MAX bytes and the client's address; returns the length, 0: there
 * is no answer. *type is the answer's. */
size_t emu_dhcp_reply(struct emu_dhcp *dhcp, const struct emu_dhcp_request *request, uint8_t *out,
                      uint8_t address[4], uint8_t *type);

#endif
