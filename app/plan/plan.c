/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: checks what a host can give, then one small function for each group of rows. */
#include "app/plan/plan.h"

#include <string.h>

#include "app/plan/buses.h"
#include "app/plan/error.h"
#include "app/plan/size.h"

#define PLAN_MEMORY_MIN (UINT64_C(1) << 20) /* the first mebibyte is what a PC starts in */
#define PLAN_PAGE       UINT64_C(4096)

static void plan_row_clear(gpointer data)
{
    struct lathe_plan_row *row = data;

    g_free(row->item);
    g_free(row->text);
}

static void plan_take(struct lathe_plan *plan, const char *group, char *item, char *text)
{
    struct lathe_plan_row row = {group, item, text};

    g_array_append_val(plan->rows, row);
}

static void plan_add(struct lathe_plan *plan, const char *group, const char *item, const char *text)
{
    plan_take(plan, group, g_strdup(item), g_strdup(text));
}

/* ---- checks ---- */

static bool plan_check_board(const char *board, GError **error)
{
    const char *const *boards = emu_boards();

    if (g_strv_contains(boards, board))
        return true;
    g_autofree char *known = g_strjoinv(", ", (char **)boards);
    return lathe_error_input(error, "unknown machine '%s': there is %s", board, known);
}

static bool plan_check_engine(struct lathe_plan *plan, const struct lathe_definition *definition,
                              const struct lathe_host_facts *facts, GError **error)
{
    const struct emu_host_engine *engine;

    if (strcmp(definition->accel, "auto") == 0) {
        plan->engine = facts->default_engine;
        if (plan->engine == NULL)
            return lathe_error_input(error, "no engine works on this host: %s", facts->default_why);
        return true;
    }
    engine = lathe_host_facts_engine(facts, definition->accel);
    if (engine == NULL)
        return lathe_error_input(error, "this version has no engine '%s'; lathe doctor lists them",
                                 definition->accel);
    if (!engine->available)
        return lathe_error_input(error, "engine %s does not work here: %s", engine->name,
                                 engine->reason);
    plan->engine = engine->name;
    return true;
}

static bool plan_check_memory(uint64_t memory, const struct lathe_host_facts *facts, GError **error)
{
    g_autofree char *size = lathe_size_format(memory);
    g_autofree char *limit = lathe_size_format(facts->memory_limit >> 20 << 20);

    if (memory < PLAN_MEMORY_MIN)
        return lathe_error_input(error, "--memory %s is too small: a machine needs 1M at least",
                                 size);
    if (memory % PLAN_PAGE != 0)
        return lathe_error_input(error, "--memory %s is no multiple of 4 KiB", size);
    if (memory > facts->memory_limit)
        return lathe_error_input(error, "--memory %s is more than this host has: at most %s now",
                                 size, limit);
    return true;
}

static bool plan_check_cpu(const char *cpu, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    return emu_cpu_check(cpu, &found) || lathe_error_from_emu(error, &found);
}

/* ---- rows ---- */

static void plan_add_machine(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    const struct emu_topology *t = &definition->topology;

    if (definition->title != NULL)
        plan_add(plan, "machine", "title", definition->title);
    plan_add(plan, "machine", "board", definition->board);
    plan_add(plan, "machine", "cpu", definition->cpu);
    plan_take(plan, "machine", g_strdup("cpus"),
              g_strdup_printf("%u (sockets=%u, dies=%u, cores=%u, threads=%u)", t->cpus, t->sockets,
                              t->dies, t->cores, t->threads));
    plan_take(plan, "machine", g_strdup("memory"), lathe_size_format(definition->memory));
}

static void plan_add_engine(struct lathe_plan *plan, const struct lathe_definition *definition,
                            const struct lathe_host_facts *facts)
{
    bool automatic = strcmp(definition->accel, "auto") == 0;

    plan_add(plan, "engine", plan->engine, automatic ? facts->default_why : "asked for");
}

static void plan_add_boot(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    const struct {
        const char *item, *text;
    } rows[] = {
        {"firmware", definition->firmware_image},
        {definition->firmware_discard ? "vars (a copy)" : "vars", definition->firmware_vars},
        {"vars from", definition->firmware_vars == NULL ? definition->firmware_template : NULL},
        {"kernel", definition->kernel},
        {"initrd", definition->initrd},
        {"append", definition->append}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].text != NULL)
            plan_add(plan, "boot", rows[i].item, rows[i].text);
    }
}

static void plan_add_told(struct lathe_plan *plan, const struct lathe_told *told)
{
    g_auto(GStrv) lines = lathe_told_smbios_lines(told);

    for (guint i = 0; i < told->files->len; i++)
        plan_take(plan, "fw-cfg", g_strdup_printf("%u", i + 1),
                  lathe_fw_file_text(&g_array_index(told->files, struct lathe_fw_file, i)));
    for (size_t i = 0; lines[i] != NULL; i++)
        plan_take(plan, "smbios", g_strdup_printf("%zu", i + 1), g_strdup(lines[i]));
}

