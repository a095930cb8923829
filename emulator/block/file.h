/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A host file or block device under an image format: whole transfers, holes, locks. Functions
 * return 0 or an errno value and may be called on several threads at once.
 */
#ifndef EMU_BLOCK_FILE_H
#define EMU_BLOCK_FILE_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

struct block_file {
    int fd;
    bool device; /* a block device: its size is fixed */
    bool read_only;
    char *path;
};

/* Opens and locks it. False with *err; *file then needs no close. */
bool block_file_open(struct block_file *file, const char *path, bool read_only,
                     struct emu_error *err);
/* Unlocks too. */
void block_file_close(struct block_file *file);

int block_file_size(const struct block_file *file, uint64_t *size);
/* What lies beyond the end is read as zeroes. */
int block_file_read(const struct block_file *file, uint64_t offset, void *buffer, size_t length);
/* The same from the host's page cache alone: EAGAIN if not all of it is there. */
int block_file_read_now(const struct block_file *file, uint64_t offset, void *buffer,
                        size_t length);
int block_file_write(const struct block_file *file, uint64_t offset, const void *buffer,
                     size_t length);
/* Zeroes; punch: as a hole, if the host can. Grows no file. */
int block_file_zero(const struct block_file *file, uint64_t offset, uint64_t length, bool punch);
/* Takes the space now, so that writing there finds room; ENOSPC, EDQUOT, or 0 where the host cannot
 * tell. May grow the file. */
int block_file_reserve(const struct block_file *file, uint64_t offset, uint64_t length);
/* Gives the space back if the host can; never an error. */
void block_file_discard(const struct block_file *file, uint64_t offset, uint64_t length);
int block_file_sync(const struct block_file *file);

/*
 * Locks the open file by QEMU's protocol (lock.c): a byte for each right that is used and one for
 * each that is denied to others. False with *err that names who holds it.
 */
bool block_file_lock(const struct block_file *file, struct emu_error *err);

#endif
