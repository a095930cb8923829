/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of fw_cfg and texts of SMBIOS out of a document and into it (told.h). */
#include "app/config/told.h"

#include <string.h>

#include "app/config/tree.h"

/* ---- reading ---- */

static bool told_read_file(struct lathe_config_reader *reader, const xmlNode *entry, GError **error)
{
    g_autofree char *name = lathe_tree_get(entry, "name"), *file = lathe_tree_get(entry, "file");
    g_autofree char *path = lathe_read_path(reader, file), *text = lathe_tree_text(entry);
    bool plain = path == NULL || (text != NULL && *text != '\0');

    return lathe_told_take_file(reader->definition->told, name, path,
                                plain ? (text != NULL ? text : "") : NULL, error) ||
           lathe_read_fail_at(reader, entry, error);
}

static bool told_read_files(struct lathe_config_reader *reader, const xmlNode *info, GError **error)
{
    for (const xmlNode *entry = lathe_tree_child(info, "entry"); entry != NULL;
         entry = lathe_tree_next(entry)) {
        if (!told_read_file(reader, entry, error))
            return false;
    }
    return true;
}

/* The entry of a name in the first element of the group; NULL: none. */
static const xmlNode *told_find(const xmlNode *info, enum emu_smbios_text id)
{
    const xmlNode *entry =
        lathe_tree_child(lathe_tree_child(info, lathe_smbios_group(id)), "entry");

    while (entry != NULL && !lathe_tree_is(entry, "name", lathe_smbios_name(id)))
        entry = lathe_tree_next(entry);
    return entry;
}

static bool told_read_texts(struct lathe_config_reader *reader, const xmlNode *info, GError **error)
{
    for (unsigned id = 0; id < EMU_SMBIOS_TEXTS; id++) {
        const xmlNode *entry = told_find(info, id);
        g_autofree char *text = lathe_tree_text(entry);
        if (text != NULL && !lathe_told_take_text(reader->definition->told, id, text, error))
            return lathe_read_fail_at(reader, entry, error);
    }
    return true;
}

static bool told_read_strings(struct lathe_config_reader *reader, const xmlNode *info,
                              GError **error)
{
    for (const xmlNode *entry = lathe_tree_find(info, "oemStrings/entry"); entry != NULL;
         entry = lathe_tree_next(entry)) {
        g_autofree char *text = lathe_tree_text(entry);
        if (!lathe_told_take_string(reader->definition->told, text != NULL ? text : "", error))
            return lathe_read_fail_at(reader, entry, error);
    }
    return true;
}

static bool told_read_smbios(struct lathe_config_reader *reader, const xmlNode *info,
                             GError **error)
{
    const xmlNode *mode = lathe_tree_find(reader->root, "os/smbios");
    const xmlNode *board = lathe_tree_child(info, "baseBoard");
    const xmlNode *second = board != NULL ? lathe_tree_next(board) : NULL;

    if (!lathe_tree_is(mode, "mode", "sysinfo")) {
        lathe_read_later(reader, info,
                         "sysinfo type='smbios': it counts only where os has <smbios "
                         "mode='sysinfo'/>");
        return true;
    }
    if (second != NULL)
        lathe_read_later(reader, second, "sysinfo/baseBoard: the machine has one board");
    return told_read_texts(reader, info, error) && told_read_strings(reader, info, error);
}

bool lathe_told_read(struct lathe_config_reader *reader, GError **error)
{
    for (const xmlNode *info = lathe_tree_child(reader->root, "sysinfo"); info != NULL;
         info = lathe_tree_next(info)) {
        if (!(lathe_tree_is(info, "type", "fwcfg") ? told_read_files(reader, info, error)
                                                   : told_read_smbios(reader, info, error)))
            return false;
    }
    return true;
}

/* ---- writing ---- */

static void told_drop(xmlNode *root, const char *type)
{
    xmlNode *info = lathe_tree_child(root, "sysinfo");

    while (info != NULL) {
        xmlNode *next = lathe_tree_next(info);
        if (lathe_tree_is(info, "type", type)) {
            xmlUnlinkNode(info);
            xmlFreeNode(info);
        }
        info = next;
    }
}

void lathe_told_write_files(xmlNode *root, const struct lathe_told *told)
{
    xmlNode *info;

    told_drop(root, "fwcfg");
    if (told->files->len == 0)
        return;
    info = lathe_tree_set(lathe_tree_add(root, "sysinfo", NULL), "type", "fwcfg");
    for (guint i = 0; i < told->files->len; i++) {
        const struct lathe_fw_file *file = &g_array_index(told->files, struct lathe_fw_file, i);
        xmlNode *entry =
            lathe_tree_set(lathe_tree_add(info, "entry", file->text), "name", file->name);
        if (file->path != NULL)
            lathe_tree_set(entry, "file", file->path);
    }
}

/* Whether the guest sees them is said elsewhere; "host" and "emulate" stay where nothing is said.
 */
static void told_write_mode(xmlNode *root, bool told)
{
    xmlNode *os = lathe_tree_need(root, "os"), *mode = lathe_tree_child(os, "smbios");

    if (told) {
        lathe_tree_set(lathe_tree_need(os, "smbios"), "mode", "sysinfo");
    } else if (lathe_tree_is(mode, "mode", "sysinfo")) {
        xmlUnlinkNode(mode);
        xmlFreeNode(mode);
    }
}

void lathe_told_write_smbios(xmlNode *root, const struct lathe_told *told)
{
    bool has = lathe_told_has_smbios(told);
    xmlNode *info, *strings;

    told_drop(root, "smbios");
    told_write_mode(root, has);
    if (!has)
        return;
    info = lathe_tree_set(lathe_tree_add(root, "sysinfo", NULL), "type", "smbios");
    for (unsigned id = 0; id < EMU_SMBIOS_TEXTS; id++) {
        if (told->texts[id] == NULL)
            continue;
        xmlNode *group = lathe_tree_need(info, lathe_smbios_group(id));
        lathe_tree_set(lathe_tree_add(group, "entry", told->texts[id]), "name",
                       lathe_smbios_name(id));
    }
    if (told->strings->len == 0)
        return;
    strings = lathe_tree_add(info, "oemStrings", NULL);
    for (guint i = 0; i < told->strings->len; i++)
        lathe_tree_add(strings, "entry", told->strings->pdata[i]);
}
