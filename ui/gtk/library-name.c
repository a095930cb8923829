/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name asked for beside a machine: an entry that says at once what is wrong with it. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/library/names.h"
#include "ui/gtk/library-private.h"

struct name_asked {
    LatheLibraryWindow *window;
    const struct lathe_action *action;
    char *id;     /* the machine's folder */
    bool several; /* it is for all that are selected */
    GtkWidget *popover, *entry, *complaint, *button;
};

static bool name_is_group(const struct name_asked *asked)
{
    return asked->action->id == LATHE_ACTION_GROUP;
}

/* NULL: it is good. g_free. */
static char *name_find_fault(const struct name_asked *asked, const char *text)
{
    g_autoptr(GError) error = NULL;
    bool good =
        name_is_group(asked) ? lathe_group_check(text, &error) : lathe_name_check(text, &error);

    return good ? NULL : g_strdup(error->message);
}

static void name_on_changed(GtkEntry *entry, struct name_asked *asked)
{
    const char *text = gtk_entry_get_text(entry);
    g_autofree char *fault = name_find_fault(asked, text);

    gtk_label_set_text(GTK_LABEL(asked->complaint), *text != '\0' && fault != NULL ? fault : "");
    gtk_widget_set_visible(asked->complaint, *text != '\0' && fault != NULL);
    gtk_widget_set_sensitive(asked->button, fault == NULL);
}

static void name_act_several(const struct name_asked *asked, const char *text)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(asked->window->view);

    lathe_library_act_several(asked->window, asked->action->id, selection, text);
}

static void name_on_done(GtkWidget *widget, struct name_asked *asked)
{
    LatheLibraryWindow *window = asked->window;
    struct lathe_watched *watched = lathe_watch_find(window->watch, asked->id, NULL);
    g_autofree char *text = g_strdup(gtk_entry_get_text(GTK_ENTRY(asked->entry)));
    g_autofree char *fault = name_find_fault(asked, text);

    if (fault != NULL)
        return;
    if (asked->several)
        name_act_several(asked, text);
    else if (watched != NULL)
        lathe_library_act(window, asked->action->id, watched->machine, text);
    gtk_popover_popdown(GTK_POPOVER(asked->popover));
}

static gboolean name_on_free(gpointer data)
{
    gtk_widget_destroy(data);
    return G_SOURCE_REMOVE;
}

/* It is closed while it handles a key: it goes a moment later. */
static void name_on_closed(GtkPopover *popover, struct name_asked *asked)
{
    struct lathe_watched *watched = lathe_watch_find(asked->window->watch, asked->id, NULL);

    if (watched != NULL && !asked->several)
        lathe_library_view_select(asked->window->view, watched);
    else
        lathe_library_view_go(asked->window->view,
                              lathe_library_view_get_cursor(asked->window->view));
    g_idle_add(name_on_free, popover);
}

static void name_free(gpointer data, GClosure *closure)
{
    struct name_asked *asked = data;

    g_free(asked->id);
    g_free(asked);
}

/* What stands in the entry at first. */
static char *name_first(const struct name_asked *asked, const struct lathe_machine *machine)
{
    if (name_is_group(asked))
        return g_strdup(machine->group != NULL ? machine->group : "");
    if (asked->action->id == LATHE_ACTION_RENAME)
        return g_strdup(machine->name);
    /* Translators: the name of a machine's clone */
    return g_strdup_printf(_("%s (copy)"), machine->name);
}

static GtkWidget *name_build(struct name_asked *asked)
{
    static const char *const labels[LATHE_ACTIONS] = {
        [LATHE_ACTION_RENAME] = N_("New name"),
        [LATHE_ACTION_GROUP] = N_("Group"),
        [LATHE_ACTION_CLONE] = N_("Name of the clone"),
        [LATHE_ACTION_LINK_CLONE] = N_("Name of the linked clone"),
    };
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *label = gtk_label_new(_(labels[asked->action->id]));

    asked->entry = gtk_entry_new();
    asked->complaint = gtk_label_new(NULL);
    asked->button = gtk_button_new_with_mnemonic(_("_Apply"));
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_mnemonic_widget(GTK_LABEL(label), asked->entry);
    atk_object_set_name(gtk_widget_get_accessible(asked->entry),
                        gtk_label_get_text(GTK_LABEL(label)));
    gtk_label_set_line_wrap(GTK_LABEL(asked->complaint), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(asked->complaint), 36);
    gtk_label_set_xalign(GTK_LABEL(asked->complaint), 0);
    gtk_entry_set_width_chars(GTK_ENTRY(asked->entry), 28);
    gtk_style_context_add_class(gtk_widget_get_style_context(asked->button), "suggested-action");
    gtk_container_add(GTK_CONTAINER(box), label);
    gtk_container_add(GTK_CONTAINER(box), asked->entry);
    gtk_container_add(GTK_CONTAINER(box), asked->complaint);
    gtk_container_add(GTK_CONTAINER(box), asked->button);
    gtk_container_set_border_width(GTK_CONTAINER(box), 12);
    gtk_widget_show_all(box);
    return box;
}

/* Of several: the one where the keys are, or one that is seen. NULL: none is. */
static struct lathe_watched *name_choose_place(LatheLibraryWindow *window,
                                               const GPtrArray *selection)
{
    struct lathe_watched *cursor = lathe_library_view_get_cursor(window->view);

    if (lathe_library_view_get_widget(window->view, cursor) != NULL)
        return cursor;
    for (guint i = 0; i < selection->len; i++) {
        if (lathe_library_view_get_widget(window->view, selection->pdata[i]) != NULL)
            return selection->pdata[i];
    }
    return NULL;
}

void lathe_library_ask_name(LatheLibraryWindow *window, const struct lathe_action *action)
{
    g_autoptr(GPtrArray) selection = lathe_library_view_get_selection(window->view);
    bool several = selection->len > 1;
    struct lathe_watched *watched = several ? name_choose_place(window, selection)
                                            : lathe_library_view_get_selected(window->view);
    struct name_asked *asked = g_new0(struct name_asked, 1);
    GtkWidget *beside;

    if (!several)
        lathe_library_view_select(window->view, watched); /* it may have been scrolled away */
    beside = watched != NULL ? lathe_library_view_get_widget(window->view, watched) : NULL;

    if (beside == NULL) {
        g_free(asked);
        return;
    }
    *asked = (struct name_asked){.window = window, .action = action, .several = several};
    asked->id = g_strdup(watched->machine->id);
    asked->popover = gtk_popover_new(beside);
    gtk_container_add(GTK_CONTAINER(asked->popover), name_build(asked));
    g_autofree char *first = name_first(asked, watched->machine);
    gtk_entry_set_text(GTK_ENTRY(asked->entry), first);
    name_on_changed(GTK_ENTRY(asked->entry), asked);
    g_signal_connect(asked->entry, "changed", G_CALLBACK(name_on_changed), asked);
    g_signal_connect(asked->entry, "activate", G_CALLBACK(name_on_done), asked);
    g_signal_connect(asked->button, "clicked", G_CALLBACK(name_on_done), asked);
    g_signal_connect_data(asked->popover, "closed", G_CALLBACK(name_on_closed), asked, name_free,
                          0);
    gtk_popover_popup(GTK_POPOVER(asked->popover));
    gtk_widget_grab_focus(asked->entry);
}
