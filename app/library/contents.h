/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What deleting a machine removes, and what it leaves. Any thread. */
#ifndef LATHE_LIBRARY_CONTENTS_H
#define LATHE_LIBRARY_CONTENTS_H

#include "app/library/library.h"

struct lathe_content {
    char *name;    /* in the machine's folder */
    uint64_t size; /* bytes on the disk */
};

struct lathe_contents {
    char *link;       /* the machine lies there, and only a link to it goes; NULL: it lies here */
    GPtrArray *files; /* of struct lathe_content *, by name; all of them go */
    GPtrArray *stays; /* of char *: files elsewhere that it uses */
    uint64_t size;    /* of the files together */
};

struct lathe_contents *lathe_contents_read(const struct lathe_machine *machine);
void lathe_contents_free(struct lathe_contents *contents);
typedef struct lathe_contents lathe_contents;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_contents, lathe_contents_free)

#endif
