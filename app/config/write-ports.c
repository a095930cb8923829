/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Network adapters, ports, terminals and channels put into a document. Each that was there already
 * keeps its element, and of it all that the definition does not say otherwise: addresses, names,
 * what others wrote into it.
 */
#include <arpa/inet.h>
#include <string.h>

#include "app/config/parts.h"
#include "app/config/read.h"
#include "app/config/write-private.h"
#include "app/plan/error.h"

/* ---- which of those there are is which ---- */

#define MATCH_MAX LATHE_PARTS_MAX

/* What was there, and for each that is to be, which of them it is. */
struct match {
    const void *before, *after; /* arrays of the definitions */
    bool (*same)(const void *before, unsigned old, const void *after, unsigned now);
    xmlNode *old[MATCH_MAX];
    unsigned olds, news;
    bool used[MATCH_MAX];
    int of[MATCH_MAX]; /* -1: it is new */
};

static bool match_same(const struct match *match, unsigned old, unsigned now)
{
    return match->same(match->before, old, match->after, now);
}

static bool match_take(struct match *match, unsigned old, unsigned now)
{
    match->used[old] = true;
    match->of[now] = (int)old;
    return true;
}

/* The first one that is free, and, if they have to be, the same. */
static bool match_search(struct match *match, unsigned now, bool same)
{
    for (unsigned old = 0; old < match->olds; old++) {
        if (!match->used[old] && (!same || match_same(match, old, now)))
            return match_take(match, old, now);
    }
    return false;
}

/* At the same place, or at another one; what is then left over was changed. */
static void match_find(struct match *match)
{
    for (unsigned now = 0; now < match->news; now++) {
        match->of[now] = -1;
        if (now < match->olds && match_same(match, now, now))
            match_take(match, now, now);
    }
    for (unsigned now = 0; now < match->news; now++) {
        if (match->of[now] < 0)
            match_search(match, now, true);
    }
    for (unsigned now = 0; now < match->news; now++) {
        if (match->of[now] < 0)
            match_search(match, now, false);
    }
}

/* The element of one that is to be, behind the one before it; a new one is empty. */
static xmlNode *match_place(struct match *match, xmlNode *devices, const char *name, unsigned now,
                            xmlNode *last)
{
    bool fresh = match->of[now] < 0;
    xmlNode *node = fresh ? lathe_tree_add(devices, name, NULL) : match->old[match->of[now]];

    if (last != NULL && lathe_tree_next(last) != node) {
        xmlUnlinkNode(node);
        xmlAddNextSibling(last, node);
    }
    return node;
}

static void match_drop_rest(struct match *match)
{
    for (unsigned old = 0; old < match->olds; old++) {
        if (match->used[old])
            continue;
        xmlUnlinkNode(match->old[old]);
        xmlFreeNode(match->old[old]);
    }
}

/* ---- forwards ---- */

static bool forward_add(xmlNode *net, const struct emu_net_forward *forward, GError **error)
{
    static const uint8_t any[sizeof(forward->guest.bytes)];
    char host[INET6_ADDRSTRLEN] = "";
    xmlNode *node, *range;

    if (!forward->guest.six && memcmp(forward->guest.bytes, any, sizeof(any)) != 0)
        return lathe_error_input(error, "a definition forwards ports to the guest's own address: "
                                        "leave out the one before the second port");
    node = lathe_tree_add(net, "portForward", NULL);
    range = lathe_tree_add(node, "range", NULL);
    inet_ntop(forward->host.six ? AF_INET6 : AF_INET, forward->host.bytes, host, sizeof(host));
    lathe_tree_set(node, "proto", forward->protocol == EMU_NET_UDP ? "udp" : "tcp");
    lathe_tree_set(node, "address", host);
    g_autofree char *from = g_strdup_printf("%u", forward->host.port),
                    *to = g_strdup_printf("%u", forward->guest.port);
    lathe_tree_set(lathe_tree_set(range, "start", from), "to", to);
    return true;
}

static bool forward_equal(const struct emu_net_forward *left, const struct emu_net_forward *right)
{
    return lathe_forward_same(left, right) && left->guest.port == right->guest.port &&
           left->guest.six == right->guest.six &&
           memcmp(left->guest.bytes, right->guest.bytes, sizeof(left->guest.bytes)) == 0;
}

