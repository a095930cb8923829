/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Root ports (xHCI 1.0: 4.15, 4.19, 5.4.8): connection, reset, suspension and what the driver is
 * told of them. Link power management below suspension is left out.
 */
#include "emulator/hw/usb/xhci-internal.h"

enum xhci_port_register {
    PORT_STATUS = 0x0,
    PORT_POWER = 0x4,
    PORT_LINK = 0x8,
    PORT_HARDWARE = 0xc
};
#define PORT_SIZE 0x10u

#define PORT_CONNECTED      0x00000001u
#define PORT_ENABLED        0x00000002u
#define PORT_RESET          0x00000010u
#define PORT_LINK_SHIFT     5
#define PORT_LINK_STATE     0x000001e0u
#define PORT_POWERED        0x00000200u
#define PORT_SPEED          0x00003c00u
#define PORT_LINK_WRITE     0x00010000u /* the link state is meant */
#define PORT_CHANGE_CONNECT 0x00020000u
#define PORT_CHANGE_ENABLE  0x00040000u
#define PORT_CHANGE_WARM    0x00080000u /* a warm reset is over */
#define PORT_CHANGE_RESET   0x00200000u
#define PORT_CHANGE_LINK    0x00400000u
#define PORT_CHANGES        0x00fe0000u
#define PORT_WAKE_ENABLES   0x0e000000u
#define PORT_WARM_RESET     0x80000000u

enum port_link {
    LINK_U0 = 0,
    LINK_U3 = 3,
    LINK_DISABLED = 4,
    LINK_DETECT = 5,
    LINK_POLLING = 7,
    LINK_RESUME = 15
};

#define STATUS_PORT_CHANGE 0x10u

static unsigned port_index(const struct emu_usb_port *port)
{
    return port->number - 1;
}

static bool port_is_usb3(unsigned index)
{
    return index < EMU_XHCI_SOCKETS;
}

static void port_set_link(uint32_t *status, enum port_link link)
{
    *status = (*status & ~PORT_LINK_STATE) | (uint32_t)link << PORT_LINK_SHIFT;
}

static enum port_link port_link(uint32_t status)
{
    return (enum port_link)((status & PORT_LINK_STATE) >> PORT_LINK_SHIFT);
}

/* Something changed, of which the driver is told unless it knows already. */
static void port_notify(struct xhci *xhci, unsigned index, uint32_t change)
{
    const struct xhci_trb event = {(uint64_t)(index + 1) << 24, (uint32_t)CODE_SUCCESS << 24,
                                   TRB_PORT_EVENT << 10};

    if ((xhci->port_status[index] & change) == change)
        return;
    xhci->port_status[index] |= change;
    xhci->status |= STATUS_PORT_CHANGE;
    if (xhci_running(xhci))
        xhci_post(xhci, 0, &event, false);
}

/* The status that follows from what is in the port; the changes are the caller's. */
static uint32_t port_found(const struct xhci *xhci, unsigned index)
{
    static const uint8_t speed_ids[] = {2, 1, 3, 4};
    const struct emu_usb_device *usb = xhci->ports[index].device;
    uint32_t status = PORT_POWERED;

    if (usb == NULL) {
        port_set_link(&status, LINK_DETECT);
        return status;
    }
    status |= PORT_CONNECTED | (uint32_t)speed_ids[usb->speed] << 10;
    status |= port_is_usb3(index) ? PORT_ENABLED : 0; /* trained by itself */
    port_set_link(&status, port_is_usb3(index) ? LINK_U0 : LINK_POLLING);
    return status;
}

void xhci_announce_ports(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_PORTS; i++) {
        uint32_t changes = xhci->port_status[i] & PORT_CHANGES;

        xhci->port_status[i] &= ~PORT_CHANGES;
        if (changes != 0)
            port_notify(xhci, i, changes);
    }
}

static void port_changed(struct emu_usb_port *port)
{
    struct xhci *xhci = port->owner;
    unsigned index = port_index(port);
    uint32_t kept = xhci->port_status[index] & (PORT_CHANGES | PORT_WAKE_ENABLES);

    xhci->port_status[index] = port_found(xhci, index) | kept;
    port_notify(xhci, index, PORT_CHANGE_CONNECT);
}

static void port_lose_slots(struct xhci *xhci, unsigned index)
{
    for (unsigned i = 0; i < XHCI_SLOTS; i++)
        xhci->slots[i].lost |= xhci->slots[i].port == index + 1;
}

void xhci_find_lost(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_PORTS; i++)
        if ((xhci->port_status[i] & PORT_CONNECTED) && xhci->ports[i].device == NULL) {
            port_lose_slots(xhci, i);
            port_changed(&xhci->ports[i]);
        }
}

static void port_wake(struct emu_usb_port *port)
{
    struct xhci *xhci = port->owner;
    unsigned index = port_index(port);
    uint32_t *status = &xhci->port_status[index];

    if (port_link(*status) != LINK_U3)
        return;
    port_set_link(status, port_is_usb3(index) ? LINK_U0 : LINK_RESUME);
    port_notify(xhci, index, PORT_CHANGE_LINK);
}

static const struct emu_usb_port_ops port_ops = {port_changed, port_wake};

static void port_lost(struct emu_usb_bus *bus, struct emu_usb_device *usb)
{
    xhci_lose((struct xhci *)((char *)bus - offsetof(struct xhci, bus)), usb);
}

/* ---- what the driver does ---- */

