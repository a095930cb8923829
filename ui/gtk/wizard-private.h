/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of an assistant's window share. Main thread. */
#ifndef LATHE_GTK_WIZARD_PRIVATE_H
#define LATHE_GTK_WIZARD_PRIVATE_H

#include <gtk/gtk.h>

#include "wizards/cli/wizards.h"

/* The name of the page behind the steps. */
#define WIZARD_RESULT "(result)"

struct wizard;

/* A question, and what answers it. */
struct wizard_field {
    struct wizard *wizard;
    const struct lathe_step *step;
    const struct lathe_question *question;
    GtkWidget *row;    /* of all that belongs to it: hidden while it is not asked */
    GtkWidget *widget; /* what is typed in, chosen or switched */
    GtkWidget *error;  /* for lathe_field_say */
    char *refused;     /* why the answers did not take what is typed; NULL: they did */
    gboolean seen;     /* it was left once: now what is wrong is said at once */
};

struct wizard_page {
    const struct lathe_step *step;
    GtkWidget *drawing; /* of what the step is about; NULL: none */
    GtkWidget *told;    /* what the step's enter says, a label */
    GtkWidget *error;   /* what is wrong with the whole step */
    GtkImage *mark;     /* beside its name */
    GtkWidget *line;    /* in the list of steps */
    gboolean seen;
};

struct wizard {
    GtkApplication *application;
    GtkWindow *window;
    const struct lathe_wizard *row;
    struct lathe_answers *answers;
    gboolean own; /* the answers are the window's to free */
    GSimpleActionGroup *actions;
    GtkListBox *steps;
    GtkStack *stack;
    const char *page; /* the name of what is shown */
    GtkWidget *back, *next;
    GtkInfoBar *bar;
    GtkLabel *bar_words;
    GtkWidget *undo;               /* in the bar, while there is something applied */
    struct lathe_applied *applied; /* to a machine, last; NULL: nothing that could be undone */
    char *machine;                 /* the name of the one that the answers began with; NULL: none */
    GPtrArray *fields, *pages;     /* of struct wizard_field *, struct wizard_page * */
    /* The preview and the result's page. */
    GtkWidget *preview;
    GtkComboBoxText *files;
    GtkTextView *text;
    GPtrArray *repairs; /* proposals in it, of struct lathe_repair * */
    GtkListBox *left;   /* what is left to do */
    GtkWidget *notes;   /* a box of labels */
    GtkWidget *notes_heading;
    guint update;          /* the source that shows what changed */
    gboolean filling;      /* widgets are set by us, not by the user */
    gboolean changed;      /* since the answers were saved or opened */
    gboolean close_then;   /* when the answers are saved */
    char *shown;           /* the file in the preview; NULL: none yet */
    GtkNativeDialog *open; /* a chooser of files; NULL: none */
};

/* ---- wizard-fields.c ---- */

/* The page of a step, with its fields. */
GtkWidget *lathe_wizard_new_page(struct wizard *wizard, struct wizard_page *page);
/* Shows the answers in all fields, as after another file was opened. */
void lathe_wizard_fill_fields(struct wizard *wizard);
/* Which are asked, what is proposed, what is wrong. */
void lathe_wizard_update_fields(struct wizard *wizard, const struct lathe_problems *problems);
/* The keys go to the question's field, or else to the first of the step. */
void lathe_wizard_focus(struct wizard *wizard, const struct lathe_step *step,
                        const struct lathe_question *question);

/* ---- wizard-drawing.c ---- */

/* What can be drawn of a step, and moved in it; NULL: nothing. */
GtkWidget *lathe_wizard_new_drawing(struct wizard *wizard, const struct lathe_step *step);
/* The answers are others. */
void lathe_wizard_update_drawing(GtkWidget *drawing);

/* ---- wizard-result.c ---- */

GtkWidget *lathe_wizard_new_preview(struct wizard *wizard);
GtkWidget *lathe_wizard_new_result(struct wizard *wizard);
void lathe_wizard_update_result(struct wizard *wizard, const struct lathe_problems *problems);
/* The shown output, with its secrets, to the clipboard. */
void lathe_wizard_copy(struct wizard *wizard);
/* Ask where, and write the shown output, or all into a folder. */
void lathe_wizard_save_one(struct wizard *wizard);
void lathe_wizard_save_all(struct wizard *wizard);

/* ---- wizard-files.c ---- */

/* Ask which file; the second one takes what is no file of answers. */
void lathe_wizard_open_answers(struct wizard *wizard);
void lathe_wizard_read_other(struct wizard *wizard);
void lathe_wizard_save_answers(struct wizard *wizard);
/* Asks which machine of the library, and changes it. */
void lathe_wizard_apply(struct wizard *wizard);
/* Takes the last change of a machine back. */
void lathe_wizard_undo(struct wizard *wizard);
/* A chooser of files; chosen gets the path. One at a time. */
void lathe_wizard_choose(struct wizard *wizard, GtkFileChooserAction action, const char *title,
                         const char *name, void (*chosen)(struct wizard *wizard, const char *path));

/* ---- wizard-window.c ---- */

/* The answers changed: everything that depends on them is shown anew, soon. */
void lathe_wizard_changed(struct wizard *wizard);
/* A sentence over the pages; NULL: none. */
void lathe_wizard_say(struct wizard *wizard, GtkMessageType type, const char *sentence);
/* Shows a step's page. */
void lathe_wizard_turn_to(struct wizard *wizard, const struct lathe_step *step);

#endif
