/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the machine as a whole: what it is, running, stopping, its memory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/control/qmp-private.h"
#include "app/plan/definition.h"
#include "emulator/api/debug.h"
#include "emulator/api/host.h"

const qmp_handler qmp_handlers[QMP_COMMAND_COUNT] = {
#define QMP_COMMAND(id, name, arguments, returns, flags)                                           \
    [QMP_COMMAND_##id] = (flags)&QMP_OWN ? NULL : qmp_do_##id,
#include "app/control/qmp-schema.inc"
};

static const struct lathe_definition *machine_definition(const struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    return lathe_session_get_definition(qmp->session);
}

/* ---- what it is ---- */

void qmp_do_query_name(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    JsonObject *answer = json_object_new();

    json_object_set_string_member(answer, "name", lathe_session_get_title(qmp->session));
    qmp_return_object(call, answer);
}

void qmp_do_query_uuid(struct qmp_call *call)
{
    const char *uuid = machine_definition(call)->uuid;
    JsonObject *answer = json_object_new();

    json_object_set_string_member(answer, "UUID",
                                  uuid != NULL ? uuid : "00000000-0000-0000-0000-000000000000");
    qmp_return_object(call, answer);
}

static bool machine_host_has_kvm(void)
{
    struct emu_host_engine engines[8];
    size_t count = emu_host_engines(engines, G_N_ELEMENTS(engines));

    for (size_t i = 0; i < count; i++) {
        if (strcmp(engines[i].name, "kvm") == 0)
            return engines[i].available;
    }
    return false;
}

void qmp_do_query_kvm(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    JsonObject *answer = json_object_new();
    bool enabled = strcmp(lathe_session_get_engine(qmp->session), "kvm") == 0;

    json_object_set_boolean_member(answer, "enabled", enabled);
    json_object_set_boolean_member(answer, "present", machine_host_has_kvm());
    qmp_return_object(call, answer);
}

void qmp_do_query_target(struct qmp_call *call)
{
    JsonObject *answer = json_object_new();

    json_object_set_string_member(answer, "arch", "x86_64");
    qmp_return_object(call, answer);
}

void qmp_do_query_current_machine(struct qmp_call *call)
{
    JsonObject *answer = json_object_new();

    json_object_set_boolean_member(answer, "wakeup-suspend-support", TRUE);
    qmp_return_object(call, answer);
}

void qmp_do_query_memory(struct qmp_call *call)
{
    JsonObject *answer = json_object_new();

    json_object_set_int_member(answer, "base-memory", (gint64)machine_definition(call)->memory);
    json_object_set_int_member(answer, "plugged-memory", 0);
    qmp_return_object(call, answer);
}

void qmp_do_query_iothreads(struct qmp_call *call)
{
    qmp_return_array(call, json_array_new());
}

/* Where processor i is: threads count fastest. */
static JsonObject *machine_cpu_place(const struct emu_topology *topology, unsigned i)
{
    JsonObject *place = json_object_new();
    unsigned threads = MAX(topology->threads, 1), cores = MAX(topology->cores, 1);
    unsigned dies = MAX(topology->dies, 1);

    json_object_set_int_member(place, "socket-id", i / threads / cores / dies);
    if (dies > 1)
        json_object_set_int_member(place, "die-id", i / threads / cores % dies);
    json_object_set_int_member(place, "core-id", i / threads % cores);
    json_object_set_int_member(place, "thread-id", i % threads);
    return place;
}

/* Which thread of the host runs a processor changes here, so its id is the process's. */
void qmp_do_query_cpus_fast(struct qmp_call *call)
{
    const struct emu_topology *topology = &machine_definition(call)->topology;
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < topology->cpus; i++) {
        JsonObject *cpu = json_object_new();
        g_autofree char *path = g_strdup_printf("/machine/cpu[%u]", i);
        json_object_set_int_member(cpu, "cpu-index", i);
        json_object_set_string_member(cpu, "qom-path", path);
        json_object_set_int_member(cpu, "thread-id", getpid());
        json_object_set_object_member(cpu, "props", machine_cpu_place(topology, i));
        json_object_set_string_member(cpu, "target", "x86_64");
        json_array_add_object_element(list, cpu);
    }
    qmp_return_array(call, list);
}

