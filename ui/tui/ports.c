/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding ports as machines start, and feeding their terminals. */
#include "ui/tui/ports.h"

#include <string.h>

#define PORTS_AGAIN_MS 500 /* after a machine that did not answer, */
#define PORTS_TRIES    20  /* so many times: one that just started may be busy */

struct tui_ports {
    LatheWatch *watch;
    guint again; /* a timer */
    unsigned tries;
    GPtrArray *list;   /* of struct tui_port * */
    GHashTable *asked; /* machines' ids to the process whose ports are known: char *, pid */
    char *fault;
    void (*changed)(void *opaque);
    void *opaque;
};

static void ports_tell(struct tui_ports *ports)
{
    ports->changed(ports->opaque);
}

static void port_free(gpointer data)
{
    struct tui_port *port = data;

    if (port->console != NULL) {
        g_signal_handlers_disconnect_by_data(port->console, port);
        lathe_console_close(port->console);
        g_object_unref(port->console);
    }
    tui_terminal_free(port->terminal);
    g_free(port->machine);
    g_free(port->name);
    g_free(port->title);
    g_free(port->fault);
    g_free(port);
}

/* ---- finding them ---- */

static bool ports_has(const struct tui_ports *ports, const char *machine, const char *name)
{
    for (guint i = 0; i < ports->list->len; i++) {
        const struct tui_port *port = ports->list->pdata[i];
        if (strcmp(port->machine, machine) == 0 && strcmp(port->name, name) == 0)
            return true;
    }
    return false;
}

static void ports_add(struct tui_ports *ports, const char *machine,
                      const struct lathe_console_port *found)
{
    if (ports_has(ports, machine, found->name))
        return;
    struct tui_port *port = g_new0(struct tui_port, 1);
    port->machine = g_strdup(machine);
    port->name = g_strdup(found->name);
    port->title = g_strdup(found->title);
    port->ports = ports;
    g_ptr_array_add(ports->list, port);
}

static gboolean ports_on_again(gpointer data);

/* Later, as somebody waits for it. */
static void ports_ask_again(struct tui_ports *ports, const char *id)
{
    g_hash_table_remove(ports->asked, id);
    if (ports->again == 0 && ports->tries++ < PORTS_TRIES)
        ports->again = g_timeout_add(PORTS_AGAIN_MS, ports_on_again, ports);
}

/* Once for each process that answers, as an answer is waited for. */
static void ports_ask(struct tui_ports *ports, const struct lathe_watched *watched)
{
    const struct lathe_machine *machine = watched->machine;
    gpointer pid = GINT_TO_POINTER((int)machine->pid);
    g_autoptr(GError) error = NULL;

    if (watched->state == LATHE_WATCH_STARTING || !lathe_watch_state_is_live(watched->state) ||
        machine->pid == 0 || g_hash_table_lookup(ports->asked, machine->id) == pid)
        return;
    g_hash_table_insert(ports->asked, g_strdup(machine->id), pid);
    g_autoptr(GPtrArray) found = lathe_console_list(machine->name, &error);
    g_free(ports->fault);
    ports->fault = g_strdup(error != NULL ? error->message : "");
    for (guint i = 0; found != NULL && i < found->len; i++)
        ports_add(ports, machine->name, found->pdata[i]);
    if (found == NULL)
        ports_ask_again(ports, machine->id);
}

static void ports_look(struct tui_ports *ports)
{
    for (unsigned i = 0; i < lathe_watch_get_count(ports->watch); i++)
        ports_ask(ports, lathe_watch_get(ports->watch, i));
}

static gboolean ports_on_again(gpointer data)
{
    struct tui_ports *ports = data;

    ports->again = 0;
    ports_look(ports);
    ports_tell(ports);
    return G_SOURCE_REMOVE;
}

static void ports_watch_changed(LatheWatch *watch, guint index, gpointer data)
{
    struct tui_ports *ports = data;

    ports_ask(ports, lathe_watch_get(watch, index));
    ports_tell(ports);
}

/* ---- their terminals ---- */

static void port_write(void *opaque, const char *data, size_t length)
{
    struct tui_port *port = opaque;

    lathe_console_send(port->console, data, length);
}

static void port_output(LatheConsole *console, GBytes *bytes, gint64 time, gpointer data)
{
    struct tui_port *port = data;
    gsize length;
    const void *text = g_bytes_get_data(bytes, &length);

    tui_terminal_feed(port->terminal, text, length, port->live);
    ports_tell(port->ports);
}

static void port_reset(LatheConsole *console, gint64 time, gpointer data)
{
    struct tui_port *port = data;

    tui_terminal_reset(port->terminal);
}

static void port_replayed(LatheConsole *console, gpointer data)
{
    ((struct tui_port *)data)->live = true;
}

/* While it waits for its machine the next thing that comes is what was written before. */
static void port_changed(LatheConsole *console, gpointer data)
{
    struct tui_port *port = data;

    if (lathe_console_get_state(console) != LATHE_CONSOLE_OPEN)
        port->live = false;
    ports_tell(port->ports);
}

bool tui_port_attach(struct tui_port *port, GError **error)
{
    g_autoptr(GError) found = NULL;

    if (port->console != NULL)
        return true;
    port->console = lathe_console_attach_later(port->machine, port->name, &found);
    if (port->console == NULL) {
        g_free(port->fault);
        port->fault = g_strdup(found->message);
        g_propagate_error(error, g_steal_pointer(&found));
        return false;
    }
    g_clear_pointer(&port->fault, g_free);
    port->terminal = tui_terminal_new(port_write, port);
    g_signal_connect(port->console, "output", G_CALLBACK(port_output), port);
    g_signal_connect(port->console, "reset", G_CALLBACK(port_reset), port);
    g_signal_connect(port->console, "replayed", G_CALLBACK(port_replayed), port);
    g_signal_connect(port->console, "changed", G_CALLBACK(port_changed), port);
    return true;
}

/* ---- public ---- */

struct tui_ports *tui_ports_new(LatheWatch *watch, void (*changed)(void *opaque), void *opaque)
{
    struct tui_ports *ports = g_new0(struct tui_ports, 1);

    ports->watch = g_object_ref(watch);
    ports->list = g_ptr_array_new_with_free_func(port_free);
    ports->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ports->fault = g_strdup("");
    ports->changed = changed;
    ports->opaque = opaque;
    g_signal_connect(watch, "changed", G_CALLBACK(ports_watch_changed), ports);
    ports_look(ports);
    return ports;
}

void tui_ports_free(struct tui_ports *ports)
{
    g_signal_handlers_disconnect_by_data(ports->watch, ports);
    g_clear_handle_id(&ports->again, g_source_remove);
    g_object_unref(ports->watch);
    g_ptr_array_unref(ports->list);
    g_hash_table_unref(ports->asked);
    g_free(ports->fault);
    g_free(ports);
}

int tui_ports_count(const struct tui_ports *ports)
{
    return (int)ports->list->len;
}

struct tui_port *tui_ports_get(struct tui_ports *ports, int number)
{
    return number >= 0 && number < tui_ports_count(ports) ? ports->list->pdata[number] : NULL;
}

int tui_ports_find(struct tui_ports *ports, const char *machine)
{
    for (int i = 0; i < tui_ports_count(ports); i++) {
        if (strcmp(tui_ports_get(ports, i)->machine, machine) == 0)
            return i;
    }
    return -1;
}

const char *tui_ports_get_fault(const struct tui_ports *ports)
{
    return ports->fault;
}
