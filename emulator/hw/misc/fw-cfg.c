/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware configuration device (QEMU docs/specs/fw_cfg.rst): numbered items that a guest reads
 * byte by byte or by DMA, and a directory of named ones. The obsolete writes to the data port are
 * left out.
 */
#include "emulator/hw/misc/fw-cfg.h"

#include <stdlib.h>
#include <string.h>

#include "emulator/hw/save.h"

#define FW_CFG_NAME_SIZE 56
#define FW_CFG_KEYS      (EMU_FW_CFG_FILE_FIRST + EMU_FW_CFG_MAX_FILES)
#define FW_CFG_ARCH_KEYS 16
#define FW_CFG_ITEMS     (FW_CFG_KEYS + FW_CFG_ARCH_KEYS)
#define FW_CFG_ENTRY     64 /* bytes of a directory entry */

#define FW_CFG_VERSION     0x3u                  /* item ID: ports, DMA */
#define FW_CFG_DMA_PRESENT 0x51454d5520434647ull /* "QEMU CFG" */

/* The DMA control word. */
#define FW_CFG_DMA_ERROR  0x01u
#define FW_CFG_DMA_READ   0x02u
#define FW_CFG_DMA_SKIP   0x04u
#define FW_CFG_DMA_SELECT 0x08u /* the key is in the upper half */
#define FW_CFG_DMA_WRITE  0x10u

#define FW_CFG_DMA_LITTLE 4096u      /* bytes that may go to registers */
#define FW_CFG_DMA_ZEROS  (1u << 20) /* bytes that may be read behind an item's end */

struct fw_cfg_item {
    uint8_t *data, *initial; /* initial: of writable items, what a reset restores */
    size_t length;
    emu_fw_cfg_written_fn *written;
    emu_fw_cfg_refresh_fn *refresh;
    void *opaque; /* of either */
};

struct fw_cfg {
    struct emu_device device;
    struct emu_region ports, dma_ports;
    struct fw_cfg_item items[FW_CFG_ITEMS];
    char names[EMU_FW_CFG_MAX_FILES][FW_CFG_NAME_SIZE];
    uint32_t files;

    uint16_t selected;
    uint64_t position;
    uint64_t dma_address;
};

static struct fw_cfg *fw_cfg_of(void *device)
{
    return device;
}

/* ---- items ---- */

static struct fw_cfg_item *fw_cfg_item_of(struct fw_cfg *fw_cfg, uint16_t key)
{
    if (key < FW_CFG_KEYS)
        return &fw_cfg->items[key];
    if (key >= EMU_FW_CFG_ARCH_LOCAL && key < EMU_FW_CFG_ARCH_LOCAL + FW_CFG_ARCH_KEYS)
        return &fw_cfg->items[FW_CFG_KEYS + key - EMU_FW_CFG_ARCH_LOCAL];
    return NULL;
}

static void fw_cfg_clear_item(struct fw_cfg_item *item)
{
    free(item->data);
    free(item->initial);
    *item = (struct fw_cfg_item){0};
}

static bool fw_cfg_set_item(struct fw_cfg_item *item, const void *data, size_t length,
                            struct emu_error *err)
{
    uint8_t *copy = malloc(length + 1);

    if (copy == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for %zu bytes of fw_cfg data", length);
    if (length != 0)
        memcpy(copy, data, length);
    fw_cfg_clear_item(item);
    item->data = copy;
    item->length = length;
    return true;
}

bool emu_fw_cfg_add_item(struct emu_device *device, uint16_t key, const void *data, size_t length,
                         struct emu_error *err)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);
    struct fw_cfg_item *item = fw_cfg_item_of(fw_cfg, key);
    bool done;

    if (item == NULL || length > UINT32_MAX)
        return emu_error_set(err, EMU_ERROR_INTERNAL, "fw_cfg has no item %#x of %zu bytes", key,
                             length);
    pthread_mutex_lock(&device->lock);
    done = fw_cfg_set_item(item, data, length, err);
    pthread_mutex_unlock(&device->lock);
    return done;
}

