/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest has in hand: numbers of its choice (fids), each for a file, a directory or a link.
 * A fid knows its path, and which file that was; its descriptor may be let go of when there are too
 * many, and is found again by the path. Not for two threads at once.
 */
#ifndef EMU_SHARE_FID_H
#define EMU_SHARE_FID_H

#include <stddef.h>
#include <stdint.h>

#include "emulator/share/confine.h"

#define SHARE_MAX_FIDS  (1u << 18)
#define SHARE_MAX_PATHS (64u << 20) /* bytes of all paths */
#define SHARE_MAX_PATH  4095u
#define SHARE_BUCKETS   4096u

struct share_fid {
    uint32_t id;
    char *path;     /* from the root; "" is the root */
    int held;       /* O_PATH; -1: let go of */
    int file;       /* opened for the guest; -1: it is not */
    int flags;      /* with which it was opened */
    bool lost;      /* a saved state's file is not there any more: ESTALE */
    uint64_t inode; /* together with device: which file it is */
    uint64_t device;
    uint64_t position;               /* of an opened directory: where the next read goes on */
    struct share_fid *next;          /* of its bucket */
    struct share_fid *newer, *older; /* of those with a held descriptor */
};

struct share_fids {
    struct share_fid *buckets[SHARE_BUCKETS];
    struct share_fid *newest, *oldest; /* of those with a held descriptor */
    unsigned count, held, opened;
    unsigned max_held, max_opened; /* descriptors that the host spares */
    size_t paths;
};

void share_fids_init(struct share_fids *fids, unsigned descriptors);
/* All of them. */
void share_fids_clear(struct share_fids *fids);

/* NULL: the guest has no such fid. */
struct share_fid *share_fid_find(struct share_fids *fids, uint32_t id);
/*
 * A new one with a copy of the path. 0 or an errno value: EBADF if the number is taken, ENOMEM,
 * ENAMETOOLONG. held (its own from now on, closed on failure) holds what it is.
 */
int share_fid_add(struct share_fids *fids, uint32_t id, const char *path, int held,
                  struct share_fid **fid);
void share_fid_remove(struct share_fids *fids, struct share_fid *fid);
/* Closes what was opened, and lets go of what was held. */
void share_fid_forget(struct share_fids *fids, struct share_fid *fid);

/* A descriptor of what it is, the fid's own: held, opened, or found again. Negative errno value:
 * ESTALE if another is there now. */
int share_fid_descriptor(struct share_fids *fids, const struct share_root *root,
                         struct share_fid *fid);
/* It is opened now; ENFILE (file is closed): too many are. */
int share_fid_opened(struct share_fids *fids, struct share_fid *fid, int file, int flags);

/* It is another file now: the path is copied. 0 or an errno value. */
int share_fid_move(struct share_fids *fids, struct share_fid *fid, const char *path);
/* Something was renamed: whatever was below it is below its new name. */
void share_fids_renamed(struct share_fids *fids, const char *from, const char *to);

/* "a/b" and "c" give "a/b/c"; false: too long for SHARE_MAX_PATH. */
bool share_path_join(char out[SHARE_MAX_PATH + 1], const char *path, const char *name);

#endif
