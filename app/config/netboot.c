/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot service of a network adapter in a document. libvirt has no place for it: it is ours, a
 * <lathe:netboot interface="1"> for the first adapter, with a <lathe:file> for each single file.
 */
#include <string.h>

#include "app/config/read.h"
#include "app/config/tree.h"
#include "app/config/write-private.h"
#include "app/plan/error.h"

#define NETBOOT_PLACE "metadata/lathe:machine/lathe:netboot"

static xmlNode *netboot_find(const xmlNode *root, unsigned number)
{
    g_autofree char *text = g_strdup_printf("%u", number);
    xmlNode *node = lathe_tree_find(root, NETBOOT_PLACE);

    while (node != NULL && !lathe_tree_is(node, "interface", text))
        node = lathe_tree_next(node);
    return node;
}

/* ---- reading ---- */

static bool netboot_read_file(struct lathe_config_reader *reader, const xmlNode *node,
                              struct lathe_net_definition *net, GError **error)
{
    g_autofree char *name = lathe_tree_get(node, "name"), *path = lathe_tree_get(node, "path");
    g_autofree char *whole = lathe_read_path(reader, path);

    if (net->files == NULL)
        net->files = g_ptr_array_new_with_free_func(g_free);
    if (net->files->len == EMU_NETBOOT_FILES)
        return lathe_read_fail(reader, node, error, "lathe:netboot has more than %u files",
                               EMU_NETBOOT_FILES);
    if (name == NULL || *name == '\0' || strchr(name, '=') != NULL || whole == NULL)
        return lathe_read_fail(reader, node, error,
                               "lathe:file needs a name without '=', and a path");
    g_ptr_array_add(net->files, g_strconcat(name, "=", whole, NULL));
    return true;
}

bool lathe_read_netboot(struct lathe_config_reader *reader, unsigned index, GError **error)
{
    const xmlNode *node = netboot_find(reader->root, index + 1), *file;
    struct lathe_net_definition *net = &reader->definition->net[index];

    if (node == NULL)
        return true;
    g_autofree char *folder = lathe_tree_get(node, "folder"), *pcap = lathe_tree_get(node, "pcap");
    net->tftp = lathe_read_path(reader, folder);
    net->pcap = lathe_read_path(reader, pcap);
    net->bootfile = lathe_tree_get(node, "bootfile");
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        net->boots[i] = lathe_tree_get(node, lathe_net_client_name(i));
    for (file = lathe_tree_child(node, "lathe:file"); file != NULL; file = lathe_tree_next(file)) {
        if (!netboot_read_file(reader, file, net, error))
            return false;
    }
    return true;
}

/* ---- writing ---- */

static void netboot_set(xmlNode *node, const char *name, const char *value)
{
    if (value != NULL)
        lathe_tree_set(node, name, value);
}

static void netboot_add_file(xmlNode *node, const char *text)
{
    const char *path = strchr(text, '=');
    g_autofree char *name = g_strndup(text, (gsize)(path - text));

    lathe_tree_set(lathe_tree_set(lathe_tree_add(node, "lathe:file", NULL), "name", name), "path",
                   path + 1);
}

void lathe_write_netboot(xmlNode *root, unsigned number, const struct lathe_net_definition *net)
{
    g_autofree char *text = g_strdup_printf("%u", number);
    xmlNode *node;

    if (!lathe_net_boots(net) && net->pcap == NULL)
        return;
    node = lathe_tree_add(lathe_write_ours(root), "lathe:netboot", NULL);
    lathe_tree_set(node, "interface", text);
    netboot_set(node, "folder", net->tftp);
    netboot_set(node, "pcap", net->pcap);
    netboot_set(node, "bootfile", net->bootfile);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        netboot_set(node, lathe_net_client_name(i), net->boots[i]);
    for (guint i = 0; net->files != NULL && i < net->files->len; i++)
        netboot_add_file(node, net->files->pdata[i]);
}

void lathe_write_drop_netboots(xmlNode *root)
{
    xmlNode *ours = lathe_tree_find(root, "metadata/lathe:machine");

    if (ours != NULL)
        lathe_write_drop_all(ours, "lathe:netboot");
}

void lathe_write_forget_netboot(xmlNode *root, unsigned number)
{
    xmlNode *node = netboot_find(root, number);

    if (number == 0)
        return;
    if (node != NULL) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
    for (node = lathe_tree_find(root, NETBOOT_PLACE); node != NULL; node = lathe_tree_next(node)) {
        g_autofree char *text = lathe_tree_get(node, "interface");
        guint64 own = text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;
        g_autofree char *less = g_strdup_printf("%" G_GUINT64_FORMAT, own - 1);
        if (own > number)
            lathe_tree_set(node, "interface", less);
    }
}
