/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connected gdb. Everything happens on the main thread but client_on_event, which the emulator
 * calls on the machine's loop thread: it only posts. The machine is paused and let go directly, not
 * by the session's worker, because gdb's next packet counts on it; that takes as long as a block of
 * guest code.
 */
#include "app/control/gdb-client.h"

#include "app/control/gdb-stub.h"
#include "emulator/api/stats.h"

#define CLIENT_CHUNK 1024 /* small: each byte may ask for many */

/* What an event on its way holds: it may arrive when the client is gone. */
struct client_link {
    struct gdb_client *client; /* main thread; NULL: gone */
};

struct gdb_client {
    LatheSession *session;
    GSocket *socket;
    GSource *in, *out; /* out: while the socket takes no more */
    struct gdb_stub *stub;
    struct emu_machine *machine; /* that is observed; compared only */
    struct client_link *link;
    void (*gone)(void *opaque);
    void *opaque;
};

struct client_event {
    struct client_link *link;
    struct emu_debug_event event;
};

/* ---- the machine's operations ---- */

/* NULL: it ended, or another one took its place. */
static struct emu_machine *client_machine(const struct gdb_client *client)
{
    struct emu_machine *machine = lathe_session_get_machine(client->session);

    if (machine == NULL || machine != client->machine ||
        emu_machine_get_state(machine) == EMU_MACHINE_STOPPED)
        return NULL;
    return machine;
}

static unsigned client_cpus(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL ? emu_machine_get_stats(machine).vcpus : 0;
}

static const struct emu_debug_register *client_registers(void *opaque, size_t *count)
{
    struct emu_machine *machine = client_machine(opaque);

    *count = 0;
    return machine != NULL ? emu_debug_registers(machine, count) : NULL;
}

static char *client_describe(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL ? emu_debug_target_xml(machine) : NULL;
}

static const char *client_cpu_state(void *opaque, unsigned cpu)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL ? emu_debug_vcpu_state(machine, cpu) : "ended";
}

static bool client_read_register(void *opaque, unsigned cpu, size_t index, void *out)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL && emu_debug_read_register(machine, cpu, index, out);
}

static bool client_write_register(void *opaque, unsigned cpu, size_t index, const void *value)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL && emu_debug_write_register(machine, cpu, index, value);
}

static bool client_read_memory(void *opaque, unsigned cpu, uint64_t address, void *out,
                               size_t length)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL && emu_debug_read_memory(machine, cpu, address, out, length);
}

static bool client_write_memory(void *opaque, unsigned cpu, uint64_t address, const void *data,
                                size_t length)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL && emu_debug_write_memory(machine, cpu, address, data, length);
}

static bool client_insert_break(void *opaque, enum emu_break_kind kind, uint64_t address,
                                uint64_t length)
{
    struct emu_machine *machine = client_machine(opaque);
    struct emu_error error = EMU_ERROR_INIT;

    return machine != NULL && emu_debug_insert_break(machine, kind, address, length, &error);
}

static bool client_remove_break(void *opaque, enum emu_break_kind kind, uint64_t address,
                                uint64_t length)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL && emu_debug_remove_break(machine, kind, address, length);
}

static void client_resume(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    if (machine != NULL)
        emu_machine_resume(machine);
}

static void client_step(void *opaque, unsigned cpu)
{
    struct emu_machine *machine = client_machine(opaque);

    if (machine != NULL)
        emu_debug_step(machine, cpu);
}

static void client_pause(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    if (machine != NULL)
        emu_machine_pause(machine);
}

static void client_reset(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    if (machine != NULL)
        emu_machine_reset(machine);
}

static void client_power_button(void *opaque)
{
    lathe_session_power_button(((struct gdb_client *)opaque)->session);
}

static void client_end(void *opaque)
{
    lathe_session_force_off(((struct gdb_client *)opaque)->session);
}

static const char *client_engine(void *opaque)
{
    struct emu_machine *machine = client_machine(opaque);

    return machine != NULL ? emu_machine_get_stats(machine).engine : "none";
}

static bool client_set_engine(void *opaque, const char *name, struct emu_error *error)
{
    struct emu_machine *machine = client_machine(opaque);

    if (machine == NULL || !emu_machine_set_engine(machine, name, error))
        return false;
    g_object_notify(G_OBJECT(((struct gdb_client *)opaque)->session), "engine");
    return true;
}

static const struct gdb_target_ops client_ops = {
    .cpus = client_cpus,
    .registers = client_registers,
    .describe = client_describe,
    .cpu_state = client_cpu_state,
    .read_register = client_read_register,
    .write_register = client_write_register,
    .read_memory = client_read_memory,
    .write_memory = client_write_memory,
    .insert_break = client_insert_break,
    .remove_break = client_remove_break,
    .resume = client_resume,
    .step = client_step,
    .pause = client_pause,
    .reset = client_reset,
    .power_button = client_power_button,
    .end = client_end,
    .engine = client_engine,
    .set_engine = client_set_engine,
};

/* ---- the socket ---- */

static void client_watch_output(struct gdb_client *client);

