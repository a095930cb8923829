/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio input (Virtio 1.2, 5.8): a keyboard and a tablet, two classes over one device. Events are
 * Linux's, as they come from the machine's input router. Groups of events go as a whole; those that
 * find no buffers wait for some, so that no key stays down because its end was lost.
 */
#include <linux/input-event-codes.h>
#include <string.h>

#include "emulator/core/input.h"
#include "emulator/hw/devices.h"
#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio.h"

#define INPUT_EVENTS 0 /* the queues */
#define INPUT_STATUS 1

#define INPUT_DATA  128 /* of the configuration: bytes of an answer */
#define INPUT_GROUP 10  /* events of a group: a pointer's two axes, wheels, buttons and an end */

#define INPUT_BACKLOG 1024 /* events that may wait; what comes then is lost, a group as a whole */

enum input_select {
    INPUT_NONE,
    INPUT_NAME,
    INPUT_SERIAL,
    INPUT_IDS,
    INPUT_PROPERTIES = 0x10,
    INPUT_BITS = 0x11,
    INPUT_RANGE = 0x12,
};

/* The configuration: what the driver asks for, and the answer. */
struct input_config {
    uint8_t select, subselect, size, reserved[5];
    uint8_t data[INPUT_DATA];
};

struct input_event {
    uint16_t type, code;
    uint32_t value;
};

struct input_type {
    enum emu_input_kind kind;
    const char *name;
    uint16_t product;
    /* A bit for each code of an event type; their bytes, 0: none. */
    size_t (*bits)(uint8_t type, uint8_t *out);
};

struct virtio_input {
    struct emu_virtio virtio; /* first */
    const struct input_type *type;
    struct emu_input_sink sink;
    unsigned buttons; /* as the guest knows them, */
    int x, y;         /* once it has got what waits: */
    struct input_event backlog[INPUT_BACKLOG];
    unsigned first, waiting;
};

_Static_assert(sizeof(struct input_config) <= EMU_VIRTIO_MAX_CONFIG, "it fits");

static struct virtio_input *input_of(void *device)
{
    return device;
}

/* ---- what it can do ---- */

static size_t input_set_bit(uint8_t *bits, unsigned code, size_t size)
{
    bits[code / 8] |= (uint8_t)(1u << code % 8);
    return code / 8 + 1 > size ? code / 8 + 1 : size;
}

/* All keys that a keyboard of a person has; the media keys among them. */
static size_t input_keyboard_bits(uint8_t type, uint8_t *out)
{
    size_t size = 0;

    if (type == EV_KEY)
        for (unsigned code = KEY_ESC; code <= KEY_MICMUTE; code++)
            size = input_set_bit(out, code, size);
    else if (type == EV_LED)
        for (unsigned code = LED_NUML; code <= LED_SCROLLL; code++)
            size = input_set_bit(out, code, size);
    else if (type == EV_REP)
        size = input_set_bit(out, REP_DELAY, input_set_bit(out, REP_PERIOD, 0));
    return size;
}

static const uint16_t input_buttons[] = {BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA};
#define INPUT_BUTTONS (sizeof(input_buttons) / sizeof(input_buttons[0]))

static size_t input_tablet_bits(uint8_t type, uint8_t *out)
{
    size_t size = 0;

    if (type == EV_KEY)
        for (unsigned i = 0; i < INPUT_BUTTONS; i++)
            size = input_set_bit(out, input_buttons[i], size);
    else if (type == EV_ABS)
        size = input_set_bit(out, ABS_Y, input_set_bit(out, ABS_X, 0));
    else if (type == EV_REL)
        size = input_set_bit(out, REL_WHEEL, input_set_bit(out, REL_HWHEEL, 0));
    return size;
}