/* ---- running and stopping ---- */

static const char *machine_stop_state(const struct lathe_qmp *qmp)
{
    enum emu_stop_cause cause = lathe_session_get_stop(qmp->session)->cause;

    return cause == EMU_STOP_PANIC      ? "guest-panicked"
           : cause == EMU_STOP_INTERNAL ? "internal-error"
                                        : "shutdown";
}

const char *qmp_run_state(struct lathe_qmp *qmp)
{
    switch (lathe_session_get_state(qmp->session)) {
    case LATHE_STATE_RUNNING:
        return lathe_session_is_asleep(qmp->session) ? "suspended" : "running";
    case LATHE_STATE_STOPPED:
        return machine_stop_state(qmp);
    default:
        return !qmp->started                                          ? "prelaunch"
               : lathe_session_get_hold_text(qmp->session)[0] != '\0' ? "io-error"
                                                                      : "paused";
    }
}

void qmp_do_query_status(struct qmp_call *call)
{
    const char *state = qmp_run_state(call->opaque);
    JsonObject *answer = json_object_new();

    json_object_set_string_member(answer, "status", state);
    json_object_set_boolean_member(answer, "singlestep", FALSE);
    json_object_set_boolean_member(answer, "running", strcmp(state, "running") == 0);
    qmp_return_object(call, answer);
}

static void machine_on_settled(gpointer data, gpointer session)
{
    struct qmp_call **box = data;
    struct qmp_call *call = g_steal_pointer(box);

    if (call->monitor != NULL)
        qmp_events_look_at_trays(call->opaque);
    qmp_return(call, call->data);
}

/* The session may have been closed meanwhile; nobody hears the answer then. */
static void machine_free_box(gpointer data)
{
    struct qmp_call **box = data;

    if (*box != NULL)
        qmp_fail(*box, QMP_GENERIC_ERROR, "The machine has gone");
    g_free(box);
}

void qmp_settle(struct qmp_call *call, GFunc function)
{
    struct lathe_qmp *qmp = call->opaque;
    struct qmp_call **box = g_new(struct qmp_call *, 1);

    *box = call;
    lathe_session_settle(qmp->session, function, box, machine_free_box);
}

void qmp_return_settled(struct qmp_call *call, JsonNode *value)
{
    call->data = value;
    qmp_settle(call, machine_on_settled);
}

void qmp_do_stop(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    lathe_session_pause(qmp->session);
    qmp_return_settled(call, NULL);
}

void qmp_do_cont(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    if (lathe_session_get_state(qmp->session) == LATHE_STATE_STOPPED) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Resetting the Virtual Machine is required");
        return;
    }
    lathe_session_start(qmp->session);
    qmp_return_settled(call, NULL);
}

void qmp_do_quit(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    qmp_emit(qmp, QMP_EVENT_shutdown, qmp_event_cause(false, "host-qmp-quit"));
    qmp_return(call, NULL);
    qmp->quit(qmp->opaque);
}

/* The clients are gone where there is no machine any more: nobody hears the answer then. */
static void machine_on_suspended(gpointer data, const char *complaint)
{
    struct qmp_call *call = data;

    if (complaint != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", complaint);
        return;
    }
    if (call->monitor != NULL)
        qmp_emit(call->opaque, QMP_EVENT_shutdown, qmp_event_cause(false, "host-qmp-quit"));
    qmp_return(call, NULL);
}

/* To the machine's folder; its process ends when it is there. */
void qmp_do_suspend(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    lathe_session_suspend(qmp->session, machine_on_suspended, call);
}

static void machine_on_kept(gpointer data, const char *complaint)
{
    struct qmp_call *call = data;
    struct lathe_qmp *qmp = call->opaque;
    JsonNode *name;

    if (complaint != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", complaint);
        return;
    }
    name = json_node_new(JSON_NODE_VALUE);
    json_node_set_string(name, lathe_session_get_title(qmp->session));
    qmp_return(call, name);
}

