/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --firmware takes, each with what it looks for. */
#include "app/firmware/firmware.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"

#define FIRMWARE_ARCHITECTURE "x86_64"
#define FIRMWARE_MACHINE      "pc-q35-10.0" /* what descriptors call the board */

void lathe_firmware_change(struct lathe_definition *definition, const char *firmware)
{
    char *copy = g_strdup(firmware);

    if (strcmp(definition->firmware, firmware) != 0) {
        g_clear_pointer(&definition->firmware_vars, g_free);
        g_clear_pointer(&definition->firmware_template, g_free);
        definition->firmware_secure = false;
    }
    g_free(definition->firmware);
    definition->firmware = copy;
}

bool lathe_firmware_parse(struct lathe_definition *definition, const char *text, GError **error)
{
    const char *comma = strrchr(text, ',');
    bool vars = comma != NULL && g_str_has_prefix(comma, ",vars=") && comma[6] != '\0';

    if (comma != NULL && !vars)
        return lathe_error_input(error, "--firmware has no '%s': write vars=FILE there", comma + 1);
    g_autofree char *firmware = g_strndup(text, comma ? (gsize)(comma - text) : strlen(text));
    lathe_firmware_change(definition, firmware);
    if (vars) {
        g_free(definition->firmware_vars);
        definition->firmware_vars = g_strdup(comma + 6);
    }
    return *definition->firmware != '\0' || lathe_error_input(error, "--firmware names nothing");
}

/* ---- the choice ---- */

static bool firmware_is_raw(const struct lathe_descriptor *descriptor)
{
    return strcmp(descriptor->executable_format, "raw") == 0 &&
           (descriptor->template == NULL || strcmp(descriptor->template_format, "raw") == 0);
}

static bool firmware_exists(const struct lathe_descriptor *descriptor)
{
    return g_file_test(descriptor->executable, G_FILE_TEST_IS_REGULAR) &&
           (descriptor->template == NULL ||
            g_file_test(descriptor->template, G_FILE_TEST_IS_REGULAR));
}

const char *lathe_firmware_refusal(const struct lathe_descriptor *descriptor)
{
    bool combined =
        descriptor->device == LATHE_FIRMWARE_FLASH && descriptor->mode == LATHE_FLASH_COMBINED;

    if (!lathe_descriptor_fits(descriptor, FIRMWARE_ARCHITECTURE, FIRMWARE_MACHINE))
        return N_("it is for another kind of machine than Lathe's, which is a PC of type q35");
    if (descriptor->device == LATHE_FIRMWARE_KERNEL)
        return N_("it is started as a kernel");
    if (combined)
        return N_("it keeps code and variables in one file");
    if (!firmware_is_raw(descriptor))
        return N_("it is in a qcow2 image, and Lathe reads raw ones");
    return firmware_exists(descriptor) ? NULL : N_("its files do not exist");
}

static bool firmware_wanted(const struct lathe_descriptor *descriptor, const char *word)
{
    bool secure = lathe_descriptor_has_feature(descriptor, "secure-boot");
    bool keys = lathe_descriptor_has_feature(descriptor, "enrolled-keys");

    if (strcmp(word, "bios") == 0)
        return lathe_descriptor_has_interface(descriptor, "bios");
    if (!lathe_descriptor_has_interface(descriptor, "uefi"))
        return false;
    if (strcmp(word, "uefi-secure") == 0)
        return secure && keys;
    return !secure;
}

const struct lathe_descriptor *lathe_firmware_choose(const struct lathe_descriptor_list *list,
                                                     const char *word)
{
    for (guint i = 0; i < list->descriptors->len; i++) {
        const struct lathe_descriptor *descriptor = list->descriptors->pdata[i];
        if (firmware_wanted(descriptor, word) && lathe_firmware_refusal(descriptor) == NULL)
            return descriptor;
    }
    return NULL;
}

/* ---- files ---- */

static void firmware_set(char **field, const char *value)
{
    char *copy = g_strdup(value);

    g_free(*field);
    *field = copy;
}

/* A machine that is kept has its variables in its folder; those with Secure Boot's keys are others.
 */
static void firmware_take_home(struct lathe_definition *definition)
{
    if (definition->firmware_vars == NULL && definition->home != NULL)
        definition->firmware_vars = g_build_filename(
            definition->home, definition->firmware_secure ? "vars-secure.fd" : "vars.fd", NULL);
}

/* The machine's own copy, if it keeps one; made from the template the first time. */
static bool firmware_take_vars(struct lathe_definition *definition, const char *template,
                               GError **error)
{
    g_autofree char *data = NULL;
    gsize length;

    firmware_take_home(definition);
    definition->firmware_discard = definition->firmware_vars == NULL;
    if (definition->firmware_discard) {
        firmware_set(&definition->firmware_vars, template);
        return true;
    }
    if (template == NULL || g_file_test(definition->firmware_vars, G_FILE_TEST_EXISTS))
        return true;
    return g_file_get_contents(template, &data, &length, error) &&
           g_file_set_contents(definition->firmware_vars, data, (gssize)length, error);
}

