/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's side of the USB network redirection protocol (usbredir 0.7). The parser is there
 * while somebody is at the far end: it reads on the loop thread only, and writes on any, with a
 * lock of its own. All else is guarded by the controller's lock once the device is in a port.
 */
#include "emulator/hw/usb/redirect.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <usbredirparser.h>

#include "emulator/api/error.h"
#include "emulator/hw/save.h"

#define REDIRECT_ENDPOINTS  32           /* 16 OUT, 16 IN */
#define REDIRECT_REPORTS    16u          /* of an interrupt endpoint that wait for the guest */
#define REDIRECT_MAX_LENGTH (1u << 20)   /* of a bulk packet */
#define REDIRECT_MAX_SHORT  UINT16_MAX   /* of the others, and of bulk where the far end is old */
#define REDIRECT_ROOM       (64u * 1024) /* bytes that are read at a time */

enum redirect_request { /* type << 8 | code */
                        REDIRECT_SET_ADDRESS = 0x0005,
                        REDIRECT_GET_CONFIGURATION = 0x8008,
                        REDIRECT_SET_CONFIGURATION = 0x0009,
                        REDIRECT_GET_INTERFACE = 0x810a,
                        REDIRECT_SET_INTERFACE = 0x010b,
};

struct redirect_report {
    uint8_t *data; /* the parser's; NULL: none */
    int length;
    uint8_t status;
};

struct redirect_endpoint {
    uint8_t type;                  /* usb_redir_type_*; as the far end says */
    struct emu_usb_packet *packet; /* that waits for an answer; NULL: none */
    uint64_t id;                   /* of it */
    bool receiving;                /* interrupt IN: the far end sends what comes */
    unsigned first, count;         /* of reports */
    struct redirect_report reports[REDIRECT_REPORTS];
};

struct redirect {
    struct emu_usb_device usb; /* first */
    struct emu_chardev *chardev;
    emu_usb_redirect_find find;
    void *find_opaque;
    struct usbredirparser *parser; /* NULL: nobody is there */
    const uint8_t *incoming;       /* what is left to read of it */
    size_t incoming_length;
    bool broken;   /* the far end talked rubbish: nothing more is read of it */
    bool fresh;    /* it has just been plugged in: its first reset is nothing new */
    uint64_t last; /* id of a packet */
    struct redirect_endpoint endpoints[REDIRECT_ENDPOINTS];
};

static struct redirect *redirect_of(void *device)
{
    return device;
}

/* Of an endpoint's address; the protocol counts so too. */
static unsigned redirect_index(uint8_t address)
{
    return (address & 15u) | (address & EMU_USB_IN ? 16u : 0u);
}

static void redirect_flush(struct redirect *redirect)
{
    usbredirparser_do_write(redirect->parser);
}

/* ---- packets that wait ---- */

static uint64_t redirect_expect(struct redirect *redirect, struct emu_usb_packet *packet)
{
    struct redirect_endpoint *endpoint =
        &redirect->endpoints[(packet->endpoint & 15) == 0 ? 0 : redirect_index(packet->endpoint)];

    endpoint->packet = packet;
    endpoint->id = ++redirect->last;
    return endpoint->id;
}

static enum emu_usb_status redirect_status(uint8_t status)
{
    switch (status) {
    case usb_redir_success:
        return EMU_USB_DONE;
    case usb_redir_inval:
    case usb_redir_stall:
        return EMU_USB_STALL;
    default:
        return EMU_USB_ERROR;
    }
}

static void redirect_end(struct redirect_endpoint *endpoint, uint8_t status, const void *data,
                         int length)
{
    struct emu_usb_packet *packet = endpoint->packet;

    endpoint->packet = NULL;
    if (data != NULL && length > 0)
        emu_usb_give(packet, data, (uint32_t)length);
    emu_usb_complete(packet, redirect_status(status));
}

/* An answer came. */
static void redirect_answer(struct redirect *redirect, unsigned index, uint64_t id, uint8_t status,
                            const void *data, int length)
{
    struct redirect_endpoint *endpoint = &redirect->endpoints[index];
    bool in;

    if (!emu_usb_lock(&redirect->usb))
        return;
    if (endpoint->packet != NULL && endpoint->id == id) {
        in = index == 0 ? endpoint->packet->setup[0] & EMU_USB_IN : index >= 16;
        redirect_end(endpoint, status, in ? data : NULL, length);
    }
    emu_usb_unlock(&redirect->usb);
}

