/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command response buffer interface of a TPM 2.0 (TCG PC Client Platform TPM Profile 1.05, 6.5).
 * Locality 0 only, no interrupts. Without a TPM behind it, commands fail. Beside it lies the memory
 * of the physical presence interface, which a reset leaves as it is.
 */
#include <string.h>

#include "emulator/hw/save.h"
#include "emulator/hw/tpm/tpm.h"

enum crb_register {
    CRB_LOC_STATE = 0x00,
    CRB_LOC_CONTROL = 0x08,
    CRB_LOC_STATUS = 0x0c,
    CRB_INTERFACE = 0x30, /* 8 bytes */
    CRB_REQUEST = 0x40,
    CRB_STATUS = 0x44,
    CRB_CANCEL = 0x48,
    CRB_START = 0x4c,
    CRB_COMMAND_SIZE = 0x58,
    CRB_COMMAND = 0x5c, /* address, low half; high half */
    CRB_RESPONSE_SIZE = 0x64,
    CRB_RESPONSE = 0x68, /* address, 8 bytes */
    CRB_BUFFER = 0x80,
};

#define CRB_STATE_ASSIGNED 0x02u
#define CRB_STATE_VALID    0x80u
#define CRB_REQUEST_ACCESS 0x01u
#define CRB_RELINQUISH     0x02u
#define CRB_GRANTED        0x01u
#define CRB_READY          0x01u /* request */
#define CRB_GO_IDLE        0x02u
#define CRB_ERROR          0x01u /* status */
#define CRB_IDLE           0x02u
/* CRB of version 1, locality 0 only, transfers of 64 bytes; this interface is selected */
#define CRB_INTERFACE_LOW  0x00025811u
#define CRB_INTERFACE_HIGH 0x00001014u /* vendor id as emulated TPMs have it */

#define CRB_BASE   0xfed40000u
#define CRB_HEADER 10u /* bytes of a command's and a response's header */

struct tpm_crb {
    struct emu_device device;
    struct emu_region region, ppi_region;
    uint8_t registers[EMU_TPM_CRB_SIZE], ppi[EMU_TPM_PPI_SIZE];
};

static struct tpm_crb *tpm_crb_of(void *device)
{
    return device;
}

static uint32_t crb_get(const struct tpm_crb *crb, unsigned at)
{
    uint32_t value;

    memcpy(&value, crb->registers + at, 4);
    return value;
}

static void crb_put(struct tpm_crb *crb, unsigned at, uint32_t value)
{
    memcpy(crb->registers + at, &value, 4);
}

/* ---- commands ---- */

/* The length in a header: big-endian, behind the tag. */
static size_t crb_length(const uint8_t *header)
{
    return (size_t)header[2] << 24 | (size_t)header[3] << 16 | (size_t)header[4] << 8 | header[5];
}

static void crb_done(void *opaque, const uint8_t *response, size_t length)
{
    struct tpm_crb *crb = tpm_crb_of(opaque);

    if (length < CRB_HEADER || length > EMU_TPM_BUFFER)
        crb_put(crb, CRB_STATUS, CRB_ERROR);
    else
        memcpy(crb->registers + CRB_BUFFER, response, length);
    crb_put(crb, CRB_START, 0);
}

static void crb_start(struct tpm_crb *crb)
{
    const uint8_t *command = crb->registers + CRB_BUFFER;
    size_t length = crb_length(command);

    if (crb_get(crb, CRB_START) != 0 || (crb_get(crb, CRB_STATUS) & CRB_IDLE) ||
        !(crb_get(crb, CRB_LOC_STATUS) & CRB_GRANTED))
        return;
    if (crb->device.tpm == NULL || length < CRB_HEADER || length > EMU_TPM_BUFFER) {
        crb_put(crb, CRB_STATUS, CRB_ERROR);
        return;
    }
    crb_put(crb, CRB_START, 1);
    emu_tpm_submit(crb->device.tpm, command, length);
}

static void crb_request(struct tpm_crb *crb, uint32_t value)
{
    if (value & CRB_READY) {
        crb_put(crb, CRB_STATUS, 0);
        memset(crb->registers + CRB_BUFFER, 0, EMU_TPM_CRB_SIZE - CRB_BUFFER);
    } else if (value & CRB_GO_IDLE) {
        crb_put(crb, CRB_STATUS, CRB_IDLE);
    }
}

static void crb_access(struct tpm_crb *crb, uint32_t value)
{
    if (value & CRB_REQUEST_ACCESS) {
        crb_put(crb, CRB_LOC_STATE, CRB_STATE_VALID | CRB_STATE_ASSIGNED);
        crb_put(crb, CRB_LOC_STATUS, CRB_GRANTED);
    } else if (value & CRB_RELINQUISH) {
        crb_put(crb, CRB_LOC_STATE, CRB_STATE_VALID);
        crb_put(crb, CRB_LOC_STATUS, 0);
    }
}

static void crb_cancel(struct tpm_crb *crb, uint32_t value)
{
    if ((value & 1) && crb_get(crb, CRB_START) != 0 && crb->device.tpm != NULL)
        emu_tpm_cancel(crb->device.tpm);
}

