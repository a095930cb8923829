/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all USB devices share: their place in a port, the way of a packet, and the standard requests
 * (USB 2.0, 9.4; USB 3.2, 9.4). Addresses are the controller's business.
 */
#include "emulator/hw/usb/usb.h"

#include <string.h>

#include "emulator/api/error.h"
#include "emulator/hw/save.h"

#define USB_MAX_HUBS 5

enum usb_request { /* type << 8 | code */
                   USB_GET_STATUS_DEVICE = 0x8000,
                   USB_GET_STATUS_INTERFACE = 0x8100,
                   USB_GET_STATUS_ENDPOINT = 0x8200,
                   USB_CLEAR_FEATURE_DEVICE = 0x0001,
                   USB_CLEAR_FEATURE_INTERFACE = 0x0101,
                   USB_CLEAR_FEATURE_ENDPOINT = 0x0201,
                   USB_SET_FEATURE_DEVICE = 0x0003,
                   USB_SET_FEATURE_INTERFACE = 0x0103,
                   USB_SET_FEATURE_ENDPOINT = 0x0203,
                   USB_SET_ADDRESS = 0x0005,
                   USB_GET_DESCRIPTOR = 0x8006,
                   USB_GET_CONFIGURATION = 0x8008,
                   USB_SET_CONFIGURATION = 0x0009,
                   USB_GET_INTERFACE = 0x810a,
                   USB_SET_INTERFACE = 0x010b,
                   USB_SET_EXIT_LATENCY = 0x0030,
                   USB_SET_ISOCH_DELAY = 0x0031,
};

enum usb_feature {
    USB_ENDPOINT_HALT = 0,
    USB_REMOTE_WAKEUP = 1,
    USB_U1_ENABLE = 48,
    USB_U2_ENABLE = 49,
};

/* ---- packets ---- */

static uint32_t usb_endpoint_bit(uint8_t address)
{
    return 1u << ((address & 15) + (address & EMU_USB_IN ? 16 : 0));
}

static bool usb_is_out(const struct emu_usb_packet *packet)
{
    return !(((packet->endpoint & 15) == 0 ? packet->setup[0] : packet->endpoint) & EMU_USB_IN);
}

void emu_usb_complete(struct emu_usb_packet *packet, enum emu_usb_status status)
{
    struct emu_usb_device *usb = packet->device;

    if (usb == NULL)
        return;
    if (status == EMU_USB_STALL && (packet->endpoint & 15) != 0)
        usb->halted |= usb_endpoint_bit(packet->endpoint);
    if (status == EMU_USB_DONE && usb_is_out(packet))
        packet->actual = packet->length;
    packet->device = NULL;
    packet->status = status;
    if (!packet->submitting && packet->done != NULL)
        packet->done(packet);
}

static uint32_t usb_copy(struct emu_usb_packet *packet, uint8_t *data, uint32_t length, bool give)
{
    uint32_t room = packet->length - packet->actual, done = 0;
    uint64_t skip = packet->actual;

    length = length < room ? length : room;
    for (unsigned i = 0; i < packet->segment_count && done < length; i++) {
        const struct emu_disk_segment *segment = &packet->segments[i];
        uint64_t part = segment->length > skip ? segment->length - skip : 0;

        part = part < length - done ? part : length - done;
        if (part != 0 && give)
            emu_memory_write(packet->memory, segment->address + skip, data + done, (size_t)part);
        else if (part != 0)
            emu_memory_read(packet->memory, segment->address + skip, data + done, (size_t)part);
        skip -= skip < segment->length ? skip : segment->length;
        done += (uint32_t)part;
    }
    packet->actual += done;
    return done;
}

uint32_t emu_usb_give(struct emu_usb_packet *packet, const void *data, uint32_t length)
{
    return usb_copy(packet, (uint8_t *)data, length, true);
}

uint32_t emu_usb_take(struct emu_usb_packet *packet, void *data, uint32_t length)
{
    return usb_copy(packet, data, length, false);
}

void emu_usb_reply(struct emu_usb_packet *packet, const void *data, uint32_t length)
{
    uint32_t wanted = packet->setup[6] | (uint32_t)packet->setup[7] << 8;

    emu_usb_give(packet, data, length < wanted ? length : wanted);
    emu_usb_complete(packet, EMU_USB_DONE);
}

/* ---- standard requests ---- */

static bool usb_has_endpoint(const struct emu_usb_device *usb, uint8_t address)
{
    const struct emu_usb_identity *identity = usb->type->identity;

    if ((address & 15) == 0)
        return true;
    for (unsigned i = 0; i < identity->endpoint_count; i++)
        if (identity->endpoints[i].address == address)
            return usb->configuration != 0;
    return false;
}

static void usb_get_status(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    uint8_t address = (uint8_t)emu_usb_index(packet);
    uint8_t status[2] = {0};

    if (emu_usb_request(packet) == USB_GET_STATUS_DEVICE)
        status[0] = (uint8_t)(1 | (usb->wake_enabled ? 2 : 0)); /* powers itself */
    else if (emu_usb_request(packet) == USB_GET_STATUS_ENDPOINT)
        status[0] = (usb->halted & usb_endpoint_bit(address)) != 0;
    emu_usb_reply(packet, status, sizeof(status));
}

