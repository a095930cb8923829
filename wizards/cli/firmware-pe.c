/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware pe": what a UEFI program is, who signed it, and whether a store lets it start. */
#include <stdio.h>

#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/firmware/authenticode.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/pe-contents.h"
#include "wizards/firmware/sbat.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-file.h"

/* All that is known of a file. */
struct pe_report {
    struct lathe_pe *pe;
    GPtrArray *signatures;
    char **faults;                  /* of memory protection */
    char *sha256;                   /* Authenticode's; NULL: there is none */
    struct lathe_store_file *store; /* of --store; NULL: not asked for */
    struct lathe_authenticode_verdict verdict;
    char *sbat; /* why shim would refuse it with that store; NULL: it would not */
};

static void report_judge(struct pe_report *report)
{
    const GPtrArray *variables = report->store->store->variables;
    const struct lathe_variable *level = lathe_variables_find(variables, "SbatLevel", NULL);
    const struct lathe_pe_section *sbat = lathe_pe_find(report->pe, ".sbat");
    struct lathe_bytes none = {NULL, 0};

    lathe_authenticode_judge(report->pe, report->signatures, variables, &report->verdict);
    report->sbat = lathe_sbat_refusal(sbat ? lathe_pe_section_data(report->pe, sbat) : none,
                                      level ? lathe_bytes_of(level->data) : none);
}

static bool report_fill(struct pe_report *report, const struct lathe_tool_line *line,
                        struct lathe_bytes file, GError **error)
{
    const char *store = lathe_tool_value(line, "store");

    report->pe = lathe_pe_parse(file, error);
    if (report->pe == NULL)
        return g_prefix_error(error, "%s: ", (const char *)line->operands->pdata[0]), false;
    g_autoptr(GBytes) digest = lathe_pe_digest(report->pe, G_CHECKSUM_SHA256);
    report->sha256 = digest != NULL ? lathe_hex_text(lathe_bytes_of(digest)) : NULL;
    report->signatures = lathe_authenticode_read(report->pe);
    report->faults = lathe_pe_memory_faults(report->pe);
    report->store = store != NULL ? lathe_store_file_open(store, false, error) : NULL;
    if (report->store != NULL)
        report_judge(report);
    return store == NULL || report->store != NULL;
}

static void report_clear(struct pe_report *report)
{
    lathe_pe_free(report->pe);
    g_clear_pointer(&report->signatures, g_ptr_array_unref);
    g_strfreev(report->faults);
    g_free(report->sha256);
    lathe_store_file_close(report->store);
    g_free(report->verdict.text);
    g_free(report->sbat);
}

static const struct lathe_pe_section *report_section(const struct pe_report *report, guint index)
{
    return &g_array_index(report->pe->sections, struct lathe_pe_section, index);
}

static void pe_rights(const struct lathe_pe_section *section, char text[4])
{
    text[0] = (section->flags & LATHE_PE_READ) != 0 ? 'r' : '-';
    text[1] = (section->flags & LATHE_PE_WRITE) != 0 ? 'w' : '-';
    text[2] = (section->flags & LATHE_PE_EXECUTE) != 0 ? 'x' : '-';
    text[3] = '\0';
}

/* ---- for people ---- */

static void pe_print_section(const struct pe_report *report, const struct lathe_pe_section *section)
{
    g_auto(GStrv) lines = lathe_pe_section_describe(report->pe, section);
    char rights[4];

    pe_rights(section, rights);
    printf("    %-13s %s  file 0x%08x+0x%08x  memory 0x%08x+0x%08x\n", section->name, rights,
           section->file_at, section->file_size, section->memory_at, section->memory_size);
    for (size_t i = 0; lines[i] != NULL; i++)
        printf("        %s\n", lines[i]);
}

static void pe_print_certificate(GBytes *der, const char *role)
{
    g_autoptr(lathe_certificate) certificate = lathe_certificate_read(lathe_bytes_of(der), NULL);

    if (certificate == NULL)
        return;
    g_autofree char *from = lathe_date_format(certificate->from);
    g_autofree char *until = lathe_date_format(certificate->until);
    printf("        %s %s, %s to %s%s, %s\n", role, certificate->name, from, until,
           lathe_certificate_is_over(certificate) ? " (expired)" : "", certificate->key);
    printf("            issued by %s\n", certificate->issuer);
}

