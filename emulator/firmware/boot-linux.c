/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linux bzImage by the 32-bit boot protocol (Documentation/arch/x86/boot.rst and zero-page.rst):
 * protected-mode part at 1 MiB or where the kernel prefers, boot_params below 1 MiB, the initial
 * ram disk as high as the kernel allows. Kernels older than protocol 2.06 are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "emulator/firmware/boot-formats.h"

/* Offsets in the setup header, which are also those in boot_params. */
enum {
    LINUX_SETUP_SECTS = 0x1f1,
    LINUX_BOOT_FLAG = 0x1fe,
    LINUX_JUMP = 0x201, /* one byte: the header ends at 0x202 + this */
    LINUX_MAGIC = 0x202,
    LINUX_VERSION = 0x206,
    LINUX_TYPE_OF_LOADER = 0x210,
    LINUX_LOADFLAGS = 0x211,
    LINUX_CODE32_START = 0x214,
    LINUX_RAMDISK_IMAGE = 0x218,
    LINUX_RAMDISK_SIZE = 0x21c,
    LINUX_HEAP_END = 0x224,
    LINUX_CMD_LINE = 0x228,
    LINUX_INITRD_MAX = 0x22c,
    LINUX_KERNEL_ALIGNMENT = 0x230,
    LINUX_RELOCATABLE = 0x234,
    LINUX_XLOADFLAGS = 0x236,
    LINUX_CMDLINE_SIZE = 0x238,
    LINUX_PREF_ADDRESS = 0x258,
    LINUX_INIT_SIZE = 0x260,
    LINUX_HEADER_END = 0x290, /* the most that we copy */
};

/* Offsets in boot_params outside the header. */
enum {
    PARAMS_VIDEO_TYPE = 0x00f, /* struct screen_info */
    PARAMS_LFB_WIDTH = 0x012,
    PARAMS_LFB_HEIGHT = 0x014,
    PARAMS_LFB_DEPTH = 0x016,
    PARAMS_LFB_BASE = 0x018,
    PARAMS_LFB_SIZE = 0x01c, /* in 64 KiB */
    PARAMS_LFB_STRIDE = 0x024,
    PARAMS_LFB_COLORS = 0x026, /* size and position of red, green, blue, unused */
    PARAMS_LFB_PAGES = 0x032,
    PARAMS_ACPI_RSDP = 0x070,
    PARAMS_E820_COUNT = 0x1e8,
    PARAMS_HEADER = 0x1f1,
    PARAMS_E820 = 0x2d0,
    PARAMS_SIZE = 0x1000,
};

#define LINUX_MIN_VERSION  0x0206u
#define LINUX_LOADED_HIGH  0x01u
#define LINUX_CAN_USE_HEAP 0x80u
#define LINUX_LOADER_OTHER 0xffu
#define LINUX_LOAD         0x00100000u
#define LINUX_PARAMS       0x00090000u
#define LINUX_CMDLINE      0x00091000u
#define LINUX_CMDLINE_MAX  0x8000u
#define LINUX_SECTOR       512u
#define LINUX_VIDEO_VLFB   0x23u /* a linear frame buffer, as VBE sets it */

bool emu_boot_is_linux(const struct emu_boot_file *file)
{
    return file->size > LINUX_MAGIC + 4 && emu_get16(file->data + LINUX_BOOT_FLAG) == 0xaa55 &&
           memcmp(file->data + LINUX_MAGIC, "HdrS", 4) == 0;
}

static size_t linux_setup_size(const struct emu_boot_file *file)
{
    unsigned sectors = file->data[LINUX_SETUP_SECTS];

    return (1u + (sectors != 0 ? sectors : 4u)) * LINUX_SECTOR;
}

