/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PE images: any bytes, then what lies in sections, who signed, and the verdict of a store. */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/firmware/authenticode.h"
#include "wizards/firmware/pe-contents.h"
#include "wizards/firmware/sbat.h"
#include "wizards/firmware/secure-boot.h"

static GPtrArray *variables(void)
{
    static GPtrArray *list;
    g_autofree char *pem = NULL;
    gsize length;

    if (list != NULL)
        return list;
    list = lathe_variables_new();
    if (g_file_get_contents(FUZZ_DATA "/ca.pem", &pem, &length, NULL)) {
        const struct lathe_guid nobody = {{0}};
        struct lathe_bytes file = {(const guint8 *)pem, length};
        g_autoptr(GPtrArray) keys = lathe_secure_boot_read_file(file, &nobody, NULL);
        lathe_secure_boot_add(list, "db", keys, NULL);
        lathe_secure_boot_add(list, "dbx", keys, NULL);
    }
    return list;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lathe_authenticode_verdict verdict;
    g_autoptr(lathe_pe) pe = lathe_pe_parse((struct lathe_bytes){data, size}, NULL);

    if (pe == NULL)
        return 0;
    for (guint i = 0; i < pe->sections->len; i++) {
        g_auto(GStrv) lines =
            lathe_pe_section_describe(pe, &g_array_index(pe->sections, struct lathe_pe_section, i));
        (void)lines;
    }
    g_auto(GStrv) faults = lathe_pe_memory_faults(pe);
    g_autoptr(GPtrArray) signatures = lathe_authenticode_read(pe);
    lathe_authenticode_judge(pe, signatures, variables(), &verdict);
    if (verdict.starts) /* the one key that db has is in dbx, too */
        __builtin_trap();
    g_free(verdict.text);
    g_autofree char *refusal = lathe_sbat_refusal((struct lathe_bytes){data, size},
                                                  (struct lathe_bytes){data + size / 2, size / 2});
    (void)refusal;
    (void)faults;
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const files[] = {FUZZ_DATA "/signed.efi", FUZZ_DATA "/writable.efi"};
    g_autofree char *bytes = NULL;
    gsize length;

    if (index >= G_N_ELEMENTS(files) || !g_file_get_contents(files[index], &bytes, &length, NULL) ||
        length > size)
        return 0;
    memcpy(out, bytes, length);
    return length;
}
