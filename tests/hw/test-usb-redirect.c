/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A USB device that is elsewhere: the far end is the protocol's own library, in its other role. */
#include <stdlib.h>
#include <usbredirparser.h>

#include "tests/hw/redirect-rig.h"

#define SUCCESS     1
#define TRANSACTION 4
#define STALL       6
#define SHORT       13

#define GET_DESCRIPTOR    0x8006
#define SET_CONFIGURATION 0x0009
#define SET_INTERFACE     0x010b
#define GET_INTERFACE     0x810a

/* Endpoints' ids: 2 * number, + 1 for IN. */
#define BULK_OUT  2
#define BULK_IN   5
#define REPORT_IN 7

struct far {
    struct redirect_rig rig;
    struct usbredirparser *parser;
    size_t read; /* of rig.sent */
    unsigned resets, cancelled, polls, configuration, setting;
    uint8_t stored[4096]; /* what bulk packets brought */
    unsigned stored_length;
    bool mute; /* it does not answer */
};

static void far_log(void *opaque, int level, const char *message)
{
}

static int far_read(void *opaque, uint8_t *data, int count)
{
    struct far *far = opaque;
    size_t left = far->rig.sent_length - far->read;
    size_t length = (size_t)count < left ? (size_t)count : left;

    memcpy(data, far->rig.sent + far->read, length);
    far->read += length;
    if (far->read == far->rig.sent_length)
        far->read = far->rig.sent_length = 0;
    return (int)length;
}

static int far_write(void *opaque, uint8_t *data, int count)
{
    redirect_send(&((struct far *)opaque)->rig, data, (size_t)count);
    return count;
}

static void far_reset(void *opaque)
{
    ((struct far *)opaque)->resets++;
}

static void far_nothing(void *opaque)
{
}

static void far_configure(void *opaque, uint64_t id,
                          struct usb_redir_set_configuration_header *header)
{
    struct far *far = opaque;
    struct usb_redir_configuration_status_header status = {usb_redir_success,
                                                           header->configuration};

    far->configuration = header->configuration;
    usbredirparser_send_configuration_status(far->parser, id, &status);
}

static void far_set(void *opaque, uint64_t id, struct usb_redir_set_alt_setting_header *header)
{
    struct far *far = opaque;
    struct usb_redir_alt_setting_status_header status = {
        header->alt < 2 ? usb_redir_success : usb_redir_stall, header->interface, header->alt};

    far->setting = header->alt;
    usbredirparser_send_alt_setting_status(far->parser, id, &status);
}

static void far_get(void *opaque, uint64_t id, struct usb_redir_get_alt_setting_header *header)
{
    struct far *far = opaque;
    struct usb_redir_alt_setting_status_header status = {usb_redir_success, header->interface,
                                                         (uint8_t)far->setting};

    usbredirparser_send_alt_setting_status(far->parser, id, &status);
}

/* A descriptor of its own, one byte long for every value; a request of class 0x42 is refused. */
static void far_control(void *opaque, uint64_t id, struct usb_redir_control_packet_header *header,
                        uint8_t *data, int length)
{
    struct far *far = opaque;
    uint8_t answer[18] = {18, 1, 0, 2};

    answer[4] = (uint8_t)header->value;
    header->status = header->request == 0x42 ? usb_redir_stall : usb_redir_success;
    header->length = header->status == usb_redir_success && (header->requesttype & 0x80) ? 18 : 0;
    if (!far->mute)
        usbredirparser_send_control_packet(far->parser, id, header, answer, header->length);
    usbredirparser_free_packet_data(far->parser, data);
}

static void far_bulk(void *opaque, uint64_t id, struct usb_redir_bulk_packet_header *header,
                     uint8_t *data, int length)
{
    static const uint8_t answer[] = "from afar";
    struct far *far = opaque;

    header->status = usb_redir_success;
    if (header->endpoint & 0x80) {
        header->length = sizeof(answer);
        header->length_high = 0;
        if (!far->mute)
            usbredirparser_send_bulk_packet(far->parser, id, header, (uint8_t *)answer,
                                            sizeof(answer));
        return;
    }
    for (int i = 0; i < length && far->stored_length < sizeof(far->stored); i++)
        far->stored[far->stored_length++] = data[i];
    usbredirparser_send_bulk_packet(far->parser, id, header, NULL, 0);
    usbredirparser_free_packet_data(far->parser, data);
}

static void far_poll(void *opaque, uint64_t id,
                     struct usb_redir_start_interrupt_receiving_header *header)
{
    struct far *far = opaque;
    struct usb_redir_interrupt_receiving_status_header status = {usb_redir_success,
                                                                 header->endpoint};

    far->polls++;
    usbredirparser_send_interrupt_receiving_status(far->parser, id, &status);
}

static void far_cancel(void *opaque, uint64_t id)
{
    ((struct far *)opaque)->cancelled++;
}

/* What both have to say, to and fro. */
static void far_run(struct far *far)
{
    do {
        usbredirparser_do_read(far->parser);
        usbredirparser_do_write(far->parser);
    } while (far->rig.sent_length != far->read);
}

