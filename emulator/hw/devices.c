/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device table and the search in it. */
#include "emulator/hw/devices.h"

#include <string.h>

const struct emu_device_class *const emu_device_classes[] = {
#define DEVICE(symbol) &symbol,
#include "emulator/hw/devices.inc"
#undef DEVICE
    NULL,
};

const struct emu_device_class *emu_device_class_find(const char *name)
{
    for (size_t i = 0; emu_device_classes[i] != NULL; i++)
        if (strcmp(emu_device_classes[i]->name, name) == 0)
            return emu_device_classes[i];
    return NULL;
}
