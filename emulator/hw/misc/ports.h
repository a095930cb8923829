/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The small devices of one or two ports each.
 *  coprocessor: region 0 ports 0xf0 and 0xf1; line in 0: FERR#; driven lines: 0 IRQ 13, 1 IGNNE#.
 *  port92: region 0 port 0x92; driven line 0: A20. CPU reset by its power handle.
 *  reset-control: region 0 port 0xcf9, which lies inside pci-host's address register: see
 *  emu_pci_host_set_reset_port.
 *  debug-exit: region 0 "size" ports, usually at 0xf4.
 *  pvpanic: region 0 one port, 0x505. Power event by its power handle.
 *  testdev: the ports of QEMU's pc-testdev, as guest test programs use them. Regions: 0 echo
 *  (0xe0, 4 ports), 1 page flush (0xe4, 4), 2 byte echo (0xe8, 4), 3 interrupt lines (0x2000, 24),
 *  4 memory (64 KiB at 0xff000000). Driven lines: GSI 0 to 23.
 */
#ifndef EMU_HW_MISC_PORTS_H
#define EMU_HW_MISC_PORTS_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_coprocessor_class;
extern const struct emu_device_class emu_port92_class;
extern const struct emu_device_class emu_reset_control_class;
extern const struct emu_device_class emu_debug_exit_class;
extern const struct emu_device_class emu_pvpanic_class;
extern const struct emu_device_class emu_testdev_class;

#endif
