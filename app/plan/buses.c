/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses in a definition name buses by the indices of controllers (libvirt, "Controllers"), so
 * bridges are found first, those nearest to the root bus before others; then devices are put there.
 */
#include "app/plan/buses.h"

#include <string.h>

#define BUSES_INDEX_MAX 255

struct buses_model {
    const char *name;
    enum emu_bridge_kind kind;
};

static const struct buses_model buses_models[] = {
    {"pcie-root-port", EMU_BRIDGE_ROOT_PORT},
    {"pcie-switch-upstream-port", EMU_BRIDGE_UPSTREAM},
    {"pcie-switch-downstream-port", EMU_BRIDGE_DOWNSTREAM},
    {"pcie-to-pci-bridge", EMU_BRIDGE_TO_PCI},
    {"pci-bridge", EMU_BRIDGE_PCI},
    {"dmi-to-pci-bridge", EMU_BRIDGE_DMI},
    {"pcie-expander-bus", EMU_BRIDGE_EXPANDER},
};

struct buses_build {
    struct lathe_buses *buses;
    const struct lathe_definition *definition;
    bool known[BUSES_INDEX_MAX + 1];   /* a bus of that index is there, */
    unsigned bus[BUSES_INDEX_MAX + 1]; /* and is this one */
};

static void buses_note(struct buses_build *build, const char *what, const struct lathe_place *place,
                       const char *why)
{
    g_autofree char *at = lathe_place_format(place);

    g_ptr_array_add(build->buses->notes, g_strdup_printf("%s at %s: %s; the board places it", what,
                                                         at != NULL ? at : "no address", why));
}

/* ---- places ---- */

static const struct lathe_bus_entry *buses_at(const struct lathe_buses *buses, unsigned bus,
                                              unsigned slot, unsigned function)
{
    for (guint i = 0; i < buses->entries->len; i++) {
        const struct lathe_bus_entry *entry =
            &g_array_index(buses->entries, struct lathe_bus_entry, i);
        if (entry->parent == bus && entry->slot == slot && entry->function == function)
            return entry;
    }
    return NULL;
}

/* The root bus: host bridge, LPC bridge; and without bridges the board's own ports and entropy. */
static bool buses_reserved(const struct lathe_buses *buses, unsigned slot)
{
    return slot == 0 || slot == 31 || (buses->bridges->len == 0 && (slot == 16 || slot == 28));
}

/* Why nothing can be there; NULL: it can. */
static const char *buses_refuse(const struct lathe_buses *buses, unsigned bus,
                                const struct lathe_place *place)
{
    enum emu_bridge_kind kind = bus != 0
                                    ? g_array_index(buses->bridges, struct emu_bridge, bus - 1).kind
                                    : EMU_BRIDGE_EXPANDER;
    bool port = kind == EMU_BRIDGE_ROOT_PORT || kind == EMU_BRIDGE_DOWNSTREAM;
    bool pci = kind == EMU_BRIDGE_TO_PCI || kind == EMU_BRIDGE_PCI || kind == EMU_BRIDGE_DMI;

    if (bus == 0 && buses_reserved(buses, place->slot))
        return "the slot is the board's own";
    if (port && place->slot != 0)
        return "behind a port there is the slot 0 alone";
    if (pci && place->slot == 0)
        return "the slot 0 behind a bridge to PCI is the bridge's own";
    if (buses_at(buses, bus, place->slot, place->function) != NULL)
        return "it is another device's";
    return NULL;
}

static void buses_add_entry(struct buses_build *build, const char *name,
                            const struct emu_pci_place *place, unsigned own)
{
    struct lathe_bus_entry entry = {.name = g_strdup(name),
                                    .parent = place->bus,
                                    .own = own,
                                    .slot = place->slot,
                                    .function = place->function};

    g_array_append_val(build->buses->entries, entry);
}

/* What of the address counts; false, with a note: nothing. */
static bool buses_resolve(struct buses_build *build, const char *what,
                          const struct lathe_place *place, struct emu_pci_place *out)
{
    const char *why = NULL;

    if (place->domain != 0 || place->bus > BUSES_INDEX_MAX || !build->known[place->bus])
        why = "the machine has no such bus";
    else
        why = buses_refuse(build->buses, build->bus[place->bus], place);
    if (why != NULL) {
        buses_note(build, what, place, why);
        return false;
    }
    *out = (struct emu_pci_place){true, place->multifunction, build->bus[place->bus], place->slot,
                                  place->function};
    return true;
}

