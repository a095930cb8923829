/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio console (Virtio 1.2, 5.3): terminals and named channels, each a port with two queues, and
 * a pair of queues about all ports. Drivers that know one port only get the first. Property
 * "ports". Ports that come and go while the machine runs are left out.
 */
#include "emulator/hw/virtio/virtio-console.h"

#include <string.h>

#include "emulator/chardev/chardev.h"
#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio.h"

#define CONSOLE_F_SIZE      (1ull << 0) /* columns and rows of port 0 are in the configuration */
#define CONSOLE_F_MULTIPORT (1ull << 1)
#define CONSOLE_F_EMERGENCY (1ull << 2) /* a byte can be written without a queue */

#define CONSOLE_CONTROL_IN  2u /* the queues about ports; those of port 0 are 0 and 1 */
#define CONSOLE_CONTROL_OUT 3u

#define CONSOLE_INPUT  4096u      /* bytes of a port that wait for buffers */
#define CONSOLE_OUTPUT (1u << 20) /* of a chain; what is beyond is dropped */
#define CONSOLE_PIECE  1024u

#define CONSOLE_PORTS EMU_VIRTIO_CONSOLE_PORTS

enum console_event {
    CONSOLE_DEVICE_READY,
    CONSOLE_PORT_ADD,
    CONSOLE_PORT_REMOVE,
    CONSOLE_PORT_READY,
    CONSOLE_IS_TERMINAL,
    CONSOLE_RESIZE,
    CONSOLE_PORT_OPEN,
    CONSOLE_PORT_NAME,
};

struct console_config {
    uint16_t columns, rows;
    uint32_t ports;
    uint32_t emergency; /* what is written here is shown at once */
};

struct console_message {
    uint32_t port;
    uint16_t event, value;
    uint8_t more[EMU_VIRTIO_CONSOLE_NAME]; /* a name or a size */
};
#define CONSOLE_HEAD 8u /* bytes of a message that has no more */

struct virtio_console;

struct console_port {
    struct virtio_console *console;
    struct emu_chardev *chardev;
    char name[EMU_VIRTIO_CONSOLE_NAME]; /* "": a terminal */

    uint8_t pending; /* messages about it that wait for buffers: a bit for each console_event */
    bool open;       /* somebody in the guest has it open */
    uint16_t columns, rows;
    uint8_t input[CONSOLE_INPUT];
    uint16_t waiting; /* bytes there */
};

struct virtio_console {
    struct emu_virtio virtio; /* first */
    uint64_t count;           /* property */
    struct console_port ports[CONSOLE_PORTS];
};

static struct virtio_console *console_of(void *device)
{
    return device;
}

static unsigned console_queue_in(unsigned port)
{
    return port == 0 ? 0 : 2 + 2 * port;
}

/* Not of a control queue. */
static struct console_port *console_port_of(struct virtio_console *console, unsigned queue)
{
    return &console->ports[queue < CONSOLE_CONTROL_IN ? 0 : (queue - 2) / 2];
}

static unsigned console_index(const struct console_port *port)
{
    return (unsigned)(port - port->console->ports);
}

static bool console_multiport(const struct virtio_console *console)
{
    return console->virtio.accepted & CONSOLE_F_MULTIPORT;
}

/* Does the guest listen? */
static bool console_is_open(const struct console_port *port)
{
    if (!emu_virtio_running(&port->console->virtio))
        return false;
    return console_multiport(port->console) ? port->open : console_index(port) == 0;
}

/* ---- about ports ---- */

/* Columns first, as 1.2 says; Linux before 2025 takes them for the rows. */
static size_t console_put_size(const struct console_port *port, uint8_t *out)
{
    memcpy(out, &port->columns, 2);
    memcpy(out + 2, &port->rows, 2);
    return 4;
}

static size_t console_fill(const struct console_port *port, enum console_event event,
                           struct console_message *message)
{
    size_t more = 0;

    *message =
        (struct console_message){.port = console_index(port), .event = (uint16_t)event, .value = 1};
    if (event == CONSOLE_RESIZE)
        more = console_put_size(port, message->more);
    if (event == CONSOLE_PORT_NAME) {
        more = strlen(port->name);
        memcpy(message->more, port->name, more);
    }
    return CONSOLE_HEAD + more;
}

