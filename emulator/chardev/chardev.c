/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a character device: input waits in a ring until the loop thread hands it to the
 * device. No lock is held while the device or the back end is called.
 */
#include "emulator/chardev/chardev.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/chardev.h"
#include "emulator/core/machine.h"
#include "emulator/core/queue.h"

#define CHARDEV_RING  65536u
#define CHARDEV_PIECE 4096u /* bytes handed over in one go */

struct emu_chardev {
    struct emu_queue *queue;
    struct emu_chardev_backend backend;
    const struct emu_chardev_port *port; /* loop thread */
    void *port_opaque;

    pthread_mutex_t lock;
    uint8_t *ring;
    size_t start, used;
    bool posted;  /* a delivery is in the queue */
    bool starved; /* the back end waits for room */
    bool breaking;
    size_t before_break; /* bytes of the ring that go before it */
    bool resized;        /* the device is to be told */
    unsigned columns, rows;
    bool reconnected, connected; /* the device is to be told so */
};

struct emu_chardev *emu_chardev_new(struct emu_queue *queue,
                                    const struct emu_chardev_backend *backend,
                                    struct emu_error *err)
{
    struct emu_chardev *chardev = calloc(1, sizeof(*chardev));
    struct emu_chardev_backend refused = *backend;

    if (chardev != NULL)
        chardev->ring = malloc(CHARDEV_RING);
    if (chardev == NULL || chardev->ring == NULL) {
        free(chardev);
        emu_chardev_backend_close(&refused);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&chardev->lock, NULL);
    chardev->queue = queue;
    chardev->backend = *backend;
    if (backend->ops != NULL && backend->ops->open != NULL)
        backend->ops->open(backend->opaque, chardev);
    return chardev;
}

void emu_chardev_free(struct emu_chardev *chardev)
{
    if (chardev == NULL)
        return;
    emu_chardev_backend_close(&chardev->backend);
    pthread_mutex_destroy(&chardev->lock);
    free(chardev->ring);
    free(chardev);
}

/* ---- towards the device ---- */

static size_t chardev_put_locked(struct emu_chardev *chardev, const uint8_t *data, size_t length)
{
    size_t end = (chardev->start + chardev->used) % CHARDEV_RING;
    size_t taken = CHARDEV_RING - chardev->used, first;

    if (taken > length)
        taken = length;
    first = taken < CHARDEV_RING - end ? taken : CHARDEV_RING - end;
    memcpy(chardev->ring + end, data, first);
    memcpy(chardev->ring, data + first, taken - first);
    chardev->used += taken;
    return taken;
}

static size_t chardev_get(struct emu_chardev *chardev, uint8_t *out, size_t length)
{
    size_t taken, first;

    pthread_mutex_lock(&chardev->lock);
    taken = chardev->breaking ? chardev->before_break : chardev->used;
    taken = taken < length ? taken : length;
    chardev->before_break -= chardev->breaking ? taken : 0;
    first = taken < CHARDEV_RING - chardev->start ? taken : CHARDEV_RING - chardev->start;
    memcpy(out, chardev->ring + chardev->start, first);
    memcpy(out + first, chardev->ring, taken - first);
    chardev->start = (chardev->start + taken) % CHARDEV_RING;
    chardev->used -= taken;
    pthread_mutex_unlock(&chardev->lock);
    return taken;
}

static bool chardev_break_is_next(struct emu_chardev *chardev)
{
    bool next;

    pthread_mutex_lock(&chardev->lock);
    next = chardev->breaking && chardev->before_break == 0;
    pthread_mutex_unlock(&chardev->lock);
    return next;
}

/* False: the device does not take it now. */
static bool chardev_hand_over_break(struct emu_chardev *chardev)
{
    if (chardev->port->receive_break != NULL && !chardev->port->receive_break(chardev->port_opaque))
        return false;
    pthread_mutex_lock(&chardev->lock);
    chardev->breaking = false;
    pthread_mutex_unlock(&chardev->lock);
    return true;
}

/* As much as the device takes. */
static void chardev_hand_over(struct emu_chardev *chardev)
{
    uint8_t piece[CHARDEV_PIECE];

    while (chardev->port != NULL) {
        if (chardev_break_is_next(chardev) && !chardev_hand_over_break(chardev))
            return;
        size_t room = chardev->port->room(chardev->port_opaque);
        size_t length = chardev_get(chardev, piece, room < sizeof(piece) ? room : sizeof(piece));

        if (length == 0 && (room == 0 || !chardev_break_is_next(chardev)))
            return;
        if (length != 0)
            chardev->port->receive(chardev->port_opaque, piece, length);
    }
}

static bool chardev_take_starved(struct emu_chardev *chardev)
{
    bool tell;

    pthread_mutex_lock(&chardev->lock);
    tell = chardev->starved && chardev->used < CHARDEV_RING;
    chardev->starved &= !tell;
    pthread_mutex_unlock(&chardev->lock);
    return tell;
}

