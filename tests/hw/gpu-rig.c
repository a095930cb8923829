/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a virtio graphics adapter (gpu-rig.h). */
#include "tests/hw/gpu-rig.h"

#include "emulator/hw/pci/pci.h"

void gpu_put(struct gpu *gpu, uint32_t offset, uint32_t value, unsigned size)
{
    rig_write(gpu->screen.device, 0, gpu->at + offset, value, size);
}

uint8_t *gpu_ram(struct gpu *gpu, uint64_t address)
{
    return rig_ram(&gpu->screen.rig) + (address - RIG_RAM);
}

uint32_t gpu_get(struct gpu *gpu, uint64_t address)
{
    uint32_t value;

    memcpy(&value, gpu_ram(gpu, address), sizeof(value));
    return value;
}

void gpu_start(struct gpu *gpu)
{
    gpu_put(gpu, 0x14, 0, 1);
    gpu_put(gpu, 0x14, 3, 1);
    gpu_put(gpu, 0x00, 0, 4);
    gpu_put(gpu, 0x08, 0, 4);
    gpu_put(gpu, 0x0c, (uint32_t)rig_read(gpu->screen.device, 0, gpu->at + 4, 4) & 31, 4);
    gpu_put(gpu, 0x08, 1, 4);
    gpu_put(gpu, 0x0c, 1, 4); /* version 1 */
    gpu_put(gpu, 0x14, 11, 1);
    for (uint16_t queue = 0; queue < 2; queue++) {
        gpu_put(gpu, 0x16, queue, 2);
        gpu_put(gpu, 0x18, 16, 2);
        gpu_put(gpu, 0x20, GPU_DESCRIPTORS + queue * 0x800, 4);
        gpu_put(gpu, 0x28, GPU_AVAILABLE + queue * 0x800, 4);
        gpu_put(gpu, 0x30, GPU_USED + queue * 0x800, 4);
        gpu_put(gpu, 0x1c, 1, 2);
    }
    gpu_put(gpu, 0x14, 15, 1);
}

static void gpu_begin(struct gpu *gpu)
{
    struct emu_pci_device *pci = (struct emu_pci_device *)gpu->screen.device->device;

    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER, 2);
    gpu_start(gpu);
}

void gpu_init(struct gpu *gpu, const struct emu_device_class *class)
{
    *gpu = (struct gpu){.at = class == &emu_virtio_vga_class ? 0x4000 : 0, .flags = 1};
    screen_init(&gpu->screen, class);
    gpu_begin(gpu);
}

void gpu_init_rendering(struct gpu *gpu, const struct emu_device_class *class, bool broken)
{
    *gpu = (struct gpu){.at = class == &emu_virtio_vga_class ? 0x4000 : 0, .flags = 1};
    gpu->screen.surface = emu_surface_new();
    rig_init(&gpu->screen.rig);
    gpu->screen.device = rig_new(&gpu->screen.rig, class);
    gpu->backend = gpu_test_backend(broken);
    emu_device_set(gpu->screen.device->device, "heads", "3", NULL);
    emu_virtio_gpu_set_backend(gpu->screen.device->device, &gpu->backend);
    rig_realize(gpu->screen.device);
    gpu->screen.display = gpu->screen.rig.displays.first;
    gpu_begin(gpu);
}

uint32_t gpu_send(struct gpu *gpu, unsigned queue, uint32_t type, const uint32_t *words,
                  unsigned count)
{
    const uint32_t header[6] = {type, gpu->flags, 0x1234, 0, gpu->context, gpu->ring};
    uint8_t *descriptors = gpu_ram(gpu, GPU_DESCRIPTORS + queue * 0x800);
    uint8_t *available = gpu_ram(gpu, GPU_AVAILABLE + queue * 0x800);
    const uint64_t chain[4] = {GPU_REQUEST, (24 + 4 * count) | 1ull << 32 | 1ull << 48, GPU_ANSWER,
                               2048 | 2ull << 32};

    memcpy(gpu_ram(gpu, GPU_REQUEST), header, sizeof(header));
    memcpy(gpu_ram(gpu, GPU_REQUEST + 24), words, 4 * count);
    memset(gpu_ram(gpu, GPU_ANSWER), 0, 2048);
    memcpy(descriptors, chain, sizeof(chain));
    gpu->count[queue]++;
    memcpy(available + 2, &gpu->count[queue], 2);
    gpu_put(gpu, 0x3000 + 4 * queue, queue, 2);
    if (gpu->hasty)
        return 0;
    emu_virtio_gpu_settle(gpu->screen.device->device);
    return gpu_get(gpu, GPU_ANSWER);
}
