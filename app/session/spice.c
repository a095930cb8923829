/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module "spice". */
#include "app/modules/module.h"
#include "app/session/remote.h"

LATHE_MODULE_EXPORT const struct lathe_spice_module lathe_module = {
    .new = disp_spice_new,
    .free = disp_spice_free,
    .add_screen = disp_spice_add_screen,
    .start = disp_spice_start,
    .set_input = disp_spice_set_input,
    .add_sound = disp_spice_add_sound,
    .set_ticket = disp_spice_set_ticket,
    .add_port = disp_spice_add_port,
    .port_set_present = disp_spice_port_set_present,
    .port_receive = disp_spice_port_receive,
    .port_has_room = disp_spice_port_has_room,
    .count_viewers = disp_spice_count_viewers,
    .is_absolute = disp_spice_is_absolute,
    .count_channels = disp_spice_count_channels,
    .get_channel = disp_spice_get_channel,
};