/* ---- reports of interrupt endpoints ---- */

static void redirect_drop_report(struct redirect *redirect, struct redirect_endpoint *endpoint)
{
    usbredirparser_free_packet_data(redirect->parser, endpoint->reports[endpoint->first].data);
    endpoint->first = (endpoint->first + 1) % REDIRECT_REPORTS;
    endpoint->count--;
}

/* Takes the data. The oldest one goes if the guest does not look. */
static void redirect_keep_report(struct redirect *redirect, struct redirect_endpoint *endpoint,
                                 const struct redirect_report *report)
{
    if (endpoint->count == REDIRECT_REPORTS)
        redirect_drop_report(redirect, endpoint);
    endpoint->reports[(endpoint->first + endpoint->count) % REDIRECT_REPORTS] = *report;
    endpoint->count++;
}

static void redirect_give_report(struct redirect *redirect, struct redirect_endpoint *endpoint)
{
    struct redirect_report report;

    if (endpoint->packet == NULL || endpoint->count == 0)
        return;
    report = endpoint->reports[endpoint->first];
    endpoint->first = (endpoint->first + 1) % REDIRECT_REPORTS;
    endpoint->count--;
    redirect_end(endpoint, report.status, report.data, report.length);
    usbredirparser_free_packet_data(redirect->parser, report.data);
}

static void redirect_forget_endpoint(struct redirect *redirect, struct redirect_endpoint *endpoint)
{
    while (endpoint->count != 0)
        redirect_drop_report(redirect, endpoint);
    endpoint->receiving = false;
}

static void redirect_forget_reports(struct redirect *redirect)
{
    for (unsigned i = 0; i < REDIRECT_ENDPOINTS; i++)
        redirect_forget_endpoint(redirect, &redirect->endpoints[i]);
}

/* ---- what the guest asks ---- */

/* What the guest sends, to be freed; NULL: no memory, or nothing. */
static uint8_t *redirect_take(struct emu_usb_packet *packet, uint32_t length)
{
    uint8_t *data = length != 0 ? malloc(length) : NULL;

    if (data != NULL)
        emu_usb_take(packet, data, length);
    packet->actual = 0;
    return data;
}

static void redirect_send_control(struct redirect *redirect, struct emu_usb_packet *packet)
{
    uint32_t wanted = packet->setup[6] | (uint32_t)packet->setup[7] << 8;
    bool in = packet->setup[0] & EMU_USB_IN;
    uint32_t length = in || wanted < packet->length ? wanted : packet->length;
    uint8_t *data = in ? NULL : redirect_take(packet, length);
    struct usb_redir_control_packet_header header = {
        .endpoint = packet->setup[0] & EMU_USB_IN,
        .request = packet->setup[1],
        .requesttype = packet->setup[0],
        .value = emu_usb_value(packet),
        .index = emu_usb_index(packet),
        .length = (uint16_t)length,
    };

    if (!in && length != 0 && data == NULL)
        emu_usb_complete(packet, EMU_USB_ERROR);
    else
        usbredirparser_send_control_packet(redirect->parser, redirect_expect(redirect, packet),
                                           &header, data, data != NULL ? (int)length : 0);
    free(data);
}

/* Another configuration, or another setting of an interface: what is under way ends. */
static void redirect_send_setting(struct redirect *redirect, struct emu_usb_packet *packet)
{
    struct usb_redir_set_configuration_header configuration = {(uint8_t)emu_usb_value(packet)};
    struct usb_redir_set_alt_setting_header setting = {(uint8_t)emu_usb_index(packet),
                                                       (uint8_t)emu_usb_value(packet)};

    redirect_forget_reports(redirect);
    if (emu_usb_request(packet) == REDIRECT_SET_CONFIGURATION)
        usbredirparser_send_set_configuration(redirect->parser, redirect_expect(redirect, packet),
                                              &configuration);
    else
        usbredirparser_send_set_alt_setting(redirect->parser, redirect_expect(redirect, packet),
                                            &setting);
}

