/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives on the page of disks: what is in them, new ones, and taking them out. */
#ifndef LATHE_TUI_SETTINGS_DRIVES_H
#define LATHE_TUI_SETTINGS_DRIVES_H

#include "ui/tui/settings-private.h"

/* Their rows, and those that add some. */
void tui_settings_add_drives(struct settings *settings);
/* Its image stays where it is. */
void tui_settings_remove_drive(struct settings *settings, const char *dev);

#endif