static void far_report(struct far *far, uint8_t value)
{
    struct usb_redir_interrupt_packet_header header = {0x83, usb_redir_success, 2};
    uint8_t data[2] = {value, 0xee};

    usbredirparser_send_interrupt_packet(far->parser, 0, &header, data, 2);
    far_run(far);
}

static void far_come(struct far *far)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};

    redirect_set_connected(&far->rig, true);
    far->parser = usbredirparser_create();
    far->parser->priv = far;
    far->parser->log_func = far_log;
    far->parser->read_func = far_read;
    far->parser->write_func = far_write;
    far->parser->reset_func = far_reset;
    far->parser->filter_reject_func = far_nothing;
    far->parser->device_disconnect_ack_func = far_nothing;
    far->parser->set_configuration_func = far_configure;
    far->parser->set_alt_setting_func = far_set;
    far->parser->get_alt_setting_func = far_get;
    far->parser->control_packet_func = far_control;
    far->parser->bulk_packet_func = far_bulk;
    far->parser->start_interrupt_receiving_func = far_poll;
    far->parser->cancel_data_packet_func = far_cancel;
    for (int cap = usb_redir_cap_connect_device_version; cap <= usb_redir_cap_32bits_bulk_length;
         cap++)
        usbredirparser_caps_set_cap(caps, cap);
    usbredirparser_init(far->parser, "far end", caps, USB_REDIR_CAPS_SIZE,
                        usbredirparser_fl_usb_host);
    far_run(far);
}

static void far_leave(struct far *far)
{
    usbredirparser_destroy(far->parser);
    far->rig.sent_length = far->read = 0;
    redirect_set_connected(&far->rig, false);
}

static void far_plug(struct far *far, uint8_t speed)
{
    struct usb_redir_device_connect_header connect = {.speed = speed, .vendor_id = 0x1234};
    struct usb_redir_interface_info_header interfaces = {.interface_count = 1};
    struct usb_redir_ep_info_header endpoints;

    memset(&endpoints, 0, sizeof(endpoints));
    memset(endpoints.type, usb_redir_type_invalid, sizeof(endpoints.type));
    endpoints.type[0] = endpoints.type[16] = usb_redir_type_control;
    endpoints.type[1] = endpoints.type[16 + 2] = usb_redir_type_bulk;
    endpoints.type[16 + 3] = usb_redir_type_interrupt;
    for (unsigned i = 0; i < 32; i++)
        endpoints.max_packet_size[i] = 512;
    usbredirparser_send_interface_info(far->parser, &interfaces);
    usbredirparser_send_ep_info(far->parser, &endpoints);
    usbredirparser_send_device_connect(far->parser, &connect);
    far_run(far);
}

/* ---- the guest ---- */

#define ROOT_PORT (8 + 5 + 1) /* USB 2's of socket 5 */

static bool connected(struct far *far, unsigned port)
{
    return usb_read(&far->rig.usb, 0x440 + 16 * (port - 1)) & 1;
}

/* The completion code that is there now; 0: none. */
static unsigned outcome(struct far *far)
{
    struct usb_event event;
    unsigned code = 0;

    while (usb_event(&far->rig.usb, &event))
        if ((event.control >> 10 & 63) == 32 && code != SHORT)
            code = event.status >> 24;
    return code;
}

static unsigned control(struct far *far, unsigned slot, uint16_t request, uint16_t value,
                        uint16_t index, uint16_t length)
{
    unsigned code = usb_control(&far->rig.usb, slot, request, value, index, length, NULL);

    if (code != 0)
        return code;
    far_run(far);
    return outcome(far);
}

static unsigned transfer(struct far *far, unsigned slot, unsigned id, uint32_t length)
{
    unsigned code = usb_transfer(&far->rig.usb, slot, id, length, NULL);

    if (code != 0)
        return code;
    far_run(far);
    return outcome(far);
}

static unsigned start(struct far *far)
{
    unsigned slot;

    memset(far, 0, sizeof(*far));
    redirect_init(&far->rig);
    far_come(far);
    CHECK(!connected(far, ROOT_PORT));
    far_plug(far, usb_redir_speed_high);
    CHECK(connected(far, ROOT_PORT));
    slot = usb_address(&far->rig.usb, ROOT_PORT, 0);
    CHECK(slot != 0);
    far_run(far);
    CHECK_EQ(far->resets, 1);
    CHECK_EQ(control(far, slot, SET_CONFIGURATION, 3, 0, 0), SUCCESS);
    CHECK_EQ(far->configuration, 3);
    CHECK_EQ(usb_add_endpoint(&far->rig.usb, slot, BULK_OUT, 2), SUCCESS);
    CHECK_EQ(usb_add_endpoint(&far->rig.usb, slot, BULK_IN, 6), SUCCESS);
    CHECK_EQ(usb_add_endpoint(&far->rig.usb, slot, REPORT_IN, 7), SUCCESS);
    return slot;
}

