/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands as a QXL device would give them (spice/qxl_dev.h), each in one piece of memory of its
 * own with a copy of the pixels: the library draws when it likes.
 */
#include <string.h>

#include "display/spice/spice-private.h"

struct draw_bytes {
    QXLDrawable drawable;
    QXLImage image;
    uint32_t pixels[];
};

struct cursor_bytes {
    QXLCursorCmd command;
    QXLCursor cursor;
    uint32_t pixels[];
};

static struct spice_command *command_new(size_t size, uint32_t type)
{
    struct spice_command *command = g_try_malloc0(sizeof(*command) + size);

    if (command == NULL)
        return NULL;
    command->size = size;
    command->ext.cmd.data = (uintptr_t)command->bytes;
    command->ext.cmd.type = type;
    return command;
}

void spice_command_free(struct spice_command *command)
{
    g_free(command);
}

/* Both kinds begin with their release_info, whose id is the command. */
struct spice_command *spice_command_of(QXLReleaseInfoExt info)
{
    return (struct spice_command *)(uintptr_t)info.info->id;
}

/* ---- pictures ---- */

static void draw_fill_image(QXLImage *image, const struct emu_rect *rect, const uint32_t *pixels,
                            uint32_t number)
{
    QXL_SET_IMAGE_ID(image, QXL_IMAGE_GROUP_DEVICE, number);
    image->descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
    image->descriptor.width = rect->width;
    image->descriptor.height = rect->height;
    image->bitmap.format = SPICE_BITMAP_FMT_32BIT;
    image->bitmap.flags = QXL_BITMAP_DIRECT | QXL_BITMAP_TOP_DOWN;
    image->bitmap.x = rect->width;
    image->bitmap.y = rect->height;
    image->bitmap.stride = rect->width * 4;
    image->bitmap.data = (uintptr_t)pixels;
}

static void draw_fill_drawable(QXLDrawable *drawable, const struct emu_rect *rect,
                               const QXLImage *image)
{
    drawable->effect = QXL_EFFECT_OPAQUE;
    drawable->type = QXL_DRAW_COPY;
    drawable->bbox = (QXLRect){.left = (int32_t)rect->x,
                               .top = (int32_t)rect->y,
                               .right = (int32_t)(rect->x + rect->width),
                               .bottom = (int32_t)(rect->y + rect->height)};
    drawable->clip.type = SPICE_CLIP_TYPE_NONE;
    for (unsigned i = 0; i < G_N_ELEMENTS(drawable->surfaces_dest); i++)
        drawable->surfaces_dest[i] = -1;
    drawable->u.copy.src_bitmap = (uintptr_t)image;
    drawable->u.copy.src_area =
        (QXLRect){.right = (int32_t)rect->width, .bottom = (int32_t)rect->height};
    drawable->u.copy.rop_descriptor = SPICE_ROPD_OP_PUT;
}

struct spice_command *spice_command_draw(const struct emu_surface *surface,
                                         const struct emu_rect *rect, uint32_t number)
{
    size_t row = (size_t)rect->width * 4;
    struct spice_command *command =
        command_new(sizeof(struct draw_bytes) + row * rect->height, QXL_CMD_DRAW);

    if (command == NULL)
        return NULL;
    struct draw_bytes *bytes = (struct draw_bytes *)command->bytes;
    bytes->drawable.release_info.id = (uintptr_t)command;
    draw_fill_image(&bytes->image, rect, bytes->pixels, number);
    draw_fill_drawable(&bytes->drawable, rect, &bytes->image);
    for (unsigned y = 0; y < rect->height; y++)
        memcpy(bytes->pixels + (size_t)y * rect->width,
               surface->pixels + (size_t)(rect->y + y) * surface->width + rect->x, row);
    return command;
}

/* ---- the pointer ---- */

static QXLPoint16 cursor_place(const struct emu_cursor *cursor)
{
    return (QXLPoint16){.x = (int16_t)CLAMP(cursor->x, INT16_MIN, INT16_MAX),
                        .y = (int16_t)CLAMP(cursor->y, INT16_MIN, INT16_MAX)};
}

static void cursor_fill_shape(QXLCursor *shape, const struct emu_cursor *cursor, size_t size)
{
    shape->header.type = SPICE_CURSOR_TYPE_ALPHA;
    shape->header.width = (uint16_t)cursor->width;
    shape->header.height = (uint16_t)cursor->height;
    shape->header.hot_spot_x = (uint16_t)cursor->hot_x;
    shape->header.hot_spot_y = (uint16_t)cursor->hot_y;
    shape->data_size = (uint32_t)size;
    shape->chunk.data_size = (uint32_t)size;
    memcpy(shape->chunk.data, cursor->pixels, size);
}

struct spice_command *spice_command_cursor(const struct emu_cursor *cursor)
{
    size_t size = cursor->visible ? (size_t)cursor->width * cursor->height * 4 : 0;
    struct spice_command *command = command_new(sizeof(struct cursor_bytes) + size, QXL_CMD_CURSOR);

    if (command == NULL)
        return NULL;
    struct cursor_bytes *bytes = (struct cursor_bytes *)command->bytes;
    bytes->command.release_info.id = (uintptr_t)command;
    bytes->command.type = size != 0 ? QXL_CURSOR_SET : QXL_CURSOR_HIDE;
    if (size == 0)
        return command;
    bytes->command.u.set.position = cursor_place(cursor);
    bytes->command.u.set.visible = 1;
    bytes->command.u.set.shape = (uintptr_t)&bytes->cursor;
    cursor_fill_shape(&bytes->cursor, cursor, size);
    return command;
}

struct spice_command *spice_command_cursor_move(const struct emu_cursor *cursor)
{
    struct spice_command *command = command_new(sizeof(struct cursor_bytes), QXL_CMD_CURSOR);

    if (command == NULL)
        return NULL;
    struct cursor_bytes *bytes = (struct cursor_bytes *)command->bytes;
    bytes->command.release_info.id = (uintptr_t)command;
    bytes->command.type = QXL_CURSOR_MOVE;
    bytes->command.u.position = cursor_place(cursor);
    return command;
}
