/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between answers and a machine's definition. Variables are one firmware's own: another choice gets
 * a store of its own, made from the firmware's template when the machine starts, and the old one
 * stays where it is.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "app/firmware/firmware.h"
#include "app/plan/error.h"
#include "wizards/choice/choice.h"
#include "wizards/firmware/store-file.h"

static bool apply_is_word(const char *firmware)
{
    static const char *const words[] = {"auto", "none", "bios", "uefi", "uefi-secure", NULL};

    return g_strv_contains(words, firmware);
}

/* What the word stands for on this host; NULL: nothing with a descriptor. */
static const struct lathe_descriptor *apply_resolve(const struct choice *choice, const char *word)
{
    return lathe_firmware_choose(choice->catalogue->list, word);
}

static bool apply_has(const struct lathe_descriptor *descriptor, const char *feature)
{
    return lathe_descriptor_has_feature(descriptor, feature);
}

/* Does only system management mode change its variables? */
static bool apply_is_secure(const struct lathe_descriptor *descriptor)
{
    return apply_has(descriptor, "secure-boot") && apply_has(descriptor, "requires-smm");
}

/* Has the machine this firmware already, and so its variables? */
static bool apply_is_same(const struct choice *choice, const struct lathe_definition *definition)
{
    const struct lathe_descriptor *chosen = choice->item->descriptor;

    if (apply_is_word(definition->firmware))
        return apply_resolve(choice, definition->firmware) == chosen;
    return strcmp(definition->firmware, chosen->executable) == 0 &&
           g_strcmp0(definition->firmware_template, chosen->template) == 0;
}

/* ---- its variables ---- */

/* The name that a word's store has, for what the word stands for, so that the way back from it
 * finds the old one. */
static char *apply_stem(const struct choice *choice)
{
    const char *name = choice->item->descriptor->name;
    gsize length = g_str_has_suffix(name, ".json") ? strlen(name) - 5 : strlen(name);

    if (apply_resolve(choice, "uefi") == choice->item->descriptor)
        return g_strdup("vars");
    if (apply_resolve(choice, "uefi-secure") == choice->item->descriptor)
        return g_strdup("vars-secure");
    return g_strdup_printf("vars-%.*s", (int)length, name);
}

/* Is the file a store as this firmware has them, or not there yet? */
static bool apply_fits(const char *path, const char *template)
{
    g_autoptr(lathe_store_file) old = NULL, fresh = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    old = lathe_store_file_open(path, false, NULL);
    fresh = lathe_store_file_open(template, false, NULL);
    return old != NULL && fresh != NULL &&
           g_bytes_get_size(old->store->image) == g_bytes_get_size(fresh->store->image);
}

/* In the machine's folder: what this firmware had there before, or a new one. */
static char *apply_name(const struct choice *choice, const char *home)
{
    g_autofree char *stem = apply_stem(choice);

    for (unsigned i = 1;; i++) {
        g_autofree char *name =
            i == 1 ? g_strconcat(stem, ".fd", NULL) : g_strdup_printf("%s-%u.fd", stem, i);
        char *path = g_build_filename(home, name, NULL);
        if (apply_fits(path, choice->item->descriptor->template))
            return path;
        g_free(path);
    }
}

/* NULL: the firmware keeps none, or *error. */
static char *apply_vars(const struct choice *choice, const struct lathe_definition *definition,
                        GError **error)
{
    const char *given = lathe_answers_value(choice->answers, "vars");
    const char *template = choice->item->descriptor->template;
    bool same = apply_is_same(choice, definition);

    if (template == NULL)
        return NULL;
    if (*given == '\0' || g_strcmp0(given, definition->firmware_vars) == 0) {
        if (same || definition->home == NULL)
            return g_strdup(definition->firmware_vars);
        return apply_name(choice, definition->home);
    }
    if (apply_fits(given, template))
        return g_strdup(given);
    lathe_error_input(error, "%s does not hold variables as this firmware has them", given);
    return NULL;
}

/* ---- to a definition ---- */

static bool apply_check(const struct choice *choice, GError **error)
{
    const char *refusal;

    if (choice->item == NULL)
        return lathe_error_input(error, "no firmware of this host is that");
    refusal = lathe_firmware_refusal(choice->item->descriptor);
    return refusal == NULL ||
           lathe_error_input(error, "%s: %s", choice->item->descriptor->name, refusal);
}

static void apply_set(char **field, const char *value)
{
    char *copy = g_strdup(value);

    g_free(*field);
    *field = copy;
}

