/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A few lines of QEMU's monitor for people, since scripts use them by human-monitor-command. Each
 * does what its command in QMP does.
 */
#include <string.h>

#include "app/control/qmp-private.h"
#include "display/input/keys.h"

struct human_row {
    const char *name, *argument; /* NULL: it takes none */
    void (*run)(struct lathe_qmp *qmp, const char *argument, GString *text);
    const char *help;
};

static void human_help(struct lathe_qmp *qmp, const char *argument, GString *text);

static void human_status(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    const char *state = qmp_run_state(qmp);
    bool plain = strcmp(state, "running") == 0 || strcmp(state, "paused") == 0;

    g_string_append_printf(text, plain ? "VM status: %s\r\n" : "VM status: paused (%s)\r\n", state);
}

static void human_name(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    g_string_append_printf(text, "%s\r\n", lathe_session_get_title(qmp->session));
}

static void human_engine(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    g_string_append_printf(text, "%s\r\n", lathe_session_get_engine(qmp->session));
}

static void human_stop(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    lathe_session_pause(qmp->session);
}

static void human_cont(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    lathe_session_start(qmp->session);
}

static void human_reset(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    lathe_session_reset(qmp->session);
}

static void human_powerdown(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    lathe_session_power_button(qmp->session);
}

/* "ctrl-alt-delete" */
static void human_sendkey(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    g_auto(GStrv) names = g_strsplit(argument, "-", -1);
    guint16 codes[DISP_CHORD_MAX];
    guint count = g_strv_length(names);

    if (count == 0 || count > G_N_ELEMENTS(codes)) {
        g_string_append_printf(text, "1 to %u keys\r\n", DISP_CHORD_MAX);
        return;
    }
    for (guint i = 0; i < count; i++) {
        codes[i] = (guint16)qmp_key_by_name(names[i]);
        if (codes[i] == 0) {
            g_string_append_printf(text, "invalid parameter: %s\r\n", names[i]);
            return;
        }
    }
    lathe_typist_press_codes(qmp->typist, codes, count, 100);
}

/* "net1 tcp:...": the second adapter, as its back end would be called; without it the first one. */
static const char *human_adapter(const char *argument, unsigned *adapter)
{
    const char *blank = strchr(argument, ' ');
    g_autofree char *word = blank != NULL ? g_strndup(argument, (gsize)(blank - argument)) : NULL;
    guint64 number;

    *adapter = 0;
    if (word == NULL || !g_str_has_prefix(word, "net") ||
        !g_ascii_string_to_unsigned(word + strlen("net"), 10, 0, EMU_MAX_NICS, &number, NULL))
        return argument;
    *adapter = (unsigned)number;
    return blank + strspn(blank, " ");
}

static void human_add_forward(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    g_autoptr(GError) error = NULL;
    unsigned adapter;
    const char *forward = human_adapter(argument, &adapter);

    if (!lathe_session_add_forward(qmp->session, adapter, forward, &error))
        g_string_append_printf(text, "%s\r\n", error->message);
}

static void human_remove_forward(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    g_autoptr(GError) error = NULL;
    unsigned adapter;
    const char *forward = human_adapter(argument, &adapter);

    if (!lathe_session_remove_forward(qmp->session, adapter, forward, &error))
        g_string_append_printf(text, "%s\r\n", error->message);
}

/* A machine with one adapter needs no names. */
static void human_forwards(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    unsigned adapters = lathe_session_count_adapters(qmp->session);

    for (unsigned i = 0; i < adapters; i++) {
        g_auto(GStrv) list = lathe_session_list_forwards(qmp->session, i);

        for (guint j = 0; list[j] != NULL && adapters == 1; j++)
            g_string_append_printf(text, "%s\r\n", list[j]);
        for (guint j = 0; list[j] != NULL && adapters != 1; j++)
            g_string_append_printf(text, "net%u %s\r\n", i, list[j]);
    }
}

static const struct human_row human_rows[] = {
    {"help", NULL, human_help, "this list"},
    {"info status", NULL, human_status, "whether the machine runs"},
    {"info name", NULL, human_name, "its name"},
    {"info engine", NULL, human_engine, "what runs its code"},
    {"info usernet", NULL, human_forwards, "ports of the host that lead to the guest"},
    {"stop", NULL, human_stop, "pause it"},
    {"cont", NULL, human_cont, "go on"},
    {"system_reset", NULL, human_reset, "reset it"},
    {"system_powerdown", NULL, human_powerdown, "press its power button"},
    {"sendkey", "keys", human_sendkey, "press keys: ctrl-alt-delete"},
    {"hostfwd_add", "[net0] tcp:127.0.0.1:port-:port", human_add_forward,
     "let a port lead to the guest"},
    {"hostfwd_remove", "[net0] tcp:127.0.0.1:port-:port", human_remove_forward, "end that"},
};

static void human_help(struct lathe_qmp *qmp, const char *argument, GString *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(human_rows); i++)
        g_string_append_printf(text, "%s %s -- %s\r\n", human_rows[i].name,
                               human_rows[i].argument != NULL ? human_rows[i].argument : "",
                               human_rows[i].help);
}

/* What follows the row's name; NULL: the line is not that command. */
static const char *human_argument(const struct human_row *row, const char *line)
{
    size_t length = strlen(row->name);

    if (strncmp(line, row->name, length) != 0)
        return NULL;
    if (row->argument == NULL)
        return line[length] == '\0' ? line + length : NULL;
    return line[length] == ' ' ? line + length + strspn(line + length, " ") : NULL;
}

static void human_run(struct lathe_qmp *qmp, const char *line, GString *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(human_rows); i++) {
        const char *argument = human_argument(&human_rows[i], line);
        if (argument != NULL) {
            human_rows[i].run(qmp, argument, text);
            return;
        }
    }
    g_string_append_printf(text, "unknown command: '%s'\r\n", line);
}

void qmp_do_human_monitor(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    g_autofree char *line = g_strstrip(g_strdup(qmp_argument_string(call, "command-line")));
    g_autoptr(GString) text = g_string_new(NULL);

    human_run(qmp, line, text);
    JsonNode *answer = json_node_new(JSON_NODE_VALUE);
    json_node_set_string(answer, text->str);
    qmp_return_settled(call, answer);
}
