/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes of an assistant's answers: a preview beside the pages, where secrets are hidden, and a
 * page of what is left to do and what to do with it. What is copied or saved has the secrets.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/wizard-private.h"
#include "wizards/apply/apply.h"
#include "wizards/flow/files.h"
#include "wizards/flow/repair.h"

/* ---- the preview ---- */

static const struct lathe_output *result_find(const struct lathe_outcome *outcome, const char *name)
{
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        if (g_strcmp0(output->name, name) == 0)
            return output;
    }
    return outcome->outputs->len != 0 ? outcome->outputs->pdata[0] : NULL;
}

static gboolean result_same_files(const struct wizard *wizard, const struct lathe_outcome *outcome)
{
    GtkTreeModel *model = gtk_combo_box_get_model(GTK_COMBO_BOX(wizard->files));
    GtkTreeIter iter;
    guint i = 0;

    for (gboolean more = gtk_tree_model_get_iter_first(model, &iter); more;
         more = gtk_tree_model_iter_next(model, &iter), i++) {
        g_autofree char *name = NULL;
        gtk_tree_model_get(model, &iter, 0, &name, -1);
        if (i >= outcome->outputs->len ||
            strcmp(name, ((struct lathe_output *)outcome->outputs->pdata[i])->name) != 0)
            return FALSE;
    }
    return i == outcome->outputs->len;
}

static void result_fill_files(struct wizard *wizard, const struct lathe_outcome *outcome)
{
    const struct lathe_output *output = result_find(outcome, wizard->shown);

    if (!result_same_files(wizard, outcome)) {
        gtk_combo_box_text_remove_all(wizard->files);
        for (guint i = 0; i < outcome->outputs->len; i++) {
            const struct lathe_output *row = outcome->outputs->pdata[i];
            gtk_combo_box_text_append(wizard->files, row->name, row->name);
        }
    }
    if (output != NULL)
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(wizard->files), output->name);
}

/* Only if it differs: the place where one reads stays. */
static void result_show_text(struct wizard *wizard, const struct lathe_output *output)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(wizard->text);
    GtkTextIter start, end;
    g_autofree char *data = output != NULL && output->binary
                                ? g_strdup_printf(_("(%zu bytes of data)\n"), output->text->len)
                                : NULL;
    const char *text = output == NULL ? "" : data != NULL ? data : output->text->str;

    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *before = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    if (strcmp(before, text) != 0)
        gtk_text_buffer_set_text(buffer, text, -1);
}

static void result_on_file(GtkComboBox *combo, struct wizard *wizard)
{
    const char *name = gtk_combo_box_get_active_id(combo);

    if (name == NULL || wizard->filling)
        return;
    g_free(wizard->shown);
    wizard->shown = g_strdup(name);
    lathe_wizard_changed(wizard);
}

static GtkWidget *result_new_text(struct wizard *wizard)
{
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL), *view = gtk_text_view_new();

    wizard->text = GTK_TEXT_VIEW(view);
    gtk_text_view_set_editable(wizard->text, FALSE);
    gtk_text_view_set_monospace(wizard->text, TRUE);
    gtk_text_view_set_accepts_tab(wizard->text, FALSE);
    gtk_text_view_set_left_margin(wizard->text, 6);
    /* Within words, Pango would put hyphens where lines are broken. */
    gtk_text_view_set_wrap_mode(wizard->text, GTK_WRAP_WORD);
    atk_object_set_name(gtk_widget_get_accessible(view), _("Preview"));
    gtk_scrolled_window_set_overlay_scrolling(GTK_SCROLLED_WINDOW(scrolled), FALSE);
    gtk_container_add(GTK_CONTAINER(scrolled), view);
    return scrolled;
}

static GtkWidget *result_new_button(const char *icon, const char *name, const char *action)
{
    GtkWidget *button = lathe_field_new_icon_button(icon, name);

    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    return button;
}

