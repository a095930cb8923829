/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest is told beside its devices: files of fw_cfg, which firmware and programs read by
 * name (QEMU docs/specs/fw_cfg.rst), and texts of the SMBIOS structures (DSP0134). Plain data.
 */
#ifndef EMU_API_TOLD_H
#define EMU_API_TOLD_H

#include <stddef.h>

#include "emulator/api/types.h"

#define EMU_FW_CFG_NAME_MAX   55         /* bytes of a file's name */
#define EMU_FW_CFG_FILES_MAX  32         /* files of the owner's */
#define EMU_FW_CFG_FILE_BYTES (1u << 26) /* of one of them */
#define EMU_SMBIOS_TEXT_MAX   1024       /* bytes of a text of a structure */
#define EMU_SMBIOS_STRINGS    255        /* OEM strings (type 11), */
#define EMU_SMBIOS_STRING_MAX 32768      /* bytes of each, */
#define EMU_SMBIOS_TOTAL      49152      /* and of all texts together */

enum emu_smbios_text {
#define SMBIOS_TEXT(id, type, group, name) EMU_SMBIOS_##id,
#include "emulator/api/smbios.inc"
#undef SMBIOS_TEXT
    EMU_SMBIOS_TEXTS
};

struct emu_fw_cfg_file {
    const char *name; /* "opt/org.example/x"; none that the machine has itself */
    const void *data;
    size_t size;
};

/* Read during emu_machine_new only. */
struct emu_told {
    const struct emu_fw_cfg_file *files;
    unsigned file_count;
    const char *texts[EMU_SMBIOS_TEXTS]; /* NULL: the machine's own */
    const char *const *strings;          /* OEM strings, not empty */
    unsigned string_count;
    uint8_t uuid[16]; /* as it is written; zeros: none */
};

#endif
