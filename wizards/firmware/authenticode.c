/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authenticode: the certificate table, what is signed, chains, and the verdict. */
#include "wizards/firmware/authenticode.h"

#include <gnutls/abstract.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>

#include "wizards/firmware/certificate.h"
#include "wizards/firmware/signature.h"
#include "wizards/firmware/variable.h"

#define ENTRY_HEADER     8u /* WIN_CERTIFICATE */
#define TYPE_PKCS7       2
#define SIGNATURES_MAX   16u
#define CERTIFICATES_MAX 32
#define CHAIN_MAX        8u
#define TAG_SEQUENCE     0x30
#define TAG_OCTETS       0x04
#define TAG_OID          0x06
#define SPC_INDIRECT     "1.3.6.1.4.1.311.2.1.4"

/* Firmware looks at neither dates nor at how old an algorithm is. */
#define VERIFY_FLAGS                                                                               \
    (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_DISABLE_TIME_CHECKS |                              \
     GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS | GNUTLS_VERIFY_ALLOW_UNSORTED_CHAIN |              \
     GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS) /* Debian's has a Netscape type */

/* ---- DER ---- */

/* The element at the front of from, which moves on. */
static bool der_next(struct lathe_bytes *from, guint8 *tag, struct lathe_bytes *content)
{
    guint64 length, head = 2;

    if (from->size < 2)
        return false;
    length = from->data[1];
    if (length > 0x80) {
        guint64 bytes = length & 0x7f;
        if (bytes > 4 || !lathe_bytes_has(*from, 2, bytes))
            return false;
        length = 0;
        for (guint i = 0; i < bytes; i++)
            length = length << 8 | from->data[2 + i];
        head += bytes;
    }
    if (!lathe_bytes_cut(*from, head, length, content))
        return false;
    *tag = from->data[0];
    *from = lathe_bytes_skip(*from, (gsize)(head + length));
    return true;
}

static bool der_enter(struct lathe_bytes *from, guint8 tag, struct lathe_bytes *content)
{
    guint8 found;

    return der_next(from, &found, content) && found == tag;
}

/* What a certificate's signature is over, with its head. */
static struct lathe_bytes der_signed_part(struct lathe_bytes certificate)
{
    struct lathe_bytes body, rest, part = {NULL, 0};
    guint8 tag;

    if (!der_enter(&certificate, TAG_SEQUENCE, &body))
        return part;
    rest = body;
    if (der_next(&rest, &tag, &part))
        part = (struct lathe_bytes){body.data, body.size - rest.size};
    return part;
}

/* ---- what is signed ---- */

static const struct {
    guint8 oid[9];
    unsigned length;
    GChecksumType type;
    const char *name;
} digest_rows[] = {
    {{0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}, 9, G_CHECKSUM_SHA256, "sha256"},
    {{0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2}, 9, G_CHECKSUM_SHA384, "sha384"},
    {{0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3}, 9, G_CHECKSUM_SHA512, "sha512"},
    {{0x2b, 14, 3, 2, 26}, 5, G_CHECKSUM_SHA1, "sha1"},
};

/* DigestInfo's algorithm, as a row; -1: not known. */
static int digest_row(struct lathe_bytes algorithm)
{
    struct lathe_bytes oid;

    if (!der_enter(&algorithm, TAG_OID, &oid))
        return -1;
    for (size_t i = 0; i < G_N_ELEMENTS(digest_rows); i++) {
        if (lathe_bytes_equal(oid, (struct lathe_bytes){digest_rows[i].oid, digest_rows[i].length}))
            return (int)i;
    }
    return -1;
}

/* SpcIndirectDataContent: what the data is, then a DigestInfo. GnuTLS may have taken off the head.
 */
static int digest_of_content(struct lathe_bytes content, struct lathe_bytes *digest)
{
    struct lathe_bytes first, info, algorithm;

    if (!der_enter(&content, TAG_SEQUENCE, &first))
        return -1;
    if (content.size == 0) {
        content = first;
        if (!der_enter(&content, TAG_SEQUENCE, &first))
            return -1;
    }
    if (!der_enter(&content, TAG_SEQUENCE, &info) || !der_enter(&info, TAG_SEQUENCE, &algorithm) ||
        !der_enter(&info, TAG_OCTETS, digest))
        return -1;
    return digest_row(algorithm);
}

