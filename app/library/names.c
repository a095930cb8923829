/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of machines (names.h): what they may be, when two are the same, and their folders. */
#include "app/library/names.h"

#include <string.h>

#include "app/plan/error.h"

#define NAME_FOLDER_MAX 80 /* bytes: room for a number and a file system's short names */

/* Nothing of it is drawn, or it changes how what follows is drawn. Joiners belong to scripts. */
static bool name_is_unseen(gunichar letter)
{
    switch (g_unichar_type(letter)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    case G_UNICODE_FORMAT:
        return letter != 0x200c && letter != 0x200d;
    default:
        return false;
    }
}

/* Why it cannot be a name; NULL: it can. */
static const char *name_fault(const char *name)
{
    size_t length = strlen(name);

    if (length == 0)
        return "it is empty";
    if (!g_utf8_validate(name, -1, NULL))
        return "it is no UTF-8";
    if (length > LATHE_NAME_MAX)
        return "it is longer than 200 bytes";
    if (strchr(name, '/') != NULL)
        return "it has a '/'";
    if (name[0] == '-')
        return "it begins with '-', as options do";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "it stands for a folder";
    if (g_unichar_isspace(g_utf8_get_char(name)) ||
        g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(name + length))))
        return "it has blanks at an end";
    for (const char *at = name; *at != '\0'; at = g_utf8_next_char(at)) {
        if (name_is_unseen(g_utf8_get_char(at)))
            return "it has characters that cannot be seen";
    }
    return NULL;
}

bool lathe_name_check(const char *name, GError **error)
{
    const char *fault = name_fault(name);

    if (fault == NULL)
        return true;
    g_autofree char *shown = g_strescape(name, NULL);
    return lathe_error_input(error, "a machine cannot have the name '%s': %s", shown, fault);
}

char *lathe_name_repair(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autoptr(GString) repaired = g_string_new(NULL);

    for (const char *at = valid; *at != '\0' && repaired->len < LATHE_NAME_MAX - 8;
         at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        if (letter == '/' || (letter == '-' && repaired->len == 0))
            g_string_append_c(repaired, '_');
        else if (!name_is_unseen(letter) || g_unichar_isspace(letter))
            g_string_append_unichar(repaired, g_unichar_isspace(letter) ? ' ' : letter);
    }
    g_strstrip(repaired->str);
    return g_strdup(name_fault(repaired->str) == NULL ? repaired->str : "machine");
}

char *lathe_name_key(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autofree char *wide = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(wide, -1);

    return g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
}

static bool name_is_folder_letter(gunichar letter)
{
    return g_unichar_isalnum(letter) || g_unichar_ismark(letter) || letter == '_' || letter == '.';
}

char *lathe_name_to_folder(const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *lower = g_utf8_strdown(composed, -1);
    GString *folder = g_string_new(NULL);

    for (const char *at = lower; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        bool fits = name_is_folder_letter(letter) && !(letter == '.' && folder->len == 0);
        if (folder->len + 6 > NAME_FOLDER_MAX)
            break;
        if (fits)
            g_string_append_unichar(folder, letter);
        else if (folder->len != 0 && folder->str[folder->len - 1] != '-')
            g_string_append_c(folder, '-');
    }
    while (folder->len != 0 && strchr("-.", folder->str[folder->len - 1]) != NULL)
        g_string_truncate(folder, folder->len - 1);
    if (folder->len == 0)
        g_string_assign(folder, "machine");
    return g_string_free(folder, FALSE);
}

bool lathe_group_check(const char *group, GError **error)
{
    g_auto(GStrv) names = g_strsplit(group, "/", -1);

    for (size_t i = 0; names[i] != NULL; i++) {
        const char *fault = *group != '\0' ? name_fault(names[i]) : NULL;
        if (fault != NULL)
            return lathe_error_input(error,
                                     "a group is names with '/' between them, and '%s' is "
                                     "none: %s",
                                     names[i], fault);
    }
    return true;
}
