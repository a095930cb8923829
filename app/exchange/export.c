/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The export's frame and the machine itself: board, processors, memory, firmware, time. */
#include "app/exchange/export.h"

#include <string.h>

#include "app/config/schema.h"
#include "app/exchange/export-private.h"

/* ---- what was said ---- */

void lathe_export_mark(struct lathe_export *export, const xmlNode *node)
{
    if (node != NULL)
        g_hash_table_add(export->said, (gpointer)node);
}

void lathe_export_mark_all(struct lathe_export *export, const xmlNode *node)
{
    lathe_export_mark(export, node);
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next)
        g_hash_table_add(export->said, (gpointer)attribute);
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            lathe_export_mark_all(export, child);
    }
}

const xmlNode *lathe_export_child(struct lathe_export *export, const xmlNode *node,
                                  const char *name)
{
    const xmlNode *child = lathe_tree_child(node, name);

    lathe_export_mark(export, child);
    return child;
}

char *lathe_export_get(struct lathe_export *export, const xmlNode *node, const char *attribute)
{
    const xmlAttr *found =
        node != NULL ? xmlHasNsProp((xmlNode *)node, (const xmlChar *)attribute, NULL) : NULL;

    if (found == NULL)
        return NULL;
    lathe_export_mark(export, node);
    g_hash_table_add(export->said, (gpointer)found);
    return lathe_tree_get(node, attribute);
}

void lathe_export_skip(struct lathe_export *export, const xmlNode *node, const char *attribute)
{
    g_free(lathe_export_get(export, node, attribute));
}

char *lathe_export_text(struct lathe_export *export, const xmlNode *node)
{
    lathe_export_mark(export, node);
    return lathe_tree_text(node);
}

bool lathe_export_is(struct lathe_export *export, const xmlNode *node, const char *attribute,
                     const char *value)
{
    g_autofree char *found = lathe_export_get(export, node, attribute);

    return g_strcmp0(found, value) == 0;
}

/* ---- words ---- */

void lathe_export_add(struct lathe_export *export, const char *option, char *value)
{
    g_ptr_array_add(export->words, g_strdup(option));
    if (value != NULL)
        g_ptr_array_add(export->words, value);
}

void lathe_export_key(GString *text, const char *key, const char *value)
{
    if (value == NULL)
        return;
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    g_autofree char *whole = g_strjoinv(",,", parts);
    g_string_append_printf(text, "%s%s=%s", text->len != 0 ? "," : "", key, whole);
}

static unsigned export_number(const char *text)
{
    return text != NULL ? (unsigned)g_ascii_strtoull(text, NULL, 0) : 0;
}

/* "pci.N" are the bridges that the controllers make; the root has the board's name. */
static void export_address(struct lathe_export *export, const xmlNode *address, GString *text)
{
    g_autofree char *bus = lathe_export_get(export, address, "bus");
    g_autofree char *slot = lathe_export_get(export, address, "slot");
    g_autofree char *function = lathe_export_get(export, address, "function");
    unsigned number = export_number(bus);

    lathe_export_skip(export, address, "domain");
    if (number == 0)
        g_string_append(text, export->q35 ? ",bus=pcie.0" : ",bus=pci.0");
    else
        g_string_append_printf(text, ",bus=pci.%u", number);
    g_string_append_printf(text, ",addr=0x%x", export_number(slot));
    if (export_number(function) != 0)
        g_string_append_printf(text, ".0x%x", export_number(function));
    if (lathe_export_is(export, address, "multifunction", "on"))
        g_string_append(text, ",multifunction=on");
}

void lathe_export_place(struct lathe_export *export, const xmlNode *device, GString *text)
{
    const xmlNode *boot = lathe_export_child(export, device, "boot");
    const xmlNode *address = lathe_tree_child(device, "address");
    g_autofree char *order = lathe_export_get(export, boot, "order");

    if (address != NULL && lathe_export_is(export, address, "type", "pci"))
        export_address(export, address, text);
    else if (address != NULL)
        lathe_export_mark_all(export, address); /* a port of a controller: QEMU's choice */
    if (order != NULL)
        g_string_append_printf(text, ",bootindex=%u", MAX(export_number(order), 1) - 1);
}

/* ---- the machine ---- */

