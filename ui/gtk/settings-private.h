/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the settings' window share. Main thread. */
#ifndef LATHE_GTK_SETTINGS_PRIVATE_H
#define LATHE_GTK_SETTINGS_PRIVATE_H

#include <gtk/gtk.h>

#include "app/settings/edit.h"

struct settings;
struct settings_part;

/* Something that shows a part of the machine. */
struct settings_part {
    struct settings *settings;
    const struct lathe_setting *setting;      /* NULL: of a part that has none of its own */
    GtkWidget *widget;                        /* what is chosen or typed, or a container of it */
    GtkWidget *error;                         /* where lathe_field_say puts its sentence */
    gboolean wrong;                           /* what is typed cannot be */
    void (*fill)(struct settings_part *part); /* shows what the document says now */
    gpointer data;                            /* the part's own; g_free */
};

struct settings {
    GtkWindow *window;
    GtkStack *stack;
    GtkListBox *pages;
    GtkWidget *undo, *redo, *apply, *body;
    GtkWidget *focus; /* what had it before the changes were applied */
    GtkInfoBar *bar;
    GtkLabel *bar_words;
    struct lathe_edit *edit;
    GPtrArray *parts;            /* of struct settings_part * */
    gboolean filling;            /* widgets are set by us, not by the user */
    gboolean busy;               /* the changes are being applied */
    gboolean closed, close_then; /* the window is, or is to be closed then */
};

/* Adds a part, which the window keeps. */
struct settings_part *lathe_settings_add_part(struct settings *settings,
                                              const struct lathe_setting *setting,
                                              GtkWidget *widget, GtkWidget *error,
                                              void (*fill)(struct settings_part *part));
/* The user gave a part's setting another value: takes it, or says why not. */
void lathe_settings_put(struct settings_part *part, const char *text);
/*
 * After a change of the document: shows it everywhere but in the part that made it (NULL: none
 * did). why: what went wrong instead, taken; NULL: nothing.
 */
void lathe_settings_changed(struct settings *settings, struct settings_part *from, GError *why);

/* ---- the pages' parts ---- */

/* The fields of a page's settings, in a grid. */
void lathe_settings_add_fields(struct settings *settings, GtkBox *box, const char *page);
/* What has a shape of its own. */
void lathe_settings_add_order(struct settings *settings, GtkBox *box);
void lathe_settings_add_drives(struct settings *settings, GtkBox *box);
void lathe_settings_add_firmware(struct settings *settings, GtkBox *box);
void lathe_settings_add_graphics(struct settings *settings, GtkBox *box);
void lathe_settings_add_network(struct settings *settings, GtkBox *box);
void lathe_settings_add_serial(struct settings *settings, GtkBox *box);
void lathe_settings_add_shares(struct settings *settings, GtkBox *box);
void lathe_settings_add_xml(struct settings *settings, GtkBox *box);

/* "At once" or "After restart". */
const char *lathe_settings_effect(unsigned flags);

/* A list without a selection, in a frame that is added to the box; name: for screen readers. */
GtkListBox *lathe_settings_new_list(GtkBox *box, const char *name, const char *none);
/* Removes what is in it. */
void lathe_settings_empty(GtkContainer *container);

#endif
