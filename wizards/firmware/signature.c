/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signature lists: apart and together. */
#include "wizards/firmware/signature.h"

#include "app/plan/error.h"

#define LIST_HEADER    28u /* EFI_SIGNATURE_LIST */
#define OWNER          16u /* in front of each signature */
#define SIGNATURES_MAX 65536u

static void signature_free(gpointer data)
{
    struct lathe_signature *signature = data;

    g_bytes_unref(signature->data);
    g_free(signature);
}

GPtrArray *lathe_signatures_new(void)
{
    return g_ptr_array_new_with_free_func(signature_free);
}

static void signature_append(GPtrArray *signatures, const struct lathe_guid *type,
                             const struct lathe_guid *owner, struct lathe_bytes data)
{
    struct lathe_signature *signature = g_new0(struct lathe_signature, 1);

    signature->type = *type;
    signature->owner = *owner;
    signature->data = g_bytes_new(data.data, data.size);
    g_ptr_array_add(signatures, signature);
}

/* ---- reading ---- */

/* The list at the front of bytes, which moves on; at is for messages. */
static bool signature_read_list(GPtrArray *signatures, struct lathe_bytes *bytes, gsize at,
                                GError **error)
{
    struct lathe_bytes list, body;

    if (!lathe_bytes_cut(*bytes, 0, LIST_HEADER, &list))
        return lathe_error_input(error, "the signature list at %#zx is cut off", at);
    guint32 size = lathe_le32(list.data + 16), header = lathe_le32(list.data + 20);
    guint32 each = lathe_le32(list.data + 24);
    if (size < LIST_HEADER || !lathe_bytes_cut(*bytes, 0, size, &list) ||
        !lathe_bytes_has(list, LIST_HEADER, header))
        return lathe_error_input(error, "the signature list at %#zx has an impossible size of %u",
                                 at, size);
    body = lathe_bytes_skip(list, LIST_HEADER + header);
    if (each <= OWNER || body.size % each != 0)
        return lathe_error_input(
            error, "the signature list at %#zx has signatures of %u bytes, which do not fill it",
            at, each);
    struct lathe_guid type = lathe_guid_read(list.data);
    for (gsize i = 0; i < body.size; i += each) {
        struct lathe_guid owner = lathe_guid_read(body.data + i);
        if (signatures->len >= SIGNATURES_MAX)
            return lathe_error_input(error, "there are more than %u signatures", SIGNATURES_MAX);
        signature_append(signatures, &type, &owner,
                         (struct lathe_bytes){body.data + i + OWNER, each - OWNER});
    }
    *bytes = lathe_bytes_skip(*bytes, size);
    return true;
}

GPtrArray *lathe_signatures_parse(struct lathe_bytes bytes, GError **error)
{
    GPtrArray *signatures = lathe_signatures_new();
    struct lathe_bytes rest = bytes;

    while (rest.size != 0) {
        if (!signature_read_list(signatures, &rest, bytes.size - rest.size, error)) {
            g_ptr_array_unref(signatures);
            return NULL;
        }
    }
    return signatures;
}

/* ---- building ---- */

static bool signature_joins(const struct lathe_signature *left, const struct lathe_signature *right)
{
    return lathe_guid_equal(&left->type, &right->type) &&
           !lathe_guid_is(&left->type, LATHE_GUID_CERT_X509) &&
           g_bytes_get_size(left->data) == g_bytes_get_size(right->data);
}

static void signature_put_list(GByteArray *out, const GPtrArray *signatures, guint first,
                               guint count)
{
    const struct lathe_signature *head = signatures->pdata[first];
    gsize each = OWNER + g_bytes_get_size(head->data);

    g_byte_array_append(out, head->type.bytes, sizeof(head->type.bytes));
    lathe_put_le(out, LIST_HEADER + each * count, 4);
    lathe_put_le(out, 0, 4);
    lathe_put_le(out, each, 4);
    for (guint i = 0; i < count; i++) {
        const struct lathe_signature *signature = signatures->pdata[first + i];
        g_byte_array_append(out, signature->owner.bytes, OWNER);
        lathe_put(out, lathe_bytes_of(signature->data));
    }
}

GBytes *lathe_signatures_build(const GPtrArray *signatures)
{
    GByteArray *out = g_byte_array_new();
    guint count;

    for (guint i = 0; i < signatures->len; i += count) {
        count = 1;
        while (i + count < signatures->len &&
               signature_joins(signatures->pdata[i], signatures->pdata[i + count]))
            count++;
        signature_put_list(out, signatures, i, count);
    }
    return g_byte_array_free_to_bytes(out);
}

/* ---- editing ---- */

static bool signature_is_there(const GPtrArray *signatures, const struct lathe_guid *type,
                               struct lathe_bytes data)
{
    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_signature *signature = signatures->pdata[i];
        if (lathe_bytes_equal(lathe_bytes_of(signature->data), data) &&
            lathe_guid_equal(&signature->type, type))
            return true;
    }
    return false;
}

bool lathe_signatures_has(const GPtrArray *signatures, enum lathe_guid_id type,
                          struct lathe_bytes data)
{
    struct lathe_guid kind = lathe_guid_of(type);

    return signature_is_there(signatures, &kind, data);
}

bool lathe_signatures_add(GPtrArray *signatures, enum lathe_guid_id type,
                          const struct lathe_guid *owner, struct lathe_bytes data)
{
    struct lathe_guid kind = lathe_guid_of(type);

    if (signature_is_there(signatures, &kind, data))
        return false;
    signature_append(signatures, &kind, owner, data);
    return true;
}

bool lathe_signatures_take(GPtrArray *signatures, const struct lathe_signature *signature)
{
    struct lathe_bytes data = lathe_bytes_of(signature->data);

    if (signature_is_there(signatures, &signature->type, data))
        return false;
    signature_append(signatures, &signature->type, &signature->owner, data);
    return true;
}

enum lathe_guid_id lathe_signature_hash_type(gsize size)
{
    switch (size) {
    case 20:
        return LATHE_GUID_CERT_SHA1;
    case 28:
        return LATHE_GUID_CERT_SHA224;
    case 32:
        return LATHE_GUID_CERT_SHA256;
    case 48:
        return LATHE_GUID_CERT_SHA384;
    case 64:
        return LATHE_GUID_CERT_SHA512;
    default:
        return LATHE_GUID_COUNT;
    }
}

struct lathe_bytes lathe_signatures_payload(struct lathe_bytes file, guint8 time[16])
{
    const gsize head = 16 + 24; /* EFI_TIME, WIN_CERTIFICATE_UEFI_GUID before its data */
    bool update = file.size >= head && lathe_le16(file.data + 20) == 0x0200 &&
                  lathe_le16(file.data + 22) == 0x0ef1;
    guint32 length = update ? lathe_le32(file.data + 16) : 0;

    if (time != NULL)
        memset(time, 0, 16);
    if (!update || length < 24 || !lathe_bytes_has(file, 16, length))
        return file;
    if (time != NULL)
        memcpy(time, file.data, 16);
    return lathe_bytes_skip(file, 16 + (gsize)length);
}
