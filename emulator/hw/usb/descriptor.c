/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The descriptors of a device with one configuration and one interface, made of its identity for
 * the speed that it runs at (USB 2.0, 9.6; USB 3.2, 9.6).
 */
#include <string.h>

#include "emulator/hw/usb/usb.h"

enum usb_descriptor_kind {
    USB_DEVICE = 1,
    USB_CONFIGURATION = 2,
    USB_STRING = 3,
    USB_INTERFACE = 4,
    USB_ENDPOINT = 5,
    USB_QUALIFIER = 6,   /* the device at the other of full and high speed */
    USB_OTHER_SPEED = 7, /* its configuration there */
    USB_BOS = 15,
    USB_CAPABILITY = 16,
    USB_COMPANION = 48, /* of an endpoint at SuperSpeed */
};

enum usb_string { USB_LANGUAGES, USB_MANUFACTURER, USB_PRODUCT, USB_SERIAL };

#define USB_BULK       2
#define USB_ENGLISH_US 0x0409

/* A descriptor that is being written. */
struct usb_text {
    uint8_t *data;
    uint32_t length;
};

static void usb_put(struct usb_text *out, uint8_t byte)
{
    if (out->length < EMU_USB_MAX_DESCRIPTOR)
        out->data[out->length++] = byte;
}

static void usb_put16(struct usb_text *out, unsigned value)
{
    usb_put(out, (uint8_t)value);
    usb_put(out, (uint8_t)(value >> 8));
}

static unsigned usb_version(uint8_t speed)
{
    return speed == EMU_USB_SUPER ? 0x0300 : 0x0200;
}

static uint8_t usb_control_size(uint8_t speed)
{
    static const uint8_t sizes[] = {8, 64, 64, 9 /* 2 to the 9th */};

    return sizes[speed];
}

static void usb_put_device(const struct emu_usb_identity *id, uint8_t speed, struct usb_text *out)
{
    usb_put(out, 18);
    usb_put(out, USB_DEVICE);
    usb_put16(out, usb_version(speed));
    usb_put(out, id->device_class);
    usb_put(out, id->device_subclass);
    usb_put(out, id->device_protocol[speed]);
    usb_put(out, usb_control_size(speed));
    usb_put16(out, id->vendor);
    usb_put16(out, id->product);
    usb_put16(out, id->release);
    usb_put(out, USB_MANUFACTURER);
    usb_put(out, USB_PRODUCT);
    usb_put(out, USB_SERIAL);
    usb_put(out, 1); /* configurations */
}

static void usb_put_qualifier(const struct emu_usb_identity *id, uint8_t speed,
                              struct usb_text *out)
{
    usb_put(out, 10);
    usb_put(out, USB_QUALIFIER);
    usb_put16(out, usb_version(speed));
    usb_put(out, id->device_class);
    usb_put(out, id->device_subclass);
    usb_put(out, id->device_protocol[speed]);
    usb_put(out, usb_control_size(speed));
    usb_put(out, 1);
    usb_put(out, 0);
}

static unsigned usb_packet_size(const struct emu_usb_endpoint *endpoint, uint8_t speed)
{
    static const uint16_t bulk[] = {64, 64, 512, 1024};

    return endpoint->attributes == USB_BULK ? bulk[speed] : endpoint->size;
}

/* Milliseconds at low and full speed, else 2 to the power of one less, in eighths of one. */
static uint8_t usb_interval(const struct emu_usb_endpoint *endpoint, uint8_t speed)
{
    if (endpoint->attributes == USB_BULK || speed < EMU_USB_HIGH)
        return endpoint->interval_ms;
    return (uint8_t)(4 + __builtin_ctz(endpoint->interval_ms | 0x80u));
}

static void usb_put_endpoint(const struct emu_usb_endpoint *endpoint, uint8_t speed,
                             struct usb_text *out)
{
    usb_put(out, 7);
    usb_put(out, USB_ENDPOINT);
    usb_put(out, endpoint->address);
    usb_put(out, endpoint->attributes);
    usb_put16(out, usb_packet_size(endpoint, speed));
    usb_put(out, usb_interval(endpoint, speed));
    if (speed != EMU_USB_SUPER)
        return;
    usb_put(out, 6);
    usb_put(out, USB_COMPANION);
    usb_put(out, endpoint->attributes == USB_BULK ? 15 : 0); /* burst, less one */
    usb_put(out, 0);
    usb_put16(out, endpoint->attributes == USB_BULK ? 0 : endpoint->size);
}

