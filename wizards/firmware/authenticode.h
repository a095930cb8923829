/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures of PE images (Microsoft's Authenticode; PKCS #7 by GnuTLS), and what firmware with a
 * given variable store says to them (UEFI 2.10, 32.4.3, and edk2's order). Dates do not count, as
 * for firmware. Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_AUTHENTICODE_H
#define LATHE_WIZARDS_FIRMWARE_AUTHENTICODE_H

#include "wizards/firmware/pe.h"

struct lathe_authenticode {
    char *digest_name; /* "sha256"; NULL: not known, or the content is broken */
    char *trouble;     /* why it is worth nothing; NULL: the image is as it was signed */
    GPtrArray
        *chain;    /* GBytes, DER: who signed, who signed that, as far as certificates came along */
    GBytes *pkcs7; /* all of it */
};

/* The image's signatures, an empty array if there are none. g_ptr_array_unref. */
GPtrArray *lathe_authenticode_read(const struct lathe_pe *pe);

struct lathe_authenticode_verdict {
    bool starts; /* with Secure Boot on */
    char *text;  /* why, or why not */
};

/*
 * What firmware says that has these variables. A broken dbx forbids everything, a broken db allows
 * nothing. verdict->text: g_free.
 */
void lathe_authenticode_judge(const struct lathe_pe *pe, const GPtrArray *signatures,
                              const GPtrArray *variables,
                              struct lathe_authenticode_verdict *verdict);

#endif
