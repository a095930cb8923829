/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nodes in ACPI: System Resource Affinity Table (ACPI 6.5, 5.2.16), System Locality Information
 * Table (5.2.17), Heterogeneous Memory Attribute Table (5.2.28). Left out: caches of memory,
 * devices as initiators.
 */
#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/memory-map.h"

#define NUMA_ENABLED     1u
#define NUMA_PICOSECONDS 1000u /* of the unit that latencies are told in */
#define NUMA_UNKNOWN     0xffffu

static bool numa_has(const struct emu_numa_node *node, unsigned cpu)
{
    return cpu < EMU_NUMA_CPUS && (node->cpus[cpu / 8] >> cpu % 8 & 1) != 0;
}

static bool numa_has_any(const struct emu_numa_node *node)
{
    for (unsigned i = 0; i < sizeof(node->cpus); i++) {
        if (node->cpus[i] != 0)
            return true;
    }
    return false;
}

/* ---- SRAT ---- */

static void srat_processor(struct acpi_layout *layout, unsigned node, uint32_t apic_id)
{
    if (apic_id < 255) {
        acpi_put(layout, 0x1000, 2); /* local APIC, 16 bytes */
        acpi_put(layout, node & 0xff, 1);
        acpi_put(layout, apic_id, 1);
        acpi_put(layout, NUMA_ENABLED, 4);
        acpi_put(layout, 0, 1);
        acpi_put(layout, node >> 8, 3);
        acpi_put(layout, 0, 4); /* clock domain */
        return;
    }
    acpi_put(layout, 0x1802, 2); /* local x2APIC, 24 bytes */
    acpi_put(layout, 0, 2);
    acpi_put(layout, node, 4);
    acpi_put(layout, apic_id, 4);
    acpi_put(layout, NUMA_ENABLED, 4);
    acpi_put(layout, 0, 8);
}

static void srat_range(struct acpi_layout *layout, unsigned node, uint64_t address, uint64_t size)
{
    acpi_put(layout, 0x2801, 2); /* memory, 40 bytes */
    acpi_put(layout, node, 4);
    acpi_put(layout, 0, 2);
    acpi_put(layout, address, 8);
    acpi_put(layout, size, 8);
    acpi_put(layout, 0, 4);
    acpi_put(layout, NUMA_ENABLED, 4);
    acpi_put(layout, 0, 8);
}

/* The memory from this byte of the RAM on, which may lie on both sides of the hole below 4 GiB. */
static void srat_memory(struct acpi_layout *layout, const struct emu_acpi_board *board,
                        unsigned node, uint64_t from)
{
    uint64_t size = board->numa->nodes[node].memory;
    uint64_t below = from >= board->low ? 0 : board->low - from;

    below = below < size ? below : size;
    if (below != 0)
        srat_range(layout, node, from, below);
    if (size != below)
        srat_range(layout, node, EMU_PC_HIGH + from + below - board->low, size - below);
}

static uint64_t numa_srat(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    size_t at = acpi_begin(layout, "SRAT", 3);
    uint64_t from = 0;

    acpi_put(layout, 1, 4);
    acpi_put(layout, 0, 8);
    for (unsigned node = 0; node < board->numa->count; node++) {
        for (unsigned cpu = 0; cpu < board->cpus; cpu++) {
            if (numa_has(&board->numa->nodes[node], cpu))
                srat_processor(layout, node, board->apic_ids[cpu]);
        }
    }
    for (unsigned node = 0; node < board->numa->count; node++) {
        srat_memory(layout, board, node, from);
        from += board->numa->nodes[node].memory;
    }
    return acpi_end(layout, at);
}

/* ---- SLIT ---- */

static uint64_t numa_slit(struct acpi_layout *layout, const struct emu_numa *numa)
{
    size_t at = acpi_begin(layout, "SLIT", 1);

    acpi_put(layout, numa->count, 8);
    for (unsigned i = 0; i < numa->count * numa->count; i++) {
        bool near = i / numa->count == i % numa->count;
        uint8_t usual = near ? EMU_NUMA_NEAR : EMU_NUMA_DISTANCE;
        acpi_put(layout, numa->distances != NULL ? numa->distances[i] : usual, 1);
    }
    return acpi_end(layout, at);
}

/* ---- HMAT ---- */