GtkWidget *lathe_wizard_new_preview(struct wizard *wizard)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    wizard->files = GTK_COMBO_BOX_TEXT(gtk_combo_box_text_new());
    lathe_field_set_name(GTK_WIDGET(wizard->files), _("File"));
    gtk_combo_box_set_button_sensitivity(GTK_COMBO_BOX(wizard->files), GTK_SENSITIVITY_ON);
    gtk_container_set_border_width(GTK_CONTAINER(top), 6);
    gtk_box_pack_start(GTK_BOX(top), GTK_WIDGET(wizard->files), TRUE, TRUE, 0);
    gtk_box_pack_start(
        GTK_BOX(top),
        result_new_button("edit-copy-symbolic", _("Copy, with the secrets in it"), "wizard.copy"),
        FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(top),
                       result_new_button("document-save-symbolic",
                                         _("Save this file, with the secrets in it"),
                                         "wizard.save-one"),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), top, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), result_new_text(wizard), TRUE, TRUE, 0);
    g_signal_connect(wizard->files, "changed", G_CALLBACK(result_on_file), wizard);
    wizard->preview = box;
    return box;
}

/* ---- the page ---- */

/* A proposal that the user takes. */
static void result_repair(struct wizard *wizard, const struct lathe_repair *repair)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_repair_make(wizard->answers, repair, &error)) {
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
        return;
    }
    wizard->changed = TRUE;
    lathe_wizard_fill_fields(wizard);
    lathe_wizard_changed(wizard);
}

static void result_on_row(GtkListBox *list, GtkListBoxRow *row, struct wizard *wizard)
{
    const struct lathe_step *step = g_object_get_data(G_OBJECT(row), "step");
    const struct lathe_repair *repair = g_object_get_data(G_OBJECT(row), "repair");

    if (repair != NULL)
        result_repair(wizard, repair);
    if (step == NULL)
        return;
    lathe_wizard_turn_to(wizard, step);
    lathe_wizard_focus(wizard, step, g_object_get_data(G_OBJECT(row), "question"));
}

static void result_add_row(const struct wizard *wizard, const char *text,
                           const struct lathe_problem *problem)
{
    GtkWidget *row = gtk_list_box_row_new(), *words = lathe_field_new_words(text);

    gtk_style_context_remove_class(gtk_widget_get_style_context(words), "dim-label");
    g_object_set(words, "margin", 6, NULL);
    gtk_container_add(GTK_CONTAINER(row), words);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), problem != NULL);
    gtk_list_box_row_set_selectable(GTK_LIST_BOX_ROW(row), FALSE);
    atk_object_set_name(gtk_widget_get_accessible(row), text);
    if (problem != NULL) {
        g_object_set_data(G_OBJECT(row), "step", (gpointer)problem->step);
        g_object_set_data(G_OBJECT(row), "question", (gpointer)problem->question);
    }
    gtk_container_add(GTK_CONTAINER(wizard->left), row);
    gtk_widget_show_all(row);
}

static void result_drop(GtkWidget *widget, gpointer data)
{
    gtk_widget_destroy(widget);
}

static void result_add_repair(const struct wizard *wizard, const struct lathe_repair *repair)
{
    /* Translators: %s is a change that mends what the row above says */
    g_autofree char *text = g_strdup_printf(_("Repair: %s"), repair->sentence);
    GList *rows, *last;

    result_add_row(wizard, text, NULL);
    rows = gtk_container_get_children(GTK_CONTAINER(wizard->left));
    last = g_list_last(rows);
    gtk_list_box_row_set_activatable(last->data, TRUE);
    gtk_widget_set_margin_start(last->data, 18);
    g_object_set_data(G_OBJECT(last->data), "repair", (gpointer)repair);
    g_list_free(rows);
}