static void plan_add_notes(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    g_auto(GStrv) lines = g_strsplit(definition->notes ? definition->notes : "", "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++)
        plan_add(plan, "boot", "note", lines[i]);
}

static void plan_add_devices(struct lathe_plan *plan, const char *devices)
{
    g_auto(GStrv) lines = g_strsplit(devices ? devices : "", "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_strstrip(lines[i]);
        if (lines[i][0] == '\0')
            continue;
        size_t word = strcspn(lines[i], " \t");
        plan_take(plan, "device", g_strndup(lines[i], word), g_strdup(g_strchug(lines[i] + word)));
    }
}

static void plan_add_serials(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->serials; i++)
        plan_take(plan, "serial", g_strdup_printf("%u", i + 1),
                  lathe_serial_definition_format(&definition->serial[i]));
    for (unsigned i = 0; i < definition->consoles; i++)
        plan_take(plan, "console", g_strdup_printf("hvc%u", i),
                  lathe_serial_definition_format(&definition->console[i]));
    for (unsigned i = 0; i < definition->channels; i++)
        plan_take(plan, "channel", g_strdup(definition->channel[i].name),
                  lathe_serial_definition_format(&definition->channel[i].end));
    if (definition->tpm != NULL)
        plan_take(plan, "tpm", g_strdup("tpm-crb"), g_strdup(definition->tpm));
    if (definition->debugcon != NULL)
        plan_take(plan, "debugcon", g_strdup("0x402"),
                  g_strconcat("file:", definition->debugcon, NULL));
}

static void plan_add_disks(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++)
        plan_take(plan, "disk", g_strdup_printf("%u", i + 1),
                  lathe_disk_format(&definition->disk[i]));
}

static void plan_add_nets(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->nets; i++)
        plan_take(plan, "net", g_strdup_printf("%u", i + 1), lathe_net_format(&definition->net[i]));
    if (definition->no_net)
        plan_add(plan, "net", "none", "no network adapter");
}

static void plan_add_input(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    if (definition->input != LATHE_INPUT_DEFAULT)
        plan_add(plan, "input", lathe_input_name(definition->input),
                 lathe_input_text(definition->input));
}

static void plan_add_gaps(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->gaps->len; i++) {
        const struct lathe_gap *gap = &g_array_index(definition->gaps, struct lathe_gap, i);
        plan_add(plan, gap->group, gap->where, gap->text);
    }
}

/* What there is room for in a definition, and is for later versions. */
static void plan_add_kept_parts(struct lathe_plan *plan, const struct lathe_parts *parts)
{
    char *features = lathe_features_format(parts);

    if (features != NULL)
        plan_take(plan, "cpu", g_strdup("features"), features);
    for (guint i = 0; i < parts->cells->len; i++) {
        const struct lathe_cell *cell = &g_array_index(parts->cells, struct lathe_cell, i);
        plan_take(plan, "numa", g_strdup_printf("cell %u", cell->id), lathe_cell_format(cell));
    }
    if (parts->iothreads != 0)
        plan_take(plan, "iothreads", g_strdup_printf("%u", parts->iothreads),
                  g_strdup("threads for disks"));
    for (guint i = 0; i < parts->sounds->len; i++)
        plan_take(plan, "sound", g_strdup_printf("%u", i + 1),
                  lathe_sound_format(&g_array_index(parts->sounds, struct lathe_sound, i)));
    if (parts->sounds->len != 0 && parts->audio != NULL)
        plan_add(plan, "sound", "goes to", parts->audio);
    if (parts->microphone)
        plan_add(plan, "sound", "microphone", "the guest may listen");
    for (guint i = 0; i < parts->hostdevs->len; i++)
        plan_take(plan, "hostdev", g_strdup_printf("%u", i + 1),
                  lathe_hostdev_format(&g_array_index(parts->hostdevs, struct lathe_hostdev, i)));
    for (guint i = 0; i < parts->shares->len; i++)
        plan_take(plan, "share", g_strdup_printf("%u", i + 1),
                  lathe_share_format(&g_array_index(parts->shares, struct lathe_share, i)));
    for (guint i = 0; i < parts->controllers->len; i++)
        plan_take(plan, "bus", g_strdup_printf("%u", i + 1),
                  lathe_controller_format(
                      &g_array_index(parts->controllers, struct lathe_controller, i)));
}

/* The PCI tree, where the definition has one. */
static void plan_add_buses(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    struct lathe_buses *buses = lathe_buses_new(definition);

    for (guint i = 0; buses->bridges->len != 0 && i < buses->entries->len; i++) {
        const struct lathe_bus_entry *entry =
            &g_array_index(buses->entries, struct lathe_bus_entry, i);
        plan_take(plan, "pci",
                  g_strdup_printf("%02x:%02x.%x", entry->on, entry->slot, entry->function),
                  lathe_bus_entry_format(entry));
    }
    lathe_buses_free(buses);
}

