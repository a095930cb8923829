/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs about machines of the library share: operands, options, files (machines.h). */
#include "app/cli/machines.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/config/paths.h"
#include "app/config/write.h"
#include "app/library/names.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "emulator/api/block.h"

/* ---- operands ---- */

bool lathe_machines_resolve(const char *operand, struct lathe_machine **machine, GError **error)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);

    *machine = NULL;
    if (*operand == '\0' || strchr(operand, '/') != NULL)
        return true;
    *machine = lathe_library_peek(library, operand);
    if (*machine != NULL || g_file_test(operand, G_FILE_TEST_EXISTS))
        return true;
    g_autoptr(GError) why = NULL;
    *machine = lathe_library_find(library, operand, &why);
    if (*machine != NULL)
        return true;
    if (strstr(why->message, operand) != NULL && g_str_has_prefix(why->message, "there is no"))
        return lathe_error_input(error,
                                 "there is no machine '%s', and no file of this name; lathe list "
                                 "shows the machines",
                                 operand);
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

struct lathe_machine *lathe_machines_take(struct lathe_library *library,
                                          const struct lathe_cli *cli, GError **error)
{
    if (cli->operands->len == 1)
        return lathe_library_find(library, cli->operands->pdata[0], error);
    lathe_error_input(error, "lathe %s takes one NAME; lathe list shows them", cli->verb->name);
    return NULL;
}

struct lathe_config *lathe_machines_read(const char *operand, GError **error)
{
    g_autoptr(lathe_machine) machine = NULL;

    if (!lathe_machines_resolve(operand, &machine, error))
        return NULL;
    if (machine == NULL)
        return lathe_config_read(operand, error);
    struct lathe_config *config = lathe_machine_read_config(machine, error);
    if (config != NULL)
        lathe_config_make_whole(config, machine->folder);
    return config;
}

char *lathe_machines_control_path(pid_t pid)
{
    g_autofree char *name = g_strdup_printf("%d.control", (int)pid);

    return g_build_filename(g_get_user_runtime_dir(), "lathe", name, NULL);
}

void lathe_machines_sweep_sockets(const char *folder)
{
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        int pid = g_str_has_suffix(name, ".control") ? atoi(name) : 0;
        if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH)
            unlink(path);
    }
}

char *lathe_machines_shown(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *shown = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        g_string_append_unichar(shown, g_unichar_iscntrl(letter) ? '?' : letter);
    }
    return g_string_free(shown, FALSE);
}

/* ---- options ---- */

bool lathe_cli_given(const struct lathe_cli *cli, const char *option)
{
    for (const struct lathe_option *row = lathe_options; row->name != NULL; row++) {
        if (strcmp(row->name, option) == 0 &&
            (cli->given & UINT64_C(1) << (row - lathe_options)) != 0)
            return true;
    }
    return false;
}

unsigned lathe_machines_areas(const struct lathe_cli *cli)
{
    static const struct {
        const char *option;
        unsigned area;
    } rows[] = {{"machine", LATHE_AREA_BOARD},    {"accel", LATHE_AREA_ENGINE},
                {"memory", LATHE_AREA_MEMORY},    {"smp", LATHE_AREA_TOPOLOGY},
                {"cpu", LATHE_AREA_CPU},          {"firmware", LATHE_AREA_FIRMWARE},
                {"kernel", LATHE_AREA_KERNEL},    {"initrd", LATHE_AREA_INITRD},
                {"append", LATHE_AREA_APPEND},    {"disk", LATHE_AREA_DISKS},
                {"cdrom", LATHE_AREA_DISKS},      {"floppy", LATHE_AREA_DISKS},
                {"net", LATHE_AREA_NETS},         {"boot", LATHE_AREA_BOOT},
                {"serial", LATHE_AREA_SERIALS},   {"debugcon", LATHE_AREA_DEBUGCON},
                {"gpu", LATHE_AREA_GPU},          {"input", LATHE_AREA_INPUT},
                {"display", LATHE_AREA_DISPLAY},  {"tpm", LATHE_AREA_TPM},
                {"no-reboot", LATHE_AREA_REBOOT}, {"debug-exit", LATHE_AREA_DEBUG},
                {"testdev", LATHE_AREA_DEBUG},    {"title", LATHE_AREA_NAME},
                {"description", LATHE_AREA_NAME}, {"name", LATHE_AREA_NAME}};
    unsigned areas = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        areas |= lathe_cli_given(cli, rows[i].option) ? rows[i].area : 0;
    return areas;
}

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

bool lathe_machines_settle_files(struct lathe_definition *definition, GError **error)
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

bool lathe_machines_make_disks(struct lathe_definition *definition, const char *folder,
                               GPtrArray *made, GError **error)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].size != 0 && !disks_make(&definition->disk[i], folder, made, error))
            return false;
    }
    return true;
}

bool lathe_machines_check(const struct lathe_config *config, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();
    bool good = lathe_config_fill(config, definition, error);

    lathe_definition_free(definition);
    return good;
}
