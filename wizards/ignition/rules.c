/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ignition's rules about how values fit together (its specification, and config/v3_x validation).
 */
#include <string.h>

#include "app/plan/error.h"
#include "wizards/ignition/butane-private.h"

/* Lists whose objects are told apart by a key; those with the same set share their names. */
static const struct {
    const char *part, *list, *key;
    unsigned set;
    bool path; /* the key is a whole path */
} rules_lists[] = {
    {"storage", "files", "path", 1, true},  {"storage", "directories", "path", 1, true},
    {"storage", "links", "path", 1, true},  {"storage", "disks", "device", 2, true},
    {"storage", "raid", "name", 3, false},  {"storage", "filesystems", "device", 4, true},
    {"storage", "luks", "name", 5, false},  {"passwd", "users", "name", 6, false},
    {"passwd", "groups", "name", 7, false}, {"systemd", "units", "name", 8, false},
};

static JsonArray *rules_list(JsonObject *config, const char *part, const char *list)
{
    JsonNode *node = json_object_get_member(config, part);
    JsonNode *found = node != NULL && JSON_NODE_HOLDS_OBJECT(node)
                          ? json_object_get_member(json_node_get_object(node), list)
                          : NULL;

    return found != NULL && JSON_NODE_HOLDS_ARRAY(found) ? json_node_get_array(found) : NULL;
}

static bool rules_check_entry(JsonObject *entry, gsize rule, guint number, GHashTable *seen,
                              GError **error)
{
    const char *name = json_object_get_string_member_with_default(entry, rules_lists[rule].key, "");
    g_autofree char *place =
        g_strdup_printf("%s.%s[%u]", rules_lists[rule].part, rules_lists[rule].list, number);

    if (*name == '\0' || (rules_lists[rule].path && *name != '/'))
        return lathe_error_input(error, "%s: its %s is missing or no whole path", place,
                                 rules_lists[rule].key);
    if (!g_hash_table_add(seen, g_strdup_printf("%u %s", rules_lists[rule].set, name)))
        return lathe_error_input(error, "%s: '%s' is there a second time", place, name);
    if (strcmp(rules_lists[rule].list, "files") == 0 &&
        json_object_get_boolean_member_with_default(entry, "overwrite", FALSE) &&
        !json_object_has_member(entry, "contents"))
        return lathe_error_input(error, "%s: what overwrites needs contents", place);
    gint64 mode = json_object_get_int_member_with_default(entry, "mode", 0);
    return (mode >= 0 && mode <= 07777) ||
           lathe_error_input(error, "%s: the mode is none: write it in octal, as 0644", place);
}

bool butane_check(JsonObject *config, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (gsize rule = 0; rule < G_N_ELEMENTS(rules_lists); rule++) {
        JsonArray *list = rules_list(config, rules_lists[rule].part, rules_lists[rule].list);
        for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
            if (!rules_check_entry(json_array_get_object_element(list, i), rule, i, seen, error))
                return false;
        }
    }
    return true;
}
