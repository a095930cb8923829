/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio over PCI, the modern transport (Virtio 1.2, 4.1): BAR 4 has the common registers, the
 * interrupt status, the device's configuration and the bells; BAR 1 the MSI-X table. Legacy drivers
 * are left out.
 */
#include <string.h>

#include "emulator/hw/save.h"
#include "emulator/hw/virtio/virtio.h"

#define VIRTIO_VENDOR    0x1af4
#define VIRTIO_DEVICE    0x1040 /* + the type */
#define VIRTIO_BAR       4
#define VIRTIO_MSIX_BAR  1
#define VIRTIO_BAR_SIZE  0x4000
#define VIRTIO_NO_VECTOR 0xffff

/* Where in BAR 4. */
#define AREA_COMMON 0x0000u
#define AREA_ISR    0x1000u
#define AREA_CONFIG 0x2000u
#define AREA_BELL   0x3000u
#define AREA_SIZE   0x1000u
#define BELL_STEP   4u

/* Capabilities. */
#define CAP_VENDOR   0x09
#define CAP_SIZE     16
#define CAP_LENGTH   2
#define CAP_TYPE     3
#define CAP_BAR      4
#define CAP_OFFSET   8
#define CAP_BYTES    12
#define CAP_DATA     16 /* of the configuration access */
#define CAP_MULTIPLY 16 /* of the bells */

#define CAP_ID       5
#define CAP_HIGH     20 /* of a shared memory: upper half of its length */

enum virtio_cap { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_CONFIG, CAP_ACCESS, CAP_SHARED = 8 };

enum virtio_common {
    COMMON_FEATURE_SELECT = 0,
    COMMON_FEATURE = 4,
    COMMON_DRIVER_SELECT = 8,
    COMMON_DRIVER = 12,
    COMMON_CONFIG_VECTOR = 16,
    COMMON_QUEUES = 18,
    COMMON_STATUS = 20,
    COMMON_GENERATION = 21,
    COMMON_QUEUE_SELECT = 22,
    COMMON_QUEUE_SIZE = 24,
    COMMON_QUEUE_VECTOR = 26,
    COMMON_QUEUE_ENABLE = 28,
    COMMON_QUEUE_BELL = 30,
    COMMON_QUEUE_DESCRIPTORS = 32,
    COMMON_QUEUE_DRIVER = 40,
    COMMON_QUEUE_DEVICE = 48,
};

enum virtio_status {
    STATUS_DRIVER_OK = 0x04,
    STATUS_FEATURES_OK = 0x08,
    STATUS_NEEDS_RESET = 0x40,
};

/* ---- interrupts ---- */

void virtio_interrupt(struct emu_virtio *virtio, uint16_t vector, uint8_t isr)
{
    uint32_t control = emu_pci_get(&virtio->pci, virtio->pci.msix.capability + 2u, 2);

    if (control & 0x8000) {
        if (vector != VIRTIO_NO_VECTOR)
            emu_pci_notify(&virtio->pci, vector);
        return;
    }
    virtio->isr |= isr;
    emu_pci_set_intx(&virtio->pci, true);
}

void emu_virtio_config_changed(struct emu_virtio *virtio)
{
    virtio->generation++;
    if (virtio->status & STATUS_DRIVER_OK)
        virtio_interrupt(virtio, virtio->config_vector, 2);
}

/* ---- the device's own reset ---- */

static void virtio_reset_state(struct emu_virtio *virtio)
{
    if (virtio->type->reset != NULL)
        virtio->type->reset(virtio);
    virtio->accepted = 0;
    virtio->feature_select = virtio->driver_feature_select = 0;
    virtio->queue_select = 0;
    virtio->status = virtio->isr = virtio->generation = 0;
    virtio->config_vector = VIRTIO_NO_VECTOR;
    memcpy(virtio->config, virtio->config_initial, sizeof(virtio->config));
    for (unsigned i = 0; i < EMU_VIRTIO_MAX_QUEUES; i++)
        virtio->queues[i] =
            (struct emu_virtio_queue){.size = EMU_VIRTIO_QUEUE_SIZE, .vector = VIRTIO_NO_VECTOR};
    emu_pci_set_intx(&virtio->pci, false);
}

