/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of an assistant's steps: for each question what its kind wants. What is typed goes into the
 * answers as it is and is never rewritten; a proposal stands in the field's background.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/wizard-private.h"

#define FIELD_LIST_HEIGHT 110 /* pixels, of several lines */
#define FIELD_LIST_MARGIN 5   /* the same, around them */
#define FIELD_RANGE       1000000000
#define FIELD_ENTRY       12 /* letters at least; there is mostly room for more */
#define FIELD_LABEL       16 /* letters; longer ones are wrapped */

/* ---- answers ---- */

/* NULL: nothing is typed, and the proposal counts. */
static void field_take(struct wizard_field *field, const char *typed)
{
    struct wizard *wizard = field->wizard;
    g_autoptr(GError) error = NULL;

    if (wizard->filling)
        return;
    g_clear_pointer(&field->refused, g_free);
    if (!lathe_answers_set(wizard->answers, field->question->id, typed, &error))
        field->refused = g_strdup(error->message);
    wizard->changed = TRUE;
    lathe_wizard_changed(wizard);
}

static void field_on_entry(GtkEntry *entry, struct wizard_field *field)
{
    const char *text = gtk_entry_get_text(entry);

    field_take(field, *text != '\0' ? text : NULL);
}

static void field_on_combo(GtkComboBox *combo, struct wizard_field *field)
{
    const char *id = gtk_combo_box_get_active_id(combo);

    if (id != NULL)
        field_take(field, *id != '\0' ? id : NULL);
}

static void field_on_switch(GtkToggleButton *button, struct wizard_field *field)
{
    field_take(field, gtk_toggle_button_get_active(button) ? "yes" : "no");
}

static void field_on_lines(GtkTextBuffer *buffer, struct wizard_field *field)
{
    GtkTextIter start, end;

    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *text = gtk_text_buffer_get_text(buffer, &start, &end, FALSE);
    field_take(field, *text != '\0' ? text : NULL);
}

static gboolean field_on_left(GtkWidget *widget, GdkEvent *event, struct wizard_field *field)
{
    if (!field->seen) {
        field->seen = TRUE;
        lathe_wizard_changed(field->wizard);
    }
    return GDK_EVENT_PROPAGATE;
}

/* ---- widgets ---- */

static void field_on_reveal(GtkEntry *entry, GtkEntryIconPosition position, GdkEvent *event,
                            gpointer data)
{
    gboolean hidden = !gtk_entry_get_visibility(entry);

    gtk_entry_set_visibility(entry, hidden);
    gtk_entry_set_icon_from_icon_name(entry, GTK_ENTRY_ICON_SECONDARY,
                                      hidden ? "view-conceal-symbolic" : "view-reveal-symbolic");
}

static void field_hide(GtkEntry *entry)
{
    gtk_entry_set_visibility(entry, FALSE);
    gtk_entry_set_input_purpose(entry, GTK_INPUT_PURPOSE_PASSWORD);
    gtk_entry_set_icon_from_icon_name(entry, GTK_ENTRY_ICON_SECONDARY, "view-reveal-symbolic");
    gtk_entry_set_icon_tooltip_text(entry, GTK_ENTRY_ICON_SECONDARY, _("Show or hide it"));
    g_signal_connect(entry, "icon-press", G_CALLBACK(field_on_reveal), NULL);
}

static GtkWidget *field_new_entry(struct wizard_field *field)
{
    GtkWidget *outer, *entry;

    if (field->question->kind == LATHE_QUESTION_FILE) {
        outer = lathe_field_new_file(_(field->question->label), &entry);
    } else {
        outer = entry = gtk_entry_new();
        gtk_entry_set_width_chars(GTK_ENTRY(entry), FIELD_ENTRY);
    }
    if (field->question->kind == LATHE_QUESTION_SECRET)
        field_hide(GTK_ENTRY(entry));
    if (field->question->kind == LATHE_QUESTION_NUMBER)
        gtk_entry_set_input_purpose(GTK_ENTRY(entry), GTK_INPUT_PURPOSE_DIGITS);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    g_signal_connect(entry, "changed", G_CALLBACK(field_on_entry), field);
    field->widget = entry;
    return outer;
}