static void usb_put_interface(const struct emu_usb_identity *id, struct usb_text *out)
{
    usb_put(out, 9);
    usb_put(out, USB_INTERFACE);
    usb_put(out, 0); /* number */
    usb_put(out, 0); /* alternative */
    usb_put(out, (uint8_t)id->endpoint_count);
    usb_put(out, id->class);
    usb_put(out, id->subclass);
    usb_put(out, id->protocol);
    usb_put(out, 0); /* has no name of its own */
    for (unsigned i = 0; i < id->extra_length; i++)
        usb_put(out, id->extra[i]);
}

static void usb_put_configuration(const struct emu_usb_identity *id, uint8_t kind, uint8_t speed,
                                  struct usb_text *out)
{
    usb_put(out, 9);
    usb_put(out, kind);
    usb_put16(out, 0);                                      /* all that follows: below */
    usb_put(out, 1);                                        /* interfaces */
    usb_put(out, 1);                                        /* value */
    usb_put(out, 0);                                        /* has no name */
    usb_put(out, (uint8_t)(0xc0 | (id->wakes ? 0x20 : 0))); /* powers itself */
    usb_put(out, 0);
    usb_put_interface(id, out);
    for (unsigned i = 0; i < id->endpoint_count; i++)
        usb_put_endpoint(&id->endpoints[i], speed, out);
    out->data[2] = (uint8_t)out->length;
    out->data[3] = (uint8_t)(out->length >> 8);
}

/* USB 2.0 extension, and what SuperSpeed does: all speeds, no low power states. */
static void usb_put_bos(unsigned speeds, struct usb_text *out)
{
    static const uint8_t bytes[] = {5,  USB_BOS,        22, 0, 2,       /* two capabilities */
                                    7,  USB_CAPABILITY, 2,  0, 0, 0, 0, /* no link power */
                                    10, USB_CAPABILITY, 3,  0, 0, 0, 0, 0, 0, 0};

    for (unsigned i = 0; i < sizeof(bytes); i++)
        usb_put(out, bytes[i]);
    out->data[16] = (uint8_t)(speeds & (EMU_USB_SPEEDS_USB2 | EMU_USB_SPEED_USB3));
    out->data[18] = (uint8_t)__builtin_ctz(speeds | 8); /* the slowest that does all */
}

static void usb_put_string(const char *text, struct usb_text *out)
{
    size_t length = strlen(text);

    length = length < 126 ? length : 126;
    usb_put(out, (uint8_t)(2 + 2 * length));
    usb_put(out, USB_STRING);
    for (size_t i = 0; i < length; i++)
        usb_put16(out, (uint8_t)text[i]);
}

static void usb_put_strings(const struct emu_usb_device *usb, uint8_t index, struct usb_text *out)
{
    const struct emu_usb_identity *id = usb->type->identity;
    const char *const texts[] = {
        [USB_MANUFACTURER] = id->manufacturer,
        [USB_PRODUCT] = id->name,
        [USB_SERIAL] = usb->serial != NULL ? usb->serial : id->serial,
    };

    if (index == USB_LANGUAGES) {
        usb_put(out, 4);
        usb_put(out, USB_STRING);
        usb_put16(out, USB_ENGLISH_US);
    } else if (index < sizeof(texts) / sizeof(texts[0]) && texts[index] != NULL) {
        usb_put_string(texts[index], out);
    }
}

/* Full and high speed know of each other. */
static bool usb_other_speed(const struct emu_usb_device *usb, uint8_t *other)
{
    *other = usb->speed == EMU_USB_HIGH ? EMU_USB_FULL : EMU_USB_HIGH;
    return (usb->speed == EMU_USB_HIGH || usb->speed == EMU_USB_FULL) &&
           (usb->type->speeds >> *other & 1);
}

uint32_t emu_usb_descriptor(const struct emu_usb_device *usb, uint8_t kind, uint8_t index,
                            uint8_t out[EMU_USB_MAX_DESCRIPTOR])
{
    const struct emu_usb_identity *id = usb->type->identity;
    struct usb_text text = {out, 0};
    uint8_t other;

    if (kind == USB_STRING)
        usb_put_strings(usb, index, &text);
    else if (index != 0)
        return 0;
    else if (kind == USB_DEVICE)
        usb_put_device(id, usb->speed, &text);
    else if (kind == USB_CONFIGURATION)
        usb_put_configuration(id, kind, usb->speed, &text);
    else if (kind == USB_BOS && usb->speed == EMU_USB_SUPER)
        usb_put_bos(usb->type->speeds, &text);
    else if (kind == USB_QUALIFIER && usb_other_speed(usb, &other))
        usb_put_qualifier(id, other, &text);
    else if (kind == USB_OTHER_SPEED && usb_other_speed(usb, &other))
        usb_put_configuration(id, kind, other, &text);
    return text.length;
}
