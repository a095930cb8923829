/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about drives and their media. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/control/qmp-private.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"

static struct lathe_definition *block_definition(const struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    return lathe_session_get_definition(qmp->session);
}

/* ---- names ---- */

static const char *block_bus_name(enum emu_drive_bus bus)
{
    static const char *const names[] = {[EMU_DRIVE_VIRTIO] = "virtio",
                                        [EMU_DRIVE_NVME] = "nvme",
                                        [EMU_DRIVE_SATA] = "ide",
                                        [EMU_DRIVE_USB] = "usb",
                                        [EMU_DRIVE_FLOPPY] = "floppy"};

    return names[bus];
}

/* QEMU counts by bus, and calls a SATA port a bus of IDE. */
char *qmp_drive_name(LatheSession *session, unsigned drive)
{
    const struct lathe_definition *definition = lathe_session_get_definition(session);
    const struct lathe_disk_definition *disk = &definition->disk[drive];
    unsigned number = 0;

    for (unsigned i = 0; i < drive; i++)
        number += definition->disk[i].bus == disk->bus;
    return g_strdup_printf("%s%u%s", block_bus_name(disk->bus), number,
                           disk->bus != EMU_DRIVE_SATA ? ""
                           : disk->cdrom               ? "-cd0"
                                                       : "-hd0");
}

/* ---- query-block ---- */

#define BLOCK_QCOW2_MAGIC UINT32_C(0x514649fb)
#define BLOCK_QCOW2_SIZE  24 /* offset of the virtual size in the header */

static guint64 block_be(const guint8 *bytes, unsigned count)
{
    guint64 value = 0;

    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

struct block_image {
    bool qcow2;
    gint64 virtual_size, actual_size; /* bytes */
};

/* Reads a little without a lock: the machine has the file open. */
static struct block_image block_look(const struct lathe_disk_definition *disk)
{
    struct block_image image = {.qcow2 = false};
    guint8 head[32] = {0};
    struct stat status;
    int fd = open(disk->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return image;
    if (fstat(fd, &status) == 0)
        image.actual_size = (gint64)status.st_blocks * 512;
    image.virtual_size = lseek(fd, 0, SEEK_END);
    image.qcow2 = g_strcmp0(disk->format, "raw") != 0 && !disk->cdrom &&
                  pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
                  block_be(head, 4) == BLOCK_QCOW2_MAGIC;
    if (image.qcow2)
        image.virtual_size = (gint64)block_be(head + BLOCK_QCOW2_SIZE, 8);
    close(fd);
    return image;
}

static JsonObject *block_image_info(const struct lathe_disk_definition *disk,
                                    const struct block_image *image)
{
    JsonObject *info = json_object_new();

    json_object_set_string_member(info, "filename", disk->path);
    json_object_set_string_member(info, "format", image->qcow2 ? "qcow2" : "raw");
    json_object_set_int_member(info, "virtual-size", MAX(image->virtual_size, 0));
    json_object_set_int_member(info, "actual-size", image->actual_size);
    json_object_set_boolean_member(info, "dirty-flag", FALSE);
    return info;
}

static JsonObject *block_cache_info(void)
{
    JsonObject *cache = json_object_new();

    json_object_set_boolean_member(cache, "writeback", TRUE);
    json_object_set_boolean_member(cache, "direct", FALSE);
    json_object_set_boolean_member(cache, "no-flush", FALSE);
    return cache;
}

/* Limits that QEMU has and that are always off here. */
static void block_add_limits(JsonObject *inserted)
{
    static const char *const limits[] = {
        "bps",     "bps_rd",  "bps_wr",          "iops",
        "iops_rd", "iops_wr", "write_threshold", "backing_file_depth"};

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        json_object_set_int_member(inserted, limits[i], 0);
    json_object_set_boolean_member(inserted, "encrypted", FALSE);
    json_object_set_string_member(inserted, "detect_zeroes", "off");
}

static JsonObject *block_inserted(const struct lathe_disk_definition *disk, const char *node)
{
    struct block_image image = block_look(disk);
    JsonObject *inserted = json_object_new();

    json_object_set_string_member(inserted, "file", disk->path);
    json_object_set_string_member(inserted, "node-name", node);
    json_object_set_boolean_member(inserted, "ro", disk->read_only || disk->cdrom);
    json_object_set_string_member(inserted, "drv", image.qcow2 ? "qcow2" : "raw");
    block_add_limits(inserted);
    json_object_set_object_member(inserted, "image", block_image_info(disk, &image));
    json_object_set_object_member(inserted, "cache", block_cache_info());
    return inserted;
}

static JsonObject *block_entry(const struct lathe_disk_definition *disk, const char *device,
                               const char *qdev)
{
    JsonObject *entry = json_object_new();

    json_object_set_string_member(entry, "device", device);
    json_object_set_string_member(entry, "qdev", qdev);
    json_object_set_string_member(entry, "type", "unknown");
    json_object_set_boolean_member(entry, "removable",
                                   disk->cdrom || disk->bus == EMU_DRIVE_FLOPPY);
    json_object_set_boolean_member(entry, "locked", FALSE);
    json_object_set_string_member(entry, "io-status", "ok");
    if (disk->path != NULL)
        json_object_set_object_member(entry, "inserted", block_inserted(disk, qdev));
    return entry;
}

static JsonObject *block_describe(LatheSession *session, unsigned drive)
{
    struct emu_machine *machine = lathe_session_get_machine(session);
    const struct lathe_disk_definition *disk = &lathe_session_get_definition(session)->disk[drive];
    g_autofree char *name = qmp_drive_name(session, drive);
    JsonObject *entry = block_entry(disk, name, name);
    struct emu_tray tray = {0};

    if (!disk->cdrom || machine == NULL || !emu_machine_get_tray(machine, drive, &tray))
        return entry;
    json_object_set_boolean_member(entry, "locked", tray.locked);
    json_object_set_boolean_member(entry, "tray_open", tray.open);
    return entry;
}

void qmp_do_query_block(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    GPtrArray *attached = lathe_session_get_attached(qmp->session);
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < block_definition(call)->disks; i++)
        json_array_add_object_element(list, block_describe(qmp->session, i));
    for (guint i = 0; i < attached->len; i++) {
        const struct lathe_attached_disk *disk = attached->pdata[i];
        g_autofree char *name = qmp_device_name(qmp, disk->number);
        json_array_add_object_element(list, block_entry(disk->definition, "", name));
    }
    qmp_return_array(call, list);
}

/* ---- media ---- */

/* Where QEMU has its CD drive: scripts know no other name. */
static bool block_is_usual_name(const char *name)
{
    return strcmp(name, "ide2-cd0") == 0 || strcmp(name, "ide1-cd0") == 0;
}

/* The drive of that name, or what a usual name stands for; false: there is none. */
static bool block_find_name(LatheSession *session, const char *wanted, unsigned *drive)
{
    const struct lathe_definition *definition = lathe_session_get_definition(session);

    for (*drive = 0; *drive < definition->disks; (*drive)++) {
        g_autofree char *name = qmp_drive_name(session, *drive);
        if (strcmp(name, wanted) == 0)
            return true;
    }
    for (*drive = 0; *drive < definition->disks && block_is_usual_name(wanted); (*drive)++) {
        if (definition->disk[*drive].cdrom)
            return true;
    }
    return false;
}

/* The removable drive that "device" or "id" names; false: the call is answered. */
static bool block_find(struct qmp_call *call, unsigned *drive)
{
    struct lathe_qmp *qmp = call->opaque;
    const struct lathe_definition *definition = block_definition(call);
    const char *device = qmp_argument_string(call, "device");
    const char *id = qmp_argument_string(call, "id"), *wanted = device != NULL ? device : id;

    if ((device == NULL) == (id == NULL)) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Need exactly one of 'device' and 'id'");
        return false;
    }
    if (!block_find_name(qmp->session, wanted, drive)) {
        qmp_fail(call, QMP_DEVICE_NOT_FOUND, "Device '%s' not found", wanted);
        return false;
    }
    if (!definition->disk[*drive].cdrom && definition->disk[*drive].bus != EMU_DRIVE_FLOPPY) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Device '%s' is not removable", wanted);
        return false;
    }
    return true;
}

