/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys by place, not by what is printed on them: Linux key codes (linux/input-event-codes.h),
 * chords of them, and the combination that lets go of a captured keyboard. Pure functions; any
 * thread.
 */
#ifndef DISP_INPUT_KEYS_H
#define DISP_INPUT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#define DISP_CHORD_MAX 4

/* Keys that are down together, in the order in which they are pressed. */
struct disp_chord {
    unsigned count;
    uint16_t codes[DISP_CHORD_MAX];
};

/* The key code behind X's and Wayland's hardware key code, which is 8 more; 0: none. */
unsigned disp_key_from_hardware(unsigned keycode);
/* Is it a modifier, Ctrl, Alt, Shift or Super of either side? */
bool disp_key_is_modifier(unsigned code);

/* "Ctrl+Alt+Delete", in the names of keys.inc, or "#113" by code. False: a name is unknown, a key
 * is there twice, there are too many or none. */
bool disp_chord_parse(const char *text, struct disp_chord *chord);
/* The same back; g_free. */
char *disp_chord_format(const struct disp_chord *chord);

/*
 * Watches the keys of a person for a chord. One of modifiers alone counts when a key of it goes up
 * and no other key was down meanwhile, so that longer chords still reach the guest. Left and right
 * modifiers are the same, unless the chord is a single key.
 */
struct disp_chord_watch {
    struct disp_chord chord;
    unsigned down;   /* a bit for each of its keys */
    unsigned others; /* other keys that are down */
    bool spoiled;    /* another key was down since the first one */
};

void disp_chord_watch_init(struct disp_chord_watch *watch, const struct disp_chord *chord);
/* All keys are up: the focus went. */
void disp_chord_watch_forget(struct disp_chord_watch *watch);
/* True: this was it. A key that repeats is not told again. */
bool disp_chord_watch_key(struct disp_chord_watch *watch, unsigned code, bool down);

/*
 * Listens to a person who presses the keys of a new chord for that watch. The sides of modifiers
 * are told apart only where a modifier is alone, as the watch does; keys beyond DISP_CHORD_MAX are
 * ignored.
 */
struct disp_chord_capture {
    struct disp_chord chord; /* so far; whole when the last key went up */
    unsigned down;           /* a bit for each of its keys */
};

/* False: the key writes or moves, and no Ctrl, Alt or Super is down. As a chord it would be missing
 * where people type, and the dialog that asks needs it itself. */
bool disp_chord_capture_wants(const struct disp_chord_capture *capture, unsigned code);
/* True: the last key went up, the chord is whole. The next key begins another. */
bool disp_chord_capture_key(struct disp_chord_capture *capture, unsigned code, bool down);

#endif
