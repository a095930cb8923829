/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI device paths (UEFI 2.10, 10.3) as text (10.6), and the short ones that boot entries are made
 * with. Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_DEVICE_PATH_H
#define LATHE_WIZARDS_FIRMWARE_DEVICE_PATH_H

#include "wizards/firmware/bytes.h"

/*
 * "PciRoot(0x0)/Pci(0x3,0x0)/HD(1,GPT,...)/\EFI\x.efi", instances with a comma between. Nodes that
 * are not known are Path(type,subtype,bytes); where a path is broken it ends with "(cut off)".
 * g_free.
 */
char *lathe_device_path_format(struct lathe_bytes path);
/* Is it whole: nodes within, and an end? */
bool lathe_device_path_is_whole(struct lathe_bytes path);

/* A file on any volume of the system ("/" becomes "\"). NULL: no UTF-8. g_bytes_unref. */
GBytes *lathe_device_path_of_file(const char *path);
/* What HTTP boot loads. */
GBytes *lathe_device_path_of_uri(const char *uri);

#endif
