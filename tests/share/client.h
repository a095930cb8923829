/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest that writes its 9P messages by hand, good and bad ones, to a folder in /tmp. */
#ifndef LATHE_TESTS_SHARE_CLIENT_H
#define LATHE_TESTS_SHARE_CLIENT_H

#include "emulator/share/server.h"

struct client {
    char base[32], folder[64], outside[64]; /* the two are beside each other in base */
    struct emu_share *share;
    struct share_out message;
    uint8_t out[SHARE_REQUEST + 4096], in[128u << 10];
    struct share_in answer; /* of the last call, behind its header */
    uint8_t type;           /* of the last answer */
};

/* With a session and fid 0 attached. folder: its rest is set here. */
void client_start(struct client *client, struct emu_shared_folder folder, unsigned descriptors);
void client_finish(struct client *client);

/* A message of that type is begun; fields follow by share_put.. on client->message. */
struct share_out *client_begin(struct client *client, uint8_t type);
/* Sends it; 0, or the errno value of the answer; -1: no answer. */
int client_send(struct client *client);

/* Whole calls. walk: a path with '/' between names, "" for none. */
int client_walk(struct client *client, uint32_t fid, uint32_t new_fid, const char *path);
int client_open(struct client *client, uint32_t fid, uint32_t flags);
int client_name(struct client *client, uint8_t type, uint32_t fid, const char *name,
                const char *text, const uint32_t *numbers, unsigned count);
int client_read(struct client *client, uint32_t fid, uint64_t offset, uint32_t count);
int client_write(struct client *client, uint32_t fid, uint64_t offset, const char *text);
int client_clunk(struct client *client, uint32_t fid);
void client_put(struct share_out *out, const char *text);

#endif
