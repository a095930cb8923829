/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a disk (storage-rig.h). */
#include "tests/hw/storage-rig.h"

#include "emulator/hw/storage/ahci.h"

void storage_init(struct storage_rig *rig, const struct emu_device_class *class, bool cdrom)
{
    struct emu_pci_device *pci;

    *rig = (struct storage_rig){.queue = NULL};
    rig_init(&rig->rig);
    rig->queue = emu_queue_new(NULL);
    emu_block_test(STORAGE_SIZE, &rig->backend, NULL);
    rig->disk = emu_disk_new(rig->queue, rig->rig.memory, &rig->backend, NULL);
    rig->device = rig_new(&rig->rig, class);
    if (class == &emu_ahci_class)
        emu_ahci_set_drive(rig->device->device, 0, rig->disk, cdrom);
    else
        rig->device->device->disk = rig->disk;
    rig_realize(rig->device);
    pci = (struct emu_pci_device *)rig->device->device;
    pci->intx = rig->device->device->irqs[0];
    emu_pci_config_write(pci, EMU_PCI_COMMAND, EMU_PCI_COMMAND_MASTER | EMU_PCI_COMMAND_MEMORY, 2);
}

void storage_finish(struct storage_rig *rig)
{
    rig_finish(&rig->rig);
    emu_disk_free(rig->disk);
    emu_queue_free(rig->queue);
}

uint32_t storage_read(struct storage_rig *rig, uint64_t offset, unsigned size)
{
    return (uint32_t)rig_read(rig->device, 0, offset, size);
}

void storage_write(struct storage_rig *rig, uint64_t offset, uint64_t value, unsigned size)
{
    rig_write(rig->device, 0, offset, value, size);
}

uint8_t *storage_ram(struct storage_rig *rig, emu_gpa address)
{
    return rig_ram(&rig->rig) + (address - RIG_RAM);
}

void storage_settle(struct storage_rig *rig)
{
    emu_disk_settle(rig->disk);
    emu_queue_run(rig->queue, 0);
}

void storage_start_virtio(struct storage_rig *rig)
{
    storage_write(rig, 0x14, 0, 1);
    storage_write(rig, 0x14, 3, 1); /* acknowledged, driver */
    storage_write(rig, 0x08, 0, 4);
    storage_write(rig, 0x0c, 1u << 28 | 0x6e40, 4); /* indirect tables, and what blk offers */
    storage_write(rig, 0x08, 1, 4);
    storage_write(rig, 0x0c, 1, 4); /* version 1 */
    storage_write(rig, 0x14, 11, 1);
    storage_write(rig, 0x16, 0, 2);
    storage_write(rig, 0x18, 64, 2);
    storage_write(rig, 0x20, STORAGE_DESCRIPTORS, 4);
    storage_write(rig, 0x28, STORAGE_AVAILABLE, 4);
    storage_write(rig, 0x30, STORAGE_USED, 4);
    storage_write(rig, 0x1c, 1, 2);
    storage_write(rig, 0x14, 15, 1);
}

void storage_start_ahci(struct storage_rig *rig)
{
    storage_write(rig, 0x04, 0x80000002, 4);
    storage_write(rig, 0x100, STORAGE_LIST, 4);
    storage_write(rig, 0x108, STORAGE_FRAMES, 4);
    storage_write(rig, 0x130, UINT32_MAX, 4);
    storage_write(rig, 0x110, UINT32_MAX, 4);
    storage_write(rig, 0x114, 0x7dc000ff, 4);
    storage_write(rig, 0x118, 0x10, 4);
    storage_write(rig, 0x118, 0x11, 4);
}

void storage_start_nvme(struct storage_rig *rig)
{
    storage_write(rig, 0x24, 0x001f001f, 4);
    storage_write(rig, 0x28, STORAGE_SQ, 4);
    storage_write(rig, 0x30, STORAGE_CQ, 4);
    storage_write(rig, 0x14, 0x00460001, 4);
}
