/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An assistant: its steps, any of them at any time, beside the rows of one. What is typed is kept
 * as it is; what is wrong with it is said beside it, and does not stop anybody.
 */
#include "ui/tui/wizard.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "ui/tui/choice.h"
#include "ui/tui/wizard-private.h"
#include "wizards/apply/apply.h"
#include "wizards/flow/repair.h"

/* ---- rows ---- */

static void row_clear(gpointer data)
{
    struct wizard_row *row = data;

    g_free(row->label);
    g_free(row->value);
}

static void wizard_add(struct wizard *wizard, enum wizard_row_kind kind,
                       const struct lathe_question *question, const char *label, const char *value)
{
    struct wizard_row row = {.kind = kind, .question = question};

    row.label = g_strdup(label);
    row.value = g_strdup(value);
    g_array_append_val(wizard->rows, row);
}

static const char *wizard_choice_label(const struct lathe_question *question, const char *id)
{
    for (const struct lathe_choice *row = question->choices; row->id != NULL; row++) {
        if (strcmp(row->id, id) == 0)
            return _(row->label);
    }
    return id;
}

char **tui_wizard_lines(const struct wizard *wizard, const struct lathe_question *question)
{
    const char *typed = lathe_answers_typed(wizard->answers, question->id);
    const char *value = lathe_answers_value(wizard->answers, question->id);

    return g_strsplit(typed != NULL ? typed : value, "\n", -1);
}

static void wizard_add_list(struct wizard *wizard, const struct lathe_question *question)
{
    g_auto(GStrv) lines = tui_wizard_lines(wizard, question);
    guint count = g_strv_length(lines);

    wizard_add(wizard, WIZARD_ROW_QUESTION, question, _(question->label), "");
    for (guint i = 0; i <= count; i++) {
        bool more = i == count;
        wizard_add(wizard, more ? WIZARD_ROW_ADD : WIZARD_ROW_LINE, question, "",
                   more ? _("(a line more)") : lines[i]);
        g_array_index(wizard->rows, struct wizard_row, wizard->rows->len - 1).line = i;
        g_array_index(wizard->rows, struct wizard_row, wizard->rows->len - 1).faint = more;
    }
}

/* What counts now, as people read it: in one line. */
static void wizard_add_question(struct wizard *wizard, const struct lathe_question *question)
{
    const char *value = lathe_answers_value(wizard->answers, question->id);
    const char *typed = lathe_answers_typed(wizard->answers, question->id);

    if (question->kind == LATHE_QUESTION_LIST) {
        wizard_add_list(wizard, question);
        return;
    }
    if (question->kind == LATHE_QUESTION_SECRET)
        value = *value != '\0' ? LATHE_SECRET_MASK : "";
    else if (question->kind == LATHE_QUESTION_SWITCH)
        value = strcmp(value, "yes") == 0 ? "[x]" : "[ ]";
    else if (question->kind == LATHE_QUESTION_CHOICE)
        value = *value != '\0' ? wizard_choice_label(question, value) : _("(choose)");
    wizard_add(wizard, WIZARD_ROW_QUESTION, question, _(question->label), value);
    g_array_index(wizard->rows, struct wizard_row, wizard->rows->len - 1).faint = typed == NULL;
}

static void wizard_add_repairs(struct wizard *wizard, const struct lathe_problem *problem)
{
    for (guint i = 0; i < wizard->repairs->len; i++) {
        const struct lathe_repair *repair = wizard->repairs->pdata[i];
        if (repair->step != problem->step || strcmp(repair->problem, problem->sentence) != 0)
            continue;
        wizard_add(wizard, WIZARD_ROW_REPAIR, NULL, _("  repair"), repair->sentence);
        g_array_index(wizard->rows, struct wizard_row, wizard->rows->len - 1).line = i;
    }
}

static void wizard_add_result(struct wizard *wizard)
{
    g_clear_pointer(&wizard->repairs, g_ptr_array_unref);
    wizard->repairs = lathe_flow_repair(wizard->answers);
    for (guint i = 0; i < wizard->problems->found->len; i++) {
        const struct lathe_problem *problem = wizard->problems->found->pdata[i];
        g_autofree char *text =
            g_strconcat(problem->warning ? _("warning: ") : "", problem->sentence, NULL);
        wizard_add(wizard, WIZARD_ROW_PROBLEM, problem->question,
                   problem->question != NULL ? _(problem->question->label)
                                             : _(problem->step->title),
                   text);
        g_array_index(wizard->rows, struct wizard_row, wizard->rows->len - 1).step = problem->step;
        wizard_add_repairs(wizard, problem);
    }
    for (guint i = 0; i < wizard->outcome->outputs->len; i++) {
        const struct lathe_output *output = wizard->outcome->outputs->pdata[i];
        g_autofree char *text =
            g_strdup_printf(ngettext("%zu byte: Enter shows it", "%zu bytes: Enter shows them",
                                     (gulong)output->text->len),
                            output->text->len);
        wizard_add(wizard, WIZARD_ROW_FILE, NULL, output->name, text);
    }
    for (guint i = 0; i < wizard->outcome->notes->len; i++)
        wizard_add(wizard, WIZARD_ROW_NOTE, NULL, "-", wizard->outcome->notes->pdata[i]);
}

