/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One function for each option that changes a store, and the table of them. */
#include "wizards/cli/vars-edit.h"

#include <sys/stat.h>

#include "app/plan/error.h"
#include "app/plan/put-file.h"
#include "wizards/firmware/boot.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/pe.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-file.h"
#include "wizards/firmware/store-json.h"
#include "wizards/firmware/value.h"

#define EDIT_FILE_MAX (1u << 20) /* bytes of a value or of signatures */

/* The default owner: who enrols with this program, as with OVMF's own tool. */
#define EDIT_OWNER LATHE_GUID_OWNER_OVMF

typedef bool vars_apply(GPtrArray *variables, const char *value, const char *target,
                        GError **error);

/* ---- variables ---- */

/* "NAME=file:PATH" */
static bool edit_set_file(GPtrArray *variables, const char *name, const char *path, GError **error)
{
    g_autofree char *plain = NULL;
    struct lathe_guid guid;

    if (!lathe_variables_resolve(variables, name, &plain, &guid, error))
        return false;
    GBytes *data = lathe_file_read(path, EDIT_FILE_MAX, error);
    if (data != NULL)
        lathe_variables_set(variables, plain, &guid, data);
    return data != NULL;
}

static bool edit_set(GPtrArray *variables, const char *value, const char *target, GError **error)
{
    const char *equals = strchr(value, '=');

    if (equals == NULL)
        return lathe_error_input(error, "'%s' sets nothing: write NAME=VALUE", value);
    g_autofree char *name = g_strndup(value, (gsize)(equals - value));
    if (g_str_has_prefix(equals + 1, "file:"))
        return edit_set_file(variables, name, equals + 1 + strlen("file:"), error);
    return lathe_value_assign(variables, name, equals + 1, error);
}

static bool edit_delete(GPtrArray *variables, const char *value, const char *target, GError **error)
{
    g_autofree char *name = NULL;
    struct lathe_guid guid;

    if (!lathe_variables_resolve(variables, value, &name, &guid, error))
        return false;
    return lathe_variables_remove(variables, name, &guid) ||
           lathe_error_input(error, "there is no variable '%s'", value);
}

static bool edit_set_json(GPtrArray *variables, const char *value, const char *target,
                          GError **error)
{
    g_autoptr(GBytes) text = lathe_file_read(value, LATHE_STORE_JSON_MAX, error);

    if (text == NULL)
        return false;
    return lathe_variables_from_json(variables, lathe_bytes_of(text), error) ||
           (g_prefix_error(error, "%s: ", value), false);
}

static bool edit_reset(GPtrArray *variables, const char *value, const char *target, GError **error)
{
    g_ptr_array_set_size(variables, 0);
    return true;
}

/* ---- boot ---- */

static bool edit_boot_order(GPtrArray *variables, const char *value, const char *target,
                            GError **error)
{
    return lathe_boot_reorder(variables, value, error);
}

static bool edit_boot_next(GPtrArray *variables, const char *value, const char *target,
                           GError **error)
{
    return lathe_boot_set_next(variables, value, error);
}

static bool edit_boot_delete(GPtrArray *variables, const char *value, const char *target,
                             GError **error)
{
    return lathe_boot_delete(variables, value, error);
}

/* "title=TEXT,FILE OPTIONS" */
static bool edit_boot_add(GPtrArray *variables, const char *value, const char *target,
                          GError **error)
{
    const char *comma = g_str_has_prefix(value, "title=") ? strchr(value, ',') : NULL;
    g_autofree char *title = comma ? g_strndup(value + 6, (gsize)(comma - value - 6)) : NULL;

    return lathe_boot_add_file(variables, title, comma ? comma + 1 : value, false, error);
}

static bool edit_boot_uri(GPtrArray *variables, const char *value, const char *target,
                          GError **error)
{
    return lathe_boot_set_uri(variables, value, error);
}

/* ---- keys ---- */

bool lathe_vars_take_owner(char *text, struct lathe_guid *owner, GError **error)
{
    char *mark = g_strrstr(text, ",owner=");

    *owner = lathe_guid_of(EDIT_OWNER);
    if (mark == NULL)
        return true;
    if (!lathe_guid_parse(mark + 7, owner))
        return lathe_error_input(error, "'%s' is no GUID, and none has that name", mark + 7);
    *mark = '\0';
    return true;
}

