/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secure Boot's variables (UEFI 2.10, 32.3): keys enrolled into a store as firmware would have them
 * after its own setup, and switched on and off. Pure; any thread, one list at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_SECURE_BOOT_H
#define LATHE_WIZARDS_FIRMWARE_SECURE_BOOT_H

#include "wizards/firmware/signature.h"
#include "wizards/firmware/variable.h"

/*
 * What a file holds: signature lists (also those of an update for a variable), or one certificate,
 * PEM or DER, which gets this owner. NULL with *error. g_ptr_array_unref.
 */
GPtrArray *lathe_secure_boot_read_file(struct lathe_bytes file, const struct lathe_guid *owner,
                                       GError **error);

/*
 * Adds signatures to "KEK", "db", "dbx", "MokList" or another that is known to hold them; what is
 * there already stays once. "PK" is replaced, and takes one certificate. Times and attributes are
 * those that firmware wants. False with *error: no such variable, or it is broken.
 */
bool lathe_secure_boot_add(GPtrArray *variables, const char *name, const GPtrArray *signatures,
                           GError **error);
/*
 * The same with what a file holds, as lathe_secure_boot_read_file says; with replace just that. The
 * variable gets the time of an update in the file, so that firmware takes later ones alone.
 */
bool lathe_secure_boot_take_file(GPtrArray *variables, const char *name, struct lathe_bytes file,
                                 const struct lathe_guid *owner, bool replace, GError **error);
/* The certificate becomes the platform key, and is added to KEK and db. */
bool lathe_secure_boot_enrol(GPtrArray *variables, const GPtrArray *signatures, GError **error);
/* Takes one signature out, by its place; a variable without any is gone. False with *error. */
bool lathe_secure_boot_remove(GPtrArray *variables, const char *name, guint index, GError **error);
/* Makes the variable hold just these. */
bool lathe_secure_boot_replace(GPtrArray *variables, const char *name, const GPtrArray *signatures,
                               GError **error);
/* PK, KEK, db and dbx become those of the other list, with their times. False with *error: it has
 * no PK. */
bool lathe_secure_boot_copy(GPtrArray *variables, const GPtrArray *from, GError **error);

/*
 * On: PK, KEK and db must be there; a missing dbx gets one hash that nothing has, as an empty one
 * cannot be. Off: keys stay, images are not checked. False with *error: what is missing.
 */
bool lathe_secure_boot_switch(GPtrArray *variables, bool on, GError **error);

/* "on", "off", "off: there are no keys (setup mode)", ... Static, marked for translation. */
const char *lathe_secure_boot_state(const GPtrArray *variables);

#endif
