/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QMP client that waits: messages come through the same splitter that the server uses. */
#include "app/control/control-client.h"

#include <glib/gi18n.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#include "app/control/qmp-splitter.h"
#include "app/control/qmp-text.h"
#include "app/plan/error.h"

#define CONTROL_READ       4096u
#define CONTROL_MAX_EVENTS 1024u /* further ones are forgotten */

struct lathe_control {
    GSocket *socket;
    gint64 timeout, deadline; /* microseconds */
    struct qmp_splitter *splitter;
    char bytes[CONTROL_READ];
    const char *at; /* what of bytes was not looked at */
    size_t left;
    GQueue events; /* of JsonObject * */
};

/* Returns FALSE always. */
static gboolean control_fail(GError **error, const char *text)
{
    g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST, _("the machine does not answer: %s"), text);
    return FALSE;
}

/* ---- bytes ---- */

static gboolean control_await(struct lathe_control *control, GIOCondition condition, GError **error)
{
    gint64 left = MAX(control->deadline - g_get_monotonic_time(), 0);
    g_autoptr(GError) found = NULL;

    return g_socket_condition_timed_wait(control->socket, condition, left, NULL, &found) ||
           control_fail(error, found->message);
}

static gboolean control_send(struct lathe_control *control, const char *text, GError **error)
{
    size_t left = strlen(text);

    while (left > 0) {
        g_autoptr(GError) found = NULL;
        if (!control_await(control, G_IO_OUT, error))
            return FALSE;
        gssize sent = g_socket_send(control->socket, text, left, NULL, &found);
        if (sent < 0)
            return control_fail(error, found->message);
        text += sent;
        left -= (size_t)sent;
    }
    return TRUE;
}

static gboolean control_receive(struct lathe_control *control, GError **error)
{
    g_autoptr(GError) found = NULL;

    if (!control_await(control, G_IO_IN, error))
        return FALSE;
    gssize length =
        g_socket_receive(control->socket, control->bytes, sizeof(control->bytes), NULL, &found);
    if (length <= 0)
        return control_fail(error, found != NULL ? found->message : "it has gone");
    control->at = control->bytes;
    control->left = (size_t)length;
    return TRUE;
}

/* ---- messages ---- */

static JsonObject *control_parse(const char *text, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) found = NULL;

    if (!json_parser_load_from_data(parser, text, -1, &found)) {
        control_fail(error, found->message);
        return NULL;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root != NULL && JSON_NODE_HOLDS_OBJECT(root))
        return json_node_dup_object(root);
    control_fail(error, "it does not speak QMP");
    return NULL;
}

/* The next message; NULL with *error. */
static JsonObject *control_next(struct lathe_control *control, GError **error)
{
    enum qmp_split split = QMP_SPLIT_MORE;

    while (split == QMP_SPLIT_MORE) {
        if (control->left == 0 && !control_receive(control, error))
            return NULL;
        split = qmp_splitter_feed(control->splitter, &control->at, &control->left);
    }
    if (split == QMP_SPLIT_VALUE)
        return control_parse(qmp_splitter_text(control->splitter), error);
    control_fail(error, qmp_splitter_text(control->splitter));
    return NULL;
}

/* The next message that is no event; events are kept. */
static JsonObject *control_answer(struct lathe_control *control, GError **error)
{
    for (;;) {
        JsonObject *message = control_next(control, error);
        if (message == NULL || !json_object_has_member(message, "event"))
            return message;
        if (control->events.length < CONTROL_MAX_EVENTS)
            g_queue_push_tail(&control->events, message);
        else
            json_object_unref(message);
    }
}

/* ---- calls ---- */

static void control_begin(struct lathe_control *control)
{
    control->deadline = g_get_monotonic_time() + control->timeout;
}