GPtrArray *lathe_vars_read_signatures(const char *path, const struct lathe_guid *owner,
                                      GError **error)
{
    g_autoptr(GBytes) file = lathe_file_read(path, EDIT_FILE_MAX, error);
    GPtrArray *signatures;

    if (file == NULL)
        return NULL;
    signatures = lathe_secure_boot_read_file(lathe_bytes_of(file), owner, error);
    if (signatures == NULL)
        g_prefix_error(error, "%s: ", path);
    return signatures;
}

/* What Secure Boot looks up for an image. */
static GBytes *edit_hash_of_image(const char *path, GError **error)
{
    g_autoptr(GBytes) file = lathe_file_read(path, LATHE_PE_FILE_MAX, error);
    g_autoptr(lathe_pe) pe = file ? lathe_pe_parse(lathe_bytes_of(file), error) : NULL;
    GBytes *hash = pe != NULL ? lathe_pe_digest(pe, G_CHECKSUM_SHA256) : NULL;

    if (pe != NULL && hash == NULL)
        lathe_error_input(error, "its sections overlap");
    if (file != NULL && hash == NULL)
        g_prefix_error(error, "%s: ", path);
    return hash;
}

GPtrArray *lathe_vars_read_hash(const char *text, const struct lathe_guid *owner, GError **error)
{
    bool image = g_file_test(text, G_FILE_TEST_EXISTS);
    g_autoptr(GBytes) hash = image ? edit_hash_of_image(text, error) : lathe_hex_parse(text);
    enum lathe_guid_id type =
        hash != NULL ? lathe_signature_hash_type(g_bytes_get_size(hash)) : LATHE_GUID_COUNT;
    GPtrArray *signatures;

    if (image && hash == NULL)
        return NULL;
    if (type == LATHE_GUID_COUNT) {
        lathe_error_input(error,
                          "'%s' is no hash (SHA-256 has 64 hexadecimal digits), and no image is "
                          "there",
                          text);
        return NULL;
    }
    signatures = lathe_signatures_new();
    lathe_signatures_add(signatures, type, owner, lathe_bytes_of(hash));
    return signatures;
}

static bool edit_take_file(GPtrArray *variables, const char *value, const char *target,
                           bool replace, GError **error)
{
    g_autofree char *path = g_strdup(value);
    struct lathe_guid owner;

    if (!lathe_vars_take_owner(path, &owner, error))
        return false;
    g_autoptr(GBytes) file = lathe_file_read(path, EDIT_FILE_MAX, error);
    if (file == NULL)
        return false;
    return lathe_secure_boot_take_file(variables, target, lathe_bytes_of(file), &owner, replace,
                                       error) ||
           (g_prefix_error(error, "%s: ", path), false);
}

static bool edit_add_key(GPtrArray *variables, const char *value, const char *target,
                         GError **error)
{
    return edit_take_file(variables, value, target, false, error);
}

static bool edit_set_key(GPtrArray *variables, const char *value, const char *target,
                         GError **error)
{
    return edit_take_file(variables, value, target, true, error);
}

static bool edit_add_hash(GPtrArray *variables, const char *value, const char *target,
                          GError **error)
{
    g_autofree char *text = g_strdup(value);
    struct lathe_guid owner;

    if (!lathe_vars_take_owner(text, &owner, error))
        return false;
    g_autoptr(GPtrArray) signatures = lathe_vars_read_hash(text, &owner, error);
    return signatures != NULL && lathe_secure_boot_add(variables, target, signatures, error);
}

static bool edit_enrol(GPtrArray *variables, const char *value, const char *target, GError **error)
{
    g_autofree char *path = g_strdup(value);
    struct lathe_guid owner;

    if (!lathe_vars_take_owner(path, &owner, error))
        return false;
    g_autoptr(GPtrArray) signatures = lathe_vars_read_signatures(path, &owner, error);
    return signatures != NULL && lathe_secure_boot_enrol(variables, signatures, error);
}

