/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module "sound". */
#include "display/sound/sound.h"

#include "app/modules/module.h"
#include "app/session/sound.h"

LATHE_MODULE_EXPORT const struct lathe_sound_system lathe_module = {disp_sound_open};
