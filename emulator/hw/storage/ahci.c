/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The AHCI controller's registers (AHCI 1.3.1, chapter 3), ports, links and interrupts. Port
 * multipliers, enclosure management, command coalescing and the legacy IDE interface are left out.
 */
#include "emulator/hw/storage/ahci.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/storage/ahci-internal.h"

#define AHCI_VENDOR   0x8086
#define AHCI_DEVICE   0x2922
#define AHCI_CLASS    0x010601 /* SATA, AHCI 1.0 */
#define AHCI_REVISION 2
#define AHCI_BAR      5
#define AHCI_BAR_SIZE 0x1000
#define AHCI_PORTS_AT 0x100
#define AHCI_PORT     0x80

enum ahci_register {
    HBA_CAP = 0x00,
    HBA_GHC = 0x04,
    HBA_IS = 0x08,
    HBA_PI = 0x0c,
    HBA_VS = 0x10,
};

/* 64-bit addresses, NCQ, AHCI only, 6 Gb/s, 32 slots, partial and slumber states. */
#define HBA_CAPABILITIES (0xc0000000u | 1u << 18 | 3u << 20 | 3u << 13 | (AHCI_SLOTS - 1) << 8)
#define HBA_VERSION      0x00010300u
#define GHC_RESET        0x00000001u
#define GHC_INTERRUPTS   0x00000002u
#define GHC_AHCI         0x80000000u

#define CMD_ST       0x00000001u
#define CMD_SUD      0x00000002u
#define CMD_POD      0x00000004u
#define CMD_CLO      0x00000008u
#define CMD_FRE      0x00000010u
#define CMD_FR       0x00004000u
#define CMD_CR       0x00008000u
#define CMD_ATAPI    0x01000000u
#define CMD_WRITABLE (CMD_ST | CMD_FRE | CMD_ATAPI | 0x06000000u)
#define CMD_SLOT     8 /* of the command that is under way */

#define SSTS_UP       0x133u /* device there, 6 Gb/s, active */
#define SCTL_DET      0xfu
#define SERR_EXCHANGE 0x04000000u /* the link came up */

static struct ahci *ahci_of(void *device)
{
    return device;
}

/* ---- interrupts ---- */

static void ahci_update_line(struct ahci *ahci)
{
    bool level = (ahci->ghc & GHC_INTERRUPTS) && ahci->is != 0;

    if (level && emu_pci_notify(&ahci->pci, 0))
        level = false;
    emu_pci_set_intx(&ahci->pci, level);
}

static void ahci_update_port(struct ahci_port *port)
{
    struct ahci *ahci = port->ahci;
    uint32_t before = ahci->is;

    if (port->is & port->ie)
        ahci->is |= 1u << port->index;
    if (ahci->is != before)
        ahci_update_line(ahci);
}

void ahci_raise(struct ahci_port *port, uint32_t bits)
{
    port->is |= bits;
    ahci_update_port(port);
}

/* ---- ports ---- */

static uint32_t ahci_port_status(const struct ahci_port *port)
{
    return port->present && (port->sctl & SCTL_DET) == 0 ? SSTS_UP : 0;
}

/* The link comes up after a reset. */
static void ahci_link_up(struct ahci_port *port)
{
    if (!port->present)
        return;
    port->serr |= SERR_EXCHANGE;
    ahci_reset_device(port);
    ahci_raise(port, PORT_IS_PCS);
}

static void ahci_write_sctl(struct ahci_port *port, uint32_t value)
{
    bool held = (port->sctl & SCTL_DET) == 1;

    port->sctl = value & 0xfff;
    if ((value & SCTL_DET) == 1) {
        ahci_cancel(port);
        port->tfd = 0x7f;
    } else if (held && (value & SCTL_DET) == 0) {
        ahci_link_up(port);
    }
}

static void ahci_stop(struct ahci_port *port)
{
    ahci_cancel(port);
    port->ci = port->sact = 0;
    port->cmd &= ~(CMD_CR | 0x1fu << CMD_SLOT);
    port->halted = false;
}

