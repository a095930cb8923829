/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench with a floppy drive (floppy-rig.h). */
#include "tests/hw/floppy-rig.h"

void floppy_init(struct floppy_rig *rig, uint64_t size, bool read_only)
{
    *rig = (struct floppy_rig){.queue = NULL};
    rig_init(&rig->rig);
    rig->queue = emu_queue_new(NULL);
    if (size != 0)
        emu_block_test(size, &rig->backend, NULL);
    rig->backend.read_only = read_only;
    rig->disk = emu_disk_new(rig->queue, rig->rig.memory, &rig->backend, NULL);
    rig->dma = rig_add(&rig->rig, &emu_i8237_class);
    rig->fdc = rig_new(&rig->rig, &emu_fdc_class);
    const struct emu_isa_dma channel = emu_i8237_channel(rig->dma->device, 2);
    emu_fdc_set_dma(rig->fdc->device, &channel);
    emu_fdc_set_drive(rig->fdc->device, 0, rig->disk, emu_floppy_drive_for(size));
    rig_realize(rig->fdc);
}

void floppy_finish(struct floppy_rig *rig)
{
    rig_finish(&rig->rig);
    emu_disk_free(rig->disk);
    emu_queue_free(rig->queue);
}

void floppy_settle(struct floppy_rig *rig)
{
    emu_disk_settle(rig->disk);
    emu_queue_run(rig->queue, 0);
}

void floppy_change(struct floppy_rig *rig, uint64_t size)
{
    struct emu_block_backend medium = {0}, old;

    if (size != 0)
        emu_block_test(size, &medium, NULL);
    rig->backend = medium;
    pthread_mutex_lock(&rig->fdc->device->lock);
    old = emu_disk_change_locked(rig->disk, &medium);
    pthread_mutex_unlock(&rig->fdc->device->lock);
    emu_fdc_medium_changed(rig->fdc->device, 0);
    emu_block_backend_close(&old);
}

static struct rig_device *floppy_find(struct floppy_rig *rig, unsigned port, unsigned *region,
                                      unsigned *offset)
{
    static const struct {
        unsigned first, count, region;
        bool fdc;
    } ranges[] = {{0, 16, 0, false},
                  {0xc0, 32, 1, false},
                  {0x80, 16, 2, false},
                  {0x3f0, 6, 0, true},
                  {0x3f7, 1, 1, true}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (port < ranges[i].first || port >= ranges[i].first + ranges[i].count)
            continue;
        *region = ranges[i].region;
        *offset = port - ranges[i].first;
        return ranges[i].fdc ? rig->fdc : rig->dma;
    }
    abort();
}

uint8_t floppy_in(struct floppy_rig *rig, unsigned port)
{
    unsigned region, offset;
    struct rig_device *device = floppy_find(rig, port, &region, &offset);

    return (uint8_t)rig_read(device, region, offset, 1);
}

void floppy_out(struct floppy_rig *rig, unsigned port, uint8_t value)
{
    unsigned region, offset;
    struct rig_device *device = floppy_find(rig, port, &region, &offset);

    rig_write(device, region, offset, value, 1);
}

void floppy_start(struct floppy_rig *rig)
{
    static const uint8_t sense[] = {8}, recalibrate[] = {7, 0}, specify[] = {3, 0xaf, 2};
    uint8_t result[16];

    floppy_out(rig, 0x3f2, 0x1c);
    for (unsigned i = 0; i < 4; i++) {
        floppy_command(rig, sense, 1);
        floppy_result(rig, result);
    }
    floppy_out(rig, 0x3f7, 0);
    floppy_command(rig, specify, sizeof(specify));
    floppy_command(rig, recalibrate, sizeof(recalibrate));
    floppy_command(rig, sense, 1);
    floppy_result(rig, result);
}

void floppy_set_dma(struct floppy_rig *rig, unsigned length, bool in)
{
    floppy_out(rig, 0x0a, 6);
    floppy_out(rig, 0x0c, 0);
    floppy_out(rig, 0x0b, in ? 0x46 : 0x4a);
    floppy_out(rig, 0x04, FLOPPY_BUFFER & 0xff);
    floppy_out(rig, 0x04, FLOPPY_BUFFER >> 8 & 0xff);
    floppy_out(rig, 0x81, FLOPPY_BUFFER >> 16);
    floppy_out(rig, 0x05, (uint8_t)(length - 1));
    floppy_out(rig, 0x05, (uint8_t)((length - 1) >> 8));
    floppy_out(rig, 0x0a, 2);
}

void floppy_command(struct floppy_rig *rig, const uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if ((floppy_in(rig, 0x3f4) & 0xc0) != 0x80)
            abort();
        floppy_out(rig, 0x3f5, bytes[i]);
    }
    floppy_settle(rig);
}

unsigned floppy_result(struct floppy_rig *rig, uint8_t *out)
{
    unsigned count = 0;

    while ((floppy_in(rig, 0x3f4) & 0xd0) == 0xd0 && count < 16)
        out[count++] = floppy_in(rig, 0x3f5);
    return count;
}

uint8_t *floppy_ram(struct floppy_rig *rig, unsigned offset)
{
    return rig_ram(&rig->rig) + (FLOPPY_BUFFER - RIG_RAM) + offset;
}
