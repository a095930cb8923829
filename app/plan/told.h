/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest is told beside its devices, as a definition has it: files of fw_cfg, which Ignition
 * and others read by name, and texts of SMBIOS, with the OEM strings (type 11) that systemd takes
 * for credentials. Plain data and the parsers of its options; one thread at a time.
 */
#ifndef LATHE_PLAN_TOLD_H
#define LATHE_PLAN_TOLD_H

#include <glib.h>
#include <stdbool.h>

#include "emulator/api/told.h"

struct lathe_fw_file {
    char *name;
    char *path, *text; /* one of them: a file of the host, or the bytes themselves */
};

struct lathe_told {
    GArray *files;                 /* of struct lathe_fw_file */
    char *texts[EMU_SMBIOS_TEXTS]; /* NULL: the machine's own */
    GPtrArray *strings;            /* of char *: OEM strings */
};

struct lathe_told *lathe_told_new(void);
void lathe_told_free(struct lathe_told *told);
void lathe_told_clear_files(struct lathe_told *told);
void lathe_told_clear_smbios(struct lathe_told *told);
bool lathe_told_has_smbios(const struct lathe_told *told);
bool lathe_told_same_files(const struct lathe_told *left, const struct lathe_told *right);
bool lathe_told_same_smbios(const struct lathe_told *left, const struct lathe_told *right);

/*
 * Each takes one thing in; false with *error, without the option's name, and nothing changed: a
 * name that is none or there already, a text with control characters or too long, too much of it
 * all. path or text: one is NULL. An empty text of a structure stands for the machine's own.
 */
bool lathe_told_take_file(struct lathe_told *told, const char *name, const char *path,
                          const char *text, GError **error);
bool lathe_told_take_text(struct lathe_told *told, enum emu_smbios_text id, const char *text,
                          GError **error);
bool lathe_told_take_string(struct lathe_told *told, const char *text, GError **error);

/* As the command line has them, and QEMU's: "name=NAME,file=PATH" or "name=NAME,string=TEXT";
 * "type=1,serial=TEXT", "type=11,value=TEXT". A comma in a value is written twice. */
bool lathe_told_add_file(struct lathe_told *told, const char *text, GError **error);
bool lathe_told_add_smbios(struct lathe_told *told, const char *text, GError **error);
/* The same back; g_free. Of SMBIOS: a line for each structure with texts and each OEM string, NULL
 * terminated; g_strfreev. */
char *lathe_fw_file_text(const struct lathe_fw_file *file);
char **lathe_told_smbios_lines(const struct lathe_told *told);

/* Where libvirt's <sysinfo type='smbios'> and QEMU's -smbios have a text; static. */
const char *lathe_smbios_group(enum emu_smbios_text id);
const char *lathe_smbios_name(enum emu_smbios_text id);
unsigned lathe_smbios_type(enum emu_smbios_text id);

#endif