static bool apply_choice(const struct choice *choice, struct lathe_definition *definition,
                         GError **error)
{
    GError *found = NULL;
    g_autofree char *vars = NULL;

    if (!apply_check(choice, error))
        return false;
    vars = apply_vars(choice, definition, &found);
    if (found != NULL) {
        g_propagate_error(error, found);
        return false;
    }
    const struct lathe_descriptor *chosen = choice->item->descriptor;
    lathe_firmware_change(definition, chosen->executable);
    apply_set(&definition->firmware_template, chosen->template);
    apply_set(&definition->firmware_vars, vars);
    definition->firmware_secure = apply_is_secure(chosen);
    return true;
}

bool lathe_firmware_apply(const struct lathe_answers *answers, struct lathe_definition *definition,
                          GError **error)
{
    struct choice choice;
    bool good;

    choice_init(&choice, answers);
    good = apply_choice(&choice, definition, error);
    choice_clear(&choice);
    return good;
}

/* ---- from a definition ---- */

static void take_word(struct lathe_answers *answers, const char *word)
{
    bool uefi = g_str_has_prefix(word, "uefi");
    const char *secure = strcmp(word, "uefi-secure") == 0 ? "yes" : "no";

    if (strcmp(word, "bios") == 0)
        lathe_answers_set(answers, "interface", "bios", NULL);
    if (!uefi)
        return;
    lathe_answers_set(answers, "secure-boot", secure, NULL);
    lathe_answers_set(answers, "enrolled-keys", secure, NULL);
}

static void take_features(struct lathe_answers *answers, const struct lathe_descriptor *descriptor)
{
    static const char *const features[] = {"secure-boot", "enrolled-keys", "strict-nx"};

    if (lathe_descriptor_has_interface(descriptor, "bios"))
        lathe_answers_set(answers, "interface", "bios", NULL);
    for (size_t i = 0; descriptor->template != NULL && i < G_N_ELEMENTS(features); i++)
        lathe_answers_set(answers, features[i], apply_has(descriptor, features[i]) ? "yes" : "no",
                          NULL);
}

/* By name only if its features lead to another one. */
static void take_item(struct lathe_answers *answers, const struct lathe_descriptor *descriptor)
{
    struct choice choice;

    take_features(answers, descriptor);
    choice_init(&choice, answers);
    if (choice.item == NULL || strcmp(choice.item->descriptor->name, descriptor->name) != 0)
        lathe_answers_set(answers, "firmware", descriptor->name, NULL);
    choice_clear(&choice);
}

void lathe_firmware_take(struct lathe_answers *answers, const struct lathe_definition *definition)
{
    struct choice choice;

    if (definition->firmware_vars != NULL)
        lathe_answers_set(answers, "vars", definition->firmware_vars, NULL);
    if (apply_is_word(definition->firmware)) {
        take_word(answers, definition->firmware);
        return;
    }
    choice_init(&choice, answers);
    for (guint i = 0; i < choice.catalogue->items->len; i++) {
        choice.item = choice.catalogue->items->pdata[i];
        if (apply_is_same(&choice, definition)) {
            take_item(answers, choice.item->descriptor);
            break;
        }
    }
    choice_clear(&choice);
}

/* ---- what became of it ---- */

/* The store in use; a word's is in the machine's folder. g_free; NULL: none yet. */
static char *tell_vars(const struct lathe_definition *definition, const char *home)
{
    static const char *const names[] = {"vars.fd", "vars-secure.fd"};
    bool secure = strcmp(definition->firmware, "uefi-secure") == 0;
    g_autofree char *path = NULL;

    if (definition->firmware_vars != NULL)
        return g_strdup(definition->firmware_vars);
    if (home == NULL)
        return NULL;
    path = g_build_filename(home, names[secure || definition->firmware_secure], NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

/* A file of the machine's folder by its name alone. */
static const char *tell_name(const char *path, const char *home)
{
    gsize length = home != NULL ? strlen(home) : 0;
    bool own = length != 0 && g_str_has_prefix(path, home) && path[length] == '/';

    return own ? path + length + 1 : path;
}

char *lathe_firmware_tell(const struct lathe_definition *before,
                          const struct lathe_definition *after)
{
    g_autofree char *old = tell_vars(before, after->home);
    g_autofree char *now = tell_vars(after, after->home);
    GString *text = g_string_new(NULL);
    bool another = g_strcmp0(old, now) != 0;

    if (another && now != NULL && g_file_test(now, G_FILE_TEST_EXISTS))
        g_string_append_printf(text, _("Its variables are those in %s."),
                               tell_name(now, after->home));
    else if (another && now != NULL)
        g_string_append_printf(text,
                               _("Its variables are made from %s in %s when the machine starts."),
                               after->firmware_template, tell_name(now, after->home));
    if (another && old != NULL && g_file_test(old, G_FILE_TEST_EXISTS)) {
        g_string_append(text, text->len != 0 ? " " : "");
        g_string_append_printf(text, _("The variables until now stay in %s."),
                               tell_name(old, after->home));
    }
    return g_string_free(text, FALSE);
}
