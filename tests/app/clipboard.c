/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the text that is in the clipboard, for tests of what is copied; 1: there is none. */
#include <gtk/gtk.h>

int main(int argc, char **argv)
{
    gtk_init(&argc, &argv);
    char *text = gtk_clipboard_wait_for_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD));
    if (text == NULL)
        return 1;
    fputs(text, stdout);
    g_free(text);
    return 0;
}
