/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Special sections, one function each (systemd's UAPI.5 for unified kernels; shim's own). */
#include "wizards/firmware/pe-contents.h"

#include "wizards/firmware/describe.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/signature.h"

#define LINES_MAX  256
#define TEXT_SHOWN 1024u

static void contents_add(GStrvBuilder *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void contents_add(GStrvBuilder *out, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_strv_builder_add(out, line);
}

/* Lines without those that are empty. */
static void contents_text(GStrvBuilder *out, struct lathe_bytes data)
{
    g_autofree char *text = g_strndup(data.size != 0 ? (const char *)data.data : "", data.size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = lathe_text_clean(lines[i], MIN(strlen(lines[i]), TEXT_SHOWN));
        if (*line != '\0')
            g_strv_builder_add(out, line);
    }
}

/* Of os-release only what names the system. */
static void contents_os_release(GStrvBuilder *out, struct lathe_bytes data)
{
    static const char *const keys[] = {"PRETTY_NAME=", "ID=", "VERSION_ID="};
    g_autofree char *text = g_strndup(data.size != 0 ? (const char *)data.data : "", data.size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);

    for (size_t i = 0; lines[i] != NULL; i++) {
        for (size_t key = 0; key < G_N_ELEMENTS(keys); key++) {
            g_autofree char *line = lathe_text_clean(lines[i], MIN(strlen(lines[i]), TEXT_SHOWN));
            if (g_str_has_prefix(line, keys[key]))
                g_strv_builder_add(out, line);
        }
    }
}

/* A version, then the offsets of two texts, from behind the version. */
static void contents_sbat_level(GStrvBuilder *out, struct lathe_bytes data)
{
    static const char *const names[] = {"previous", "latest"};
    struct lathe_bytes body = lathe_bytes_skip(data, 4);

    for (unsigned i = 0; body.size >= 8 && i < 2; i++) {
        struct lathe_bytes text = lathe_bytes_skip(body, lathe_le32(body.data + 4 * i));
        g_auto(GStrv) lines = NULL;
        g_autoptr(GStrvBuilder) level = g_strv_builder_new();
        contents_text(level, text);
        lines = g_strv_builder_end(level);
        g_autofree char *joined = g_strjoinv("; ", lines);
        contents_add(out, "%s: %s", names[i], joined);
    }
}

/* ---- kernels and what goes with them ---- */

/* A Linux kernel says its version (Documentation/arch/x86/boot.rst, kernel_version). */
static void contents_linux(GStrvBuilder *out, struct lathe_bytes data)
{
    g_autoptr(lathe_pe) inner = lathe_pe_parse(data, NULL);
    guint32 at = data.size > 0x210 && memcmp(data.data + 0x202, "HdrS", 4) == 0
                     ? lathe_le16(data.data + 0x20e)
                     : 0;

    if (at != 0) {
        struct lathe_bytes text = lathe_bytes_skip(data, 0x200 + at);
        g_autofree char *version = lathe_text_clean(text.data, MIN(text.size, 128));
        contents_add(out, "Linux %s", version);
    }
    if (inner == NULL)
        return;
    g_autofree char *machine = lathe_pe_machine_name(inner);
    g_autofree char *subsystem = lathe_pe_subsystem_name(inner);
    contents_add(out, "a PE image: %s, %s, %u sections, %s", machine, subsystem,
                 inner->sections->len, inner->signatures.size != 0 ? "signed" : "not signed");
}

static const struct {
    const char *magic;
    unsigned length;
    const char *name;
} contents_magics[] = {
    {"\x1f\x8b", 2, "gzip"},        {"\x28\xb5\x2f\xfd", 4, "zstd"},
    {"\xfd\x37zXZ", 5, "xz"},       {"BZh", 3, "bzip2"},
    {"\x02\x21\x4c\x18", 4, "lz4"}, {"070701", 6, "cpio"},
    {"070702", 6, "cpio"},          {"\x5d\0\0", 3, "lzma"},
    {"BM", 2, "a BMP picture"},     {"\xd0\x0d\xfe\xed", 4, "a device tree"},
};

/* What the first bytes say. */
static void contents_magic(GStrvBuilder *out, struct lathe_bytes data)
{
    const char *name = "of a format that is not known";

    for (size_t i = 0; i < G_N_ELEMENTS(contents_magics); i++) {
        if (data.size >= contents_magics[i].length &&
            memcmp(data.data, contents_magics[i].magic, contents_magics[i].length) == 0) {
            name = contents_magics[i].name;
            break;
        }
    }
    contents_add(out, "%zu bytes, %s", data.size, name);
}

static void contents_size(GStrvBuilder *out, struct lathe_bytes data)
{
    contents_add(out, "%zu bytes", data.size);
}

/* ---- shim's certificates ---- */

static void contents_keys(GStrvBuilder *out, const char *name, struct lathe_bytes data)
{
    g_autoptr(GPtrArray) signatures = lathe_signatures_parse(data, NULL);
    g_autoptr(lathe_certificate) certificate = lathe_certificate_read(data, NULL);

    if (certificate != NULL) {
        g_autofree char *until = lathe_date_format(certificate->until);
        contents_add(out, "%s: %s, to %s", name, certificate->name, until);
    }
    for (guint i = 0; signatures != NULL && i < MIN(signatures->len, LINES_MAX); i++) {
        g_autofree char *text = lathe_signature_describe(signatures->pdata[i]);
        contents_add(out, "%s: %s", name, text);
    }
}

/* Sizes and offsets of what it allows and forbids: a certificate, or signature lists. */
static void contents_vendor(GStrvBuilder *out, struct lathe_bytes data)
{
    struct lathe_bytes allowed, forbidden;

    if (data.size < 16)
        return;
    if (lathe_bytes_cut(data, lathe_le32(data.data + 8), lathe_le32(data.data), &allowed) &&
        allowed.size != 0)
        contents_keys(out, "allowed", allowed);
    if (lathe_bytes_cut(data, lathe_le32(data.data + 12), lathe_le32(data.data + 4), &forbidden) &&
        forbidden.size != 0)
        contents_keys(out, "forbidden", forbidden);
}

static const struct {
    const char *name;
    void (*describe)(GStrvBuilder *out, struct lathe_bytes data);
} contents_rows[] = {
    {".sbat", contents_text},        {".sbatlevel", contents_sbat_level},
    {".osrel", contents_os_release}, {".cmdline", contents_text},
    {".uname", contents_text},       {".sdmagic", contents_text},
    {".data.ident", contents_text},  {".profile", contents_text},
    {".linux", contents_linux},      {".initrd", contents_magic},
    {".ucode", contents_magic},      {".splash", contents_magic},
    {".dtb", contents_magic},        {".dtbauto", contents_magic},
    {".hwids", contents_size},       {".pcrsig", contents_size},
    {".pcrpkey", contents_size},     {".vendor_cert", contents_vendor},
};

char **lathe_pe_section_describe(const struct lathe_pe *pe, const struct lathe_pe_section *section)
{
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    for (size_t i = 0; i < G_N_ELEMENTS(contents_rows); i++) {
        if (strcmp(contents_rows[i].name, section->name) == 0)
            contents_rows[i].describe(out, lathe_pe_section_data(pe, section));
    }
    return g_strv_builder_end(out);
}
