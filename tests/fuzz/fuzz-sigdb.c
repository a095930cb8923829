/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with keys: signature lists, updates of variables, certificates; and JSON of variables. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-json.h"

static void show(const GPtrArray *signatures)
{
    for (guint i = 0; i < signatures->len; i++) {
        g_autofree char *text = lathe_signature_describe(signatures->pdata[i]);
        (void)text;
    }
}

/* What was read is the same when it is written and read again. */
static void again(const GPtrArray *signatures)
{
    g_autoptr(GBytes) built = lathe_signatures_build(signatures);
    g_autoptr(GPtrArray) read = lathe_signatures_parse(lathe_bytes_of(built), NULL);

    if (read == NULL || read->len != signatures->len)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct lathe_guid nobody = {{0}};
    struct lathe_bytes file = {data, size};
    g_autoptr(GPtrArray) signatures = lathe_secure_boot_read_file(file, &nobody, NULL);
    g_autoptr(GPtrArray) variables = lathe_variables_new();

    lathe_variables_from_json(variables, file, NULL);
    if (signatures == NULL)
        return 0;
    show(signatures);
    again(signatures);
    lathe_secure_boot_add(variables, "db", signatures, NULL);
    lathe_secure_boot_replace(variables, "PK", signatures, NULL);
    return 0;
}

static size_t seed_list(uint8_t *out)
{
    const struct lathe_guid nobody = {{0}};
    const guint8 hash[32] = {1};
    g_autoptr(GPtrArray) signatures = lathe_signatures_new();

    lathe_signatures_add(signatures, LATHE_GUID_CERT_SHA256, &nobody,
                         (struct lathe_bytes){hash, 32});
    lathe_signatures_add(signatures, LATHE_GUID_CERT_SHA1, &nobody, (struct lathe_bytes){hash, 20});
    lathe_signatures_add(signatures, LATHE_GUID_CERT_X509, &nobody, (struct lathe_bytes){hash, 30});
    g_autoptr(GBytes) built = lathe_signatures_build(signatures);
    memcpy(out, g_bytes_get_data(built, NULL), g_bytes_get_size(built));
    return g_bytes_get_size(built);
}

/* An update: a time, then a WIN_CERTIFICATE_UEFI_GUID without contents. */
static size_t seed_update(uint8_t *out)
{
    memset(out, 0, 40);
    out[0] = 0xda;
    out[1] = 7;
    out[16] = 24;
    out[21] = 2;
    out[22] = 0xf1;
    out[23] = 0x0e;
    return 40 + seed_list(out + 40);
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char json[] =
        "{\"version\":2,\"variables\":[{\"name\":\"db\",\"guid\":"
        "\"d719b2cb-3d3a-4596-a3bc-dad00e67656f\",\"attr\":39,\"data\":\"00\","
        "\"time\":\"00000000000000000000000000000000\"}]}";
    g_autofree char *pem = NULL;
    gsize length;

    switch (index) {
    case 0:
        return seed_list(out);
    case 1:
        return seed_update(out);
    case 2:
        memcpy(out, json, strlen(json));
        return strlen(json);
    case 3:
        if (!g_file_get_contents(FUZZ_DATA "/ca.pem", &pem, &length, NULL) || length > size)
            return 0;
        memcpy(out, pem, length);
        return length;
    default:
        return 0;
    }
}