/* ---- bridges ---- */

static const struct buses_model *buses_model(const struct lathe_controller *controller)
{
    for (size_t i = 0; i < G_N_ELEMENTS(buses_models); i++) {
        if (g_strcmp0(controller->model, buses_models[i].name) == 0)
            return &buses_models[i];
    }
    return NULL;
}

static bool buses_is_bridge(const struct lathe_controller *controller)
{
    return g_strcmp0(controller->type, "pci") == 0 && controller->model != NULL &&
           strcmp(controller->model, "pcie-root") != 0 &&
           strcmp(controller->model, "pci-root") != 0;
}

/* Why such a bridge cannot be on that bus; NULL: it can. */
static const char *buses_refuse_bridge(const struct lathe_buses *buses, enum emu_bridge_kind kind,
                                       unsigned bus)
{
    int parent =
        bus != 0 ? (int)g_array_index(buses->bridges, struct emu_bridge, bus - 1).kind : -1;
    bool root = parent == -1 || parent == EMU_BRIDGE_EXPANDER;
    bool port = parent == EMU_BRIDGE_ROOT_PORT || parent == EMU_BRIDGE_DOWNSTREAM;

    if ((kind == EMU_BRIDGE_DOWNSTREAM) != (parent == EMU_BRIDGE_UPSTREAM))
        return "in a switch are downstream ports, and these only there";
    if (kind == EMU_BRIDGE_EXPANDER && bus != 0)
        return "an expander bus is on the root bus";
    if (kind == EMU_BRIDGE_ROOT_PORT && !root)
        return "a root port is on a root bus";
    if (kind == EMU_BRIDGE_UPSTREAM && !port)
        return "a switch is behind a port";
    return NULL;
}

/* Nodes are numbered without gaps, in the order of the cells' numbers. */
static int buses_node(const struct lathe_definition *definition, int id)
{
    const GArray *cells = definition->parts->cells;
    int rank = 0;
    bool there = false;

    for (guint i = 0; i < cells->len; i++) {
        unsigned other = g_array_index(cells, struct lathe_cell, i).id;
        rank += (int)other < id;
        there = there || (int)other == id;
    }
    return there ? rank : EMU_BRIDGE_NO_NODE;
}

static const char *buses_refuse_number(const struct lathe_buses *buses, int number)
{
    if (number < 1 || number > BUSES_INDEX_MAX)
        return "an expander bus needs a busNr from 1 to 255";
    for (guint i = 0; i < buses->bridges->len; i++) {
        const struct emu_bridge *other = &g_array_index(buses->bridges, struct emu_bridge, i);
        if (other->kind == EMU_BRIDGE_EXPANDER && (int)other->bus == number)
            return "another expander bus has its busNr";
    }
    return NULL;
}

/* A port without an address gets the first slot of the root bus that nobody asks for. */
static struct lathe_place buses_any_slot(const struct buses_build *build)
{
    const struct lathe_parts *parts = build->definition->parts;
    struct lathe_place place = {.given = true, .slot = 2};

    for (; place.slot < 31; place.slot++) {
        bool taken = buses_at(build->buses, 0, place.slot, 0) != NULL;
        for (guint i = 0; i < parts->controllers->len; i++) {
            const struct lathe_place *other =
                &g_array_index(parts->controllers, struct lathe_controller, i).place;
            taken = taken || (other->given && other->bus == 0 && other->slot == place.slot);
        }
        if (!taken)
            break;
    }
    return place;
}

static void buses_put_bridge(struct buses_build *build, const struct lathe_controller *controller,
                             enum emu_bridge_kind kind, const struct lathe_place *place)
{
    struct lathe_buses *buses = build->buses;
    struct emu_bridge bridge = {.kind = kind, .node = EMU_BRIDGE_NO_NODE};
    g_autofree char *name = g_strdup_printf("%s (pci %d)", controller->model, controller->index);
    const char *why = NULL;

