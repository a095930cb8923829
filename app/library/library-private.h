/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the library share. */
#ifndef LATHE_LIBRARY_LIBRARY_PRIVATE_H
#define LATHE_LIBRARY_LIBRARY_PRIVATE_H

#include "app/library/library.h"

#define LIBRARY_DELETED ".deleted"

struct lathe_library {
    char *folder;
};

/* Makes the folder if it is missing and locks the whole library for a moment: names and places do
 * not change meanwhile. An open file, closed to unlock; -1 with *error. */
int lathe_library_lock(struct lathe_library *library, GError **error);
/* In a folder, by its name; not read. */
struct lathe_machine *lathe_machine_new(const char *parent, const char *id);
/* Has no machine but the one in the folder of this name (NULL: none at all) this name? */
bool lathe_library_name_is_free(struct lathe_library *library, const char *name, const char *except,
                                GError **error);
/* Faults of a definition, one line each; a name that is no machine's. */
bool lathe_library_check(const struct lathe_config *config, GError **error);
/* A folder's name that is not taken, made of a machine's name; the library is locked. g_free. */
char *lathe_library_free_id(struct lathe_library *library, const char *name);

#endif
