/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USB 2 hub with eight ports and one transaction translator (USB 2.0, chapter 11). What is in it
 * hangs on the same controller; translation needs no work here.
 */
#include <string.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/usb/usb.h"

#define HUB_PORTS 8

enum hub_request { /* type << 8 | code */
                   HUB_GET_DESCRIPTOR = 0xa006,
                   HUB_GET_STATUS = 0xa000,
                   HUB_CLEAR_FEATURE = 0x2001,
                   HUB_SET_FEATURE = 0x2003,
                   HUB_GET_PORT_STATUS = 0xa300,
                   HUB_CLEAR_PORT_FEATURE = 0x2301,
                   HUB_SET_PORT_FEATURE = 0x2303,
                   HUB_CLEAR_TT_BUFFER = 0x2308,
                   HUB_RESET_TT = 0x2309,
                   HUB_STOP_TT = 0x230b,
};

enum hub_feature {
    HUB_ENABLE = 1,
    HUB_SUSPEND = 2,
    HUB_RESET = 4,
    HUB_POWER = 8,
    HUB_CHANGES = 16, /* and more: bit 16 + n of the status */
    HUB_INDICATOR = 22,
};

#define HUB_CONNECTED      0x0001u
#define HUB_ENABLED        0x0002u
#define HUB_SUSPENDED      0x0004u
#define HUB_POWERED        0x0100u
#define HUB_LOW_SPEED      0x0200u
#define HUB_HIGH_SPEED     0x0400u
#define HUB_CHANGE_CONNECT 0x00010000u
#define HUB_CHANGE_SUSPEND 0x00040000u
#define HUB_CHANGE_RESET   0x00100000u
#define HUB_CHANGE_ALL     0x001f0000u

struct hub {
    struct emu_usb_device usb; /* first */
    struct emu_usb_port ports[HUB_PORTS];
    uint32_t status[HUB_PORTS];  /* with the changes in the upper half */
    struct emu_usb_packet *held; /* the host waits for a change; NULL: it does not */
};

static struct hub *hub_of(void *device)
{
    return device;
}

/* ---- changes ---- */

/* Bit n: port n changed. */
static bool hub_changes(const struct hub *hub, uint8_t map[2])
{
    map[0] = map[1] = 0;
    for (unsigned i = 0; i < HUB_PORTS; i++)
        if (hub->status[i] & HUB_CHANGE_ALL)
            map[(i + 1) / 8] |= (uint8_t)(1u << (i + 1) % 8);
    return map[0] != 0 || map[1] != 0;
}

static void hub_tell(struct hub *hub)
{
    struct emu_usb_packet *packet = hub->held;
    uint8_t map[2];

    if (!hub_changes(hub, map))
        return;
    if (packet == NULL) {
        emu_usb_wake(&hub->usb);
        return;
    }
    hub->held = NULL;
    emu_usb_give(packet, map, sizeof(map));
    emu_usb_complete(packet, EMU_USB_DONE);
}

static void hub_find(struct hub *hub, unsigned index)
{
    const struct emu_usb_device *usb = hub->ports[index].device;
    uint32_t *status = &hub->status[index];

    *status &= HUB_POWERED | HUB_CHANGE_ALL;
    if (usb != NULL)
        *status |= HUB_CONNECTED | (usb->speed == EMU_USB_LOW    ? HUB_LOW_SPEED
                                    : usb->speed == EMU_USB_HIGH ? HUB_HIGH_SPEED
                                                                 : 0);
}

static void hub_port_changed(struct emu_usb_port *port)
{
    struct hub *hub = port->owner;
    unsigned index = port->number - 1;

    if (!(hub->status[index] & HUB_POWERED))
        return;
    hub_find(hub, index);
    hub->status[index] |= HUB_CHANGE_CONNECT;
    hub_tell(hub);
}

static void hub_port_wake(struct emu_usb_port *port)
{
    struct hub *hub = port->owner;
    uint32_t *status = &hub->status[port->number - 1];

    if (!(*status & HUB_SUSPENDED))
        return;
    *status = (*status & ~HUB_SUSPENDED) | HUB_CHANGE_SUSPEND;
    hub_tell(hub);
}

