/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about serial ports and network adapters. */
#include <string.h>

#include "app/control/qmp-private.h"

static JsonObject *ports_describe(LatheSerial *serial)
{
    JsonObject *port = json_object_new();
    g_autofree char *location = lathe_serial_dup_location(serial);
    const char *other = lathe_serial_is_stdio(serial)     ? "stdio"
                        : lathe_serial_is_visible(serial) ? "vc"
                                                          : "null";

    json_object_set_string_member(port, "label", lathe_serial_get_name(serial));
    json_object_set_string_member(port, "filename", location != NULL ? location : other);
    json_object_set_boolean_member(port, "frontend-open", TRUE);
    return port;
}

void qmp_do_query_chardev(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    GPtrArray *serials = lathe_session_get_serials(qmp->session);
    JsonArray *list = json_array_new();

    for (guint i = 0; i < serials->len; i++)
        json_array_add_object_element(list, ports_describe(serials->pdata[i]));
    qmp_chardevs_describe(qmp, list);
    qmp_return_array(call, list);
}

/* Adapters are called "net0", "net1", ... */
void qmp_do_set_link(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *name = qmp_argument_string(call, "name");
    guint64 number;
    g_autoptr(GError) error = NULL;

    if (!g_str_has_prefix(name, "net") ||
        !g_ascii_string_to_unsigned(name + strlen("net"), 10, 0, G_MAXUINT, &number, NULL) ||
        number >= lathe_session_count_adapters(qmp->session))
        qmp_fail(call, QMP_DEVICE_NOT_FOUND, "Device '%s' not found", name);
    else if (!lathe_session_set_link(qmp->session, (unsigned)number, qmp_argument_bool(call, "up"),
                                     &error))
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
    else
        qmp_return(call, NULL);
}
