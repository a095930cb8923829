/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of processors, nodes, memory and distances; those that QEMU itself lets pass too. */
#include <string.h>

#include "app/plan/size.h"
#include "wizards/topology/model.h"

/* ---- processors ---- */

static unsigned machine_cpus(const struct topology *topology)
{
    return strcmp(topology->machine, "q35") == 0 ? 4096 : 512;
}

void topology_check_cpus(const struct topology *topology, struct lathe_problems *problems)
{
    bool q35 = strcmp(topology->machine, "q35") == 0;
    guint64 product = 1;

    if (topology->cpus == 0)
        return;
    for (int i = 0; i < LEVELS; i++)
        product *= topology->levels[i];
    if (topology->maxcpus < topology->cpus)
        lathe_problem_add(problems, "maxcpus",
                          "there are more processors (%u) than there can be (%u)", topology->cpus,
                          topology->maxcpus);
    if (topology->maxcpus > machine_cpus(topology))
        lathe_problem_add(problems, "cpus", "the machine %s has %u processors at most",
                          topology->machine, machine_cpus(topology));
    if (product != topology->maxcpus)
        lathe_problem_add(problems, "cores",
                          "%u sockets of %u dies, %u clusters, %u cores and %u threads are not %u "
                          "processors",
                          topology->levels[LEVEL_SOCKETS], topology->levels[LEVEL_DIES],
                          topology->levels[LEVEL_CLUSTERS], topology->levels[LEVEL_CORES],
                          topology->levels[LEVEL_THREADS], topology->maxcpus);
    if (!q35 && topology->levels[LEVEL_DIES] > 1)
        lathe_problem_add(problems, "dies", "the machine %s has no dies", topology->machine);
    if (q35 && topology->levels[LEVEL_CLUSTERS] > 1)
        lathe_problem_add(problems, "clusters", "the machine q35 has no clusters");
}

/* ---- nodes ---- */

static const struct topology_node *node_of_id(const struct topology *topology, unsigned id)
{
    for (guint i = 0; i < topology->nodes->len; i++) {
        if (topology_node_at(topology, i)->id == id)
            return topology_node_at(topology, i);
    }
    return NULL;
}

static void check_ids(const struct topology *topology, struct lathe_problems *problems)
{
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        if (node->id >= TOPOLOGY_NODES)
            lathe_problem_add(problems, "nodes", "node %u: there are nodes 0 to 127", node->id);
        else if (node_of_id(topology, node->id) != node)
            lathe_problem_add(problems, "nodes", "node %u is there twice", node->id);
        if (node_of_id(topology, i) == NULL)
            lathe_problem_add(problems, "nodes", "node %u is missing: they are counted from 0", i);
    }
}

static void check_memory(const struct topology *topology, struct lathe_problems *problems)
{
    guint64 sum = 0;

    for (guint i = 0; i < topology->nodes->len; i++)
        sum += topology_node_at(topology, i)->memory;
    if (sum == topology->memory)
        return;
    g_autofree char *found = lathe_size_format(sum);
    g_autofree char *wanted = lathe_size_format(topology->memory);
    lathe_problem_add(problems, "nodes", "the nodes have %s of memory together, the machine %s",
                      found, wanted);
}

/* The node's index; -1: none, -2: several. */
static int node_of_cpu(const struct topology *topology, unsigned cpu)
{
    int found = -1;

    for (guint i = 0; i < topology->nodes->len; i++) {
        if (topology_node_has(topology_node_at(topology, i), cpu))
            found = found == -1 ? (int)i : -2;
    }
    return found;
}

static void check_cpu_nodes(const struct topology *topology, struct lathe_problems *problems)
{
    for (unsigned cpu = 0; cpu < TOPOLOGY_CPUS; cpu++) {
        int node = node_of_cpu(topology, cpu);
        if (cpu >= topology->maxcpus && node != -1) {
            lathe_problem_add(problems, "nodes", "there is no processor %u: there are %u", cpu,
                              topology->maxcpus);
            return;
        }
        if (cpu < topology->maxcpus && node == -1)
            lathe_problem_add(problems, "nodes", "processor %u is in no node", cpu);
        else if (node == -2)
            lathe_problem_add(problems, "nodes", "processor %u is in two nodes", cpu);
        if (node < 0 && cpu < topology->maxcpus)
            return;
    }
}

/* Are processors that share a part of so many spread over nodes? */
static bool level_is_spread(const struct topology *topology, unsigned together)
{
    for (unsigned cpu = 0; together > 1 && cpu < topology->maxcpus; cpu++) {
        if (node_of_cpu(topology, cpu) != node_of_cpu(topology, cpu - cpu % together))
            return true;
    }
    return false;
}

