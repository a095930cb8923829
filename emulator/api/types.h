/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scalars with a meaning, and forward declarations of what the public headers pass around. */
#ifndef EMU_API_TYPES_H
#define EMU_API_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t emu_gpa; /* guest-physical address, bytes */
typedef uint64_t emu_gva; /* guest-virtual (linear) address, bytes */
typedef uint64_t emu_ns;  /* nanoseconds of machine time; it stands still while paused */

struct emu_audio;
struct emu_machine;
struct emu_chardev;
struct emu_numa;
struct emu_error;

#endif
