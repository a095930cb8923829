/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware list": the host's firmware, and which of it is what one wants. */
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/cli/firmware.h"
#include "wizards/firmware/catalogue.h"

/* A wish that owns its words. */
struct list_wish {
    struct lathe_firmware_wish wish;
    char **with, **without;
    bool given;
};

static bool list_check_features(char *const *features, GError **error)
{
    for (size_t i = 0; features[i] != NULL; i++) {
        if (lathe_firmware_feature_words(features[i]) != NULL || strcmp(features[i], "uefi") == 0 ||
            strcmp(features[i], "bios") == 0)
            continue;
        g_autofree char *names = g_strjoinv(", ", (char **)lathe_firmware_features());
        return lathe_error_input(error, "there is no feature '%s': uefi, bios, %s", features[i],
                                 names);
    }
    return true;
}

static bool list_wish_read(struct list_wish *wish, const struct lathe_tool_line *line,
                           GError **error)
{
    const char *with = lathe_tool_value(line, "want"), *without = lathe_tool_value(line, "without");
    const char *architecture = lathe_tool_value(line, "arch");

    wish->with = g_strsplit(with != NULL ? with : "", ",", -1);
    wish->without = g_strsplit(without != NULL ? without : "", ",", -1);
    wish->wish.with = (const char *const *)wish->with;
    wish->wish.without = (const char *const *)wish->without;
    wish->wish.architecture = architecture != NULL ? architecture : "x86_64";
    wish->wish.machine = lathe_tool_value(line, "machine");
    wish->given = line->options->len > (lathe_tool_has(line, "json") ? 1 : 0);
    return list_check_features(wish->with, error) && list_check_features(wish->without, error);
}

static void list_wish_clear(struct list_wish *wish)
{
    g_strfreev(wish->with);
    g_strfreev(wish->without);
}

/* ---- for people ---- */

static void list_print_targets(const struct lathe_descriptor *descriptor)
{
    for (guint i = 0; i < descriptor->targets->len; i++) {
        const struct lathe_firmware_target *target = descriptor->targets->pdata[i];
        g_autofree char *machines = g_strjoinv(", ", target->machines);
        printf("    for          %s: %s\n", target->architecture, machines);
    }
}

static void list_print_item(const struct lathe_firmware_item *item)
{
    const struct lathe_descriptor *descriptor = item->descriptor;
    g_autofree char *interfaces = g_strjoinv(", ", descriptor->interfaces);

    printf("%s%s\n    %s (%s)\n", descriptor->name,
           item->built_in ? " (has no descriptor, but is known)" : "", descriptor->description,
           interfaces);
    list_print_targets(descriptor);
    printf("    code         %s\n", descriptor->executable);
    if (descriptor->template != NULL)
        printf("    variables    %s\n", descriptor->template);
    for (size_t i = 0; descriptor->features[i] != NULL; i++) {
        const char *words = lathe_firmware_feature_words(descriptor->features[i]);
        printf("    - %s: %s\n", descriptor->features[i],
               words != NULL ? gettext(words) : "not known to this version");
    }
    for (size_t i = 0; descriptor->tags[i] != NULL; i++)
        printf("    %s %s\n", i == 0 ? "built with  " : "            ", descriptor->tags[i]);
    if (item->trouble != NULL)
        printf("    cannot be used: %s\n", item->trouble);
}

static void list_print_notes(const GPtrArray *notes, const char *title)
{
    if (notes->len != 0)
        printf("\n%s\n", title);
    for (guint i = 0; i < notes->len; i++) {
        const struct lathe_descriptor_problem *note = notes->pdata[i];
        printf("    %s: %s\n", note->path, note->text);
    }
}

static void list_print_choice(const struct lathe_catalogue *catalogue,
                              const struct lathe_firmware_wish *wish)
{
    const struct lathe_firmware_item *chosen = lathe_catalogue_choose(catalogue, wish);

    printf("chosen: %s\n", chosen != NULL ? chosen->descriptor->name : "none");
    if (chosen != NULL)
        list_print_item(chosen);
    printf("\npassed over:\n");
    for (guint i = 0; i < catalogue->items->len; i++) {
        const struct lathe_firmware_item *item = catalogue->items->pdata[i];
        g_autofree char *reason = lathe_firmware_item_misses(item, wish);
        if (item != chosen)
            printf("    %s: %s\n", item->descriptor->name,
                   reason != NULL ? reason : "it comes after the chosen one");
    }
}

