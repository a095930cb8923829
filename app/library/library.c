/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library (library.h): what is there, found by name, and definitions changed. */
#include "app/library/library.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/library/files.h"
#include "app/library/library-private.h"
#include "app/library/names.h"
#include "app/plan/error.h"

struct lathe_library *lathe_library_open(const char *folder)
{
    struct lathe_library *library = g_new0(struct lathe_library, 1);

    library->folder = folder != NULL
                          ? g_canonicalize_filename(folder, NULL)
                          : g_build_filename(g_get_user_data_dir(), "lathe", "machines", NULL);
    return library;
}

void lathe_library_free(struct lathe_library *library)
{
    if (library == NULL)
        return;
    g_free(library->folder);
    g_free(library);
}

const char *lathe_library_get_folder(const struct lathe_library *library)
{
    return library->folder;
}

int lathe_library_lock(struct lathe_library *library, GError **error)
{
    g_autofree char *path = g_build_filename(library->folder, ".lock", NULL);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = -1;

    if (g_mkdir_with_parents(library->folder, 0700) == 0)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && fcntl(fd, F_OFD_SETLKW, &lock) != 0) {
        if (errno == EINTR)
            continue;
        close(fd);
        fd = -1;
    }
    if (fd < 0)
        lathe_error_input(error, "cannot write the library '%s': %s", library->folder,
                          g_strerror(errno));
    return fd;
}

/* ---- looking ---- */

GPtrArray *lathe_library_scan(struct lathe_library *library, GError **error)
{
    GPtrArray *machines = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_machine_free);
    g_autoptr(GError) failed = NULL;
    g_autoptr(GDir) names = g_dir_open(library->folder, 0, &failed);
    const char *name;

    if (names == NULL && !g_error_matches(failed, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        lathe_error_input(error, "cannot read the library: %s", failed->message);
        g_ptr_array_unref(machines);
        return NULL;
    }
    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(library->folder, name, NULL);
        if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_DIR))
            g_ptr_array_add(machines, lathe_machine_new(library->folder, name));
    }
    lathe_library_sort(library, machines);
    return machines;
}

GPtrArray *lathe_library_list(struct lathe_library *library, GError **error)
{
    GPtrArray *machines = lathe_library_scan(library, error);

    if (machines == NULL)
        return NULL;
    for (guint i = 0; i < machines->len; i++)
        lathe_machine_read(machines->pdata[i]);
    lathe_library_sort(library, machines);
    return machines;
}

static bool library_same_name(const char *name, const char *key)
{
    g_autofree char *other = lathe_name_key(name);

    return strcmp(other, key) == 0;
}

/* Most are where their names say. */
struct lathe_machine *lathe_library_peek(struct lathe_library *library, const char *name)
{
    g_autofree char *key = lathe_name_key(name), *id = lathe_name_to_folder(name);
    g_autoptr(lathe_machine) machine = lathe_machine_new(library->folder, id);

    if (!g_file_test(machine->folder, G_FILE_TEST_IS_DIR))
        return NULL;
    lathe_machine_read(machine);
    return library_same_name(machine->name, key) ? g_steal_pointer(&machine) : NULL;
}

/* Those whose definition has the name; if there are none, the folder that has it. */
static GPtrArray *library_find_all(struct lathe_library *library, const char *name, const char *key,
                                   GError **error)
{
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, error);
    GPtrArray *found = g_ptr_array_new();

    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        lathe_machine_read(machines->pdata[i]);
        if (library_same_name(((struct lathe_machine *)machines->pdata[i])->name, key))
            g_ptr_array_add(found, machines->pdata[i]);
    }
    for (guint i = 0; machines != NULL && i < machines->len && found->len == 0; i++) {
        if (strcmp(((struct lathe_machine *)machines->pdata[i])->id, name) == 0)
            g_ptr_array_add(found, machines->pdata[i]);
    }
    for (guint i = machines != NULL ? machines->len : 0; i-- > 0;) {
        if (g_ptr_array_find(found, machines->pdata[i], NULL))
            g_ptr_array_steal_index(machines, i);
    }
    g_ptr_array_set_free_func(found, (GDestroyNotify)lathe_machine_free);
    return found;
}

