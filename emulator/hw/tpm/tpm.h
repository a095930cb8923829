/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The TPM: its middle, a thread that hands commands to a back end (api/ops/tpm.h) so that no vcpu
 * waits for it, and the guest's interface.
 *  tpm-crb: command response buffer at 0xfed40000. Region 0: 4 KiB; region 1, 1 KiB: memory by
 *  which a system leaves requests for firmware. Needs the device's tpm.
 */
#ifndef EMU_HW_TPM_TPM_H
#define EMU_HW_TPM_TPM_H

#include "emulator/api/ops/tpm.h"
#include "emulator/core/device.h"

struct emu_tpm;
struct emu_queue;

extern const struct emu_device_class emu_tpm_crb_class;

#define EMU_TPM_CRB_SIZE    0x1000
#define EMU_TPM_PPI_SIZE    0x400
#define EMU_TPM_CRB_CONTROL 0x40 /* offset of the control area, for the TPM2 table */

/* Takes the back end, also on failure. The queue must outlive it. NULL with *err. */
struct emu_tpm *emu_tpm_new(struct emu_queue *queue, const struct emu_tpm_backend *backend,
                            struct emu_error *err);
/* Waits for the command that is under way, and closes the back end. NULL is legal. */
void emu_tpm_free(struct emu_tpm *tpm);

/* Loop thread, with the interface's lock held; length 0: the command failed. */
typedef void emu_tpm_done_fn(void *opaque, const uint8_t *response, size_t length);
/* The interface. Before the machine runs. */
void emu_tpm_attach(struct emu_tpm *tpm, pthread_mutex_t *lock, emu_tpm_done_fn *done,
                    void *opaque);

/* With the interface's lock held: length is at most EMU_TPM_BUFFER; one at a time. */
void emu_tpm_submit(struct emu_tpm *tpm, const uint8_t *command, size_t length);
void emu_tpm_cancel(struct emu_tpm *tpm);
/* Forgets what is under way, and the back end starts anew. */
void emu_tpm_reset(struct emu_tpm *tpm);
/* Waits until what is under way is done and delivered. Loop thread, no lock held. */
void emu_tpm_settle(struct emu_tpm *tpm);

#endif
