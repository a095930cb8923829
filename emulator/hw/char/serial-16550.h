/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 16550A UART. Region 0: 8 ports. Driven line 0: the interrupt. Its chardev is attached by realize.
 */
#ifndef EMU_HW_CHAR_SERIAL_16550_H
#define EMU_HW_CHAR_SERIAL_16550_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_serial_16550_class;

#endif
