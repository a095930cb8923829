/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of network adapters, each with its port forwards. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/definition.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

#define NETWORK_HOST_PORT  2222 /* what most people want: the guest's SSH */
#define NETWORK_GUEST_PORT 22

/* One adapter's widgets; kept by its frame. */
struct adapter {
    struct settings_part *part;
    unsigned index;
    GtkWidget *model, *mac, *mac_error, *protocol, *address, *host_port, *guest_port, *error;
};

/* ---- the value: a line for each adapter ---- */

static GStrv network_lines(struct settings_part *part)
{
    g_autofree char *value = lathe_edit_get(part->settings->edit, part->setting);

    return *value != '\0' ? g_strsplit(value, "\n", -1) : g_new0(char *, 1);
}

/* Puts a line in an adapter's place, or behind them. show: the page is built anew. */
static void network_put(struct settings_part *part, unsigned index, const char *line, gboolean show)
{
    g_auto(GStrv) lines = network_lines(part);
    g_autoptr(GString) value = g_string_new(NULL);
    unsigned count = g_strv_length(lines);

    for (unsigned i = 0; i < MAX(count, index + 1); i++)
        g_string_append_printf(value, "%s%s", i != 0 ? "\n" : "", i == index ? line : lines[i]);
    lathe_settings_put(part, value->str);
    if (show && !part->wrong)
        lathe_settings_changed(part->settings, NULL, NULL);
}

static gboolean network_read(const struct adapter *adapter, struct lathe_net_definition *net)
{
    g_auto(GStrv) lines = network_lines(adapter->part);

    return adapter->index < g_strv_length(lines) &&
           lathe_net_parse(lines[adapter->index], net, NULL);
}

/* Takes net. */
static void network_write(struct adapter *adapter, struct lathe_net_definition *net, gboolean show)
{
    g_autofree char *line = lathe_setting_net_text(net);

    lathe_net_clear(net);
    network_put(adapter->part, adapter->index, line, show);
}

/* ---- what is changed ---- */

static void adapter_on_model(GtkComboBox *combo, struct adapter *adapter)
{
    struct lathe_net_definition net;

    if (adapter->part->settings->filling || !network_read(adapter, &net))
        return;
    net.model =
        strcmp(gtk_combo_box_get_active_id(combo), "e1000e") == 0 ? EMU_NIC_E1000E : EMU_NIC_VIRTIO;
    network_write(adapter, &net, FALSE);
}

static void adapter_on_mac(GtkEntry *entry, struct adapter *adapter)
{
    struct lathe_net_definition net;
    const char *text = gtk_entry_get_text(entry);

    if (adapter->part->settings->filling || !network_read(adapter, &net))
        return;
    g_free(net.mac);
    net.mac = *text != '\0' ? g_strdup(text) : NULL;
    adapter->part->error = adapter->mac_error;
    network_write(adapter, &net, FALSE);
}

/* As the command line has it. */
static char *adapter_forward(const struct adapter *adapter)
{
    const char *address = gtk_entry_get_text(GTK_ENTRY(adapter->address));
    gboolean bare = strchr(address, ':') != NULL && address[0] != '[';

    return g_strdup_printf("%s:%s%s%s:%d-:%d",
                           gtk_combo_box_get_active_id(GTK_COMBO_BOX(adapter->protocol)),
                           bare ? "[" : "", address, bare ? "]" : "",
                           gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(adapter->host_port)),
                           gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(adapter->guest_port)));
}

static void network_focus(struct settings_part *part, unsigned index);

/* Two forwards cannot listen at the same place. */
static gboolean adapter_has_forward(const struct lathe_net_definition *net,
                                    const struct emu_net_forward *forward)
{
    for (guint i = 0; i < net->forwards->len; i++) {
        if (lathe_forward_same(&g_array_index(net->forwards, struct emu_net_forward, i), forward))
            return TRUE;
    }
    return FALSE;
}

static void adapter_on_add(GtkWidget *widget, struct adapter *adapter)
{
    gtk_spin_button_update(GTK_SPIN_BUTTON(adapter->host_port));
    gtk_spin_button_update(GTK_SPIN_BUTTON(adapter->guest_port));
    g_autofree char *text = adapter_forward(adapter);
    struct settings_part *part = adapter->part;
    unsigned index = adapter->index;
    struct lathe_net_definition net;
    struct emu_net_forward forward;
    g_autoptr(GError) why = NULL;

    if (!lathe_forward_parse(text, &forward, &why)) {
        g_autofree char *sentence = lathe_setting_sentence(why->message);
        lathe_field_say(adapter->error, sentence);
        return;
    }
    if (!network_read(adapter, &net))
        return;
    if (adapter_has_forward(&net, &forward)) {
        lathe_net_clear(&net);
        lathe_field_say(adapter->error, _("This port of this computer is forwarded already."));
        return;
    }
    g_array_append_val(net.forwards, forward);
    part->error = adapter->error;
    network_write(adapter, &net, TRUE); /* the adapter's widgets are others now */
    network_focus(part, index);
}

