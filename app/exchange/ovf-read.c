/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading OVF (ovf.h): the envelope, its files and disks, the machine's name and firmware.
 * ovf-hardware.c reads the devices. Of a package of several machines the first is taken.
 */
#include <stdio.h>
#include <string.h>

#include "app/config/write.h"
#include "app/exchange/ovf-private.h"
#include "app/images/fileset.h"
#include "app/plan/error.h"

#define OVF_AREAS                                                                                  \
    (LATHE_AREA_NAME | LATHE_AREA_BOARD | LATHE_AREA_MEMORY | LATHE_AREA_TOPOLOGY |                \
     LATHE_AREA_CPU | LATHE_AREA_FIRMWARE | LATHE_AREA_NETS | LATHE_AREA_SERIALS |                 \
     LATHE_AREA_GPU | LATHE_AREA_DISKS)

/* ---- words over the tree ---- */

static const xmlNode *ovf_find(const xmlNode *node, const char *name)
{
    while (node != NULL &&
           (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name) != 0))
        node = node->next;
    return node;
}

const xmlNode *ovf_child(const xmlNode *node, const char *name)
{
    return node != NULL ? ovf_find(node->children, name) : NULL;
}

const xmlNode *ovf_next(const xmlNode *node)
{
    return ovf_find(node->next, (const char *)node->name);
}

static char *ovf_take(xmlChar *text)
{
    char *copy = text != NULL ? g_strstrip(g_strdup((const char *)text)) : NULL;

    xmlFree(text);
    return copy;
}

char *ovf_get(const xmlNode *node, const char *attribute)
{
    return node != NULL ? ovf_take(xmlGetProp(node, (const xmlChar *)attribute)) : NULL;
}

char *ovf_text(const xmlNode *node, const char *name)
{
    const xmlNode *child = ovf_child(node, name);

    return child != NULL ? ovf_take(xmlNodeGetContent(child)) : NULL;
}

uint64_t ovf_number(const xmlNode *node, const char *name, uint64_t otherwise)
{
    g_autofree char *text = ovf_text(node, name);
    guint64 value;

    return text != NULL && g_ascii_string_to_unsigned(text, 10, 0, UINT64_MAX, &value, NULL)
               ? value
               : otherwise;
}

/* "byte * 2^20", "byte*10^6", as DSP0004 writes units. */
static uint64_t ovf_power(const char *unit)
{
    unsigned base, exponent;
    uint64_t value = 1;
    char end;

    if (sscanf(unit, "byte * %u ^ %u%c", &base, &exponent, &end) != 2 ||
        !((base == 2 && exponent < 63) || (base == 10 && exponent < 19)))
        return 0;
    while (exponent-- > 0)
        value *= base;
    return value;
}

uint64_t ovf_unit(const char *unit, uint64_t otherwise)
{
    static const struct {
        const char *word;
        unsigned shift;
    } rows[] = {{"byte", 0},       {"bytes", 0},      {"kilobytes", 10}, {"kb", 10},
                {"kib", 10},       {"megabytes", 20}, {"mb", 20},        {"mib", 20},
                {"gigabytes", 30}, {"gb", 30},        {"gib", 30},       {"terabytes", 40},
                {"tb", 40}};

    if (unit == NULL || *unit == '\0')
        return otherwise;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_ascii_strcasecmp(unit, rows[i].word) == 0)
            return UINT64_C(1) << rows[i].shift;
    }
    return ovf_power(unit);
}

