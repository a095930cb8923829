/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PS/2 keyboard with scan code sets 1, 2 and 3 (IBM Personal System/2 Hardware Interface Technical
 * Reference, Keyboards). Repeats come from the host's keyboard, so typematic settings are only
 * kept; the shifts that a real keyboard fakes around the cursor keys are left out.
 */
#include "emulator/hw/input/ps2.h"

#include <string.h>

enum keyboard_command {
    KEYBOARD_SET_LEDS = 0xed,
    KEYBOARD_ECHO = 0xee,
    KEYBOARD_SCAN_SET = 0xf0,
    KEYBOARD_GET_ID = 0xf2,
    KEYBOARD_TYPEMATIC = 0xf3,
    KEYBOARD_ENABLE = 0xf4,
    KEYBOARD_DISABLE = 0xf5,
    KEYBOARD_DEFAULTS = 0xf6,
    KEYBOARD_ALL_FIRST = 0xf7, /* to 0xfa: how all keys of set 3 behave */
    KEYBOARD_ALL_LAST = 0xfa,
    KEYBOARD_KEY_FIRST = 0xfb, /* to 0xfd: how one key of set 3 behaves */
    KEYBOARD_KEY_LAST = 0xfd,
    KEYBOARD_RESEND = 0xfe,
    KEYBOARD_RESET = 0xff,
};

#define KEYBOARD_TYPEMATIC_DEFAULT 0x2b /* 10.9 a second after 500 ms */

#define KEY_PRINT      99u
#define KEY_PAUSE      119u
#define KEY_LAST_PLAIN 88u /* up to here Linux codes are set 1 codes */

/* ---- scan codes ---- */

/* What the i8042 makes of set 2: IBM's table, the same in all clones. */
static const uint8_t ps2_translation[0x80] = {
    0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
    0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
    0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
    0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
    0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
    0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
};

#define SET2_F7    0x83 /* the two keys beyond the table */
#define SET2_SYSRQ 0x84

uint8_t ps2_translate(uint8_t set2)
{
    if (set2 == SET2_F7)
        return 0x41;
    if (set2 == SET2_SYSRQ)
        return 0x54;
    return set2 < sizeof(ps2_translation) ? ps2_translation[set2] : set2;
}

/* The set 2 code that translates to a set 1 code. */
static uint8_t keyboard_set2_of(uint8_t set1)
{
    if (set1 == 0x41)
        return SET2_F7;
    if (set1 == 0x54)
        return SET2_SYSRQ;
    for (unsigned i = 1; i < sizeof(ps2_translation); i++)
        if (ps2_translation[i] == set1)
            return (uint8_t)i;
    return 0;
}

struct keyboard_row {
    uint16_t code, set1;
    uint8_t set3;
};

static const struct keyboard_row keyboard_rows[] = {
#define PS2_KEY(code, set1, set3) {code, set1, set3},
#include "emulator/hw/input/ps2-keys.inc"
#undef PS2_KEY
};

/* False: no such key on this keyboard. */
static bool keyboard_find(unsigned code, struct keyboard_row *row)
{
    for (size_t i = 0; i < sizeof(keyboard_rows) / sizeof(keyboard_rows[0]); i++) {
        if (keyboard_rows[i].code != code)
            continue;
        *row = keyboard_rows[i];
        return true;
    }
    *row = (struct keyboard_row){(uint16_t)code, (uint16_t)code, 0};
    return code != 0 && code <= KEY_LAST_PLAIN && code != 84 && code != 85;
}

static void keyboard_push(struct ps2_keyboard *keyboard, const uint8_t *bytes, size_t count)
{
    if (ps2_queue_room(&keyboard->queue) < count)
        return; /* half a sequence would be worse than none */
    for (size_t i = 0; i < count; i++)
        ps2_queue_push(&keyboard->queue, bytes[i]);
}