static void export_state(struct lathe_export *export, const char *feature, GString *text)
{
    const xmlNode *node =
        lathe_export_child(export, lathe_tree_child(export->root, "features"), feature);
    g_autofree char *state = lathe_export_get(export, node, "state");

    if (node != NULL)
        lathe_export_key(text, feature, state != NULL ? state : "on");
}

static bool export_lacks_hpet(struct lathe_export *export)
{
    const xmlNode *timer = lathe_tree_find(export->root, "clock/timer");

    while (timer != NULL &&
           (!lathe_tree_is(timer, "name", "hpet") || !lathe_tree_is(timer, "present", "no")))
        timer = lathe_tree_next(timer);
    if (timer != NULL)
        lathe_export_mark_all(export, timer);
    return timer != NULL;
}

static void export_board(struct lathe_export *export)
{
    const xmlNode *type = lathe_export_child(export, lathe_tree_child(export->root, "os"), "type");
    const xmlNode *features = lathe_export_child(export, export->root, "features");
    g_autofree char *machine = lathe_export_get(export, type, "machine");
    g_autoptr(GString) text = g_string_new(machine != NULL ? machine : "q35");
    bool kvm = lathe_export_is(export, export->root, "type", "kvm");

    lathe_export_skip(export, type, "arch");
    export->q35 = strstr(text->str, "q35") != NULL;
    g_string_append(text, kvm ? ",accel=kvm:tcg" : ",accel=tcg");
    export_state(export, "smm", text);
    export_state(export, "vmport", text);
    if (export_lacks_hpet(export))
        g_string_append(text, ",hpet=off");
    lathe_export_add(export, "-machine", g_strdup(text->str));
    for (const char *const *name = (const char *const[]){"acpi", "apic", "pae", NULL};
         *name != NULL; name++)
        lathe_export_child(export, features, *name); /* QEMU's own choice */
}

static void export_names(struct lathe_export *export)
{
    g_autofree char *name =
        lathe_export_text(export, lathe_export_child(export, export->root, "name"));
    char *uuid = lathe_export_text(export, lathe_export_child(export, export->root, "uuid"));
    g_autoptr(GString) text = g_string_new(NULL);

    lathe_export_key(text, "guest", name);
    if (name != NULL)
        lathe_export_add(export, "-name", g_strdup(text->str));
    if (uuid != NULL)
        lathe_export_add(export, "-uuid", uuid);
}

static void export_memory(struct lathe_export *export)
{
    const xmlNode *node = lathe_export_child(export, export->root, "memory");
    g_autofree char *number = lathe_export_text(export, node);
    g_autofree char *unit = lathe_export_get(export, node, "unit");
    uint64_t bytes = UINT64_C(1) << 30;

    if (number != NULL)
        lathe_schema_size(number, unit, &bytes);
    lathe_export_add(export, "-m",
                     g_strdup_printf("size=%" G_GUINT64_FORMAT "k", (bytes + 1023) / 1024));
}

/* ---- processors ---- */

static char *export_cpu_model(struct lathe_export *export, const xmlNode *cpu)
{
    const xmlNode *node = lathe_export_child(export, cpu, "model");
    g_autofree char *model = lathe_export_text(export, node);
    g_autofree char *mode = lathe_export_get(export, cpu, "mode");

    lathe_export_skip(export, node, "fallback");
    if (mode != NULL && g_str_has_prefix(mode, "host-"))
        return g_strdup("host");
    return g_strdup(g_strcmp0(mode, "maximum") == 0 || model == NULL || !*model ? "max" : model);
}

static void export_cpu(struct lathe_export *export)
{
    const xmlNode *cpu = lathe_export_child(export, export->root, "cpu");
    g_autofree char *model = export_cpu_model(export, cpu);
    g_autoptr(GString) text = g_string_new(model);
    const xmlNode *feature = lathe_tree_child(cpu, "feature");

    for (; feature != NULL; feature = lathe_tree_next(feature)) {
        g_autofree char *name = lathe_export_get(export, feature, "name");
        g_autofree char *policy = lathe_export_get(export, feature, "policy");
        bool off = g_strcmp0(policy, "disable") == 0 || g_strcmp0(policy, "forbid") == 0;
        lathe_export_key(text, name, off ? "off" : "on");
    }
    if (cpu == NULL || (text->len == strlen("max") && !lathe_tree_is(cpu, "mode", "maximum")))
        return; /* no model is named: QEMU's own choice */
    for (const char *const *name = (const char *const[]){"check", "match", "migratable", NULL};
         *name != NULL; name++)
        lathe_export_skip(export, cpu, *name);
    lathe_export_add(export, "-cpu", g_strdup(text->str));
}

