/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints the text that is in the clipboard, for tests of what is copied; 1: there is none. With a
 * text it puts that there as a password manager does, until it is ended.
 */
#include <gtk/gtk.h>

#define HINT "x-kde-passwordManagerHint"

static void clipboard_get(GtkClipboard *clipboard, GtkSelectionData *selection, guint hint,
                          gpointer text)
{
    if (hint)
        gtk_selection_data_set(selection, gtk_selection_data_get_target(selection), 8,
                               (const guchar *)"secret", 6);
    else
        gtk_selection_data_set_text(selection, text, -1);
}

static void clipboard_keep_secret(GtkClipboard *clipboard, char *text)
{
    g_autoptr(GtkTargetList) list = gtk_target_list_new(NULL, 0);
    int count;

    gtk_target_list_add_text_targets(list, FALSE);
    gtk_target_list_add(list, gdk_atom_intern_static_string(HINT), 0, TRUE);
    GtkTargetEntry *entries = gtk_target_table_new_from_list(list, &count);
    gtk_clipboard_set_with_data(clipboard, entries, (guint)count, clipboard_get, NULL, text);
    gtk_target_table_free(entries, count);
    gtk_main();
}

int main(int argc, char **argv)
{
    gtk_init(&argc, &argv);
    GtkClipboard *clipboard = gtk_clipboard_get(GDK_SELECTION_CLIPBOARD);
    if (argc > 1)
        clipboard_keep_secret(clipboard, argv[1]);
    char *text = gtk_clipboard_wait_for_text(clipboard);
    if (text == NULL)
        return 1;
    fputs(text, stdout);
    g_free(text);
    return 0;
}
