/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on a disc (ISO 9660), such as an installer's kernel. Discs are hostile: all that is read is
 * bounded. Any thread.
 */
#ifndef LATHE_MEDIA_DISC_FILES_H
#define LATHE_MEDIA_DISC_FILES_H

#include "app/media/media.h"

/*
 * Where the bytes of a file lie: "install.amd/vmlinuz", capitals and small letters being the same
 * and versions left out. False: there is no such file, or not all of it is there.
 */
bool lathe_disc_find(const struct lathe_media_source *disc, const char *name, guint64 *offset,
                     guint64 *size);

/* Is there such a file on the disc at path? */
bool lathe_disc_has(const char *path, const char *name);
/* Writes a copy of it, mode 0600, to a place where there is nothing. False with *error, and nothing
 * is left there. */
bool lathe_disc_extract(const char *path, const char *name, const char *copy, GError **error);

#endif