    if (!buses_resolve(build, name, place, &bridge.place))
        return;
    why = buses_refuse_bridge(buses, kind, bridge.place.bus);
    if (why == NULL && kind == EMU_BRIDGE_EXPANDER)
        why = buses_refuse_number(buses, controller->bus_number);
    if (why == NULL && buses->bridges->len == EMU_MAX_BRIDGES)
        why = "there are too many bridges";
    if (why != NULL) {
        buses_note(build, name, place, why);
        return;
    }
    bridge.number = (unsigned)(kind == EMU_BRIDGE_PCI ? CLAMP(controller->chassis_number, 1, 255)
                                                      : CLAMP(controller->port, 0, 8191));
    bridge.fixed = controller->fixed;
    bridge.bus = kind == EMU_BRIDGE_EXPANDER ? (unsigned)controller->bus_number : 0;
    bridge.node = buses_node(build->definition, controller->node);
    g_array_append_val(buses->bridges, bridge);
    buses_add_entry(build, name, &bridge.place, buses->bridges->len);
    if (controller->index >= 0 && controller->index <= BUSES_INDEX_MAX) {
        build->known[controller->index] = true;
        build->bus[controller->index] = buses->bridges->len;
    }
}

/* Puts it where it is to be, once its bus is there. False: it has to wait. */
static bool buses_try_bridge(struct buses_build *build, const struct lathe_controller *controller,
                             bool last)
{
    const struct buses_model *model = buses_model(controller);
    struct lathe_place place = controller->place;

    if (model == NULL) {
        g_ptr_array_add(build->buses->notes, g_strdup_printf("pci %d: this version has no '%s'",
                                                             controller->index, controller->model));
        return true;
    }
    if (!place.given && !last)
        return false;
    if (!place.given)
        place = buses_any_slot(build);
    if (!last && (place.bus > BUSES_INDEX_MAX || !build->known[place.bus]))
        return false;
    buses_put_bridge(build, controller, model->kind, &place);
    return true;
}

/* Round after round, until nothing more finds its bus; then what is left, with its notes. */
static void buses_add_bridges(struct buses_build *build)
{
    const GArray *controllers = build->definition->parts->controllers;
    g_autofree bool *done = g_new0(bool, controllers->len + 1);
    bool progress = true, last = false;

    while (progress || !last) {
        last = !progress;
        progress = false;
        for (guint i = 0; i < controllers->len; i++) {
            const struct lathe_controller *controller =
                &g_array_index(controllers, struct lathe_controller, i);
            if (done[i] || !buses_is_bridge(controller))
                continue;
            done[i] = buses_try_bridge(build, controller, last);
            progress = progress || done[i];
        }
        if (last)
            return;
    }
}

/* ---- devices ---- */

static void buses_add_device(struct buses_build *build, const struct lathe_place *place,
                             struct emu_pci_place *out, const char *format, unsigned number)
{
    g_autofree char *name = g_strdup_printf("%s %u", format, number);

    if (number == 0)
        name[strlen(format)] = '\0';
    if (place->given && buses_resolve(build, name, place, out))
        buses_add_entry(build, name, out, 0);
}

static void buses_add_drives(struct buses_build *build)
{
    const struct lathe_definition *definition = build->definition;

    for (unsigned i = 0; i < definition->disks; i++) {
        enum emu_drive_bus bus = definition->disk[i].bus;
        if (bus == EMU_DRIVE_VIRTIO || bus == EMU_DRIVE_NVME)
            buses_add_device(build, &definition->disk[i].place, &build->buses->drives[i], "disk",
                             i + 1);
    }
}

/* The first controller of a type says where the machine's own is. */
static void buses_add_controller(struct buses_build *build, const char *type,
                                 struct emu_pci_place *out)
{
    const GArray *controllers = build->definition->parts->controllers;

    for (guint i = 0; i < controllers->len; i++) {
        const struct lathe_controller *controller =
            &g_array_index(controllers, struct lathe_controller, i);
        if (g_strcmp0(controller->type, type) == 0 && controller->place.given && !out->given)
            buses_add_device(build, &controller->place, out, type, 0);
    }
}

