/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing a store: its history is a list of lists of variables, which are small. */
#include "wizards/firmware/store-edit.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/firmware/firmware.h"
#include "app/plan/error.h"
#include "wizards/firmware/store-diff.h"
#include "wizards/firmware/store-file.h"

#define EDIT_STEPS 200u /* that can be undone */

struct lathe_store_edit {
    struct lathe_store_file *file;
    char *refusal;
    GPtrArray *steps; /* of GPtrArray *, the lists of variables */
    guint at;         /* the present one */
    GPtrArray *saved; /* of them, or of a step that is forgotten */
};

static void edit_free_list(gpointer list)
{
    g_ptr_array_unref(list);
}

/* ---- opening ---- */

/* For looking at it, where it cannot be locked. */
static struct lathe_store_file *edit_open_file(const char *path, char **refusal, GError **error)
{
    g_autoptr(GError) why = NULL;
    struct lathe_store_file *file = lathe_store_file_open(path, true, &why);

    if (file == NULL) {
        file = lathe_store_file_open(path, false, error);
        *refusal = file != NULL ? g_strdup(why->message) : NULL;
    } else if (file->store->pending != NULL) {
        *refusal = g_strdup(file->store->pending);
    }
    return file;
}

struct lathe_store_edit *lathe_store_edit_open(const char *path, GError **error)
{
    char *refusal = NULL;
    struct lathe_store_file *file = edit_open_file(path, &refusal, error);

    if (file == NULL)
        return NULL;
    struct lathe_store_edit *edit = g_new0(struct lathe_store_edit, 1);
    edit->file = file;
    edit->refusal = refusal;
    edit->steps = g_ptr_array_new_with_free_func(edit_free_list);
    edit->saved = lathe_variables_copy(file->store->variables);
    g_ptr_array_add(edit->steps, g_ptr_array_ref(edit->saved));
    return edit;
}

void lathe_store_edit_free(struct lathe_store_edit *edit)
{
    if (edit == NULL)
        return;
    g_ptr_array_unref(edit->steps);
    g_ptr_array_unref(edit->saved);
    lathe_store_file_close(edit->file);
    g_free(edit->refusal);
    g_free(edit);
}

const char *lathe_store_edit_refusal(const struct lathe_store_edit *edit)
{
    return edit->refusal;
}

const char *lathe_store_edit_path(const struct lathe_store_edit *edit)
{
    return edit->file->path;
}

const GPtrArray *lathe_store_edit_variables(const struct lathe_store_edit *edit)
{
    return edit->steps->pdata[edit->at];
}

const GPtrArray *lathe_store_edit_saved(const struct lathe_store_edit *edit)
{
    return edit->saved;
}

/* The store gets the present variables: what it says of itself is said of them. */
static struct lathe_store *edit_store(const struct lathe_store_edit *edit, GPtrArray *variables)
{
    struct lathe_store *store = edit->file->store;

    g_ptr_array_ref(variables);
    g_ptr_array_unref(store->variables);
    store->variables = variables;
    return store;
}

char *lathe_store_edit_room(const struct lathe_store_edit *edit)
{
    const struct lathe_store *store = edit_store(edit, edit->steps->pdata[edit->at]);

    /* Translators: bytes that variables take, and that they may take */
    return g_strdup_printf(_("%zu of %zu bytes used"), lathe_store_used(store),
                           lathe_store_room(store));
}

/* ---- changing ---- */

static void edit_put(struct lathe_store_edit *edit, GPtrArray *variables)
{
    g_ptr_array_set_size(edit->steps, (gint)edit->at + 1); /* what was undone is forgotten */
    g_ptr_array_add(edit->steps, variables);
    if (edit->steps->len > EDIT_STEPS)
        g_ptr_array_remove_index(edit->steps, 0);
    edit->at = edit->steps->len - 1;
}

static bool edit_fits(const struct lathe_store_edit *edit, GPtrArray *variables, GError **error)
{
    g_autoptr(GBytes) image = lathe_store_build(edit_store(edit, variables), error);

    return image != NULL;
}

static bool edit_differ(const GPtrArray *before, const GPtrArray *after)
{
    g_autoptr(GArray) changes = lathe_variables_diff(before, after);

    return changes->len != 0;
}