static void export_smp(struct lathe_export *export)
{
    const xmlNode *vcpu = lathe_export_child(export, export->root, "vcpu");
    const xmlNode *topology =
        lathe_export_child(export, lathe_tree_child(export->root, "cpu"), "topology");
    g_autofree char *most = lathe_export_text(export, vcpu);
    g_autofree char *now = lathe_export_get(export, vcpu, "current");
    g_autoptr(GString) text = g_string_new(NULL);

    lathe_export_skip(export, vcpu, "placement");
    if (most != NULL) {
        lathe_export_key(text, "cpus", now != NULL ? now : most);
        lathe_export_key(text, "maxcpus", most);
    }
    for (const char *const *name =
             (const char *const[]){"sockets", "dies", "cores", "threads", NULL};
         *name != NULL && topology != NULL; name++) {
        g_autofree char *value = lathe_export_get(export, topology, *name);
        lathe_export_key(text, *name, value);
    }
    if (text->len != 0)
        lathe_export_add(export, "-smp", g_strdup(text->str));
}

static void export_cell(struct lathe_export *export, const xmlNode *cell, unsigned index)
{
    g_autofree char *memory = lathe_export_get(export, cell, "memory");
    g_autofree char *unit = lathe_export_get(export, cell, "unit");
    g_autofree char *id = lathe_export_get(export, cell, "id");
    g_autofree char *cpus = lathe_export_get(export, cell, "cpus");
    g_autoptr(GString) text = g_string_new("node");
    g_auto(GStrv) ranges = g_strsplit(cpus != NULL ? cpus : "", ",", -1);
    uint64_t bytes = 0;

    lathe_export_key(text, "nodeid", id);
    for (size_t i = 0; ranges[i] != NULL && ranges[i][0] != '\0'; i++)
        lathe_export_key(text, "cpus", ranges[i]);
    if (memory != NULL && lathe_schema_size(memory, unit, &bytes) && bytes != 0) {
        lathe_export_add(export, "-object",
                         g_strdup_printf("memory-backend-ram,id=ram%u,size=%" G_GUINT64_FORMAT "k",
                                         index, bytes / 1024));
        g_string_append_printf(text, ",memdev=ram%u", index);
    }
    lathe_export_add(export, "-numa", g_strdup(text->str));
}

static void export_distances(struct lathe_export *export, const xmlNode *cell)
{
    const xmlNode *distances = lathe_export_child(export, cell, "distances");
    const xmlNode *sibling = lathe_tree_child(distances, "sibling");
    g_autofree char *from = lathe_export_get(export, cell, "id");

    for (; sibling != NULL; sibling = lathe_tree_next(sibling)) {
        g_autofree char *to = lathe_export_get(export, sibling, "id");
        g_autofree char *value = lathe_export_get(export, sibling, "value");
        lathe_export_add(export, "-numa",
                         g_strdup_printf("dist,src=%s,dst=%s,val=%s", from, to, value));
    }
}

/* Distances are between nodes, so all of those come first. */
static void export_numa(struct lathe_export *export)
{
    const xmlNode *numa = lathe_export_child(export, lathe_tree_child(export->root, "cpu"), "numa");
    unsigned index = 0;

    for (const xmlNode *cell = lathe_tree_child(numa, "cell"); cell != NULL;
         cell = lathe_tree_next(cell))
        export_cell(export, cell, index++);
    for (const xmlNode *cell = lathe_tree_child(numa, "cell"); cell != NULL;
         cell = lathe_tree_next(cell))
        export_distances(export, cell);
}

/* ---- threads ---- */

#define EXPORT_MAX_THREADS 1024

static void export_threads(struct lathe_export *export)
{
    g_autofree char *text =
        lathe_export_text(export, lathe_export_child(export, export->root, "iothreads"));
    unsigned count = MIN(export_number(text), EXPORT_MAX_THREADS);

    for (unsigned i = 1; i <= count; i++)
        lathe_export_add(export, "-object", g_strdup_printf("iothread,id=iothread%u", i));
}

/* ---- firmware ---- */

static void export_flash(struct lathe_export *export, unsigned unit, const char *path,
                         const char *more)
{
    g_autoptr(GString) text = g_string_new("if=pflash,format=raw");

    g_string_append_printf(text, ",unit=%u%s", unit, more);
    lathe_export_key(text, "file", path);
    lathe_export_add(export, "-drive", g_strdup(text->str));
}