static void library_fail_many(const GPtrArray *found, const char *name, GError **error)
{
    g_autoptr(GString) folders = g_string_new(NULL);

    for (guint i = 0; i < found->len; i++)
        g_string_append_printf(folders, "%s%s", i != 0 ? ", " : "",
                               ((struct lathe_machine *)found->pdata[i])->id);
    lathe_error_input(error,
                      "%u machines have the name '%s', in the folders %s: give one of them another "
                      "name with lathe edit FOLDER --name",
                      found->len, name, folders->str);
}

struct lathe_machine *lathe_library_find(struct lathe_library *library, const char *name,
                                         GError **error)
{
    g_autofree char *key = lathe_name_key(name);
    struct lathe_machine *quick = lathe_library_peek(library, name);

    if (quick != NULL)
        return quick;
    g_autoptr(GError) failed = NULL;
    g_autoptr(GPtrArray) found = library_find_all(library, name, key, &failed);
    if (found->len == 1)
        return g_ptr_array_steal_index(found, 0);
    if (failed != NULL)
        g_propagate_error(error, g_steal_pointer(&failed));
    else if (found->len == 0)
        lathe_error_input(error, "there is no machine '%s'; lathe list shows them", name);
    else
        library_fail_many(found, name, error);
    return NULL;
}

/* ---- changing ---- */

bool lathe_library_name_is_free(struct lathe_library *library, const char *name, const char *except,
                                GError **error)
{
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, error);
    g_autofree char *key = lathe_name_key(name);

    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        if (g_strcmp0(machine->id, except) == 0)
            continue;
        lathe_machine_read(machine);
        if (library_same_name(machine->name, key))
            return lathe_error_input(error, "there is a machine '%s' already, in %s", machine->name,
                                     machine->folder);
    }
    return machines != NULL;
}

bool lathe_library_check(const struct lathe_config *config, GError **error)
{
    g_autoptr(GArray) findings = lathe_config_check(config);
    g_autofree char *faults = lathe_findings_format(config, findings, LATHE_FINDING_FAULT);
    g_autofree char *name = lathe_tree_text(lathe_tree_child(lathe_config_root(config), "name"));

    if (faults != NULL)
        return lathe_error_input(error, "%s", faults);
    return lathe_name_check(name != NULL ? name : "", error);
}

char *lathe_library_free_id(struct lathe_library *library, const char *name)
{
    g_autofree char *first = lathe_name_to_folder(name);

    for (unsigned i = 1;; i++) {
        g_autofree char *id = i == 1 ? g_strdup(first) : g_strdup_printf("%s-%u", first, i);
        g_autofree char *path = g_build_filename(library->folder, id, NULL);
        struct stat info;
        if (lstat(path, &info) != 0)
            return g_steal_pointer(&id);
    }
}

char *lathe_library_free_file(const char *folder, const char *stem, const char *suffix)
{
    for (unsigned i = 1;; i++) {
        g_autofree char *name =
            i == 1 ? g_strconcat(stem, suffix, NULL) : g_strdup_printf("%s-%u%s", stem, i, suffix);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat info;
        if (lstat(path, &info) != 0)
            return g_steal_pointer(&path);
    }
}

bool lathe_library_write(struct lathe_library *library, struct lathe_machine *machine,
                         struct lathe_config *config, GError **error)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_DEFINITION);
    int lock;

    lathe_config_make_relative(config, machine->folder);
    if (!lathe_library_check(config, error))
        return false;
    lock = lathe_library_lock(library, error);
    if (lock < 0)
        return false;
    g_autofree char *name = lathe_tree_text(lathe_tree_child(lathe_config_root(config), "name"));
    bool same = machine->name != NULL && strcmp(name, machine->name) == 0;
    g_autofree char *text = lathe_config_format(config);
    lathe_files_sweep(machine->folder);
    bool written = (same || lathe_library_name_is_free(library, name, machine->id, error)) &&
                   lathe_files_write(path, text, strlen(text), error);
    close(lock);
    return written;
}
