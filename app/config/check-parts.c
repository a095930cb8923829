/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to fit together in the parts that are kept for later versions (parts.h). */
#include <string.h>

#include "app/config/check.h"
#include "app/config/parts.h"
#include "app/config/tree.h"

#define PARTS_MAX_CPU  4096u
#define PARTS_MAX_CELL 256u

/* ---- nodes of memory ---- */

struct parts_cells {
    GArray *findings;
    const xmlNode *node; /* the cell at hand */
    unsigned cpus;       /* of the machine */
    bool cpu[PARTS_MAX_CPU], cell[PARTS_MAX_CELL];
    bool told; /* of this cell's CPUs */
};

static void parts_take_cpu(void *opaque, unsigned cpu)
{
    struct parts_cells *cells = opaque;

    if (cells->told)
        return;
    cells->told = true;
    if (cpu >= cells->cpus)
        lathe_check_fault(cells->findings, cells->node,
                          "cpu/numa/cell: there is no CPU %u, the last one is %u", cpu,
                          cells->cpus - 1);
    else if (cells->cpu[cpu])
        lathe_check_fault(cells->findings, cells->node,
                          "cpu/numa/cell: CPU %u is in another cell already", cpu);
    else
        cells->told = false;
    cells->cpu[cpu] = true;
}

/* An attribute's number; otherwise: none, or the check has told. */
static guint64 parts_get(const xmlNode *node, const char *attribute, guint64 otherwise)
{
    g_autofree char *text = lathe_tree_get(node, attribute);
    guint64 value;

    return text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &value, NULL)
               ? value
               : otherwise;
}

static void parts_check_cell(struct parts_cells *cells, unsigned index)
{
    g_autofree char *cpus = lathe_tree_get(cells->node, "cpus");
    guint64 id = parts_get(cells->node, "id", index);

    if (id < PARTS_MAX_CELL && cells->cell[id])
        lathe_check_fault(cells->findings, cells->node,
                          "cpu/numa/cell id='%" G_GUINT64_FORMAT "' is that of another cell", id);
    if (id < PARTS_MAX_CELL)
        cells->cell[id] = true;
    cells->told = false;
    if (cpus != NULL && !lathe_parts_each_cpu(cpus, parts_take_cpu, cells))
        lathe_check_fault(cells->findings, cells->node,
                          "cpu/numa/cell cpus='%s' is no list of CPUs, as in 0-3,6", cpus);
}

static void parts_check_distances(struct parts_cells *cells, unsigned index)
{
    const xmlNode *sibling = lathe_tree_find(cells->node, "distances/sibling");
    guint64 own = parts_get(cells->node, "id", index);

    for (; sibling != NULL; sibling = lathe_tree_next(sibling)) {
        guint64 id = parts_get(sibling, "id", own), value = parts_get(sibling, "value", 10);
        if (id >= PARTS_MAX_CELL || !cells->cell[id])
            lathe_check_fault(cells->findings, sibling,
                              "cpu/numa/cell/distances/sibling id='%" G_GUINT64_FORMAT
                              "': there is no such cell",
                              id);
        else if (id == own && value != 10)
            lathe_check_fault(cells->findings, sibling,
                              "cpu/numa/cell/distances/sibling: to its own memory it is 10");
    }
}

/* The machine's CPUs; 0: not said well. */
static unsigned parts_count_cpus(const xmlNode *root)
{
    g_autofree char *text = lathe_tree_text(lathe_tree_child(root, "vcpu"));
    guint64 value;

    if (text != NULL && g_ascii_string_to_unsigned(text, 10, 1, PARTS_MAX_CPU, &value, NULL))
        return (unsigned)value;
    return PARTS_MAX_CPU;
}

static void parts_check_cells(const xmlNode *root, GArray *findings)
{
    g_autofree struct parts_cells *cells = g_new0(struct parts_cells, 1);
    const xmlNode *first = lathe_tree_find(root, "cpu/numa/cell");
    unsigned index = 0;

    cells->findings = findings;
    cells->cpus = parts_count_cpus(root);
    for (cells->node = first; cells->node != NULL; cells->node = lathe_tree_next(cells->node))
        parts_check_cell(cells, index++);
    index = 0;
    for (cells->node = first; cells->node != NULL; cells->node = lathe_tree_next(cells->node))
        parts_check_distances(cells, index++);
}

/* ---- threads ---- */

static void parts_check_threads(const xmlNode *root, GArray *findings)
{
    g_autofree char *text = lathe_tree_text(lathe_tree_child(root, "iothreads"));
    const xmlNode *disk = lathe_tree_find(root, "devices/disk");
    guint64 threads = text != NULL ? g_ascii_strtoull(text, NULL, 10) : 0;

    if (lathe_tree_child(root, "iothreadids") != NULL) /* they have numbers of their own */
        return;
    for (; disk != NULL; disk = lathe_tree_next(disk)) {
        const xmlNode *driver = lathe_tree_child(disk, "driver");
        guint64 thread = parts_get(driver, "iothread", 0);
        if (thread > threads)
            lathe_check_fault(findings, driver,
                              "disk/driver iothread='%" G_GUINT64_FORMAT
                              "': there are %" G_GUINT64_FORMAT " iothreads",
                              thread, threads);
    }
}

/* ---- places and controllers ---- */

/* In a set of those before: the first one is its owner. */
static bool parts_is_taken(GHashTable *taken, char *key)
{
    if (!g_hash_table_contains(taken, key)) {
        g_hash_table_add(taken, key);
        return false;
    }
    g_free(key);
    return true;
}

/* A console may be a serial port said again, with its address. */
static void parts_check_places(const xmlNode *devices, GArray *findings)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (const xmlNode *device = devices != NULL ? devices->children : NULL; device != NULL;
         device = device->next) {
        struct lathe_place place = lathe_parts_read_place(device);
        g_autofree char *shown = lathe_place_format(&place);
        if (place.given && strcmp((const char *)device->name, "console") != 0 &&
            parts_is_taken(taken, g_strdup(shown)))
            lathe_check_fault(findings, device, "%s/address %s is that of another device",
                              (const char *)device->name, shown);
    }
}

static void parts_check_controllers(const xmlNode *devices, GArray *findings)
{
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const xmlNode *node = lathe_tree_child(devices, "controller");

    for (; node != NULL; node = lathe_tree_next(node)) {
        g_autofree char *type = lathe_tree_get(node, "type"),
                        *index = lathe_tree_get(node, "index");
        bool usb = g_strcmp0(type, "usb") == 0; /* companions have the index of their controller */
        if (index != NULL && !usb &&
            parts_is_taken(taken, g_strdup_printf("%s %s", type != NULL ? type : "", index)))
            lathe_check_fault(findings, node, "controller type='%s' index='%s' is there twice",
                              type != NULL ? type : "", index);
    }
}

void lathe_parts_check(const xmlNode *root, GArray *findings)
{
    const xmlNode *devices = lathe_tree_child(root, "devices");

    parts_check_cells(root, findings);
    parts_check_threads(root, findings);
    parts_check_places(devices, findings);
    parts_check_controllers(devices, findings);
}