static GtkWidget *field_new_lines(struct wizard_field *field)
{
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL), *view = gtk_text_view_new();

    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
    /* Within words, Pango would put hyphens where lines are broken. */
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD);
    gtk_text_view_set_left_margin(GTK_TEXT_VIEW(view), FIELD_LIST_MARGIN);
    gtk_text_view_set_right_margin(GTK_TEXT_VIEW(view), FIELD_LIST_MARGIN);
    gtk_text_view_set_top_margin(GTK_TEXT_VIEW(view), FIELD_LIST_MARGIN);
    gtk_style_context_add_class(gtk_widget_get_style_context(view), "lathe-text");
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scrolled), GTK_SHADOW_IN);
    gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(scrolled), FIELD_LIST_HEIGHT);
    gtk_container_add(GTK_CONTAINER(scrolled), view);
    g_object_set_data(G_OBJECT(scrolled), "target", view);
    g_signal_connect(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), "changed",
                     G_CALLBACK(field_on_lines), field);
    field->widget = view;
    return scrolled;
}

static GtkWidget *field_new_combo(struct wizard_field *field)
{
    field->widget = gtk_combo_box_text_new();
    GList *cells = gtk_cell_layout_get_cells(GTK_CELL_LAYOUT(field->widget));
    g_object_set(cells->data, "ellipsize", PANGO_ELLIPSIZE_END, NULL); /* some labels are long */
    g_list_free(cells);
    /* It is empty for a moment while it is filled anew, and keeps the focus. */
    gtk_combo_box_set_button_sensitivity(GTK_COMBO_BOX(field->widget), GTK_SENSITIVITY_ON);
    g_signal_connect(field->widget, "changed", G_CALLBACK(field_on_combo), field);
    return field->widget;
}

static GtkWidget *field_new_switch(struct wizard_field *field)
{
    field->widget = gtk_check_button_new_with_label(_(field->question->label));
    g_signal_connect(field->widget, "toggled", G_CALLBACK(field_on_switch), field);
    return field->widget;
}

static GtkWidget *field_new_widget(struct wizard_field *field)
{
    switch (field->question->kind) {
    case LATHE_QUESTION_CHOICE:
        return field_new_combo(field);
    case LATHE_QUESTION_SWITCH:
        return field_new_switch(field);
    case LATHE_QUESTION_LIST:
        return field_new_lines(field);
    default:
        return field_new_entry(field);
    }
}

/* What stands behind a number's field; g_free, NULL: nothing worth saying. */
static char *field_range(const struct lathe_question *question)
{
    if (question->kind != LATHE_QUESTION_NUMBER || question->high > FIELD_RANGE)
        return NULL;
    /* Translators: the least and the greatest number that may be typed */
    return g_strdup_printf(_("%lld to %lld"), (long long)question->low, (long long)question->high);
}

static void field_free(gpointer data)
{
    struct wizard_field *field = data;

    g_free(field->refused);
    g_free(field);
}

static GtkWidget *field_new(struct wizard *wizard, const struct lathe_step *step,
                            const struct lathe_question *question)
{
    struct wizard_field *field = g_new0(struct wizard_field, 1);
    g_autofree char *range = field_range(question);
    /* An underscore in it is no mnemonic. */
    g_auto(GStrv) parts = g_strsplit(_(question->label), "_", -1);
    g_autofree char *label = g_strjoinv("__", parts);

    *field = (struct wizard_field){.wizard = wizard, .step = step, .question = question};
    field->row = lathe_fields_new();
    GtkWidget *widget = field_new_widget(field);
    field->error = lathe_fields_add(GTK_GRID(field->row), label, widget,
                                    question->help != NULL ? _(question->help) : NULL, range);
    GtkWidget *words = gtk_grid_get_child_at(GTK_GRID(field->row), 0, 0);
    if (words != NULL) {
        gtk_label_set_width_chars(GTK_LABEL(words), FIELD_LABEL);
        gtk_label_set_max_width_chars(GTK_LABEL(words), FIELD_LABEL);
    }
    if (!GTK_IS_SCROLLED_WINDOW(widget))
        gtk_widget_set_valign(widget, GTK_ALIGN_CENTER); /* a long label does not stretch it */
    g_signal_connect(field->widget, "focus-out-event", G_CALLBACK(field_on_left), field);
    if (wizard->fields == NULL)
        wizard->fields = g_ptr_array_new_with_free_func(field_free);
    g_ptr_array_add(wizard->fields, field);
    return field->row;
}

/* ---- filling ---- */

static const struct lathe_choice *field_find_choice(const struct lathe_question *question,
                                                    const char *id)
{
    for (const struct lathe_choice *row = question->choices; row != NULL && row->id != NULL;
         row++) {
        if (strcmp(row->id, id) == 0)
            return row;
    }
    return NULL;
}

