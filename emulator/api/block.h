/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The back ends for disks that the emulator brings along. Each function fills *out for a struct
 * emu_machine_config; on failure it returns false and *err says in one line what is wrong with the
 * file. A back end that never gets to a machine is closed with emu_block_backend_close. Any thread.
 */
#ifndef EMU_API_BLOCK_H
#define EMU_API_BLOCK_H

#include "emulator/api/error.h"
#include "emulator/api/ops/block.h"

struct emu_block_options {
    const char *path;     /* an image file or a block device */
    const char *format;   /* "raw", "qcow2"; NULL: look */
    bool read_only;       /* opened and locked for reading only */
    bool discard_changes; /* writes go to an unnamed temporary file, lost at close */
};

/*
 * Opens an image and what backs it, and locks the files with QEMU's byte ranges, so that no other
 * program writes what this one reads or writes.
 */
bool emu_block_open(const struct emu_block_options *options, struct emu_block_backend *out,
                    struct emu_error *err);

/* An image to be made. */
struct emu_block_creation {
    const char *path;   /* where there is nothing yet */
    const char *format; /* "raw" or "qcow2" */
    uint64_t size;      /* bytes of the disk: a multiple of EMU_BLOCK_SECTOR, at most 64 TiB */
    /* What the image shows where nothing was written; NULL: zeroes. Of qcow2 only. Without a
     * leading slash the name is relative to the image's folder. */
    const char *backing;
    const char *backing_format; /* "raw" or "qcow2" */
};

/* Makes an empty image, mode 0600, and has it on the disk before it returns. False with *err, and
 * nothing is left behind. */
bool emu_block_create(const struct emu_block_creation *creation, struct emu_error *err);

/*
 * Of a back end that was opened with discard_changes, and may be in use by a machine: what was
 * written is kept after all, in a new image; what is written from now on goes there. image: qcow2,
 * in front of the image that was opened; its size is taken from that. Requests wait meanwhile.
 * False with *err: nothing is left there, and the changes are to be forgotten as before. Any
 * thread, while the back end is open.
 */
bool emu_block_keep(const struct emu_block_backend *backend, const struct emu_block_creation *image,
                    struct emu_error *err);

#define EMU_BLOCK_NAME 1024

/* What an image says of itself. */
struct emu_block_info {
    const char *format;           /* "raw" or "qcow2"; static */
    uint64_t size;                /* bytes of the disk */
    char backing[EMU_BLOCK_NAME]; /* as it is written there; "": none */
    char backing_format[16];      /* "": not said */
};

/*
 * Reads an image's header. format: as in struct emu_block_options. Locked only while it is read:
 * false with *err also where somebody writes it now.
 */
bool emu_block_inspect(const char *path, const char *format, struct emu_block_info *out,
                       struct emu_error *err);

/* Reads as zeroes and forgets what is written. size: a multiple of EMU_BLOCK_SECTOR. */
bool emu_block_null(uint64_t size, struct emu_block_backend *out, struct emu_error *err);

/* Keeps its contents in memory, for tests. */
bool emu_block_test(uint64_t size, struct emu_block_backend *out, struct emu_error *err);
/* The contents; requests may be under way. */
uint8_t *emu_block_test_data(const struct emu_block_backend *backend);
/* How often it was flushed. */
unsigned emu_block_test_flushes(const struct emu_block_backend *backend);
/* Requests fail with this errno value from now on; 0: no more. */
void emu_block_test_fail(const struct emu_block_backend *backend, int error);
/* While held, requests wait. */
void emu_block_test_hold(const struct emu_block_backend *backend, bool hold);

void emu_block_backend_close(struct emu_block_backend *backend);

#endif
