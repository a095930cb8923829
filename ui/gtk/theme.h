/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows the desktop's wish for light or dark, which GTK 3 does not do by itself. */
#ifndef LATHE_GTK_THEME_H
#define LATHE_GTK_THEME_H

/* Asks the desktop portal and listens for changes; without a portal nothing happens. */
void lathe_theme_follow_desktop(void);

#endif
