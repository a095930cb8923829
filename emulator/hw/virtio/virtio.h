/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio devices on PCI (Virtual I/O Device 1.2: chapters 2 and 4.1): modern transport only, split
 * queues with indirect descriptors and event indexes. A device embeds struct emu_virtio as its
 * first member, fills an emu_virtio_type and calls emu_virtio_init in its realize. Everything here
 * is called with the device's lock held, but for init and finish.
 */
#ifndef EMU_HW_VIRTIO_VIRTIO_H
#define EMU_HW_VIRTIO_VIRTIO_H

#include "emulator/block/disk.h"
#include "emulator/hw/pci/pci.h"

#define EMU_VIRTIO_MAX_QUEUES   16
#define EMU_VIRTIO_QUEUE_SIZE   256
#define EMU_VIRTIO_MAX_SEGMENTS 256 /* of one chain */
#define EMU_VIRTIO_MAX_CONFIG   136

#define EMU_VIRTIO_F_INDIRECT (1ull << 28)
#define EMU_VIRTIO_F_EVENT    (1ull << 29)
#define EMU_VIRTIO_F_VERSION1 (1ull << 32)

struct emu_virtio;

struct emu_virtio_type {
    uint16_t id;         /* virtio device type: 2 is a block device */
    uint32_t class_code; /* PCI's */
    unsigned config_size;
    /* The driver rang: take chains with emu_virtio_pop until there is none. */
    void (*notified)(struct emu_virtio *virtio, unsigned queue);
    /* The driver changed config[]; NULL: it cannot. */
    void (*config_written)(struct emu_virtio *virtio, unsigned offset, unsigned size);
    /* Device reset: forget chains; nothing may be under way afterwards. NULL: nothing to do. */
    void (*reset)(struct emu_virtio *virtio);
};

struct emu_virtio_queue {
    uint16_t size;   /* a power of two, at most EMU_VIRTIO_QUEUE_SIZE */
    uint16_t vector; /* 0xffff: none */
    bool enabled;
    uint64_t descriptors, driver, device; /* guest-physical */
    uint16_t next_available, next_used;
    uint16_t next_signal; /* next_used when it was last decided whether to interrupt */
};

struct emu_virtio {
    struct emu_pci_device pci; /* first */
    const struct emu_virtio_type *type;
    uint64_t offered;                /* features; set by the device in realize, after init */
    uint64_t accepted;               /* meaningful once DRIVER_OK */
    unsigned queue_count;            /* by the device, before init, */
    unsigned place, place_offset;    /* as the BAR of its registers (0: BAR 4) and where there, */
    struct emu_region *place_region; /* and that BAR's region; NULL: they have one of their own */
    unsigned vectors_bar;            /* BAR of the MSI-X table; 0: 1, or 4 if that is free */
    uint8_t config[EMU_VIRTIO_MAX_CONFIG];         /* as the driver sees it */
    uint8_t config_initial[EMU_VIRTIO_MAX_CONFIG]; /* at reset; by the device in realize */
    uint8_t config_mask[EMU_VIRTIO_MAX_CONFIG];    /* bits that the driver may change */

    struct emu_virtio_queue queues[EMU_VIRTIO_MAX_QUEUES];
    uint32_t feature_select, driver_feature_select;
    uint16_t queue_select, config_vector;
    uint8_t status, isr, generation;
    uint8_t config_access; /* offset of the capability, see virtio-pci.c */
    struct emu_region bar;
};

/* A request: memory to read from first, then memory to write to. */
struct emu_virtio_chain {
    uint16_t head;
    unsigned out_count, in_count;
    struct emu_disk_segment segments[EMU_VIRTIO_MAX_SEGMENTS]; /* out, then in */
};

bool emu_virtio_init(struct emu_virtio *virtio, const struct emu_virtio_type *type,
                     struct emu_error *err);
/* In realize, after init: region is in a BAR of its own, where the driver finds it by its id as
 * shared memory (4.1.4.7). */
bool emu_virtio_add_shared(struct emu_virtio *virtio, uint8_t id, unsigned bar,
                           struct emu_region *region, struct emu_error *err);
void emu_virtio_finish(struct emu_virtio *virtio);
void emu_virtio_reset(struct emu_virtio *virtio);
void emu_virtio_save(struct emu_virtio *virtio, struct emu_writer *out);
bool emu_virtio_load(struct emu_virtio *virtio, struct emu_reader *in, struct emu_error *err);

/* May the device use its queues now? */
bool emu_virtio_running(const struct emu_virtio *virtio);
/* The next chain of a queue; false: none, or the driver broke the rules and must reset. */
bool emu_virtio_pop(struct emu_virtio *virtio, unsigned queue, struct emu_virtio_chain *chain);
/* Gives a chain back, with written bytes in its in-part, and interrupts if the driver wants. */
void emu_virtio_push(struct emu_virtio *virtio, unsigned queue, uint16_t head, uint32_t written);
/*
 * Push in steps, for those who give back several at once: fill writes the element that is `ahead`
 * places behind the last published one, publish shows the driver count of them, signal interrupts
 * if the driver wants it for one of those published since the last signal.
 */
void emu_virtio_fill(struct emu_virtio *virtio, unsigned queue, unsigned ahead, uint16_t head,
                     uint32_t written);
void emu_virtio_publish(struct emu_virtio *virtio, unsigned queue, unsigned count);
void emu_virtio_signal(struct emu_virtio *virtio, unsigned queue);
/* The last count chains that were popped, and not filled, are as if they had not been. */
void emu_virtio_unpop(struct emu_virtio *virtio, unsigned queue, unsigned count);
/* The driver broke the rules: nothing works until it resets the device. */
void emu_virtio_break(struct emu_virtio *virtio);
/* config[] changed by itself. */
void emu_virtio_config_changed(struct emu_virtio *virtio);

/* ---- memory of a chain ---- */

uint64_t emu_virtio_length(const struct emu_disk_segment *segments, unsigned count);
/* Reads up to length bytes from the front of the out-part and cuts them off; how many. */
size_t emu_virtio_take(struct emu_virtio *virtio, struct emu_virtio_chain *chain, void *buffer,
                       size_t length);
/* Writes up to length bytes into the in-part from its beginning; how many. */
size_t emu_virtio_give(struct emu_virtio *virtio, const struct emu_virtio_chain *chain,
                       const void *buffer, size_t length);
/* Cuts up to length bytes off the front of the in-part; how many. */
size_t emu_virtio_cut_first(struct emu_virtio_chain *chain, size_t length);
/* Cuts the last byte off the in-part; its address. False: there is none. */
bool emu_virtio_cut_last(struct emu_virtio_chain *chain, emu_gpa *address);

/* ---- virtio-queue.c and virtio-pci.c for each other ---- */

void virtio_interrupt(struct emu_virtio *virtio, uint16_t vector, uint8_t isr);

#endif
