/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI variables: one, a list of them in the order of their store, and what is known of those with
 * a name in known-variables.inc (UEFI 2.10, 3.3 and 8.2). Pure; any thread, one list at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_VARIABLE_H
#define LATHE_WIZARDS_FIRMWARE_VARIABLE_H

#include "wizards/firmware/bytes.h"
#include "wizards/firmware/guid.h"

enum lathe_variable_attribute {
    LATHE_VARIABLE_NON_VOLATILE = 1 << 0,
    LATHE_VARIABLE_BOOT = 1 << 1,    /* seen by boot services */
    LATHE_VARIABLE_RUNTIME = 1 << 2, /* seen by the system */
    LATHE_VARIABLE_HARDWARE_ERROR = 1 << 3,
    LATHE_VARIABLE_COUNT_AUTHENTICATED = 1 << 4, /* deprecated */
    LATHE_VARIABLE_TIME_AUTHENTICATED = 1 << 5,  /* changed only by who signs with its keys */
    LATHE_VARIABLE_APPEND = 1 << 6,
};

#define LATHE_VARIABLE_NV_BS    3u
#define LATHE_VARIABLE_NV_BS_RT 7u
#define LATHE_VARIABLE_SECURE   0x27u /* of PK, KEK, db, dbx */

#define LATHE_EFI_TIME 16 /* bytes of an EFI_TIME */

struct lathe_variable {
    char *name; /* as lathe_ucs2_name writes it */
    struct lathe_guid guid;
    guint32 attributes;
    guint64 count;               /* of the deprecated authentication */
    guint8 time[LATHE_EFI_TIME]; /* when it was signed; zeroes: never */
    guint32 key_index;           /* of the deprecated authentication */
    GBytes *data;
};

/* What a variable's bytes are. */
enum lathe_variable_kind {
    LATHE_VARIABLE_BYTES,
    LATHE_VARIABLE_U8,
    LATHE_VARIABLE_U16,
    LATHE_VARIABLE_U32,
    LATHE_VARIABLE_ASCII,
    LATHE_VARIABLE_UCS2,
    LATHE_VARIABLE_BOOT_ENTRY,
    LATHE_VARIABLE_BOOT_LIST,
    LATHE_VARIABLE_DEVICE_PATHS,
    LATHE_VARIABLE_SIGNATURES,
    LATHE_VARIABLE_SBAT,
    LATHE_VARIABLE_MOK_PASSWORD, /* a hash of it: not shown */
};

struct lathe_known_variable {
    const char *name; /* a '#' stands for one hexadecimal digit in capitals */
    enum lathe_guid_id guid;
    enum lathe_variable_kind kind;
    guint32 attributes;
};

/* The row of this name; NULL: not known. guid NULL: of any owner. */
const struct lathe_known_variable *lathe_known_variable(const char *name,
                                                        const struct lathe_guid *guid);

/* Takes data. */
struct lathe_variable *lathe_variable_new(const char *name, const struct lathe_guid *guid,
                                          guint32 attributes, GBytes *data);
struct lathe_variable *lathe_variable_copy(const struct lathe_variable *variable);
void lathe_variable_free(struct lathe_variable *variable);
bool lathe_variable_equal(const struct lathe_variable *left, const struct lathe_variable *right);

/* A list owns its variables. g_ptr_array_unref. */
GPtrArray *lathe_variables_new(void);
GPtrArray *lathe_variables_copy(const GPtrArray *list);
/* NULL: none. guid NULL: the first of that name. Borrowed. */
struct lathe_variable *lathe_variables_find(const GPtrArray *list, const char *name,
                                            const struct lathe_guid *guid);
/*
 * Sets the value and takes data. A variable that was there keeps its attributes and its place;
 * a new one has those of the table, or NV+BS+RT. Borrowed.
 */
struct lathe_variable *lathe_variables_set(GPtrArray *list, const char *name,
                                           const struct lathe_guid *guid, GBytes *data);
/* False: there was none. */
bool lathe_variables_remove(GPtrArray *list, const char *name, const struct lathe_guid *guid);

/*
 * "NAME" or "NAME@GUID", the GUID in digits or by name: a variable of the list, one of the table,
 * or anything with a GUID. The name goes to *name (g_free). False with *error: whose it is is not
 * known.
 */
bool lathe_variables_resolve(const GPtrArray *list, const char *text, char **name,
                             struct lathe_guid *guid, GError **error);

/* "NV+BS+RT+TIME"; bits without a name as a number. g_free. */
char *lathe_attributes_format(guint32 attributes);

/* "2023-05-01 12:30:00"; "" for zeroes. g_free. */
char *lathe_efi_time_format(const guint8 time[LATHE_EFI_TIME]);
/* In UTC; what lies outside of the years 1970 to 9999 is the nearest that does not. */
void lathe_efi_time_set(guint8 time[LATHE_EFI_TIME], gint64 seconds);
/* Below 0: left is earlier. */
int lathe_efi_time_compare(const guint8 left[LATHE_EFI_TIME], const guint8 right[LATHE_EFI_TIME]);

#endif