static bool client_would_block(const GError *error)
{
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* Sends what it can. False: the connection is over, and the client is freed. */
static bool client_flush(struct gdb_client *client)
{
    GByteArray *output = gdb_stub_output(client->stub);
    g_autoptr(GError) error = NULL;

    while (output->len != 0) {
        gssize sent =
            g_socket_send(client->socket, (const char *)output->data, output->len, NULL, &error);
        if (sent < 0)
            break;
        g_byte_array_remove_range(output, 0, (guint)sent);
    }
    if (client_would_block(error)) {
        client_watch_output(client);
        return true;
    }
    if (error == NULL && !gdb_stub_is_done(client->stub))
        return true;
    client->gone(client->opaque);
    return false;
}

static gboolean client_on_writable(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct gdb_client *client = data;

    g_clear_pointer(&client->out, g_source_unref); /* returning FALSE destroys it */
    client_flush(client);
    return G_SOURCE_REMOVE;
}

static void client_watch_output(struct gdb_client *client)
{
    if (client->out != NULL)
        return;
    client->out = g_socket_create_source(client->socket, G_IO_OUT, NULL);
    g_source_set_callback(client->out, G_SOURCE_FUNC(client_on_writable), client, NULL);
    g_source_attach(client->out, NULL);
}

/* Somebody else, in the window, may have let the machine go; for gdb it stands still. */
static void client_hold(struct gdb_client *client)
{
    struct emu_machine *machine = client_machine(client);

    if (machine != NULL && gdb_stub_is_stopped(client->stub) &&
        emu_machine_get_state(machine) == EMU_MACHINE_RUNNING)
        emu_machine_pause(machine);
}

static gboolean client_on_readable(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct gdb_client *client = data;
    g_autoptr(GError) error = NULL;
    uint8_t bytes[CLIENT_CHUNK];

    if (client->out != NULL) /* gdb does not take its answers: wait with new ones */
        return G_SOURCE_CONTINUE;
    gssize got = g_socket_receive(client->socket, (char *)bytes, sizeof(bytes), NULL, &error);
    if (client_would_block(error))
        return G_SOURCE_CONTINUE;
    if (got <= 0) {
        client->gone(client->opaque);
        return G_SOURCE_REMOVE;
    }
    client_hold(client);
    gdb_stub_input(client->stub, bytes, (size_t)got);
    return client_flush(client);
}

/* ---- events ---- */

static gboolean client_event_dispatch(gpointer data)
{
    struct client_event *event = data;
    struct gdb_client *client = event->link->client;

    if (client == NULL || client_machine(client) == NULL)
        return G_SOURCE_REMOVE;
    gdb_stub_event(client->stub, &event->event);
    client_flush(client);
    return G_SOURCE_REMOVE;
}

static void client_event_free(gpointer data)
{
    struct client_event *event = data;

    g_atomic_rc_box_release(event->link);
    g_free(event);
}

/* On the machine's loop thread. */
static void client_on_event(void *opaque, const struct emu_debug_event *found)
{
    struct client_event *event = g_new0(struct client_event, 1);
    GSource *source = g_idle_source_new();

    *event = (struct client_event){g_atomic_rc_box_acquire(opaque), *found};
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, client_event_dispatch, event, client_event_free);
    g_source_attach(source, NULL);
    g_source_unref(source);
}

static void client_on_state(LatheSession *session, GParamSpec *spec, struct gdb_client *client)
{
    if (lathe_session_get_state(session) == LATHE_STATE_RUNNING)
        client_hold(client);
}

/* An event that is being told holds the loop thread: a call that goes through it waits for that. */
static void client_stop_observing(struct gdb_client *client)
{
    struct emu_machine *machine = lathe_session_get_machine(client->session);

    if (machine == NULL || machine != client->machine)
        return;
    emu_debug_observe(machine, NULL, NULL);
    emu_machine_pause(machine);
}

static void client_on_stopped(LatheSession *session, struct gdb_client *client)
{
    client_stop_observing(client);
    client->machine = NULL; /* another one may come to lie at its address */
    gdb_stub_ended(client->stub, lathe_session_get_exit_status(session));
    client_flush(client);
}

/* ---- life ---- */

static void client_watch_input(struct gdb_client *client)
{
    client->in = g_socket_create_source(client->socket, G_IO_IN, NULL);
    g_source_set_callback(client->in, G_SOURCE_FUNC(client_on_readable), client, NULL);
    g_source_attach(client->in, NULL);
}

struct gdb_client *gdb_client_new(LatheSession *session, GSocket *socket,
                                  void (*gone)(void *opaque), void *opaque)
{
    struct emu_machine *machine = lathe_session_get_machine(session);

    if (machine == NULL || emu_machine_get_state(machine) == EMU_MACHINE_STOPPED)
        return NULL;
    struct gdb_client *client = g_new0(struct gdb_client, 1);
    *client = (struct gdb_client){.session = session,
                                  .socket = g_object_ref(socket),
                                  .machine = machine,
                                  .link = g_atomic_rc_box_new0(struct client_link),
                                  .gone = gone,
                                  .opaque = opaque};
    client->link->client = client;
    g_socket_set_blocking(socket, FALSE);
    emu_machine_pause(machine);
    client->stub = gdb_stub_new(&client_ops, client);
    emu_debug_observe(machine, client_on_event, client->link);
    g_signal_connect(session, "notify::state", G_CALLBACK(client_on_state), client);
    g_signal_connect(session, "stopped", G_CALLBACK(client_on_stopped), client);
    client_watch_input(client);
    return client;
}

static void client_drop_source(GSource **source)
{
    if (*source != NULL)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void gdb_client_free(struct gdb_client *client)
{
    if (client == NULL)
        return;
    struct emu_machine *machine = client_machine(client);
    bool runs = machine != NULL && emu_machine_get_state(machine) == EMU_MACHINE_RUNNING;
    g_signal_handlers_disconnect_by_data(client->session, client);
    client_drop_source(&client->in);
    client_drop_source(&client->out);
    client_stop_observing(client);
    gdb_stub_free(client->stub);
    if (runs)
        emu_machine_resume(machine);
    client->link->client = NULL;
    g_atomic_rc_box_release(client->link);
    g_socket_close(client->socket, NULL);
    g_object_unref(client->socket);
    g_free(client);
}