static void export_chosen(struct lathe_export *export, const xmlNode *os)
{
    const struct lathe_export_firmware *firmware = export->firmware;
    g_autofree char *kind = lathe_tree_get(os, "firmware");

    if (g_strcmp0(kind, "bios") == 0) /* QEMU's own choice */
        lathe_export_skip(export, os, "firmware");
    if (g_strcmp0(kind, "efi") != 0 || firmware == NULL || firmware->image == NULL)
        return;
    lathe_export_skip(export, os, "firmware");
    if (lathe_tree_child(os, "firmware") != NULL)
        lathe_export_mark_all(export, lathe_tree_child(os, "firmware"));
    export_flash(export, 0, firmware->image, ",readonly=on");
    if (firmware->vars != NULL && lathe_tree_child(os, "nvram") == NULL)
        export_flash(export, 1, firmware->vars, ",snapshot=on");
}

static void export_loader(struct lathe_export *export, const xmlNode *os)
{
    const xmlNode *loader = lathe_export_child(export, os, "loader");
    g_autofree char *path = lathe_export_text(export, loader);
    bool rom = lathe_export_is(export, loader, "type", "rom");

    if (path == NULL || path[0] == '\0')
        return export_chosen(export, os);
    lathe_export_skip(export, loader, "readonly");
    lathe_export_skip(export, loader, "format");
    if (rom)
        lathe_export_add(export, "-bios", g_strdup(path));
    else
        export_flash(export, 0, path, ",readonly=on");
    if (lathe_export_is(export, loader, "secure", "yes"))
        lathe_export_add(export, "-global",
                         g_strdup("driver=cfi.pflash01,property=secure,value=on"));
}

static void export_firmware(struct lathe_export *export)
{
    const xmlNode *os = lathe_export_child(export, export->root, "os");
    const xmlNode *nvram = lathe_export_child(export, os, "nvram");
    g_autofree char *path = lathe_export_text(export, nvram);
    g_autofree char *template = lathe_tree_get(nvram, "template");

    export_loader(export, os);
    if (path != NULL && path[0] != '\0') {
        export_flash(export, 1, path, "");
    } else if (template != NULL) {
        lathe_export_skip(export, nvram, "template");
        export_flash(export, 1, template, ",snapshot=on");
    }
}

static void export_kernel(struct lathe_export *export)
{
    static const char *const names[][2] = {
        {"kernel", "-kernel"}, {"initrd", "-initrd"}, {"cmdline", "-append"}, {"dtb", "-dtb"}};
    const xmlNode *os = lathe_tree_child(export->root, "os");

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *text = lathe_export_text(export, lathe_export_child(export, os, names[i][0]));
        if (text != NULL)
            lathe_export_add(export, names[i][1], text);
    }
}

static void export_boot(struct lathe_export *export)
{
    static const char *const kinds[][2] = {
        {"fd", "a"}, {"hd", "c"}, {"cdrom", "d"}, {"network", "n"}};
    const xmlNode *os = lathe_tree_child(export->root, "os");
    const xmlNode *boot = lathe_tree_child(os, "boot");
    const xmlNode *menu = lathe_export_child(export, os, "bootmenu");
    g_autoptr(GString) order = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);

    for (; boot != NULL; boot = lathe_tree_next(boot)) {
        for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
            if (lathe_export_is(export, boot, "dev", kinds[i][0]))
                g_string_append(order, kinds[i][1]);
        }
    }
    lathe_export_key(text, "order", order->len != 0 ? order->str : NULL);
    lathe_export_key(text, "menu", lathe_export_is(export, menu, "enable", "yes") ? "on" : NULL);
    if (text->len != 0)
        lathe_export_add(export, "-boot", g_strdup(text->str));
}

/* ---- time and ends ---- */

static void export_time(struct lathe_export *export)
{
    const xmlNode *clock = lathe_export_child(export, export->root, "clock");
    const xmlNode *timer = lathe_tree_child(clock, "timer");
    bool local = lathe_export_is(export, clock, "offset", "localtime"), slew = false;

    for (; timer != NULL; timer = lathe_tree_next(timer)) {
        if (!lathe_tree_is(timer, "name", "rtc") || !lathe_tree_is(timer, "tickpolicy", "catchup"))
            continue;
        lathe_export_mark_all(export, timer);
        slew = true;
    }
    if (clock != NULL)
        lathe_export_add(
            export, "-rtc",
            g_strconcat("base=", local ? "localtime" : "utc", slew ? ",driftfix=slew" : "", NULL));
}

