/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PE images: reading headers, hashing, judging. Imports, relocations and debug data are left out.
 */
#include "wizards/firmware/pe.h"

#include <stdlib.h>

#include "app/plan/error.h"

#define DOS_HEADER      64u
#define COFF_HEADER     24u /* with the signature before it */
#define SECTION_HEADER  40u
#define SECTIONS_MAX    96u /* what Windows' loader takes */
#define SYMBOL          18u
#define DIRECTORY_CERTS 4u
#define MAGIC_PE32      0x10b
#define MAGIC_PE32_PLUS 0x20b
#define PAGE            4096u

/* ---- headers ---- */

/* The optional header, which says where everything is. */
static bool pe_read_optional(struct lathe_pe *pe, struct lathe_bytes header, gsize at,
                             GError **error)
{
    gsize directories = 0;

    if (header.size < 96)
        return lathe_error_input(error, "the optional header at %#zx is cut off", at);
    guint16 magic = lathe_le16(header.data);
    if (magic != MAGIC_PE32 && magic != MAGIC_PE32_PLUS)
        return lathe_error_input(error, "the optional header at %#zx has an unknown magic %#x", at,
                                 magic);
    pe->wide = magic == MAGIC_PE32_PLUS;
    pe->section_alignment = lathe_le32(header.data + 32);
    pe->headers_size = lathe_le32(header.data + 60);
    pe->checksum_at = at + 64;
    pe->subsystem = lathe_le16(header.data + 68);
    pe->characteristics = lathe_le16(header.data + 70);
    directories = pe->wide ? 112 : 96;
    if (header.size < directories || lathe_le32(header.data + directories - 4) <= DIRECTORY_CERTS ||
        !lathe_bytes_has(header, directories + 8 * DIRECTORY_CERTS, 8))
        return true; /* nothing can be signed */
    gsize entry = directories + 8 * DIRECTORY_CERTS;
    guint32 table = lathe_le32(header.data + entry), size = lathe_le32(header.data + entry + 4);
    pe->signatures_entry_at = at + entry;
    pe->signatures_at = table;
    return size == 0 || lathe_bytes_cut(pe->file, table, size, &pe->signatures) ||
           lathe_error_input(error, "the certificate table at %#x reaches beyond the file", table);
}

/* "/123" is a place in the string table behind the symbols. */
static char *pe_section_name(const struct lathe_pe *pe, const guint8 *header, guint64 strings)
{
    g_autofree char *name = g_strndup((const char *)header, 8);
    char *end;
    guint64 at = name[0] == '/' ? g_ascii_strtoull(name + 1, &end, 10) : 0;

    if (at == 0 || *end != '\0' || strings == 0 || !lathe_bytes_has(pe->file, strings + at, 1))
        return lathe_text_clean(header, 8);
    struct lathe_bytes rest = lathe_bytes_skip(pe->file, (gsize)(strings + at));
    return lathe_text_clean(rest.data, MIN(rest.size, 64));
}

static bool pe_read_section(struct lathe_pe *pe, gsize at, guint64 strings, GError **error)
{
    const guint8 *header = pe->file.data + at;
    struct lathe_pe_section section = {
        .memory_size = lathe_le32(header + 8),
        .memory_at = lathe_le32(header + 12),
        .file_size = lathe_le32(header + 16),
        .file_at = lathe_le32(header + 20),
        .flags = lathe_le32(header + 36),
    };

    section.name = pe_section_name(pe, header, strings);
    g_array_append_val(pe->sections, section);
    return section.file_size == 0 ||
           lathe_bytes_has(pe->file, section.file_at, section.file_size) ||
           lathe_error_input(error, "the section %s reaches beyond the file", section.name);
}

