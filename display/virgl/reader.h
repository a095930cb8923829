/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a part of a texture into memory, once: the driver turns it the right way up before. The
 * context that it was first used in is current. */
#ifndef DISP_VIRGL_READER_H
#define DISP_VIRGL_READER_H

#include <stdbool.h>
#include <stdint.h>

struct disp_reader {
    unsigned source, target; /* frame buffers */
    unsigned picture;        /* the second's render buffer, */
    int width, height;       /* so large */
};

struct disp_reader_view {
    unsigned texture;
    int texture_height;
    bool from_top; /* its first row is the uppermost */
    int x, y, width, height;
};

/* Pixels as 0xAARRGGBB, rows from the top without gaps. False: the driver does not. */
bool disp_reader_read(struct disp_reader *reader, const struct disp_reader_view *view,
                      uint32_t *pixels);
void disp_reader_finish(struct disp_reader *reader);

#endif
