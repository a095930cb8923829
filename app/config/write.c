/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties put into a document: the machine itself, its processors, firmware and ends. */
#include <string.h>

#include "app/config/parts.h"
#include "app/config/told.h"
#include "app/config/write-private.h"
#include "app/plan/error.h"

xmlNode *lathe_write_ours(xmlNode *root)
{
    return lathe_tree_need(lathe_tree_need(root, "metadata"), "lathe:machine");
}

void lathe_write_drop(xmlNode *parent, const char *name)
{
    xmlNode *node = lathe_tree_child(parent, name);

    if (node == NULL)
        return;
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

void lathe_write_drop_all(xmlNode *parent, const char *name)
{
    while (lathe_tree_child(parent, name) != NULL)
        lathe_write_drop(parent, name);
}

/* The text of an element; NULL takes the element away. */
static void write_text(xmlNode *parent, const char *name, const char *text)
{
    if (text == NULL)
        lathe_write_drop(parent, name);
    else
        lathe_tree_set_text(lathe_tree_need(parent, name), text);
}

static void write_number(xmlNode *node, const char *attribute, unsigned number)
{
    g_autofree char *text = g_strdup_printf("%u", number);

    lathe_tree_set(node, attribute, text);
}

/* ---- names, board, engine, memory ---- */

static bool write_name(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    const char *const rows[][2] = {{"name", definition->name},
                                   {"uuid", definition->uuid},
                                   {"title", definition->title},
                                   {"description", definition->description}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i][1] != NULL)
            write_text(root, rows[i][0], *rows[i][1] != '\0' ? rows[i][1] : NULL);
    }
    return true;
}

static bool write_board(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *type = lathe_tree_need(lathe_tree_need(root, "os"), "type");

    lathe_tree_set_text(type, "hvm");
    lathe_tree_set(lathe_tree_set(type, "arch", "x86_64"), "machine", definition->board);
    lathe_tree_need(lathe_tree_need(root, "features"), "acpi");
    return true;
}

static bool write_engine(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    bool automatic = strcmp(definition->accel, "auto") == 0;

    if (automatic)
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:engine");
    else
        lathe_tree_set(lathe_tree_need(lathe_write_ours(root), "lathe:engine"), "name",
                       definition->accel);
    return true;
}

static bool write_memory(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, definition->memory >> 10);
    xmlNode *memory = lathe_tree_need(root, "memory");

    lathe_tree_set_text(memory, text);
    lathe_tree_set(memory, "unit", "KiB");
    lathe_write_drop(root, "currentMemory");
    return true;
}

/* ---- processors ---- */

xmlNode *lathe_write_need_cpu(xmlNode *root)
{
    xmlNode *cpu = lathe_tree_child(root, "cpu");

    return cpu != NULL ? cpu : lathe_tree_set(lathe_tree_add(root, "cpu", NULL), "mode", "maximum");
}

static bool write_topology(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    const struct emu_topology *topology = &definition->topology;
    g_autofree char *cpus = g_strdup_printf("%u", topology->cpus);
    xmlNode *vcpu = lathe_tree_need(root, "vcpu");
    xmlNode *node = lathe_tree_need(lathe_write_need_cpu(root), "topology");

    lathe_tree_set_text(vcpu, cpus);
    xmlUnsetProp(vcpu, (const xmlChar *)"current");
    xmlUnsetProp(node, (const xmlChar *)"clusters");
    write_number(node, "sockets", topology->sockets);
    write_number(node, "dies", topology->dies);
    write_number(node, "cores", topology->cores);
    write_number(node, "threads", topology->threads);
    return true;
}

static bool write_feature(xmlNode *cpu, const char *word, GError **error)
{
    if (word[0] != '+' && word[0] != '-')
        return lathe_error_input(error, "--cpu has no '%s': write +FEATURE or -FEATURE", word);
    xmlNode *feature = lathe_tree_add(cpu, "feature", NULL);
    lathe_tree_set(feature, "policy", word[0] == '+' ? "require" : "disable");
    lathe_tree_set(feature, "name", word + 1);
    return true;
}

