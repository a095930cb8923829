/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Viewers elsewhere in a document: <graphics type='spice'> with a port or a socket of its own is
 * served; what is left to others to choose (autoport) is not. The file of the ticket and the folder
 * of TLS, for which libvirt has no place, are ours.
 */
#include <string.h>

#include "app/config/read.h"
#include "app/config/write-private.h"
#include "app/plan/error.h"

#define GRAPHICS_OURS "metadata/lathe:machine/lathe:spice"

/* By its attribute or the first <listen>; g_free, NULL: neither says it. */
static char *graphics_listen(const xmlNode *graphics, const char *attribute, const char *of_listen)
{
    char *value = lathe_tree_get(graphics, attribute);

    return value != NULL ? value : lathe_tree_get(lathe_tree_child(graphics, "listen"), of_listen);
}

/* 0: it has none. */
static unsigned graphics_port(const xmlNode *graphics, bool tls)
{
    g_autofree char *text = lathe_tree_get(graphics, tls ? "tlsPort" : "port");
    guint64 port = 0;

    if (text == NULL || lathe_tree_is(graphics, "autoport", "yes") ||
        !g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
        return 0;
    return (unsigned)port;
}

/* Of which the viewers' devices are passed on through; tell NULL: the others are not listed. */
static unsigned graphics_count_redirections(const xmlNode *root, struct lathe_config_reader *tell,
                                            unsigned max)
{
    const xmlNode *device = lathe_tree_find(root, "devices/redirdev");
    unsigned count = 0;

    for (; device != NULL; device = lathe_tree_next(device)) {
        if (!lathe_tree_is(device, "type", "spicevmc"))
            continue;
        if (count < max)
            count++;
        else if (tell != NULL)
            lathe_read_later(tell, device,
                             max == 0 ? "redirdev: the machine serves no SPICE viewers"
                                      : "redirdev: at most %d devices are passed on",
                             LATHE_SPICE_USB_MAX);
    }
    return count;
}

/* What it says; NULL: it says no place. */
static struct lathe_spice_definition *graphics_take(const xmlNode *root, const xmlNode *graphics)
{
    const xmlNode *ours = lathe_tree_find(root, GRAPHICS_OURS);
    struct lathe_spice_definition *spice = g_new0(struct lathe_spice_definition, 1);

    spice->tls = lathe_tree_get(ours, "tls");
    spice->ticket_file = lathe_tree_get(ours, "ticket-file");
    spice->ticket = lathe_tree_get(graphics, "passwd");
    spice->path = graphics_listen(graphics, "socket", "socket");
    spice->port = graphics_port(graphics, spice->tls != NULL);
    if (spice->path == NULL)
        spice->host = graphics_listen(graphics, "listen", "address");
    if (spice->path == NULL && spice->host == NULL)
        spice->host = g_strdup("127.0.0.1");
    spice->usb = graphics_count_redirections(root, NULL, LATHE_SPICE_USB_MAX);
    if (lathe_tree_is(graphics, "type", "spice") && (spice->path != NULL || spice->port != 0))
        return spice;
    lathe_spice_definition_free(spice);
    return NULL;
}

/* The first that is served; NULL: none. */
static const xmlNode *graphics_find(const xmlNode *root, struct lathe_spice_definition **spice)
{
    const xmlNode *graphics = lathe_tree_find(root, "devices/graphics");

    for (*spice = NULL; graphics != NULL; graphics = lathe_tree_next(graphics)) {
        if ((*spice = graphics_take(root, graphics)) != NULL)
            return graphics;
    }
    return NULL;
}

/* ---- reading ---- */

static void graphics_resolve(struct lathe_config_reader *reader, char **path)
{
    char *whole = *path != NULL ? lathe_read_path(reader, *path) : NULL;

    g_free(*path);
    *path = whole;
}

void lathe_read_graphics(struct lathe_config_reader *reader)
{
    struct lathe_spice_definition *spice;
    const xmlNode *served = graphics_find(reader->root, &spice);
    const xmlNode *graphics = lathe_tree_find(reader->root, "devices/graphics");
    g_autoptr(GError) why = NULL;

    for (; graphics != NULL; graphics = lathe_tree_next(graphics)) {
        if (graphics != served)
            lathe_read_later(
                reader, graphics,
                "graphics: the machine has a window of its own, and serves no other viewers");
    }
    graphics_count_redirections(reader->root, reader, served != NULL ? LATHE_SPICE_USB_MAX : 0);
    if (served == NULL)
        return;
    graphics_resolve(reader, &spice->path);
    graphics_resolve(reader, &spice->tls);
    graphics_resolve(reader, &spice->ticket_file);
    g_autofree char *text = lathe_spice_format(spice);
    lathe_spice_definition_free(spice);
    if (!lathe_definition_set_spice(reader->definition, text, &why))
        lathe_read_later(reader, served, "graphics: %s", why->message);
}

/* ---- writing ---- */

static void graphics_set(xmlNode *node, const char *attribute, const char *value)
{
    if (value != NULL)
        lathe_tree_set(node, attribute, value);
    else
        xmlUnsetProp(node, (const xmlChar *)attribute);
}

static void graphics_write_place(xmlNode *graphics, const struct lathe_spice_definition *spice)
{
    static const char *const places[] = {"port", "tlsPort", "autoport", "listen", "socket"};
    g_autofree char *port = g_strdup_printf("%u", spice->port);
    xmlNode *listen;

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        graphics_set(graphics, places[i], NULL);
    lathe_write_drop_all(graphics, "listen");
    listen = lathe_tree_add(graphics, "listen", NULL);
    if (spice->path != NULL) {
        lathe_tree_set(lathe_tree_set(listen, "type", "socket"), "socket", spice->path);
        return;
    }
    lathe_tree_set(lathe_tree_set(listen, "type", "address"), "address", spice->host);
    lathe_tree_set(graphics, spice->tls != NULL ? "tlsPort" : "port", port);
    lathe_tree_set(graphics, "autoport", "no");
}

static void graphics_write_ours(xmlNode *root, const struct lathe_spice_definition *spice)
{
    if (spice == NULL || (spice->tls == NULL && spice->ticket_file == NULL)) {
        xmlNode *ours = lathe_tree_find(root, "metadata/lathe:machine");
        if (ours != NULL)
            lathe_write_drop(ours, "lathe:spice");
        return;
    }
    xmlNode *own = lathe_tree_need(lathe_write_ours(root), "lathe:spice");
    graphics_set(own, "tls", spice->tls);
    graphics_set(own, "ticket-file", spice->ticket_file);
}

/* As many as are wanted; the first ones stay. */
static void graphics_write_redirections(xmlNode *root, unsigned count)
{
    xmlNode *devices = lathe_tree_need(root, "devices");
    xmlNode *device = (xmlNode *)lathe_tree_find(root, "devices/redirdev");

    while (device != NULL) {
        xmlNode *next = (xmlNode *)lathe_tree_next(device);
        bool ours = lathe_tree_is(device, "type", "spicevmc");
        if (ours && count != 0) {
            count--;
        } else if (ours) {
            xmlUnlinkNode(device);
            xmlFreeNode(device);
        }
        device = next;
    }
    for (; count != 0; count--)
        lathe_tree_set(lathe_tree_set(lathe_tree_add(devices, "redirdev", NULL), "bus", "usb"),
                       "type", "spicevmc");
}

static bool graphics_same(const struct lathe_spice_definition *left,
                          const struct lathe_spice_definition *right)
{
    g_autofree char *one = left != NULL ? lathe_spice_format(left) : NULL;
    g_autofree char *other = right != NULL ? lathe_spice_format(right) : NULL;

    return g_strcmp0(one, other) == 0;
}

void lathe_write_graphics(xmlNode *root, const struct lathe_definition *definition)
{
    struct lathe_spice_definition *before;
    xmlNode *graphics = (xmlNode *)graphics_find(root, &before);
    bool same = graphics_same(before, definition->spice);

    lathe_spice_definition_free(before);
    if (same)
        return;
    graphics_write_ours(root, definition->spice);
    graphics_write_redirections(root, definition->spice != NULL ? definition->spice->usb : 0);
    if (definition->spice == NULL) {
        xmlUnlinkNode(graphics);
        xmlFreeNode(graphics);
        return;
    }
    if (graphics == NULL)
        graphics = lathe_tree_set(
            lathe_tree_add(lathe_tree_need(root, "devices"), "graphics", NULL), "type", "spice");
    graphics_write_place(graphics, definition->spice);
    graphics_set(graphics, "passwd", definition->spice->ticket);
}