static void virtio_set_status(struct emu_virtio *virtio, uint8_t status)
{
    if (status == 0) {
        virtio_reset_state(virtio);
        return;
    }
    if ((status & STATUS_FEATURES_OK) && !(virtio->status & STATUS_FEATURES_OK) &&
        ((virtio->accepted & ~virtio->offered) || !(virtio->accepted & EMU_VIRTIO_F_VERSION1)))
        status &= (uint8_t)~STATUS_FEATURES_OK;
    virtio->status = status | (virtio->status & STATUS_NEEDS_RESET);
}

/* ---- common registers ---- */

static struct emu_virtio_queue *virtio_selected(struct emu_virtio *virtio)
{
    return virtio->queue_select < virtio->queue_count ? &virtio->queues[virtio->queue_select]
                                                      : NULL;
}

/* The 64-bit register that offset lies in, or NULL. */
static uint64_t *virtio_queue_address(struct emu_virtio_queue *queue, unsigned offset)
{
    switch (offset & ~7u) {
    case COMMON_QUEUE_DESCRIPTORS:
        return &queue->descriptors;
    case COMMON_QUEUE_DRIVER:
        return &queue->driver;
    case COMMON_QUEUE_DEVICE:
        return &queue->device;
    default:
        return NULL;
    }
}

static uint64_t virtio_read_queue(struct emu_virtio *virtio, unsigned offset)
{
    struct emu_virtio_queue *queue = virtio_selected(virtio);
    uint64_t *address;

    if (queue == NULL)
        return 0;
    switch (offset) {
    case COMMON_QUEUE_SIZE:
        return queue->size;
    case COMMON_QUEUE_VECTOR:
        return queue->vector;
    case COMMON_QUEUE_ENABLE:
        return queue->enabled;
    case COMMON_QUEUE_BELL:
        return virtio->queue_select;
    default:
        address = virtio_queue_address(queue, offset);
        return address != NULL ? *address >> (offset & 4) * 8 : 0;
    }
}

static uint64_t virtio_read_common(struct emu_virtio *virtio, unsigned offset)
{
    switch (offset) {
    case COMMON_FEATURE_SELECT:
        return virtio->feature_select;
    case COMMON_FEATURE:
        return virtio->feature_select < 2 ? virtio->offered >> 32 * virtio->feature_select : 0;
    case COMMON_DRIVER_SELECT:
        return virtio->driver_feature_select;
    case COMMON_DRIVER:
        return virtio->driver_feature_select < 2
                   ? virtio->accepted >> 32 * virtio->driver_feature_select
                   : 0;
    case COMMON_CONFIG_VECTOR:
        return virtio->config_vector;
    case COMMON_QUEUES:
        return virtio->queue_count;
    case COMMON_STATUS:
        return virtio->status;
    case COMMON_GENERATION:
        return virtio->generation;
    case COMMON_QUEUE_SELECT:
        return virtio->queue_select;
    default:
        return virtio_read_queue(virtio, offset);
    }
}

static uint16_t virtio_vector(const struct emu_virtio *virtio, uint64_t value)
{
    return value < virtio->pci.msix.vectors ? (uint16_t)value : VIRTIO_NO_VECTOR;
}

static void virtio_write_queue(struct emu_virtio *virtio, unsigned offset, uint64_t value)
{
    struct emu_virtio_queue *queue = virtio_selected(virtio);
    uint64_t *address;

    if (queue == NULL)
        return;
    if (offset == COMMON_QUEUE_VECTOR)
        queue->vector = virtio_vector(virtio, value);
    if (queue->enabled) /* the rest stays as it is */
        return;
    address = virtio_queue_address(queue, offset);
    if (address != NULL) {
        unsigned shift = (offset & 4) * 8;

        *address = (*address & ~((uint64_t)UINT32_MAX << shift)) | (value & UINT32_MAX) << shift;
    } else if (offset == COMMON_QUEUE_SIZE && value != 0 && (value & (value - 1)) == 0 &&
               value <= EMU_VIRTIO_QUEUE_SIZE) {
        queue->size = (uint16_t)value;
    } else if (offset == COMMON_QUEUE_ENABLE && value == 1) {
        queue->enabled = true;
    }
}

/* Features are settled until FEATURES_OK. */
static void virtio_accept(struct emu_virtio *virtio, uint32_t value)
{
    unsigned shift = 32 * virtio->driver_feature_select;

    if (virtio->driver_feature_select > 1 || (virtio->status & STATUS_FEATURES_OK))
        return;
    virtio->accepted = (virtio->accepted & ~((uint64_t)UINT32_MAX << shift)) | (uint64_t)value
                                                                                   << shift;
}

