/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates: reading, converting and making them. */
#include "wizards/firmware/certificate.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include "app/plan/error.h"

#define GENERATED_BITS 2048u
#define GENERATED_LIFE (10 * 365 * 24 * 3600)

/* Takes datum's memory. */
static char *certificate_take_text(int result, gnutls_datum_t *datum)
{
    if (result < 0)
        return g_strdup("");
    char *text = lathe_text_clean(datum->data, datum->size);
    gnutls_free(datum->data);
    return text;
}

/* The value of CN, else all of the name. */
static char *certificate_short_name(gnutls_x509_crt_t crt, const char *subject)
{
    char name[256];
    size_t size = sizeof(name);

    if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0 ||
        size == 0)
        return g_strdup(subject);
    return lathe_text_clean(name, size);
}

static char *certificate_serial(gnutls_x509_crt_t crt)
{
    guint8 serial[64];
    size_t size = sizeof(serial);

    if (gnutls_x509_crt_get_serial(crt, serial, &size) < 0)
        return g_strdup("");
    return lathe_hex_text((struct lathe_bytes){serial, size});
}

static char *certificate_key(gnutls_x509_crt_t crt)
{
    unsigned bits = 0;
    int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &bits);
    const char *name = algorithm >= 0 ? gnutls_pk_get_name(algorithm) : NULL;

    return g_strdup_printf("%s %u", name != NULL ? name : "unknown", bits);
}

static void certificate_fill(struct lathe_certificate *certificate, gnutls_x509_crt_t crt,
                             struct lathe_bytes der)
{
    gnutls_datum_t text = {NULL, 0};

    certificate->subject = certificate_take_text(gnutls_x509_crt_get_dn3(crt, &text, 0), &text);
    certificate->issuer =
        certificate_take_text(gnutls_x509_crt_get_issuer_dn3(crt, &text, 0), &text);
    certificate->name = certificate_short_name(crt, certificate->subject);
    certificate->serial = certificate_serial(crt);
    certificate->key = certificate_key(crt);
    certificate->sha1 = g_compute_checksum_for_data(G_CHECKSUM_SHA1, der.data, der.size);
    certificate->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der.data, der.size);
    certificate->from = gnutls_x509_crt_get_activation_time(crt);
    certificate->until = gnutls_x509_crt_get_expiration_time(crt);
}

struct lathe_certificate *lathe_certificate_read(struct lathe_bytes der, GError **error)
{
    const gnutls_datum_t datum = {(unsigned char *)der.data, (unsigned)der.size};
    struct lathe_certificate *certificate = NULL;
    gnutls_x509_crt_t crt;

    if (der.size > LATHE_CERTIFICATE_FILE_MAX || gnutls_x509_crt_init(&crt) < 0) {
        lathe_error_input(error, "the certificate is too large");
        return NULL;
    }
    int result = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER);
    if (result < 0) {
        lathe_error_input(error, "it is no certificate: %s", gnutls_strerror(result));
    } else {
        certificate = g_new0(struct lathe_certificate, 1);
        certificate_fill(certificate, crt, der);
    }
    gnutls_x509_crt_deinit(crt);
    return certificate;
}

void lathe_certificate_free(struct lathe_certificate *certificate)
{
    if (certificate == NULL)
        return;
    char *strings[] = {certificate->subject, certificate->issuer, certificate->name,
                       certificate->serial,  certificate->key,    certificate->sha1,
                       certificate->sha256};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    g_free(certificate);
}

bool lathe_certificate_is_over(const struct lathe_certificate *certificate)
{
    return certificate->until >= 0 && certificate->until < g_get_real_time() / G_USEC_PER_SEC;
}

/* ---- files ---- */

static GBytes *certificate_export(gnutls_x509_crt_t crt, GError **error)
{
    gnutls_datum_t der = {NULL, 0};
    int result = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);

    if (result < 0) {
        lathe_error_input(error, "the certificate cannot be written: %s", gnutls_strerror(result));
        return NULL;
    }
    GBytes *bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    return bytes;
}

GBytes *lathe_certificate_from_file(struct lathe_bytes file, GError **error)
{
    static const char mark[] = "-----BEGIN CERTIFICATE-----";
    const gnutls_datum_t datum = {(unsigned char *)file.data, (unsigned)file.size};
    bool pem = file.size != 0 && memmem(file.data, file.size, mark, strlen(mark)) != NULL;
    gnutls_x509_crt_t crt;
    GBytes *bytes = NULL;

    if (file.size > LATHE_CERTIFICATE_FILE_MAX || gnutls_x509_crt_init(&crt) < 0) {
        lathe_error_input(error, "the certificate is too large");
        return NULL;
    }
    int result =
        gnutls_x509_crt_import(crt, &datum, pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER);
    if (result < 0)
        lathe_error_input(error, "it holds no certificate, neither PEM nor DER: %s",
                          gnutls_strerror(result));
    else
        bytes = certificate_export(crt, error);
    gnutls_x509_crt_deinit(crt);
    return bytes;
}

/* ---- new ones ---- */

static int certificate_fill_new(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                                const char *common_name)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    guint8 serial[16];
    int result = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

    serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, of full length */
    result = result < 0 ? result
                        : gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
                                                        common_name, (unsigned)strlen(common_name));
    result = result < 0 ? result : gnutls_x509_crt_set_version(crt, 3);
    result = result < 0 ? result : gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
    result = result < 0 ? result : gnutls_x509_crt_set_activation_time(crt, (time_t)now);
    result = result < 0 ? result
                        : gnutls_x509_crt_set_expiration_time(crt, (time_t)(now + GENERATED_LIFE));
    result = result < 0 ? result : gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
    result = result < 0 ? result : gnutls_x509_crt_set_key(crt, key);
    return result < 0 ? result : gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

static GBytes *certificate_export_key(gnutls_x509_privkey_t key)
{
    gnutls_datum_t pem = {NULL, 0};

    if (gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) <
        0)
        return NULL;
    GBytes *bytes = g_bytes_new(pem.data, pem.size);
    gnutls_memset(pem.data, 0, pem.size);
    gnutls_free(pem.data);
    return bytes;
}

static GBytes *certificate_make(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                                const char *common_name, GBytes **key_pem, GError **error)
{
    int result = gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, GENERATED_BITS, 0);

    if (result >= 0)
        result = certificate_fill_new(crt, key, common_name);
    if (result < 0) {
        lathe_error_input(error, "no certificate of that name can be made: %s",
                          gnutls_strerror(result));
        return NULL;
    }
    *key_pem = certificate_export_key(key);
    return *key_pem != NULL ? certificate_export(crt, error) : NULL;
}

GBytes *lathe_certificate_generate(const char *common_name, GBytes **key_pem, GError **error)
{
    gnutls_x509_crt_t crt = NULL;
    gnutls_x509_privkey_t key = NULL;
    GBytes *bytes = NULL;

    *key_pem = NULL;
    if (gnutls_x509_crt_init(&crt) >= 0 && gnutls_x509_privkey_init(&key) >= 0)
        bytes = certificate_make(crt, key, common_name, key_pem, error);
    if (bytes == NULL) {
        g_clear_pointer(key_pem, g_bytes_unref);
        if (error != NULL && *error == NULL)
            lathe_error_input(error, "no certificate can be made");
    }
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
    return bytes;
}