static void export_sleep(struct lathe_export *export, const char *element, const char *property)
{
    const xmlNode *node =
        lathe_export_child(export, lathe_export_child(export, export->root, "pm"), element);
    g_autofree char *enabled = lathe_export_get(export, node, "enabled");

    if (enabled != NULL)
        lathe_export_add(export, "-global",
                         g_strdup_printf("%s.%s=%d", export->q35 ? "ICH9-LPC" : "PIIX4_PM",
                                         property, strcmp(enabled, "no") == 0));
}

static void export_ends(struct lathe_export *export)
{
    static const char *const names[][2] = {
        {"on_poweroff", "destroy"}, {"on_reboot", "restart"}, {"on_crash", "destroy"}};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const xmlNode *node = lathe_tree_child(export->root, names[i][0]);
        g_autofree char *text = lathe_tree_text(node);
        bool ends = text != NULL && i == 1 && strcmp(text, "destroy") == 0;
        if (ends)
            lathe_export_add(export, "-no-reboot", NULL);
        if (ends || g_strcmp0(text, names[i][1]) == 0)
            lathe_export_mark(export, node);
    }
    export_sleep(export, "suspend-to-mem", "disable_s3");
    export_sleep(export, "suspend-to-disk", "disable_s4");
}

/* ---- what the guest is told ---- */

static void export_file(struct lathe_export *export, const xmlNode *entry)
{
    g_autofree char *name = lathe_export_get(export, entry, "name");
    g_autofree char *file = lathe_export_get(export, entry, "file");
    g_autofree char *content = lathe_export_text(export, entry);
    g_autoptr(GString) text = g_string_new(NULL);

    lathe_export_key(text, "name", name);
    lathe_export_key(text, file != NULL ? "file" : "string", file != NULL ? file : content);
    lathe_export_add(export, "-fw_cfg", g_strdup(text->str));
}

/* One option for a group of texts; QEMU has the same names for them. */
static void export_texts(struct lathe_export *export, const xmlNode *group, unsigned type)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "type=%u", type);
    lathe_export_mark(export, group);
    for (const xmlNode *entry = lathe_tree_child(group, "entry"); entry != NULL;
         entry = lathe_tree_next(entry)) {
        g_autofree char *name = lathe_export_get(export, entry, "name");
        g_autofree char *value = lathe_export_text(export, entry);
        lathe_export_key(text, name, value);
    }
    lathe_export_add(export, "-smbios", g_strdup(text->str));
}

static void export_smbios(struct lathe_export *export, const xmlNode *info)
{
    static const struct {
        const char *group;
        unsigned type;
    } rows[] = {{"bios", 0}, {"system", 1}, {"baseBoard", 2}, {"chassis", 3}};
    const xmlNode *strings = lathe_export_child(export, info, "oemStrings");
    const xmlNode *entry = lathe_tree_child(strings, "entry");

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const xmlNode *group = lathe_tree_child(info, rows[i].group);
        if (group != NULL)
            export_texts(export, group, rows[i].type);
    }
    for (; entry != NULL; entry = lathe_tree_next(entry)) {
        g_autofree char *value = lathe_export_text(export, entry);
        g_autoptr(GString) text = g_string_new("type=11");
        lathe_export_key(text, "value", value);
        lathe_export_add(export, "-smbios", g_strdup(text->str));
    }
}

static void export_told(struct lathe_export *export)
{
    const xmlNode *mode = lathe_tree_find(export->root, "os/smbios");
    bool counts = lathe_tree_is(mode, "mode", "sysinfo");

    if (counts || lathe_tree_is(mode, "mode", "emulate"))
        lathe_export_mark_all(export, mode);
    for (const xmlNode *info = lathe_tree_child(export->root, "sysinfo"); info != NULL;
         info = lathe_tree_next(info)) {
        bool files = lathe_tree_is(info, "type", "fwcfg");
        if (!files && !counts)
            continue;
        lathe_export_mark(export, info);
        lathe_export_skip(export, info, "type");
        if (!files)
            export_smbios(export, info);
        for (const xmlNode *entry = lathe_tree_child(info, "entry"); files && entry != NULL;
             entry = lathe_tree_next(entry))
            export_file(export, entry);
    }
}

