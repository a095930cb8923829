/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Envelopes: what is around commands, answers and events. Complaints have QEMU's words. */
#include "app/control/qmp-monitor.h"

#include <string.h>

#include "app/control/qmp-splitter.h"
#include "app/control/qmp-text.h"

struct qmp_monitor {
    const qmp_handler *handlers;
    void *opaque;
    char *package;
    void (*wake)(void *client);
    void *client;
    struct qmp_splitter *splitter;
    GByteArray *waiting; /* input that came during a call */
    GString *output;
    struct qmp_call *call; /* under way */
    bool ready;            /* negotiated */
    bool working;          /* in monitor_work, which looks at the output itself */
};

static const char *const monitor_classes[] = {
    [QMP_GENERIC_ERROR] = "GenericError",
    [QMP_COMMAND_NOT_FOUND] = "CommandNotFound",
    [QMP_DEVICE_NOT_FOUND] = "DeviceNotFound",
    [QMP_DEVICE_NOT_ACTIVE] = "DeviceNotActive",
};

/* What QEMU's answers look like: these are those of 7.2. */
#define MONITOR_MAJOR 7
#define MONITOR_MINOR 2

/* ---- output ---- */

/* The object as a line; it is taken. g_free. */
static char *monitor_format(JsonObject *object)
{
    GString *text = g_string_new(NULL);
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_take_object(node, object);
    qmp_text_append(text, node);
    json_node_unref(node);
    g_string_append(text, "\r\n");
    return g_string_free(text, FALSE);
}

static void monitor_put(struct qmp_monitor *monitor, JsonObject *object)
{
    g_autofree char *line = monitor_format(object);

    g_string_append(monitor->output, line);
}

static JsonObject *monitor_version(const struct qmp_monitor *monitor)
{
    JsonObject *version = json_object_new(), *triple = json_object_new();

    json_object_set_int_member(triple, "major", MONITOR_MAJOR);
    json_object_set_int_member(triple, "minor", MONITOR_MINOR);
    json_object_set_int_member(triple, "micro", 0);
    json_object_set_object_member(version, "qemu", triple);
    json_object_set_string_member(version, "package", monitor->package);
    return version;
}

static void monitor_greet(struct qmp_monitor *monitor)
{
    JsonObject *greeting = json_object_new(), *inner = json_object_new();

    json_object_set_object_member(inner, "version", monitor_version(monitor));
    json_object_set_array_member(inner, "capabilities", json_array_new());
    json_object_set_object_member(greeting, "QMP", inner);
    monitor_put(monitor, greeting);
}

/* class and text of an error; id may be NULL and is taken. */
static void monitor_put_error(struct qmp_monitor *monitor, JsonNode *id, enum qmp_class class,
                              const char *text)
{
    JsonObject *answer = json_object_new(), *error = json_object_new();

    json_object_set_string_member(error, "class", monitor_classes[class]);
    json_object_set_string_member(error, "desc", text);
    if (id != NULL)
        json_object_set_member(answer, "id", id);
    json_object_set_object_member(answer, "error", error);
    monitor_put(monitor, answer);
}

char *qmp_event_format(enum qmp_event_id id, JsonObject *data)
{
    JsonObject *event = json_object_new(), *time = json_object_new();
    gint64 now = g_get_real_time();

    json_object_set_int_member(time, "seconds", now / G_USEC_PER_SEC);
    json_object_set_int_member(time, "microseconds", now % G_USEC_PER_SEC);
    json_object_set_object_member(event, "timestamp", time);
    json_object_set_string_member(event, "event", qmp_event_name(id));
    if (data != NULL)
        json_object_set_object_member(event, "data", data);
    return monitor_format(event);
}

/* ---- answers ---- */

static void monitor_work(struct qmp_monitor *monitor);

static void call_free(struct qmp_call *call)
{
    json_object_unref(call->arguments);
    g_clear_pointer(&call->id, json_node_unref);
    g_free(call);
}

/* The call is answered: on with what waits behind it. */
static void call_end(struct qmp_call *call)
{
    struct qmp_monitor *monitor = call->monitor;

    call_free(call);
    if (monitor == NULL)
        return;
    monitor->call = NULL;
    if (monitor->working)
        return;
    monitor_work(monitor);
    monitor->wake(monitor->client);
}

void qmp_return(struct qmp_call *call, JsonNode *value)
{
    JsonObject *answer = json_object_new();

    if (value == NULL) {
        value = json_node_new(JSON_NODE_OBJECT);
        json_node_take_object(value, json_object_new());
    }
    json_object_set_member(answer, "return", value);
    if (call->id != NULL)
        json_object_set_member(answer, "id", g_steal_pointer(&call->id));
    if (call->monitor != NULL)
        monitor_put(call->monitor, answer);
    else
        json_object_unref(answer);
    call_end(call);
}

