/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The server's inside: a call under way, and what does it. Messages are those of 9P2000.L, whose
 * reference is Linux's include/net/9p/9p.h and the diod project's protocol.md. Private to this
 * folder and its tests.
 */
#ifndef EMU_SHARE_SERVER_H
#define EMU_SHARE_SERVER_H

#include "emulator/share/fid.h"
#include "emulator/share/share.h"
#include "emulator/share/wire.h"

#define SHARE_HEADER  7u          /* size[4] type[1] tag[2] */
#define SHARE_REQUEST (16u << 10) /* of a message, but for the data of a write */
#define SHARE_ANSWER  (64u << 10) /* likewise, but for those of a read */
#define SHARE_QID     13u

struct emu_share {
    struct emu_shared_folder config; /* its texts are own copies */
    struct share_root root;
    uint64_t root_device;
    struct share_fids fids;
    uint32_t msize; /* agreed; 0: no session */
    void (*settle)(void *opaque);
    void *settle_opaque;

    uint8_t request[SHARE_REQUEST], answer[SHARE_ANSWER];
    uint8_t names[SHARE_ANSWER]; /* of a directory, as Linux gives them */
    char text[2][SHARE_STRING];
    char path[2][SHARE_MAX_PATH + 1];
};

/* A request that is being done. */
struct share_call {
    struct share_in in;       /* behind the header */
    struct share_out out;     /* likewise */
    const struct iovec *data; /* a write's data, or where a read's go */
    unsigned data_count;
    uint32_t data_done; /* bytes of a read */
};

/* 0 or an errno value, which is the answer then. */
typedef int share_handler(struct emu_share *share, struct share_call *call);

#define MESSAGE(number, name, flags) share_handler share_do_##name;
#include "emulator/share/messages.inc"
#undef MESSAGE

/* The fid of that number and its descriptor. 0 or an errno value. */
int share_use(struct emu_share *share, uint32_t id, struct share_fid **fid, int *descriptor);
/* A fid number and a name behind it: the directory's descriptor, the name in share->text[which]. */
int share_use_name(struct emu_share *share, struct share_call *call, unsigned which,
                   struct share_fid **fid, int *directory);

void share_put_qid(struct emu_share *share, struct share_out *out, const struct stat *file);
/* The qid of what a name in a directory is now. 0 or an errno value. */
int share_put_name_qid(struct emu_share *share, struct share_out *out, int directory,
                       const char *name);
/* What a guest may set of a mode: a file of the host's never runs as somebody else. */
unsigned share_mode(unsigned mode, bool directory);

/* What of the flags of an open is the host's affair, too. */
unsigned share_open_flags(unsigned flags);

/* Copies up to length bytes, from the offset on; how many. */
size_t share_gather(void *to, const struct iovec *from, unsigned count, size_t length);
size_t share_scatter(const struct iovec *to, unsigned count, const void *from, size_t length);
/* The part of the vector behind `skip` bytes, at most length bytes long; how many segments. */
unsigned share_slice(struct iovec *out, const struct iovec *from, unsigned count, size_t skip,
                     size_t length);

#endif
