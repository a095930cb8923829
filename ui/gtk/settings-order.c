/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot order: a list whose rows are dragged, or moved by Alt+Up and Alt+Down or by buttons;
 * what is not checked is not booted from.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

#define ORDER_USUAL "disk,cdrom,floppy" /* where the document does not say */

static const GtkTargetEntry order_target = {(char *)"application/x-lathe-boot-row",
                                            GTK_TARGET_SAME_APP, 0};

static const char *order_word(GtkWidget *row)
{
    return g_object_get_data(G_OBJECT(row), "word");
}

static gboolean order_is_on(GtkWidget *row)
{
    return gtk_toggle_button_get_active(g_object_get_data(G_OBJECT(row), "check"));
}

static void order_focus(struct settings_part *part, const char *word)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(part->widget));

    for (GList *item = rows; item != NULL; item = item->next) {
        if (strcmp(order_word(item->data), word) == 0)
            gtk_widget_grab_focus(item->data);
    }
}

/* The list as it stands is the new order. */
static void order_put(struct settings_part *part, const char *focus)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(part->widget));
    g_autoptr(GString) order = g_string_new(NULL);
    g_autofree char *word = g_strdup(focus);

    if (part->settings->filling)
        return;
    for (GList *item = rows; item != NULL; item = item->next) {
        if (order_is_on(item->data))
            g_string_append_printf(order, "%s%s", order->len != 0 ? "," : "",
                                   order_word(item->data));
    }
    lathe_settings_put(part, order->str);
    if (!part->wrong)
        lathe_settings_changed(part->settings, NULL, NULL);
    order_focus(part, word);
}

/* ---- moving ---- */

static void order_move(struct settings_part *part, GtkWidget *row, int to)
{
    g_autofree char *word = g_strdup(order_word(row));
    int from = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));
    GtkContainer *list = GTK_CONTAINER(part->widget);
    g_autoptr(GList) rows = gtk_container_get_children(list);

    if (to == from || to < 0 || to >= (int)g_list_length(rows))
        return;
    g_object_ref(row);
    gtk_container_remove(list, row);
    gtk_list_box_insert(GTK_LIST_BOX(list), row, to);
    g_object_unref(row);
    order_put(part, word);
}

static void order_move_by(struct settings_part *part, GtkWidget *row, int steps)
{
    order_move(part, row, gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row)) + steps);
}

static GtkWidget *order_row_of(gpointer widget)
{
    return gtk_widget_get_ancestor(widget, GTK_TYPE_LIST_BOX_ROW);
}

static void order_on_up(GtkButton *button, struct settings_part *part)
{
    order_move_by(part, order_row_of(button), -1);
}

static void order_on_down(GtkButton *button, struct settings_part *part)
{
    order_move_by(part, order_row_of(button), 1);
}

static gboolean order_on_key(GtkWidget *row, GdkEventKey *event, struct settings_part *part)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();
    gboolean up = event->keyval == GDK_KEY_Up, down = event->keyval == GDK_KEY_Down;

    if (modifiers != GDK_MOD1_MASK || (!up && !down))
        return FALSE;
    order_move_by(part, row, up ? -1 : 1);
    return TRUE;
}

static void order_on_checked(GtkToggleButton *button, struct settings_part *part)
{
    order_put(part, order_word(order_row_of(button)));
}

/* ---- dragging ---- */

static void order_on_drag_begin(GtkWidget *handle, GdkDragContext *context, gpointer data)
{
    gtk_drag_set_icon_name(context, "view-list-symbolic", 0, 0);
}

static void order_on_drag_get(GtkWidget *handle, GdkDragContext *context,
                              GtkSelectionData *selection, guint info, guint time, gpointer data)
{
    const char *word = order_word(order_row_of(handle));

    gtk_selection_data_set(selection, gtk_selection_data_get_target(selection), 8,
                           (const guchar *)word, (int)strlen(word));
}

static void order_on_drag_data(GtkWidget *row, GdkDragContext *context, int x, int y,
                               GtkSelectionData *selection, guint info, guint time,
                               struct settings_part *part)
{
    int length = 0;
    const guchar *data = gtk_selection_data_get_data_with_length(selection, &length);
    g_autofree char *word =
        length > 0 ? g_strndup((const char *)data, (gsize)length) : g_strdup("");
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(part->widget));
    int to = gtk_list_box_row_get_index(GTK_LIST_BOX_ROW(row));

    gtk_drag_finish(context, TRUE, FALSE, time);
    for (GList *item = rows; item != NULL; item = item->next) {
        if (strcmp(order_word(item->data), word) == 0) {
            order_move(part, item->data, to);
            return;
        }
    }
}

