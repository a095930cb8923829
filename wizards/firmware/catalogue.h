/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All firmware of a host: by its descriptors, and builds that packages bring without one; what each
 * gives, what is wrong with it, and which one fits what is wanted. Any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_CATALOGUE_H
#define LATHE_WIZARDS_FIRMWARE_CATALOGUE_H

#include "app/firmware/descriptor.h"

struct lathe_firmware_item {
    const struct lathe_descriptor *descriptor;
    bool built_in; /* known to this program, without a descriptor on the host */
    char *trouble; /* why it cannot be used here; NULL: it can */
};

struct lathe_catalogue {
    struct lathe_descriptor_list *list;
    GPtrArray *built_in; /* of struct lathe_descriptor */
    GPtrArray *items;    /* of struct lathe_firmware_item, in the order of choice */
};

/* What a machine is and what its firmware shall have, or shall not. Borrowed. */
struct lathe_firmware_wish {
    const char *architecture, *machine; /* NULL: any; an alias ("q35") is a new one of its kind */
    const char *const *with, *const *without;
    bool raw;         /* only images that are no qcow2 */
    const char *name; /* just this one, if it fits; NULL: the first that does */
};

/* folders as lathe_descriptor_list_read takes them. */
struct lathe_catalogue *lathe_catalogue_read(const char *const *folders);
void lathe_catalogue_free(struct lathe_catalogue *catalogue);

/* Why the item is not what is wished, translated; NULL: it is. g_free. */
char *lathe_firmware_item_misses(const struct lathe_firmware_item *item,
                                 const struct lathe_firmware_wish *wish);
/* The first that is what is wished; NULL: none. */
const struct lathe_firmware_item *lathe_catalogue_choose(const struct lathe_catalogue *catalogue,
                                                         const struct lathe_firmware_wish *wish);

/* A build whose code is in this file, also where the host has none; NULL: not known. */
const struct lathe_descriptor *lathe_catalogue_find_build(const struct lathe_catalogue *catalogue,
                                                          const char *executable);

/* A feature in words, marked for translation; NULL: not known. */
const char *lathe_firmware_feature_words(const char *feature);
/* All that are known by name, ended by NULL. */
const char *const *lathe_firmware_features(void);

typedef struct lathe_catalogue lathe_catalogue;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_catalogue, lathe_catalogue_free)

#endif