/* One make or break code; set1 may have an E0 prefix. */
static size_t keyboard_encode(const struct ps2_keyboard *keyboard, uint16_t set1, bool down,
                              uint8_t *out)
{
    size_t count = 0;

    if (set1 >> 8 != 0)
        out[count++] = 0xe0;
    if (keyboard->scan_set == 1) {
        out[count++] = (uint8_t)(set1 & 0x7f) | (down ? 0 : 0x80);
        return count;
    }
    if (!down)
        out[count++] = 0xf0;
    out[count++] = keyboard_set2_of(set1 & 0x7f);
    return count;
}

static void keyboard_send_set3(struct ps2_keyboard *keyboard, uint8_t code, bool down)
{
    const uint8_t bytes[2] = {0xf0, code};

    keyboard_push(keyboard, down ? bytes + 1 : bytes, down ? 1 : 2);
}

/* Print screen sends two codes, the first of them a faked shift. */
static void keyboard_send_print(struct ps2_keyboard *keyboard, bool down)
{
    uint8_t bytes[6];
    size_t count;

    if (keyboard->scan_set == 3) {
        keyboard_send_set3(keyboard, 0x57, down);
        return;
    }
    count = keyboard_encode(keyboard, down ? 0xe02a : 0xe037, down, bytes);
    count += keyboard_encode(keyboard, down ? 0xe037 : 0xe02a, down, bytes + count);
    keyboard_push(keyboard, bytes, count);
}

/* Pause sends make and break at once when it goes down. */
static void keyboard_send_pause(struct ps2_keyboard *keyboard, bool down)
{
    static const uint8_t set1[] = {0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5};
    static const uint8_t set2[] = {0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77};

    if (keyboard->scan_set == 3)
        keyboard_send_set3(keyboard, 0x62, down);
    else if (down && keyboard->scan_set == 1)
        keyboard_push(keyboard, set1, sizeof(set1));
    else if (down)
        keyboard_push(keyboard, set2, sizeof(set2));
}

void ps2_keyboard_key(struct ps2_keyboard *keyboard, unsigned code, bool down)
{
    struct keyboard_row row;
    uint8_t bytes[4];

    if (!keyboard->scanning)
        return;
    if (code == KEY_PRINT) {
        keyboard_send_print(keyboard, down);
    } else if (code == KEY_PAUSE) {
        keyboard_send_pause(keyboard, down);
    } else if (keyboard_find(code, &row)) {
        if (keyboard->scan_set == 3)
            keyboard_send_set3(keyboard,
                               row.set3 != 0 ? row.set3 : keyboard_set2_of(row.set1 & 0x7f), down);
        else
            keyboard_push(keyboard, bytes, keyboard_encode(keyboard, row.set1, down, bytes));
    }
}

/* ---- commands ---- */

static void keyboard_defaults(struct ps2_keyboard *keyboard)
{
    keyboard->scan_set = 2;
    keyboard->typematic = KEYBOARD_TYPEMATIC_DEFAULT;
    keyboard->leds = 0;
    keyboard->command = 0;
}

void ps2_keyboard_reset(struct ps2_keyboard *keyboard)
{
    *keyboard = (struct ps2_keyboard){.scanning = true};
    keyboard_defaults(keyboard);
}

static void keyboard_answer(struct ps2_keyboard *keyboard, uint8_t byte)
{
    ps2_queue_push(&keyboard->queue, byte);
}

static void keyboard_set_scan_set(struct ps2_keyboard *keyboard, uint8_t set)
{
    keyboard_answer(keyboard, PS2_ACK);
    if (set == 0)
        keyboard_answer(keyboard, keyboard->scan_set);
    else if (set <= 3)
        keyboard->scan_set = set;
}

