/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe recording": looks at recordings of screens, checks them, makes pictures of them. Main
 * thread. */
#ifndef LATHE_CLI_RECORDING_TOOL_H
#define LATHE_CLI_RECORDING_TOOL_H

#include "app/cli/tool.h"

extern const struct lathe_tool lathe_recording_tool;

#endif
