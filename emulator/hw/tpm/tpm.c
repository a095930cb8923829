/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The middle of a TPM: one worker thread, one command at a time; what it answers comes back through
 * the machine's command queue.
 */
#include "emulator/hw/tpm/tpm.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"
#include "emulator/core/queue.h"
#include "emulator/util/thread.h"

struct emu_tpm {
    struct emu_queue *queue;
    struct emu_tpm_backend backend;
    pthread_mutex_t *interface;
    emu_tpm_done_fn *done;
    void *opaque;

    pthread_mutex_t lock; /* all below */
    pthread_cond_t work, idle;
    pthread_t thread;
    bool started, quit, busy;
    bool reset;    /* is to be done, before the command */
    bool waiting;  /* a command is to be executed */
    bool finished; /* a response is to be delivered */
    bool stale;    /* the command that is being executed is of no interest any more */
    uint8_t command[EMU_TPM_BUFFER], response[EMU_TPM_BUFFER];
    size_t command_length, response_length;
};

/* ---- delivering ---- */

static void tpm_deliver(struct emu_tpm *tpm)
{
    uint8_t response[EMU_TPM_BUFFER];
    size_t length;
    bool finished;

    pthread_mutex_lock(&tpm->lock);
    finished = tpm->finished;
    tpm->finished = false;
    length = tpm->response_length;
    memcpy(response, tpm->response, length);
    pthread_mutex_unlock(&tpm->lock);
    if (!finished || tpm->interface == NULL)
        return;
    pthread_mutex_lock(tpm->interface);
    tpm->done(tpm->opaque, response, length);
    pthread_mutex_unlock(tpm->interface);
}

static void tpm_deliver_command(void *opaque, emu_ns now, const void *data, size_t length)
{
    tpm_deliver(opaque);
}

/* ---- the worker; its lock is held but while the back end works ---- */

static void tpm_do_reset(struct emu_tpm *tpm)
{
    tpm->reset = false;
    pthread_mutex_unlock(&tpm->lock);
    tpm->backend.ops->reset(tpm->backend.opaque);
    pthread_mutex_lock(&tpm->lock);
}

static void tpm_do_command(struct emu_tpm *tpm)
{
    uint8_t command[EMU_TPM_BUFFER], response[EMU_TPM_BUFFER];
    size_t length = tpm->command_length;

    memcpy(command, tpm->command, length);
    tpm->waiting = tpm->stale = false;
    pthread_mutex_unlock(&tpm->lock);
    length =
        tpm->backend.ops->execute(tpm->backend.opaque, command, length, response, sizeof(response));
    pthread_mutex_lock(&tpm->lock);
    if (tpm->stale)
        return;
    tpm->response_length = length < sizeof(response) ? length : sizeof(response);
    memcpy(tpm->response, response, tpm->response_length);
    tpm->finished = true;
    emu_queue_post(tpm->queue, tpm_deliver_command, tpm, NULL, 0);
}

static void *tpm_work(void *opaque)
{
    struct emu_tpm *tpm = opaque;

    pthread_mutex_lock(&tpm->lock);
    while (!tpm->quit) {
        tpm->busy = tpm->reset || tpm->waiting;
        if (!tpm->busy) {
            pthread_cond_broadcast(&tpm->idle);
            pthread_cond_wait(&tpm->work, &tpm->lock);
        } else if (tpm->reset) {
            tpm_do_reset(tpm);
        } else {
            tpm_do_command(tpm);
        }
    }
    tpm->busy = false;
    pthread_cond_broadcast(&tpm->idle);
    pthread_mutex_unlock(&tpm->lock);
    return NULL;
}

/* ---- the interface's side ---- */

void emu_tpm_submit(struct emu_tpm *tpm, const uint8_t *command, size_t length)
{
    pthread_mutex_lock(&tpm->lock);
    memcpy(tpm->command, command, length);
    tpm->command_length = length;
    tpm->waiting = tpm->busy = true;
    pthread_cond_signal(&tpm->work);
    pthread_mutex_unlock(&tpm->lock);
}

void emu_tpm_cancel(struct emu_tpm *tpm)
{
    if (tpm->backend.ops->cancel != NULL)
        tpm->backend.ops->cancel(tpm->backend.opaque);
}

void emu_tpm_reset(struct emu_tpm *tpm)
{
    pthread_mutex_lock(&tpm->lock);
    tpm->reset = tpm->stale = tpm->busy = true;
    tpm->waiting = tpm->finished = false;
    pthread_cond_signal(&tpm->work);
    pthread_mutex_unlock(&tpm->lock);
}

void emu_tpm_settle(struct emu_tpm *tpm)
{
    pthread_mutex_lock(&tpm->lock);
    while (tpm->busy)
        pthread_cond_wait(&tpm->idle, &tpm->lock);
    pthread_mutex_unlock(&tpm->lock);
    tpm_deliver(tpm);
}

/* ---- life ---- */

static bool tpm_start(struct emu_tpm *tpm, struct emu_error *err)
{
    int error = emu_thread_create(&tpm->thread, "tpm", tpm_work, tpm);

    tpm->started = error == 0;
    return tpm->started ||
           emu_error_set(err, EMU_ERROR_HOST, "cannot start a thread: %s", strerror(error));
}

struct emu_tpm *emu_tpm_new(struct emu_queue *queue, const struct emu_tpm_backend *backend,
                            struct emu_error *err)
{
    struct emu_tpm *tpm = calloc(1, sizeof(*tpm));
    struct emu_tpm_backend refused = *backend;

    if (tpm == NULL) {
        emu_tpm_backend_close(&refused);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    tpm->queue = queue;
    tpm->backend = *backend;
    pthread_mutex_init(&tpm->lock, NULL);
    pthread_cond_init(&tpm->work, NULL);
    pthread_cond_init(&tpm->idle, NULL);
    if (tpm_start(tpm, err))
        return tpm;
    emu_tpm_free(tpm);
    return NULL;
}

void emu_tpm_attach(struct emu_tpm *tpm, pthread_mutex_t *lock, emu_tpm_done_fn *done, void *opaque)
{
    tpm->interface = lock;
    tpm->done = done;
    tpm->opaque = opaque;
}

void emu_tpm_free(struct emu_tpm *tpm)
{
    if (tpm == NULL)
        return;
    pthread_mutex_lock(&tpm->lock);
    tpm->quit = true;
    pthread_cond_signal(&tpm->work);
    pthread_mutex_unlock(&tpm->lock);
    if (tpm->started)
        pthread_join(tpm->thread, NULL);
    emu_tpm_backend_close(&tpm->backend);
    pthread_cond_destroy(&tpm->work);
    pthread_cond_destroy(&tpm->idle);
    pthread_mutex_destroy(&tpm->lock);
    free(tpm);
}