/* Whose processors reach a node's memory: its own, if it has some. */
static void hmat_memory(struct acpi_layout *layout, const struct emu_numa *numa, unsigned node)
{
    bool own = numa_has_any(&numa->nodes[node]);

    acpi_put(layout, 0, 4);   /* memory proximity domain attributes */
    acpi_put(layout, 40, 4);  /* bytes */
    acpi_put(layout, own, 4); /* the initiator is valid */
    acpi_put(layout, own ? node : 0, 4);
    acpi_put(layout, node, 4);
    acpi_put(layout, 0, 4);
    acpi_put(layout, 0, 8);
    acpi_put(layout, 0, 8);
}

static uint32_t hmat_find(const struct emu_numa *numa, enum emu_numa_measure measure,
                          unsigned initiator, unsigned target)
{
    for (unsigned i = numa->link_count; i-- > 0;) {
        const struct emu_numa_link *link = &numa->links[i];
        if (link->measure == measure && link->initiator == initiator && link->target == target)
            return link->value;
    }
    return 0;
}

/* Entries have 16 bits: the least unit in which all fit. */
static uint32_t hmat_unit(const struct emu_numa *numa, enum emu_numa_measure measure)
{
    uint32_t most = 0, unit = 1;

    for (unsigned i = 0; i < numa->link_count; i++) {
        if (numa->links[i].measure == measure && numa->links[i].value > most)
            most = numa->links[i].value;
    }
    while (most / unit >= NUMA_UNKNOWN)
        unit *= 10;
    return unit;
}

static unsigned hmat_list(const struct emu_numa *numa, bool initiators,
                          unsigned list[EMU_MAX_NODES])
{
    unsigned count = 0;

    for (unsigned node = 0; node < numa->count; node++) {
        if (initiators ? numa_has_any(&numa->nodes[node]) : numa->nodes[node].memory != 0)
            list[count++] = node;
    }
    return count;
}

static void hmat_measure(struct acpi_layout *layout, const struct emu_numa *numa,
                         enum emu_numa_measure measure)
{
    unsigned from[EMU_MAX_NODES], to[EMU_MAX_NODES];
    unsigned rows = hmat_list(numa, true, from), columns = hmat_list(numa, false, to);
    uint32_t unit = hmat_unit(numa, measure);
    bool latency = measure < EMU_NUMA_ACCESS_BANDWIDTH;

    acpi_put(layout, 1, 4); /* system locality latency and bandwidth information */
    acpi_put(layout, 32 + 4 * (rows + columns) + 2 * rows * columns, 4);
    acpi_put(layout, 0, 1); /* of memory, not of a cache */
    acpi_put(layout, measure, 1);
    acpi_put(layout, 0, 2);
    acpi_put(layout, rows, 4);
    acpi_put(layout, columns, 4);
    acpi_put(layout, 0, 4);
    acpi_put(layout, latency ? (uint64_t)unit * NUMA_PICOSECONDS : unit, 8);
    for (unsigned i = 0; i < rows; i++)
        acpi_put(layout, from[i], 4);
    for (unsigned i = 0; i < columns; i++)
        acpi_put(layout, to[i], 4);
    for (unsigned i = 0; i < rows * columns; i++) {
        uint32_t value = hmat_find(numa, measure, from[i / columns], to[i % columns]);
        acpi_put(layout, value != 0 ? value / unit : NUMA_UNKNOWN, 2);
    }
}

static uint64_t numa_hmat(struct acpi_layout *layout, const struct emu_numa *numa)
{
    size_t at = acpi_begin(layout, "HMAT", 2);

    acpi_put(layout, 0, 4);
    for (unsigned node = 0; node < numa->count; node++) {
        if (numa->nodes[node].memory != 0)
            hmat_memory(layout, numa, node);
    }
    for (unsigned measure = 0; measure < EMU_NUMA_MEASURES; measure++) {
        bool any = false;
        for (unsigned i = 0; i < numa->link_count; i++)
            any = any || numa->links[i].measure == (enum emu_numa_measure)measure;
        if (any)
            hmat_measure(layout, numa, (enum emu_numa_measure)measure);
    }
    return acpi_end(layout, at);
}

void acpi_add_numa(struct acpi_layout *layout, const struct emu_acpi_board *board)
{
    if (board->numa == NULL || board->numa->count == 0)
        return;
    acpi_list(layout, numa_srat(layout, board));
    acpi_list(layout, numa_slit(layout, board->numa));
    if (board->numa->link_count != 0)
        acpi_list(layout, numa_hmat(layout, board->numa));
}
