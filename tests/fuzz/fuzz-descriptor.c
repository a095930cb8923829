/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware descriptors: any bytes, then the questions that the choice asks. */
#include <string.h>

#include "app/firmware/descriptor.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(lathe_descriptor) descriptor = lathe_descriptor_parse("fuzz", text, size, NULL);

    if (descriptor == NULL)
        return 0;
    lathe_descriptor_has_feature(descriptor, "requires-smm");
    lathe_descriptor_has_interface(descriptor, "uefi");
    lathe_descriptor_fits(descriptor, "x86_64", "pc-q35-10.0");
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const seeds[] = {
        "{\"description\":\"UEFI\",\"interface-types\":[\"uefi\"],\"mapping\":{\"device\":"
        "\"flash\","
        "\"mode\":\"split\",\"executable\":{\"filename\":\"/c\",\"format\":\"raw\"},"
        "\"nvram-template\":{\"filename\":\"/v\",\"format\":\"raw\"}},\"targets\":[{"
        "\"architecture\":\"x86_64\",\"machines\":[\"pc-q35-*\",\"[a-\"]}],\"features\":"
        "[\"requires-smm\"],\"tags\":[]}",
        "{\"description\":\"BIOS\",\"interface-types\":[\"bios\"],\"mapping\":{\"device\":"
        "\"memory\","
        "\"filename\":\"/rom\"},\"targets\":[],\"features\":[]}",
    };

    return fuzz_seed_text(seeds, sizeof(seeds) / sizeof(seeds[0]), index, out, size);
}
