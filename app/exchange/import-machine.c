/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of the machine itself: board, names, processors, memory, firmware, boot order, time.
 */
#include <string.h>

#include "app/config/told.h"
#include "app/exchange/import-private.h"
#include "app/plan/disk.h"

/* ---- small words ---- */

static struct lathe_qemu_option *machine_only(struct lathe_import *import, const char *name)
{
    struct lathe_qemu_option *option, *last = NULL;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, name, &place)) != NULL)
        last = option;
    return last;
}

/* The value of an option that is one text. */
static const char *machine_flat(struct lathe_import *import, const char *name)
{
    struct lathe_qemu_option *option = machine_only(import, name);

    return option != NULL ? lathe_qemu_get(option, "") : NULL;
}

static void machine_set_text(struct lathe_import *import, const char *element, const char *text)
{
    lathe_tree_set_text(lathe_tree_need(import->root, element), text);
}

/* ---- board and engine ---- */

static void machine_take_accel(struct lathe_import *import, const char *accel)
{
    if (accel == NULL)
        return;
    if (g_str_has_prefix(accel, "tcg"))
        lathe_tree_set(import->root, "type", "qemu");
    else if (g_str_has_prefix(accel, "kvm") || g_str_has_prefix(accel, "hvf"))
        lathe_tree_set(import->root, "type", "kvm");
    else
        lathe_import_leave(import, "-accel %s: an accelerator of other hosts", accel);
}

static void machine_take_feature(struct lathe_import *import, struct lathe_qemu_option *machine,
                                 const char *key)
{
    const char *value = lathe_qemu_peek(machine, key);
    xmlNode *features = lathe_tree_child(import->root, "features");
    bool on = value != NULL && lathe_qemu_get_bool(machine, key, true);

    if (value == NULL || (strcmp(key, "vmport") == 0 && strcmp(value, "auto") == 0))
        return;
    lathe_tree_set(lathe_tree_need(features, key), "state", on ? "on" : "off");
}

static void machine_take_board(struct lathe_import *import)
{
    struct lathe_qemu_option *machine = machine_only(import, "machine");
    const char *type = machine != NULL ? lathe_qemu_get(machine, "type") : NULL;
    bool x86 = strcmp(import->arch, "x86_64") == 0 || strcmp(import->arch, "i686") == 0;
    xmlNode *node = lathe_tree_add(import->os, "type", "hvm");

    lathe_tree_set(node, "arch", import->arch);
    if (type == NULL && x86)
        type = "pc"; /* QEMU's own choice */
    if (type != NULL)
        lathe_tree_set(node, "machine", type);
    import->q35 = type != NULL && strstr(type, "q35") != NULL;
    if (machine == NULL)
        return;
    machine_take_accel(import, lathe_qemu_get(machine, "accel"));
    machine_take_feature(import, machine, "smm");
    machine_take_feature(import, machine, "vmport");
    lathe_qemu_get(machine, "pflash0"); /* the firmware's part */
    lathe_qemu_get(machine, "pflash1");
}

static void machine_take_engine(struct lathe_import *import)
{
    struct lathe_qemu_option *accel = machine_only(import, "accel");
    struct lathe_qemu_option *kvm = machine_only(import, "enable-kvm");
    struct lathe_qemu_option *machine = machine_only(import, "machine");

    if (kvm != NULL)
        kvm->used = true;
    if (kvm == NULL && accel == NULL &&
        (machine == NULL || lathe_qemu_peek(machine, "accel") == NULL))
        lathe_tree_set(import->root, "type", "qemu");
    if (accel != NULL)
        machine_take_accel(import, lathe_qemu_get(accel, "accel"));
}

/* ---- names ---- */

static void machine_take_names(struct lathe_import *import)
{
    struct lathe_qemu_option *name = machine_only(import, "name");
    const char *guest = name != NULL ? lathe_qemu_get(name, "guest") : NULL;
    const char *uuid = machine_flat(import, "uuid");

    machine_set_text(import, "name", guest != NULL ? guest : "imported");
    if (uuid != NULL)
        machine_set_text(import, "uuid", uuid);
}

/* ---- memory ---- */

