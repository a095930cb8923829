/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a network (net-rig.h). */
#include "tests/hw/net-rig.h"

void net_init(struct net_rig *rig, const struct emu_device_class *class)
{
    struct emu_pci_device *pci;

    *rig = (struct net_rig){.queue = NULL};
    rig_init(&rig->rig);
    rig->queue = emu_queue_new(NULL);
    emu_net_test(false, &rig->backend, NULL);
    rig->net = emu_net_new(rig->queue, rig->rig.clock, &rig->backend, NULL);
    rig->device = rig_new(&rig->rig, class);
    rig->device->device->net = rig->net;
    rig_realize(rig->device);
    pci = (struct emu_pci_device *)rig->device->device;
    pci->intx = rig->device->device->irqs[0];
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
}

void net_finish(struct net_rig *rig)
{
    rig_finish(&rig->rig);
    emu_net_free(rig->net);
    emu_queue_free(rig->queue);
}

void net_write(struct net_rig *rig, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(rig->device, 0, offset, value, size);
}

uint32_t net_read(struct net_rig *rig, uint64_t offset)
{
    return (uint32_t)rig_read(rig->device, 0, offset, 4);
}

uint8_t *net_ram(struct net_rig *rig, uint64_t offset)
{
    return rig_ram(&rig->rig) + offset;
}

void net_put(struct net_rig *rig, uint64_t offset, uint64_t value, unsigned size)
{
    memcpy(net_ram(rig, offset), &value, size);
}

void net_deliver_frame(struct net_rig *rig, const uint8_t *frame, size_t length)
{
    emu_net_test_send(&rig->backend, frame, length);
    emu_queue_run(rig->queue, 0);
}

void net_start_virtio(struct net_rig *rig, uint32_t features)
{
    net_write(rig, 0x14, 0, 1);
    net_write(rig, 0x14, 3, 1);
    net_write(rig, 0x08, 0, 4);
    net_write(rig, 0x0c, features, 4);
    net_write(rig, 0x08, 1, 4);
    net_write(rig, 0x0c, 1, 4);
    net_write(rig, 0x14, 11, 1);
    for (unsigned i = 0; i < 3; i++) {
        net_write(rig, 0x16, i, 2);
        net_write(rig, 0x18, 16, 2);
        net_write(rig, 0x20, RIG_RAM + 0x4000 * i, 4);
        net_write(rig, 0x28, RIG_RAM + 0x4000 * i + 0x1000, 4);
        net_write(rig, 0x30, RIG_RAM + 0x4000 * i + 0x2000, 4);
        net_write(rig, 0x1c, 1, 2);
    }
    net_write(rig, 0x14, 15, 1);
}

void net_start_e1000e(struct net_rig *rig)
{
    net_write(rig, 0x3800, RIG_RAM, 4);
    net_write(rig, 0x3808, 128, 4);
    net_write(rig, 0x2800, RIG_RAM + 0x1000, 4);
    net_write(rig, 0x2808, 128, 4);
    net_write(rig, 0x0400, 0x0a, 4);      /* TCTL */
    net_write(rig, 0x0100, 0x4008002, 4); /* RCTL: on, broadcast, no checksum */
}
