/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands that make, change and remove character devices. A port of the machine is changed while
 * the guest uses it; what chardev-add makes is used by no device, as there is none here that could
 * be added for it, and is there for scripts that change a port's end by its parts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/control/qmp-private.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/serial.h"
#include "emulator/api/chardev.h"

#define CHARDEV_MAX 64

struct chardev {
    char *label, *filename;
    struct emu_chardev_backend end;
};

static void chardev_free(gpointer data)
{
    struct chardev *chardev = data;

    emu_chardev_backend_close(&chardev->end);
    g_free(chardev->label);
    g_free(chardev->filename);
    g_free(chardev);
}

void qmp_chardevs_start(struct lathe_qmp *qmp)
{
    qmp->chardevs = g_ptr_array_new_with_free_func(chardev_free);
}

void qmp_chardevs_stop(struct lathe_qmp *qmp)
{
    g_ptr_array_unref(qmp->chardevs);
}

void qmp_chardevs_describe(struct lathe_qmp *qmp, JsonArray *list)
{
    for (guint i = 0; i < qmp->chardevs->len; i++) {
        const struct chardev *chardev = qmp->chardevs->pdata[i];
        JsonObject *entry = json_object_new();
        json_object_set_string_member(entry, "label", chardev->label);
        json_object_set_string_member(entry, "filename", chardev->filename);
        json_object_set_boolean_member(entry, "frontend-open", FALSE);
        json_array_add_object_element(list, entry);
    }
}

/* ---- by name ---- */

static struct chardev *chardev_find(struct lathe_qmp *qmp, const char *label)
{
    for (guint i = 0; i < qmp->chardevs->len; i++) {
        struct chardev *chardev = qmp->chardevs->pdata[i];
        if (strcmp(chardev->label, label) == 0)
            return chardev;
    }
    return NULL;
}

static LatheSerial *chardev_find_port(struct lathe_qmp *qmp, const char *label)
{
    GPtrArray *serials = lathe_session_get_serials(qmp->session);

    for (guint i = 0; i < serials->len; i++) {
        if (strcmp(lathe_serial_get_name(serials->pdata[i]), label) == 0)
            return serials->pdata[i];
    }
    return NULL;
}

/* ---- what it is to be ---- */

/* In words for scripts, which are not translated. */
G_GNUC_PRINTF(2, 3)
static bool chardev_refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(LATHE_ERROR, LATHE_ERROR_INPUT, format, arguments));
    va_end(arguments);
    return false;
}

/* QEMU empties the file unless it is told to append; the emulator's back end appends. */
static bool chardev_empty_file(JsonObject *data, GError **error)
{
    const char *path = json_object_get_string_member(data, "out");
    int fd;

    if (json_object_has_member(data, "append") && json_object_get_boolean_member(data, "append"))
        return true;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0)
        return chardev_refuse(error, "Could not open '%s': %s", path, g_strerror(errno));
    close(fd);
    return true;
}

static bool chardev_read_socket(JsonObject *data, struct lathe_serial_definition *out,
                                GError **error)
{
    JsonObject *address = json_object_get_object_member(data, "addr");
    JsonObject *inner = json_object_get_object_member(address, "data");

    if (json_object_has_member(data, "server") && !json_object_get_boolean_member(data, "server"))
        return chardev_refuse(error, "a socket is listened at here: 'server' cannot be false");
    if (json_object_has_member(data, "wait") && json_object_get_boolean_member(data, "wait"))
        return chardev_refuse(error, "'wait' option is incompatible with a running machine");
    *out = (struct lathe_serial_definition){LATHE_SERIAL_UNIX,
                                            (char *)json_object_get_string_member(inner, "path")};
    return true;
}

