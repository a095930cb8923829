/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of firmware, as text, as libvirt's XML and as QEMU's arguments. */
#include <glib/gi18n.h>
#include <string.h>

#include "wizards/firmware/certificate.h"
#include "wizards/choice/choice.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/signature.h"
#include "wizards/firmware/store-file.h"

/* ---- reasons ---- */

static void reasons_features(const struct lathe_descriptor *descriptor, GString *out)
{
    for (size_t i = 0; descriptor->features[i] != NULL; i++) {
        const char *words = lathe_firmware_feature_words(descriptor->features[i]);
        g_string_append_printf(out, "\n    - %s", words ? gettext(words) : descriptor->features[i]);
    }
}

static void reasons_chosen(const struct lathe_descriptor *descriptor, GString *out)
{
    g_string_append_printf(out, _("Chosen: %s"), descriptor->name);
    g_string_append_printf(out, "\n    %s\n    %s", descriptor->description,
                           descriptor->executable);
    if (descriptor->template != NULL)
        g_string_append_printf(out, "\n    %s", descriptor->template);
    reasons_features(descriptor, out);
}

static void reasons_notes(const GPtrArray *notes, GString *out)
{
    for (guint i = 0; i < notes->len; i++) {
        const struct lathe_descriptor_problem *note = notes->pdata[i];
        g_string_append_printf(out, "\n    %s: %s", note->path, note->text);
    }
}

void choice_write_reasons(const struct choice *choice, GString *out)
{
    if (choice->item != NULL)
        reasons_chosen(choice->item->descriptor, out);
    else
        g_string_append(out, _("None of this host's firmware is that."));
    g_string_append_printf(out, "\n%s", _("Passed over:"));
    for (guint i = 0; i < choice->catalogue->items->len; i++) {
        const struct lathe_firmware_item *item = choice->catalogue->items->pdata[i];
        g_autofree char *why = lathe_firmware_item_misses(item, &choice->wish);
        if (item != choice->item)
            g_string_append_printf(out, "\n    %s: %s", item->descriptor->name,
                                   why != NULL ? why : _("it comes after the chosen one"));
    }
    reasons_notes(choice->catalogue->list->problems, out);
    reasons_notes(choice->catalogue->list->hidden, out);
}

/* ---- what it needs ---- */

static bool choice_has(const struct choice *choice, const char *feature)
{
    return lathe_descriptor_has_feature(choice->item->descriptor, feature);
}

static bool choice_on_pc(const struct choice *choice)
{
    const char *arch = choice->wish.architecture;

    return strcmp(arch, "x86_64") == 0 || strcmp(arch, "i386") == 0;
}

static const char *choice_vars(const struct choice *choice)
{
    return lathe_answers_value(choice->answers, "vars");
}

/* ---- libvirt ---- */

static void libvirt_put(GString *out, const char *format, const char *text)
{
    g_autofree char *quoted = g_markup_escape_text(text, -1);

    g_string_append_printf(out, format, quoted);
}

static void libvirt_format(GString *out, const char *name, const char *format)
{
    if (strcmp(format, "raw") != 0)
        g_string_append_printf(out, " %s='%s'", name, format);
}

static void libvirt_flash(const struct choice *choice, GString *out)
{
    const struct lathe_descriptor *descriptor = choice->item->descriptor;
    bool secure = choice_has(choice, "requires-smm") && choice_has(choice, "secure-boot");

    g_string_append_printf(out, "\n    <loader readonly='%s'%s%s type='pflash'",
                           descriptor->mode == LATHE_FLASH_COMBINED ? "no" : "yes",
                           secure ? " secure='yes'" : "",
                           descriptor->mode == LATHE_FLASH_STATELESS ? " stateless='yes'" : "");
    libvirt_format(out, "format", descriptor->executable_format);
    libvirt_put(out, ">%s</loader>", descriptor->executable);
    if (descriptor->template == NULL)
        return;
    libvirt_put(out, "\n    <nvram template='%s'", descriptor->template);
    libvirt_format(out, "format", descriptor->template_format);
    if (*choice_vars(choice) != '\0')
        libvirt_put(out, ">%s</nvram>", choice_vars(choice));
    else
        g_string_append(out, "/>");
}

void choice_write_libvirt(const struct choice *choice, GString *out)
{
    const struct lathe_descriptor *descriptor = choice->item->descriptor;

    g_string_append(out, "<domain type='qemu'>\n  <name>firmware</name>\n"
                         "  <memory unit='MiB'>1024</memory>\n  <os>");
    libvirt_put(out, "\n    <type arch='%s'", choice->wish.architecture);
    libvirt_put(out, " machine='%s'>hvm</type>", choice->wish.machine);
    if (descriptor->device == LATHE_FIRMWARE_FLASH)
        libvirt_flash(choice, out);
    else
        libvirt_put(out,
                    descriptor->device == LATHE_FIRMWARE_MEMORY
                        ? "\n    <loader type='rom'>%s</loader>"
                        : "\n    <kernel>%s</kernel>",
                    descriptor->executable);
    g_string_append(out, "\n  </os>");
    if (choice_on_pc(choice))
        g_string_append_printf(out, "\n  <features>\n    <acpi/>%s\n  </features>",
                               choice_has(choice, "requires-smm") ? "\n    <smm state='on'/>" : "");
    if (lathe_answers_is(choice->answers, "acpi-s3", "yes"))
        g_string_append(out, "\n  <pm>\n    <suspend-to-mem enabled='yes'/>\n  </pm>");
    g_string_append(out, "\n</domain>");
}

