/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives of files without folders: OVA packages (POSIX.1-1988 ustar; GNU's and pax's long names
 * and large sizes). Any thread. False with *error: one line.
 */
#ifndef LATHE_EXCHANGE_TAR_H
#define LATHE_EXCHANGE_TAR_H

#include "app/images/fileset.h"

#define LATHE_TAR_BLOCK 512u

/* Do the bytes begin as an archive does? */
bool lathe_tar_look(const struct lathe_span *bytes);
/*
 * Adds the members to a set and their names, in order, to names (of char *). Refused: what leads
 * out of the archive's own folder, links, devices, folders, two of the same name, damage.
 */
bool lathe_tar_read(const struct lathe_span *bytes, struct lathe_fileset *set, GPtrArray *names,
                    GError **error);

/* A member's head: its contents follow, up to a whole block. name: at most 99 bytes. */
void lathe_tar_write_head(uint8_t head[LATHE_TAR_BLOCK], const char *name, uint64_t size);

#endif
