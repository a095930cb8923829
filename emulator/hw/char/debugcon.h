/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debug console: region 0 is one port (0x402); what is written goes to the chardev. */
#ifndef EMU_HW_CHAR_DEBUGCON_H
#define EMU_HW_CHAR_DEBUGCON_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_debugcon_class;

#endif
