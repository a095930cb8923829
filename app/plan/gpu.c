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

static bool gpu_parse_heads(const char *text, unsigned *heads, GError **error)
{
    guint64 count;

    if (!g_str_has_prefix(text, "heads=") ||
        !g_ascii_string_to_unsigned(text + strlen("heads="), 10, 1, LATHE_MAX_HEADS, &count, NULL))
        return lathe_error_input(error,
                                 "--gpu has no '%s': heads=1 to heads=%d is how many monitors",
                                 text, LATHE_MAX_HEADS);
    *heads = (unsigned)count;
    return true;
}

bool lathe_gpu_parse_heads(const char *text, struct lathe_definition *definition, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", 2);
    unsigned heads = 0;
    enum emu_gpu gpu;

    if (!lathe_gpu_parse(words[0] != NULL ? words[0] : "", &gpu, error) ||
        (words[0] != NULL && words[1] != NULL && !gpu_parse_heads(words[1], &heads, error)))
        return false;
    if (heads > 1 && gpu != EMU_GPU_VIRTIO && gpu != EMU_GPU_VIRTIO_GL)
        return lathe_error_input(error, "--gpu %s has one monitor; use virtio or virtio-gl",
                                 words[0]);
    definition->gpu = gpu;
    definition->gpu_heads = heads > 1 ? heads : 0;
    return true;
}

const char *lathe_gpu_name(enum emu_gpu gpu)
{
    return gpu_names[gpu];
}
