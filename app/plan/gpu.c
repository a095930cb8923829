/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --gpu takes. */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/plan/size.h"

static const char *const gpu_names[] = {
    [EMU_GPU_NONE] = "none",   [EMU_GPU_STD] = "std",     [EMU_GPU_VIRTIO] = "virtio",
    [EMU_GPU_BOCHS] = "bochs", [EMU_GPU_RAMFB] = "ramfb", [EMU_GPU_VIRTIO_GL] = "virtio-gl",
    [EMU_GPU_VENUS] = "venus",
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
    return lathe_error_input(
        error, "--gpu has no '%s': use std, virtio, virtio-gl, venus, bochs, ramfb or none", text);
}

static bool gpu_parse_heads(const char *text, unsigned *heads, GError **error)
{
    guint64 count;

    if (!g_ascii_string_to_unsigned(text, 10, 1, LATHE_MAX_HEADS, &count, NULL))
        return lathe_error_input(
            error, "--gpu has no 'heads=%s': heads=1 to heads=%d is how many monitors", text,
            LATHE_MAX_HEADS);
    *heads = (unsigned)count;
    return true;
}

static bool gpu_parse_hostmem(const char *text, uint64_t *bytes, GError **error)
{
    if (!lathe_size_parse(text, bytes, NULL) || (*bytes & (*bytes - 1)) != 0 ||
        *bytes < LATHE_MIN_HOSTMEM || *bytes > LATHE_MAX_HOSTMEM)
        return lathe_error_input(
            error, "--gpu has no 'hostmem=%s': use a power of two from 1M to 64G, as hostmem=512M",
            text);
    return true;
}

/* What the words after the adapter's say. */
struct gpu_words {
    unsigned heads;
    uint64_t hostmem;
};

static bool gpu_parse_word(const char *word, struct gpu_words *words, GError **error)
{
    if (g_str_has_prefix(word, "heads="))
        return gpu_parse_heads(word + strlen("heads="), &words->heads, error);
    if (g_str_has_prefix(word, "hostmem="))
        return gpu_parse_hostmem(word + strlen("hostmem="), &words->hostmem, error);
    return lathe_error_input(error,
                             "--gpu has no '%s': heads=N is how many monitors, hostmem=SIZE "
                             "what Vulkan's memory may take",
                             word);
}

static bool gpu_check(enum emu_gpu gpu, const struct gpu_words *words, GError **error)
{
    if (words->heads > 1 && !lathe_gpu_is_virtio(gpu))
        return lathe_error_input(error, "--gpu %s has one monitor; use virtio, virtio-gl or venus",
                                 gpu_names[gpu]);
    if (words->hostmem != 0 && gpu != EMU_GPU_VENUS)
        return lathe_error_input(error, "--gpu %s has no hostmem: only venus has", gpu_names[gpu]);
    return true;
}

bool lathe_gpu_parse_heads(const char *text, struct lathe_definition *definition, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    struct gpu_words found = {0};
    enum emu_gpu gpu;

    if (!lathe_gpu_parse(words[0] != NULL ? words[0] : "", &gpu, error))
        return false;
    for (size_t i = 1; words[0] != NULL && words[i] != NULL; i++)
        if (!gpu_parse_word(words[i], &found, error))
            return false;
    if (!gpu_check(gpu, &found, error))
        return false;
    definition->gpu = gpu;
    definition->gpu_heads = found.heads > 1 ? found.heads : 0;
    definition->gpu_hostmem = found.hostmem != LATHE_HOSTMEM ? found.hostmem : 0;
    return true;
}

char *lathe_gpu_format(const struct lathe_definition *definition)
{
    GString *text = g_string_new(gpu_names[definition->gpu]);

    if (definition->gpu_heads > 1)
        g_string_append_printf(text, ",heads=%u", definition->gpu_heads);
    if (definition->gpu_hostmem != 0)
        g_string_append_printf(text, ",hostmem=%" G_GUINT64_FORMAT "M",
                               definition->gpu_hostmem >> 20);
    return g_string_free(text, FALSE);
}

const char *lathe_gpu_name(enum emu_gpu gpu)
{
    return gpu_names[gpu];
}

bool lathe_gpu_is_virtio(enum emu_gpu gpu)
{
    return gpu == EMU_GPU_VIRTIO || lathe_gpu_is_rendered(gpu);
}

bool lathe_gpu_is_rendered(enum emu_gpu gpu)
{
    return gpu == EMU_GPU_VIRTIO_GL || gpu == EMU_GPU_VENUS;
}

uint64_t lathe_gpu_window(const struct lathe_definition *definition)
{
    if (definition->gpu != EMU_GPU_VENUS)
        return 0;
    return definition->gpu_hostmem != 0 ? definition->gpu_hostmem : LATHE_HOSTMEM;
}