static void adapter_on_remove_forward(GtkButton *button, struct adapter *adapter)
{
    guint forward = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "forward"));
    struct settings_part *part = adapter->part;
    unsigned index = adapter->index;
    struct lathe_net_definition net;

    if (!network_read(adapter, &net))
        return;
    g_array_remove_index(net.forwards, forward);
    network_write(adapter, &net, TRUE);
    network_focus(part, index);
}

/* By its name: of adapters that say the same this one goes. */
static void adapter_on_remove(GtkButton *button, struct adapter *adapter)
{
    struct settings_part *part = adapter->part;
    g_autofree char *name = g_strdup_printf("net%u", adapter->index + 1);
    GError *why = NULL;

    lathe_edit_remove(part->settings->edit, name, &why);
    lathe_settings_changed(part->settings, NULL, why);
    network_focus(part, 0);
}

static void network_on_add(GtkButton *button, struct settings_part *part)
{
    g_auto(GStrv) lines = network_lines(part);
    unsigned count = g_strv_length(lines);

    network_put(part, count, "user,model=virtio", TRUE);
    network_focus(part, count);
}

/* ---- an adapter's widgets ---- */

static void adapter_add_forward(struct adapter *adapter, GtkListBox *list, guint index,
                                const struct emu_net_forward *forward)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *label, *button;
    g_autofree char *text = lathe_forward_format(forward);
    g_auto(GStrv) ends = g_strsplit(text + strlen("tcp:"), "-", 2);
    /* Translators: a protocol, this computer's address and port, the guest's */
    g_autofree char *words = g_strdup_printf(
        _("%s %s → guest %s"), forward->protocol == EMU_NET_UDP ? "UDP" : "TCP", ends[0], ends[1]);
    g_autofree char *name = g_strdup_printf(_("Remove %s"), words);

    label = gtk_label_new(words);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    button = lathe_field_new_icon_button("list-remove-symbolic", name);
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    g_object_set_data(G_OBJECT(button), "forward", GUINT_TO_POINTER(index));
    g_signal_connect(button, "clicked", G_CALLBACK(adapter_on_remove_forward), adapter);
    gtk_box_pack_start(GTK_BOX(box), label, TRUE, TRUE, 6);
    gtk_box_pack_end(GTK_BOX(box), button, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(list), box);
    atk_object_set_name(gtk_widget_get_accessible(gtk_widget_get_parent(box)), words);
}

static GtkWidget *adapter_new_combo(const char *const *words, const char *const *labels)
{
    GtkWidget *combo = gtk_combo_box_text_new();

    for (gsize i = 0; words[i] != NULL; i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), words[i], labels[i]);
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    return combo;
}

static GtkWidget *adapter_new_port(struct adapter *adapter, int value)
{
    GtkWidget *port = gtk_spin_button_new_with_range(1, 65535, 1);

    gtk_spin_button_set_value(GTK_SPIN_BUTTON(port), value);
    g_signal_connect(port, "activate", G_CALLBACK(adapter_on_add), adapter);
    return port;
}

static void adapter_add_fields(struct adapter *adapter, GtkGrid *grid,
                               const struct lathe_net_definition *net)
{
    static const char *const models[] = {"virtio", "e1000e", NULL};
    const char *const labels[] = {"virtio", _("Intel e1000e"), NULL};

    adapter->model = adapter_new_combo(models, labels);
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(adapter->model),
                                net->model == EMU_NIC_E1000E ? "e1000e" : "virtio");
    adapter->mac = gtk_entry_new();
    gtk_entry_set_text(GTK_ENTRY(adapter->mac), net->mac != NULL ? net->mac : "");
    gtk_entry_set_placeholder_text(GTK_ENTRY(adapter->mac), _("given by itself"));
    lathe_fields_add(grid, _("_Model"), adapter->model, NULL, lathe_settings_effect(0));
    adapter->mac_error =
        lathe_fields_add(grid, _("A_ddress"), adapter->mac,
                         _("Six bytes, for example 52:54:00:12:34:56."), lathe_settings_effect(0));
    g_signal_connect(adapter->model, "changed", G_CALLBACK(adapter_on_model), adapter);
    g_signal_connect(adapter->mac, "changed", G_CALLBACK(adapter_on_mac), adapter);
}

