/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyboard layout of the desktop that we run on. Main thread. */
#ifndef LATHE_GTK_HOST_LAYOUT_H
#define LATHE_GTK_HOST_LAYOUT_H

/* "de", "us(dvorak)": as display/input/typing.h takes it; "us" where nothing can be found. g_free.
 */
char *lathe_host_layout_dup(void);

#endif
