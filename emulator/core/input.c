/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who gets a key or a movement. A key that is down belongs to the keyboard that it was sent to:
 * when another takes over, it goes up there first.
 */
#include "emulator/core/input.h"

#include <pthread.h>
#include <stdlib.h>

#include "emulator/core/machine.h"

#define INPUT_WORDS (EMU_KEY_MAX / 64 + 1)
#define INPUT_LEDS  (EMU_LED_SCROLL | EMU_LED_NUM | EMU_LED_CAPS)

struct emu_input {
    struct emu_queue *queue;
    void (*changed)(void *opaque);
    void *opaque;
    pthread_mutex_t lock; /* guards the list of sinks */
    struct emu_input_sink *sinks;
    struct emu_input_sink *keyboard, *pointer; /* that had the last event */
    uint64_t down[INPUT_WORDS];
    unsigned buttons;
    int x, y; /* the last position */
};

struct emu_input *emu_input_new(struct emu_queue *queue, void (*changed)(void *opaque),
                                void *opaque)
{
    struct emu_input *input = calloc(1, sizeof(*input));

    if (input == NULL)
        return NULL;
    input->queue = queue;
    input->changed = changed;
    input->opaque = opaque;
    pthread_mutex_init(&input->lock, NULL);
    return input;
}

void emu_input_free(struct emu_input *input)
{
    if (input == NULL)
        return;
    pthread_mutex_destroy(&input->lock);
    free(input);
}

/* ---- sinks ---- */

void emu_input_add(struct emu_input *input, struct emu_input_sink *sink)
{
    struct emu_input_sink **place;

    if (input == NULL)
        return;
    sink->input = input;
    pthread_mutex_lock(&input->lock);
    for (place = &input->sinks; *place != NULL && (*place)->rank >= sink->rank;)
        place = &(*place)->next;
    sink->next = *place;
    *place = sink;
    pthread_mutex_unlock(&input->lock);
}

static void input_unlink(struct emu_input *input, struct emu_input_sink *sink)
{
    struct emu_input_sink **place = &input->sinks;

    while (*place != NULL && *place != sink)
        place = &(*place)->next;
    if (*place != NULL)
        *place = sink->next;
}

static void input_forget(struct emu_input *input, const struct emu_input_sink *sink)
{
    if (input->pointer == sink)
        input->pointer = NULL;
    if (input->keyboard != sink)
        return;
    input->keyboard = NULL;
    for (unsigned i = 0; i < INPUT_WORDS; i++)
        input->down[i] = 0;
}

void emu_input_remove(struct emu_input_sink *sink)
{
    struct emu_input *input = sink->input;

    if (input == NULL)
        return;
    pthread_mutex_lock(&input->lock);
    input_unlink(input, sink);
    pthread_mutex_unlock(&input->lock);
    input_forget(input, sink);
    sink->input = NULL;
}

static void input_changed(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_input *input = opaque;

    input->changed(input->opaque);
}

static void input_tell(struct emu_input *input)
{
    if (input != NULL && input->changed != NULL)
        emu_queue_post(input->queue, input_changed, input, NULL, 0);
}

void emu_input_set_ready(struct emu_input_sink *sink, bool ready)
{
    if (atomic_exchange(&sink->ready, ready) != ready)
        input_tell(sink->input);
}

static void input_note_leds(struct emu_input_sink *sink, unsigned leds, bool set)
{
    bool changed = atomic_exchange(&sink->leds, leds) != leds;

    if (atomic_exchange(&sink->leds_set, set) != set || changed)
        input_tell(sink->input);
}

void emu_input_set_leds(struct emu_input_sink *sink, unsigned leds)
{
    input_note_leds(sink, leds & INPUT_LEDS, true);
}

void emu_input_forget_leds(struct emu_input_sink *sink)
{
    input_note_leds(sink, 0, false);
}

/* The first that is ready; tablets and mice are both pointers. */
static struct emu_input_sink *input_find(const struct emu_input *input, bool keyboard)
{
    struct emu_input_sink *sink = input->sinks;

    while (sink != NULL &&
           ((sink->kind == EMU_INPUT_KEYBOARD) != keyboard || !atomic_load(&sink->ready)))
        sink = sink->next;
    return sink;
}

struct emu_input_status emu_input_status(struct emu_input *input)
{
    struct emu_input_status status = {0};

    pthread_mutex_lock(&input->lock);
    const struct emu_input_sink *pointer = input_find(input, false);
    const struct emu_input_sink *keyboard = input_find(input, true);
    status.absolute = pointer != NULL && pointer->kind == EMU_INPUT_TABLET;
    status.leds = keyboard != NULL ? atomic_load(&keyboard->leds) : 0;
    status.leds_set = keyboard != NULL && atomic_load(&keyboard->leds_set);
    pthread_mutex_unlock(&input->lock);
    return status;
}