/* A trial becomes a machine of the library, and its process runs on. */
void qmp_do_keep(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    lathe_session_keep(qmp->session, qmp_argument_string(call, "name"), machine_on_kept, call);
}

/* Brings the machine's window to the front, for who shows a list of machines. */
void qmp_do_present(struct qmp_call *call)
{
    GApplication *application = g_application_get_default();

    if (application == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "The machine has no window");
        return;
    }
    g_application_activate(application);
    qmp_return(call, NULL);
}

void qmp_do_system_reset(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    if (lathe_session_get_state(qmp->session) == LATHE_STATE_STOPPED)
        lathe_session_restart(qmp->session);
    else
        lathe_session_reset(qmp->session);
    qmp_return_settled(call, NULL);
}

void qmp_do_system_powerdown(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    lathe_session_power_button(qmp->session);
    qmp_return(call, NULL);
}

void qmp_do_inject_nmi(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);

    if (machine == NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "There is no machine now");
        return;
    }
    emu_machine_inject_nmi(machine);
    qmp_return(call, NULL);
}

/* The button wakes a guest that sleeps, and is no wish for its end then. */
void qmp_do_system_wakeup(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);

    if (machine == NULL || !lathe_session_is_asleep(qmp->session)) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Unable to wake up: guest is not in suspended state");
        return;
    }
    emu_machine_power_button(machine);
    qmp_return(call, NULL);
}

/* ---- memory ---- */

#define MEMORY_CHUNK (64u << 10)
#define MEMORY_MAX   (256u << 20) /* bytes at once: the main loop waits meanwhile */

/* NULL: done; else why not, g_free. */
static char *memory_copy(struct emu_machine *machine, unsigned cpu, guint64 address, gint64 size,
                         FILE *file)
{
    g_autofree char *chunk = g_malloc(MEMORY_CHUNK);

    while (size > 0) {
        size_t part = (size_t)MIN(size, (gint64)MEMORY_CHUNK);
        if (!emu_debug_read_memory(machine, cpu, address, chunk, part))
            return g_strdup_printf("Invalid addr 0x%016" G_GINT64_MODIFIER
                                   "x/size %" G_GINT64_FORMAT " specified",
                                   address, size);
        if (fwrite(chunk, 1, part, file) != part)
            return g_strdup_printf("writing memory to file failed: %s", g_strerror(errno));
        address += part;
        size -= (gint64)part;
    }
    return NULL;
}

static char *memory_save(struct qmp_call *call, struct emu_machine *machine)
{
    const char *path = qmp_argument_string(call, "filename");
    FILE *file = fopen(path, "wbe");
    char *complaint;

    if (file == NULL)
        return g_strdup_printf("Could not open '%s': %s", path, g_strerror(errno));
    complaint = memory_copy(machine, (unsigned)qmp_argument_int(call, "cpu-index", 0),
                            (guint64)qmp_argument_int(call, "val", 0),
                            qmp_argument_int(call, "size", 0), file);
    if (fclose(file) != 0 && complaint == NULL)
        complaint = g_strdup_printf("writing memory to file failed: %s", g_strerror(errno));
    return complaint;
}

/* Why not now; NULL: it can be done. */
static const char *memory_refuse(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    gint64 cpu = qmp_argument_int(call, "cpu-index", 0), size = qmp_argument_int(call, "size", 0);

    if (cpu < 0 || cpu >= machine_definition(call)->topology.cpus)
        return "Invalid parameter 'cpu-index': expected a CPU number";
    if (size < 0 || size > MEMORY_MAX)
        return "Invalid parameter 'size': at most 256 MiB at once";
    if (lathe_session_get_state(qmp->session) == LATHE_STATE_RUNNING ||
        lathe_session_get_machine(qmp->session) == NULL)
        return "The machine runs: memory is read while it is stopped";
    return NULL;
}

void qmp_do_memsave(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *refusal = memory_refuse(call);

    if (refusal != NULL) {
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", refusal);
        return;
    }
    g_autofree char *complaint = memory_save(call, lathe_session_get_machine(qmp->session));
    if (complaint != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", complaint);
    else
        qmp_return(call, NULL);
}
