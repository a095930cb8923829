/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field for each question of wizards/express that a person answers on the creating page. */
#include "ui/gtk/create-express.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "wizards/express/express.h"

enum { EXPRESS_FIELDS = 12 };

struct express_field {
    const struct lathe_question *question;
    GtkWidget *entry, *error;
    gboolean typed;
};

struct create_express {
    GtkWidget *box, *button, *grid;
    struct lathe_answers *answers;
    struct express_field fields[EXPRESS_FIELDS];
    guint count;
    GCallback changed;
    gpointer data;
    gboolean filling;
};

static void express_free(gpointer data)
{
    struct create_express *express = data;

    lathe_answers_free(express->answers);
    g_free(express);
}

static void express_tell(struct create_express *express)
{
    ((void (*)(GtkWidget *, gpointer))express->changed)(express->button, express->data);
}

/* What is typed goes to the answers at once: which fields there are may depend on it. */
static void express_on_entry(GtkEntry *entry, struct create_express *express)
{
    for (guint i = 0; i < express->count && !express->filling; i++) {
        struct express_field *field = &express->fields[i];
        if (field->entry != GTK_WIDGET(entry))
            continue;
        field->typed = TRUE;
        lathe_answers_set(express->answers, field->question->id, gtk_entry_get_text(entry), NULL);
    }
    if (!express->filling)
        express_tell(express);
}

static void express_on_toggled(GtkToggleButton *button, struct create_express *express)
{
    gboolean on = gtk_toggle_button_get_active(button);

    gtk_widget_set_visible(express->grid, on);
    if (on)
        gtk_widget_grab_focus(express->fields[0].entry);
    express_tell(express);
}

/* Texts and secrets: the rest has good proposals, and "lathe create --express" asks it. */
static gboolean express_is_asked(const struct lathe_question *question)
{
    return question->kind == LATHE_QUESTION_TEXT || question->kind == LATHE_QUESTION_SECRET;
}

static void express_add_field(struct create_express *express, const struct lathe_question *question)
{
    struct express_field *field = &express->fields[express->count++];

    field->question = question;
    field->entry = gtk_entry_new();
    gtk_entry_set_activates_default(GTK_ENTRY(field->entry), TRUE);
    gtk_drag_dest_unset(field->entry); /* it would keep files from the window */
    if (question->kind == LATHE_QUESTION_SECRET) {
        gtk_entry_set_visibility(GTK_ENTRY(field->entry), FALSE);
        gtk_entry_set_input_purpose(GTK_ENTRY(field->entry), GTK_INPUT_PURPOSE_PASSWORD);
    }
    field->error = lathe_fields_add(GTK_GRID(express->grid), gettext(question->label), field->entry,
                                    gettext(question->help), NULL);
    g_signal_connect(field->entry, "changed", G_CALLBACK(express_on_entry), express);
}

struct create_express *create_express_new(GCallback changed, gpointer data)
{
    struct create_express *express = g_new0(struct create_express, 1);
    const struct lathe_question *question = lathe_express_flow.steps[0].questions;

    express->changed = changed;
    express->data = data;
    express->answers = lathe_answers_new(&lathe_express_flow);
    express->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    express->button = gtk_check_button_new_with_mnemonic(_("_Install without a question"));
    gtk_widget_set_tooltip_text(
        express->button, _("The installer asks nothing: it erases the new disk, and in the end the "
                           "new system starts"));
    express->grid = lathe_fields_new();
    for (; question->id != NULL && express->count < EXPRESS_FIELDS; question++) {
        if (express_is_asked(question))
            express_add_field(express, question);
    }
    gtk_box_pack_start(GTK_BOX(express->box), express->button, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(express->box), express->grid, FALSE, FALSE, 0);
    g_signal_connect(express->button, "toggled", G_CALLBACK(express_on_toggled), express);
    g_object_set_data_full(G_OBJECT(express->box), "express", express, express_free);
    gtk_widget_show_all(express->box);
    gtk_widget_hide(express->grid);
    gtk_widget_hide(express->box);
    gtk_widget_set_no_show_all(express->box, TRUE);
    return express;
}

GtkWidget *create_express_widget(struct create_express *express)
{
    return express->box;
}

void create_express_propose(struct create_express *express, struct lathe_answers *answers)
{
    gboolean known = answers != NULL && lathe_answers_on(answers, "system");

    for (guint i = 0; known && i < express->count; i++) {
        struct express_field *field = &express->fields[i];
        const char *id = field->question->id;
        if (field->typed)
            lathe_answers_set(answers, id, gtk_entry_get_text(GTK_ENTRY(field->entry)), NULL);
    }
    if (known) {
        lathe_answers_free(express->answers);
        express->answers = answers;
    } else {
        lathe_answers_free(answers);
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(express->button), FALSE);
    }
    express->filling = TRUE;
    for (guint i = 0; known && i < express->count; i++)
        gtk_entry_set_text(GTK_ENTRY(express->fields[i].entry),
                           lathe_answers_value(express->answers, express->fields[i].question->id));
    express->filling = FALSE;
    gtk_widget_set_visible(express->box, known);
}

gboolean create_express_check(struct create_express *express)
{
    gboolean on = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(express->button)), all = TRUE;

    for (guint i = 0; i < express->count; i++) {
        struct express_field *field = &express->fields[i];
        const char *text = gtk_entry_get_text(GTK_ENTRY(field->entry));
        g_autoptr(GError) error = NULL;
        gboolean good =
            !on || lathe_question_check(express->answers, field->question, text, &error);
        /* An empty field that nobody has been in is no mistake yet. */
        gboolean said = !good && (field->typed || *text != '\0');
        lathe_field_say(field->error, said ? error->message : NULL);
        all = all && good;
    }
    return all;
}

struct lathe_answers *create_express_take(struct create_express *express)
{
    if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(express->button)))
        return NULL;
    struct lathe_answers *copy = lathe_answers_new(&lathe_express_flow);
    g_autofree char *text = lathe_answers_to_json(express->answers);
    lathe_answers_from_json(copy, text, strlen(text), NULL);
    return copy;
}
