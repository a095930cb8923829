/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Properties of a machine put into its document, the way back from lathe_config_fill: only what is
 * asked for changes, everything else of the document stays. Any thread, one document at a time.
 */
#ifndef LATHE_CONFIG_WRITE_H
#define LATHE_CONFIG_WRITE_H

#include <stdint.h>

#include "app/config/config.h"

enum lathe_config_area {
    LATHE_AREA_NAME = 1 << 0, /* name, uuid, title, description; those that are not NULL */
    LATHE_AREA_BOARD = 1 << 1,
    LATHE_AREA_ENGINE = 1 << 2,
    LATHE_AREA_MEMORY = 1 << 3,
    LATHE_AREA_TOPOLOGY = 1 << 4,
    LATHE_AREA_CPU = 1 << 5,
    LATHE_AREA_FIRMWARE = 1 << 6, /* with its variables */
    LATHE_AREA_KERNEL = 1 << 7,
    LATHE_AREA_INITRD = 1 << 8,
    LATHE_AREA_APPEND = 1 << 9,
    LATHE_AREA_DISKS = 1 << 10, /* those of the definition are added; discs go into drives first */
    LATHE_AREA_NETS = 1 << 11,  /* those of the definition instead of those there are */
    LATHE_AREA_BOOT = 1 << 12,
    LATHE_AREA_SERIALS = 1 << 13, /* as NETS */
    LATHE_AREA_DEBUGCON = 1 << 14,
    LATHE_AREA_GPU = 1 << 15,
    LATHE_AREA_DISPLAY = 1 << 16,
    LATHE_AREA_TPM = 1 << 17,
    LATHE_AREA_REBOOT = 1 << 18,
    LATHE_AREA_DEBUG = 1 << 19, /* debug exit and test devices */
    LATHE_AREA_INPUT = 1 << 20,
    /* definition->parts: what says the same already stays as it is */
    LATHE_AREA_CELLS = 1 << 21, /* nodes of memory */
    LATHE_AREA_FEATURES =
        1 << 22, /* of CPUs, with their policies; LATHE_AREA_CPU writes them too */
    LATHE_AREA_IOTHREADS = 1 << 23,
    LATHE_AREA_CONTROLLERS = 1 << 24,
    LATHE_AREA_SOUNDS = 1 << 25,
    LATHE_AREA_HOSTDEVS = 1 << 26,
    LATHE_AREA_PLACES = 1 << 27,   /* of the disks and adapters there are, and disks' iothreads */
    LATHE_AREA_CONSOLES = 1 << 28, /* as SERIALS */
    LATHE_AREA_CHANNELS = 1 << 29,
    LATHE_AREA_INSTALL = 1 << 30, /* a system is being installed */
};
/* What an enumeration has no bits for. */
#define LATHE_AREA_SHARES (UINT64_C(1) << 31)
#define LATHE_AREA_FW_CFG (UINT64_C(1) << 32) /* definition->told: files; as SERIALS */
#define LATHE_AREA_SMBIOS (UINT64_C(1) << 33) /* and texts, all of them */

/*
 * Puts what the definition says of these areas (a mask) into the document. False with *error, the
 * document half changed: something that a document has no place for.
 */
bool lathe_config_write(struct lathe_config *config, const struct lathe_definition *definition,
                        uint64_t areas, GError **error);

/*
 * Takes a device out: a disk by its target ("vda"), or "net1", "serial2", counted from 1. False
 * with *error: there is none.
 */
bool lathe_config_remove_device(struct lathe_config *config, const char *word, GError **error);

/* Files of an installation, in a machine's folder; removed when it is over. */
#define LATHE_INSTALL_FOLDER "install"
#define LATHE_INSTALL_SEED   LATHE_INSTALL_FOLDER "/seed.iso"

/* The system is installed: takes out the kernel with all that it is told, the seed and its drive,
 * and the mark of LATHE_AREA_INSTALL. */
void lathe_config_end_install(struct lathe_config *config);

/* Is it a template, of which machines are made, and which does not run itself? */
bool lathe_config_is_template(const struct lathe_config *config);
void lathe_config_set_template(struct lathe_config *config, bool is);

/* Which group of the library the machine is in: "Work/Servers"; g_free, NULL: none. */
char *lathe_config_get_group(const struct lathe_config *config);
/* NULL or "": none. */
void lathe_config_set_group(struct lathe_config *config, const char *group);

#endif
