/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who implement the far end of a disk: an image format, a host device, memory, a test.
 * The device's end is emulator/block/disk.h. All functions but close may be called on several of
 * the disk's worker threads at once and may block; they return 0 or an errno value.
 */
#ifndef EMU_API_OPS_BLOCK_H
#define EMU_API_OPS_BLOCK_H

#include "emulator/api/types.h"

#define EMU_BLOCK_SECTOR 512u

/* Offsets and lengths are in bytes, any alignment, within size(). */
struct emu_block_ops {
    const char *name; /* "raw", "qcow2", ... */
    /* Bytes, a multiple of EMU_BLOCK_SECTOR; constant. Never blocks. */
    uint64_t (*size)(void *opaque);
    int (*read)(void *opaque, uint64_t offset, void *buffer, size_t length);
    /* The same if nothing has to be waited for; else EAGAIN, and the buffer holds anything. Called
     * where waiting would keep the guest from running. The member may be NULL. */
    int (*read_now)(void *opaque, uint64_t offset, void *buffer, size_t length);
    /* EROFS on a read-only back end, like the next two. */
    int (*write)(void *opaque, uint64_t offset, const void *buffer, size_t length);
    /* What is there reads as zeroes from now on; unmap: its space may be given back. */
    int (*zero)(void *opaque, uint64_t offset, uint64_t length, bool unmap);
    /* A hint: the contents matter no more. What is read afterwards is old or zero. */
    int (*discard)(void *opaque, uint64_t offset, uint64_t length);
    /* All that was written before is on stable storage when it returns. */
    int (*flush)(void *opaque);
    /* The host's file or device where its bytes go, for messages; the member may be NULL. */
    const char *(*location)(void *opaque);
    /* Writes back what is left and frees opaque. No other call is under way. */
    void (*close)(void *opaque);
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: nothing there. */
struct emu_block_backend {
    const struct emu_block_ops *ops;
    void *opaque;
    bool read_only;
};

#endif