/* QEMU's sizes: a number of MiB, or with a letter. In bytes; false: none. */
static bool machine_size(const char *text, guint64 *bytes)
{
    static const char letters[] = "BKMGT";
    const char *letter;
    char *end;
    guint64 value = g_ascii_strtoull(text, &end, 10);

    if (end == text || text[0] == '-')
        return false;
    letter = *end != '\0' ? strchr(letters, g_ascii_toupper(*end)) : letters + 2;
    if (letter == NULL || (*end != '\0' && end[1] != '\0') ||
        value > ((guint64)G_MAXINT64 >> (10 * (letter - letters))))
        return false;
    *bytes = value << (10 * (letter - letters));
    return true;
}

static void machine_set_size(xmlNode *node, guint64 bytes)
{
    char text[24];

    g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, bytes >> 10);
    lathe_tree_set_text(node, text);
    lathe_tree_set(node, "unit", "KiB");
}

static void machine_take_memory(struct lathe_import *import)
{
    struct lathe_qemu_option *memory = machine_only(import, "m");
    const char *size = memory != NULL ? lathe_qemu_get(memory, "size") : NULL;
    guint64 bytes = G_GUINT64_CONSTANT(128) << 20; /* QEMU's own choice */

    if (size != NULL && !machine_size(size, &bytes))
        lathe_import_leave(import, "-m %s: it is no size", size);
    machine_set_size(lathe_tree_child(import->root, "memory"), bytes);
}

/* ---- processors ---- */

static void machine_take_features(struct lathe_import *import, struct lathe_qemu_option *cpu,
                                  xmlNode *node)
{
    for (guint i = 0; i < cpu->pairs->len; i++) {
        struct lathe_qemu_pair *pair = &g_array_index(cpu->pairs, struct lathe_qemu_pair, i);
        bool on = strcmp(pair->value, "on") == 0;
        if (strcmp(pair->key, "model") == 0 || (!on && strcmp(pair->value, "off") != 0) ||
            strcmp(pair->key, "kvm") == 0 || strcmp(pair->key, "migratable") == 0 ||
            strcmp(pair->key, "check") == 0 || strcmp(pair->key, "enforce") == 0 ||
            g_str_has_prefix(pair->key, "hv"))
            continue;
        pair->used = true;
        xmlNode *feature = lathe_tree_add(node, "feature", NULL);
        lathe_tree_set(feature, "policy", on ? "require" : "disable");
        lathe_tree_set(feature, "name", pair->key);
    }
}

static void machine_take_cpu(struct lathe_import *import)
{
    struct lathe_qemu_option *cpu = machine_only(import, "cpu");
    const char *model = cpu != NULL ? lathe_qemu_get(cpu, "model") : NULL;
    xmlNode *node = lathe_tree_child(import->root, "cpu");

    if (model == NULL)
        return;
    if (strcmp(model, "host") == 0)
        lathe_tree_set(node, "mode", "host-passthrough");
    else if (strcmp(model, "max") == 0)
        lathe_tree_set(node, "mode", "maximum");
    else
        lathe_tree_set(lathe_tree_add(lathe_tree_set(node, "mode", "custom"), "model", model),
                       "fallback", "allow");
    if (cpu != NULL && lathe_qemu_peek(cpu, "migratable") != NULL)
        lathe_tree_set(node, "migratable",
                       lathe_qemu_get_bool(cpu, "migratable", true) ? "on" : "off");
    machine_take_features(import, cpu, node);
}

static unsigned machine_number(struct lathe_qemu_option *option, const char *key)
{
    const char *text = lathe_qemu_get(option, key);
    guint64 value = 0;

    if (text != NULL)
        g_ascii_string_to_unsigned(text, 10, 0, 65535, &value, NULL);
    return (unsigned)value;
}

/* What is not said: sockets, dies and threads are one, the cores what is left of the CPUs. */
static void machine_set_topology(xmlNode *cpu, const unsigned *given, unsigned cpus)
{
    static const char *const names[] = {"sockets", "dies", "cores", "threads"};
    unsigned counts[4], product = 1;
    xmlNode *node = lathe_tree_add(cpu, "topology", NULL);
    char text[16];

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        counts[i] = given[i] != 0 ? given[i] : 1;
        product *= counts[i];
    }
    if (product < cpus && cpus % product == 0)
        counts[given[2] == 0 ? 2 : 0] *= cpus / product;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_snprintf(text, sizeof(text), "%u", counts[i]);
        lathe_tree_set(node, names[i], text);
    }
}

