/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PC's two 8237A DMA controllers with their page registers. Regions: 0 ports 0x00 to 0x0f
 * (channels 0 to 3, bytes), 1 ports 0xc0 to 0xdf (channels 4 to 7, words), 2 ports 0x80 to 0x8f
 * (pages). Needs dma.
 */
#ifndef EMU_HW_MISC_I8237_H
#define EMU_HW_MISC_I8237_H

#include "emulator/core/device.h"
#include "emulator/hw/misc/isa-dma.h"

extern const struct emu_device_class emu_i8237_class;

/* The handle of channel 0 to 7, for the device on it. */
struct emu_isa_dma emu_i8237_channel(struct emu_device *device, unsigned channel);

#endif
