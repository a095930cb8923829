/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What firmware talks to besides disks: fw_cfg with its DMA, whose commands lie in guest memory; a
 * TPM's buffer, with a back end that answers anything; flash with its commands. The input begins
 * with steps, the rest is guest memory.
 */
#include "emulator/core/queue.h"
#include "emulator/hw/misc/fw-cfg.h"
#include "emulator/hw/misc/pflash.h"
#include "emulator/hw/tpm/tpm.h"
#include "tests/fuzz/fuzz.h"
#include "tests/hw/rig.h"

#define FUZZ_STEPS 48 /* 8 bytes each: what and how, where; a value */
#define FUZZ_HEAD  (8 * FUZZ_STEPS)
#define FUZZ_FILE  100u /* bytes of the file that may be written */

struct fuzz_firmware {
    struct rig rig;
    struct rig_device *fw_cfg, *crb, *flash;
    struct emu_queue *queue;
    struct emu_tpm *tpm;
    unsigned written;
};

/* ---- a TPM ---- */

static bool fuzz_tpm_reset(void *opaque)
{
    return true;
}

/* Of a length that the command's last byte says: too short, longer than what there is room for. */
static size_t fuzz_tpm_execute(void *opaque, const uint8_t *command, size_t length,
                               uint8_t *response, size_t max)
{
    size_t wanted = (size_t)command[length - 1] * 20;

    memset(response, command[0], wanted < max ? wanted : max);
    return wanted < max ? wanted : max;
}

static void fuzz_tpm_close(void *opaque)
{
}

static const struct emu_tpm_ops fuzz_tpm_ops = {
    .name = "fuzz", .reset = fuzz_tpm_reset, .execute = fuzz_tpm_execute, .close = fuzz_tpm_close};

/* ---- the bench ---- */

static void fuzz_written(void *opaque, const uint8_t *data, size_t length)
{
    struct fuzz_firmware *fuzz = opaque;

    for (size_t i = 0; i < length; i++)
        fuzz->written += data[i];
}

static void fuzz_refresh(void *opaque, uint8_t *data, size_t length)
{
    memset(data, 0x5a, length);
}

static void fuzz_add_files(struct fuzz_firmware *fuzz)
{
    struct emu_device *device = fuzz->fw_cfg->device;
    uint8_t bytes[FUZZ_FILE] = {1, 2, 3};

    emu_fw_cfg_add_number(device, EMU_FW_CFG_RAM_SIZE, RIG_RAM_SIZE, 8, NULL);
    emu_fw_cfg_add_file(device, "etc/read", bytes, sizeof(bytes), NULL);
    emu_fw_cfg_add_writable_file(device, "etc/write", bytes, sizeof(bytes), fuzz_written, fuzz,
                                 NULL);
    emu_fw_cfg_add_file(device, "etc/fresh", bytes, sizeof(bytes), NULL);
    emu_fw_cfg_set_refresh(device, "etc/fresh", fuzz_refresh, NULL, NULL);
}

static void fuzz_init(struct fuzz_firmware *fuzz)
{
    const struct emu_tpm_backend backend = {&fuzz_tpm_ops, NULL};

    memset(fuzz, 0, sizeof(*fuzz));
    rig_init(&fuzz->rig);
    fuzz->fw_cfg = rig_add(&fuzz->rig, &emu_fw_cfg_class);
    fuzz_add_files(fuzz);
    fuzz->queue = emu_queue_new(NULL);
    fuzz->tpm = emu_tpm_new(fuzz->queue, &backend, NULL);
    fuzz->crb = rig_new(&fuzz->rig, &emu_tpm_crb_class);
    fuzz->crb->device->tpm = fuzz->tpm;
    rig_realize(fuzz->crb);
    fuzz->flash = rig_add(&fuzz->rig, &emu_pflash_class);
}

static void fuzz_finish(struct fuzz_firmware *fuzz)
{
    emu_tpm_settle(fuzz->tpm);
    rig_finish(&fuzz->rig);
    emu_tpm_free(fuzz->tpm);
    emu_queue_free(fuzz->queue);
}

/* ---- steps ---- */