static const struct emu_usb_port_ops hub_port_ops = {hub_port_changed, hub_port_wake};

/* ---- requests ---- */

static void hub_reset_port(struct hub *hub, unsigned index)
{
    struct emu_usb_device *usb = hub->ports[index].device;

    if (usb == NULL || !(hub->status[index] & HUB_POWERED))
        return;
    hub->ports[index].bus->lost(hub->ports[index].bus, usb);
    emu_usb_bus_reset(usb);
    hub->status[index] = (hub->status[index] & ~HUB_SUSPENDED) | HUB_ENABLED | HUB_CHANGE_RESET;
    hub_tell(hub);
}

static void hub_power_on(struct hub *hub, unsigned index)
{
    if (hub->status[index] & HUB_POWERED)
        return;
    hub->status[index] = HUB_POWERED;
    if (hub->ports[index].device != NULL)
        hub_port_changed(&hub->ports[index]);
}

/* False: it has no such feature. */
static bool hub_set_feature(struct hub *hub, unsigned index, uint16_t feature)
{
    uint32_t *status = &hub->status[index];

    switch (feature) {
    case HUB_SUSPEND:
        *status |= *status & HUB_ENABLED ? HUB_SUSPENDED : 0;
        return true;
    case HUB_RESET:
        hub_reset_port(hub, index);
        return true;
    case HUB_POWER:
        hub_power_on(hub, index);
        return true;
    case HUB_INDICATOR:
        return true;
    default:
        return false;
    }
}

static bool hub_clear_feature(struct hub *hub, unsigned index, uint16_t feature)
{
    uint32_t *status = &hub->status[index];

    switch (feature) {
    case HUB_ENABLE:
        *status &= ~(HUB_ENABLED | HUB_SUSPENDED);
        return true;
    case HUB_SUSPEND:
        hub_port_wake(&hub->ports[index]);
        return true;
    case HUB_POWER:
        *status = 0;
        return true;
    case HUB_INDICATOR:
        return true;
    default:
        if (feature < HUB_CHANGES || feature > HUB_CHANGES + 4)
            return false;
        *status &= ~(1u << feature);
        return true;
    }
}

static void hub_port_request(struct hub *hub, struct emu_usb_packet *packet)
{
    unsigned index = (emu_usb_index(packet) & 0xff) - 1u;
    uint16_t feature = emu_usb_value(packet);
    bool good = index < HUB_PORTS;

    if (good && emu_usb_request(packet) == HUB_GET_PORT_STATUS) {
        emu_usb_reply(packet, &hub->status[index], 4);
        return;
    }
    if (good)
        good = emu_usb_request(packet) == HUB_SET_PORT_FEATURE
                   ? hub_set_feature(hub, index, feature)
                   : hub_clear_feature(hub, index, feature);
    emu_usb_complete(packet, good ? EMU_USB_DONE : EMU_USB_STALL);
}

static void hub_control(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    /* Power of each port by itself, no sensor of its current; nothing is built in. */
    static const uint8_t descriptor[] = {11, 0x29, HUB_PORTS, 0x11, 0, 5, 0, 0, 0, 0xff, 0xff};
    static const uint8_t status[4] = {0};

    switch (emu_usb_request(packet)) {
    case HUB_GET_DESCRIPTOR:
        emu_usb_reply(packet, descriptor, sizeof(descriptor));
        break;
    case HUB_GET_STATUS:
        emu_usb_reply(packet, status, sizeof(status));
        break;
    case HUB_GET_PORT_STATUS:
    case HUB_SET_PORT_FEATURE:
    case HUB_CLEAR_PORT_FEATURE:
        hub_port_request(hub_of(usb), packet);
        break;
    case HUB_CLEAR_FEATURE:
    case HUB_SET_FEATURE:
    case HUB_CLEAR_TT_BUFFER:
    case HUB_RESET_TT:
    case HUB_STOP_TT:
        emu_usb_complete(packet, EMU_USB_DONE);
        break;
    default:
        emu_usb_complete(packet, EMU_USB_STALL);
        break;
    }
}

