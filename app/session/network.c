/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session's network while it runs: what the emulator does now is also noted in the definition, of
 * which a restart makes the next machine. A worker reads that while it makes one, and then there is
 * no machine here.
 */
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/session.h"
#include "emulator/api/net.h"

static bool network_check(LatheSession *session, unsigned adapter, GError **error)
{
    if (adapter >= lathe_session_get_definition(session)->nets)
        return lathe_error_input(error, "this machine has no network adapter %u", adapter + 1);
    return lathe_session_get_machine(session) != NULL ||
           lathe_error_input(error, "the machine is being made: try again when it runs");
}

static GArray *network_forwards(LatheSession *session, unsigned adapter)
{
    return lathe_session_get_definition(session)->net[adapter].forwards;
}

static int network_find(GArray *forwards, const struct emu_net_forward *forward)
{
    for (unsigned i = 0; i < forwards->len; i++) {
        if (lathe_forward_same(&g_array_index(forwards, struct emu_net_forward, i), forward))
            return (int)i;
    }
    return -1;
}

gboolean lathe_session_add_forward(LatheSession *session, unsigned adapter, const char *text,
                                   GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    struct emu_net_forward forward;

    if (!network_check(session, adapter, error) || !lathe_forward_parse(text, &forward, error))
        return FALSE;
    if (!emu_machine_add_forward(lathe_session_get_machine(session), adapter, &forward, &found))
        return lathe_error_from_emu(error, &found);
    g_array_append_val(network_forwards(session, adapter), forward);
    return TRUE;
}

gboolean lathe_session_remove_forward(LatheSession *session, unsigned adapter, const char *text,
                                      GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;
    struct emu_net_forward forward;
    int index;

    if (!network_check(session, adapter, error) || !lathe_forward_parse(text, &forward, error))
        return FALSE;
    index = network_find(network_forwards(session, adapter), &forward);
    if (index < 0)
        return lathe_error_input(error, "there is no forward '%s'", text);
    if (!emu_machine_remove_forward(lathe_session_get_machine(session), adapter, &forward, &found))
        return lathe_error_from_emu(error, &found);
    g_array_remove_index(network_forwards(session, adapter), (unsigned)index);
    return TRUE;
}

char **lathe_session_list_forwards(LatheSession *session, unsigned adapter)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();

    if (adapter < lathe_session_count_adapters(session)) {
        GArray *forwards = network_forwards(session, adapter);

        for (unsigned i = 0; i < forwards->len; i++)
            g_ptr_array_add(
                texts, lathe_forward_format(&g_array_index(forwards, struct emu_net_forward, i)));
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&texts), FALSE);
}

unsigned lathe_session_count_adapters(LatheSession *session)
{
    return lathe_session_get_definition(session)->nets;
}

gboolean lathe_session_set_link(LatheSession *session, unsigned adapter, gboolean up,
                                GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    if (!network_check(session, adapter, error))
        return FALSE;
    return emu_machine_set_link(lathe_session_get_machine(session), adapter, up, &found) ||
           lathe_error_from_emu(error, &found);
}
