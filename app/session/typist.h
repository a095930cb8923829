/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheTypist: types a text, or presses chords of keys, into a machine at the speed of a nimble
 * person, since guests without an agent lose keys that come all at once. Main thread.
 * Signal "changed" (): it began, went on or ended.
 */
#ifndef LATHE_SESSION_TYPIST_H
#define LATHE_SESSION_TYPIST_H

#include "app/session/session.h"

#define LATHE_TYPE_TYPIST lathe_typist_get_type()
G_DECLARE_FINAL_TYPE(LatheTypist, lathe_typist, LATHE, TYPIST, GObject)

LatheTypist *lathe_typist_new(LatheSession *session);

/*
 * Types a text in a keyboard layout ("us", "de(neo)"), after what is still to be typed. FALSE: no
 * such layout. *missing, if not NULL, counts the characters that the layout does not have.
 */
gboolean lathe_typist_type(LatheTypist *typist, const char *text, const char *layout,
                           guint *missing);
/* Presses the keys of "Ctrl+Alt+Delete" (display/input/keys.h) in order, and lets go of them.
 * FALSE: no such keys. */
gboolean lathe_typist_press(LatheTypist *typist, const char *chord);
/* The same by Linux key codes, which stay down for so many milliseconds (at most 60,000). */
void lathe_typist_press_codes(LatheTypist *typist, const guint16 *codes, guint count, guint hold);
/* Forgets what is left, and lets go of all keys. */
void lathe_typist_stop(LatheTypist *typist);

/* Key strokes that are left, and that there were since it last had nothing to do. */
guint lathe_typist_get_left(LatheTypist *typist, guint *all);

#endif