/* The last size counts. */
static void chardev_hand_over_size(struct emu_chardev *chardev)
{
    unsigned columns, rows;
    bool tell;

    pthread_mutex_lock(&chardev->lock);
    tell = chardev->resized && chardev->port != NULL;
    chardev->resized &= !tell;
    columns = chardev->columns;
    rows = chardev->rows;
    pthread_mutex_unlock(&chardev->lock);
    if (tell && chardev->port->resize != NULL)
        chardev->port->resize(chardev->port_opaque, columns, rows);
}

static void chardev_hand_over_connected(struct emu_chardev *chardev)
{
    bool tell, connected;

    pthread_mutex_lock(&chardev->lock);
    tell = chardev->reconnected && chardev->port != NULL;
    chardev->reconnected &= !tell;
    connected = chardev->connected;
    pthread_mutex_unlock(&chardev->lock);
    if (tell && chardev->port->connected != NULL)
        chardev->port->connected(chardev->port_opaque, connected);
}

static void chardev_deliver(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct emu_chardev *chardev = opaque;

    pthread_mutex_lock(&chardev->lock);
    chardev->posted = false;
    pthread_mutex_unlock(&chardev->lock);
    chardev_hand_over_size(chardev);
    chardev_hand_over_connected(chardev);
    chardev_hand_over(chardev);
    if (chardev_take_starved(chardev) && chardev->backend.ops->room != NULL)
        chardev->backend.ops->room(chardev->backend.opaque);
}

static void chardev_post_locked(struct emu_chardev *chardev)
{
    if (!chardev->posted)
        chardev->posted = emu_queue_post(chardev->queue, chardev_deliver, chardev, NULL, 0);
}

size_t emu_chardev_input(struct emu_chardev *chardev, const uint8_t *data, size_t length)
{
    size_t taken;

    if (length == 0)
        return 0;
    pthread_mutex_lock(&chardev->lock);
    taken = chardev_put_locked(chardev, data, length);
    chardev->starved |= taken < length;
    chardev_post_locked(chardev);
    pthread_mutex_unlock(&chardev->lock);
    return taken;
}

void emu_chardev_break(struct emu_chardev *chardev)
{
    pthread_mutex_lock(&chardev->lock);
    chardev->before_break = chardev->used;
    chardev->breaking = true;
    chardev_post_locked(chardev);
    pthread_mutex_unlock(&chardev->lock);
}

void emu_chardev_resize(struct emu_chardev *chardev, unsigned columns, unsigned rows)
{
    if (columns == 0 || columns > UINT16_MAX || rows == 0 || rows > UINT16_MAX)
        return;
    pthread_mutex_lock(&chardev->lock);
    chardev->columns = columns;
    chardev->rows = rows;
    chardev->resized = true;
    chardev_post_locked(chardev);
    pthread_mutex_unlock(&chardev->lock);
}

void emu_chardev_set_connected(struct emu_chardev *chardev, bool connected)
{
    pthread_mutex_lock(&chardev->lock);
    chardev->used = 0;
    chardev->before_break = 0;
    chardev->connected = connected;
    chardev->reconnected = true;
    chardev_post_locked(chardev);
    pthread_mutex_unlock(&chardev->lock);
}

void emu_chardev_drained(struct emu_chardev *chardev)
{
    if (chardev == NULL)
        return;
    pthread_mutex_lock(&chardev->lock);
    if (chardev->used != 0 || chardev->breaking || chardev->resized || chardev->reconnected)
        chardev_post_locked(chardev);
    pthread_mutex_unlock(&chardev->lock);
}

void emu_chardev_attach(struct emu_chardev *chardev, const struct emu_chardev_port *port,
                        void *opaque)
{
    chardev->port = port;
    chardev->port_opaque = opaque;
    emu_chardev_drained(chardev);
}

/* ---- towards the back end ---- */

void emu_chardev_write(struct emu_chardev *chardev, const uint8_t *data, size_t length)
{
    if (chardev != NULL && chardev->backend.ops != NULL && chardev->backend.ops->write != NULL)
        chardev->backend.ops->write(chardev->backend.opaque, data, length);
}

void emu_chardev_set_listening(struct emu_chardev *chardev, bool listening)
{
    if (chardev != NULL && chardev->backend.ops != NULL && chardev->backend.ops->listening != NULL)
        chardev->backend.ops->listening(chardev->backend.opaque, listening);
}

void emu_chardev_reset(struct emu_chardev *chardev)
{
    if (chardev->backend.ops != NULL && chardev->backend.ops->reset != NULL)
        chardev->backend.ops->reset(chardev->backend.opaque);
}

/* ---- in a machine ---- */

static void chardev_part_reset(void *object)
{
    emu_chardev_reset(object);
}

static void chardev_part_free(void *object)
{
    emu_chardev_free(object);
}

bool emu_machine_add_chardev(struct emu_machine *machine, struct emu_chardev *chardev,
                             struct emu_error *err)
{
    static const struct emu_machine_part part = {.reset = chardev_part_reset,
                                                 .free = chardev_part_free};

    return emu_machine_add_part(machine, &part, chardev, err);
}

void emu_chardev_backend_close(struct emu_chardev_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    backend->ops = NULL;
    backend->opaque = NULL;
}
