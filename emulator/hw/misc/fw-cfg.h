/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware configuration device as QEMU specifies it. Regions: 0 ports 0x510 and 0x511, 1 ports
 * 0x514 to 0x51b (DMA address, big-endian). Needs dma.
 */
#ifndef EMU_HW_MISC_FW_CFG_H
#define EMU_HW_MISC_FW_CFG_H

#include "emulator/core/device.h"

extern const struct emu_device_class emu_fw_cfg_class;

enum emu_fw_cfg_key {
    EMU_FW_CFG_SIGNATURE = 0x00,
    EMU_FW_CFG_ID = 0x01,
    EMU_FW_CFG_UUID = 0x02,
    EMU_FW_CFG_RAM_SIZE = 0x03,
    EMU_FW_CFG_NOGRAPHIC = 0x04,
    EMU_FW_CFG_NB_CPUS = 0x05,
    EMU_FW_CFG_MACHINE_ID = 0x06,
    EMU_FW_CFG_KERNEL_ADDR = 0x07,
    EMU_FW_CFG_KERNEL_SIZE = 0x08,
    EMU_FW_CFG_KERNEL_CMDLINE = 0x09,
    EMU_FW_CFG_INITRD_ADDR = 0x0a,
    EMU_FW_CFG_INITRD_SIZE = 0x0b,
    EMU_FW_CFG_BOOT_DEVICE = 0x0c,
    EMU_FW_CFG_NUMA = 0x0d,
    EMU_FW_CFG_BOOT_MENU = 0x0e,
    EMU_FW_CFG_MAX_CPUS = 0x0f,
    EMU_FW_CFG_KERNEL_ENTRY = 0x10,
    EMU_FW_CFG_KERNEL_DATA = 0x11,
    EMU_FW_CFG_INITRD_DATA = 0x12,
    EMU_FW_CFG_CMDLINE_ADDR = 0x13,
    EMU_FW_CFG_CMDLINE_SIZE = 0x14,
    EMU_FW_CFG_CMDLINE_DATA = 0x15,
    EMU_FW_CFG_SETUP_ADDR = 0x16,
    EMU_FW_CFG_SETUP_SIZE = 0x17,
    EMU_FW_CFG_SETUP_DATA = 0x18,
    EMU_FW_CFG_FILE_DIR = 0x19,
    EMU_FW_CFG_FILE_FIRST = 0x20,
    EMU_FW_CFG_MAX_FILES = 0x40,
    EMU_FW_CFG_ARCH_LOCAL = 0x8000, /* added to a key: of the architecture */
    EMU_FW_CFG_IRQ0_OVERRIDE = 0x8002,
    EMU_FW_CFG_X86_E820 = 0x8003,
};

/*
 * Items of a machine that is being built or at rest. data is copied. Numbers are little-endian.
 * Adding again replaces. False with *err: no memory, too many files, a name of 56 bytes or more.
 */
bool emu_fw_cfg_add_item(struct emu_device *device, uint16_t key, const void *data, size_t length,
                         struct emu_error *err);
bool emu_fw_cfg_add_number(struct emu_device *device, uint16_t key, uint64_t value, unsigned bytes,
                           struct emu_error *err);
bool emu_fw_cfg_add_file(struct emu_device *device, const char *name, const void *data,
                         size_t length, struct emu_error *err);
/* Is there a file of this name? */
bool emu_fw_cfg_has_file(struct emu_device *device, const char *name);
/*
 * The bytes of a file depend on what the guest has done: refresh makes them anew in place, always
 * length of them, when the file is selected. Called with the device's lock held, on a vcpu thread.
 */
typedef void emu_fw_cfg_refresh_fn(void *opaque, uint8_t *data, size_t length);
bool emu_fw_cfg_set_refresh(struct emu_device *device, const char *name,
                            emu_fw_cfg_refresh_fn *refresh, void *opaque, struct emu_error *err);
/* As add_file, and the guest may write it by DMA: written (may be NULL) is then called with the
 * device's lock held. data starts as given and resets to it. */
typedef void emu_fw_cfg_written_fn(void *opaque, const uint8_t *data, size_t length);
bool emu_fw_cfg_add_writable_file(struct emu_device *device, const char *name, const void *data,
                                  size_t length, emu_fw_cfg_written_fn *written, void *opaque,
                                  struct emu_error *err);

#endif
