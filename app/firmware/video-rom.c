/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VGA BIOSes of Debian's seabios, which firmware without UEFI starts from the adapter. */
#include "app/firmware/firmware.h"

static const char *const video_folders[] = {"/usr/share/seabios", "/usr/share/qemu"};
static const char *const video_names[] = {[EMU_GPU_NONE] = NULL,
                                          [EMU_GPU_STD] = "vgabios-stdvga.bin",
                                          [EMU_GPU_VIRTIO] = "vgabios-virtio.bin",
                                          [EMU_GPU_BOCHS] = "vgabios-bochs-display.bin",
                                          [EMU_GPU_RAMFB] = "vgabios-ramfb.bin",
                                          [EMU_GPU_VIRTIO_GL] = "vgabios-virtio.bin",
                                          [EMU_GPU_VENUS] = "vgabios-virtio.bin"};

char *lathe_firmware_find_video_rom(enum emu_gpu gpu)
{
    if (video_names[gpu] == NULL)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(video_folders); i++) {
        g_autofree char *path = g_build_filename(video_folders[i], video_names[gpu], NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}
