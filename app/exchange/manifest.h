/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums of a package (OVF 1.1, section 5.1): "SHA256(NAME)= HEX" lines. Any thread. */
#ifndef LATHE_EXCHANGE_MANIFEST_H
#define LATHE_EXCHANGE_MANIFEST_H

#include "app/images/convert.h"

struct lathe_manifest_row {
    char *name, *sum; /* sum: lower case */
    GChecksumType type;
};

/* The rows of a manifest (of struct lathe_manifest_row, freed with the array). NULL with *error: a
 * line that is none, a checksum that is not known, too large. */
GArray *lathe_manifest_parse(const struct lathe_span *bytes, GError **error);
/* Bytes of all files that it names; for how long the check takes. */
uint64_t lathe_manifest_total(const GArray *rows, struct lathe_fileset *set);
/*
 * Are all files what it says, and does it name all these (NULL-terminated)? False with *error. The
 * task grows as lathe_manifest_total.
 */
bool lathe_manifest_check(const GArray *rows, struct lathe_fileset *set, const char *const *needed,
                          struct lathe_task *task, GError **error);

#endif
