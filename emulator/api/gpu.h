/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine shows its pictures with. */
#ifndef EMU_API_GPU_H
#define EMU_API_GPU_H

/* The graphics adapter. */
enum emu_gpu {
    EMU_GPU_NONE,
    EMU_GPU_STD,       /* a VGA with Bochs's VBE extension */
    EMU_GPU_VIRTIO,    /* a virtio graphics adapter that starts as a VGA */
    EMU_GPU_BOCHS,     /* Bochs's linear frame buffer without the VGA */
    EMU_GPU_RAMFB,     /* a picture in RAM, if firmware sets it up */
    EMU_GPU_VIRTIO_GL, /* as EMU_GPU_VIRTIO, and gpu_backend renders for it */
    EMU_GPU_VENUS,     /* the same with Vulkan */
};

#endif
