/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared folders as pages have them: each in words of its own, and what the guest does with it. Any
 * thread. */
#ifndef LATHE_SETTINGS_SHARES_H
#define LATHE_SETTINGS_SHARES_H

#include "app/plan/parts.h"
#include "app/settings/edit.h"

/* What a person said of a folder. */
struct lathe_share_words {
    const char *folder; /* its whole path */
    const char *name;   /* what the guest mounts it by */
    const char *owner;  /* whose its files are in the guest: "1000", "1000:100"; "": the host's */
    bool read_only;
};

enum lathe_share_field { LATHE_SHARE_FOLDER, LATHE_SHARE_NAME, LATHE_SHARE_OWNER };

/* Appends a folder to parts->shares. False with *error, one line, and *field, of which it speaks;
 * nothing is appended then. */
bool lathe_shares_add(struct lathe_parts *parts, const struct lathe_share_words *words,
                      enum lathe_share_field *field, GError **error);
/* The setting's value; g_free. */
char *lathe_shares_text(const struct lathe_parts *parts);
/* A name for a folder, made of its own, which none of the shares has; g_free. */
char *lathe_shares_name(const struct lathe_parts *parts, const char *folder);
/* "1000:100" as words have it, "" where the host's count; g_free. */
char *lathe_share_owner_text(const struct lathe_share *share);

/* What root types in a Linux guest so that the folder lies in /mnt; for a shell, one line; g_free.
 */
char *lathe_share_mount_line(const struct lathe_share *share);
/* "There is no such folder on this computer.", translated, static; NULL: it can be shared. */
const char *lathe_share_doubt(const char *folder);

/* All folders of the machine in one step of undo. */
bool lathe_edit_set_shares(struct lathe_edit *edit, const struct lathe_parts *parts,
                           GError **error);

#endif
