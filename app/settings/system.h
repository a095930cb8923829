/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a file to a machine for it: what the medium is, which system is on it, and what such a
 * machine should have. Any thread.
 */
#ifndef LATHE_SETTINGS_SYSTEM_H
#define LATHE_SETTINGS_SYSTEM_H

#include "app/media/media.h"
#include "app/plan/definition.h"

/* What a machine is begun with. */
struct lathe_start {
    char *path; /* of the medium; NULL: none */
    struct lathe_system system;
    char *what; /* "A disc that starts with BIOS and UEFI": one sentence for people */
    char *name; /* a good name for the machine */
    enum {
        LATHE_START_NONE,
        LATHE_START_DISC,
        LATHE_START_DISK,
        LATHE_START_FLOPPY,
        LATHE_START_KERNEL
    } kind;
    unsigned boots; /* LATHE_BOOTS_...; 0: not known */
};

/*
 * Looks at a file; path NULL: a machine with an empty disk. Takes up to a second. False with
 * *error, one sentence: it cannot be started, and *start holds nothing.
 */
bool lathe_start_look(const char *path, struct lathe_start *start, GError **error);
void lathe_start_clear(struct lathe_start *start);

/* What the new machine should have: bytes and a number; disk 0: it needs none. */
struct lathe_advice {
    uint64_t memory, disk;
    unsigned cpus;
    const char *firmware; /* a word of the setting "firmware"; static */
    const char *net;      /* "virtio" or "e1000e"; static */
    const char *bus;      /* of the new disk: "virtio" or "sata"; static */
    bool tpm;
};

/* Within what this host has. */
void lathe_start_advise(const struct lathe_start *start, struct lathe_advice *advice);

/* Puts the medium into the definition: a disc into a CD drive, a disk image as it lies there, a
 * floppy, a kernel. False with *error. */
bool lathe_start_add_medium(const struct lathe_start *start, struct lathe_definition *definition,
                            GError **error);

#endif
