/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of fids (fid.h). */
#include "emulator/share/fid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct share_fid **fid_bucket(struct share_fids *fids, uint32_t id)
{
    return &fids->buckets[(id ^ id >> 12) % SHARE_BUCKETS];
}

/* ---- those with a held descriptor, in the order of their use ---- */

static void fid_unlink(struct share_fids *fids, struct share_fid *fid)
{
    *(fid->newer != NULL ? &fid->newer->older : &fids->newest) = fid->older;
    *(fid->older != NULL ? &fid->older->newer : &fids->oldest) = fid->newer;
    fid->newer = fid->older = NULL;
}

static void fid_link(struct share_fids *fids, struct share_fid *fid)
{
    fid->newer = NULL;
    fid->older = fids->newest;
    *(fids->newest != NULL ? &fids->newest->newer : &fids->oldest) = fid;
    fids->newest = fid;
}

static void fid_let_go(struct share_fids *fids, struct share_fid *fid)
{
    if (fid->held < 0)
        return;
    close(fid->held);
    fid->held = -1;
    fids->held--;
    fid_unlink(fids, fid);
}

static void fid_hold(struct share_fids *fids, struct share_fid *fid, int held)
{
    fid->held = held;
    fids->held++;
    fid_link(fids, fid);
    while (fids->held > fids->max_held && fids->oldest != fid)
        fid_let_go(fids, fids->oldest);
}

static int fid_know(struct share_fid *fid, int held)
{
    struct stat found;

    if (fstat(held, &found) != 0)
        return errno;
    fid->inode = found.st_ino;
    fid->device = found.st_dev;
    return 0;
}

/* ---- the table ---- */

void share_fids_init(struct share_fids *fids, unsigned descriptors)
{
    *fids = (struct share_fids){.max_held = descriptors / 4 + 8, .max_opened = descriptors / 2 + 1};
}

void share_fids_clear(struct share_fids *fids)
{
    for (unsigned i = 0; i < SHARE_BUCKETS; i++)
        while (fids->buckets[i] != NULL)
            share_fid_remove(fids, fids->buckets[i]);
}

struct share_fid *share_fid_find(struct share_fids *fids, uint32_t id)
{
    struct share_fid *fid = *fid_bucket(fids, id);

    while (fid != NULL && fid->id != id)
        fid = fid->next;
    return fid;
}

static int fid_check_room(const struct share_fids *fids, const char *path)
{
    size_t length = strlen(path);

    if (length > SHARE_MAX_PATH)
        return ENAMETOOLONG;
    return fids->count >= SHARE_MAX_FIDS || fids->paths + length + 1 > SHARE_MAX_PATHS ? ENFILE : 0;
}

static int fid_make(struct share_fids *fids, uint32_t id, const char *path, struct share_fid **fid)
{
    struct share_fid *fresh = calloc(1, sizeof(*fresh));
    char *own = strdup(path);

    if (fresh == NULL || own == NULL) {
        free(fresh);
        free(own);
        return ENOMEM;
    }
    *fresh = (struct share_fid){.id = id, .path = own, .held = -1, .file = -1};
    fresh->next = *fid_bucket(fids, id);
    *fid_bucket(fids, id) = fresh;
    fids->count++;
    fids->paths += strlen(path) + 1;
    *fid = fresh;
    return 0;
}

int share_fid_add(struct share_fids *fids, uint32_t id, const char *path, int held,
                  struct share_fid **fid)
{
    int error = share_fid_find(fids, id) != NULL ? EBADF : fid_check_room(fids, path);

    *fid = NULL;
    if (error == 0)
        error = fid_make(fids, id, path, fid);
    if (error == 0 && held >= 0)
        error = fid_know(*fid, held);
    if (error == 0) {
        if (held >= 0)
            fid_hold(fids, *fid, held);
        return 0;
    }
    if (*fid != NULL)
        share_fid_remove(fids, *fid);
    if (held >= 0)
        close(held);
    return error;
}

