/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine's screens, keyboard and pointer for viewers elsewhere, by the SPICE protocol: a server
 * over libspice-server, which any number of clients may use one after the other, or a client beside
 * the windows. All functions and hooks: the thread of the default main context; nothing here waits
 * for a client.
 */
#ifndef DISP_SPICE_SPICE_H
#define DISP_SPICE_SPICE_H

#include <glib.h>

#include "display/core/screen.h"
#include "emulator/api/input.h"
#include "emulator/api/ops/audio.h"

struct disp_spice; /* one in a process at a time */

/* Where it listens: a unix socket, or a host's address and a port. */
struct disp_spice_options {
    const char *name;   /* of the machine; NULL: none */
    const char *path;   /* a socket with mode 0600; one that nobody listens on is replaced */
    const char *host;   /* with path NULL */
    unsigned port;      /* of it; 0: any that is free */
    const char *ticket; /* what clients must know; NULL: nothing */
    const char *tls; /* a folder with ca-cert.pem, server-cert.pem and server-key.pem; NULL: clients
                      * are not asked for TLS. Not with path */
};

/* A connection of a client: it has one for each channel that it uses. */
struct disp_spice_channel {
    int connection; /* the client's: the same for all of its channels */
    int type, id;   /* SPICE_CHANNEL_MAIN (1), ..., and which of that type */
    bool tls;
    bool ready;        /* initialized */
    int family;        /* AF_UNIX, AF_INET, AF_INET6; AF_UNSPEC: not known */
    char *host, *port; /* the client's, in numbers; "" with a unix socket */
};

enum disp_spice_event {
    DISP_SPICE_CONNECTED,
    DISP_SPICE_INITIALIZED, /* it has said what it wants and may */
    DISP_SPICE_DISCONNECTED,
};

/* What clients do. Any may be NULL. */
struct disp_spice_hooks {
    void (*key)(void *opaque, unsigned code, bool down); /* Linux key codes */
    void (*pointer)(void *opaque, const struct emu_pointer_event *event);
    void (*release)(void *opaque); /* the last client left: all keys and buttons go up */
    void (*act)(void *opaque);     /* somebody came, left or did something */
    /* A connection came or went. The channel is the server's. */
    void (*channel)(void *opaque, enum disp_spice_event event,
                    const struct disp_spice_channel *channel);
    void *opaque;
};

/* NULL with *error: what cannot be listened on, files of TLS that are missing or wrong. Both are
 * copied. */
struct disp_spice *disp_spice_new(const struct disp_spice_options *options,
                                  const struct disp_spice_hooks *hooks, GError **error);
/* Parts all clients. The screens are still there. NULL is legal. */
void disp_spice_free(struct disp_spice *spice);

/* Shows a screen as the next display of the clients; follows: the guest takes the sizes that they
 * would like. Before disp_spice_start. */
void disp_spice_add_screen(struct disp_spice *spice, struct disp_screen *screen, bool follows);
/* All screens are there: clients are served. Once. */
void disp_spice_start(struct disp_spice *spice);
/* Whether the guest listens to positions, and the lamps of its keyboard (EMU_LED_...). */
void disp_spice_set_input(struct disp_spice *spice, bool absolute, unsigned leds);

/*
 * A back end for the machine's sound card, for as long as clients want to listen or speak: they
 * hear what the guest plays, and what it records is the microphone of the one that came last. The
 * server's: to be taken from the machine before disp_spice_free; closing it does nothing. Once,
 * before disp_spice_start. False: out of memory.
 */
bool disp_spice_add_sound(struct disp_spice *spice, struct emu_audio_backend *out);

/* ---- bytes between the machine and the clients ---- */

enum disp_spice_port_kind {
    DISP_SPICE_AGENT, /* the guest's: clipboard, sizes, files */
    DISP_SPICE_USB,   /* a device of a client's, by the USB network redirection protocol */
    DISP_SPICE_PORT,  /* with a name by which clients know what it is for */
};

struct disp_spice_port;

struct disp_spice_port_hooks {
    /* Bytes for the machine. Returns how many were taken; disp_spice_port_has_room follows if that
     * were not all. */
    size_t (*write)(void *opaque, const uint8_t *data, size_t length);
    /* A client opened it, or left. NULL: nobody need know. */
    void (*connected)(void *opaque, bool connected);
    void *opaque;
};

/* name: of a DISP_SPICE_PORT, copied. It is the server's. Before disp_spice_start. */
struct disp_spice_port *disp_spice_add_port(struct disp_spice *spice,
                                            enum disp_spice_port_kind kind, const char *name,
                                            const struct disp_spice_port_hooks *hooks);
/* An agent, or what is behind a named port, is there or no longer; at first it is not. */
void disp_spice_port_set_present(struct disp_spice_port *port, bool present);
/* What the machine writes: dropped while nobody is there. An agent that writes 32 MiB that nobody
 * takes is parted until it is present again; what others write beyond that is dropped. */
void disp_spice_port_receive(struct disp_spice_port *port, const void *data, size_t length);
/* There is room again for bytes to the machine. */
void disp_spice_port_has_room(struct disp_spice_port *port);

/* Another ticket for those who come from now on, for so many seconds (0: for good); NULL: nobody is
 * let in any more. False: it is too long. part: those who are there are parted. */
bool disp_spice_set_ticket(struct disp_spice *spice, const char *ticket, unsigned seconds,
                           bool part);
/* The longest ticket that the protocol has, in bytes. */
#define DISP_SPICE_TICKET_MAX 60

/* The connections that are there; the channel is the server's, until the main loop runs again. */
unsigned disp_spice_count_channels(const struct disp_spice *spice);
const struct disp_spice_channel *disp_spice_get_channel(const struct disp_spice *spice,
                                                        unsigned number);
/* Whether the clients move a pointer by positions: there is a tablet. */
bool disp_spice_is_absolute(const struct disp_spice *spice);
/* How many clients see a screen now. */
unsigned disp_spice_count_viewers(const struct disp_spice *spice);
/* The port that it listens on; 0 with a unix socket. */
unsigned disp_spice_get_port(const struct disp_spice *spice);

#endif
