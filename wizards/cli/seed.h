/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe seed": discs, initial RAM disks and Ignition with files of answers. Main thread only. */
#ifndef LATHE_WIZARDS_CLI_SEED_H
#define LATHE_WIZARDS_CLI_SEED_H

#include "app/cli/tool.h"

extern const struct lathe_tool lathe_seed_tool;

#endif
