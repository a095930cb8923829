/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of a form, as the creating page and the pages of settings have them (fields.h). */
#include "ui/gtk/fields.h"

#include <glib/gi18n.h>
#include <stdbool.h>

#include "ui/gtk/choose-file.h"

#define FIELDS_ROW "lathe-row" /* of a grid: the next free row */

/* Numbers and file names are typed; a narrower one would hide their ends. */
#define FIELDS_CHARS 24

GtkWidget *lathe_fields_new(void)
{
    GtkWidget *grid = gtk_grid_new();

    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
    return grid;
}

static int fields_take_row(GtkGrid *grid)
{
    int row = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(grid), FIELDS_ROW));

    g_object_set_data(G_OBJECT(grid), FIELDS_ROW, GINT_TO_POINTER(row + 1));
    return row;
}

void lathe_fields_add_heading(GtkGrid *grid, const char *text)
{
    int row = fields_take_row(grid);
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    if (row != 0)
        gtk_widget_set_margin_top(label, 18);
    atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_HEADING);
    gtk_grid_attach(grid, label, 0, row, 3, 1);
}

GtkWidget *lathe_field_new_words(const char *text)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 56);
    gtk_label_set_width_chars(GTK_LABEL(label), FIELDS_CHARS);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "dim-label");
    return label;
}

GtkWidget *lathe_field_new_error(void)
{
    GtkWidget *label = lathe_field_new_words(NULL);

    gtk_style_context_remove_class(gtk_widget_get_style_context(label), "dim-label");
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-wrong");
    gtk_widget_set_no_show_all(label, TRUE);
    atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_ALERT);
    return label;
}

static void fields_mark(GtkWidget *widget, const char *mark, bool on)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);

    if (on)
        gtk_style_context_add_class(style, mark);
    else
        gtk_style_context_remove_class(style, mark);
}

/* Colours alone would not tell those who see none of them, so a warning has a sign, too. */
static void fields_tell(GtkWidget *error, const char *sentence, bool warning)
{
    GtkWidget *field = g_object_get_data(G_OBJECT(error), "field");
    g_autofree char *text = g_strconcat(warning ? "\u26a0 " : "", sentence, NULL);

    gtk_label_set_text(GTK_LABEL(error), sentence != NULL ? text : "");
    gtk_widget_set_visible(error, sentence != NULL);
    fields_mark(error, "lathe-wrong", !warning);
    fields_mark(error, "lathe-doubtful", warning);
    atk_object_set_role(gtk_widget_get_accessible(error),
                        warning ? ATK_ROLE_NOTIFICATION : ATK_ROLE_ALERT);
    if (field == NULL)
        return;
    fields_mark(field, "error", sentence != NULL && !warning);
    fields_mark(field, "warning", sentence != NULL && warning);
    if (sentence == NULL)
        sentence = g_object_get_data(G_OBJECT(field), "help");
    atk_object_set_description(gtk_widget_get_accessible(field), sentence != NULL ? sentence : "");
}

void lathe_field_say(GtkWidget *error, const char *sentence)
{
    fields_tell(error, sentence, false);
}

void lathe_field_warn(GtkWidget *error, const char *sentence)
{
    fields_tell(error, sentence, true);
}

/* What takes the focus: a field may be a box around an entry and a button. */
static GtkWidget *fields_target(GtkWidget *field)
{
    GtkWidget *inner = g_object_get_data(G_OBJECT(field), "target");

    return inner != NULL ? inner : field;
}

/* A combo box gives the focus to a button or an entry of its own. */
static void fields_name_inner(GtkWidget *widget, gpointer name)
{
    atk_object_set_name(gtk_widget_get_accessible(widget), name);
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), fields_name_inner, name);
}

void lathe_field_set_name(GtkWidget *widget, const char *name)
{
    fields_name_inner(widget, (gpointer)name);
}

static void fields_name(GtkWidget *label, GtkWidget *target, const char *help)
{
    const char *name = gtk_label_get_text(GTK_LABEL(label));

    gtk_label_set_mnemonic_widget(GTK_LABEL(label), target);
    atk_object_set_name(gtk_widget_get_accessible(target), name);
    if (GTK_IS_COMBO_BOX(target))
        gtk_container_forall(GTK_CONTAINER(target), fields_name_inner, (gpointer)name);
    if (help == NULL)
        return;
    g_object_set_data_full(G_OBJECT(target), "help", g_strdup(help), g_free);
    atk_object_set_description(gtk_widget_get_accessible(target), help);
}

