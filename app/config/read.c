/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checked document becomes a definition: the machine itself, its firmware and processors. */
#include "app/config/read.h"

#include <string.h>

#include "app/config/check.h"
#include "app/config/findings.h"
#include "app/config/parts.h"
#include "app/config/schema.h"
#include "app/config/told.h"
#include "app/config/tree.h"
#include "app/plan/buses.h"
#include "app/plan/error.h"
#include "emulator/api/host.h"

#define READ_PAGE 4096u /* memory is given in whole ones */

bool lathe_read_fail(const struct lathe_config_reader *reader, const xmlNode *node, GError **error,
                     const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return lathe_error_input(error, "%s:%ld: %s", reader->name, xmlGetLineNo(node), why);
}

bool lathe_read_fail_at(const struct lathe_config_reader *reader, const xmlNode *node,
                        GError **error)
{
    g_prefix_error(error, "%s:%ld: ", reader->name, xmlGetLineNo(node));
    return false;
}

void lathe_read_later(struct lathe_config_reader *reader, const xmlNode *node, const char *format,
                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    lathe_check_take(reader->findings, LATHE_FINDING_LATER, node,
                     g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

char *lathe_read_path(const struct lathe_config_reader *reader, const char *path)
{
    if (path == NULL || path[0] == '\0')
        return NULL;
    if (g_path_is_absolute(path))
        return g_strdup(path);
    g_autofree char *folder = g_path_get_dirname(reader->name);
    return strcmp(folder, ".") == 0 ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

unsigned lathe_read_boot(const xmlNode *device)
{
    g_autofree char *order = lathe_tree_get(lathe_tree_child(device, "boot"), "order");

    return order != NULL ? (unsigned)g_ascii_strtoull(order, NULL, 10) : 0;
}

/* Takes text, which may be NULL. */
static void read_take(char **field, char *text)
{
    g_free(*field);
    *field = text;
}

/* ---- names, board, memory, ends ---- */

static void read_names(struct lathe_config_reader *reader)
{
    struct lathe_definition *definition = reader->definition;

    read_take(&definition->name, lathe_tree_text(lathe_tree_child(reader->root, "name")));
    read_take(&definition->uuid, lathe_tree_text(lathe_tree_child(reader->root, "uuid")));
    read_take(&definition->title, lathe_tree_text(lathe_tree_child(reader->root, "title")));
    read_take(&definition->description,
              lathe_tree_text(lathe_tree_child(reader->root, "description")));
    if (definition->name == NULL)
        definition->name = g_path_get_basename(reader->name);
}

static const char *read_board_name(const char *machine)
{
    if (machine == NULL || g_str_has_prefix(machine, "pc-q35"))
        return "q35";
    return g_str_has_prefix(machine, "pc-i440fx") ? "pc" : machine;
}

static bool read_board(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *type = lathe_tree_find(reader->root, "os/type");
    g_autofree char *machine = lathe_tree_get(type, "machine");
    const char *board = read_board_name(machine);
    const char *const *boards = emu_boards();

    if (strcmp(board, "pc") == 0 && !g_strv_contains(boards, board)) {
        lathe_read_later(reader, type, "os/type machine='%s': q35 stands in for it", machine);
        board = "q35";
    }
    read_take(&reader->definition->board, g_strdup(board));
    if (g_strv_contains(boards, board))
        return true;
    g_autofree char *known = g_strjoinv(", ", (char **)boards);
    return lathe_read_fail(reader, type, error,
                           "os/type machine='%s': this version has no such board; there is %s",
                           machine, known);
}

static uint64_t read_size(const xmlNode *node)
{
    g_autofree char *number = lathe_tree_text(node), *unit = lathe_tree_get(node, "unit");
    uint64_t bytes = 0;

    return number != NULL && lathe_schema_size(number, unit, &bytes) ? bytes : 0;
}

static uint64_t read_whole_pages(uint64_t bytes)
{
    return (bytes + READ_PAGE - 1) / READ_PAGE * READ_PAGE;
}

/* What the nodes have together is the machine's, as libvirt takes it. */
static void read_nodes_memory(struct lathe_config_reader *reader, const xmlNode *memory)
{
    GArray *cells = reader->definition->parts->cells;
    uint64_t all = 0;

    for (guint i = 0; i < cells->len; i++) {
        struct lathe_cell *cell = &g_array_index(cells, struct lathe_cell, i);
        cell->memory = read_whole_pages(cell->memory);
        all += cell->memory;
    }
    if (all == 0 || all == reader->definition->memory)
        return;
    if (memory != NULL && read_size(memory) != all)
        lathe_read_later(reader, memory, "memory: what its nodes have together counts");
    reader->definition->memory = all;
}

static bool read_memory(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *memory = lathe_tree_child(reader->root, "memory");
    const xmlNode *current = lathe_tree_child(reader->root, "currentMemory");

    if (memory != NULL)
        reader->definition->memory = read_whole_pages(read_size(memory));
    read_nodes_memory(reader, memory);
    if (memory != NULL && current != NULL && read_size(current) < read_size(memory))
        lathe_read_later(reader, current,
                         "currentMemory: the guest has all its memory from the beginning");
    return true;
}

static bool read_ends(struct lathe_config_reader *reader, GError **error)
{
    g_autofree char *reboot = lathe_tree_text(lathe_tree_child(reader->root, "on_reboot"));
    const xmlNode *features = lathe_tree_child(reader->root, "features");

    reader->definition->no_reboot = g_strcmp0(reboot, "destroy") == 0;
    if (features != NULL && lathe_tree_child(features, "acpi") == NULL)
        lathe_read_later(reader, features, "features without acpi: the board has ACPI");
    return true;
}

/* ---- processors ---- */

static unsigned read_number(const xmlNode *node, const char *attribute)
{
    g_autofree char *text =
        attribute != NULL ? lathe_tree_get(node, attribute) : lathe_tree_text(node);

    return text != NULL ? (unsigned)g_ascii_strtoull(text, NULL, 10) : 0;
}

static bool read_topology(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *vcpu = lathe_tree_child(reader->root, "vcpu");
    const xmlNode *node = lathe_tree_find(reader->root, "cpu/topology");
    struct emu_topology topology = {.cpus = read_number(vcpu, NULL)};
    struct emu_error found = EMU_ERROR_INIT;

    if (node != NULL) {
        topology.sockets = read_number(node, "sockets");
        topology.dies = MAX(read_number(node, "dies"), 1);
        topology.cores = read_number(node, "cores");
        topology.threads = read_number(node, "threads");
    }
    if (topology.cpus == 0 && node != NULL) /* the check has bounded each of them */
        topology.cpus = (unsigned)MIN((guint64)topology.sockets * topology.dies * topology.cores *
                                          topology.threads,
                                      G_MAXUINT16);
    topology.cpus = MAX(topology.cpus, 1);
    if (emu_topology_complete(&topology, &found)) {
        reader->definition->topology = topology;
        return true;
    }
    lathe_error_from_emu(error, &found);
    return lathe_read_fail_at(reader, node != NULL ? node : vcpu, error);
}

static bool read_cpu_has(const char *cpu)
{
    struct emu_error found = EMU_ERROR_INIT;

    return emu_cpu_check(cpu, &found);
}

/* The model that is ours; NULL with *error: only this one would do. */
static const char *read_cpu_model(struct lathe_config_reader *reader, const xmlNode *cpu,
                                  const char *model, GError **error)
{
    const xmlNode *node = lathe_tree_child(cpu, "model");
    g_autofree char *mode = lathe_tree_get(cpu, "mode");

    if (mode != NULL && g_str_has_prefix(mode, "host-"))
        lathe_read_later(reader, cpu,
                         "cpu mode='%s': 'max', all that the engine can, stands in for it", mode);
    if ((mode != NULL && strcmp(mode, "custom") != 0) || model == NULL || model[0] == '\0')
        return "max";
    if (strpbrk(model, ",+-=") == NULL ? read_cpu_has(model)
                                       : g_strv_contains(emu_cpu_models(), model))
        return model;
    if (lathe_tree_is(node, "fallback", "forbid")) {
        lathe_read_fail(reader, node, error, "cpu/model '%s': this version has no such processor",
                        model);
        return NULL;
    }
    lathe_read_later(reader, node, "cpu/model '%s': 'max' stands in for it", model);
    return "max";
}

static void read_cpu_feature(struct lathe_config_reader *reader, const xmlNode *node, GString *cpu)
{
    g_autofree char *name = lathe_tree_get(node, "name"), *policy = lathe_tree_get(node, "policy");
    bool off = g_strcmp0(policy, "disable") == 0 || g_strcmp0(policy, "forbid") == 0;
    g_autofree char *probe = g_strconcat("max,+", name, NULL);

    if (strpbrk(name, ",+=") == NULL && read_cpu_has(probe))
        g_string_append_printf(cpu, ",%c%s", off ? '-' : '+', name);
    else if (!off)
        lathe_read_later(reader, node, "cpu/feature '%s': this version's processors do not have it",
                         name);
}

/* A guest of i686 meets a processor of 32 bits, as it would at home. */
static const char *read_cpu_width(const struct lathe_config_reader *reader)
{
    return lathe_tree_is(lathe_tree_find(reader->root, "os/type"), "arch", "i686") ? ",-lm" : "";
}

static bool read_cpu(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *node = lathe_tree_child(reader->root, "cpu");
    g_autofree char *wanted = lathe_tree_text(lathe_tree_child(node, "model"));
    const char *model = "max", *width = read_cpu_width(reader);

    if (node == NULL && width[0] == '\0')
        return true;
    if (node != NULL)
        model = read_cpu_model(reader, node, wanted, error);
    if (model == NULL)
        return false;
    g_autoptr(GString) cpu = g_string_new(model);
    g_string_append(cpu, width);
    for (const xmlNode *feature = lathe_tree_child(node, "feature"); feature != NULL;
         feature = lathe_tree_next(feature))
        read_cpu_feature(reader, feature, cpu);
    read_take(&reader->definition->cpu, g_strdup(cpu->str));
    return true;
}

/* ---- what it starts ---- */

static bool read_wants_secure(const xmlNode *os)
{
    for (const xmlNode *feature = lathe_tree_find(os, "firmware/feature"); feature != NULL;
         feature = lathe_tree_next(feature)) {
        if (lathe_tree_is(feature, "name", "secure-boot") &&
            lathe_tree_is(feature, "enabled", "yes"))
            return true;
    }
    return lathe_tree_is(lathe_tree_child(os, "loader"), "secure", "yes");
}

static char *read_firmware_word(struct lathe_config_reader *reader, const xmlNode *os)
{
    const xmlNode *ours = lathe_tree_find(reader->root, "metadata/lathe:machine/lathe:firmware");
    g_autofree char *loader = lathe_tree_text(lathe_tree_child(os, "loader"));

    if (loader != NULL && loader[0] != '\0')
        return lathe_read_path(reader, loader);
    if (lathe_tree_is(os, "firmware", "efi"))
        return g_strdup(read_wants_secure(os) ? "uefi-secure" : "uefi");
    if (lathe_tree_is(os, "firmware", "bios"))
        return g_strdup("bios");
    if (ours != NULL)
        return lathe_tree_get(ours, "select");
    return g_strdup(reader->definition->kernel != NULL ? "auto" : "bios");
}

static bool read_firmware(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *os = lathe_tree_child(reader->root, "os");
    const xmlNode *nvram = lathe_tree_child(os, "nvram");
    g_autofree char *path = lathe_tree_text(nvram), *template = lathe_tree_get(nvram, "template");
    g_autofree char *source = lathe_tree_get(lathe_tree_child(nvram, "source"), "file");
    struct lathe_definition *definition = reader->definition;

    read_take(&definition->firmware, read_firmware_word(reader, os));
    read_take(&definition->firmware_vars, lathe_read_path(reader, source != NULL ? source : path));
    read_take(&definition->firmware_template, lathe_read_path(reader, template));
    definition->firmware_secure = lathe_tree_is(lathe_tree_child(os, "loader"), "secure", "yes");
    return true;
}

static bool read_kernel(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *os = lathe_tree_child(reader->root, "os");
    g_autofree char *kernel = lathe_tree_text(lathe_tree_child(os, "kernel"));
    g_autofree char *initrd = lathe_tree_text(lathe_tree_child(os, "initrd"));
    struct lathe_definition *definition = reader->definition;

    read_take(&definition->kernel, lathe_read_path(reader, kernel));
    read_take(&definition->initrd, lathe_read_path(reader, initrd));
    read_take(&definition->append, lathe_tree_text(lathe_tree_child(os, "cmdline")));
    return true;
}

static enum lathe_boot_kind read_boot_kind(const xmlNode *boot)
{
    static const char *const devs[] = {[LATHE_BOOT_DISK] = "hd",
                                       [LATHE_BOOT_CDROM] = "cdrom",
                                       [LATHE_BOOT_NETWORK] = "network",
                                       [LATHE_BOOT_FLOPPY] = "fd"};
    unsigned kind = 0;

    while (kind < LATHE_BOOT_FLOPPY && !lathe_tree_is(boot, "dev", devs[kind]))
        kind++;
    return kind;
}

static bool read_boot_repeats(const struct lathe_boot_order *order, enum lathe_boot_kind kind)
{
    for (unsigned i = 0; i < order->count; i++) {
        if (order->kinds[i] == kind)
            return true;
    }
    return false;
}

/* Drives and adapters have been read. */
static void read_boot(struct lathe_config_reader *reader)
{
    struct lathe_definition *definition = reader->definition;
    const xmlNode *boot = lathe_tree_find(reader->root, "os/boot");

    if (definition->kernel != NULL)
        return;
    definition->boot.loose = true;
    for (; boot != NULL; boot = lathe_tree_next(boot)) {
        enum lathe_boot_kind kind = read_boot_kind(boot);
        g_autofree char *dev = lathe_tree_get(boot, "dev");

        if (!lathe_boot_has(definition, kind))
            lathe_read_later(reader, boot, "os/boot dev='%s': the machine has no such device", dev);
        if (!read_boot_repeats(&definition->boot, kind))
            definition->boot.kinds[definition->boot.count++] = kind;
    }
}

/* ---- what is ours ---- */

static bool read_ours(struct lathe_config_reader *reader, GError **error)
{
    const xmlNode *ours = lathe_tree_find(reader->root, "metadata/lathe:machine");
    const xmlNode *debug = lathe_tree_child(ours, "lathe:debug");
    const xmlNode *display = lathe_tree_child(ours, "lathe:display");
    char *engine = lathe_tree_get(lathe_tree_child(ours, "lathe:engine"), "name");

    if (engine != NULL)
        read_take(&reader->definition->accel, engine);
    reader->definition->installing = lathe_tree_child(ours, "lathe:install") != NULL;
    reader->definition->debug_exit = lathe_tree_is(debug, "exit", "yes");
    reader->definition->testdev = lathe_tree_is(debug, "testdev", "yes");
    if (display != NULL)
        reader->definition->displays |= lathe_tree_is(display, "kind", "gtk") ? LATHE_DISPLAY_GTK
                                        : lathe_tree_is(display, "kind", "sdl")
                                            ? LATHE_DISPLAY_SDL
                                            : LATHE_DISPLAY_NONE;
    return true;
}

/* ---- all of it ---- */

static bool read_all(struct lathe_config_reader *reader, GError **error)
{
    read_names(reader);
    lathe_parts_read(reader->root, reader->definition->parts);
    return read_board(reader, error) && read_memory(reader, error) &&
           read_topology(reader, error) && read_cpu(reader, error) && read_ends(reader, error) &&
           read_kernel(reader, error) && read_firmware(reader, error) && read_ours(reader, error) &&
           lathe_told_read(reader, error) && lathe_read_drives(reader, error) &&
           lathe_read_nets(reader, error) && lathe_read_ports(reader, error) &&
           (read_boot(reader), true);
}

static void read_add_later(void *opaque, const char *lines, const char *text)
{
    lathe_definition_add_gap(opaque, "later", lines, g_strdup(text));
}

static void read_add_kept(void *opaque, const char *lines, const char *text)
{
    lathe_definition_add_gap(opaque, "kept", lines, g_strdup(text));
}

/* Where the board chooses, whatever the document says. */
static void read_add_places(struct lathe_definition *definition)
{
    struct lathe_buses *buses = lathe_buses_new(definition);

    for (guint i = 0; i < buses->notes->len; i++) {
        struct lathe_gap gap = {"kept", g_strdup("pci"), g_strdup(buses->notes->pdata[i])};
        g_array_append_val(definition->gaps, gap);
    }
    lathe_buses_free(buses);
}

/* False: it has faults, or asks for what cannot be. */
static bool read_refuse(const struct lathe_config *config, const GArray *findings, GError **error)
{
    g_autofree char *faults = lathe_findings_format(config, findings, LATHE_FINDING_FAULT);
    g_autofree char *blocks = lathe_findings_format(config, findings, LATHE_FINDING_BLOCKS);

    if (faults == NULL && blocks == NULL)
        return true;
    return lathe_error_input(error, "%s", faults != NULL ? faults : blocks);
}

bool lathe_config_fill(const struct lathe_config *config, struct lathe_definition *definition,
                       GError **error)
{
    g_autoptr(GArray) findings = lathe_config_check(config);
    struct lathe_config_reader reader = {lathe_config_get_name(config), lathe_config_root(config),
                                         definition, findings};

    if (!read_refuse(config, findings, error) || !read_all(&reader, error))
        return false;
    lathe_check_sort(findings);
    lathe_findings_each(findings, LATHE_FINDING_LATER, read_add_later, definition);
    lathe_findings_each(findings, LATHE_FINDING_KEPT, read_add_kept, definition);
    read_add_places(definition);
    return true;
}
