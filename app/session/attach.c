/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that come and go. USB disks go at once, as a stick that is pulled; those in a hot-plug slot
 * when the guest has let go of them, or by force. A machine that is made anew gets them again.
 */
#include "app/session/attach.h"

#include "app/plan/error.h"
#include "emulator/api/block.h"

struct attach_entry {
    struct lathe_attached_disk disk;
    struct lathe_disk_definition definition;
    gboolean present; /* the machine has it */
    unsigned drive;
};

struct lathe_attach {
    LatheSession *session; /* owns this */
    void (*push)(LatheSession *session, struct lathe_attach_order *order);
    GPtrArray *entries, *shown; /* shown: those that are present */
    unsigned last;              /* number */
};

/* ---- the worker ---- */

static void attach_copy(struct lathe_disk_definition *to, const struct lathe_disk_definition *from)
{
    *to = *from;
    to->path = g_strdup(from->path);
    to->format = g_strdup(from->format);
}

void lathe_attach_order_free(struct lathe_attach_order *order)
{
    if (order == NULL)
        return;
    lathe_disk_clear(&order->disk);
    g_free(order);
}

static void attach_id(const struct lathe_attach_order *order, char id[32])
{
    g_snprintf(id, 32, "attached%u", order->number);
}

static bool attach_plug(struct lathe_attach_order *order, struct emu_machine *machine,
                        struct emu_error *err)
{
    const struct lathe_disk_definition *disk = &order->disk;
    const struct emu_block_options options = {.path = disk->path,
                                              .format = disk->format,
                                              .read_only = disk->read_only,
                                              .discard_changes = disk->discard_changes};
    char id[32];
    struct emu_device_config config = {.kind = "usb-storage", .id = id};
    struct emu_drive *drive = &config.drive;

    attach_id(order, id);
    drive->bus = disk->bus;
    drive->queues = disk->queues;
    if (!emu_block_open(&options, &drive->backend, err))
        return false;
    return disk->bus == EMU_DRIVE_USB ? emu_machine_device_add(machine, &config, err)
                                      : emu_machine_add_drive(machine, drive, &order->drive, err);
}

static bool attach_pull(const struct lathe_attach_order *order, struct emu_machine *machine,
                        struct emu_error *err)
{
    char id[32];

    attach_id(order, id);
    return order->disk.bus == EMU_DRIVE_USB
               ? emu_machine_device_remove(machine, id, err)
               : emu_machine_remove_drive(machine, order->drive, order->force, err);
}

gboolean lathe_attach_carry_out(struct lathe_attach_order *order, struct emu_machine *machine,
                                GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    return (order->out ? attach_pull(order, machine, &found)
                       : attach_plug(order, machine, &found)) ||
           lathe_error_from_emu(error, &found);
}

/* ---- the list ---- */

static void attach_entry_free(gpointer data)
{
    struct attach_entry *entry = data;

    lathe_disk_clear(&entry->definition);
    g_free(entry);
}

static struct attach_entry *attach_find(struct lathe_attach *attach, unsigned number)
{
    for (guint i = 0; i < attach->entries->len; i++) {
        struct attach_entry *entry = attach->entries->pdata[i];
        if (entry->disk.number == number)
            return entry;
    }
    return NULL;
}

static void attach_push(struct lathe_attach *attach, const struct attach_entry *entry, gboolean out,
                        gboolean force)
{
    struct lathe_attach_order *order = g_new0(struct lathe_attach_order, 1);

    order->number = entry->disk.number;
    order->out = out;
    order->force = force;
    order->drive = entry->drive;
    attach_copy(&order->disk, &entry->definition);
    attach->push(attach->session, order);
}

static void attach_tell(struct lathe_attach *attach, const char *signal, const char *path)
{
    g_ptr_array_set_size(attach->shown, 0);
    for (guint i = 0; i < attach->entries->len; i++) {
        struct attach_entry *entry = attach->entries->pdata[i];
        if (entry->present)
            g_ptr_array_add(attach->shown, &entry->disk);
    }
    g_signal_emit_by_name(attach->session, signal, path);
}

