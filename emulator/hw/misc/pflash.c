/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NOR flash with Intel's command set. While it shows its array it is ROM that processors run from;
 * a command makes it registers. Programming only clears bits. Left out: block locks, which are
 * accepted and lock nothing, and suspending.
 */
#include "emulator/hw/misc/pflash.h"

#include <string.h>

#include "emulator/hw/save.h"

enum pflash_command {
    PFLASH_PROGRAM = 0x40,
    PFLASH_PROGRAM_OTHER = 0x10,
    PFLASH_ERASE = 0x20,
    PFLASH_CLEAR_STATUS = 0x50,
    PFLASH_LOCK = 0x60,
    PFLASH_READ_STATUS = 0x70,
    PFLASH_READ_ID = 0x90,
    PFLASH_QUERY = 0x98,
    PFLASH_CONFIRM = 0xd0,
    PFLASH_BUFFER = 0xe8,
    PFLASH_READ_ARRAY = 0xff,
};

/* What reads find. */
enum pflash_mode { PFLASH_SHOW_ARRAY, PFLASH_SHOW_STATUS, PFLASH_SHOW_ID, PFLASH_SHOW_QUERY };

/* What the next write is. */
enum pflash_next {
    PFLASH_NEXT_COMMAND,
    PFLASH_NEXT_DATA,
    PFLASH_NEXT_ERASE_CONFIRM,
    PFLASH_NEXT_LOCK,
    PFLASH_NEXT_COUNT,
    PFLASH_NEXT_BUFFER,
    PFLASH_NEXT_BUFFER_CONFIRM,
};

#define PFLASH_READY         0x80u
#define PFLASH_ERASE_ERROR   0x20u
#define PFLASH_PROGRAM_ERROR 0x10u

#define PFLASH_BLOCK  4096u
#define PFLASH_WINDOW 256u /* bytes of the write buffer */

#define PFLASH_MAKER  0x89u /* Intel */
#define PFLASH_DEVICE 0x18u

struct pflash {
    struct emu_device device;
    uint64_t size;
    bool secure;
    const uint8_t *contents;
    emu_pflash_changed_fn *changed;
    void *opaque;

    struct emu_ram *ram;
    struct emu_region all;
    struct emu_region array, registers; /* for those who may command it */
    struct emu_region plain;            /* for those who may not */

    uint8_t mode, next, status;
    bool dirty;
    uint16_t buffered, left;
    uint8_t buffer[PFLASH_WINDOW];
    uint64_t buffer_at;
};

static struct pflash *pflash_of(void *device)
{
    return device;
}

static uint8_t *pflash_bytes(const struct pflash *flash)
{
    return emu_ram_host(flash->ram);
}

static void pflash_show(struct pflash *flash, enum pflash_mode mode)
{
    if (flash->mode != mode) {
        flash->mode = (uint8_t)mode;
        emu_region_set_enabled(&flash->array, mode == PFLASH_SHOW_ARRAY);
        emu_region_set_enabled(&flash->registers, mode != PFLASH_SHOW_ARRAY);
    }
    if (mode != PFLASH_SHOW_ARRAY || !flash->dirty)
        return;
    flash->dirty = false;
    if (flash->changed != NULL)
        flash->changed(flash->opaque, pflash_bytes(flash), flash->size);
}

/* ---- reading ---- */

static uint8_t pflash_log2(uint64_t value)
{
    uint8_t log = 0;

    while (value >> (log + 1) != 0)
        log++;
    return log;
}

