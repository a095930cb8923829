/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module "virgl". */
#include "display/virgl/virgl.h"

#include "app/modules/module.h"
#include "app/session/renderer.h"

LATHE_MODULE_EXPORT const struct lathe_renderer lathe_module = {disp_virgl_open};