static void virtio_write_common(struct emu_virtio *virtio, unsigned offset, uint64_t value)
{
    switch (offset) {
    case COMMON_FEATURE_SELECT:
        virtio->feature_select = (uint32_t)value;
        break;
    case COMMON_DRIVER_SELECT:
        virtio->driver_feature_select = (uint32_t)value;
        break;
    case COMMON_DRIVER:
        virtio_accept(virtio, (uint32_t)value);
        break;
    case COMMON_CONFIG_VECTOR:
        virtio->config_vector = virtio_vector(virtio, value);
        break;
    case COMMON_STATUS:
        virtio_set_status(virtio, (uint8_t)value);
        break;
    case COMMON_QUEUE_SELECT:
        virtio->queue_select = (uint16_t)value;
        break;
    default:
        virtio_write_queue(virtio, offset, value);
        break;
    }
}

/* ---- BAR 4 ---- */

static uint64_t virtio_read_config(const struct emu_virtio *virtio, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        if (offset + i < virtio->type->config_size)
            value |= (uint64_t)virtio->config[offset + i] << 8 * i;
    return value;
}

static void virtio_write_config(struct emu_virtio *virtio, unsigned offset, uint64_t value,
                                unsigned size)
{
    for (unsigned i = 0; i < size && offset + i < virtio->type->config_size; i++) {
        uint8_t mask = virtio->config_mask[offset + i];
        uint8_t *byte = &virtio->config[offset + i];

        *byte = (*byte & ~mask) | ((uint8_t)(value >> 8 * i) & mask);
    }
    if (virtio->type->config_written != NULL)
        virtio->type->config_written(virtio, offset, size);
}

static uint64_t virtio_read_isr(struct emu_virtio *virtio)
{
    uint8_t isr = virtio->isr;

    virtio->isr = 0;
    emu_pci_set_intx(&virtio->pci, false);
    return isr;
}

static uint64_t virtio_bar_read(void *opaque, uint64_t offset, unsigned size)
{
    struct emu_virtio *virtio = opaque;
    unsigned within = (unsigned)offset % AREA_SIZE;

    switch (offset / AREA_SIZE * AREA_SIZE) {
    case AREA_COMMON:
        return virtio_read_common(virtio, within);
    case AREA_ISR:
        return within == 0 ? virtio_read_isr(virtio) : 0;
    case AREA_CONFIG:
        return virtio_read_config(virtio, within, size);
    default:
        return 0;
    }
}

static void virtio_bar_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct emu_virtio *virtio = opaque;
    unsigned within = (unsigned)offset % AREA_SIZE;

    switch (offset / AREA_SIZE * AREA_SIZE) {
    case AREA_COMMON:
        virtio_write_common(virtio, within, value);
        break;
    case AREA_CONFIG:
        virtio_write_config(virtio, within, value, size);
        break;
    case AREA_BELL:
        if (within / BELL_STEP < virtio->queue_count && emu_virtio_running(virtio))
            virtio->type->notified(virtio, within / BELL_STEP);
        break;
    default:
        break;
    }
}

static const struct emu_region_ops virtio_bar_ops = {virtio_bar_read, virtio_bar_write,
                                                     .valid_min = 1, .valid_max = 8, .impl_max = 4};

/* ---- access to BAR 4 through the configuration space, for firmware that maps none ---- */

static bool virtio_access(const struct emu_virtio *virtio, uint64_t *offset, unsigned *size)
{
    unsigned at = virtio->config_access;

    *offset = emu_pci_get(&virtio->pci, at + CAP_OFFSET, 4);
    *size = emu_pci_get(&virtio->pci, at + CAP_BYTES, 4);
    *offset -= virtio->place_offset;
    return emu_pci_get(&virtio->pci, at + CAP_BAR, 1) == virtio->place &&
           (*size == 1 || *size == 2 || *size == 4) && *offset % *size == 0 &&
           *offset <= VIRTIO_BAR_SIZE - *size;
}

static bool virtio_is_access(const struct emu_virtio *virtio, unsigned offset, unsigned size)
{
    unsigned data = virtio->config_access + CAP_DATA;

    return offset < data + 4 && offset + size > data && size <= 4;
}