/* JESD68.01: what software needs to know to drive it. */
static uint8_t pflash_query(const struct pflash *flash, uint64_t offset)
{
    uint64_t blocks = flash->size / PFLASH_BLOCK - 1;
    const uint8_t table[] = {
        'Q',
        'R',
        'Y',
        0x01,
        0,
        0x31,
        0,
        0,
        0,
        0,
        0, /* 0x10: command set 1, its table at 0x31 */
        0x45,
        0x55,
        0,
        0, /* 0x1b: voltages */
        7,
        7,
        10,
        0,
        4,
        4,
        4,
        0, /* 0x1f: typical and maximal times */
        pflash_log2(flash->size),
        0,
        0, /* 0x27: size; by bytes */
        8,
        0,
        1, /* 0x2a: write buffer; one kind of blocks: */
        (uint8_t)blocks,
        (uint8_t)(blocks >> 8),
        PFLASH_BLOCK >> 8,
        0, /* 0x2d */
        'P',
        'R',
        'I',
        '1',
        '0', /* 0x31: the table, 1.0 */
    };

    return offset >= 0x10 && offset - 0x10 < sizeof(table) ? table[offset - 0x10] : 0;
}

static uint8_t pflash_id(uint64_t offset)
{
    static const uint8_t id[] = {PFLASH_MAKER, PFLASH_DEVICE};

    return offset % PFLASH_BLOCK < sizeof(id) ? id[offset % PFLASH_BLOCK] : 0;
}

static uint64_t pflash_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct pflash *flash = opaque;

    switch (flash->mode) {
    case PFLASH_SHOW_STATUS:
        return flash->status;
    case PFLASH_SHOW_ID:
        return pflash_id(offset);
    case PFLASH_SHOW_QUERY:
        return pflash_query(flash, offset);
    default:
        return pflash_bytes(flash)[offset];
    }
}

/* ---- writing ---- */

static void pflash_program(struct pflash *flash, uint64_t offset, uint8_t value)
{
    pflash_bytes(flash)[offset] &= value;
    flash->dirty = true;
}

/* Ends a command that has more than one cycle. */
static void pflash_done(struct pflash *flash, uint8_t errors)
{
    flash->status |= PFLASH_READY | errors;
    flash->next = PFLASH_NEXT_COMMAND;
}

static void pflash_erase(struct pflash *flash, uint64_t offset)
{
    memset(pflash_bytes(flash) + offset / PFLASH_BLOCK * PFLASH_BLOCK, 0xff, PFLASH_BLOCK);
    flash->dirty = true;
}

static void pflash_begin(struct pflash *flash, enum pflash_next next)
{
    flash->next = (uint8_t)next;
    pflash_show(flash, PFLASH_SHOW_STATUS);
}

static void pflash_take_command(struct pflash *flash, uint8_t command)
{
    switch (command) {
    case PFLASH_PROGRAM:
    case PFLASH_PROGRAM_OTHER:
        pflash_begin(flash, PFLASH_NEXT_DATA);
        break;
    case PFLASH_ERASE:
        pflash_begin(flash, PFLASH_NEXT_ERASE_CONFIRM);
        break;
    case PFLASH_LOCK:
        pflash_begin(flash, PFLASH_NEXT_LOCK);
        break;
    case PFLASH_BUFFER:
        flash->status |= PFLASH_READY; /* the buffer is free */
        pflash_begin(flash, PFLASH_NEXT_COUNT);
        break;
    case PFLASH_CLEAR_STATUS: /* nothing is left of it, not even "ready": OVMF probes for that */
        flash->status = 0;
        pflash_show(flash, PFLASH_SHOW_ARRAY);
        break;
    case PFLASH_READ_STATUS:
        pflash_show(flash, PFLASH_SHOW_STATUS);
        break;
    case PFLASH_READ_ID:
        pflash_show(flash, PFLASH_SHOW_ID);
        break;
    case PFLASH_QUERY:
        pflash_show(flash, PFLASH_SHOW_QUERY);
        break;
    default:
        pflash_show(flash, PFLASH_SHOW_ARRAY);
        break;
    }
}

static void pflash_take_count(struct pflash *flash, uint64_t offset, uint8_t value)
{
    flash->left = (uint16_t)(value + 1u);
    flash->buffered = 0;
    flash->buffer_at = offset;
    flash->next = PFLASH_NEXT_BUFFER;
}

