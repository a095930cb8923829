/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheDisplayPage: a screen of the machine with what belongs to it: a card that says why there is
 * no picture, scroll bars, and in full screen a bar that comes out at the upper edge.
 * Signals:
 *   "changed" ()   size, scale, capture or typing are other than before
 *   "left" ()      the person wants out of the guest, by keyboard
 */
#ifndef LATHE_GTK_DISPLAY_PAGE_H
#define LATHE_GTK_DISPLAY_PAGE_H

#include <gtk/gtk.h>

#include "ui/gtk/display-view.h"

#define LATHE_TYPE_DISPLAY_PAGE lathe_display_page_get_type()
G_DECLARE_FINAL_TYPE(LatheDisplayPage, lathe_display_page, LATHE, DISPLAY_PAGE, GtkOverlay)

/* number counts the screens from 0. */
GtkWidget *lathe_display_page_new(LatheSession *session, unsigned number);
LatheDisplayView *lathe_display_page_get_view(LatheDisplayPage *page);

void lathe_display_page_grab_focus(LatheDisplayPage *page);
gboolean lathe_display_page_has_focus(LatheDisplayPage *page);
/* With the bar at hand and nothing else around. */
void lathe_display_page_set_fullscreen(LatheDisplayPage *page, gboolean fullscreen);
/* Brings the bar out and puts the focus there. FALSE: not in full screen. */
gboolean lathe_display_page_show_bar(LatheDisplayPage *page);

/* The text that the screen shows to the clipboard; a bell if it is none. */
void lathe_display_page_copy(LatheDisplayPage *page);
/* Types the clipboard's text in this keyboard layout. */
void lathe_display_page_paste(LatheDisplayPage *page, const char *layout);
/* Shows the keys that let go. */
void lathe_display_page_apply(LatheDisplayPage *page,
                              const struct lathe_display_preferences *preferences);
/* "1280×800 at 150 %", or how far the typing is; "" without a picture. g_free. */
char *lathe_display_page_dup_status(LatheDisplayPage *page);

#endif