static size_t input_answer(const struct virtio_input *input, struct input_config *config)
{
    const uint16_t ids[4] = {0x0006 /* virtual */, 0x0627, input->type->product, 1};
    const uint32_t range[5] = {0, EMU_POINTER_MAX, 0, 0, 0};
    bool tablet = input->type->kind == EMU_INPUT_TABLET;

    switch (config->select) {
    case INPUT_NAME:
        memcpy(config->data, input->type->name, strlen(input->type->name));
        return strlen(input->type->name);
    case INPUT_IDS:
        memcpy(config->data, ids, sizeof(ids));
        return sizeof(ids);
    case INPUT_BITS:
        return input->type->bits(config->subselect, config->data);
    case INPUT_RANGE:
        if (!tablet || config->subselect > ABS_Y)
            return 0;
        memcpy(config->data, range, sizeof(range));
        return sizeof(range);
    default:
        return 0;
    }
}

static void input_config_written(struct emu_virtio *virtio, unsigned offset, unsigned size)
{
    struct input_config config = {.select = virtio->config[0], .subselect = virtio->config[1]};

    config.size = (uint8_t)input_answer(input_of(virtio), &config);
    memcpy(virtio->config, &config, sizeof(config));
}

/* ---- events ---- */

static const struct input_event *input_waiting(const struct virtio_input *input, unsigned ahead)
{
    return &input->backlog[(input->first + ahead) % INPUT_BACKLOG];
}

/* Events of the first group that waits, with its end. */
static unsigned input_group(const struct virtio_input *input)
{
    unsigned count = 0;

    while (count < input->waiting && input_waiting(input, count)->type != EV_SYN)
        count++;
    return count < input->waiting ? count + 1 : count;
}

/* Hands over the first count events. False: there are not enough buffers, and nothing was. */
static bool input_give(struct virtio_input *input, unsigned count)
{
    struct emu_virtio *virtio = &input->virtio;
    struct emu_virtio_chain chain;
    unsigned taken = 0;

    while (taken < count && emu_virtio_pop(virtio, INPUT_EVENTS, &chain)) {
        const struct input_event *event = input_waiting(input, taken);
        size_t given = emu_virtio_give(virtio, &chain, event, sizeof(*event));

        emu_virtio_fill(virtio, INPUT_EVENTS, taken++, chain.head, (uint32_t)given);
    }
    if (taken < count) {
        emu_virtio_unpop(virtio, INPUT_EVENTS, taken);
        return false;
    }
    emu_virtio_publish(virtio, INPUT_EVENTS, count);
    return true;
}

static void input_flush(struct virtio_input *input)
{
    while (input->waiting != 0) {
        unsigned count = input_group(input);

        if (!input_give(input, count))
            break;
        input->first = (input->first + count) % INPUT_BACKLOG;
        input->waiting -= count;
    }
    emu_virtio_signal(&input->virtio, INPUT_EVENTS);
}

static void input_send(struct virtio_input *input, const struct input_event *events, unsigned count)
{
    if (count > INPUT_BACKLOG - input->waiting)
        return;
    for (unsigned i = 0; i < count; i++)
        input->backlog[(input->first + input->waiting++) % INPUT_BACKLOG] = events[i];
    input_flush(input);
}

static void input_key(void *opaque, unsigned code, bool down)
{
    struct virtio_input *input = opaque;
    const struct input_event events[] = {{EV_KEY, (uint16_t)code, down}, {EV_SYN, SYN_REPORT, 0}};

    if (code > KEY_MICMUTE)
        return;
    pthread_mutex_lock(&input->virtio.pci.device.lock);
    input_send(input, events, 2);
    pthread_mutex_unlock(&input->virtio.pci.device.lock);
}

