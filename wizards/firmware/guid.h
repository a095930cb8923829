/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GUIDs as UEFI keeps them: the first three fields little-endian (UEFI 2.10, appendix A), and the
 * names of those that variables and signatures use. Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_GUID_H
#define LATHE_WIZARDS_FIRMWARE_GUID_H

#include <glib.h>
#include <stdbool.h>

struct lathe_guid {
    guint8 bytes[16];
};

#define LATHE_GUID_TEXT 37 /* bytes of its text with the NUL */

/* Those of guid-names.inc, by their identifiers. */
enum lathe_guid_id {
#define GUID(id, name, text) LATHE_GUID_##id,
#include "wizards/firmware/guid-names.inc"
#undef GUID
    LATHE_GUID_COUNT,
};

struct lathe_guid lathe_guid_of(enum lathe_guid_id id);
/* Reads 16 bytes. */
struct lathe_guid lathe_guid_read(const void *at);
bool lathe_guid_equal(const struct lathe_guid *left, const struct lathe_guid *right);
bool lathe_guid_is(const struct lathe_guid *guid, enum lathe_guid_id id);

/* "8be4df61-93ca-11d2-aa0d-00e098032b8c", or a name of the table. False: neither. */
bool lathe_guid_parse(const char *text, struct lathe_guid *out);
void lathe_guid_format(const struct lathe_guid *guid, char text[LATHE_GUID_TEXT]);
/* Its name in the table, else NULL. */
const char *lathe_guid_name(const struct lathe_guid *guid);
/* Its name, or else its digits. g_free. */
char *lathe_guid_describe(const struct lathe_guid *guid);

#endif
