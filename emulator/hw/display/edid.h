/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a monitor says of itself (VESA E-EDID 1.4): one that prefers the size that a viewer has. */
#ifndef EMU_HW_DISPLAY_EDID_H
#define EMU_HW_DISPLAY_EDID_H

#include "emulator/api/types.h"

#define EMU_EDID_SIZE     128
#define EMU_EDID_MAX_SIDE 4095 /* pixels: what its timing can say */

/* width and height: pixels that it prefers, brought into what an EDID can say. */
void emu_edid_make(uint8_t edid[EMU_EDID_SIZE], unsigned width, unsigned height);

#endif
