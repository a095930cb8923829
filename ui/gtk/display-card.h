/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheDisplayCard: what a display page says instead of showing a black rectangle. It watches the
 * machine and its screen, and shows and hides itself.
 * Signal "changed" (): it is shown, hidden, or says something else.
 */
#ifndef LATHE_GTK_DISPLAY_CARD_H
#define LATHE_GTK_DISPLAY_CARD_H

#include <gtk/gtk.h>

#include "app/session/session.h"
#include "display/core/screen.h"

#define LATHE_TYPE_DISPLAY_CARD lathe_display_card_get_type()
G_DECLARE_FINAL_TYPE(LatheDisplayCard, lathe_display_card, LATHE, DISPLAY_CARD, GtkBox)

void lathe_display_card_watch(LatheDisplayCard *card, LatheSession *session,
                              struct disp_screen *screen);
/* Does what it says mean that the picture is of the past? */
gboolean lathe_display_card_covers(LatheDisplayCard *card);
/* Puts the focus on its button. FALSE: it shows none. */
gboolean lathe_display_card_grab_focus(LatheDisplayCard *card);

#endif
