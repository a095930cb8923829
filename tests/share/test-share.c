/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hostile guest at a shared folder: it reaches nothing outside, blocks nothing, and has bounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emulator/state/state.h"
#include "tests/share/client.h"
#include "tests/test.h"

static const uint32_t numbers[] = {0644, 0, 0, 0};

static int at(const struct client *client)
{
    return open(client->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void put(const struct client *client, const char *name, const char *text)
{
    int folder = at(client), file = openat(folder, name, O_CREAT | O_WRONLY | O_TRUNC, 0644);

    CHECK(write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    close(folder);
}

static int create(struct client *client, uint32_t fid, const char *name, uint32_t flags)
{
    const uint32_t rest[] = {flags, 0644, 0};

    return client_walk(client, 0, fid, "") != 0 ? -2
                                                : client_name(client, 14, fid, name, NULL, rest, 3);
}

static void test_files(void)
{
    static struct client client;

    client_start(&client, (struct emu_shared_folder){0}, 64);
    CHECK_EQ(create(&client, 1, "a", O_RDWR), 0);
    CHECK_EQ(client_write(&client, 1, 0, "hello"), 0);
    CHECK_EQ(client_write(&client, 1, 5, " there"), 0);
    CHECK_EQ(client_read(&client, 1, 0, 100), 0);
    CHECK_EQ(share_get32(&client.answer), 11);
    CHECK(memcmp(client.answer.at, "hello there", 11) == 0);
    CHECK_EQ(client_clunk(&client, 1), 0);
    CHECK_EQ(client_read(&client, 1, 0, 100), EBADF);
    CHECK_EQ(client_name(&client, 72, 0, "d", NULL, numbers, 2), 0);
    CHECK_EQ(client_walk(&client, 0, 2, "d/../d/../../../a"), 0); /* ".." ends at the root */
    CHECK_EQ(client_open(&client, 2, O_RDONLY), 0);
    CHECK_EQ(client_walk(&client, 0, 3, "d/none"), 0); /* half the way: no fid */
    CHECK_EQ(share_get16(&client.answer), 1);
    CHECK_EQ(client_clunk(&client, 3), EBADF);
    CHECK_EQ(client_walk(&client, 0, 3, "none"), ENOENT);
    CHECK_EQ(client_name(&client, 76, 0, "d", NULL, (uint32_t[]){0x200}, 1), 0);
    client_finish(&client);
}

static void test_names(void)
{
    static const char *const bad[] = {"..", ".", "", "a/b", "/etc/passwd", "../secret"};
    static struct client client;

    client_start(&client, (struct emu_shared_folder){0}, 64);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct share_out *out;

        CHECK_EQ(create(&client, 1, bad[i], O_RDWR), EINVAL);
        client_clunk(&client, 1);
        CHECK_EQ(client_name(&client, 72, 0, bad[i], NULL, numbers, 2), EINVAL);
        CHECK_EQ(client_name(&client, 16, 0, bad[i], "x", numbers, 1), EINVAL);
        CHECK_EQ(client_name(&client, 18, 0, bad[i], NULL, numbers, 4), EINVAL);
        CHECK_EQ(client_name(&client, 76, 0, bad[i], NULL, numbers, 1), EINVAL);
        if (strcmp(bad[i], "..") == 0)
            continue;
        out = client_begin(&client, 110);
        share_put32(out, 0);
        share_put32(out, 9);
        share_put16(out, 1);
        client_put(out, bad[i]);
        CHECK_EQ(client_send(&client), EINVAL);
    }
    CHECK(access(client.outside, F_OK) == 0);
    client_finish(&client);
}

/* Links are there, and lead nowhere. */
static void test_links(void)
{
    static struct client client;
    int folder;

    client_start(&client, (struct emu_shared_folder){0}, 64);
    folder = at(&client);
    CHECK_EQ(symlinkat("..", folder, "up"), 0);
    CHECK_EQ(symlinkat(client.outside, folder, "out"), 0);
    CHECK_EQ(client_walk(&client, 0, 1, "up/secret"), 0);
    CHECK_EQ(share_get16(&client.answer), 1);
    CHECK_EQ(client_clunk(&client, 1), EBADF);
    CHECK_EQ(client_walk(&client, 0, 1, "out"), 0);
    CHECK_EQ(client_open(&client, 1, O_RDONLY), ELOOP);
    CHECK_EQ(create(&client, 2, "out", O_RDWR | O_TRUNC), ELOOP);
    share_put32(client_begin(&client, 22), 1);
    CHECK_EQ(client_send(&client), 0);
    CHECK_EQ(client_walk(&client, 0, 3, "up"), 0);
    CHECK_EQ(client_name(&client, 72, 3, "made", NULL, numbers, 2), ENOTDIR);
    close(folder);
    client_finish(&client);
}

/* What is no file is not opened: nothing waits for a pipe's other end. */
static void test_specials(void)
{
    const uint32_t pipe[] = {S_IFIFO | 0644, 0, 0, 0}, disk[] = {S_IFBLK | 0644, 8, 0, 0};
    static struct client client;

    client_start(&client, (struct emu_shared_folder){0}, 64);
    CHECK_EQ(client_name(&client, 18, 0, "pipe", NULL, pipe, 4), 0);
    CHECK_EQ(client_name(&client, 18, 0, "disk", NULL, disk, 4), EPERM);
    CHECK_EQ(client_walk(&client, 0, 1, "pipe"), 0);
    CHECK_EQ(client_open(&client, 1, O_RDONLY), EOPNOTSUPP);
    CHECK_EQ(client_open(&client, 1, O_WRONLY), EOPNOTSUPP);
    CHECK_EQ(create(&client, 2, "pipe", O_WRONLY), EOPNOTSUPP);
    client_finish(&client);
}

static void test_read_only(void)
{
    static const uint8_t changing[] = {14, 16, 18, 20, 26, 32, 70, 72, 74, 76, 118, 122};
    static struct client client;

    client_start(&client, (struct emu_shared_folder){.read_only = true}, 64);
    put(&client, "a", "text");
    CHECK_EQ(client_walk(&client, 0, 1, "a"), 0);
    CHECK_EQ(client_open(&client, 1, O_RDWR), EROFS);
    CHECK_EQ(client_open(&client, 1, O_RDONLY | O_TRUNC), EROFS);
    CHECK_EQ(client_open(&client, 1, O_RDONLY), 0);
    for (unsigned i = 0; i < sizeof(changing); i++) {
        share_put32(client_begin(&client, changing[i]), 1);
        CHECK_EQ(client_send(&client), EROFS);
    }
    CHECK_EQ(client_read(&client, 1, 0, 10), 0);
    CHECK_EQ(share_get32(&client.answer), 4);
    client_finish(&client);
}

/* More fids than descriptors: those that were let go of are found again, if it is the same file. */
static void test_many_fids(void)
{
    static struct client client;
    int folder;

    client_start(&client, (struct emu_shared_folder){0}, 16);
    put(&client, "a", "one");
    put(&client, "b", "two");
    folder = at(&client);
    CHECK_EQ(client_walk(&client, 0, 1, "a"), 0);
    CHECK_EQ(client_walk(&client, 0, 2, "b"), 0);
    for (uint32_t i = 10; i < 5000; i++)
        CHECK_EQ(client_walk(&client, 0, i, "b"), 0);
    CHECK(client.share->fids.held <= client.share->fids.max_held);
    CHECK_EQ(renameat(folder, "b", folder, "a"), 0);
    CHECK_EQ(client_open(&client, 1, O_RDONLY), ESTALE);
    CHECK_EQ(client_open(&client, 2, O_RDONLY), ESTALE);
    put(&client, "b", "three");
    CHECK_EQ(client_open(&client, 2, O_RDONLY), ESTALE);
    for (uint32_t i = 10000; i < 10040; i++) { /* nor more open files than the host spares */
        CHECK_EQ(client_walk(&client, 0, i, "b"), 0);
        CHECK_EQ(client_open(&client, i, O_RDONLY),
                 i < 10000 + client.share->fids.max_opened ? 0 : ENFILE);
    }
    close(folder);
    client_finish(&client);
}

/* A fid goes with what is renamed above it. */
static void test_renames(void)
{
    static struct client client;
    struct share_out *out;

    client_start(&client, (struct emu_shared_folder){0}, 16);
    CHECK_EQ(client_name(&client, 72, 0, "d", NULL, (uint32_t[]){0755, 0}, 2), 0);
    put(&client, "d/a", "one");
    CHECK_EQ(client_walk(&client, 0, 1, "d/a"), 0);
    out = client_begin(&client, 74);
    share_put32(out, 0);
    client_put(out, "d");
    share_put32(out, 0);
    client_put(out, "longer");
    CHECK_EQ(client_send(&client), 0);
    for (uint32_t i = 10; i < 100; i++)
        client_walk(&client, 0, i, "longer");
    CHECK_EQ(client_open(&client, 1, O_RDONLY), 0);
    CHECK_STR(share_fid_find(&client.share->fids, 1)->path, "longer/a");
    client_finish(&client);
}

struct swapper {
    int folder;
    atomic_bool over;
};

static void *swap(void *opaque)
{
    struct swapper *swapper = opaque;

    while (!atomic_load(&swapper->over)) {
        renameat(swapper->folder, "d", swapper->folder, "aside");
        renameat(swapper->folder, "link", swapper->folder, "d");
        renameat(swapper->folder, "d", swapper->folder, "link");
        renameat(swapper->folder, "aside", swapper->folder, "d");
    }
    return NULL;
}

/* A directory and a link to "..", in turn: of the two files, only the one inside is ever read. */
static void test_race(void)
{
    static struct client client;
    struct swapper swapper = {0};
    unsigned found = 0;
    pthread_t thread;
    int file;

    client_start(&client, (struct emu_shared_folder){0}, 16);
    file = open(client.outside, O_WRONLY);
    CHECK(write(file, "SECRET", 6) == 6);
    close(file);
    swapper.folder = at(&client);
    mkdirat(swapper.folder, "d", 0755);
    put(&client, "d/secret", "inside");
    symlinkat("..", swapper.folder, "link");
    pthread_create(&thread, NULL, swap, &swapper);
    for (unsigned i = 0; i < 20000; i++) {
        client_clunk(&client, 1);
        if (client_walk(&client, 0, 1, "d/secret") != 0 || client_open(&client, 1, O_RDONLY) != 0 ||
            client_read(&client, 1, 0, 6) != 0)
            continue;
        found++;
        share_get32(&client.answer);
        CHECK(memcmp(client.answer.at, "inside", 6) == 0);
    }
    atomic_store(&swapper.over, true);
    pthread_join(thread, NULL);
    CHECK(found != 0);
    close(swapper.folder);
    client_finish(&client);
}

/* Messages that lie about themselves, and those of no session. */
static void test_bad_messages(void)
{
    static struct client client;
    struct iovec out, in;

    client_start(&client, (struct emu_shared_folder){0}, 16);
    in = (struct iovec){client.in, sizeof(client.in)};
    for (uint32_t told = 0; told < 40; told++) { /* a size that is not the message's */
        client_begin(&client, 110);
        memcpy(client.out, &told, 4);
        for (size_t size = 0; size < 12; size++) {
            out = (struct iovec){client.out, size};
            CHECK(emu_share_serve(client.share, &out, 1, &in, 1) <= 11);
        }
    }
    for (unsigned type = 0; type < 256; type++) { /* nothing behind the header */
        if (type == 100 || type == 108)
            continue;
        client_begin(&client, (uint8_t)type);
        CHECK(client_send(&client) > 0 || type == 120 || type == 24 || type == 8 || type == 122);
    }
    CHECK_EQ(client_walk(&client, 0, 5, ""), EBADF); /* it was clunked above */
    emu_share_reset(client.share);
    CHECK_EQ(client_walk(&client, 0, 1, ""), EPROTO);
    client_finish(&client);
}

static void test_counts(void)
{
    static struct client client;
    struct share_out *out;

    client_start(&client, (struct emu_shared_folder){0}, 16);
    CHECK_EQ(create(&client, 1, "f", O_RDWR), 0);
    out = client_begin(&client, 118);
    share_put32(out, 1);
    share_put64(out, 0);
    share_put32(out, UINT32_MAX);
    share_put32(out, 0x64636261);
    CHECK_EQ(client_send(&client), 0);
    CHECK_EQ(share_get32(&client.answer), 4);
    CHECK_EQ(client_read(&client, 1, 0, UINT32_MAX), 0);
    CHECK_EQ(share_get32(&client.answer), 4);
    CHECK_EQ(client_read(&client, 1, UINT64_MAX, 1), EINVAL);
    CHECK_EQ(client_write(&client, 1, UINT64_MAX, "x"), EINVAL);
    client_finish(&client);
}

/* Saved and loaded: an open file goes on, and what was exchanged meanwhile is stale. */
static void test_state(void)
{
    static struct client client;
    struct emu_writer *writer = emu_writer_new();
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_reader *reader;
    const uint8_t *data;
    size_t size;
    int folder;

    client_start(&client, (struct emu_shared_folder){0}, 64);
    CHECK_EQ(create(&client, 1, "a", O_RDWR), 0);
    CHECK_EQ(create(&client, 2, "b", O_RDWR), 0);
    CHECK_EQ(client_write(&client, 1, 0, "one"), 0);
    emu_share_save(client.share, writer);
    data = emu_writer_data(writer, &size);
    folder = at(&client);
    unlinkat(folder, "b", 0);
    CHECK(!emu_share_can_leave(client.share, &err));
    reader = emu_reader_new(data, size);
    CHECK(emu_share_load(client.share, reader, &err));
    CHECK_EQ(client_write(&client, 1, 3, " two"), 0);
    CHECK_EQ(client_read(&client, 1, 0, 100), 0);
    CHECK_EQ(share_get32(&client.answer), 7);
    CHECK_EQ(client_read(&client, 2, 0, 100), ESTALE);
    CHECK(emu_share_can_leave(client.share, &err));
    emu_reader_free(reader);
    emu_writer_free(writer);
    close(folder);
    client_finish(&client);
}

static void test_owner(void)
{
    static struct client client;
    struct share_out *out;

    client_start(&client, (struct emu_shared_folder){.owned = true, .uid = 1000, .gid = 2000}, 64);
    CHECK_EQ(create(&client, 1, "a", O_RDWR), 0);
    out = client_begin(&client, 24);
    share_put32(out, 1);
    share_put64(out, 0x7ff);
    CHECK_EQ(client_send(&client), 0);
    client.answer.at += 8 + SHARE_QID;
    CHECK_EQ(share_get32(&client.answer), S_IFREG | 0644);
    CHECK_EQ(share_get32(&client.answer), 1000);
    CHECK_EQ(share_get32(&client.answer), 2000);
    client_finish(&client);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"share-files", test_files},
        {"share-names", test_names},
        {"share-links", test_links},
        {"share-specials", test_specials},
        {"share-read-only", test_read_only},
        {"share-many-fids", test_many_fids},
        {"share-renames", test_renames},
        {"share-race", test_race},
        {"share-bad-messages", test_bad_messages},
        {"share-counts", test_counts},
        {"share-state", test_state},
        {"share-owner", test_owner},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
