/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of files in a definition, wherever they stand in it. */
#ifndef LATHE_CONFIG_PATHS_H
#define LATHE_CONFIG_PATHS_H

#include "app/config/config.h"

/* Returns what a name becomes, g_free; NULL: it stays. */
typedef char *(*lathe_config_path_map)(const char *path, void *opaque);

/* Goes through all names of files: disks, kernel, firmware and variables, ports, TPM. What a
 * definition keeps for others (backingStore) is left alone. */
void lathe_config_map_paths(struct lathe_config *config, lathe_config_path_map map, void *opaque);

/* Names below a folder become relative to it; all others stay. folder: a whole path. */
void lathe_config_make_relative(struct lathe_config *config, const char *folder);
/* The other way: names that are no whole path begin in the folder. */
void lathe_config_make_whole(struct lathe_config *config, const char *folder);

/* The name as lathe_config_make_relative writes it; g_free. NULL: it lies elsewhere. */
char *lathe_path_below(const char *path, const char *folder);

#endif
