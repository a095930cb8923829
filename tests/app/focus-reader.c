/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A GTK module that sees windows as a screen reader would. Which widget gets the focus: a line with
 * its accessible name, at the end of the file that FOCUS_FILE names. And what in a window can have
 * the focus and has no name, by which nobody who does not see it could tell what it is: a line at
 * the end of NAMELESS_FILE, for each window that opens and whenever the focus moves in it.
 */
#include <gtk/gtk.h>
#include <string.h>

#define READER_REST_MS 150 /* until a window that opens is filled */

G_MODULE_EXPORT void gtk_module_init(gint *argc, gchar ***argv);

static void reader_write(const char *variable, const char *line)
{
    const char *path = g_getenv(variable);
    FILE *file = path != NULL ? fopen(path, "a") : NULL;

    if (file != NULL) {
        fprintf(file, "%s\n", line);
        fclose(file);
    }
}

/* ---- names ---- */

static gboolean reader_role_needs_name(AtkRole role)
{
    static const AtkRole roles[] = {
        ATK_ROLE_PUSH_BUTTON,  ATK_ROLE_TOGGLE_BUTTON, ATK_ROLE_CHECK_BOX, ATK_ROLE_RADIO_BUTTON,
        ATK_ROLE_ENTRY,        ATK_ROLE_PASSWORD_TEXT, ATK_ROLE_TEXT,      ATK_ROLE_TERMINAL,
        ATK_ROLE_DRAWING_AREA, ATK_ROLE_CANVAS,        ATK_ROLE_COMBO_BOX, ATK_ROLE_PAGE_TAB,
        ATK_ROLE_SPIN_BUTTON,  ATK_ROLE_SLIDER,        ATK_ROLE_LIST_BOX,  ATK_ROLE_LIST,
        ATK_ROLE_TABLE,        ATK_ROLE_TREE_TABLE,    ATK_ROLE_LIST_ITEM, ATK_ROLE_LINK,
        ATK_ROLE_FRAME,        ATK_ROLE_DIALOG,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        if (roles[i] == role)
            return TRUE;
    }
    return FALSE;
}

static GtkWidget *reader_widget(AtkObject *object)
{
    return GTK_IS_ACCESSIBLE(object) ? gtk_accessible_get_widget(GTK_ACCESSIBLE(object)) : NULL;
}

static gboolean reader_has_name(AtkObject *object)
{
    const char *name = atk_object_get_name(object);
    g_autoptr(AtkRelationSet) relations = atk_object_ref_relation_set(object);
    GtkWidget *widget = reader_widget(object);

    return (name != NULL && *name != '\0') ||
           atk_relation_set_contains(relations, ATK_RELATION_LABELLED_BY) ||
           (GTK_IS_ENTRY(widget) && gtk_entry_get_placeholder_text(GTK_ENTRY(widget)) != NULL);
}

/* A notebook that hides its tabs has none to go to. */
static gboolean reader_is_hidden_tab(AtkObject *object)
{
    GtkWidget *book = reader_widget(atk_object_get_parent(object));

    return GTK_IS_NOTEBOOK(book) && !gtk_notebook_get_show_tabs(GTK_NOTEBOOK(book));
}

/* A row of a list says what stands in it. */
static gboolean reader_has_text(AtkObject *object)
{
    gboolean found = FALSE;

    for (int i = 0; !found && i < atk_object_get_n_accessible_children(object); i++) {
        AtkObject *child = atk_object_ref_accessible_child(object, i);
        found = child != NULL && (reader_has_name(child) || reader_has_text(child));
        g_clear_object(&child);
    }
    return found;
}

static void reader_check(AtkObject *object)
{
    AtkRole role = atk_object_get_role(object);
    GtkWidget *widget = reader_widget(object);
    gboolean window = GTK_IS_WINDOW(widget);

    if (widget != NULL && !gtk_widget_get_mapped(widget))
        return;
    if (reader_role_needs_name(role) && !reader_has_name(object) &&
        (widget == NULL || window || gtk_widget_get_can_focus(widget)) &&
        !(role == ATK_ROLE_LIST_ITEM && reader_has_text(object)) &&
        !(role == ATK_ROLE_PAGE_TAB && reader_is_hidden_tab(object))) {
        AtkObject *parent = atk_object_get_parent(object);
        g_autofree char *line = g_strdup_printf(
            "%s (%s) in %s \"%s\"", atk_role_get_name(role),
            widget != NULL ? G_OBJECT_TYPE_NAME(widget) : G_OBJECT_TYPE_NAME(object),
            parent != NULL ? G_OBJECT_TYPE_NAME(parent) : "nothing",
            parent != NULL && atk_object_get_name(parent) != NULL ? atk_object_get_name(parent)
                                                                  : "");
        reader_write("NAMELESS_FILE", line);
    }
    for (int i = 0; i < atk_object_get_n_accessible_children(object); i++) {
        AtkObject *child = atk_object_ref_accessible_child(object, i);
        if (child != NULL)
            reader_check(child);
        g_clear_object(&child);
    }
}

/* Those that are GTK's own, whole: their names are GTK's matter. */
static gboolean reader_is_ours(GtkWidget *window)
{
    return GTK_IS_WINDOW(window) && !GTK_IS_FILE_CHOOSER_DIALOG(window) &&
           !GTK_IS_ABOUT_DIALOG(window) && !GTK_IS_SHORTCUTS_WINDOW(window) &&
           strstr(g_get_prgname(), "athe") != NULL &&
           gtk_window_get_window_type(GTK_WINDOW(window)) == GTK_WINDOW_TOPLEVEL;
}

static gboolean reader_look(gpointer data)
{
    GtkWidget *window = data;

    if (gtk_widget_get_mapped(window))
        reader_check(gtk_widget_get_accessible(window));
    g_object_set_data(data, "reader-looks", NULL);
    g_object_unref(window);
    return G_SOURCE_REMOVE;
}

static void reader_look_soon(GtkWidget *window)
{
    if (g_getenv("NAMELESS_FILE") == NULL || !reader_is_ours(window) ||
        g_object_get_data(G_OBJECT(window), "reader-looks") != NULL)
        return;
    g_object_set_data(G_OBJECT(window), "reader-looks", window);
    g_timeout_add(READER_REST_MS, reader_look, g_object_ref(window));
}

/* ---- what happens ---- */

static gboolean reader_on_focus(GSignalInvocationHint *hint, guint count, const GValue *values,
                                gpointer data)
{
    GtkWidget *widget = g_value_get_object(&values[1]);
    const char *name =
        widget != NULL ? atk_object_get_name(gtk_widget_get_accessible(widget)) : NULL;

    if (widget != NULL)
        reader_write("FOCUS_FILE", name != NULL ? name : "");
    reader_look_soon(g_value_get_object(&values[0]));
    return TRUE;
}

static gboolean reader_on_map(GSignalInvocationHint *hint, guint count, const GValue *values,
                              gpointer data)
{
    reader_look_soon(g_value_get_object(&values[0]));
    return TRUE;
}

void gtk_module_init(gint *argc, gchar ***argv)
{
    gpointer window = g_type_class_ref(GTK_TYPE_WINDOW);

    g_signal_add_emission_hook(g_signal_lookup("set-focus", GTK_TYPE_WINDOW), 0, reader_on_focus,
                               NULL, NULL);
    g_signal_add_emission_hook(g_signal_lookup("map", GTK_TYPE_WIDGET), 0, reader_on_map, NULL,
                               NULL);
    g_type_class_unref(window);
}
