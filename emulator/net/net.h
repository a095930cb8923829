/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network cable's middle: an adapter on one side, a back end (api/ops/net.h) on the other. Frames
 * for the guest wait here until the adapter has memory for them.
 */
#ifndef EMU_NET_NET_H
#define EMU_NET_NET_H

#include <pthread.h>

#include "emulator/api/ops/net.h"

struct emu_clock;
struct emu_net_segments;
struct emu_machine;
struct emu_queue;

/* The adapter's side. All on the loop thread with the adapter's lock held. */
struct emu_net_port {
    /* A frame of EMU_NET_HEADER to EMU_NET_FRAME bytes. False: there is no memory for it now; it
     * comes again after emu_net_drained. A frame that the adapter does not want it takes and drops.
     */
    bool (*receive)(void *opaque, const uint8_t *frame, size_t length);
    /*
     * Segments that were received one by one, in one, to be cut into pieces again where they are
     * too large; the checksum is to be completed. False: as receive says. Only called where
     * takes_segments says so for IPv4 or IPv6; NULL, both: never.
     */
    bool (*receive_segments)(void *opaque, const uint8_t *frame, size_t length,
                             const struct emu_net_segments *segments);
    bool (*takes_segments)(void *opaque, bool six);
    /* Those that were there are delivered: a good time to interrupt. */
    void (*received)(void *opaque);
    /* The cable was plugged in or out. */
    void (*link_changed)(void *opaque, bool up);
};

/* A TCP segment that is yet to be cut. Offsets are from the frame's beginning. */
struct emu_net_segments {
    uint16_t ip;   /* of the IPv4 or IPv6 header */
    uint16_t tcp;  /* of the TCP header */
    uint16_t data; /* of the payload */
    uint16_t size; /* payload bytes of each piece; not 0 */
};

/* Takes the back end, which is closed also on failure. ops NULL: the cable is out. Queue and clock
 * must outlive it. Any thread. */
struct emu_net *emu_net_new(struct emu_queue *queue, const struct emu_clock *clock,
                            const struct emu_net_backend *backend, struct emu_error *err);
/* Calls the back end's close. No vcpu may run. NULL is legal. */
void emu_net_free(struct emu_net *net);
/* Joins the adapter, whose lock is held around the port's functions; port NULL parts it. Before the
 * machine runs or while no vcpu does. */
void emu_net_attach(struct emu_net *net, const struct emu_net_port *port, void *opaque,
                    pthread_mutex_t *lock);
/* Is the cable in? Any thread. net may be NULL: no. */
bool emu_net_link(const struct emu_net *net);
/* Plugs it in or out; the adapter is told on the loop thread. Any thread. */
void emu_net_set_link(struct emu_net *net, bool up);

/* A frame from the guest. A length that no frame has, and all while the cable is out, is dropped.
 * Any thread, adapter's lock held. net may be NULL. */
void emu_net_send(struct emu_net *net, const uint8_t *frame, size_t length);
/*
 * The same of a frame of up to EMU_NET_MAX_FRAME bytes that holds a TCP segment to be cut: lengths,
 * sequence numbers and checksums are worked out here, whatever the headers say of them. frame is
 * written to. What is no such segment is dropped.
 */
void emu_net_send_segments(struct emu_net *net, uint8_t *frame, size_t length,
                           const struct emu_net_segments *segments);
/* The adapter has memory again. Any thread, adapter's lock held. net may be NULL. */
void emu_net_drained(struct emu_net *net);

/* The back end's own functions, or an error. Any thread. */
bool emu_net_add_forward(struct emu_net *net, const struct emu_net_forward *forward,
                         struct emu_error *err);
bool emu_net_remove_forward(struct emu_net *net, const struct emu_net_forward *forward,
                            struct emu_error *err);

/* The machine owns it from here on, also on failure: a reset drops what waits. */
bool emu_machine_add_net(struct emu_machine *machine, struct emu_net *net, struct emu_error *err);

#endif
