/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Viewers elsewhere: a session's screens, keyboard and pointer by SPICE, beside its windows or
 * without any. What serves them is a module, which is loaded for a machine that wants it. Main
 * thread; nothing waits for a client.
 */
#ifndef LATHE_SESSION_REMOTE_H
#define LATHE_SESSION_REMOTE_H

#include "app/session/session.h"
#include "display/spice/spice.h"

/* The lathe_module of "spice": the functions of display/spice/spice.h. */
struct lathe_spice_module {
    struct disp_spice *(*new)(const struct disp_spice_options *options,
                              const struct disp_spice_hooks *hooks, GError **error);
    void (*free)(struct disp_spice *spice);
    void (*add_screen)(struct disp_spice *spice, struct disp_screen *screen, bool follows);
    void (*start)(struct disp_spice *spice);
    void (*set_input)(struct disp_spice *spice, bool absolute, unsigned leds);
    bool (*add_sound)(struct disp_spice *spice, struct emu_audio_backend *out);
    bool (*set_ticket)(struct disp_spice *spice, const char *ticket, unsigned seconds, bool part);
    struct disp_spice_port *(*add_port)(struct disp_spice *spice, enum disp_spice_port_kind kind,
                                        const char *name,
                                        const struct disp_spice_port_hooks *hooks);
    void (*port_set_present)(struct disp_spice_port *port, bool present);
    void (*port_receive)(struct disp_spice_port *port, const void *data, size_t length);
    void (*port_has_room)(struct disp_spice_port *port);
    unsigned (*count_viewers)(const struct disp_spice *spice);
    bool (*is_absolute)(const struct disp_spice *spice);
    unsigned (*count_channels)(const struct disp_spice *spice);
    const struct disp_spice_channel *(*get_channel)(const struct disp_spice *spice,
                                                    unsigned number);
};

struct lathe_remote;

/*
 * Serves as the definition says, for a session that was built. NULL with *error: the library is not
 * there, the address cannot be had, a file cannot be read; or without *error: nobody asked for it.
 */
struct lathe_remote *lathe_remote_start(LatheSession *session, GError **error);
/* Parts all clients; before lathe_session_close. NULL is legal. */
void lathe_remote_stop(struct lathe_remote *remote);
/* The one that serves the session now; NULL: none. */
struct lathe_remote *lathe_remote_get(LatheSession *session);

/* A connection of a client came or went: the argument of the session's signal "viewer". */
struct lathe_remote_event {
    enum disp_spice_event event;
    const struct disp_spice_channel *channel;
};

/* What those who come from now on must know; until when stays as it was. FALSE: nobody is asked for
 * a ticket, or it is empty or too long. part: those who are there are parted. */
gboolean lathe_remote_set_ticket(struct lathe_remote *remote, const char *ticket, gboolean part);
#define LATHE_REMOTE_NEVER G_MAXINT64
/* From when on nobody is let in, in seconds since 1970. FALSE: nobody is asked for a ticket. */
gboolean lathe_remote_set_expiry(struct lathe_remote *remote, gint64 time);
/* Whether clients are asked for a ticket. */
gboolean lathe_remote_asks_ticket(const struct lathe_remote *remote);
/* Whether their pointers move by positions. */
gboolean lathe_remote_is_absolute(const struct lathe_remote *remote);
/* The connections that are there; NULL beyond the last. Until the main loop runs again. */
const struct disp_spice_channel *lathe_remote_get_channel(const struct lathe_remote *remote,
                                                          unsigned number);
/* How many screens somebody sees. */
unsigned lathe_remote_count_viewers(const struct lathe_remote *remote);
/* What people give to their viewer: "spice+unix:///run/user/1000/vm.sock"; g_free. */
char *lathe_remote_dup_uri(const struct lathe_remote *remote);

#endif
