/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expansion ROMs (PCI Firmware Specification 3.0, 5.1; PCI Local Bus 3.0, 6.3): a file with one or
 * more images, which firmware maps by the ROM's base address register. Firmware takes an image only
 * if it names the function's own numbers, so they are put into it, as into QEMU's default ROMs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/api/error.h"
#include "emulator/hw/pci/pci-internal.h"

#define ROM_MIN_SIZE 4096u
#define ROM_MAX_SIZE (16u << 20)

/* An image's header. */
#define ROM_SIGNATURE 0xaa55u
#define ROM_CHECKSUM  6    /* a byte that makes the sum of a BIOS image's bytes zero */
#define ROM_DATA      0x18 /* where the data structure is */
#define ROM_HEADER    0x1a

/* The data structure. */
#define ROM_DATA_VENDOR 4
#define ROM_DATA_LENGTH 16 /* of the image, in units of 512 bytes */
#define ROM_DATA_CODE   20
#define ROM_DATA_LAST   21 /* bit 7: no image follows */
#define ROM_DATA_SIZE   22
#define ROM_CODE_BIOS   0
#define ROM_UNIT        512u

static unsigned rom_get16(const uint8_t *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

/* The sum of the bytes stays what it was. */
static void rom_put_byte(uint8_t *image, bool sum, uint8_t *at, uint8_t value)
{
    if (sum)
        image[ROM_CHECKSUM] = (uint8_t)(image[ROM_CHECKSUM] + *at - value);
    *at = value;
}

/* Returns how long the image is; 0: it is the last, or none. */
static size_t rom_patch_image(uint8_t *image, size_t room, const uint8_t *numbers)
{
    size_t at;
    uint8_t *data;
    bool bios;

    if (room < ROM_HEADER || rom_get16(image) != ROM_SIGNATURE)
        return 0;
    at = rom_get16(image + ROM_DATA);
    if (at + ROM_DATA_SIZE > room || memcmp(image + at, "PCIR", 4) != 0)
        return 0;
    data = image + at;
    bios = data[ROM_DATA_CODE] == ROM_CODE_BIOS;
    for (unsigned i = 0; i < 4; i++)
        rom_put_byte(image, bios, data + ROM_DATA_VENDOR + i, numbers[i]);
    return data[ROM_DATA_LAST] & 0x80 ? 0 : (size_t)rom_get16(data + ROM_DATA_LENGTH) * ROM_UNIT;
}

static void rom_patch(uint8_t *rom, size_t size, const uint8_t *numbers)
{
    size_t at = 0, length;

    while ((length = rom_patch_image(rom + at, size - at, numbers)) != 0 && length < size - at)
        at += length;
}

static size_t rom_round(size_t size)
{
    size_t rounded = ROM_MIN_SIZE;

    while (rounded < size)
        rounded *= 2;
    return rounded;
}

static bool rom_read(int fd, uint8_t *out, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, out + done, size - done);

        if (got == 0)
            errno = EIO; /* it became shorter */
        if (got <= 0 && errno != EINTR)
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static bool rom_load(struct emu_pci_device *pci, int fd, const char *path, struct emu_error *err)
{
    struct stat info;
    size_t size;

    if (fd < 0 || fstat(fd, &info) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot read the boot ROM '%s': %s", path,
                             strerror(errno));
    if (!S_ISREG(info.st_mode) || info.st_size < ROM_HEADER || info.st_size > ROM_MAX_SIZE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' is no boot ROM: that is a file of up to 16 MiB", path);
    size = (size_t)info.st_size;
    pci->rom = emu_ram_new("rom", rom_round(size), err);
    if (pci->rom == NULL)
        return false;
    if (!rom_read(fd, emu_ram_host(pci->rom), size))
        return emu_error_set(err, EMU_ERROR_INPUT, "cannot read the boot ROM '%s': %s", path,
                             strerror(errno));
    if (rom_get16(emu_ram_host(pci->rom)) != ROM_SIGNATURE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' is no boot ROM: it does not begin with 55 aa", path);
    rom_patch(emu_ram_host(pci->rom), size, pci->config);
    return true;
}

bool emu_pci_add_rom(struct emu_pci_device *pci, const char *path, struct emu_error *err)
{
    bool done;
    int fd;

    if (path == NULL)
        return true;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    done = rom_load(pci, fd, path, err);
    if (fd >= 0)
        close(fd);
    if (!done) {
        pci_free_rom(pci);
        return false;
    }
    emu_region_init_rom(&pci->rom_region, "option-rom", pci->rom, 0, emu_ram_size(pci->rom));
    emu_pci_add_bar(pci, EMU_PCI_ROM_BAR, EMU_PCI_BAR_ROM, &pci->rom_region);
    return true;
}

void pci_free_rom(struct emu_pci_device *pci)
{
    emu_ram_free(pci->rom);
    pci->rom = NULL;
}
