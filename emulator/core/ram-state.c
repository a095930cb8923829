/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The saved form of a block of RAM: runs of bytes. Holes and what follows them are not there and
 * are zero when loaded.
 */
#include "emulator/api/error.h"
#include "emulator/core/memory-private.h"
#include "emulator/state/state.h"

void emu_ram_save(const struct emu_ram *ram, struct emu_writer *out)
{
    uint64_t start, end, from = 0;

    emu_write_u64(out, "size", ram->size);
    while (emu_ram_next_data(ram, from, &start, &end)) {
        emu_write_u64(out, "start", start);
        emu_write_u64(out, "length", end - start);
        emu_write_bytes(out, "data", ram->host + start, end - start);
        from = end;
    }
    emu_write_u64(out, "start", ram->size);
}

static bool ram_load_run(struct emu_ram *ram, uint64_t start, struct emu_reader *in,
                         struct emu_error *err)
{
    uint64_t length;

    if (!emu_read_u64(in, "length", &length, err))
        return false;
    if (start > ram->size || length > ram->size - start)
        return emu_error_set(err, EMU_ERROR_INPUT, "saved state: memory beyond the end of RAM");
    return emu_read_bytes(in, "data", ram->host + start, length, err);
}

bool emu_ram_load(struct emu_ram *ram, struct emu_reader *in, struct emu_error *err)
{
    uint64_t size, start;

    if (!emu_read_u64(in, "size", &size, err))
        return false;
    if (size != ram->size)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "saved state: a block of memory has %llu bytes, this machine's %llu",
                             (unsigned long long)size, (unsigned long long)ram->size);
    emu_ram_zero(ram);
    for (;;) {
        if (!emu_read_u64(in, "start", &start, err))
            return false;
        if (start == ram->size)
            return true;
        if (!ram_load_run(ram, start, in, err))
            return false;
    }
}