/* A key is for its owner's eyes. */
static bool edit_write_key(const char *path, GBytes *key, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return lathe_error_input(error, "%s: is there already", path);
    return lathe_put_file(path, g_bytes_get_data(key, NULL), g_bytes_get_size(key), 0600, error);
}

/* "NAME[,key=FILE]" */
static bool edit_generate(GPtrArray *variables, const char *value, const char *target,
                          GError **error)
{
    g_autofree char *name = g_strdup(value);
    struct lathe_guid owner = lathe_guid_of(EDIT_OWNER);
    char *mark = g_strrstr(name, ",key=");
    g_autoptr(GBytes) key = NULL;

    if (mark != NULL)
        *mark = '\0';
    g_autoptr(GBytes) der = lathe_certificate_generate(name, &key, error);
    if (der == NULL || (mark != NULL && !edit_write_key(mark + 5, key, error)))
        return false;
    g_autoptr(GPtrArray) signatures = lathe_signatures_new();
    lathe_signatures_add(signatures, LATHE_GUID_CERT_X509, &owner, lathe_bytes_of(der));
    return lathe_secure_boot_enrol(variables, signatures, error);
}

static bool edit_keys_from(GPtrArray *variables, const char *value, const char *target,
                           GError **error)
{
    g_autoptr(lathe_store_file) other = lathe_store_file_open(value, false, error);

    if (other == NULL)
        return false;
    return lathe_secure_boot_copy(variables, other->store->variables, error) ||
           (g_prefix_error(error, "%s: ", value), false);
}

static bool edit_secure_boot(GPtrArray *variables, const char *value, const char *target,
                             GError **error)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return lathe_error_input(error, "'%s' is neither on nor off", value);
    return lathe_secure_boot_switch(variables, strcmp(value, "on") == 0, error);
}

/* ---- the table ---- */

static const struct {
    const char *option;
    vars_apply *apply;
    const char *target; /* the variable */
} vars_edits[] = {
    {"reset", edit_reset, NULL},
    {"set", edit_set, NULL},
    {"delete", edit_delete, NULL},
    {"set-json", edit_set_json, NULL},
    {"boot-order", edit_boot_order, NULL},
    {"boot-next", edit_boot_next, NULL},
    {"boot-add", edit_boot_add, NULL},
    {"boot-delete", edit_boot_delete, NULL},
    {"boot-uri", edit_boot_uri, NULL},
    {"set-pk", edit_set_key, "PK"},
    {"set-dbx", edit_set_key, "dbx"},
    {"add-kek", edit_add_key, "KEK"},
    {"add-db", edit_add_key, "db"},
    {"add-dbx", edit_add_key, "dbx"},
    {"add-mok", edit_add_key, "MokList"},
    {"add-db-hash", edit_add_hash, "db"},
    {"add-dbx-hash", edit_add_hash, "dbx"},
    {"add-mok-hash", edit_add_hash, "MokList"},
    {"enrol", edit_enrol, NULL},
    {"enrol-new", edit_generate, NULL},
    {"keys-from", edit_keys_from, NULL},
    {"secure-boot", edit_secure_boot, NULL},
};

static int edit_find(const struct lathe_tool_given *given)
{
    for (size_t i = 0; i < G_N_ELEMENTS(vars_edits); i++) {
        if (strcmp(vars_edits[i].option, given->option->name) == 0)
            return (int)i;
    }
    return -1;
}

bool lathe_vars_edit_asked(const struct lathe_tool_line *line)
{
    for (guint i = 0; i < line->options->len; i++) {
        if (edit_find(&g_array_index(line->options, struct lathe_tool_given, i)) >= 0)
            return true;
    }
    return false;
}

bool lathe_vars_edit(const struct lathe_tool_line *line, struct lathe_store *store, GError **error)
{
    for (guint i = 0; i < line->options->len; i++) {
        const struct lathe_tool_given *given =
            &g_array_index(line->options, struct lathe_tool_given, i);
        int row = edit_find(given);
        if (row < 0 ||
            vars_edits[row].apply(store->variables, given->value, vars_edits[row].target, error))
            continue;
        g_prefix_error(error, "--%s: ", given->option->name);
        return false;
    }
    return true;
}