static void machine_take_smp(struct lathe_import *import)
{
    struct lathe_qemu_option *smp = machine_only(import, "smp");
    unsigned cpus, most, given[4], all;
    char text[16];

    if (smp == NULL)
        return machine_set_text(import, "vcpu", "1");
    cpus = machine_number(smp, "cpus");
    most = machine_number(smp, "maxcpus");
    given[0] = machine_number(smp, "sockets");
    given[1] = machine_number(smp, "dies");
    given[2] = machine_number(smp, "cores");
    given[3] = machine_number(smp, "threads");
    all = MAX(MAX(given[0], 1) * MAX(given[1], 1) % 65536 * MAX(given[2], 1) % 65536 *
                  MAX(given[3], 1),
              1);
    most = most != 0 ? most : cpus != 0 ? cpus : all;
    g_snprintf(text, sizeof(text), "%u", most);
    machine_set_text(import, "vcpu", text);
    g_snprintf(text, sizeof(text), "%u", cpus);
    if (cpus != 0 && cpus < most)
        lathe_tree_set(lathe_tree_child(import->root, "vcpu"), "current", text);
    if (given[0] + given[1] + given[2] + given[3] != 0)
        machine_set_topology(lathe_tree_child(import->root, "cpu"), given, most);
}

/* ---- nodes of memory ---- */

/* The size of a node: its own, or that of the memory it names. */
static guint64 machine_cell_size(struct lathe_import *import, struct lathe_qemu_option *numa)
{
    const char *own = lathe_qemu_get(numa, "mem");
    struct lathe_qemu_option *memory =
        lathe_qemu_find(import->options, "object", "id", lathe_qemu_get(numa, "memdev"));
    const char *size = memory != NULL ? lathe_qemu_get(memory, "size") : own;
    guint64 bytes = 0;

    if (memory != NULL)
        lathe_qemu_get(memory, "qom-type");
    return size != NULL && machine_size(size, &bytes) ? bytes : 0;
}

/* Processors of a node: the key comes again for each range. */
static char *machine_cell_cpus(struct lathe_qemu_option *numa)
{
    GString *cpus = g_string_new(NULL);

    for (guint i = 0; i < numa->pairs->len; i++) {
        struct lathe_qemu_pair *pair = &g_array_index(numa->pairs, struct lathe_qemu_pair, i);
        if (strcmp(pair->key, "cpus") != 0)
            continue;
        pair->used = true;
        g_string_append_printf(cpus, "%s%s", cpus->len != 0 ? "," : "", pair->value);
    }
    return g_string_free(cpus, FALSE);
}

static void machine_take_cell(struct lathe_import *import, struct lathe_qemu_option *numa,
                              unsigned index)
{
    xmlNode *nodes = lathe_tree_need(lathe_tree_child(import->root, "cpu"), "numa");
    xmlNode *cell = lathe_tree_add(nodes, "cell", NULL);
    const char *id = lathe_qemu_get(numa, "nodeid");
    g_autofree char *cpus = machine_cell_cpus(numa);
    char text[24];

    g_snprintf(text, sizeof(text), "%u", index);
    lathe_tree_set(cell, "id", id != NULL ? id : text);
    if (cpus[0] != '\0')
        lathe_tree_set(cell, "cpus", cpus);
    g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, machine_cell_size(import, numa) >> 10);
    lathe_tree_set(lathe_tree_set(cell, "memory", text), "unit", "KiB");
}

static void machine_take_distance(struct lathe_import *import, struct lathe_qemu_option *numa)
{
    const xmlNode *cell = lathe_tree_find(import->root, "cpu/numa/cell");
    const char *from = lathe_qemu_get(numa, "src");
    const char *to = lathe_qemu_get(numa, "dst"), *value = lathe_qemu_get(numa, "val");

    while (cell != NULL && !lathe_tree_is(cell, "id", from))
        cell = lathe_tree_next(cell);
    if (cell == NULL || to == NULL || value == NULL)
        return lathe_import_drop(import, numa, "its nodes come later, or not at all");
    xmlNode *sibling =
        lathe_tree_add(lathe_tree_need((xmlNode *)cell, "distances"), "sibling", NULL);
    lathe_tree_set(lathe_tree_set(sibling, "id", to), "value", value);
}

static void machine_take_numa(struct lathe_import *import)
{
    struct lathe_qemu_option *numa;
    unsigned place = 0, index = 0;

    while ((numa = lathe_qemu_next(import->options, "numa", &place)) != NULL) {
        const char *type = lathe_qemu_get(numa, "type");
        if (g_strcmp0(type, "node") == 0)
            machine_take_cell(import, numa, index++);
        else if (g_strcmp0(type, "dist") == 0)
            machine_take_distance(import, numa);
        else
            lathe_import_drop(import, numa, NULL);
    }
}