static bool write_cpu(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    g_auto(GStrv) words = g_strsplit(definition->cpu, ",", -1);
    xmlNode *cpu = lathe_write_need_cpu(root);
    bool max = strcmp(words[0], "max") == 0;

    lathe_write_drop(cpu, "model");
    lathe_write_drop_all(cpu, "feature");
    lathe_tree_set(cpu, "mode", max ? "maximum" : "custom");
    if (max) {
        xmlUnsetProp(cpu, (const xmlChar *)"match");
    } else {
        lathe_tree_set(cpu, "match", "exact");
        lathe_tree_set(lathe_tree_add(cpu, "model", words[0]), "fallback", "forbid");
    }
    for (size_t i = 1; words[i] != NULL; i++) {
        if (!write_feature(cpu, words[i], error))
            return false;
    }
    return true;
}

/* ---- what it starts ---- */

static void write_firmware_word(xmlNode *root, xmlNode *os, const char *word)
{
    bool ours = strcmp(word, "auto") == 0 || strcmp(word, "none") == 0;
    bool secure = strcmp(word, "uefi-secure") == 0;
    static const char *const features[] = {"secure-boot", "enrolled-keys"};

    if (ours) {
        lathe_tree_set(lathe_tree_need(lathe_write_ours(root), "lathe:firmware"), "select", word);
        return;
    }
    lathe_tree_set(os, "firmware", strcmp(word, "bios") == 0 ? "bios" : "efi");
    for (size_t i = 0; secure && i < G_N_ELEMENTS(features); i++) {
        xmlNode *feature = lathe_tree_add(lathe_tree_need(os, "firmware"), "feature", NULL);
        lathe_tree_set(lathe_tree_set(feature, "enabled", "yes"), "name", features[i]);
    }
}

/* An image of the user's; what else is said of the same one stays. libvirt wants system management
 * mode to be named where it keeps the variables. */
static void write_loader(xmlNode *root, xmlNode *os, const struct lathe_definition *definition)
{
    bool store = definition->firmware_vars != NULL || definition->firmware_template != NULL;
    xmlNode *loader = lathe_tree_child(os, "loader");

    if (loader == NULL) {
        loader = lathe_tree_add(os, "loader", definition->firmware);
        lathe_tree_set(lathe_tree_set(loader, "readonly", "yes"), "type", "rom");
    }
    if (store)
        lathe_tree_set(loader, "type", "pflash");
    xmlUnsetProp(loader, (const xmlChar *)"secure");
    if (!definition->firmware_secure)
        return;
    lathe_tree_set(loader, "secure", "yes");
    lathe_tree_set(lathe_tree_need(lathe_tree_need(root, "features"), "smm"), "state", "on");
}

static void write_nvram(xmlNode *os, const struct lathe_definition *definition)
{
    xmlNode *nvram;

    if (definition->firmware_vars == NULL && definition->firmware_template == NULL)
        return;
    nvram = lathe_tree_add(os, "nvram", definition->firmware_vars);
    if (definition->firmware_template != NULL)
        lathe_tree_set(nvram, "template", definition->firmware_template);
}

static bool write_firmware(xmlNode *root, const struct lathe_definition *before,
                           const struct lathe_definition *definition, GError **error)
{
    static const char *const words[] = {"auto", "none", "bios", "uefi", "uefi-secure", NULL};
    xmlNode *os = lathe_tree_need(root, "os");
    bool same = g_strcmp0(before->firmware, definition->firmware) == 0;
    bool word = g_strv_contains(words, definition->firmware);

    lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:firmware");
    lathe_write_drop(os, "firmware");
    xmlUnsetProp(os, (const xmlChar *)"firmware");
    if (word || !same)
        lathe_write_drop(os, "loader");
    if (word)
        write_firmware_word(root, os, definition->firmware);
    else
        write_loader(root, os, definition);
    if (g_strcmp0(before->firmware_vars, definition->firmware_vars) == 0 &&
        g_strcmp0(before->firmware_template, definition->firmware_template) == 0)
        return true;
    lathe_write_drop(os, "nvram");
    write_nvram(os, definition);
    return true;
}

