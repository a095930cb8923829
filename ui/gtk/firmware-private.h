/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of the window of a variable store share. Main thread. */
#ifndef LATHE_GTK_FIRMWARE_PRIVATE_H
#define LATHE_GTK_FIRMWARE_PRIVATE_H

#include <gtk/gtk.h>

#include "wizards/firmware/store-edit.h"

enum { FIRMWARE_PAGES = 4 };

struct firmware;

struct firmware_page {
    const char *id, *label; /* marked for translation */
    void (*add)(struct firmware *firmware, GtkBox *box);
    void (*fill)(struct firmware *firmware); /* shows what the store holds now */
};

struct firmware {
    GtkWidget *window;
    GtkStack *stack;
    GtkListBox *pages;
    GtkWidget *undo, *redo, *save, *body;
    GtkInfoBar *bar;
    GtkLabel *bar_words, *room;
    struct lathe_store_edit *edit;
    gboolean filling; /* widgets are set by us, not by the user */
    /* the boot page */
    GtkListBox *order;
    GtkWidget *boot_title, *boot_file, *boot_options, *boot_uri;
    /* keys */
    GtkListBox *keys;
    GtkWidget *secure, *secure_words, *target, *own_name;
    /* variables */
    GtkListBox *variables;
    GtkWidget *name, *value;
    /* differences */
    GtkTextBuffer *diff;
    GtkLabel *diff_words;
    char *other; /* the store that this one is compared with; NULL: as it was saved */
};

extern const struct firmware_page lathe_firmware_boot, lathe_firmware_keys,
    lathe_firmware_variables, lathe_firmware_compare;

/* Makes a change and shows what comes of it, or says why not: then FALSE. */
gboolean lathe_firmware_do(struct firmware *firmware, lathe_store_change *change, const char *text,
                           const void *more);
/* Says what is wrong; NULL: nothing. */
void lathe_firmware_say(struct firmware *firmware, const char *message);

/* A list's row with a key of its own, by which it gets the focus again; name: for screen readers.
 * Returns the box for what it shows. */
GtkBox *lathe_firmware_add_row(GtkListBox *list, const char *key, const char *name);
const char *lathe_firmware_row_key(gpointer widget_in_it);
/* Before and after a list is filled: the row that had the focus has it again, or its neighbour. */
struct firmware_focus {
    char *key;
    int index;
};
struct firmware_focus lathe_firmware_keep_focus(GtkListBox *list);
void lathe_firmware_give_focus(GtkListBox *list, struct firmware_focus *focus);

/* A flat button in a row; format has one %s for what it is about. */
GtkWidget *lathe_firmware_new_button(struct firmware *firmware, const char *icon,
                                     const char *format, const char *what, GCallback clicked);
/* A button at the end of a row's box, and the key Delete, that make the change with the row's key.
 */
void lathe_firmware_add_remove(struct firmware *firmware, GtkBox *box, const char *what,
                               lathe_store_change *change);
/* A label that may be long. */
GtkWidget *lathe_firmware_new_label(const char *text, gboolean dim);
/* Asks for a file of these patterns; chosen gets its name. */
typedef void lathe_firmware_chosen(struct firmware *firmware, const char *path);
void lathe_firmware_choose_file(struct firmware *firmware, const char *title, const char *kinds,
                                const char *const *patterns, lathe_firmware_chosen *chosen);

#endif
