/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages in, answers out: the table of calls, the header, and what all calls share. A message is
 * copied before it is looked at, as the guest can change its own memory at any time.
 */
#include "emulator/share/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/util/shared-memory.h"

#define SERVER_ERROR  7u /* Rlerror */
#define SERVER_WRITE  118u
#define SERVER_FIELDS 23u /* of a write: header, fid, offset, count */
#define SERVER_READ   11u /* of a read's answer: header, count */

#define QID_DIRECTORY 0x80u
#define QID_LINK      0x02u

enum server_flag { CHANGES = 1, DATA = 2 };

static const struct server_message {
    share_handler *handle;
    unsigned flags;
} server_messages[] = {
#define MESSAGE(number, name, flags) [number] = {share_do_##name, flags},
#include "emulator/share/messages.inc"
#undef MESSAGE
};

/* ---- vectors ---- */

size_t share_gather(void *to, const struct iovec *from, unsigned count, size_t length)
{
    size_t done = 0;

    for (unsigned i = 0; i < count && done < length; i++) {
        size_t part = from[i].iov_len < length - done ? from[i].iov_len : length - done;

        emu_shared_copy((uint8_t *)to + done, from[i].iov_base, part);
        done += part;
    }
    return done;
}

size_t share_scatter(const struct iovec *to, unsigned count, const void *from, size_t length)
{
    size_t done = 0;

    for (unsigned i = 0; i < count && done < length; i++) {
        size_t part = to[i].iov_len < length - done ? to[i].iov_len : length - done;

        emu_shared_copy(to[i].iov_base, (const uint8_t *)from + done, part);
        done += part;
    }
    return done;
}

static size_t server_size(const struct iovec *vector, unsigned count)
{
    size_t size = 0;

    for (unsigned i = 0; i < count; i++)
        size += vector[i].iov_len;
    return size;
}

unsigned share_slice(struct iovec *out, const struct iovec *from, unsigned count, size_t skip,
                     size_t length)
{
    unsigned parts = 0;

    for (unsigned i = 0; i < count && length != 0; i++) {
        size_t within = skip < from[i].iov_len ? skip : from[i].iov_len;
        size_t part = from[i].iov_len - within < length ? from[i].iov_len - within : length;

        skip -= within;
        length -= part;
        if (part != 0)
            out[parts++] = (struct iovec){(uint8_t *)from[i].iov_base + within, part};
    }
    return parts;
}

/* ---- what calls share ---- */

int share_use(struct emu_share *share, uint32_t id, struct share_fid **fid, int *descriptor)
{
    *fid = share_fid_find(&share->fids, id);
    if (*fid == NULL)
        return EBADF;
    *descriptor = share_fid_descriptor(&share->fids, &share->root, *fid);
    return *descriptor >= 0 ? 0 : -*descriptor;
}

int share_use_name(struct emu_share *share, struct share_call *call, unsigned which,
                   struct share_fid **fid, int *directory)
{
    uint32_t id = share_get32(&call->in);

    share_get_string(&call->in, share->text[which]);
    if (call->in.short_of || !share_name_good(share->text[which]))
        return EINVAL;
    return share_use(share, id, fid, directory);
}

/* Files of other devices that are mounted in there are told apart by mixing the device in. */
static uint64_t server_qid_path(const struct emu_share *share, uint64_t device, uint64_t inode)
{
    uint64_t other = device ^ share->root_device;

    return inode ^ (other * 0x9e3779b97f4a7c15u);
}

void share_put_qid(struct emu_share *share, struct share_out *out, const struct stat *file)
{
    uint64_t version = (uint64_t)file->st_mtim.tv_sec * 1000000000u +
                       (uint64_t)file->st_mtim.tv_nsec + ((uint64_t)file->st_size << 8);

    share_put8(out, S_ISDIR(file->st_mode) ? QID_DIRECTORY : S_ISLNK(file->st_mode) ? QID_LINK : 0);
    share_put32(out, (uint32_t)(version ^ version >> 32));
    share_put64(out, server_qid_path(share, file->st_dev, file->st_ino));
}

