/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of a definition, in the order of their numbers, become the machine's nodes. */
#include "app/session/numa.h"

#include <string.h>

/* Index of the cell with that number, or -1. */
static int numa_find(const GArray *cells, unsigned id)
{
    for (guint i = 0; i < cells->len; i++) {
        if (g_array_index(cells, struct lathe_cell, i).id == id)
            return (int)i;
    }
    return -1;
}

/* The place of a cell among the others: nodes are numbered without gaps. */
static unsigned numa_rank(const GArray *cells, unsigned id)
{
    unsigned rank = 0;

    for (guint i = 0; i < cells->len; i++)
        rank += g_array_index(cells, struct lathe_cell, i).id < id;
    return rank;
}

struct numa_taking {
    struct emu_numa_node *node;
    uint8_t *taken;
};

static void numa_take_cpu(void *opaque, unsigned cpu)
{
    struct numa_taking *taking = opaque;

    if (cpu >= EMU_NUMA_CPUS)
        return;
    taking->node->cpus[cpu / 8] |= (uint8_t)(1 << cpu % 8);
    taking->taken[cpu / 8] |= (uint8_t)(1 << cpu % 8);
}

static void numa_fill_nodes(const struct lathe_definition *definition, struct emu_numa_node *nodes)
{
    const GArray *cells = definition->parts->cells;
    uint8_t taken[EMU_NUMA_CPUS / 8] = {0};

    for (guint i = 0; i < cells->len; i++) {
        const struct lathe_cell *cell = &g_array_index(cells, struct lathe_cell, i);
        struct numa_taking taking = {&nodes[numa_rank(cells, cell->id)], taken};
        taking.node->memory = cell->memory;
        if (cell->cpus != NULL)
            lathe_parts_each_cpu(cell->cpus, numa_take_cpu, &taking);
    }
    for (unsigned cpu = 0; cpu < MIN(definition->topology.cpus, EMU_NUMA_CPUS); cpu++) {
        if ((taken[cpu / 8] >> cpu % 8 & 1) == 0)
            nodes[0].cpus[cpu / 8] |= (uint8_t)(1 << cpu % 8);
    }
}

/* What is said of the way from one cell to another; 0: nothing. */
static unsigned numa_said(const GArray *cells, unsigned from, unsigned to)
{
    const GArray *distances = g_array_index(cells, struct lathe_cell, from).distances;
    unsigned id = g_array_index(cells, struct lathe_cell, to).id;

    for (guint i = 0; i < distances->len; i++) {
        const struct lathe_distance *distance = &g_array_index(distances, struct lathe_distance, i);
        if (distance->cell == id)
            return distance->value;
    }
    return 0;
}

static uint8_t numa_distance(const GArray *cells, unsigned from, unsigned to)
{
    unsigned value = from == to ? EMU_NUMA_NEAR : numa_said(cells, from, to);

    if (value == 0)
        value = numa_said(cells, to, from);
    return (uint8_t)(value != 0 ? MIN(value, EMU_NUMA_FAR) : EMU_NUMA_DISTANCE);
}

static uint8_t *numa_distances(const GArray *cells)
{
    uint8_t *out = g_new0(uint8_t, cells->len * cells->len);

    for (guint from = 0; from < cells->len; from++) {
        for (guint to = 0; to < cells->len; to++) {
            unsigned row = numa_rank(cells, g_array_index(cells, struct lathe_cell, from).id);
            unsigned column = numa_rank(cells, g_array_index(cells, struct lathe_cell, to).id);
            out[row * cells->len + column] = numa_distance(cells, from, to);
        }
    }
    return out;
}

static struct emu_numa_link *numa_links(const struct lathe_parts *parts, unsigned *count)
{
    struct emu_numa_link *links = g_new0(struct emu_numa_link, parts->links->len + 1);

    *count = 0;
    for (guint i = 0; i < parts->links->len; i++) {
        const struct lathe_numa_link *link =
            &g_array_index(parts->links, struct lathe_numa_link, i);
        if (numa_find(parts->cells, link->initiator) < 0 ||
            numa_find(parts->cells, link->target) < 0)
            continue;
        links[(*count)++] = (struct emu_numa_link){numa_rank(parts->cells, link->initiator),
                                                   numa_rank(parts->cells, link->target),
                                                   link->measure, link->value};
    }
    return links;
}

struct emu_numa *lathe_numa_new(const struct lathe_definition *definition)
{
    const GArray *cells = definition->parts->cells;

    if (cells->len == 0)
        return NULL;
    struct emu_numa *numa = g_new0(struct emu_numa, 1);
    struct emu_numa_node *nodes = g_new0(struct emu_numa_node, cells->len);
    numa->count = cells->len;
    numa_fill_nodes(definition, nodes);
    numa->nodes = nodes;
    numa->distances = numa_distances(cells);
    numa->links = numa_links(definition->parts, &numa->link_count);
    return numa;
}

void lathe_numa_free(struct emu_numa *numa)
{
    if (numa == NULL)
        return;
    g_free((gpointer)numa->nodes);
    g_free((gpointer)numa->distances);
    g_free((gpointer)numa->links);
    g_free(numa);
}
