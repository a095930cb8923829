/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Volumes and archives that bring a system its files of answers: a small disc (ISO 9660 with
 * Joliet) with a label that installers look for, and an archive for the end of an initial RAM disk.
 * Pure; any thread.
 */
#ifndef LATHE_MEDIA_SEED_H
#define LATHE_MEDIA_SEED_H

#include <glib.h>
#include <stdbool.h>

/* A file of the seed; borrowed. name: no folder in it, at most 60 bytes of printable ASCII. */
struct lathe_seed_file {
    const char *name;
    const void *data;
    gsize size;
};

enum {
    LATHE_SEED_LABEL_MAX = 16,      /* what Joliet has room for */
    LATHE_SEED_FILES_MAX = 12,      /* what one sector of a folder has room for */
    LATHE_SEED_BYTES_MAX = 8 << 20, /* of all files */
};

/* The labels that are looked for. */
#define LATHE_SEED_OEMDRV "OEMDRV" /* kickstart, AutoYaST */
#define LATHE_SEED_CIDATA "CIDATA" /* cloud-init and autoinstall */

/*
 * The disc's bytes (ECMA-119, Joliet), the same for the same files. Its files lie in its top
 * folder. NULL with *error: too many or too much, names that are no names or too much alike.
 */
GBytes *lathe_seed_disc(const char *label, const struct lathe_seed_file *files, unsigned count,
                        GError **error);

/* A cpio archive (the kernel's "newc") of files that only root can read, for the top folder of an
 * initial RAM disk; padded to whole sectors, so that others may follow. NULL with *error, as above.
 */
GBytes *lathe_seed_archive(const struct lathe_seed_file *files, unsigned count, GError **error);

/*
 * Writes a copy of an initial RAM disk with the archive behind it, mode 0600, to a path where there
 * is nothing. False with *error, and nothing is left there.
 */
bool lathe_seed_append(const char *initrd, GBytes *archive, const char *path, GError **error);
/* Writes a seed's bytes, in the same way. */
bool lathe_seed_write(GBytes *bytes, const char *path, GError **error);

#endif
