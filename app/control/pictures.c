/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module "pictures". */
#include "app/control/pictures.h"

#include "app/modules/module.h"

LATHE_MODULE_EXPORT const struct lathe_pictures lathe_module = {
    disp_picture_encode, disp_picture_encode_ppm, disp_picture_join};
