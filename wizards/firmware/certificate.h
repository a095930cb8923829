/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X.509 certificates (RFC 5280) by GnuTLS: what lists show of them, files of them, and new ones for
 * a Secure Boot of one's own. Pure but for the generator; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_CERTIFICATE_H
#define LATHE_WIZARDS_FIRMWARE_CERTIFICATE_H

#include "wizards/firmware/bytes.h"

#define LATHE_CERTIFICATE_FILE_MAX (1u << 20)

struct lathe_certificate {
    char *subject, *issuer; /* whole names, for example "CN=Debian Secure Boot CA" */
    char *name;             /* of the subject, for people: the common name, or the whole one */
    char *serial;           /* hexadecimal */
    char *key;              /* "RSA 2048" */
    char *sha1, *sha256;    /* of all of it; hexadecimal */
    gint64 from, until;     /* seconds since 1970 */
};

/* NULL with *error: it is none. */
struct lathe_certificate *lathe_certificate_read(struct lathe_bytes der, GError **error);
void lathe_certificate_free(struct lathe_certificate *certificate);
/* Has it come to its end? Firmware itself does not look at dates. */
bool lathe_certificate_is_over(const struct lathe_certificate *certificate);

/* A file in PEM (its first certificate) or DER, as DER. NULL with *error. g_bytes_unref. */
GBytes *lathe_certificate_from_file(struct lathe_bytes file, GError **error);

/*
 * A new key (RSA, 2048 bits) and its own certificate for ten years, for signing images. The
 * certificate is DER, *key_pem PKCS #8 in PEM. NULL with *error.
 */
GBytes *lathe_certificate_generate(const char *common_name, GBytes **key_pem, GError **error);

typedef struct lathe_certificate lathe_certificate;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_certificate, lathe_certificate_free)

#endif
