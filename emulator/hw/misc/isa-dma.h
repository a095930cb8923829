/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel of an ISA bus's DMA controller as a handle, as the device that requests it holds it. */
#ifndef EMU_HW_MISC_ISA_DMA_H
#define EMU_HW_MISC_ISA_DMA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Moves up to length bytes between data and guest memory (in: into memory) and returns how many;
 * fewer than length when the channel is masked, or at its terminal count, which sets *end. Any
 * thread, with the caller's lock held, which comes before the controller's.
 */
typedef size_t emu_isa_dma_fn(void *opaque, unsigned channel, void *data, size_t length, bool in,
                              bool *end);

struct emu_isa_dma {
    emu_isa_dma_fn *fn; /* NULL: not connected */
    void *opaque;
    unsigned channel;
};

static inline size_t emu_isa_dma_move(const struct emu_isa_dma *dma, void *data, size_t length,
                                      bool in, bool *end)
{
    *end = false;
    return dma->fn != NULL ? dma->fn(dma->opaque, dma->channel, data, length, in, end) : 0;
}

#endif
