/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host-key documents by GnuTLS. The issuer's name in a document may differ in its place from the
 * signing key's subject, so that signature is checked by itself, over the document's signed part
 * (RFC 5280 4.1), and not by names.
 */
#include "wizards/ignition/host-key.h"

#include <glib/gi18n.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "app/plan/error.h"

#define KEY_CERTIFICATES 16u /* of a chain, and lists, at most */

struct host_key {
    const char *document;
    gnutls_x509_crt_t key, signing;
    gnutls_x509_trust_list_t trust;
    GPtrArray *crls; /* of gnutls_x509_crl_t; the trust list frees them */
    time_t now;
    GError **error;
};

/* ---- files ---- */

static bool key_read(const char *path, char **data, gsize *length, GError **error)
{
    if (!g_file_get_contents(path, data, length, error))
        return false;
    return *length <= LATHE_HOST_KEY_MAX || lathe_error_input(error, "%s is too large", path);
}

static gnutls_x509_crt_fmt_t key_format(const char *data)
{
    return strstr(data, "-----BEGIN") != NULL ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER;
}

static gnutls_x509_crt_t key_load(const char *path, GError **error)
{
    g_autofree char *data = NULL;
    gnutls_x509_crt_t certificate = NULL;
    gsize length = 0;

    if (!key_read(path, &data, &length, error) || gnutls_x509_crt_init(&certificate) != 0)
        return NULL;
    const gnutls_datum_t datum = {(unsigned char *)data, (unsigned)length};
    if (gnutls_x509_crt_import(certificate, &datum, key_format(data)) == 0)
        return certificate;
    gnutls_x509_crt_deinit(certificate);
    lathe_error_input(error, "%s is no certificate", path);
    return NULL;
}

static bool key_load_crl(struct host_key *check, const char *path)
{
    g_autofree char *data = NULL;
    gnutls_x509_crl_t crl = NULL;
    gsize length = 0;

    if (!key_read(path, &data, &length, check->error) || gnutls_x509_crl_init(&crl) != 0)
        return false;
    const gnutls_datum_t datum = {(unsigned char *)data, (unsigned)length};
    if (gnutls_x509_crl_import(crl, &datum, key_format(data)) == 0 &&
        gnutls_x509_trust_list_add_crls(check->trust, &crl, 1, 0, 0) == 1) {
        g_ptr_array_add(check->crls, crl);
        return true;
    }
    gnutls_x509_crl_deinit(crl);
    return lathe_error_input(check->error, "%s is no list of revoked certificates", path);
}

/* ---- names and times ---- */

static char *key_name(gnutls_x509_crt_t certificate, const char *oid, bool issuer)
{
    char text[256] = "";
    size_t size = sizeof(text);
    int done = issuer ? gnutls_x509_crt_get_issuer_dn_by_oid(certificate, oid, 0, 0, text, &size)
                      : gnutls_x509_crt_get_dn_by_oid(certificate, oid, 0, 0, text, &size);

    return g_strdup(done == 0 ? text : "");
}

/* The same organisation and unit; the place is one of IBM's two. */
static bool key_check_names(struct host_key *check)
{
    static const char *const same[] = {GNUTLS_OID_X520_ORGANIZATION_NAME,
                                       GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
                                       GNUTLS_OID_X520_COMMON_NAME};
    g_autofree char *organisation =
        key_name(check->signing, GNUTLS_OID_X520_ORGANIZATION_NAME, false);
    g_autofree char *first = key_name(check->signing, GNUTLS_OID_X520_LOCALITY_NAME, false);
    g_autofree char *second = key_name(check->key, GNUTLS_OID_X520_LOCALITY_NAME, true);
    static const char *const places[] = {"Armonk", "Poughkeepsie", NULL};

    if (strcmp(organisation, "International Business Machines Corporation") != 0 ||
        !g_strv_contains(places, first) || !g_strv_contains(places, second))
        return lathe_error_input(check->error, "%s: its signing key is not IBM's by its name",
                                 check->document);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *issuer = key_name(check->key, same[i], true);
        g_autofree char *subject = key_name(check->signing, same[i], false);
        if (strcmp(issuer, subject) != 0)
            return lathe_error_input(check->error, "%s: it names another issuer, '%s'",
                                     check->document, issuer);
    }
    return true;
}

static bool key_check_times(struct host_key *check)
{
    const gnutls_x509_crt_t both[] = {check->key, check->signing};

    for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
        if (check->now < gnutls_x509_crt_get_activation_time(both[i]) ||
            check->now > gnutls_x509_crt_get_expiration_time(both[i]))
            return lathe_error_input(check->error,
                                     i == 0 ? "%s is not valid at this time"
                                            : N_("%s: its signing key is not valid at this time"),
                                     check->document);
    }
    return true;
}

/* ---- signatures ---- */

/* A DER element that begins at data: its whole length; 0: it is none, or longer than size. */
static gsize key_der_length(const guint8 *data, gsize size, gsize *head)
{
    gsize length = 0, count;

    if (size < 2)
        return 0;
    count = data[1] & 0x80 ? data[1] & 0x7fu : 0;
    *head = 2 + count;
    if (count > 4 || *head > size)
        return 0;
    for (gsize i = 0; i < count; i++)
        length = length << 8 | data[2 + i];
    length = (count == 0 ? data[1] : length) + *head;
    return length <= size ? length : 0;
}

/* The signed part is the first element inside of the certificate. */
static bool key_signed_part(const gnutls_datum_t *der, gnutls_datum_t *part)
{
    gsize head = 0, inner = 0;

    if (key_der_length(der->data, der->size, &head) == 0)
        return false;
    part->data = der->data + head;
    part->size = (unsigned)key_der_length(part->data, der->size - head, &inner);
    return part->size != 0;
}