/* The bytes come in order; the first one's address is the buffer's. */
static void pflash_take_buffer(struct pflash *flash, uint64_t offset, uint8_t value)
{
    if (flash->buffered == 0)
        flash->buffer_at = offset;
    flash->buffer[flash->buffered++] = value;
    if (flash->buffered == flash->left)
        flash->next = PFLASH_NEXT_BUFFER_CONFIRM;
}

static void pflash_confirm_buffer(struct pflash *flash, uint8_t value)
{
    bool good = value == PFLASH_CONFIRM && flash->buffer_at + flash->buffered <= flash->size;

    for (unsigned i = 0; good && i < flash->buffered; i++)
        pflash_program(flash, flash->buffer_at + i, flash->buffer[i]);
    pflash_done(flash, good ? 0 : PFLASH_PROGRAM_ERROR);
}

static void pflash_write(void *opaque, uint64_t offset, uint64_t wide, unsigned size)
{
    struct pflash *flash = opaque;
    uint8_t value = (uint8_t)wide;

    switch (flash->next) {
    case PFLASH_NEXT_DATA:
        pflash_program(flash, offset, value);
        pflash_done(flash, 0);
        break;
    case PFLASH_NEXT_ERASE_CONFIRM:
        if (value == PFLASH_CONFIRM)
            pflash_erase(flash, offset);
        pflash_done(flash, value == PFLASH_CONFIRM ? 0 : PFLASH_ERASE_ERROR | PFLASH_PROGRAM_ERROR);
        break;
    case PFLASH_NEXT_LOCK:
        pflash_done(flash, 0);
        break;
    case PFLASH_NEXT_COUNT:
        pflash_take_count(flash, offset, value);
        break;
    case PFLASH_NEXT_BUFFER:
        pflash_take_buffer(flash, offset, value);
        break;
    case PFLASH_NEXT_BUFFER_CONFIRM:
        pflash_confirm_buffer(flash, value);
        break;
    default:
        pflash_take_command(flash, value);
        break;
    }
}

static const struct emu_region_ops pflash_ops = {pflash_read,    pflash_write,  .valid_min = 1,
                                                 .valid_max = 8, .impl_max = 1, .unaligned = true};

/* ---- the device ---- */

void emu_pflash_set_contents(struct emu_device *device, const uint8_t *data)
{
    pflash_of(device)->contents = data;
}

void emu_pflash_on_change(struct emu_device *device, emu_pflash_changed_fn *fn, void *opaque)
{
    pflash_of(device)->changed = fn;
    pflash_of(device)->opaque = opaque;
}

void emu_pflash_flush(struct emu_device *device)
{
    struct pflash *flash = pflash_of(device);

    pthread_mutex_lock(&device->lock);
    if (flash->dirty)
        pflash_show(flash, PFLASH_SHOW_ARRAY);
    pthread_mutex_unlock(&device->lock);
}

static void pflash_map(struct pflash *flash)
{
    pthread_mutex_t *lock = &flash->device.lock;

    emu_region_init_container(&flash->all, "pflash", flash->size);
    emu_region_init_rom(&flash->array, "pflash-array", flash->ram, 0, flash->size);
    flash->array.ops = &pflash_ops;
    flash->array.opaque = flash;
    flash->array.lock = lock;
    emu_region_init_io(&flash->registers, "pflash-registers", &pflash_ops, flash, lock,
                       flash->size);
    emu_region_init_rom(&flash->plain, "pflash-plain", flash->ram, 0, flash->size);
    if (flash->secure) {
        emu_region_hide(&flash->array, EMU_VIEW_PLAIN);
        emu_region_hide(&flash->registers, EMU_VIEW_PLAIN);
    }
    emu_region_hide(&flash->plain,
                    flash->secure ? EMU_VIEW_SECURE : EMU_VIEW_SECURE | EMU_VIEW_PLAIN);
    emu_region_set_enabled(&flash->registers, false);
    emu_region_add(&flash->all, 0, &flash->array, 0);
    emu_region_add(&flash->all, 0, &flash->registers, 0);
    emu_region_add(&flash->all, 0, &flash->plain, 0);
    flash->device.regions[0] = &flash->all;
}