/* What is wrong, and below it what would mend it. */
static void result_add_problem(const struct wizard *wizard, const struct lathe_problem *problem)
{
    const char *about = problem->question != NULL ? problem->question->label : problem->step->title;
    g_autofree char *text = g_strdup_printf(
        "%s: %s%s", _(about), problem->warning ? _("warning: ") : "", problem->sentence);

    result_add_row(wizard, text, problem);
    for (guint i = 0; i < wizard->repairs->len; i++) {
        const struct lathe_repair *repair = wizard->repairs->pdata[i];
        if (repair->step == problem->step && strcmp(repair->problem, problem->sentence) == 0)
            result_add_repair(wizard, repair);
    }
}

/* Rows are made anew only if they say something else: the focus may be on one. */
static void result_fill_left(struct wizard *wizard, const struct lathe_problems *problems)
{
    g_autofree char *typed = lathe_answers_to_json(wizard->answers);
    g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, typed, -1);

    if (g_strcmp0(g_object_get_data(G_OBJECT(wizard->left), "key"), key) == 0)
        return;
    g_object_set_data_full(G_OBJECT(wizard->left), "key", g_steal_pointer(&key), g_free);
    gtk_container_foreach(GTK_CONTAINER(wizard->left), result_drop, NULL);
    g_clear_pointer(&wizard->repairs, g_ptr_array_unref);
    wizard->repairs = lathe_flow_repair(wizard->answers);
    for (guint i = 0; i < problems->found->len; i++)
        result_add_problem(wizard, problems->found->pdata[i]);
    if (problems->found->len == 0)
        result_add_row(wizard, _("Nothing: all questions are answered."), NULL);
}

static void result_fill_notes(const struct wizard *wizard, const struct lathe_outcome *outcome)
{
    gtk_container_foreach(GTK_CONTAINER(wizard->notes), result_drop, NULL);
    for (guint i = 0; i < outcome->notes->len; i++) {
        GtkWidget *words = lathe_field_new_words(outcome->notes->pdata[i]);
        gtk_style_context_remove_class(gtk_widget_get_style_context(words), "dim-label");
        gtk_container_add(GTK_CONTAINER(wizard->notes), words);
    }
    gtk_widget_show_all(wizard->notes);
    gtk_widget_set_visible(wizard->notes_heading, outcome->notes->len != 0);
}

static GtkWidget *result_new_heading(const char *text)
{
    GtkWidget *label = gtk_label_new(text);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    atk_object_set_role(gtk_widget_get_accessible(label), ATK_ROLE_HEADING);
    return label;
}

static GtkWidget *result_new_buttons(const struct wizard *wizard)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6); /* words may be long, or large */
    GtkWidget *all = gtk_button_new_with_mnemonic(_("Save All _Files…"));
    GtkWidget *answers = gtk_button_new_with_mnemonic(_("Save _Answers…"));

    gtk_actionable_set_action_name(GTK_ACTIONABLE(all), "wizard.save-all");
    gtk_actionable_set_action_name(GTK_ACTIONABLE(answers), "wizard.save");
    gtk_style_context_add_class(gtk_widget_get_style_context(all), "suggested-action");
    gtk_container_add(GTK_CONTAINER(box), all);
    gtk_container_add(GTK_CONTAINER(box), answers);
    if (lathe_apply_can(wizard->row->flow)) {
        GtkWidget *apply = gtk_button_new_with_mnemonic(_("Apply to a _Machine…"));
        gtk_actionable_set_action_name(GTK_ACTIONABLE(apply), "wizard.apply");
        gtk_container_add(GTK_CONTAINER(box), apply);
    }
    gtk_widget_set_halign(box, GTK_ALIGN_START);
    return box;
}

