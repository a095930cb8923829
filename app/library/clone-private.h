/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two kinds of clones share. */
#ifndef LATHE_LIBRARY_CLONE_PRIVATE_H
#define LATHE_LIBRARY_CLONE_PRIVATE_H

#include <libxml/tree.h>

#include "app/library/clone.h"

struct clone {
    struct lathe_library *library;
    struct lathe_machine *source;
    const struct lathe_clone_options *options;
    struct lathe_draft *draft;
    struct lathe_config *config; /* of the new machine; names in the source's folder are relative */
    GHashTable *linked;          /* files of the source's folder that are not copied: char * */
    struct lathe_copy copy;
};

/* A disk that the machine writes to, from here on; NULL: none. */
xmlNode *lathe_clone_next_disk(xmlNode *disk);
/* Is it a device of the host? Then *error says that it cannot be cloned. */
bool lathe_clone_check_disk(const struct clone *clone, const xmlNode *disk, GError **error);

/*
 * Puts an image in front of each disk, in the source and in the draft, over the same files. The
 * source's definition is written: from then on both go on by themselves.
 */
bool lathe_clone_link(struct clone *clone, GError **error);

#endif
