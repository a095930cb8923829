/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of the definition itself: its text, checked as it is typed, with what is found in it. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

struct xml {
    GtkWidget *findings;
};

static char *xml_text(const struct settings_part *part)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(part->widget));
    GtkTextIter first, last;

    gtk_text_buffer_get_bounds(buffer, &first, &last);
    return gtk_text_buffer_get_text(buffer, &first, &last, FALSE);
}

static void xml_show_findings(struct settings_part *part, const char *text)
{
    g_autofree char *found = lathe_edit_look_at_xml(part->settings->edit, text);
    GtkLabel *label = GTK_LABEL(((struct xml *)part->data)->findings);

    gtk_label_set_text(label,
                       *found != '\0' ? g_strchomp(found) : _("All of it is known and used."));
}

static void xml_on_changed(GtkTextBuffer *buffer, struct settings_part *part)
{
    g_autofree char *text = NULL;
    GError *why = NULL;

    if (part->settings->filling)
        return;
    text = xml_text(part);
    lathe_edit_set_xml(part->settings->edit, text, &why);
    lathe_settings_changed(part->settings, part, why);
    xml_show_findings(part, text);
}

static void xml_fill(struct settings_part *part)
{
    g_autofree char *text = lathe_edit_get_xml(part->settings->edit), *shown = xml_text(part);

    if (strcmp(text, shown) != 0)
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(part->widget)), text, -1);
    xml_show_findings(part, text);
}

/* Tab leads on, as everywhere: blanks are typed. */
static GtkWidget *xml_new_text(void)
{
    GtkWidget *view = gtk_text_view_new();

    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
    gtk_style_context_add_class(gtk_widget_get_style_context(view), "lathe-text");
    atk_object_set_name(gtk_widget_get_accessible(view), _("Definition in XML"));
    gtk_widget_set_direction(view, GTK_TEXT_DIR_LTR);
    return view;
}

void lathe_settings_add_xml(struct settings *settings, GtkBox *box)
{
    GtkWidget *frame = gtk_scrolled_window_new(NULL, NULL), *view = xml_new_text();
    GtkWidget *error = lathe_field_new_error();
    GtkWidget *heading = gtk_label_new(_("Findings"));
    struct settings_part *part = lathe_settings_add_part(settings, NULL, view, error, xml_fill);
    struct xml *xml = g_new0(struct xml, 1);

    part->data = xml;
    xml->findings = lathe_field_new_words(NULL);
    gtk_label_set_selectable(GTK_LABEL(xml->findings), TRUE);
    atk_object_set_name(gtk_widget_get_accessible(xml->findings), _("Findings"));
    gtk_label_set_xalign(GTK_LABEL(heading), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(heading), "lathe-heading");
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(frame), GTK_SHADOW_IN);
    gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(frame), 260);
    gtk_container_add(GTK_CONTAINER(frame), view);
    g_signal_connect(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), "changed",
                     G_CALLBACK(xml_on_changed), part);
    g_object_set_data(G_OBJECT(error), "field", view);
    gtk_box_pack_start(box, frame, TRUE, TRUE, 0);
    gtk_box_pack_start(box, error, FALSE, FALSE, 0);
    gtk_box_pack_start(box, heading, FALSE, FALSE, 0);
    gtk_box_pack_start(box, xml->findings, FALSE, FALSE, 0);
}