int share_put_name_qid(struct emu_share *share, struct share_out *out, int directory,
                       const char *name)
{
    struct stat file;

    if (fstatat(directory, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    share_put_qid(share, out, &file);
    return 0;
}

unsigned share_mode(unsigned mode, bool directory)
{
    return mode & (directory ? 01777u | S_ISGID : 0777u);
}

/* ---- a message ---- */

/* Only its fields, of one that has data behind them. 0: it is no message. */
static size_t server_take(struct emu_share *share, const struct iovec *out, unsigned count)
{
    size_t size = server_size(out, count), limit = sizeof(share->request);
    size_t taken = share_gather(share->request, out, count, SHARE_HEADER);
    uint32_t told;

    if (taken < SHARE_HEADER || size > EMU_SHARE_MSIZE)
        return 0;
    if (share->request[4] == SERVER_WRITE)
        limit = SERVER_FIELDS;
    taken = share_gather(share->request, out, count, limit);
    memcpy(&told, share->request, sizeof(told));
    return told >= SHARE_HEADER && told <= size ? (told < taken ? told : taken) : 0;
}

static int server_dispatch(struct emu_share *share, struct share_call *call, unsigned type)
{
    const struct server_message *message;
    int error;

    if (type >= sizeof(server_messages) / sizeof(server_messages[0]) ||
        server_messages[type].handle == NULL)
        return EOPNOTSUPP;
    message = &server_messages[type];
    if (share->config.read_only && (message->flags & CHANGES))
        return EROFS;
    if (share->msize == 0 && message->handle != share_do_version)
        return EPROTO;
    error = message->handle(share, call);
    if (error == 0 && call->out.full)
        return EMSGSIZE;
    return error;
}

/* The header in front of what the call has written; how long the answer is. */
static size_t server_finish(struct emu_share *share, struct share_call *call, unsigned type,
                            int error)
{
    struct share_out head = {share->answer, share->answer + SHARE_HEADER, false};
    size_t size;

    if (error != 0) {
        call->out.at = share->answer + SHARE_HEADER;
        call->out.full = false;
        call->data_done = 0;
        share_put32(&call->out, (uint32_t)error);
    }
    size = (size_t)(call->out.at - share->answer);
    share_put32(&head, (uint32_t)(size + call->data_done));
    share_put8(&head, (uint8_t)(error != 0 ? SERVER_ERROR : type + 1));
    share_put8(&head, share->request[5]);
    share_put8(&head, share->request[6]);
    return size;
}

size_t emu_share_serve(struct emu_share *share, const struct iovec *out, unsigned out_count,
                       const struct iovec *in, unsigned in_count)
{
    size_t taken = server_take(share, out, out_count), room = server_size(in, in_count), size;
    struct iovec data[EMU_SHARE_SEGMENTS];
    struct share_call call = {.data = data};
    unsigned type = share->request[4];
    int error;

    if (taken == 0 || room < SHARE_HEADER + 4 || in_count > EMU_SHARE_SEGMENTS ||
        out_count > EMU_SHARE_SEGMENTS)
        return 0;
    room = room < sizeof(share->answer) ? room : sizeof(share->answer);
    call.in = (struct share_in){share->request + SHARE_HEADER, share->request + taken, false};
    call.out = (struct share_out){share->answer + SHARE_HEADER, share->answer + room, false};
    call.data_count = type == SERVER_WRITE
                          ? share_slice(data, out, out_count, SERVER_FIELDS, EMU_SHARE_MSIZE)
                          : share_slice(data, in, in_count, SERVER_READ, EMU_SHARE_MSIZE);
    error = server_dispatch(share, &call, type);
    size = server_finish(share, &call, type, error);
    return share_scatter(in, in_count, share->answer, size) + call.data_done;
}

/* ---- life ---- */

struct emu_share *emu_share_new(const struct emu_shared_folder *folder, unsigned descriptors,
                                struct emu_error *err)
{
    struct emu_share *share = calloc(1, sizeof(*share));
    struct stat found;

    if (share == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    share_fids_init(&share->fids, descriptors);
    share->config = *folder;
    share->config.folder = strdup(folder->folder);
    share->config.tag = strdup(folder->tag);
    share->root.folder = share->root.proc = -1;
    if (share->config.folder == NULL || share->config.tag == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    } else if (share_root_open(&share->root, folder->folder, err)) {
        if (fstat(share->root.folder, &found) == 0)
            share->root_device = found.st_dev;
        return share;
    }
    emu_share_free(share);
    return NULL;
}

void emu_share_reset(struct emu_share *share)
{
    share_fids_clear(&share->fids);
    share->msize = 0;
}

void emu_share_free(struct emu_share *share)
{
    if (share == NULL)
        return;
    emu_share_reset(share);
    share_root_close(&share->root);
    free((char *)share->config.folder);
    free((char *)share->config.tag);
    free(share);
}

const char *emu_share_tag(const struct emu_share *share)
{
    return share->config.tag;
}