static void redirect_control(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct redirect *redirect = redirect_of(usb);
    struct usb_redir_get_alt_setting_header interface = {(uint8_t)emu_usb_index(packet)};

    switch (emu_usb_request(packet)) {
    case REDIRECT_SET_ADDRESS:
        emu_usb_complete(packet, EMU_USB_DONE);
        return;
    case REDIRECT_SET_CONFIGURATION:
    case REDIRECT_SET_INTERFACE:
        redirect_send_setting(redirect, packet);
        break;
    case REDIRECT_GET_CONFIGURATION:
        usbredirparser_send_get_configuration(redirect->parser, redirect_expect(redirect, packet));
        break;
    case REDIRECT_GET_INTERFACE:
        usbredirparser_send_get_alt_setting(redirect->parser, redirect_expect(redirect, packet),
                                            &interface);
        break;
    default:
        redirect_send_control(redirect, packet);
        break;
    }
    redirect_flush(redirect);
}

static void redirect_send_bulk(struct redirect *redirect, struct emu_usb_packet *packet)
{
    bool in = packet->endpoint & EMU_USB_IN;
    bool wide = usbredirparser_have_peer_caps(redirect->parser) &&
                usbredirparser_peer_has_cap(redirect->parser, usb_redir_cap_32bits_bulk_length);
    uint32_t length = packet->length;
    struct usb_redir_bulk_packet_header header = {
        .endpoint = packet->endpoint,
        .length = (uint16_t)length,
        .length_high = (uint16_t)(length >> 16),
    };
    uint8_t *data = NULL;
    bool good = length <= (wide ? REDIRECT_MAX_LENGTH : REDIRECT_MAX_SHORT);

    if (good && !in && length != 0)
        good = (data = redirect_take(packet, length)) != NULL;
    if (good)
        usbredirparser_send_bulk_packet(redirect->parser, redirect_expect(redirect, packet),
                                        &header, data, data != NULL ? (int)length : 0);
    else
        emu_usb_complete(packet, EMU_USB_ERROR);
    free(data);
}

static void redirect_send_interrupt(struct redirect *redirect, struct emu_usb_packet *packet)
{
    struct usb_redir_interrupt_packet_header header = {
        .endpoint = packet->endpoint,
        .length = (uint16_t)packet->length,
    };
    uint8_t *data =
        packet->length <= REDIRECT_MAX_SHORT ? redirect_take(packet, packet->length) : NULL;

    if (data == NULL && packet->length != 0)
        emu_usb_complete(packet, EMU_USB_ERROR);
    else
        usbredirparser_send_interrupt_packet(redirect->parser, redirect_expect(redirect, packet),
                                             &header, data, data != NULL ? (int)packet->length : 0);
    free(data);
}

/* The guest polls: the far end is told once, and from then on it sends. */
static void redirect_poll(struct redirect *redirect, struct emu_usb_packet *packet)
{
    struct redirect_endpoint *endpoint = &redirect->endpoints[redirect_index(packet->endpoint)];
    struct usb_redir_start_interrupt_receiving_header start = {packet->endpoint};
    uint64_t id = redirect_expect(redirect, packet);

    if (endpoint->count != 0) {
        redirect_give_report(redirect, endpoint);
        return;
    }
    if (!endpoint->receiving)
        usbredirparser_send_start_interrupt_receiving(redirect->parser, id, &start);
    endpoint->receiving = true;
}

static void redirect_transfer(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct redirect *redirect = redirect_of(usb);

    switch (redirect->endpoints[redirect_index(packet->endpoint)].type) {
    case usb_redir_type_bulk:
        redirect_send_bulk(redirect, packet);
        break;
    case usb_redir_type_interrupt:
        if (packet->endpoint & EMU_USB_IN)
            redirect_poll(redirect, packet);
        else
            redirect_send_interrupt(redirect, packet);
        break;
    default:
        emu_usb_complete(packet, EMU_USB_STALL);
        return;
    }
    redirect_flush(redirect);
}

static void redirect_cancel(struct emu_usb_device *usb, struct emu_usb_packet *packet)
{
    struct redirect *redirect = redirect_of(usb);

    for (unsigned i = 0; i < REDIRECT_ENDPOINTS; i++) {
        struct redirect_endpoint *endpoint = &redirect->endpoints[i];
        if (endpoint->packet != packet)
            continue;
        endpoint->packet = NULL;
        if (!endpoint->receiving)
            usbredirparser_send_cancel_data_packet(redirect->parser, endpoint->id);
    }
    redirect_flush(redirect);
}

static void redirect_plugged(struct emu_usb_device *usb)
{
    redirect_of(usb)->fresh = usb->port != NULL;
}

