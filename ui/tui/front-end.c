/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line gets of this folder when it loads it. */
#include "app/cli/front-end.h"

#include "app/modules/module.h"
#include "ui/tui/library.h"
#include "ui/tui/tui.h"

static gboolean front_end_start(gboolean service, GError **error)
{
    return tui_run(tui_library_new, error);
}

/* Machines have processes and windows of their own: it only starts them. */
LATHE_MODULE_EXPORT const struct lathe_front_end lathe_module = {.start = front_end_start};
