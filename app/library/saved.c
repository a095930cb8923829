/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a suspended machine (saved.h). */
#include "app/library/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/library/files.h"
#include "app/plan/error.h"
#include "emulator/api/machine.h"

#define SAVED_HEAD    (128u << 10) /* bytes: the key file, and new lines behind it */
#define SAVED_GROUP   "Suspended"
#define SAVED_VERSION 1

bool lathe_saved_exists(const struct lathe_machine *machine)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_SAVED);

    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

bool lathe_saved_discard(const struct lathe_machine *machine, GError **error)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_SAVED);

    if (unlink(path) != 0)
        return errno == ENOENT ||
               lathe_error_input(error, "cannot remove '%s': %s", path, g_strerror(errno));
    return lathe_files_sync_folder(machine->folder, error);
}

/* ---- what an image is, so that another one is found out ---- */

/* "SIZE MTIME-NANOSECONDS"; NULL: it is not there. */
static char *saved_stamp(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return NULL;
    return g_strdup_printf("%lld %lld.%09ld", S_ISBLK(info.st_mode) ? 0LL : (long long)info.st_size,
                           S_ISBLK(info.st_mode) ? 0LL : (long long)info.st_mtim.tv_sec,
                           S_ISBLK(info.st_mode) ? 0L : info.st_mtim.tv_nsec);
}

static char *saved_key(const char *what, unsigned drive)
{
    return g_strdup_printf("%s-%u", what, drive);
}

/* ---- writing ---- */

struct lathe_saved_draft {
    char *path, *final, *folder;
    int file;
    bool committed;
};

/* The head's room is taken now, so that the end of it cannot fail for want of it. */
static bool saved_reserve(int file)
{
    g_autofree char *head = g_malloc(SAVED_HEAD);
    size_t done = 0;

    memset(head, '\n', SAVED_HEAD);
    while (done < SAVED_HEAD) {
        ssize_t part = write(file, head + done, SAVED_HEAD - done);
        if (part <= 0 && errno != EINTR)
            return false;
        done += (size_t)MAX(part, 0);
    }
    return true;
}

struct lathe_saved_draft *lathe_saved_begin(const struct lathe_machine *machine, GError **error)
{
    struct lathe_saved_draft *draft = g_new0(struct lathe_saved_draft, 1);

    draft->folder = g_strdup(machine->folder);
    draft->final = lathe_machine_path(machine, LATHE_MACHINE_SAVED);
    draft->path = lathe_machine_path(machine, LATHE_FILES_NEW LATHE_MACHINE_SAVED "-XXXXXX");
    lathe_files_sweep(machine->folder);
    draft->file = g_mkstemp_full(draft->path, O_RDWR | O_CLOEXEC, 0600);
    if (draft->file >= 0 && saved_reserve(draft->file))
        return draft;
    lathe_error_input(error, "cannot write '%s': %s", draft->final, g_strerror(errno));
    lathe_saved_draft_free(draft);
    return NULL;
}

int lathe_saved_draft_get_file(const struct lathe_saved_draft *draft)
{
    return draft->file;
}

static char *saved_format(const struct lathe_saved_facts *facts)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();

    g_key_file_set_integer(keys, SAVED_GROUP, "version", SAVED_VERSION);
    g_key_file_set_int64(keys, SAVED_GROUP, "time", g_get_real_time() / G_USEC_PER_SEC);
    g_key_file_set_string(keys, SAVED_GROUP, "made-of", facts->made_of);
    g_key_file_set_integer(keys, SAVED_GROUP, "drives", (int)facts->drive_count);
    for (unsigned i = 0; i < facts->drive_count; i++) {
        const char *path = facts->drives[i];
        g_autofree char *path_key = saved_key("path", i), *stamp_key = saved_key("stamp", i);
        g_autofree char *uri = *path != '\0' ? g_filename_to_uri(path, NULL, NULL) : NULL;
        g_autofree char *stamp = *path != '\0' ? saved_stamp(path) : NULL;
        g_key_file_set_string(keys, SAVED_GROUP, path_key, uri != NULL ? uri : "");
        g_key_file_set_string(keys, SAVED_GROUP, stamp_key, stamp != NULL ? stamp : "");
    }
    return g_key_file_to_data(keys, NULL, NULL);
}

