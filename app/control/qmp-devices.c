/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disks that clients plug in: an image gets a name by blockdev-add, device_add makes a disk of it.
 * The session does it; here is only who is called what.
 */
#include <string.h>

#include "app/control/qmp-private.h"
#include "app/plan/definition.h"

/* An image that has a name. */
struct devices_node {
    char *name, *path, *format; /* format NULL: it is a plain file */
    bool read_only;
};

/* A disk that was plugged in by device_add. */
struct devices_entry {
    char *id, *node;
    unsigned number; /* the session's */
};

static void devices_node_free(gpointer data)
{
    struct devices_node *node = data;

    g_free(node->name);
    g_free(node->path);
    g_free(node->format);
    g_free(node);
}

static void devices_entry_free(gpointer data)
{
    struct devices_entry *entry = data;

    g_free(entry->id);
    g_free(entry->node);
    g_free(entry);
}

void qmp_devices_start(struct lathe_qmp *qmp)
{
    qmp->nodes = g_ptr_array_new_with_free_func(devices_node_free);
    qmp->devices = g_ptr_array_new_with_free_func(devices_entry_free);
}

void qmp_devices_stop(struct lathe_qmp *qmp)
{
    g_ptr_array_unref(qmp->nodes);
    g_ptr_array_unref(qmp->devices);
    g_free(qmp->warning);
}

/* ---- images ---- */

