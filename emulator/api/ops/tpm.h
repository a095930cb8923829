/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For those who implement a TPM 2.0: a program that emulates one, a host's device, a test. The
 * guest's end is emulator/hw/tpm. All functions but cancel are called by one thread of the machine,
 * one at a time, and may block.
 */
#ifndef EMU_API_OPS_TPM_H
#define EMU_API_OPS_TPM_H

#include "emulator/api/types.h"

/* The longest command and response, in bytes. */
#define EMU_TPM_BUFFER 3968u

struct emu_tpm_ops {
    const char *name; /* "swtpm", ... */
    /* The machine was reset: the TPM loses power and starts anew. False: it cannot. */
    bool (*reset)(void *opaque);
    /* Executes a command; returns the response's length, at most max, 0: it failed. */
    size_t (*execute)(void *opaque, const uint8_t *command, size_t length, uint8_t *response,
                      size_t max);
    /* The command that is being executed is to end soon. Any thread, never blocks; may be NULL. */
    void (*cancel)(void *opaque);
    void (*close)(void *opaque); /* No other call is under way. */
};

/* A back end, ready to be given to a machine, which closes it. ops NULL: no TPM. */
struct emu_tpm_backend {
    const struct emu_tpm_ops *ops;
    void *opaque;
};

static inline void emu_tpm_backend_close(struct emu_tpm_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    *backend = (struct emu_tpm_backend){0};
}

#endif
