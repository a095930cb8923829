/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared folders as pages have them (shares.h). */
#include "app/settings/shares.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/config/write.h"
#include "app/plan/error.h"

#define SHARES_MSIZE 262144 /* bytes of a message: older guests' own are small and slow */

static const struct lathe_share *shares_find(const struct lathe_parts *parts, const char *name)
{
    for (guint i = 0; i < parts->shares->len; i++) {
        const struct lathe_share *share = &g_array_index(parts->shares, struct lathe_share, i);
        if (strcmp(share->name, name) == 0)
            return share;
    }
    return NULL;
}

/* ---- words ---- */

static bool shares_check_folder(const char *folder, GError **error)
{
    if (*folder == '\0')
        return lathe_error_input(error, "choose the folder that is shared");
    if (!g_path_is_absolute(folder) || strchr(folder, '\n') != NULL)
        return lathe_error_input(error, "write the folder's whole path, which begins with '/'");
    return true;
}

/* In an option what is behind the last '=' is the name, up to a comma. */
static bool shares_check_name(const struct lathe_parts *parts, const char *name, GError **error)
{
    if (*name == '\0')
        return lathe_error_input(error, "give the folder a name, by which the guest mounts it");
    if (strlen(name) > EMU_SHARE_TAG)
        return lathe_error_input(error, "a name has at most %d bytes", EMU_SHARE_TAG);
    if (strpbrk(name, ",=/\n") != NULL)
        return lathe_error_input(error, "a name has no ',', '=' or '/' in it");
    if (shares_find(parts, name) != NULL)
        return lathe_error_input(error, "two folders have the name '%s'", name);
    return true;
}

bool lathe_shares_add(struct lathe_parts *parts, const struct lathe_share_words *words,
                      enum lathe_share_field *field, GError **error)
{
    g_autofree char *text = g_strdup_printf("%s,tag=%s%s%s%s", words->folder, words->name,
                                            words->read_only ? ",readonly" : "",
                                            *words->owner != '\0' ? ",owner=" : "", words->owner);

    *field = LATHE_SHARE_FOLDER;
    if (!shares_check_folder(words->folder, error))
        return false;
    *field = LATHE_SHARE_NAME;
    if (!shares_check_name(parts, words->name, error))
        return false;
    *field = LATHE_SHARE_OWNER;
    if (*words->owner != '\0' && !lathe_share_is_owner(words->owner))
        return lathe_error_input(error, "an owner is a user's number in the guest, or the user's "
                                        "and the group's: 1000 or 1000:100");
    *field = LATHE_SHARE_FOLDER;
    return lathe_parts_add_share(parts, text, error);
}

char *lathe_shares_text(const struct lathe_parts *parts)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < parts->shares->len; i++) {
        g_autofree char *line =
            lathe_share_text(&g_array_index(parts->shares, struct lathe_share, i));
        g_string_append_printf(text, "%s%s", i != 0 ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

/* What no shell and no table of mounts takes for anything else; the other bytes become '-'. */
static void shares_tidy(char *name)
{
    for (; *name != '\0'; name++) {
        if (!g_ascii_isalnum(*name) && strchr("._-", *name) == NULL)
            *name = '-';
    }
}

char *lathe_shares_name(const struct lathe_parts *parts, const char *folder)
{
    g_autofree char *base = g_path_get_basename(folder);
    g_autofree char *stem = g_strndup(base, EMU_SHARE_TAG - 4); /* room for a number */
    char *name;

    shares_tidy(stem);
    if (strspn(stem, ".-") == strlen(stem)) { /* "/", or letters that are none of ASCII's */
        g_free(stem);
        stem = g_strdup("shared");
    }
    name = g_strdup(stem);
    for (unsigned i = 2; shares_find(parts, name) != NULL; i++) {
        g_free(name);
        name = g_strdup_printf("%s-%u", stem, i);
    }
    return name;
}

char *lathe_share_owner_text(const struct lathe_share *share)
{
    return share->owned ? g_strdup_printf("%u:%u", share->uid, share->gid) : g_strdup("");
}

/* ---- the guest ---- */

/* Quoted where a shell would not take it as it is. */
static char *shares_quote(const char *word)
{
    g_autofree char *tidy = g_strdup(word);

    shares_tidy(tidy);
    return strcmp(tidy, word) == 0 && word[0] != '-' ? g_strdup(word) : g_shell_quote(word);
}

char *lathe_share_mount_line(const struct lathe_share *share)
{
    g_autofree char *place = g_strconcat("/mnt/", share->name, NULL);
    g_autofree char *name = shares_quote(share->name);
    g_autofree char *quoted =
        strcmp(name, share->name) == 0 ? g_strdup(place) : g_shell_quote(place);

    return g_strdup_printf("mkdir -p %s && mount -t 9p -o trans=virtio,msize=%d%s %s %s", quoted,
                           SHARES_MSIZE, share->read_only ? ",ro" : "", name, quoted);
}

const char *lathe_share_doubt(const char *folder)
{
    if (!g_file_test(folder, G_FILE_TEST_EXISTS))
        return _("There is no such folder on this computer.");
    return g_file_test(folder, G_FILE_TEST_IS_DIR) ? NULL : _("This is a file, not a folder.");
}

/* ---- the machine ---- */

static bool shares_alter(struct lathe_definition *definition, const void *opaque, GError **error)
{
    return lathe_setting_set(lathe_setting_find("share"), definition, opaque, error);
}

bool lathe_edit_set_shares(struct lathe_edit *edit, const struct lathe_parts *parts, GError **error)
{
    g_autofree char *text = lathe_shares_text(parts);

    return lathe_edit_change(edit, LATHE_AREA_SHARES, shares_alter, text, error);
}