bool lathe_saved_commit(struct lathe_saved_draft *draft, const struct lathe_saved_facts *facts,
                        GError **error)
{
    g_autofree char *head = saved_format(facts);
    size_t length = strlen(head);

    if (length > SAVED_HEAD)
        return lathe_error_input(error,
                                 "the names of the disks are too long to suspend the machine");
    if (pwrite(draft->file, head, length, 0) != (ssize_t)length || fsync(draft->file) != 0 ||
        rename(draft->path, draft->final) != 0)
        return lathe_error_input(error, "cannot write '%s': %s", draft->final, g_strerror(errno));
    draft->committed = true;
    return lathe_files_sync_folder(draft->folder, error);
}

void lathe_saved_draft_free(struct lathe_saved_draft *draft)
{
    if (draft == NULL)
        return;
    if (draft->file >= 0) {
        close(draft->file);
        if (!draft->committed)
            unlink(draft->path);
    }
    g_free(draft->path);
    g_free(draft->final);
    g_free(draft->folder);
    g_free(draft);
}

/* ---- reading ---- */

static GKeyFile *saved_read_keys(int file)
{
    g_autofree char *head = g_malloc0(SAVED_HEAD + 1);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    ssize_t length = pread(file, head, SAVED_HEAD, 0);

    if (length != (ssize_t)SAVED_HEAD || lseek(file, SAVED_HEAD, SEEK_SET) < 0 ||
        !g_key_file_load_from_data(keys, head, strlen(head), G_KEY_FILE_NONE, NULL) ||
        g_key_file_get_integer(keys, SAVED_GROUP, "version", NULL) != SAVED_VERSION)
        return NULL;
    return g_steal_pointer(&keys);
}

/* Is what was in a drive the same still? */
static bool saved_check_drive(GKeyFile *keys, unsigned drive, const char *path, GError **error)
{
    g_autofree char *key = saved_key("stamp", drive);
    g_autofree char *then = g_key_file_get_string(keys, SAVED_GROUP, key, NULL);
    g_autofree char *now = saved_stamp(path);

    if (now == NULL)
        return lathe_error_input(error, "'%s', which the suspended machine uses, is gone", path);
    return g_strcmp0(now, then) == 0 ||
           lathe_error_input(error, "'%s' was changed since the machine was suspended", path);
}

static bool saved_read_drives(struct lathe_saved *saved, GKeyFile *keys, GError **error)
{
    int count = g_key_file_get_integer(keys, SAVED_GROUP, "drives", NULL);

    for (unsigned i = 0; i < (unsigned)CLAMP(count, 0, EMU_MAX_DRIVES); i++) {
        g_autofree char *key = saved_key("path", i);
        g_autofree char *uri = g_key_file_get_string(keys, SAVED_GROUP, key, NULL);
        char *path = uri != NULL && *uri != '\0' ? g_filename_from_uri(uri, NULL, NULL) : NULL;
        g_ptr_array_add(saved->drives, path != NULL ? path : g_strdup(""));
        if (path != NULL && !saved_check_drive(keys, i, path, error))
            return false;
    }
    return true;
}

static bool saved_read(struct lathe_saved *saved, const char *path, GError **error)
{
    g_autoptr(GKeyFile) keys = saved->file >= 0 ? saved_read_keys(saved->file) : NULL;

    if (saved->file < 0)
        return lathe_error_input(error, "cannot read '%s': %s", path, g_strerror(errno));
    if (keys == NULL)
        return lathe_error_input(error, "'%s' is damaged, or of another version", path);
    saved->time = g_key_file_get_int64(keys, SAVED_GROUP, "time", NULL);
    saved->made_of = g_key_file_get_string(keys, SAVED_GROUP, "made-of", NULL);
    if (saved->made_of == NULL)
        saved->made_of = g_strdup("");
    return saved_read_drives(saved, keys, error);
}

struct lathe_saved *lathe_saved_open(const struct lathe_machine *machine, GError **error)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_SAVED);
    struct lathe_saved *saved = g_new0(struct lathe_saved, 1);

    saved->drives = g_ptr_array_new_with_free_func(g_free);
    saved->file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (saved_read(saved, path, error))
        return saved;
    lathe_saved_free(saved);
    return NULL;
}

void lathe_saved_free(struct lathe_saved *saved)
{
    if (saved == NULL)
        return;
    if (saved->file >= 0)
        close(saved->file);
    g_free(saved->made_of);
    g_ptr_array_unref(saved->drives);
    g_free(saved);
}

char *lathe_saved_describe(const struct lathe_machine *machine)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_SAVED);
    struct stat info;

    if (stat(path, &info) != 0)
        return NULL;
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(info.st_mtim.tv_sec);
    g_autofree char *when = time != NULL ? g_date_time_format(time, "%x %R") : g_strdup("");
    return g_strdup_printf(_("Suspended: %s"), when);
}