static void buses_add_devices(struct buses_build *build)
{
    const struct lathe_definition *definition = build->definition;
    struct lathe_buses *buses = build->buses;
    struct lathe_place rng = definition->parts->rng_place;

    if (definition->gpu != EMU_GPU_NONE && definition->gpu != EMU_GPU_RAMFB)
        buses_add_device(build, &definition->parts->gpu_place, &buses->emu.gpu, "display", 0);
    buses_add_drives(build);
    for (unsigned i = 0; i < definition->nets; i++)
        buses_add_device(build, &definition->net[i].place, &buses->nics[i], "net", i + 1);
    buses_add_controller(build, "usb", &buses->emu.usb);
    buses_add_controller(build, "virtio-serial", &buses->emu.console);
    if (definition->parts->rng && !rng.given && buses->bridges->len != 0)
        rng = buses_any_slot(build);
    buses_add_device(build, &rng, &buses->emu.rng, "entropy", 0);
}

/* ---- the tree ---- */

static gint buses_compare(gconstpointer left, gconstpointer right)
{
    const struct lathe_bus_entry *a = left, *b = right;

    return (gint)(a->slot * 8 + a->function) - (gint)(b->slot * 8 + b->function);
}

/* Moves what is on a bus, and behind it, from one array to the other; returns the last number. */
static unsigned buses_walk(struct lathe_buses *buses, const GArray *from, unsigned bus,
                           unsigned number, unsigned depth)
{
    unsigned on = number;

    for (guint i = 0; i < from->len; i++) {
        struct lathe_bus_entry entry = g_array_index(from, struct lathe_bus_entry, i);
        guint at = buses->entries->len;
        const struct emu_bridge *bridge =
            entry.own != 0 ? &g_array_index(buses->bridges, struct emu_bridge, entry.own - 1)
                           : NULL;
        bool root = bridge != NULL && bridge->kind == EMU_BRIDGE_EXPANDER;
        if (entry.parent != bus)
            continue;
        entry.on = on;
        entry.depth = depth;
        g_array_append_val(buses->entries, entry);
        if (bridge == NULL)
            continue;
        entry.first = root ? bridge->bus : ++number;
        entry.last = buses_walk(buses, from, entry.own, entry.first, depth + 1);
        number = root ? number : entry.last;
        g_array_index(buses->entries, struct lathe_bus_entry, at) = entry;
    }
    return number;
}

static void buses_clear_entry(gpointer data)
{
    g_free(((struct lathe_bus_entry *)data)->name);
}

static GArray *buses_entries(void)
{
    return g_array_new(FALSE, TRUE, sizeof(struct lathe_bus_entry));
}

static void buses_sort(struct lathe_buses *buses)
{
    g_autoptr(GArray) from = buses->entries;

    g_array_set_clear_func(from, NULL);
    buses->entries = buses_entries();
    g_array_set_clear_func(buses->entries, buses_clear_entry);
    g_array_sort(from, buses_compare);
    buses_walk(buses, from, 0, 0, 0);
}

char *lathe_bus_entry_format(const struct lathe_bus_entry *entry)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%*s%s", (int)(2 * entry->depth), "", entry->name);
    if (entry->own != 0 && entry->first == entry->last)
        g_string_append_printf(text, " -> [%02x]", entry->first);
    else if (entry->own != 0)
        g_string_append_printf(text, " -> [%02x-%02x]", entry->first, entry->last);
    return g_string_free(text, FALSE);
}

struct lathe_buses *lathe_buses_new(const struct lathe_definition *definition)
{
    struct lathe_buses *buses = g_new0(struct lathe_buses, 1);
    struct buses_build build = {.buses = buses, .definition = definition, .known = {true}};

    buses->bridges = g_array_new(FALSE, TRUE, sizeof(struct emu_bridge));
    buses->entries = buses_entries();
    g_array_set_clear_func(buses->entries, buses_clear_entry);
    buses->notes = g_ptr_array_new_with_free_func(g_free);
    buses_add_bridges(&build);
    buses_add_devices(&build);
    buses_sort(buses);
    buses->emu.bridges = (const struct emu_bridge *)buses->bridges->data;
    buses->emu.count = buses->bridges->len;
    return buses;
}

void lathe_buses_free(struct lathe_buses *buses)
{
    if (buses == NULL)
        return;
    g_array_unref(buses->bridges);
    g_array_unref(buses->entries);
    g_ptr_array_unref(buses->notes);
    g_free(buses);
}
