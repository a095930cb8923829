/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts that are kept for later versions (parts.h) put into a document, element by element. */
#include <string.h>

#include "app/config/parts.h"
#include "app/config/schema.h"
#include "app/config/write-private.h"

/* The element of this name by its number, made if it is missing. */
static xmlNode *parts_nth(xmlNode *parent, const char *name, guint number)
{
    xmlNode *node = lathe_tree_child(parent, name);

    while (node != NULL && number-- > 0)
        node = lathe_tree_next(node);
    return node != NULL ? node : lathe_tree_add(parent, name, NULL);
}

/* Takes out those beyond so many. */
static void parts_cut(xmlNode *parent, const char *name, guint count)
{
    xmlNode *node = parent != NULL ? lathe_tree_child(parent, name) : NULL;

    for (guint i = 0; node != NULL; i++) {
        xmlNode *next = lathe_tree_next(node);
        if (i >= count) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
        node = next;
    }
}

/* NULL takes the attribute away. */
static void parts_set(xmlNode *node, const char *attribute, const char *value)
{
    if (value == NULL)
        xmlUnsetProp(node, (const xmlChar *)attribute);
    else if (!lathe_tree_is(node, attribute, value))
        lathe_tree_set(node, attribute, value);
}

/* A number as it is written, unless one of the same value is there or none means it. */
static void parts_set_number(xmlNode *node, const char *attribute, const char *format,
                             unsigned value, unsigned otherwise)
{
    g_autofree char *old = lathe_tree_get(node, attribute), *text = NULL;
    guint64 now = old != NULL ? g_ascii_strtoull(old, NULL, 0) : otherwise;

    if (now == value)
        return;
    text = strcmp(format, "%u") == 0 ? g_strdup_printf("%u", value) : NULL;
    if (text == NULL)
        text = g_strdup_printf("0x%0*x", format[0] - '0', value);
    lathe_tree_set(node, attribute, text);
}

/* ---- places ---- */

static void parts_fill_address(xmlNode *address, const struct lathe_place *place)
{
    bool fresh = xmlHasProp(address, (const xmlChar *)"slot") == NULL;
    unsigned otherwise = fresh ? G_MAXUINT : 0; /* what is left out is 0 */

    parts_set_number(address, "domain", "4", place->domain, otherwise);
    parts_set_number(address, "bus", "2", place->bus, otherwise);
    parts_set_number(address, "slot", "2", place->slot, otherwise);
    parts_set_number(address, "function", "1", place->function, otherwise);
}

void lathe_parts_write_place(xmlNode *device, const struct lathe_place *place)
{
    struct lathe_place now = lathe_parts_read_place(device);
    xmlNode *address;

    if (!place->given || lathe_place_same(&now, place))
        return;
    address = lathe_tree_need(device, "address");
    parts_set(address, "type", "pci");
    parts_fill_address(address, place);
    if (place->multifunction != now.multifunction)
        parts_set(address, "multifunction", place->multifunction ? "on" : NULL);
}

/* ---- nodes of memory, features, threads ---- */

static void parts_write_distances(xmlNode *node, const struct lathe_cell *cell)
{
    xmlNode *distances;

    if (cell->distances->len == 0) {
        lathe_write_drop(node, "distances");
        return;
    }
    distances = lathe_tree_need(node, "distances");
    for (guint i = 0; i < cell->distances->len; i++) {
        const struct lathe_distance *distance =
            &g_array_index(cell->distances, struct lathe_distance, i);
        xmlNode *sibling = parts_nth(distances, "sibling", i);
        parts_set_number(sibling, "id", "%u", distance->cell, G_MAXUINT);
        parts_set_number(sibling, "value", "%u", distance->value, G_MAXUINT);
    }
    parts_cut(distances, "sibling", cell->distances->len);
}

static void parts_write_size(xmlNode *node, uint64_t bytes)
{
    g_autofree char *old = lathe_tree_get(node, "memory"), *unit = lathe_tree_get(node, "unit");
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, bytes >> 10);
    uint64_t now;

    if (old != NULL && lathe_schema_size(old, unit, &now) && now == bytes)
        return;
    lathe_tree_set(lathe_tree_set(node, "memory", text), "unit", "KiB");
}