static char *signature_check_digest(struct lathe_authenticode *signature, const struct lathe_pe *pe,
                                    gnutls_pkcs7_t pkcs7)
{
    const char *oid = gnutls_pkcs7_get_embedded_data_oid(pkcs7);
    gnutls_datum_t data = {NULL, 0};
    struct lathe_bytes digest;

    if (oid == NULL || strcmp(oid, SPC_INDIRECT) != 0 ||
        gnutls_pkcs7_get_embedded_data(pkcs7, 0, &data) < 0)
        return g_strdup("it does not sign a PE image");
    int row = digest_of_content((struct lathe_bytes){data.data, data.size}, &digest);
    g_autoptr(GBytes) hash = row >= 0 ? lathe_pe_digest(pe, digest_rows[row].type) : NULL;
    bool good = hash != NULL && lathe_bytes_equal(digest, lathe_bytes_of(hash));
    gnutls_free(data.data);
    if (row < 0)
        return g_strdup("it signs a hash of a kind that is not known");
    signature->digest_name = g_strdup(digest_rows[row].name);
    return good ? NULL : g_strdup("the image was changed after it was signed");
}

/* ---- chains ---- */

struct signature_certificates {
    gnutls_x509_crt_t crt[CERTIFICATES_MAX];
    int count;
};

/* GnuTLS 3.7 loses memory when it verifies with a key that it cannot read. */
static bool certificate_has_key(gnutls_x509_crt_t crt)
{
    gnutls_pubkey_t key;
    bool good;

    if (gnutls_pubkey_init(&key) < 0)
        return false;
    good = gnutls_pubkey_import_x509(key, crt, 0) >= 0;
    gnutls_pubkey_deinit(key);
    return good;
}

/* NULL: it is none whose key can be used. */
static gnutls_x509_crt_t certificate_open(struct lathe_bytes der)
{
    const gnutls_datum_t datum = {(unsigned char *)der.data, (unsigned)der.size};
    gnutls_x509_crt_t crt;

    if (der.size > LATHE_CERTIFICATE_FILE_MAX || gnutls_x509_crt_init(&crt) < 0)
        return NULL;
    if (gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER) >= 0 && certificate_has_key(crt))
        return crt;
    gnutls_x509_crt_deinit(crt);
    return NULL;
}

static void certificates_open(struct signature_certificates *all, gnutls_pkcs7_t pkcs7)
{
    int count = gnutls_pkcs7_get_crt_count(pkcs7);

    all->count = 0;
    for (int i = 0; i < MIN(count, CERTIFICATES_MAX); i++) {
        gnutls_datum_t der = {NULL, 0};
        if (gnutls_pkcs7_get_crt_raw2(pkcs7, (unsigned)i, &der) < 0)
            continue;
        gnutls_x509_crt_t crt = certificate_open((struct lathe_bytes){der.data, der.size});
        gnutls_free(der.data);
        if (crt != NULL)
            all->crt[all->count++] = crt;
    }
}

static void certificates_close(struct signature_certificates *all)
{
    for (int i = 0; i < all->count; i++)
        gnutls_x509_crt_deinit(all->crt[i]);
}

/* Did issuer sign it? */
static bool certificate_is_by(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
    unsigned status = 0;

    return gnutls_x509_crt_check_issuer(crt, issuer) == 1 &&
           gnutls_x509_crt_verify(crt, &issuer, 1, VERIFY_FLAGS, &status) >= 0 && status == 0;
}

static void chain_add(GPtrArray *chain, gnutls_x509_crt_t crt)
{
    gnutls_datum_t der = {NULL, 0};

    if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) < 0)
        return;
    g_ptr_array_add(chain, g_bytes_new(der.data, der.size));
    gnutls_free(der.data);
}

/* From who signed on upwards. */
static void chain_build(GPtrArray *chain, const struct signature_certificates *all, int signer)
{
    int at = signer;

    while (at >= 0 && chain->len < CHAIN_MAX) {
        gnutls_x509_crt_t crt = all->crt[at];
        chain_add(chain, crt);
        at = -1;
        for (int i = 0; i < all->count && at < 0; i++) {
            if (all->crt[i] != crt && !gnutls_x509_crt_equals(all->crt[i], crt) &&
                certificate_is_by(crt, all->crt[i]))
                at = i;
        }
    }
}

/* ---- signatures ---- */

static void signature_free(gpointer data)
{
    struct lathe_authenticode *signature = data;

    g_free(signature->digest_name);
    g_free(signature->trouble);
    g_ptr_array_unref(signature->chain);
    g_bytes_unref(signature->pkcs7);
    g_free(signature);
}

static void chain_bytes_free(gpointer bytes)
{
    g_bytes_unref(bytes);
}

/* Whose key it was; -1: of none that came along. */
static int signature_find_signer(gnutls_pkcs7_t pkcs7, const struct signature_certificates *all)
{
    for (int i = 0; i < all->count; i++) {
        if (gnutls_pkcs7_verify_direct(pkcs7, all->crt[i], 0, NULL, VERIFY_FLAGS) >= 0)
            return i;
    }
    return -1;
}