/* ---- keys ---- */

static void input_release_keys(struct emu_input *input)
{
    struct emu_input_sink *sink = input->keyboard;

    for (unsigned i = 0; i < INPUT_WORDS; i++) {
        for (; sink != NULL && input->down[i] != 0; input->down[i] &= input->down[i] - 1)
            sink->ops->key(sink->opaque, i * 64 + (unsigned)__builtin_ctzll(input->down[i]), false);
    }
}

static struct emu_input_sink *input_keyboard(struct emu_input *input)
{
    struct emu_input_sink *sink = input_find(input, true);

    if (sink != input->keyboard)
        input_release_keys(input);
    input->keyboard = sink;
    return sink;
}

void emu_input_key(struct emu_input *input, unsigned code, bool down)
{
    struct emu_input_sink *sink = input_keyboard(input);
    uint64_t bit = 1ull << code % 64;

    if (sink == NULL || code > EMU_KEY_MAX)
        return;
    if (down)
        input->down[code / 64] |= bit;
    else
        input->down[code / 64] &= ~bit;
    sink->ops->key(sink->opaque, code, down);
}

/* ---- pointers ---- */

/* A mouse cannot jump, and a tablet cannot be pushed. */
static struct emu_pointer_event input_adapt(struct emu_input *input,
                                            const struct emu_pointer_event *event, bool absolute)
{
    struct emu_pointer_event adapted = *event;

    if (event->absolute) {
        input->x = event->x < 0 ? 0 : event->x > EMU_POINTER_MAX ? EMU_POINTER_MAX : event->x;
        input->y = event->y < 0 ? 0 : event->y > EMU_POINTER_MAX ? EMU_POINTER_MAX : event->y;
    }
    if (absolute || event->absolute) {
        adapted.x = absolute ? input->x : 0;
        adapted.y = absolute ? input->y : 0;
    }
    adapted.absolute = absolute;
    return adapted;
}

static void input_send_pointer(struct emu_input *input, struct emu_input_sink *sink,
                               const struct emu_pointer_event *event)
{
    struct emu_pointer_event adapted = input_adapt(input, event, sink->kind == EMU_INPUT_TABLET);

    input->buttons = event->buttons;
    sink->ops->pointer(sink->opaque, &adapted);
}

static void input_release_buttons(struct emu_input *input)
{
    static const struct emu_pointer_event still = {0};

    if (input->pointer != NULL && input->buttons != 0)
        input_send_pointer(input, input->pointer, &still);
}

void emu_input_pointer(struct emu_input *input, const struct emu_pointer_event *event)
{
    struct emu_input_sink *sink = input_find(input, false);

    if (sink != input->pointer)
        input_release_buttons(input);
    input->pointer = sink;
    if (sink != NULL)
        input_send_pointer(input, sink, event);
}

void emu_input_release(struct emu_input *input)
{
    input_release_keys(input);
    input_release_buttons(input);
}

/* ---- from outside ---- */

struct input_key_command {
    unsigned code;
    bool down;
};

static void input_run_key(void *opaque, emu_ns now, const void *data, size_t length)
{
    const struct input_key_command *command = data;

    emu_input_key(opaque, command->code, command->down);
}

static void input_run_pointer(void *opaque, emu_ns now, const void *data, size_t length)
{
    emu_input_pointer(opaque, data);
}

static void input_run_release(void *opaque, emu_ns now, const void *data, size_t length)
{
    emu_input_release(opaque);
}

static void input_run_wake(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_machine *machine = opaque;

    if (emu_machine_is_asleep(machine) && machine->board->input_wakes != NULL)
        machine->board->input_wakes(machine);
}

/* Whichever device it goes to: that may have no power. */
static void input_wake(struct emu_machine *machine, bool down)
{
    if (down && emu_machine_is_asleep(machine))
        emu_queue_post(machine->queue, input_run_wake, machine, NULL, 0);
}

void emu_machine_key(struct emu_machine *machine, unsigned code, bool down)
{
    struct input_key_command command = {code, down};

    if (code <= EMU_KEY_MAX)
        emu_queue_post(machine->queue, input_run_key, machine->input, &command, sizeof(command));
    input_wake(machine, down);
}

void emu_machine_pointer(struct emu_machine *machine, const struct emu_pointer_event *event)
{
    emu_queue_post(machine->queue, input_run_pointer, machine->input, event, sizeof(*event));
    input_wake(machine, event->buttons != 0);
}

void emu_machine_release_input(struct emu_machine *machine)
{
    emu_queue_post(machine->queue, input_run_release, machine->input, NULL, 0);
}

struct emu_input_status emu_machine_get_input_status(const struct emu_machine *machine)
{
    return emu_input_status(machine->input);
}