static void pe_print_signatures(const struct pe_report *report)
{
    if (report->signatures->len == 0)
        puts("signatures    none");
    for (guint i = 0; i < report->signatures->len; i++) {
        const struct lathe_authenticode *signature = report->signatures->pdata[i];
        printf("signature %u   %s, %s\n", i + 1,
               signature->digest_name != NULL ? signature->digest_name : "broken",
               signature->trouble != NULL ? signature->trouble : "good");
        for (guint j = 0; j < signature->chain->len; j++)
            pe_print_certificate(signature->chain->pdata[j],
                                 j == 0 ? "signed by" : "   which is by");
    }
}

static void pe_print_faults(const struct pe_report *report)
{
    printf("strict memory %s\n", report->faults[0] == NULL
                                     ? "fits: aligned, no writable code, NX_COMPAT"
                                     : "does not fit");
    for (size_t i = 0; report->faults[i] != NULL; i++)
        printf("        %s\n", report->faults[i]);
}

static void pe_print(const struct pe_report *report)
{
    g_autofree char *machine = lathe_pe_machine_name(report->pe);
    g_autofree char *subsystem = lathe_pe_subsystem_name(report->pe);

    printf("image         %s for %s%s\n", subsystem, machine,
           lathe_pe_is_uki(report->pe) ? ", a unified kernel image" : "");
    printf("hash          sha256 %s\n", report->sha256 ? report->sha256 : "none: sections overlap");
    puts("sections");
    for (guint i = 0; i < report->pe->sections->len; i++)
        pe_print_section(report, report_section(report, i));
    pe_print_faults(report);
    pe_print_signatures(report);
    if (report->store == NULL)
        return;
    printf("with the store %s, Secure Boot there %s\n    %s: %s\n", report->store->path,
           lathe_secure_boot_state(report->store->store->variables),
           report->verdict.starts ? "starts" : "does not start with Secure Boot on",
           report->verdict.text);
    if (report->sbat != NULL)
        printf("    shim would refuse it: %s\n", report->sbat);
}

/* ---- JSON ---- */

static void pe_json_section(JsonBuilder *builder, const struct pe_report *report,
                            const struct lathe_pe_section *section)
{
    g_auto(GStrv) lines = lathe_pe_section_describe(report->pe, section);
    char rights[4];

    pe_rights(section, rights);
    json_builder_begin_object(builder);
    lathe_json_text(builder, "name", section->name);
    lathe_json_text(builder, "rights", rights);
    lathe_json_number(builder, "file-offset", section->file_at);
    lathe_json_number(builder, "file-size", section->file_size);
    lathe_json_number(builder, "memory-offset", section->memory_at);
    lathe_json_number(builder, "memory-size", section->memory_size);
    lathe_json_texts(builder, "contents", (const char *const *)lines);
    json_builder_end_object(builder);
}

static void pe_json_certificate(JsonBuilder *builder, GBytes *der)
{
    g_autoptr(lathe_certificate) certificate = lathe_certificate_read(lathe_bytes_of(der), NULL);

    if (certificate == NULL)
        return;
    json_builder_begin_object(builder);
    lathe_json_text(builder, "subject", certificate->subject);
    lathe_json_text(builder, "issuer", certificate->issuer);
    lathe_json_text(builder, "serial", certificate->serial);
    lathe_json_number(builder, "not-before", certificate->from);
    lathe_json_number(builder, "not-after", certificate->until);
    lathe_json_text(builder, "key", certificate->key);
    lathe_json_text(builder, "sha256", certificate->sha256);
    json_builder_end_object(builder);
}

