/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What renders 3D for a guest: a module, which is loaded for a machine that wants it. */
#ifndef LATHE_SESSION_RENDERER_H
#define LATHE_SESSION_RENDERER_H

#include <glib.h>

#include "emulator/api/ops/gpu.h"

/* The lathe_module of "virgl". */
struct lathe_renderer {
    /* As disp_virgl_open. */
    bool (*open)(struct emu_gpu_backend *out, uint64_t window,
                 void (*failed)(void *opaque, const char *why), void *opaque);
};

/*
 * A back end, or none: then, or when it does not start, *notice becomes a sentence for people (to
 * be g_free'd), and the guest has 2D. window: bytes for what its Vulkan allocates, a power of two;
 * 0: no Vulkan. Where only that is missing, it has OpenGL, and *notice says so. notice is kept
 * until the machine is made. Any thread; loads libraries.
 */
void lathe_renderer_open(struct emu_gpu_backend *out, uint64_t window, char **notice);

#endif
