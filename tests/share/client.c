/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See client.h. */
#include "tests/share/client.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENT_TAG 0x1234

void client_put(struct share_out *out, const char *text)
{
    share_put_string(out, text, strlen(text));
}

struct share_out *client_begin(struct client *client, uint8_t type)
{
    client->message = (struct share_out){client->out, client->out + sizeof(client->out), false};
    share_put32(&client->message, 0);
    share_put8(&client->message, type);
    share_put16(&client->message, CLIENT_TAG);
    return &client->message;
}

int client_send(struct client *client)
{
    uint32_t size = (uint32_t)(client->message.at - client->out);
    const struct iovec out[2] = {{client->out, 9 < size ? 9 : size},
                                 {client->out + 9, 9 < size ? size - 9 : 0}};
    const struct iovec in[2] = {{client->in, 5}, {client->in + 5, sizeof(client->in) - 5}};
    size_t got;

    memcpy(client->out, &size, sizeof(size));
    got = emu_share_serve(client->share, out, 2, in, 2);
    client->answer = (struct share_in){client->in, client->in + got, false};
    if (got == 0 || share_get32(&client->answer) != got)
        return -1;
    client->type = share_get8(&client->answer);
    if (share_get16(&client->answer) != CLIENT_TAG)
        return -1;
    return client->type == 7 ? (int)share_get32(&client->answer) : 0;
}

void client_start(struct client *client, struct emu_shared_folder folder, unsigned descriptors)
{
    struct share_out *out;

    memset(client, 0, sizeof(*client));
    strcpy(client->base, "/tmp/share-test-XXXXXX");
    if (mkdtemp(client->base) == NULL)
        return;
    snprintf(client->folder, sizeof(client->folder), "%s/in", client->base);
    snprintf(client->outside, sizeof(client->outside), "%s/secret", client->base);
    mkdir(client->folder, 0755);
    close(open(client->outside, O_CREAT | O_WRONLY, 0600));
    folder.folder = client->folder;
    folder.tag = "test";
    client->share = emu_share_new(&folder, descriptors, NULL);
    out = client_begin(client, 100);
    share_put32(out, 65536);
    client_put(out, "9P2000.L");
    client_send(client);
    out = client_begin(client, 104);
    share_put32(out, 0);
    share_put32(out, UINT32_MAX);
    client_put(out, "root");
    client_put(out, "");
    share_put32(out, 0);
    client_send(client);
}

static int client_remove(const char *path, const struct stat *file, int kind, struct FTW *place)
{
    return remove(path);
}

void client_finish(struct client *client)
{
    emu_share_free(client->share);
    nftw(client->base, client_remove, 16, FTW_DEPTH | FTW_PHYS);
}

int client_walk(struct client *client, uint32_t fid, uint32_t new_fid, const char *path)
{
    struct share_out *out = client_begin(client, 110);
    uint16_t count = 0;
    uint8_t *told;

    share_put32(out, fid);
    share_put32(out, new_fid);
    told = out->at;
    share_put16(out, 0);
    for (size_t length; *path != '\0'; path += length + (path[length] == '/'), count++) {
        length = strcspn(path, "/");
        share_put_string(out, path, length);
    }
    memcpy(told, &count, sizeof(count));
    return client_send(client);
}

int client_open(struct client *client, uint32_t fid, uint32_t flags)
{
    struct share_out *out = client_begin(client, 12);

    share_put32(out, fid);
    share_put32(out, flags);
    return client_send(client);
}

int client_name(struct client *client, uint8_t type, uint32_t fid, const char *name,
                const char *text, const uint32_t *numbers, unsigned count)
{
    struct share_out *out = client_begin(client, type);

    share_put32(out, fid);
    client_put(out, name);
    if (text != NULL)
        client_put(out, text);
    for (unsigned i = 0; i < count; i++)
        share_put32(out, numbers[i]);
    return client_send(client);
}

int client_read(struct client *client, uint32_t fid, uint64_t offset, uint32_t count)
{
    struct share_out *out = client_begin(client, 116);

    share_put32(out, fid);
    share_put64(out, offset);
    share_put32(out, count);
    return client_send(client);
}

int client_write(struct client *client, uint32_t fid, uint64_t offset, const char *text)
{
    struct share_out *out = client_begin(client, 118);

    share_put32(out, fid);
    share_put64(out, offset);
    share_put32(out, (uint32_t)strlen(text));
    for (; *text != '\0'; text++)
        share_put8(out, (uint8_t)*text);
    return client_send(client);
}

int client_clunk(struct client *client, uint32_t fid)
{
    share_put32(client_begin(client, 120), fid);
    return client_send(client);
}
