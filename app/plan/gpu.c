/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --gpu takes. */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"

static const char *const gpu_names[] = {
    [EMU_GPU_NONE] = "none",   [EMU_GPU_STD] = "std",     [EMU_GPU_VIRTIO] = "virtio",
    [EMU_GPU_BOCHS] = "bochs", [EMU_GPU_RAMFB] = "ramfb",
};
static const char *const gpu_later[] = {"virtio-gl", "venus", NULL};

bool lathe_gpu_parse(const char *text, enum emu_gpu *gpu, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(gpu_names); i++) {
        if (strcmp(text, gpu_names[i]) != 0)
            continue;
        *gpu = (enum emu_gpu)i;
        return true;
    }
    if (g_strv_contains(gpu_later, text))
        return lathe_error_input(
            error, "this version does not have --gpu %s: use std, virtio, bochs, ramfb or none",
            text);
    return lathe_error_input(error, "--gpu has no '%s': use std, virtio, bochs, ramfb or none",
                             text);
}

const char *lathe_gpu_name(enum emu_gpu gpu)
{
    return gpu_names[gpu];
}
