/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDL's codes are the usages of USB keyboards (HID Usage Tables 1.4, 10 "Keyboard/Keypad Page"). */
#include "ui/sdl/keys.h"

#include <linux/input-event-codes.h>
#include <stdint.h>

#define KEY(here, there) [SDL_SCANCODE_##here] = KEY_##there,
#define SAME(name)       KEY(name, name)

static const uint16_t key_codes[SDL_NUM_SCANCODES] = {
#include "ui/sdl/keys.inc"
};

unsigned lathe_sdl_key_code(SDL_Scancode scancode)
{
    return (unsigned)scancode < SDL_NUM_SCANCODES ? key_codes[scancode] : 0;
}
