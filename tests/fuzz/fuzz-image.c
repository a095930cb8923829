/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign disk images: whatever the file is, each sector of its disk reads as something or fails.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "app/images/image.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_PARTS 64 /* of a disk that are read */

static void fuzz_read(struct lathe_image *image)
{
    uint64_t size = lathe_image_get_size(image), step = size / FUZZ_PARTS + 512;
    static uint8_t buffer[1 << 16];
    bool zero;

    for (uint64_t at = 0; at < size; at += step)
        lathe_image_read(image, at, buffer, (size_t)MIN(sizeof(buffer), size - at), &zero, NULL);
    lathe_image_read(image, size - 512, buffer, 512, &zero, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    g_autoptr(lathe_fileset) set = lathe_fileset_new(NULL);
    struct lathe_span bytes;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
        !lathe_span_of_file(fd, "fuzz", &bytes, NULL))
        return 0;
    lathe_fileset_add(set, "part", &bytes);
    g_autoptr(lathe_image) image = lathe_image_open(&bytes, set, NULL);
    if (image != NULL)
        fuzz_read(image);
    close(fd);
    return 0;
}

/* ---- seeds ---- */

static void fuzz_put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void fuzz_put_big(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[bytes - 1 - i] = (uint8_t)(value >> (8 * i));
}

/* Header, directory, a table and one grain of 8 sectors, packed or not. */
static size_t fuzz_seed_sparse(uint8_t *out, bool packed)
{
    static const uint8_t grain[4096] = "grain";
    uLongf length = 4096;

    memcpy(out, "KDMV", 4);
    fuzz_put(out + 4, packed ? 3 : 1, 4);
    fuzz_put(out + 8, packed ? 0x30001 : 1, 4);
    fuzz_put(out + 12, 64, 8);
    fuzz_put(out + 20, 8, 8);
    fuzz_put(out + 44, 512, 4);
    fuzz_put(out + 56, 1, 8);
    memcpy(out + 73, "\n \r\n", 4);
    fuzz_put(out + 77, packed, 2);
    fuzz_put(out + 512, 2, 4);
    fuzz_put(out + 1024, 6, 4);
    fuzz_put(out + 1028, 1, 4);
    memcpy(out + 3072, grain, sizeof(grain));
    if (!packed)
        return 3072 + 4096;
    memset(out + 3072, 0, 4096);
    compress(out + 3084, &length, grain, sizeof(grain));
    fuzz_put(out + 3080, length, 4);
    return 3084 + length + 512;
}

static size_t fuzz_seed_vdi(uint8_t *out)
{
    memcpy(out + 64, "\x7f\x10\xda\xbe\1\0\1\0", 8);
    fuzz_put(out + 0x4c, 1, 4);
    fuzz_put(out + 0x154, 512, 4);
    fuzz_put(out + 0x158, 1024, 4);
    fuzz_put(out + 0x170, 8192, 8);
    fuzz_put(out + 0x178, 4096, 4);
    fuzz_put(out + 0x180, 2, 4);
    fuzz_put(out + 512, UINT32_MAX, 4);
    return 1024 + 4096;
}

static size_t fuzz_seed_vhd(uint8_t *out)
{
    uint32_t sum = 0;

    memcpy(out, "conectix", 8);
    fuzz_put_big(out + 16, 512, 8);
    fuzz_put_big(out + 48, 8192, 8);
    fuzz_put_big(out + 60, 3, 4);
    for (unsigned i = 0; i < 512; i++)
        sum += out[i];
    fuzz_put_big(out + 64, ~sum, 4);
    memcpy(out + 512, "cxsparse", 8);
    fuzz_put_big(out + 528, 1536, 8);
    fuzz_put_big(out + 540, 2, 4);
    fuzz_put_big(out + 544, 4096, 4);
    fuzz_put_big(out + 1536, 4, 4);
    fuzz_put_big(out + 1540, UINT32_MAX, 4);
    return 2048 + 512 + 4096;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char text[] = "# Disk DescriptorFile\nparentCID=ffffffff\nRW 8 FLAT \"part\" 0\n"
                               "RW 16 ZERO\nRW 4 VMFS \"part\"\n";

    if (size < 16384)
        return 0;
    memset(out, 0, 16384);
    switch (index) {
    case 0:
        return fuzz_seed_sparse(out, false);
    case 1:
        return fuzz_seed_sparse(out, true);
    case 2:
        return fuzz_seed_vdi(out);
    case 3:
        return fuzz_seed_vhd(out);
    case 4:
        memcpy(out, text, sizeof(text) - 1);
        return sizeof(text) - 1;
    default:
        return 0;
    }
}