static void finish(struct far *far)
{
    far_leave(far);
    redirect_finish(&far->rig);
}

static void test_requests(void)
{
    struct far far;
    unsigned slot = start(&far);
    const uint8_t *data = usb_ram(&far.rig.usb, USB_DATA);

    CHECK_EQ(control(&far, slot, GET_DESCRIPTOR, 0x0177, 0, 18), SUCCESS);
    CHECK(data[0] == 18 && data[1] == 1 && data[4] == 0x77);
    CHECK_EQ(control(&far, slot, SET_INTERFACE, 1, 0, 0), SUCCESS);
    CHECK_EQ(control(&far, slot, GET_INTERFACE, 0, 0, 1), SUCCESS);
    CHECK_EQ(data[0], 1);
    CHECK_EQ(control(&far, slot, SET_INTERFACE, 9, 0, 0), STALL);
    finish(&far);
}

static void test_bulk(void)
{
    struct far far;
    unsigned slot = start(&far);
    uint8_t *data = usb_ram(&far.rig.usb, USB_DATA);

    for (unsigned i = 0; i < 600; i++)
        data[i] = (uint8_t)(i * 7);
    CHECK_EQ(transfer(&far, slot, BULK_OUT, 600), SUCCESS);
    CHECK(far.stored_length == 600 && memcmp(far.stored, data, 600) == 0);
    CHECK_EQ(transfer(&far, slot, BULK_IN, 512), SHORT);
    CHECK(memcmp(data, "from afar", 10) == 0);
    finish(&far);
}

/* The far end is asked once; what comes while the guest does not look waits, and the oldest goes.
 */
static void test_reports(void)
{
    struct far far;
    unsigned slot = start(&far);
    const uint8_t *data = usb_ram(&far.rig.usb, USB_DATA);

    CHECK_EQ(transfer(&far, slot, REPORT_IN, 2), 0);
    CHECK_EQ(far.polls, 1);
    far_report(&far, 1);
    CHECK_EQ(outcome(&far), SUCCESS);
    CHECK(data[0] == 1 && data[1] == 0xee);
    for (unsigned i = 0; i < 20; i++)
        far_report(&far, (uint8_t)(10 + i));
    CHECK_EQ(transfer(&far, slot, REPORT_IN, 2), SUCCESS);
    CHECK_EQ(data[0], 14);
    CHECK_EQ(transfer(&far, slot, REPORT_IN, 2), SUCCESS);
    CHECK_EQ(data[0], 15);
    CHECK_EQ(far.polls, 1);
    finish(&far);
}

/* What waits is taken back, and an answer that comes all the same is nobody's. */
static void test_gone(void)
{
    struct far far;
    unsigned slot = start(&far);

    far.mute = true;
    CHECK_EQ(usb_transfer(&far.rig.usb, slot, BULK_IN, 64, NULL), 0);
    usb_command(&far.rig.usb, 0, 15u << 10 | slot << 24 | BULK_IN << 16); /* stop */
    far_run(&far);
    CHECK_EQ(far.cancelled, 1);
    CHECK_EQ(usb_transfer(&far.rig.usb, slot, BULK_OUT, 64, NULL), 0);
    usbredirparser_send_device_disconnect(far.parser);
    far_run(&far);
    CHECK(!connected(&far, ROOT_PORT));
    CHECK_EQ(outcome(&far), TRANSACTION);
    far_plug(&far, usb_redir_speed_full); /* another one */
    CHECK(connected(&far, ROOT_PORT));
    far_leave(&far);
    CHECK(!connected(&far, ROOT_PORT));
    far_come(&far);
    far_plug(&far, usb_redir_speed_super);
    CHECK(connected(&far, 6));
    finish(&far);
}

/* A machine that is saved comes back without it, and the guest learns that it was pulled out. */
static void test_saved(void)
{
    struct far far;

    start(&far);
    CHECK(rig_survives(far.rig.device));
    finish(&far);
}

/* Who talks rubbish has no device any more; the next one may have. */
static void test_rubbish(void)
{
    uint8_t rubbish[256];
    struct far far;

    memset(rubbish, 0xa5, sizeof(rubbish));
    start(&far);
    redirect_send(&far.rig, rubbish, sizeof(rubbish));
    CHECK(!connected(&far, ROOT_PORT));
    far_plug(&far, usb_redir_speed_high);
    CHECK(!connected(&far, ROOT_PORT));
    far_leave(&far);
    far_come(&far);
    far_plug(&far, 77); /* no speed */
    CHECK(!connected(&far, ROOT_PORT));
    far_plug(&far, usb_redir_speed_low);
    CHECK(connected(&far, ROOT_PORT));
    finish(&far);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"usb-redirect-requests", test_requests},
        {"usb-redirect-bulk", test_bulk},
        {"usb-redirect-reports", test_reports},
        {"usb-redirect-gone", test_gone},
        {"usb-redirect-saved", test_saved},
        {"usb-redirect-rubbish", test_rubbish},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
