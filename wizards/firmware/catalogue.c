/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's firmware, judged. */
#include "wizards/firmware/catalogue.h"

#include <fnmatch.h>
#include <string.h>

static const struct {
    const char *name, *words;
} catalogue_features[] = {
#define FEATURE(name, words) {name, words},
#include "wizards/firmware/features.inc"
#undef FEATURE
};

static const char *const catalogue_feature_names[] = {
#define FEATURE(name, words) name,
#include "wizards/firmware/features.inc"
#undef FEATURE
    NULL};

const char *const *lathe_firmware_features(void)
{
    return catalogue_feature_names;
}

const char *lathe_firmware_feature_words(const char *feature)
{
    for (size_t i = 0; i < G_N_ELEMENTS(catalogue_features); i++) {
        if (strcmp(catalogue_features[i].name, feature) == 0)
            return catalogue_features[i].words;
    }
    return NULL;
}

/* ---- builds without a descriptor ---- */

#define X86_MACHINES "\"architecture\":\"x86_64\",\"machines\":[\"pc-q35-*\"]"
#define ARM_MACHINES "\"architecture\":\"aarch64\",\"machines\":[\"virt-*\"]"

/* Debian 13's and Fedora's builds with strict memory protection; Debian 12's of 2 MiB. */
static const struct {
    const char *name, *description, *code, *variables, *format, *target, *features;
} catalogue_builds[] = {
    {"strict-nx-x86_64", "UEFI with Secure Boot and strict memory protection",
     "/usr/share/OVMF/OVMF_CODE_4M.secboot.strictnx.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd", "raw",
     X86_MACHINES,
     "\"acpi-s3\",\"requires-smm\",\"secure-boot\",\"strict-nx\",\"verbose-dynamic\""},
    {"strict-nx-aarch64", "UEFI with Secure Boot and strict memory protection",
     "/usr/share/AAVMF/AAVMF_CODE.secboot.strictnx.fd", "/usr/share/AAVMF/AAVMF_VARS.fd", "raw",
     ARM_MACHINES, "\"secure-boot\",\"strict-nx\",\"verbose-static\""},
    {"strict-nx-x86_64-fedora", "UEFI with Secure Boot and strict memory protection",
     "/usr/share/edk2/experimental/OVMF_CODE_4M.secboot.strictnx.qcow2",
     "/usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2", "qcow2", X86_MACHINES,
     "\"acpi-s3\",\"requires-smm\",\"secure-boot\",\"strict-nx\",\"verbose-dynamic\""},
    {"strict-nx-aarch64-fedora", "UEFI with strict memory protection",
     "/usr/share/edk2/experimental/QEMU_EFI-strictnx-pflash.raw",
     "/usr/share/edk2/aarch64/vars-template-pflash.raw", "raw", ARM_MACHINES,
     "\"strict-nx\",\"verbose-static\""},
    {"small-secure-x86_64", "UEFI in 2 MiB of flash, with Secure Boot",
     "/usr/share/OVMF/OVMF_CODE.secboot.fd", "/usr/share/OVMF/OVMF_VARS.fd", "raw", X86_MACHINES,
     "\"acpi-s3\",\"requires-smm\",\"secure-boot\",\"verbose-dynamic\""},
    {"small-x86_64", "UEFI in 2 MiB of flash", "/usr/share/OVMF/OVMF_CODE.fd",
     "/usr/share/OVMF/OVMF_VARS.fd", "raw", X86_MACHINES, "\"acpi-s3\",\"verbose-dynamic\""},
};

static struct lathe_descriptor *catalogue_build(size_t index)
{
    g_autofree char *text = g_strdup_printf(
        "{\"description\":\"%s\",\"interface-types\":[\"uefi\"],\"mapping\":{\"device\":\"flash\","
        "\"executable\":{\"filename\":\"%s\",\"format\":\"%s\"},\"nvram-template\":{\"filename\":"
        "\"%s\",\"format\":\"%s\"}},\"targets\":[{%s}],\"features\":[%s]}",
        catalogue_builds[index].description, catalogue_builds[index].code,
        catalogue_builds[index].format, catalogue_builds[index].variables,
        catalogue_builds[index].format, catalogue_builds[index].target,
        catalogue_builds[index].features);

    return lathe_descriptor_parse(catalogue_builds[index].name, text, strlen(text), NULL);
}