void qmp_return_object(struct qmp_call *call, JsonObject *value)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_take_object(node, value);
    qmp_return(call, node);
}

void qmp_return_array(struct qmp_call *call, JsonArray *value)
{
    JsonNode *node = json_node_new(JSON_NODE_ARRAY);

    json_node_take_array(node, value);
    qmp_return(call, node);
}

void qmp_fail(struct qmp_call *call, enum qmp_class class, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (call->monitor != NULL)
        monitor_put_error(call->monitor, g_steal_pointer(&call->id), class, text);
    call_end(call);
}

const char *qmp_argument_string(const struct qmp_call *call, const char *name)
{
    return json_object_get_string_member_with_default(call->arguments, name, NULL);
}

gint64 qmp_argument_int(const struct qmp_call *call, const char *name, gint64 otherwise)
{
    return json_object_get_int_member_with_default(call->arguments, name, otherwise);
}

gboolean qmp_argument_bool(const struct qmp_call *call, const char *name)
{
    return json_object_get_boolean_member_with_default(call->arguments, name, FALSE);
}

/* ---- commands ---- */

static void monitor_do_version(struct qmp_call *call)
{
    qmp_return_object(call, monitor_version(call->monitor));
}

static void monitor_do_capabilities(struct qmp_call *call)
{
    call->monitor->ready = true;
    qmp_return(call, NULL);
}

static void monitor_do_commands(struct qmp_call *call)
{
    qmp_return(call, qmp_schema_list_commands());
}

static void monitor_do_events(struct qmp_call *call)
{
    qmp_return(call, qmp_schema_list_events());
}

static void monitor_do_schema(struct qmp_call *call)
{
    qmp_return(call, qmp_schema_describe());
}

/* What the monitor answers itself. */
static const qmp_handler monitor_own[QMP_COMMAND_COUNT] = {
    [QMP_COMMAND_capabilities] = monitor_do_capabilities,
    [QMP_COMMAND_query_version] = monitor_do_version,
    [QMP_COMMAND_query_commands] = monitor_do_commands,
    [QMP_COMMAND_query_events] = monitor_do_events,
    [QMP_COMMAND_query_qmp_schema] = monitor_do_schema,
};

static void monitor_run(struct qmp_monitor *monitor, struct qmp_call *call)
{
    enum qmp_command_id id = (enum qmp_command_id)(call->command - qmp_commands);
    qmp_handler handler = monitor_own[id] != NULL ? monitor_own[id] : monitor->handlers[id];

    monitor->call = call;
    handler(call);
}

/* Why the command is not run now; NULL: it is. */
static const char *monitor_refuse(const struct qmp_monitor *monitor,
                                  const struct qmp_command *command)
{
    bool early = command != NULL && command->flags & QMP_EARLY;

    if (!monitor->ready && !early)
        return "Expecting capabilities negotiation with 'qmp_capabilities'";
    if (monitor->ready && early)
        return "Capabilities negotiation is already complete, command ignored";
    return NULL;
}

/* id is taken. */
static void monitor_execute(struct qmp_monitor *monitor, JsonNode *id, const char *name,
                            JsonObject *arguments)
{
    const struct qmp_command *command = qmp_command_find(name);
    const char *refusal = monitor_refuse(monitor, command);
    g_autofree char *unknown = g_strdup_printf("The command %s has not been found", name);

    if (refusal != NULL || command == NULL) {
        monitor_put_error(monitor, id, QMP_COMMAND_NOT_FOUND, refusal != NULL ? refusal : unknown);
        return;
    }
    g_autofree char *complaint = qmp_schema_check_arguments(command, arguments);
    if (complaint != NULL) {
        monitor_put_error(monitor, id, QMP_GENERIC_ERROR, complaint);
        return;
    }
    struct qmp_call *call = g_new0(struct qmp_call, 1);
    *call = (struct qmp_call){.monitor = monitor, .opaque = monitor->opaque, .command = command};
    call->arguments = arguments != NULL ? json_object_ref(arguments) : json_object_new();
    call->id = id;
    monitor_run(monitor, call);
}

/* ---- envelopes ---- */

static bool monitor_is_member(const char *name)
{
    return strcmp(name, "execute") == 0 || strcmp(name, "arguments") == 0 ||
           strcmp(name, "id") == 0;
}