static void redirect_bus_reset(struct emu_usb_device *usb)
{
    struct redirect *redirect = redirect_of(usb);

    if (usb->port == NULL || redirect->parser == NULL)
        return;
    redirect_forget_reports(redirect);
    if (!redirect->fresh) {
        usbredirparser_send_reset(redirect->parser);
        redirect_flush(redirect);
    }
    redirect->fresh = false;
}

static const struct emu_usb_type redirect_usb_type = {
    .speeds = EMU_USB_SPEEDS_USB2 | EMU_USB_SPEED_USB3,
    .reset = redirect_bus_reset,
    .control = redirect_control,
    .transfer = redirect_transfer,
    .cancel = redirect_cancel,
    .plugged = redirect_plugged,
};

/* ---- what the far end answers; loop thread, no lock held ---- */

static void redirect_on_control(void *opaque, uint64_t id,
                                struct usb_redir_control_packet_header *header, uint8_t *data,
                                int length)
{
    struct redirect *redirect = opaque;

    redirect_answer(redirect, 0, id, header->status, data, length);
    usbredirparser_free_packet_data(redirect->parser, data);
}

static void redirect_on_bulk(void *opaque, uint64_t id, struct usb_redir_bulk_packet_header *header,
                             uint8_t *data, int length)
{
    struct redirect *redirect = opaque;

    redirect_answer(redirect, redirect_index(header->endpoint), id, header->status, data, length);
    usbredirparser_free_packet_data(redirect->parser, data);
}

/* A report of an IN endpoint, or the answer to what the guest sent. */
static void redirect_on_interrupt(void *opaque, uint64_t id,
                                  struct usb_redir_interrupt_packet_header *header, uint8_t *data,
                                  int length)
{
    struct redirect *redirect = opaque;
    struct redirect_endpoint *endpoint = &redirect->endpoints[redirect_index(header->endpoint)];
    const struct redirect_report report = {data, length, header->status};

    if (!(header->endpoint & EMU_USB_IN))
        redirect_answer(redirect, redirect_index(header->endpoint), id, header->status, NULL, 0);
    if ((header->endpoint & EMU_USB_IN) && emu_usb_lock(&redirect->usb)) {
        if (endpoint->receiving) {
            redirect_keep_report(redirect, endpoint, &report);
            redirect_give_report(redirect, endpoint);
            data = NULL;
        }
        emu_usb_unlock(&redirect->usb);
    }
    usbredirparser_free_packet_data(redirect->parser, data);
}

static void redirect_on_configuration(void *opaque, uint64_t id,
                                      struct usb_redir_configuration_status_header *header)
{
    redirect_answer(opaque, 0, id, header->status, &header->configuration, 1);
}

static void redirect_on_setting(void *opaque, uint64_t id,
                                struct usb_redir_alt_setting_status_header *header)
{
    redirect_answer(opaque, 0, id, header->status, &header->alt, 1);
}

/* It cannot poll any more: the guest is told, and may try again. */
static void redirect_on_receiving(void *opaque, uint64_t id,
                                  struct usb_redir_interrupt_receiving_status_header *header)
{
    struct redirect *redirect = opaque;
    struct redirect_endpoint *endpoint = &redirect->endpoints[redirect_index(header->endpoint)];

    if (header->status == usb_redir_success || !emu_usb_lock(&redirect->usb))
        return;
    if (endpoint->receiving) {
        endpoint->receiving = false;
        if (endpoint->packet != NULL)
            redirect_end(endpoint, header->status, NULL, 0);
    }
    emu_usb_unlock(&redirect->usb);
}

static void redirect_on_endpoints(void *opaque, struct usb_redir_ep_info_header *header)
{
    struct redirect *redirect = opaque;
    bool locked = emu_usb_lock(&redirect->usb);

    for (unsigned i = 0; i < REDIRECT_ENDPOINTS; i++)
        redirect->endpoints[i].type = header->type[i];
    if (locked)
        emu_usb_unlock(&redirect->usb);
}

/* ---- its coming and going; loop thread ---- */

static bool redirect_set_speed(struct redirect *redirect, uint8_t speed)
{
    static const enum emu_usb_speed speeds[] = {
        [usb_redir_speed_low] = EMU_USB_LOW,
        [usb_redir_speed_full] = EMU_USB_FULL,
        [usb_redir_speed_high] = EMU_USB_HIGH,
        [usb_redir_speed_super] = EMU_USB_SUPER,
    };

    if (speed >= sizeof(speeds) / sizeof(speeds[0]))
        return false;
    redirect->usb.speeds = 1u << speeds[speed];
    return true;
}

