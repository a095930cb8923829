/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server as a whole: who may come in, and what they find. */
#include "display/spice/spice.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "display/spice/spice-private.h"

void spice_act(struct disp_spice *spice)
{
    for (unsigned i = 0; i < spice->head_count; i++)
        disp_screen_wake(spice->screens[i]);
    if (spice->hooks.act != NULL)
        spice->hooks.act(spice->hooks.opaque);
}

#define SERVER_LOOK_S 1

/* The library tells the displays when a client comes, and not always when the last one leaves. */
static gboolean server_on_look(gpointer data)
{
    struct disp_spice *spice = data;
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    bool left = spice_server_get_num_clients(spice->server) == 0;
    G_GNUC_END_IGNORE_DEPRECATIONS

    if (!left && disp_spice_count_viewers(spice) != 0)
        return G_SOURCE_CONTINUE;
    for (unsigned i = 0; i < spice->head_count; i++)
        spice_head_forget_viewer(spice->heads[i]);
    spice->leaving = 0;
    return G_SOURCE_REMOVE;
}

void spice_on_viewer(struct disp_spice *spice)
{
    if (disp_spice_count_viewers(spice) != 0 && spice->leaving == 0)
        spice->leaving = g_timeout_add_seconds(SERVER_LOOK_S, server_on_look, spice);
    if (disp_spice_count_viewers(spice) == 0 && spice->hooks.release != NULL)
        spice->hooks.release(spice->hooks.opaque);
    spice_act(spice);
}

/* ---- who may come in ---- */

/* A file of TLS, g_free; NULL with *error: it is not there. */
static char *server_tls_file(const char *folder, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&path);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                _("TLS needs ca-cert.pem, server-cert.pem and server-key.pem: there is no %s"),
                path);
    return NULL;
}

/* The library makes TLS ready only where it listens itself: at a socket in a folder of ours, which
 * goes at once. */
static bool server_set_tls(struct disp_spice *spice, const char *folder, GError **error)
{
    g_autofree char *authority = server_tls_file(folder, "ca-cert.pem", error);
    g_autofree char *certificate =
        authority != NULL ? server_tls_file(folder, "server-cert.pem", error) : NULL;
    g_autofree char *key =
        certificate != NULL ? server_tls_file(folder, "server-key.pem", error) : NULL;

    if (key == NULL || (spice->hidden = g_dir_make_tmp("lathe-XXXXXX", error)) == NULL)
        return false;
    g_autofree char *path = g_build_filename(spice->hidden, "tls", NULL);
    spice_server_set_addr(spice->server, path, SPICE_ADDR_FLAG_UNIX_ONLY);
    spice_server_set_tls(spice->server, 1, authority, certificate, key, NULL, NULL, NULL);
    return true;
}

static void server_remove_hidden(struct disp_spice *spice)
{
    if (spice->hidden == NULL)
        return;
    g_autofree char *path = g_build_filename(spice->hidden, "tls", NULL);
    g_unlink(path);
    g_rmdir(spice->hidden);
    g_clear_pointer(&spice->hidden, g_free);
}

bool disp_spice_set_ticket(struct disp_spice *spice, const char *ticket, unsigned seconds,
                           bool part)
{
    return spice_server_set_ticket(spice->server, ticket, (int)MIN(seconds, G_MAXINT), FALSE,
                                   part) == 0;
}

static bool server_set_access(struct disp_spice *spice, const struct disp_spice_options *options,
                              GError **error)
{
    if (options->tls != NULL && !server_set_tls(spice, options->tls, error))
        return false;
    if (options->ticket == NULL) {
        spice_server_set_noauth(spice->server);
        return true;
    }
    if (*options->ticket != '\0' && disp_spice_set_ticket(spice, options->ticket, 0, false))
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                _("a SPICE ticket has 1 to %d characters"), DISP_SPICE_TICKET_MAX);
    return false;
}

/* ---- life ---- */

static bool server_start(struct disp_spice *spice, const struct disp_spice_options *options,
                         GError **error)
{
    if (options->name != NULL)
        spice_server_set_name(spice->server, options->name);
    if (!server_set_access(spice, options, error))
        return false;
    bool good = spice_server_init(spice->server, (SpiceCoreInterface *)&spice_loop) == 0;
    server_remove_hidden(spice);
    if (!good) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                    _("the SPICE server does not start: see what it said before"));
        return false;
    }
    spice_server_set_agent_mouse(spice->server, FALSE); /* positions go to the tablet */
    spice->input = spice_input_new(spice);
    spice->door = spice_door_open(spice, options, error);
    return spice->door != NULL;
}

struct disp_spice *disp_spice_new(const struct disp_spice_options *options,
                                  const struct disp_spice_hooks *hooks, GError **error)
{
    struct disp_spice *spice = g_new0(struct disp_spice, 1);

    spice->hooks = *hooks;
    spice->ports = g_ptr_array_new_with_free_func(spice_port_free);
    spice_channels_open(spice);
    spice->server = spice_server_new();
    if (server_start(spice, options, error))
        return spice;
    disp_spice_free(spice);
    return NULL;
}

/* The library's threads end with the server: what they use is freed afterwards. */
void disp_spice_free(struct disp_spice *spice)
{
    if (spice == NULL)
        return;
    server_remove_hidden(spice);
    g_clear_handle_id(&spice->leaving, g_source_remove);
    spice_door_close(spice->door);
    spice_sound_end(spice->sound);
    spice_server_destroy(spice->server);
    for (unsigned i = 0; i < spice->head_count; i++)
        spice_head_free(spice->heads[i]);
    spice_input_free(spice->input);
    spice_sound_free(spice->sound);
    g_ptr_array_unref(spice->ports);
    spice_channels_close(spice);
    g_free(spice);
}

void disp_spice_add_screen(struct disp_spice *spice, struct disp_screen *screen, bool follows)
{
    if (spice->head_count == SPICE_HEADS_MAX)
        return;
    spice->screens[spice->head_count] = screen;
    spice->heads[spice->head_count] = spice_head_new(spice, screen, spice->head_count, follows);
    spice->head_count++;
}

void disp_spice_start(struct disp_spice *spice)
{
    spice_server_vm_start(spice->server);
}

void disp_spice_set_input(struct disp_spice *spice, bool absolute, unsigned leds)
{
    spice_input_set(spice->input, absolute, leds);
}

bool disp_spice_is_absolute(const struct disp_spice *spice)
{
    return spice_input_is_absolute(spice->input);
}

unsigned disp_spice_count_viewers(const struct disp_spice *spice)
{
    unsigned count = 0;

    for (unsigned i = 0; i < spice->head_count; i++)
        count += spice_head_has_viewer(spice->heads[i]);
    return count;
}

unsigned disp_spice_get_port(const struct disp_spice *spice)
{
    return spice_door_get_port(spice->door);
}
