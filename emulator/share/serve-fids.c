/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls about the session and its fids: version, auth, attach, flush, walk, clunk, remove. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "emulator/share/server.h"

#define FIDS_VERSION  "9P2000.L"
#define FIDS_MIN_SIZE 4096u /* of a message; who wants less has no session */
#define FIDS_MAX_WALK 16u   /* names of a walk */

/* A new session: nothing of the old one is left. */
int share_do_version(struct emu_share *share, struct share_call *call)
{
    uint32_t msize = share_get32(&call->in);
    bool good;

    share_get_string(&call->in, share->text[0]);
    if (call->in.short_of)
        return EINVAL;
    emu_share_reset(share);
    good = strcmp(share->text[0], FIDS_VERSION) == 0 && msize >= FIDS_MIN_SIZE;
    msize = msize < EMU_SHARE_MSIZE ? msize : EMU_SHARE_MSIZE;
    share->msize = good ? msize : 0;
    share_put32(&call->out, msize);
    share_put_string(&call->out, good ? FIDS_VERSION : "unknown", good ? strlen(FIDS_VERSION) : 7);
    return 0;
}

int share_do_auth(struct emu_share *share, struct share_call *call)
{
    return EOPNOTSUPP; /* who has the machine has the folder */
}

int share_do_attach(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    struct share_fid *fid;
    struct stat root;
    int held, error;

    if (call->in.short_of)
        return EINVAL;
    held = share_hold_path(&share->root, "");
    if (held < 0)
        return -held;
    if (fstat(held, &root) != 0) {
        error = errno;
        close(held);
        return error;
    }
    error = share_fid_add(&share->fids, id, "", held, &fid);
    if (error == 0)
        share_put_qid(share, &call->out, &root);
    return error;
}

/* Requests are done one after the other: what is to be given up has been answered. */
int share_do_flush(struct emu_share *share, struct share_call *call)
{
    return 0;
}

/* ---- walk ---- */

/* Where a walk has come to: what is held is its own, and its path is share->path[0]. */
struct fids_walk {
    int at;
    unsigned done;
};

/* ".." is a matter of the path, and at the root it stays there. */
static int fids_step_up(struct emu_share *share, struct fids_walk *walk)
{
    char *path = share->path[0], *slash = strrchr(path, '/');
    int held;

    *(slash != NULL ? slash : path) = '\0';
    held = share_hold_path(&share->root, path);
    if (held < 0)
        return -held;
    close(walk->at);
    walk->at = held;
    return 0;
}

static int fids_step(struct emu_share *share, struct fids_walk *walk, const char *name)
{
    int held;

    if (strcmp(name, "..") == 0)
        return fids_step_up(share, walk);
    if (!share_path_join(share->path[0], share->path[0], name))
        return ENAMETOOLONG;
    held = share_hold(walk->at, name);
    if (held < 0)
        return -held;
    close(walk->at);
    walk->at = held;
    return 0;
}

/* Each name in turn, its qid behind the others. The first that fails ends it. */
static int fids_follow(struct emu_share *share, struct share_call *call, unsigned count,
                       struct fids_walk *walk)
{
    struct stat found;

    for (walk->done = 0; walk->done < count; walk->done++) {
        int error;

        share_get_string(&call->in, share->text[0]);
        error = call->in.short_of ? EINVAL : fids_step(share, walk, share->text[0]);
        if (error == 0 && fstat(walk->at, &found) != 0)
            error = errno;
        if (error != 0)
            return error;
        share_put_qid(share, &call->out, &found);
    }
    return 0;
}

/* The walked-to place becomes newfid, or what fid is from now on. */
static int fids_arrive(struct emu_share *share, struct share_fid *fid, uint32_t new_id, int held)
{
    struct share_fid *fresh;

    if (fid->id == new_id)
        share_fid_remove(&share->fids, fid);
    return share_fid_add(&share->fids, new_id, share->path[0], held, &fresh);
}

