/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PS/2 mouse that can be knocked into the IntelliMouse (wheel) and IntelliMouse Explorer (five
 * buttons) protocols (Synaptics PS/2 TouchPad Interfacing Guide 3; Microsoft's PS/2 mouse notes).
 * Movement is collected and sent as fast as it is read; the sample rate is only kept.
 */
#include "emulator/hw/input/ps2.h"

#include "emulator/hw/input/i8042.h"

enum mouse_command {
    MOUSE_SCALE_1 = 0xe6,
    MOUSE_SCALE_2 = 0xe7,
    MOUSE_RESOLUTION = 0xe8,
    MOUSE_STATUS = 0xe9,
    MOUSE_STREAM = 0xea,
    MOUSE_READ = 0xeb,
    MOUSE_UNWRAP = 0xec,
    MOUSE_WRAP = 0xee,
    MOUSE_REMOTE = 0xf0,
    MOUSE_GET_ID = 0xf2,
    MOUSE_RATE = 0xf3,
    MOUSE_ENABLE = 0xf4,
    MOUSE_DISABLE = 0xf5,
    MOUSE_DEFAULTS = 0xf6,
    MOUSE_RESEND = 0xfe,
    MOUSE_RESET = 0xff,
};

#define MOUSE_ALWAYS 0x08u /* first byte of a packet */
#define MOUSE_X_SIGN 0x10u
#define MOUSE_Y_SIGN 0x20u

/* ---- packets ---- */

/* Takes as much of a movement as a packet holds. */
static int mouse_take(uint32_t *movement, int min, int max)
{
    int32_t wanted = (int32_t)*movement;
    int taken = wanted < min ? min : wanted > max ? max : wanted;

    *movement -= (uint32_t)taken;
    return taken;
}

static size_t mouse_packet_size(const struct ps2_mouse *mouse)
{
    return mouse->id == 0 ? 3 : 4;
}

static void mouse_send_packet(struct ps2_mouse *mouse)
{
    int dx = mouse_take(&mouse->dx, -255, 255), dy = mouse_take(&mouse->dy, -255, 255);
    int dz = mouse_take(&mouse->dz, -8, 7);

    ps2_queue_push(&mouse->queue,
                   (uint8_t)(MOUSE_ALWAYS | (mouse->buttons & 7) | (dx < 0 ? MOUSE_X_SIGN : 0) |
                             (dy < 0 ? MOUSE_Y_SIGN : 0)));
    ps2_queue_push(&mouse->queue, (uint8_t)dx);
    ps2_queue_push(&mouse->queue, (uint8_t)dy);
    if (mouse->id == 3)
        ps2_queue_push(&mouse->queue, (uint8_t)dz);
    else if (mouse->id == 4)
        ps2_queue_push(&mouse->queue, (uint8_t)((dz & 15) | (mouse->buttons & 0x18) << 1));
    mouse->sent_buttons = mouse->buttons;
}

static bool mouse_has_news(const struct ps2_mouse *mouse)
{
    return mouse->dx != 0 || mouse->dy != 0 || (mouse->dz != 0 && mouse->id != 0) ||
           mouse->buttons != mouse->sent_buttons;
}

static void mouse_report(struct ps2_mouse *mouse)
{
    if (mouse->id == 0)
        mouse->dz = 0;
    while (mouse->reporting && !mouse->remote && !mouse->wrap && mouse_has_news(mouse) &&
           ps2_queue_room(&mouse->queue) >= mouse_packet_size(mouse))
        mouse_send_packet(mouse);
}

/* Sums stay small, so that a guest that does not read finds a sane position later. */
static uint32_t mouse_add(uint32_t sum, int delta)
{
    int64_t total = (int64_t)(int32_t)sum + delta;

    return (uint32_t)(int32_t)(total < -4096 ? -4096 : total > 4096 ? 4096 : total);
}

void ps2_mouse_event(struct ps2_mouse *mouse, int dx, int dy, int dz, unsigned buttons)
{
    mouse->buttons = buttons & 0x1f;
    if (!mouse->reporting && !mouse->remote)
        return;
    mouse->dx = mouse_add(mouse->dx, dx);
    mouse->dy = mouse_add(mouse->dy, dy == INT32_MIN ? INT32_MAX : -dy);
    mouse->dz = mouse_add(mouse->dz, dz);
    mouse_report(mouse);
}

void ps2_mouse_drained(struct ps2_mouse *mouse)
{
    if (mouse->queue.count == 0)
        mouse_report(mouse);
}

/* ---- commands ---- */

static void mouse_answer(struct ps2_mouse *mouse, uint8_t byte)
{
    ps2_queue_push(&mouse->queue, byte);
}

static void mouse_forget_movement(struct ps2_mouse *mouse)
{
    mouse->dx = mouse->dy = mouse->dz = 0;
}

static void mouse_defaults(struct ps2_mouse *mouse)
{
    mouse->rate = 100;
    mouse->resolution = 2; /* 4 counts a millimetre */
    mouse->scale2 = mouse->remote = mouse->reporting = mouse->wrap = false;
    mouse->command = 0;
    mouse_forget_movement(mouse);
}

void ps2_mouse_reset(struct ps2_mouse *mouse)
{
    *mouse = (struct ps2_mouse){.buttons = mouse->buttons, .sent_buttons = mouse->buttons};
    mouse_defaults(mouse);
}

/* Three rates in a row tell that the driver knows more than two buttons. */
static void mouse_set_rate(struct ps2_mouse *mouse, uint8_t rate)
{
    if (mouse->last_rates[0] == 200 && mouse->last_rates[1] == 100 && rate == 80)
        mouse->id = 3;
    else if (mouse->last_rates[0] == 200 && mouse->last_rates[1] == 200 && rate == 80 &&
             mouse->id == 3)
        mouse->id = 4;
    mouse->last_rates[0] = mouse->last_rates[1];
    mouse->last_rates[1] = rate;
    mouse->rate = rate;
}

static void mouse_parameter(struct ps2_mouse *mouse, uint8_t command, uint8_t byte)
{
    if (command == MOUSE_RATE)
        mouse_set_rate(mouse, byte);
    else
        mouse->resolution = byte & 3;
    mouse_answer(mouse, PS2_ACK);
}

static void mouse_send_status(struct ps2_mouse *mouse)
{
    uint8_t buttons = (uint8_t)((mouse->buttons & 1) << 2 | (mouse->buttons & 4) >> 1 |
                                (mouse->buttons & 2) >> 1);

    mouse_answer(mouse, PS2_ACK);
    mouse_answer(mouse, (uint8_t)(mouse->remote << 6 | mouse->reporting << 5 | mouse->scale2 << 4 |
                                  buttons));
    mouse_answer(mouse, mouse->resolution);
    mouse_answer(mouse, mouse->rate);
}

static void mouse_restart(struct ps2_mouse *mouse)
{
    ps2_mouse_reset(mouse);
    mouse_answer(mouse, PS2_ACK);
    mouse_answer(mouse, PS2_TEST_PASSED);
    mouse_answer(mouse, mouse->id);
}

/* Commands that change a setting and are acknowledged, nothing else. */
static bool mouse_set_mode(struct ps2_mouse *mouse, uint8_t command)
{
    switch (command) {
    case MOUSE_SCALE_1:
    case MOUSE_SCALE_2:
        mouse->scale2 = command == MOUSE_SCALE_2;
        return true;
    case MOUSE_STREAM:
    case MOUSE_REMOTE:
        mouse->remote = command == MOUSE_REMOTE;
        mouse_forget_movement(mouse);
        return true;
    case MOUSE_WRAP:
    case MOUSE_UNWRAP:
        mouse->wrap = command == MOUSE_WRAP;
        return true;
    case MOUSE_ENABLE:
    case MOUSE_DISABLE:
        mouse->reporting = command == MOUSE_ENABLE;
        mouse_forget_movement(mouse);
        return true;
    case MOUSE_DEFAULTS:
        mouse_defaults(mouse);
        return true;
    default:
        return false;
    }
}

static void mouse_run(struct ps2_mouse *mouse, uint8_t command)
{
    if (mouse_set_mode(mouse, command)) {
        mouse->queue.count = 0;
        mouse_answer(mouse, PS2_ACK);
        return;
    }
    switch (command) {
    case MOUSE_RESOLUTION:
    case MOUSE_RATE:
        mouse->command = command;
        mouse_answer(mouse, PS2_ACK);
        break;
    case MOUSE_STATUS:
        mouse_send_status(mouse);
        break;
    case MOUSE_READ:
        mouse_answer(mouse, PS2_ACK);
        mouse_send_packet(mouse);
        break;
    case MOUSE_GET_ID:
        mouse_answer(mouse, PS2_ACK);
        mouse_answer(mouse, mouse->id);
        break;
    case MOUSE_RESEND:
        mouse_answer(mouse, mouse->last);
        break;
    case MOUSE_RESET:
        mouse_restart(mouse);
        break;
    default:
        mouse_answer(mouse, PS2_RESEND);
        break;
    }
}

void ps2_mouse_write(struct ps2_mouse *mouse, uint8_t byte)
{
    uint8_t command = mouse->command;

    if (mouse->wrap && byte != MOUSE_RESET && byte != MOUSE_UNWRAP) {
        mouse_answer(mouse, byte);
        return;
    }
    mouse->command = 0;
    if (command != 0)
        mouse_parameter(mouse, command, byte);
    else
        mouse_run(mouse, byte);
}

/* ---- state ---- */

const struct emu_field ps2_mouse_fields[] = {
    EMU_FIELD_ARRAY(struct ps2_mouse, queue.data),
    EMU_FIELD(struct ps2_mouse, queue.head),
    EMU_FIELD(struct ps2_mouse, queue.count),
    EMU_FIELD(struct ps2_mouse, command),
    EMU_FIELD(struct ps2_mouse, id),
    EMU_FIELD(struct ps2_mouse, rate),
    EMU_FIELD(struct ps2_mouse, resolution),
    EMU_FIELD_ARRAY(struct ps2_mouse, last_rates),
    EMU_FIELD(struct ps2_mouse, last),
    EMU_FIELD(struct ps2_mouse, reporting),
    EMU_FIELD(struct ps2_mouse, remote),
    EMU_FIELD(struct ps2_mouse, wrap),
    EMU_FIELD(struct ps2_mouse, scale2),
    EMU_FIELD(struct ps2_mouse, buttons),
    EMU_FIELD(struct ps2_mouse, sent_buttons),
    EMU_FIELD(struct ps2_mouse, dx),
    EMU_FIELD(struct ps2_mouse, dy),
    EMU_FIELD(struct ps2_mouse, dz),
    EMU_FIELD_END,
};

bool ps2_mouse_valid(const struct ps2_mouse *mouse)
{
    return mouse->queue.head < PS2_QUEUE && mouse->queue.count <= PS2_QUEUE;
}
