/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the console window asks for: a console to open, a file for the log. */
#include <glib/gi18n.h>

#include "app/library/library.h"
#include "ui/gtk/console-private.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/log-chooser.h"

void lathe_console_window_show_error(LatheConsoleWindow *window, const char *title,
                                     const char *text)
{
    GtkWidget *dialog = gtk_message_dialog_new(GTK_WINDOW(window),
                                               GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                               GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", title);

    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- a file for the log ---- */

static void file_take(LatheConsoleWindow *window, LatheConsolePage *page, GtkFileChooser *chooser,
                      gboolean once)
{
    LatheTerminalPage *terminal = lathe_console_page_get_terminal(page);
    g_autofree char *path = gtk_file_chooser_get_filename(chooser);
    gboolean times = lathe_log_chooser_get_timestamps(chooser);
    g_autoptr(GError) error = NULL;

    window->preferences.timestamps = times;
    lathe_console_window_apply_preferences(window);
    if (path == NULL)
        return;
    if (once)
        lathe_console_record_export(lathe_terminal_page_get_record(terminal), path, times, &error);
    else
        lathe_terminal_page_start_log(terminal, path, times, &error);
    if (error != NULL)
        lathe_console_window_show_error(window, _("The log cannot be written"), error->message);
}

static void file_on_response(GtkNativeDialog *dialog, int response, LatheConsoleWindow *window)
{
    LatheConsolePage *page = g_object_get_data(G_OBJECT(dialog), "page");
    gboolean once = g_object_get_data(G_OBJECT(dialog), "once") != NULL;

    if (response == GTK_RESPONSE_ACCEPT)
        file_take(window, page, GTK_FILE_CHOOSER(dialog), once);
    g_object_unref(dialog);
}

void lathe_console_window_ask_file(LatheConsoleWindow *window, gboolean once)
{
    LatheConsolePage *page = lathe_console_window_get_page(window);
    g_autofree char *title = lathe_console_page_dup_title(page);
    GtkNativeDialog *dialog =
        lathe_log_chooser_new(GTK_WINDOW(window), once ? _("Export the Log") : _("Save the Log"),
                              title, window->preferences.timestamps);

    g_object_set_data_full(G_OBJECT(dialog), "page", g_object_ref(page), g_object_unref);
    g_object_set_data(G_OBJECT(dialog), "once", GINT_TO_POINTER(once));
    g_signal_connect_object(dialog, "response", G_CALLBACK(file_on_response), window, 0);
    gtk_native_dialog_show(dialog);
}

/* ---- what to open ---- */

struct ask {
    LatheConsoleWindow *window;
    GtkComboBoxText *name, *port;
};

static void ask_add_machines(GtkComboBoxText *names)
{
    struct lathe_library *library = lathe_library_open(NULL);
    g_autoptr(GPtrArray) machines = lathe_library_list(library, NULL);

    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        if (machine->use == LATHE_LOCK_RUN)
            gtk_combo_box_text_append_text(names, machine->name);
    }
    lathe_library_free(library);
}

/* Serial devices that people plug in; there are more names than devices. */
static void ask_add_devices(GtkComboBoxText *names)
{
    g_autoptr(GDir) folder = g_dir_open("/dev", 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        if (!g_str_has_prefix(name, "ttyUSB") && !g_str_has_prefix(name, "ttyACM"))
            continue;
        g_autofree char *text = g_strdup_printf("/dev/%s,115200", name);
        gtk_combo_box_text_append_text(names, text);
    }
}

/* The ports of the machine that is chosen. */
static void ask_on_name(GtkComboBox *box, struct ask *ask)
{
    g_autofree char *name = gtk_combo_box_text_get_active_text(ask->name);
    gboolean chosen = gtk_combo_box_get_active(box) >= 0 && name != NULL && *name != '/';
    g_autoptr(GPtrArray) ports = chosen ? lathe_console_list(name, NULL) : NULL;

    gtk_combo_box_text_remove_all(ask->port);
    for (guint i = 0; ports != NULL && i < ports->len; i++) {
        const struct lathe_console_port *port = ports->pdata[i];
        gtk_combo_box_text_append(ask->port, port->name, port->title);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(ask->port), 0);
    gtk_widget_set_sensitive(GTK_WIDGET(ask->port), ports != NULL && ports->len > 1);
}

static void ask_on_response(GtkDialog *dialog, int response, struct ask *ask)
{
    g_autofree char *name = gtk_combo_box_text_get_active_text(ask->name);
    g_autofree char *port = g_strdup(gtk_combo_box_get_active_id(GTK_COMBO_BOX(ask->port)));
    LatheConsoleWindow *window = ask->window;

    gtk_widget_destroy(GTK_WIDGET(dialog)); /* and ask with it */
    if (response == GTK_RESPONSE_ACCEPT && name != NULL && *g_strstrip(name) != '\0')
        lathe_console_window_open(window, name, port);
}

static void ask_add_row(GtkGrid *grid, int row, const char *text, GtkWidget *field)
{
    GtkWidget *label = gtk_label_new_with_mnemonic(text);

    gtk_label_set_mnemonic_widget(GTK_LABEL(label), field);
    lathe_field_set_name(field, gtk_label_get_text(GTK_LABEL(label)));
    gtk_label_set_xalign(GTK_LABEL(label), 1);
    gtk_widget_set_hexpand(field, TRUE);
    gtk_grid_attach(grid, label, 0, row, 1, 1);
    gtk_grid_attach(grid, field, 1, row, 1, 1);
}

static GtkWidget *ask_make_grid(struct ask *ask)
{
    GtkGrid *grid = GTK_GRID(gtk_grid_new());
    GtkWidget *hint = gtk_label_new(
        _("A machine that runs, a socket (unix:PATH), a terminal (pty:PATH) or a serial device "
          "with its speed (/dev/ttyUSB0,115200)."));

    gtk_container_set_border_width(GTK_CONTAINER(grid), 18);
    gtk_grid_set_row_spacing(grid, 12);
    gtk_grid_set_column_spacing(grid, 12);
    ask->name = GTK_COMBO_BOX_TEXT(gtk_combo_box_text_new_with_entry());
    ask->port = GTK_COMBO_BOX_TEXT(gtk_combo_box_text_new());
    gtk_entry_set_activates_default(GTK_ENTRY(gtk_bin_get_child(GTK_BIN(ask->name))), TRUE);
    ask_add_row(grid, 0, _("_Machine or device:"), GTK_WIDGET(ask->name));
    ask_add_row(grid, 1, _("_Port:"), GTK_WIDGET(ask->port));
    gtk_label_set_line_wrap(GTK_LABEL(hint), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(hint), 48);
    gtk_label_set_xalign(GTK_LABEL(hint), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(hint), GTK_STYLE_CLASS_DIM_LABEL);
    gtk_grid_attach(grid, hint, 0, 2, 2, 1);
    return GTK_WIDGET(grid);
}

void lathe_console_window_ask(LatheConsoleWindow *window)
{
    struct ask *ask = g_new0(struct ask, 1);
    GtkWidget *dialog = gtk_dialog_new_with_buttons(
        _("Open a Console"), GTK_WINDOW(window),
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("_Open"), GTK_RESPONSE_ACCEPT, NULL);

    ask->window = window;
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))),
                      ask_make_grid(ask));
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    g_signal_connect(ask->name, "changed", G_CALLBACK(ask_on_name), ask);
    ask_add_machines(ask->name);
    ask_add_devices(ask->name);
    gtk_combo_box_set_active(GTK_COMBO_BOX(ask->name), 0);
    g_signal_connect(dialog, "response", G_CALLBACK(ask_on_response), ask);
    g_signal_connect_swapped(dialog, "destroy", G_CALLBACK(g_free), ask);
    gtk_widget_show_all(dialog);
}
