/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where viewers elsewhere may come in: the property behind "--display spice=...". Plain data. */
#ifndef LATHE_PLAN_SPICE_H
#define LATHE_PLAN_SPICE_H

#include <glib.h>
#include <stdbool.h>

/* The channel that the guest's agent looks for: clipboard, sizes, files. */
#define LATHE_SPICE_CHANNEL "com.redhat.spice.0"

#define LATHE_SPICE_USB     2 /* unless it is said */
#define LATHE_SPICE_USB_MAX 4

/* Strings are owned and freed with g_free; NULL is "not given". */
struct lathe_spice_definition {
    char *path; /* of a unix socket; NULL: host and port */
    char *host; /* an address in numbers */
    unsigned port;
    char *ticket, *ticket_file; /* not both */
    unsigned usb;               /* how many USB devices of the viewers' may be passed on */
    char *tls;                  /* a folder with ca-cert.pem, server-cert.pem, server-key.pem */
};

/*
 * "unix:PATH|tcp:HOST:PORT[,ticket=TEXT|,ticket-file=FILE][,tls=FOLDER][,usb=N]"; a comma in a name is
 * written twice, an address with colons stands in brackets. Beyond this host's own addresses a
 * ticket is needed. NULL with *error.
 */
struct lathe_spice_definition *lathe_spice_parse(const char *text, GError **error);
void lathe_spice_definition_free(struct lathe_spice_definition *spice); /* NULL is legal */
/* As it is written; g_free. */
char *lathe_spice_format(const struct lathe_spice_definition *spice);
/* For the plan, without the ticket; g_free. */
char *lathe_spice_describe(const struct lathe_spice_definition *spice);

#endif
