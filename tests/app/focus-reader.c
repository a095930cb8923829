/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GTK module that tells which widget gets the focus, as a screen reader would: a line with its
 * accessible name, at the end of the file that FOCUS_FILE names.
 */
#include <gtk/gtk.h>

G_MODULE_EXPORT void gtk_module_init(gint *argc, gchar ***argv);

static gboolean reader_tell(GSignalInvocationHint *hint, guint count, const GValue *values,
                            gpointer path)
{
    GtkWidget *widget = g_value_get_object(&values[1]);
    const char *name = widget != NULL ? atk_object_get_name(gtk_widget_get_accessible(widget)) : "";
    FILE *file = widget != NULL ? fopen(path, "a") : NULL;

    if (file != NULL) {
        fprintf(file, "%s\n", name != NULL ? name : "");
        fclose(file);
    }
    return TRUE;
}

void gtk_module_init(gint *argc, gchar ***argv)
{
    const char *path = g_getenv("FOCUS_FILE");
    gpointer window = g_type_class_ref(GTK_TYPE_WINDOW);

    if (path != NULL)
        g_signal_add_emission_hook(g_signal_lookup("set-focus", GTK_TYPE_WINDOW), 0, reader_tell,
                                   g_strdup(path), g_free);
    g_type_class_unref(window);
}