static void check_spread(const struct topology *topology, struct lathe_problems *problems)
{
    unsigned threads = topology->levels[LEVEL_THREADS];
    unsigned cluster = threads * topology->levels[LEVEL_CORES];

    if (level_is_spread(topology, threads))
        lathe_problem_warn(problems, "nodes", "threads of one core are in different nodes");
    else if (topology->levels[LEVEL_CLUSTERS] > 1 && level_is_spread(topology, cluster))
        lathe_problem_warn(problems, "nodes", "cores of one cluster are in different nodes");
}

/* ---- distances ---- */

static void check_distance(const struct topology *topology, const struct topology_distance *row,
                           struct lathe_problems *problems)
{
    if (node_of_id(topology, row->from) == NULL || node_of_id(topology, row->to) == NULL)
        lathe_problem_add(problems, "distances", "%u,%u: there is no such node", row->from,
                          row->to);
    else if (row->from == row->to && row->value != 10)
        lathe_problem_add(problems, "distances", "node %u is 10 away from itself, not %u",
                          row->from, row->value);
    else if (row->value < 10 || row->value > 255)
        lathe_problem_add(problems, "distances",
                          "%u,%u: %u is no distance: 10 is near, 254 far, 255 out of reach",
                          row->from, row->to, row->value);
    else if (row->from != row->to && row->value == 10)
        lathe_problem_warn(problems, "distances", "nodes %u and %u are as near as one node",
                           row->from, row->to);
}

static const struct topology_distance *distance_given(const struct topology *topology,
                                                      unsigned from, unsigned to)
{
    for (guint i = 0; i < topology->distances->len; i++) {
        const struct topology_distance *row =
            &g_array_index(topology->distances, struct topology_distance, i);
        if (row->from == from && row->to == to)
            return row;
    }
    return NULL;
}

/* Does any pair have two distances that differ? */
static bool distances_differ(const struct topology *topology)
{
    for (guint i = 0; i < topology->distances->len; i++) {
        const struct topology_distance *row =
            &g_array_index(topology->distances, struct topology_distance, i);
        const struct topology_distance *back = distance_given(topology, row->to, row->from);
        if (back != NULL && back->value != row->value)
            return true;
    }
    return false;
}

static void check_pairs(const struct topology *topology, struct lathe_problems *problems)
{
    bool both = distances_differ(topology);
    guint count = MIN(topology->nodes->len, TOPOLOGY_NODES);

    for (unsigned from = 0; from < count; from++) {
        for (unsigned to = from + 1; to < count; to++) {
            bool there = distance_given(topology, from, to) != NULL;
            bool back = distance_given(topology, to, from) != NULL;
            if (there || back ? both && !(there && back) : true) {
                lathe_problem_add(problems, "distances",
                                  "the distance of nodes %u and %u is missing: with one given all "
                                  "are, and with one that differs by direction both ways",
                                  from, to);
                return;
            }
        }
    }
}

static void check_link(const struct topology *topology, guint index,
                       struct lathe_problems *problems)
{
    const struct topology_link *link = &g_array_index(topology->links, struct topology_link, index);
    const struct topology_node *from = node_of_id(topology, link->from);
    const char *name = topology_measure_name(link->measure);

    if (from == NULL || node_of_id(topology, link->to) == NULL)
        lathe_problem_add(problems, "links", "%u,%u: there is no such node", link->from, link->to);
    else if (!from->any)
        lathe_problem_add(problems, "links", "%u,%u: node %u has no processors to reach memory",
                          link->from, link->to, link->from);
    if (link->measure >= EMU_NUMA_ACCESS_BANDWIDTH &&
        (link->value == 0 || link->value % (1 << 20) != 0))
        lathe_problem_add(problems, "links", "%u,%u,%s: a bandwidth is whole mebibytes a second",
                          link->from, link->to, name);
    for (guint i = 0; i < index; i++) {
        const struct topology_link *other =
            &g_array_index(topology->links, struct topology_link, i);
        if (other->from == link->from && other->to == link->to && other->measure == link->measure)
            lathe_problem_add(problems, "links", "%u,%u,%s is there twice", link->from, link->to,
                              name);
    }
}

void topology_check_nodes(const struct topology *topology, struct lathe_problems *problems)
{
    for (guint i = 0; i < topology->distances->len; i++)
        check_distance(topology, &g_array_index(topology->distances, struct topology_distance, i),
                       problems);
    if (topology->distances->len != 0)
        check_pairs(topology, problems);
    for (guint i = 0; i < topology->links->len; i++)
        check_link(topology, i, problems);
    if (topology->nodes->len == 0)
        return;
    check_ids(topology, problems);
    check_memory(topology, problems);
    if (topology->cpus != 0) {
        check_cpu_nodes(topology, problems);
        check_spread(topology, problems);
    }
}