bool lathe_store_edit_do(struct lathe_store_edit *edit, lathe_store_change *change,
                         const char *text, const void *more, GError **error)
{
    if (edit->refusal != NULL)
        return lathe_error_input(error, "%s", edit->refusal);
    g_autoptr(GPtrArray) copy = lathe_variables_copy(lathe_store_edit_variables(edit));
    if (!change(copy, text, more, error) || !edit_fits(edit, copy, error))
        return false;
    if (edit_differ(lathe_store_edit_variables(edit), copy))
        edit_put(edit, g_ptr_array_ref(copy));
    return true;
}

bool lathe_store_edit_can_undo(const struct lathe_store_edit *edit)
{
    return edit->at > 0;
}

bool lathe_store_edit_can_redo(const struct lathe_store_edit *edit)
{
    return edit->at + 1 < edit->steps->len;
}

void lathe_store_edit_undo(struct lathe_store_edit *edit)
{
    edit->at -= lathe_store_edit_can_undo(edit);
}

void lathe_store_edit_redo(struct lathe_store_edit *edit)
{
    edit->at += lathe_store_edit_can_redo(edit);
}

/* ---- saving and comparing ---- */

bool lathe_store_edit_is_changed(const struct lathe_store_edit *edit)
{
    return edit_differ(edit->saved, lathe_store_edit_variables(edit));
}

bool lathe_store_edit_save(struct lathe_store_edit *edit, GError **error)
{
    GPtrArray *now = edit->steps->pdata[edit->at];

    if (edit->refusal != NULL)
        return lathe_error_input(error, "%s", edit->refusal);
    edit_store(edit, now);
    if (!lathe_store_file_save(edit->file, NULL, error))
        return false;
    g_ptr_array_unref(edit->saved);
    edit->saved = g_ptr_array_ref(now);
    g_autoptr(GError) why = NULL;
    if (!lathe_store_file_lock_again(edit->file, &why)) /* a machine started just now */
        edit->refusal = g_strdup(why->message);
    return true;
}

static void edit_tell(GStrvBuilder *out, const struct lathe_variable_change *change)
{
    const struct lathe_variable *named = change->before ? change->before : change->after;
    g_auto(GStrv) details = lathe_variable_change_details(change);

    g_strv_builder_add(out, named->name);
    for (size_t i = 0; details[i] != NULL; i++) {
        g_autofree char *line = g_strconcat("    ", details[i], NULL);
        g_strv_builder_add(out, line);
    }
}

char **lathe_store_edit_diff(const struct lathe_store_edit *edit, const char *path, GError **error)
{
    g_autoptr(lathe_store_file) other =
        path != NULL ? lathe_store_file_open(path, false, error) : NULL;
    g_autoptr(GStrvBuilder) out = g_strv_builder_new();

    if (path != NULL && other == NULL)
        return NULL;
    const GPtrArray *now = lathe_store_edit_variables(edit);
    g_autoptr(GArray) changes = other != NULL ? lathe_variables_diff(now, other->store->variables)
                                              : lathe_variables_diff(edit->saved, now);
    for (guint i = 0; i < changes->len; i++)
        edit_tell(out, &g_array_index(changes, struct lathe_variable_change, i));
    return g_strv_builder_end(out);
}

/* ---- a machine's ---- */

/* What firmware.h looks at, of a definition that is somebody else's. */
static struct lathe_definition *machine_copy(const struct lathe_definition *definition,
                                             const char *home)
{
    struct lathe_definition *copy = lathe_definition_new();

    g_free(copy->firmware);
    copy->firmware = g_strdup(definition->firmware);
    copy->firmware_vars = g_strdup(definition->firmware_vars);
    copy->firmware_template = g_strdup(definition->firmware_template);
    copy->firmware_secure = definition->firmware_secure;
    copy->kernel = g_strdup(definition->kernel);
    copy->boots = definition->boots;
    copy->boots_text = g_strdup(definition->boots_text);
    copy->home = g_strdup(definition->home != NULL ? definition->home : home);
    return copy;
}

char *lathe_machine_store(const struct lathe_definition *definition, const char *home,
                          GError **error)
{
    struct lathe_definition *copy = machine_copy(definition, home);
    char *path = NULL;

    if (lathe_firmware_settle(copy, error)) {
        path = g_strdup(copy->firmware_vars);
        if (path == NULL)
            lathe_error_input(error, "the machine's firmware keeps no variables: choose UEFI");
    }
    lathe_definition_free(copy);
    return path;
}