/* Said plainly also where no document is that says it with its lines. */
static void plan_add_missing(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    const struct lathe_parts *parts = definition->parts;

    if (definition->gaps->len != 0)
        return;
    if (parts->sounds->len != 0 && lathe_parts_sound(parts) == NULL)
        plan_add(plan, "later", "sound", "this version has no such sound card");
    if (parts->hostdevs->len != 0)
        plan_add(plan, "later", "hostdev", "devices of the host are not passed on");
}

static void plan_add_spice(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    if (definition->spice == NULL)
        return;
    g_autofree char *text = lathe_spice_describe(definition->spice);
    plan_add(plan, "display", "spice", text);
}

static void plan_add_extras(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    if (definition->debug_exit)
        plan_add(plan, "option", "debug-exit", "port 0xf4 ends the process");
    if (definition->testdev)
        plan_add(plan, "option", "testdev", "pc-testdev ports");
    if (definition->no_reboot)
        plan_add(plan, "option", "no-reboot", "a reset ends the machine");
    if (definition->gdb != NULL)
        plan_add(plan, "option", "gdb", definition->gdb);
    if (definition->control != NULL)
        plan_add(plan, "option", "control", definition->control);
    for (unsigned i = 0; i < definition->trace->len; i++) {
        if (definition->trace->pdata[i] != NULL)
            plan_add(plan, "option", "trace", definition->trace->pdata[i]);
    }
    plan_add_spice(plan, definition);
    if (definition->displays != 0)
        plan_add(plan, "display", lathe_definition_get_display(definition),
                 definition->displays & LATHE_DISPLAY_SDL   ? "a window for each screen"
                 : definition->displays & LATHE_DISPLAY_GTK ? "a window with the serial terminals"
                                                            : "no window");
}

/* ---- public ---- */

static bool plan_check(struct lathe_plan *plan, const struct lathe_definition *definition,
                       const struct lathe_host_facts *facts, GError **error)
{
    return plan_check_board(definition->board, error) &&
           plan_check_engine(plan, definition, facts, error) &&
           plan_check_cpu(definition->cpu, error) &&
           plan_check_memory(definition->memory, facts, error);
}

static struct lathe_plan *plan_start(void)
{
    struct lathe_plan *plan = g_new0(struct lathe_plan, 1);

    plan->rows = g_array_new(FALSE, TRUE, sizeof(struct lathe_plan_row));
    g_array_set_clear_func(plan->rows, plan_row_clear);
    return plan;
}

static void plan_add_parts(struct lathe_plan *plan, const struct lathe_definition *definition)
{
    plan_add_disks(plan, definition);
    plan_add_nets(plan, definition);
    plan_add_serials(plan, definition);
    plan_add_input(plan, definition);
    plan_add_told(plan, definition->told);
    plan_add_kept_parts(plan, definition->parts);
    plan_add_buses(plan, definition);
    plan_add_extras(plan, definition);
    plan_add_gaps(plan, definition);
    plan_add_missing(plan, definition);
}

struct lathe_plan *lathe_plan_outline(const struct lathe_definition *definition)
{
    struct lathe_plan *plan = plan_start();

    plan_add(plan, "machine", "name", definition->name != NULL ? definition->name : "(none)");
    if (definition->uuid != NULL)
        plan_add(plan, "machine", "uuid", definition->uuid);
    plan_add_machine(plan, definition);
    plan_add(plan, "engine", definition->accel, "asked for");
    plan_add(plan, "boot", "firmware", definition->firmware);
    plan_add_boot(plan, definition);
    plan_add_parts(plan, definition);
    return plan;
}

struct lathe_plan *lathe_plan_new(const struct lathe_definition *definition,
                                  const struct lathe_host_facts *facts, const char *devices,
                                  GError **error)
{
    struct lathe_plan *plan = plan_start();

    if (!plan_check(plan, definition, facts, error)) {
        lathe_plan_free(plan);
        return NULL;
    }
    plan_add_machine(plan, definition);
    plan_add_engine(plan, definition, facts);
    plan_add_boot(plan, definition);
    plan_add_notes(plan, definition);
    plan_add_devices(plan, devices);
    plan_add_parts(plan, definition);
    return plan;
}

void lathe_plan_free(struct lathe_plan *plan)
{
    if (plan == NULL)
        return;
    g_array_unref(plan->rows);
    g_free(plan);
}

char *lathe_plan_format(const struct lathe_plan *plan)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < plan->rows->len; i++) {
        const struct lathe_plan_row *row = &g_array_index(plan->rows, struct lathe_plan_row, i);
        g_string_append_printf(text, "%-10s%-14s %s\n", row->group, row->item, row->text);
    }
    return g_string_free(text, FALSE);
}
