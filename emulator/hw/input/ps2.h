/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two PS/2 devices behind the i8042: what they understand and what they send. All functions
 * are called with the i8042's lock held.
 */
#ifndef EMU_HW_INPUT_PS2_H
#define EMU_HW_INPUT_PS2_H

#include "emulator/state/state.h"

#define PS2_QUEUE   64
#define PS2_ANSWERS 16 /* of these, room that keys and movements leave to answers */

/* Bytes on their way to the controller. */
struct ps2_queue {
    uint8_t data[PS2_QUEUE];
    uint8_t head, count;
};

/* For what the host did not ask for. */
static inline size_t ps2_queue_room(const struct ps2_queue *queue)
{
    size_t most = PS2_QUEUE - PS2_ANSWERS;

    return queue->count < most ? most - queue->count : 0;
}

/* What does not fit is lost. */
static inline void ps2_queue_push(struct ps2_queue *queue, uint8_t byte)
{
    if (queue->count < PS2_QUEUE)
        queue->data[(queue->head + queue->count++) % PS2_QUEUE] = byte;
}

/* The queue must not be empty. */
static inline uint8_t ps2_queue_pop(struct ps2_queue *queue)
{
    uint8_t byte = queue->data[queue->head];

    queue->head = (queue->head + 1) % PS2_QUEUE;
    queue->count--;
    return byte;
}

/* Answers of both devices. */
enum ps2_answer {
    PS2_TEST_PASSED = 0xaa,
    PS2_ECHO = 0xee,
    PS2_ACK = 0xfa,
    PS2_RESEND = 0xfe,
};

#define PS2_LEDS_SET 0x80u /* in leds: by a command since the reset */

struct ps2_keyboard {
    struct ps2_queue queue;
    uint8_t command; /* that waits for its parameter; 0: none */
    uint8_t scan_set;
    uint8_t leds; /* bit 0 scroll, 1 num, 2 caps; PS2_LEDS_SET */
    uint8_t typematic;
    uint8_t last; /* byte sent, for a resend */
    bool scanning;
};

void ps2_keyboard_reset(struct ps2_keyboard *keyboard);
/* A byte from the host. */
void ps2_keyboard_write(struct ps2_keyboard *keyboard, uint8_t byte);
/* A key by its Linux code. */
void ps2_keyboard_key(struct ps2_keyboard *keyboard, unsigned code, bool down);
extern const struct emu_field ps2_keyboard_fields[];
bool ps2_keyboard_valid(const struct ps2_keyboard *keyboard);

/* The code that the i8042 makes of a set 2 code without its break bit. */
uint8_t ps2_translate(uint8_t set2);

struct ps2_mouse {
    struct ps2_queue queue;
    uint8_t command; /* that waits for its parameter; 0: none */
    uint8_t id;      /* 0 plain, 3 with wheel, 4 with wheel and five buttons */
    uint8_t rate, resolution;
    uint8_t last_rates[2]; /* the two before, for the IntelliMouse knock */
    uint8_t last;          /* byte sent, for a resend */
    bool reporting, remote, wrap, scale2;
    uint8_t buttons, sent_buttons;
    uint32_t dx, dy, dz; /* two's complement: movement not yet sent; y and z as in packets */
};

void ps2_mouse_reset(struct ps2_mouse *mouse);
void ps2_mouse_write(struct ps2_mouse *mouse, uint8_t byte);
/* dy: down; dz: towards the user; buttons: EMU_BUTTON_... */
void ps2_mouse_event(struct ps2_mouse *mouse, int dx, int dy, int dz, unsigned buttons);
/* There is room again: a packet may follow. */
void ps2_mouse_drained(struct ps2_mouse *mouse);
extern const struct emu_field ps2_mouse_fields[];
bool ps2_mouse_valid(const struct ps2_mouse *mouse);

#endif
