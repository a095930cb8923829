/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of a form: a label with a mnemonic, what is chosen or typed, a line of help, and a
 * sentence that says what is wrong while it is typed. All of it is there for a screen reader. Main
 * thread.
 */
#ifndef LATHE_GTK_FIELDS_H
#define LATHE_GTK_FIELDS_H

#include <gtk/gtk.h>

/* A grid for fields. */
GtkWidget *lathe_fields_new(void);
/* A heading over fields of a grid. */
void lathe_fields_add_heading(GtkGrid *grid, const char *text);

/*
 * Adds a field. label: translated, with a mnemonic; help and note: translated, NULL: none; note is
 * what stands behind the field. Returns where lathe_field_say puts its sentence.
 */
GtkWidget *lathe_fields_add(GtkGrid *grid, const char *label, GtkWidget *field, const char *help,
                            const char *note);

/* NULL: nothing is wrong. */
void lathe_field_say(GtkWidget *error, const char *sentence);
/* What might be wrong, and hinders nothing: with a sign, in another colour, and no alert. */
void lathe_field_warn(GtkWidget *error, const char *sentence);

/* For screen readers, also of what a combo box is made of. */
void lathe_field_set_name(GtkWidget *widget, const char *name);

/* A dim label that wraps. */
GtkWidget *lathe_field_new_words(const char *text);
/* A label for a sentence that says what is wrong, not shown yet. */
GtkWidget *lathe_field_new_error(void);

/* A button with an icon only; name: for its tooltip and for screen readers. */
GtkWidget *lathe_field_new_icon_button(const char *icon, const char *name);
/* An entry for a file's path with a button that opens a chooser; title: translated. *entry is it.
 */
GtkWidget *lathe_field_new_file(const char *title, GtkWidget **entry);
/* The same for a folder. */
GtkWidget *lathe_field_new_folder(const char *title, GtkWidget **entry);

/* A choice whose long words give way where there is little room, as with large text. */
void lathe_field_may_shrink(GtkComboBox *combo);

#endif
