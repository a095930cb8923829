/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An X server keeps the names that its keymap was made from in a property of the root window; GNOME
 * keeps a list of input sources. The first layout of either is taken.
 */
#include "ui/gtk/host-layout.h"

#include <gtk/gtk.h>
#include <string.h>

#define LAYOUT_DEFAULT "us"
#define LAYOUT_SCHEMA  "org.gnome.desktop.input-sources"
#define LAYOUT_NAMES   1024 /* bytes of the property that are read */

/* The first of "de,us" with the first of "nodeadkeys,": "de(nodeadkeys)". */
static char *layout_join(const char *layouts, const char *variants)
{
    g_autofree char *layout = g_strndup(layouts, strcspn(layouts, ","));
    g_autofree char *variant = g_strndup(variants, strcspn(variants, ","));

    if (*layout == '\0')
        return NULL;
    return *variant != '\0' ? g_strdup_printf("%s(%s)", layout, variant) : g_strdup(layout);
}

/* rules, model, layouts, variants, options: each ended by a zero byte. */
static char *layout_from_names(const char *names, gsize length)
{
    const char *part[4], *end = names + length;

    for (unsigned i = 0; i < 4; i++) {
        const char *stop = memchr(names, '\0', (gsize)(end - names));
        if (stop == NULL)
            return NULL;
        part[i] = names;
        names = stop + 1;
    }
    return layout_join(part[2], part[3]);
}

static char *layout_from_x11(void)
{
    GdkWindow *root = gdk_screen_get_root_window(gdk_screen_get_default());
    g_autofree guchar *data = NULL;
    int length = 0;

    if (!gdk_property_get(root, gdk_atom_intern_static_string("_XKB_RULES_NAMES"),
                          gdk_atom_intern_static_string("STRING"), 0, LAYOUT_NAMES, FALSE, NULL,
                          NULL, &length, &data))
        return NULL;
    return layout_from_names((const char *)data, (gsize)length);
}

/* [('xkb', 'de+nodeadkeys'), ...] */
static char *layout_from_sources(GVariant *sources)
{
    GVariantIter iterator;
    const char *kind, *name;

    g_variant_iter_init(&iterator, sources);
    while (g_variant_iter_next(&iterator, "(&s&s)", &kind, &name)) {
        const char *plus = strchr(name, '+');
        g_autofree char *layout = g_strndup(name, strcspn(name, "+"));
        if (g_str_equal(kind, "xkb"))
            return layout_join(layout, plus != NULL ? plus + 1 : "");
    }
    return NULL;
}

static char *layout_from_gnome(void)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup(source, LAYOUT_SCHEMA, TRUE) : NULL;

    if (schema == NULL)
        return NULL;
    g_autoptr(GSettings) settings = g_settings_new_full(schema, NULL, NULL);
    g_autoptr(GVariant) sources = g_settings_get_value(settings, "sources");
    return g_variant_is_of_type(sources, G_VARIANT_TYPE("a(ss)")) ? layout_from_sources(sources)
                                                                  : NULL;
}

char *lathe_host_layout_dup(void)
{
    const char *type = G_OBJECT_TYPE_NAME(gdk_display_get_default());
    char *layout = g_str_has_prefix(type, "GdkX11") ? layout_from_x11() : layout_from_gnome();

    return layout != NULL ? layout : g_strdup(LAYOUT_DEFAULT);
}