static bool pe_read(struct lathe_pe *pe, GError **error)
{
    struct lathe_bytes file = pe->file, header;
    guint32 at;

    if (file.size < DOS_HEADER || memcmp(file.data, "MZ", 2) != 0)
        return lathe_error_input(error, "it is no PE image: it does not begin with MZ");
    at = lathe_le32(file.data + 60);
    if (!lathe_bytes_cut(file, at, COFF_HEADER, &header) || memcmp(header.data, "PE\0\0", 4) != 0)
        return lathe_error_input(error, "it is no PE image: there is no PE header at %#x", at);
    guint count = lathe_le16(header.data + 6);
    gsize optional = at + COFF_HEADER, sections = optional + lathe_le16(header.data + 20);
    guint32 symbols = lathe_le32(header.data + 12);
    guint64 strings = symbols != 0 ? symbols + (guint64)lathe_le32(header.data + 16) * SYMBOL : 0;
    pe->machine = lathe_le16(header.data + 4);
    if (count > SECTIONS_MAX || !lathe_bytes_has(file, sections, (guint64)count * SECTION_HEADER))
        return lathe_error_input(error, "it has %u sections, which do not fit", count);
    header = (struct lathe_bytes){file.data + optional, sections - optional};
    if (!pe_read_optional(pe, header, optional, error))
        return false;
    for (guint i = 0; i < count; i++) {
        if (!pe_read_section(pe, sections + i * SECTION_HEADER, strings, error))
            return false;
    }
    return true;
}

static void pe_section_clear(gpointer section)
{
    g_free(((struct lathe_pe_section *)section)->name);
}

struct lathe_pe *lathe_pe_parse(struct lathe_bytes file, GError **error)
{
    struct lathe_pe *pe = g_new0(struct lathe_pe, 1);

    pe->file = file;
    pe->sections = g_array_new(FALSE, FALSE, sizeof(struct lathe_pe_section));
    g_array_set_clear_func(pe->sections, pe_section_clear);
    if (pe_read(pe, error))
        return pe;
    lathe_pe_free(pe);
    return NULL;
}

void lathe_pe_free(struct lathe_pe *pe)
{
    if (pe == NULL)
        return;
    g_array_unref(pe->sections);
    g_free(pe);
}

/* ---- sections ---- */

static const struct lathe_pe_section *pe_section(const struct lathe_pe *pe, guint index)
{
    return &g_array_index(pe->sections, struct lathe_pe_section, index);
}

const struct lathe_pe_section *lathe_pe_find(const struct lathe_pe *pe, const char *name)
{
    for (guint i = 0; i < pe->sections->len; i++) {
        if (strcmp(pe_section(pe, i)->name, name) == 0)
            return pe_section(pe, i);
    }
    return NULL;
}

/* The file's part may be padded; the memory's may go on with zeroes. */
struct lathe_bytes lathe_pe_section_data(const struct lathe_pe *pe,
                                         const struct lathe_pe_section *section)
{
    struct lathe_bytes data = {NULL, 0};
    guint32 size = section->memory_size != 0 ? MIN(section->memory_size, section->file_size)
                                             : section->file_size;

    if (size != 0)
        lathe_bytes_cut(pe->file, section->file_at, size, &data);
    return data;
}

/* ---- the hash ---- */

static int pe_compare_places(const void *left, const void *right)
{
    const struct lathe_pe_section *const *a = left, *const *b = right;

    return (*a)->file_at < (*b)->file_at ? -1 : (*a)->file_at > (*b)->file_at;
}

static void pe_hash(GChecksum *sum, const struct lathe_pe *pe, gsize from, gsize to)
{
    if (from < to)
        g_checksum_update(sum, pe->file.data + from, (gssize)(to - from));
}

/* The headers without the checksum and the table's entry. */
static gsize pe_hash_headers(GChecksum *sum, const struct lathe_pe *pe)
{
    gsize at = pe->checksum_at + 4;

    pe_hash(sum, pe, 0, pe->checksum_at);
    if (pe->signatures_entry_at != 0) {
        pe_hash(sum, pe, at, pe->signatures_entry_at);
        at = pe->signatures_entry_at + 8;
    }
    pe_hash(sum, pe, at, pe->headers_size);
    return pe->headers_size;
}

/* No byte counts twice: hostile headers would have one gigabyte hashed a hundred times. */
static bool pe_sections_overlap(const struct lathe_pe *pe)
{
    guint64 sum = pe->headers_size;

    for (guint i = 0; i < pe->sections->len; i++)
        sum += pe_section(pe, i)->file_size;
    return sum > pe->file.size;
}

