/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a virtio graphics adapter, and what its driver would set up. */
#ifndef LATHE_TESTS_HW_GPU_RIG_H
#define LATHE_TESTS_HW_GPU_RIG_H

#include "emulator/hw/display/virtio-gpu.h"
#include "tests/hw/gpu-backend.h"
#include "tests/hw/screen.h"

/* Where queue 0 has its parts; queue 1 has them 0x800 behind. */
#define GPU_DESCRIPTORS (RIG_RAM)
#define GPU_AVAILABLE   (RIG_RAM + 0x1000)
#define GPU_USED        (RIG_RAM + 0x2000)
#define GPU_REQUEST     (RIG_RAM + 0x3000)
#define GPU_ANSWER      (RIG_RAM + 0x4000)
#define GPU_PIXELS      (RIG_RAM + 0x10000)

struct gpu {
    struct screen screen;
    uint32_t at; /* of the registers in region 0 */
    uint16_t count[2];
    struct emu_gpu_backend backend;
    uint32_t flags, context; /* of the headers that are sent */
    uint8_t ring;
    bool hasty; /* answers are not waited for */
};

void gpu_init(struct gpu *gpu, const struct emu_device_class *class);
/* The same with three heads and the test's back end. */
void gpu_init_rendering(struct gpu *gpu, const struct emu_device_class *class, bool broken);
/* A driver takes the device over: all its features, two queues of 16 entries. */
void gpu_start(struct gpu *gpu);
void gpu_put(struct gpu *gpu, uint32_t offset, uint32_t value, unsigned size);
uint8_t *gpu_ram(struct gpu *gpu, uint64_t address);
uint32_t gpu_get(struct gpu *gpu, uint64_t address);
/* One command of these words; returns the answer's type. */
uint32_t gpu_send(struct gpu *gpu, unsigned queue, uint32_t type, const uint32_t *words,
                  unsigned count);

#endif
