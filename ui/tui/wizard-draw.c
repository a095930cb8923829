/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How an assistant looks: steps at the left, the page's rows, below them what is wrong and the help
 * of the selected question, and on wide terminals a preview at the right.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/tui/wizard-private.h"

enum {
    DRAW_MARK = 6,      /* columns of a step that are not its title's */
    DRAW_HELP = 6,      /* rows below the questions */
    DRAW_WIDE = 116,    /* columns from which there is a preview */
    DRAW_PREVIEW = 44,  /* its columns */
    DRAW_FAULT_ROWS = 2 /* of the help's rows; as many for what is cut */
};

/* ---- steps ---- */

static guint draw_count(const struct wizard *wizard, const struct lathe_step *step)
{
    guint count = 0;

    for (guint i = 0; i < wizard->problems->found->len; i++) {
        const struct lathe_problem *problem = wizard->problems->found->pdata[i];
        count += problem->step == step && !problem->warning;
    }
    return count;
}

static void draw_step(const struct wizard *wizard, int number, int row, struct tui_area area)
{
    const struct lathe_step *step = &wizard->row->flow->steps[number];
    bool last = step->id == NULL, seen = !last && (wizard->seen >> MIN(number, 63) & 1) != 0;
    guint count = last ? 0 : draw_count(wizard, step);
    enum tui_style style = number != wizard->steps.selected ? TUI_PLAIN
                           : wizard->in_rows                ? TUI_MARKED
                                                            : TUI_SELECTED;
    g_autofree char *mark = count != 0 ? g_strdup_printf("!%u ", count) : g_strdup("ok ");

    tui_put(row, area.column, area.columns, style, "");
    tui_put(row, area.column + 1, area.columns - 5, style, last ? _("Result") : _(step->title));
    if (seen)
        tui_put_right(row, area.column + area.columns - 4, 4,
                      style != TUI_PLAIN ? style
                      : count != 0       ? TUI_BAD
                                         : TUI_GOOD,
                      mark);
}

/* As wide as its titles are, and a third of the terminal at most. */
static int draw_steps_width(const struct wizard *wizard, int columns)
{
    int width = tui_width(_("Result"));

    for (const struct lathe_step *step = wizard->row->flow->steps; step->id != NULL; step++)
        width = MAX(width, tui_width(_(step->title)));
    return MIN(width + DRAW_MARK, columns / 3);
}

static void draw_steps(struct wizard *wizard, struct tui_area area)
{
    area = tui_list_begin(&wizard->steps, area);
    for (int i = 0; i < area.rows && wizard->steps.first + i < wizard->steps.count; i++)
        draw_step(wizard, wizard->steps.first + i, area.row + i, area);
}

/* ---- the page ---- */

static int draw_label_width(const struct wizard *wizard, int columns)
{
    int width = 8;

    for (guint i = 0; i < wizard->rows->len; i++)
        width = MAX(width, tui_width(g_array_index(wizard->rows, struct wizard_row, i).label));
    return MIN(width, columns * 2 / 5);
}

/* A secret is not shown while it is typed, either. */
static void draw_entry(struct wizard *wizard, const struct wizard_row *row, int line, int column,
                       int width)
{
    struct tui_entry stars;

    if (row->question->kind != LATHE_QUESTION_SECRET) {
        tui_entry_draw(&wizard->entry, line, column, width, true);
        return;
    }
    g_autofree char *text = g_strnfill((gsize)g_utf8_strlen(wizard->entry.text->str, -1), '*');
    tui_entry_init(&stars, text);
    stars.cursor = (size_t)g_utf8_strlen(wizard->entry.text->str, (gssize)wizard->entry.cursor);
    tui_entry_draw(&stars, line, column, width, true);
    tui_entry_finish(&stars);
}

