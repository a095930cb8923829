/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of answers, opened and saved, machines that are changed, and the choosers for them. */
#include <glib/gi18n.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/wizard-private.h"
#include "wizards/apply/apply.h"
#include "wizards/flow/files.h"

typedef void wizard_chosen(struct wizard *wizard, const char *path);

static void files_on_response(GtkNativeDialog *dialog, int response, struct wizard *wizard)
{
    wizard_chosen *chosen = (wizard_chosen *)g_object_get_data(G_OBJECT(dialog), "chosen");
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    g_clear_object(&wizard->open);
    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        chosen(wizard, path);
    else
        wizard->close_then = FALSE;
}

void lathe_wizard_choose(struct wizard *wizard, GtkFileChooserAction action, const char *title,
                         const char *name, wizard_chosen *chosen)
{
    bool open = action == GTK_FILE_CHOOSER_ACTION_OPEN;
    GtkFileChooserNative *dialog;

    if (wizard->open != NULL)
        return;
    dialog = gtk_file_chooser_native_new(title, wizard->window, action,
                                         open ? _("_Open") : _("_Save"), _("_Cancel"));
    if (name != NULL)
        gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_object_set_data(G_OBJECT(dialog), "chosen", (gpointer)chosen);
    wizard->open = GTK_NATIVE_DIALOG(dialog);
    g_signal_connect(dialog, "response", G_CALLBACK(files_on_response), wizard);
    gtk_native_dialog_show(wizard->open);
}

/* ---- machines ---- */

static void files_on_machine(GtkDialog *dialog, int response, struct wizard *wizard)
{
    GtkComboBoxText *combo = g_object_get_data(G_OBJECT(dialog), "machines");
    g_autofree char *name = gtk_combo_box_text_get_active_text(combo);
    g_autoptr(GError) error = NULL;

    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response != GTK_RESPONSE_ACCEPT || name == NULL)
        return;
    struct lathe_applied *applied = lathe_apply_to(wizard->answers, name, &error);
    if (applied == NULL) {
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
        return;
    }
    lathe_applied_free(wizard->applied);
    wizard->applied = applied;
    /* Translators: %s is a machine's name */
    g_autofree char *text = g_strdup_printf(_("It is in the definition of %s."), name);
    g_autofree char *all = g_strjoin(*applied->note != '\0' ? "\n" : "", text, applied->note, NULL);
    lathe_wizard_say(wizard, GTK_MESSAGE_INFO, all);
}

void lathe_wizard_undo(struct wizard *wizard)
{
    g_autoptr(lathe_applied) applied = g_steal_pointer(&wizard->applied);
    g_autoptr(GError) error = NULL;

    if (applied == NULL)
        return;
    if (lathe_apply_undo(applied, &error))
        lathe_wizard_say(wizard, GTK_MESSAGE_INFO, _("The machine is as it was before."));
    else
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
}

/* The one that the answers came from. */
static int files_find_machine(const struct wizard *wizard, char **names)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (g_strcmp0(names[i], wizard->machine) == 0)
            return i;
    }
    return 0;
}

void lathe_wizard_apply(struct wizard *wizard)
{
    g_auto(GStrv) names = lathe_apply_machines();
    GtkWidget *dialog, *combo = gtk_combo_box_text_new();

    if (names[0] == NULL) {
        gtk_widget_destroy(g_object_ref_sink(combo));
        lathe_wizard_say(wizard, GTK_MESSAGE_WARNING, _("There are no machines yet."));
        return;
    }
    dialog = gtk_dialog_new_with_buttons(
        _("Apply to a Machine"), wizard->window,
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("_Apply"), GTK_RESPONSE_ACCEPT, NULL);
    for (char **name = names; *name != NULL; name++)
        gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(combo), *name);
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), files_find_machine(wizard, names));
    lathe_field_set_name(combo, _("Machine"));
    g_object_set(combo, "margin", 18, NULL);
    g_object_set_data(G_OBJECT(dialog), "machines", combo);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), combo);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    g_signal_connect(dialog, "response", G_CALLBACK(files_on_machine), wizard);
    gtk_widget_show_all(dialog);
    gtk_widget_grab_focus(combo);
}

/* ---- answers ---- */

static void files_take(struct wizard *wizard, struct lathe_answers *answers)
{
    lathe_answers_take(wizard->answers, answers);
    wizard->changed = FALSE;
    lathe_wizard_fill_fields(wizard);
    lathe_wizard_say(wizard, GTK_MESSAGE_INFO, NULL);
    lathe_wizard_changed(wizard);
}

/* What is there stays if the file cannot be read. */
static void files_open(struct wizard *wizard, const char *path)
{
    struct lathe_answers *answers = lathe_answers_new(wizard->row->flow);
    g_autoptr(GError) error = NULL;

    if (lathe_answers_load(answers, path, &error)) {
        files_take(wizard, answers);
        return;
    }
    lathe_answers_free(answers);
    lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
}

void lathe_wizard_open_answers(struct wizard *wizard)
{
    lathe_wizard_choose(wizard, GTK_FILE_CHOOSER_ACTION_OPEN, _("Open Answers"), NULL, files_open);
}

static void files_read(struct wizard *wizard, const char *path)
{
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_file_load(path, LATHE_ANSWERS_MAX, &length, &error);
    struct lathe_answers *answers = text != NULL ? wizard->row->read(text, length, &error) : NULL;

    if (answers != NULL)
        files_take(wizard, answers);
    else
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
}

void lathe_wizard_read_other(struct wizard *wizard)
{
    lathe_wizard_choose(wizard, GTK_FILE_CHOOSER_ACTION_OPEN, _("Take Over What There Is"), NULL,
                        files_read);
}

static void files_save(struct wizard *wizard, const char *path)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_answers_save(wizard->answers, path, &error)) {
        wizard->close_then = FALSE;
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
        return;
    }
    wizard->changed = FALSE;
    lathe_wizard_say(wizard, GTK_MESSAGE_INFO, NULL);
    if (wizard->close_then)
        gtk_widget_destroy(GTK_WIDGET(wizard->window));
}

void lathe_wizard_save_answers(struct wizard *wizard)
{
    g_autofree char *name = g_strconcat(wizard->row->flow->id, ".json", NULL);

    lathe_wizard_choose(wizard, GTK_FILE_CHOOSER_ACTION_SAVE, _("Save Answers"), name, files_save);
}