void ovf_leave(struct ovf_reader *reader, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(reader->ovf->left, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* ---- files and disks ---- */

static bool ovf_check_file(const struct ovf_reader *reader, const xmlNode *file, GError **error)
{
    g_autofree char *href = ovf_get(file, "href"), *packed = ovf_get(file, "compression");
    g_autofree char *chunk = ovf_get(file, "chunkSize");

    if (href == NULL || !lathe_fileset_is_name(href))
        return lathe_error_input(error,
                                 "%s:%ld: the package names '%s', which is no file beside it and "
                                 "is not read",
                                 reader->name, xmlGetLineNo(file), href != NULL ? href : "");
    if (chunk != NULL || (packed != NULL && *packed != '\0' && strcmp(packed, "identity") != 0))
        return lathe_error_input(error,
                                 "%s:%ld: '%s' is %s, which is not read: export the package "
                                 "without that",
                                 reader->name, xmlGetLineNo(file), href,
                                 chunk != NULL ? "cut into pieces" : "packed as a whole");
    return true;
}

/* Elements of a list by their ids. */
static bool ovf_collect(const struct ovf_reader *reader, const xmlNode *node, const char *attribute,
                        GHashTable *found, GError **error)
{
    for (; node != NULL; node = ovf_next(node)) {
        char *id = ovf_get(node, attribute);
        if (id != NULL && !g_hash_table_contains(found, id)) {
            g_hash_table_insert(found, id, (gpointer)node);
            continue;
        }
        lathe_error_input(error, "%s:%ld: <%s> has no id of its own ('%s')", reader->name,
                          xmlGetLineNo(node), (const char *)node->name, id != NULL ? id : "");
        g_free(id);
        return false;
    }
    return true;
}

static bool ovf_read_lists(struct ovf_reader *reader, GError **error)
{
    const xmlNode *file = ovf_child(ovf_child(reader->root, "References"), "File");
    const xmlNode *section = ovf_child(reader->root, "DiskSection");

    if (section == NULL) /* OVF 0.9, as early VMware products write it */
        section = ovf_child(reader->root, "Section");
    for (const xmlNode *node = file; node != NULL; node = ovf_next(node)) {
        if (!ovf_check_file(reader, node, error))
            return false;
    }
    return ovf_collect(reader, file, "id", reader->files, error) &&
           ovf_collect(reader, ovf_child(section, "Disk"), "diskId", reader->disks, error);
}

/* ---- the machine ---- */

/* The machine, and what is told of the others. NULL with *error. */
static const xmlNode *ovf_find_system(struct ovf_reader *reader, GError **error)
{
    const xmlNode *all = ovf_child(reader->root, "VirtualSystemCollection");
    const xmlNode *system = ovf_child(all != NULL ? all : reader->root, "VirtualSystem");

    if (system == NULL) {
        lathe_error_input(error, "%s:1: it describes no machine: there is no <VirtualSystem>",
                          reader->name);
        return NULL;
    }
    for (const xmlNode *other = ovf_next(system); other != NULL; other = ovf_next(other)) {
        g_autofree char *id = ovf_get(other, "id");
        ovf_leave(reader, "machine '%s' (line %ld): only the first of a package is imported",
                  id != NULL ? id : "", xmlGetLineNo(other));
    }
    return system;
}

/* VMware's own: <vmw:Config vmw:key="firmware" vmw:value="efi"/>. g_free; NULL: none. */
static char *ovf_config(const xmlNode *hardware, const char *key)
{
    for (const xmlNode *config = ovf_child(hardware, "Config"); config != NULL;
         config = ovf_next(config)) {
        g_autofree char *found = ovf_get(config, "key");
        if (g_strcmp0(found, key) == 0)
            return ovf_get(config, "value");
    }
    return NULL;
}

/* VirtualBox writes its own description too, below <vbox:Machine>. */
static void ovf_read_firmware(struct ovf_reader *reader, const xmlNode *system)
{
    struct lathe_definition *definition = reader->ovf->definition;
    const xmlNode *vbox = ovf_child(ovf_child(system, "Machine"), "Hardware");
    g_autofree char *vmware = ovf_config(reader->hardware, "firmware");
    g_autofree char *secure = ovf_config(reader->hardware, "bootOptions.efiSecureBootEnabled");
    g_autofree char *type = ovf_get(ovf_child(vbox, "Firmware"), "type");
    bool efi =
        g_strcmp0(vmware, "efi") == 0 || (type != NULL && g_ascii_strncasecmp(type, "EFI", 3) == 0);

    g_free(definition->firmware);
    definition->firmware = g_strdup(!efi                             ? "bios"
                                    : g_strcmp0(secure, "true") == 0 ? "uefi-secure"
                                                                     : "uefi");
}

static void ovf_read_names(struct ovf_reader *reader, const xmlNode *system)
{
    struct lathe_definition *definition = reader->ovf->definition;
    g_autofree char *id = ovf_get(system, "id"), *name = ovf_text(system, "Name");
    g_autofree char *note = ovf_text(ovf_child(system, "AnnotationSection"), "Annotation");

    definition->name = g_strdup(name != NULL && *name != '\0' ? name : id);
    if (note != NULL && *note != '\0')
        definition->description = g_strdup(note);
}

/* Sections that say nothing of the machine itself, or were read before. */
static bool ovf_knows_section(const char *name)
{
    static const char *const known[] = {"Info",
                                        "Name",
                                        "AnnotationSection",
                                        "OperatingSystemSection",
                                        "References",
                                        "DiskSection",
                                        "VirtualHardwareSection",
                                        "NetworkSection",
                                        "VirtualSystem",
                                        "VirtualSystemCollection",
                                        "Strings",
                                        "DeploymentOptionSection",
                                        "Machine",
                                        "Section",
                                        NULL};

    return g_strv_contains(known, name);
}

static void ovf_leave_sections(struct ovf_reader *reader, const xmlNode *parent)
{
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || ovf_knows_section((const char *)node->name))
            continue;
        const char *name = (const char *)node->name;
        ovf_leave(reader, "%s (line %ld)%s", name, xmlGetLineNo(node),
                  strcmp(name, "EulaSection") == 0      ? ": a license text, read it there"
                  : strcmp(name, "ProductSection") == 0 ? ": the guest is told nothing of it"
                                                        : "");
    }
}

