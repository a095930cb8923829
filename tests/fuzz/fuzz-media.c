/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Media of any bytes: ISO 9660 with a boot catalogue and files, MBR, GPT and FAT. An input is the
 * start of the medium, or of what lies at a place that matters (the first byte chooses); the rest
 * is zero.
 */
#include <errno.h>
#include <string.h>

#include "app/media/disc-files.h"
#include "app/media/media.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_SIZE (1u << 20)

struct fuzz_medium {
    const uint8_t *data;
    size_t length, place;
};

/* Fails the test by a sanitizer if it is asked for what is not there. */
static int fuzz_read(void *opaque, guint64 offset, void *buffer, gsize length)
{
    const struct fuzz_medium *medium = opaque;
    uint8_t *out = buffer;

    if (offset > FUZZ_SIZE || length > FUZZ_SIZE - offset)
        __builtin_trap();
    for (gsize i = 0; i < length; i++) {
        guint64 at = offset + i - medium->place;
        out[i] = at < medium->length ? medium->data[at] : 0;
    }
    return offset % 4099 == 4098 ? EIO : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t places[] = {0, 32768, 512, 2048, 34816};
    struct fuzz_medium medium = {data, 0, 0};
    struct lathe_media_source source = {FUZZ_SIZE, fuzz_read, &medium};
    struct lathe_media media;
    g_autofree char *text = NULL;

    if (size < 1)
        return 0;
    medium.data = data + 1;
    medium.length = size - 1;
    medium.place = places[data[0] % (sizeof(places) / sizeof(places[0]))];
    if (lathe_media_look_source(&source, "fuzz", &media, NULL)) {
        lathe_media_check_boots(&media, "fuzz", NULL);
        text = lathe_media_describe(&media);
        lathe_media_clear(&media);
    }
    guint64 offset, length;
    if (lathe_disc_find(&source, "boot/x/linux", &offset, &length) &&
        (offset > FUZZ_SIZE || length > FUZZ_SIZE - offset))
        __builtin_trap();
    return 0;
}

/* ---- seeds ---- */

static size_t fuzz_seed_iso(uint8_t *out)
{
    uint8_t *primary = out + 1, *record = primary + 2048, *catalogue = record + 4096;

    out[0] = 1; /* at sector 16 */
    memcpy(primary, "\1CD001\1", 7);
    memcpy(primary + 40, "VOLUME", 6);
    primary[80] = 200;
    memcpy(record, "\0CD001\1EL TORITO SPECIFICATION", 30);
    record[0x47] = 19;
    memcpy(record + 2048, "\377CD001\1", 7);
    memcpy(catalogue, "\1", 1);
    memcpy(catalogue + 28, "\xaa\x55\x55\xaa", 4);
    memcpy(catalogue + 32, "\x88\0\0\0\0\0\4\0\x20", 9);
    memcpy(catalogue + 64, "\x91\xef\1", 3);
    memcpy(catalogue + 96, "\x88\0\0\0\0\0\4\0\x12", 9);
    return 1 + 2048 * 3 + 2048 + 128;
}

/* A volume whose top folder is sector 17, with folders "boot" and "x", which are the same. */
static size_t fuzz_seed_folders(uint8_t *out)
{
    static const char *const names[] = {"BOOT", "X", "LINUX.;1"};
    uint8_t *primary = out + 1, *record = primary + 2048;

    out[0] = 1;
    memcpy(primary, "\1CD001\1", 7);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t *at = i == 0 ? primary + 156 : record;
        size_t length = i == 0 ? 1 : strlen(names[i - 1]);
        at[0] = (uint8_t)(34 + length + length % 2);
        at[2] = 17;
        at[11] = 8; /* 2 KiB */
        at[25] = i < 3 ? 2 : 0;
        at[32] = (uint8_t)length;
        memcpy(at + 33, i == 0 ? "" : names[i - 1], length);
        record += i == 0 ? 0 : at[0];
    }
    return 1 + 4096;
}

/* A FAT12 of one table with EFI/BOOT/BOOTX64.EFI; also the boot sector of a disk. */
static size_t fuzz_seed_fat(uint8_t *out, uint8_t place)
{
    uint8_t *boot = out + 1, *root = boot + 1024, *data = root + 512;

    out[0] = place;
    memcpy(boot + 11, "\0\2\1\1\0\1\20\0\0\4\370\1", 12);
    memcpy(boot + 446, "\200\0\0\0\357\0\0\0\1\0\0\0\0\4", 14);
    memcpy(boot + 510, "\x55\xaa", 2);
    memcpy(boot + 512, "\370\377\377\377\377\377", 6);
    memcpy(root, "EFI        \20", 12);
    root[26] = 2;
    memcpy(data, "BOOT       \20", 12);
    data[26] = 3;
    memcpy(data + 512, "BOOTX64 EFI ", 12);
    return 1 + 1024 + 512 + 1024;
}

static size_t fuzz_seed_gpt(uint8_t *out)
{
    memset(out, 0, 4096);
    memcpy(out + 1 + 446, "\0\0\0\0\356\0\0\0\1\0\0\0\377", 13);
    memcpy(out + 1 + 510, "\x55\xaa", 2);
    memcpy(out + 1 + 512, "EFI PART\0\0\1\0", 12);
    out[1 + 512 + 72] = 2;
    out[1 + 512 + 80] = 4;
    out[1 + 512 + 84] = 128;
    memcpy(out + 1 + 1024, "\x28\x73\x2a\xc1", 4);
    out[1 + 1024 + 32] = 4;
    out[1 + 1024 + 40] = 100;
    return 1 + 1024 + 512;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    if (size < 16384)
        return 0;
    memset(out, 0, 16384);
    switch (index) {
    case 0:
        return fuzz_seed_iso(out);
    case 1:
        return fuzz_seed_fat(out, 0);
    case 2:
        return fuzz_seed_fat(out, 2);
    case 3:
        return fuzz_seed_gpt(out);
    case 4:
        return fuzz_seed_folders(out);
    default:
        return 0;
    }
}