static bool write_kernel(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    write_text(lathe_tree_need(root, "os"), "kernel", definition->kernel);
    return true;
}

static bool write_initrd(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    write_text(lathe_tree_need(root, "os"), "initrd", definition->initrd);
    return true;
}

static bool write_append(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    write_text(lathe_tree_need(root, "os"), "cmdline", definition->append);
    return true;
}

/* The order by kinds takes the place of one by devices: libvirt has no both. */
static bool write_boot(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    static const char *const words[] = {[LATHE_BOOT_DISK] = "hd",
                                        [LATHE_BOOT_CDROM] = "cdrom",
                                        [LATHE_BOOT_FLOPPY] = "fd",
                                        [LATHE_BOOT_NETWORK] = "network"};
    xmlNode *os = lathe_tree_need(root, "os"), *devices = lathe_tree_child(root, "devices");

    lathe_write_drop_all(os, "boot");
    for (xmlNode *device = devices != NULL ? devices->children : NULL; device != NULL;
         device = device->next)
        lathe_write_drop(device, "boot");
    for (unsigned i = 0; i < definition->boot.count; i++)
        lathe_tree_set(lathe_tree_add(os, "boot", NULL), "dev", words[definition->boot.kinds[i]]);
    return true;
}

/* ---- devices that a machine has one of ---- */

static void write_vulkan(xmlNode *root, const struct lathe_definition *definition)
{
    xmlNode *own;

    lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:vulkan");
    if (definition->gpu != EMU_GPU_VENUS)
        return;
    own = lathe_tree_need(lathe_write_ours(root), "lathe:vulkan");
    if (definition->gpu_hostmem != 0) {
        g_autofree char *bytes = g_strdup_printf("%" G_GUINT64_FORMAT, definition->gpu_hostmem);

        lathe_tree_set(own, "hostmem", bytes);
    }
}

static bool write_gpu(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *devices = lathe_tree_need(root, "devices");
    bool vga = definition->gpu == EMU_GPU_STD, gl = lathe_gpu_is_rendered(definition->gpu);
    xmlNode *model;

    lathe_write_drop_all(devices, "video");
    model = lathe_tree_add(lathe_tree_add(devices, "video", NULL), "model", NULL);
    lathe_tree_set(model, "type",
                   vga ? "vga" : lathe_gpu_name(gl ? EMU_GPU_VIRTIO : definition->gpu));
    if (definition->gpu_heads > 1) {
        g_autofree char *heads = g_strdup_printf("%u", definition->gpu_heads);

        lathe_tree_set(model, "heads", heads);
    }
    if (gl)
        lathe_tree_set(lathe_tree_add(model, "acceleration", NULL), "accel3d", "yes");
    write_vulkan(root, definition);
    return true;
}

static bool write_input(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    static const char *const types[] = {"keyboard", "tablet"};
    xmlNode *devices = lathe_tree_need(root, "devices");

    lathe_write_drop_all(devices, "input");
    if (definition->input == LATHE_INPUT_DEFAULT)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        bool mouse = definition->input == LATHE_INPUT_PS2 && i == 1; /* it has no tablets */
        lathe_tree_set(lathe_tree_set(lathe_tree_add(devices, "input", NULL), "type",
                                      mouse ? "mouse" : types[i]),
                       "bus", lathe_input_name(definition->input));
    }
    return true;
}

static bool write_display(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    lathe_write_graphics(root, definition);
    if (definition->displays == 0)
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:display");
    else
        lathe_tree_set(lathe_tree_need(lathe_write_ours(root), "lathe:display"), "kind",
                       lathe_definition_get_display(definition));
    return true;
}

