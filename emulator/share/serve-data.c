/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls about what is in files and directories: lopen, read, write, readdir, fsync, locks. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulator/share/server.h"

#define DATA_READ_HEAD 11u /* of a read's answer: header, count */
#define DATA_ENTRY     24u /* of an entry of a directory, but for its name */

/* ---- opening ---- */

/* 9P's flags are Linux's. Those about how a program waits, and O_DIRECT, which wants memory that is
 * aligned, say nothing here. */
unsigned share_open_flags(unsigned flags)
{
    return flags & (O_ACCMODE | O_EXCL | O_TRUNC | O_APPEND | O_DSYNC | O_SYNC | O_DIRECTORY);
}

int share_do_lopen(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    unsigned flags = share_open_flags(share_get32(&call->in)) & ~(unsigned)O_EXCL;
    struct share_fid *fid;
    int descriptor, file, error;
    struct stat found;

    if (call->in.short_of)
        return EINVAL;
    error = share_use(share, id, &fid, &descriptor);
    if (error != 0)
        return error;
    if (fid->file >= 0)
        return EBUSY;
    if (share->config.read_only && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC)))
        return EROFS;
    file = share_reopen(&share->root, descriptor, (int)flags);
    if (file < 0)
        return -file;
    if (fstat(file, &found) != 0)
        found = (struct stat){0};
    error = share_fid_opened(&share->fids, fid, file, (int)flags & ~O_TRUNC);
    share_put_qid(share, &call->out, &found);
    share_put32(&call->out, 0); /* the guest may read and write as much as a message holds */
    return error;
}

/* ---- bytes ---- */

static int data_opened(struct emu_share *share, uint32_t id, struct share_fid **fid)
{
    *fid = share_fid_find(&share->fids, id);
    if (*fid == NULL)
        return EBADF;
    if ((*fid)->lost)
        return ESTALE;
    return (*fid)->file >= 0 ? 0 : EBADF;
}

/* Straight to where the guest wants it. */
int share_do_read(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    uint64_t offset = share_get64(&call->in);
    uint32_t count = share_get32(&call->in), most = share->msize - DATA_READ_HEAD;
    struct iovec parts[EMU_SHARE_SEGMENTS];
    struct share_fid *fid;
    ssize_t done = 0;
    unsigned used;
    int error;

    if (call->in.short_of || offset > INT64_MAX)
        return EINVAL;
    error = data_opened(share, id, &fid);
    if (error != 0)
        return error;
    used = share_slice(parts, call->data, call->data_count, 0, count < most ? count : most);
    if (used != 0)
        done = preadv(fid->file, parts, (int)used, (off_t)offset);
    if (done < 0)
        return errno;
    call->data_done = (uint32_t)done;
    share_put32(&call->out, (uint32_t)done);
    return 0;
}

int share_do_write(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    uint64_t offset = share_get64(&call->in);
    uint32_t count = share_get32(&call->in);
    struct iovec parts[EMU_SHARE_SEGMENTS];
    struct share_fid *fid;
    ssize_t done = 0;
    unsigned used;
    int error;

    if (call->in.short_of || offset > INT64_MAX)
        return EINVAL;
    error = data_opened(share, id, &fid);
    if (error != 0)
        return error;
    used = share_slice(parts, call->data, call->data_count, 0, count);
    if (used != 0)
        done = pwritev(fid->file, parts, (int)used, (off_t)offset);
    if (done < 0)
        return errno;
    share_put32(&call->out, (uint32_t)done);
    return 0;
}

int share_do_fsync(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in), only_data = share_get32(&call->in);
    struct share_fid *fid;
    int error = data_opened(share, id, &fid);

    if (error != 0)
        return error;
    return (only_data ? fdatasync(fid->file) : fsync(fid->file)) != 0 ? errno : 0;
}

/* ---- directories ---- */

struct data_entry { /* as getdents64 gives it */
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
};

/* False: there is no room for it. ".." of the folder itself is the folder itself. */
static bool data_put_entry(struct emu_share *share, struct share_call *call,
                           const struct share_fid *fid, const struct data_entry *entry, size_t room)
{
    size_t length = strlen(entry->name);
    bool above = fid->path[0] == '\0' && strcmp(entry->name, "..") == 0;
    struct stat told = {.st_ino = above ? fid->inode : entry->inode,
                        .st_dev = fid->device,
                        .st_mode = DTTOIF(entry->type)};

    if (DATA_ENTRY + length > room)
        return false;
    share_put_qid(share, &call->out, &told);
    share_put64(&call->out, (uint64_t)entry->next);
    share_put8(&call->out, entry->type);
    share_put_string(&call->out, entry->name, length);
    return true;
}

