/* SPDX-License-Identifier: GPL-3.0-or-later */
/* g_settings_new ends the process where the schema is not there: it is looked up before. */
#include "app/preferences/preferences.h"

#include <string.h>

#define PREFERENCES_ID "org.lathe_vm.Lathe"

/* ---- the schema ---- */

static GSettingsSchema *preferences_look_in(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "gschemas.compiled", NULL);
    GSettingsSchema *schema = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    GSettingsSchemaSource *source = g_settings_schema_source_new_from_directory(
        folder, g_settings_schema_source_get_default(), FALSE, NULL);
    if (source == NULL)
        return NULL;
    schema = g_settings_schema_source_lookup(source, PREFERENCES_ID, TRUE);
    g_settings_schema_source_unref(source);
    return schema;
}

/* Beside the program (a build folder), among what is installed, or in the program's own prefix. */
static GSettingsSchema *preferences_find_schema(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");
    g_autofree char *beside = g_build_filename(folder, "assets", NULL);
    g_autofree char *prefix = g_build_filename(folder, "../share/glib-2.0/schemas", NULL);
    GSettingsSchemaSource *installed = g_settings_schema_source_get_default();
    GSettingsSchema *schema = preferences_look_in(beside);

    if (schema == NULL && installed != NULL)
        schema = g_settings_schema_source_lookup(installed, PREFERENCES_ID, TRUE);
    return schema != NULL ? schema : preferences_look_in(prefix);
}

static gpointer preferences_open(gpointer data)
{
    GSettingsSchema *schema = preferences_find_schema();

    if (schema == NULL) {
        g_message("%s has no schema here: preferences are not kept", PREFERENCES_ID);
        return NULL;
    }
    GSettings *settings = g_settings_new_full(schema, NULL, NULL);
    g_settings_schema_unref(schema);
    return settings;
}

GSettings *lathe_preferences_get(void)
{
    static GOnce once = G_ONCE_INIT;

    return g_once(&once, preferences_open, NULL);
}

void lathe_preferences_set(const char *key, GVariant *value)
{
    GSettings *settings = lathe_preferences_get();
    g_autoptr(GVariant) wanted = g_variant_ref_sink(value);

    if (settings == NULL)
        return;
    g_autoptr(GVariant) present = g_settings_get_value(settings, key);
    if (!g_variant_equal(present, wanted) && !g_settings_set_value(settings, key, wanted))
        g_message("the preference %s is not kept", key);
}

/* ---- leaving the library ---- */

#define PREFERENCES_LEAVE "library-leave"

static const char *const leave_names[LATHE_LEAVES] = {
    [LATHE_LEAVE_ASK] = "ask",
    [LATHE_LEAVE_RUNNING] = "running",
    [LATHE_LEAVE_SUSPEND] = "suspend",
};

const char *lathe_leave_name(enum lathe_leave leave)
{
    return leave_names[leave];
}

enum lathe_leave lathe_leave_of_name(const char *name)
{
    for (int i = 0; i < LATHE_LEAVES; i++) {
        if (strcmp(leave_names[i], name) == 0)
            return (enum lathe_leave)i;
    }
    return LATHE_LEAVE_ASK;
}

enum lathe_leave lathe_preferences_get_leave(void)
{
    GSettings *settings = lathe_preferences_get();

    return settings != NULL ? (enum lathe_leave)g_settings_get_enum(settings, PREFERENCES_LEAVE)
                            : LATHE_LEAVE_ASK;
}

void lathe_preferences_set_leave(enum lathe_leave leave)
{
    GSettings *settings = lathe_preferences_get();

    if (settings != NULL)
        g_settings_set_enum(settings, PREFERENCES_LEAVE, (int)leave);
    g_settings_sync(); /* who leaves may be gone before it is written */
}
