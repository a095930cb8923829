/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GTK front end as the command line sees it. Main thread. */
#ifndef LATHE_GTK_APPLICATION_H
#define LATHE_GTK_APPLICATION_H

#include "app/cli/front-end.h"
#include "app/session/session.h"

#define LATHE_GTK_ID            "org.lathe_vm.Lathe" /* the same in every file of assets/ */
#define LATHE_GTK_RESOURCE_BASE "/org/lathe_vm/Lathe"

/* Opens a window over the session; returns when it is closed. FALSE with *error: no display. */
gboolean lathe_gtk_run(LatheSession *session, GError **error);
/* The library's window, of which there is one in a desktop session: a second call shows the first
 * one's. service: no window until somebody asks over D-Bus. Returns when it is closed. */
gboolean lathe_gtk_start(gboolean service, GError **error);
/* Ends lathe_gtk_run without a question. */
void lathe_gtk_quit(void);
/* As struct lathe_front_end's show_store. */
gboolean lathe_gtk_show_store(const char *path, GError **error);
/* As its show_recording. */
gboolean lathe_gtk_show_recording(const char *path, GError **error);
gboolean lathe_gtk_show_consoles(const struct lathe_console_target *targets, GError **error);
/* As struct lathe_front_end's ask; who closes the window is done. */
gboolean lathe_gtk_ask(const struct lathe_wizard *wizard, struct lathe_answers *answers,
                       gboolean *done, GError **error);

#endif
