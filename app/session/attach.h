/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The disks that are plugged into a running machine: internal to app/session; LatheSession has the
 * public face. The list belongs to the main thread; what waits for the machine is an order, which
 * the session's worker carries out.
 */
#ifndef LATHE_SESSION_ATTACH_H
#define LATHE_SESSION_ATTACH_H

#include "app/plan/disk.h"
#include "app/session/session.h"

/* One disk to put in or take out. */
struct lathe_attach_order {
    unsigned number;
    gboolean out, force;
    unsigned drive; /* the emulator's number of it; not of USB disks */
    struct lathe_disk_definition disk;
};

void lathe_attach_order_free(struct lathe_attach_order *order); /* NULL is legal */
/* Opens the image and plugs the disk in, or takes it out. The worker's thread; waits. FALSE with
 * *error: nothing has changed. */
gboolean lathe_attach_carry_out(struct lathe_attach_order *order, struct emu_machine *machine,
                                GError **error);

struct lathe_attach;

/* push takes the order to the worker. */
struct lathe_attach *lathe_attach_new(LatheSession *session,
                                      void (*push)(LatheSession *session,
                                                   struct lathe_attach_order *order));
void lathe_attach_free(struct lathe_attach *attach); /* NULL is legal */
/* The session's. */
struct lathe_attach *lathe_session_get_attach(LatheSession *session);

/* The order was carried out, or could not be: sentence says why. Main thread, like what follows. */
void lathe_attach_on_done(struct lathe_attach *attach, const struct lathe_attach_order *order,
                          const char *sentence);
/* A drive that the guest was asked for is gone. */
void lathe_attach_on_removed(struct lathe_attach *attach, unsigned drive);
/* There is a new machine: what was in the last one goes into it. */
void lathe_attach_again(struct lathe_attach *attach);

#endif