/* Its place among those that are not in the document yet; -1: it is none of them. */
static int forward_find(const GArray *wanted, const bool *kept,
                        const struct emu_net_forward *forward)
{
    for (guint i = 0; i < wanted->len; i++) {
        if (!kept[i] && forward_equal(&g_array_index(wanted, struct emu_net_forward, i), forward))
            return (int)i;
    }
    return -1;
}

/* Are all ports of an element wanted? Then they are noted as kept. */
static bool forward_keep(const xmlNode *element, const GArray *wanted, bool *kept)
{
    g_autoptr(GString) text = g_string_new("user");
    struct lathe_net_definition net;
    bool all = lathe_read_forward_ports(element, text) && lathe_net_parse(text->str, &net, NULL);

    if (!all)
        return false;
    for (guint i = 0; i < net.forwards->len && all; i++)
        all = forward_find(wanted, kept, &g_array_index(net.forwards, struct emu_net_forward, i)) >=
              0;
    for (guint i = 0; i < net.forwards->len && all; i++) {
        int index =
            forward_find(wanted, kept, &g_array_index(net.forwards, struct emu_net_forward, i));
        if (index >= 0)
            kept[index] = true;
    }
    lathe_net_clear(&net);
    return all;
}

/* An element with a port that is not wanted any more goes; its other ports come again. */
static bool forward_write(xmlNode *node, const GArray *wanted, GError **error)
{
    g_autofree bool *kept = g_new0(bool, wanted->len + 1);
    xmlNode *element = lathe_tree_child(node, "portForward");

    while (element != NULL) {
        xmlNode *next = lathe_tree_next(element);
        if (!forward_keep(element, wanted, kept)) {
            xmlUnlinkNode(element);
            xmlFreeNode(element);
        }
        element = next;
    }
    for (guint i = 0; i < wanted->len; i++) {
        if (!kept[i] &&
            !forward_add(node, &g_array_index(wanted, struct emu_net_forward, i), error))
            return false;
    }
    return true;
}

/* ---- network ---- */

static bool net_same_mac(const struct lathe_net_definition *left,
                         const struct lathe_net_definition *right)
{
    return left->mac == right->mac || (left->mac != NULL && right->mac != NULL &&
                                       g_ascii_strcasecmp(left->mac, right->mac) == 0);
}

/* An adapter with an address is known by it, others by all that is said of them. */
static bool net_same(const void *before, unsigned old, const void *after, unsigned now)
{
    const struct lathe_net_definition *left = (const struct lathe_net_definition *)before + old;
    const struct lathe_net_definition *right = (const struct lathe_net_definition *)after + now;
    bool same = left->model == right->model && left->forwards->len == right->forwards->len;

    if (left->mac != NULL || !net_same_mac(left, right))
        return net_same_mac(left, right);
    for (guint i = 0; i < left->forwards->len && same; i++)
        same = forward_equal(&g_array_index(left->forwards, struct emu_net_forward, i),
                             &g_array_index(right->forwards, struct emu_net_forward, i));
    return same;
}

static void net_write_mac(xmlNode *node, const char *mac)
{
    if (mac == NULL)
        lathe_write_drop(node, "mac");
    else
        lathe_tree_set(lathe_tree_need(node, "mac"), "address", mac);
}

/* before: what the element says; NULL: nothing yet. */
static bool net_write(xmlNode *node, const struct lathe_net_definition *before,
                      const struct lathe_net_definition *net, GError **error)
{
    if (before == NULL)
        lathe_tree_set(node, "type", "user");
    if (before != NULL ? !net_same_mac(before, net) : net->mac != NULL)
        net_write_mac(node, net->mac);
    if (before == NULL || before->model != net->model)
        lathe_tree_set(lathe_tree_need(node, "model"), "type",
                       net->model == EMU_NIC_E1000E ? "e1000e" : "virtio");
    return forward_write(node, net->forwards, error);
}

bool lathe_write_nets(xmlNode *root, const struct lathe_definition *before,
                      const struct lathe_definition *definition, GError **error)
{
    struct match match = {before->net, definition->net, net_same, .news = definition->nets};
    xmlNode *devices = lathe_tree_need(root, "devices"), *last = NULL;
    xmlNode *node = lathe_tree_child(devices, "interface");

    for (; node != NULL && match.olds < before->nets; node = lathe_tree_next(node))
        match.old[match.olds++] = node;
    match_find(&match);
    lathe_write_drop_netboots(root);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "interface", i, last);
        lathe_write_netboot(root, i + 1, &definition->net[i]);
        if (!net_write(last, match.of[i] >= 0 ? &before->net[match.of[i]] : NULL,
                       &definition->net[i], error))
            return false;
    }
    match_drop_rest(&match);
    return true;
}