bool emu_fw_cfg_add_number(struct emu_device *device, uint16_t key, uint64_t value, unsigned bytes,
                           struct emu_error *err)
{
    uint8_t data[8];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(value >> 8 * i);
    return emu_fw_cfg_add_item(device, key, data, bytes < sizeof(data) ? bytes : sizeof(data), err);
}

/* ---- the directory ---- */

static void fw_cfg_put_be(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint64_t fw_cfg_get_be(const uint8_t *data, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | data[i];
    return value;
}

static bool fw_cfg_write_directory_locked(struct fw_cfg *fw_cfg, struct emu_error *err)
{
    uint8_t directory[4 + EMU_FW_CFG_MAX_FILES * FW_CFG_ENTRY] = {0};

    fw_cfg_put_be(directory, fw_cfg->files, 4);
    for (uint32_t i = 0; i < fw_cfg->files; i++) {
        uint8_t *entry = directory + 4 + i * FW_CFG_ENTRY;

        fw_cfg_put_be(entry, fw_cfg->items[EMU_FW_CFG_FILE_FIRST + i].length, 4);
        fw_cfg_put_be(entry + 4, EMU_FW_CFG_FILE_FIRST + i, 2);
        memcpy(entry + 8, fw_cfg->names[i], FW_CFG_NAME_SIZE);
    }
    return fw_cfg_set_item(&fw_cfg->items[EMU_FW_CFG_FILE_DIR], directory,
                           4 + fw_cfg->files * FW_CFG_ENTRY, err);
}

/* The file's number, a new one if there is none of that name. */
static bool fw_cfg_find_file_locked(struct fw_cfg *fw_cfg, const char *name, uint32_t *index,
                                    struct emu_error *err)
{
    size_t length = strlen(name);

    for (*index = 0; *index < fw_cfg->files; ++*index)
        if (strcmp(fw_cfg->names[*index], name) == 0)
            return true;
    if (length == 0 || length >= FW_CFG_NAME_SIZE || fw_cfg->files == EMU_FW_CFG_MAX_FILES)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "fw_cfg file '%s': names have 1 to %d bytes, and %d files fit", name,
                             FW_CFG_NAME_SIZE - 1, EMU_FW_CFG_MAX_FILES);
    memcpy(fw_cfg->names[*index], name, length + 1);
    fw_cfg->files++;
    return true;
}

static bool fw_cfg_add_file_locked(struct fw_cfg *fw_cfg, const char *name, const void *data,
                                   size_t length, uint32_t *index, struct emu_error *err)
{
    if (length > UINT32_MAX)
        return emu_error_set(err, EMU_ERROR_INPUT, "fw_cfg file '%s' is larger than 4 GiB", name);
    return fw_cfg_find_file_locked(fw_cfg, name, index, err) &&
           fw_cfg_set_item(&fw_cfg->items[EMU_FW_CFG_FILE_FIRST + *index], data, length, err) &&
           fw_cfg_write_directory_locked(fw_cfg, err);
}

bool emu_fw_cfg_add_file(struct emu_device *device, const char *name, const void *data,
                         size_t length, struct emu_error *err)
{
    uint32_t index;
    bool done;

    pthread_mutex_lock(&device->lock);
    done = fw_cfg_add_file_locked(fw_cfg_of(device), name, data, length, &index, err);
    pthread_mutex_unlock(&device->lock);
    return done;
}

bool emu_fw_cfg_has_file(struct emu_device *device, const char *name)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);
    bool found = false;

    pthread_mutex_lock(&device->lock);
    for (uint32_t i = 0; i < fw_cfg->files && !found; i++)
        found = strcmp(fw_cfg->names[i], name) == 0;
    pthread_mutex_unlock(&device->lock);
    return found;
}

