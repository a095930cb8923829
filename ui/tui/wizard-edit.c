/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answering: texts are typed in their row, choices come from a menu, lists have a row a line. */
#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "ui/tui/choice.h"
#include "ui/tui/wizard-private.h"
#include "wizards/flow/repair.h"

/* ---- answers ---- */

/* NULL takes the answer back. */
static bool edit_set(struct wizard *wizard, const struct lathe_question *question,
                     const char *typed)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_answers_set(wizard->answers, question->id, typed, &error)) {
        tui_say(wizard->view.tui, TUI_BAD, "%s", error->message);
        return false;
    }
    wizard->changed = true;
    tui_wizard_fill(wizard);
    return true;
}

/* A line of a list; at is behind the last one for a line more, text "" takes it out. */
static bool edit_set_line(struct wizard *wizard, const struct lathe_question *question, guint at,
                          const char *text)
{
    g_auto(GStrv) lines = tui_wizard_lines(wizard, question);
    GString *whole = g_string_new(NULL);
    guint count = g_strv_length(lines);

    for (guint i = 0; i <= count; i++) {
        const char *line = i == at ? text : i < count ? lines[i] : "";
        if (*line != '\0')
            g_string_append_printf(whole, "%s%s", whole->len != 0 ? "\n" : "", line);
    }
    g_autofree char *typed = g_string_free(whole, FALSE);
    return edit_set(wizard, question, *typed != '\0' ? typed : NULL);
}

void tui_wizard_remove(struct wizard *wizard)
{
    const struct wizard_row *row = tui_wizard_selected(wizard);

    if (row == NULL || row->kind > WIZARD_ROW_LINE)
        return;
    if (row->kind == WIZARD_ROW_LINE)
        edit_set_line(wizard, row->question, row->line, "");
    else
        edit_set(wizard, row->question, NULL);
}

/* ---- typing ---- */

static void edit_begin(struct wizard *wizard, const struct wizard_row *row)
{
    const char *typed = lathe_answers_typed(wizard->answers, row->question->id);

    if (row->kind == WIZARD_ROW_QUESTION)
        tui_entry_set(&wizard->entry, typed != NULL ? typed : "");
    else
        tui_entry_set(&wizard->entry, row->kind == WIZARD_ROW_LINE ? row->value : "");
    wizard->typing = true;
}

/* False: it is no text that could be kept, and typing goes on. */
static bool edit_end(struct wizard *wizard)
{
    const struct wizard_row *row = tui_wizard_selected(wizard);
    const struct lathe_question *question = row->question;
    bool more = row->kind == WIZARD_ROW_ADD && wizard->entry.text->len != 0;
    g_autofree char *text = g_strdup(wizard->entry.text->str);
    bool good = row->kind == WIZARD_ROW_QUESTION
                    ? edit_set(wizard, question, *text != '\0' ? text : NULL)
                    : edit_set_line(wizard, question, row->line, text);

    wizard->typing = !good;
    if (good && more) { /* to the row that adds, which is one further now */
        wizard->list.selected++;
        tui_list_settle(&wizard->list);
    }
    return good;
}

void tui_wizard_type(struct wizard *wizard, int key)
{
    const struct wizard_row *row = tui_wizard_selected(wizard);
    bool next = key == '\t' || key == TUI_SPECIAL(KEY_DOWN);

    if (row == NULL || key == TUI_ESCAPE) {
        wizard->typing = false;
    } else if (key == '\t' && row->question->kind == LATHE_QUESTION_FILE &&
               wizard->entry.text->len != 0) {
        tui_entry_complete_file(&wizard->entry);
    } else if (key == '\r' || key == '\n' || next || key == TUI_SPECIAL(KEY_UP)) {
        bool adds = row->kind == WIZARD_ROW_ADD && wizard->entry.text->len != 0;
        if (edit_end(wizard) && !(adds && !next))
            tui_list_key(&wizard->list,
                         TUI_SPECIAL(key == TUI_SPECIAL(KEY_UP) ? KEY_UP : KEY_DOWN));
    } else {
        tui_entry_key(&wizard->entry, key);
    }
    tui_redraw(wizard->view.tui);
}