static void virtio_config_reading(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct emu_virtio *virtio = (struct emu_virtio *)pci;
    unsigned length;
    uint64_t at;

    if (virtio_is_access(virtio, offset, size) && virtio_access(virtio, &at, &length)) {
        uint64_t value = virtio_bar_read(virtio, at, length);

        for (unsigned i = 0; i < 4; i++)
            pci->config[virtio->config_access + CAP_DATA + i] =
                i < length ? (uint8_t)(value >> 8 * i) : 0;
    }
}

static void virtio_config_written(struct emu_pci_device *pci, unsigned offset, unsigned size)
{
    struct emu_virtio *virtio = (struct emu_virtio *)pci;
    unsigned length;
    uint64_t at;

    if (virtio_is_access(virtio, offset, size) && virtio_access(virtio, &at, &length))
        virtio_bar_write(virtio, at, emu_pci_get(pci, virtio->config_access + CAP_DATA, length),
                         length);
}

/* ---- capabilities ---- */

static uint8_t virtio_add_cap(struct emu_virtio *virtio, enum virtio_cap type, unsigned size,
                              uint32_t offset, uint32_t bytes)
{
    struct emu_pci_device *pci = &virtio->pci;
    uint8_t at = emu_pci_add_capability(pci, CAP_VENDOR, size);

    if (at == 0)
        return 0;
    emu_pci_set(pci, at + CAP_LENGTH, 1, size);
    emu_pci_set(pci, at + CAP_TYPE, 1, type);
    emu_pci_set(pci, at + CAP_BAR, 1, type == CAP_ACCESS ? 0 : virtio->place);
    emu_pci_set(pci, at + CAP_OFFSET, 4, type == CAP_ACCESS ? 0 : virtio->place_offset + offset);
    emu_pci_set(pci, at + CAP_BYTES, 4, bytes);
    return at;
}

static void virtio_add_caps(struct emu_virtio *virtio)
{
    struct emu_pci_device *pci = &virtio->pci;
    uint8_t bell, access;

    virtio_add_cap(virtio, CAP_COMMON, CAP_SIZE, AREA_COMMON, 56);
    virtio_add_cap(virtio, CAP_ISR, CAP_SIZE, AREA_ISR, 1);
    if (virtio->type->config_size != 0) /* drivers take an empty one for an error */
        virtio_add_cap(virtio, CAP_CONFIG, CAP_SIZE, AREA_CONFIG, virtio->type->config_size);
    bell = virtio_add_cap(virtio, CAP_NOTIFY, CAP_SIZE + 4, AREA_BELL, AREA_SIZE);
    emu_pci_set(pci, bell + CAP_MULTIPLY, 4, BELL_STEP);
    access = virtio_add_cap(virtio, CAP_ACCESS, CAP_SIZE + 4, 0, 0);
    emu_pci_allow(pci, access + CAP_BAR, 1, 0xff);
    emu_pci_allow(pci, access + CAP_OFFSET, 4, UINT32_MAX);
    emu_pci_allow(pci, access + CAP_BYTES, 4, UINT32_MAX);
    emu_pci_allow(pci, access + CAP_DATA, 4, UINT32_MAX);
    virtio->config_access = access;
    pci->config_reading = virtio_config_reading;
    pci->config_written = virtio_config_written;
}

/* ---- life ---- */

bool emu_virtio_init(struct emu_virtio *virtio, const struct emu_virtio_type *type,
                     struct emu_error *err)
{
    const struct emu_pci_identity identity = {
        .vendor = VIRTIO_VENDOR,
        .device = VIRTIO_DEVICE + type->id,
        .subsystem_vendor = VIRTIO_VENDOR,
        .subsystem = 0x1100,
        .class_code = type->class_code,
        .revision = 1,
        .interrupt_pin = 1,
    };

    virtio->type = type;
    virtio->offered = EMU_VIRTIO_F_VERSION1 | EMU_VIRTIO_F_INDIRECT | EMU_VIRTIO_F_EVENT;
    emu_pci_init(&virtio->pci, &identity);
    emu_region_init_io(&virtio->bar, "virtio", &virtio_bar_ops, virtio, &virtio->pci.device.lock,
                       VIRTIO_BAR_SIZE);
    if (virtio->place == 0)
        virtio->place = VIRTIO_BAR;
    if (virtio->place_region == NULL)
        virtio->place_region = &virtio->bar;
    else
        emu_region_add(virtio->place_region, virtio->place_offset, &virtio->bar, 0);
    emu_pci_add_bar(&virtio->pci, virtio->place, EMU_PCI_BAR_MEMORY64_PREFETCH,
                    virtio->place_region);
    virtio->pci.device.regions[0] = virtio->place_region;
    if (virtio->vectors_bar == 0)
        virtio->vectors_bar = virtio->place == VIRTIO_BAR ? VIRTIO_MSIX_BAR : VIRTIO_BAR;
    if (!emu_pci_add_msix(&virtio->pci, virtio->queue_count + 1, virtio->vectors_bar, err))
        return false;
    virtio->pci.device.regions[1] = &virtio->pci.msix.region;
    virtio_add_caps(virtio);
    return emu_pci_add_express(&virtio->pci, EMU_PCI_EXPRESS_ENDPOINT) ||
           emu_error_set(err, EMU_ERROR_INTERNAL, "no room for another capability");
}

