/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service's TFTP (RFC 1350, 2347, 2348, 2349, 7440): read only, any number of blocks. Each
 * transfer has a port of its own. No locks: the network's thread; datagrams are hostile.
 */
#ifndef EMU_NET_TFTP_H
#define EMU_NET_TFTP_H

#include "emulator/net/boot-files.h"
#include "emulator/net/datagram.h"

#define EMU_TFTP_PORT     69u
#define EMU_TFTP_SESSIONS 16u
#define EMU_TFTP_BLOCK    512u  /* without an option */
#define EMU_TFTP_MAX      1468u /* what fits a frame */
#define EMU_TFTP_WINDOW   32u
#define EMU_TFTP_TRIES    5u

struct emu_tftp_options {
    bool blksize, tsize, timeout, windowsize; /* asked for, and taken */
    unsigned block, seconds, window;
};

/* What a request says. */
struct emu_tftp_request {
    uint16_t code;    /* 1: to read, 2: to write */
    const char *name; /* in the request */
    size_t length;
    struct emu_tftp_options options;
};

struct emu_tftp_session {
    bool used;
    struct emu_datagram peer; /* addresses and ports of what goes to the client */
    struct emu_bootfile file;
    struct emu_tftp_options options;
    uint64_t last;        /* the number of the block that ends it */
    uint64_t sent, acked; /* numbers of blocks; 0: the options */
    bool agreeing;        /* the options are not confirmed yet */
    emu_ns started, deadline;
    unsigned tries;
    char name[EMU_BOOT_NAME_MAX];
};

struct emu_tftp {
    const struct emu_bootfiles *files;
    struct emu_tftp_session sessions[EMU_TFTP_SESSIONS];
    uint16_t next_port;
    void (*send)(void *opaque, const struct emu_datagram *datagram);
    void (*tell)(void *opaque, const struct emu_netboot_event *event);
    void *opaque;
};

/* Takes a request apart; false: it is none. */
bool emu_tftp_parse(const uint8_t *data, size_t length, struct emu_tftp_request *out);

/* Closes what is open. */
void emu_tftp_finish(struct emu_tftp *tftp);
/* Is it a datagram for TFTP? */
bool emu_tftp_wants(const struct emu_tftp *tftp, const struct emu_datagram *datagram);
/* One that emu_tftp_wants wants. now: machine time. */
void emu_tftp_input(struct emu_tftp *tftp, const struct emu_datagram *datagram, emu_ns now);
/* Sends again what was not confirmed in time. Returns when to call again, UINT64_MAX: no need. */
emu_ns emu_tftp_tick(struct emu_tftp *tftp, emu_ns now);

#endif