/* The far end is told that the machine does not want it. */
static void redirect_reject(struct redirect *redirect)
{
    if (usbredirparser_have_peer_caps(redirect->parser) &&
        usbredirparser_peer_has_cap(redirect->parser, usb_redir_cap_filter))
        usbredirparser_send_filter_reject(redirect->parser);
}

static void redirect_on_connect(void *opaque, struct usb_redir_device_connect_header *header)
{
    struct redirect *redirect = opaque;
    struct emu_usb_port *port;

    if (redirect->usb.port != NULL || redirect->find == NULL)
        return;
    port = redirect_set_speed(redirect, header->speed)
               ? redirect->find(redirect->find_opaque, &redirect->usb)
               : NULL;
    if (port == NULL || !emu_usb_plug(port, &redirect->usb, NULL))
        redirect_reject(redirect);
}

/* The parser answers. */
static void redirect_on_disconnect(void *opaque)
{
    emu_usb_unplug(&redirect_of(opaque)->usb);
}

/* ---- what is not wanted, but the parser calls ---- */

static void redirect_on_interfaces(void *opaque, struct usb_redir_interface_info_header *header)
{
}

static void redirect_on_stream(void *opaque, uint64_t id,
                               struct usb_redir_iso_stream_status_header *header)
{
}

static void redirect_on_streams(void *opaque, uint64_t id,
                                struct usb_redir_bulk_streams_status_header *header)
{
}

static void redirect_on_bulk_receiving(void *opaque, uint64_t id,
                                       struct usb_redir_bulk_receiving_status_header *header)
{
}

static void redirect_on_isochronous(void *opaque, uint64_t id,
                                    struct usb_redir_iso_packet_header *header, uint8_t *data,
                                    int length)
{
    usbredirparser_free_packet_data(redirect_of(opaque)->parser, data);
}

static void redirect_on_buffered(void *opaque, uint64_t id,
                                 struct usb_redir_buffered_bulk_packet_header *header,
                                 uint8_t *data, int length)
{
    usbredirparser_free_packet_data(redirect_of(opaque)->parser, data);
}

static void redirect_on_filter(void *opaque, struct usbredirfilter_rule *rules, int count)
{
    free(rules);
}

/* ---- the parser ---- */

static void redirect_on_log(void *opaque, int level, const char *message)
{
}

static int redirect_on_read(void *opaque, uint8_t *data, int count)
{
    struct redirect *redirect = opaque;
    size_t length = count < 0 ? 0 : (size_t)count;

    length = length < redirect->incoming_length ? length : redirect->incoming_length;
    memcpy(data, redirect->incoming, length);
    redirect->incoming += length;
    redirect->incoming_length -= length;
    return (int)length;
}

static int redirect_on_write(void *opaque, uint8_t *data, int count)
{
    struct redirect *redirect = opaque;

    emu_chardev_write(redirect->chardev, data, (size_t)count);
    return count;
}

static void *redirect_new_lock(void)
{
    pthread_mutex_t *lock = malloc(sizeof(*lock));

    if (lock != NULL)
        pthread_mutex_init(lock, NULL);
    return lock;
}

static void redirect_lock(void *lock)
{
    pthread_mutex_lock(lock);
}

static void redirect_unlock(void *lock)
{
    pthread_mutex_unlock(lock);
}

static void redirect_free_lock(void *lock)
{
    pthread_mutex_destroy(lock);
    free(lock);
}

static void redirect_set_callbacks(struct redirect *redirect, struct usbredirparser *parser)
{
    parser->priv = redirect;
    parser->log_func = redirect_on_log;
    parser->read_func = redirect_on_read;
    parser->write_func = redirect_on_write;
    parser->alloc_lock_func = redirect_new_lock;
    parser->lock_func = redirect_lock;
    parser->unlock_func = redirect_unlock;
    parser->free_lock_func = redirect_free_lock;
    parser->device_connect_func = redirect_on_connect;
    parser->device_disconnect_func = redirect_on_disconnect;
    parser->ep_info_func = redirect_on_endpoints;
    parser->configuration_status_func = redirect_on_configuration;
    parser->alt_setting_status_func = redirect_on_setting;
    parser->interrupt_receiving_status_func = redirect_on_receiving;
    parser->control_packet_func = redirect_on_control;
    parser->bulk_packet_func = redirect_on_bulk;
    parser->interrupt_packet_func = redirect_on_interrupt;
    parser->interface_info_func = redirect_on_interfaces;
    parser->iso_stream_status_func = redirect_on_stream;
    parser->bulk_streams_status_func = redirect_on_streams;
    parser->bulk_receiving_status_func = redirect_on_bulk_receiving;
    parser->iso_packet_func = redirect_on_isochronous;
    parser->buffered_bulk_packet_func = redirect_on_buffered;
    parser->filter_filter_func = redirect_on_filter;
}