/* ---- serial ports ---- */

static bool port_same(const struct lathe_serial_definition *left,
                      const struct lathe_serial_definition *right)
{
    return left->kind == right->kind && g_strcmp0(left->path, right->path) == 0;
}

static bool serial_same(const void *before, unsigned old, const void *after, unsigned now)
{
    return port_same((const struct lathe_serial_definition *)before + old,
                     (const struct lathe_serial_definition *)after + now);
}

/* Where it leads; what it is in the machine stays. */
static void port_write(xmlNode *node, const struct lathe_serial_definition *serial)
{
    static const char *const types[] = {
        [LATHE_SERIAL_DEFAULT] = "vc", [LATHE_SERIAL_TAB] = "vc",    [LATHE_SERIAL_STDIO] = "stdio",
        [LATHE_SERIAL_PTY] = "pty",    [LATHE_SERIAL_UNIX] = "unix", [LATHE_SERIAL_FILE] = "file",
        [LATHE_SERIAL_NULL] = "null"};
    xmlNode *source;

    lathe_tree_set(node, "type", types[serial->kind]);
    xmlUnsetProp(node, (const xmlChar *)"tty");
    lathe_write_drop(node, "protocol");
    lathe_write_drop_all(node, "source");
    if (serial->path == NULL)
        return;
    source = lathe_tree_set(lathe_tree_add(node, "source", NULL), "path", serial->path);
    if (serial->kind == LATHE_SERIAL_UNIX)
        lathe_tree_set(source, "mode", "bind");
}

/* Only a <console> says the only port: it becomes a <serial>, beside which others can be. */
static void serial_adopt(struct match *match, xmlNode *console)
{
    if (match->olds != 0 || console == NULL)
        return;
    xmlNodeSetName(console, (const xmlChar *)"serial");
    lathe_write_drop(console, "target");
    match->old[match->olds++] = console;
}

/* Those that say the first port again. */
static void serial_drop_consoles(xmlNode *devices)
{
    xmlNode *node = lathe_tree_child(devices, "console");

    while (node != NULL) {
        xmlNode *next = lathe_tree_next(node);
        if (lathe_read_is_serial_console(node)) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
        node = next;
    }
}

bool lathe_write_remove_serial(xmlNode *devices, unsigned number)
{
    xmlNode *node = lathe_tree_child(devices, "serial");
    xmlNode *console = lathe_tree_child(devices, "console");
    unsigned left = number;

    if (number == 0)
        return false;
    while (node != NULL && (lathe_read_is_debugcon(node) || --left != 0))
        node = lathe_tree_next(node);
    if (node == NULL && (number != 1 || console == NULL || !lathe_read_is_serial_console(console)))
        return false;
    if (node != NULL) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
    if (number == 1)
        serial_drop_consoles(devices);
    return true;
}

static bool match_all_same(const struct match *match, unsigned olds)
{
    bool same = olds == match->news;

    for (unsigned i = 0; i < olds && same; i++)
        same = match_same(match, i, i);
    return same;
}

bool lathe_write_serials(xmlNode *root, const struct lathe_definition *before,
                         const struct lathe_definition *definition, GError **error)
{
    struct match match = {before->serial, definition->serial, serial_same,
                          .news = definition->serials};
    xmlNode *devices = lathe_tree_need(root, "devices"), *last = NULL;
    xmlNode *node = lathe_tree_child(devices, "serial");

    if (match_all_same(&match, before->serials))
        return true;
    for (; node != NULL && match.olds < before->serials; node = lathe_tree_next(node)) {
        if (!lathe_read_is_debugcon(node))
            match.old[match.olds++] = node;
    }
    if (before->serials != 0)
        serial_adopt(&match, lathe_tree_child(devices, "console"));
    match_find(&match);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "serial", i, last);
        if (match.of[i] < 0 || !match_same(&match, (unsigned)match.of[i], i))
            port_write(last, &definition->serial[i]);
    }
    if (match.news == 0 || match.of[0] != 0 || !match_same(&match, 0, 0))
        serial_drop_consoles(devices);
    match_drop_rest(&match);
    return true;
}

/* ---- the virtio console ---- */