static void adapter_add_forward_fields(struct adapter *adapter, GtkGrid *grid)
{
    static const char *const words[] = {"tcp", "udp", NULL};
    static const char *const labels[] = {"TCP", "UDP", NULL};
    GtkWidget *add = gtk_button_new_with_mnemonic(_("Add _Forward"));

    adapter->protocol = adapter_new_combo(words, labels);
    adapter->host_port = adapter_new_port(adapter, NETWORK_HOST_PORT);
    adapter->guest_port = adapter_new_port(adapter, NETWORK_GUEST_PORT);
    adapter->address = gtk_entry_new();
    gtk_entry_set_text(GTK_ENTRY(adapter->address), "127.0.0.1");
    lathe_fields_add(grid, _("_Protocol"), adapter->protocol, NULL, NULL);
    adapter->error = lathe_fields_add(grid, _("Port on _this computer"), adapter->host_port, NULL,
                                      lathe_settings_effect(LATHE_SETTING_LIVE));
    lathe_fields_add(grid, _("Port in the _guest"), adapter->guest_port, NULL, NULL);
    lathe_fields_add(grid, _("At addr_ess"), adapter->address,
                     _("127.0.0.1 is for this computer only, 0.0.0.0 for all others"), NULL);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    g_signal_connect(add, "clicked", G_CALLBACK(adapter_on_add), adapter);
    gtk_grid_attach(grid, add, 1, 100, 1, 1);
}

static GtkWidget *adapter_new_head(struct adapter *adapter)
{
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *button, *label;
    /* Translators: %u is the number of a network adapter */
    g_autofree char *title = g_strdup_printf(_("Adapter %u"), adapter->index + 1);
    g_autofree char *name = g_strdup_printf(_("Remove adapter %u"), adapter->index + 1);

    label = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    button = lathe_field_new_icon_button("list-remove-symbolic", name);
    g_signal_connect(button, "clicked", G_CALLBACK(adapter_on_remove), adapter);
    gtk_box_pack_start(GTK_BOX(head), label, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(head), button, FALSE, FALSE, 0);
    return head;
}

static void network_add_adapter(struct settings_part *part, unsigned index, const char *line)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *first = lathe_fields_new(), *second = lathe_fields_new();
    struct adapter *adapter = g_new0(struct adapter, 1);
    struct lathe_net_definition net;
    GtkListBox *list;

    *adapter = (struct adapter){.part = part, .index = index};
    g_object_set_data_full(G_OBJECT(box), "adapter", adapter, g_free);
    if (!lathe_net_parse(line, &net, NULL)) {
        gtk_widget_destroy(g_object_ref_sink(box));
        g_object_unref(box);
        return;
    }
    gtk_box_pack_start(GTK_BOX(box), adapter_new_head(adapter), FALSE, FALSE, 0);
    adapter_add_fields(adapter, GTK_GRID(first), &net);
    gtk_box_pack_start(GTK_BOX(box), first, FALSE, FALSE, 0);
    list = lathe_settings_new_list(GTK_BOX(box), _("Forwards"), _("No port is forwarded."));
    for (guint i = 0; i < net.forwards->len; i++)
        adapter_add_forward(adapter, list, i,
                            &g_array_index(net.forwards, struct emu_net_forward, i));
    adapter_add_forward_fields(adapter, GTK_GRID(second));
    gtk_box_pack_start(GTK_BOX(box), second, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(part->widget), box);
    lathe_net_clear(&net);
}

static void network_fill(struct settings_part *part)
{
    g_auto(GStrv) lines = network_lines(part);

    part->error = NULL;
    lathe_settings_empty(GTK_CONTAINER(part->widget));
    for (unsigned i = 0; lines[i] != NULL; i++)
        network_add_adapter(part, i, lines[i]);
    if (lines[0] == NULL)
        gtk_container_add(GTK_CONTAINER(part->widget),
                          lathe_field_new_words(_("The machine has no network.")));
    gtk_widget_show_all(part->widget);
}

/* To the field for the next forward. */
static void network_focus(struct settings_part *part, unsigned index)
{
    g_autoptr(GList) boxes = gtk_container_get_children(GTK_CONTAINER(part->widget));
    GtkWidget *box = g_list_nth_data(boxes, index);
    const struct adapter *adapter =
        box != NULL ? g_object_get_data(G_OBJECT(box), "adapter") : NULL;

    if (adapter != NULL)
        gtk_widget_grab_focus(adapter->host_port);
    else
        gtk_widget_child_focus(gtk_widget_get_parent(part->widget), GTK_DIR_TAB_FORWARD);
}

void lathe_settings_add_network(struct settings *settings, GtkBox *box)
{
    const struct lathe_setting *setting = lathe_setting_find("net");
    GtkWidget *adapters = gtk_box_new(GTK_ORIENTATION_VERTICAL, 24);
    GtkWidget *add = gtk_button_new_with_mnemonic(_("Add _Network Adapter"));
    struct settings_part *part =
        lathe_settings_add_part(settings, setting, adapters, NULL, network_fill);

    gtk_box_pack_start(box, lathe_field_new_words(_(setting->help)), FALSE, FALSE, 0);
    gtk_box_pack_start(box, adapters, FALSE, FALSE, 0);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    g_signal_connect(add, "clicked", G_CALLBACK(network_on_add), part);
    gtk_box_pack_start(box, add, FALSE, FALSE, 0);
}
