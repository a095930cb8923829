/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls about names in directories: lcreate, mkdir, mknod, symlink, readlink, link, renameat,
 * unlinkat. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "emulator/share/server.h"

#define NAMES_REMOVE_DIRECTORY 0x200u /* unlinkat's flag, 9P's */

/* What was made has the mode that the guest asked for, which has its umask in it and not ours. */
static void names_set_mode(struct emu_share *share, int descriptor, unsigned mode)
{
    struct stat made;

    if (fstat(descriptor, &made) == 0 && (made.st_mode & 07777u) != mode)
        fchmodat(share->root.proc, share_proc_name(descriptor).text, mode, 0);
}

static void names_set_mode_of(struct emu_share *share, int directory, const char *name,
                              unsigned mode)
{
    int held = share_hold(directory, name);

    if (held < 0)
        return;
    names_set_mode(share, held, mode);
    close(held);
}

int share_do_lcreate(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int directory, error = share_use_name(share, call, 0, &fid, &directory), file;
    unsigned flags = share_get32(&call->in), mode = share_mode(share_get32(&call->in), false);
    struct stat found;
    bool made;

    share_get32(&call->in); /* the group: the host's affair */
    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    if (fid->file >= 0)
        return EBUSY;
    if (!share_path_join(share->path[0], fid->path, share->text[0]))
        return ENAMETOOLONG;
    flags = share_open_flags(flags);
    file = share_create(&share->root, directory, share->text[0], (int)flags, mode, &made);
    if (file < 0)
        return -file;
    if (made)
        names_set_mode(share, file, mode);
    error = share_fid_opened(&share->fids, fid, file, (int)flags & ~(O_EXCL | O_TRUNC));
    if (error == 0)
        error = share_fid_move(&share->fids, fid, share->path[0]);
    if (error == 0 && fstat(fid->file, &found) != 0)
        error = errno;
    if (error != 0)
        return error;
    share_put_qid(share, &call->out, &found);
    share_put32(&call->out, 0);
    return 0;
}

int share_do_mkdir(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int directory, error = share_use_name(share, call, 0, &fid, &directory);
    unsigned mode = share_mode(share_get32(&call->in), true);

    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    if (mkdirat(directory, share->text[0], mode) != 0)
        return errno;
    names_set_mode_of(share, directory, share->text[0], mode);
    return share_put_name_qid(share, &call->out, directory, share->text[0]);
}

/* Pipes and sockets are the guest's own: here they are but names. There are no devices. */
int share_do_mknod(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int directory, error = share_use_name(share, call, 0, &fid, &directory);
    unsigned asked = share_get32(&call->in), mode = share_mode(asked, false);

    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    if (!S_ISREG(asked) && !S_ISFIFO(asked) && !S_ISSOCK(asked))
        return EPERM;
    if (mknodat(directory, share->text[0], (asked & S_IFMT) | mode, 0) != 0)
        return errno;
    names_set_mode_of(share, directory, share->text[0], mode);
    return share_put_name_qid(share, &call->out, directory, share->text[0]);
}

/* Where it points to is the guest's affair, as nobody here follows it. */
int share_do_symlink(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int directory, error = share_use_name(share, call, 0, &fid, &directory);

    share_get_string(&call->in, share->text[1]);
    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    if (symlinkat(share->text[1], directory, share->text[0]) != 0)
        return errno;
    return share_put_name_qid(share, &call->out, directory, share->text[0]);
}

int share_do_readlink(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int descriptor, error = share_use(share, share_get32(&call->in), &fid, &descriptor);
    ssize_t length;

    if (error != 0)
        return error;
    length = readlinkat(descriptor, "", share->text[0], SHARE_STRING - 1);
    if (length < 0)
        return errno;
    share_put_string(&call->out, share->text[0], (size_t)length);
    return 0;
}

int share_do_link(struct emu_share *share, struct share_call *call)
{
    uint32_t directory_id = share_get32(&call->in), id = share_get32(&call->in);
    struct share_fid *fid, *into;
    int descriptor, directory, error;

    share_get_string(&call->in, share->text[0]);
    if (call->in.short_of || !share_name_good(share->text[0]))
        return EINVAL;
    error = share_use(share, id, &fid, &descriptor);
    if (error == 0)
        error = share_use(share, directory_id, &into, &directory);
    if (error == 0 && linkat(share->root.proc, share_proc_name(descriptor).text, directory,
                             share->text[0], AT_SYMLINK_FOLLOW) != 0)
        error = errno;
    return error;
}

int share_do_renameat(struct emu_share *share, struct share_call *call)
{
    struct share_fid *from, *to;
    int directory, other, error = share_use_name(share, call, 0, &from, &directory);

    if (error == 0)
        error = share_use_name(share, call, 1, &to, &other);
    if (error != 0)
        return error;
    if (!share_path_join(share->path[0], from->path, share->text[0]) ||
        !share_path_join(share->path[1], to->path, share->text[1]))
        return ENAMETOOLONG;
    if (renameat(directory, share->text[0], other, share->text[1]) != 0)
        return errno;
    share_fids_renamed(&share->fids, share->path[0], share->path[1]);
    return 0;
}

int share_do_unlinkat(struct emu_share *share, struct share_call *call)
{
    struct share_fid *fid;
    int directory, error = share_use_name(share, call, 0, &fid, &directory);
    bool remove = share_get32(&call->in) & NAMES_REMOVE_DIRECTORY;

    if (error != 0 || call->in.short_of)
        return error != 0 ? error : EINVAL;
    return unlinkat(directory, share->text[0], remove ? AT_REMOVEDIR : 0) != 0 ? errno : 0;
}
