/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of disks, discs and floppies: what there is, and what can be added. */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/choose-file.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

struct drives {
    GtkWidget *size, *bus;
};

/* ---- changes ---- */

static void drives_done(struct settings_part *part, GError *why)
{
    lathe_settings_changed(part->settings, NULL, why);
    gtk_widget_grab_focus(((struct drives *)part->data)->size);
}

static const char *drives_dev(gpointer button)
{
    return g_object_get_data(button, "dev");
}

static void drives_on_remove(GtkButton *button, struct settings_part *part)
{
    g_autofree char *dev = g_strdup(drives_dev(button));
    GError *why = NULL;

    lathe_edit_remove(part->settings->edit, dev, &why);
    drives_done(part, why);
}

static void drives_on_eject(GtkButton *button, struct settings_part *part)
{
    g_autofree char *dev = g_strdup(drives_dev(button));
    GError *why = NULL;

    lathe_edit_set_medium(part->settings->edit, dev, NULL, &why);
    drives_done(part, why);
}

/* A comma in an image's name is written twice. */
static char *drives_quote(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ",", -1);

    return g_strjoinv(",,", parts);
}

static void drives_take(struct settings_part *part, const char *dev, const char *kind,
                        const char *path)
{
    g_autofree char *quoted = strcmp(kind, "cdrom") == 0 ? g_strdup(path) : drives_quote(path);
    GError *why = NULL;

    if (dev != NULL)
        lathe_edit_set_medium(part->settings->edit, dev, path, &why);
    else
        lathe_edit_add_drive(part->settings->edit, kind, quoted, &why);
    drives_done(part, why);
}

static void drives_on_chosen(GtkNativeDialog *dialog, int response, GtkWidget *list)
{
    struct settings_part *part = g_object_get_data(G_OBJECT(list), "part");
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        drives_take(part, g_object_get_data(G_OBJECT(dialog), "dev"),
                    g_object_get_data(G_OBJECT(dialog), "kind"), path);
    g_object_unref(dialog);
}

/* dev NULL: for a new drive. */
static void drives_choose(struct settings_part *part, const char *dev, const char *kind,
                          const char *title)
{
    static const char *const images[] = {"*.iso",    "*.ISO", "*.img", "*.qcow2",
                                         "*.qcow2c", "*.raw", NULL};
    GtkFileChooserNative *dialog = lathe_choose_file_new(
        part->settings->window, title, _("_Choose"), _("Disc and disk images"), images);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_object_set_data_full(G_OBJECT(dialog), "dev", g_strdup(dev), g_free);
    g_object_set_data_full(G_OBJECT(dialog), "kind", g_strdup(kind), g_free);
    g_signal_connect_object(dialog, "response", G_CALLBACK(drives_on_chosen), part->widget, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void drives_on_change(GtkButton *button, struct settings_part *part)
{
    drives_choose(part, drives_dev(button), "cdrom", _("Choose a Medium"));
}

static void drives_on_add_image(GtkButton *button, struct settings_part *part)
{
    drives_choose(part, NULL, "disk", _("Choose a Disk Image"));
}

static void drives_on_add_disc(GtkButton *button, struct settings_part *part)
{
    drives_choose(part, NULL, "cdrom", _("Choose a Disc Image"));
}

static void drives_on_add_floppy(GtkButton *button, struct settings_part *part)
{
    drives_choose(part, NULL, "floppy", _("Choose a Floppy Image"));
}

/* The image is made when the changes are applied. */
static void drives_on_add_new(GtkWidget *widget, struct settings_part *part)
{
    const struct drives *drives = part->data;
    g_autofree char *option =
        g_strdup_printf("size=%s,bus=%s", gtk_entry_get_text(GTK_ENTRY(drives->size)),
                        gtk_combo_box_get_active_id(GTK_COMBO_BOX(drives->bus)));
    g_autoptr(GError) why = NULL;
    gboolean done = lathe_edit_add_drive(part->settings->edit, "disk", option, &why);
    g_autofree char *sentence = done ? NULL : lathe_setting_sentence(why->message);

    if (done)
        lathe_settings_changed(part->settings, NULL, NULL);
    lathe_field_say(part->error, sentence);
    gtk_widget_grab_focus(drives->size);
}

/* ---- the list ---- */

static const char *drives_icon(const char *device)
{
    if (strcmp(device, "cdrom") == 0)
        return "media-optical-symbolic";
    return strcmp(device, "floppy") == 0 ? "media-floppy-symbolic" : "drive-harddisk-symbolic";
}

static char *drives_title(const struct lathe_edit_drive *drive)
{
    const char *word = strcmp(drive->device, "cdrom") == 0    ? _("CD drive")
                       : strcmp(drive->device, "floppy") == 0 ? _("Floppy drive")
                                                              : _("Disk");

    /* Translators: "Disk", its name in the machine, how it is connected: "Disk vda (virtio)" */
    return g_strdup_printf(_("%s %s (%s)"), word, drive->dev,
                           drive->bus != NULL ? drive->bus : "?");
}

static char *drives_words(const struct lathe_edit_drive *drive)
{
    g_autofree char *path =
        drive->path != NULL ? g_filename_display_name(drive->path) : g_strdup(_("empty"));

    return g_strdup_printf("%s%s%s", path, drive->format != NULL ? ", " : "",
                           drive->format != NULL ? drive->format : "");
}

static void drives_add_button(struct settings_part *part, GtkBox *box, const char *icon,
                              const char *format, const struct lathe_edit_drive *drive,
                              GCallback clicked)
{
    g_autofree char *name = g_strdup_printf(format, drive->dev);
    GtkWidget *button = lathe_field_new_icon_button(icon, name);

    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    g_object_set_data_full(G_OBJECT(button), "dev", g_strdup(drive->dev), g_free);
    g_signal_connect(button, "clicked", clicked, part);
    gtk_box_pack_start(box, button, FALSE, FALSE, 0);
}

static GtkWidget *drives_new_words(const struct lathe_edit_drive *drive)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    g_autofree char *title = drives_title(drive), *words = drives_words(drive);
    GtkWidget *first = gtk_label_new(title), *second = gtk_label_new(words);

    gtk_label_set_xalign(GTK_LABEL(first), 0);
    gtk_label_set_xalign(GTK_LABEL(second), 0);
    gtk_label_set_ellipsize(GTK_LABEL(second), PANGO_ELLIPSIZE_MIDDLE);
    gtk_widget_set_tooltip_text(second, words);
    gtk_style_context_add_class(gtk_widget_get_style_context(second), "dim-label");
    gtk_box_pack_start(GTK_BOX(box), first, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), second, FALSE, FALSE, 0);
    return box;
}

