/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Save and load of devices whose state is a field table: one section, one version. */
#ifndef EMU_HW_SAVE_H
#define EMU_HW_SAVE_H

#include "emulator/api/error.h"
#include "emulator/state/state.h"

static inline void emu_hw_save(struct emu_writer *out, const char *name, const void *object,
                               const struct emu_field *fields)
{
    emu_write_section(out, name, 1);
    emu_write_fields(out, object, fields);
}

static inline bool emu_hw_load(struct emu_reader *in, const char *name, void *object,
                               const struct emu_field *fields, struct emu_error *err)
{
    uint32_t version;

    if (!emu_read_section(in, name, &version, err))
        return false;
    if (version != 1)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the saved %s has version %u, this program reads version 1", name,
                             (unsigned)version);
    return emu_read_fields(in, object, fields, err);
}

/* For values that a foreign file could hold out of range. */
static inline bool emu_hw_load_bad(const char *name, const char *what, struct emu_error *err)
{
    return emu_error_set(err, EMU_ERROR_INPUT, "the saved %s is damaged: %s is out of range", name,
                         what);
}

#endif