static bool linux_check(const struct emu_boot_file *file, struct emu_error *err)
{
    const uint8_t *header = file->data;

    if (file->size < LINUX_HEADER_END || file->size <= linux_setup_size(file))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is truncated: %zu bytes of a Linux kernel",
                             file->name, file->size);
    if (emu_get16(header + LINUX_VERSION) < LINUX_MIN_VERSION)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is a Linux kernel with boot protocol %u.%02u; 2.06 is the oldest "
                             "that can be booted directly",
                             file->name, header[LINUX_VERSION + 1], header[LINUX_VERSION]);
    if (!(header[LINUX_LOADFLAGS] & LINUX_LOADED_HIGH))
        return emu_error_set(err, EMU_ERROR_INPUT, "%s is a zImage; only a bzImage can be booted",
                             file->name);
    return true;
}

/* syssize, in the header's first bytes, counts 16-byte paragraphs of the protected-mode part. */
static bool linux_check_length(const struct emu_boot_file *file, struct emu_error *err)
{
    uint64_t told = (uint64_t)emu_get32(file->data + 0x1f4) * 16;
    size_t have = file->size - linux_setup_size(file);

    if (told > have + 15)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s is truncated: its header promises %llu bytes, %zu are there",
                             file->name, (unsigned long long)told, have);
    return true;
}

/* Address at which the kernel's own decompressor will end up, at the least. */
static uint64_t linux_run_address(const uint8_t *header)
{
    if (emu_get16(header + LINUX_VERSION) < 0x020a)
        return LINUX_LOAD;
    if (header[LINUX_RELOCATABLE])
        return LINUX_LOAD;
    return emu_get64(header + LINUX_PREF_ADDRESS);
}

static uint64_t linux_footprint(const struct emu_boot_file *file)
{
    uint64_t size = file->size - linux_setup_size(file);

    if (emu_get16(file->data + LINUX_VERSION) >= 0x020a &&
        emu_get32(file->data + LINUX_INIT_SIZE) > size)
        size = emu_get32(file->data + LINUX_INIT_SIZE);
    /* It decompresses to its preferred address if that lies above where it was loaded. */
    if (emu_get16(file->data + LINUX_VERSION) >= 0x020a) {
        uint64_t preferred = emu_get64(file->data + LINUX_PREF_ADDRESS);
        if (preferred > LINUX_LOAD && preferred < 0x40000000u)
            size += preferred - LINUX_LOAD;
    }
    return size;
}

static bool linux_add_kernel(const struct emu_boot_request *request, struct emu_boot_image *image,
                             struct emu_error *err)
{
    const struct emu_boot_file *file = request->kernel;
    size_t setup = linux_setup_size(file);
    uint64_t start = linux_run_address(file->data);
    uint64_t need = linux_footprint(file);

    if (start >= request->map->low || need > request->map->low - start)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "%s needs %llu MiB of memory to start; give the machine more",
                             file->name, (unsigned long long)((start + need) >> 20) + 1);
    image->entry = (uint32_t)start;
    return emu_boot_add(image, start, file->data + setup, file->size - setup, 0, err);
}

/* The highest page-aligned place below what the kernel and the map allow. */
static bool linux_add_initrd(const struct emu_boot_request *request, struct emu_boot_image *image,
                             uint8_t *params, struct emu_error *err)
{
    const struct emu_boot_file *initrd;
    uint64_t top = (uint64_t)emu_get32(request->kernel->data + LINUX_INITRD_MAX) + 1;
    uint64_t floor = image->entry + linux_footprint(request->kernel);
    uint64_t address;

    if (request->initrd == NULL)
        return true;
    initrd = emu_boot_open(image, request->initrd, err);
    if (initrd == NULL)
        return false;
    if (top > request->map->low)
        top = request->map->low;
    if (initrd->size > top || ((top - initrd->size) & ~0xfffull) < floor)
        return emu_error_set(
            err, EMU_ERROR_INPUT,
            "%s (%llu MiB) does not fit into %llu MiB of memory beside the kernel; "
            "give the machine more",
            initrd->name, (unsigned long long)(initrd->size >> 20) + 1,
            (unsigned long long)(request->map->low + request->map->high) >> 20);
    address = (top - initrd->size) & ~0xfffull;
    emu_put32(params + LINUX_RAMDISK_IMAGE, (uint32_t)address);
    emu_put32(params + LINUX_RAMDISK_SIZE, (uint32_t)initrd->size);
    return emu_boot_add(image, address, initrd->data, initrd->size, 0, err);
}

