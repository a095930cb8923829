/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine made after another one. Any thread; blocks while disks are copied. */
#ifndef LATHE_LIBRARY_CLONE_H
#define LATHE_LIBRARY_CLONE_H

#include "app/library/files.h"
#include "app/library/library.h"

struct lathe_clone_options {
    const char *name; /* of the new machine */
    /* The disks of both go on from what is there now, which neither changes any more (qcow2 with a
     * backing image, the same file in both folders); else everything is copied. */
    bool linked;
    lathe_progress progress; /* NULL: nobody wants to know */
    void *opaque;
};

/*
 * The new machine has a uuid and network addresses of its own. The source must not run. NULL with
 * *error, and nothing new is left.
 */
struct lathe_machine *lathe_library_clone(struct lathe_library *library,
                                          struct lathe_machine *source,
                                          const struct lathe_clone_options *options,
                                          GError **error);

#endif
