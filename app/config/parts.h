/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts that are kept for later versions (app/plan/parts.h): documents to data and back. */
#ifndef LATHE_CONFIG_PARTS_H
#define LATHE_CONFIG_PARTS_H

#include <libxml/tree.h>

#include "app/plan/definition.h"

/* <address type='pci'> of a device; not given where there is none, or one of another kind. */
struct lathe_place lathe_parts_read_place(const xmlNode *device);
/* A checked document's parts. */
void lathe_parts_read(const xmlNode *root, struct lathe_parts *parts);

/* What has to fit together. Appends to the findings. */
void lathe_parts_check(const xmlNode *root, GArray *findings);

/* Sets a device's address, unless it says the same; one that is not given is left alone. */
void lathe_parts_write_place(xmlNode *device, const struct lathe_place *place);
/* Put into the document what the parts say; what says the same already stays as it is. */
void lathe_parts_write_cells(xmlNode *root, const struct lathe_parts *parts);
void lathe_parts_write_features(xmlNode *root, const struct lathe_parts *parts);
void lathe_parts_write_iothreads(xmlNode *root, const struct lathe_parts *parts);
void lathe_parts_write_controllers(xmlNode *root, const struct lathe_parts *parts);
void lathe_parts_write_sounds(xmlNode *root, const struct lathe_parts *parts);
/* Of one device; of a kind that is not known nothing is changed but its place. */
void lathe_parts_write_hostdev(xmlNode *node, const struct lathe_hostdev *hostdev);
/* Is a <filesystem> a folder that the guest mounts by its name? */
bool lathe_parts_is_share(const xmlNode *filesystem);


#endif