static void pe_json_signature(JsonBuilder *builder, const struct lathe_authenticode *signature)
{
    json_builder_begin_object(builder);
    lathe_json_text(builder, "digest", signature->digest_name);
    lathe_json_truth(builder, "good", signature->trouble == NULL);
    lathe_json_text(builder, "trouble", signature->trouble);
    json_builder_set_member_name(builder, "chain");
    json_builder_begin_array(builder);
    for (guint i = 0; i < signature->chain->len; i++)
        pe_json_certificate(builder, signature->chain->pdata[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void pe_json_verdict(JsonBuilder *builder, const struct pe_report *report)
{
    lathe_json_text(builder, "secure-boot",
                    lathe_secure_boot_state(report->store->store->variables));
    lathe_json_truth(builder, "starts", report->verdict.starts);
    lathe_json_text(builder, "reason", report->verdict.text);
    lathe_json_text(builder, "sbat-refusal", report->sbat);
}

static void pe_print_json(const struct pe_report *report)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autofree char *machine = lathe_pe_machine_name(report->pe);
    g_autofree char *subsystem = lathe_pe_subsystem_name(report->pe);

    json_builder_begin_object(builder);
    lathe_json_text(builder, "machine", machine);
    lathe_json_text(builder, "subsystem", subsystem);
    lathe_json_truth(builder, "unified-kernel-image", lathe_pe_is_uki(report->pe));
    lathe_json_text(builder, "sha256", report->sha256);
    json_builder_set_member_name(builder, "sections");
    json_builder_begin_array(builder);
    for (guint i = 0; i < report->pe->sections->len; i++)
        pe_json_section(builder, report, report_section(report, i));
    json_builder_end_array(builder);
    lathe_json_truth(builder, "strict-memory", report->faults[0] == NULL);
    lathe_json_texts(builder, "strict-memory-faults", (const char *const *)report->faults);
    json_builder_set_member_name(builder, "signatures");
    json_builder_begin_array(builder);
    for (guint i = 0; i < report->signatures->len; i++)
        pe_json_signature(builder, report->signatures->pdata[i]);
    json_builder_end_array(builder);
    if (report->store != NULL)
        pe_json_verdict(builder, report);
    json_builder_end_object(builder);
    lathe_json_print(builder);
}

/* ---- parts to files ---- */

static bool pe_extract_section(const struct pe_report *report, const struct lathe_tool_line *line,
                               GError **error)
{
    const char *name = lathe_tool_value(line, "section"), *path = lathe_tool_value(line, "output");
    const struct lathe_pe_section *section = lathe_pe_find(report->pe, name);

    if (section == NULL)
        return lathe_error_input(error, "there is no section '%s'", name);
    if (path == NULL)
        return lathe_error_input(error, "--section needs --output FILE");
    struct lathe_bytes data = lathe_pe_section_data(report->pe, section);
    g_autoptr(GBytes) bytes = g_bytes_new(data.data, data.size);
    return lathe_file_replace(path, bytes, error);
}

static bool pe_extract(const struct pe_report *report, const char *folder, GError **error)
{
    const struct lathe_guid nobody = {{0}};

    for (guint i = 0; i < report->signatures->len; i++) {
        const struct lathe_authenticode *signature = report->signatures->pdata[i];
        g_autofree char *prefix = g_strdup_printf("signature-%u", i + 1);
        g_autofree char *name = g_strconcat(prefix, ".p7", NULL);
        g_autoptr(GPtrArray) chain = lathe_signatures_new();
        for (guint j = 0; j < signature->chain->len; j++)
            lathe_signatures_add(chain, LATHE_GUID_CERT_X509, &nobody,
                                 lathe_bytes_of(signature->chain->pdata[j]));
        if (!lathe_firmware_write_new(folder, name, lathe_bytes_of(signature->pkcs7), error) ||
            !lathe_firmware_extract(chain, folder, prefix, error))
            return false;
    }
    return true;
}

/* ---- the command ---- */

static bool pe_act(const struct pe_report *report, const struct lathe_tool_line *line,
                   GError **error)
{
    if (lathe_tool_has(line, "section"))
        return pe_extract_section(report, line, error);
    if (lathe_tool_has(line, "output"))
        return lathe_error_input(error, "--output needs --section NAME");
    if (lathe_tool_has(line, "extract"))
        return pe_extract(report, lathe_tool_value(line, "extract"), error);
    (lathe_tool_has(line, "json") ? pe_print_json : pe_print)(report);
    return true;
}

int lathe_firmware_pe(const struct lathe_tool_line *line, GError **error)
{
    const char *path = lathe_firmware_operand(line, error);
    g_autoptr(GBytes) file = path ? lathe_file_read(path, LATHE_PE_FILE_MAX, error) : NULL;
    struct pe_report report = {0};
    bool good = file != NULL && report_fill(&report, line, lathe_bytes_of(file), error) &&
                pe_act(&report, line, error);

    report_clear(&report);
    return good ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}
