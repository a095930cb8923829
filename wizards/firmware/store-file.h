/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that hold a variable store, raw or qcow2, and saving such that a crash at any moment leaves
 * the old or the new file, never a mixture. Any thread; calls may block.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_STORE_FILE_H
#define LATHE_WIZARDS_FIRMWARE_STORE_FILE_H

#include "emulator/api/block.h"
#include "wizards/firmware/store.h"

/* Small files whole: keys, PE images, signature lists. NULL with *error: larger than limit, or what
 * the host says. g_bytes_unref. */
GBytes *lathe_file_read(const char *path, gsize limit, GError **error);

/*
 * Writes a new file beside the old one, forces it to the disk and renames it. A link stays one:
 * what it leads to is replaced. Mode and owner of an old file are kept; a new one has 0644 less the
 * umask. False with *error: the old file is as it was.
 */
bool lathe_file_replace(const char *path, GBytes *data, GError **error);

struct lathe_store_file {
    char *path;
    bool qcow2;
    struct lathe_store *store;
    struct emu_block_backend lock; /* held while the file may be changed */
    int fd;                        /* likewise, as machines of this program take it; -1: not */
};

/*
 * change: the file is locked against machines of this program and QEMU's until it is closed, and
 * refused if one runs. NULL with *error.
 */
struct lathe_store_file *lathe_store_file_open(const char *path, bool change, GError **error);
/* Saves the store's variables in this file, or, if output is not NULL, in a new one of its format.
 */
bool lathe_store_file_save(struct lathe_store_file *file, const char *output, GError **error);
/* After it was saved in its own place there is another file, which is locked now in the place of
 * the old one. False with *error: somebody else was quicker. */
bool lathe_store_file_lock_again(struct lathe_store_file *file, GError **error);
void lathe_store_file_close(struct lathe_store_file *file);

/* A qcow2 image (version 3, clusters of 4 KiB) of these bytes, a multiple of 512. */
GBytes *lathe_qcow2_build(struct lathe_bytes disk);

typedef struct lathe_store_file lathe_store_file;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_store_file, lathe_store_file_close)

#endif
