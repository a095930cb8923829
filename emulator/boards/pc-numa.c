/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's nodes: checked, and kept for the ACPI tables, which are made anew now and then. */
#include <stdlib.h>
#include <string.h>

#include "emulator/boards/board.h"

static bool numa_check_memory(const struct board *board, const struct emu_numa *numa,
                              struct emu_error *err)
{
    uint64_t left = board->config->memory;

    for (unsigned i = 0; i < numa->count; i++) {
        uint64_t memory = numa->nodes[i].memory;
        if (memory % 4096 != 0 || memory > left)
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "node %u: its memory is no multiple of 4K, or more than there is",
                                 i);
        left -= memory;
    }
    return left == 0 || emu_error_set(err, EMU_ERROR_INPUT,
                                      "%llu KiB of the memory are in no node: all of it has to be",
                                      (unsigned long long)(left >> 10));
}

static unsigned numa_owners(const struct emu_numa *numa, unsigned cpu)
{
    unsigned owners = 0;

    for (unsigned i = 0; i < numa->count; i++)
        owners += numa->nodes[i].cpus[cpu / 8] >> cpu % 8 & 1;
    return owners;
}

static bool numa_check_cpus(const struct board *board, const struct emu_numa *numa,
                            struct emu_error *err)
{
    for (unsigned cpu = 0; cpu < EMU_NUMA_CPUS; cpu++) {
        unsigned owners = numa_owners(numa, cpu), wanted = cpu < board->topology.cpus;
        if (owners != wanted)
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 wanted ? "processor %u is in %u nodes: each is in one"
                                        : "there is no processor %u, which is in %u nodes",
                                 cpu, owners);
    }
    return true;
}

static bool numa_check_distances(const struct emu_numa *numa, struct emu_error *err)
{
    for (unsigned i = 0; numa->distances != NULL && i < numa->count * numa->count; i++) {
        bool own = i / numa->count == i % numa->count;
        if (own ? numa->distances[i] != EMU_NUMA_NEAR : numa->distances[i] < EMU_NUMA_NEAR)
            return emu_error_set(
                err, EMU_ERROR_INPUT,
                "the distance from node %u to %u is %u: 10 is a node's own, others are farther",
                i / numa->count, i % numa->count, numa->distances[i]);
    }
    for (unsigned i = 0; i < numa->link_count; i++) {
        const struct emu_numa_link *link = &numa->links[i];
        if (link->initiator >= numa->count || link->target >= numa->count ||
            link->measure >= EMU_NUMA_MEASURES)
            return emu_error_set(err, EMU_ERROR_INPUT, "a latency or bandwidth is of no node");
    }
    return true;
}

static void *numa_copy(const void *from, size_t count, size_t size)
{
    void *copy = calloc(count + 1, size);

    if (copy != NULL && count != 0)
        memcpy(copy, from, count * size);
    return copy;
}

bool board_add_numa(struct board *board, struct emu_error *err)
{
    const struct emu_numa *numa = board->config->numa;

    if (numa == NULL || numa->count == 0)
        return true;
    if (numa->count > EMU_MAX_NODES)
        return emu_error_set(err, EMU_ERROR_INPUT, "%u nodes are too many: there may be %u",
                             numa->count, (unsigned)EMU_MAX_NODES);
    if (!numa_check_memory(board, numa, err) || !numa_check_cpus(board, numa, err) ||
        !numa_check_distances(numa, err))
        return false;
    board->numa = *numa;
    board->numa.nodes = numa_copy(numa->nodes, numa->count, sizeof(*numa->nodes));
    board->numa.links = numa_copy(numa->links, numa->link_count, sizeof(*numa->links));
    board->numa.distances =
        numa->distances != NULL ? numa_copy(numa->distances, numa->count * numa->count, 1) : NULL;
    if (board->numa.nodes != NULL && board->numa.links != NULL &&
        (board->numa.distances != NULL) == (numa->distances != NULL))
        return true;
    return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
}

void board_free_numa(struct board *board)
{
    free((void *)board->numa.nodes);
    free((void *)board->numa.links);
    free((void *)board->numa.distances);
}
