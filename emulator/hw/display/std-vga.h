/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The regions of "std-vga" and "bochs-display"; the latter has the first two only. The board maps
 * the window and the ports at their places.
 */
#ifndef EMU_HW_DISPLAY_STD_VGA_H
#define EMU_HW_DISPLAY_STD_VGA_H

struct emu_device;

enum emu_std_vga_region {
    EMU_STD_VGA_MEMORY,    /* BAR 0 */
    EMU_STD_VGA_REGISTERS, /* BAR 2 */
    EMU_STD_VGA_WINDOW,    /* 0xa0000 */
    EMU_STD_VGA_PORTS,     /* port 0x3b0 */
    EMU_STD_VGA_VBE_PORTS, /* port 0x1ce */
};

/* Sets a mode of 32 bits a pixel, cleared, as firmware would. Any thread but a vcpu's in the
 * device; takes the device's lock. */
void emu_std_vga_show(struct emu_device *device, unsigned width, unsigned height);

#endif