static struct devices_node *devices_find_node(struct lathe_qmp *qmp, const char *name)
{
    for (guint i = 0; name != NULL && i < qmp->nodes->len; i++) {
        struct devices_node *node = qmp->nodes->pdata[i];
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

static bool devices_uses_node(struct lathe_qmp *qmp, const char *name)
{
    for (guint i = 0; i < qmp->devices->len; i++) {
        const struct devices_entry *entry = qmp->devices->pdata[i];
        if (strcmp(entry->node, name) == 0)
            return true;
    }
    return false;
}

/* The first member that is none of these words, or NULL. */
static const char *devices_stranger(JsonObject *object, const char *const *words)
{
    g_autoptr(GList) names = json_object_get_members(object);

    for (GList *name = names; name != NULL; name = name->next) {
        if (!g_strv_contains(words, name->data))
            return name->data; /* the object's */
    }
    return NULL;
}

static bool devices_is_file(const char *driver)
{
    return strcmp(driver, "file") == 0 || strcmp(driver, "host_device") == 0;
}

/* A member that is a string, or NULL. */
static const char *devices_string(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

/* Where the bytes of "file" are: a node's name, or what would make one. NULL: none of these. */
static const char *devices_file_path(struct lathe_qmp *qmp, JsonObject *arguments)
{
    JsonNode *file = json_object_get_member(arguments, "file");
    const struct devices_node *node = devices_find_node(qmp, devices_string(arguments, "file"));

    if (node != NULL)
        return node->path;
    if (file == NULL || !JSON_NODE_HOLDS_OBJECT(file))
        return NULL;
    const char *driver = devices_string(json_node_get_object(file), "driver");
    return driver != NULL && devices_is_file(driver)
               ? devices_string(json_node_get_object(file), "filename")
               : NULL;
}

/* What QEMU has a choice of and there is one way here: that way may be asked for. auto-read-only
 * only allows what is not done. */
static const struct devices_choice {
    const char *member, *way, *other_way, *why;
} devices_choices[] = {
    {"aio", "threads", NULL, "transfers are done by threads"},
    {"discard", "unmap", "on", "what the guest discards is given back to the host"},
    {"detect-zeroes", "off", "off", "zeroes are written as they are"},
};

/* cache: through the host's, flushed when the guest flushes. */
static const char *devices_check_cache(JsonObject *arguments)
{
    static const char *const known[] = {"direct", "no-flush", NULL};
    JsonNode *node = json_object_get_member(arguments, "cache");
    JsonObject *cache =
        node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

    if (node == NULL)
        return NULL;
    if (cache == NULL || devices_stranger(cache, known) != NULL)
        return "it has the members 'direct' and 'no-flush'";
    for (size_t i = 0; known[i] != NULL; i++) {
        JsonNode *value = json_object_get_member(cache, known[i]);
        if (value != NULL &&
            (!JSON_NODE_HOLDS_VALUE(value) || json_node_get_value_type(value) != G_TYPE_BOOLEAN ||
             json_node_get_boolean(value)))
            return "images go through the host's cache, and are flushed when the guest flushes";
    }
    return NULL;
}

/* Why an image cannot be used as is asked; NULL: it can. *member: what is asked. */
static const char *devices_check_ways(JsonObject *arguments, const char **member)
{
    for (size_t i = 0; i < G_N_ELEMENTS(devices_choices); i++) {
        const struct devices_choice *choice = &devices_choices[i];
        const char *value = devices_string(arguments, choice->member);
        *member = choice->member;
        if (json_object_has_member(arguments, choice->member) &&
            g_strcmp0(value, choice->way) != 0 && g_strcmp0(value, choice->other_way) != 0)
            return choice->why;
    }
    *member = "cache";
    return devices_check_cache(arguments);
}

void qmp_do_blockdev_add(struct qmp_call *call)
{
    static const char *const known[] = {
        "driver",        "node-name", "filename", "file",           "read-only", "cache",
        "detect-zeroes", "discard",   "aio",      "auto-read-only", NULL};
    const char *member, *why = devices_check_ways(call->arguments, &member);
    struct lathe_qmp *qmp = call->opaque;
    const char *name = qmp_argument_string(call, "node-name");
    const char *driver = qmp_argument_string(call, "driver");
    bool file = devices_is_file(driver);
    const char *path = file ? devices_string(call->arguments, "filename")
                            : devices_file_path(qmp, call->arguments);
    const char *stranger = devices_stranger(call->arguments, known);

    if (stranger != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Parameter '%s' is unexpected", stranger);
    } else if (why != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Parameter '%s' cannot be had so: %s", member, why);
    } else if (devices_find_node(qmp, name) != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Duplicate nodes with node-name='%s'", name);
    } else if (path == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Parameter '%s' is missing", file ? "filename" : "file");
    } else {
        struct devices_node *node = g_new0(struct devices_node, 1);
        *node =
            (struct devices_node){g_strdup(name), g_strdup(path), file ? NULL : g_strdup(driver),
                                  qmp_argument_bool(call, "read-only")};
        g_ptr_array_add(qmp->nodes, node);
        qmp_return(call, NULL);
    }
}

void qmp_do_blockdev_del(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *name = qmp_argument_string(call, "node-name");
    struct devices_node *node = devices_find_node(qmp, name);

    if (node == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Failed to find node with node-name='%s'", name);
    } else if (devices_uses_node(qmp, name)) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Node '%s' is in use", name);
    } else {
        g_ptr_array_remove(qmp->nodes, node);
        qmp_return(call, NULL);
    }
}

/* ---- disks ---- */

static const struct devices_model {
    const char *name;
    enum emu_drive_bus bus;
} devices_models[] = {{"virtio-blk-pci", EMU_DRIVE_VIRTIO},
                      {"virtio-blk", EMU_DRIVE_VIRTIO},
                      {"nvme", EMU_DRIVE_NVME},
                      {"usb-storage", EMU_DRIVE_USB}};

static const struct devices_model *devices_find_model(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(devices_models); i++) {
        if (strcmp(devices_models[i].name, name) == 0)
            return &devices_models[i];
    }
    return NULL;
}

static const struct lathe_attached_disk *devices_find_attached(struct lathe_qmp *qmp,
                                                               unsigned number)
{
    GPtrArray *attached = lathe_session_get_attached(qmp->session);

    for (guint i = 0; i < attached->len; i++) {
        const struct lathe_attached_disk *disk = attached->pdata[i];
        if (disk->number == number)
            return disk;
    }
    return NULL;
}

/* A disk that a window plugged in has a name, too. */
char *qmp_device_name(struct lathe_qmp *qmp, unsigned number)
{
    for (guint i = 0; i < qmp->devices->len; i++) {
        const struct devices_entry *entry = qmp->devices->pdata[i];
        if (entry->number == number && entry->id != NULL)
            return g_strdup(entry->id);
    }
    return g_strdup_printf("attached%u", number);
}

/* NULL: there is none of that name. */
static const struct lathe_attached_disk *devices_find(struct lathe_qmp *qmp, const char *name)
{
    GPtrArray *attached = lathe_session_get_attached(qmp->session);

    for (guint i = 0; i < attached->len; i++) {
        const struct lathe_attached_disk *disk = attached->pdata[i];
        g_autofree char *its = qmp_device_name(qmp, disk->number);
        if (strcmp(its, name) == 0)
            return disk;
    }
    return NULL;
}

/* Of device_add, whose entry is in the list: did the session do it? */
static void devices_on_settled(gpointer data, gpointer session)
{
    struct qmp_call **box = data;
    struct qmp_call *call = g_steal_pointer(box);
    struct devices_entry *entry = call->data;
    struct lathe_qmp *qmp = call->opaque;

    if (devices_find_attached(qmp, entry->number) != NULL) {
        qmp_return(call, NULL);
        return;
    }
    g_ptr_array_remove(qmp->devices, entry);
    qmp_fail(call, QMP_GENERIC_ERROR, "%s",
             qmp->warning != NULL ? qmp->warning : "the disk could not be plugged in");
}

static void devices_plug(struct qmp_call *call, const struct devices_model *model,
                         const struct devices_node *node)
{
    struct lathe_qmp *qmp = call->opaque;
    struct devices_entry *entry = g_new0(struct devices_entry, 1);
    const struct lathe_disk_definition disk = {
        .path = node->path,
        .format = node->format != NULL ? node->format : (char *)"raw",
        .bus = model->bus,
        .read_only = node->read_only,
        .queues = (unsigned)CLAMP(qmp_argument_int(call, "num-queues", 0), 0, 64),
    };

    g_clear_pointer(&qmp->warning, g_free);
    entry->id = g_strdup(qmp_argument_string(call, "id"));
    entry->node = g_strdup(node->name);
    entry->number = lathe_session_attach_disk(qmp->session, &disk);
    g_ptr_array_add(qmp->devices, entry);
    call->data = entry;
    qmp_settle(call, devices_on_settled);
}

/* Properties of QEMU's that are known and cannot be had; NULL: it is none of them. */
static const char *devices_why_not(const char *property)
{
    if (property == NULL)
        return NULL;
    if (strcmp(property, "bus") == 0 || strcmp(property, "addr") == 0 ||
        strcmp(property, "port") == 0)
        return "the machine chooses a free slot itself";
    return strcmp(property, "serial") == 0 ? "drives have serial numbers of their own" : NULL;
}

void qmp_do_device_add(struct qmp_call *call)
{
    static const char *const known[] = {"driver", "id", "drive", "num-queues", NULL};
    struct lathe_qmp *qmp = call->opaque;
    const char *driver = qmp_argument_string(call, "driver");
    const char *id = qmp_argument_string(call, "id"), *drive = qmp_argument_string(call, "drive");
    const struct devices_model *model = devices_find_model(driver);
    const struct devices_node *node = devices_find_node(qmp, drive);
    const char *stranger = devices_stranger(call->arguments, known);

    if (model == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "'%s' is not a valid device model name", driver);
    else if (devices_why_not(stranger) != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Property '%s.%s' cannot be set: %s", driver, stranger,
                 devices_why_not(stranger));
    else if (stranger != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Property '%s.%s' not found", driver, stranger);
    else if (id != NULL && devices_find(qmp, id) != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Duplicate device ID '%s'", id);
    else if (drive == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "drive property not set");
    else if (node == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Property '%s.drive' can't find value '%s'", driver,
                 drive);
    else
        devices_plug(call, model, node);
}

void qmp_do_device_del(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *id = qmp_argument_string(call, "id");
    const struct lathe_attached_disk *disk = devices_find(qmp, id);

    if (disk == NULL) {
        qmp_fail(call, QMP_DEVICE_NOT_FOUND, "Device '%s' not found", id);
    } else if (disk->leaving) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Device %s is already in the process of unplug", id);
    } else {
        lathe_session_detach_disk(qmp->session, disk->number, FALSE);
        qmp_return_settled(call, NULL);
    }
}

/* ---- what the session tells ---- */

void qmp_devices_on_detached(struct lathe_qmp *qmp)
{
    for (guint i = qmp->devices->len; i-- > 0;) {
        struct devices_entry *entry = qmp->devices->pdata[i];
        if (devices_find_attached(qmp, entry->number) != NULL)
            continue;
        JsonObject *data = json_object_new();
        g_autofree char *name = qmp_device_name(qmp, entry->number);
        g_autofree char *path = g_strdup_printf("/machine/peripheral/%s", name);
        if (entry->id != NULL)
            json_object_set_string_member(data, "device", name);
        json_object_set_string_member(data, "path", path);
        g_ptr_array_remove_index(qmp->devices, i);
        qmp_emit(qmp, QMP_EVENT_deleted, data);
    }
}