static void attach_drop(struct lathe_attach *attach, struct attach_entry *entry)
{
    gboolean tell = entry->present;
    g_autofree char *path = g_strdup(entry->definition.path);

    g_ptr_array_remove(attach->entries, entry);
    if (tell)
        attach_tell(attach, "disk-detached", path);
}

void lathe_attach_on_done(struct lathe_attach *attach, const struct lathe_attach_order *order,
                          const char *sentence)
{
    struct attach_entry *entry = attach_find(attach, order->number);

    if (entry == NULL)
        return;
    if (sentence == NULL && !order->out) {
        entry->present = TRUE;
        entry->drive = order->drive;
        attach_tell(attach, "disk-attached", entry->definition.path);
    } else if (sentence != NULL || order->disk.bus == EMU_DRIVE_USB) {
        attach_drop(attach, entry);
    }
    if (sentence != NULL)
        g_signal_emit_by_name(attach->session, "warning", sentence);
}

void lathe_attach_on_removed(struct lathe_attach *attach, unsigned drive)
{
    for (guint i = 0; i < attach->entries->len; i++) {
        struct attach_entry *entry = attach->entries->pdata[i];
        if (entry->present && entry->definition.bus != EMU_DRIVE_USB && entry->drive == drive) {
            attach_drop(attach, entry);
            return;
        }
    }
}

void lathe_attach_again(struct lathe_attach *attach)
{
    for (guint i = attach->entries->len; i-- > 0;) {
        struct attach_entry *entry = attach->entries->pdata[i];
        if (entry->disk.leaving)
            attach_drop(attach, entry);
    }
    for (guint i = 0; i < attach->entries->len; i++)
        attach_push(attach, attach->entries->pdata[i], FALSE, FALSE);
}

struct lathe_attach *lathe_attach_new(LatheSession *session,
                                      void (*push)(LatheSession *session,
                                                   struct lathe_attach_order *order))
{
    struct lathe_attach *attach = g_new0(struct lathe_attach, 1);

    attach->session = session;
    attach->push = push;
    attach->entries = g_ptr_array_new_with_free_func(attach_entry_free);
    attach->shown = g_ptr_array_new();
    return attach;
}

void lathe_attach_free(struct lathe_attach *attach)
{
    if (attach == NULL)
        return;
    g_ptr_array_unref(attach->shown);
    g_ptr_array_unref(attach->entries);
    g_free(attach);
}

/* ---- what windows see (session.h) ---- */

/* Is there a machine that can be told? One that has stopped gets them when it is made anew. */
static gboolean attach_is_live(LatheSession *session)
{
    return lathe_session_get_machine(session) != NULL &&
           lathe_session_get_state(session) != LATHE_STATE_STOPPED;
}

unsigned lathe_session_attach_disk(LatheSession *session, const struct lathe_disk_definition *disk)
{
    struct lathe_attach *attach = lathe_session_get_attach(session);
    struct attach_entry *entry = g_new0(struct attach_entry, 1);

    attach_copy(&entry->definition, disk);
    entry->disk.number = ++attach->last;
    entry->disk.definition = &entry->definition;
    g_ptr_array_add(attach->entries, entry);
    if (attach_is_live(session)) {
        attach_push(attach, entry, FALSE, FALSE);
    } else {
        entry->present = TRUE;
        attach_tell(attach, "disk-attached", disk->path);
    }
    return attach->last;
}

void lathe_session_detach_disk(LatheSession *session, unsigned number, gboolean force)
{
    struct lathe_attach *attach = lathe_session_get_attach(session);
    struct attach_entry *entry = attach_find(attach, number);

    if (entry == NULL || !entry->present)
        return;
    if (!attach_is_live(session)) {
        attach_drop(attach, entry);
        return;
    }
    entry->disk.leaving = TRUE;
    attach_push(attach, entry, TRUE, force);
}

GPtrArray *lathe_session_get_attached(LatheSession *session)
{
    return lathe_session_get_attach(session)->shown;
}
