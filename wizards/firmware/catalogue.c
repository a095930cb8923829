/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's firmware, judged. */
#include "wizards/firmware/catalogue.h"

#include <fnmatch.h>
#include <glib/gi18n.h>
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
#define PC_MACHINES                                                                                \
    "\"architecture\":\"x86_64\",\"machines\":[\"pc-i440fx-*\",\"pc-q35-*\"]},"                    \
    "{\"architecture\":\"i386\",\"machines\":[\"pc-i440fx-*\",\"pc-q35-*\"]"
#define ARM_MACHINES "\"architecture\":\"aarch64\",\"machines\":[\"virt-*\"]"

/* Debian 13's and Fedora's builds with strict memory protection; Debian 12's of 2 MiB; SeaBIOS,
 * which is no flash and has no variables. */
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
    {"seabios", "BIOS (SeaBIOS)", "/usr/share/seabios/bios-256k.bin", NULL, "raw", PC_MACHINES,
     "\"acpi-s3\""},
};

static char *catalogue_mapping(size_t index)
{
    const char *format = catalogue_builds[index].format;

    if (catalogue_builds[index].variables == NULL)
        return g_strdup_printf("\"device\":\"memory\",\"filename\":\"%s\"",
                               catalogue_builds[index].code);
    return g_strdup_printf(
        "\"device\":\"flash\",\"executable\":{\"filename\":\"%s\",\"format\":\"%s\"},"
        "\"nvram-template\":{\"filename\":\"%s\",\"format\":\"%s\"}",
        catalogue_builds[index].code, format, catalogue_builds[index].variables, format);
}

static struct lathe_descriptor *catalogue_build(size_t index)
{
    g_autofree char *mapping = catalogue_mapping(index);
    g_autofree char *text = g_strdup_printf(
        "{\"description\":\"%s\",\"interface-types\":[\"%s\"],\"mapping\":{%s},\"targets\":[{%s}],"
        "\"features\":[%s]}",
        catalogue_builds[index].description,
        catalogue_builds[index].variables != NULL ? "uefi" : "bios", mapping,
        catalogue_builds[index].target, catalogue_builds[index].features);

    return lathe_descriptor_parse(catalogue_builds[index].name, text, strlen(text), NULL);
}

/* ---- judging ---- */

static char *item_check_file(const char *path)
{
    if (path == NULL || g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return NULL;
    return g_strdup_printf(_("%s does not exist"), path);
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

const struct lathe_descriptor *lathe_catalogue_find_build(const struct lathe_catalogue *catalogue,
                                                          const char *executable)
{
    for (guint i = 0; i < catalogue->built_in->len; i++) {
        const struct lathe_descriptor *build = catalogue->built_in->pdata[i];
        if (strcmp(build->executable, executable) == 0)
            return build;
    }
    return NULL;
}

/* Patterns of descriptors are for what aliases stand for. */
static const char *machine_of_alias(const char *machine)
{
    static const char *const aliases[][2] = {
        {"q35", "pc-q35-10.0"}, {"pc", "pc-i440fx-10.0"}, {"virt", "virt-10.0"}};

    for (size_t i = 0; machine != NULL && i < G_N_ELEMENTS(aliases); i++) {
        if (strcmp(aliases[i][0], machine) == 0)
            return aliases[i][1];
    }
    return machine;
}

/* Is it for this machine? NULL stands for any. */
static bool item_fits(const struct lathe_descriptor *descriptor,
                      const struct lathe_firmware_wish *wish)
{
    const char *machine = machine_of_alias(wish->machine);

    for (guint i = 0; i < descriptor->targets->len; i++) {
        const struct lathe_firmware_target *target = descriptor->targets->pdata[i];
        if (wish->architecture != NULL && strcmp(target->architecture, wish->architecture) != 0)
            continue;
        if (machine == NULL)
            return true;
        for (size_t j = 0; target->machines[j] != NULL; j++) {
            if (fnmatch(target->machines[j], machine, 0) == 0)
                return true;
        }
    }
    return false;
}

static bool item_has(const struct lathe_descriptor *descriptor, const char *word)
{
    return lathe_descriptor_has_feature(descriptor, word) ||
           lathe_descriptor_has_interface(descriptor, word);
}

static bool item_is_raw(const struct lathe_descriptor *descriptor)
{
    return strcmp(descriptor->executable_format, "raw") == 0 &&
           (descriptor->template == NULL || strcmp(descriptor->template_format, "raw") == 0);
}

static char *item_misses_machine(const struct lathe_firmware_wish *wish)
{
    const char *architecture = wish->architecture != NULL ? wish->architecture : "such";

    if (wish->machine == NULL)
        return g_strdup_printf(_("it is not for %s machines"), architecture);
    /* Translators: an architecture, and a type of machine, for example pc-q35-10.0 */
    return g_strdup_printf(_("it is not for %s machines of type %s"), architecture, wish->machine);
}

char *lathe_firmware_item_misses(const struct lathe_firmware_item *item,
                                 const struct lathe_firmware_wish *wish)
{
    const struct lathe_descriptor *descriptor = item->descriptor;

    if (item->trouble != NULL)
        return g_strdup(item->trouble);
    if (!item_fits(descriptor, wish))
        return item_misses_machine(wish);
    for (size_t i = 0; wish->with[i] != NULL; i++) {
        if (!item_has(descriptor, wish->with[i]))
            return g_strdup_printf(_("it does not have %s"), wish->with[i]);
    }
    for (size_t i = 0; wish->without[i] != NULL; i++) {
        if (item_has(descriptor, wish->without[i]))
            return g_strdup_printf(_("it has %s"), wish->without[i]);
    }
    if (wish->raw && !item_is_raw(descriptor))
        return g_strdup(_("it is a qcow2 image"));
    if (wish->name != NULL && strcmp(wish->name, descriptor->name) != 0)
        return g_strdup(_("another one was named"));
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
