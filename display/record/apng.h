/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes PNG (third edition), animated where there is more than one picture: 8 bits of red, green
 * and blue, each frame only the rectangle that differs from the one before. One thread at a time.
 */
#ifndef DISP_RECORD_APNG_H
#define DISP_RECORD_APNG_H

#include <stdbool.h>
#include <stddef.h>

#include "emulator/api/display.h"

struct disp_apng;

/* Takes bytes of the file, in order. False: it has no room for them. */
typedef bool disp_apng_write(void *opaque, const void *data, size_t length);

/* Of so many frames, at least 1, that all fit into width and height, none 0. NULL: no memory, or
 * write refused. */
struct disp_apng *disp_apng_new(unsigned width, unsigned height, unsigned frames,
                                disp_apng_write *write, void *opaque);
void disp_apng_free(struct disp_apng *apng); /* NULL is legal */

/* The next frame, shown for delay nanoseconds (to 16 bits' precision; what is lost is made up for
 * by the next): width * height pixels, 0x00RRGGBB, rows without gaps. */
bool disp_apng_add(struct disp_apng *apng, const uint32_t *pixels, uint64_t delay);
/* After the last frame. */
bool disp_apng_end(struct disp_apng *apng);

#endif