static void block_fail(struct qmp_call *call, const GError *error)
{
    const char *device = qmp_argument_string(call, "device");

    if (g_error_matches(error, LATHE_ERROR, LATHE_ERROR_BUSY))
        qmp_fail(call, QMP_GENERIC_ERROR,
                 "Device '%s' is locked and force was not specified, "
                 "wait for tray to open and try again",
                 device != NULL ? device : qmp_argument_string(call, "id"));
    else
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
}

/* True: it was done. */
static bool block_put_in(struct qmp_call *call, unsigned drive, const char *path)
{
    struct lathe_qmp *qmp = call->opaque;
    g_autoptr(GError) error = NULL;

    if (lathe_session_change_medium(qmp->session, drive, path, qmp_argument_bool(call, "force"),
                                    &error))
        return true;
    block_fail(call, error);
    return false;
}

static void block_move_tray(struct qmp_call *call, unsigned drive, bool open)
{
    struct lathe_qmp *qmp = call->opaque;

    if (block_definition(call)->disk[drive].cdrom)
        lathe_session_move_tray(qmp->session, drive, open);
    qmp_return_settled(call, NULL);
}

void qmp_do_eject(struct qmp_call *call)
{
    unsigned drive;

    if (block_find(call, &drive) && block_put_in(call, drive, NULL))
        block_move_tray(call, drive, true);
}

/* A guest that locked its tray is told of the wish, and opens it. */
void qmp_do_open_tray(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);
    struct emu_tray tray = {0};
    unsigned drive;

    if (!block_find(call, &drive))
        return;
    if (machine != NULL && emu_machine_get_tray(machine, drive, &tray) && tray.locked &&
        !qmp_argument_bool(call, "force")) {
        emu_machine_press_eject(machine, drive);
        qmp_return(call, NULL);
        return;
    }
    block_move_tray(call, drive, true);
}

void qmp_do_close_tray(struct qmp_call *call)
{
    unsigned drive;

    if (block_find(call, &drive))
        block_move_tray(call, drive, false);
}

/* Of formats there is raw only; whether it can be written is the drive's. */
void qmp_do_change_medium(struct qmp_call *call)
{
    const char *format = qmp_argument_string(call, "format");
    const char *mode = qmp_argument_string(call, "read-only-mode");
    unsigned drive;

    if (format != NULL && strcmp(format, "raw") != 0)
        qmp_fail(call, QMP_GENERIC_ERROR, "Unknown driver '%s'", format);
    else if (g_strcmp0(mode, "read-write") == 0)
        qmp_fail(call, QMP_GENERIC_ERROR, "Media of this drive cannot be made writable");
    else if (block_find(call, &drive) &&
             block_put_in(call, drive, qmp_argument_string(call, "filename")))
        block_move_tray(call, drive, false);
}
