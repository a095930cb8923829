/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial ports, terminals and channels of a definition: where they lead (definition.h). */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"

static const struct {
    const char *word;
    enum lathe_serial_kind kind;
    bool has_path;
} serial_kinds[] = {
    {"stdio", LATHE_SERIAL_STDIO, false}, {"pty", LATHE_SERIAL_PTY, false},
    {"unix:", LATHE_SERIAL_UNIX, true},   {"file:", LATHE_SERIAL_FILE, true},
    {"null", LATHE_SERIAL_NULL, false},   {"default", LATHE_SERIAL_DEFAULT, false},
    {"tab", LATHE_SERIAL_TAB, false},
};

static bool serial_kind_matches(size_t row, const char *text)
{
    if (serial_kinds[row].kind == LATHE_SERIAL_TAB) /* not for users: see DEFAULT */
        return false;
    if (serial_kinds[row].has_path)
        return g_str_has_prefix(text, serial_kinds[row].word);
    return strcmp(text, serial_kinds[row].word) == 0;
}

/* option: its name, for what is wrong. */
static bool serial_parse(const char *option, const char *text,
                         struct lathe_serial_definition *serial, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(serial_kinds); i++) {
        if (!serial_kind_matches(i, text))
            continue;
        const char *path = serial_kinds[i].has_path ? strchr(text, ':') + 1 : NULL;
        if (path != NULL && *path == '\0')
            return lathe_error_input(error, "--%s %s needs a path", option, text);
        *serial = (struct lathe_serial_definition){serial_kinds[i].kind, g_strdup(path)};
        return true;
    }
    return lathe_error_input(
        error, "--%s has no '%s': use stdio, pty, unix:PATH, file:PATH or null", option, text);
}

bool lathe_definition_add_serial(struct lathe_definition *definition, const char *text,
                                 GError **error)
{
    if (definition->serials == EMU_MAX_SERIAL)
        return lathe_error_input(error, "a machine has at most %d serial ports", EMU_MAX_SERIAL);
    if (!serial_parse("serial", text, &definition->serial[definition->serials], error))
        return false;
    definition->serials++;
    return true;
}

static bool definition_has_port(const struct lathe_definition *definition, GError **error)
{
    return definition->consoles + definition->channels < EMU_MAX_CONSOLES ||
           lathe_error_input(error, "a machine has at most %d consoles and channels",
                             EMU_MAX_CONSOLES);
}

bool lathe_definition_add_console(struct lathe_definition *definition, const char *text,
                                  GError **error)
{
    if (!definition_has_port(definition, error) ||
        !serial_parse("console", text, &definition->console[definition->consoles], error))
        return false;
    definition->consoles++;
    return true;
}

#define CHANNEL_NAME_MAX 63 /* bytes; as the device has it */

static bool channel_check_name(const struct lathe_definition *definition, const char *name,
                               GError **error)
{
    if (*name == '\0' || strlen(name) > CHANNEL_NAME_MAX || strchr(name, '/') != NULL)
        return lathe_error_input(error,
                                 "--channel '%s' is no name: use 1 to %d bytes without '/', as in "
                                 "org.qemu.guest_agent.0",
                                 name, CHANNEL_NAME_MAX);
    for (unsigned i = 0; i < definition->channels; i++) {
        if (strcmp(definition->channel[i].name, name) == 0)
            return lathe_error_input(error, "--channel %s is there already", name);
    }
    return true;
}

bool lathe_definition_add_channel(struct lathe_definition *definition, const char *text,
                                  GError **error)
{
    struct lathe_channel_definition *channel = &definition->channel[definition->channels];
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL;

    if (name == NULL)
        return lathe_error_input(error, "--channel '%s' leads nowhere: write NAME=unix:PATH", text);
    if (!definition_has_port(definition, error) || !channel_check_name(definition, name, error) ||
        !serial_parse("channel", equals + 1, &channel->end, error))
        return false;
    channel->name = g_steal_pointer(&name);
    definition->channels++;
    return true;
}

