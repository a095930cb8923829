/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A 9P2000.L server for one folder and one guest: a request in, its answer out. Whatever a message
 * says, what it reaches is in the folder (confine.h). One thread at a time for all but the constant
 * parts; the device (hw/virtio/virtio-9p.c) has one of its own for it.
 */
#ifndef EMU_SHARE_SHARE_H
#define EMU_SHARE_SHARE_H

#include <stdbool.h>
#include <sys/uio.h>

#include "emulator/api/error.h"
#include "emulator/api/share.h"

#define EMU_SHARE_MSIZE    (1u << 20) /* bytes of a message, at most */
#define EMU_SHARE_SEGMENTS 512u       /* of a request or an answer */

struct emu_machine;
struct emu_reader; /* state/state.h */
struct emu_share;
struct emu_writer;

/* descriptors: how many open files the host spares for it. NULL with *err. */
struct emu_share *emu_share_new(const struct emu_shared_folder *folder, unsigned descriptors,
                                struct emu_error *err);
void emu_share_free(struct emu_share *share);

const char *emu_share_tag(const struct emu_share *share);
/* The guest has nothing in hand any more. */
void emu_share_reset(struct emu_share *share);

/*
 * Does the request in out, a whole message, and writes the answer into in. Both may be memory that
 * the guest changes meanwhile; data of files go there and come from there without a copy between.
 * How many bytes were written: 0, nothing could be said, as there was no room or no message.
 */
size_t emu_share_serve(struct emu_share *share, const struct iovec *out, unsigned out_count,
                       const struct iovec *in, unsigned in_count);

/* What the guest has in hand: paths, and how they were opened. What is gone when it is loaded is
 * stale for the guest. */
void emu_share_save(struct emu_share *share, struct emu_writer *out);
bool emu_share_load(struct emu_share *share, struct emu_reader *in, struct emu_error *err);
/* False with *err: the guest has a file open that has no name any more, which would be lost. */
bool emu_share_can_leave(struct emu_share *share, struct emu_error *err);

/* What waits until the device has answered what it was asked; see emu_machine_part. */
void emu_share_on_settle(struct emu_share *share, void (*settle)(void *opaque), void *opaque);
/* The machine owns the share from here on, also on failure. */
bool emu_machine_add_share(struct emu_machine *machine, struct emu_share *share,
                           struct emu_error *err);

#endif
