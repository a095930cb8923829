/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dialog that lists a machine's port forwards, adds some and removes them. It stays open beside
 * the machine; what the session refuses is said in a line over the buttons.
 */
#include "ui/gtk/forwards.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/window-private.h"

#define FORWARDS_HOST_PORT  2222 /* what most people want: the guest's SSH */
#define FORWARDS_GUEST_PORT 22

struct forwards {
    LatheSession *session;
    GtkDialog *dialog;
    GtkListBox *list;
    GtkGrid *fields;
    int rows; /* of fields */
    GtkComboBox *adapter, *protocol;
    GtkEntry *address;
    GtkSpinButton *host_port, *guest_port;
    GtkLabel *error;
};

static void forwards_say(struct forwards *forwards, const char *error)
{
    gtk_label_set_text(forwards->error, error != NULL ? error : "");
    gtk_widget_set_visible(GTK_WIDGET(forwards->error), error != NULL);
}

/* ---- the list ---- */

/* "TCP 127.0.0.1:2222 → :22", of the text that the command line has. */
static char *forwards_words(LatheSession *session, unsigned adapter, const char *text)
{
    g_auto(GStrv) ends = g_strsplit(text + strlen("tcp:"), "-", 2);
    const char *protocol = g_str_has_prefix(text, "udp:") ? "UDP" : "TCP";

    if (lathe_session_count_adapters(session) == 1)
        /* Translators: a protocol, this computer's address and port, the guest's */
        return g_strdup_printf(_("%s %s → guest %s"), protocol, ends[0], ends[1]);
    /* Translators: a protocol, this computer's address and port, an adapter's number, its end */
    return g_strdup_printf(_("%s %s → adapter %u %s"), protocol, ends[0], adapter + 1, ends[1]);
}

static void forwards_fill(struct forwards *forwards);

static void forwards_on_remove(GtkButton *button, struct forwards *forwards)
{
    unsigned adapter = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "adapter"));
    const char *text = g_object_get_data(G_OBJECT(button), "forward");
    g_autoptr(GError) error = NULL;

    if (!lathe_session_remove_forward(forwards->session, adapter, text, &error)) {
        forwards_say(forwards, error->message);
        return;
    }
    forwards_say(forwards, NULL);
    gtk_widget_grab_focus(GTK_WIDGET(forwards->host_port));
    forwards_fill(forwards);
}

static GtkWidget *forwards_new_button(struct forwards *forwards, unsigned adapter, const char *text,
                                      const char *words)
{
    GtkWidget *button = gtk_button_new_from_icon_name("list-remove-symbolic", GTK_ICON_SIZE_BUTTON);
    /* Translators: %s is a forward: "TCP 127.0.0.1:2222 → guest :22" */
    g_autofree char *name = g_strdup_printf(_("Remove %s"), words);

    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    g_object_set_data(G_OBJECT(button), "adapter", GUINT_TO_POINTER(adapter));
    g_object_set_data_full(G_OBJECT(button), "forward", g_strdup(text), g_free);
    g_signal_connect(button, "clicked", G_CALLBACK(forwards_on_remove), forwards);
    return button;
}

static void forwards_add_row(struct forwards *forwards, unsigned adapter, const char *text)
{
    g_autofree char *words = forwards_words(forwards->session, adapter, text);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new(words);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_box_pack_start(GTK_BOX(box), label, TRUE, TRUE, 6);
    gtk_box_pack_end(GTK_BOX(box), forwards_new_button(forwards, adapter, text, words), FALSE,
                     FALSE, 0);
    gtk_container_add(GTK_CONTAINER(forwards->list), box);
    /* The list gives its rows the focus before what is in them: Tab would not come past them. */
    atk_object_set_name(gtk_widget_get_accessible(gtk_widget_get_parent(box)), words);
}

static void forwards_drop_row(GtkWidget *row, gpointer data)
{
    gtk_widget_destroy(row);
}

static void forwards_fill(struct forwards *forwards)
{
    GtkContainer *list = GTK_CONTAINER(forwards->list);

    gtk_container_foreach(list, forwards_drop_row, NULL);
    for (unsigned i = 0; i < lathe_session_count_adapters(forwards->session); i++) {
        g_auto(GStrv) texts = lathe_session_list_forwards(forwards->session, i);

        for (size_t j = 0; texts[j] != NULL; j++)
            forwards_add_row(forwards, i, texts[j]);
    }
    gtk_widget_show_all(GTK_WIDGET(list));
}

