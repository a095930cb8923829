/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signature databases: EFI_SIGNATURE_LISTs one behind the other (UEFI 2.10, 32.4.1), as PK, KEK,
 * db, dbx, shim's lists and files hold them. Pure; any thread, one list at a time.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_SIGNATURE_H
#define LATHE_WIZARDS_FIRMWARE_SIGNATURE_H

#include "wizards/firmware/bytes.h"
#include "wizards/firmware/guid.h"

struct lathe_signature {
    struct lathe_guid type;  /* LATHE_GUID_CERT_... */
    struct lathe_guid owner; /* who put it there */
    GBytes *data;            /* a certificate, a hash, a key */
};

/* Lists own their signatures. g_ptr_array_unref. */
GPtrArray *lathe_signatures_new(void);
/* NULL with *error: where it is broken. Nothing is an empty list. */
GPtrArray *lathe_signatures_parse(struct lathe_bytes bytes, GError **error);
/* A list for each certificate, and one for neighbours of the same kind and length. */
GBytes *lathe_signatures_build(const GPtrArray *signatures);

bool lathe_signatures_has(const GPtrArray *signatures, enum lathe_guid_id type,
                          struct lathe_bytes data);
/* False: it is there already, whoever its owner is. */
bool lathe_signatures_add(GPtrArray *signatures, enum lathe_guid_id type,
                          const struct lathe_guid *owner, struct lathe_bytes data);
/* The same for a copy of a signature of any kind, known or not. */
bool lathe_signatures_take(GPtrArray *signatures, const struct lathe_signature *signature);
/* The kind of a plain hash of this many bytes; LATHE_GUID_COUNT: there is none. */
enum lathe_guid_id lathe_signature_hash_type(gsize size);

/*
 * The lists within a file that updates a variable: an EFI_VARIABLE_AUTHENTICATION_2 (UEFI 2.10,
 * 8.2.2) is skipped if one comes first. time, if not NULL, gets its 16 bytes, or zeroes.
 */
struct lathe_bytes lathe_signatures_payload(struct lathe_bytes file, guint8 time[16]);

#endif