/* The first that waits; false: there is no buffer. */
static bool console_tell(struct console_port *port, enum console_event event)
{
    struct emu_virtio *virtio = &port->console->virtio;
    struct emu_virtio_chain chain;
    struct console_message message;
    size_t size = console_fill(port, event, &message), given;

    if (!emu_virtio_pop(virtio, CONSOLE_CONTROL_IN, &chain))
        return false;
    given = emu_virtio_give(virtio, &chain, &message, size);
    emu_virtio_push(virtio, CONSOLE_CONTROL_IN, chain.head, (uint32_t)given);
    port->pending &= (uint8_t) ~(1u << event);
    return true;
}

/* In this order: what a port is before it is opened. */
static void console_tell_all(struct virtio_console *console)
{
    static const enum console_event order[] = {CONSOLE_PORT_ADD, CONSOLE_PORT_NAME,
                                               CONSOLE_IS_TERMINAL, CONSOLE_RESIZE,
                                               CONSOLE_PORT_OPEN};

    for (unsigned i = 0; i < console->count && console_multiport(console); i++) {
        for (unsigned n = 0; n < sizeof(order) / sizeof(order[0]); n++) {
            if ((console->ports[i].pending >> order[n] & 1) &&
                !console_tell(&console->ports[i], order[n]))
                return;
        }
    }
}

static void console_want(struct console_port *port, enum console_event event)
{
    port->pending |= (uint8_t)(1u << event);
}

/* The driver has made what a port needs. Nobody is told of a size that nobody knows. */
static void console_port_is_ready(struct console_port *port)
{
    if (port->name[0] != '\0')
        console_want(port, CONSOLE_PORT_NAME);
    else
        console_want(port, CONSOLE_IS_TERMINAL);
    if (port->name[0] == '\0' && port->columns != 0)
        console_want(port, CONSOLE_RESIZE);
    console_want(port, CONSOLE_PORT_OPEN);
}

static void console_take_message(struct virtio_console *console,
                                 const struct console_message *message)
{
    struct console_port *port =
        message->port < console->count ? &console->ports[message->port] : NULL;

    if (message->event == CONSOLE_DEVICE_READY && message->value != 0) {
        for (unsigned i = 0; i < console->count; i++)
            console_want(&console->ports[i], CONSOLE_PORT_ADD);
    } else if (message->event == CONSOLE_PORT_READY && message->value != 0 && port != NULL) {
        console_port_is_ready(port);
    } else if (message->event == CONSOLE_PORT_OPEN && port != NULL) {
        port->open = message->value != 0;
        emu_chardev_set_listening(port->chardev, port->open);
        emu_chardev_drained(port->chardev);
    }
}

static void console_take_messages(struct virtio_console *console)
{
    struct emu_virtio *virtio = &console->virtio;
    struct console_message message;
    struct emu_virtio_chain chain;

    while (emu_virtio_pop(virtio, CONSOLE_CONTROL_OUT, &chain)) {
        if (emu_virtio_take(virtio, &chain, &message, CONSOLE_HEAD) == CONSOLE_HEAD)
            console_take_message(console, &message);
        emu_virtio_push(virtio, CONSOLE_CONTROL_OUT, chain.head, 0);
    }
    console_tell_all(console);
}

/* ---- bytes ---- */

static void console_flush(struct console_port *port)
{
    struct emu_virtio *virtio = &port->console->virtio;
    unsigned queue = console_queue_in(console_index(port));
    struct emu_virtio_chain chain;

    while (port->waiting != 0 && emu_virtio_pop(virtio, queue, &chain)) {
        size_t given = emu_virtio_give(virtio, &chain, port->input, port->waiting);

        port->waiting = (uint16_t)(port->waiting - given);
        memmove(port->input, port->input + given, port->waiting);
        emu_virtio_push(virtio, queue, chain.head, (uint32_t)given);
    }
}