static char *control_format(const char *command, JsonObject *arguments)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *message = json_object_new();
    GString *text = g_string_new(NULL);

    json_object_set_string_member(message, "execute", command);
    if (arguments != NULL)
        json_object_set_object_member(message, "arguments", arguments);
    json_node_take_object(node, message);
    qmp_text_append(text, node);
    json_node_unref(node);
    return g_string_free(g_string_append_c(text, '\n'), FALSE);
}

/* An error's "desc"; what machines say is checked, too. */
static const char *control_complaint(JsonObject *answer)
{
    JsonNode *error = json_object_get_member(answer, "error");
    JsonNode *text = error != NULL && JSON_NODE_HOLDS_OBJECT(error)
                         ? json_object_get_member(json_node_get_object(error), "desc")
                         : NULL;

    return text != NULL && JSON_NODE_HOLDS_VALUE(text) &&
                   json_node_get_value_type(text) == G_TYPE_STRING
               ? json_node_get_string(text)
               : "the machine refused without a reason";
}

JsonNode *lathe_control_call(struct lathe_control *control, const char *command,
                             JsonObject *arguments, GError **error)
{
    g_autofree char *line = control_format(command, arguments);

    control_begin(control);
    if (!control_send(control, line, error))
        return NULL;
    g_autoptr(JsonObject) answer = control_answer(control, error);
    if (answer == NULL)
        return NULL;
    if (json_object_has_member(answer, "return"))
        return json_object_dup_member(answer, "return");
    g_set_error_literal(error, LATHE_ERROR, LATHE_ERROR_INPUT, control_complaint(answer));
    return NULL;
}

static bool control_is_event(JsonObject *message, const char *name)
{
    JsonNode *event = json_object_get_member(message, "event");

    return event != NULL && JSON_NODE_HOLDS_VALUE(event) &&
           g_strcmp0(json_node_get_string(event), name) == 0;
}

static JsonObject *control_event_data(JsonObject *message)
{
    JsonNode *data = json_object_get_member(message, "data");

    return data != NULL && JSON_NODE_HOLDS_OBJECT(data) ? json_node_dup_object(data)
                                                        : json_object_new();
}

JsonObject *lathe_control_wait(struct lathe_control *control, const char *event, GError **error)
{
    control_begin(control);
    for (;;) {
        g_autoptr(JsonObject) message = g_queue_pop_head(&control->events);
        if (message == NULL)
            message = control_next(control, error);
        if (message == NULL)
            return NULL;
        if (control_is_event(message, event))
            return control_event_data(message);
    }
}

/* ---- connections ---- */

static gboolean control_open(struct lathe_control *control, const char *path, GError **error)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) found = NULL;

    control->socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &found);
    if (control->socket == NULL || !g_socket_connect(control->socket, address, NULL, &found))
        return control_fail(error, found->message);
    g_socket_set_blocking(control->socket, FALSE);
    return TRUE;
}

static gboolean control_negotiate(struct lathe_control *control, GError **error)
{
    g_autoptr(JsonObject) greeting = control_next(control, error);

    if (greeting == NULL)
        return FALSE;
    if (!json_object_has_member(greeting, "QMP"))
        return control_fail(error, "it does not speak QMP");
    g_autoptr(JsonNode) answer = lathe_control_call(control, "qmp_capabilities", NULL, error);
    return answer != NULL;
}

struct lathe_control *lathe_control_connect(const char *path, guint timeout, GError **error)
{
    struct lathe_control *control;

    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        control_fail(error, "the socket's path is too long");
        return NULL;
    }
    control = g_new0(struct lathe_control, 1);
    control->timeout = (gint64)timeout * 1000;
    control->splitter = qmp_splitter_new();
    g_queue_init(&control->events);
    control_begin(control);
    if (control_open(control, path, error) && control_negotiate(control, error))
        return control;
    lathe_control_free(control);
    return NULL;
}

void lathe_control_free(struct lathe_control *control)
{
    if (control == NULL)
        return;
    g_queue_clear_full(&control->events, (GDestroyNotify)json_object_unref);
    qmp_splitter_free(control->splitter);
    g_clear_object(&control->socket);
    g_free(control);
}