/* The first row takes the answer back: what is proposed counts then. */
static void combo_add_first(const struct wizard_field *field)
{
    const struct lathe_question *question = field->question;
    const char *proposed =
        question->propose != NULL ? question->propose(field->wizard->answers) : question->initial;
    const struct lathe_choice *choice =
        proposed != NULL ? field_find_choice(question, proposed) : NULL;
    g_autofree char *text = choice != NULL
                                /* Translators: %s is a choice that counts if none is made */
                                ? g_strdup_printf(_("Proposed: %s"), _(choice->label))
                                : g_strdup(_("Nothing chosen"));

    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(field->widget), "", text);
}

static void combo_fill(const struct wizard_field *field)
{
    GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT(field->widget);
    const struct lathe_answers *answers = field->wizard->answers;
    const char *typed = lathe_answers_typed(answers, field->question->id);

    gtk_combo_box_text_remove_all(combo);
    combo_add_first(field);
    for (const struct lathe_choice *row = field->question->choices; row->id != NULL; row++) {
        if (row->possible == NULL || row->possible(answers))
            gtk_combo_box_text_append(combo, row->id, _(row->label));
    }
    if (!gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), typed != NULL ? typed : "")) {
        gtk_combo_box_text_append(combo, typed, typed); /* of a file, or not possible any more */
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(combo), typed);
    }
}

/* The rows as one text: a combo box is filled anew only if another would come of it. */
static char *combo_key(const struct wizard_field *field)
{
    const struct lathe_answers *answers = field->wizard->answers;
    const struct lathe_question *question = field->question;
    GString *key = g_string_new(lathe_answers_typed(answers, question->id));

    g_string_append_printf(key, "|%s", question->propose != NULL ? question->propose(answers) : "");
    for (const struct lathe_choice *row = question->choices; row->id != NULL; row++) {
        bool there = row->possible == NULL || row->possible(answers);
        g_string_append_c(key, there ? '1' : '0');
    }
    return g_string_free(key, FALSE);
}

static void combo_update(const struct wizard_field *field)
{
    g_autofree char *key = combo_key(field);

    if (g_strcmp0(key, g_object_get_data(G_OBJECT(field->widget), "key")) == 0)
        return;
    g_object_set_data_full(G_OBJECT(field->widget), "key", g_steal_pointer(&key), g_free);
    combo_fill(field);
}

static void field_fill(struct wizard_field *field)
{
    const struct lathe_question *question = field->question;
    const char *typed = lathe_answers_typed(field->wizard->answers, question->id);

    g_clear_pointer(&field->refused, g_free);
    field->seen = typed != NULL;
    if (GTK_IS_ENTRY(field->widget))
        gtk_entry_set_text(GTK_ENTRY(field->widget), typed != NULL ? typed : "");
    else if (GTK_IS_TEXT_VIEW(field->widget))
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(field->widget)),
                                 typed != NULL ? typed : "", -1);
}

void lathe_wizard_fill_fields(struct wizard *wizard)
{
    gboolean before = wizard->filling;

    wizard->filling = TRUE;
    for (guint i = 0; wizard->fields != NULL && i < wizard->fields->len; i++)
        field_fill(wizard->fields->pdata[i]);
    wizard->filling = before;
}

/* ---- what depends on other answers ---- */

static void field_propose(struct wizard_field *field)
{
    const struct lathe_question *question = field->question;
    const struct lathe_answers *answers = field->wizard->answers;
    const char *proposed =
        question->propose != NULL ? question->propose(answers) : question->initial;

    if (GTK_IS_ENTRY(field->widget) && question->kind != LATHE_QUESTION_SECRET)
        gtk_entry_set_placeholder_text(GTK_ENTRY(field->widget), proposed);
    else if (GTK_IS_COMBO_BOX(field->widget))
        combo_update(field);
    else if (GTK_IS_TOGGLE_BUTTON(field->widget))
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(field->widget),
                                     lathe_answers_on(answers, question->id));
}

/* The first problem of a question, or of a step as a whole; faults go before warnings. NULL: none.
 */
static const struct lathe_problem *fields_problem(const struct lathe_problems *problems,
                                                  const struct lathe_step *step,
                                                  const struct lathe_question *question)
{
    const struct lathe_problem *found = NULL;

    for (guint i = 0; i < problems->found->len; i++) {
        const struct lathe_problem *problem = problems->found->pdata[i];
        if (problem->question == question && (question != NULL || problem->step == step) &&
            (found == NULL || (found->warning && !problem->warning)))
            found = problem;
    }
    return found;
}

static void fields_show(GtkWidget *error, const struct lathe_problem *problem)
{
    if (problem == NULL || !problem->warning) {
        lathe_field_say(error, problem != NULL ? problem->sentence : NULL);
        return;
    }
    g_autofree char *text = g_strconcat(_("warning: "), problem->sentence, NULL);
    lathe_field_warn(error, text);
}