static void ahci_write_cmd(struct ahci_port *port, uint32_t value)
{
    uint32_t before = port->cmd;

    port->cmd = (before & ~CMD_WRITABLE) | (value & CMD_WRITABLE);
    if (value & CMD_CLO)
        port->tfd &= ~(uint32_t)(ATA_BSY | ATA_DRQ);
    port->cmd = port->cmd & CMD_FRE ? port->cmd | CMD_FR : port->cmd & ~CMD_FR;
    if ((port->cmd & CMD_FRE) && !(before & CMD_FRE) && port->present)
        ahci_send_signature(port);
    if (!(port->cmd & CMD_ST) && (before & CMD_ST))
        ahci_stop(port);
    if (port->cmd & CMD_ST) {
        port->cmd |= CMD_CR;
        ahci_run(port);
    }
}

static uint32_t ahci_port_read(struct ahci_port *port, unsigned offset)
{
    switch (offset) {
    case PORT_CLB:
        return port->list;
    case PORT_CLBU:
        return port->list_high;
    case PORT_FB:
        return port->frames;
    case PORT_FBU:
        return port->frames_high;
    case PORT_IS:
        return port->is;
    case PORT_IE:
        return port->ie;
    case PORT_CMD:
        return port->cmd | (uint32_t)port->last_slot << CMD_SLOT;
    case PORT_TFD:
        return port->tfd;
    case PORT_SIG:
        return port->sig;
    case PORT_SSTS:
        return ahci_port_status(port);
    case PORT_SCTL:
        return port->sctl;
    case PORT_SERR:
        return port->serr;
    case PORT_SACT:
        return port->sact;
    case PORT_CI:
        return port->ci;
    default:
        return 0;
    }
}

static void ahci_clear_is(struct ahci_port *port, uint32_t value)
{
    port->is &= ~value;
    if (port->serr & SERR_EXCHANGE) /* follows the error register */
        port->is |= PORT_IS_PCS;
    ahci_update_port(port);
}

static void ahci_port_write(struct ahci_port *port, unsigned offset, uint32_t value)
{
    switch (offset) {
    case PORT_CLB:
        port->list = value & ~0x3ffu;
        break;
    case PORT_CLBU:
        port->list_high = value;
        break;
    case PORT_FB:
        port->frames = value & ~0xffu;
        break;
    case PORT_FBU:
        port->frames_high = value;
        break;
    case PORT_IS:
        ahci_clear_is(port, value);
        break;
    case PORT_IE:
        port->ie = value & 0xfdc000ffu;
        ahci_update_port(port);
        break;
    case PORT_CMD:
        ahci_write_cmd(port, value);
        break;
    case PORT_SCTL:
        ahci_write_sctl(port, value);
        break;
    case PORT_SERR:
        port->serr &= ~value;
        if (!(port->serr & SERR_EXCHANGE))
            port->is &= ~PORT_IS_PCS;
        break;
    case PORT_SACT:
        port->sact |= port->cmd & CMD_ST ? value : 0;
        break;
    case PORT_CI:
        port->ci |= port->cmd & CMD_ST ? value : 0;
        ahci_run(port);
        break;
    default:
        break;
    }
}

/* ---- the controller ---- */

static void ahci_reset_port(struct ahci_port *port)
{
    ahci_cancel(port);
    port->list = port->list_high = port->frames = port->frames_high = 0;
    port->is = port->ie = port->sctl = port->serr = port->sact = port->ci = 0;
    port->cmd = CMD_SUD | CMD_POD;
    port->halted = port->resetting = false;
    port->last_slot = 0;
    port->tfd = 0x7f;
    port->sig = UINT32_MAX;
    if (port->present)
        ahci_reset_device(port);
}

static void ahci_reset_controller(struct ahci *ahci)
{
    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++)
        ahci_reset_port(&ahci->ports[i]);
    ahci->ghc = GHC_AHCI;
    ahci->is = 0;
    ahci_update_line(ahci);
}

