/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the module "pictures" offers to the control socket: cairo is loaded for the first picture.
 */
#ifndef LATHE_CONTROL_PICTURES_H
#define LATHE_CONTROL_PICTURES_H

#include "display/record/picture.h"

struct lathe_pictures {
    /* disp_picture_encode, disp_picture_encode_ppm, disp_picture_join */
    GBytes *(*png)(const struct emu_surface *surface, GError **error);
    GBytes *(*ppm)(const struct emu_surface *surface, GError **error);
    struct emu_surface *(*join)(const struct emu_surface *const *surfaces, unsigned count,
                                GError **error);
};

#endif
