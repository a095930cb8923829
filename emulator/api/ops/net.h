/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who implement the far end of a network cable: a user-mode network, a host's interface,
 * a test. The adapter's end is emulator/net/net.h. Frames are Ethernet frames from the destination
 * address on, without the checksum at the end.
 */
#ifndef EMU_API_OPS_NET_H
#define EMU_API_OPS_NET_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

#define EMU_NET_HEADER 14u   /* the shortest frame: addresses and type */
#define EMU_NET_FRAME  1518u /* the longest ordinary one, with a VLAN tag */
#define EMU_NET_MAX_FRAME                                                                          \
    65553u /* the longest of those ops that take large ones: 65535 bytes of                        \
            * IP in a tagged frame */

struct emu_net;

enum emu_net_protocol { EMU_NET_TCP, EMU_NET_UDP };

/* An address and port; all bytes zero: any, or the one that the guest got. */
struct emu_net_address {
    bool six;          /* IPv6, else IPv4, whose address is in the first 4 bytes */
    uint8_t bytes[16]; /* in network order */
    uint16_t port;
};

/* What comes in at the host's address goes to the guest's. */
struct emu_net_forward {
    enum emu_net_protocol protocol;
    struct emu_net_address host, guest;
};

struct emu_net_ops {
    const char *name; /* "user", "null", ... */
    /* send takes frames of TCP segments yet to be cut, up to EMU_NET_MAX_FRAME bytes. */
    bool large;
    /* The machine is ready: keep net for emu_net_input; it is valid until close. Called once, on
     * the thread that makes the machine. NULL: nothing ever comes. */
    void (*open)(void *opaque, struct emu_net *net);
    /*
     * A frame from the guest of EMU_NET_HEADER to EMU_NET_FRAME bytes, valid during the call. Any
     * thread, device lock held: must not block and must not call back into the machine. What the
     * back end cannot take it drops, as a network does. NULL: drops all.
     */
    void (*send)(void *opaque, const uint8_t *frame, size_t length);
    /* There is room again after emu_net_input refused a frame. Loop thread. NULL: no matter. */
    void (*room)(void *opaque);
    /* From the host to the guest; any thread, may block shortly. False with *err: one line. NULL:
     * this back end forwards nothing. */
    bool (*add_forward)(void *opaque, const struct emu_net_forward *forward, struct emu_error *err);
    bool (*remove_forward)(void *opaque, const struct emu_net_forward *forward,
                           struct emu_error *err);
    /* The machine is gone (or was never made); opaque may be freed. NULL: nothing. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: no cable. */
struct emu_net_backend {
    const struct emu_net_ops *ops;
    void *opaque;
};

/*
 * A frame of EMU_NET_HEADER to EMU_NET_FRAME bytes for the guest: through the machine's command
 * queue to the adapter. Any thread, never blocks. False, and the frame is dropped: too many wait
 * already (room follows), or its length is wrong.
 */
bool emu_net_input(struct emu_net *net, const uint8_t *frame, size_t length);
/* The same for one of several: they go to the adapter with emu_net_input_now, which follows soon,
 * in one go, and TCP segments among them merged. Any thread, never block. */
bool emu_net_input_later(struct emu_net *net, const uint8_t *frame, size_t length);
void emu_net_input_now(struct emu_net *net);
/* The machine's time, which stands still while it is paused. Any thread. */
emu_ns emu_net_now(const struct emu_net *net);

#endif