static uint64_t ahci_read(void *opaque, uint64_t offset, unsigned size)
{
    struct ahci *ahci = ahci_of(opaque);
    uint64_t port = (offset - AHCI_PORTS_AT) / AHCI_PORT;

    if (offset >= AHCI_PORTS_AT)
        return port < EMU_AHCI_PORTS ? ahci_port_read(&ahci->ports[port], offset % AHCI_PORT) : 0;
    switch (offset) {
    case HBA_CAP:
        return HBA_CAPABILITIES | (EMU_AHCI_PORTS - 1);
    case HBA_GHC:
        return ahci->ghc;
    case HBA_IS:
        return ahci->is;
    case HBA_PI:
        return (1u << EMU_AHCI_PORTS) - 1;
    case HBA_VS:
        return HBA_VERSION;
    default:
        return 0;
    }
}

static void ahci_write_global(struct ahci *ahci, uint64_t offset, uint32_t value)
{
    if (offset == HBA_GHC && (value & GHC_RESET)) {
        ahci_reset_controller(ahci);
    } else if (offset == HBA_GHC) {
        ahci->ghc = GHC_AHCI | (value & GHC_INTERRUPTS);
        ahci_update_line(ahci);
    } else if (offset == HBA_IS) {
        ahci->is &= ~value;
        for (unsigned i = 0; i < EMU_AHCI_PORTS; i++)
            if (ahci->ports[i].is & ahci->ports[i].ie)
                ahci->is |= 1u << i;
        ahci_update_line(ahci);
    }
}

static void ahci_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct ahci *ahci = ahci_of(opaque);
    uint64_t port = (offset - AHCI_PORTS_AT) / AHCI_PORT;

    if (size != 4)
        return;
    if (offset < AHCI_PORTS_AT)
        ahci_write_global(ahci, offset, (uint32_t)value);
    else if (port < EMU_AHCI_PORTS)
        ahci_port_write(&ahci->ports[port], offset % AHCI_PORT, (uint32_t)value);
}

static const struct emu_region_ops ahci_ops = {ahci_read,      ahci_write,    .valid_min = 1,
                                               .valid_max = 8, .impl_min = 4, .impl_max = 4};

/* ---- the device ---- */

void emu_ahci_set_drive(struct emu_device *device, unsigned port, struct emu_disk *disk, bool cdrom)
{
    struct ahci_port *to = &ahci_of(device)->ports[port];

    to->disk = to->cd.disk = disk;
    to->cdrom = cdrom;
    to->present = true;
}

void emu_ahci_medium_changed(struct emu_device *device, unsigned port)
{
    pthread_mutex_lock(&device->lock);
    emu_cdrom_medium_changed(&ahci_of(device)->ports[port].cd);
    pthread_mutex_unlock(&device->lock);
}

void emu_ahci_get_tray(struct emu_device *device, unsigned port, bool *open, bool *locked)
{
    const struct emu_cdrom *cd = &ahci_of(device)->ports[port].cd;

    pthread_mutex_lock(&device->lock);
    *open = cd->open;
    *locked = cd->locked && !cd->open;
    pthread_mutex_unlock(&device->lock);
}

void emu_ahci_move_tray(struct emu_device *device, unsigned port, bool open)
{
    pthread_mutex_lock(&device->lock);
    emu_cdrom_move_tray(&ahci_of(device)->ports[port].cd, open);
    pthread_mutex_unlock(&device->lock);
}

void emu_ahci_press_eject(struct emu_device *device, unsigned port)
{
    pthread_mutex_lock(&device->lock);
    emu_cdrom_press_eject(&ahci_of(device)->ports[port].cd);
    pthread_mutex_unlock(&device->lock);
}

static bool ahci_realize(struct emu_device *device, struct emu_error *err)
{
    struct ahci *ahci = ahci_of(device);
    const struct emu_pci_identity identity = {
        .vendor = AHCI_VENDOR,
        .device = AHCI_DEVICE,
        .subsystem_vendor = 0x1af4,
        .subsystem = 0x1100,
        .class_code = AHCI_CLASS,
        .revision = AHCI_REVISION,
        .interrupt_pin = 1,
        .multifunction = true,
    };

    emu_pci_init(&ahci->pci, &identity);
    emu_region_init_io(&ahci->bar, "ahci", &ahci_ops, ahci, &device->lock, AHCI_BAR_SIZE);
    emu_pci_add_bar(&ahci->pci, AHCI_BAR, EMU_PCI_BAR_MEMORY32, &ahci->bar);
    device->regions[0] = &ahci->bar;
    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++) {
        ahci->ports[i].ahci = ahci;
        ahci->ports[i].index = (uint8_t)i;
        if (ahci->ports[i].disk != NULL)
            emu_disk_attach(ahci->ports[i].disk, &device->lock);
    }
    return emu_pci_add_msi(&ahci->pci, 1) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "no room for the SATA controller's MSI");
}

