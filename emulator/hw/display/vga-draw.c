/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VGA's picture: each scan line is fetched, compared with what it was made of last time, and
 * drawn if that differs. Packed modes of the extension are pictures in linear memory.
 */
#include "emulator/hw/display/pixels.h"
#include "emulator/hw/display/vga-frame.h"

#include <string.h>

/* ---- one line ---- */

/* The ninth dot of letters that draw boxes goes on with the eighth. */
static bool draw_is_line_letter(const struct vga_frame *frame, uint8_t letter)
{
    return (frame->r.ac[VGA_AC_MODE] & VGA_AC_LINE_CHARS) && letter >= 0xc0 && letter <= 0xdf;
}

static void draw_cell(const struct vga_frame *frame, uint32_t cell, unsigned row, uint32_t *out)
{
    uint8_t letter = (uint8_t)cell;
    unsigned bits = frame->fonts[cell >> 8 & 1][letter * 32 + row] << 1;
    uint32_t back = frame->colors[cell >> 24 & 15];
    uint32_t differs = frame->colors[cell >> 16 & 15] ^ back;

    if (draw_is_line_letter(frame, letter))
        bits |= bits >> 1 & 1;
    if (cell & VGA_CELL_SOLID)
        bits = 0x1ff;
    for (unsigned i = 0; i < frame->dots; i++)
        out[i] = back ^ (differs & -(bits >> (8 - i) & 1));
}

static void draw_planes(const struct vga_frame *frame, uint32_t group, uint32_t *out)
{
    for (unsigned i = 0; i < 8; i++) {
        uint32_t bits = group >> (7 - i) & 0x01010101;

        out[i] = frame->colors[(bits | bits >> 7 | bits >> 14 | bits >> 21) & 15];
    }
}

/* Planes 0 and 2 have the left four dots, 1 and 3 the right ones. */
static void draw_interleave(const struct vga_frame *frame, uint32_t group, uint32_t *out)
{
    for (unsigned i = 0; i < 8; i++) {
        unsigned shift = (i < 4 ? 0 : 8) + 6 - 2 * (i & 3);

        out[i] = frame->colors[(group >> shift & 3) | (group >> (shift + 16) & 3) << 2];
    }
}

static void draw_bytes(const struct vga_frame *frame, uint32_t group, uint32_t *out)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = frame->colors[group >> 8 * i & 0xff];
}

void vga_draw_line(const struct vga_frame *frame, const struct vga_scan *scan,
                   const uint32_t *groups, unsigned count, uint32_t *out)
{
    for (unsigned i = 0; i < count; i++, out += frame->dots) {
        switch (frame->kind) {
        case VGA_FRAME_TEXT:
            draw_cell(frame, groups[i], scan->row, out);
            break;
        case VGA_FRAME_PLANES:
            draw_planes(frame, groups[i], out);
            break;
        case VGA_FRAME_INTERLEAVE:
            draw_interleave(frame, groups[i], out);
            break;
        case VGA_FRAME_BYTES:
            draw_bytes(frame, groups[i], out);
            break;
        }
    }
}

/* Cut off at the left, and widened. */
static void draw_scale(const struct vga_frame *frame, const uint32_t *dots, unsigned width,
                       uint32_t *out)
{
    for (unsigned x = 0; x < width; x++)
        out[x] = dots[x / frame->scale];
}

/* ---- the picture ---- */

static void draw_scan(const struct vga_frame *frame, const struct vga_scan *scan,
                      struct emu_surface *surface, struct emu_display_update *update,
                      uint64_t *signature)
{
    uint32_t groups[VGA_FRAME_MAX_CELLS];
    uint32_t dots[VGA_FRAME_MAX_CELLS * 9], row[EMU_DISPLAY_MAX_SIZE];
    unsigned count = frame->cells + (scan->pan != 0);
    uint64_t now = frame->signature + scan->row + 64u * scan->pan;

    vga_frame_fetch(frame, scan, groups, count);
    now = vga_hash(now, groups, count * sizeof(groups[0]));
    if (now == *signature)
        return;
    *signature = now;
    vga_draw_line(frame, scan, groups, count, dots);
    draw_scale(frame, dots + scan->pan, surface->width, row);
    emu_surface_put_row(surface, scan->line, row, update);
}

static void draw_frame(const struct vga_frame *frame, struct emu_surface *surface,
                       struct emu_display_update *update)
{
    unsigned width = frame->cells * frame->dots * frame->scale;
    struct vga_scan scan = vga_scan_first(frame);
    uint32_t *cells;

    if (width == 0 || !emu_surface_resize(surface, width, frame->lines, update))
        return;
    cells = emu_surface_cells(surface, 2 * (size_t)frame->lines);
    if (cells == NULL)
        return;
    for (; scan.line < frame->lines; vga_scan_next(frame, &scan)) {
        uint64_t signature;

        memcpy(&signature, cells + 2 * scan.line, sizeof(signature));
        draw_scan(frame, &scan, surface, update, &signature);
        memcpy(cells + 2 * scan.line, &signature, sizeof(signature));
    }
}

static void draw_packed(const struct vga_frame *frame, const struct vga *vga,
                        struct emu_surface *surface, struct emu_display_update *update)
{
    const struct vga_registers *r = &frame->r;
    unsigned bytes = (r->vbe[VGA_VBE_BPP] + 7u) / 8;
    struct emu_picture picture = {
        .bytes = vga->bytes,
        .length = vga->size,
        .stride = vga_vbe_stride(r),
        .width = r->vbe[VGA_VBE_WIDTH],
        .height = r->vbe[VGA_VBE_HEIGHT],
        .palette = frame->colors,
    };

    switch (r->vbe[VGA_VBE_BPP]) {
    case 8:
        picture.format = EMU_PIXEL_INDEX8;
        break;
    case 15:
        picture.format = EMU_PIXEL_X1R5G5B5;
        break;
    case 16:
        picture.format = EMU_PIXEL_R5G6B5;
        break;
    case 24:
        picture.format = EMU_PIXEL_R8G8B8;
        break;
    default:
        picture.format = EMU_PIXEL_X8R8G8B8;
        break;
    }
    picture.start = r->vbe[VGA_VBE_Y] * (uint64_t)picture.stride + r->vbe[VGA_VBE_X] * bytes;
    emu_picture_show(&picture, surface, update);
}

void vga_update(struct vga *vga, struct emu_surface *surface, struct emu_display_update *update)
{
    struct vga_frame frame;
    emu_ns now = emu_clock_now(vga->device->clock);

    surface->serial = 0; /* pictures are compared, not counted */
    pthread_mutex_lock(&vga->device->lock);
    frame.r = vga->registers;
    pthread_mutex_unlock(&vga->device->lock);
    if (!vga_frame_is_on(&frame.r)) {
        emu_picture_blank(surface, update);
        return;
    }
    vga_frame_init(&frame, vga, now);
    update->state = frame.kind == VGA_FRAME_TEXT ? EMU_DISPLAY_TEXT : EMU_DISPLAY_GRAPHICS;
    if (vga_vbe_is_packed(&frame.r))
        draw_packed(&frame, vga, surface, update);
    else
        draw_frame(&frame, surface, update);
}