/* ---- threads ---- */

static void machine_take_iothreads(struct lathe_import *import)
{
    struct lathe_qemu_option *object;
    unsigned place = 0, count = 0;
    char text[16];

    while ((object = lathe_qemu_next(import->options, "object", &place)) != NULL) {
        if (g_strcmp0(lathe_qemu_peek(object, "qom-type"), "iothread") != 0 ||
            lathe_qemu_peek(object, "id") == NULL)
            continue;
        lathe_qemu_get(object, "qom-type");
        g_hash_table_insert(import->iothreads, (gpointer)lathe_qemu_get(object, "id"),
                            GUINT_TO_POINTER(++count));
    }
    g_snprintf(text, sizeof(text), "%u", count);
    if (count != 0)
        machine_set_text(import, "iothreads", text);
}

/* ---- time and ends ---- */

static void machine_take_clock(struct lathe_import *import)
{
    struct lathe_qemu_option *rtc = machine_only(import, "rtc");
    const char *base = rtc != NULL ? lathe_qemu_get(rtc, "base") : NULL;
    const char *fix = rtc != NULL ? lathe_qemu_get(rtc, "driftfix") : NULL;
    xmlNode *clock = lathe_tree_child(import->root, "clock");
    struct lathe_qemu_option *machine = machine_only(import, "machine");
    struct lathe_qemu_option *hpet = machine_only(import, "no-hpet");

    if (machine != NULL && !lathe_qemu_get_bool(machine, "hpet", true))
        hpet = machine;
    if (g_strcmp0(base, "localtime") == 0 || g_strcmp0(base, "utc") == 0 || base == NULL)
        lathe_tree_set(clock, "offset", base != NULL ? base : "utc");
    else
        lathe_import_leave(import, "-rtc base=%s: a clock that starts at a date", base);
    if (g_strcmp0(fix, "slew") == 0)
        lathe_tree_set(lathe_tree_set(lathe_tree_add(clock, "timer", NULL), "name", "rtc"),
                       "tickpolicy", "catchup");
    if (hpet == NULL)
        return;
    hpet->used = true;
    lathe_tree_set(lathe_tree_set(lathe_tree_add(clock, "timer", NULL), "name", "hpet"), "present",
                   "no");
}

static void machine_take_ends(struct lathe_import *import)
{
    struct lathe_qemu_option *reboot = machine_only(import, "no-reboot");
    struct lathe_qemu_option *acpi = machine_only(import, "no-acpi");
    struct lathe_qemu_option *snapshot = machine_only(import, "snapshot");
    xmlNode *features = lathe_tree_child(import->root, "features");

    if (reboot != NULL) {
        reboot->used = true;
        machine_set_text(import, "on_reboot", "destroy");
    }
    if (acpi == NULL)
        lathe_tree_add(features, "acpi", NULL);
    else
        acpi->used = true;
    lathe_tree_add(features, "apic", NULL);
    import->snapshot = snapshot != NULL;
    if (snapshot != NULL)
        snapshot->used = true;
}

/* ---- properties of the board's own devices ---- */

/* "DRIVER.KEY=VALUE", or driver=, property= and value=. */
static bool machine_take_global(struct lathe_import *import, struct lathe_qemu_option *global)
{
    const char *driver = lathe_qemu_get(global, "driver");
    const char *property = lathe_qemu_get(global, "property");
    struct lathe_qemu_pair *pair = &g_array_index(global->pairs, struct lathe_qemu_pair, 0);
    g_autofree char *name = NULL;
    const char *value = lathe_qemu_get(global, "value");

    if (global->pairs->len == 0)
        return false;
    name = driver != NULL ? g_strconcat(driver, ".", property, NULL) : g_strdup(pair->key);
    value = driver != NULL ? value : pair->value;
    pair->used = true;
    xmlNode *pm = lathe_tree_child(import->root, "pm");
    bool on = g_strcmp0(value, "on") == 0 || g_strcmp0(value, "1") == 0;
    if (strcmp(name, "ICH9-LPC.disable_s3") == 0 || strcmp(name, "PIIX4_PM.disable_s3") == 0)
        lathe_tree_set(lathe_tree_need(pm, "suspend-to-mem"), "enabled", on ? "no" : "yes");
    else if (strcmp(name, "ICH9-LPC.disable_s4") == 0 || strcmp(name, "PIIX4_PM.disable_s4") == 0)
        lathe_tree_set(lathe_tree_need(pm, "suspend-to-disk"), "enabled", on ? "no" : "yes");
    else if (strcmp(name, "cfi.pflash01.secure") == 0)
        lathe_tree_set(lathe_tree_need(import->os, "loader"), "secure", on ? "yes" : "no");
    else
        return false;
    return true;
}

