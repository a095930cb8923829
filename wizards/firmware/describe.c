/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoding: one function for each kind of variable, of whose bytes nothing is believed. */
#include "wizards/firmware/describe.h"

#include "wizards/firmware/boot.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/device-path.h"

#define HEX_SHOWN   16u
#define LINES_SHOWN 4096u

char *lathe_date_format(gint64 seconds)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(seconds);

    return date != NULL ? g_date_time_format(date, "%Y-%m-%d") : g_strdup("never");
}

/* ---- signatures ---- */

static char *signature_owner(const struct lathe_signature *signature)
{
    static const guint8 nobody[16];

    if (memcmp(signature->owner.bytes, nobody, sizeof(nobody)) == 0)
        return g_strdup("nobody");
    return lathe_guid_describe(&signature->owner);
}

static char *signature_certificate(struct lathe_bytes der)
{
    g_autoptr(lathe_certificate) certificate = lathe_certificate_read(der, NULL);

    if (certificate == NULL)
        return g_strdup_printf("no certificate, %zu bytes", der.size);
    g_autofree char *from = lathe_date_format(certificate->from);
    g_autofree char *until = lathe_date_format(certificate->until);
    return g_strdup_printf("%s, %s to %s%s, %s", certificate->name, from, until,
                           lathe_certificate_is_over(certificate) ? " (expired)" : "",
                           certificate->key);
}

char *lathe_signature_describe(const struct lathe_signature *signature)
{
    struct lathe_bytes data = lathe_bytes_of(signature->data);
    g_autofree char *type = lathe_guid_describe(&signature->type);
    g_autofree char *owner = signature_owner(signature);
    g_autofree char *text = lathe_guid_is(&signature->type, LATHE_GUID_CERT_X509)
                                ? signature_certificate(data)
                                : lathe_hex_text(data);

    return g_strdup_printf("%-8s %s, owner %s", type, text, owner);
}

/* "x509 2, sha256 77" */
static char *signatures_count(const GPtrArray *signatures)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < signatures->len; i++) {
        const struct lathe_signature *signature = signatures->pdata[i];
        guint before = 0, count = 0;
        for (guint j = 0; j < signatures->len; j++) {
            const struct lathe_signature *other = signatures->pdata[j];
            bool same = lathe_guid_equal(&signature->type, &other->type);
            before += same && j < i;
            count += same;
        }
        if (before != 0)
            continue;
        g_autofree char *type = lathe_guid_describe(&signature->type);
        g_string_append_printf(out, "%s%s %u", out->len != 0 ? ", " : "", type, count);
    }
    return g_string_free(out, FALSE);
}

static char *describe_signatures(struct lathe_bytes data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) signatures = lathe_signatures_parse(data, &error);

    if (signatures == NULL)
        return g_strdup_printf("broken: %s", error->message);
    g_autofree char *kinds = signatures_count(signatures);
    return g_strdup_printf("%u signature%s%s%s", signatures->len, signatures->len == 1 ? "" : "s",
                           *kinds ? ": " : "", kinds);
}

static void details_signatures(GStrvBuilder *out, struct lathe_bytes data)
{
    g_autoptr(GPtrArray) signatures = lathe_signatures_parse(data, NULL);

    for (guint i = 0; signatures != NULL && i < MIN(signatures->len, LINES_SHOWN); i++) {
        g_autofree char *line = lathe_signature_describe(signatures->pdata[i]);
        g_strv_builder_add(out, line);
    }
}

/* ---- numbers and text ---- */

/* Lines of ASCII, up to the first NUL. g_strfreev. */
static char **describe_lines(struct lathe_bytes data)
{
    g_autofree char *text = g_strndup(data.size != 0 ? (const char *)data.data : "", data.size);

    return g_strsplit(text, "\n", (gint)LINES_SHOWN);
}

static char *describe_bytes(struct lathe_bytes data)
{
    g_autofree char *hex =
        lathe_hex_text((struct lathe_bytes){data.data, MIN(data.size, HEX_SHOWN)});

    return g_strdup_printf("%zu byte%s%s%s%s", data.size, data.size == 1 ? "" : "s",
                           data.size != 0 ? ": " : "", hex, data.size > HEX_SHOWN ? "..." : "");
}

static char *describe_number(struct lathe_bytes data, gsize size)
{
    guint64 value = 0;

    if (data.size != size)
        return describe_bytes(data);
    for (gsize i = size; i-- > 0;)
        value = value << 8 | data.data[i];
    return g_strdup_printf("%" G_GUINT64_FORMAT, value);
}

/* On and off, where that is what the number means. */
static char *describe_switch(struct lathe_bytes data)
{
    if (data.size != 1 || data.data[0] > 1)
        return describe_bytes(data);
    return g_strdup(data.data[0] != 0 ? "on" : "off");
}

