/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that name each other (fileset.h). */
#include "app/images/fileset.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/plan/error.h"

struct lathe_fileset {
    char *folder;
    GHashTable *parts; /* name -> struct lathe_span *, whose name is the key */
    GArray *files;     /* of int */
};

struct lathe_fileset *lathe_fileset_new(const char *folder)
{
    struct lathe_fileset *set = g_new0(struct lathe_fileset, 1);

    set->folder = g_strdup(folder);
    set->parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    set->files = g_array_new(FALSE, FALSE, sizeof(int));
    return set;
}

void lathe_fileset_free(struct lathe_fileset *set)
{
    if (set == NULL)
        return;
    for (guint i = 0; i < set->files->len; i++)
        close(g_array_index(set->files, int, i));
    g_array_unref(set->files);
    g_hash_table_unref(set->parts);
    g_free(set->folder);
    g_free(set);
}

bool lathe_fileset_is_name(const char *name)
{
    return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

bool lathe_fileset_add(struct lathe_fileset *set, const char *name, const struct lathe_span *bytes)
{
    struct lathe_span *part;
    char *key;

    if (g_hash_table_contains(set->parts, name))
        return false;
    key = g_strdup(name);
    part = g_memdup2(bytes, sizeof(*bytes));
    part->name = key;
    return g_hash_table_insert(set->parts, key, part);
}

static bool fileset_open(struct lathe_fileset *set, const char *path, int flags, const char *name,
                         struct lathe_span *bytes, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);

    if (fd < 0 && errno == ELOOP)
        return lathe_error_input(error, "'%s' is a link; give the file itself", path);
    if (fd < 0)
        return lathe_error_input(error, "cannot read '%s': %s", path, g_strerror(errno));
    g_array_append_val(set->files, fd);
    if (!lathe_span_of_file(fd, path, bytes, error))
        return false;
    lathe_fileset_add(set, name, bytes);
    *bytes = *(struct lathe_span *)g_hash_table_lookup(set->parts, name);
    return true;
}

bool lathe_fileset_open(struct lathe_fileset *set, const char *path, struct lathe_span *bytes,
                        GError **error)
{
    return fileset_open(set, path, 0, path, bytes, error);
}

bool lathe_fileset_has(struct lathe_fileset *set, const char *name)
{
    if (g_hash_table_contains(set->parts, name))
        return true;
    if (set->folder == NULL || !lathe_fileset_is_name(name))
        return false;
    g_autofree char *path = g_build_filename(set->folder, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

bool lathe_fileset_find(struct lathe_fileset *set, const char *name, struct lathe_span *bytes,
                        GError **error)
{
    const struct lathe_span *part = g_hash_table_lookup(set->parts, name);

    if (part != NULL) {
        *bytes = *part;
        return true;
    }
    if (!lathe_fileset_is_name(name))
        return lathe_error_input(error,
                                 "'%s' is not the name of a file beside it: it leads to "
                                 "another place, which is not read",
                                 name);
    if (set->folder == NULL)
        return lathe_error_input(error, "'%s' is missing in the archive", name);
    g_autofree char *path = g_build_filename(set->folder, name, NULL);
    return fileset_open(set, path, O_NOFOLLOW, name, bytes, error);
}
