/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages, by the words that they have in all versions. */
#include "wizards/doctor/message.h"

#include <string.h>

#define NAMES_MAX 1024u
#define NAME_MOST 64u /* characters of a feature or model */

static bool name_is_good(const char *name)
{
    size_t length = strlen(name);

    return length != 0 && length <= NAME_MOST &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-_.+")] == '\0';
}

static void name_add(GPtrArray *names, const char *name)
{
    if (!name_is_good(name) || names->len >= NAMES_MAX ||
        g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        return;
    g_ptr_array_add(names, g_strdup(name));
}

/* ---- one way each that messages have ---- */

/* What follows a list. */
static const char *const list_ends[] = {"Consider", "extra", "missing", NULL};

/* "...: a b c Consider a different accelerator", or "...: a, b, c" */
static void take_list(GPtrArray *names, const char *rest)
{
    g_auto(GStrv) words = g_strsplit_set(rest, " ,\t\r", -1);

    for (char **word = words; *word != NULL; word++) {
        if (g_strv_contains(list_ends, *word))
            return;
        bool last = strchr(*word, ';') != NULL;
        (*word)[strcspn(*word, ";'\"")] = '\0';
        name_add(names, *word);
        if (last)
            return;
    }
}

/* "CPUID.01H:ECX.vmx [bit 5]", "CPUID[eax=07h,ecx=0h].EBX.hle [bit 4]", "MSR(10AH).taa-no [bit 8]"
 */
static void take_bit(GPtrArray *names, const char *rest)
{
    g_autofree char *place = g_strndup(rest, strcspn(rest, " \t\r"));
    const char *dot = strrchr(place, '.');

    if (dot != NULL)
        name_add(names, dot + 1);
}

/* "Property 'host-x86_64-cpu.foo' not found", "Property '.foo' not found" */
static void take_property(GPtrArray *names, const char *rest)
{
    g_autofree char *place = g_strndup(rest, strcspn(rest, "'"));
    const char *dot = strrchr(place, '.');

    if (dot != NULL && strstr(rest, "not found") != NULL)
        name_add(names, dot + 1);
}

/* A name, in quotation marks or not. */
static void take_name(char **name, const char *rest)
{
    rest += strspn(rest, " '\":");
    g_autofree char *word = g_strndup(rest, strcspn(rest, " '\"\t\r,;"));

    if (*name == NULL && name_is_good(word))
        *name = g_steal_pointer(&word);
}

/* ---- lines ---- */

static const char *line_after(const char *line, const char *words)
{
    const char *at = strstr(line, words);

    return at != NULL ? at + strlen(words) : NULL;
}

static void message_read_lists(struct doctor_message *message, const char *line)
{
    static const char *const lists[] = {
        "not available in the current configuration:", "does not provide required features:",
        "missing features:", "lacks features:"};
    const char *rest;

    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        if ((rest = line_after(line, lists[i])) != NULL)
            take_list(message->missing, rest);
    }
    if ((rest = line_after(line, "extra features:")) != NULL)
        take_list(message->extra, rest);
    if ((rest = line_after(line, "support requested feature: ")) != NULL)
        take_bit(message->missing, rest);
    if ((rest = line_after(line, "roperty '")) != NULL)
        take_property(message->unknown, rest);
}

/* Lathe's own: "there is no CPU feature 'x'", "CPU feature 'x' is not one that ..." */
static void message_read_own(struct doctor_message *message, const char *line)
{
    const char *rest = line_after(line, "CPU feature '");
    g_autofree char *name = NULL;

    if (rest == NULL)
        return;
    take_name(&name, rest);
    if (name != NULL)
        name_add(strstr(line, "there is no CPU feature") != NULL ? message->unknown
                                                                 : message->missing,
                 name);
}

static void message_read_models(struct doctor_message *message, const char *line)
{
    static const char *const unknown[] = {"Unknown CPU model", "unable to find CPU definition",
                                          "Unable to find CPU definition", "unknown CPU model",
                                          "there is no CPU model"};
    const char *rest;

    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        if ((rest = line_after(line, unknown[i])) != NULL)
            take_name(&message->model, rest);
    }
    rest = line_after(line, "CPU model ");
    if (rest != NULL &&
        (strstr(rest, "not found") != NULL || strstr(rest, "not supported") != NULL))
        take_name(&message->model, rest);
    if ((rest = line_after(line, "Maximum supported model in the configuration:")) != NULL)
        take_name(&message->newest, rest);
    message->vendor |= strstr(line, "CPU vendor does not match") != NULL;
}

struct doctor_message *doctor_message_read(const char *text)
{
    struct doctor_message *message = g_new0(struct doctor_message, 1);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    message->missing = g_ptr_array_new_with_free_func(g_free);
    message->unknown = g_ptr_array_new_with_free_func(g_free);
    message->extra = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line != NULL; line++) {
        message_read_lists(message, *line);
        message_read_own(message, *line);
        message_read_models(message, *line);
    }
    return message;
}

void doctor_message_free(struct doctor_message *message)
{
    if (message == NULL)
        return;
    g_ptr_array_unref(message->missing);
    g_ptr_array_unref(message->unknown);
    g_ptr_array_unref(message->extra);
    g_free(message->model);
    g_free(message->newest);
    g_free(message);
}

bool doctor_message_says(const struct doctor_message *message)
{
    return message->missing->len != 0 || message->unknown->len != 0 || message->extra->len != 0 ||
           message->model != NULL || message->newest != NULL || message->vendor;
}