static void parts_write_links(xmlNode *numa, const struct lathe_parts *parts, bool latency)
{
    static const char *const types[] = {"access", "read", "write"};
    const char *element = latency ? "latency" : "bandwidth";
    xmlNode *all = parts->links->len != 0 ? lathe_tree_need(numa, "interconnects")
                                          : lathe_tree_child(numa, "interconnects");
    guint count = 0;

    if (all == NULL)
        return;
    for (guint i = 0; i < parts->links->len; i++) {
        const struct lathe_numa_link *link =
            &g_array_index(parts->links, struct lathe_numa_link, i);
        if ((link->measure < EMU_NUMA_ACCESS_BANDWIDTH) != latency)
            continue;
        xmlNode *node = parts_nth(all, element, count++);
        parts_set_number(node, "initiator", "%u", link->initiator, G_MAXUINT);
        parts_set_number(node, "target", "%u", link->target, G_MAXUINT);
        parts_set(node, "type", types[link->measure % EMU_NUMA_ACCESS_BANDWIDTH]);
        parts_set_number(node, "value", "%u", link->value, G_MAXUINT);
        if (!latency)
            parts_set(node, "unit", "MiB");
    }
    parts_cut(all, element, count);
    if (lathe_tree_child(all, "latency") == NULL && lathe_tree_child(all, "bandwidth") == NULL)
        lathe_write_drop(numa, "interconnects");
}

void lathe_parts_write_cells(xmlNode *root, const struct lathe_parts *parts)
{
    xmlNode *cpu = lathe_tree_child(root, "cpu"), *numa;

    if (parts->cells->len == 0) {
        if (cpu != NULL)
            lathe_write_drop(cpu, "numa");
        return;
    }
    numa = lathe_tree_need(lathe_write_need_cpu(root), "numa");
    for (guint i = 0; i < parts->cells->len; i++) {
        const struct lathe_cell *cell = &g_array_index(parts->cells, struct lathe_cell, i);
        xmlNode *node = parts_nth(numa, "cell", i);
        parts_set_number(node, "id", "%u", cell->id, i);
        parts_set(node, "cpus", cell->cpus);
        parts_write_size(node, cell->memory);
        parts_write_distances(node, cell);
    }
    parts_cut(numa, "cell", parts->cells->len);
    parts_write_links(numa, parts, true);
    parts_write_links(numa, parts, false);
}

void lathe_parts_write_features(xmlNode *root, const struct lathe_parts *parts)
{
    xmlNode *cpu =
        parts->features->len != 0 ? lathe_write_need_cpu(root) : lathe_tree_child(root, "cpu");

    for (guint i = 0; i < parts->features->len; i++) {
        const struct lathe_feature *feature =
            &g_array_index(parts->features, struct lathe_feature, i);
        xmlNode *node = parts_nth(cpu, "feature", i);
        parts_set(node, "policy", lathe_policy_name(feature->policy));
        parts_set(node, "name", feature->name);
    }
    parts_cut(cpu, "feature", parts->features->len);
}

void lathe_parts_write_iothreads(xmlNode *root, const struct lathe_parts *parts)
{
    g_autofree char *now = lathe_tree_text(lathe_tree_child(root, "iothreads"));
    g_autofree char *text = g_strdup_printf("%u", parts->iothreads);

    if (g_strcmp0(now, text) == 0 || (now == NULL && parts->iothreads == 0))
        return;
    if (parts->iothreads == 0)
        lathe_write_drop(root, "iothreads");
    else
        lathe_tree_set_text(lathe_tree_need(root, "iothreads"), text);
}

/* ---- devices ---- */

/* The display's place, where there is one, and the entropy device's. */
static void parts_write_singles(xmlNode *devices, const struct lathe_parts *parts)
{
    xmlNode *video = lathe_tree_child(devices, "video"), *rng = lathe_tree_child(devices, "rng");

    if (parts->gpu_place.given && video == NULL) { /* it is the usual one */
        video = lathe_tree_add(devices, "video", NULL);
        lathe_tree_set(lathe_tree_add(video, "model", NULL), "type", "vga");
    }
    if (video != NULL)
        lathe_parts_write_place(video, &parts->gpu_place);
    if (parts->rng && rng == NULL) {
        rng = lathe_tree_set(lathe_tree_add(devices, "rng", NULL), "model", "virtio");
        lathe_tree_set(lathe_tree_add(rng, "backend", "/dev/urandom"), "model", "random");
    }
    if (rng != NULL)
        lathe_parts_write_place(rng, &parts->rng_place);
}

static void parts_write_target(xmlNode *node, const struct lathe_controller *controller)
{
    const struct {
        const char *name;
        int value;
    } rows[] = {{"chassis", controller->chassis},
                {"port", controller->port},
                {"chassisNr", controller->chassis_number},
                {"busNr", controller->bus_number}};
    g_autofree char *cell = g_strdup_printf("%d", controller->node);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].value >= 0)
            parts_set_number(lathe_tree_need(node, "target"), rows[i].name, "%u",
                             (unsigned)rows[i].value, G_MAXUINT);
    }
    if (controller->fixed)
        parts_set(lathe_tree_need(node, "target"), "hotplug", "off");
    if (controller->node >= 0)
        lathe_tree_set_text(lathe_tree_need(lathe_tree_need(node, "target"), "node"), cell);
}