/* Only what differs from what the guest knows. */
static unsigned input_pointer_events(struct virtio_input *input,
                                     const struct emu_pointer_event *event, struct input_event *out)
{
    unsigned count = 0, changed = event->buttons ^ input->buttons;

    if (event->x != input->x)
        out[count++] = (struct input_event){EV_ABS, ABS_X, (uint32_t)event->x};
    if (event->y != input->y)
        out[count++] = (struct input_event){EV_ABS, ABS_Y, (uint32_t)event->y};
    if (event->wheel != 0)
        out[count++] = (struct input_event){EV_REL, REL_WHEEL, -(uint32_t)event->wheel};
    if (event->wheel_across != 0)
        out[count++] = (struct input_event){EV_REL, REL_HWHEEL, (uint32_t)event->wheel_across};
    for (unsigned i = 0; i < INPUT_BUTTONS; i++)
        if (changed >> i & 1)
            out[count++] = (struct input_event){EV_KEY, input_buttons[i], event->buttons >> i & 1};
    out[count++] = (struct input_event){EV_SYN, SYN_REPORT, 0};
    return count;
}

static void input_pointer(void *opaque, const struct emu_pointer_event *event)
{
    struct virtio_input *input = opaque;
    struct input_event events[INPUT_GROUP];
    unsigned count;

    pthread_mutex_lock(&input->virtio.pci.device.lock);
    count = input_pointer_events(input, event, events);
    input->x = event->x;
    input->y = event->y;
    input->buttons = event->buttons;
    if (count > 1)
        input_send(input, events, count);
    pthread_mutex_unlock(&input->virtio.pci.device.lock);
}

static const struct emu_input_ops input_ops = {input_key, input_pointer};

/* ---- what the driver sends: lamps ---- */

static void input_take_status(struct virtio_input *input, const struct input_event *event)
{
    static const unsigned leds[] = {
        [LED_NUML] = EMU_LED_NUM, [LED_CAPSL] = EMU_LED_CAPS, [LED_SCROLLL] = EMU_LED_SCROLL};
    unsigned lit = atomic_load(&input->sink.leds);

    if (event->type != EV_LED || event->code > LED_SCROLLL)
        return;
    lit = event->value != 0 ? lit | leds[event->code] : lit & ~leds[event->code];
    emu_input_set_leds(&input->sink, lit);
}

/* Buffers for events mean that the driver listens. */
static void input_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct virtio_input *input = input_of(virtio);
    struct emu_virtio_chain chain;
    struct input_event event;

    if (queue == INPUT_EVENTS) {
        emu_input_set_ready(&input->sink, emu_virtio_running(virtio));
        input_flush(input);
    }
    while (queue == INPUT_STATUS && emu_virtio_pop(virtio, queue, &chain)) {
        if (emu_virtio_take(virtio, &chain, &event, sizeof(event)) == sizeof(event))
            input_take_status(input, &event);
        emu_virtio_push(virtio, queue, chain.head, 0);
    }
}

static void input_virtio_reset(struct emu_virtio *virtio)
{
    struct virtio_input *input = input_of(virtio);

    emu_input_set_ready(&input->sink, false);
    emu_input_forget_leds(&input->sink);
    input->buttons = 0;
    input->x = input->y = 0;
    input->first = input->waiting = 0;
}

/* ---- the devices ---- */

static const struct emu_virtio_type input_virtio_type = {
    .id = 18,
    .class_code = 0x098000,
    .config_size = sizeof(struct input_config),
    .notified = input_notified,
    .config_written = input_config_written,
    .reset = input_virtio_reset,
};

static bool input_realize(struct emu_device *device, const struct input_type *type,
                          struct emu_error *err)
{
    struct virtio_input *input = input_of(device);

    input->type = type;
    input->virtio.queue_count = 2;
    if (!emu_virtio_init(&input->virtio, &input_virtio_type, err))
        return false;
    input->virtio.config_mask[0] = input->virtio.config_mask[1] = 0xff;
    input->sink.kind = type->kind;
    input->sink.rank = EMU_INPUT_RANK_VIRTIO;
    input->sink.ops = &input_ops;
    input->sink.opaque = input;
    emu_input_add(device->input, &input->sink);
    return true;
}

static bool input_realize_keyboard(struct emu_device *device, struct emu_error *err)
{
    static const struct input_type type = {EMU_INPUT_KEYBOARD, "Lathe Virtio Keyboard", 1,
                                           input_keyboard_bits};

    return input_realize(device, &type, err);
}

