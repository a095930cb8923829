/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host-key documents of IBM Z for Secure Execution: certificates of a machine's public key, signed
 * by IBM's signing key, whose own certificate leads to a certificate authority. Any thread.
 */
#ifndef LATHE_IGNITION_HOST_KEY_H
#define LATHE_IGNITION_HOST_KEY_H

#include <glib.h>
#include <stdbool.h>
#include <time.h>

enum { LATHE_HOST_KEY_MAX = 1 << 20 }; /* bytes of a file */

/* Names of files in PEM or DER; lists end with NULL. */
struct lathe_host_key_papers {
    const char *signing;        /* the certificate of IBM's signing key */
    const char *const *trusted; /* the authority's: of the root, or of what it has signed */
    const char *const *between; /* those between it and the signing key; may be empty */
    const char *const *revoked; /* lists of revoked certificates, of IBM and of the authority */
};

/*
 * Is the document one of IBM's for its machines, at this time: signed by the signing key, both
 * valid, neither revoked, the chain whole? IBM's documents name Armonk or Poughkeepsie as its
 * place, and the signing key the other one at times; both count. *said: what was found, a sentence;
 * g_free. False with *error: the first thing that is wrong.
 */
bool lathe_host_key_check(const char *document, const struct lathe_host_key_papers *papers,
                          time_t now, char **said, GError **error);

#endif
