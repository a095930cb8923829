/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices: making and freeing them, their properties, and their lifecycle under their lock. */
#include "emulator/core/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/api/error.h"

/* ---- properties ---- */

static void *property_field(struct emu_device *device, const struct emu_property *property)
{
    return (char *)device + property->offset;
}

static bool property_error(const struct emu_device *device, const struct emu_property *property,
                           const char *value, const char *wanted, struct emu_error *err)
{
    return emu_error_set(err, EMU_ERROR_INPUT, "device '%s': property '%s' cannot be '%s': %s",
                         device->id, property->name, value, wanted);
}

static bool property_set_bool(struct emu_device *device, const struct emu_property *property,
                              const char *value, struct emu_error *err)
{
    static const char *const on[] = {"on", "true", "yes", "1"};
    static const char *const off[] = {"off", "false", "no", "0"};
    size_t i;

    for (i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
        if (strcmp(value, on[i]) != 0 && strcmp(value, off[i]) != 0)
            continue;
        *(bool *)property_field(device, property) = strcmp(value, on[i]) == 0;
        return true;
    }
    return property_error(device, property, value, "give 'on' or 'off'", err);
}

/* 0: no such suffix. */
static unsigned property_suffix_shift(const char *suffix)
{
    switch (suffix[0]) {
    case 'K':
    case 'k':
        return 10;
    case 'M':
    case 'm':
        return 20;
    case 'G':
    case 'g':
        return 30;
    default:
        return 0;
    }
}

static bool property_parse_number(const char *value, bool suffix, uint64_t *out)
{
    bool hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
    const char *digits = hex ? value + 2 : value;
    unsigned shift = 0;
    char *end;

    if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") == 0)
        return false;
    errno = 0;
    *out = strtoull(digits, &end, hex ? 16 : 10);
    if (errno != 0)
        return false;
    if (suffix && *end != '\0') {
        shift = property_suffix_shift(end);
        end += shift != 0;
    }
    if (*end != '\0' || *out > UINT64_MAX >> shift)
        return false;
    *out <<= shift;
    return true;
}

static bool property_set_number(struct emu_device *device, const struct emu_property *property,
                                const char *value, struct emu_error *err)
{
    bool is_size = property->type == EMU_PROPERTY_SIZE;
    uint64_t number;

    if (!property_parse_number(value, is_size, &number))
        return property_error(device, property, value,
                              is_size ? "give a size such as 64K, 16M or 2G"
                                      : "give a decimal or 0x hexadecimal number",
                              err);
    if (number < property->min || number > property->max)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "device '%s': property '%s' must be from %llu to %llu, not %s",
                             device->id, property->name, (unsigned long long)property->min,
                             (unsigned long long)property->max, value);
    *(uint64_t *)property_field(device, property) = number;
    return true;
}

static bool property_set_string(struct emu_device *device, const struct emu_property *property,
                                const char *value, struct emu_error *err)
{
    char **field = property_field(device, property), *copy = strdup(value);

    if (copy == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    free(*field);
    *field = copy;
    return true;
}

static bool property_set(struct emu_device *device, const struct emu_property *property,
                         const char *value, struct emu_error *err)
{
    switch (property->type) {
    case EMU_PROPERTY_BOOL:
        return property_set_bool(device, property, value, err);
    case EMU_PROPERTY_UINT:
    case EMU_PROPERTY_SIZE:
        return property_set_number(device, property, value, err);
    case EMU_PROPERTY_STRING:
        return property_set_string(device, property, value, err);
    }
    return emu_error_set(err, EMU_ERROR_INTERNAL, "device '%s': property '%s' has no type",
                         device->id, property->name);
}

static const struct emu_property *device_properties(const struct emu_device *device)
{
    static const struct emu_property none[] = {{.name = NULL}};

    return device->class->properties != NULL ? device->class->properties : none;
}

static bool device_set_defaults(struct emu_device *device, struct emu_error *err)
{
    const struct emu_property *property;

    for (property = device_properties(device); property->name != NULL; property++) {
        if (property->default_value != NULL &&
            !property_set(device, property, property->default_value, err))
            return false;
    }
    return true;
}

static void device_free_strings(struct emu_device *device)
{
    const struct emu_property *property;

    for (property = device_properties(device); property->name != NULL; property++) {
        if (property->type == EMU_PROPERTY_STRING)
            free(*(char **)property_field(device, property));
    }
}

bool emu_device_set(struct emu_device *device, const char *property, const char *value,
                    struct emu_error *err)
{
    const struct emu_property *row;

    if (device->realized)
        return emu_error_set(err, EMU_ERROR_INTERNAL,
                             "device '%s': property '%s' is set too late, after realize",
                             device->id, property);
    for (row = device_properties(device); row->name != NULL; row++) {
        if (strcmp(row->name, property) == 0)
            return property_set(device, row, value, err);
    }
    return emu_error_set(err, EMU_ERROR_INPUT, "device '%s' (%s) has no property '%s'", device->id,
                         device->class->name, property);
}

/* ---- lifecycle ---- */

static struct emu_device *device_alloc(const struct emu_device_class *class, struct emu_error *err)
{
    struct emu_device *device = calloc(1, class->size);

    if (device == NULL || pthread_mutex_init(&device->lock, NULL) != 0) {
        free(device);
        emu_error_set(err, EMU_ERROR_HOST, "out of memory");
        return NULL;
    }
    device->class = class;
    return device;
}

struct emu_device *emu_device_new(const struct emu_device_class *class, const char *id,
                                  struct emu_error *err)
{
    struct emu_device *device;

    if (id[0] == '\0' || strlen(id) >= sizeof(device->id)) {
        emu_error_set(err, EMU_ERROR_INPUT, "'%s' is no id for a device: give 1 to %zu bytes", id,
                      sizeof(device->id) - 1);
        return NULL;
    }
    device = device_alloc(class, err);
    if (device == NULL)
        return NULL;
    memcpy(device->id, id, strlen(id) + 1);
    if (!device_set_defaults(device, err)) {
        emu_device_free(device);
        return NULL;
    }
    return device;
}

void emu_device_free(struct emu_device *device)
{
    if (device == NULL)
        return;
    if (device->realized && device->class->unrealize != NULL)
        device->class->unrealize(device);
    device_free_strings(device);
    pthread_mutex_destroy(&device->lock);
    free(device);
}

bool emu_device_realize(struct emu_device *device, struct emu_error *err)
{
    if (device->class->realize != NULL && !device->class->realize(device, err))
        return emu_error_set(err, EMU_ERROR_INTERNAL, "device '%s' (%s) cannot be set up",
                             device->id, device->class->name);
    device->realized = true;
    return true;
}

void emu_device_reset(struct emu_device *device)
{
    pthread_mutex_lock(&device->lock);
    if (device->class->reset != NULL)
        device->class->reset(device);
    pthread_mutex_unlock(&device->lock);
}

void emu_device_save(struct emu_device *device, struct emu_writer *out)
{
    pthread_mutex_lock(&device->lock);
    if (device->class->save != NULL)
        device->class->save(device, out);
    pthread_mutex_unlock(&device->lock);
}

bool emu_device_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    bool loaded = true;

    pthread_mutex_lock(&device->lock);
    if (device->class->load != NULL)
        loaded = device->class->load(device, in, err);
    pthread_mutex_unlock(&device->lock);
    return loaded || emu_error_set(err, EMU_ERROR_INPUT, "saved state: device '%s' (%s) rejects it",
                                   device->id, device->class->name);
}
