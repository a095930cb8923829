/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command queue (core/queue.h): a list under a mutex, and the loop thread's sleep. */
#include "emulator/core/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"
#include "emulator/util/host-time.h"

#define QUEUE_MAX_BYTES (64u << 20)

struct queue_command {
    struct queue_command *next;
    emu_command_fn *fn;
    void *opaque;
    size_t length;
    uint8_t data[];
};

struct emu_queue {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct queue_command *first, **last;
    size_t bytes;
    bool closed, woken, sleeping;
};

struct emu_queue *emu_queue_new(struct emu_error *err)
{
    struct emu_queue *queue = calloc(1, sizeof(*queue));

    if (queue == NULL || emu_cond_init(&queue->wake) != 0) {
        free(queue);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&queue->lock, NULL);
    queue->last = &queue->first;
    return queue;
}

static void queue_free_list(struct queue_command *command)
{
    while (command != NULL) {
        struct queue_command *next = command->next;

        free(command);
        command = next;
    }
}

void emu_queue_free(struct emu_queue *queue)
{
    if (queue == NULL)
        return;
    queue_free_list(queue->first);
    pthread_cond_destroy(&queue->wake);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static void queue_wake_locked(struct emu_queue *queue)
{
    queue->woken = true;
    if (queue->sleeping)
        pthread_cond_signal(&queue->wake);
}

static bool queue_append(struct emu_queue *queue, struct queue_command *command)
{
    size_t bytes = sizeof(*command) + command->length;
    bool taken;

    pthread_mutex_lock(&queue->lock);
    taken = !queue->closed && bytes <= QUEUE_MAX_BYTES - queue->bytes;
    if (taken) {
        *queue->last = command;
        queue->last = &command->next;
        queue->bytes += bytes;
        queue_wake_locked(queue);
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

bool emu_queue_post(struct emu_queue *queue, emu_command_fn *fn, void *opaque, const void *data,
                    size_t length)
{
    struct queue_command *command;

    if (length > QUEUE_MAX_BYTES - sizeof(*command))
        return false;
    command = malloc(sizeof(*command) + length);
    if (command == NULL)
        return false;
    command->next = NULL;
    command->fn = fn;
    command->opaque = opaque;
    command->length = length;
    if (length != 0)
        memcpy(command->data, data, length);
    if (queue_append(queue, command))
        return true;
    free(command);
    return false;
}

static struct queue_command *queue_take_all(struct emu_queue *queue)
{
    struct queue_command *first;

    pthread_mutex_lock(&queue->lock);
    first = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->bytes = 0;
    pthread_mutex_unlock(&queue->lock);
    return first;
}

size_t emu_queue_run(struct emu_queue *queue, emu_ns now)
{
    struct queue_command *command = queue_take_all(queue);
    size_t ran = 0;

    while (command != NULL) {
        struct queue_command *next = command->next;

        command->fn(command->opaque, now, command->length != 0 ? command->data : NULL,
                    command->length);
        free(command);
        command = next;
        ran++;
    }
    return ran;
}

void emu_queue_wait(struct emu_queue *queue, uint64_t timeout_ns)
{
    pthread_mutex_lock(&queue->lock);
    queue->sleeping = true;
    if (!queue->woken && timeout_ns != 0)
        emu_cond_wait(&queue->wake, &queue->lock, timeout_ns);
    queue->sleeping = false;
    queue->woken = false;
    pthread_mutex_unlock(&queue->lock);
}

void emu_queue_wake(struct emu_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue_wake_locked(queue);
    pthread_mutex_unlock(&queue->lock);
}

void emu_queue_close(struct emu_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_mutex_unlock(&queue->lock);
}
