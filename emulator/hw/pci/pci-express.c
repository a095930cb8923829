/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PCI Express capability of functions, ports and bridges (PCI Express Base 3.0, 7.8): one lane
 * of the first generation. What it promises costs nothing; software that looks finds a sane tree.
 * With it functions get power management (PCI Bus Power Management 1.2, 3.2), which they must have:
 * D3hot is a state to note, in which nothing is lost.
 */
#include "emulator/hw/pci/pci-internal.h"

#define POWER_ID           0x01
#define POWER_SIZE         8
#define POWER_CAPABILITIES 2 /* register */
#define POWER_CONTROL      4 /* register */
#define POWER_VERSION      0x0003u
#define POWER_STATE        0x0003u /* D0 or D3hot */
#define POWER_KEEPS        0x0008u /* no reset between them */

#define EXPRESS_ID   0x10
#define EXPRESS_SIZE 0x3c

enum express_register {
    EXPRESS_CAPABILITIES = 0x02,
    EXPRESS_DEVICE_CAPABILITIES = 0x04,
    EXPRESS_DEVICE_CONTROL = 0x08,
    EXPRESS_DEVICE_STATUS = 0x0a,
    EXPRESS_LINK_CAPABILITIES = 0x0c,
    EXPRESS_LINK_CAPABILITIES_2 = 0x2c,
    EXPRESS_LINK_CONTROL_2 = 0x30,
};

#define EXPRESS_VERSION        2u
#define EXPRESS_TYPE_SHIFT     4
#define EXPRESS_SLOT           0x0100u /* capabilities: the port has one */
#define EXPRESS_ROLE_ERRORS    0x8000u /* device capabilities: since 1.1 */
#define EXPRESS_DEVICE_DEFAULT 0x2810u /* device control: relaxed, no snoop, reads of 512 bytes */
#define EXPRESS_DEVICE_BITS    0x78ffu
#define EXPRESS_ERRORS         0x0fu     /* device status */
#define EXPRESS_LINK           0x11u     /* one lane, 2.5 GT/s: capabilities and status */
#define EXPRESS_LINK_REPORTS   0x100000u /* capabilities: says whether it is active */
#define EXPRESS_LINK_BITS      0x00c0u   /* link control: common clock, long training */
#define EXPRESS_SPEEDS         0x02u     /* link capabilities 2 */

static bool express_has_slot(enum emu_pci_express_type type)
{
    return type == EMU_PCI_EXPRESS_ROOT_PORT || type == EMU_PCI_EXPRESS_DOWNSTREAM;
}

static void express_set_type(struct emu_pci_device *pci, enum emu_pci_express_type type)
{
    uint32_t slot = express_has_slot(type) ? EXPRESS_SLOT : 0;

    emu_pci_set(pci, pci->express + EXPRESS_CAPABILITIES, 2,
                EXPRESS_VERSION | (uint32_t)type << EXPRESS_TYPE_SHIFT | slot);
}

/* What is part of the root complex has no link. */
static void express_set_link(struct emu_pci_device *pci, bool there, bool port)
{
    unsigned at = pci->express;

    emu_pci_set(pci, at + EXPRESS_LINK_CAPABILITIES, 4,
                there ? EXPRESS_LINK | (port ? EXPRESS_LINK_REPORTS : 0) : 0);
    emu_pci_set(pci, at + PCI_EXPRESS_LINK_STATUS, 2, there ? EXPRESS_LINK : 0);
    emu_pci_set(pci, at + EXPRESS_LINK_CAPABILITIES_2, 4, there ? EXPRESS_SPEEDS : 0);
    emu_pci_set(pci, at + EXPRESS_LINK_CONTROL_2, 2, there ? 1 : 0);
    emu_pci_allow(pci, at + PCI_EXPRESS_LINK_CONTROL, 2,
                  there ? EXPRESS_LINK_BITS | (port ? PCI_EXPRESS_LINK_DISABLE : 0) : 0);
}

static bool express_add_power(struct emu_pci_device *pci)
{
    uint8_t at = emu_pci_add_capability(pci, POWER_ID, POWER_SIZE);

    if (at == 0)
        return false;
    emu_pci_set(pci, at + POWER_CAPABILITIES, 2, POWER_VERSION);
    emu_pci_set(pci, at + POWER_CONTROL, 2, POWER_KEEPS);
    emu_pci_allow(pci, at + POWER_CONTROL, 2, POWER_STATE);
    return true;
}

bool emu_pci_add_express(struct emu_pci_device *pci, enum emu_pci_express_type type)
{
    uint8_t at = emu_pci_add_capability(pci, EXPRESS_ID, EXPRESS_SIZE);

    if (at == 0 || (!express_has_slot(type) && !express_add_power(pci)))
        return false;
    pci->express = at;
    express_set_type(pci, type);
    express_set_link(pci, type != EMU_PCI_EXPRESS_INTEGRATED, express_has_slot(type));
    emu_pci_set(pci, at + EXPRESS_DEVICE_CAPABILITIES, 4, EXPRESS_ROLE_ERRORS);
    emu_pci_set(pci, at + EXPRESS_DEVICE_CONTROL, 2, EXPRESS_DEVICE_DEFAULT);
    emu_pci_allow(pci, at + EXPRESS_DEVICE_CONTROL, 2, EXPRESS_DEVICE_BITS);
    pci->clear_mask[at + EXPRESS_DEVICE_STATUS] = EXPRESS_ERRORS;
    return true;
}

void pci_express_place(struct emu_pci_device *pci, bool behind_port)
{
    if (pci->express == 0 || pci->behind != NULL)
        return;
    express_set_type(pci, behind_port ? EMU_PCI_EXPRESS_ENDPOINT : EMU_PCI_EXPRESS_INTEGRATED);
    express_set_link(pci, behind_port, false);
}