/* ---- QEMU ---- */

/* A comma in a value is written twice; the word as a shell takes it. */
static void qemu_put(GString *out, const char *before, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ",", -1);
    g_autofree char *doubled = g_strjoinv(",,", parts);
    g_autofree char *word = g_strconcat(before, doubled, NULL);
    bool plain = word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "/._-=,+:@%")] == '\0';
    g_autofree char *quoted = plain ? g_strdup(word) : g_shell_quote(word);

    g_string_append(out, quoted);
}

static void qemu_drive(GString *out, unsigned unit, const char *format, bool read_only,
                       const char *path)
{
    g_autofree char *before = g_strdup_printf("if=pflash,unit=%u,format=%s%s,file=", unit, format,
                                              read_only ? ",readonly=on" : "");

    g_string_append(out, "\n-drive ");
    qemu_put(out, before, path);
}

static void qemu_flash(const struct choice *choice, GString *out)
{
    const struct lathe_descriptor *descriptor = choice->item->descriptor;
    const char *vars = choice_vars(choice);

    if (choice_has(choice, "requires-smm") && choice_has(choice, "secure-boot"))
        g_string_append(out, "\n-global driver=cfi.pflash01,property=secure,value=on");
    qemu_drive(out, 0, descriptor->executable_format, descriptor->mode != LATHE_FLASH_COMBINED,
               descriptor->executable);
    if (descriptor->template != NULL)
        qemu_drive(out, 1, descriptor->template_format, false, *vars != '\0' ? vars : "VARS.fd");
}

void choice_write_qemu(const struct choice *choice, GString *out)
{
    const struct lathe_descriptor *descriptor = choice->item->descriptor;

    g_string_append_printf(out, "-machine %s%s", choice->wish.machine,
                           choice_has(choice, "requires-smm") ? ",smm=on" : "");
    if (lathe_answers_is(choice->answers, "acpi-s3", "yes") && choice_on_pc(choice))
        g_string_append(out, strstr(choice->wish.machine, "i440fx") != NULL ||
                                     strcmp(choice->wish.machine, "pc") == 0
                                 ? "\n-global PIIX4_PM.disable_s3=0"
                                 : "\n-global ICH9-LPC.disable_s3=0");
    if (descriptor->device == LATHE_FIRMWARE_FLASH) {
        qemu_flash(choice, out);
        return;
    }
    g_string_append(out, descriptor->device == LATHE_FIRMWARE_MEMORY ? "\n-bios " : "\n-kernel ");
    qemu_put(out, "", descriptor->executable);
}

/* ---- notes ---- */

static void note_certificates(const struct lathe_variable *variable, const char *name,
                              struct lathe_outcome *outcome)
{
    g_autoptr(GPtrArray) signatures =
        variable ? lathe_signatures_parse(lathe_bytes_of(variable->data), NULL) : NULL;

    for (guint i = 0; signatures != NULL && i < signatures->len; i++) {
        const struct lathe_signature *signature = signatures->pdata[i];
        if (!lathe_guid_is(&signature->type, LATHE_GUID_CERT_X509))
            continue;
        g_autoptr(lathe_certificate) certificate =
            lathe_certificate_read(lathe_bytes_of(signature->data), NULL);
        if (certificate == NULL || !lathe_certificate_is_over(certificate))
            continue;
        g_autofree char *date = lathe_date_format(certificate->until);
        lathe_outcome_note(outcome,
                           "A certificate of its %s came to its end on %s: %s. Firmware does not "
                           "look at dates, but nothing new is signed with it.",
                           name, date, certificate->name);
    }
}

static void note_template(const char *path, struct lathe_outcome *outcome)
{
    static const char *const names[] = {"KEK", "db"};
    g_autoptr(lathe_store_file) file = lathe_store_file_open(path, false, NULL);

    for (size_t i = 0; file != NULL && i < G_N_ELEMENTS(names); i++)
        note_certificates(lathe_variables_find(file->store->variables, names[i], NULL), names[i],
                          outcome);
}

void choice_note(const struct choice *choice, struct lathe_outcome *outcome)
{
    const struct lathe_descriptor *descriptor = choice->item->descriptor;
    bool secure = choice_has(choice, "secure-boot");

    if (descriptor->template != NULL && *choice_vars(choice) == '\0')
        lathe_outcome_note(outcome, "For QEMU, copy %s to VARS.fd first: it is the machine's own.",
                           descriptor->template);
    if (secure && choice_on_pc(choice) && !choice_has(choice, "requires-smm"))
        lathe_outcome_note(outcome, "Its Secure Boot is weak: without system management mode the "
                                    "guest's system can change the keys.");
    if (secure && !choice_has(choice, "enrolled-keys"))
        lathe_outcome_note(outcome,
                           "It has no keys, so Secure Boot is off until some are enrolled: "
                           "lathe firmware vars FILE --keys-from STORE --secure-boot on.");
    if (choice_has(choice, "strict-nx"))
        lathe_outcome_note(outcome, "If the guest does not start, look at its boot loader with "
                                    "lathe firmware pe FILE: it says what strict memory protection "
                                    "refuses.");
    if (choice_has(choice, "enrolled-keys") && descriptor->template != NULL)
        note_template(descriptor->template, outcome);
}