static GtkWidget *order_new_handle(void)
{
    GtkWidget *handle = gtk_event_box_new();

    gtk_container_add(GTK_CONTAINER(handle),
                      gtk_image_new_from_icon_name("view-list-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(handle, _("Drag, or press Alt with Up or Down"));
    gtk_drag_source_set(handle, GDK_BUTTON1_MASK, &order_target, 1, GDK_ACTION_MOVE);
    g_signal_connect(handle, "drag-begin", G_CALLBACK(order_on_drag_begin), NULL);
    g_signal_connect(handle, "drag-data-get", G_CALLBACK(order_on_drag_get), NULL);
    return handle;
}

/* ---- rows ---- */

static GtkWidget *order_new_button(struct settings_part *part, const char *icon, const char *format,
                                   const char *label, GCallback clicked)
{
    g_autofree char *name = g_strdup_printf(format, label);
    GtkWidget *button = lathe_field_new_icon_button(icon, name);

    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    g_signal_connect(button, "clicked", clicked, part);
    return button;
}

static void order_add_row(struct settings_part *part, const struct lathe_setting_choice *choice,
                          gboolean on)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *check = gtk_check_button_new_with_label(_(choice->label));

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check), on);
    g_object_set_data(G_OBJECT(row), "word", (gpointer)choice->word);
    g_object_set_data(G_OBJECT(row), "check", check);
    g_signal_connect(check, "toggled", G_CALLBACK(order_on_checked), part);
    gtk_box_pack_start(GTK_BOX(box), order_new_handle(), FALSE, FALSE, 6);
    gtk_box_pack_start(GTK_BOX(box), check, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box),
                       order_new_button(part, "go-up-symbolic", _("Move %s up"), _(choice->label),
                                        G_CALLBACK(order_on_up)),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box),
                       order_new_button(part, "go-down-symbolic", _("Move %s down"),
                                        _(choice->label), G_CALLBACK(order_on_down)),
                       FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(row), box);
    atk_object_set_name(gtk_widget_get_accessible(row), _(choice->label));
    gtk_drag_dest_set(row, GTK_DEST_DEFAULT_ALL, &order_target, 1, GDK_ACTION_MOVE);
    g_signal_connect(row, "drag-data-received", G_CALLBACK(order_on_drag_data), part);
    g_signal_connect(row, "key-press-event", G_CALLBACK(order_on_key), part);
    gtk_container_add(GTK_CONTAINER(part->widget), row);
}

static void order_add_word(struct settings_part *part, const char *word, gboolean on)
{
    g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(part->setting);

    for (guint i = 0; choices[i].word != NULL; i++) {
        if (strcmp(choices[i].word, word) == 0)
            order_add_row(part, &choices[i], on);
    }
}

/* Those of the order, and then the others. */
static void order_fill(struct settings_part *part)
{
    g_autofree char *value = lathe_edit_get(part->settings->edit, part->setting);
    g_auto(GStrv) words = g_strsplit(*value != '\0' ? value : ORDER_USUAL, ",", -1);
    g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(part->setting);

    lathe_settings_empty(GTK_CONTAINER(part->widget));
    for (guint i = 0; words[i] != NULL; i++)
        order_add_word(part, words[i], TRUE);
    for (guint i = 0; choices[i].word != NULL; i++) {
        if (!g_strv_contains((const char *const *)words, choices[i].word))
            order_add_word(part, choices[i].word, FALSE);
    }
    gtk_widget_show_all(part->widget);
}

void lathe_settings_add_order(struct settings *settings, GtkBox *box)
{
    const struct lathe_setting *setting = lathe_setting_find("boot");
    GtkWidget *error = lathe_field_new_error(), *help;
    GtkListBox *list;
    g_autofree char *words =
        g_strdup_printf("%s %s (%s)", _(setting->help), _("Drag, or press Alt with Up or Down."),
                        lathe_settings_effect(setting->flags));

    help = lathe_field_new_words(words);
    gtk_box_pack_start(box, help, FALSE, FALSE, 0);
    list = lathe_settings_new_list(box, _(setting->group), "");
    gtk_box_pack_start(box, error, FALSE, FALSE, 0);
    lathe_settings_add_part(settings, setting, GTK_WIDGET(list), error, order_fill);
}
