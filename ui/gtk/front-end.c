/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line gets of this folder when it loads it. */
#include "app/cli/front-end.h"

#include "app/modules/module.h"
#include "ui/gtk/application.h"

LATHE_MODULE_EXPORT const struct lathe_front_end lathe_module = {
    lathe_gtk_run,        lathe_gtk_start,          lathe_gtk_quit,
    lathe_gtk_show_store, lathe_gtk_show_recording, lathe_gtk_show_consoles,
    lathe_gtk_ask};
