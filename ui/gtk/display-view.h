/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheDisplayView: a guest's screen as a widget, and the keyboard and pointer of the person in
 * front of it. Keys reach it through lathe_display_view_key, which the window calls before its own
 * shortcuts.
 * Signals:
 *   "changed" ()   the screen's state or size, the scale, the capture are other than before
 *   "left" ()      the release combination was pressed while nothing was captured
 */
#ifndef LATHE_GTK_DISPLAY_VIEW_H
#define LATHE_GTK_DISPLAY_VIEW_H

#include <gtk/gtk.h>

#include "app/session/session.h"
#include "app/session/typist.h"
#include "display/core/screen.h"
#include "app/preferences/display.h"

#define LATHE_TYPE_DISPLAY_VIEW lathe_display_view_get_type()
G_DECLARE_FINAL_TYPE(LatheDisplayView, lathe_display_view, LATHE, DISPLAY_VIEW, GtkDrawingArea)

/* Before it is shown; the screen is one of the session's. */
void lathe_display_view_set_screen(LatheDisplayView *view, LatheSession *session,
                                   struct disp_screen *screen);
struct disp_screen *lathe_display_view_get_screen(LatheDisplayView *view);
/* Scaling, whether the guest follows the window, the release combination. */
void lathe_display_view_apply(LatheDisplayView *view,
                              const struct lathe_display_preferences *preferences);
/* The picture is there but out of reach: a card is in front of it. */
void lathe_display_view_set_dimmed(LatheDisplayView *view, gboolean dimmed);

/* A key press or release while the view has the focus. FALSE: it is not for the guest. */
gboolean lathe_display_view_key(LatheDisplayView *view, GdkEventKey *event);
/* A shortcut of the host was pressed: what the guest saw of it goes up. */
void lathe_display_view_release_keys(LatheDisplayView *view);
/* Keys of the desktop go to the guest too, and in relative mode the pointer; or no longer. */
void lathe_display_view_set_captured(LatheDisplayView *view, gboolean captured);
gboolean lathe_display_view_is_captured(LatheDisplayView *view);
LatheTypist *lathe_display_view_get_typist(LatheDisplayView *view);

/* Device pixels for one of the guest's. */
double lathe_display_view_get_scale(LatheDisplayView *view);

#endif