static void console_transmit(struct console_port *port, unsigned queue)
{
    struct emu_virtio *virtio = &port->console->virtio;
    struct emu_virtio_chain chain;
    uint8_t piece[CONSOLE_PIECE];

    while (emu_virtio_pop(virtio, queue, &chain)) {
        size_t length = 1;

        for (size_t done = 0; done < CONSOLE_OUTPUT && length != 0; done += length) {
            length = emu_virtio_take(virtio, &chain, piece, sizeof(piece));
            emu_chardev_write(port->chardev, piece, length);
        }
        emu_virtio_push(virtio, queue, chain.head, 0);
    }
}

static void console_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct virtio_console *console = console_of(virtio);
    struct console_port *port;

    if (queue == CONSOLE_CONTROL_IN) {
        console_tell_all(console);
    } else if (queue == CONSOLE_CONTROL_OUT) {
        console_take_messages(console);
    } else if (queue % 2 != 0) {
        console_transmit(console_port_of(console, queue), queue);
    } else {
        port = console_port_of(console, queue);
        console_flush(port);
        emu_chardev_drained(port->chardev);
    }
}

/* ---- from outside ---- */

static size_t console_room(void *opaque)
{
    struct console_port *port = opaque;
    pthread_mutex_t *lock = &port->console->virtio.pci.device.lock;
    size_t room;

    pthread_mutex_lock(lock);
    room = console_is_open(port) ? CONSOLE_INPUT - port->waiting : 0;
    pthread_mutex_unlock(lock);
    return room;
}

static void console_receive(void *opaque, const uint8_t *data, size_t length)
{
    struct console_port *port = opaque;
    pthread_mutex_t *lock = &port->console->virtio.pci.device.lock;

    pthread_mutex_lock(lock);
    if (length > CONSOLE_INPUT - port->waiting) /* a reset came between room and this */
        length = CONSOLE_INPUT - port->waiting;
    memcpy(port->input + port->waiting, data, length);
    port->waiting = (uint16_t)(port->waiting + length);
    console_flush(port);
    pthread_mutex_unlock(lock);
}

/* The driver reads the first port's size there, also after a reset. */
static void console_set_config_size(struct virtio_console *console)
{
    struct console_port *first = &console->ports[0];

    memcpy(console->virtio.config_initial, &first->columns, 2);
    memcpy(console->virtio.config_initial + 2, &first->rows, 2);
}

static void console_resize(void *opaque, unsigned columns, unsigned rows)
{
    struct console_port *port = opaque;
    struct virtio_console *console = port->console;
    pthread_mutex_t *lock = &console->virtio.pci.device.lock;

    pthread_mutex_lock(lock);
    port->columns = (uint16_t)columns;
    port->rows = (uint16_t)rows;
    if (console_index(port) == 0) {
        console_set_config_size(console);
        memcpy(console->virtio.config, console->virtio.config_initial, 4);
        emu_virtio_config_changed(&console->virtio);
    }
    if (console_is_open(port) && port->name[0] == '\0')
        console_want(port, CONSOLE_RESIZE);
    console_tell_all(console);
    pthread_mutex_unlock(lock);
}

static const struct emu_chardev_port console_chardev_port = {
    .room = console_room, .receive = console_receive, .resize = console_resize};

/* ---- the device ---- */

static void console_config_written(struct emu_virtio *virtio, unsigned offset, unsigned size)
{
    const unsigned place = offsetof(struct console_config, emergency);

    if (offset <= place && place < offset + size)
        emu_chardev_write(console_of(virtio)->ports[0].chardev, &virtio->config[place], 1);
}

static void console_virtio_reset(struct emu_virtio *virtio)
{
    struct virtio_console *console = console_of(virtio);

    for (unsigned i = 0; i < CONSOLE_PORTS; i++) {
        if (console->ports[i].open)
            emu_chardev_set_listening(console->ports[i].chardev, false);
        console->ports[i].pending = 0;
        console->ports[i].open = false;
        console->ports[i].waiting = 0;
    }
}

static const struct emu_virtio_type console_type = {
    .id = 3,
    .class_code = 0x078000,
    .config_size = sizeof(struct console_config),
    .notified = console_notified,
    .config_written = console_config_written,
    .reset = console_virtio_reset,
};