/* What it is stays, where it is emulated or by whom may change. */
static bool write_tpm(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *devices = lathe_tree_need(root, "devices"), *tpm, *backend, *source;
    bool emulated = g_strcmp0(definition->tpm, "emulated") == 0;

    if (definition->tpm == NULL) {
        lathe_write_drop_all(devices, "tpm");
        return true;
    }
    tpm = lathe_tree_need(devices, "tpm");
    if (xmlHasProp(tpm, (const xmlChar *)"model") == NULL)
        lathe_tree_set(tpm, "model", "tpm-crb");
    backend = lathe_tree_need(tpm, "backend");
    if (emulated && lathe_tree_is(backend, "type", "emulator"))
        return true;
    lathe_tree_set(backend, "type", emulated ? "emulator" : "external");
    lathe_write_drop_all(backend, "source");
    if (emulated) {
        lathe_tree_set(backend, "version", "2.0");
        return true;
    }
    xmlUnsetProp(backend, (const xmlChar *)"version");
    source = lathe_tree_set(lathe_tree_add(backend, "source", NULL), "type", "unix");
    lathe_tree_set(lathe_tree_set(source, "mode", "connect"), "path",
                   definition->tpm + strlen("unix:"));
    return true;
}

static bool write_reboot(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    write_text(root, "on_reboot", definition->no_reboot ? "destroy" : "restart");
    return true;
}

static bool write_debug(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *debug = lathe_tree_need(lathe_write_ours(root), "lathe:debug");

    lathe_tree_set(debug, "exit", definition->debug_exit ? "yes" : "no");
    lathe_tree_set(debug, "testdev", definition->testdev ? "yes" : "no");
    return true;
}

/* ---- a system that is being installed ---- */

static bool write_install(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    if (definition->installing)
        lathe_tree_need(lathe_write_ours(root), "lathe:install");
    else
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:install");
    return true;
}

static bool write_is_seed(const xmlNode *disk)
{
    g_autofree char *path = lathe_tree_get(lathe_tree_child(disk, "source"), "file");

    return path != NULL && (strcmp(path, LATHE_INSTALL_SEED) == 0 ||
                            g_str_has_suffix(path, "/" LATHE_INSTALL_SEED));
}

void lathe_config_end_install(struct lathe_config *config)
{
    static const char *const words[] = {"kernel", "initrd", "cmdline"};
    xmlNode *root = lathe_config_root(config), *disk = lathe_tree_find(root, "devices/disk");

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        lathe_write_drop(lathe_tree_child(root, "os"), words[i]);
    while (disk != NULL) {
        xmlNode *next = lathe_tree_next(disk);
        if (write_is_seed(disk)) {
            xmlUnlinkNode(disk);
            xmlFreeNode(disk);
        }
        disk = next;
    }
    lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:install");
}

/* ---- parts for later versions ---- */

static bool write_parts(xmlNode *root, const struct lathe_definition *definition,
                        void (*write)(xmlNode *root, const struct lathe_parts *parts))
{
    write(root, definition->parts);
    return true;
}

