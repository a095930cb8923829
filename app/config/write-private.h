/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of lathe_config_write share. */
#ifndef LATHE_CONFIG_WRITE_PRIVATE_H
#define LATHE_CONFIG_WRITE_PRIVATE_H

#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/plan/definition.h"

/* Ours in the document: <lathe:machine>, made if it is missing. */
xmlNode *lathe_write_ours(xmlNode *root);
/* The processor's element; a new one is all that the engine can, unless a model is named. */
xmlNode *lathe_write_need_cpu(xmlNode *root);
/* The first element of this name is taken out and freed; all: every one. */
void lathe_write_drop(xmlNode *parent, const char *name);
void lathe_write_drop_all(xmlNode *parent, const char *name);

bool lathe_write_disks(xmlNode *root, const struct lathe_definition *definition, GError **error);
bool lathe_write_places(xmlNode *root, const struct lathe_definition *definition, GError **error);
/* before: what the document said until now. */
bool lathe_write_nets(xmlNode *root, const struct lathe_definition *before,
                      const struct lathe_definition *definition, GError **error);
bool lathe_write_serials(xmlNode *root, const struct lathe_definition *before,
                         const struct lathe_definition *definition, GError **error);
bool lathe_write_consoles(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error);
bool lathe_write_channels(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error);
/* Those that are only kept are not touched. */
bool lathe_write_hostdevs(xmlNode *root, const struct lathe_definition *before,
                          const struct lathe_definition *definition, GError **error);
bool lathe_write_shares(xmlNode *root, const struct lathe_definition *before,
                        const struct lathe_definition *definition, GError **error);
/* Takes out a serial port by its number, from 1; false: there is none. */
bool lathe_write_remove_serial(xmlNode *devices, unsigned number);
/* The boot service of the adapter of that number, from 1: adds it; takes all out; takes one out,
 * whose adapter goes, so that those behind it have numbers less by one. 0: none. */
void lathe_write_netboot(xmlNode *root, unsigned number, const struct lathe_net_definition *net);
void lathe_write_drop_netboots(xmlNode *root);
void lathe_write_forget_netboot(xmlNode *root, unsigned number);
/* graphics.c: what is served; others stay. */
void lathe_write_graphics(xmlNode *root, const struct lathe_definition *definition);
bool lathe_write_debugcon(xmlNode *root, const struct lathe_definition *definition, GError **error);

#endif