bool emu_virtio_add_shared(struct emu_virtio *virtio, uint8_t id, unsigned bar,
                           struct emu_region *region, struct emu_error *err)
{
    struct emu_pci_device *pci = &virtio->pci;
    uint8_t at = virtio_add_cap(virtio, CAP_SHARED, CAP_SIZE + 8, 0, (uint32_t)region->size);

    if (at == 0)
        return emu_error_set(err, EMU_ERROR_INTERNAL, "no room for another capability");
    emu_pci_set(pci, at + CAP_BAR, 1, bar);
    emu_pci_set(pci, at + CAP_ID, 1, id);
    emu_pci_set(pci, at + CAP_OFFSET, 4, 0);
    emu_pci_set(pci, at + CAP_HIGH, 4, (uint32_t)(region->size >> 32));
    emu_pci_add_bar(pci, bar, EMU_PCI_BAR_MEMORY64_PREFETCH, region);
    return true;
}

void emu_virtio_finish(struct emu_virtio *virtio)
{
    emu_pci_finish(&virtio->pci);
}

void emu_virtio_reset(struct emu_virtio *virtio)
{
    virtio_reset_state(virtio);
    emu_pci_reset(&virtio->pci);
}

static const struct emu_field virtio_fields[] = {
    EMU_FIELD(struct emu_virtio, accepted),
    EMU_FIELD(struct emu_virtio, feature_select),
    EMU_FIELD(struct emu_virtio, driver_feature_select),
    EMU_FIELD(struct emu_virtio, queue_select),
    EMU_FIELD(struct emu_virtio, config_vector),
    EMU_FIELD(struct emu_virtio, status),
    EMU_FIELD(struct emu_virtio, isr),
    EMU_FIELD(struct emu_virtio, generation),
    EMU_FIELD_ARRAY(struct emu_virtio, config),
    EMU_FIELD_END,
};

static const struct emu_field virtio_queue_fields[] = {
    EMU_FIELD(struct emu_virtio_queue, size),
    EMU_FIELD(struct emu_virtio_queue, vector),
    EMU_FIELD(struct emu_virtio_queue, enabled),
    EMU_FIELD(struct emu_virtio_queue, descriptors),
    EMU_FIELD(struct emu_virtio_queue, driver),
    EMU_FIELD(struct emu_virtio_queue, device),
    EMU_FIELD(struct emu_virtio_queue, next_available),
    EMU_FIELD(struct emu_virtio_queue, next_used),
    EMU_FIELD_END,
};

void emu_virtio_save(struct emu_virtio *virtio, struct emu_writer *out)
{
    emu_pci_save(&virtio->pci, out);
    emu_hw_save(out, "virtio", virtio, virtio_fields);
    for (unsigned i = 0; i < virtio->queue_count; i++)
        emu_write_fields(out, &virtio->queues[i], virtio_queue_fields);
}

bool emu_virtio_load(struct emu_virtio *virtio, struct emu_reader *in, struct emu_error *err)
{
    if (!emu_pci_load(&virtio->pci, in, err) ||
        !emu_hw_load(in, "virtio", virtio, virtio_fields, err))
        return false;
    for (unsigned i = 0; i < virtio->queue_count; i++) {
        struct emu_virtio_queue *queue = &virtio->queues[i];

        if (!emu_read_fields(in, queue, virtio_queue_fields, err))
            return false;
        if (queue->size == 0 || (queue->size & (queue->size - 1)) != 0 ||
            queue->size > EMU_VIRTIO_QUEUE_SIZE)
            return emu_hw_load_bad("virtio", "a queue's size", err);
        queue->next_signal = queue->next_used;
    }
    return true;
}