#define WRITE_PARTS(what)                                                                          \
    static bool write_##what(xmlNode *root, const struct lathe_definition *definition,             \
                             GError **error)                                                       \
    {                                                                                              \
        return write_parts(root, definition, lathe_parts_write_##what);                            \
    }

WRITE_PARTS(cells)
WRITE_PARTS(features)
WRITE_PARTS(iothreads)
WRITE_PARTS(controllers)
WRITE_PARTS(sounds)

/* ---- what the guest is told ---- */

/* What says the same already stays as it is. */
static bool write_files(xmlNode *root, const struct lathe_definition *before,
                        const struct lathe_definition *definition, GError **error)
{
    if (!lathe_told_same_files(before->told, definition->told))
        lathe_told_write_files(root, definition->told);
    return true;
}

static bool write_smbios(xmlNode *root, const struct lathe_definition *before,
                         const struct lathe_definition *definition, GError **error)
{
    if (!lathe_told_same_smbios(before->told, definition->told))
        lathe_told_write_smbios(root, definition->told);
    return true;
}

/* ---- all of it ---- */

static const struct {
    uint64_t area;
    bool (*write)(xmlNode *root, const struct lathe_definition *definition, GError **error);
    /* Instead: before is what the document said until now. */
    bool (*rewrite)(xmlNode *root, const struct lathe_definition *before,
                    const struct lathe_definition *definition, GError **error);
} write_areas[] = {
    {LATHE_AREA_NAME, write_name},
    {LATHE_AREA_MEMORY, write_memory},
    {LATHE_AREA_BOARD, write_board},
    {LATHE_AREA_ENGINE, write_engine},
    {LATHE_AREA_CPU, write_cpu},
    {LATHE_AREA_TOPOLOGY, write_topology},
    {LATHE_AREA_FIRMWARE, NULL, write_firmware},
    {LATHE_AREA_KERNEL, write_kernel},
    {LATHE_AREA_INITRD, write_initrd},
    {LATHE_AREA_APPEND, write_append},
    {LATHE_AREA_BOOT, write_boot},
    {LATHE_AREA_DISKS, lathe_write_disks},
    {LATHE_AREA_NETS, NULL, lathe_write_nets},
    {LATHE_AREA_SERIALS, NULL, lathe_write_serials},
    {LATHE_AREA_CONSOLES, NULL, lathe_write_consoles},
    {LATHE_AREA_CHANNELS, NULL, lathe_write_channels},
    {LATHE_AREA_GPU, write_gpu},
    {LATHE_AREA_INPUT, write_input},
    {LATHE_AREA_DEBUGCON, lathe_write_debugcon},
    {LATHE_AREA_DISPLAY, write_display},
    {LATHE_AREA_TPM, write_tpm},
    {LATHE_AREA_REBOOT, write_reboot},
    {LATHE_AREA_DEBUG, write_debug},
    {LATHE_AREA_INSTALL, write_install},
    {LATHE_AREA_CELLS, write_cells},
    {LATHE_AREA_FEATURES, write_features},
    {LATHE_AREA_IOTHREADS, write_iothreads},
    {LATHE_AREA_CONTROLLERS, write_controllers},
    {LATHE_AREA_SOUNDS, write_sounds},
    {LATHE_AREA_HOSTDEVS, NULL, lathe_write_hostdevs},
    {LATHE_AREA_SHARES, NULL, lathe_write_shares},
    {LATHE_AREA_FW_CFG, NULL, write_files},
    {LATHE_AREA_SMBIOS, NULL, write_smbios},
    {LATHE_AREA_PLACES, lathe_write_places},
};

static bool write_again(struct lathe_config *config, size_t row,
                        const struct lathe_definition *definition, GError **error)
{
    struct lathe_definition *before = lathe_definition_new();
    bool done;

    lathe_config_fill(config, before, NULL); /* what cannot be used says nothing */
    done = write_areas[row].rewrite(lathe_config_root(config), before, definition, error);
    lathe_definition_free(before);
    return done;
}

bool lathe_config_write(struct lathe_config *config, const struct lathe_definition *definition,
                        uint64_t areas, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(write_areas); i++) {
        if ((areas & write_areas[i].area) == 0)
            continue;
        if (write_areas[i].write == NULL
                ? !write_again(config, i, definition, error)
                : !write_areas[i].write(lathe_config_root(config), definition, error))
            return false;
    }
    return true;
}

char *lathe_config_get_group(const struct lathe_config *config)
{
    return lathe_tree_get(
        lathe_tree_find(lathe_config_root(config), "metadata/lathe:machine/lathe:library"),
        "group");
}

void lathe_config_set_group(struct lathe_config *config, const char *group)
{
    xmlNode *root = lathe_config_root(config);

    if (group == NULL || *group == '\0')
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:library");
    else
        lathe_tree_set(lathe_tree_need(lathe_write_ours(root), "lathe:library"), "group", group);
}

bool lathe_config_is_template(const struct lathe_config *config)
{
    return lathe_tree_find(lathe_config_root(config), "metadata/lathe:machine/lathe:template") !=
           NULL;
}

void lathe_config_set_template(struct lathe_config *config, bool is)
{
    xmlNode *root = lathe_config_root(config);

    if (is)
        lathe_tree_need(lathe_write_ours(root), "lathe:template");
    else
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:template");
}
