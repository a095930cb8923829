/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --gpu takes. */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"

static const char *const gpu_names[] = {
    [EMU_GPU_NONE] = "none",   [EMU_GPU_STD] = "std",     [EMU_GPU_VIRTIO] = "virtio",
    [EMU_GPU_BOCHS] = "bochs", [EMU_GPU_RAMFB] = "ramfb", [EMU_GPU_VIRTIO_GL] = "virtio-gl",
};

bool lathe_gpu_parse(const char *text, enum emu_gpu *gpu, GError **error)
{
    if (strcmp(text, "virgl") == 0) /* as what renders is called */
        text = gpu_names[EMU_GPU_VIRTIO_GL];
    for (size_t i = 0; i < G_N_ELEMENTS(gpu_names); i++) {
        if (strcmp(text, gpu_names[i]) != 0)
            continue;
        *gpu = (enum emu_gpu)i;
        return true;
    }
    if (strcmp(text, "venus") == 0)
        return lathe_error_input(
            error, "this version does not have --gpu venus: use virtio-gl for OpenGL, or std, "
                   "virtio, bochs, ramfb or none");
    return lathe_error_input(
        error, "--gpu has no '%s': use std, virtio, virtio-gl, bochs, ramfb or none", text);
}

const char *lathe_gpu_name(enum emu_gpu gpu)
{
    return gpu_names[gpu];
}