/* Of a ChardevBackend that was checked; strings are the call's. */
static bool chardev_read(const struct qmp_call *call, struct lathe_serial_definition *out,
                         GError **error)
{
    JsonObject *backend = json_object_get_object_member(call->arguments, "backend");
    JsonObject *data = json_object_get_object_member(backend, "data");
    const char *type = json_object_get_string_member(backend, "type");

    *out = (struct lathe_serial_definition){LATHE_SERIAL_NULL, NULL};
    if (strcmp(type, "socket") == 0)
        return chardev_read_socket(data, out, error);
    if (strcmp(type, "pty") == 0)
        out->kind = LATHE_SERIAL_PTY;
    else if (strcmp(type, "vc") == 0)
        out->kind = LATHE_SERIAL_TAB;
    if (strcmp(type, "file") != 0)
        return true;
    *out = (struct lathe_serial_definition){LATHE_SERIAL_FILE,
                                            (char *)json_object_get_string_member(data, "out")};
    return chardev_empty_file(data, error);
}

/* Answers with the new pty's path, if it is one. */
static void chardev_return(struct qmp_call *call, const char *location)
{
    JsonObject *value = json_object_new();

    if (location != NULL && g_str_has_prefix(location, "pty:"))
        json_object_set_string_member(value, "pty", location + strlen("pty:"));
    qmp_return_object(call, value);
}

/* ---- commands ---- */

static struct chardev *chardev_open(const struct lathe_serial_definition *definition,
                                    const char *label, GError **error)
{
    struct emu_chardev_backend end;
    char *pty;

    if (!lathe_serial_open_end(definition, &end, &pty, error))
        return NULL;
    struct chardev *chardev = g_new0(struct chardev, 1);
    chardev->label = g_strdup(label);
    chardev->filename = pty != NULL ? g_strconcat("pty:", pty, NULL)
                        : definition->kind == LATHE_SERIAL_TAB
                            ? g_strdup("vc")
                            : lathe_serial_definition_format(definition);
    chardev->end = end;
    free(pty);
    return chardev;
}

void qmp_do_chardev_add(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *label = qmp_argument_string(call, "id");
    struct lathe_serial_definition definition;
    struct chardev *chardev = NULL;
    g_autoptr(GError) error = NULL;

    if (chardev_find(qmp, label) != NULL || chardev_find_port(qmp, label) != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Chardev with id '%s' already exists", label);
        return;
    }
    if (qmp->chardevs->len == CHARDEV_MAX) {
        qmp_fail(call, QMP_GENERIC_ERROR, "There are %u chardevs already", CHARDEV_MAX);
        return;
    }
    if (chardev_read(call, &definition, &error))
        chardev = chardev_open(&definition, label, &error);
    if (chardev == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
        return;
    }
    g_ptr_array_add(qmp->chardevs, chardev);
    chardev_return(call, chardev->filename);
}

/* One that was added is made anew, as nobody uses it. */
static bool chardev_replace(struct lathe_qmp *qmp, struct chardev *old,
                            const struct lathe_serial_definition *definition, GError **error)
{
    struct chardev *chardev = chardev_open(definition, old->label, error);

    if (chardev == NULL)
        return false;
    g_ptr_array_remove(qmp->chardevs, old);
    g_ptr_array_add(qmp->chardevs, chardev);
    return true;
}

void qmp_do_chardev_change(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *label = qmp_argument_string(call, "id");
    struct chardev *added = chardev_find(qmp, label);
    LatheSerial *port = chardev_find_port(qmp, label);
    struct lathe_serial_definition definition;
    g_autoptr(GError) error = NULL;

    if (added == NULL && port == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Chardev '%s' does not exist", label);
        return;
    }
    if (!chardev_read(call, &definition, &error) ||
        !(port != NULL ? lathe_serial_change(port, &definition, &error)
                       : chardev_replace(qmp, added, &definition, &error))) {
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
        return;
    }
    g_autofree char *location = port != NULL ? lathe_serial_dup_location(port)
                                             : g_strdup(chardev_find(qmp, label)->filename);
    chardev_return(call, location);
}

void qmp_do_chardev_remove(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *label = qmp_argument_string(call, "id");
    struct chardev *chardev = chardev_find(qmp, label);

    if (chardev_find_port(qmp, label) != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Chardev '%s' is busy", label);
    else if (chardev == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Chardev '%s' not found", label);
    else if (g_ptr_array_remove(qmp->chardevs, chardev))
        qmp_return(call, NULL);
}