static bool key_is_signed(gnutls_x509_crt_t key, gnutls_x509_crt_t signer)
{
    unsigned char signature[1024];
    size_t size = sizeof(signature);
    gnutls_datum_t der = {NULL, 0}, part;
    gnutls_pubkey_t public = NULL;
    int algorithm = gnutls_x509_crt_get_signature_algorithm(key);
    bool good = gnutls_x509_crt_export2(key, GNUTLS_X509_FMT_DER, &der) == 0 &&
                key_signed_part(&der, &part) && algorithm > 0 &&
                gnutls_x509_crt_get_signature(key, signature, &size) == 0 &&
                gnutls_pubkey_init(&public) == 0 &&
                gnutls_pubkey_import_x509(public, signer, 0) == 0;
    const gnutls_datum_t signed_by = {signature, (unsigned)size};

    good = good && gnutls_pubkey_verify_data2(public, (gnutls_sign_algorithm_t)algorithm, 0, &part,
                                              &signed_by) >= 0;
    gnutls_pubkey_deinit(public);
    gnutls_free(der.data);
    return good;
}

static bool key_crl_names(gnutls_x509_crl_t crl, const unsigned char *serial, size_t length)
{
    gnutls_x509_crl_iter_t at = NULL;
    unsigned char found[128];
    size_t size = sizeof(found);
    bool named = false;

    while (!named && gnutls_x509_crl_iter_crt_serial(crl, &at, found, &size, NULL) == 0) {
        named = size == length && memcmp(found, serial, length) == 0;
        size = sizeof(found);
    }
    gnutls_x509_crl_iter_deinit(at);
    return named;
}

/* IBM's own list is needed: without it a revoked document looks good. */
static bool key_check_revoked(struct host_key *check)
{
    unsigned char serial[128];
    size_t length = sizeof(serial);
    bool own = false;

    if (gnutls_x509_crt_get_serial(check->key, serial, &length) != 0)
        return lathe_error_input(check->error, "%s has no number", check->document);
    for (guint i = 0; i < check->crls->len; i++) {
        gnutls_x509_crl_t crl = check->crls->pdata[i];
        unsigned status = 0;
        if (gnutls_x509_crl_verify(crl, &check->signing, 1, 0, &status) != 0 ||
            (status & GNUTLS_CERT_SIGNATURE_FAILURE) != 0 ||
            (status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0)
            continue;
        own = true;
        if (key_crl_names(crl, serial, length))
            return lathe_error_input(check->error, "%s is revoked", check->document);
    }
    return own || lathe_error_input(check->error,
                                    "%s: there is no list of revoked documents by its signing key",
                                    check->document);
}

static bool key_check_chain(struct host_key *check, const char *const *between)
{
    gnutls_x509_crt_t chain[KEY_CERTIFICATES] = {check->signing};
    unsigned count = 1, status = 0;
    bool good = true;

    for (; good && *between != NULL && count < KEY_CERTIFICATES; between++) {
        chain[count] = key_load(*between, check->error);
        good = chain[count] != NULL;
        count += good;
    }
    if (good &&
        (gnutls_x509_trust_list_verify_crt(check->trust, chain, count, 0, &status, NULL) != 0 ||
         status != 0))
        good = lathe_error_input(
            check->error,
            status & GNUTLS_CERT_REVOKED
                ? "%s: its signing key is revoked"
                : N_("%s: its signing key does not lead to a trusted certificate"),
            check->document);
    while (count > 1)
        gnutls_x509_crt_deinit(chain[--count]);
    return good;
}

/* ---- all of it ---- */

static bool key_load_papers(struct host_key *check, const struct lathe_host_key_papers *papers)
{
    check->key = key_load(check->document, check->error);
    check->signing = check->key != NULL ? key_load(papers->signing, check->error) : NULL;
    if (check->signing == NULL)
        return false;
    for (const char *const *path = papers->trusted; *path != NULL; path++) {
        gnutls_x509_crt_t root = key_load(*path, check->error);
        if (root == NULL || gnutls_x509_trust_list_add_cas(check->trust, &root, 1, 0) != 1)
            return false;
    }
    for (const char *const *path = papers->revoked; *path != NULL; path++) {
        if (!key_load_crl(check, *path))
            return false;
    }
    return true;
}

static bool key_run(struct host_key *check, const struct lathe_host_key_papers *papers)
{
    if (!key_load_papers(check, papers))
        return false;
    if (!key_is_signed(check->key, check->signing))
        return lathe_error_input(check->error, "%s is not signed by this signing key",
                                 check->document);
    return key_check_names(check) && key_check_times(check) && key_check_revoked(check) &&
           key_check_chain(check, papers->between);
}

bool lathe_host_key_check(const char *document, const struct lathe_host_key_papers *papers,
                          time_t now, char **said, GError **error)
{
    struct host_key check = {.document = document, .now = now, .error = error};

    *said = NULL;
    check.crls = g_ptr_array_new();
    if (gnutls_x509_trust_list_init(&check.trust, 0) != 0)
        return lathe_error_input(error, "certificates cannot be checked here");
    bool good = key_run(&check, papers);
    if (good) {
        g_autofree char *place = key_name(check.signing, GNUTLS_OID_X520_LOCALITY_NAME, false);
        *said = g_strdup_printf("%s: signed by IBM (%s), valid and not revoked", document, place);
    }
    g_ptr_array_unref(check.crls);
    gnutls_x509_trust_list_deinit(check.trust, 1);
    gnutls_x509_crt_deinit(check.key);
    gnutls_x509_crt_deinit(check.signing);
    return good;
}
