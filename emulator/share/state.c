/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A share in a machine, and in a saved state: fids are kept as paths with what they were opened
 * for, and found again. What is another file by then, or none, is stale for the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "emulator/core/machine.h"
#include "emulator/share/server.h"
#include "emulator/state/state.h"

#define STATE_OPENED 1u /* of a fid's flags */
#define STATE_LOST   2u

static void state_save_fid(const struct share_fid *fid, struct emu_writer *out)
{
    size_t length = strlen(fid->path);

    emu_write_u64(out, "fid", fid->id);
    emu_write_u64(out, "is", (fid->file >= 0 ? STATE_OPENED : 0) | (fid->lost ? STATE_LOST : 0));
    emu_write_u64(out, "flags", (unsigned)fid->flags);
    emu_write_u64(out, "inode", fid->inode);
    emu_write_u64(out, "device", fid->device);
    emu_write_u64(out, "path", length);
    emu_write_bytes(out, "text", fid->path, length);
}

void emu_share_save(struct emu_share *share, struct emu_writer *out)
{
    emu_write_section(out, "share", 1);
    emu_write_u64(out, "msize", share->msize);
    emu_write_u64(out, "fids", share->fids.count);
    for (unsigned i = 0; i < SHARE_BUCKETS; i++)
        for (struct share_fid *fid = share->fids.buckets[i]; fid != NULL; fid = fid->next)
            state_save_fid(fid, out);
}

/* ---- loading ---- */

struct state_fid {
    uint64_t id, is, flags, inode, device, length;
};

static bool state_read(struct emu_reader *in, struct state_fid *saved,
                       char path[SHARE_MAX_PATH + 1], struct emu_error *err)
{
    if (!emu_read_u64(in, "fid", &saved->id, err) || !emu_read_u64(in, "is", &saved->is, err) ||
        !emu_read_u64(in, "flags", &saved->flags, err) ||
        !emu_read_u64(in, "inode", &saved->inode, err) ||
        !emu_read_u64(in, "device", &saved->device, err) ||
        !emu_read_u64(in, "path", &saved->length, err))
        return false;
    if (saved->length > SHARE_MAX_PATH || saved->id > UINT32_MAX)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved state is damaged: a file of a shared folder");
    path[saved->length] = '\0';
    return emu_read_bytes(in, "text", path, (size_t)saved->length, err);
}

/* False: it is not there any more, or not in the same way. */
static bool state_open(struct emu_share *share, struct share_fid *fid,
                       const struct state_fid *saved)
{
    int held = share_fid_descriptor(&share->fids, &share->root, fid), file;
    int flags = (int)share_open_flags((unsigned)saved->flags) & ~(O_EXCL | O_TRUNC);

    if (held < 0)
        return false;
    if (!(saved->is & STATE_OPENED))
        return true;
    if (share->config.read_only && (flags & O_ACCMODE) != O_RDONLY)
        return false;
    file = share_reopen(&share->root, held, flags);
    return file >= 0 && share_fid_opened(&share->fids, fid, file, flags) == 0;
}

static bool state_load_fid(struct emu_share *share, struct emu_reader *in, struct emu_error *err)
{
    char path[SHARE_MAX_PATH + 1];
    struct state_fid saved;
    struct share_fid *fid;

    if (!state_read(in, &saved, path, err))
        return false;
    if (share_fid_add(&share->fids, (uint32_t)saved.id, path, -1, &fid) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved state is damaged: the files of a shared folder");
    fid->inode = saved.inode;
    fid->device = saved.device;
    fid->lost = (saved.is & STATE_LOST) || !state_open(share, fid, &saved);
    return true;
}

bool emu_share_load(struct emu_share *share, struct emu_reader *in, struct emu_error *err)
{
    uint64_t msize, count;
    uint32_t version;

    emu_share_reset(share);
    if (!emu_read_section(in, "share", &version, err) || !emu_read_u64(in, "msize", &msize, err) ||
        !emu_read_u64(in, "fids", &count, err))
        return false;
    if (version != 1 || msize > EMU_SHARE_MSIZE || (msize != 0 && msize < SHARE_REQUEST / 4) ||
        count > SHARE_MAX_FIDS)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved state is damaged: the session of a shared folder");
    share->msize = (uint32_t)msize;
    for (uint64_t i = 0; i < count; i++) {
        if (!state_load_fid(share, in, err))
            return false;
    }
    return true;
}

/* ---- in a machine ---- */

static bool state_has_name(const struct share_fid *fid)
{
    struct stat found;

    return fid->file < 0 || fstat(fid->file, &found) != 0 || found.st_nlink != 0;
}

bool emu_share_can_leave(struct emu_share *share, struct emu_error *err)
{
    for (unsigned i = 0; i < SHARE_BUCKETS; i++) {
        for (const struct share_fid *fid = share->fids.buckets[i]; fid != NULL; fid = fid->next) {
            if (!state_has_name(fid))
                return emu_error_set(err, EMU_ERROR_INPUT,
                                     "the guest has a deleted file of the shared folder '%s' open "
                                     "(%s), which would be lost: close it there, or unmount the "
                                     "folder, and try again",
                                     share->config.tag, fid->path);
        }
    }
    return true;
}

void emu_share_on_settle(struct emu_share *share, void (*settle)(void *opaque), void *opaque)
{
    share->settle = settle;
    share->settle_opaque = opaque;
}

static void state_part_settle(void *object)
{
    struct emu_share *share = object;

    if (share->settle != NULL)
        share->settle(share->settle_opaque);
}

static bool state_part_sync(void *object, struct emu_error *err)
{
    return emu_share_can_leave(object, err);
}

static void state_part_free(void *object)
{
    emu_share_free(object);
}

bool emu_machine_add_share(struct emu_machine *machine, struct emu_share *share,
                           struct emu_error *err)
{
    static const struct emu_machine_part part = {
        .settle = state_part_settle, .sync = state_part_sync, .free = state_part_free};

    return emu_machine_add_part(machine, &part, share, err);
}