static void drives_add_row(struct settings_part *part, const struct lathe_edit_drive *drive)
{
    GtkWidget *row = gtk_list_box_row_new(), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gboolean removable = strcmp(drive->device, "disk") != 0;
    g_autofree char *title = drives_title(drive);

    gtk_box_pack_start(
        GTK_BOX(box),
        gtk_image_new_from_icon_name(drives_icon(drive->device), GTK_ICON_SIZE_BUTTON), FALSE,
        FALSE, 6);
    gtk_box_pack_start(GTK_BOX(box), drives_new_words(drive), TRUE, TRUE, 0);
    if (removable)
        drives_add_button(part, GTK_BOX(box), "document-open-symbolic",
                          _("Put another medium into %s"), drive, G_CALLBACK(drives_on_change));
    if (removable && drive->path != NULL)
        drives_add_button(part, GTK_BOX(box), "media-eject-symbolic",
                          _("Take the medium out of %s"), drive, G_CALLBACK(drives_on_eject));
    drives_add_button(part, GTK_BOX(box), "list-remove-symbolic", _("Remove %s; its file stays"),
                      drive, G_CALLBACK(drives_on_remove));
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_add(GTK_CONTAINER(row), box);
    atk_object_set_name(gtk_widget_get_accessible(row), title);
    gtk_container_add(GTK_CONTAINER(part->widget), row);
}

static void drives_fill(struct settings_part *part)
{
    g_autoptr(GPtrArray) drives = lathe_edit_drives(part->settings->edit);

    lathe_settings_empty(GTK_CONTAINER(part->widget));
    for (guint i = 0; i < drives->len; i++)
        drives_add_row(part, drives->pdata[i]);
    gtk_widget_show_all(part->widget);
}

/* ---- adding ---- */

static GtkWidget *drives_new_bus(void)
{
    static const char *const buses[] = {"virtio", "nvme", "sata", "usb"};
    GtkWidget *combo = gtk_combo_box_text_new();

    for (gsize i = 0; i < G_N_ELEMENTS(buses); i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), buses[i], buses[i]);
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    return combo;
}

static void drives_add_action(struct settings_part *part, GtkBox *box, const char *label,
                              GCallback clicked)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    g_signal_connect(button, "clicked", clicked, part);
    gtk_container_add(GTK_CONTAINER(box), button);
}

static GtkWidget *drives_new_form(struct settings_part *part)
{
    GtkWidget *form = lathe_fields_new(), *add = gtk_button_new_with_mnemonic(_("_Add New Disk"));
    struct drives *drives = part->data;

    drives->size = gtk_entry_new();
    drives->bus = drives_new_bus();
    gtk_entry_set_text(GTK_ENTRY(drives->size), "20 GiB");
    lathe_fields_add_heading(GTK_GRID(form), _("New Disk"));
    part->error = lathe_fields_add(GTK_GRID(form), _("_Size"), drives->size,
                                   _("The file grows with what the guest writes."), NULL);
    lathe_fields_add(GTK_GRID(form), _("_Connected by"), drives->bus, NULL, NULL);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    g_signal_connect(add, "clicked", G_CALLBACK(drives_on_add_new), part);
    g_signal_connect(drives->size, "activate", G_CALLBACK(drives_on_add_new), part);
    gtk_grid_attach(GTK_GRID(form), add, 1, 100, 1, 1);
    return form;
}

void lathe_settings_add_drives(struct settings *settings, GtkBox *box)
{
    GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *note;
    GtkListBox *list;
    struct settings_part *part;

    list = lathe_settings_new_list(box, _("Disks and discs"), _("The machine has no disks."));
    part = lathe_settings_add_part(settings, NULL, GTK_WIDGET(list), NULL, drives_fill);
    part->data = g_new0(struct drives, 1);
    g_object_set_data(G_OBJECT(list), "part", part);
    drives_add_action(part, GTK_BOX(buttons), _("Add Disk _Image…"),
                      G_CALLBACK(drives_on_add_image));
    drives_add_action(part, GTK_BOX(buttons), _("Add _Disc…"), G_CALLBACK(drives_on_add_disc));
    drives_add_action(part, GTK_BOX(buttons), _("Add _Floppy…"), G_CALLBACK(drives_on_add_floppy));
    gtk_box_pack_start(box, buttons, FALSE, FALSE, 0);
    gtk_box_pack_start(box, drives_new_form(part), FALSE, FALSE, 0);
    note = lathe_field_new_words(_("A running machine gets other discs and floppies at once; other "
                                   "drives count after a restart."));
    gtk_style_context_add_class(gtk_widget_get_style_context(note), "lathe-note");
    gtk_box_pack_start(box, note, FALSE, FALSE, 0);
}