static void signature_fill(struct lathe_authenticode *signature, const struct lathe_pe *pe,
                           gnutls_pkcs7_t pkcs7)
{
    struct signature_certificates all;

    certificates_open(&all, pkcs7);
    int signer = signature_find_signer(pkcs7, &all);
    signature->trouble = signature_check_digest(signature, pe, pkcs7);
    if (signer >= 0)
        chain_build(signature->chain, &all, signer);
    else if (signature->trouble == NULL)
        signature->trouble = g_strdup("none of its certificates made it");
    certificates_close(&all);
}

static struct lathe_authenticode *signature_new(const struct lathe_pe *pe, struct lathe_bytes der)
{
    struct lathe_authenticode *signature = g_new0(struct lathe_authenticode, 1);
    const gnutls_datum_t datum = {(unsigned char *)der.data, (unsigned)der.size};
    gnutls_pkcs7_t pkcs7 = NULL;

    signature->pkcs7 = g_bytes_new(der.data, der.size);
    signature->chain = g_ptr_array_new_with_free_func(chain_bytes_free);
    if (gnutls_pkcs7_init(&pkcs7) >= 0 &&
        gnutls_pkcs7_import(pkcs7, &datum, GNUTLS_X509_FMT_DER) >= 0)
        signature_fill(signature, pe, pkcs7);
    else
        signature->trouble = g_strdup("it is no PKCS #7");
    gnutls_pkcs7_deinit(pkcs7);
    return signature;
}

/* Some tools count the padding behind the last element as a part of it. */
static struct lathe_bytes signature_trim(struct lathe_bytes der)
{
    struct lathe_bytes rest = der, content;
    guint8 tag;

    return der_next(&rest, &tag, &content) ? (struct lathe_bytes){der.data, der.size - rest.size}
                                           : der;
}

GPtrArray *lathe_authenticode_read(const struct lathe_pe *pe)
{
    GPtrArray *signatures = g_ptr_array_new_with_free_func(signature_free);
    struct lathe_bytes rest = pe->signatures, entry;

    while (rest.size >= ENTRY_HEADER && signatures->len < SIGNATURES_MAX) {
        guint32 length = lathe_le32(rest.data);
        guint16 type = lathe_le16(rest.data + 6);
        if (length < ENTRY_HEADER || !lathe_bytes_cut(rest, 0, length, &entry))
            break;
        entry = lathe_bytes_skip(entry, ENTRY_HEADER);
        if (type == TYPE_PKCS7)
            g_ptr_array_add(signatures, signature_new(pe, signature_trim(entry)));
        rest = lathe_bytes_skip(rest, ((gsize)length + 7) & ~(gsize)7);
    }
    return signatures;
}

/* ---- the verdict ---- */

struct judge {
    const struct lathe_pe *pe;
    GPtrArray *allowed, *forbidden, *owner; /* db, dbx, MokList; NULL: not there, or broken */
    GError *broken;                         /* what is wrong with dbx */
};

static GPtrArray *judge_read(const GPtrArray *variables, const char *name, GError **error)
{
    const struct lathe_variable *variable = lathe_variables_find(variables, name, NULL);

    return variable != NULL ? lathe_signatures_parse(lathe_bytes_of(variable->data), error) : NULL;
}

static bool judge_has_hash(const struct lathe_pe *pe, const GPtrArray *list)
{
    static const GChecksumType types[] = {G_CHECKSUM_SHA256, G_CHECKSUM_SHA384, G_CHECKSUM_SHA512,
                                          G_CHECKSUM_SHA1};

    for (size_t i = 0; list != NULL && i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GBytes) digest = lathe_pe_digest(pe, types[i]);
        if (digest != NULL &&
            lathe_signatures_has(list, lathe_signature_hash_type(g_bytes_get_size(digest)),
                                 lathe_bytes_of(digest)))
            return true;
    }
    return false;
}

/* Is it this certificate, or by its key? */
static bool judge_matches(gnutls_x509_crt_t crt, const struct lathe_signature *signature)
{
    gnutls_x509_crt_t other = certificate_open(lathe_bytes_of(signature->data));
    bool found =
        other != NULL && (gnutls_x509_crt_equals(crt, other) || certificate_is_by(crt, other));

    if (other != NULL)
        gnutls_x509_crt_deinit(other);
    return found;
}

