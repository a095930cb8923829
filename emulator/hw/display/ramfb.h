/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "ramfb" (QEMU's fw_cfg file etc/ramfb): a screen without registers. Firmware writes the file to
 * say where in its own memory the picture lies. No regions; needs dma. The board has the file and
 * passes on what is written to it.
 */
#ifndef EMU_HW_DISPLAY_RAMFB_H
#define EMU_HW_DISPLAY_RAMFB_H

#include <stddef.h>
#include <stdint.h>

#define EMU_RAMFB_FILE      "etc/ramfb"
#define EMU_RAMFB_FILE_SIZE 28 /* bytes, zero at reset */

struct emu_ramfb_mode {
    uint64_t address; /* guest-physical, of the first row */
    uint32_t fourcc;  /* format of its pixels (drm_fourcc.h) */
    uint32_t width, height;
    uint32_t stride; /* bytes from row to row; 0: rows follow each other */
};

/*
 * The file was written: all length bytes of it. A picture that cannot be shown (unknown format, no
 * size or too large, rows that overlap, not in RAM) changes nothing. Any thread; takes the device's
 * lock. opaque is the device: this is an emu_fw_cfg_written_fn.
 */
void emu_ramfb_written(void *opaque, const uint8_t *data, size_t length);

#endif