static bool firmware_take(struct lathe_definition *definition,
                          const struct lathe_descriptor *descriptor, GError **error)
{
    firmware_set(&definition->firmware_image, descriptor->executable);
    definition->firmware_secure = lathe_descriptor_has_feature(descriptor, "secure-boot") &&
                                  lathe_descriptor_has_feature(descriptor, "requires-smm");
    if (descriptor->template != NULL)
        return firmware_take_vars(definition, descriptor->template, error);
    return definition->firmware_vars == NULL ||
           lathe_error_input(error, "the firmware '%s' keeps no variables: leave out vars=",
                             descriptor->description);
}

/* SeaBIOS comes without a descriptor. */
static bool firmware_take_seabios(struct lathe_definition *definition, GError **error)
{
    static const char *const paths[] = {"/usr/share/seabios/bios-256k.bin",
                                        "/usr/share/qemu/bios-256k.bin"};

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (!g_file_test(paths[i], G_FILE_TEST_IS_REGULAR))
            continue;
        firmware_set(&definition->firmware_image, paths[i]);
        return definition->firmware_vars == NULL ||
               lathe_error_input(error, "SeaBIOS keeps no variables: leave out vars=");
    }
    return lathe_error_input(error, "there is no SeaBIOS on this host: install seabios");
}

/* ---- what the medium needs ---- */

#define FIRMWARE_BOOTS (LATHE_BOOTS_BIOS | LATHE_BOOTS_UEFI)

/* The word that "auto" stands for: the only kind that can start what was found. */
static const char *firmware_narrow(const struct lathe_definition *definition, const char *word)
{
    unsigned boots = definition->boots & FIRMWARE_BOOTS;

    if (strcmp(word, "auto") != 0 || boots == 0 || boots == FIRMWARE_BOOTS)
        return word;
    return boots == LATHE_BOOTS_BIOS ? "bios" : "uefi";
}

/* Says what was chosen for the medium, or that what was asked for does not fit it. */
static void firmware_note(struct lathe_definition *definition, bool bios)
{
    unsigned boots = definition->boots & FIRMWARE_BOOTS;
    bool fits = (boots & (bios ? LATHE_BOOTS_BIOS : LATHE_BOOTS_UEFI)) != 0;
    g_autofree char *note = NULL;

    if (definition->boots_text == NULL || definition->boots == 0)
        return;
    if (fits)
        note =
            g_strdup_printf(_("%s; using %s"), definition->boots_text, bios ? "SeaBIOS" : "OVMF");
    else
        note = g_strdup_printf(_("%s, so --firmware %s will not start it"), definition->boots_text,
                               definition->firmware);
    lathe_definition_note(definition, note);
}

static bool firmware_find(struct lathe_definition *definition, const char *word, GError **error)
{
    g_auto(GStrv) folders = lathe_descriptor_folders();
    g_autoptr(lathe_descriptor_list) list =
        lathe_descriptor_list_read((const char *const *)folders);
    const struct lathe_descriptor *descriptor;

    word = firmware_narrow(definition, word);
    descriptor = lathe_firmware_choose(list, word);
    firmware_note(definition, descriptor != NULL
                                  ? !lathe_descriptor_has_interface(descriptor, "uefi")
                                  : !g_str_has_prefix(word, "uefi"));
    if (descriptor != NULL)
        return firmware_take(definition, descriptor, error);
    if (strcmp(word, "bios") == 0 || strcmp(word, "auto") == 0)
        return firmware_take_seabios(definition, error);
    bool narrowed = strcmp(word, definition->firmware) != 0;
    if (narrowed)
        return lathe_error_input(
            error, "%s, and no firmware descriptor in %s offers %s for this machine: install ovmf",
            definition->boots_text, folders[0], word);
    return lathe_error_input(
        error, "no firmware descriptor in %s offers %s for this machine: install ovmf", folders[0],
        word);
}

static bool firmware_take_file(struct lathe_definition *definition, GError **error)
{
    if (!g_file_test(definition->firmware, G_FILE_TEST_EXISTS))
        return lathe_error_input(error,
                                 "--firmware '%s': there is no such file, and the words are auto, "
                                 "none, bios, uefi and uefi-secure",
                                 definition->firmware);
    firmware_set(&definition->firmware_image, definition->firmware);
    return (definition->firmware_vars == NULL && definition->firmware_template == NULL) ||
           firmware_take_vars(definition, definition->firmware_template, error);
}

static bool firmware_settle_image(struct lathe_definition *definition, GError **error)
{
    static const char *const words[] = {"auto", "bios", "uefi", "uefi-secure", NULL};
    const char *word = definition->firmware;
    bool none = strcmp(word, "none") == 0;

    if (none || (strcmp(word, "auto") == 0 && definition->kernel != NULL))
        return definition->firmware_vars == NULL ||
               lathe_error_input(error, "vars= is for firmware, and there is none");
    if (g_strv_contains(words, word))
        return firmware_find(definition, word, error);
    return firmware_take_file(definition, error);
}

bool lathe_firmware_settle(struct lathe_definition *definition, GError **error)
{
    if (!firmware_settle_image(definition, error))
        return false;
    g_free(definition->gpu_rom);
    definition->gpu_rom =
        definition->firmware_image != NULL ? lathe_firmware_find_video_rom(definition->gpu) : NULL;
    return true;
}
