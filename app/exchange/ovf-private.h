/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the reader of OVF share. */
#ifndef LATHE_EXCHANGE_OVF_PRIVATE_H
#define LATHE_EXCHANGE_OVF_PRIVATE_H

#include "app/config/tree.h"
#include "app/exchange/ovf.h"

/* Types of resources (CIM_ResourceAllocationSettingData). */
enum ovf_resource {
    OVF_OTHER = 1,
    OVF_CPU = 3,
    OVF_MEMORY = 4,
    OVF_IDE = 5,
    OVF_SCSI = 6,
    OVF_ETHERNET = 10,
    OVF_FLOPPY = 14,
    OVF_CD = 15,
    OVF_DVD = 16,
    OVF_DISK = 17,
    OVF_STORAGE = 20, /* controllers: SATA, NVMe */
    OVF_SERIAL = 21,
    OVF_USB = 23,
    OVF_GRAPHICS = 24,
    OVF_SOUND = 35,
};

struct ovf_reader {
    const char *name;
    const xmlNode *root, *hardware;
    struct lathe_ovf *ovf;
    GHashTable *files, *disks; /* by id: elements */
    unsigned sata;             /* drives there */
};

/* Elements and attributes by their local names, whatever the namespace: versions of OVF and
 * programs that write it differ there. NULL: none; texts are g_free'd. */
const xmlNode *ovf_child(const xmlNode *node, const char *name);
const xmlNode *ovf_next(const xmlNode *node);
char *ovf_get(const xmlNode *node, const char *attribute);
/* Of a child, without the blanks around it. */
char *ovf_text(const xmlNode *node, const char *name);
uint64_t ovf_number(const xmlNode *node, const char *name, uint64_t otherwise);
/* What a unit stands for in bytes: "byte * 2^20", "MegaBytes"; NULL: otherwise. 0: not known. */
uint64_t ovf_unit(const char *unit, uint64_t otherwise);

void ovf_leave(struct ovf_reader *reader, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* All items of the virtual hardware. */
bool ovf_read_hardware(struct ovf_reader *reader, GError **error);

#endif