static bool fw_cfg_make_writable(struct fw_cfg_item *item, emu_fw_cfg_written_fn *written,
                                 void *opaque, struct emu_error *err)
{
    item->initial = malloc(item->length + 1);
    if (item->initial == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for a fw_cfg file");
    memcpy(item->initial, item->data, item->length);
    item->written = written;
    item->opaque = opaque;
    return true;
}

bool emu_fw_cfg_add_writable_file(struct emu_device *device, const char *name, const void *data,
                                  size_t length, emu_fw_cfg_written_fn *written, void *opaque,
                                  struct emu_error *err)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);
    uint32_t index = 0;
    bool done;

    pthread_mutex_lock(&device->lock);
    done =
        fw_cfg_add_file_locked(fw_cfg, name, data, length, &index, err) &&
        fw_cfg_make_writable(&fw_cfg->items[EMU_FW_CFG_FILE_FIRST + index], written, opaque, err);
    pthread_mutex_unlock(&device->lock);
    return done;
}

bool emu_fw_cfg_set_refresh(struct emu_device *device, const char *name,
                            emu_fw_cfg_refresh_fn *refresh, void *opaque, struct emu_error *err)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);
    uint32_t index;
    bool found;

    pthread_mutex_lock(&device->lock);
    found = fw_cfg_find_file_locked(fw_cfg, name, &index, err);
    if (found) {
        fw_cfg->items[EMU_FW_CFG_FILE_FIRST + index].refresh = refresh;
        fw_cfg->items[EMU_FW_CFG_FILE_FIRST + index].opaque = opaque;
    }
    pthread_mutex_unlock(&device->lock);
    return found;
}

/* ---- access ---- */

static void fw_cfg_select(struct fw_cfg *fw_cfg, uint16_t key)
{
    struct fw_cfg_item *item = fw_cfg_item_of(fw_cfg, key);

    fw_cfg->selected = key;
    fw_cfg->position = 0;
    if (item != NULL && item->refresh != NULL)
        item->refresh(item->opaque, item->data, item->length);
}

static uint8_t fw_cfg_next_byte(struct fw_cfg *fw_cfg)
{
    const struct fw_cfg_item *item = fw_cfg_item_of(fw_cfg, fw_cfg->selected);

    if (item == NULL || fw_cfg->position >= item->length)
        return 0;
    return item->data[fw_cfg->position++];
}

static uint64_t fw_cfg_read(void *opaque, uint64_t offset, unsigned size)
{
    return offset == 1 && size == 1 ? fw_cfg_next_byte(opaque) : 0;
}

static void fw_cfg_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    if (offset == 0 && size == 2)
        fw_cfg_select(opaque, (uint16_t)value);
}

/* ---- DMA ---- */

/*
 * A command is one access of a processor, in the middle of which nothing can stop it: what would
 * take long is refused, which no firmware asks for. True: little, or all of it RAM.
 */
static bool fw_cfg_dma_is_quick(struct fw_cfg *fw_cfg, uint64_t address, uint32_t length,
                                bool store)
{
    uint64_t done = 0;

    while (length > FW_CFG_DMA_LITTLE && done < length) {
        struct emu_range range = emu_memory_find(fw_cfg->device.dma, address + done);

        if (range.host == NULL || (store && !range.writable))
            return false;
        done += range.length;
    }
    return true;
}

/* Copies out of the item; what lies behind its end is zero. */
static bool fw_cfg_dma_read(struct fw_cfg *fw_cfg, const struct fw_cfg_item *item, uint64_t address,
                            uint32_t length)
{
    static const uint8_t zeros[4096];
    size_t left = item != NULL && fw_cfg->position < item->length
                      ? item->length - (size_t)fw_cfg->position
                      : 0;
    size_t copied = left < length ? left : length;

    if (length - copied > FW_CFG_DMA_ZEROS || !fw_cfg_dma_is_quick(fw_cfg, address, length, true))
        return false;
    if (copied != 0 &&
        !emu_memory_write(fw_cfg->device.dma, address, item->data + fw_cfg->position, copied))
        return false;
    fw_cfg->position += copied;
    while (copied < length) {
        size_t chunk = length - copied < sizeof(zeros) ? length - copied : sizeof(zeros);

        if (!emu_memory_write(fw_cfg->device.dma, address + copied, zeros, chunk))
            return false;
        copied += chunk;
    }
    return true;
}