void lathe_parts_write_controllers(xmlNode *root, const struct lathe_parts *parts)
{
    xmlNode *devices = lathe_tree_need(root, "devices");

    for (guint i = 0; i < parts->controllers->len; i++) {
        const struct lathe_controller *controller =
            &g_array_index(parts->controllers, struct lathe_controller, i);
        xmlNode *node = parts_nth(devices, "controller", i);
        parts_set(node, "type", controller->type);
        parts_set(node, "model", controller->model);
        if (controller->index >= 0)
            parts_set_number(node, "index", "%u", (unsigned)controller->index, G_MAXUINT);
        else
            parts_set(node, "index", NULL);
        parts_write_target(node, controller);
        lathe_parts_write_place(node, &controller->place);
    }
    parts_cut(devices, "controller", parts->controllers->len);
    parts_write_singles(devices, parts);
}

/* Where it goes, if that is not the host's sound system: other settings of the element stay. */
static void parts_write_audio(xmlNode *devices, const char *audio)
{
    xmlNode *node = lathe_tree_child(devices, "audio");
    bool ours = lathe_tree_is(node, "type", "none") || lathe_tree_is(node, "type", "file");

    if (audio == NULL) {
        if (node != NULL && ours)
            lathe_write_drop(devices, "audio");
        return;
    }
    if (node == NULL)
        lathe_tree_set(node = lathe_tree_add(devices, "audio", NULL), "id", "1");
    parts_set(node, "type", strcmp(audio, "none") == 0 ? "none" : "file");
    parts_set(node, "path", strcmp(audio, "none") == 0 ? NULL : audio + strlen("wav:"));
}

static void parts_write_microphone(xmlNode *root, bool microphone)
{
    if (microphone)
        lathe_tree_set(lathe_tree_need(lathe_write_ours(root), "lathe:sound"), "microphone", "yes");
    else
        lathe_write_drop(lathe_tree_find(root, "metadata/lathe:machine"), "lathe:sound");
}

void lathe_parts_write_sounds(xmlNode *root, const struct lathe_parts *parts)
{
    xmlNode *devices = lathe_tree_need(root, "devices");

    for (guint i = 0; i < parts->sounds->len; i++) {
        const struct lathe_sound *sound = &g_array_index(parts->sounds, struct lathe_sound, i);
        xmlNode *node = parts_nth(devices, "sound", i);
        parts_set(node, "model", sound->model);
        if (sound->codec != NULL)
            lathe_tree_set(lathe_tree_need(node, "codec"), "type", sound->codec);
        lathe_parts_write_place(node, &sound->place);
    }
    parts_cut(devices, "sound", parts->sounds->len);
    parts_write_audio(devices, parts->audio);
    parts_write_microphone(root, parts->microphone);
}

static void parts_write_usb(xmlNode *source, const struct lathe_hostdev *hostdev)
{
    if ((hostdev->vendor | hostdev->product) != 0) {
        parts_set_number(lathe_tree_need(source, "vendor"), "id", "4", hostdev->vendor, G_MAXUINT);
        parts_set_number(lathe_tree_need(source, "product"), "id", "4", hostdev->product,
                         G_MAXUINT);
        return;
    }
    xmlNode *address = lathe_tree_need(source, "address");
    parts_set_number(address, "bus", "%u", hostdev->bus, G_MAXUINT);
    parts_set_number(address, "device", "%u", hostdev->device, G_MAXUINT);
}

void lathe_parts_write_hostdev(xmlNode *node, const struct lathe_hostdev *hostdev)
{
    bool pci = hostdev->kind == LATHE_HOSTDEV_PCI;

    if (hostdev->kind != LATHE_HOSTDEV_OTHER) {
        parts_set(node, "mode", "subsystem");
        parts_set(node, "type", pci ? "pci" : "usb");
        if (hostdev->managed != lathe_tree_is(node, "managed", "yes"))
            parts_set(node, "managed", hostdev->managed ? "yes" : "no");
        xmlNode *source = lathe_tree_need(node, "source");
        if (pci)
            parts_fill_address(lathe_tree_need(source, "address"), &hostdev->host);
        else
            parts_write_usb(source, hostdev);
    }
    lathe_parts_write_place(node, &hostdev->place);
}
