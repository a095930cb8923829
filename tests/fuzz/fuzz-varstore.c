/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variable stores: any bytes, then all that is shown of them, and what is built of them again. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/store-json.h"
#include "wizards/firmware/store.h"

static void show(const struct lathe_store *store)
{
    for (guint i = 0; i < store->variables->len; i++) {
        g_autofree char *text = lathe_variable_describe(store->variables->pdata[i]);
        g_auto(GStrv) details = lathe_variable_details(store->variables->pdata[i]);
        (void)text;
    }
    g_autofree char *json = lathe_variables_to_json(store->variables);
    (void)json;
}

/* What was read can be written, and reads the same. */
static void rebuild(const struct lathe_store *store)
{
    g_autoptr(GBytes) image = lathe_store_build(store, NULL);
    g_autoptr(lathe_store) again = image != NULL ? lathe_store_parse(image, NULL) : NULL;

    if (image != NULL && (again == NULL || again->variables->len != store->variables->len))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) image = g_bytes_new_static(data, size);
    g_autoptr(lathe_store) store = lathe_store_parse(image, NULL);

    if (store == NULL)
        return 0;
    show(store);
    rebuild(store);
    return 0;
}

/* A volume of 4 KiB, so that changes hit what matters. */
static void put_headers(GByteArray *out)
{
    const struct lathe_guid volume = lathe_guid_of(LATHE_GUID_SYSTEM_NV_DATA),
                            store = lathe_guid_of(LATHE_GUID_VARIABLES_AUTHENTICATED);
    guint16 sum = 0;

    lathe_put_fill(out, 16, 0);
    g_byte_array_append(out, volume.bytes, 16);
    lathe_put_le(out, 0x1000, 8);
    lathe_put_le(out, 0x4856465f, 4);
    lathe_put_le(out, 0x4feff, 4);
    lathe_put_le(out, 0x48, 4);
    lathe_put_le(out, 0x2000000, 4);
    lathe_put_le(out, 0x100000000001, 8);
    lathe_put_le(out, 0, 8);
    for (guint i = 0; i < out->len; i += 2)
        sum = (guint16)(sum + lathe_le16(out->data + i));
    out->data[50] = (guint8)-sum;
    out->data[51] = (guint8)((guint16)-sum >> 8);
    g_byte_array_append(out, store.bytes, 16);
    lathe_put_le(out, 0xc00 - 0x48, 4);
    lathe_put_le(out, 0xfe5a, 8);
}

static void put_variable(GByteArray *out, const char *name, const char *value, size_t size)
{
    const struct lathe_known_variable *known = lathe_known_variable(name, NULL);
    struct lathe_guid guid = lathe_guid_of(known->guid);

    lathe_put_fill(out, (out->len + 3) & ~3u, 0xff);
    lathe_put_le(out, 0x3f55aa, 4);
    lathe_put_le(out, known->attributes, 4);
    lathe_put_fill(out, out->len + 28, 0);
    lathe_put_le(out, 2 * strlen(name) + 2, 4);
    lathe_put_le(out, size, 4);
    g_byte_array_append(out, guid.bytes, 16);
    lathe_put_ucs2(out, name, false);
    lathe_put_le(out, 0, 2);
    g_byte_array_append(out, (const guint8 *)value, (guint)size);
}

static const char entry[] = "\1\0\0\0\x1c\0B\0\0\0\2\1\x0c\0\xd0\x41\3\x0a\0\0\0\0"
                            "\4\4\x0c\0\\\0x\0.\0e\0\x7f\xff\4\0o\0p\0\0";

static void put_database(GByteArray *out)
{
    const struct lathe_guid type = lathe_guid_of(LATHE_GUID_CERT_SHA256);
    g_autoptr(GByteArray) list = g_byte_array_new();

    g_byte_array_append(list, type.bytes, 16);
    lathe_put_le(list, 28 + 2 * 48, 4);
    lathe_put_le(list, 0, 4);
    lathe_put_le(list, 48, 4);
    lathe_put_fill(list, 28 + 2 * 48, 7);
    put_variable(out, "dbx", (const char *)list->data, list->len);
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    g_autoptr(GByteArray) image = g_byte_array_new();

    if (index >= 2)
        return 0;
    put_headers(image);
    put_variable(image, "Boot0001", entry, sizeof(entry));
    put_variable(image, "BootOrder", "\1\0\0\0", 4);
    put_variable(image, "ConOut", entry + 10, 28);
    if (index == 1)
        put_database(image);
    put_variable(image, "SbatLevel", "sbat,1,2021030218\n", 18);
    put_variable(image, "Timeout", "\3", 2);
    lathe_put_fill(image, 0x1000, 0xff);
    if (image->len > size)
        return 0;
    memcpy(out, image->data, image->len);
    return image->len;
}