static bool fw_cfg_dma_write(struct fw_cfg *fw_cfg, struct fw_cfg_item *item, uint64_t address,
                             uint32_t length)
{
    if (item == NULL || item->initial == NULL || fw_cfg->position > item->length ||
        length > item->length - fw_cfg->position ||
        !fw_cfg_dma_is_quick(fw_cfg, address, length, false))
        return false;
    if (!emu_memory_read(fw_cfg->device.dma, address, item->data + fw_cfg->position, length))
        return false;
    fw_cfg->position += length;
    if (item->written != NULL)
        item->written(item->opaque, item->data, item->length);
    return true;
}

static void fw_cfg_dma_skip(struct fw_cfg *fw_cfg, const struct fw_cfg_item *item, uint32_t length)
{
    uint64_t end = item != NULL ? item->length : 0;

    fw_cfg->position = fw_cfg->position + length < end ? fw_cfg->position + length : end;
}

static bool fw_cfg_dma_transfer(struct fw_cfg *fw_cfg, uint32_t control, uint32_t length,
                                uint64_t address)
{
    struct fw_cfg_item *item;

    if (control & FW_CFG_DMA_SELECT)
        fw_cfg_select(fw_cfg, (uint16_t)(control >> 16));
    item = fw_cfg_item_of(fw_cfg, fw_cfg->selected);
    if (control & FW_CFG_DMA_READ)
        return fw_cfg_dma_read(fw_cfg, item, address, length);
    if (control & FW_CFG_DMA_WRITE)
        return fw_cfg_dma_write(fw_cfg, item, address, length);
    if (control & FW_CFG_DMA_SKIP)
        fw_cfg_dma_skip(fw_cfg, item, length);
    return true;
}

/* The command block: control, length, address, all big-endian; the answer goes into control. */
static void fw_cfg_dma_run(struct fw_cfg *fw_cfg, uint64_t command)
{
    uint8_t block[16], answer[4] = {0};

    if (fw_cfg->device.dma == NULL ||
        !emu_memory_read(fw_cfg->device.dma, command, block, sizeof(block)))
        return;
    if (!fw_cfg_dma_transfer(fw_cfg, (uint32_t)fw_cfg_get_be(block, 4),
                             (uint32_t)fw_cfg_get_be(block + 4, 4), fw_cfg_get_be(block + 8, 8)))
        answer[3] = FW_CFG_DMA_ERROR;
    emu_memory_write(fw_cfg->device.dma, command, answer, sizeof(answer));
}

/* The register is big-endian: the byte at offset 0 is the highest. */
static uint64_t fw_cfg_dma_port_read(void *opaque, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (FW_CFG_DMA_PRESENT >> 8 * (7 - (offset + i)) & 0xff) << 8 * i;
    return value;
}

/* Writing the last byte of the register starts the transfer. */
static void fw_cfg_dma_port_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(opaque);
    uint64_t command;

    for (unsigned i = 0; i < size; i++) {
        unsigned shift = 8 * (7 - (unsigned)(offset + i));

        fw_cfg->dma_address &= ~(0xffull << shift);
        fw_cfg->dma_address |= (value >> 8 * i & 0xff) << shift;
    }
    if (offset + size < 8)
        return;
    command = fw_cfg->dma_address;
    fw_cfg->dma_address = 0;
    fw_cfg_dma_run(fw_cfg, command);
}

static const struct emu_region_ops fw_cfg_ops = {fw_cfg_read, fw_cfg_write, .valid_min = 1,
                                                 .valid_max = 2, .impl_max = 2};
