/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The start window. Its list is the desktop's own of recently used files, those that are ours. */
#include "ui/gtk/start-window.h"

#include <glib/gi18n.h>

#include "ui/gtk/application.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/drop.h"

#define START_MAX_RECENT 8
#define START_NAME       "Lathe" /* of the application, in the list of recently used files */

struct _LatheStartWindow {
    GtkApplicationWindow parent;
    GtkInfoBar *info_bar;
    GtkLabel *info_label;
    GtkWidget *choose_button, *recent_box;
    GtkListBox *recent_list;
    GtkFileChooserNative *chooser; /* while it is open */
};

G_DEFINE_FINAL_TYPE(LatheStartWindow, lathe_start_window, GTK_TYPE_APPLICATION_WINDOW)

static void start_open(LatheStartWindow *window, GFile **files, int count)
{
    GApplication *application = G_APPLICATION(gtk_window_get_application(GTK_WINDOW(window)));

    gtk_info_bar_set_revealed(window->info_bar, FALSE);
    g_application_open(application, files, count, "");
}

static void start_on_drop(GtkWidget *widget, GFile **files, int count)
{
    start_open(LATHE_START_WINDOW(widget), files, count);
}

void lathe_start_window_show_error(LatheStartWindow *window, const char *text)
{
    g_autofree char *sentence = g_strdup(text); /* the command line begins it small */

    sentence[0] = g_ascii_toupper(sentence[0]);
    gtk_label_set_text(window->info_label, sentence);
    gtk_info_bar_set_revealed(window->info_bar, TRUE);
}

static void on_info_response(GtkInfoBar *bar, int response, gpointer data)
{
    gtk_info_bar_set_revealed(bar, FALSE);
}

/* ---- choosing ---- */

static void start_on_chosen(GtkNativeDialog *dialog, int response, LatheStartWindow *window)
{
    GFile *file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && file != NULL)
        start_open(window, &file, 1);
    g_clear_object(&file);
    gtk_native_dialog_destroy(dialog);
    g_clear_object(&window->chooser);
}

static void on_choose_clicked(GtkButton *button, LatheStartWindow *window)
{
    static const char *const images[] = {"*.iso",    "*.ISO", "*.img", "*.qcow2",
                                         "*.qcow2c", "*.raw", NULL};

    if (window->chooser != NULL)
        return;
    window->chooser = lathe_choose_file_new(GTK_WINDOW(window), _("Choose a Disc or Disk Image"),
                                            _("_Start"), _("Disc and disk images"), images);
    g_signal_connect(window->chooser, "response", G_CALLBACK(start_on_chosen), window);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(window->chooser));
}

/* ---- recently used ---- */

void lathe_start_window_note_use(GFile *file)
{
    g_autofree char *uri = g_file_get_uri(file);
    GtkRecentData data = {.mime_type = (char *)"application/octet-stream",
                          .app_name = (char *)START_NAME,
                          .app_exec = (char *)"lathe %u"};

    gtk_recent_manager_add_full(gtk_recent_manager_get_default(), uri, &data);
}

static int start_newer(gconstpointer a, gconstpointer b)
{
    time_t first = 0, second = 0;

    gtk_recent_info_get_application_info((GtkRecentInfo *)a, START_NAME, NULL, NULL, &first);
    gtk_recent_info_get_application_info((GtkRecentInfo *)b, START_NAME, NULL, NULL, &second);
    return first < second ? 1 : first > second ? -1 : 0;
}

static GtkWidget *start_recent_row(GtkRecentInfo *info)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    GtkWidget *name = gtk_label_new(gtk_recent_info_get_display_name(info));
    g_autofree char *folder = gtk_recent_info_get_uri_display(info);
    GtkWidget *place = gtk_label_new(folder);

    gtk_label_set_xalign(GTK_LABEL(name), 0);
    gtk_label_set_xalign(GTK_LABEL(place), 0);
    gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_MIDDLE);
    gtk_label_set_ellipsize(GTK_LABEL(place), PANGO_ELLIPSIZE_MIDDLE);
    gtk_style_context_add_class(gtk_widget_get_style_context(place), "dim-label");
    gtk_container_add(GTK_CONTAINER(box), name);
    gtk_container_add(GTK_CONTAINER(box), place);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_add(GTK_CONTAINER(row), box);
    g_object_set_data_full(G_OBJECT(row), "uri", g_strdup(gtk_recent_info_get_uri(info)), g_free);
    gtk_widget_show_all(row);
    return row;
}

static void start_forget_row(GtkWidget *row, gpointer data)
{
    gtk_widget_destroy(row);
}

static void start_fill_recent(LatheStartWindow *window)
{
    GList *items =
        g_list_sort(gtk_recent_manager_get_items(gtk_recent_manager_get_default()), start_newer);
    unsigned count = 0;

    gtk_container_foreach(GTK_CONTAINER(window->recent_list), start_forget_row, NULL);
    for (GList *item = items; item != NULL && count < START_MAX_RECENT; item = item->next) {
        if (!gtk_recent_info_has_application(item->data, START_NAME) ||
            !gtk_recent_info_exists(item->data))
            continue;
        gtk_container_add(GTK_CONTAINER(window->recent_list), start_recent_row(item->data));
        count++;
    }
    gtk_widget_set_visible(window->recent_box, count != 0);
    g_list_free_full(items, (GDestroyNotify)gtk_recent_info_unref);
}

static void on_recent_activated(GtkListBox *list, GtkListBoxRow *row, LatheStartWindow *window)
{
    GFile *file = g_file_new_for_uri(g_object_get_data(G_OBJECT(row), "uri"));

    start_open(window, &file, 1);
    g_object_unref(file);
}

/* ---- the object ---- */

GtkWidget *lathe_start_window_new(GtkApplication *application)
{
    return g_object_new(LATHE_TYPE_START_WINDOW, "application", application, NULL);
}

static void lathe_start_window_dispose(GObject *object)
{
    g_clear_object(&LATHE_START_WINDOW(object)->chooser);
    G_OBJECT_CLASS(lathe_start_window_parent_class)->dispose(object);
}

static void lathe_start_window_init(LatheStartWindow *window)
{
    gtk_widget_init_template(GTK_WIDGET(window));
    lathe_drop_accept(GTK_WIDGET(window), start_on_drop);
    start_fill_recent(window);
    g_signal_connect_object(gtk_recent_manager_get_default(), "changed",
                            G_CALLBACK(start_fill_recent), window, G_CONNECT_SWAPPED);
}

static void lathe_start_window_class_init(LatheStartWindowClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = lathe_start_window_dispose;
    gtk_widget_class_set_template_from_resource(widget, LATHE_GTK_RESOURCE_BASE "/start-window.ui");
    gtk_widget_class_bind_template_child(widget, LatheStartWindow, info_bar);
    gtk_widget_class_bind_template_child(widget, LatheStartWindow, info_label);
    gtk_widget_class_bind_template_child(widget, LatheStartWindow, choose_button);
    gtk_widget_class_bind_template_child(widget, LatheStartWindow, recent_box);
    gtk_widget_class_bind_template_child(widget, LatheStartWindow, recent_list);
    gtk_widget_class_bind_template_callback(widget, on_info_response);
    gtk_widget_class_bind_template_callback(widget, on_choose_clicked);
    gtk_widget_class_bind_template_callback(widget, on_recent_activated);
}
