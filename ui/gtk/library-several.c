/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An action with several selected machines: one question, one report, one undo. */
#include <glib/gi18n.h>

#include "app/actions/several.h"
#include "ui/gtk/library-private.h"

#define SEVERAL_WIDTH  600 /* points of the list of what goes, before it scrolls */
#define SEVERAL_HEIGHT 240

struct several {
    LatheLibraryWindow *window;
    const struct lathe_action *action;
    GPtrArray *machines; /* of struct lathe_machine *, copies */
    char *argument;
};

static void several_free_machine(gpointer machine)
{
    lathe_machine_free(machine);
}

static void several_free(struct several *several)
{
    g_object_unref(several->window);
    g_ptr_array_unref(several->machines);
    g_free(several->argument);
    g_free(several);
}

/* ---- doing ---- */

/* Those that went, for the button that brings them back. */
static void several_tell_deleted(const struct several *several, const struct lathe_several *result)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *text = lathe_several_describe_deleted(result);

    for (unsigned i = 0; i < result->count; i++) {
        if (result->texts[i] != NULL)
            g_ptr_array_add(names, ((struct lathe_machine *)several->machines->pdata[i])->name);
    }
    lathe_library_tell(several->window, GTK_MESSAGE_INFO, text, names);
}

static void several_on_done(gpointer opaque, const struct lathe_several *result)
{
    struct several *several = opaque;
    LatheLibraryWindow *window = several->window;

    if (window->watch != NULL) {
        if (several->action->id == LATHE_ACTION_DELETE && result->failed < result->count)
            several_tell_deleted(several, result);
        if (result->why != NULL)
            lathe_library_window_show_error(window, result->why);
        lathe_watch_look(window->watch, NULL);
    }
    several_free(several);
}

/* several is taken. */
static void several_perform(struct several *several)
{
    lathe_several_perform(several->action, lathe_watch_get_library(several->window->watch),
                          several->machines, several->argument, several_on_done, several);
}

/* ---- asking ---- */

static void several_on_answer(GtkDialog *dialog, int answer, struct several *several)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (answer == GTK_RESPONSE_ACCEPT && several->window->watch != NULL)
        several_perform(several);
    else
        several_free(several);
}

/* What exactly it would do, in a list that scrolls if it is long. */
static GtkWidget *several_list(const struct several *several)
{
    g_autofree char *details = lathe_several_details(several->action, several->machines);
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL), *label = gtk_label_new(details);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_max_content_width(GTK_SCROLLED_WINDOW(scrolled), SEVERAL_WIDTH);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), SEVERAL_HEIGHT);
    gtk_container_add(GTK_CONTAINER(scrolled), label);
    gtk_widget_show_all(scrolled);
    return scrolled;
}

static void several_ask(struct several *several, const char *question)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(GTK_WINDOW(several->window), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                               GTK_BUTTONS_NONE, "%s", question);
    GtkWidget *area = gtk_message_dialog_get_message_area(GTK_MESSAGE_DIALOG(dialog)), *accept;

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s",
                                             _(several->action->help));
    gtk_container_add(GTK_CONTAINER(area), several_list(several));
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
    accept =
        gtk_dialog_add_button(GTK_DIALOG(dialog), _(several->action->label), GTK_RESPONSE_ACCEPT);
    gtk_style_context_add_class(gtk_widget_get_style_context(accept),
                                GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    g_signal_connect(dialog, "response", G_CALLBACK(several_on_answer), several);
    gtk_widget_grab_focus(
        gtk_dialog_get_widget_for_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL));
    gtk_widget_show(dialog);
}

void lathe_library_act_several(LatheLibraryWindow *window, enum lathe_action_id id,
                               const GPtrArray *selection, const char *argument)
{
    struct several *several = g_new0(struct several, 1);

    *several =
        (struct several){g_object_ref(window), &lathe_actions[id],
                         g_ptr_array_new_with_free_func(several_free_machine), g_strdup(argument)};
    for (guint i = 0; i < selection->len; i++) {
        const struct lathe_watched *watched = selection->pdata[i];
        if (lathe_action_is_possible(several->action, watched->state))
            g_ptr_array_add(several->machines, lathe_machine_copy(watched->machine));
    }
    g_autofree char *question = lathe_several_question(several->action, several->machines);
    if (question != NULL)
        several_ask(several, question);
    else
        several_perform(several);
}

bool lathe_library_can_act(LatheLibraryWindow *window, const struct lathe_action *action)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(window->view);
    unsigned states = 0;

    for (guint i = 0; i < selection->len; i++)
        states |= 1u << ((const struct lathe_watched *)selection->pdata[i])->state;
    return lathe_several_is_possible(action, states, selection->len);
}