static void fields_add_under(GtkGrid *grid, GtkWidget *words)
{
    gtk_grid_attach(grid, words, 1, fields_take_row(grid), 2, 1);
}

GtkWidget *lathe_fields_add(GtkGrid *grid, const char *label, GtkWidget *field, const char *help,
                            const char *note)
{
    GtkWidget *words = gtk_label_new_with_mnemonic(label), *error = lathe_field_new_error();
    GtkWidget *target = fields_target(field);
    int row = fields_take_row(grid);

    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_label_set_line_wrap(GTK_LABEL(words), TRUE);
    gtk_widget_set_valign(words,
                          GTK_IS_SCROLLED_WINDOW(field) ? GTK_ALIGN_START : GTK_ALIGN_BASELINE);
    fields_name(words, target, help);
    gtk_widget_set_hexpand(field, TRUE);
    if (!GTK_IS_CHECK_BUTTON(field)) /* which has its words beside it */
        gtk_grid_attach(grid, words, 0, row, 1, 1);
    else
        g_object_unref(g_object_ref_sink(words));
    gtk_grid_attach(grid, field, 1, row, note != NULL ? 1 : 2, 1);
    if (note != NULL) {
        GtkWidget *behind = gtk_label_new(note);
        gtk_style_context_add_class(gtk_widget_get_style_context(behind), "dim-label");
        gtk_style_context_add_class(gtk_widget_get_style_context(behind), "lathe-note");
        gtk_widget_set_valign(behind,
                              GTK_IS_SCROLLED_WINDOW(field) ? GTK_ALIGN_START : GTK_ALIGN_BASELINE);
        gtk_grid_attach(grid, behind, 2, row, 1, 1);
    }
    g_object_set_data(G_OBJECT(error), "field", target);
    fields_add_under(grid, error);
    if (help != NULL) {
        GtkWidget *under = lathe_field_new_words(help);
        gtk_style_context_add_class(gtk_widget_get_style_context(under), "lathe-note");
        gtk_widget_set_margin_bottom(under, 6);
        fields_add_under(grid, under);
    }
    return error;
}

GtkWidget *lathe_field_new_icon_button(const char *icon, const char *name)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);

    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    return button;
}

/* ---- files ---- */

static void fields_on_chosen(GtkNativeDialog *dialog, int response, GtkWidget *entry)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        gtk_entry_set_text(GTK_ENTRY(entry), path);
    gtk_widget_grab_focus(entry);
    g_object_unref(dialog);
}

static void fields_on_browse(GtkButton *button, GtkWidget *entry)
{
    static const char *const all[] = {"*", NULL};
    GtkWindow *window = GTK_WINDOW(gtk_widget_get_toplevel(entry));
    const char *title = g_object_get_data(G_OBJECT(button), "title");
    GtkFileChooserNative *dialog =
        g_object_get_data(G_OBJECT(button), "folder") != NULL
            ? lathe_choose_folder_new(window, title, _("_Choose"))
            : lathe_choose_file_new(window, title, _("_Choose"), _("All files"), all);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(fields_on_chosen), entry, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static GtkWidget *fields_new_path(const char *title, bool folder, GtkWidget **entry)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *button = lathe_field_new_icon_button("document-open-symbolic", title);

    *entry = gtk_entry_new();
    gtk_entry_set_width_chars(GTK_ENTRY(*entry), FIELDS_CHARS / 2);
    gtk_widget_set_hexpand(*entry, TRUE);
    g_object_set_data_full(G_OBJECT(button), "title", g_strdup(title), g_free);
    g_object_set_data(G_OBJECT(button), "folder", folder ? button : NULL);
    g_object_set_data(G_OBJECT(box), "target", *entry);
    g_signal_connect(button, "clicked", G_CALLBACK(fields_on_browse), *entry);
    gtk_box_pack_start(GTK_BOX(box), *entry, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), button, FALSE, FALSE, 0);
    return box;
}

GtkWidget *lathe_field_new_file(const char *title, GtkWidget **entry)
{
    return fields_new_path(title, false, entry);
}

GtkWidget *lathe_field_new_folder(const char *title, GtkWidget **entry)
{
    return fields_new_path(title, true, entry);
}

void lathe_field_may_shrink(GtkComboBox *combo)
{
    g_autoptr(GList) cells = gtk_cell_layout_get_cells(GTK_CELL_LAYOUT(combo));

    for (GList *cell = cells; cell != NULL; cell = cell->next)
        g_object_set(cell->data, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
}
