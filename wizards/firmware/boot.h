/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boot entries: EFI_LOAD_OPTIONs in Boot#### (UEFI 2.10, 3.1.3), and the order in which firmware
 * tries them. Pure; any thread, one list of variables at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_BOOT_H
#define LATHE_WIZARDS_FIRMWARE_BOOT_H

#include "wizards/firmware/variable.h"

enum lathe_boot_attribute {
    LATHE_BOOT_ACTIVE = 1 << 0,
    LATHE_BOOT_HIDDEN = 1 << 3,
};

#define LATHE_BOOT_URI_ENTRY 0x0099 /* what lathe_boot_set_uri uses */

struct lathe_boot_entry {
    guint32 attributes;
    char *title;
    struct lathe_bytes path, optional; /* within the variable's data */
};

/* False: it is none. The title is g_free'd by lathe_boot_entry_clear. */
bool lathe_boot_entry_read(struct lathe_bytes data, struct lathe_boot_entry *entry);
void lathe_boot_entry_clear(struct lathe_boot_entry *entry);
/* NULL: the title is no UTF-8, or the path is too long. */
GBytes *lathe_boot_entry_build(const char *title, GBytes *path, struct lathe_bytes optional);

/* BootOrder's numbers; an empty array without one. g_array_unref. */
GArray *lathe_boot_order(const GPtrArray *variables);

/*
 * "0003,Boot0001,0": these first, in this order; the others follow as they stood. False with
 * *error: no number, given twice, or no such entry.
 */
bool lathe_boot_reorder(GPtrArray *variables, const char *text, GError **error);
/* The entry that the next boot alone takes. */
bool lathe_boot_set_next(GPtrArray *variables, const char *text, GError **error);
/* Removes the entry and its place in the order. */
bool lathe_boot_delete(GPtrArray *variables, const char *text, GError **error);

/*
 * A new entry, first in the order, or last. text is "FILE" or "FILE OPTIONS", as
 * "\EFI\debian\shimx64.efi"; title NULL: the file's name. False with *error.
 */
bool lathe_boot_add_file(GPtrArray *variables, const char *title, const char *text, bool first,
                         GError **error);
/* Boot0099 loads this URI, and the next boot takes it. */
bool lathe_boot_set_uri(GPtrArray *variables, const char *uri, GError **error);

#endif