static const struct emu_region_ops fw_cfg_dma_ops = {fw_cfg_dma_port_read, fw_cfg_dma_port_write,
                                                     .valid_min = 1, .valid_max = 8, .impl_max = 8};

/* ---- the device ---- */

static bool fw_cfg_add_basics(struct emu_device *device, struct emu_error *err)
{
    bool done;

    pthread_mutex_lock(&device->lock);
    done = fw_cfg_write_directory_locked(fw_cfg_of(device), err);
    pthread_mutex_unlock(&device->lock);
    return done && emu_fw_cfg_add_item(device, EMU_FW_CFG_SIGNATURE, "QEMU", 4, err) &&
           emu_fw_cfg_add_number(device, EMU_FW_CFG_ID, FW_CFG_VERSION, 4, err);
}

static void fw_cfg_free_items(struct fw_cfg *fw_cfg)
{
    for (unsigned i = 0; i < FW_CFG_ITEMS; i++)
        fw_cfg_clear_item(&fw_cfg->items[i]);
}

static bool fw_cfg_realize(struct emu_device *device, struct emu_error *err)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);

    emu_region_init_io(&fw_cfg->ports, "fw-cfg", &fw_cfg_ops, fw_cfg, &device->lock, 2);
    emu_region_init_io(&fw_cfg->dma_ports, "fw-cfg-dma", &fw_cfg_dma_ops, fw_cfg, &device->lock, 8);
    device->regions[0] = &fw_cfg->ports;
    device->regions[1] = &fw_cfg->dma_ports;
    if (fw_cfg_add_basics(device, err))
        return true;
    fw_cfg_free_items(fw_cfg);
    return false;
}

static void fw_cfg_unrealize(struct emu_device *device)
{
    fw_cfg_free_items(fw_cfg_of(device));
}

static void fw_cfg_reset(struct emu_device *device)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);

    fw_cfg_select(fw_cfg, EMU_FW_CFG_SIGNATURE);
    fw_cfg->dma_address = 0;
    for (unsigned i = 0; i < FW_CFG_ITEMS; i++)
        if (fw_cfg->items[i].initial != NULL)
            memcpy(fw_cfg->items[i].data, fw_cfg->items[i].initial, fw_cfg->items[i].length);
}

static const struct emu_field fw_cfg_fields[] = {
    EMU_FIELD(struct fw_cfg, selected),
    EMU_FIELD(struct fw_cfg, position),
    EMU_FIELD(struct fw_cfg, dma_address),
    EMU_FIELD_END,
};

/* Items are made again by the board; only those that guests write are state. */
static void fw_cfg_save(struct emu_device *device, struct emu_writer *out)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);

    emu_hw_save(out, "fw-cfg", fw_cfg, fw_cfg_fields);
    for (unsigned i = 0; i < FW_CFG_ITEMS; i++)
        if (fw_cfg->items[i].initial != NULL)
            emu_write_bytes(out, "item", fw_cfg->items[i].data, fw_cfg->items[i].length);
}

static bool fw_cfg_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct fw_cfg *fw_cfg = fw_cfg_of(device);

    if (!emu_hw_load(in, "fw-cfg", fw_cfg, fw_cfg_fields, err))
        return false;
    for (unsigned i = 0; i < FW_CFG_ITEMS; i++)
        if (fw_cfg->items[i].initial != NULL &&
            !emu_read_bytes(in, "item", fw_cfg->items[i].data, fw_cfg->items[i].length, err))
            return false;
    return true;
}

const struct emu_device_class emu_fw_cfg_class = {
    .name = "fw-cfg",
    .description = "firmware configuration device",
    .size = sizeof(struct fw_cfg),
    .realize = fw_cfg_realize,
    .unrealize = fw_cfg_unrealize,
    .reset = fw_cfg_reset,
    .save = fw_cfg_save,
    .load = fw_cfg_load,
};