static void ahci_unrealize(struct emu_device *device)
{
    struct ahci *ahci = ahci_of(device);

    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++) {
        pthread_mutex_lock(&device->lock);
        ahci_cancel(&ahci->ports[i]);
        pthread_mutex_unlock(&device->lock);
        if (ahci->ports[i].disk != NULL)
            emu_disk_attach(ahci->ports[i].disk, NULL);
    }
    emu_pci_finish(&ahci->pci);
}

static void ahci_reset(struct emu_device *device)
{
    struct ahci *ahci = ahci_of(device);

    ahci_reset_controller(ahci);
    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++)
        emu_cdrom_reset(&ahci->ports[i].cd);
    emu_pci_reset(&ahci->pci);
}

static const struct emu_field ahci_fields[] = {
    EMU_FIELD(struct ahci, ghc),
    EMU_FIELD(struct ahci, is),
    EMU_FIELD_END,
};

static const struct emu_field ahci_port_fields[] = {
    EMU_FIELD(struct ahci_port, list),         EMU_FIELD(struct ahci_port, list_high),
    EMU_FIELD(struct ahci_port, frames),       EMU_FIELD(struct ahci_port, frames_high),
    EMU_FIELD(struct ahci_port, is),           EMU_FIELD(struct ahci_port, ie),
    EMU_FIELD(struct ahci_port, cmd),          EMU_FIELD(struct ahci_port, tfd),
    EMU_FIELD(struct ahci_port, sig),          EMU_FIELD(struct ahci_port, sctl),
    EMU_FIELD(struct ahci_port, serr),         EMU_FIELD(struct ahci_port, sact),
    EMU_FIELD(struct ahci_port, ci),           EMU_FIELD(struct ahci_port, halted),
    EMU_FIELD(struct ahci_port, resetting),    EMU_FIELD(struct ahci_port, multiple),
    EMU_FIELD(struct ahci_port, last_slot),    EMU_FIELD(struct ahci_port, error_tag),
    EMU_FIELD(struct ahci_port, error_status), EMU_FIELD(struct ahci_port, error_code),
    EMU_FIELD(struct ahci_port, caches),       EMU_FIELD_END,
};

static void ahci_save(struct emu_device *device, struct emu_writer *out)
{
    struct ahci *ahci = ahci_of(device);

    emu_pci_save(&ahci->pci, out);
    emu_hw_save(out, "ahci", ahci, ahci_fields);
    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++) {
        emu_write_fields(out, &ahci->ports[i], ahci_port_fields);
        emu_write_fields(out, &ahci->ports[i].cd, emu_cdrom_fields);
    }
}

static bool ahci_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct ahci *ahci = ahci_of(device);

    if (!emu_pci_load(&ahci->pci, in, err) || !emu_hw_load(in, "ahci", ahci, ahci_fields, err))
        return false;
    for (unsigned i = 0; i < EMU_AHCI_PORTS; i++) {
        if (!emu_read_fields(in, &ahci->ports[i], ahci_port_fields, err) ||
            !emu_read_fields(in, &ahci->ports[i].cd, emu_cdrom_fields, err))
            return false;
        if (ahci->ports[i].last_slot >= AHCI_SLOTS)
            return emu_hw_load_bad("ahci", "a command slot", err);
    }
    return true;
}

const struct emu_device_class emu_ahci_class = {
    .name = "ahci",
    .description = "SATA controller of the ICH9 in AHCI mode",
    .size = sizeof(struct ahci),
    .realize = ahci_realize,
    .unrealize = ahci_unrealize,
    .reset = ahci_reset,
    .save = ahci_save,
    .load = ahci_load,
};
