/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tools that the program finds at link time. */
#include "app/cli/recording-tool.h"
#include "wizards/cli/firmware.h"
#include "wizards/cli/seed.h"
#include "wizards/cli/wizard.h"

const struct lathe_tool *const lathe_tools[] = {&lathe_firmware_tool, &lathe_wizard_tool,
                                                &lathe_seed_tool, &lathe_recording_tool, NULL};
