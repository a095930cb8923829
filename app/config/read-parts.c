/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checked document's parts that are kept for later versions (parts.h). */
#include <string.h>

#include "app/config/parts.h"
#include "app/config/schema.h"
#include "app/config/tree.h"

/* ---- places ---- */

/* "0x1c" or "28"; 0: none. The check has seen that it is a number. */
static unsigned parts_number(const xmlNode *node, const char *attribute)
{
    g_autofree char *text = lathe_tree_get(node, attribute);

    return text != NULL ? (unsigned)g_ascii_strtoull(text, NULL, 0) : 0;
}

static struct lathe_place parts_read_address(const xmlNode *address)
{
    return (struct lathe_place){.given = true,
                                .multifunction = lathe_tree_is(address, "multifunction", "on"),
                                .domain = parts_number(address, "domain"),
                                .bus = parts_number(address, "bus"),
                                .slot = parts_number(address, "slot"),
                                .function = parts_number(address, "function")};
}

struct lathe_place lathe_parts_read_place(const xmlNode *device)
{
    const xmlNode *address = lathe_tree_child(device, "address");

    while (address != NULL && !lathe_tree_is(address, "type", "pci"))
        address = lathe_tree_next(address);
    g_autofree char *slot = lathe_tree_get(address, "slot");
    if (address == NULL || slot == NULL) /* "pci", wherever there is room */
        return (struct lathe_place){.given = false};
    return parts_read_address(address);
}

/* ---- nodes of memory ---- */

static void parts_read_distances(const xmlNode *node, GArray *distances)
{
    const xmlNode *sibling = lathe_tree_find(node, "distances/sibling");

    for (; sibling != NULL; sibling = lathe_tree_next(sibling)) {
        struct lathe_distance distance = {parts_number(sibling, "id"),
                                          parts_number(sibling, "value")};
        g_array_append_val(distances, distance);
    }
}

static void parts_read_cells(const xmlNode *root, GArray *cells)
{
    const xmlNode *node = lathe_tree_find(root, "cpu/numa/cell");

    for (; node != NULL; node = lathe_tree_next(node)) {
        g_autofree char *id = lathe_tree_get(node, "id"), *size = lathe_tree_get(node, "memory");
        g_autofree char *unit = lathe_tree_get(node, "unit");
        struct lathe_cell cell = {.id = cells->len, .cpus = lathe_tree_get(node, "cpus")};
        if (id != NULL)
            cell.id = parts_number(node, "id");
        if (size == NULL || !lathe_schema_size(size, unit, &cell.memory))
            cell.memory = 0;
        cell.distances = g_array_new(FALSE, TRUE, sizeof(struct lathe_distance));
        parts_read_distances(node, cell.distances);
        g_array_append_val(cells, cell);
    }
}

/* Those of caches in between are left out. */
static void parts_read_links(const xmlNode *root, const char *element, enum emu_numa_measure first,
                             GArray *links)
{
    static const char *const types[] = {"access", "read", "write"};
    g_autofree char *path = g_strconcat("cpu/numa/interconnects/", element, NULL);

    for (const xmlNode *node = lathe_tree_find(root, path); node != NULL;
         node = lathe_tree_next(node)) {
        g_autofree char *type = lathe_tree_get(node, "type"),
                        *cache = lathe_tree_get(node, "cache");
        g_autofree char *value = lathe_tree_get(node, "value"),
                        *unit = lathe_tree_get(node, "unit");
        struct lathe_numa_link link = {parts_number(node, "initiator"),
                                       parts_number(node, "target"), first,
                                       parts_number(node, "value")};
        uint64_t bytes = 0;
        for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
            link.measure = g_strcmp0(type, types[i]) == 0 ? first + i : link.measure;
        if (first == EMU_NUMA_ACCESS_BANDWIDTH && value != NULL &&
            lathe_schema_size(value, unit, &bytes))
            link.value = (uint32_t)MIN(bytes >> 20, UINT32_MAX);
        if (cache == NULL)
            g_array_append_val(links, link);
    }
}

static void parts_read_features(const xmlNode *root, GArray *features)
{
    const xmlNode *node = lathe_tree_find(root, "cpu/feature");

    for (; node != NULL; node = lathe_tree_next(node)) {
        g_autofree char *policy = lathe_tree_get(node, "policy");
        struct lathe_feature feature = {lathe_tree_get(node, "name"), lathe_policy_parse(policy)};
        g_array_append_val(features, feature);
    }
}

/* ---- devices ---- */

/* -1: it is not said. */
static int parts_signed(const xmlNode *node, const char *attribute)
{
    g_autofree char *text = node != NULL ? lathe_tree_get(node, attribute) : NULL;

    return text != NULL ? (int)MIN(parts_number(node, attribute), G_MAXINT) : -1;
}

static void parts_read_target(const xmlNode *target, struct lathe_controller *controller)
{
    g_autofree char *node = lathe_tree_text(lathe_tree_child(target, "node"));

    controller->chassis = parts_signed(target, "chassis");
    controller->port = parts_signed(target, "port");
    controller->chassis_number = parts_signed(target, "chassisNr");
    controller->bus_number = parts_signed(target, "busNr");
    controller->node = node != NULL ? (int)g_ascii_strtoull(node, NULL, 10) & 0xffff : -1;
    controller->fixed = target != NULL && lathe_tree_is(target, "hotplug", "off");
}

