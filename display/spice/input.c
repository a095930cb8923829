/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keyboard, mouse and tablet of the clients. Keys come as the bytes of a PC keyboard's scan codes
 * of set 1; the tablet is there while the guest listens to positions, and then clients leave their
 * pointer free.
 */
#include <linux/input-event-codes.h>

#include "display/core/geometry.h"
#include "display/spice/spice-private.h"

#define SCAN_RELEASE  0x80u
#define SCAN_EXTENDED 0xe0u
#define SCAN_PAUSE    0xe1u /* two bytes follow, of which the second is NumLock's */

/* Wheels as buttons, beside those of emu_pointer_event. */
#define SPICE_BUTTON_SIDE  0x40u
#define SPICE_BUTTON_EXTRA 0x80u

struct spice_input {
    SpiceKbdInstance keyboard; /* in each, base is first */
    SpiceMouseInstance mouse;
    SpiceTabletInstance tablet;
    struct disp_spice *spice;
    bool absolute; /* the tablet is there */
    unsigned leds;
    bool extended;          /* the last byte was the prefix */
    unsigned paused;        /* bytes that are left of Pause */
    unsigned width, height; /* of the tablet */
};

#define INPUT_OF(instance, member)                                                                 \
    ((struct spice_input *)((char *)(instance)-offsetof(struct spice_input, member)))

/* ---- keys ---- */

static const struct {
    uint16_t scan, code;
} key_rows[] = {
#define SPICE_KEY(scan, code) {scan, code},
#include "display/spice/keys.inc"
#undef SPICE_KEY
};

/* 0: no such key. Shifts with the prefix are none: keyboards send them around others. */
static unsigned key_of(unsigned scan)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_rows); i++) {
        if (key_rows[i].scan == scan)
            return key_rows[i].code;
    }
    return scan <= KEY_F12 ? scan : 0;
}

static void input_key(struct spice_input *input, unsigned code, bool down)
{
    const struct disp_spice_hooks *hooks = &input->spice->hooks;

    if (code != 0 && hooks->key != NULL)
        hooks->key(hooks->opaque, code, down);
    spice_act(input->spice);
}

/* Bytes are a person's, or anybody's: each has a meaning or none. */
static void input_push_scan(SpiceKbdInstance *keyboard, uint8_t byte)
{
    struct spice_input *input = INPUT_OF(keyboard, keyboard);
    unsigned prefix = input->extended ? SCAN_EXTENDED << 8 : 0;
    bool down = (byte & SCAN_RELEASE) == 0;

    input->extended = byte == SCAN_EXTENDED;
    if (byte == SCAN_EXTENDED)
        return;
    if (byte == SCAN_PAUSE)
        input->paused = 2;
    else if (input->paused == 0)
        input_key(input, key_of(prefix | (byte & ~SCAN_RELEASE)), down);
    else if (--input->paused == 0)
        input_key(input, KEY_PAUSE, down);
}

static uint8_t input_get_leds(SpiceKbdInstance *keyboard)
{
    return (uint8_t)INPUT_OF(keyboard, keyboard)->leds;
}

/* ---- pointers ---- */

/* Left, right and middle have the bits of EMU_BUTTON_... */
static unsigned input_buttons(uint32_t state)
{
    return (state & (EMU_BUTTON_LEFT | EMU_BUTTON_RIGHT | EMU_BUTTON_MIDDLE)) |
           (state & SPICE_BUTTON_SIDE ? EMU_BUTTON_SIDE : 0) |
           (state & SPICE_BUTTON_EXTRA ? EMU_BUTTON_EXTRA : 0);
}

static void input_pointer(struct spice_input *input, const struct emu_pointer_event *event)
{
    const struct disp_spice_hooks *hooks = &input->spice->hooks;

    if (hooks->pointer != NULL)
        hooks->pointer(hooks->opaque, event);
    spice_act(input->spice);
}

static void input_mouse_motion(SpiceMouseInstance *mouse, int dx, int dy, int dz, uint32_t state)
{
    const struct emu_pointer_event event = {
        .x = dx, .y = dy, .wheel = CLAMP(dz, -16, 16), .buttons = input_buttons(state)};

    input_pointer(INPUT_OF(mouse, mouse), &event);
}