/* What is wrong with a command's envelope, or NULL; g_free. */
static char *monitor_check_envelope(JsonObject *object)
{
    g_autoptr(GList) names = json_object_get_members(object);
    JsonNode *name = json_object_get_member(object, "execute");
    JsonNode *arguments = json_object_get_member(object, "arguments");

    for (GList *at = names; at != NULL; at = at->next) {
        if (!monitor_is_member(at->data))
            return g_strdup_printf("QMP input member '%s' is unexpected", (char *)at->data);
    }
    if (name == NULL)
        return g_strdup("QMP input lacks member 'execute'");
    if (!JSON_NODE_HOLDS_VALUE(name) || json_node_get_value_type(name) != G_TYPE_STRING)
        return g_strdup("QMP input member 'execute' must be a string");
    if (arguments != NULL && !JSON_NODE_HOLDS_OBJECT(arguments))
        return g_strdup("QMP input member 'arguments' must be an object");
    return NULL;
}

static JsonObject *monitor_object_member(JsonObject *object, const char *name)
{
    return json_object_has_member(object, name) ? json_object_get_object_member(object, name)
                                                : NULL;
}

static void monitor_take_object(struct qmp_monitor *monitor, JsonObject *object)
{
    g_autofree char *complaint = monitor_check_envelope(object);
    JsonNode *id = json_object_get_member(object, "id");

    id = id != NULL ? json_node_copy(id) : NULL;
    if (complaint != NULL)
        monitor_put_error(monitor, id, QMP_GENERIC_ERROR, complaint);
    else
        monitor_execute(monitor, id, json_object_get_string_member(object, "execute"),
                        monitor_object_member(object, "arguments"));
}

static void monitor_put_syntax(struct qmp_monitor *monitor, const char *text)
{
    g_autofree char *complaint = g_strdup_printf("JSON parse error, %s", text);

    monitor_put_error(monitor, NULL, QMP_GENERIC_ERROR, complaint);
}

static void monitor_take_value(struct qmp_monitor *monitor, const char *text)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;

    if (!json_parser_load_from_data(parser, text, -1, &error)) {
        monitor_put_syntax(monitor, error->message);
        return;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root != NULL && JSON_NODE_HOLDS_OBJECT(root))
        monitor_take_object(monitor, json_node_get_object(root));
    else
        monitor_put_error(monitor, NULL, QMP_GENERIC_ERROR, "QMP input must be a JSON object");
}

/* Runs what is in the waiting room, until a command is under way. */
static void monitor_work(struct qmp_monitor *monitor)
{
    const char *data = (const char *)monitor->waiting->data;
    size_t length = monitor->waiting->len;

    monitor->working = true;
    while (length > 0 && monitor->call == NULL) {
        enum qmp_split split = qmp_splitter_feed(monitor->splitter, &data, &length);
        if (split == QMP_SPLIT_VALUE)
            monitor_take_value(monitor, qmp_splitter_text(monitor->splitter));
        else if (split == QMP_SPLIT_BAD)
            monitor_put_syntax(monitor, qmp_splitter_text(monitor->splitter));
    }
    monitor->working = false;
    g_byte_array_remove_range(monitor->waiting, 0, monitor->waiting->len - (guint)length);
}

/* ---- the monitor ---- */

struct qmp_monitor *qmp_monitor_new(const qmp_handler *handlers, void *opaque, const char *package,
                                    void (*wake)(void *client), void *client)
{
    struct qmp_monitor *monitor = g_new0(struct qmp_monitor, 1);

    monitor->handlers = handlers;
    monitor->opaque = opaque;
    monitor->package = g_strdup(package);
    monitor->wake = wake;
    monitor->client = client;
    monitor->splitter = qmp_splitter_new();
    monitor->waiting = g_byte_array_new();
    monitor->output = g_string_new(NULL);
    monitor_greet(monitor);
    return monitor;
}

void qmp_monitor_free(struct qmp_monitor *monitor)
{
    if (monitor == NULL)
        return;
    if (monitor->call != NULL)
        monitor->call->monitor = NULL;
    qmp_splitter_free(monitor->splitter);
    g_byte_array_unref(monitor->waiting);
    g_string_free(monitor->output, TRUE);
    g_free(monitor->package);
    g_free(monitor);
}

void qmp_monitor_input(struct qmp_monitor *monitor, const char *data, size_t length)
{
    g_byte_array_append(monitor->waiting, (const guint8 *)data, (guint)length);
    if (monitor->call == NULL)
        monitor_work(monitor);
}

bool qmp_monitor_is_busy(const struct qmp_monitor *monitor)
{
    return monitor->call != NULL;
}

void qmp_monitor_event(struct qmp_monitor *monitor, const char *line)
{
    if (!monitor->ready)
        return;
    g_string_append(monitor->output, line);
    if (!monitor->working)
        monitor->wake(monitor->client);
}

GString *qmp_monitor_output(struct qmp_monitor *monitor)
{
    return monitor->output;
}
