/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the import share: the options, the document that grows, and what is left. */
#ifndef LATHE_EXCHANGE_IMPORT_PRIVATE_H
#define LATHE_EXCHANGE_IMPORT_PRIVATE_H

#include "app/config/config.h"
#include "app/config/tree.h"
#include "app/exchange/options.h"

struct lathe_import {
    const GPtrArray *options;
    const char *folder;
    const char *arch; /* "x86_64" */
    bool q35, defaults, snapshot;
    xmlNode *root, *os, *devices;
    GPtrArray *left;       /* of char * */
    GHashTable *bridges;   /* QEMU's id of a bus -> its number, as a pointer */
    GHashTable *iothreads; /* QEMU's id -> number */
    unsigned letters[4];   /* used names of disks: vd, sd, hd, fd */
    unsigned controllers;  /* of PCI, for their numbers */
    unsigned behind[256];  /* devices behind each port that have no slot of their own */
    bool boot_by_device;   /* some device has a place in the boot order */
};

/* Tells what is lost, in a printf's words. */
void lathe_import_leave(struct lathe_import *import, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Tells that an option is lost, all of it, and why (NULL: not known). */
void lathe_import_drop(struct lathe_import *import, struct lathe_qemu_option *option,
                       const char *why);
/* The whole path of a file; g_free. */
char *lathe_import_path(const struct lathe_import *import, const char *name);
/* What every device may say: its place on a bus, and in the boot order. */
void lathe_import_place(struct lathe_import *import, struct lathe_qemu_option *device,
                        xmlNode *node);
/* Ours in the document. */
xmlNode *lathe_import_ours(struct lathe_import *import);

/* The areas; each goes through the options that are its own. */
void lathe_import_machine(struct lathe_import *import);
void lathe_import_firmware(struct lathe_import *import);
void lathe_import_buses(struct lathe_import *import);
void lathe_import_drives(struct lathe_import *import);
void lathe_import_nets(struct lathe_import *import);
void lathe_import_ports(struct lathe_import *import);
void lathe_import_people(struct lathe_import *import);
/* A device that is a disk, an adapter, a port, ...; false: none of theirs. */
bool lathe_import_drive_device(struct lathe_import *import, struct lathe_qemu_option *device);
bool lathe_import_net_device(struct lathe_import *import, struct lathe_qemu_option *device);
bool lathe_import_port_device(struct lathe_import *import, struct lathe_qemu_option *device);
bool lathe_import_plain_device(struct lathe_import *import, struct lathe_qemu_option *device);

#endif
