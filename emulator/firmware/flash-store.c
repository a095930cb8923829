/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flash store: write a new file beside the old one, force it to the disk, rename it. The lock
 * goes with the file, so the new one is locked before it takes the old one's name.
 */
#include "emulator/firmware/flash-store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/util/thread.h"

#define STORE_TRIES    10
#define STORE_PAUSE_US 300000

struct emu_flash_store {
    char *path; /* without links on the way */
    int fd;     /* of the file as it is now, locked */
    size_t size;
    uint8_t *data; /* at opening, then what the file is to hold */
    uint8_t *copy; /* the thread's */
    emu_flash_store_failed_fn *failed;
    void *opaque;

    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* data and what follows */
    pthread_cond_t changed;
    bool pending, quit;
};

/* ---- writing ---- */

static bool store_write_all(int fd, const uint8_t *data, size_t size)
{
    while (size != 0) {
        ssize_t done = write(fd, data, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        data += done;
        size -= (size_t)done;
    }
    return true;
}

static void store_sync_folder(const char *path)
{
    char *folder = strdup(path), *slash = folder != NULL ? strrchr(folder, '/') : NULL;
    int fd = -1;

    if (slash != NULL) {
        slash[slash == folder] = '\0';
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

/* Fills the new file and puts it in the old one's place. */
static bool store_replace(struct emu_flash_store *store, int fd, const char *name)
{
    struct stat old;

    if (fstat(store->fd, &old) == 0 && fchmod(fd, old.st_mode & 0777) != 0)
        return false;
    if (!store_write_all(fd, store->copy, store->size) || fsync(fd) != 0 ||
        flock(fd, LOCK_EX | LOCK_NB) != 0 || rename(name, store->path) != 0)
        return false;
    store_sync_folder(store->path);
    return true;
}

static bool store_save(struct emu_flash_store *store)
{
    char name[PATH_MAX];
    int fd, error;

    if (snprintf(name, sizeof(name), "%s.XXXXXX", store->path) >= (int)sizeof(name)) {
        errno = ENAMETOOLONG;
        return false;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return false;
    if (store_replace(store, fd, name)) {
        close(store->fd);
        store->fd = fd;
        return true;
    }
    error = errno;
    unlink(name);
    close(fd);
    errno = error;
    return false;
}

static void store_save_patiently(struct emu_flash_store *store)
{
    char text[256];

    for (unsigned i = 0; i < STORE_TRIES; i++) {
        if (store_save(store))
            return;
        usleep(STORE_PAUSE_US);
    }
    snprintf(text, sizeof(text), "The firmware's variables cannot be written to %.150s: %s.",
             store->path, strerror(errno));
    if (store->failed != NULL)
        store->failed(store->opaque, text);
}

static void *store_run(void *opaque)
{
    struct emu_flash_store *store = opaque;

    pthread_mutex_lock(&store->lock);
    for (;;) {
        while (!store->pending && !store->quit)
            pthread_cond_wait(&store->changed, &store->lock);
        if (!store->pending)
            break;
        store->pending = false;
        memcpy(store->copy, store->data, store->size);
        pthread_mutex_unlock(&store->lock);
        store_save_patiently(store);
        pthread_mutex_lock(&store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* ---- opening ---- */

static bool store_read(struct emu_flash_store *store, struct emu_error *err)
{
    size_t done = 0;

    store->data = malloc(store->size);
    store->copy = malloc(store->size);
    if (store->data == NULL || store->copy == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    while (done < store->size) {
        ssize_t got = pread(store->fd, store->data + done, store->size - done, (off_t)done);

        if (got <= 0)
            return emu_error_set(err, EMU_ERROR_HOST, "%s: %s", store->path,
                                 got < 0 ? strerror(errno) : "it shrank while it was read");
        done += (size_t)got;
    }
    return true;
}

static bool store_open_file(struct emu_flash_store *store, const char *path, size_t limit,
                            struct emu_error *err)
{
    struct stat info;

    store->path = realpath(path, NULL);
    if (store->path != NULL)
        store->fd = open(store->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (store->fd < 0 || fstat(store->fd, &info) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode) || info.st_size == 0 || (size_t)info.st_size > limit)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is no variable store of firmware", path);
    if (flock(store->fd, LOCK_EX | LOCK_NB) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is in use by another machine; give this one a copy of its own",
                             path);
    store->size = (size_t)info.st_size;
    return store_read(store, err);
}

static bool store_start(struct emu_flash_store *store, struct emu_error *err)
{
    int error = emu_thread_create(&store->thread, "flash-store", store_run, store);

    store->started = error == 0;
    return store->started ||
           emu_error_set(err, EMU_ERROR_HOST, "cannot start a thread: %s", strerror(error));
}

struct emu_flash_store *emu_flash_store_open(const char *path, size_t limit,
                                             emu_flash_store_failed_fn *failed, void *opaque,
                                             struct emu_error *err)
{
    struct emu_flash_store *store = calloc(1, sizeof(*store));

    if (store == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    store->fd = -1;
    store->failed = failed;
    store->opaque = opaque;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->changed, NULL);
    if (store_open_file(store, path, limit, err) && store_start(store, err))
        return store;
    emu_flash_store_close(store);
    return NULL;
}

const uint8_t *emu_flash_store_data(const struct emu_flash_store *store, size_t *size)
{
    *size = store->size;
    return store->data;
}

void emu_flash_store_put(struct emu_flash_store *store, const uint8_t *data)
{
    pthread_mutex_lock(&store->lock);
    memcpy(store->data, data, store->size);
    store->pending = true;
    pthread_cond_signal(&store->changed);
    pthread_mutex_unlock(&store->lock);
}

void emu_flash_store_close(struct emu_flash_store *store)
{
    if (store == NULL)
        return;
    pthread_mutex_lock(&store->lock);
    store->quit = true;
    pthread_cond_signal(&store->changed);
    pthread_mutex_unlock(&store->lock);
    if (store->started)
        pthread_join(store->thread, NULL);
    if (store->fd >= 0)
        close(store->fd);
    pthread_cond_destroy(&store->changed);
    pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store->data);
    free(store->copy);
    free(store);
}