void share_fid_forget(struct share_fids *fids, struct share_fid *fid)
{
    fid_let_go(fids, fid);
    if (fid->file < 0)
        return;
    close(fid->file);
    fid->file = -1;
    fids->opened--;
}

void share_fid_remove(struct share_fids *fids, struct share_fid *fid)
{
    struct share_fid **link = fid_bucket(fids, fid->id);

    while (*link != fid)
        link = &(*link)->next;
    *link = fid->next;
    share_fid_forget(fids, fid);
    fids->count--;
    fids->paths -= strlen(fid->path) + 1;
    free(fid->path);
    free(fid);
}

/* ---- what it is ---- */

static int fid_find_again(struct share_fids *fids, const struct share_root *root,
                          struct share_fid *fid)
{
    int held = share_hold_path(root, fid->path);
    struct stat found;

    if (held < 0)
        return held == -ENOENT || held == -ENOTDIR || held == -ELOOP ? -ESTALE : held;
    if (fstat(held, &found) != 0 || found.st_ino != fid->inode || found.st_dev != fid->device) {
        close(held);
        return -ESTALE;
    }
    fid_hold(fids, fid, held);
    return held;
}

int share_fid_descriptor(struct share_fids *fids, const struct share_root *root,
                         struct share_fid *fid)
{
    if (fid->lost)
        return -ESTALE;
    if (fid->file >= 0)
        return fid->file;
    if (fid->held < 0)
        return fid_find_again(fids, root, fid);
    if (fids->newest != fid) {
        fid_unlink(fids, fid);
        fid_link(fids, fid);
    }
    return fid->held;
}

int share_fid_opened(struct share_fids *fids, struct share_fid *fid, int file, int flags)
{
    int error = fids->opened >= fids->max_opened ? ENFILE : fid_know(fid, file);

    if (error != 0) {
        close(file);
        return error;
    }
    fid_let_go(fids, fid);
    fid->file = file;
    fid->flags = flags;
    fid->position = 0;
    fids->opened++;
    return 0;
}

/* ---- paths ---- */

bool share_path_join(char out[SHARE_MAX_PATH + 1], const char *path, const char *name)
{
    size_t length = strlen(path), more = strlen(name);
    bool slash = length != 0;

    if (length + slash + more > SHARE_MAX_PATH)
        return false;
    memmove(out, path, length);
    if (slash)
        out[length++] = '/';
    memcpy(out + length, name, more + 1);
    return true;
}

int share_fid_move(struct share_fids *fids, struct share_fid *fid, const char *path)
{
    int error = fid_check_room(fids, path);
    char *own = error == 0 ? strdup(path) : NULL;

    if (own == NULL)
        return error != 0 ? error : ENOMEM;
    fids->paths += strlen(own) - strlen(fid->path);
    free(fid->path);
    fid->path = own;
    return 0;
}

/* A path that grows beyond what there is room for leads nowhere: the fid is stale once let go of.
 */
static void fid_renamed(struct share_fids *fids, struct share_fid *fid, size_t length,
                        const char *to)
{
    char path[SHARE_MAX_PATH + 1];

    if (fid->path[length] == '\0')
        share_fid_move(fids, fid, to);
    else if (share_path_join(path, to, fid->path + length + 1))
        share_fid_move(fids, fid, path);
}

void share_fids_renamed(struct share_fids *fids, const char *from, const char *to)
{
    size_t length = strlen(from);

    for (unsigned i = 0; i < SHARE_BUCKETS; i++) {
        for (struct share_fid *fid = fids->buckets[i]; fid != NULL; fid = fid->next) {
            if (strncmp(fid->path, from, length) == 0 &&
                (fid->path[length] == '\0' || fid->path[length] == '/'))
                fid_renamed(fids, fid, length, to);
        }
    }
}
