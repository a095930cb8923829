/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A back end for a virtio graphics adapter (emulator/api/ops/gpu.h) that renders a guest's OpenGL
 * with virglrenderer, in contexts of EGL that are made here, and its Vulkan in other processes. No
 * window is needed. The library has one instance in a process: a second back end does not start
 * while the first runs.
 */
#ifndef DISP_VIRGL_VIRGL_H
#define DISP_VIRGL_VIRGL_H

#include "emulator/api/ops/gpu.h"

/* What a failure to start looks like to whoever made the back end; the adapter's thread. */
typedef void disp_virgl_failed_fn(void *opaque, const char *why);

/* A back end that is not started; closed by whom it is given to. window: bytes of guest address
 * space, a power of two, through which the guest sees what Vulkan allocates; 0: no Vulkan. False:
 * out of memory. failed may be NULL; called at most once, before the machine runs. Any thread. */
bool disp_virgl_open(struct emu_gpu_backend *out, uint64_t window, disp_virgl_failed_fn *failed,
                     void *opaque);

#endif
