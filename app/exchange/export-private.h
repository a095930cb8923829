/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the export share: the words so far, and what of the document was said. */
#ifndef LATHE_EXCHANGE_EXPORT_PRIVATE_H
#define LATHE_EXCHANGE_EXPORT_PRIVATE_H

#include "app/config/tree.h"
#include "app/exchange/export.h"

struct lathe_export {
    const xmlNode *root, *devices;
    const struct lathe_export_firmware *firmware;
    GPtrArray *words, *left;
    GHashTable *said; /* elements and attributes, by address */
    bool q35;
    unsigned sata; /* used ports of the board's controller */
};

void lathe_export_init(struct lathe_export *export, const struct lathe_config *config);
/* Returns what is left, which is the caller's; frees the rest. */
GPtrArray *lathe_export_finish(struct lathe_export *export);
/* What has no mark is left. */
void lathe_export_tell(struct lathe_export *export);

/* An element, an attribute, an element's text: marked as said. NULL: none. g_free the texts. */
const xmlNode *lathe_export_child(struct lathe_export *export, const xmlNode *node,
                                  const char *name);
char *lathe_export_get(struct lathe_export *export, const xmlNode *node, const char *attribute);
char *lathe_export_text(struct lathe_export *export, const xmlNode *node);
/* Marks an attribute that QEMU needs not be told. */
void lathe_export_skip(struct lathe_export *export, const xmlNode *node, const char *attribute);
bool lathe_export_is(struct lathe_export *export, const xmlNode *node, const char *attribute,
                     const char *value);
void lathe_export_mark(struct lathe_export *export, const xmlNode *node);
/* All below it too. */
void lathe_export_mark_all(struct lathe_export *export, const xmlNode *node);

/* An option and its value, which is taken; NULL: it has none. */
void lathe_export_add(struct lathe_export *export, const char *option, char *value);
/* Appends ",KEY=VALUE" with commas doubled, unless value is NULL. */
void lathe_export_key(GString *text, const char *key, const char *value);
/* A device's place: ",bus=,addr=" and ",bootindex=". */
void lathe_export_place(struct lathe_export *export, const xmlNode *device, GString *text);

void lathe_export_devices(struct lathe_export *export);
void lathe_export_drives(struct lathe_export *export);
void lathe_export_nets(struct lathe_export *export);

#endif