static void redirect_start(struct redirect *redirect)
{
    static const int wanted[] = {usb_redir_cap_connect_device_version,
                                 usb_redir_cap_filter,
                                 usb_redir_cap_device_disconnect_ack,
                                 usb_redir_cap_ep_info_max_packet_size,
                                 usb_redir_cap_64bits_ids,
                                 usb_redir_cap_32bits_bulk_length};
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
    struct usbredirparser *parser = usbredirparser_create();

    if (parser == NULL)
        return;
    redirect_set_callbacks(redirect, parser);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        usbredirparser_caps_set_cap(caps, wanted[i]);
    usbredirparser_init(parser, "Lathe", caps, USB_REDIR_CAPS_SIZE, 0);
    redirect->parser = parser;
    redirect->broken = false;
    emu_chardev_reset(redirect->chardev); /* what was for the last one ends here */
    redirect_flush(redirect);
}

/* Out of its port first: then nobody but this thread knows the parser. */
static void redirect_stop(struct redirect *redirect)
{
    emu_usb_unplug(&redirect->usb);
    if (redirect->parser != NULL)
        usbredirparser_destroy(redirect->parser);
    redirect->parser = NULL;
}

/* ---- the far end ---- */

static size_t redirect_room(void *opaque)
{
    return REDIRECT_ROOM;
}

/* What talks rubbish loses its device. */
static void redirect_receive(void *opaque, const uint8_t *data, size_t length)
{
    struct redirect *redirect = opaque;

    redirect->incoming = data;
    redirect->incoming_length = length;
    if (redirect->parser == NULL || redirect->broken)
        return;
    redirect->broken = usbredirparser_do_read(redirect->parser) != 0;
    if (redirect->broken)
        emu_usb_unplug(&redirect->usb);
    redirect_flush(redirect);
}

static void redirect_connected(void *opaque, bool connected)
{
    struct redirect *redirect = opaque;

    redirect_stop(redirect);
    if (connected)
        redirect_start(redirect);
}

static const struct emu_chardev_port redirect_port = {
    .room = redirect_room,
    .receive = redirect_receive,
    .connected = redirect_connected,
};

void emu_usb_redirect_set(struct emu_device *device, struct emu_chardev *chardev,
                          emu_usb_redirect_find find, void *opaque)
{
    struct redirect *redirect = redirect_of(device);

    redirect->chardev = chardev;
    redirect->find = find;
    redirect->find_opaque = opaque;
}

/* ---- the device ---- */

static bool redirect_realize(struct emu_device *device, struct emu_error *err)
{
    struct redirect *redirect = redirect_of(device);

    emu_usb_init(&redirect->usb, &redirect_usb_type);
    if (redirect->chardev != NULL)
        emu_chardev_attach(redirect->chardev, &redirect_port, redirect);
    return true;
}

static void redirect_unrealize(struct emu_device *device)
{
    struct redirect *redirect = redirect_of(device);

    if (redirect->chardev != NULL)
        emu_chardev_attach(redirect->chardev, NULL, NULL);
    emu_usb_finish(&redirect->usb);
    redirect_stop(redirect);
}

static void redirect_reset(struct emu_device *device)
{
    emu_usb_reset(&redirect_of(device)->usb);
}

/* What is elsewhere does not come back with a saved machine. */
static void redirect_save(struct emu_device *device, struct emu_writer *out)
{
    emu_usb_save(&redirect_of(device)->usb, out);
}

static bool redirect_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_usb_load(&redirect_of(device)->usb, in, err);
}

const struct emu_device_class emu_usb_redirect_class = {
    .name = "usb-redirect",
    .description = "USB device of a viewer's, elsewhere",
    .size = sizeof(struct redirect),
    .realize = redirect_realize,
    .unrealize = redirect_unrealize,
    .reset = redirect_reset,
    .save = redirect_save,
    .load = redirect_load,
};
