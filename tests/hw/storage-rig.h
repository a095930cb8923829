/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a disk in memory behind a controller, and what its driver would set up. */
#ifndef LATHE_TESTS_HW_STORAGE_RIG_H
#define LATHE_TESTS_HW_STORAGE_RIG_H

#include "emulator/api/block.h"
#include "emulator/block/disk.h"
#include "emulator/core/queue.h"
#include "emulator/hw/pci/pci.h"
#include "tests/hw/rig.h"

#define STORAGE_SIZE (1u << 20)

struct storage_rig {
    struct rig rig;
    struct emu_queue *queue;
    struct emu_block_backend backend;
    struct emu_disk *disk;
    struct rig_device *device;
};

/* class: virtio-blk, nvme, or ahci, with the disk at port 0 (a CD drive if cdrom). */
void storage_init(struct storage_rig *rig, const struct emu_device_class *class, bool cdrom);
void storage_finish(struct storage_rig *rig);
uint32_t storage_read(struct storage_rig *rig, uint64_t offset, unsigned size);
void storage_write(struct storage_rig *rig, uint64_t offset, uint64_t value, unsigned size);
/* Guest memory, by its guest-physical address. */
uint8_t *storage_ram(struct storage_rig *rig, emu_gpa address);
/* Waits for the workers and delivers what is done. */
void storage_settle(struct storage_rig *rig);

/* As a driver does; rings and lists lie at RIG_RAM. */
void storage_start_virtio(struct storage_rig *rig);
void storage_start_ahci(struct storage_rig *rig);
void storage_start_nvme(struct storage_rig *rig);

/* Where the starts above put things. */
#define STORAGE_DESCRIPTORS (RIG_RAM)
#define STORAGE_AVAILABLE   (RIG_RAM + 0x1000)
#define STORAGE_USED        (RIG_RAM + 0x2000)
#define STORAGE_LIST        (RIG_RAM)
#define STORAGE_FRAMES      (RIG_RAM + 0x1000)
#define STORAGE_SQ          (RIG_RAM)
#define STORAGE_CQ          (RIG_RAM + 0x1000)

#endif