static void usb_endpoint_feature(struct emu_usb_device *usb, struct emu_usb_packet *packet,
                                 bool set)
{
    uint8_t address = (uint8_t)emu_usb_index(packet);
    bool good = emu_usb_value(packet) == USB_ENDPOINT_HALT && usb_has_endpoint(usb, address);

    if (good && set && (address & 15) != 0)
        usb->halted |= usb_endpoint_bit(address);
    else if (good)
        usb->halted &= ~usb_endpoint_bit(address);
    emu_usb_complete(packet, good ? EMU_USB_DONE : EMU_USB_STALL);
    if (good && !set && usb->type->unhalted != NULL)
        usb->type->unhalted(usb, address);
}

static void usb_device_feature(struct emu_usb_device *usb, struct emu_usb_packet *packet, bool set)
{
    uint16_t feature = emu_usb_value(packet);
    bool super = usb->speed == EMU_USB_SUPER;
    bool good = super ? feature == USB_U1_ENABLE || feature == USB_U2_ENABLE
                      : feature == USB_REMOTE_WAKEUP && usb->type->identity->wakes;

    if (good && feature == USB_REMOTE_WAKEUP)
        usb->wake_enabled = set;
    emu_usb_complete(packet, good ? EMU_USB_DONE : EMU_USB_STALL);
}

static void usb_get_descriptor(const struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    uint8_t data[EMU_USB_MAX_DESCRIPTOR];
    uint32_t length = emu_usb_descriptor(usb, packet->setup[3], packet->setup[2], data);

    if (length == 0)
        emu_usb_complete(packet, EMU_USB_STALL);
    else
        emu_usb_reply(packet, data, length);
}

