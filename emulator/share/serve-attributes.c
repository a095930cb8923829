/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls about what a file is: getattr, setattr, statfs; there are no extended attributes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "emulator/share/server.h"

#define ATTR_BASIC 0x7ffu /* what stat has, of getattr's mask */

enum attr_set {
    ATTR_MODE = 1,
    ATTR_UID = 2,
    ATTR_GID = 4,
    ATTR_SIZE = 8,
    ATTR_ATIME = 16,
    ATTR_MTIME = 32,
    ATTR_ATIME_SET = 128,
    ATTR_MTIME_SET = 256,
};

#define ATTR_MAGIC 0x01021997u /* 9P's, of statfs */

static void attr_put_time(struct share_out *out, struct timespec time)
{
    share_put64(out, (uint64_t)time.tv_sec);
    share_put64(out, (uint64_t)time.tv_nsec);
}

static void attr_put_owner(const struct emu_share *share, struct share_out *out,
                           const struct stat *file)
{
    const struct emu_shared_folder *config = &share->config;

    share_put32(out, config->owned && file->st_uid == geteuid() ? config->uid : file->st_uid);
    share_put32(out, config->owned && file->st_gid == getegid() ? config->gid : file->st_gid);
}

/* A device of the host's is shown with the number 0, so that it is none of the guest's. */
int share_do_getattr(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int descriptor, error = share_use(share, share_get32(&call->in), &fid, &descriptor);
    struct share_out *out = &call->out;
    struct stat file;

    if (error != 0)
        return error;
    if (fstat(descriptor, &file) != 0)
        return errno;
    share_put64(out, ATTR_BASIC);
    share_put_qid(share, out, &file);
    share_put32(out, file.st_mode);
    attr_put_owner(share, out, &file);
    share_put64(out, file.st_nlink);
    share_put64(out, 0);
    share_put64(out, (uint64_t)file.st_size);
    share_put64(out, (uint64_t)file.st_blksize);
    share_put64(out, (uint64_t)file.st_blocks);
    attr_put_time(out, file.st_atim);
    attr_put_time(out, file.st_mtim);
    attr_put_time(out, file.st_ctim);
    for (unsigned i = 0; i < 4; i++) /* birth, generation, version: not known */
        share_put64(out, 0);
    return 0;
}

/* ---- setattr ---- */

struct attr_wanted {
    uint32_t valid, mode;
    uint64_t size;
    struct timespec times[2];
};

static struct attr_wanted attr_get(struct share_in *in)
{
    struct attr_wanted wanted = {.valid = share_get32(in), .mode = share_get32(in)};

    share_get64(in); /* uid and gid: the host's affair, and no error */
    wanted.size = share_get64(in);
    for (unsigned i = 0; i < 2; i++) {
        wanted.times[i].tv_sec = (time_t)share_get64(in);
        wanted.times[i].tv_nsec = (long)(share_get64(in) % 1000000000u);
    }
    return wanted;
}

static int attr_set_size(struct emu_share *share, const struct share_fid *fid, int descriptor,
                         uint64_t size)
{
    bool writable = fid->file >= 0 && (fid->flags & O_ACCMODE) != O_RDONLY;
    int file = writable ? fid->file : share_reopen(&share->root, descriptor, O_WRONLY), error = 0;

    if (file < 0)
        return -file;
    if (size > INT64_MAX)
        error = EFBIG;
    else if (ftruncate(file, (off_t)size) != 0)
        error = errno;
    if (!writable)
        close(file);
    return error;
}

static int attr_set_times(struct emu_share *share, int descriptor, struct attr_wanted *wanted)
{
    static const uint32_t which[2][2] = {{ATTR_ATIME, ATTR_ATIME_SET},
                                         {ATTR_MTIME, ATTR_MTIME_SET}};

    for (unsigned i = 0; i < 2; i++) {
        if (!(wanted->valid & which[i][0]))
            wanted->times[i].tv_nsec = UTIME_OMIT;
        else if (!(wanted->valid & which[i][1]))
            wanted->times[i].tv_nsec = UTIME_NOW;
    }
    return utimensat(share->root.proc, share_proc_name(descriptor).text, wanted->times, 0) != 0
               ? errno
               : 0;
}

static int attr_set_mode(struct emu_share *share, int descriptor, unsigned mode)
{
    struct stat file;

    if (fstat(descriptor, &file) != 0)
        return errno;
    if (S_ISLNK(file.st_mode))
        return EOPNOTSUPP;
    mode = share_mode(mode, S_ISDIR(file.st_mode));
    return fchmodat(share->root.proc, share_proc_name(descriptor).text, mode, 0) != 0 ? errno : 0;
}

int share_do_setattr(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    struct attr_wanted wanted = attr_get(&call->in);
    struct share_fid *fid;
    int descriptor, error = share_use(share, id, &fid, &descriptor);

    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    if (wanted.valid & ATTR_MODE)
        error = attr_set_mode(share, descriptor, wanted.mode);
    if (error == 0 && (wanted.valid & ATTR_SIZE))
        error = attr_set_size(share, fid, descriptor, wanted.size);
    if (error == 0 && (wanted.valid & (ATTR_ATIME | ATTR_MTIME)))
        error = attr_set_times(share, descriptor, &wanted);
    return error;
}

/* ---- the rest ---- */

int share_do_statfs(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int descriptor, error = share_use(share, share_get32(&call->in), &fid, &descriptor);
    struct share_out *out = &call->out;
    struct statfs found;

    if (error != 0)
        return error;
    if (fstatfs(descriptor, &found) != 0)
        return errno;
    share_put32(out, ATTR_MAGIC);
    share_put32(out, (uint32_t)found.f_bsize);
    share_put64(out, found.f_blocks);
    share_put64(out, found.f_bfree);
    share_put64(out, found.f_bavail);
    share_put64(out, found.f_files);
    share_put64(out, found.f_ffree);
    share_put64(out, 0);
    share_put32(out, (uint32_t)found.f_namelen);
    return 0;
}

int share_do_xattrwalk(struct emu_share *share, struct share_call *call)
{
    return EOPNOTSUPP;
}

int share_do_xattrcreate(struct emu_share *share, struct share_call *call)
{
    return EOPNOTSUPP;
}
