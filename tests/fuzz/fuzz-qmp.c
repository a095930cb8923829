/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes from a QMP client that may be anybody, into a monitor whose commands only look whether
 * their arguments are what the schema promises. The bytes come whole, and in small pieces with
 * answers that come later; both must give the same output.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "app/control/qmp-monitor.h"

#define FUZZ_PIECE 7

struct fuzz_rig {
    struct qmp_call *late; /* to be answered */
    bool answer_late;
};

static JsonNode *fuzz_echo(JsonObject *arguments)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_set_object(node, arguments);
    return node;
}

static void fuzz_answer(struct qmp_call *call)
{
    if (call->command->name[0] == 'q')
        qmp_return(call, fuzz_echo(call->arguments));
    else
        qmp_fail(call, QMP_GENERIC_ERROR, "no: %s", call->command->name);
}

static void fuzz_handle(struct qmp_call *call)
{
    struct fuzz_rig *rig = call->opaque;
    g_autofree char *complaint = qmp_schema_check_arguments(call->command, call->arguments);

    if (complaint != NULL || rig->late != NULL)
        abort();
    if (rig->answer_late)
        rig->late = call;
    else
        fuzz_answer(call);
}

static void fuzz_wake(void *client)
{
}

static void fuzz_answer_all(struct fuzz_rig *rig)
{
    while (rig->late != NULL)
        fuzz_answer(g_steal_pointer(&rig->late));
}

static GString *fuzz_run(struct fuzz_rig *rig, const uint8_t *data, size_t size, size_t piece)
{
    qmp_handler handlers[QMP_COMMAND_COUNT];
    struct qmp_monitor *monitor;
    GString *output;

    for (unsigned i = 0; i < QMP_COMMAND_COUNT; i++)
        handlers[i] = fuzz_handle;
    monitor = qmp_monitor_new(handlers, rig, "fuzz", fuzz_wake, NULL);
    for (size_t at = 0; at < size; at += piece) {
        qmp_monitor_input(monitor, (const char *)data + at, MIN(piece, size - at));
        fuzz_answer_all(rig);
    }
    if (qmp_monitor_is_busy(monitor))
        abort();
    output = g_string_new(qmp_monitor_output(monitor)->str);
    qmp_monitor_free(monitor);
    return output;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_rig at_once = {.answer_late = false}, late = {.answer_late = true};
    GString *whole = fuzz_run(&at_once, data, size, MAX(size, 1));
    GString *pieces = fuzz_run(&late, data, size, FUZZ_PIECE);

    if (!g_string_equal(whole, pieces))
        abort();
    g_string_free(whole, TRUE);
    g_string_free(pieces, TRUE);
    return 0;
}

/* ---- seeds ---- */

#define READY "{\"execute\": \"qmp_capabilities\"}\n"

static const char *const fuzz_sessions[] = {
    "{\"execute\": \"qmp_capabilities\", \"arguments\": {\"enable\": []}, \"id\": [1, null]}",
    READY
    "{\"execute\": \"query-status\", \"id\": 1}{\"execute\": \"stop\"}{\"execute\": \"cont\"}",
    READY "{\"execute\": \"screendump\", \"arguments\": {\"filename\": \"\\u00e9\\ud83d\\ude00\", "
          "\"format\": \"png\", \"head\": 0}}",
    READY "{\"execute\": \"send-key\", \"arguments\": {\"keys\": [{\"type\": \"qcode\", \"data\": "
          "\"ctrl\"}, {\"type\": \"number\", \"data\": 30}], \"hold-time\": -1}}",
    READY "{\"execute\": \"input-send-event\", \"arguments\": {\"events\": [{\"type\": \"key\", "
          "\"data\": {\"down\": true, \"key\": {\"type\": \"qcode\", \"data\": \"a\"}}}, "
          "{\"type\": \"abs\", \"data\": {\"axis\": \"x\", \"value\": 1e3}}]}}",
    READY "[1, -2.5e+3, true, false, null, \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"] 12 \"x\" {\"a\": {}}",
    READY "{\"execute\": \"blockdev-change-medium\", \"arguments\": {\"id\": \"x\", \"filename\": "
          "\"y\", \"read-only-mode\": \"retain\"}}",
    READY "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    READY "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"info\"}}"
          "{\"execute\": \"query-commands\"}{\"execute\": \"query-version\"}{\"a\": \"\\ud800\"}",
};

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    return fuzz_seed_text(fuzz_sessions, G_N_ELEMENTS(fuzz_sessions), index, out, size);
}
