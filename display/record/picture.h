/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of a screen as files, PNG or PPM. Any thread, as long as the surface does not change. */
#ifndef DISP_RECORD_PICTURE_H
#define DISP_RECORD_PICTURE_H

#include <glib.h>

struct emu_surface;

/* What the surface shows, each of the guest's pixels one of the picture's, as a PNG; NULL with
 * *error: nothing was shown yet, no memory. */
GBytes *disp_picture_encode(const struct emu_surface *surface, GError **error);
/* The same as a PPM (P6). */
GBytes *disp_picture_encode_ppm(const struct emu_surface *surface, GError **error);
/* Several screens side by side, tops in line, as one picture of which what is no screen is black;
 * those that show nothing are left out. g_free; NULL with *error: none shows anything, no memory.
 */
struct emu_surface *disp_picture_join(const struct emu_surface *const *surfaces, unsigned count,
                                      GError **error);
/* A PNG in a file, which is whole or not there. */
gboolean disp_picture_save(const struct emu_surface *surface, const char *path, GError **error);

#endif