static int fids_walk(struct emu_share *share, struct share_call *call, struct share_fid *fid,
                     uint32_t new_id, struct fids_walk *walk)
{
    unsigned count = share_get16(&call->in);
    uint8_t *told = call->out.at;
    int error;

    if (call->in.short_of || count > FIDS_MAX_WALK)
        return EINVAL;
    share_put16(&call->out, 0);
    memcpy(share->path[0], fid->path, strlen(fid->path) + 1);
    error = fids_follow(share, call, count, walk);
    memcpy(told, &(uint16_t){(uint16_t)walk->done}, 2);
    if (walk->done < count) /* part of the way is no error, and makes no fid */
        return walk->done == 0 ? error : 0;
    error = fids_arrive(share, fid, new_id, walk->at);
    walk->at = -1;
    return error;
}

int share_do_walk(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in), new_id = share_get32(&call->in);
    struct fids_walk walk = {.at = -1};
    struct share_fid *fid;
    int descriptor, error = share_use(share, id, &fid, &descriptor);

    if (error != 0)
        return error;
    if (id != new_id && share_fid_find(&share->fids, new_id) != NULL)
        return EBADF;
    if (fid->file >= 0 && id == new_id)
        return EBUSY; /* an opened one goes nowhere */
    walk.at = share_hold_again(&share->root, descriptor);
    if (walk.at < 0)
        return -walk.at;
    error = fids_walk(share, call, fid, new_id, &walk);
    if (walk.at >= 0)
        close(walk.at);
    return error;
}

/* ---- the end of a fid ---- */

int share_do_clunk(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid = share_fid_find(&share->fids, share_get32(&call->in));

    if (fid == NULL)
        return EBADF;
    share_fid_remove(&share->fids, fid);
    return 0;
}

/* Holds the directory that a fid is in; *name: what it is there, which is checked to be it. */
static int fids_hold_parent(struct emu_share *share, struct share_fid *fid, const char **name)
{
    char *path = share->path[1], *slash;
    struct stat found;
    int parent;

    if (fid->lost)
        return -ESTALE;
    if (fid->path[0] == '\0')
        return -EBUSY;
    memcpy(path, fid->path, strlen(fid->path) + 1);
    slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : fid->path;
    *(slash != NULL ? slash : path) = '\0';
    parent = share_hold_path(&share->root, path);
    if (parent >= 0 && (fstatat(parent, *name, &found, AT_SYMLINK_NOFOLLOW) != 0 ||
                        found.st_ino != fid->inode || found.st_dev != fid->device)) {
        close(parent);
        return -ESTALE;
    }
    return parent;
}

/* The fid is gone, whatever comes of the file. */
int share_do_remove(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid = share_fid_find(&share->fids, share_get32(&call->in));
    const char *name;
    int parent, error;

    if (fid == NULL)
        return EBADF;
    parent = fids_hold_parent(share, fid, &name);
    error = parent < 0 ? -parent : 0;
    if (error == 0 && unlinkat(parent, name, 0) != 0 &&
        (errno != EISDIR || unlinkat(parent, name, AT_REMOVEDIR) != 0))
        error = errno;
    if (parent >= 0)
        close(parent);
    share_fid_remove(&share->fids, fid);
    return error;
}

int share_do_rename(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid = share_fid_find(&share->fids, share_get32(&call->in)), *into;
    const char *name;
    int parent, directory, error = share_use_name(share, call, 0, &into, &directory);

    if (fid == NULL)
        return EBADF;
    if (error == 0 && !share_path_join(share->path[0], into->path, share->text[0]))
        error = ENAMETOOLONG;
    if (error != 0)
        return error;
    parent = fids_hold_parent(share, fid, &name);
    if (parent < 0)
        return -parent;
    if (renameat(parent, name, directory, share->text[0]) != 0)
        error = errno;
    close(parent);
    if (error == 0) {
        memcpy(share->path[1], fid->path, strlen(fid->path) + 1);
        share_fids_renamed(&share->fids, share->path[1], share->path[0]);
    }
    return error;
}
