/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Virtio entropy source (Virtio 1.2, 5.4): the host's random numbers. */
#include <sys/random.h>

#include "emulator/hw/devices.h"
#include "emulator/hw/virtio/virtio.h"

#define RNG_MAX 1024 /* bytes of one answer; a driver that wants more asks again */

static void rng_notified(struct emu_virtio *virtio, unsigned queue)
{
    struct emu_virtio_chain chain;
    uint8_t bytes[RNG_MAX];

    while (emu_virtio_pop(virtio, queue, &chain)) {
        uint64_t wanted = emu_virtio_length(chain.segments + chain.out_count, chain.in_count);
        ssize_t got = getrandom(bytes, wanted < RNG_MAX ? (size_t)wanted : RNG_MAX, 0);
        size_t given = emu_virtio_give(virtio, &chain, bytes, got > 0 ? (size_t)got : 0);

        emu_virtio_push(virtio, queue, chain.head, (uint32_t)given);
    }
}

static const struct emu_virtio_type rng_type = {
    .id = 4,
    .class_code = 0x00ff00,
    .notified = rng_notified,
};

static bool rng_realize(struct emu_device *device, struct emu_error *err)
{
    struct emu_virtio *virtio = (struct emu_virtio *)device;

    virtio->queue_count = 1;
    return emu_virtio_init(virtio, &rng_type, err);
}

static void rng_unrealize(struct emu_device *device)
{
    emu_virtio_finish((struct emu_virtio *)device);
}

static void rng_reset(struct emu_device *device)
{
    emu_virtio_reset((struct emu_virtio *)device);
}

static void rng_save(struct emu_device *device, struct emu_writer *out)
{
    emu_virtio_save((struct emu_virtio *)device, out);
}

static bool rng_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    return emu_virtio_load((struct emu_virtio *)device, in, err);
}

const struct emu_device_class emu_virtio_rng_class = {
    .name = "virtio-rng",
    .description = "virtio entropy source",
    .size = sizeof(struct emu_virtio),
    .realize = rng_realize,
    .unrealize = rng_unrealize,
    .reset = rng_reset,
    .save = rng_save,
    .load = rng_load,
};