bool emu_virtio_console_set_port(struct emu_device *device, unsigned port,
                                 struct emu_chardev *chardev, const char *name)
{
    struct console_port *own = &console_of(device)->ports[port];

    own->chardev = chardev;
    if (name == NULL)
        return true;
    if (name[0] == '\0' || strlen(name) >= sizeof(own->name) || strchr(name, '/') != NULL)
        return false;
    memcpy(own->name, name, strlen(name) + 1);
    return true;
}

static bool console_realize(struct emu_device *device, struct emu_error *err)
{
    struct virtio_console *console = console_of(device);
    struct emu_virtio *virtio = &console->virtio;
    struct console_config config = {.ports = (uint32_t)console->count};

    virtio->queue_count = 2 + 2 * (unsigned)console->count;
    if (!emu_virtio_init(virtio, &console_type, err))
        return false;
    virtio->offered |= CONSOLE_F_SIZE | CONSOLE_F_MULTIPORT | CONSOLE_F_EMERGENCY;
    memcpy(virtio->config_initial, &config, sizeof(config));
    memset(virtio->config_mask + offsetof(struct console_config, emergency), 0xff, 4);
    for (unsigned i = 0; i < CONSOLE_PORTS; i++) {
        console->ports[i].console = console;
        if (console->ports[i].chardev != NULL)
            emu_chardev_attach(console->ports[i].chardev, &console_chardev_port,
                               &console->ports[i]);
    }
    return true;
}

static void console_unrealize(struct emu_device *device)
{
    struct virtio_console *console = console_of(device);

    for (unsigned i = 0; i < CONSOLE_PORTS; i++)
        if (console->ports[i].chardev != NULL)
            emu_chardev_attach(console->ports[i].chardev, NULL, NULL);
    emu_virtio_finish(&console->virtio);
}

static void console_reset(struct emu_device *device)
{
    emu_virtio_reset(&console_of(device)->virtio);
}

static const struct emu_field console_port_fields[] = {
    EMU_FIELD(struct console_port, pending), EMU_FIELD(struct console_port, open),
    EMU_FIELD(struct console_port, columns), EMU_FIELD(struct console_port, rows),
    EMU_FIELD(struct console_port, waiting), EMU_FIELD_END,
};

static void console_save(struct emu_device *device, struct emu_writer *out)
{
    struct virtio_console *console = console_of(device);

    emu_virtio_save(&console->virtio, out);
    emu_write_section(out, "virtio-console", 1);
    for (unsigned i = 0; i < CONSOLE_PORTS; i++) {
        const struct console_port *port = &console->ports[i];

        emu_write_fields(out, port, console_port_fields);
        emu_write_bytes(out, "input", port->input, port->waiting);
    }
}

static bool console_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_console *console = console_of(device);
    uint32_t version;

    if (!emu_virtio_load(&console->virtio, in, err) ||
        !emu_read_section(in, "virtio-console", &version, err))
        return false;
    if (version != 1)
        return emu_hw_load_bad("virtio-console", "its version", err);
    for (unsigned i = 0; i < CONSOLE_PORTS; i++) {
        struct console_port *port = &console->ports[i];

        if (!emu_read_fields(in, port, console_port_fields, err))
            return false;
        if (port->waiting > CONSOLE_INPUT)
            return emu_hw_load_bad("virtio-console", "what waits", err);
        if (!emu_read_bytes(in, "input", port->input, port->waiting, err))
            return false;
        emu_chardev_set_listening(port->chardev, port->open);
    }
    console_set_config_size(console);
    return true;
}

static const struct emu_property console_properties[] = {
    {"ports", "terminals and channels", EMU_PROPERTY_UINT, offsetof(struct virtio_console, count),
     1, CONSOLE_PORTS, "2"},
    {0},
};

const struct emu_device_class emu_virtio_console_class = {
    .name = "virtio-console",
    .description = "virtio terminals and channels",
    .size = sizeof(struct virtio_console),
    .properties = console_properties,
    .realize = console_realize,
    .unrealize = console_unrealize,
    .reset = console_reset,
    .save = console_save,
    .load = console_load,
};