/* ---- judging ---- */

static char *item_check_file(const char *path)
{
    if (path == NULL || g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return NULL;
    return g_strdup_printf("%s does not exist", path);
}

static void item_free(gpointer data)
{
    struct lathe_firmware_item *item = data;

    g_free(item->trouble);
    g_free(item);
}

static void catalogue_add(struct lathe_catalogue *catalogue,
                          const struct lathe_descriptor *descriptor, bool built_in)
{
    struct lathe_firmware_item *item = g_new0(struct lathe_firmware_item, 1);

    item->descriptor = descriptor;
    item->built_in = built_in;
    item->trouble = item_check_file(descriptor->executable);
    if (item->trouble == NULL)
        item->trouble = item_check_file(descriptor->template);
    g_ptr_array_add(catalogue->items, item);
}

static void catalogue_free_descriptor(gpointer descriptor)
{
    lathe_descriptor_free(descriptor);
}

struct lathe_catalogue *lathe_catalogue_read(const char *const *folders)
{
    struct lathe_catalogue *catalogue = g_new0(struct lathe_catalogue, 1);

    catalogue->list = lathe_descriptor_list_read(folders);
    catalogue->built_in = g_ptr_array_new_with_free_func(catalogue_free_descriptor);
    catalogue->items = g_ptr_array_new_with_free_func(item_free);
    for (guint i = 0; i < catalogue->list->descriptors->len; i++)
        catalogue_add(catalogue, catalogue->list->descriptors->pdata[i], false);
    for (size_t i = 0; i < G_N_ELEMENTS(catalogue_builds); i++) {
        struct lathe_descriptor *descriptor = catalogue_build(i);
        g_ptr_array_add(catalogue->built_in, descriptor);
        if (g_file_test(descriptor->executable, G_FILE_TEST_EXISTS))
            catalogue_add(catalogue, descriptor, true);
    }
    return catalogue;
}

void lathe_catalogue_free(struct lathe_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    g_ptr_array_unref(catalogue->items);
    g_ptr_array_unref(catalogue->built_in);
    lathe_descriptor_list_free(catalogue->list);
    g_free(catalogue);
}

/* Is it for this machine? NULL stands for any. */
static bool item_fits(const struct lathe_descriptor *descriptor,
                      const struct lathe_firmware_wish *wish)
{
    for (guint i = 0; i < descriptor->targets->len; i++) {
        const struct lathe_firmware_target *target = descriptor->targets->pdata[i];
        if (wish->architecture != NULL && strcmp(target->architecture, wish->architecture) != 0)
            continue;
        if (wish->machine == NULL)
            return true;
        for (size_t j = 0; target->machines[j] != NULL; j++) {
            if (fnmatch(target->machines[j], wish->machine, 0) == 0)
                return true;
        }
    }
    return false;
}

char *lathe_firmware_item_misses(const struct lathe_firmware_item *item,
                                 const struct lathe_firmware_wish *wish)
{
    const struct lathe_descriptor *descriptor = item->descriptor;

    if (item->trouble != NULL)
        return g_strdup(item->trouble);
    if (!item_fits(descriptor, wish))
        return g_strdup_printf(
            "it is not for %s machines%s%s", wish->architecture ? wish->architecture : "such",
            wish->machine ? " of type " : "", wish->machine ? wish->machine : "");
    for (size_t i = 0; wish->with[i] != NULL; i++) {
        if (!lathe_descriptor_has_feature(descriptor, wish->with[i]) &&
            !lathe_descriptor_has_interface(descriptor, wish->with[i]))
            return g_strdup_printf("it does not have %s", wish->with[i]);
    }
    for (size_t i = 0; wish->without[i] != NULL; i++) {
        if (lathe_descriptor_has_feature(descriptor, wish->without[i]) ||
            lathe_descriptor_has_interface(descriptor, wish->without[i]))
            return g_strdup_printf("it has %s", wish->without[i]);
    }
    return NULL;
}

const struct lathe_firmware_item *lathe_catalogue_choose(const struct lathe_catalogue *catalogue,
                                                         const struct lathe_firmware_wish *wish)
{
    for (guint i = 0; i < catalogue->items->len; i++) {
        g_autofree char *reason = lathe_firmware_item_misses(catalogue->items->pdata[i], wish);
        if (reason == NULL)
            return catalogue->items->pdata[i];
    }
    return NULL;
}