static xmlNode *port_add_target(xmlNode *port)
{
    return lathe_tree_set(lathe_tree_add(port, "target", NULL), "type", "virtio");
}

bool lathe_write_consoles(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error)
{
    struct match match = {before->console, definition->console, serial_same,
                          .news = definition->consoles};
    xmlNode *devices = lathe_tree_need(root, "devices"), *last = NULL;
    xmlNode *node = lathe_tree_child(devices, "console");

    for (; node != NULL && match.olds < before->consoles; node = lathe_tree_next(node)) {
        if (lathe_read_is_virtio_port(node))
            match.old[match.olds++] = node;
    }
    match_find(&match);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "console", i, last);
        if (match.of[i] < 0 || !match_same(&match, (unsigned)match.of[i], i))
            port_write(last, &definition->console[i]);
        if (match.of[i] < 0)
            port_add_target(last);
    }
    match_drop_rest(&match);
    return true;
}

/* A channel is known by its name. */
static bool channel_same(const void *before, unsigned old, const void *after, unsigned now)
{
    return strcmp(((const struct lathe_channel_definition *)before)[old].name,
                  ((const struct lathe_channel_definition *)after)[now].name) == 0;
}

static void channel_write(xmlNode *node, const struct lathe_channel_definition *before,
                          const struct lathe_channel_definition *channel)
{
    if (before == NULL || !port_same(&before->end, &channel->end))
        port_write(node, &channel->end);
    if (before == NULL)
        port_add_target(node);
    if (before == NULL || strcmp(before->name, channel->name) != 0)
        lathe_tree_set(lathe_tree_child(node, "target"), "name", channel->name);
}

bool lathe_write_channels(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error)
{
    struct match match = {before->channel, definition->channel, channel_same,
                          .news = definition->channels};
    xmlNode *devices = lathe_tree_need(root, "devices"), *last = NULL;
    xmlNode *node = lathe_tree_child(devices, "channel");

    for (; node != NULL && match.olds < before->channels; node = lathe_tree_next(node)) {
        if (lathe_read_is_virtio_port(node))
            match.old[match.olds++] = node;
    }
    match_find(&match);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "channel", i, last);
        channel_write(last, match.of[i] >= 0 ? &before->channel[match.of[i]] : NULL,
                      &definition->channel[i]);
    }
    match_drop_rest(&match);
    return true;
}

/* ---- devices of the host, shared folders ---- */

static bool hostdev_same(const void *before, unsigned old, const void *after, unsigned now)
{
    return lathe_hostdev_same(((const struct lathe_hostdev *const *)before)[old],
                              ((const struct lathe_hostdev *const *)after)[now]);
}

/* Those that are not only kept, at most MATCH_MAX; nodes: theirs, if there is a first one. */
static unsigned hostdev_collect(const GArray *hostdevs, const struct lathe_hostdev **found,
                                xmlNode *node, xmlNode **nodes)
{
    unsigned count = 0;

    for (guint i = 0; i < hostdevs->len && count < MATCH_MAX; i++) {
        const struct lathe_hostdev *hostdev = &g_array_index(hostdevs, struct lathe_hostdev, i);
        if (hostdev->kind != LATHE_HOSTDEV_OTHER) {
            nodes[count] = node;
            found[count++] = hostdev;
        }
        node = node != NULL ? lathe_tree_next(node) : NULL;
    }
    return count;
}

/* Another kind of device, or one that is found otherwise, has nothing of the old one's source. */
static void hostdev_write(xmlNode *node, const struct lathe_hostdev *before,
                          const struct lathe_hostdev *hostdev)
{
    bool alike = before != NULL && before->kind == hostdev->kind &&
                 (before->vendor == 0) == (hostdev->vendor == 0);

    if (!alike)
        lathe_write_drop(node, "source");
    lathe_parts_write_hostdev(node, hostdev);
}

bool lathe_write_hostdevs(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error)
{
    const struct lathe_hostdev *old[MATCH_MAX], *now[MATCH_MAX];
    xmlNode *devices = lathe_tree_need(root, "devices"), *none[MATCH_MAX], *last = NULL;
    struct match match = {old, now, hostdev_same};

    match.olds = hostdev_collect(before->parts->hostdevs, old, lathe_tree_child(devices, "hostdev"),
                                 match.old);
    match.news = hostdev_collect(definition->parts->hostdevs, now, NULL, none);
    match_find(&match);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "hostdev", i, last);
        if (match.of[i] < 0)
            hostdev_write(last, NULL, now[i]);
        else if (!match_same(&match, (unsigned)match.of[i], i))
            hostdev_write(last, old[match.of[i]], now[i]);
    }
    match_drop_rest(&match);
    return true;
}