/* A hash of the signed part; a time of revocation may follow, which nothing here can know of. */
static bool judge_matches_hash(struct lathe_bytes der, const struct lathe_signature *signature)
{
    static const struct {
        enum lathe_guid_id type;
        GChecksumType sum;
        gsize size;
    } rows[] = {{LATHE_GUID_CERT_X509_SHA256, G_CHECKSUM_SHA256, 32},
                {LATHE_GUID_CERT_X509_SHA384, G_CHECKSUM_SHA384, 48},
                {LATHE_GUID_CERT_X509_SHA512, G_CHECKSUM_SHA512, 64}};
    struct lathe_bytes part = der_signed_part(der), data = lathe_bytes_of(signature->data);

    for (size_t i = 0; part.size != 0 && i < G_N_ELEMENTS(rows); i++) {
        if (!lathe_guid_is(&signature->type, rows[i].type) || data.size < rows[i].size)
            continue;
        g_autofree char *sum = g_compute_checksum_for_data(rows[i].sum, part.data, part.size);
        g_autofree char *wanted = lathe_hex_text((struct lathe_bytes){data.data, rows[i].size});
        return strcmp(sum, wanted) == 0;
    }
    return false;
}

/* The first certificate of the list that stands for one of the chain; NULL: none. */
static const struct lathe_signature *judge_find(const GPtrArray *chain, const GPtrArray *list)
{
    for (guint i = 0; list != NULL && i < chain->len; i++) {
        struct lathe_bytes der = lathe_bytes_of(chain->pdata[i]);
        gnutls_x509_crt_t crt = certificate_open(der);
        const struct lathe_signature *found = NULL;
        for (guint j = 0; crt != NULL && found == NULL && j < list->len; j++) {
            const struct lathe_signature *signature = list->pdata[j];
            bool whole = lathe_guid_is(&signature->type, LATHE_GUID_CERT_X509);
            if (whole ? judge_matches(crt, signature) : judge_matches_hash(der, signature))
                found = signature;
        }
        if (crt != NULL)
            gnutls_x509_crt_deinit(crt);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static char *judge_name(const struct lathe_signature *signature)
{
    g_autoptr(lathe_certificate) certificate =
        lathe_certificate_read(lathe_bytes_of(signature->data), NULL);

    return g_strdup(certificate != NULL ? certificate->name : "a certificate's hash");
}

/* "because of NAME", with what that is. */
static char *judge_because(const char *words, const struct lathe_signature *signature)
{
    g_autofree char *name = judge_name(signature);

    return g_strdup_printf("%s %s", words, name);
}

static char *judge_forbidden(const struct judge *judge, const GPtrArray *signatures)
{
    if (judge->broken != NULL)
        return g_strdup_printf("dbx is broken, so it may forbid anything: %s",
                               judge->broken->message);
    if (judge_has_hash(judge->pe, judge->forbidden))
        return g_strdup("its hash is in dbx");
    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_authenticode *signature = signatures->pdata[i];
        const struct lathe_signature *found = judge_find(signature->chain, judge->forbidden);
        if (found != NULL)
            return judge_because("dbx forbids", found);
    }
    return NULL;
}

static char *judge_allowed(const struct judge *judge, const GPtrArray *signatures,
                           const GPtrArray *list, const char *name)
{
    g_autofree char *words = g_strdup_printf("%s has", name);

    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_authenticode *signature = signatures->pdata[i];
        const struct lathe_signature *found =
            signature->trouble == NULL ? judge_find(signature->chain, list) : NULL;
        if (found != NULL)
            return judge_because(words, found);
    }
    return judge_has_hash(judge->pe, list) ? g_strdup_printf("its hash is in %s", name) : NULL;
}

static void judge_decide(const struct judge *judge, const GPtrArray *signatures,
                         struct lathe_authenticode_verdict *verdict)
{
    g_autofree char *forbidden = judge_forbidden(judge, signatures);
    g_autofree char *allowed = judge_allowed(judge, signatures, judge->allowed, "db");
    g_autofree char *owner = judge_allowed(judge, signatures, judge->owner, "MokList");

    verdict->starts = forbidden == NULL && allowed != NULL;
    if (forbidden != NULL)
        verdict->text = g_steal_pointer(&forbidden);
    else if (allowed != NULL)
        verdict->text = g_steal_pointer(&allowed);
    else if (owner != NULL)
        verdict->text =
            g_strdup_printf("db does not have its keys; shim would start it: %s", owner);
    else
        verdict->text =
            g_strdup(signatures->len != 0 ? "db does not have its keys"
                                          : "it is not signed, and db does not have its hash");
}

void lathe_authenticode_judge(const struct lathe_pe *pe, const GPtrArray *signatures,
                              const GPtrArray *variables,
                              struct lathe_authenticode_verdict *verdict)
{
    struct judge judge = {.pe = pe};

    judge.allowed = judge_read(variables, "db", NULL);
    judge.forbidden = judge_read(variables, "dbx", &judge.broken);
    judge.owner = judge_read(variables, "MokList", NULL);
    judge_decide(&judge, signatures, verdict);
    g_clear_pointer(&judge.allowed, g_ptr_array_unref);
    g_clear_pointer(&judge.forbidden, g_ptr_array_unref);
    g_clear_pointer(&judge.owner, g_ptr_array_unref);
    g_clear_error(&judge.broken);
}
