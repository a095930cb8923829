/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * org.gnome.Shell.SearchProvider2 (developer.gnome.org, "Writing a Search Provider"). Whoever asks
 * is another program: ids and words are looked up, never trusted.
 */
#include "app/search/provider.h"

#include <glib/gi18n.h>

#include "app/library/library.h"
#include "app/search/match.h"

#define PROVIDER_NAME   "org.lathe_vm.Lathe.SearchProvider"
#define PROVIDER_PATH   "/org/lathe_vm/Lathe/SearchProvider"
#define PROVIDER_WINDOW "org.lathe_vm.Lathe" /* who shows what was chosen */

static const char provider_interface[] =
    "<node><interface name='org.gnome.Shell.SearchProvider2'>"
    "<method name='GetInitialResultSet'><arg type='as' direction='in'/>"
    "<arg type='as' direction='out'/></method>"
    "<method name='GetSubsearchResultSet'><arg type='as' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='as' direction='out'/></method>"
    "<method name='GetResultMetas'><arg type='as' direction='in'/>"
    "<arg type='aa{sv}' direction='out'/></method>"
    "<method name='ActivateResult'><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='u' direction='in'/></method>"
    "<method name='LaunchSearch'><arg type='as' direction='in'/>"
    "<arg type='u' direction='in'/></method>"
    "</interface></node>";

struct provider {
    GMainLoop *loop;
    GDBusConnection *bus;
    unsigned idle;
    guint timer;
};

static gboolean provider_on_idle(gpointer data)
{
    struct provider *provider = data;

    provider->timer = 0;
    g_main_loop_quit(provider->loop);
    return G_SOURCE_REMOVE;
}

static void provider_stay(struct provider *provider)
{
    if (provider->timer != 0)
        g_source_remove(provider->timer);
    provider->timer = g_timeout_add_seconds(provider->idle, provider_on_idle, provider);
}

/* ---- answers ---- */

/* The machines that the words mean, of those in among (NULL: all); GVariant "(as)", floating. */
static GVariant *provider_search(const char *const *terms, const char *const *among)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GPtrArray) machines = lathe_library_list(library, NULL);
    GVariantBuilder ids;

    g_variant_builder_init(&ids, G_VARIANT_TYPE("as"));
    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        if ((among == NULL || g_strv_contains(among, machine->id)) &&
            g_utf8_validate(machine->id, -1, NULL) && lathe_search_matches(machine, terms))
            g_variant_builder_add(&ids, "s", machine->id);
    }
    return g_variant_new("(as)", &ids);
}

static const char *provider_state(const struct lathe_machine *machine)
{
    if (machine->problem != NULL)
        return _("Cannot start");
    if (machine->use == LATHE_LOCK_RUN)
        return _("Running");
    return _("Virtual machine");
}

static void provider_add_text(GVariantBuilder *meta, const char *key, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    g_variant_builder_add(meta, "{sv}", key, g_variant_new_string(valid));
}

static void provider_add_meta(GVariantBuilder *metas, const struct lathe_machine *machine)
{
    g_autofree char *picture = lathe_machine_path(machine, LATHE_MACHINE_THUMBNAIL);

    g_variant_builder_open(metas, G_VARIANT_TYPE("a{sv}"));
    provider_add_text(metas, "id", machine->id);
    provider_add_text(metas, "name", machine->title != NULL ? machine->title : machine->name);
    provider_add_text(metas, "description", provider_state(machine));
    /* As g_icon_to_string writes them: a file's path, or a name of the icon theme. */
    if (g_file_test(picture, G_FILE_TEST_IS_REGULAR))
        provider_add_text(metas, "gicon", picture);
    else
        provider_add_text(metas, "gicon", PROVIDER_WINDOW);
    g_variant_builder_close(metas);
}

/* GVariant "(aa{sv})", floating: what is shown of each; ids that are none are left out. */
static GVariant *provider_describe(const char *const *ids)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, NULL);
    GVariantBuilder metas;

    g_variant_builder_init(&metas, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        if (!g_strv_contains(ids, machine->id))
            continue;
        lathe_machine_read(machine);
        provider_add_meta(&metas, machine);
    }
    return g_variant_new("(aa{sv})", &metas);
}

