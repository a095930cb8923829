/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each picture is put on a canvas, with the pointer over it; the PNG writer finds what changed. */
#include "display/record/export.h"

#include <gio/gio.h>
#include <string.h>

struct export_canvas {
    uint32_t *pixels;
    unsigned width, height;
};

/* ---- which frames ---- */

static bool export_shows(const struct disp_export *export, const struct disp_frame *frame)
{
    return frame->previous == SIZE_MAX || frame->box.width != 0 ||
           (export->cursor && frame->cursor);
}

GArray *disp_export_list(const struct disp_recording *recording, const struct disp_export *export)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(size_t));
    size_t count = disp_recording_get_info(recording).frames;

    for (size_t i = 0; i < count; i++) {
        const struct disp_frame *frame = disp_recording_get_frame(recording, i);
        if (frame->head != export->head || frame->time > export->to || !export_shows(export, frame))
            continue;
        if (frame->time <= export->from)
            g_array_set_size(list, 0);
        g_array_append_val(list, i);
    }
    return list;
}

/* ---- a picture ---- */

static uint32_t export_blend(uint32_t below, uint32_t above)
{
    uint32_t keep = 255 - (above >> 24), pixel = 0;

    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t part = ((below >> shift & 0xff) * keep + 127) / 255 + (above >> shift & 0xff);
        pixel |= MIN(part, 255u) << shift;
    }
    return pixel;
}

static void export_draw_cursor(struct export_canvas *canvas, const struct emu_surface *surface,
                               const struct emu_cursor *cursor)
{
    for (unsigned y = 0; y < cursor->height && cursor->visible; y++) {
        int64_t to_y = (int64_t)cursor->y - cursor->hot_y + y;
        for (unsigned x = 0; x < cursor->width; x++) {
            int64_t to_x = (int64_t)cursor->x - cursor->hot_x + x;
            if (to_x < 0 || to_y < 0 || to_x >= surface->width || to_y >= surface->height)
                continue;
            uint32_t *pixel = canvas->pixels + (size_t)to_y * canvas->width + (size_t)to_x;
            *pixel = export_blend(*pixel, cursor->pixels[y * cursor->width + x]);
        }
    }
}

static gboolean export_draw(struct disp_recording *recording, size_t index, bool cursor,
                            struct export_canvas *canvas, GError **error)
{
    unsigned head = disp_recording_get_frame(recording, index)->head;

    if (!disp_recording_seek(recording, index, error))
        return FALSE;
    const struct emu_surface *surface = disp_recording_get_surface(recording, head);
    if (surface->width < canvas->width || surface->height < canvas->height)
        memset(canvas->pixels, 0, (size_t)canvas->width * canvas->height * 4);
    for (unsigned y = 0; y < surface->height; y++)
        memcpy(canvas->pixels + (size_t)y * canvas->width,
               surface->pixels + (size_t)y * surface->width, (size_t)surface->width * 4);
    if (cursor)
        export_draw_cursor(canvas, surface, disp_recording_get_cursor(recording, head));
    return TRUE;
}

static gboolean export_fail(GError **error)
{
    if (error != NULL && *error == NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            "the picture could not be written, or there is no memory");
    return FALSE;
}

/* ---- files ---- */

static struct export_canvas export_canvas_new(const struct disp_recording *recording,
                                              const GArray *list)
{
    struct export_canvas canvas = {0};

    for (guint i = 0; i < list->len; i++) {
        const struct disp_frame *frame =
            disp_recording_get_frame(recording, g_array_index(list, size_t, i));
        canvas.width = MAX(canvas.width, frame->width);
        canvas.height = MAX(canvas.height, frame->height);
    }
    canvas.pixels = g_try_new0(uint32_t, (size_t)canvas.width * canvas.height);
    return canvas;
}

static uint64_t export_time(const struct disp_recording *recording, const GArray *list, guint i,
                            const struct disp_export *export)
{
    if (i == list->len)
        return MIN(export->to, disp_recording_get_info(recording).time);
    return disp_recording_get_frame(recording, g_array_index(list, size_t, i))->time;
}

static uint64_t export_delay(const struct disp_recording *recording, const GArray *list, guint i,
                             const struct disp_export *export)
{
    uint64_t start = MAX(export_time(recording, list, i, export), export->from);
    uint64_t end = export_time(recording, list, i + 1, export);

    return end > start ? end - start : 0;
}

gboolean disp_export_apng(struct disp_recording *recording, const struct disp_export *export,
                          const GArray *list, disp_apng_write *write, void *opaque,
                          bool (*progress)(void *opaque, size_t done), GError **error)
{
    struct export_canvas canvas = export_canvas_new(recording, list);
    struct disp_apng *apng =
        canvas.pixels != NULL ? disp_apng_new(canvas.width, canvas.height, list->len, write, opaque)
                              : NULL;
    gboolean good = apng != NULL;

    for (guint i = 0; i < list->len && good; i++)
        good = export_draw(recording, g_array_index(list, size_t, i), export->cursor, &canvas,
                           error) &&
               disp_apng_add(apng, canvas.pixels, export_delay(recording, list, i, export)) &&
               (progress == NULL || progress(opaque, i + 1));
    good = good && disp_apng_end(apng);
    disp_apng_free(apng);
    g_free(canvas.pixels);
    return good || export_fail(error);
}

static bool export_append(void *opaque, const void *data, size_t length)
{
    g_byte_array_append(opaque, data, (guint)length);
    return true;
}

GBytes *disp_export_frame(struct disp_recording *recording, size_t index, bool cursor,
                          GError **error)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);
    const struct disp_export export = {frame->head, frame->time, frame->time, cursor};
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(size_t));
    GByteArray *bytes = g_byte_array_new();

    g_array_append_val(list, index);
    if (disp_export_apng(recording, &export, list, export_append, bytes, NULL, error))
        return g_byte_array_free_to_bytes(bytes);
    g_byte_array_unref(bytes);
    return NULL;
}