char *lathe_serial_definition_format(const struct lathe_serial_definition *serial)
{
    for (size_t i = 0; i < G_N_ELEMENTS(serial_kinds); i++) {
        if (serial_kinds[i].kind == serial->kind)
            return g_strconcat(serial_kinds[i].word, serial->path, NULL);
    }
    return g_strdup("null");
}

char *lathe_channel_definition_format(const struct lathe_channel_definition *channel)
{
    g_autofree char *end = lathe_serial_definition_format(&channel->end);

    return g_strconcat(channel->name, "=", end, NULL);
}

/* ---- taking them away ---- */

static void ports_clear(struct lathe_serial_definition *ports, unsigned *count)
{
    for (unsigned i = 0; i < *count; i++)
        g_free(ports[i].path);
    *count = 0;
}

void lathe_definition_clear_serials(struct lathe_definition *definition)
{
    ports_clear(definition->serial, &definition->serials);
}

void lathe_definition_clear_consoles(struct lathe_definition *definition)
{
    ports_clear(definition->console, &definition->consoles);
}

void lathe_definition_clear_channels(struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->channels; i++) {
        g_free(definition->channel[i].name);
        g_free(definition->channel[i].end.path);
    }
    definition->channels = 0;
}

/* ---- what depends on other properties ---- */

/* The first serial port has the standard input and output, where there is no window. */
static void ports_settle_default(const struct lathe_definition *definition,
                                 struct lathe_serial_definition *port, bool serial)
{
    bool window = lathe_definition_has_window(definition) || !serial;

    if (port->kind == LATHE_SERIAL_DEFAULT)
        port->kind = window ? LATHE_SERIAL_TAB : LATHE_SERIAL_STDIO;
}

static unsigned ports_count_stdio(const struct lathe_serial_definition *ports, unsigned count)
{
    unsigned found = 0;

    for (unsigned i = 0; i < count; i++)
        found += ports[i].kind == LATHE_SERIAL_STDIO;
    return found;
}

/*
 * A machine that is kept, and has a window, has a channel for the agent of its desktop, as has one
 * that viewers may come to; a trial has none that nobody asked for. A channel of the user's leads
 * where it says: to null to have none.
 */
static void ports_settle_agent(struct lathe_definition *definition)
{
    bool kept = definition->home != NULL && lathe_definition_has_window(definition);

    if ((kept || definition->spice != NULL) &&
        definition->consoles + definition->channels < EMU_MAX_CONSOLES)
        lathe_definition_add_channel(definition, LATHE_SPICE_CHANNEL "=default", NULL);
}

bool lathe_ports_settle(struct lathe_definition *definition, GError **error)
{
    unsigned stdios;

    ports_settle_agent(definition);

    if (definition->serials == 0) {
        bool taken = ports_count_stdio(definition->console, definition->consoles) != 0;
        definition->serial[definition->serials++].kind =
            taken ? LATHE_SERIAL_TAB : LATHE_SERIAL_DEFAULT;
    }
    for (unsigned i = 0; i < definition->serials; i++)
        ports_settle_default(definition, &definition->serial[i], true);
    for (unsigned i = 0; i < definition->consoles; i++)
        ports_settle_default(definition, &definition->console[i], false);
    for (unsigned i = 0; i < definition->channels; i++)
        ports_settle_default(definition, &definition->channel[i].end, false);
    stdios = ports_count_stdio(definition->serial, definition->serials) +
             ports_count_stdio(definition->console, definition->consoles);
    for (unsigned i = 0; i < definition->channels; i++)
        stdios += definition->channel[i].end.kind == LATHE_SERIAL_STDIO;
    return stdios <= 1 ||
           lathe_error_input(error,
                             "only one serial port can be stdio, or a console instead; lead the "
                             "others elsewhere, as in --serial null");
}
