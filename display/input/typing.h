/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys that a person would press to write a text on a keyboard of a certain layout: for a
 * clipboard that is typed into a guest without an agent. Any thread.
 */
#ifndef DISP_INPUT_TYPING_H
#define DISP_INPUT_TYPING_H

#include <glib.h>

struct disp_keystroke {
    guint16 code; /* Linux key code */
    gboolean down;
};

/*
 * text: UTF-8; a line end becomes Enter, a tabulator Tab. layout: "us", "de", "fr(bepo)": a layout
 * of the xkb database with a variant in parentheses. An array of struct disp_keystroke in order,
 * for g_array_unref, or NULL: no such layout. *missing, if not NULL, counts the characters that the
 * layout has no keys for; they are left out.
 */
GArray *disp_typing_plan(const char *text, const char *layout, guint *missing);

#endif
