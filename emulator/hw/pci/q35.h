/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chip set's own functions.
 *  q35-mch (8086:29c0, 00:00.0): moves the ECAM window by PCIEXBAR, shadows 0xc0000 to 0xfffff and
 *  hides system management RAM. Properties "pciexbar": where the window is at reset (0: disabled);
 *  "shadow": all RAM at reset, for a machine without firmware.
 *  ich9-lpc (8086:2918, 00:1f.0): moves the PM block by PMBASE and routes PIRQs. Properties
 * "pmbase", "rcba". Incoming lines 0 to 7: PIRQA to PIRQH. Driven lines: 0 to 15 the ISA
 * interrupts, 16 to 23 the IOAPIC's pins, 24 the lock of the PM block's SMI enable bit, 25 the
 * watchdog's NO_REBOOT.
 *  ich9-smbus (8086:2930, 00:1f.3): a bus with nothing on it; BAR 4 is its ports.
 */
#ifndef EMU_HW_PCI_Q35_H
#define EMU_HW_PCI_Q35_H

#include "emulator/hw/pci/pci.h"

extern const struct emu_device_class emu_q35_mch_class;
extern const struct emu_device_class emu_ich9_lpc_class;
extern const struct emu_device_class emu_ich9_smbus_class;

#define EMU_ICH9_LPC_SMI_LOCK  24
#define EMU_ICH9_LPC_NO_REBOOT 25

/* The region that PCIEXBAR moves, already added to its root. Before realize; NULL: none. */
void emu_q35_mch_set_ecam(struct emu_device *mch, struct emu_region *ecam);
/* Where the ECAM window is now, 0: nowhere. Any thread. */
uint64_t emu_q35_mch_pciexbar(struct emu_device *mch);
/*
 * The RAM that shadowing and system management RAM show: its first low bytes lie below 4 GiB. bios:
 * the 128 KiB that read at 0xe0000 without shadowing, NULL: nothing. Both must outlive the device.
 * Before realize; without it those registers only keep what is written.
 */
void emu_q35_mch_set_memory(struct emu_device *mch, struct emu_ram *ram, uint64_t low,
                            const uint8_t *bios);
/*
 * The next reset is that of a machine that wakes from S3. Firmware goes on in its shadow and finds
 * the chip set where it put it: the MCH keeps PCIEXBAR and the shadowing, the LPC bridge its bases
 * and routes. Loop thread, vcpus stand still.
 */
void emu_q35_mch_wake(struct emu_device *mch);
void emu_ich9_lpc_wake(struct emu_device *lpc);
/* The region that PMBASE moves, already added to the port space. Before realize; NULL: none. */
void emu_ich9_lpc_set_pm(struct emu_device *lpc, struct emu_region *pm);

#endif
