/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that belong together and name each other: those of a folder, or the members of an archive.
 * A name is one file's, without a folder: nothing outside is reached. Any thread, one at a time.
 */
#ifndef LATHE_IMAGES_FILESET_H
#define LATHE_IMAGES_FILESET_H

#include "app/images/span.h"

struct lathe_fileset;

/* folder: where names are looked up; NULL: only what is added counts. */
struct lathe_fileset *lathe_fileset_new(const char *folder);
/* Closes all. */
void lathe_fileset_free(struct lathe_fileset *set);
typedef struct lathe_fileset lathe_fileset;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_fileset, lathe_fileset_free)

/* Opens a file for reading, which the set closes. */
bool lathe_fileset_open(struct lathe_fileset *set, const char *path, struct lathe_span *bytes,
                        GError **error);
/* Adds a part of a file of the set by a name. False: there is one of this name. */
bool lathe_fileset_add(struct lathe_fileset *set, const char *name, const struct lathe_span *bytes);
/* *bytes is good as long as the set. False with *error: not there, no name of a file, a link. */
bool lathe_fileset_find(struct lathe_fileset *set, const char *name, struct lathe_span *bytes,
                        GError **error);
/* Is there a file of this name? */
bool lathe_fileset_has(struct lathe_fileset *set, const char *name);

/* Is it the name of a file, and not a way to another folder? */
bool lathe_fileset_is_name(const char *name);

#endif