/* ---- what is left ---- */

/* For people and for other programs: no part of the machine. */
static bool export_is_note(const char *path)
{
    static const char *const notes[] = {"title", "description", "metadata", "devices/emulator",
                                        "@id",   "devices",     NULL};

    return g_strv_contains(notes, path) || g_str_has_suffix(path, "/alias") ||
           g_str_has_suffix(path, "@xpath");
}

static void export_leave(struct lathe_export *export, const char *path, const xmlNode *node)
{
    const char *shown = g_str_has_prefix(path, "devices/") ? path + strlen("devices/") : path;

    if (!export_is_note(path))
        g_ptr_array_add(export->left, g_strdup_printf("%s (line %ld)", shown, xmlGetLineNo(node)));
}

static void export_tell(struct lathe_export *export, const xmlNode *node, const char *path)
{
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next) {
        g_autofree char *whole = g_strconcat(path, "@", (const char *)attribute->name, NULL);
        if (!g_hash_table_contains(export->said, attribute))
            export_leave(export, whole, node);
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type != XML_ELEMENT_NODE)
            continue;
        g_autofree char *name = g_strconcat(path, path[0] ? "/" : "", child->name, NULL);
        bool said = g_hash_table_contains(export->said, child) || strcmp(name, "devices") == 0;
        if (said)
            export_tell(export, child, name);
        else
            export_leave(export, name, child);
    }
}

/* ---- ours ---- */

static void export_ours(struct lathe_export *export)
{
    const xmlNode *ours = lathe_tree_find(export->root, "metadata/lathe:machine");
    const xmlNode *debug = lathe_tree_child(ours, "lathe:debug");
    const xmlNode *display = lathe_tree_child(ours, "lathe:display");

    if (lathe_tree_is(debug, "exit", "yes"))
        lathe_export_add(export, "-device", g_strdup("isa-debug-exit,iobase=0xf4,iosize=0x04"));
    if (lathe_tree_is(debug, "testdev", "yes"))
        lathe_export_add(export, "-device", g_strdup("pc-testdev"));
    if (display != NULL)
        lathe_export_add(export, "-display", lathe_tree_get(display, "kind"));
}

void lathe_export_tell(struct lathe_export *export)
{
    export_tell(export, export->root, "");
}

static void export_run(struct lathe_export *export)
{
    g_ptr_array_add(export->words, g_strdup("qemu-system-x86_64"));
    lathe_export_add(export, "-nodefaults", NULL);
    export_names(export);
    export_board(export);
    export_cpu(export);
    export_smp(export);
    export_memory(export);
    export_numa(export);
    export_threads(export);
    export_firmware(export);
    export_kernel(export);
    export_told(export);
    export_boot(export);
    export_time(export);
    export_ends(export);
    lathe_export_devices(export);
    export_ours(export);
    lathe_export_tell(export);
}

void lathe_export_init(struct lathe_export *export, const struct lathe_config *config)
{
    *export = (struct lathe_export){
        .root = lathe_config_root(config),
        .devices = lathe_tree_child(lathe_config_root(config), "devices"),
        .words = g_ptr_array_new_with_free_func(g_free),
        .left = g_ptr_array_new_with_free_func(g_free),
        .said = g_hash_table_new(NULL, NULL),
    };
}

GPtrArray *lathe_export_finish(struct lathe_export *export)
{
    g_hash_table_unref(export->said);
    g_ptr_array_unref(export->words);
    return export->left;
}

GPtrArray *lathe_export_qemu(const struct lathe_config *config,
                             const struct lathe_export_firmware *firmware, GPtrArray **left)
{
    struct lathe_export export;
    GPtrArray *words;

    lathe_export_init(&export, config);
    export.firmware = firmware;
    export_run(&export);
    words = g_ptr_array_ref(export.words);
    *left = lathe_export_finish(&export);
    return words;
}

/* ---- for a shell ---- */

static char *export_quote(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_@%+=:,./-";

    return word[0] != '\0' && word[strspn(word, plain)] == '\0' ? g_strdup(word)
                                                                : g_shell_quote(word);
}

char *lathe_export_format(const GPtrArray *words)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        g_autofree char *quoted = export_quote(word);
        bool option = word[0] == '-' && i != 0;
        g_string_append_printf(text, "%s%s", option ? " \\\n    " : i != 0 ? " " : "", quoted);
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
