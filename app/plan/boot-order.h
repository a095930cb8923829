/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a machine boots, and in which order: the property behind "--boot". Plain data. */
#ifndef LATHE_PLAN_BOOT_ORDER_H
#define LATHE_PLAN_BOOT_ORDER_H

#include <glib.h>
#include <stdbool.h>

struct lathe_definition;
struct lathe_disk_definition;

enum lathe_boot_kind {
    LATHE_BOOT_DISK,
    LATHE_BOOT_CDROM,
    LATHE_BOOT_NETWORK,
    LATHE_BOOT_FLOPPY,
    LATHE_BOOT_KINDS
};

struct lathe_boot_order {
    enum lathe_boot_kind kinds[LATHE_BOOT_KINDS];
    unsigned count; /* 0: not given */
    bool loose;     /* may name what the machine does not have, as a definition's does */
};

/* "disk,cdrom,floppy,network" or a part of it, in any order. False with *error. */
bool lathe_boot_parse(const char *text, struct lathe_boot_order *order, GError **error);

/* What sort of boot device the drive is. */
enum lathe_boot_kind lathe_boot_kind_of(const struct lathe_disk_definition *disk);
/* Has the machine a device of that sort? */
bool lathe_boot_has(const struct lathe_definition *definition, enum lathe_boot_kind kind);

/*
 * Gives each device its place. Not given: as the devices have them already, or else disks, CD
 * drives, then floppy drives. False with *error: nothing that the order names is there and it is not
 * loose, or there is no firmware to follow it. Called by lathe_definition_complete.
 */
bool lathe_boot_settle(struct lathe_definition *definition, GError **error);

#endif
