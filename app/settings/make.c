/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a definition made whole, images made, and new machines (make.h). */
#include "app/settings/make.h"

#include <string.h>

#include "app/config/write.h"
#include "app/library/names.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

/* ---- files ---- */

static void files_make_whole(char **path)
{
    char *whole = *path != NULL ? g_canonicalize_filename(*path, NULL) : NULL;

    g_free(*path);
    *path = whole;
}

/* "unix:PATH". */
static void files_make_address_whole(char **address)
{
    if (*address == NULL || !g_str_has_prefix(*address, "unix:"))
        return;
    g_autofree char *path = g_canonicalize_filename(*address + strlen("unix:"), NULL);
    g_free(*address);
    *address = g_strconcat("unix:", path, NULL);
}

static bool files_settle_disk(struct lathe_disk_definition *disk, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    struct emu_block_info info;

    if (disk->path == NULL)
        return true;
    files_make_whole(&disk->path);
    if (!emu_block_inspect(disk->path, disk->cdrom ? "raw" : disk->format, &info, &found))
        return lathe_error_from_emu(error, &found);
    if (disk->format == NULL)
        disk->format = g_strdup(info.format);
    return true;
}

static bool files_check(const char *path, const char *option, GError **error)
{
    return path == NULL || g_file_test(path, G_FILE_TEST_EXISTS) ||
           lathe_error_input(error, "--%s '%s': there is no such file", option, path);
}

bool lathe_make_settle_files(struct lathe_definition *definition, GError **error)
{
    static const char *const words[] = {"auto", "none", "bios", "uefi", "uefi-secure", NULL};
    bool modules = definition->initrd != NULL && strpbrk(definition->initrd, ", ") != NULL &&
                   !g_file_test(definition->initrd, G_FILE_TEST_EXISTS);

    files_make_whole(&definition->kernel);
    if (!modules)
        files_make_whole(&definition->initrd);
    if (!g_strv_contains(words, definition->firmware))
        files_make_whole(&definition->firmware);
    files_make_whole(&definition->firmware_vars);
    files_make_whole(&definition->debugcon);
    files_make_address_whole(&definition->tpm);
    for (unsigned i = 0; i < definition->serials; i++)
        files_make_whole(&definition->serial[i].path);
    for (unsigned i = 0; i < definition->consoles; i++)
        files_make_whole(&definition->console[i].path);
    for (unsigned i = 0; i < definition->channels; i++)
        files_make_whole(&definition->channel[i].end.path);
    for (guint i = 0; i < definition->told->files->len; i++)
        files_make_whole(&g_array_index(definition->told->files, struct lathe_fw_file, i).path);
    for (unsigned i = 0; i < definition->disks; i++) {
        if (!files_settle_disk(&definition->disk[i], error))
            return false;
    }
    if (!g_strv_contains(words, definition->firmware) &&
        !files_check(definition->firmware, "firmware", error))
        return false;
    return files_check(definition->kernel, "kernel", error) &&
           (modules || files_check(definition->initrd, "initrd", error));
}

static bool disks_make(struct lathe_disk_definition *disk, const char *folder, GPtrArray *made,
                       GError **error)
{
    bool raw = strcmp(disk->format, "raw") == 0;
    char *path = lathe_library_free_file(folder, "disk", raw ? ".img" : ".qcow2");
    const struct emu_block_creation creation = {path, disk->format, disk->size, NULL, NULL};
    struct emu_error found = EMU_ERROR_INIT;

    if (!emu_block_create(&creation, &found)) {
        g_free(path);
        return lathe_error_from_emu(error, &found);
    }
    g_ptr_array_add(made, g_strdup(path));
    disk->path = path;
    return true;
}

bool lathe_make_disks(struct lathe_definition *definition, const char *folder, GPtrArray *made,
                      GError **error)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].size != 0 && !disks_make(&definition->disk[i], folder, made, error))
            return false;
    }
    return true;
}

bool lathe_make_check(const struct lathe_config *config, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();
    bool good = lathe_config_fill(config, definition, error);

    lathe_definition_free(definition);
    return good;
}

/* ---- new machines ---- */

/* A document says all that it has: what "run" adds by itself is written down. */
static bool make_settle(struct lathe_definition *definition, GError **error)
{
    const char *group = definition->group != NULL ? definition->group : "";

    if (definition->uuid == NULL)
        definition->uuid = g_uuid_string_random();
    if (definition->nets == 0 && !definition->no_net &&
        !lathe_definition_add_net(definition, "user", error))
        return false;
    if (definition->serials == 0 && !lathe_definition_add_serial(definition, "default", error))
        return false;
    return lathe_group_check(group, error) && lathe_make_settle_files(definition, error);
}

static struct lathe_machine *make_in(struct lathe_draft *draft, struct lathe_definition *definition,
                                     uint64_t areas, GError **error)
{
    const char *folder = lathe_draft_get_folder(draft);
    g_autofree char *path = g_build_filename(folder, LATHE_MACHINE_DEFINITION, NULL);
    g_autoptr(lathe_config) config = lathe_config_new(path);
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);

    if (!lathe_make_disks(definition, folder, made, error) ||
        !lathe_config_write(config, definition, LATHE_MAKE_AREAS | areas, error))
        return NULL;
    lathe_config_set_group(config, definition->group);
    return lathe_make_check(config, error) ? lathe_draft_publish(draft, config, error) : NULL;
}

struct lathe_machine *lathe_make_machine_with(struct lathe_library *library,
                                              struct lathe_definition *definition, uint64_t areas,
                                              lathe_make_prepare prepare, void *opaque,
                                              GError **error)
{
    if (!make_settle(definition, error))
        return NULL;
    g_autoptr(lathe_draft) draft = lathe_draft_new(library, definition->name, error);
    if (draft == NULL ||
        (prepare != NULL && !prepare(definition, lathe_draft_get_folder(draft), opaque, error)))
        return NULL;
    return make_in(draft, definition, areas, error);
}

struct lathe_machine *lathe_make_machine(struct lathe_library *library,
                                         struct lathe_definition *definition, uint64_t areas,
                                         GError **error)
{
    return lathe_make_machine_with(library, definition, areas, NULL, NULL, error);
}

char *lathe_make_free_name(struct lathe_library *library, const char *wish)
{
    g_autofree char *good = lathe_name_repair(wish);
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, NULL);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        lathe_machine_read(machine);
        g_hash_table_add(taken, lathe_name_key(machine->name));
    }
    for (unsigned i = 1;; i++) {
        g_autofree char *name = i == 1 ? g_strdup(good) : g_strdup_printf("%s (%u)", good, i);
        g_autofree char *key = lathe_name_key(name);
        if (!g_hash_table_contains(taken, key))
            return g_steal_pointer(&name);
    }
}