static void input_mouse_buttons(SpiceMouseInstance *mouse, uint32_t state)
{
    const struct emu_pointer_event event = {.buttons = input_buttons(state)};

    input_pointer(INPUT_OF(mouse, mouse), &event);
}

static void input_tablet_size(SpiceTabletInstance *tablet, int width, int height)
{
    struct spice_input *input = INPUT_OF(tablet, tablet);

    input->width = (unsigned)CLAMP(width, 1, EMU_DISPLAY_MAX_SIZE);
    input->height = (unsigned)CLAMP(height, 1, EMU_DISPLAY_MAX_SIZE);
}

/* A client's word: it may lie outside. */
static int input_position(int at, unsigned size)
{
    return disp_pointer_position((unsigned)CLAMP(at, 0, (int)size - 1), size);
}

static void input_tablet_position(SpiceTabletInstance *tablet, int x, int y, uint32_t state)
{
    struct spice_input *input = INPUT_OF(tablet, tablet);
    const struct emu_pointer_event event = {.absolute = true,
                                            .x = input_position(x, input->width),
                                            .y = input_position(y, input->height),
                                            .buttons = input_buttons(state)};

    input_pointer(input, &event);
}

static void input_tablet_wheel(SpiceTabletInstance *tablet, int wheel, uint32_t state)
{
    const struct emu_pointer_event event = {.wheel = CLAMP(wheel, -16, 16),
                                            .buttons = input_buttons(state)};

    input_pointer(INPUT_OF(tablet, tablet), &event);
}

static void input_tablet_buttons(SpiceTabletInstance *tablet, uint32_t state)
{
    const struct emu_pointer_event event = {.buttons = input_buttons(state)};

    input_pointer(INPUT_OF(tablet, tablet), &event);
}

/* ---- life ---- */

static const SpiceKbdInterface keyboard_interface = {
    .base = {SPICE_INTERFACE_KEYBOARD, "keyboard", SPICE_INTERFACE_KEYBOARD_MAJOR,
             SPICE_INTERFACE_KEYBOARD_MINOR},
    .push_scan_freg = input_push_scan,
    .get_leds = input_get_leds,
};

static const SpiceMouseInterface mouse_interface = {
    .base = {SPICE_INTERFACE_MOUSE, "mouse", SPICE_INTERFACE_MOUSE_MAJOR,
             SPICE_INTERFACE_MOUSE_MINOR},
    .motion = input_mouse_motion,
    .buttons = input_mouse_buttons,
};

static const SpiceTabletInterface tablet_interface = {
    .base = {SPICE_INTERFACE_TABLET, "tablet", SPICE_INTERFACE_TABLET_MAJOR,
             SPICE_INTERFACE_TABLET_MINOR},
    .set_logical_size = input_tablet_size,
    .position = input_tablet_position,
    .wheel = input_tablet_wheel,
    .buttons = input_tablet_buttons,
};

struct spice_input *spice_input_new(struct disp_spice *spice)
{
    struct spice_input *input = g_new0(struct spice_input, 1);

    input->spice = spice;
    input->width = input->height = 1;
    input->keyboard.base.sif = &keyboard_interface.base;
    input->mouse.base.sif = &mouse_interface.base;
    input->tablet.base.sif = &tablet_interface.base;
    spice_server_add_interface(spice->server, &input->keyboard.base);
    spice_server_add_interface(spice->server, &input->mouse.base);
    return input;
}

void spice_input_free(struct spice_input *input)
{
    g_free(input);
}

bool spice_input_is_absolute(const struct spice_input *input)
{
    return input->absolute;
}

void spice_input_set(struct spice_input *input, bool absolute, unsigned leds)
{
    if (absolute != input->absolute) {
        input->absolute = absolute;
        if (absolute)
            spice_server_add_interface(input->spice->server, &input->tablet.base);
        else
            spice_server_remove_interface(&input->tablet.base);
    }
    if (leds != input->leds) {
        input->leds = leds;
        spice_server_kbd_leds(&input->keyboard, (int)leds);
    }
}