static void machine_take_globals(struct lathe_import *import)
{
    struct lathe_qemu_option *global;
    unsigned place = 0;

    while ((global = lathe_qemu_next(import->options, "global", &place)) != NULL) {
        if (!machine_take_global(import, global))
            lathe_import_drop(import, global, NULL);
    }
}

/* ---- what the guest is told ---- */

static void machine_take_file(struct lathe_import *import, struct lathe_qemu_option *option,
                              struct lathe_told *told)
{
    const char *name = lathe_qemu_get(option, "name"), *file = lathe_qemu_get(option, "file");
    const char *text = lathe_qemu_get(option, "string");
    g_autofree char *path = file != NULL ? lathe_import_path(import, file) : NULL;
    g_autoptr(GError) error = NULL;

    if (!lathe_told_take_file(told, name != NULL ? name : "", path, text, &error))
        lathe_import_drop(import, option, error->message);
}

/* What has no place in a definition stays unused, and is told with the rest. */
static void machine_take_texts(struct lathe_import *import, struct lathe_qemu_option *option,
                               struct lathe_told *told)
{
    const char *type = lathe_qemu_peek(option, "type");

    for (guint i = 0; type != NULL && i < option->pairs->len; i++) {
        struct lathe_qemu_pair *pair = &g_array_index(option->pairs, struct lathe_qemu_pair, i);
        g_autofree char *value = lathe_double_commas(pair->value);
        g_autofree char *line = g_strdup_printf("type=%s,%s=%s", type, pair->key, value);
        if (strcmp(type, "1") == 0 && strcmp(pair->key, "uuid") == 0)
            machine_set_text(import, "uuid", pair->value);
        else if (!lathe_told_add_smbios(told, line, NULL))
            continue;
        pair->used = true;
        lathe_qemu_get(option, "type");
    }
}

static void machine_take_told(struct lathe_import *import)
{
    struct lathe_told *told = lathe_told_new();
    struct lathe_qemu_option *option;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, "fw_cfg", &place)) != NULL)
        machine_take_file(import, option, told);
    place = 0;
    while ((option = lathe_qemu_next(import->options, "smbios", &place)) != NULL)
        machine_take_texts(import, option, told);
    if (lathe_told_has_smbios(told))
        lathe_told_write_smbios(import->root, told);
    if (told->files->len != 0)
        lathe_told_write_files(import->root, told);
    lathe_told_free(told);
}

void lathe_import_machine(struct lathe_import *import)
{
    machine_take_board(import);
    machine_take_engine(import);
    machine_take_names(import);
    machine_take_memory(import);
    machine_take_smp(import);
    machine_take_cpu(import);
    machine_take_numa(import);
    machine_take_iothreads(import);
    machine_take_ends(import);
    machine_take_clock(import);
    machine_take_told(import);
}

/* ---- firmware and what it starts ---- */

