/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cairo knows the surface's pixels as they are, and writes PNG; PPM is three bytes a pixel. */
#include "display/record/picture.h"

#include <cairo.h>
#include <gio/gio.h>
#include <string.h>

#include "emulator/api/display.h"

static cairo_status_t picture_write(void *opaque, const unsigned char *data, unsigned length)
{
    g_byte_array_append(opaque, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static gboolean picture_is_there(const struct emu_surface *surface, GError **error)
{
    if (surface->width != 0 && surface->height != 0)
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                        "the machine has shown nothing yet");
    return FALSE;
}

GBytes *disp_picture_encode_ppm(const struct emu_surface *surface, GError **error)
{
    size_t pixels = (size_t)surface->width * surface->height;
    g_autofree char *head = g_strdup_printf("P6\n%u %u\n255\n", surface->width, surface->height);

    if (!picture_is_there(surface, error))
        return NULL;
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)head, (guint)strlen(head));
    g_byte_array_set_size(bytes, (guint)(strlen(head) + 3 * pixels));
    for (size_t i = 0; i < pixels; i++) {
        guint8 *out = bytes->data + strlen(head) + 3 * i;
        out[0] = (guint8)(surface->pixels[i] >> 16);
        out[1] = (guint8)(surface->pixels[i] >> 8);
        out[2] = (guint8)surface->pixels[i];
    }
    return g_byte_array_free_to_bytes(bytes);
}

GBytes *disp_picture_encode(const struct emu_surface *surface, GError **error)
{
    if (!picture_is_there(surface, error))
        return NULL;
    GByteArray *bytes = g_byte_array_new();
    cairo_surface_t *image = cairo_image_surface_create_for_data(
        (unsigned char *)surface->pixels, CAIRO_FORMAT_RGB24, (int)surface->width,
        (int)surface->height, (int)surface->width * 4);
    cairo_status_t status = cairo_surface_write_to_png_stream(image, picture_write, bytes);
    cairo_surface_destroy(image);
    if (status == CAIRO_STATUS_SUCCESS)
        return g_byte_array_free_to_bytes(bytes);
    g_byte_array_unref(bytes);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the picture cannot be made: %s",
                cairo_status_to_string(status));
    return NULL;
}

struct emu_surface *disp_picture_join(const struct emu_surface *const *surfaces, unsigned count,
                                      GError **error)
{
    unsigned width = 0, height = 0, x = 0;
    struct emu_surface *joined;

    for (unsigned i = 0; i < count; i++) {
        width += surfaces[i]->width;
        height = MAX(height, surfaces[i]->height);
    }
    if (!picture_is_there(&(struct emu_surface){.width = width, .height = height}, error))
        return NULL;
    joined = g_try_malloc0(sizeof(*joined) + (size_t)width * height * 4);
    if (joined == NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "there is no memory for it");
        return NULL;
    }
    *joined =
        (struct emu_surface){.width = width, .height = height, .pixels = (uint32_t *)(joined + 1)};
    for (unsigned i = 0; i < count; x += surfaces[i++]->width) {
        for (unsigned y = 0; y < surfaces[i]->height; y++)
            memcpy(joined->pixels + (size_t)y * width + x,
                   surfaces[i]->pixels + (size_t)y * surfaces[i]->width,
                   surfaces[i]->width * sizeof(*joined->pixels));
    }
    return joined;
}

gboolean disp_picture_save(const struct emu_surface *surface, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = disp_picture_encode(surface, error);
    gsize length = 0;

    if (bytes == NULL)
        return FALSE;
    const char *data = g_bytes_get_data(bytes, &length);
    return g_file_set_contents(path, data, (gssize)length, error);
}