/* Entries until there are no more or no more have room. An entry of ours is never shorter than
 * Linux's less its padding, so three quarters are asked for at a time. */
static int data_list(struct emu_share *share, struct share_call *call, struct share_fid *fid,
                     size_t room)
{
    size_t ask = room / 4 * 3 < sizeof(share->names) ? room / 4 * 3 : sizeof(share->names);
    const uint8_t *end = call->out.at + room;
    long got = syscall(SYS_getdents64, fid->file, share->names, ask < 512 ? 512 : ask);

    for (long at = 0; at < got;) {
        const struct data_entry *entry = (const void *)(share->names + at);

        if (!data_put_entry(share, call, fid, entry, (size_t)(end - call->out.at)))
            break;
        fid->position = (uint64_t)entry->next;
        at += entry->length;
        if (at == got)
            return 0;
    }
    if (got > 0) /* what did not fit is read again */
        lseek(fid->file, (off_t)fid->position, SEEK_SET);
    return got < 0 ? errno : 0;
}

int share_do_readdir(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    uint64_t offset = share_get64(&call->in);
    uint32_t count = share_get32(&call->in);
    struct share_fid *fid;
    uint8_t *told = call->out.at;
    size_t room = (size_t)(call->out.end - told);
    int error = data_opened(share, id, &fid);

    if (error != 0 || call->in.short_of || room < 4)
        return error != 0 ? error : EINVAL;
    if (offset != fid->position && lseek(fid->file, (off_t)offset, SEEK_SET) < 0)
        return errno;
    fid->position = offset;
    share_put32(&call->out, 0);
    error = data_list(share, call, fid, count < room - 4 ? count : room - 4);
    memcpy(told, &(uint32_t){(uint32_t)(call->out.at - told - 4)}, 4);
    return error;
}

/* ---- locks: of the opened file, against others of this computer and other guests ---- */

enum data_lock_type { DATA_LOCK_READ, DATA_LOCK_WRITE, DATA_UNLOCK };
enum data_lock_status { DATA_LOCK_DONE, DATA_LOCK_BLOCKED };

static bool data_get_lock(struct share_in *in, unsigned type, struct flock *lock)
{
    static const short types[] = {
        [DATA_LOCK_READ] = F_RDLCK, [DATA_LOCK_WRITE] = F_WRLCK, [DATA_UNLOCK] = F_UNLCK};
    uint64_t start = share_get64(in), length = share_get64(in);

    if (in->short_of || type > DATA_UNLOCK || start > INT64_MAX || length > INT64_MAX)
        return false;
    *lock = (struct flock){.l_type = types[type],
                           .l_whence = SEEK_SET,
                           .l_start = (off_t)start,
                           .l_len = (off_t)length};
    return true;
}

/* Nobody waits here: who is blocked asks again. */
int share_do_lock(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in);
    unsigned type = share_get8(&call->in);
    enum data_lock_status status = DATA_LOCK_DONE;
    struct share_fid *fid;
    struct flock lock;
    int error = data_opened(share, id, &fid);

    share_get32(&call->in); /* flags */
    if (error != 0 || !data_get_lock(&call->in, type, &lock))
        return error != 0 ? error : EINVAL;
    if (fcntl(fid->file, F_OFD_SETLK, &lock) != 0) {
        if (errno != EAGAIN && errno != EACCES)
            return errno;
        status = DATA_LOCK_BLOCKED;
    }
    share_put8(&call->out, status);
    return 0;
}

int share_do_getlock(struct emu_share *share, struct share_call *call)
{
    uint32_t id = share_get32(&call->in), process;
    unsigned type = share_get8(&call->in);
    struct share_fid *fid;
    struct flock lock;
    int error = data_opened(share, id, &fid);

    if (error != 0 || !data_get_lock(&call->in, type, &lock))
        return error != 0 ? error : EINVAL;
    process = share_get32(&call->in);
    share_get_string(&call->in, share->text[0]);
    if (call->in.short_of)
        return EINVAL;
    if (fcntl(fid->file, F_OFD_GETLK, &lock) != 0)
        return errno;
    share_put8(&call->out, lock.l_type == F_UNLCK   ? DATA_UNLOCK
                           : lock.l_type == F_RDLCK ? DATA_LOCK_READ
                                                    : DATA_LOCK_WRITE);
    share_put64(&call->out, (uint64_t)lock.l_start);
    share_put64(&call->out, (uint64_t)lock.l_len);
    share_put32(&call->out, process);
    share_put_string(&call->out, share->text[0], strlen(share->text[0]));
    return 0;
}
