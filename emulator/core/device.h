/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices. One device is one .c file with a static const struct emu_device_class and one row in
 * the device table (hw/devices.inc). A device gets its powers as handles before it is realized
 * and never sees the machine, a vcpu or another device.
 */
#ifndef EMU_CORE_DEVICE_H
#define EMU_CORE_DEVICE_H

#include <pthread.h>

#include "emulator/core/clock.h"
#include "emulator/core/irq.h"
#include "emulator/core/region.h"

struct emu_device;
struct emu_displays; /* core/display.h */
struct emu_input;    /* core/input.h */
struct emu_writer;   /* state/state.h */
struct emu_reader;

enum emu_property_type {
    EMU_PROPERTY_BOOL,
    EMU_PROPERTY_UINT,   /* decimal or 0x hexadecimal; min..max */
    EMU_PROPERTY_SIZE,   /* as UINT, with K, M, G */
    EMU_PROPERTY_STRING, /* malloc'ed, freed with the device */
};

/* A row of a class's property table: read by the board, the command line, help, pages and tests. */
struct emu_property {
    const char *name;
    const char *help; /* one line, translatable */
    enum emu_property_type type;
    size_t offset; /* of the field in the device's struct: bool, uint64_t or char * */
    uint64_t min, max;
    const char *default_value; /* NULL: zero, false or NULL */
};

/* What a device may ask of its machine as a whole. */
enum emu_power_event {
    EMU_POWER_OFF,        /* the guest switched the machine off */
    EMU_POWER_RESET,      /* the guest asked for a reset */
    EMU_POWER_CPU_RESET,  /* INIT of all processors (keyboard controller, port 92) */
    EMU_POWER_SHUTDOWN,   /* triple fault */
    EMU_POWER_SLEEP,      /* S3 */
    EMU_POWER_WAKE,       /* out of it */
    EMU_POWER_PANIC,      /* the guest's kernel panicked */
    EMU_POWER_DEBUG_EXIT, /* isa-debug-exit; code is the value written */
};

struct emu_power {
    void (*request)(void *opaque, enum emu_power_event event, unsigned code);
    void *opaque;
};

/*
 * realize: checks properties, sets up regions and timers; returns false with *err filled.
 * reset: power-on state. Called once after realize and at each machine reset, lock held.
 * unrealize: undoes realize; may be NULL if there is nothing to undo.
 * save/load: the guest-visible state, lock held; load returns false with *err on bad data.
 */
struct emu_device_class {
    const char *name; /* kebab-case, e.g. "rtc-cmos" */
    const char *description;
    size_t size; /* of the device's struct, whose first member is struct emu_device */
    const struct emu_property *properties; /* ends with a row without name; may be NULL */
    bool (*realize)(struct emu_device *device, struct emu_error *err);
    void (*unrealize)(struct emu_device *device);
    void (*reset)(struct emu_device *device);
    void (*save)(struct emu_device *device, struct emu_writer *out);
    bool (*load)(struct emu_device *device, struct emu_reader *in, struct emu_error *err);
};

#define EMU_DEVICE_MAX_REGIONS 8
#define EMU_DEVICE_MAX_IRQS    32

/* The part that all devices share. "powers": set by the board between new and realize. */
struct emu_device {
    const struct emu_device_class *class;
    char id[32];
    pthread_mutex_t lock; /* recursive: no; order: see irq.h */
    bool realized;

    struct emu_region *regions[EMU_DEVICE_MAX_REGIONS]; /* filled by realize, mapped by the board */

    /* powers */
    struct emu_irq irqs[EMU_DEVICE_MAX_IRQS]; /* lines that the device drives */
    emu_irq_fn *irq_in;                       /* set by realize: lines that it receives, or NULL */
    struct emu_clock *clock;
    struct emu_memory *dma; /* guest-physical memory; NULL for devices that have no DMA */
    struct emu_power power;
    struct emu_chardev *chardev;   /* character devices only; may be NULL */
    struct emu_input *input;       /* keyboards and pointers; may be NULL */
    struct emu_displays *displays; /* graphics devices; may be NULL */
    struct emu_disk *disk;         /* controllers of one disk only; may be NULL */
    struct emu_net *net;           /* network adapters only; may be NULL */
    struct emu_audio *audio;       /* sound cards only; may be NULL */
    struct emu_tpm *tpm;           /* interfaces of a TPM only; may be NULL */
};

/* The handle of a device's incoming line, for whoever drives it. Valid once realized. */
static inline struct emu_irq emu_device_irq_in(struct emu_device *device, unsigned line)
{
    return (struct emu_irq){device->irq_in, device, line};
}

/*
 * A device with default property values, not realized. id must be unique in its machine and
 * shorter than 32 bytes. Any thread. NULL with *err filled when memory is short.
 */
struct emu_device *emu_device_new(const struct emu_device_class *class, const char *id,
                                  struct emu_error *err);
/* Unrealizes and frees; NULL is legal. No vcpu may run. */
void emu_device_free(struct emu_device *device);
/* Parses and range-checks value. Before realize only. */
bool emu_device_set(struct emu_device *device, const char *property, const char *value,
                    struct emu_error *err);
bool emu_device_realize(struct emu_device *device, struct emu_error *err);
/* These two take the device's lock. */
void emu_device_reset(struct emu_device *device);
void emu_device_save(struct emu_device *device, struct emu_writer *out);
bool emu_device_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err);

#endif