static void hub_transfer(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct hub *hub = hub_of(usb);

    if (hub->held != NULL) { /* one poll at a time */
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    hub->held = packet;
    hub_tell(hub);
}

static void hub_cancel(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct hub *hub = hub_of(usb);

    if (hub->held == packet)
        hub->held = NULL;
}

/* Its ports lose their power, and what is in them forgets all. */
static void hub_reset(struct emu_usb_device *usb)
{
    struct hub *hub = hub_of(usb);

    memset(hub->status, 0, sizeof(hub->status));
    for (unsigned i = 0; i < HUB_PORTS; i++)
        if (hub->ports[i].device != NULL)
            emu_usb_bus_reset(hub->ports[i].device);
}

static struct emu_usb_port *hub_downstream(struct emu_usb_device *usb, unsigned number)
{
    return number >= 1 && number <= HUB_PORTS ? &hub_of(usb)->ports[number - 1] : NULL;
}

static void hub_plugged(struct emu_usb_device *usb)
{
    struct hub *hub = hub_of(usb);

    for (unsigned i = 0; i < HUB_PORTS; i++)
        hub->ports[i].bus = usb->port != NULL ? usb->port->bus : NULL;
}

static const struct emu_usb_identity hub_identity = {
    .vendor = 0x0627,
    .product = 0x0002,
    .release = 0x0100,
    .manufacturer = "Lathe",
    .name = "USB Hub",
    .serial = "3",
    .device_class = 9, /* hub */
    .device_protocol = {[EMU_USB_HIGH] = 1},
    .class = 9,
    .wakes = true,
    .endpoint_count = 1,
    .endpoints = {{.address = EMU_USB_IN | 1, .attributes = 3, .size = 2, .interval_ms = 128}},
};

static const struct emu_usb_type hub_usb_type = {
    .speeds = 1u << EMU_USB_FULL | 1u << EMU_USB_HIGH,
    .identity = &hub_identity,
    .reset = hub_reset,
    .control = hub_control,
    .transfer = hub_transfer,
    .cancel = hub_cancel,
    .plugged = hub_plugged,
    .downstream = hub_downstream,
};

/* ---- the device ---- */

static bool hub_realize(struct emu_device *device, struct emu_error *err)
{
    struct hub *hub = hub_of(device);

    emu_usb_init(&hub->usb, &hub_usb_type);
    for (unsigned i = 0; i < HUB_PORTS; i++)
        hub->ports[i] = (struct emu_usb_port){
            .ops = &hub_port_ops, .owner = hub, .number = i + 1, .speeds = EMU_USB_SPEEDS_USB2};
    return true;
}

static void hub_unrealize(struct emu_device *device)
{
    emu_usb_finish(&hub_of(device)->usb);
}

static void hub_device_reset(struct emu_device *device)
{
    emu_usb_reset(&hub_of(device)->usb);
}

static const struct emu_field hub_fields[] = {
    EMU_FIELD_ARRAY(struct hub, status),
    EMU_FIELD_END,
};

static void hub_save(struct emu_device *device, struct emu_writer *out)
{
    emu_usb_save(&hub_of(device)->usb, out);
    emu_hw_save(out, "usb-hub", device, hub_fields);
}

static bool hub_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct hub *hub = hub_of(device);

    hub->held = NULL;
    return emu_usb_load(&hub->usb, in, err) && emu_hw_load(in, "usb-hub", device, hub_fields, err);
}

const struct emu_device_class emu_usb_hub_class = {
    .name = "usb-hub",
    .description = "USB 2 hub with eight ports",
    .size = sizeof(struct hub),
    .realize = hub_realize,
    .unrealize = hub_unrealize,
    .reset = hub_device_reset,
    .save = hub_save,
    .load = hub_load,
};
