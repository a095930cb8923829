/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service of the user-mode network: DHCP answers by who asks (RFC 2131, 2132, 4578), files
 * go out by TFTP (RFC 1350, 2347 to 2349, 7440) and HTTP (RFC 9112), from 10.0.2.4. Nothing of it
 * can be reached from outside the machine, and nothing is ever written.
 */
#ifndef EMU_API_NETBOOT_H
#define EMU_API_NETBOOT_H

#include "emulator/api/types.h"

#define EMU_NETBOOT_ADDRESS  "10.0.2.4"
#define EMU_NETBOOT_NAME_MAX 255u /* bytes of what DHCP can say */
#define EMU_NETBOOT_FILES    64u  /* single files of one service */
#define EMU_NETBOOT_ANSWERS  16u  /* answers of one service */
#define EMU_NETBOOT_ANY      (-1) /* an answer for every architecture */

/* Who asks, by options 60 and 77. */
enum emu_netboot_client {
    EMU_NETBOOT_BIOS, /* PXE, architecture 0 */
    EMU_NETBOOT_EFI,  /* PXE of another architecture */
    EMU_NETBOOT_HTTP, /* UEFI's HTTP boot */
    EMU_NETBOOT_IPXE, /* iPXE, on any firmware */
    EMU_NETBOOT_CLIENTS,
    EMU_NETBOOT_OTHER = EMU_NETBOOT_CLIENTS, /* an operating system */
};

/* What DHCP says to boot. */
struct emu_netboot_answer {
    enum emu_netboot_client client;
    int arch;         /* of option 93 (RFC 4578), or EMU_NETBOOT_ANY */
    const char *file; /* a name, or an URL; HTTP boot gets a name as an URL of this service */
};

/* A file that is given under a name, wherever it lies. */
struct emu_netboot_file {
    const char *name; /* without a slash at its front */
    const char *path;
};

enum emu_netboot_protocol { EMU_NETBOOT_DHCP, EMU_NETBOOT_TFTP, EMU_NETBOOT_HTTP_GET };

enum emu_netboot_outcome {
    EMU_NETBOOT_DONE,
    EMU_NETBOOT_ASKED,   /* only for the size */
    EMU_NETBOOT_NOTHING, /* DHCP: an address, but nothing to boot */
    EMU_NETBOOT_ABSENT,  /* there is no such file */
    EMU_NETBOOT_DENIED,  /* outside what is given, or to be written */
    EMU_NETBOOT_BROKEN,  /* the client gave up */
    EMU_NETBOOT_SILENT,  /* the client answers no more */
    EMU_NETBOOT_FAILED,  /* the host cannot read the file */
    EMU_NETBOOT_BAD,     /* the request cannot be understood */
};

/* A request and what became of it. Texts are valid during the call, printable ASCII. */
struct emu_netboot_event {
    enum emu_netboot_protocol protocol;
    enum emu_netboot_outcome outcome;
    enum emu_netboot_client client; /* DHCP */
    int arch;                       /* DHCP: -1: not told */
    uint8_t address[4];             /* DHCP: what the client got */
    const char *name;               /* what was asked for; DHCP: what it is to boot, or "" */
    const char *why;                /* what the client or the host said, or "" */
    uint64_t size;                  /* bytes of the file */
    uint64_t sent;                  /* bytes that went out; of a range: its own */
    emu_ns time;
};

/* What a boot service gives. All may be 0. Read during emu_net_user only, but for the folder. */
struct emu_netboot {
    const char *folder; /* whose files are given, also those below; NULL: none */
    const struct emu_netboot_file *files;
    unsigned file_count;
    const struct emu_netboot_answer *answers; /* the first that fits counts */
    unsigned answer_count;
    /* NULL: nobody is told. On threads of the network: must not block, nor call the machine. */
    void (*tell)(void *opaque, const struct emu_netboot_event *event);
    void *opaque;
};

#endif
