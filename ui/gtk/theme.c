/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The portal's setting org.freedesktop.appearance color-scheme: 1 is dark, 2 light, 0 no wish; and
 * the theme's name, by which GTK 3 knows high contrast. */
#include "ui/gtk/theme.h"

#include <gtk/gtk.h>

#define THEME_PORTAL    "org.freedesktop.portal.Desktop"
#define THEME_PATH      "/org/freedesktop/portal/desktop"
#define THEME_INTERFACE "org.freedesktop.portal.Settings"
#define THEME_NAMESPACE "org.freedesktop.appearance"
#define THEME_KEY       "color-scheme"

enum { SCHEME_NO_WISH, SCHEME_DARK, SCHEME_LIGHT };

/* value: a uint32 inside one or two variants, as the portal's versions differ. */
static void theme_apply(GVariant *value)
{
    g_autoptr(GVariant) inner = g_variant_ref(value);

    while (g_variant_is_of_type(inner, G_VARIANT_TYPE_VARIANT)) {
        GVariant *next = g_variant_get_variant(inner);
        g_variant_unref(inner);
        inner = next;
    }
    if (!g_variant_is_of_type(inner, G_VARIANT_TYPE_UINT32))
        return;
    guint32 scheme = g_variant_get_uint32(inner);
    if (scheme == SCHEME_NO_WISH) /* what the GTK settings say stays */
        gtk_settings_reset_property(gtk_settings_get_default(),
                                    "gtk-application-prefer-dark-theme");
    else
        g_object_set(gtk_settings_get_default(), "gtk-application-prefer-dark-theme",
                     scheme == SCHEME_DARK, NULL);
}

static void theme_on_changed(GDBusConnection *bus, const char *sender, const char *path,
                             const char *interface, const char *signal, GVariant *arguments,
                             gpointer data)
{
    const char *namespace, *key;
    g_autoptr(GVariant) value = NULL;

    if (!g_variant_is_of_type(arguments, G_VARIANT_TYPE("(ssv)")))
        return;
    g_variant_get(arguments, "(&s&s@v)", &namespace, &key, &value);
    if (g_str_equal(namespace, THEME_NAMESPACE) && g_str_equal(key, THEME_KEY))
        theme_apply(value);
}

static void theme_on_read(GObject *bus, GAsyncResult *result, gpointer data)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, NULL);

    if (reply == NULL)
        return;
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);
    theme_apply(value);
}

static void theme_on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    GDBusConnection *bus = g_bus_get_finish(result, NULL);

    if (bus == NULL)
        return;
    g_dbus_connection_signal_subscribe(bus, THEME_PORTAL, THEME_INTERFACE, "SettingChanged",
                                       THEME_PATH, THEME_NAMESPACE, G_DBUS_SIGNAL_FLAGS_NONE,
                                       theme_on_changed, NULL, NULL);
    g_dbus_connection_call(bus, THEME_PORTAL, THEME_PATH, THEME_INTERFACE, "Read",
                           g_variant_new("(ss)", THEME_NAMESPACE, THEME_KEY), NULL,
                           G_DBUS_CALL_FLAGS_NONE, 2000, NULL, theme_on_read, NULL);
    g_object_unref(bus); /* the subscription keeps what it needs */
}

/* ---- high contrast ---- */

static const char theme_full_contrast[] = ".dim-label { opacity: 1; }";

/* Who wants high contrast cannot read what is dimmed. */
static void theme_on_name(GtkSettings *settings, GParamSpec *property, GtkCssProvider *provider)
{
    GdkScreen *screen = gdk_screen_get_default();
    g_autofree char *name = NULL;

    g_object_get(settings, "gtk-theme-name", &name, NULL);
    gtk_style_context_remove_provider_for_screen(screen, GTK_STYLE_PROVIDER(provider));
    if (name != NULL && g_str_has_prefix(name, "HighContrast"))
        gtk_style_context_add_provider_for_screen(screen, GTK_STYLE_PROVIDER(provider),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void theme_drop(gpointer provider, GClosure *closure)
{
    g_object_unref(provider);
}

static void theme_follow_contrast(void)
{
    GtkSettings *settings = gtk_settings_get_default();
    GtkCssProvider *provider = gtk_css_provider_new();

    gtk_css_provider_load_from_data(provider, theme_full_contrast, -1, NULL);
    g_signal_connect_data(settings, "notify::gtk-theme-name", G_CALLBACK(theme_on_name), provider,
                          theme_drop, 0);
    theme_on_name(settings, NULL, provider);
}

void lathe_theme_follow_desktop(void)
{
    theme_follow_contrast();
    g_bus_get(G_BUS_TYPE_SESSION, NULL, theme_on_bus, NULL);
}