/* ---- the region ---- */

static uint64_t tpm_crb_read(void *opaque, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, tpm_crb_of(opaque)->registers + offset, size);
    return value;
}

static void tpm_crb_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct tpm_crb *crb = tpm_crb_of(opaque);
    bool busy = crb_get(crb, CRB_START) != 0;

    if (offset >= CRB_BUFFER) {
        if (!busy)
            memcpy(crb->registers + offset, &value, size);
        return;
    }
    value <<= 8 * (offset & 3);
    switch (offset & ~3ull) {
    case CRB_LOC_CONTROL:
        crb_access(crb, (uint32_t)value);
        break;
    case CRB_REQUEST:
        if (!busy)
            crb_request(crb, (uint32_t)value);
        break;
    case CRB_CANCEL:
        crb_cancel(crb, (uint32_t)value);
        break;
    case CRB_START:
        if (value & 1)
            crb_start(crb);
        break;
    default:
        break;
    }
}

static const struct emu_region_ops tpm_crb_ops = {tpm_crb_read, tpm_crb_write, .valid_min = 1,
                                                  .valid_max = 8, .impl_max = 4};

static uint64_t tpm_ppi_read(void *opaque, uint64_t offset, unsigned size)
{
    return tpm_crb_of(opaque)->ppi[offset];
}

static void tpm_ppi_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    tpm_crb_of(opaque)->ppi[offset] = (uint8_t)value;
}

static const struct emu_region_ops tpm_ppi_ops = {tpm_ppi_read, tpm_ppi_write, .valid_min = 1,
                                                  .valid_max = 8, .impl_max = 1};

/* ---- the device ---- */

static bool tpm_crb_realize(struct emu_device *device, struct emu_error *err)
{
    struct tpm_crb *crb = tpm_crb_of(device);

    emu_region_init_io(&crb->region, "tpm-crb", &tpm_crb_ops, crb, &device->lock, EMU_TPM_CRB_SIZE);
    device->regions[0] = &crb->region;
    emu_region_init_io(&crb->ppi_region, "tpm-ppi", &tpm_ppi_ops, crb, &device->lock,
                       EMU_TPM_PPI_SIZE);
    device->regions[1] = &crb->ppi_region;
    if (device->tpm != NULL)
        emu_tpm_attach(device->tpm, &device->lock, crb_done, crb);
    return true;
}

static void tpm_crb_unrealize(struct emu_device *device)
{
    if (device->tpm != NULL)
        emu_tpm_attach(device->tpm, NULL, NULL, NULL);
}

static void crb_set_fixed(struct tpm_crb *crb)
{
    crb_put(crb, CRB_INTERFACE, CRB_INTERFACE_LOW);
    crb_put(crb, CRB_INTERFACE + 4, CRB_INTERFACE_HIGH);
    crb_put(crb, CRB_COMMAND_SIZE, EMU_TPM_BUFFER);
    crb_put(crb, CRB_COMMAND, CRB_BASE + CRB_BUFFER);
    crb_put(crb, CRB_RESPONSE_SIZE, EMU_TPM_BUFFER);
    crb_put(crb, CRB_RESPONSE, CRB_BASE + CRB_BUFFER);
}

static void tpm_crb_reset(struct emu_device *device)
{
    struct tpm_crb *crb = tpm_crb_of(device);

    memset(crb->registers, 0, sizeof(crb->registers));
    crb_put(crb, CRB_LOC_STATE, CRB_STATE_VALID);
    crb_put(crb, CRB_STATUS, CRB_IDLE);
    crb_set_fixed(crb);
    if (device->tpm != NULL)
        emu_tpm_reset(device->tpm);
}

static const struct emu_field tpm_crb_fields[] = {EMU_FIELD_END};

static void tpm_crb_save(struct emu_device *device, struct emu_writer *out)
{
    struct tpm_crb *crb = tpm_crb_of(device);

    emu_hw_save(out, "tpm-crb", crb, tpm_crb_fields);
    emu_write_bytes(out, "registers", crb->registers, sizeof(crb->registers));
    emu_write_bytes(out, "ppi", crb->ppi, sizeof(crb->ppi));
}

/* No command is under way in a machine that is saved; what the TPM itself knows is its own. */
static bool tpm_crb_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct tpm_crb *crb = tpm_crb_of(device);

    if (!emu_hw_load(in, "tpm-crb", crb, tpm_crb_fields, err) ||
        !emu_read_bytes(in, "registers", crb->registers, sizeof(crb->registers), err) ||
        !emu_read_bytes(in, "ppi", crb->ppi, sizeof(crb->ppi), err))
        return false;
    crb_put(crb, CRB_START, 0);
    crb_set_fixed(crb);
    return true;
}

const struct emu_device_class emu_tpm_crb_class = {
    .name = "tpm-crb",
    .description = "TPM 2.0 with a command response buffer",
    .size = sizeof(struct tpm_crb),
    .realize = tpm_crb_realize,
    .unrealize = tpm_crb_unrealize,
    .reset = tpm_crb_reset,
    .save = tpm_crb_save,
    .load = tpm_crb_load,
};
