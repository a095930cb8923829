/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Butane's YAML for people made into Ignition's JSON for machines: variants fcos 1.0 to 1.7,
 * flatcar, r4e and fiot. Keys that the specification does not have are refused, with their place;
 * so is what only stands for something longer (boot_device, trees, with_mount_unit). Any thread.
 */
#ifndef LATHE_IGNITION_BUTANE_H
#define LATHE_IGNITION_BUTANE_H

#include <glib.h>
#include <stdbool.h>

enum { LATHE_BUTANE_FILE_MAX = 1 << 20 }; /* bytes of a file that is taken in */

/*
 * g_free. folder: where "local:" files are, of which none outside of it is read; NULL: there are
 * none. NULL with *error: "storage.files[0].mode: why".
 */
char *lathe_butane_to_ignition(const char *text, gsize length, const char *folder, GError **error);

#endif