static void port_reset(struct xhci *xhci, unsigned index, bool warm)
{
    struct emu_usb_device *usb = xhci->ports[index].device;
    uint32_t *status = &xhci->port_status[index];

    if (usb == NULL)
        return;
    xhci_lose(xhci, usb);
    emu_usb_bus_reset(usb);
    *status |= PORT_ENABLED;
    port_set_link(status, LINK_U0);
    port_notify(xhci, index, PORT_CHANGE_RESET | (warm ? PORT_CHANGE_WARM : 0));
}

static void port_write_link(struct xhci *xhci, unsigned index, enum port_link wanted)
{
    uint32_t *status = &xhci->port_status[index];
    enum port_link now = port_link(*status);

    if (wanted == LINK_U3 && (*status & PORT_ENABLED) && now < LINK_U3) {
        port_set_link(status, LINK_U3);
    } else if (wanted == LINK_U0 && (now == LINK_U3 || now == LINK_RESUME)) {
        port_set_link(status, LINK_U0);
        port_notify(xhci, index, PORT_CHANGE_LINK);
    } else if (wanted == LINK_RESUME && now == LINK_U3) {
        port_set_link(status, LINK_RESUME);
    } else if (wanted == LINK_DETECT && port_is_usb3(index) && now == LINK_DISABLED) {
        *status = port_found(xhci, index) | (*status & (PORT_CHANGES | PORT_WAKE_ENABLES));
        port_notify(xhci, index, PORT_CHANGE_CONNECT);
    } else if (wanted == LINK_DISABLED && port_is_usb3(index)) {
        *status &= ~(PORT_ENABLED | PORT_CONNECTED | PORT_SPEED);
        port_set_link(status, LINK_DISABLED);
    }
}

static void port_disable(struct xhci *xhci, unsigned index)
{
    uint32_t *status = &xhci->port_status[index];

    if (!(*status & PORT_ENABLED) || port_is_usb3(index))
        return;
    *status &= ~PORT_ENABLED;
    port_set_link(status, LINK_POLLING);
}

static void port_write_power(struct xhci *xhci, unsigned index, bool on)
{
    uint32_t *status = &xhci->port_status[index];

    if (on == ((*status & PORT_POWERED) != 0))
        return;
    if (!on) {
        *status &= ~(PORT_POWERED | PORT_CONNECTED | PORT_ENABLED | PORT_SPEED | PORT_CHANGES);
        port_set_link(status, LINK_DISABLED);
        return;
    }
    *status = port_found(xhci, index) | (*status & PORT_WAKE_ENABLES);
    if (xhci->ports[index].device != NULL)
        port_notify(xhci, index, PORT_CHANGE_CONNECT);
}

static void port_write_status(struct xhci *xhci, unsigned index, uint32_t value)
{
    uint32_t *status = &xhci->port_status[index];

    *status &= ~(value & PORT_CHANGES);
    *status = (*status & ~PORT_WAKE_ENABLES) | (value & PORT_WAKE_ENABLES);
    port_write_power(xhci, index, value & PORT_POWERED);
    if (!(*status & PORT_POWERED))
        return;
    if (value & PORT_ENABLED) /* writing 1 disables */
        port_disable(xhci, index);
    if (port_is_usb3(index) && (value & PORT_WARM_RESET))
        port_reset(xhci, index, true);
    else if (value & PORT_RESET)
        port_reset(xhci, index, false);
    else if (value & PORT_LINK_WRITE)
        port_write_link(xhci, index, port_link(value));
}

uint32_t xhci_read_port(const struct xhci *xhci, unsigned offset)
{
    unsigned index = offset / PORT_SIZE;

    if (index >= XHCI_PORTS || offset % PORT_SIZE != PORT_STATUS)
        return 0;
    return xhci->port_status[index];
}

void xhci_write_port(struct xhci *xhci, unsigned offset, uint32_t value)
{
    unsigned index = offset / PORT_SIZE;

    if (index < XHCI_PORTS && offset % PORT_SIZE == PORT_STATUS)
        port_write_status(xhci, index, value);
}

/* ---- life ---- */

void xhci_init_ports(struct xhci *xhci)
{
    xhci->bus = (struct emu_usb_bus){&xhci->pci.device.lock, port_lost};
    for (unsigned i = 0; i < XHCI_PORTS; i++)
        xhci->ports[i] = (struct emu_usb_port){
            .ops = &port_ops,
            .owner = xhci,
            .bus = &xhci->bus,
            .number = i + 1,
            .speeds = port_is_usb3(i) ? EMU_USB_SPEED_USB3 : EMU_USB_SPEEDS_USB2,
        };
}

void xhci_reset_ports(struct xhci *xhci)
{
    for (unsigned i = 0; i < XHCI_PORTS; i++) {
        xhci->port_status[i] = port_found(xhci, i);
        if (xhci->ports[i].device != NULL) {
            xhci->port_status[i] |= PORT_CHANGE_CONNECT;
            emu_usb_bus_reset(xhci->ports[i].device);
        }
    }
}

struct emu_usb_port *emu_xhci_port(struct emu_device *device, unsigned socket,
                                   const struct emu_usb_device *usb)
{
    struct xhci *xhci = (struct xhci *)device;
    struct emu_usb_port *usb2, *usb3;

    if (socket >= EMU_XHCI_SOCKETS)
        return NULL;
    usb3 = &xhci->ports[socket];
    usb2 = &xhci->ports[EMU_XHCI_SOCKETS + socket];
    if (usb2->device != NULL || usb3->device != NULL)
        return NULL;
    return usb->speeds & EMU_USB_SPEED_USB3 ? usb3 : usb2;
}
