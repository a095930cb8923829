/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys and pointers: what a person does reaches the machine here. Each call appends a command to
 * the machine's queue and never waits; any thread. What no device of the guest listens to is lost.
 */
#ifndef EMU_API_INPUT_H
#define EMU_API_INPUT_H

#include "emulator/api/types.h"

struct emu_machine;

/* Absolute positions go from 0 (left, top) to this (right, bottom), whatever the screen's size. */
#define EMU_POINTER_MAX 32767

/* Buttons, as bits. */
#define EMU_BUTTON_LEFT   0x01u
#define EMU_BUTTON_RIGHT  0x02u
#define EMU_BUTTON_MIDDLE 0x04u
#define EMU_BUTTON_SIDE   0x08u
#define EMU_BUTTON_EXTRA  0x10u

/* Lamps of the keyboard, as bits; as in the answers of a PS/2 keyboard. */
#define EMU_LED_SCROLL 0x1u
#define EMU_LED_NUM    0x2u
#define EMU_LED_CAPS   0x4u

#define EMU_KEY_MAX 0x2ff /* codes as in linux/input-event-codes.h, buttons excepted */

/* One movement, with the state of the buttons after it. */
struct emu_pointer_event {
    bool absolute;    /* x and y are a position from 0 to EMU_POINTER_MAX, else a way */
    int x, y;         /* way: to the right and down, in the mouse's counts */
    int wheel;        /* notches, away from the user is negative: down the page is positive */
    int wheel_across; /* notches to the right */
    unsigned buttons; /* EMU_BUTTON_... that are down now */
};

/* A key went down (again: it repeats) or up. A code above EMU_KEY_MAX is ignored. */
void emu_machine_key(struct emu_machine *machine, unsigned code, bool down);
/* All keys and buttons that are down go up: the window lost the focus. */
void emu_machine_release_input(struct emu_machine *machine);
/*
 * The pointer did something. A guest that listens to positions gets positions; an event of the
 * other kind then moves nothing, but its buttons and wheels count.
 */
void emu_machine_pointer(struct emu_machine *machine, const struct emu_pointer_event *event);

struct emu_input_status {
    bool absolute; /* the guest listens to positions: no need to capture the host's pointer */
    bool leds_set; /* the guest has set them since that keyboard's reset; else they say nothing */
    unsigned leds; /* EMU_LED_... of the keyboard that keys go to now */
};

/* What the guest makes of it; the observer's input_changed tells of changes. Never waits. */
struct emu_input_status emu_machine_get_input_status(const struct emu_machine *machine);

#endif
