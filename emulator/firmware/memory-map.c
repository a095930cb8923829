/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PC's memory map: where RAM lies around the holes below 1 MiB and below 4 GiB. */
#include "emulator/firmware/memory-map.h"

#include "emulator/firmware/boot-formats.h"

static void memory_map_add(struct emu_memory_map *map, uint64_t address, uint64_t end,
                           enum emu_map_type type)
{
    if (end > address)
        map->entry[map->count++] = (struct emu_map_entry){address, end - address, type};
}

void emu_memory_map_init(struct emu_memory_map *map, uint64_t ram)
{
    map->low = ram <= EMU_PC_MAX_LOW ? ram : EMU_PC_SPLIT;
    map->high = ram - map->low;
    map->count = 0;
    memory_map_add(map, 0, EMU_PC_EBDA, EMU_MAP_RAM);
    memory_map_add(map, EMU_PC_EBDA, 0xa0000, EMU_MAP_RESERVED);
    memory_map_add(map, EMU_PC_TABLES, EMU_PC_TABLES_END, EMU_MAP_RESERVED);
    memory_map_add(map, EMU_PC_TABLES_END, map->low, EMU_MAP_RAM);
    memory_map_add(map, EMU_PC_ECAM, EMU_PC_ECAM + (uint64_t)EMU_PC_ECAM_SIZE, EMU_MAP_RESERVED);
    memory_map_add(map, EMU_PC_HIGH, EMU_PC_HIGH + map->high, EMU_MAP_RAM);
}

bool emu_memory_map_is_ram(const struct emu_memory_map *map, uint64_t address, uint64_t size)
{
    for (unsigned i = 0; i < map->count; i++) {
        const struct emu_map_entry *entry = &map->entry[i];
        if (entry->type == EMU_MAP_RAM && address >= entry->address &&
            address - entry->address <= entry->size &&
            size <= entry->size - (address - entry->address))
            return true;
    }
    return false;
}

void emu_memory_map_put(const struct emu_memory_map *map, uint8_t *out, size_t stride)
{
    for (unsigned i = 0; i < map->count; i++, out += stride) {
        emu_put64(out, map->entry[i].address);
        emu_put64(out + 8, map->entry[i].size);
        emu_put32(out + 16, map->entry[i].type);
    }
}