static void list_print(const struct lathe_catalogue *catalogue, const struct list_wish *wish)
{
    if (wish->given)
        list_print_choice(catalogue, &wish->wish);
    for (guint i = 0; !wish->given && i < catalogue->items->len; i++)
        list_print_item(catalogue->items->pdata[i]);
    if (!wish->given && catalogue->items->len == 0)
        puts("there is no firmware on this host: install ovmf");
    list_print_notes(catalogue->list->problems, "descriptors that cannot be read:");
    list_print_notes(catalogue->list->hidden, "descriptors that are hidden:");
}

/* ---- JSON ---- */

static void list_json_item(JsonBuilder *builder, const struct lathe_firmware_item *item,
                           const struct lathe_firmware_item *chosen, const struct list_wish *wish)
{
    const struct lathe_descriptor *descriptor = item->descriptor;
    g_autofree char *reason = lathe_firmware_item_misses(item, &wish->wish);

    json_builder_begin_object(builder);
    lathe_json_text(builder, "name", descriptor->name);
    lathe_json_text(builder, "description", descriptor->description);
    lathe_json_truth(builder, "built-in", item->built_in);
    lathe_json_texts(builder, "interface-types", (const char *const *)descriptor->interfaces);
    lathe_json_texts(builder, "features", (const char *const *)descriptor->features);
    lathe_json_texts(builder, "tags", (const char *const *)descriptor->tags);
    json_builder_set_member_name(builder, "targets");
    json_builder_begin_array(builder);
    for (guint i = 0; i < descriptor->targets->len; i++) {
        const struct lathe_firmware_target *target = descriptor->targets->pdata[i];
        json_builder_begin_object(builder);
        lathe_json_text(builder, "architecture", target->architecture);
        lathe_json_texts(builder, "machines", (const char *const *)target->machines);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    lathe_json_text(builder, "executable", descriptor->executable);
    lathe_json_text(builder, "nvram-template", descriptor->template);
    lathe_json_text(builder, "trouble", item->trouble);
    if (wish->given) {
        lathe_json_truth(builder, "chosen", item == chosen);
        lathe_json_text(builder, "passed-over", reason);
    }
    json_builder_end_object(builder);
}

static void list_json_notes(JsonBuilder *builder, const char *name, const GPtrArray *notes)
{
    json_builder_set_member_name(builder, name);
    json_builder_begin_array(builder);
    for (guint i = 0; i < notes->len; i++) {
        const struct lathe_descriptor_problem *note = notes->pdata[i];
        json_builder_begin_object(builder);
        lathe_json_text(builder, "path", note->path);
        lathe_json_text(builder, "reason", note->text);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void list_print_json(const struct lathe_catalogue *catalogue, const struct list_wish *wish)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    const struct lathe_firmware_item *chosen = lathe_catalogue_choose(catalogue, &wish->wish);

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "firmware");
    json_builder_begin_array(builder);
    for (guint i = 0; i < catalogue->items->len; i++)
        list_json_item(builder, catalogue->items->pdata[i], chosen, wish);
    json_builder_end_array(builder);
    list_json_notes(builder, "problems", catalogue->list->problems);
    list_json_notes(builder, "hidden", catalogue->list->hidden);
    json_builder_end_object(builder);
    lathe_json_print(builder);
}

/* A choice that finds nothing is bad input. */
static int list_status(const struct lathe_catalogue *catalogue, const struct list_wish *wish)
{
    bool found = !wish->given || lathe_catalogue_choose(catalogue, &wish->wish) != NULL;

    return found ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

int lathe_firmware_list(const struct lathe_tool_line *line, GError **error)
{
    g_auto(GStrv) folders = lathe_descriptor_folders();
    struct list_wish wish = {0};
    int status = LATHE_EXIT_USAGE;

    if (line->operands->len != 0) {
        lathe_error_input(error, "lathe firmware list takes no operands");
    } else if (list_wish_read(&wish, line, error)) {
        g_autoptr(lathe_catalogue) catalogue = lathe_catalogue_read((const char *const *)folders);
        (lathe_tool_has(line, "json") ? list_print_json : list_print)(catalogue, &wish);
        status = list_status(catalogue, &wish);
    }
    list_wish_clear(&wish);
    return status;
}
