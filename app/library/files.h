/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that are never half-written: whatever happens at any moment, an old or a new one is there.
 * Any thread. False with *error: one line that names the file.
 */
#ifndef LATHE_LIBRARY_FILES_H
#define LATHE_LIBRARY_FILES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Hidden names that the library's own half-made things begin with. */
#define LATHE_FILES_NEW ".new-"

/* How far a copy is, in bytes, by the thread that copies; false stops it: the error is
 * G_IO_ERROR_CANCELLED then. */
typedef bool (*lathe_progress)(void *opaque, uint64_t done, uint64_t total);

struct lathe_copy {
    lathe_progress progress; /* NULL: nobody wants to know */
    void *opaque;
    uint64_t done, total;
};

/* Writes a new file beside the old one, mode 0600, and puts it in its place when it is on the disk:
 * false means that the old one is there. */
bool lathe_files_write(const char *path, const char *text, size_t length, GError **error);
/* What a folder holds by name is on the disk when it returns. */
bool lathe_files_sync_folder(const char *folder, GError **error);
/* Renames to where there is nothing, and syncs both folders. */
bool lathe_files_move(const char *from, const char *to, GError **error);
/* Removes leftovers of lathe_files_write in a folder; nobody writes there now. */
void lathe_files_sweep(const char *folder);

/* Bytes of a file or folder on the disk; links are not followed. */
uint64_t lathe_files_disk_use(const char *path);
/* Copies a file, its holes kept and its blocks shared where the file system can, or a folder of
 * files. copy->done grows. */
bool lathe_files_copy(const char *from, const char *to, struct lathe_copy *copy, GError **error);
/* Removes a folder and what is in it; links are not followed. */
bool lathe_files_remove_tree(const char *path, GError **error);

#endif
