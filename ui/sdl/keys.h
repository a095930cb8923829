/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDL's keys by place as Linux key codes. Pure; any thread. */
#ifndef LATHE_SDL_KEYS_H
#define LATHE_SDL_KEYS_H

#include <SDL_scancode.h>

/* 0: a key that the guest's keyboards do not have. */
unsigned lathe_sdl_key_code(SDL_Scancode scancode);

#endif