static void field_update(struct wizard_field *field, const struct lathe_problems *problems)
{
    bool asked = lathe_answers_asked(field->wizard->answers, field->question);

    gtk_widget_set_visible(field->row, asked);
    if (asked)
        field_propose(field);
    if (asked && field->refused != NULL)
        lathe_field_say(field->error, field->refused);
    else
        fields_show(field->error,
                    asked && field->seen ? fields_problem(problems, NULL, field->question) : NULL);
}

/* A tree or a table reads from left to right in any language; takes the text. g_free. */
static char *page_from_left(char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *joined = g_strjoinv("\n\u200e", lines);

    g_free(text);
    return g_strconcat("\u200e", joined, NULL);
}

static void page_update(const struct wizard *wizard, struct wizard_page *page,
                        const struct lathe_problems *problems)
{
    g_autofree char *text = lathe_step_tell(page->step, wizard->answers);
    bool table = text != NULL && strchr(text, '\n') != NULL;

    if (table && page->drawing != NULL && gtk_widget_get_default_direction() == GTK_TEXT_DIR_RTL)
        text = page_from_left(text);
    gtk_label_set_text(GTK_LABEL(page->told), text != NULL ? text : "");
    gtk_widget_set_visible(page->told, text != NULL);
    /* A tree or a table needs letters of one width. */
    if (table)
        gtk_style_context_add_class(gtk_widget_get_style_context(page->told), "lathe-table");
    fields_show(page->error, page->seen ? fields_problem(problems, page->step, NULL) : NULL);
    if (page->drawing != NULL)
        lathe_wizard_update_drawing(page->drawing);
}

void lathe_wizard_update_fields(struct wizard *wizard, const struct lathe_problems *problems)
{
    gboolean before = wizard->filling;

    wizard->filling = TRUE;
    for (guint i = 0; wizard->fields != NULL && i < wizard->fields->len; i++)
        field_update(wizard->fields->pdata[i], problems);
    for (guint i = 0; i < wizard->pages->len; i++)
        page_update(wizard, wizard->pages->pdata[i], problems);
    wizard->filling = before;
}

/* ---- pages ---- */

static GtkWidget *page_new_told(const struct lathe_step *step)
{
    GtkWidget *told = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(told), 0);
    gtk_label_set_selectable(GTK_LABEL(told), TRUE);
    gtk_label_set_line_wrap(GTK_LABEL(told), TRUE);
    gtk_widget_set_no_show_all(told, TRUE);
    atk_object_set_name(gtk_widget_get_accessible(told), _(step->title));
    gtk_widget_set_can_focus(told, FALSE);
    return told;
}

GtkWidget *lathe_wizard_new_page(struct wizard *wizard, struct wizard_page *page)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 9);
    GtkWidget *heading = gtk_label_new(_(page->step->title));

    gtk_label_set_xalign(GTK_LABEL(heading), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(heading), "lathe-heading");
    atk_object_set_role(gtk_widget_get_accessible(heading), ATK_ROLE_HEADING);
    gtk_container_add(GTK_CONTAINER(box), heading);
    page->told = page_new_told(page->step);
    gtk_container_add(GTK_CONTAINER(box), page->told);
    page->drawing = lathe_wizard_new_drawing(wizard, page->step);
    if (page->drawing != NULL)
        gtk_container_add(GTK_CONTAINER(box), page->drawing);
    if (page->drawing != NULL && strcmp(page->step->id, "nodes") == 0) /* it says less */
        gtk_box_reorder_child(GTK_BOX(box), page->told, 2);
    for (const struct lathe_question *row = page->step->questions; row != NULL && row->id != NULL;
         row++)
        gtk_container_add(GTK_CONTAINER(box), field_new(wizard, page->step, row));
    page->error = lathe_field_new_error();
    gtk_container_add(GTK_CONTAINER(box), page->error);
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_container_add(GTK_CONTAINER(scroller), box);
    atk_object_set_name(gtk_widget_get_accessible(scroller), _(page->step->title));
    return scroller;
}

void lathe_wizard_focus(struct wizard *wizard, const struct lathe_step *step,
                        const struct lathe_question *question)
{
    for (guint i = 0; wizard->fields != NULL && i < wizard->fields->len; i++) {
        struct wizard_field *field = wizard->fields->pdata[i];
        if (field->step != step || !gtk_widget_get_visible(field->row) ||
            (question != NULL && field->question != question))
            continue;
        gtk_widget_grab_focus(field->widget);
        return;
    }
}