/* ---- choices ---- */

struct edit_choice {
    struct wizard *wizard;
    const struct lathe_question *question;
    GPtrArray *ids; /* of char *, NULL for the proposal */
};

static void choice_free(gpointer data)
{
    struct edit_choice *choice = data;

    g_ptr_array_unref(choice->ids);
    g_free(choice);
}

static void choice_chosen(struct tui *tui, int chosen, void *opaque)
{
    struct edit_choice *choice = opaque;

    if (chosen >= 0)
        edit_set(choice->wizard, choice->question, choice->ids->pdata[chosen]);
}

/* The first row takes the answer back. */
static void choice_open(struct wizard *wizard, const struct lathe_question *question)
{
    struct edit_choice *data = g_new0(struct edit_choice, 1);
    const char *typed = lathe_answers_typed(wizard->answers, question->id);
    struct tui_choice *choice =
        tui_choice_new(_(question->label), "", choice_chosen, data, choice_free);

    *data = (struct edit_choice){wizard, question, g_ptr_array_new()};
    g_ptr_array_add(data->ids, NULL);
    tui_choice_add(choice, 0, NULL, _("As proposed"));
    for (const struct lathe_choice *row = question->choices; row->id != NULL; row++) {
        if (row->possible != NULL && !row->possible(wizard->answers))
            continue;
        g_ptr_array_add(data->ids, (gpointer)row->id);
        tui_choice_add(choice, 0, NULL, _(row->label));
        if (g_strcmp0(typed, row->id) == 0)
            tui_choice_select(choice, (int)data->ids->len - 1);
    }
    tui_push(wizard->view.tui, tui_choice_view(choice));
}

/* ---- what is selected ---- */

static void edit_turn_to(struct wizard *wizard, const struct lathe_step *step,
                         const struct lathe_question *question)
{
    wizard->steps.selected = (int)(step - wizard->row->flow->steps);
    wizard->list.selected = 0;
    tui_wizard_fill(wizard);
    for (guint i = 0; i < wizard->rows->len; i++) {
        if (question != NULL &&
            g_array_index(wizard->rows, struct wizard_row, i).question == question) {
            wizard->list.selected = (int)i;
            break;
        }
    }
    tui_list_settle(&wizard->list);
}

static void edit_question(struct wizard *wizard, const struct wizard_row *row)
{
    const struct lathe_question *question = row->question;
    bool on = lathe_answers_on(wizard->answers, question->id);

    if (question->kind == LATHE_QUESTION_SWITCH)
        edit_set(wizard, question, on ? "no" : "yes");
    else if (question->kind == LATHE_QUESTION_CHOICE)
        choice_open(wizard, question);
    else if (question->kind == LATHE_QUESTION_LIST)
        tui_list_key(&wizard->list, TUI_SPECIAL(KEY_DOWN)); /* its lines are below it */
    else
        edit_begin(wizard, row);
}

static void edit_repair(struct wizard *wizard, const struct wizard_row *row)
{
    const struct lathe_repair *repair = wizard->repairs->pdata[row->line];
    g_autofree char *typed = g_strdup(repair->typed);

    edit_set(wizard, repair->question, typed);
}

void tui_wizard_edit(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;
    const struct wizard_row *row = tui_wizard_selected(wizard);

    tui_redraw(view->tui);
    if (!wizard->in_rows || row == NULL)
        wizard->in_rows = wizard->list.count != 0;
    else if (row->kind == WIZARD_ROW_QUESTION)
        edit_question(wizard, row);
    else if (row->kind == WIZARD_ROW_PROBLEM)
        edit_turn_to(wizard, row->step, row->question);
    else if (row->kind == WIZARD_ROW_REPAIR)
        edit_repair(wizard, row);
    else if (row->kind == WIZARD_ROW_FILE)
        tui_wizard_preview(view);
    else if (row->kind != WIZARD_ROW_NOTE)
        edit_begin(wizard, row);
}
