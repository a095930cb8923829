/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to firmware/: the formats behind emu_boot_prepare. Each "is" looks, each "make" makes. */
#ifndef EMU_FIRMWARE_BOOT_FORMATS_H
#define EMU_FIRMWARE_BOOT_FORMATS_H

#include "emulator/api/error.h"
#include "emulator/firmware/boot.h"

bool emu_boot_make_linux(const struct emu_boot_request *request, struct emu_boot_image *image,
                         struct emu_error *err);

bool emu_boot_is_elf(const struct emu_boot_file *file);
bool emu_boot_make_pvh(const struct emu_boot_request *request, struct emu_boot_image *image,
                       struct emu_error *err);

bool emu_boot_is_multiboot(const struct emu_boot_file *file);
bool emu_boot_make_multiboot(const struct emu_boot_request *request, struct emu_boot_image *image,
                             struct emu_error *err);

/* Loads the PT_LOAD segments of a 32- or 64-bit x86 ELF file at their physical addresses. *end is
 * the first address behind them. */
bool emu_boot_add_elf(const struct emu_boot_request *request, struct emu_boot_image *image,
                      uint64_t *entry, uint64_t *end, struct emu_error *err);

/* Little-endian fields at any alignment; the caller has checked the bounds. */
static inline uint16_t emu_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t emu_get32(const uint8_t *p)
{
    return emu_get16(p) | (uint32_t)emu_get16(p + 2) << 16;
}
static inline uint64_t emu_get64(const uint8_t *p)
{
    return emu_get32(p) | (uint64_t)emu_get32(p + 4) << 32;
}
static inline void emu_put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}
static inline void emu_put32(uint8_t *p, uint32_t value)
{
    emu_put16(p, (uint16_t)value);
    emu_put16(p + 2, (uint16_t)(value >> 16));
}
static inline void emu_put64(uint8_t *p, uint64_t value)
{
    emu_put32(p, (uint32_t)value);
    emu_put32(p + 4, (uint32_t)(value >> 32));
}

#endif