static void draw_row(struct wizard *wizard, int number, int line, struct tui_area area, int label)
{
    const struct wizard_row *row = &g_array_index(wizard->rows, struct wizard_row, number);
    bool selected = wizard->in_rows && number == wizard->list.selected;
    enum tui_style style = selected ? TUI_SELECTED : TUI_PLAIN;
    int column = area.column + label + 3, width = area.columns - label - 4;

    tui_put(line, area.column, area.columns, style, "");
    tui_put(line, area.column + 1, label, style, row->label);
    if (selected && wizard->typing)
        draw_entry(wizard, row, line, column, width);
    else
        tui_put(line, column, width, selected ? style : row->faint ? TUI_FAINT : style, row->value);
}

/* A line that is too long goes on below it, as far from the edge. */
static void draw_wrap_line(GPtrArray *lines, const char *text, int columns)
{
    size_t indent = strspn(text, " ");
    g_autofree char *rest = g_strdup(text);

    while (tui_width(rest) > columns) {
        const char *blank = g_strrstr_len(rest, (gssize)tui_fit(rest, columns), " ");
        if (blank == NULL || (size_t)(blank - rest) <= indent)
            break;
        g_ptr_array_add(lines, g_strndup(rest, (gsize)(blank - rest)));
        char *more = g_strdup_printf("%*s%s", (int)indent, "", blank + 1);
        g_free(rest);
        rest = more;
    }
    g_ptr_array_add(lines, g_steal_pointer(&rest));
}

/* What the step tells, in half of the page, or in all that its questions leave; returns its rows.
 * What does not fit is said: the preview has it whole. */
static int draw_told(const struct wizard *wizard, struct tui_area area)
{
    const struct lathe_step *step = tui_wizard_step(wizard);
    g_autofree char *text = step != NULL ? lathe_step_tell(step, wizard->answers) : NULL;
    g_auto(GStrv) given = g_strsplit(text != NULL ? g_strchomp(text) : "", "\n", -1);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    for (char **line = given; *line != NULL; line++)
        draw_wrap_line(lines, *line, area.columns);
    int room = MAX(area.rows / 2, area.rows - wizard->list.count - 1), rows = (int)lines->len;
    bool cut = rows > room;
    rows = MIN(rows, room);
    for (int i = 0; i < rows - cut; i++)
        tui_put(area.row + i, area.column, area.columns, TUI_PLAIN, lines->pdata[i]);
    if (cut)
        tui_put(area.row + rows - 1, area.column, area.columns, TUI_FAINT,
                _("… and more: v shows all of it"));
    return rows != 0 ? rows + 1 : 0;
}

static void draw_rows(struct wizard *wizard, struct tui_area area)
{
    int label = draw_label_width(wizard, area.columns);

    area = tui_list_begin(&wizard->list, area);
    for (int i = 0; i < area.rows && wizard->list.first + i < wizard->list.count; i++)
        draw_row(wizard, wizard->list.first + i, area.row + i, area, label);
}

/* ---- below it ---- */

/* What is wrong with what is typed or answered; g_free, NULL: nothing. */
static char *draw_fault(const struct wizard *wizard, const struct wizard_row *row, bool *warning)
{
    g_autoptr(GError) error = NULL;

    *warning = false;
    if (wizard->typing &&
        !lathe_question_check(wizard->answers, row->question, wizard->entry.text->str, &error))
        return g_strdup(error->message);
    for (guint i = 0; !wizard->typing && i < wizard->problems->found->len; i++) {
        const struct lathe_problem *problem = wizard->problems->found->pdata[i];
        if (problem->question == row->question && problem->step == tui_wizard_step(wizard)) {
            *warning = problem->warning;
            return g_strdup(problem->sentence);
        }
    }
    return NULL;
}

/* The row, if it is wider than the page; g_free, NULL: all of it is seen. */
static char *draw_whole(const struct wizard *wizard, const struct wizard_row *row, int columns)
{
    int label = draw_label_width(wizard, columns);

    if (wizard->typing ||
        (tui_width(row->label) <= label && tui_width(row->value) <= columns - label - 5))
        return NULL;
    return *row->label != '\0' ? g_strdup_printf("%s: %s", row->label, row->value)
                               : g_strdup(row->value);
}