const struct lathe_step *tui_wizard_step(const struct wizard *wizard)
{
    const struct lathe_step *step = &wizard->row->flow->steps[wizard->steps.selected];

    return step->id != NULL ? step : NULL;
}

const struct wizard_row *tui_wizard_selected(const struct wizard *wizard)
{
    int number = wizard->list.selected;

    return number < (int)wizard->rows->len ? &g_array_index(wizard->rows, struct wizard_row, number)
                                           : NULL;
}

void tui_wizard_fill(struct wizard *wizard)
{
    const struct lathe_step *step = tui_wizard_step(wizard);

    g_array_set_size(wizard->rows, 0);
    lathe_problems_free(wizard->problems);
    lathe_outcome_free(wizard->outcome);
    wizard->problems = lathe_flow_check(wizard->answers, NULL);
    wizard->outcome = lathe_flow_compose(wizard->answers, true);
    if (step == NULL)
        wizard_add_result(wizard);
    for (const struct lathe_question *row = step != NULL ? step->questions : NULL;
         row != NULL && row->id != NULL; row++) {
        if (lathe_answers_asked(wizard->answers, row))
            wizard_add_question(wizard, row);
    }
    wizard->list.count = (int)wizard->rows->len;
    wizard->in_rows = wizard->in_rows && wizard->list.count != 0;
    tui_list_settle(&wizard->list);
    tui_redraw(wizard->view.tui);
}

/* ---- moving ---- */

/* What is left was looked at: its faults are marked from now on. */
static void wizard_turn(struct wizard *wizard, int before)
{
    if (before == wizard->steps.selected)
        return;
    wizard->seen |= G_GUINT64_CONSTANT(1) << MIN(before, 63);
    wizard->list.selected = 0;
    wizard->list.first = 0;
    tui_wizard_fill(wizard);
}

static void wizard_step_by(struct wizard *wizard, int by)
{
    int before = wizard->steps.selected;

    wizard->steps.selected += by;
    tui_list_settle(&wizard->steps);
    wizard_turn(wizard, before);
}

static void wizard_next(struct tui_view *view)
{
    wizard_step_by((struct wizard *)view, 1);
}

static void wizard_previous(struct tui_view *view)
{
    wizard_step_by((struct wizard *)view, -1);
}

static void wizard_key(struct tui_view *view, int key)
{
    struct wizard *wizard = (struct wizard *)view;
    int before = wizard->steps.selected;

    if (wizard->typing) {
        tui_wizard_type(wizard, key);
        return;
    }
    if (key == TUI_SPECIAL(KEY_RIGHT))
        wizard->in_rows = wizard->list.count != 0;
    else if (key == TUI_SPECIAL(KEY_LEFT))
        wizard->in_rows = false;
    else if (key == '\t')
        wizard->in_rows = !wizard->in_rows && wizard->list.count != 0;
    else if ((key == 'd' || key == TUI_SPECIAL(KEY_DC)) && wizard->in_rows)
        tui_wizard_remove(wizard);
    else if (wizard->in_rows)
        tui_list_key(&wizard->list, key);
    else if (tui_list_key(&wizard->steps, key))
        wizard_turn(wizard, before);
}

static void wizard_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct wizard *wizard = (struct wizard *)view;
    int before = wizard->steps.selected, row = wizard->list.selected;

    if (wizard->typing)
        return;
    if (tui_list_mouse(&wizard->list, mouse)) {
        if (wizard->in_rows && row == wizard->list.selected)
            tui_wizard_edit(view);
        wizard->in_rows = true;
    } else if (tui_list_mouse(&wizard->steps, mouse)) {
        wizard->in_rows = false;
        wizard_turn(wizard, before);
    }
}

/* ---- the end ---- */

static void wizard_close(struct wizard *wizard)
{
    if (wizard->done != NULL)
        tui_quit(wizard->view.tui); /* it is the only view */
    else
        tui_close(&wizard->view);
}

static void wizard_leave_answered(struct tui *tui, int chosen, void *opaque)
{
    struct wizard *wizard = opaque;

    if (chosen == 0)
        tui_wizard_save_answers(&wizard->view);
    else if (chosen == 1)
        wizard_close(wizard);
}

static void wizard_leave(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;

    if (!wizard->changed) {
        wizard_close(wizard);
        return;
    }
    struct tui_choice *choice =
        tui_choice_new(_(wizard->row->flow->title), _("The answers are not saved."),
                       wizard_leave_answered, wizard, NULL);
    tui_choice_add(choice, 's', "s", _("Save"));
    tui_choice_add(choice, 'd', "d", _("Discard"));
    tui_choice_add(choice, 0, NULL, _("Go on editing"));
    tui_push(view->tui, tui_choice_view(choice));
}