static bool pflash_realize(struct emu_device *device, struct emu_error *err)
{
    struct pflash *flash = pflash_of(device);

    if (flash->size % PFLASH_BLOCK != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "%s: flash has blocks of 4 KiB", device->id);
    flash->ram = emu_ram_new(device->id, flash->size, err);
    if (flash->ram == NULL)
        return false;
    if (flash->contents != NULL)
        memcpy(pflash_bytes(flash), flash->contents, flash->size);
    else
        memset(pflash_bytes(flash), 0xff, flash->size);
    pflash_map(flash);
    return true;
}

static void pflash_unrealize(struct emu_device *device)
{
    emu_ram_free(pflash_of(device)->ram);
}

static void pflash_reset(struct emu_device *device)
{
    struct pflash *flash = pflash_of(device);

    flash->next = PFLASH_NEXT_COMMAND;
    flash->status = 0;
    flash->left = flash->buffered = 0;
    flash->buffer_at = 0;
    memset(flash->buffer, 0, sizeof(flash->buffer));
    pflash_show(flash, PFLASH_SHOW_ARRAY);
}

static const struct emu_field pflash_fields[] = {
    EMU_FIELD(struct pflash, mode),      EMU_FIELD(struct pflash, next),
    EMU_FIELD(struct pflash, status),    EMU_FIELD(struct pflash, buffered),
    EMU_FIELD(struct pflash, left),      EMU_FIELD_ARRAY(struct pflash, buffer),
    EMU_FIELD(struct pflash, buffer_at), EMU_FIELD_END,
};

static void pflash_save(struct emu_device *device, struct emu_writer *out)
{
    struct pflash *flash = pflash_of(device);

    emu_hw_save(out, "pflash", flash, pflash_fields);
    emu_write_bytes(out, "contents", pflash_bytes(flash), flash->size);
}

static bool pflash_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pflash *flash = pflash_of(device);
    uint8_t mode;

    if (!emu_hw_load(in, "pflash", flash, pflash_fields, err) ||
        !emu_read_bytes(in, "contents", pflash_bytes(flash), flash->size, err))
        return false;
    mode = flash->mode;
    flash->mode = UINT8_MAX;
    flash->dirty = true;
    if (mode > PFLASH_SHOW_QUERY || flash->next > PFLASH_NEXT_BUFFER_CONFIRM ||
        flash->left > PFLASH_WINDOW || flash->buffered > flash->left ||
        (flash->next == PFLASH_NEXT_BUFFER && flash->buffered == flash->left)) {
        pflash_reset(device);
        return emu_hw_load_bad("pflash", "its command", err);
    }
    pflash_show(flash, mode);
    return true;
}

static const struct emu_property pflash_properties[] = {
    {"size", "bytes, in blocks of 4 KiB", EMU_PROPERTY_SIZE, offsetof(struct pflash, size),
     PFLASH_BLOCK, 16u << 20, "64K"},
    {"secure", "only system management mode changes it", EMU_PROPERTY_BOOL,
     offsetof(struct pflash, secure), 0, 0, "false"},
    {NULL},
};

const struct emu_device_class emu_pflash_class = {
    .name = "pflash",
    .description = "flash memory for firmware's variables",
    .size = sizeof(struct pflash),
    .properties = pflash_properties,
    .realize = pflash_realize,
    .unrealize = pflash_unrealize,
    .reset = pflash_reset,
    .save = pflash_save,
    .load = pflash_load,
};