static void draw_help(const struct wizard *wizard, struct tui_area area)
{
    const struct wizard_row *row = wizard->in_rows ? tui_wizard_selected(wizard) : NULL;
    bool warning = false;

    if (row == NULL)
        return;
    if (row->kind > WIZARD_ROW_ADD) { /* the row itself may be cut */
        tui_put_wrapped(area.row, area.rows, area, TUI_FAINT, row->value);
        return;
    }
    g_autofree char *fault = draw_fault(wizard, row, &warning);
    if (fault != NULL) {
        tui_put_wrapped(area.row, DRAW_FAULT_ROWS, area, warning ? TUI_WARNING : TUI_BAD, fault);
        area.row += DRAW_FAULT_ROWS;
        area.rows -= DRAW_FAULT_ROWS;
    }
    g_autofree char *whole = draw_whole(wizard, row, area.columns + 2);
    if (whole != NULL) {
        tui_put_wrapped(area.row, DRAW_FAULT_ROWS, area, TUI_PLAIN, whole);
        area.row += DRAW_FAULT_ROWS;
        area.rows -= DRAW_FAULT_ROWS;
    }
    if (row->question->help != NULL)
        tui_put_wrapped(area.row, area.rows, area, TUI_FAINT, _(row->question->help));
}

static void draw_preview(const struct wizard *wizard, struct tui_area area)
{
    int line = 0;

    for (guint i = 0; i < wizard->outcome->outputs->len; i++) {
        const struct lathe_output *output = wizard->outcome->outputs->pdata[i];
        g_auto(GStrv) lines = g_strsplit(output->binary ? "" : output->text->str, "\n", -1);
        if (line < area.rows)
            tui_put(area.row + line, area.column, area.columns, TUI_STRONG, output->name);
        line++;
        for (char **text = lines; *text != NULL && line < area.rows; text++, line++)
            tui_put(area.row + line, area.column, area.columns, TUI_PLAIN, *text);
    }
}

/* ---- all of it ---- */

static void draw_bar(const struct wizard *wizard, struct tui_area area)
{
    const struct lathe_step *step = tui_wizard_step(wizard);
    g_autofree char *title = g_strdup_printf(" %s: %s", _(wizard->row->flow->title),
                                             step != NULL ? _(step->title) : _("Result"));

    tui_put(area.row, area.column, area.columns, TUI_BAR, title);
    if (wizard->changed)
        tui_put_right(area.row, area.column + area.columns / 2, area.columns / 2 - 1, TUI_BAR,
                      _("answers not saved"));
}

static void draw_line(struct tui_area area, int column)
{
    for (int row = 0; row < area.rows; row++)
        tui_put_mark(area.row + row, column, TUI_FAINT, TUI_MARK_VERTICAL);
}

void tui_wizard_draw(struct tui_view *view, struct tui_area area)
{
    struct wizard *wizard = (struct wizard *)view;
    struct tui_area steps = area, page, help;
    bool wide = area.columns >= DRAW_WIDE;

    draw_bar(wizard, area);
    steps.row++;
    steps.rows--;
    page = steps;
    steps.columns = draw_steps_width(wizard, area.columns);
    page.column += steps.columns + 1;
    page.columns -= steps.columns + 1 + (wide ? DRAW_PREVIEW + 1 : 0);
    help = page;
    help.rows = MIN(DRAW_HELP, page.rows / 2);
    page.rows -= help.rows + 1;
    help.row += page.rows + 1;
    draw_line(steps, steps.columns);
    draw_steps(wizard, steps);
    if (wide) {
        draw_line(steps, page.column + page.columns);
        draw_preview(wizard, (struct tui_area){steps.row, page.column + page.columns + 2,
                                               steps.rows, DRAW_PREVIEW - 1});
    }
    help.column++;
    help.columns -= 2;
    draw_help(wizard, help);
    int told = draw_told(wizard,
                         (struct tui_area){page.row, page.column + 1, page.rows, page.columns - 2});
    page.row += told;
    page.rows -= told;
    draw_rows(wizard, page);
}
