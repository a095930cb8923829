/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of an assistant's view share. */
#ifndef LATHE_TUI_WIZARD_PRIVATE_H
#define LATHE_TUI_WIZARD_PRIVATE_H

#include "ui/tui/entry.h"
#include "ui/tui/list.h"
#include "ui/tui/wizard.h"

enum wizard_row_kind {
    WIZARD_ROW_QUESTION,
    WIZARD_ROW_LINE,    /* of a list's answer */
    WIZARD_ROW_ADD,     /* a line more */
    WIZARD_ROW_PROBLEM, /* leads to its question */
    WIZARD_ROW_REPAIR,  /* a proposal that mends the problem above it */
    WIZARD_ROW_FILE,    /* what comes of the answers */
    WIZARD_ROW_NOTE,
};

/* A row of a page. Strings are owned. */
struct wizard_row {
    enum wizard_row_kind kind;
    const struct lathe_step *step;         /* of a PROBLEM */
    const struct lathe_question *question; /* NULL: of a whole step; or a FILE or NOTE */
    guint line;                            /* of a LINE and a REPAIR: its place */
    bool faint;                            /* the value is proposed */
    char *label, *value;
};

struct wizard {
    struct tui_view view;
    const struct lathe_wizard *row;
    struct lathe_answers *answers;
    bool own; /* the answers are the view's to free */
    gboolean *done;
    struct tui_list steps, list; /* the last of the steps is the result */
    GArray *rows;                /* of the page; of struct wizard_row */
    struct lathe_problems *problems;
    struct lathe_outcome *outcome; /* masked */
    GPtrArray *repairs;            /* of struct lathe_repair *; NULL: not on the result's page */
    struct lathe_applied *applied; /* to a machine, last; NULL: nothing that could be undone */
    guint64 seen;                  /* steps that were left once, a bit each */
    struct tui_entry entry;
    bool in_rows; /* the rows have the keys, not the steps */
    bool typing;  /* the entry has them */
    bool changed; /* since the answers were saved or opened */
};

/* Everything that depends on the answers, anew. */
void tui_wizard_fill(struct wizard *wizard);
/* NULL: the page has none. */
const struct wizard_row *tui_wizard_selected(const struct wizard *wizard);
/* NULL: the result's page. */
const struct lathe_step *tui_wizard_step(const struct wizard *wizard);
/* A list's answer, one string a line; g_strfreev. */
char **tui_wizard_lines(const struct wizard *wizard, const struct lathe_question *question);

/* ---- wizard-draw.c ---- */

void tui_wizard_draw(struct tui_view *view, struct tui_area area);

/* ---- wizard-edit.c ---- */

/* Changes what is selected: by typing, from a menu, or at once. */
void tui_wizard_edit(struct tui_view *view);
/* A key while something is typed. */
void tui_wizard_type(struct wizard *wizard, int key);
/* Takes the selected answer, or line of one, back. */
void tui_wizard_remove(struct wizard *wizard);

/* ---- wizard-files.c ---- */

void tui_wizard_open_answers(struct tui_view *view);
void tui_wizard_save_answers(struct tui_view *view);
void tui_wizard_read_other(struct tui_view *view);
void tui_wizard_save_all(struct tui_view *view);
/* Asks which machine of the library, and changes it. */
void tui_wizard_apply(struct tui_view *view);
/* Takes the last change of a machine back. */
void tui_wizard_undo(struct tui_view *view);
void tui_wizard_preview(struct tui_view *view);

#endif