/* Sections in the order of the file; the bytes that were hashed. */
static gsize pe_hash_sections(GChecksum *sum, const struct lathe_pe *pe)
{
    const struct lathe_pe_section *order[SECTIONS_MAX];
    gsize hashed = 0;

    for (guint i = 0; i < pe->sections->len; i++)
        order[i] = pe_section(pe, i);
    qsort(order, pe->sections->len, sizeof(order[0]), pe_compare_places);
    for (guint i = 0; i < pe->sections->len; i++) {
        pe_hash(sum, pe, order[i]->file_at, (gsize)order[i]->file_at + order[i]->file_size);
        hashed += order[i]->file_size;
    }
    return hashed;
}

GBytes *lathe_pe_digest(const struct lathe_pe *pe, GChecksumType type)
{
    guint8 digest[64]; /* SHA-512's is the longest */
    gsize length = sizeof(digest);
    gsize least = pe->signatures_entry_at != 0 ? pe->signatures_entry_at + 8 : pe->checksum_at + 4;
    gsize end = pe->signatures.size != 0 ? pe->file.size - pe->signatures.size : pe->file.size;
    g_autoptr(GChecksum) sum = g_checksum_new(type);

    if (pe->headers_size < least || pe_sections_overlap(pe))
        return NULL;
    gsize hashed = pe_hash_headers(sum, pe);
    hashed += pe_hash_sections(sum, pe);
    pe_hash(sum, pe, hashed, end); /* what follows the sections, but the signatures at the end */
    g_checksum_get_digest(sum, digest, &length);
    return g_bytes_new(digest, length);
}

/* ---- names ---- */

struct pe_name {
    guint16 number;
    const char *name;
};

static char *pe_name(const struct pe_name *names, size_t count, guint16 number)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].number == number)
            return g_strdup(names[i].name);
    }
    return g_strdup_printf("0x%04x", number);
}

char *lathe_pe_machine_name(const struct lathe_pe *pe)
{
    static const struct pe_name names[] = {
        {0x014c, "i386"},    {0x01c2, "arm"},     {0x0ebc, "EFI byte code"},
        {0x5032, "riscv32"}, {0x5064, "riscv64"}, {0x6264, "loongarch64"},
        {0x8664, "x86-64"},  {0xaa64, "aarch64"},
    };

    return pe_name(names, G_N_ELEMENTS(names), pe->machine);
}

char *lathe_pe_subsystem_name(const struct lathe_pe *pe)
{
    static const struct pe_name names[] = {
        {10, "EFI application"},
        {11, "EFI boot service driver"},
        {12, "EFI runtime driver"},
        {13, "EFI ROM"},
    };

    return pe_name(names, G_N_ELEMENTS(names), pe->subsystem);
}

bool lathe_pe_is_uki(const struct lathe_pe *pe)
{
    return lathe_pe_find(pe, ".linux") != NULL &&
           (lathe_pe_find(pe, ".osrel") != NULL || lathe_pe_find(pe, ".cmdline") != NULL ||
            lathe_pe_find(pe, ".initrd") != NULL);
}

/* ---- memory protection ---- */

static void pe_add_section_faults(GStrvBuilder *out, const struct lathe_pe_section *section)
{
    g_autofree char *border =
        g_strdup_printf("section %s begins at 0x%x, which is no border of pages", section->name,
                        section->memory_at);
    g_autofree char *both =
        g_strdup_printf("section %s is both writable and executable", section->name);

    if (section->memory_at % PAGE != 0)
        g_strv_builder_add(out, border);
    if ((section->flags & LATHE_PE_EXECUTE) != 0 && (section->flags & LATHE_PE_WRITE) != 0)
        g_strv_builder_add(out, both);
}

char **lathe_pe_memory_faults(const struct lathe_pe *pe)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    if (pe->section_alignment % PAGE != 0 || pe->section_alignment == 0) {
        g_autofree char *line = g_strdup_printf(
            "sections are aligned to 0x%x, not to pages of 4 KiB", pe->section_alignment);
        g_strv_builder_add(out, line);
    }
    for (guint i = 0; i < pe->sections->len; i++)
        pe_add_section_faults(out, pe_section(pe, i));
    if ((pe->characteristics & LATHE_PE_NX_COMPAT) == 0)
        g_strv_builder_add(out, "it does not say that it is NX_COMPAT");
    return g_strv_builder_end(out);
}
