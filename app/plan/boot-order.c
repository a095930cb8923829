/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot order (boot-order.h). */
#include "app/plan/boot-order.h"

#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"

static const char *const boot_names[] = {[LATHE_BOOT_DISK] = "disk",
                                         [LATHE_BOOT_CDROM] = "cdrom",
                                         [LATHE_BOOT_NETWORK] = "network",
                                         [LATHE_BOOT_FLOPPY] = "floppy"};

static bool boot_add(const char *word, struct lathe_boot_order *order, GError **error)
{
    unsigned kind = 0;

    while (kind < LATHE_BOOT_KINDS && strcmp(word, boot_names[kind]) != 0)
        kind++;
    if (kind == LATHE_BOOT_KINDS)
        return lathe_error_input(error, "--boot has no '%s': use disk, cdrom, floppy and network",
                                 word);
    for (unsigned i = 0; i < order->count; i++) {
        if (order->kinds[i] == kind)
            return lathe_error_input(error, "--boot names %s twice", word);
    }
    order->kinds[order->count++] = (enum lathe_boot_kind)kind;
    return true;
}

bool lathe_boot_parse(const char *text, struct lathe_boot_order *order, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    struct lathe_boot_order read = {.count = 0};

    for (size_t i = 0; words[i] != NULL; i++) {
        if (!boot_add(words[i], &read, error))
            return false;
    }
    *order = read;
    return read.count != 0 || lathe_error_input(error, "--boot names nothing");
}

enum lathe_boot_kind lathe_boot_kind_of(const struct lathe_disk_definition *disk)
{
    if (disk->bus == EMU_DRIVE_FLOPPY)
        return LATHE_BOOT_FLOPPY;
    return disk->cdrom ? LATHE_BOOT_CDROM : LATHE_BOOT_DISK;
}

bool lathe_boot_has(const struct lathe_definition *definition, enum lathe_boot_kind kind)
{
    if (kind == LATHE_BOOT_NETWORK)
        return definition->nets != 0;
    for (unsigned i = 0; i < definition->disks; i++) {
        if (lathe_boot_kind_of(&definition->disk[i]) == kind)
            return true;
    }
    return false;
}

/* Numbers the devices of a kind from next on; returns the number after the last. */
static unsigned boot_number(struct lathe_definition *definition, enum lathe_boot_kind kind,
                            unsigned next)
{
    if (kind == LATHE_BOOT_NETWORK) {
        for (unsigned i = 0; i < definition->nets; i++)
            definition->net[i].boot = next++;
        return next;
    }
    for (unsigned i = 0; i < definition->disks; i++) {
        if (lathe_boot_kind_of(&definition->disk[i]) == kind)
            definition->disk[i].boot = next++;
    }
    return next;
}

/* Not the network: firmware takes minutes to find that nobody there answers. */
static const struct lathe_boot_order boot_default = {
    {LATHE_BOOT_DISK, LATHE_BOOT_CDROM, LATHE_BOOT_FLOPPY}, 3};

static bool boot_is_given(const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].boot != 0)
            return true;
    }
    for (unsigned i = 0; i < definition->nets; i++) {
        if (definition->net[i].boot != 0)
            return true;
    }
    return false;
}

bool lathe_boot_settle(struct lathe_definition *definition, GError **error)
{
    const struct lathe_boot_order *order = &definition->boot;
    unsigned next = 1;

    if (definition->firmware_image == NULL)
        return order->count == 0 ||
               lathe_error_input(error, "--boot is for firmware, and this machine has none: it "
                                        "starts the kernel; add --firmware bios or uefi");
    if (order->count == 0 && boot_is_given(definition))
        return true;
    if (order->count == 0)
        order = &boot_default;
    for (unsigned i = 0; i < order->count; i++)
        next = boot_number(definition, order->kinds[i], next);
    if (next > 1 || definition->boot.count == 0 || order->loose)
        return true;
    return lathe_error_input(error,
                             "--boot names nothing that this machine has: it has %u "
                             "disk, CD and floppy drives and %u network adapters",
                             definition->disks, definition->nets);
}