/* The byte after a command that takes one. */
static void keyboard_parameter(struct ps2_keyboard *keyboard, uint8_t command, uint8_t byte)
{
    switch (command) {
    case KEYBOARD_SCAN_SET:
        keyboard_set_scan_set(keyboard, byte);
        return;
    case KEYBOARD_SET_LEDS:
        keyboard->leds = PS2_LEDS_SET | (byte & 7);
        break;
    case KEYBOARD_TYPEMATIC:
        keyboard->typematic = byte & 0x7f;
        break;
    default: /* a key of set 3: more may follow until the next command */
        keyboard->command = command;
        break;
    }
    keyboard_answer(keyboard, PS2_ACK);
}

static void keyboard_restart(struct ps2_keyboard *keyboard)
{
    ps2_keyboard_reset(keyboard);
    keyboard_answer(keyboard, PS2_ACK);
    keyboard_answer(keyboard, PS2_TEST_PASSED);
}

static void keyboard_set_scanning(struct ps2_keyboard *keyboard, uint8_t command)
{
    if (command != KEYBOARD_ENABLE)
        keyboard_defaults(keyboard);
    if (command != KEYBOARD_DEFAULTS)
        keyboard->scanning = command == KEYBOARD_ENABLE;
    keyboard->queue.count = 0;
    keyboard_answer(keyboard, PS2_ACK);
}

static void keyboard_run(struct ps2_keyboard *keyboard, uint8_t command)
{
    switch (command) {
    case KEYBOARD_SET_LEDS:
    case KEYBOARD_SCAN_SET:
    case KEYBOARD_TYPEMATIC:
    case KEYBOARD_KEY_FIRST ... KEYBOARD_KEY_LAST:
        keyboard->command = command;
        keyboard_answer(keyboard, PS2_ACK);
        break;
    case KEYBOARD_ECHO:
        keyboard_answer(keyboard, PS2_ECHO);
        break;
    case KEYBOARD_GET_ID:
        keyboard_answer(keyboard, PS2_ACK);
        keyboard_answer(keyboard, 0xab);
        keyboard_answer(keyboard, 0x83);
        break;
    case KEYBOARD_ENABLE:
    case KEYBOARD_DISABLE:
    case KEYBOARD_DEFAULTS:
        keyboard_set_scanning(keyboard, command);
        break;
    case KEYBOARD_ALL_FIRST ... KEYBOARD_ALL_LAST:
        keyboard_answer(keyboard, PS2_ACK);
        break;
    case KEYBOARD_RESEND:
        keyboard_answer(keyboard, keyboard->last);
        break;
    case KEYBOARD_RESET:
        keyboard_restart(keyboard);
        break;
    default:
        keyboard_answer(keyboard, PS2_RESEND);
        break;
    }
}

/* A byte with the top bits of a command ends the wait for a parameter. */
void ps2_keyboard_write(struct ps2_keyboard *keyboard, uint8_t byte)
{
    uint8_t command = keyboard->command;

    keyboard->command = 0;
    if (command != 0 && byte < KEYBOARD_SET_LEDS)
        keyboard_parameter(keyboard, command, byte);
    else
        keyboard_run(keyboard, byte);
}

/* ---- state ---- */

const struct emu_field ps2_keyboard_fields[] = {
    EMU_FIELD_ARRAY(struct ps2_keyboard, queue.data), EMU_FIELD(struct ps2_keyboard, queue.head),
    EMU_FIELD(struct ps2_keyboard, queue.count),      EMU_FIELD(struct ps2_keyboard, command),
    EMU_FIELD(struct ps2_keyboard, scan_set),         EMU_FIELD(struct ps2_keyboard, leds),
    EMU_FIELD(struct ps2_keyboard, typematic),        EMU_FIELD(struct ps2_keyboard, last),
    EMU_FIELD(struct ps2_keyboard, scanning),         EMU_FIELD_END,
};

bool ps2_keyboard_valid(const struct ps2_keyboard *keyboard)
{
    return keyboard->queue.head < PS2_QUEUE && keyboard->queue.count <= PS2_QUEUE &&
           keyboard->scan_set >= 1 && keyboard->scan_set <= 3;
}
