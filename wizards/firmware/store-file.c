/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variable stores in files: the formats, and the locks that running machines hold. */
#include "wizards/firmware/store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/library/saved.h"
#include "app/plan/error.h"

#define QCOW2_SNAPSHOTS 60u /* where their number stands */

static bool file_is_qcow2(struct lathe_bytes bytes)
{
    return bytes.size >= QCOW2_SNAPSHOTS + 4 && memcmp(bytes.data, "QFI\xfb", 4) == 0;
}

/* ---- locks ---- */

/* A machine of the library that is suspended has its variables in its state, too. */
static bool file_is_suspended(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *state = g_build_filename(folder, LATHE_MACHINE_SAVED, NULL);
    g_autofree char *definition = g_build_filename(folder, LATHE_MACHINE_DEFINITION, NULL);

    return g_file_test(state, G_FILE_TEST_EXISTS) && g_file_test(definition, G_FILE_TEST_EXISTS);
}

static bool file_lock(struct lathe_store_file *file, const char *path, GError **error)
{
    const struct emu_block_options options = {.path = path};
    struct emu_error found = EMU_ERROR_INIT;

    if (file_is_suspended(path))
        return lathe_error_input(
            error, "%s: its machine is suspended: let it go on and shut it down first", path);
    if (!emu_block_open(&options, &file->lock, &found))
        return lathe_error_from_emu(error, &found);
    file->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        return lathe_error_input(error, "%s: %s", path, g_strerror(errno));
    return flock(file->fd, LOCK_EX | LOCK_NB) == 0 ||
           lathe_error_input(error, "%s: is in use by a machine: shut it down first", path);
}

static void file_unlock(struct lathe_store_file *file)
{
    if (file->lock.ops != NULL)
        emu_block_backend_close(&file->lock);
    file->lock = (struct emu_block_backend){0};
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

/* ---- opening ---- */

static GBytes *file_read_disk(const struct emu_block_backend *disk, const char *path,
                              GError **error)
{
    guint64 size = disk->ops->size(disk->opaque);

    if (size > LATHE_STORE_MAX) {
        lathe_error_input(error, "%s: is larger than a variable store", path);
        return NULL;
    }
    g_autofree guint8 *data = g_malloc0(size + 1);
    int failed = disk->ops->read(disk->opaque, 0, data, size);
    if (failed == 0)
        return g_bytes_new_take(g_steal_pointer(&data), size);
    lathe_error_input(error, "%s: %s", path, g_strerror(failed));
    return NULL;
}

/* What lies in the image, with what backs it; read through the lock's opening if there is one. */
static GBytes *file_unpack(struct lathe_store_file *file, GError **error)
{
    const struct emu_block_options options = {.path = file->path, .read_only = true};
    struct emu_block_backend disk = file->lock;
    struct emu_error found = EMU_ERROR_INIT;

    if (disk.ops == NULL && !emu_block_open(&options, &disk, &found))
        return lathe_error_from_emu(error, &found), NULL;
    GBytes *bytes = file_read_disk(&disk, file->path, error);
    if (file->lock.ops == NULL)
        emu_block_backend_close(&disk);
    return bytes;
}

static GBytes *file_take_image(struct lathe_store_file *file, GBytes *bytes, GError **error)
{
    struct lathe_bytes head = lathe_bytes_of(bytes);

    file->qcow2 = file_is_qcow2(head);
    if (!file->qcow2)
        return g_bytes_ref(bytes);
    if (lathe_le32(head.data + QCOW2_SNAPSHOTS) == 0)
        return file_unpack(file, error);
    lathe_error_input(error, "%s: has snapshots, which a new file would not have", file->path);
    return NULL;
}

static bool file_load(struct lathe_store_file *file, GError **error)
{
    g_autoptr(GBytes) bytes = lathe_file_read(file->path, LATHE_STORE_MAX, error);

    if (bytes == NULL)
        return false;
    g_autoptr(GBytes) image = file_take_image(file, bytes, error);
    if (image == NULL)
        return false;
    file->store = lathe_store_parse(image, error);
    if (file->store == NULL)
        g_prefix_error(error, "%s: ", file->path);
    return file->store != NULL;
}

struct lathe_store_file *lathe_store_file_open(const char *path, bool change, GError **error)
{
    struct lathe_store_file *file = g_new0(struct lathe_store_file, 1);

    file->path = g_strdup(path);
    file->fd = -1;
    if ((!change || file_lock(file, path, error)) && file_load(file, error))
        return file;
    lathe_store_file_close(file);
    return NULL;
}

/* ---- saving ---- */

/* Another file that is there may be a machine's, too. */
static bool file_save_other(const char *path, GBytes *bytes, GError **error)
{
    struct lathe_store_file other = {.fd = -1};
    bool good = !g_file_test(path, G_FILE_TEST_EXISTS) || file_lock(&other, path, error);

    good = good && lathe_file_replace(path, bytes, error);
    file_unlock(&other);
    return good;
}

bool lathe_store_file_save(struct lathe_store_file *file, const char *output, GError **error)
{
    g_autoptr(GBytes) image = lathe_store_build(file->store, error);

    if (image == NULL)
        return g_prefix_error(error, "%s: ", file->path), false;
    g_autoptr(GBytes) bytes =
        file->qcow2 ? lathe_qcow2_build(lathe_bytes_of(image)) : g_bytes_ref(image);
    return output != NULL ? file_save_other(output, bytes, error)
                          : lathe_file_replace(file->path, bytes, error);
}

bool lathe_store_file_lock_again(struct lathe_store_file *file, GError **error)
{
    file_unlock(file);
    return file_lock(file, file->path, error);
}

void lathe_store_file_close(struct lathe_store_file *file)
{
    if (file == NULL)
        return;
    file_unlock(file);
    lathe_store_free(file->store);
    g_free(file->path);
    g_free(file);
}
