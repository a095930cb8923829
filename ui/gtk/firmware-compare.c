/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is different from another store, or from this one as it was saved. */
#include <glib/gi18n.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/firmware-private.h"

static void compare_fill(struct firmware *firmware)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = lathe_store_edit_diff(firmware->edit, firmware->other, &error);
    g_autofree char *text = lines != NULL ? g_strjoinv("\n", lines) : g_strdup("");
    g_autofree char *shown =
        firmware->other != NULL ? g_filename_display_basename(firmware->other) : NULL;
    g_autofree char *words =
        shown != NULL ? g_strdup_printf(_("+ is in %s alone, - in this store alone."), shown)
                      : g_strdup(_("What changed since it was saved: + came, - went."));

    if (lines == NULL)
        gtk_label_set_text(firmware->diff_words, error->message);
    else
        gtk_label_set_text(firmware->diff_words, *text != '\0' ? words : _("Nothing differs."));
    gtk_text_buffer_set_text(firmware->diff, text, -1);
}

static void compare_with(struct firmware *firmware, const char *path)
{
    char *copy = g_strdup(path);

    g_free(firmware->other);
    firmware->other = copy;
    compare_fill(firmware);
}

static void compare_on_choose(GtkButton *button, struct firmware *firmware)
{
    static const char *const patterns[] = {"*.fd", "*.qcow2", "*.raw", NULL};

    lathe_firmware_choose_file(firmware, _("Choose a Variable Store"), _("Variable stores"),
                               patterns, compare_with);
}

static void compare_on_saved(GtkButton *button, struct firmware *firmware)
{
    compare_with(firmware, NULL);
}

static GtkWidget *compare_new_text(struct firmware *firmware)
{
    GtkWidget *frame = gtk_scrolled_window_new(NULL, NULL), *text = gtk_text_view_new();

    gtk_text_view_set_editable(GTK_TEXT_VIEW(text), FALSE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(text), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(text), TRUE);
    gtk_style_context_add_class(gtk_widget_get_style_context(text), "lathe-text");
    atk_object_set_name(gtk_widget_get_accessible(text), _("Differences"));
    firmware->diff = gtk_text_view_get_buffer(GTK_TEXT_VIEW(text));
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(frame), GTK_SHADOW_IN);
    gtk_container_add(GTK_CONTAINER(frame), text);
    return frame;
}

static void compare_add(struct firmware *firmware, GtkBox *box)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *choose = gtk_button_new_with_mnemonic(_("Compare _With…"));
    GtkWidget *saved = gtk_button_new_with_mnemonic(_("With What Was _Saved"));

    firmware->diff_words = GTK_LABEL(lathe_field_new_words(NULL));
    g_signal_connect(choose, "clicked", G_CALLBACK(compare_on_choose), firmware);
    g_signal_connect(saved, "clicked", G_CALLBACK(compare_on_saved), firmware);
    gtk_box_pack_start(GTK_BOX(row), choose, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row), saved, FALSE, FALSE, 0);
    gtk_box_pack_start(box, row, FALSE, FALSE, 0);
    gtk_box_pack_start(box, GTK_WIDGET(firmware->diff_words), FALSE, FALSE, 0);
    gtk_box_pack_start(box, compare_new_text(firmware), TRUE, TRUE, 0);
}

const struct firmware_page lathe_firmware_compare = {"compare", N_("Differences"), compare_add,
                                                     compare_fill};