GtkWidget *lathe_wizard_new_result(struct wizard *wizard)
{
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL), *frame = gtk_frame_new(NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);

    wizard->left = GTK_LIST_BOX(gtk_list_box_new());
    gtk_list_box_set_selection_mode(wizard->left, GTK_SELECTION_NONE);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(wizard->left)), _("Left to do"));
    g_signal_connect(wizard->left, "row-activated", G_CALLBACK(result_on_row), wizard);
    wizard->notes = gtk_box_new(GTK_ORIENTATION_VERTICAL, 9);
    gtk_container_add(GTK_CONTAINER(frame), GTK_WIDGET(wizard->left));
    gtk_container_add(GTK_CONTAINER(box), result_new_heading(_("Left to do")));
    gtk_container_add(GTK_CONTAINER(box), frame);
    wizard->notes_heading = result_new_heading(_("What to do with it"));
    gtk_container_add(GTK_CONTAINER(box), wizard->notes_heading);
    gtk_container_add(GTK_CONTAINER(box), wizard->notes);
    gtk_container_add(GTK_CONTAINER(box), result_new_buttons(wizard));
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_container_add(GTK_CONTAINER(scroller), box);
    return scroller;
}

void lathe_wizard_update_result(struct wizard *wizard, const struct lathe_problems *problems)
{
    struct lathe_outcome *outcome = lathe_flow_compose(wizard->answers, true);
    gboolean before = wizard->filling;

    wizard->filling = TRUE;
    result_fill_files(wizard, outcome);
    result_show_text(wizard, result_find(outcome, wizard->shown));
    result_fill_left(wizard, problems);
    result_fill_notes(wizard, outcome);
    wizard->filling = before;
    lathe_outcome_free(outcome);
}

/* ---- copying and saving ---- */

void lathe_wizard_copy(struct wizard *wizard)
{
    struct lathe_outcome *outcome = lathe_flow_finish(wizard->answers);
    const struct lathe_output *output = result_find(outcome, wizard->shown);

    if (output != NULL && !output->binary)
        gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD), output->text->str, -1);
    lathe_outcome_free(outcome);
}

/* What was saved, and whether it is a draft only. */
static void result_tell(struct wizard *wizard, const char *path, const GError *error)
{
    struct lathe_problems *problems = lathe_flow_check(wizard->answers, NULL);
    bool draft = lathe_problems_fatal(problems);
    /* Translators: %s is a file or a folder */
    g_autofree char *text = g_strdup_printf(
        draft ? _("Saved as a draft in %s: the page “Result” says what is left to do.")
              : _("Saved in %s."),
        path);

    lathe_wizard_say(wizard,
                     error != NULL ? GTK_MESSAGE_ERROR
                     : draft       ? GTK_MESSAGE_WARNING
                                   : GTK_MESSAGE_INFO,
                     error != NULL ? error->message : text);
    lathe_problems_free(problems);
}

static void result_save_one(struct wizard *wizard, const char *path)
{
    struct lathe_outcome *outcome = lathe_flow_finish(wizard->answers);
    const struct lathe_output *output = result_find(outcome, wizard->shown);
    g_autoptr(GError) error = NULL;

    if (output != NULL) {
        lathe_output_save(output, path, &error);
        result_tell(wizard, path, error);
    }
    lathe_outcome_free(outcome);
}

void lathe_wizard_save_one(struct wizard *wizard)
{
    const char *name = gtk_combo_box_get_active_id(GTK_COMBO_BOX(wizard->files));

    if (name != NULL)
        lathe_wizard_choose(wizard, GTK_FILE_CHOOSER_ACTION_SAVE, _("Save File"), name,
                            result_save_one);
}

static void result_save_all(struct wizard *wizard, const char *folder)
{
    struct lathe_outcome *outcome = lathe_flow_finish(wizard->answers);
    g_autoptr(GError) error = NULL;

    lathe_outcome_save(outcome, folder, NULL, &error);
    result_tell(wizard, folder, error);
    lathe_outcome_free(outcome);
}

void lathe_wizard_save_all(struct wizard *wizard)
{
    lathe_wizard_choose(wizard, GTK_FILE_CHOOSER_ACTION_CREATE_FOLDER,
                        _("Save All Files in a Folder"), wizard->row->flow->id, result_save_all);
}