/* A command of fw_cfg's DMA: in memory, where the input put something, or as the value says. */
static void fuzz_dma(struct fuzz_firmware *fuzz, const uint8_t *step, uint32_t value)
{
    uint32_t at = RIG_RAM + (value & 0xff0);
    const uint32_t command[4] = {
        __builtin_bswap32((EMU_FW_CFG_FILE_DIR + step[1] % 16u) << 16 | (step[0] >> 3 & 0x1f)),
        __builtin_bswap32(step[2]), 0,
        __builtin_bswap32(step[3] & 1 ? value : RIG_RAM + 0x8000 + 16u * step[3])};

    if (step[3] & 2)
        memcpy(rig_ram(&fuzz->rig) + (at - RIG_RAM), command, sizeof(command));
    rig_write(fuzz->fw_cfg, 1, 0, step[3] & 4 ? value : 0, 4);
    rig_write(fuzz->fw_cfg, 1, 4, __builtin_bswap32(at), 4);
}

/* A command of the TPM, of any length. */
static void fuzz_command(struct fuzz_firmware *fuzz, const uint8_t *step, uint32_t value)
{
    rig_write(fuzz->crb, 0, 0x08, 1, 4);
    rig_write(fuzz->crb, 0, 0x40, 1, 4);
    rig_write(fuzz->crb, 0, 0x80, value, 4);
    rig_write(fuzz->crb, 0, 0x82, __builtin_bswap32(step[3] & 1 ? value : step[2]), 4);
    rig_write(fuzz->crb, 0, 0x80 + step[2], step[1], 1);
    rig_write(fuzz->crb, 0, 0x4c, 1, 4);
}

static void fuzz_access(struct rig_device *device, const uint8_t *step, uint32_t value)
{
    unsigned number = step[0] >> 3 & 1, size = 1u << (step[0] >> 4 & 3);
    const struct emu_region *region = device->device->regions[number];
    uint64_t offset = (uint64_t)step[2] << 8 | step[1];

    if (region == NULL)
        return;
    rig_write(device, number, offset % region->size, value, size);
    rig_read(device, number, offset % region->size, size);
}

static void fuzz_step(struct fuzz_firmware *fuzz, const uint8_t *step)
{
    struct rig_device *devices[4] = {fuzz->fw_cfg, fuzz->crb, fuzz->flash, fuzz->fw_cfg};
    uint32_t value;

    memcpy(&value, step + 4, sizeof(value));
    switch (step[0] & 7) {
    case 0:
    case 1:
        fuzz_dma(fuzz, step, value);
        break;
    case 2:
        fuzz_command(fuzz, step, value);
        break;
    case 3:
        emu_tpm_settle(fuzz->tpm);
        break;
    case 4:
        if ((step[0] & 0xf0) == 0)
            emu_device_reset(devices[step[1] & 3]->device);
        else if ((step[0] & 0xf0) == 0x10)
            rig_survives(devices[1 + (step[1] & 1)]);
        break;
    default:
        fuzz_access(devices[step[3] & 3], step, value);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_firmware fuzz;

    if (size < FUZZ_HEAD)
        return 0;
    fuzz_init(&fuzz);
    memcpy(rig_ram(&fuzz.rig), data + FUZZ_HEAD,
           size - FUZZ_HEAD < RIG_RAM_SIZE ? size - FUZZ_HEAD : RIG_RAM_SIZE);
    for (unsigned i = 0; i < FUZZ_STEPS; i++)
        fuzz_step(&fuzz, data + 8 * i);
    fuzz_finish(&fuzz);
    return 0;
}

/* Random steps; in memory, commands that read, write and skip each of the files. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const uint8_t controls[4] = {0x0a, 0x18, 0x0c, 0x1a};
    uint64_t random = 0x9e3779b97f4a7c15ull * (index + 1);
    size_t length = FUZZ_HEAD + 0x1000;

    if (index >= 16 || size < length)
        return 0;
    memset(out, 0, length);
    for (unsigned i = 0; i < FUZZ_HEAD; i++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        out[i] = (uint8_t)(random >> 56);
    }
    for (unsigned i = 0; i < 0x100; i++) {
        uint8_t *command = out + FUZZ_HEAD + 16 * i;

        command[1] = (uint8_t)(0x1e + i % 6);
        command[3] = controls[i / 6 % 4];
        command[7] = (uint8_t)(i + index) % FUZZ_FILE;
        command[13] = 1;
        command[14] = 0x80;
    }
    return length;
}