static bool linux_add_command_line(const struct emu_boot_request *request,
                                   struct emu_boot_image *image, uint8_t *params,
                                   struct emu_error *err)
{
    const char *text = request->append != NULL ? request->append : "";
    size_t limit = emu_get32(request->kernel->data + LINUX_CMDLINE_SIZE);

    if (limit == 0 || limit >= LINUX_CMDLINE_MAX)
        limit = LINUX_CMDLINE_MAX - 1;
    if (strlen(text) > limit)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the kernel command line has %zu bytes; this kernel takes %zu",
                             strlen(text), limit);
    emu_put32(params + LINUX_CMD_LINE, LINUX_CMDLINE);
    text = strdup(text);
    if (text == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    return emu_boot_give(image, LINUX_CMDLINE, (uint8_t *)text, strlen(text) + 1, err);
}

static void linux_fill_screen(const struct emu_boot_screen *screen, uint8_t *params)
{
    static const uint8_t colors[8] = {8, 16, 8, 8, 8, 0, 8, 24};
    uint32_t size = (uint32_t)screen->stride * screen->height;

    params[PARAMS_VIDEO_TYPE] = LINUX_VIDEO_VLFB;
    emu_put16(params + PARAMS_LFB_WIDTH, screen->width);
    emu_put16(params + PARAMS_LFB_HEIGHT, screen->height);
    emu_put16(params + PARAMS_LFB_DEPTH, 32);
    emu_put32(params + PARAMS_LFB_BASE, screen->address);
    emu_put32(params + PARAMS_LFB_SIZE, (size + 0xffff) >> 16);
    emu_put16(params + PARAMS_LFB_STRIDE, screen->stride);
    memcpy(params + PARAMS_LFB_COLORS, colors, sizeof(colors));
    emu_put16(params + PARAMS_LFB_PAGES, 1);
}

static void linux_fill_params(const struct emu_boot_request *request, uint8_t *params)
{
    const uint8_t *header = request->kernel->data;
    size_t end = LINUX_MAGIC + header[LINUX_JUMP];
    const struct emu_memory_map *map = request->map;

    if (end > LINUX_HEADER_END)
        end = LINUX_HEADER_END;
    memcpy(params + PARAMS_HEADER, header + PARAMS_HEADER, end - PARAMS_HEADER);
    params[LINUX_TYPE_OF_LOADER] = LINUX_LOADER_OTHER;
    params[LINUX_LOADFLAGS] |= LINUX_CAN_USE_HEAP;
    emu_put16(params + LINUX_HEAP_END, 0xfe00);
    emu_put64(params + PARAMS_ACPI_RSDP, request->acpi_rsdp);
    params[PARAMS_E820_COUNT] = (uint8_t)map->count;
    emu_memory_map_put(map, params + PARAMS_E820, 20);
}

bool emu_boot_make_linux(const struct emu_boot_request *request, struct emu_boot_image *image,
                         struct emu_error *err)
{
    uint8_t *params;

    if (!linux_check(request->kernel, err) || !linux_check_length(request->kernel, err))
        return false;
    params = calloc(1, PARAMS_SIZE);
    if (params == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    if (!emu_boot_give(image, LINUX_PARAMS, params, PARAMS_SIZE, err))
        return false;
    linux_fill_params(request, params);
    if (request->screen != NULL)
        linux_fill_screen(request->screen, params);
    image->protocol = "linux";
    image->esi = LINUX_PARAMS;
    return linux_add_kernel(request, image, err) && linux_add_initrd(request, image, params, err) &&
           linux_add_command_line(request, image, params, err);
}
