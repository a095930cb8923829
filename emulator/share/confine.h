/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a shared folder is never left. Files are found from a directory's descriptor by one name that
 * is no path, or from the folder itself by openat2; links are not followed. What is found is first
 * held by a descriptor that reads and writes nothing (O_PATH), and opened for that only once it
 * is known to be a file or a directory: no device and no pipe is ever opened.
 */
#ifndef EMU_SHARE_CONFINE_H
#define EMU_SHARE_CONFINE_H

#include <sys/stat.h>

#include "emulator/api/error.h"

struct share_root {
    int folder; /* the shared folder */
    int proc;   /* /proc/self/fd: what a descriptor holds can be opened, whatever its name is now */
};

/* False with *err: there is no such folder, or the host lacks what this needs. */
bool share_root_open(struct share_root *root, const char *folder, struct emu_error *err);
void share_root_close(struct share_root *root);

/* One name in a directory: not empty, no '/', neither "." nor "..", at most 255 bytes. */
bool share_name_good(const char *name);

/* All return a descriptor of the caller's, or a negative errno value. */

/* Holds what is there, a link itself if it is one. */
int share_hold(int directory, const char *name);
/* The same for a path from the root ("": the root itself). */
int share_hold_path(const struct share_root *root, const char *path);
/* What the descriptor is for, opened or held, even if it has no name any more. */
int share_hold_again(const struct share_root *root, int descriptor);
/* Opens what `held` holds; flags: those of open, without O_CREAT. */
int share_reopen(const struct share_root *root, int held, int flags);
/*
 * Makes a file and opens it, or opens the one that is there unless flags has O_EXCL; *made tells
 * which.
 */
int share_create(const struct share_root *root, int directory, const char *name, int flags,
                 unsigned mode, bool *made);

/* The name of a descriptor in root->proc, for calls that have no form for one that only holds. */
struct share_proc_name {
    char text[16];
};
struct share_proc_name share_proc_name(int descriptor);

#endif