/* ---- adding ---- */

/* As the command line has it. An IPv6 address needs brackets there, and here none. */
static char *forwards_text(struct forwards *forwards)
{
    const char *address = gtk_entry_get_text(forwards->address);
    gboolean bare = strchr(address, ':') != NULL && address[0] != '[';

    return g_strdup_printf("%s:%s%s%s:%d-:%d", gtk_combo_box_get_active_id(forwards->protocol),
                           bare ? "[" : "", address, bare ? "]" : "",
                           gtk_spin_button_get_value_as_int(forwards->host_port),
                           gtk_spin_button_get_value_as_int(forwards->guest_port));
}

static void forwards_add(struct forwards *forwards)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    gtk_spin_button_update(forwards->host_port);
    gtk_spin_button_update(forwards->guest_port);
    text = forwards_text(forwards);
    if (lathe_session_add_forward(
            forwards->session, (unsigned)gtk_combo_box_get_active(forwards->adapter), text, &error))
        forwards_fill(forwards);
    forwards_say(forwards, error != NULL ? error->message : NULL);
    gtk_widget_grab_focus(GTK_WIDGET(forwards->host_port));
}

static void forwards_on_response(GtkDialog *dialog, int response, struct forwards *forwards)
{
    if (response == GTK_RESPONSE_APPLY)
        forwards_add(forwards);
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* ---- the dialog ---- */

static void forwards_add_field(struct forwards *forwards, const char *label, GtkWidget *field)
{
    GtkWidget *words = gtk_label_new_with_mnemonic(label);

    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_label_set_mnemonic_widget(GTK_LABEL(words), field);
    lathe_field_set_name(field, gtk_label_get_text(GTK_LABEL(words)));
    gtk_widget_set_hexpand(field, TRUE);
    gtk_grid_attach(forwards->fields, words, 0, forwards->rows, 1, 1);
    gtk_grid_attach(forwards->fields, field, 1, forwards->rows++, 1, 1);
}

static GtkSpinButton *forwards_new_port(int value)
{
    GtkWidget *port = gtk_spin_button_new_with_range(1, 65535, 1);

    gtk_spin_button_set_value(GTK_SPIN_BUTTON(port), value);
    gtk_entry_set_activates_default(GTK_ENTRY(port), TRUE);
    return GTK_SPIN_BUTTON(port);
}

static GtkComboBox *forwards_new_protocols(void)
{
    GtkWidget *protocol = gtk_combo_box_text_new();

    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(protocol), "tcp", "TCP");
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(protocol), "udp", "UDP");
    gtk_combo_box_set_active(GTK_COMBO_BOX(protocol), 0);
    return GTK_COMBO_BOX(protocol);
}

static GtkComboBox *forwards_new_adapters(unsigned count)
{
    GtkWidget *adapter = gtk_combo_box_text_new();

    for (unsigned i = 1; i <= count; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        gtk_combo_box_text_append_text(GTK_COMBO_BOX_TEXT(adapter), number);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(adapter), 0);
    return g_object_ref_sink(GTK_COMBO_BOX(adapter)); /* shown only where there are several */
}

static void forwards_add_fields(struct forwards *forwards)
{
    unsigned adapters = lathe_session_count_adapters(forwards->session);

    forwards->host_port = forwards_new_port(FORWARDS_HOST_PORT);
    forwards->guest_port = forwards_new_port(FORWARDS_GUEST_PORT);
    forwards->protocol = forwards_new_protocols();
    forwards->address = GTK_ENTRY(gtk_entry_new());
    gtk_entry_set_text(forwards->address, "127.0.0.1");
    gtk_entry_set_activates_default(forwards->address, TRUE);
    gtk_widget_set_tooltip_text(GTK_WIDGET(forwards->address),
                                _("127.0.0.1 is for this computer only, 0.0.0.0 for all others"));
    forwards->adapter = forwards_new_adapters(adapters);
    forwards_add_field(forwards, _("Port on _this computer:"), GTK_WIDGET(forwards->host_port));
    forwards_add_field(forwards, _("Port in the _guest:"), GTK_WIDGET(forwards->guest_port));
    forwards_add_field(forwards, _("_Protocol:"), GTK_WIDGET(forwards->protocol));
    forwards_add_field(forwards, _("At a_ddress:"), GTK_WIDGET(forwards->address));
    if (adapters > 1)
        forwards_add_field(forwards, _("_Network adapter:"), GTK_WIDGET(forwards->adapter));
}

