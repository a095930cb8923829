/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descriptions of machines as VirtualBox, VMware and others exchange them: OVF 1.x and 2.x (DMTF
 * DSP0243). Pure; any thread, one at a time.
 */
#ifndef LATHE_EXCHANGE_OVF_H
#define LATHE_EXCHANGE_OVF_H

#include "app/config/config.h"
#include "app/plan/definition.h"

/* A drive's medium: beside definition->disk, by the same index. */
struct lathe_ovf_medium {
    char *file;    /* the package's; NULL: none */
    uint64_t size; /* bytes of an empty disk; 0: as the file says, or no disk */
};

struct lathe_ovf {
    struct lathe_definition *definition; /* its disks have no paths yet */
    struct lathe_ovf_medium media[EMU_MAX_DRIVES];
    GPtrArray *sounds; /* models, of const char * */
    GPtrArray *left;   /* of char *: what is not carried over */
};

/*
 * Reads a description; name is for messages. NULL with *error: no OVF, too large, a document type,
 * files that are packed or named twice.
 */
struct lathe_ovf *lathe_ovf_read(const char *name, const char *text, size_t length, GError **error);
void lathe_ovf_free(struct lathe_ovf *ovf);
typedef struct lathe_ovf lathe_ovf;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_ovf, lathe_ovf_free)

/* The definition as a document, whose disks lie at definition->disk[].path. NULL with *error. */
struct lathe_config *lathe_ovf_to_config(const struct lathe_ovf *ovf, const char *path,
                                         GError **error);

/* A disk of a package that is written. */
struct lathe_ovf_disk {
    const char *file;           /* its name in the package */
    uint64_t capacity, written; /* bytes: of the disk, of the file */
    bool disc;                  /* a disc's image, as it is */
};

/*
 * A description of a machine. disks: by the index of the definition's disks; without a file where
 * the drive is empty. *left becomes a list of char *: what it does not say. g_free.
 */
char *lathe_ovf_write(const struct lathe_config *config, const struct lathe_definition *definition,
                      const struct lathe_ovf_disk *disks, GPtrArray **left);

#endif