static void parts_read_controllers(const xmlNode *devices, GArray *controllers)
{
    const xmlNode *node = lathe_tree_child(devices, "controller");

    for (; node != NULL; node = lathe_tree_next(node)) {
        g_autofree char *index = lathe_tree_get(node, "index");
        struct lathe_controller controller = {
            .type = lathe_tree_get(node, "type"),
            .model = lathe_tree_get(node, "model"),
            .index = index != NULL ? (int)MIN(parts_number(node, "index"), G_MAXINT) : -1,
            .place = lathe_parts_read_place(node)};
        parts_read_target(lathe_tree_child(node, "target"), &controller);
        g_array_append_val(controllers, controller);
    }
}

static void parts_read_sounds(const xmlNode *devices, GArray *sounds)
{
    const xmlNode *node = lathe_tree_child(devices, "sound");

    for (; node != NULL; node = lathe_tree_next(node)) {
        struct lathe_sound sound = {.model = lathe_tree_get(node, "model"),
                                    .codec =
                                        lathe_tree_get(lathe_tree_child(node, "codec"), "type"),
                                    .place = lathe_parts_read_place(node)};
        g_array_append_val(sounds, sound);
    }
}

/* The first back end is the one that is used. */
static void parts_read_audio(const xmlNode *root, struct lathe_parts *parts)
{
    const xmlNode *audio = lathe_tree_find(root, "devices/audio");
    g_autofree char *path = lathe_tree_get(audio, "path");

    if (lathe_tree_is(audio, "type", "none"))
        parts->audio = g_strdup("none");
    else if (lathe_tree_is(audio, "type", "file") && path != NULL)
        parts->audio = g_strconcat("wav:", path, NULL);
    parts->microphone = lathe_tree_is(lathe_tree_find(root, "metadata/lathe:machine/lathe:sound"),
                                      "microphone", "yes");
}

static void parts_read_hostdevs(const xmlNode *devices, GArray *hostdevs)
{
    const xmlNode *node = lathe_tree_child(devices, "hostdev");

    for (; node != NULL; node = lathe_tree_next(node)) {
        const xmlNode *source = lathe_tree_child(node, "source");
        const xmlNode *address = lathe_tree_child(source, "address");
        bool subsystem = !lathe_tree_is(node, "mode", "capabilities");
        struct lathe_hostdev hostdev = {.managed = lathe_tree_is(node, "managed", "yes"),
                                        .place = lathe_parts_read_place(node)};
        if (subsystem && lathe_tree_is(node, "type", "pci") && address != NULL) {
            hostdev.kind = LATHE_HOSTDEV_PCI;
            hostdev.host = parts_read_address(address);
        } else if (subsystem && lathe_tree_is(node, "type", "usb")) {
            hostdev.kind = LATHE_HOSTDEV_USB;
            hostdev.vendor = parts_number(lathe_tree_child(source, "vendor"), "id");
            hostdev.product = parts_number(lathe_tree_child(source, "product"), "id");
            hostdev.bus = parts_number(address, "bus");
            hostdev.device = parts_number(address, "device");
        }
        g_array_append_val(hostdevs, hostdev);
    }
}

bool lathe_parts_is_share(const xmlNode *filesystem)
{
    bool mount = lathe_tree_is(filesystem, "type", "mount") ||
                 xmlHasProp(filesystem, (const xmlChar *)"type") == NULL;
    g_autofree char *folder = lathe_tree_get(lathe_tree_child(filesystem, "source"), "dir");
    g_autofree char *name = lathe_tree_get(lathe_tree_child(filesystem, "target"), "dir");

    return mount && folder != NULL && *folder != '\0' && name != NULL && *name != '\0';
}

/* <lathe:share name="music" uid="1000" gid="1000"/> says whose files are in the guest. */
static void parts_read_owner(const xmlNode *root, struct lathe_share *share)
{
    const xmlNode *node = lathe_tree_find(root, "metadata/lathe:machine/lathe:share");

    for (; node != NULL; node = lathe_tree_next(node)) {
        if (!lathe_tree_is(node, "name", share->name))
            continue;
        share->owned = true;
        share->uid = parts_number(node, "uid");
        share->gid = parts_number(node, "gid");
    }
}

static void parts_read_shares(const xmlNode *root, const xmlNode *devices, GArray *shares)
{
    const xmlNode *node = lathe_tree_child(devices, "filesystem");

    for (; node != NULL; node = lathe_tree_next(node)) {
        if (!lathe_parts_is_share(node))
            continue;
        struct lathe_share share = {
            .folder = lathe_tree_get(lathe_tree_child(node, "source"), "dir"),
            .name = lathe_tree_get(lathe_tree_child(node, "target"), "dir"),
            .read_only = lathe_tree_child(node, "readonly") != NULL,
        };
        parts_read_owner(root, &share);
        g_array_append_val(shares, share);
    }
}

void lathe_parts_read(const xmlNode *root, struct lathe_parts *parts)
{
    const xmlNode *devices = lathe_tree_child(root, "devices");
    g_autofree char *threads = lathe_tree_text(lathe_tree_child(root, "iothreads"));

    parts->iothreads = threads != NULL ? (unsigned)g_ascii_strtoull(threads, NULL, 10) : 0;
    parts_read_cells(root, parts->cells);
    parts_read_links(root, "latency", EMU_NUMA_ACCESS_LATENCY, parts->links);
    parts_read_links(root, "bandwidth", EMU_NUMA_ACCESS_BANDWIDTH, parts->links);
    parts_read_features(root, parts->features);
    parts_read_controllers(devices, parts->controllers);
    parts->rng = lathe_tree_child(devices, "rng") != NULL;
    parts->rng_place = lathe_parts_read_place(lathe_tree_child(devices, "rng"));
    parts->gpu_place = lathe_parts_read_place(lathe_tree_child(devices, "video"));
    parts_read_sounds(devices, parts->sounds);
    parts_read_audio(root, parts);
    parts_read_hostdevs(devices, parts->hostdevs);
    parts_read_shares(root, devices, parts->shares);
}