/* ---- what was chosen ---- */

/* Another process shows it; D-Bus starts that. parameters: of the method, floating. */
static void provider_tell_window(struct provider *provider, const char *method,
                                 GVariant *parameters)
{
    g_dbus_connection_call(provider->bus, PROVIDER_WINDOW, "/org/lathe_vm/Lathe",
                           "org.freedesktop.Application", method, parameters, NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static GVariant *provider_platform_data(guint32 time)
{
    GVariantBuilder data;
    g_autofree char *id = g_strdup_printf("_TIME%u", (unsigned)time);

    g_variant_builder_init(&data, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&data, "{sv}", "desktop-startup-id", g_variant_new_string(id));
    return g_variant_builder_end(&data);
}

static void provider_open(struct provider *provider, const char *id, guint32 time)
{
    GVariantBuilder arguments;

    g_variant_builder_init(&arguments, G_VARIANT_TYPE("av"));
    g_variant_builder_add(&arguments, "v", g_variant_new_string(id));
    provider_tell_window(
        provider, "ActivateAction",
        g_variant_new("(sav@a{sv})", "open-machine", &arguments, provider_platform_data(time)));
}

/* ---- D-Bus ---- */

static void provider_on_call(GDBusConnection *bus, const char *sender, const char *path,
                             const char *interface, const char *method, GVariant *parameters,
                             GDBusMethodInvocation *invocation, gpointer data)
{
    struct provider *provider = data;
    g_autofree const char **first = NULL, **second = NULL;
    GVariant *reply = NULL;
    const char *id;
    guint32 time;

    provider_stay(provider);
    if (g_str_equal(method, "GetInitialResultSet")) {
        g_variant_get(parameters, "(^a&s)", &first);
        reply = provider_search(first, NULL);
    } else if (g_str_equal(method, "GetSubsearchResultSet")) {
        g_variant_get(parameters, "(^a&s^a&s)", &first, &second);
        reply = provider_search(second, first);
    } else if (g_str_equal(method, "GetResultMetas")) {
        g_variant_get(parameters, "(^a&s)", &first);
        reply = provider_describe(first);
    } else if (g_str_equal(method, "ActivateResult")) {
        g_variant_get(parameters, "(&s^a&su)", &id, &first, &time);
        provider_open(provider, id, time);
    } else { /* LaunchSearch: GLib lets no other method through */
        g_variant_get(parameters, "(^a&su)", &first, &time);
        provider_tell_window(provider, "Activate",
                             g_variant_new("(@a{sv})", provider_platform_data(time)));
    }
    g_dbus_method_invocation_return_value(invocation, reply);
}

static void provider_on_lost(GDBusConnection *bus, const char *name, gpointer data)
{
    g_main_loop_quit(((struct provider *)data)->loop);
}

/* The object is there before the name is: who waits for the name can ask at once. */
static void provider_serve(struct provider *provider, GDBusNodeInfo *node)
{
    static const GDBusInterfaceVTable table = {.method_call = provider_on_call};
    guint object = g_dbus_connection_register_object(
        provider->bus, PROVIDER_PATH, node->interfaces[0], &table, provider, NULL, NULL);
    guint name =
        g_bus_own_name_on_connection(provider->bus, PROVIDER_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                                     NULL, provider_on_lost, provider, NULL);

    provider_stay(provider);
    g_main_loop_run(provider->loop);
    g_bus_unown_name(name);
    g_dbus_connection_unregister_object(provider->bus, object);
    g_dbus_connection_flush_sync(provider->bus, NULL, NULL);
}

gboolean lathe_search_provider_run(unsigned idle, GError **error)
{
    struct provider provider = {.idle = idle};
    GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(provider_interface, error);

    if (node == NULL)
        return FALSE;
    provider.bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, error);
    if (provider.bus != NULL) {
        provider.loop = g_main_loop_new(NULL, FALSE);
        provider_serve(&provider, node);
        if (provider.timer != 0)
            g_source_remove(provider.timer);
        g_main_loop_unref(provider.loop);
        g_object_unref(provider.bus);
    }
    g_dbus_node_info_unref(node);
    return provider.bus != NULL;
}
