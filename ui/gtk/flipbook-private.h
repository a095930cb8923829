/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the flip-book's window and its savings share. */
#ifndef LATHE_GTK_FLIPBOOK_PRIVATE_H
#define LATHE_GTK_FLIPBOOK_PRIVATE_H

#include <gtk/gtk.h>

#include "app/flipbook/flipbook.h"
#include "ui/gtk/display-painter.h"

struct flipbook {
    GtkWidget *window; /* which has it */
    struct lathe_flipbook *book;
    struct lathe_painter *painter;
    GtkWidget *area, *scale, *heads, *pointer;
    GtkWidget *first, *previous, *next, *last, *save, *export;
    GtkLabel *words, *hash;
    GtkInfoBar *bar;
    GtkLabel *bar_words;
    gboolean filling; /* what changes in a field is not the user's doing */

    GtkWidget *progress_bar, *progress; /* of a film that is made */
    GCancellable *cancellable;          /* its; NULL: none is made */
};

/* Says a sentence over the picture; NULL: none. */
void lathe_flipbook_say(struct flipbook *flipbook, GtkMessageType type, const char *sentence);
/* flipbook-export.c: asks for a file, and puts the page, or a film of the screen, there. */
void lathe_flipbook_save_page(struct flipbook *flipbook);
void lathe_flipbook_save_film(struct flipbook *flipbook);
/* The bar that says how far the film is, for the window's box. */
GtkWidget *lathe_flipbook_new_progress(struct flipbook *flipbook);

#endif
