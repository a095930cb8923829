/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SBAT: generations of boot loaders, by which shim refuses those with known faults (shim's
 * SBAT.md). Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_SBAT_H
#define LATHE_WIZARDS_FIRMWARE_SBAT_H

#include "wizards/firmware/bytes.h"

/*
 * Does an image with this .sbat section pass a store's SbatLevel? NULL: it does. Otherwise why not,
 * for example "SbatLevel wants grub 5, and it has 3". An image without entries never passes.
 * g_free.
 */
char *lathe_sbat_refusal(struct lathe_bytes section, struct lathe_bytes level);

#endif