/* QEMU finds its own firmware by name. */
static char *firmware_path(const struct lathe_import *import, const char *name)
{
    g_autofree char *here = lathe_import_path(import, name);

    if (strchr(name, '/') != NULL || g_file_test(here, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&here);
    return g_build_filename("/usr/share/qemu", name, NULL);
}

/* The image and then the variables. */
static void firmware_take_flash(struct lathe_import *import, const char *file, bool variables)
{
    g_autofree char *path = lathe_import_path(import, file);
    xmlNode *node = lathe_tree_need(import->os, variables ? "nvram" : "loader");

    lathe_tree_set_text(node, path);
    if (!variables)
        lathe_tree_set(lathe_tree_set(node, "readonly", "yes"), "type", "pflash");
}

static void firmware_take_drives(struct lathe_import *import, unsigned flashes)
{
    struct lathe_qemu_option *drive;
    unsigned place = 0;

    while ((drive = lathe_qemu_next(import->options, "drive", &place)) != NULL) {
        const char *unit, *file = lathe_qemu_peek(drive, "file");
        if (g_strcmp0(lathe_qemu_peek(drive, "if"), "pflash") != 0 || file == NULL)
            continue;
        unit = lathe_qemu_get(drive, "unit");
        lathe_qemu_get(drive, "if");
        lathe_qemu_get(drive, "file");
        lathe_qemu_get(drive, "id");
        lathe_qemu_get(drive, "readonly");
        if (g_strcmp0(lathe_qemu_peek(drive, "format"), "raw") == 0)
            lathe_qemu_get(drive, "format");
        firmware_take_flash(import, file, unit != NULL ? strcmp(unit, "1") == 0 : flashes != 0);
        flashes++;
    }
}

/* "pflash0=NODE" and "pflash1=NODE" of the machine: nodes over files. */
static void firmware_take_nodes(struct lathe_import *import)
{
    static const char *const keys[] = {"pflash0", "pflash1"};
    struct lathe_qemu_option *machine = machine_only(import, "machine");

    for (unsigned i = 0; machine != NULL && i < G_N_ELEMENTS(keys); i++) {
        struct lathe_qemu_option *node = lathe_qemu_find(import->options, "blockdev", "node-name",
                                                         lathe_qemu_get(machine, keys[i]));
        struct lathe_qemu_option *file =
            node != NULL ? lathe_qemu_find(import->options, "blockdev", "node-name",
                                           lathe_qemu_get(node, "file"))
                         : NULL;
        file = file != NULL ? file : node;
        if (file == NULL)
            continue;
        for (unsigned n = 0; n < 2; n++) {
            struct lathe_qemu_option *used = n == 0 ? node : file;
            lathe_qemu_get(used, "driver");
            lathe_qemu_get(used, "read-only");
            lathe_qemu_get(used, "auto-read-only");
            lathe_qemu_get(used, "discard");
        }
        const char *name = lathe_qemu_get(file, "filename");
        name = name != NULL ? name : lathe_qemu_get(file, "file.filename");
        lathe_qemu_get(file, "file.driver");
        if (name != NULL)
            firmware_take_flash(import, name, i == 1);
    }
}

static void firmware_take_kernel(struct lathe_import *import)
{
    static const char *const names[][2] = {
        {"kernel", "kernel"}, {"initrd", "initrd"}, {"append", "cmdline"}, {"dtb", "dtb"}};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = machine_flat(import, names[i][0]);
        if (value == NULL)
            continue;
        g_autofree char *path = lathe_import_path(import, value);
        lathe_tree_add(import->os, names[i][1], strcmp(names[i][0], "append") == 0 ? value : path);
    }
}

static void firmware_add_boot(struct lathe_import *import, char letter)
{
    static const char letters[] = "acdn";
    static const char *const devices[] = {"fd", "hd", "cdrom", "network"};
    const char *found = strchr(letters, letter);

    if (found == NULL || letter == '\0') {
        lathe_import_leave(import, "-boot order=%c: no kind of disk or network", letter);
        return;
    }
    lathe_tree_set(lathe_tree_add(import->os, "boot", NULL), "dev", devices[found - letters]);
}

static void firmware_take_boot(struct lathe_import *import)
{
    struct lathe_qemu_option *boot = machine_only(import, "boot");
    const char *order = boot != NULL ? lathe_qemu_get(boot, "order") : NULL;
    bool kernel = lathe_tree_child(import->os, "kernel") != NULL;

    for (; order != NULL && *order != '\0' && !kernel; order++)
        firmware_add_boot(import, *order);
    if (boot == NULL)
        return;
    lathe_qemu_get(boot, "strict");
    if (lathe_qemu_peek(boot, "menu") != NULL)
        lathe_tree_set(lathe_tree_add(import->os, "bootmenu", NULL), "enable",
                       lathe_qemu_get_bool(boot, "menu", false) ? "yes" : "no");
}

void lathe_import_firmware(struct lathe_import *import)
{
    const char *bios = machine_flat(import, "bios"), *flash = machine_flat(import, "pflash");

    if (bios != NULL) {
        g_autofree char *path = firmware_path(import, bios);
        lathe_tree_set(lathe_tree_need(import->os, "loader"), "type", "rom");
        lathe_tree_set_text(lathe_tree_child(import->os, "loader"), path);
    }
    machine_take_globals(import);
    if (flash != NULL)
        firmware_take_flash(import, flash, false);
    firmware_take_drives(import, flash != NULL);
    firmware_take_nodes(import);
    firmware_take_kernel(import);
    firmware_take_boot(import);
}
