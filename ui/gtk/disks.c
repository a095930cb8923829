/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The menu of the disks that come and go. The file chooser asks as what a disk is plugged in; what
 * could lose data is said before a disk is taken out.
 */
#include "ui/gtk/disks.h"

#include <glib/gi18n.h>

#include "app/plan/disk.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/message-bar.h"
#include "ui/gtk/window-private.h"

/* As what a disk can be plugged in, the usual one first. */
static const struct {
    enum emu_drive_bus bus;
    const char *id, *name;
} disks_buses[] = {
    {EMU_DRIVE_USB, "usb", N_("USB disk")},
    {EMU_DRIVE_VIRTIO, "virtio", N_("Virtio disk")},
    {EMU_DRIVE_NVME, "nvme", N_("NVMe disk")},
};

static void disks_show(LatheWindow *window, GtkMessageType type, const char *format,
                       const char *path, const char *button)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(format, name);

    lathe_message_bar_show(window->message_bar, type, text, button, "win.detach-anyway");
}

/* ---- in ---- */

static enum emu_drive_bus disks_bus(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(disks_buses); i++)
        if (g_strcmp0(id, disks_buses[i].id) == 0)
            return disks_buses[i].bus;
    return disks_buses[0].bus;
}

static void disks_on_chosen(GtkNativeDialog *dialog, int response, LatheWindow *window)
{
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autofree char *path = gtk_file_chooser_get_filename(chooser);
    const struct lathe_disk_definition disk = {
        .path = path,
        .bus = disks_bus(gtk_file_chooser_get_choice(chooser, "bus")),
        .read_only = g_strcmp0(gtk_file_chooser_get_choice(chooser, "read-only"), "true") == 0,
    };

    gtk_native_dialog_hide(dialog);
    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        lathe_session_attach_disk(window->session, &disk);
    g_clear_object(&window->disk_chooser);
}

static void disks_add_choices(GtkFileChooser *chooser)
{
    const char *ids[G_N_ELEMENTS(disks_buses) + 1] = {NULL};
    const char *names[G_N_ELEMENTS(disks_buses) + 1] = {NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(disks_buses); i++) {
        ids[i] = disks_buses[i].id;
        names[i] = _(disks_buses[i].name);
    }
    gtk_file_chooser_add_choice(chooser, "bus", _("Plug in as"), ids, names);
    gtk_file_chooser_set_choice(chooser, "bus", ids[0]);
    gtk_file_chooser_add_choice(chooser, "read-only", _("Read-only"), NULL, NULL);
    gtk_file_chooser_set_choice(chooser, "read-only", "false");
}

static void disks_action_attach(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    static const char *const images[] = {"*.[qQ][cC][oO][wW]2", "*.[iI][mM][gG]", "*.[rR][aA][wW]",
                                         "*.[iI][sS][oO]", NULL};
    LatheWindow *window = data;

    if (window->disk_chooser != NULL)
        return;
    window->disk_chooser = lathe_choose_file_new(GTK_WINDOW(window), _("Choose a Disk to Plug In"),
                                                 _("_Plug In"), _("Disk images"), images);
    disks_add_choices(GTK_FILE_CHOOSER(window->disk_chooser));
    g_signal_connect_object(window->disk_chooser, "response", G_CALLBACK(disks_on_chosen), window,
                            0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(window->disk_chooser));
}

/* ---- out ---- */

static const struct lathe_attached_disk *disks_find(LatheWindow *window, unsigned number)
{
    GPtrArray *disks = lathe_session_get_attached(window->session);

    for (guint i = 0; i < disks->len; i++) {
        const struct lathe_attached_disk *disk = disks->pdata[i];
        if (disk->number == number)
            return disk;
    }
    return NULL;
}

/* A stopped machine loses nothing. A USB disk cannot be asked for: people eject it in the guest. */
static void disks_action_detach(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;
    const struct lathe_attached_disk *disk = disks_find(window, g_variant_get_uint32(parameter));
    gboolean usb = disk != NULL && disk->definition->bus == EMU_DRIVE_USB;

    if (disk == NULL)
        return;
    window->wanted_disk = disk->number;
    if (lathe_session_get_state(window->session) == LATHE_STATE_STOPPED || !usb)
        lathe_session_detach_disk(window->session, disk->number, FALSE);
    disk = disks_find(window, window->wanted_disk);
    if (disk == NULL)
        return;
    disks_show(window, GTK_MESSAGE_WARNING,
               /* Translators: %s is a file */
               usb ? _("Eject “%s” in the guest first: what is not written yet would be lost.")
                   : _("The guest was asked to let go of “%s”."),
               disk->definition->path, usb ? _("_Unplug") : _("_Unplug Anyway"));
}

static void disks_action_anyway(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;

    lathe_session_detach_disk(window->session, window->wanted_disk, TRUE);
}

/* ---- what is known ---- */

static void disks_fill_menu(LatheWindow *window)
{
    GPtrArray *disks = lathe_session_get_attached(window->session);
    g_autoptr(GMenu) plugged = g_menu_new();

    for (guint i = 0; i < disks->len; i++) {
        const struct lathe_attached_disk *disk = disks->pdata[i];
        g_autofree char *name = g_path_get_basename(disk->definition->path);
        /* Translators: %s is a file */
        g_autofree char *label = g_strdup_printf(_("Unplug “%s”"), name);
        g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
        g_menu_item_set_action_and_target(item, "win.detach-disk", "u", disk->number);
        g_menu_append_item(plugged, item);
    }
    g_menu_remove_all(window->disks_menu);
    g_menu_append(window->disks_menu, _("_Plug In a Disk…"), "win.attach-disk");
    g_menu_append_section(window->disks_menu, NULL, G_MENU_MODEL(plugged));
}

static void disks_on_attached(LatheWindow *window, const char *path)
{
    disks_fill_menu(window);
    disks_show(window, GTK_MESSAGE_INFO, /* Translators: %s is a file */ _("“%s” is plugged in."),
               path, NULL);
}

static void disks_on_detached(LatheWindow *window, const char *path)
{
    disks_fill_menu(window);
    disks_show(window, GTK_MESSAGE_INFO, /* Translators: %s is a file */ _("“%s” is unplugged."),
               path, NULL);
}

/* ---- the window ---- */

static const GActionEntry disks_entries[] = {
    {"attach-disk", disks_action_attach, NULL, NULL, NULL, {0}},
    {"detach-disk", disks_action_detach, "u", NULL, NULL, {0}},
    {"detach-anyway", disks_action_anyway, NULL, NULL, NULL, {0}},
};

static void disks_add_button(LatheWindow *window)
{
    GtkWidget *button = gtk_menu_button_new();

    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(window->disks_menu));
    gtk_menu_button_set_use_popover(GTK_MENU_BUTTON(button), TRUE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_container_add(GTK_CONTAINER(button), gtk_image_new_from_icon_name("drive-harddisk-symbolic",
                                                                          GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, _("Plug in a disk, or unplug it"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Disks"));
    gtk_header_bar_pack_end(window->header, button);
    gtk_widget_show_all(button);
}

void lathe_window_install_disks(LatheWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), disks_entries,
                                    G_N_ELEMENTS(disks_entries), window);
    window->disks_menu = g_menu_new();
    disks_fill_menu(window);
    disks_add_button(window);
    g_signal_connect_object(window->session, "disk-attached", G_CALLBACK(disks_on_attached), window,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(window->session, "disk-detached", G_CALLBACK(disks_on_detached), window,
                            G_CONNECT_SWAPPED);
}
