/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PE images, which UEFI programs are (Microsoft's PE format; UEFI 2.10, 2.1.1): headers, sections,
 * the hash that Authenticode signs, and what strict memory protection thinks of them. Pure; any
 * thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_PE_H
#define LATHE_WIZARDS_FIRMWARE_PE_H

#include "wizards/firmware/bytes.h"

#define LATHE_PE_FILE_MAX (1u << 30) /* bytes; unified kernels hold an initrd */

enum lathe_pe_section_flag {
    LATHE_PE_EXECUTE = 1 << 29,
    LATHE_PE_READ = 1 << 30,
};
#define LATHE_PE_WRITE     (1u << 31)
#define LATHE_PE_NX_COMPAT 0x0100u /* DllCharacteristics: no need of writable code */

struct lathe_pe_section {
    char *name;
    guint32 memory_at, memory_size; /* once it is loaded */
    guint32 file_at, file_size;
    guint32 flags;
};

struct lathe_pe {
    struct lathe_bytes file;                     /* borrowed */
    guint16 machine, subsystem, characteristics; /* DllCharacteristics */
    bool wide;                                   /* PE32+ */
    guint32 section_alignment, headers_size;
    gsize checksum_at, signatures_entry_at; /* what the hash leaves out; 0: no such entry */
    struct lathe_bytes signatures;          /* the certificate table; empty: unsigned */
    gsize signatures_at;
    GArray *sections; /* of struct lathe_pe_section */
};

/* NULL with *error: no PE image, or where it is broken. file must outlive it. */
struct lathe_pe *lathe_pe_parse(struct lathe_bytes file, GError **error);
void lathe_pe_free(struct lathe_pe *pe);

/* NULL: none of that name. */
const struct lathe_pe_section *lathe_pe_find(const struct lathe_pe *pe, const char *name);
/* What of it lies in the file. */
struct lathe_bytes lathe_pe_section_data(const struct lathe_pe *pe,
                                         const struct lathe_pe_section *section);

/* The hash of the image without its signatures (Authenticode's). NULL: sections overlap. */
GBytes *lathe_pe_digest(const struct lathe_pe *pe, GChecksumType type);

/* "x86-64", "application", ...; "0x1234" where the number is not known. g_free. */
char *lathe_pe_machine_name(const struct lathe_pe *pe);
char *lathe_pe_subsystem_name(const struct lathe_pe *pe);
bool lathe_pe_is_uki(const struct lathe_pe *pe);

/* What keeps it from strict memory protection, a line each; none: nothing does. g_strfreev. */
char **lathe_pe_memory_faults(const struct lathe_pe *pe);

typedef struct lathe_pe lathe_pe;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_pe, lathe_pe_free)

#endif