static void usb_set_configuration(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    uint16_t value = emu_usb_value(packet);

    if (value > 1) {
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    emu_usb_bus_reset(usb);
    usb->configuration = (uint8_t)value;
    emu_usb_complete(packet, EMU_USB_DONE);
}

/* The only interface has no alternative. Setting it starts its endpoints anew. */
static void usb_interface(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    static const uint8_t alternate = 0;

    if (usb->configuration == 0 || emu_usb_index(packet) != 0) {
        emu_usb_complete(packet, EMU_USB_STALL);
    } else if (emu_usb_request(packet) == USB_GET_INTERFACE) {
        emu_usb_reply(packet, &alternate, 1);
    } else {
        usb->halted = 0;
        emu_usb_complete(packet, emu_usb_value(packet) == 0 ? EMU_USB_DONE : EMU_USB_STALL);
    }
}

/* False: it is none of these. */
static bool usb_standard(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    uint16_t request = emu_usb_request(packet);
    bool set = (request & 0xff) == 3;

    switch (request) {
    case USB_GET_STATUS_DEVICE:
    case USB_GET_STATUS_INTERFACE:
    case USB_GET_STATUS_ENDPOINT:
        usb_get_status(usb, packet);
        return true;
    case USB_CLEAR_FEATURE_DEVICE:
    case USB_SET_FEATURE_DEVICE:
        usb_device_feature(usb, packet, set);
        return true;
    case USB_CLEAR_FEATURE_ENDPOINT:
    case USB_SET_FEATURE_ENDPOINT:
        usb_endpoint_feature(usb, packet, set);
        return true;
    case USB_CLEAR_FEATURE_INTERFACE: /* function suspend */
    case USB_SET_FEATURE_INTERFACE:
    case USB_SET_ADDRESS: /* it answers to any */
    case USB_SET_EXIT_LATENCY:
    case USB_SET_ISOCH_DELAY:
        emu_usb_complete(packet, EMU_USB_DONE);
        return true;
    case USB_GET_CONFIGURATION:
        emu_usb_reply(packet, &usb->configuration, 1);
        return true;
    case USB_SET_CONFIGURATION:
        usb_set_configuration(usb, packet);
        return true;
    case USB_GET_INTERFACE:
    case USB_SET_INTERFACE:
        usb_interface(usb, packet);
        return true;
    case USB_GET_DESCRIPTOR:
        usb_get_descriptor(usb, packet);
        return true;
    default:
        return false;
    }
}

static void usb_deliver(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    bool raw = usb->type->identity == NULL;

    if ((packet->endpoint & 15) == 0) {
        if (raw || !usb_standard(usb, packet))
            usb->type->control(usb, packet);
    } else if (!raw && (!usb_has_endpoint(usb, packet->endpoint) ||
                        (usb->halted & usb_endpoint_bit(packet->endpoint)))) {
        emu_usb_complete(packet, EMU_USB_STALL);
    } else {
        usb->type->transfer(usb, packet);
    }
}

void emu_usb_submit(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    packet->actual = 0;
    packet->device = usb;
    packet->status = EMU_USB_PENDING;
    if (usb == NULL) {
        packet->status = EMU_USB_ERROR;
        return;
    }
    packet->submitting = true;
    usb_deliver(usb, packet);
    packet->submitting = false;
}

void emu_usb_cancel(struct emu_usb_packet *packet)
{
    struct emu_usb_device *usb = packet->device;

    if (usb == NULL)
        return;
    usb->type->cancel(usb, packet);
    packet->device = NULL;
    packet->status = EMU_USB_ERROR;
}

void emu_usb_bus_reset(struct emu_usb_device *usb)
{
    usb->configuration = 0;
    usb->wake_enabled = false;
    usb->halted = 0;
    usb->type->reset(usb);
}

/* ---- ports ---- */

/* The fastest that both can. False: none. */
static bool usb_choose_speed(unsigned speeds, uint8_t *speed)
{
    if (speeds == 0)
        return false;
    *speed = (uint8_t)(31 - __builtin_clz(speeds));
    return true;
}

bool emu_usb_plug(struct emu_usb_port *port, struct emu_usb_device *usb, struct emu_error *err)
{
    struct emu_usb_bus *bus = port->bus;

    if (bus == NULL || port->device != NULL || usb->port != NULL ||
        !usb_choose_speed(port->speeds & usb->speeds, &usb->speed))
        return emu_error_set(err, EMU_ERROR_INPUT, "'%s' does not go into USB port %u",
                             usb->device.id, port->number);
    pthread_mutex_lock(bus->lock);
    port->device = usb;
    usb->port = port;
    if (usb->type->plugged != NULL)
        usb->type->plugged(usb);
    emu_usb_bus_reset(usb);
    port->ops->changed(port);
    pthread_mutex_unlock(bus->lock);
    return true;
}

/* Its controller's lock; NULL: it is in no port. */
static struct emu_usb_bus *usb_leave(struct emu_usb_device *usb, bool tell)
{
    struct emu_usb_port *port = usb->port;
    struct emu_usb_bus *bus = port != NULL ? port->bus : NULL;

    if (bus == NULL)
        return NULL;
    pthread_mutex_lock(bus->lock);
    bus->lost(bus, usb);
    emu_usb_bus_reset(usb); /* without power it forgets all */
    port->device = NULL;
    usb->port = NULL;
    if (tell)
        port->ops->changed(port);
    pthread_mutex_unlock(bus->lock);
    if (usb->type->plugged != NULL)
        usb->type->plugged(usb);
    return bus;
}

void emu_usb_unplug(struct emu_usb_device *usb)
{
    usb_leave(usb, true);
}

struct emu_usb_device *emu_usb_find(const struct emu_usb_port *root, uint32_t route)
{
    struct emu_usb_device *usb = root->device;

    for (unsigned i = 0; i < USB_MAX_HUBS && usb != NULL && (route & 15) != 0; i++) {
        const struct emu_usb_port *port =
            usb->type->downstream != NULL ? usb->type->downstream(usb, route & 15) : NULL;

        usb = port != NULL ? port->device : NULL;
        route >>= 4;
    }
    return usb;
}

struct emu_usb_port *emu_usb_free_port(struct emu_usb_device *hub)
{
    struct emu_usb_port *port = NULL;

    for (unsigned i = 1; hub->type->downstream != NULL; i++) {
        port = hub->type->downstream(hub, i);
        if (port == NULL || port->device == NULL)
            break;
    }
    return port;
}

void emu_usb_wake(struct emu_usb_device *usb)
{
    if (usb->port != NULL && usb->wake_enabled)
        usb->port->ops->wake(usb->port);
}

bool emu_usb_lock(struct emu_usb_device *usb)
{
    if (usb->port == NULL || usb->port->bus == NULL)
        return false;
    pthread_mutex_lock(usb->port->bus->lock);
    return true;
}

void emu_usb_unlock(struct emu_usb_device *usb)
{
    pthread_mutex_unlock(usb->port->bus->lock);
}

/* ---- life ---- */

void emu_usb_init(struct emu_usb_device *usb, const struct emu_usb_type *type)
{
    usb->type = type;
    usb->speeds = type->speeds;
    usb->speed = (uint8_t)(31 - __builtin_clz(type->speeds));
}

void emu_usb_reset(struct emu_usb_device *usb)
{
    emu_usb_bus_reset(usb);
}

void emu_usb_finish(struct emu_usb_device *usb)
{
    usb_leave(usb, false);
}

static const struct emu_field usb_fields[] = {
    EMU_FIELD(struct emu_usb_device, configuration),
    EMU_FIELD(struct emu_usb_device, wake_enabled),
    EMU_FIELD(struct emu_usb_device, halted),
    EMU_FIELD_END,
};

void emu_usb_save(struct emu_usb_device *usb, struct emu_writer *out)
{
    emu_hw_save(out, "usb", usb, usb_fields);
}

bool emu_usb_load(struct emu_usb_device *usb, struct emu_reader *in, struct emu_error *err)
{
    if (!emu_hw_load(in, "usb", usb, usb_fields, err))
        return false;
    return usb->configuration <= 1 || emu_hw_load_bad("usb", "the configuration", err);
}