static void forwards_add_list(struct forwards *forwards, GtkBox *box)
{
    GtkWidget *frame = gtk_frame_new(NULL), *none = gtk_label_new(_("No port is forwarded."));

    forwards->list = GTK_LIST_BOX(gtk_list_box_new());
    gtk_list_box_set_selection_mode(forwards->list, GTK_SELECTION_NONE);
    gtk_style_context_add_class(gtk_widget_get_style_context(none), "dim-label");
    gtk_widget_show(none);
    gtk_list_box_set_placeholder(forwards->list, none);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(forwards->list)), _("Forwards"));
    gtk_container_add(GTK_CONTAINER(frame), GTK_WIDGET(forwards->list));
    gtk_box_pack_start(box, frame, TRUE, TRUE, 0);
}

static void forwards_add_error(struct forwards *forwards, GtkBox *box)
{
    forwards->error = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_line_wrap(forwards->error, TRUE);
    gtk_label_set_max_width_chars(forwards->error, 50);
    gtk_label_set_xalign(forwards->error, 0);
    gtk_label_set_selectable(forwards->error, TRUE);
    gtk_widget_set_no_show_all(GTK_WIDGET(forwards->error), TRUE);
    gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(forwards->error)), "error");
    atk_object_set_role(gtk_widget_get_accessible(GTK_WIDGET(forwards->error)), ATK_ROLE_ALERT);
    gtk_box_pack_start(box, GTK_WIDGET(forwards->error), FALSE, FALSE, 0);
}

static void forwards_build(struct forwards *forwards)
{
    GtkBox *box = GTK_BOX(gtk_dialog_get_content_area(forwards->dialog));

    forwards->fields = GTK_GRID(gtk_grid_new());
    gtk_grid_set_row_spacing(forwards->fields, 6);
    gtk_grid_set_column_spacing(forwards->fields, 12);
    gtk_container_set_border_width(GTK_CONTAINER(box), 12);
    gtk_box_set_spacing(box, 12);
    forwards_add_list(forwards, box);
    forwards_add_fields(forwards);
    gtk_box_pack_start(box, GTK_WIDGET(forwards->fields), FALSE, FALSE, 0);
    forwards_add_error(forwards, box);
    gtk_dialog_add_buttons(forwards->dialog, _("_Close"), GTK_RESPONSE_CLOSE, _("_Add"),
                           GTK_RESPONSE_APPLY, NULL);
    gtk_dialog_set_default_response(forwards->dialog, GTK_RESPONSE_APPLY);
}

static void forwards_free(gpointer data)
{
    struct forwards *forwards = data;

    g_object_unref(forwards->adapter);
    g_object_unref(forwards->session);
    g_free(forwards);
}

static GtkWidget *forwards_new(LatheWindow *window)
{
    struct forwards *forwards = g_new0(struct forwards, 1);
    GtkWidget *dialog = gtk_dialog_new();

    forwards->session = g_object_ref(window->session);
    forwards->dialog = GTK_DIALOG(dialog);
    gtk_window_set_title(GTK_WINDOW(dialog), _("Port Forwards"));
    gtk_window_set_transient_for(GTK_WINDOW(dialog), GTK_WINDOW(window));
    gtk_window_set_destroy_with_parent(GTK_WINDOW(dialog), TRUE);
    forwards_build(forwards);
    forwards_fill(forwards);
    g_object_set_data_full(G_OBJECT(dialog), "forwards", forwards, forwards_free);
    g_signal_connect(dialog, "response", G_CALLBACK(forwards_on_response), forwards);
    g_signal_connect(dialog, "destroy", G_CALLBACK(gtk_widget_destroyed), &window->forwards_dialog);
    gtk_widget_show_all(dialog);
    gtk_widget_grab_focus(GTK_WIDGET(forwards->host_port));
    return dialog;
}

static void forwards_action(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;

    if (window->forwards_dialog == NULL)
        window->forwards_dialog = forwards_new(window);
    gtk_window_present(GTK_WINDOW(window->forwards_dialog));
}

void lathe_window_install_forwards(LatheWindow *window)
{
    GSimpleAction *action = g_simple_action_new("forwards", NULL);

    g_signal_connect(action, "activate", G_CALLBACK(forwards_action), window);
    g_simple_action_set_enabled(action, lathe_session_count_adapters(window->session) != 0);
    g_action_map_add_action(G_ACTION_MAP(window), G_ACTION(action));
    g_object_unref(action);
}
