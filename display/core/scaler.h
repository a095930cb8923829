/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a picture larger or smaller, each new pixel the mean of what it covers of the old ones:
 * whole steps stay squares, 125 % and 150 % keep sharp edges, smaller pictures lose no thin line.
 * One thread at a time for each scaler.
 */
#ifndef DISP_CORE_SCALER_H
#define DISP_CORE_SCALER_H

#include "display/core/geometry.h"

struct disp_scaler;

/* Sizes in pixels, none 0; NULL: no memory. */
struct disp_scaler *disp_scaler_new(struct disp_size from, struct disp_size to);
void disp_scaler_free(struct disp_scaler *scaler); /* NULL is legal */

/*
 * Makes the pixels of one rectangle of the new picture (clipped to it). Both pictures are 32 bits a
 * pixel, rows from the top; strides in pixels.
 */
void disp_scaler_run(struct disp_scaler *scaler, const uint32_t *from, size_t from_stride,
                     uint32_t *to, size_t to_stride, const struct disp_rect *rect);

#endif