static char *describe_sbat(struct lathe_bytes data)
{
    g_auto(GStrv) lines = describe_lines(data);
    guint count = 0;

    for (size_t i = 0; lines[i] != NULL; i++)
        count += *lines[i] != '\0';
    g_autofree char *first =
        lathe_text_clean(lines[0] != NULL ? lines[0] : "", lines[0] != NULL ? strlen(lines[0]) : 0);
    return g_strdup_printf("%s (%u line%s)", first, count, count == 1 ? "" : "s");
}

static void details_sbat(GStrvBuilder *out, struct lathe_bytes data)
{
    g_auto(GStrv) lines = describe_lines(data);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = lathe_text_clean(lines[i], strlen(lines[i]));
        if (*line != '\0')
            g_strv_builder_add(out, line);
    }
}

/* ---- boot entries ---- */

static char *describe_boot_list(struct lathe_bytes data)
{
    GString *out = g_string_new(NULL);

    for (gsize at = 0; at + 2 <= data.size && at / 2 < LINES_SHOWN; at += 2)
        g_string_append_printf(out, "%s%04X", at != 0 ? ", " : "", lathe_le16(data.data + at));
    return g_string_free(out, FALSE);
}

static char *describe_boot_entry(struct lathe_bytes data)
{
    struct lathe_boot_entry entry;
    char *text;

    if (!lathe_boot_entry_read(data, &entry))
        return describe_bytes(data);
    g_autofree char *path = lathe_device_path_format(entry.path);
    text = g_strdup_printf("%s%s%s: %s", entry.title,
                           (entry.attributes & LATHE_BOOT_ACTIVE) != 0 ? "" : " (not active)",
                           (entry.attributes & LATHE_BOOT_HIDDEN) != 0 ? " (hidden)" : "", path);
    lathe_boot_entry_clear(&entry);
    return text;
}

/* What loaders get as their options is text or binary, and nothing says which. */
static char *describe_options(struct lathe_bytes data)
{
    gsize length = lathe_ucs2_length(data);
    char *bytes = describe_bytes(data);

    for (gsize at = 0; at < length; at += 2) {
        if (lathe_le16(data.data + at) >= 0x250) /* beyond Latin */
            return bytes;
    }
    g_free(bytes);
    return lathe_ucs2_text(data);
}

static void details_boot_entry(GStrvBuilder *out, struct lathe_bytes data)
{
    struct lathe_boot_entry entry;

    if (!lathe_boot_entry_read(data, &entry))
        return;
    if (entry.optional.size != 0) {
        g_autofree char *text = describe_options(entry.optional);
        g_autofree char *line = g_strdup_printf("options %s", text);
        g_strv_builder_add(out, line);
    }
    lathe_boot_entry_clear(&entry);
}

/* ---- by kind ---- */

static enum lathe_variable_kind variable_kind(const struct lathe_variable *variable)
{
    const struct lathe_known_variable *known =
        lathe_known_variable(variable->name, &variable->guid);

    return known != NULL ? known->kind : LATHE_VARIABLE_BYTES;
}

char *lathe_variable_describe(const struct lathe_variable *variable)
{
    struct lathe_bytes data = lathe_bytes_of(variable->data);

    switch (variable_kind(variable)) {
    case LATHE_VARIABLE_U8:
        return describe_switch(data);
    case LATHE_VARIABLE_U16:
        return describe_number(data, 2);
    case LATHE_VARIABLE_U32:
        return describe_number(data, 4);
    case LATHE_VARIABLE_ASCII:
        return lathe_text_clean(data.data, data.size);
    case LATHE_VARIABLE_UCS2:
        return lathe_ucs2_text(data);
    case LATHE_VARIABLE_BOOT_ENTRY:
        return describe_boot_entry(data);
    case LATHE_VARIABLE_BOOT_LIST:
        return describe_boot_list(data);
    case LATHE_VARIABLE_DEVICE_PATHS:
        return lathe_device_path_format(data);
    case LATHE_VARIABLE_SIGNATURES:
        return describe_signatures(data);
    case LATHE_VARIABLE_SBAT:
        return describe_sbat(data);
    case LATHE_VARIABLE_MOK_PASSWORD:
        return g_strdup_printf("%zu bytes (a password's hash)", data.size);
    default:
        return describe_bytes(data);
    }
}

char **lathe_variable_details(const struct lathe_variable *variable)
{
    struct lathe_bytes data = lathe_bytes_of(variable->data);
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    switch (variable_kind(variable)) {
    case LATHE_VARIABLE_BOOT_ENTRY:
        details_boot_entry(out, data);
        break;
    case LATHE_VARIABLE_SIGNATURES:
        details_signatures(out, data);
        break;
    case LATHE_VARIABLE_SBAT:
        details_sbat(out, data);
        break;
    default:
        break;
    }
    return g_strv_builder_end(out);
}
