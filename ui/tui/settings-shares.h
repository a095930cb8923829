/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of shared folders, and the form behind them. */
#ifndef LATHE_TUI_SETTINGS_SHARES_H
#define LATHE_TUI_SETTINGS_SHARES_H

#include "ui/tui/settings-private.h"

void tui_settings_add_shares(struct settings *settings);
/* dev: of the row, as tui_settings_add_shares made it. False: it is of no folder. */
bool tui_settings_remove_share(struct settings *settings, const char *dev);

#endif
