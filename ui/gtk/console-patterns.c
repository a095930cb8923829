/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of the named patterns: a row for each, applied as it is typed; a faulty expression is
 * marked and left out until it is right. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/console/patterns.h"
#include "ui/gtk/console-private.h"

struct pattern_row {
    GtkWidget *box, *name, *text, *color, *use;
};

struct pattern_dialog {
    LatheConsoleWindow *window;
    GtkWidget *list;
    GPtrArray *rows; /* of struct pattern_row * */
};

/* ---- from the rows ---- */

static char *row_color(const struct pattern_row *row)
{
    GdkRGBA color;

    gtk_color_chooser_get_rgba(GTK_COLOR_CHOOSER(row->color), &color);
    return g_strdup_printf("#%02x%02x%02x", (unsigned)(color.red * 255),
                           (unsigned)(color.green * 255), (unsigned)(color.blue * 255));
}

/* NULL: it is empty or faulty, which is shown. */
static struct lathe_pattern *row_read(const struct pattern_row *row)
{
    GtkStyleContext *style = gtk_widget_get_style_context(row->text);
    const char *text = gtk_entry_get_text(GTK_ENTRY(row->text));
    int use = gtk_combo_box_get_active(GTK_COMBO_BOX(row->use));
    g_autofree char *color = row_color(row);
    g_autoptr(GError) error = NULL;
    struct lathe_pattern *pattern = NULL;

    if (*text != '\0')
        pattern = lathe_pattern_new(gtk_entry_get_text(GTK_ENTRY(row->name)), text, color,
                                    (enum lathe_pattern_use)MAX(use, 0), &error);
    if (error != NULL)
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_ERROR);
    else
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_ERROR);
    gtk_widget_set_tooltip_text(row->text, error != NULL ? error->message : NULL);
    return pattern;
}

static void dialog_apply(struct pattern_dialog *dialog)
{
    GPtrArray *old = dialog->window->patterns;
    GPtrArray *patterns = g_ptr_array_new_with_free_func((GDestroyNotify)lathe_pattern_free);

    for (guint i = 0; i < dialog->rows->len; i++) {
        struct lathe_pattern *pattern = row_read(dialog->rows->pdata[i]);
        if (pattern != NULL)
            g_ptr_array_add(patterns, pattern);
    }
    dialog->window->patterns = patterns;
    lathe_console_window_apply_patterns(dialog->window);
    g_ptr_array_unref(old);
}

/* ---- the rows ---- */

static void row_on_remove(GtkButton *button, struct pattern_dialog *dialog)
{
    struct pattern_row *row = g_object_get_data(G_OBJECT(button), "row");

    gtk_widget_destroy(row->box);
    g_ptr_array_remove(dialog->rows, row); /* which frees it */
    dialog_apply(dialog);
}

static GtkWidget *row_add(const struct pattern_row *row, GtkWidget *field, const char *name)
{
    gtk_widget_set_tooltip_text(field, name);
    atk_object_set_name(gtk_widget_get_accessible(field), name);
    gtk_container_add(GTK_CONTAINER(row->box), field);
    return field;
}

static GtkWidget *row_make_entry(const char *text, int width)
{
    GtkWidget *entry = gtk_entry_new();

    gtk_entry_set_text(GTK_ENTRY(entry), text);
    gtk_entry_set_width_chars(GTK_ENTRY(entry), width);
    return entry;
}

static GtkWidget *row_make_color(const char *text)
{
    GdkRGBA color = {0.9, 0.6, 0.2, 1};

    gdk_rgba_parse(&color, text);
    return gtk_color_button_new_with_rgba(&color);
}

static GtkWidget *row_make_use(enum lathe_pattern_use use)
{
    const char *const words[] = {_("Off"), _("Highlight"), _("Show only these"), _("Hide these")};
    GtkWidget *box = gtk_combo_box_text_new();

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(box), words[i]);
    gtk_combo_box_set_active(GTK_COMBO_BOX(box), (int)use);
    return box;
}

static void row_connect(struct pattern_row *row, struct pattern_dialog *dialog)
{
    g_signal_connect_swapped(row->name, "changed", G_CALLBACK(dialog_apply), dialog);
    g_signal_connect_swapped(row->text, "changed", G_CALLBACK(dialog_apply), dialog);
    g_signal_connect_swapped(row->use, "changed", G_CALLBACK(dialog_apply), dialog);
    g_signal_connect_swapped(row->color, "color-set", G_CALLBACK(dialog_apply), dialog);
}

static struct pattern_row *dialog_add_row(struct pattern_dialog *dialog, const char *name,
                                          const char *text, const char *color,
                                          enum lathe_pattern_use use)
{
    struct pattern_row *row = g_new0(struct pattern_row, 1);
    GtkWidget *remove = gtk_button_new_from_icon_name("list-remove-symbolic", GTK_ICON_SIZE_BUTTON);

    row->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    row->name = row_add(row, row_make_entry(name, 12), _("Name"));
    row->text = row_add(row, row_make_entry(text, 28), _("Regular expression"));
    row->color = row_add(row, row_make_color(color), _("Color"));
    row->use = row_add(row, row_make_use(use), _("What it does"));
    row_add(row, remove, _("Remove the pattern"));
    g_object_set_data(G_OBJECT(remove), "row", row);
    g_signal_connect(remove, "clicked", G_CALLBACK(row_on_remove), dialog);
    row_connect(row, dialog);
    gtk_container_add(GTK_CONTAINER(dialog->list), row->box);
    gtk_widget_show_all(row->box);
    g_ptr_array_add(dialog->rows, row);
    return row;
}

static void dialog_on_add(struct pattern_dialog *dialog)
{
    struct pattern_row *row =
        dialog_add_row(dialog, _("Pattern"), "", "#4a8fe0", LATHE_PATTERN_HIGHLIGHT);

    gtk_widget_grab_focus(row->text);
}

/* ---- the dialog ---- */

static void dialog_free(gpointer data, GObject *gone)
{
    struct pattern_dialog *dialog = data;

    g_ptr_array_unref(dialog->rows);
    g_free(dialog);
}

static void dialog_fill(struct pattern_dialog *dialog)
{
    GPtrArray *patterns = dialog->window->patterns;

    for (guint i = 0; i < patterns->len; i++) {
        const struct lathe_pattern *pattern = patterns->pdata[i];
        dialog_add_row(dialog, pattern->name, pattern->text, pattern->color, pattern->use);
    }
}

void lathe_console_window_edit_patterns(LatheConsoleWindow *window)
{
    struct pattern_dialog *dialog = g_new0(struct pattern_dialog, 1);
    GtkWidget *shell = gtk_dialog_new_with_buttons(
        _("Patterns"), GTK_WINDOW(window),
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, NULL, NULL);
    GtkWidget *box = gtk_dialog_get_content_area(GTK_DIALOG(shell));
    GtkWidget *add = gtk_button_new_with_mnemonic(_("_Add a Pattern"));

    dialog->window = window;
    dialog->rows = g_ptr_array_new_with_free_func(g_free);
    dialog->list = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    gtk_box_set_spacing(GTK_BOX(box), 12);
    gtk_container_add(GTK_CONTAINER(box), dialog->list);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    gtk_container_add(GTK_CONTAINER(box), add);
    g_signal_connect_swapped(add, "clicked", G_CALLBACK(dialog_on_add), dialog);
    dialog_fill(dialog);
    g_object_weak_ref(G_OBJECT(shell), dialog_free, dialog);
    gtk_widget_show_all(shell);
}
