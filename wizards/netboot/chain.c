/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secure Boot's chain (model.h): the firmware's keys start shim, and shim's own key starts GRUB and
 * the kernel, so all three are of one distributor. shim has its key in .vendor_cert: four numbers
 * of 32 bits, two sizes and where those bytes are, then a certificate or signature lists.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "wizards/firmware/authenticode.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-file.h"
#include "wizards/netboot/model.h"

#define CHAIN_STORE "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" /* Microsoft's keys are enrolled in it */

/* Variables whose db is this; NULL: it is nothing of the kind. */
static GPtrArray *chain_variables(struct lathe_bytes keys)
{
    const struct lathe_guid nobody = {{0}};
    g_autoptr(GPtrArray) signatures = lathe_secure_boot_read_file(keys, &nobody, NULL);
    GPtrArray *variables;

    if (signatures == NULL || signatures->len == 0)
        return NULL;
    variables = lathe_variables_new();
    if (lathe_secure_boot_replace(variables, "db", signatures, NULL))
        return variables;
    g_ptr_array_unref(variables);
    return NULL;
}

/* What shim trusts beside the firmware's keys; NULL: it is no shim. */
static GPtrArray *chain_vendor(const struct lathe_pe *shim)
{
    const struct lathe_pe_section *section = lathe_pe_find(shim, ".vendor_cert");
    struct lathe_bytes all, keys;
    guint32 size, at;

    if (section == NULL)
        return NULL;
    all = lathe_pe_section_data(shim, section);
    if (!lathe_bytes_has(all, 0, 16))
        return NULL;
    memcpy(&size, all.data, 4);
    memcpy(&at, all.data + 8, 4);
    if (!lathe_bytes_cut(all, GUINT32_FROM_LE(at), GUINT32_FROM_LE(size), &keys))
        return NULL;
    return chain_variables(keys);
}

struct chain_image {
    GBytes *bytes;
    struct lathe_pe *pe;
};

static void chain_close(struct chain_image *image)
{
    lathe_pe_free(image->pe);
    g_clear_pointer(&image->bytes, g_bytes_unref);
    image->pe = NULL;
}

/* False: a problem was added. */
static bool chain_open(struct lathe_problems *problems, const char *id, const char *path,
                       struct chain_image *image)
{
    g_autoptr(GError) error = NULL;

    *image = (struct chain_image){NULL, NULL};
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return false; /* the question's own check has told */
    image->bytes = lathe_file_read(path, LATHE_PE_FILE_MAX, &error);
    if (image->bytes != NULL)
        image->pe = lathe_pe_parse(lathe_bytes_of(image->bytes), &error);
    if (image->pe != NULL)
        return true;
    lathe_problem_add(problems, id, "%s: %s", path, error->message);
    chain_close(image);
    return false;
}

static void chain_judge(struct lathe_problems *problems, const char *id, const char *path,
                        const struct chain_image *image, const GPtrArray *variables)
{
    g_autoptr(GPtrArray) signatures = lathe_authenticode_read(image->pe);
    struct lathe_authenticode_verdict verdict = {false, NULL};

    lathe_authenticode_judge(image->pe, signatures, variables, &verdict);
    if (!verdict.starts)
        lathe_problem_add(problems, id, "Secure Boot will not start %s: %s", path, verdict.text);
    g_free(verdict.text);
}

/* The first program, by the keys that OVMF's variables are delivered with. */
static void chain_check_first(struct lathe_problems *problems, const char *id, const char *path,
                              const struct chain_image *image)
{
    g_autoptr(lathe_store_file) store = lathe_store_file_open(CHAIN_STORE, false, NULL);

    if (store == NULL)
        lathe_problem_warn(problems, id,
                           "whether the firmware's keys start %s is not known: %s is "
                           "not there",
                           path, CHAIN_STORE);
    else
        chain_judge(problems, id, path, image, store->store->variables);
}

static void chain_check_next(struct lathe_problems *problems, const char *id, const char *path,
                             const GPtrArray *vendor)
{
    struct chain_image image;

    if (!chain_open(problems, id, path, &image))
        return;
    chain_judge(problems, id, path, &image, vendor);
    chain_close(&image);
}

/* Those behind shim, whose key is not the firmware's. */
static void chain_check_rest(const struct lathe_answers *answers, struct lathe_problems *problems,
                             const struct chain_image *shim, const char *grub)
{
    g_autoptr(GPtrArray) vendor = chain_vendor(shim->pe);
    const char *kernel = lathe_answers_value(answers, "kernel");

    if (vendor == NULL) {
        lathe_problem_add(problems, NULL,
                          "there is no key of a distributor in the first program: it is no shim, "
                          "and Secure Boot starts nothing behind it");
        return;
    }
    if (*grub != '\0')
        chain_check_next(problems, NULL, grub, vendor);
    if (*kernel != '\0')
        chain_check_next(problems, "kernel", kernel, vendor);
}

/* Of a folder: what it has as its first program, and GRUB beside that. */
static void chain_check_folder(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autofree char *first = g_build_filename(lathe_answers_value(answers, "folder"),
                                              lathe_answers_value(answers, "first"), NULL);
    g_autofree char *beside = g_path_get_dirname(first);
    g_autofree char *grub = g_build_filename(beside, "grubx64.efi", NULL);
    struct chain_image image;

    if (!chain_open(problems, "first", first, &image))
        return;
    chain_check_first(problems, "first", first, &image);
    if (g_file_test(grub, G_FILE_TEST_EXISTS))
        chain_check_rest(answers, problems, &image, grub);
    chain_close(&image);
}

void netboot_check_chain(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    const char *id = netboot_source_is(answers, NETBOOT_UKI) ? "uki" : "shim";
    const char *path = lathe_answers_value(answers, id);
    struct chain_image image;

    if (!netboot_is_secure(answers))
        return;
    if (netboot_source_is(answers, NETBOOT_FOLDER)) {
        chain_check_folder(answers, problems);
        return;
    }
    if (*path == '\0' || !chain_open(problems, id, path, &image))
        return;
    chain_check_first(problems, id, path, &image);
    if (netboot_has_grub(answers))
        chain_check_rest(answers, problems, &image, lathe_answers_value(answers, "grub"));
    chain_close(&image);
}
