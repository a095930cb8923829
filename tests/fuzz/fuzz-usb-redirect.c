/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hostile far end of a USB device that is elsewhere, and a guest that uses the device meanwhile:
 * the input's first bytes are what the guest does, one by one; between them comes a piece of the
 * rest from the far end.
 */
#include <usbredirparser.h>

#include "tests/fuzz/fuzz.h"
#include "tests/hw/redirect-rig.h"

#define FUZZ_STEPS 24

static unsigned fuzz_address(struct redirect_rig *rig)
{
    unsigned slot = 0;

    for (unsigned port = 6; port <= 14 && slot == 0; port += 8) {
        if (usb_read(&rig->usb, 0x440 + 16 * (port - 1)) & 1)
            slot = usb_address(&rig->usb, port, 0);
    }
    if (slot == 0)
        return 0;
    usb_add_endpoint(&rig->usb, slot, 2, 2);
    usb_add_endpoint(&rig->usb, slot, 5, 6);
    usb_add_endpoint(&rig->usb, slot, 7, 7);
    return slot;
}

static void fuzz_step(struct redirect_rig *rig, unsigned *slot, uint8_t what)
{
    static const unsigned ids[] = {2, 5, 7, 5};
    static const uint16_t requests[] = {0x8006, 0x0009, 0x010b, 0x810a,
                                        0x8008, 0x2109, 0xc142, 0x0005};
    unsigned more = what >> 3;

    switch (what & 7) {
    case 0:
        *slot = fuzz_address(rig);
        break;
    case 1:
    case 2:
        if (*slot != 0)
            usb_control(&rig->usb, *slot, requests[more & 7], 1, 0, more & 8 ? 64 : 0, NULL);
        break;
    case 3:
    case 4:
        if (*slot != 0)
            usb_transfer(&rig->usb, *slot, ids[more & 3], 64u << (more >> 2), NULL);
        break;
    case 5:
        if (*slot != 0)
            usb_command(&rig->usb, 0, 15u << 10 | *slot << 24 | ids[more & 3] << 16);
        break;
    case 6:
        if (more & 1)
            rig_survives(rig->device);
        else
            emu_device_reset(more & 2 ? rig->usb.xhci->device : rig->device->device);
        break;
    default:
        if (more < 8)
            redirect_set_connected(rig, more & 1);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct redirect_rig rig;
    size_t piece, at = FUZZ_STEPS;
    unsigned slot = 0;

    if (size < FUZZ_STEPS)
        return 0;
    redirect_init(&rig);
    redirect_set_connected(&rig, true);
    piece = (size - FUZZ_STEPS + FUZZ_STEPS - 1) / FUZZ_STEPS;
    for (unsigned i = 0; i < FUZZ_STEPS; i++) {
        size_t length = size - at < piece ? size - at : piece;

        redirect_send(&rig, data + at, length);
        at += length;
        rig.sent_length = 0;
        fuzz_step(&rig, &slot, data[i]);
    }
    redirect_finish(&rig);
    return 0;
}

/* ---- what a good far end says ---- */

struct fuzz_words {
    uint8_t *out;
    size_t length, size;
};

static void fuzz_log(void *opaque, int level, const char *message)
{
}

static int fuzz_write(void *opaque, uint8_t *data, int count)
{
    struct fuzz_words *words = opaque;

    if ((size_t)count > words->size - words->length)
        return -1;
    memcpy(words->out + words->length, data, (size_t)count);
    words->length += (size_t)count;
    return count;
}

static void fuzz_announce(struct usbredirparser *parser, uint8_t speed)
{
    struct usb_redir_device_connect_header connect = {.speed = speed, .vendor_id = 1};
    struct usb_redir_interface_info_header interfaces = {.interface_count = 1};
    struct usb_redir_ep_info_header endpoints = {.type = {[1] = usb_redir_type_bulk,
                                                          [18] = usb_redir_type_bulk,
                                                          [19] = usb_redir_type_interrupt}};

    usbredirparser_send_interface_info(parser, &interfaces);
    usbredirparser_send_ep_info(parser, &endpoints);
    usbredirparser_send_device_connect(parser, &connect);
}

/* Answers to packets that may be there. */
static void fuzz_answer(struct usbredirparser *parser, uint64_t id)
{
    struct usb_redir_control_packet_header control = {0x80, 6, 0x80, 0, 0x100, 0, 18};
    struct usb_redir_bulk_packet_header bulk = {.endpoint = 0x82, .length = 20};
    struct usb_redir_interrupt_packet_header report = {0x83, 0, 4};
    struct usb_redir_configuration_status_header configuration = {0, 1};
    struct usb_redir_interrupt_receiving_status_header status = {usb_redir_stall, 0x83};
    uint8_t data[32] = {18, 1};

    usbredirparser_send_control_packet(parser, id, &control, data, 18);
    usbredirparser_send_bulk_packet(parser, id, &bulk, data, 20);
    usbredirparser_send_configuration_status(parser, id, &configuration);
    for (unsigned i = 0; i < 20; i++)
        usbredirparser_send_interrupt_packet(parser, 0, &report, data, 4);
    if (id % 3 == 0)
        usbredirparser_send_interrupt_receiving_status(parser, id, &status);
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    struct fuzz_words words = {out, FUZZ_STEPS, size};
    struct usbredirparser *parser;
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0}, seed = index * 2654435761u + 1;

    if (index >= 16 || size < 8192)
        return 0;
    for (unsigned i = 0; i < FUZZ_STEPS; i++) {
        seed = seed * 1664525 + 1013904223;
        out[i] = i == 6 ? 0 : (uint8_t)(seed >> 24);
    }
    parser = usbredirparser_create();
    parser->priv = &words;
    parser->log_func = fuzz_log;
    parser->write_func = fuzz_write;
    for (int cap = usb_redir_cap_connect_device_version;
         cap <= usb_redir_cap_32bits_bulk_length && index & 1; cap++)
        usbredirparser_caps_set_cap(caps, cap);
    usbredirparser_init(parser, "fuzz", caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    fuzz_announce(parser, (uint8_t)(index % 4));
    for (uint64_t id = 1; id < 8; id++)
        fuzz_answer(parser, id);
    if (index & 2)
        usbredirparser_send_device_disconnect(parser);
    usbredirparser_do_write(parser);
    usbredirparser_destroy(parser);
    return words.length;
}
