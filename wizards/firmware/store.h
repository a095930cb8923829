/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A UEFI variable store as edk2 keeps it in flash: firmware volume header (PI 1.8, volume
 * 3, 3.2.1), variable store header, variables, and the blocks of fault tolerant writes behind them.
 * Pure; any thread, one store at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_STORE_H
#define LATHE_WIZARDS_FIRMWARE_STORE_H

#include "wizards/firmware/variable.h"

#define LATHE_STORE_MAX (128u << 20) /* bytes of a file; Arm's flash has 64 MiB */

struct lathe_store {
    GBytes *image;        /* all of the file, as it was read */
    gsize volume;         /* where the firmware volume begins in it */
    gsize variables_at;   /* the variable store header, from there */
    gsize end;            /* of the variables, from there */
    bool authenticated;   /* variables have a time and a count */
    bool blank;           /* firmware has never formatted it: headers are written with it */
    char *pending;        /* why it must not be edited; NULL: it may */
    GPtrArray *variables; /* struct lathe_variable, in the store's order */
};

/* Layouts that firmware packages have, by name: "ovmf-4m", "ovmf-2m", "armvirt". NULL at the end.
 */
const char *const *lathe_store_layouts(void);

/*
 * Finds the store in a file's bytes and reads the live variables. A file of zeroes or of erased
 * flash of a known size is a blank store. NULL with *error: no store, or where it is broken.
 */
struct lathe_store *lathe_store_parse(GBytes *image, GError **error);
/* An empty one. NULL with *error: no such layout. */
struct lathe_store *lathe_store_new(const char *layout, GError **error);
void lathe_store_free(struct lathe_store *store);

/*
 * The file with these variables: packed, all else as it was, of the same size. NULL with *error:
 * they do not fit, a name is too long, or a write was under way when the machine stopped.
 */
GBytes *lathe_store_build(const struct lathe_store *store, GError **error);

/* Bytes that the variables take, and that they may take. */
gsize lathe_store_used(const struct lathe_store *store);
gsize lathe_store_room(const struct lathe_store *store);

typedef struct lathe_store lathe_store;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_store, lathe_store_free)

#endif
