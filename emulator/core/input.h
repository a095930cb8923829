/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The router of input (api/input.h): keyboards and pointers of the machine are its sinks. Of those
 * that the guest listens to, the one of the highest rank gets an event, so that no key comes twice.
 */
#ifndef EMU_CORE_INPUT_H
#define EMU_CORE_INPUT_H

#include <stdatomic.h>

#include "emulator/api/input.h"

struct emu_input;
struct emu_queue;

enum emu_input_kind { EMU_INPUT_KEYBOARD, EMU_INPUT_MOUSE, EMU_INPUT_TABLET };

/* Who wins among those that are ready. */
enum emu_input_rank {
    EMU_INPUT_RANK_PS2,
    EMU_INPUT_RANK_USB,
    EMU_INPUT_RANK_VIRTIO,
};

/* Called on the loop thread without the device's lock. */
struct emu_input_ops {
    /* Keyboards. down may come again for a key that is down: it repeats. */
    void (*key)(void *opaque, unsigned code, bool down);
    /* Mice and tablets. absolute is as the kind says; a way is 0, 0 and a position is the last one
     * when the event was of the other kind. */
    void (*pointer)(void *opaque, const struct emu_pointer_event *event);
};

/* In the device's struct; kind, rank, ops and opaque are set before emu_input_add. */
struct emu_input_sink {
    enum emu_input_kind kind;
    enum emu_input_rank rank;
    const struct emu_input_ops *ops;
    void *opaque;
    struct emu_input *input;     /* the rest is the router's */
    struct emu_input_sink *next; /* ranks descend */
    _Atomic bool ready;
    _Atomic unsigned leds;
    _Atomic bool leds_set; /* by the guest */
};

/* changed: see input_changed of the observer; loop thread; may be NULL. NULL: out of memory. */
struct emu_input *emu_input_new(struct emu_queue *queue, void (*changed)(void *opaque),
                                void *opaque);
void emu_input_free(struct emu_input *input); /* all sinks are gone; NULL is legal */

/* Before the machine runs, or on the loop thread. input may be NULL: nothing will ever come. */
void emu_input_add(struct emu_input *input, struct emu_input_sink *sink);
/* No event comes afterwards. What is down there is forgotten. No effect on one never added. */
void emu_input_remove(struct emu_input_sink *sink);
/* The guest's driver listens, or stops to. Any thread, locks may be held. */
void emu_input_set_ready(struct emu_input_sink *sink, bool ready);
/* EMU_LED_... as the guest set them. Any thread, locks may be held. */
void emu_input_set_leds(struct emu_input_sink *sink, unsigned leds);
/* The keyboard was reset: dark, and not by the guest's choice. Any thread, locks may be held. */
void emu_input_forget_leds(struct emu_input_sink *sink);

/* The functions of api/input.h, on the loop thread. */
void emu_input_key(struct emu_input *input, unsigned code, bool down);
void emu_input_pointer(struct emu_input *input, const struct emu_pointer_event *event);
void emu_input_release(struct emu_input *input);
/* Any thread; no sink is added or removed meanwhile, or the answer may miss it. */
struct emu_input_status emu_input_status(struct emu_input *input);

#endif
