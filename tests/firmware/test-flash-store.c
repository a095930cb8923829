/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file behind a flash memory: replaced as a whole, locked, and what cannot be opened or kept.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/firmware/flash-store.h"
#include "tests/test.h"

#define SIZE 8192

static char folder[] = "/tmp/lathe-store-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void make(const char *name, uint8_t fill, size_t size)
{
    FILE *file = fopen(path_of(name), "wb");

    for (size_t i = 0; i < size; i++)
        fputc(fill, file);
    fclose(file);
}

static bool holds(const char *name, uint8_t fill)
{
    uint8_t bytes[SIZE + 1];
    FILE *file = fopen(path_of(name), "rb");
    size_t got = file != NULL ? fread(bytes, 1, sizeof(bytes), file) : 0;

    if (file != NULL)
        fclose(file);
    for (size_t i = 0; i < got; i++)
        if (bytes[i] != fill)
            return false;
    return got == SIZE;
}

static void test_put(void)
{
    struct emu_flash_store *store;
    uint8_t data[SIZE];
    struct stat before, after;
    size_t size;
    int fd; /* kept open, so that no new file gets the old one's number */

    make("vars", 0x11, SIZE);
    chmod(path_of("vars"), 0640);
    fd = open(path_of("vars"), O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && fstat(fd, &before) == 0);
    store = emu_flash_store_open(path_of("vars"), SIZE, NULL, NULL, NULL);
    CHECK(store != NULL && emu_flash_store_data(store, &size)[SIZE - 1] == 0x11);
    CHECK_EQ(size, SIZE);
    for (unsigned i = 0; i < 20; i++) {
        memset(data, (int)i, sizeof(data));
        emu_flash_store_put(store, data);
    }
    emu_flash_store_close(store);
    CHECK(holds("vars", 19));
    CHECK(stat(path_of("vars"), &after) == 0);
    CHECK(after.st_ino != before.st_ino); /* a new file took the old one's place */
    close(fd);
    CHECK_EQ(after.st_mode & 0777, 0640);
}

/* The lock holds on, also for the file that took the first one's place. */
static void test_lock(void)
{
    struct emu_flash_store *store, *other;
    struct emu_error err = EMU_ERROR_INIT;
    uint8_t data[SIZE] = {0};

    make("locked", 0x22, SIZE);
    store = emu_flash_store_open(path_of("locked"), SIZE, NULL, NULL, NULL);
    CHECK(store != NULL);
    emu_flash_store_put(store, data);
    for (unsigned i = 0; i < 500 * test_patience() && !holds("locked", 0); i++)
        usleep(10000);
    CHECK(holds("locked", 0));
    other = emu_flash_store_open(path_of("locked"), SIZE, NULL, NULL, &err);
    CHECK(other == NULL && strstr(err.text, "another machine") != NULL);
    emu_flash_store_close(store);
    other = emu_flash_store_open(path_of("locked"), SIZE, NULL, NULL, NULL);
    CHECK(other != NULL);
    emu_flash_store_close(other);
}

static void test_link(void)
{
    struct emu_flash_store *store;
    char link[256];
    uint8_t data[SIZE];
    struct stat info;

    memset(data, 0x77, sizeof(data));
    make("target", 0x33, SIZE);
    snprintf(link, sizeof(link), "%s/link", folder);
    CHECK(symlink("target", link) == 0);
    store = emu_flash_store_open(link, SIZE, NULL, NULL, NULL);
    CHECK(store != NULL);
    emu_flash_store_put(store, data);
    emu_flash_store_close(store);
    CHECK(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(holds("target", 0x77));
}

static void refused(const char *path, size_t limit, const char *words)
{
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(emu_flash_store_open(path, limit, NULL, NULL, &err) == NULL);
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    CHECK(strstr(err.text, words) != NULL);
}

static void test_refused(void)
{
    make("empty", 0, 0);
    make("large", 0, SIZE + 1);
    refused(path_of("nowhere"), SIZE, "No such file");
    refused(path_of("empty"), SIZE, "no variable store");
    refused(path_of("large"), SIZE, "no variable store");
    refused(folder, SIZE, "directory");
}

static void store_failed(void *opaque, const char *text)
{
    *(bool *)opaque = strstr(text, "cannot be written") != NULL;
}

/* The folder is gone: no new file can be made beside the old one. */
static void test_failure(void)
{
    struct emu_flash_store *store;
    uint8_t data[SIZE] = {0};
    bool failed = false;
    char sub[256];

    snprintf(sub, sizeof(sub), "%s/sub", folder);
    CHECK(mkdir(sub, 0700) == 0);
    make("sub/vars", 1, SIZE);
    store = emu_flash_store_open(path_of("sub/vars"), SIZE, store_failed, &failed, NULL);
    CHECK(store != NULL);
    unlink(path_of("sub/vars"));
    CHECK(rmdir(sub) == 0);
    emu_flash_store_put(store, data);
    emu_flash_store_close(store);
    CHECK(failed);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"flash store: put", test_put},         {"flash store: lock", test_lock},
        {"flash store: link", test_link},       {"flash store: refused", test_refused},
        {"flash store: failure", test_failure}, {NULL},
    };
    char command[128];
    int status;

    if (mkdtemp(folder) == NULL)
        return 2;
    status = test_main(argc, argv, cases);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? status : 2;
}
