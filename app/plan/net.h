/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network adapter as the user asked for it: the property behind "--net". Plain data. */
#ifndef LATHE_PLAN_NET_H
#define LATHE_PLAN_NET_H

#include <glib.h>

#include "app/plan/place.h"
#include "emulator/api/machine.h"
#include "emulator/api/netboot.h"

/* Strings are owned and freed with g_free. */
struct lathe_net_definition {
    enum emu_nic_model model;
    char *mac;        /* NULL: the model's own */
    char *rom;        /* the boot ROM's file; NULL: none */
    GArray *forwards; /* of struct emu_net_forward */
    char *tftp;       /* the folder that the network gives by TFTP and HTTP; NULL: none */
    GPtrArray *files; /* of char *, "NAME=PATH": files that it gives beside; NULL: none */
    char *bootfile;   /* what DHCP says to boot; NULL: nothing */
    char *boots[EMU_NETBOOT_CLIENTS]; /* and what to these clients instead; NULL: the same */
    char *pcap;                       /* the file that takes a record of all frames; NULL: none */
    unsigned boot;                    /* its place in the boot order; 0: none */
    struct lathe_place place;         /* on the PCI buses */
};

/*
 * "user[,model=virtio|e1000e][,mac=M][,forward=F]...[,tftp=D][,file=NAME=PATH]...[,bootfile=N]
 * [,bootfile-CLIENT=N]...[,pcap=FILE]". A comma in a name is written twice. False with *error; *net
 * then holds nothing.
 */
bool lathe_net_parse(const char *text, struct lathe_net_definition *net, GError **error);
/* "bios", "efi", "http" or "ipxe"; NULL: there is no such client. */
const char *lathe_net_client_name(unsigned client);
/* Has the adapter a boot service? */
bool lathe_net_boots(const struct lathe_net_definition *net);
/* Appends its part of the text that lathe_net_parse takes, each option with a comma in front. */
void lathe_net_write_boot(const struct lathe_net_definition *net, GString *text);
void lathe_net_clear(struct lathe_net_definition *net);
/* "user, virtio, forward tcp:...": for the plan; g_free. */
char *lathe_net_format(const struct lathe_net_definition *net);

/*
 * "tcp:127.0.0.1:2222-:22": protocol, the host's address and port, the guest's. Without an address
 * the host's is its loopback, the guest's what it gets by DHCP. IPv6 stands in brackets; then the
 * guest's must be too. False with *error.
 */
bool lathe_forward_parse(const char *text, struct emu_net_forward *forward, GError **error);
/* The same text; g_free. */
char *lathe_forward_format(const struct emu_net_forward *forward);
/* Do they listen at the same place? */
bool lathe_forward_same(const struct emu_net_forward *left, const struct emu_net_forward *right);

#endif
