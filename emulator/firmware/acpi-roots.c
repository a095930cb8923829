/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI root buses beside the first: each has its numbers, its node, and its own parts of the windows
 * (ACPI 6.5, 6.2.2 and 6.2.15; PCI Firmware Specification 3.2, 4.1.3), which the first then lacks.
 */
#include <stdio.h>

#include "emulator/firmware/acpi-private.h"
#include "emulator/firmware/memory-map.h"

void emu_acpi_root_add(struct emu_acpi_root *root, bool ports, uint64_t first, uint64_t last)
{
    struct emu_acpi_range *ranges = ports ? root->ports : root->memory;
    unsigned *count = ports ? &root->port_count : &root->memory_count;
    unsigned kept = 0;

    for (unsigned i = 0; i < *count; i++) {
        struct emu_acpi_range *range = &ranges[i];
        if (first > 0 && range->last < first - 1) {
            ranges[kept++] = *range;
        } else if (last < UINT64_MAX && range->first > last + 1) {
            ranges[kept++] = *range;
        } else {
            first = range->first < first ? range->first : first;
            last = range->last > last ? range->last : last;
        }
    }
    if (kept < EMU_ACPI_RANGES)
        ranges[kept++] = (struct emu_acpi_range){first, last};
    *count = kept;
}

/* ---- what the first root keeps ---- */

/* The first range of another root that begins at `first` or later, or holds it; NULL: none up to
 * last. */
static const struct emu_acpi_range *roots_next(const struct emu_acpi_board *board, bool ports,
                                               uint64_t first, uint64_t last)
{
    const struct emu_acpi_range *found = NULL;

    for (unsigned i = 0; i < board->root_count; i++) {
        const struct emu_acpi_root *root = &board->roots[i];
        const struct emu_acpi_range *ranges = ports ? root->ports : root->memory;
        unsigned count = ports ? root->port_count : root->memory_count;
        for (unsigned n = 0; n < count; n++) {
            if (ranges[n].last >= first && ranges[n].first <= last &&
                (found == NULL || ranges[n].first < found->first))
                found = &ranges[n];
        }
    }
    return found;
}

static void roots_put(struct aml *aml, bool ports, uint64_t first, uint64_t last)
{
    if (ports)
        aml_resource_io_window(aml, (uint16_t)first, (uint16_t)last);
    else if (last < EMU_PC_HIGH)
        aml_resource_window32(aml, (uint32_t)first, (uint32_t)last);
    else
        aml_resource_window64(aml, first, last);
}

static void roots_put_rest(struct aml *aml, const struct emu_acpi_board *board, bool ports,
                           uint64_t first, uint64_t last)
{
    const struct emu_acpi_range *range = roots_next(board, ports, first, last);

    while (range != NULL) {
        if (range->first > first)
            roots_put(aml, ports, first, range->first - 1);
        if (range->last >= last)
            return;
        first = range->last + 1;
        range = roots_next(board, ports, first, last);
    }
    roots_put(aml, ports, first, last);
}

void emu_acpi_ports(struct aml *aml, const struct emu_acpi_board *board, uint64_t first,
                    uint64_t last)
{
    roots_put_rest(aml, board, true, first, last);
}

void emu_acpi_memory(struct aml *aml, const struct emu_acpi_board *board, uint64_t first,
                     uint64_t last)
{
    roots_put_rest(aml, board, false, first, last);
}

/* ---- the others ---- */

static void roots_resources(struct aml *aml, const struct emu_acpi_root *root)
{
    aml_open_resources(aml, "_CRS");
    aml_resource_bus(aml, (uint16_t)root->bus, (uint16_t)root->last);
    for (unsigned i = 0; i < root->port_count; i++)
        roots_put(aml, true, root->ports[i].first, root->ports[i].last);
    for (unsigned i = 0; i < root->memory_count; i++)
        roots_put(aml, false, root->memory[i].first, root->memory[i].last);
    aml_close_resources(aml);
}

/* Its slots' pins are wired as those of the first root's. */
static void roots_routing(struct aml *aml)
{
    aml_open_method(aml, "_PRT", 0);
    aml_return(aml);
    aml_name_string(aml, "\\_SB.PCI0._PRT");
    aml_close(aml);
}

static void roots_device(struct aml *aml, const struct emu_acpi_root *root)
{
    char name[8];

    snprintf(name, sizeof(name), "PC%02X", root->bus & 0xff);
    aml_open_device(aml, name);
    aml_name_eisa_id(aml, "_HID", "PNP0A08");
    aml_name_eisa_id(aml, "_CID", "PNP0A03");
    aml_name_integer(aml, "_UID", root->bus);
    aml_name_integer(aml, "_BBN", root->bus);
    aml_name_integer(aml, "_CCA", 1);
    if (root->node >= 0)
        aml_name_integer(aml, "_PXM", (unsigned)root->node);
    roots_resources(aml, root);
    roots_routing(aml);
    emu_acpi_osc(aml);
    aml_close(aml);
}

void emu_acpi_roots(struct aml *aml, const struct emu_acpi_board *board)
{
    for (unsigned i = 0; i < board->root_count; i++)
        roots_device(aml, &board->roots[i]);
}
