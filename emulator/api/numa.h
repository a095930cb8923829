/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nodes of a machine: which processors and memory are near each other, how far the others are, and
 * how quickly. The guest reads it in ACPI's SRAT, SLIT and HMAT. Plain data.
 */
#ifndef EMU_API_NUMA_H
#define EMU_API_NUMA_H

#include "emulator/api/types.h"

#define EMU_MAX_NODES     64
#define EMU_NUMA_CPUS     256 /* a bit each */
#define EMU_NUMA_NEAR     10  /* a node's distance to itself, */
#define EMU_NUMA_DISTANCE 20  /* and to others where nothing is said */
#define EMU_NUMA_FAR      255 /* out of reach */

/* Node n has the number n. Memory is given to them in their order, from address 0. */
struct emu_numa_node {
    uint64_t memory;                 /* bytes, a multiple of 4 KiB; 0: none */
    uint8_t cpus[EMU_NUMA_CPUS / 8]; /* which processors are in it */
};

/* What is measured; the values are HMAT's data types. */
enum emu_numa_measure {
    EMU_NUMA_ACCESS_LATENCY, /* nanoseconds, 1 to 65534 */
    EMU_NUMA_READ_LATENCY,
    EMU_NUMA_WRITE_LATENCY,
    EMU_NUMA_ACCESS_BANDWIDTH, /* MB/s */
    EMU_NUMA_READ_BANDWIDTH,
    EMU_NUMA_WRITE_BANDWIDTH,
    EMU_NUMA_MEASURES
};

/* From the processors of one node to the memory of another. */
struct emu_numa_link {
    unsigned initiator, target;
    enum emu_numa_measure measure;
    uint32_t value;
};

struct emu_numa {
    const struct emu_numa_node *nodes;
    unsigned count;                    /* up to EMU_MAX_NODES */
    const uint8_t *distances;          /* count * count, rows are "from"; NULL: near and usual */
    const struct emu_numa_link *links; /* NULL: nothing is measured */
    unsigned link_count;
};

#endif
