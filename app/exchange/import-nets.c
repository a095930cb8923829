/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import of network adapters: -netdev with -device, -nic, -net, and what QEMU adds itself. */
#include <string.h>

#include "app/exchange/import-private.h"

/* libvirt's name of a model; NULL: no adapter. */
static const char *net_model(const char *driver)
{
    static const char *const models[] = {"e1000e", "e1000",    "rtl8139", "vmxnet3", "ne2k_pci",
                                         "pcnet",  "i82559er", "usb-net", "igb",     NULL};

    if (driver != NULL && (g_str_has_prefix(driver, "virtio-net") || !strcmp(driver, "virtio")))
        return "virtio";
    return driver != NULL && g_strv_contains(models, driver) ? driver : NULL;
}

/* "tcp:127.0.0.1:2222-:22"; false: nothing that a definition can say. */
static bool net_take_forward(xmlNode *net, const char *text)
{
    g_autoptr(GRegex) form = g_regex_new(
        "^(?:(tcp|udp)?:)?([^:-]*):([0-9]{1,5})-(?:10\\.0\\.2\\.15)?:([0-9]{1,5})$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    if (!g_regex_match(form, text, 0, &match))
        return false;
    g_autofree char *proto = g_match_info_fetch(match, 1), *address = g_match_info_fetch(match, 2);
    g_autofree char *host = g_match_info_fetch(match, 3), *guest = g_match_info_fetch(match, 4);
    xmlNode *forward = lathe_tree_add(net, "portForward", NULL);
    lathe_tree_set(forward, "proto", proto[0] != '\0' ? proto : "tcp");
    if (address[0] != '\0' && strcmp(address, "0.0.0.0") != 0)
        lathe_tree_set(forward, "address",
                       strcmp(address, "localhost") == 0 ? "127.0.0.1" : address);
    lathe_tree_set(lathe_tree_set(lathe_tree_add(forward, "range", NULL), "start", host), "to",
                   guest);
    return true;
}

static void net_take_forwards(struct lathe_qemu_option *option, xmlNode *net)
{
    for (guint i = 0; i < option->pairs->len; i++) {
        struct lathe_qemu_pair *pair = &g_array_index(option->pairs, struct lathe_qemu_pair, i);
        if (strcmp(pair->key, "hostfwd") == 0)
            pair->used = net_take_forward(net, pair->value);
    }
}

/* The adapter over a back end; backend NULL: the user network without settings. */
static xmlNode *net_add(struct lathe_import *import, struct lathe_qemu_option *backend,
                        const char *mac, const char *model)
{
    const char *type = backend != NULL ? lathe_qemu_get(backend, "type") : "user";
    xmlNode *net = lathe_tree_add(import->devices, "interface", NULL);
    const char *name = NULL;

    lathe_tree_set(net, "type", strcmp(type, "tap") == 0 ? "ethernet" : type);
    if (mac != NULL)
        lathe_tree_set(lathe_tree_add(net, "mac", NULL), "address", mac);
    if (strcmp(type, "bridge") == 0) {
        name = lathe_qemu_get(backend, "br");
        lathe_tree_set(lathe_tree_add(net, "source", NULL), "bridge", name ? name : "br0");
    } else if (strcmp(type, "tap") == 0 && (name = lathe_qemu_get(backend, "ifname")) != NULL) {
        lathe_tree_set(lathe_tree_add(net, "target", NULL), "dev", name);
    }
    lathe_tree_set(lathe_tree_add(net, "model", NULL), "type", model);
    if (backend != NULL && strcmp(type, "user") == 0)
        net_take_forwards(backend, net);
    return net;
}

/* Is it a back end that a definition has? */
static bool net_is_known(const struct lathe_qemu_option *backend)
{
    static const char *const known[] = {"user", "tap", "bridge", NULL};
    const char *type = lathe_qemu_peek(backend, "type");

    return type != NULL && g_strv_contains(known, type);
}

static void net_take_rom(struct lathe_qemu_option *device, xmlNode *net)
{
    const char *rom = lathe_qemu_get(device, "romfile");

    if (rom != NULL && rom[0] == '\0')
        lathe_tree_set(lathe_tree_add(net, "rom", NULL), "enabled", "no");
    else if (rom != NULL)
        lathe_tree_set(lathe_tree_add(net, "rom", NULL), "file", rom);
}

bool lathe_import_net_device(struct lathe_import *import, struct lathe_qemu_option *device)
{
    const char *model = net_model(lathe_qemu_peek(device, "driver"));
    struct lathe_qemu_option *backend;

    if (model == NULL)
        return false;
    lathe_qemu_get(device, "driver");
    backend = lathe_qemu_find(import->options, "netdev", "id", lathe_qemu_get(device, "netdev"));
    if (backend != NULL && !net_is_known(backend)) {
        lathe_import_drop(import, backend, "a definition has no such network");
        backend = NULL;
    }
    xmlNode *net = net_add(import, backend, lathe_qemu_get(device, "mac"), model);
    net_take_rom(device, net);
    lathe_import_place(import, device, net);
    return true;
}

static const char *net_model_or_default(const struct lathe_import *import, const char *wanted)
{
    const char *model = net_model(wanted);

    return model != NULL ? model : import->q35 ? "e1000e" : "e1000";
}

static void net_take_nic(struct lathe_import *import, struct lathe_qemu_option *nic)
{
    const char *mac = lathe_qemu_get(nic, "mac");

    lathe_qemu_get(nic, "id");
    if (g_strcmp0(lathe_qemu_get(nic, "type"), "none") == 0)
        return;
    if (!net_is_known(nic)) {
        lathe_import_drop(import, nic, "a definition has no such network");
        return;
    }
    net_add(import, nic, mac, net_model_or_default(import, lathe_qemu_get(nic, "model")));
}

/* The old way: "-net nic,model=..." is the adapter and "-net user" its network. */
static void net_take_old(struct lathe_import *import)
{
    struct lathe_qemu_option *option, *nic = NULL, *backend = NULL;
    unsigned place = 0;

    while ((option = lathe_qemu_next(import->options, "net", &place)) != NULL) {
        const char *type = lathe_qemu_get(option, "type");
        if (g_strcmp0(type, "nic") == 0)
            nic = option;
        else if (net_is_known(option))
            backend = option;
        else if (g_strcmp0(type, "none") != 0)
            lathe_import_drop(import, option, "a definition has no such network");
    }
    if (nic != NULL)
        net_add(import, backend, lathe_qemu_get(nic, "macaddr"),
                net_model_or_default(import, lathe_qemu_get(nic, "model")));
}

static bool net_is_said(const struct lathe_import *import)
{
    static const char *const names[] = {"netdev", "nic", "net"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        unsigned place = 0;
        if (lathe_qemu_next(import->options, names[i], &place) != NULL)
            return true;
    }
    return lathe_tree_child(import->devices, "interface") != NULL;
}

void lathe_import_nets(struct lathe_import *import)
{
    struct lathe_qemu_option *nic;
    unsigned place = 0;

    while ((nic = lathe_qemu_next(import->options, "nic", &place)) != NULL)
        net_take_nic(import, nic);
    net_take_old(import);
    if (import->defaults && !net_is_said(import))
        net_add(import, NULL, NULL, net_model_or_default(import, NULL));
}
