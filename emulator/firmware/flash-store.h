/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file behind a flash memory. It is replaced as a whole by a thread of its own, so that no
 * crash leaves half of a change, and no vcpu waits for a disk.
 */
#ifndef EMU_FIRMWARE_FLASH_STORE_H
#define EMU_FIRMWARE_FLASH_STORE_H

#include "emulator/api/error.h"
#include "emulator/api/types.h"

struct emu_flash_store;

/* Told once, on the store's thread, when the file cannot be written: a line for a person. */
typedef void emu_flash_store_failed_fn(void *opaque, const char *text);

/*
 * Opens the file, locks it against other machines and reads it. NULL with *err: missing, not
 * writable, larger than limit, in use by another machine.
 */
struct emu_flash_store *emu_flash_store_open(const char *path, size_t limit,
                                             emu_flash_store_failed_fn *failed, void *opaque,
                                             struct emu_error *err);
/* The bytes read at opening; the store's own, until emu_flash_store_close. */
const uint8_t *emu_flash_store_data(const struct emu_flash_store *store, size_t *size);
/* The file is to hold these bytes, as many as it has. Copies them and returns at once. Any thread.
 */
void emu_flash_store_put(struct emu_flash_store *store, const uint8_t *data);
/* Waits until the last bytes are on the disk. NULL is legal. */
void emu_flash_store_close(struct emu_flash_store *store);

#endif
