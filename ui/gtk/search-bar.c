/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search bar over a terminal. Upwards is forward here: what scrolled by is above. */
#define PCRE2_CODE_UNIT_WIDTH 0 /* only the flags are used */
#include "ui/gtk/search-bar.h"

#include <glib/gi18n.h>
#include <pcre2.h>

struct _LatheSearchBar {
    GtkBox parent;
    VteTerminal *terminal;
    GtkEntry *entry;
    GtkToggleButton *case_check, *regex_check;
    GtkLabel *result_label;
    GtkWidget *previous_button, *next_button;
};

G_DEFINE_FINAL_TYPE(LatheSearchBar, lathe_search_bar, GTK_TYPE_BOX)

static void search_show_result(LatheSearchBar *bar, const char *text, gboolean bad)
{
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(bar->entry));

    gtk_label_set_text(bar->result_label, text);
    if (bad)
        gtk_style_context_add_class(style, GTK_STYLE_CLASS_ERROR);
    else
        gtk_style_context_remove_class(style, GTK_STYLE_CLASS_ERROR);
}

static VteRegex *search_compile(LatheSearchBar *bar, GError **error)
{
    const char *text = gtk_entry_get_text(bar->entry);
    g_autofree char *pattern = gtk_toggle_button_get_active(bar->regex_check)
                                   ? g_strdup(text)
                                   : g_regex_escape_string(text, -1);
    guint32 flags = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MULTILINE;

    if (!gtk_toggle_button_get_active(bar->case_check))
        flags |= PCRE2_CASELESS;
    return vte_regex_new_for_search(pattern, -1, flags, error);
}

/* Gives the terminal what is in the entry. FALSE: nothing, or no regular expression. */
static gboolean search_prepare(LatheSearchBar *bar)
{
    g_autoptr(GError) error = NULL;
    gboolean empty = gtk_entry_get_text_length(bar->entry) == 0;
    VteRegex *regex = empty ? NULL : search_compile(bar, &error);

    vte_terminal_search_set_regex(bar->terminal, regex, 0);
    vte_terminal_search_set_wrap_around(bar->terminal, TRUE);
    gtk_widget_set_sensitive(bar->previous_button, regex != NULL);
    gtk_widget_set_sensitive(bar->next_button, regex != NULL);
    gtk_widget_set_tooltip_text(GTK_WIDGET(bar->entry), error != NULL ? error->message : NULL);
    search_show_result(bar, error != NULL ? _("Not valid") : "", error != NULL);
    if (regex != NULL)
        vte_regex_unref(regex);
    return regex != NULL;
}

static void search_step(LatheSearchBar *bar, gboolean (*find)(VteTerminal *terminal))
{
    if (gtk_entry_get_text_length(bar->entry) == 0)
        return;
    gboolean found = find(bar->terminal);
    search_show_result(bar, found ? "" : _("Not found"), !found);
}

static void on_changed(GtkWidget *widget, LatheSearchBar *bar)
{
    if (search_prepare(bar))
        search_step(bar, vte_terminal_search_find_previous);
}

static void on_previous(GtkWidget *widget, LatheSearchBar *bar)
{
    search_step(bar, vte_terminal_search_find_previous);
}

static void on_next(GtkWidget *widget, LatheSearchBar *bar)
{
    search_step(bar, vte_terminal_search_find_next);
}

static void on_stop(GtkWidget *widget, LatheSearchBar *bar)
{
    lathe_search_bar_close(bar);
}

static gboolean on_entry_key(GtkWidget *widget, GdkEventKey *event, LatheSearchBar *bar)
{
    gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;

    if (!enter || (event->state & GDK_SHIFT_MASK) == 0)
        return GDK_EVENT_PROPAGATE;
    search_step(bar, vte_terminal_search_find_next);
    return GDK_EVENT_STOP;
}

void lathe_search_bar_set_terminal(LatheSearchBar *bar, VteTerminal *terminal)
{
    bar->terminal = terminal;
}

void lathe_search_bar_open(LatheSearchBar *bar)
{
    gtk_widget_show(GTK_WIDGET(bar));
    gtk_widget_grab_focus(GTK_WIDGET(bar->entry));
}

void lathe_search_bar_close(LatheSearchBar *bar)
{
    gtk_widget_hide(GTK_WIDGET(bar));
    gtk_widget_grab_focus(GTK_WIDGET(bar->terminal));
}

static void lathe_search_bar_init(LatheSearchBar *bar)
{
    gtk_widget_init_template(GTK_WIDGET(bar));
    gtk_widget_hide(GTK_WIDGET(bar));
    gtk_widget_set_sensitive(bar->previous_button, FALSE);
    gtk_widget_set_sensitive(bar->next_button, FALSE);
}

static void lathe_search_bar_class_init(LatheSearchBarClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    gtk_widget_class_set_template_from_resource(widget, "/org/lathe_vm/Lathe/search-bar.ui");
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, entry);
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, case_check);
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, regex_check);
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, result_label);
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, previous_button);
    gtk_widget_class_bind_template_child(widget, LatheSearchBar, next_button);
    gtk_widget_class_bind_template_callback(widget, on_changed);
    gtk_widget_class_bind_template_callback(widget, on_previous);
    gtk_widget_class_bind_template_callback(widget, on_next);
    gtk_widget_class_bind_template_callback(widget, on_stop);
    gtk_widget_class_bind_template_callback(widget, on_entry_key);
}