static void wizard_back(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;

    if (wizard->in_rows)
        wizard->in_rows = false;
    else
        wizard_leave(view);
}

static void wizard_finish(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;

    if (wizard->done == NULL) {
        wizard_leave(view);
        return;
    }
    *wizard->done = TRUE;
    tui_quit(view->tui);
}

/* ---- the view ---- */

static void wizard_free(struct tui_view *view)
{
    struct wizard *wizard = (struct wizard *)view;

    tui_entry_finish(&wizard->entry);
    lathe_problems_free(wizard->problems);
    lathe_outcome_free(wizard->outcome);
    g_clear_pointer(&wizard->repairs, g_ptr_array_unref);
    lathe_applied_free(wizard->applied);
    if (wizard->own)
        lathe_answers_free(wizard->answers);
    g_array_unref(wizard->rows);
    g_free(wizard);
}

static bool wizard_takes_all(const struct tui_view *view)
{
    return ((const struct wizard *)view)->typing;
}

static const struct tui_binding wizard_bindings[] = {
    {TUI_SPECIAL(KEY_F(1)), "F1 ?", N_("show the keys"), N_("Keys"), tui_show_help},
    {'?', "?", NULL, NULL, tui_show_help},
    {'\r', "Enter", N_("go to the page's questions; answer what is selected"), N_("Answer"),
     tui_wizard_edit},
    {' ', "Space", N_("the same"), NULL, tui_wizard_edit},
    {'n', "n", N_("to the next step"), N_("Next"), wizard_next},
    {'p', "p", N_("to the step before"), NULL, wizard_previous},
    {0, "d", N_("take an answer back, or a line of it out"), NULL, NULL},
    {TUI_SPECIAL(KEY_F(3)), "F3 v", N_("show what comes of the answers"), N_("Preview"),
     tui_wizard_preview},
    {'v', "v", NULL, NULL, tui_wizard_preview},
    {TUI_SPECIAL(KEY_F(2)), "F2 s", N_("save the answers"), N_("Save"), tui_wizard_save_answers},
    {'s', "s", NULL, NULL, tui_wizard_save_answers},
    {'o', "o", N_("open answers that were saved"), NULL, tui_wizard_open_answers},
    {'r', "r", N_("take over what there is: parameters, arguments"), NULL, tui_wizard_read_other},
    {'w', "w", N_("write all files that come of the answers"), N_("Write"), tui_wizard_save_all},
    {'a', "a", N_("apply it to a machine of the library"), NULL, tui_wizard_apply},
    {'u', "u", N_("undo what was applied to a machine"), NULL, tui_wizard_undo},
    {TUI_SPECIAL(KEY_F(10)), "F10", N_("be done"), N_("Done"), wizard_finish},
    {TUI_ESCAPE, "Esc", N_("back to the steps, and out of the assistant"), NULL, wizard_back},
    {'q', "q", N_("out of the assistant"), NULL, wizard_leave},
    {0, NULL, NULL, NULL, NULL},
};

static const struct tui_view_class wizard_class = {
    .bindings = wizard_bindings,
    .draw = tui_wizard_draw,
    .key = wizard_key,
    .mouse = wizard_mouse,
    .free = wizard_free,
    .takes_all = wizard_takes_all,
    .whole = true,
};

struct tui_view *tui_wizard_new(struct tui *tui, const struct lathe_wizard *row,
                                struct lathe_answers *answers, gboolean *done)
{
    struct wizard *wizard = g_new0(struct wizard, 1);

    wizard->view.class = &wizard_class;
    wizard->view.tui = tui;
    wizard->row = row;
    wizard->own = answers == NULL;
    wizard->answers = answers != NULL ? answers : lathe_answers_new(row->flow);
    wizard->done = done;
    wizard->rows = g_array_new(FALSE, FALSE, sizeof(struct wizard_row));
    g_array_set_clear_func(wizard->rows, row_clear);
    tui_entry_init(&wizard->entry, "");
    for (const struct lathe_step *step = row->flow->steps; step->id != NULL; step++)
        wizard->steps.count++;
    wizard->steps.count++; /* the result */
    tui_wizard_fill(wizard);
    return &wizard->view;
}

/* ---- which ---- */

static void wizard_chosen(struct tui *tui, int chosen, void *opaque)
{
    if (chosen >= 0)
        tui_push(tui, tui_wizard_new(tui, &lathe_wizards[chosen], NULL, NULL));
}

void tui_wizard_choose(struct tui_view *view)
{
    struct tui_choice *choice = tui_choice_new(_("Assistants"), "", wizard_chosen, NULL, NULL);

    for (const struct lathe_wizard *row = lathe_wizards; row->flow != NULL; row++)
        tui_choice_add(choice, 0, NULL, _(row->flow->title));
    tui_push(view->tui, tui_choice_view(choice));
}