static void ovf_leave_vbox(struct ovf_reader *reader, const xmlNode *system)
{
    const xmlNode *machine = ovf_child(system, "Machine");

    if (machine != NULL)
        ovf_leave(reader, "Machine (line %ld): VirtualBox's own description, but for its firmware",
                  xmlGetLineNo(machine));
}

static bool ovf_read_system(struct ovf_reader *reader, GError **error)
{
    const xmlNode *system;

    if (g_strcmp0((const char *)reader->root->name, "Envelope") != 0)
        return lathe_error_input(error, "%s:%ld: <%s> is no OVF: its element is <Envelope>",
                                 reader->name, xmlGetLineNo(reader->root),
                                 (const char *)reader->root->name);
    if (!ovf_read_lists(reader, error) || (system = ovf_find_system(reader, error)) == NULL)
        return false;
    reader->hardware = ovf_child(system, "VirtualHardwareSection");
    if (reader->hardware == NULL)
        return lathe_error_input(error, "%s:%ld: the machine has no <VirtualHardwareSection>",
                                 reader->name, xmlGetLineNo(system));
    ovf_read_names(reader, system);
    ovf_read_firmware(reader, system);
    if (!ovf_read_hardware(reader, error))
        return false;
    ovf_leave_sections(reader, reader->root);
    ovf_leave_sections(reader, system);
    ovf_leave_vbox(reader, system);
    return true;
}

struct lathe_ovf *lathe_ovf_read(const char *name, const char *text, size_t length, GError **error)
{
    xmlDoc *document = lathe_tree_parse(name, text, length, error);
    g_autoptr(lathe_ovf) ovf = g_new0(struct lathe_ovf, 1);
    struct ovf_reader reader = {.name = name, .ovf = ovf};
    bool read;

    ovf->definition = lathe_definition_new();
    ovf->sounds = g_ptr_array_new();
    ovf->left = g_ptr_array_new_with_free_func(g_free);
    if (document == NULL)
        return NULL;
    reader.root = xmlDocGetRootElement(document);
    reader.files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.disks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    read = ovf_read_system(&reader, error);
    g_hash_table_unref(reader.files);
    g_hash_table_unref(reader.disks);
    xmlFreeDoc(document);
    return read ? g_steal_pointer(&ovf) : NULL;
}

void lathe_ovf_free(struct lathe_ovf *ovf)
{
    if (ovf == NULL)
        return;
    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++)
        g_free(ovf->media[i].file);
    g_clear_pointer(&ovf->sounds, g_ptr_array_unref);
    g_clear_pointer(&ovf->left, g_ptr_array_unref);
    lathe_definition_free(ovf->definition);
    g_free(ovf);
}

/* ---- the document ---- */

struct lathe_config *lathe_ovf_to_config(const struct lathe_ovf *ovf, const char *path,
                                         GError **error)
{
    g_autoptr(lathe_config) config = lathe_config_new(path);
    xmlNode *root = lathe_config_root(config);

    if (!lathe_config_write(config, ovf->definition, OVF_AREAS, error))
        return NULL;
    for (guint i = 0; i < ovf->sounds->len; i++)
        lathe_tree_set(lathe_tree_add(lathe_tree_need(root, "devices"), "sound", NULL), "model",
                       ovf->sounds->pdata[i]);
    return g_steal_pointer(&config);
}
