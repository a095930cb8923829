/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between answers and a machine's definition: processors, memory, nodes and distances; what is
 * plugged where is apply-devices.c's and take-devices.c's.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/topology/model.h"
#include "wizards/topology/topology.h"

/* ---- to a definition ---- */

static void apply_distances(const struct topology *topology, unsigned from, GArray *out)
{
    for (guint to = 0; topology->distances->len != 0 && to < topology->nodes->len; to++) {
        unsigned id = topology_node_at(topology, to)->id;
        struct lathe_distance distance = {id, topology_distance_of(topology, from, id)};
        distance.value = id == from ? 10 : distance.value;
        if (distance.value != 0)
            g_array_append_val(out, distance);
    }
}

static void apply_nodes(const struct topology *topology, struct lathe_parts *parts)
{
    g_array_set_size(parts->cells, 0);
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        struct lathe_cell cell = {.id = node->id, .memory = node->memory};
        cell.cpus = node->any ? topology_node_cpus(node) : NULL;
        cell.distances = g_array_new(FALSE, TRUE, sizeof(struct lathe_distance));
        apply_distances(topology, node->id, cell.distances);
        g_array_append_val(parts->cells, cell);
    }
}

static void apply_links(const struct topology *topology, struct lathe_parts *parts)
{
    g_array_set_size(parts->links, 0);
    for (guint i = 0; i < topology->links->len; i++) {
        const struct topology_link *row = &g_array_index(topology->links, struct topology_link, i);
        bool latency = row->measure < EMU_NUMA_ACCESS_BANDWIDTH;
        guint64 value = latency ? row->value : row->value >> 20;
        struct lathe_numa_link link = {row->from, row->to, row->measure,
                                       (uint32_t)MIN(value, UINT32_MAX)};
        g_array_append_val(parts->links, link);
    }
}

bool lathe_topology_apply(const struct lathe_answers *answers, struct lathe_definition *definition,
                          GError **error)
{
    struct topology *topology = topology_new(answers);
    bool good;
    bool pc = strcmp(topology->machine, "q35") == 0;
    const unsigned *levels = topology->levels;

    if (!pc || levels[LEVEL_CLUSTERS] > 1 || topology->cpus != topology->maxcpus) {
        lathe_error_input(error, pc ? "a machine of Lathe has no clusters, and all processors from "
                                      "the beginning"
                                    : N_("a machine of Lathe is a PC: choose q35"));
        topology_free(topology);
        return false;
    }
    definition->topology =
        (struct emu_topology){topology->cpus, levels[LEVEL_SOCKETS], levels[LEVEL_DIES],
                              levels[LEVEL_CORES], levels[LEVEL_THREADS]};
    definition->memory = topology->memory;
    apply_nodes(topology, definition->parts);
    apply_links(topology, definition->parts);
    good = topology_apply_devices(topology, definition, error);
    topology_free(topology);
    return good;
}

/* ---- from a definition ---- */

static void take_number(struct lathe_answers *answers, const char *id, unsigned number)
{
    g_autofree char *text = g_strdup_printf("%u", number);

    lathe_answers_set(answers, id, text, NULL);
}

static void take_cpus(void *opaque, unsigned cpu)
{
    g_string_append_printf(opaque, ",cpus=%u", cpu);
}

static char *take_size(uint64_t bytes)
{
    return bytes % (1 << 20) == 0 ? g_strdup_printf("%" G_GUINT64_FORMAT "M", bytes >> 20)
                                  : g_strdup_printf("%" G_GUINT64_FORMAT "K", bytes >> 10);
}

static void take_cell(struct lathe_answers *answers, const struct lathe_cell *cell)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *size = take_size(cell->memory);

    g_string_append_printf(line, "id=%u", cell->id);
    if (cell->cpus != NULL)
        lathe_parts_each_cpu(cell->cpus, take_cpus, line);
    if (cell->memory != 0)
        g_string_append_printf(line, ",memory=%s", size);
    lathe_answers_add_line(answers, "nodes", line->str, NULL);
    for (guint i = 0; i < cell->distances->len; i++) {
        const struct lathe_distance *row =
            &g_array_index(cell->distances, struct lathe_distance, i);
        g_autofree char *text = g_strdup_printf("%u,%u,%u", cell->id, row->cell, row->value);
        if (row->cell != cell->id)
            lathe_answers_add_line(answers, "distances", text, NULL);
    }
}

static void take_link(struct lathe_answers *answers, const struct lathe_numa_link *link)
{
    bool latency = link->measure < EMU_NUMA_ACCESS_BANDWIDTH;
    g_autofree char *line =
        g_strdup_printf("%u,%u,%s,%u%s", link->initiator, link->target,
                        topology_measure_name(link->measure), link->value, latency ? "" : "M");

    lathe_answers_add_line(answers, "links", line, NULL);
}

void lathe_topology_take(struct lathe_answers *answers, const struct lathe_definition *definition)
{
    const struct emu_topology *levels = &definition->topology;
    g_autofree char *memory = take_size(definition->memory);

    take_number(answers, "cpus", levels->cpus);
    take_number(answers, "sockets", levels->sockets);
    take_number(answers, "dies", levels->dies);
    take_number(answers, "cores", levels->cores);
    take_number(answers, "threads", levels->threads);
    lathe_answers_set(answers, "memory", memory, NULL);
    for (guint i = 0; i < definition->parts->cells->len; i++)
        take_cell(answers, &g_array_index(definition->parts->cells, struct lathe_cell, i));
    for (guint i = 0; i < definition->parts->links->len; i++)
        take_link(answers, &g_array_index(definition->parts->links, struct lathe_numa_link, i));
    topology_take_devices(answers, definition);
}
