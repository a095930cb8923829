/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pair of 8259A interrupt controllers. Regions: 0 master (ports 0x20, 0x21), 1 slave (0xa0,
 * 0xa1), 2 ELCR (0x4d0, 0x4d1). Incoming lines: IRQ 0 to 15 but 2. Driven line 0: INTR, to LINT0.
 */
#ifndef EMU_HW_INTC_PIC_H
#define EMU_HW_INTC_PIC_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_pic_class;

/* An INTA cycle: the vector, which is the spurious one if nothing is pending any more. pic is the
 * struct emu_device. Any thread without the pic's lock. */
int emu_pic_acknowledge(void *pic);

#endif