static bool share_same(const void *before, unsigned old, const void *after, unsigned now)
{
    return strcmp(((const struct lathe_share *)before)[old].name,
                  ((const struct lathe_share *)after)[now].name) == 0;
}

/* A new one is virtio-9p's, which needs nothing else; the owner of files is whoever runs it, and a
 * guest's chown changes nothing. */
static void share_write(xmlNode *node, const struct lathe_share *share, bool fresh)
{
    if (fresh) {
        lathe_tree_set(node, "type", "mount");
        lathe_tree_set(node, "accessmode", "squash");
    }
    if (!lathe_tree_is(lathe_tree_child(node, "source"), "dir", share->folder))
        lathe_tree_set(lathe_tree_need(node, "source"), "dir", share->folder);
    if (!lathe_tree_is(lathe_tree_child(node, "target"), "dir", share->name))
        lathe_tree_set(lathe_tree_need(node, "target"), "dir", share->name);
    if (!share->read_only)
        lathe_write_drop(node, "readonly");
    else
        lathe_tree_need(node, "readonly");
}

/* Whose files are in the guest; the folders' own elements have no place for it. */
static void share_write_owners(xmlNode *root, const GArray *shares)
{
    xmlNode *ours = lathe_tree_find(root, "metadata/lathe:machine");

    if (ours != NULL)
        lathe_write_drop_all(ours, "lathe:share");
    for (guint i = 0; i < shares->len; i++) {
        const struct lathe_share *share = &g_array_index(shares, struct lathe_share, i);
        if (!share->owned)
            continue;
        g_autofree char *uid = g_strdup_printf("%u", share->uid);
        g_autofree char *gid = g_strdup_printf("%u", share->gid);
        xmlNode *node = lathe_tree_add(lathe_write_ours(root), "lathe:share", NULL);
        lathe_tree_set(node, "name", share->name);
        lathe_tree_set(node, "uid", uid);
        lathe_tree_set(node, "gid", gid);
    }
}

bool lathe_write_shares(xmlNode *root, const struct lathe_definition *before,
                        const struct lathe_definition *definition, GError **error)
{
    const GArray *old = before->parts->shares, *now = definition->parts->shares;
    struct match match = {old->data, now->data, share_same, .news = MIN(now->len, MATCH_MAX)};
    xmlNode *devices = lathe_tree_need(root, "devices"), *last = NULL;
    xmlNode *node = lathe_tree_child(devices, "filesystem");

    for (; node != NULL && match.olds < MIN(old->len, MATCH_MAX); node = lathe_tree_next(node)) {
        if (lathe_parts_is_share(node))
            match.old[match.olds++] = node;
    }
    match_find(&match);
    for (unsigned i = 0; i < match.news; i++) {
        last = match_place(&match, devices, "filesystem", i, last);
        share_write(last, &g_array_index(now, struct lathe_share, i), match.of[i] < 0);
    }
    match_drop_rest(&match);
    share_write_owners(root, now);
    return true;
}

/* ---- the debug console ---- */

/* Takes out the debug console that stands among the ports. */
static void serial_drop_debugcon(xmlNode *devices)
{
    xmlNode *node = lathe_tree_child(devices, "serial");

    while (node != NULL) {
        xmlNode *next = lathe_tree_next(node);
        if (lathe_read_is_debugcon(node)) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
        node = next;
    }
}

bool lathe_write_debugcon(xmlNode *root, const struct lathe_definition *definition, GError **error)
{
    xmlNode *devices = lathe_tree_need(root, "devices"), *node, *target, *address;

    serial_drop_debugcon(devices);
    if (definition->debugcon == NULL)
        return true;
    node = lathe_tree_set(lathe_tree_add(devices, "serial", NULL), "type", "file");
    lathe_tree_set(lathe_tree_add(node, "source", NULL), "path", definition->debugcon);
    target = lathe_tree_set(lathe_tree_add(node, "target", NULL), "type", "isa-debug");
    lathe_tree_set(lathe_tree_add(target, "model", NULL), "name", "isa-debugcon");
    address = lathe_tree_set(lathe_tree_add(node, "address", NULL), "type", "isa");
    lathe_tree_set(address, "iobase", "0x402");
    return true;
}