static bool input_realize_tablet(struct emu_device *device, struct emu_error *err)
{
    static const struct input_type type = {EMU_INPUT_TABLET, "Lathe Virtio Tablet", 2,
                                           input_tablet_bits};

    return input_realize(device, &type, err);
}

static void input_unrealize(struct emu_device *device)
{
    emu_input_remove(&input_of(device)->sink);
    emu_virtio_finish(&input_of(device)->virtio);
}

static void input_reset(struct emu_device *device)
{
    emu_virtio_reset(&input_of(device)->virtio);
}

/* The events that wait, one after the other. */
static void input_save_backlog(const struct virtio_input *input, struct emu_writer *out)
{
    emu_write_u64(out, "waiting", input->waiting);
    for (unsigned i = 0; i < input->waiting; i++) {
        const struct input_event *event = input_waiting(input, i);

        emu_write_u64(out, "event",
                      (uint64_t)event->type << 48 | (uint64_t)event->code << 32 | event->value);
    }
}

static bool input_load_backlog(struct virtio_input *input, struct emu_reader *in,
                               struct emu_error *err)
{
    uint64_t waiting, event;

    input->first = input->waiting = 0;
    if (!emu_read_u64(in, "waiting", &waiting, err))
        return false;
    if (waiting > INPUT_BACKLOG)
        return emu_hw_load_bad("virtio-input", "what waits", err);
    for (uint64_t i = 0; i < waiting; i++) {
        if (!emu_read_u64(in, "event", &event, err))
            return false;
        input->backlog[input->waiting++] =
            (struct input_event){(uint16_t)(event >> 48), (uint16_t)(event >> 32), (uint32_t)event};
    }
    return true;
}

static void input_save(struct emu_device *device, struct emu_writer *out)
{
    struct virtio_input *input = input_of(device);

    emu_virtio_save(&input->virtio, out);
    emu_write_section(out, "virtio-input", 1);
    emu_write_u64(out, "leds", atomic_load(&input->sink.leds));
    emu_write_u64(out, "buttons", input->buttons);
    emu_write_u64(out, "x", (uint64_t)input->x);
    emu_write_u64(out, "y", (uint64_t)input->y);
    input_save_backlog(input, out);
}

static bool input_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct virtio_input *input = input_of(device);
    uint64_t leds, buttons, x, y;
    uint32_t version;

    if (!emu_virtio_load(&input->virtio, in, err) ||
        !emu_read_section(in, "virtio-input", &version, err) ||
        !emu_read_u64(in, "leds", &leds, err) || !emu_read_u64(in, "buttons", &buttons, err) ||
        !emu_read_u64(in, "x", &x, err) || !emu_read_u64(in, "y", &y, err))
        return false;
    if (version != 1 || leds > 7 || buttons > 0x1f || x > EMU_POINTER_MAX || y > EMU_POINTER_MAX)
        return emu_hw_load_bad("virtio-input", "its state", err);
    emu_input_set_leds(&input->sink, (unsigned)leds);
    emu_input_set_ready(&input->sink, emu_virtio_running(&input->virtio));
    input->buttons = (unsigned)buttons;
    input->x = (int)x;
    input->y = (int)y;
    return input_load_backlog(input, in, err);
}

#define INPUT_CLASS(symbol, class_name, what, realize_fn)                                          \
    const struct emu_device_class symbol = {                                                       \
        .name = class_name,                                                                        \
        .description = what,                                                                       \
        .size = sizeof(struct virtio_input),                                                       \
        .realize = realize_fn,                                                                     \
        .unrealize = input_unrealize,                                                              \
        .reset = input_reset,                                                                      \
        .save = input_save,                                                                        \
        .load = input_load,                                                                        \
    }

INPUT_CLASS(emu_virtio_keyboard_class, "virtio-keyboard", "virtio keyboard",
            input_realize_keyboard);
INPUT_CLASS(emu_virtio_tablet_class, "virtio-tablet",
            "virtio tablet: a pointer with absolute positions", input_realize_tablet);
