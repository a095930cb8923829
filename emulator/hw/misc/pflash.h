/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parallel NOR flash of one byte's width in which firmware keeps its variables (JEDEC JESD68, CFI,
 * with Intel's command set; as OVMF drives it). Region 0: all of it. Properties "size", in blocks
 * of 4 KiB, and "secure": only the secure view (system management mode) can command it, everybody
 * else reads.
 */
#ifndef EMU_HW_MISC_PFLASH_H
#define EMU_HW_MISC_PFLASH_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_pflash_class;

/* What the flash holds at first, "size" bytes, copied by realize. Before it. NULL: erased. */
void emu_pflash_set_contents(struct emu_device *flash, const uint8_t *data);

/* Told after changes, when the guest goes back to reading: with the device's lock held, on a vcpu
 * thread; data is valid during the call. Before realize. */
typedef void emu_pflash_changed_fn(void *opaque, const uint8_t *data, size_t size);
void emu_pflash_on_change(struct emu_device *flash, emu_pflash_changed_fn *fn, void *opaque);
/* Tells of what has not been told yet. No vcpu runs. */
void emu_pflash_flush(struct emu_device *flash);

#endif
