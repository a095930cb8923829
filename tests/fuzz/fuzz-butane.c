/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Butane of any bytes: YAML of any shape, and what the tables make of it. There are no local files.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/ignition/butane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *made = lathe_butane_to_ignition((const char *)data, size, NULL, &error);

    if ((made == NULL) == (error == NULL))
        __builtin_trap();
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const texts[] = {
        "variant: fcos\nversion: 1.4.0\npasswd:\n  users:\n    - name: core\n"
        "      ssh_authorized_keys: [a, \"b\"]\n      uid: 0x10\n",
        "variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /a\n      mode: 0644\n"
        "      overwrite: true\n      contents: {inline: |\n text, compression: gzip}\n"
        "  disks: [{device: /dev/x, partitions: [{size_mib: 1}]}]\n",
        "variant: flatcar\nversion: 1.0.0\nsystemd: {units: [{name: x, mask: no}]}\n",
        "&a [*a, *a]\n",
    };

    if (index >= sizeof(texts) / sizeof(texts[0]) || size < 1024)
        return 0;
    memcpy(out, texts[index], strlen(texts[index]));
    return strlen(texts[index]);
}
