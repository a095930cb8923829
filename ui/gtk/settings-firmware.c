/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of firmware: the way to the machine's variable store. */
#include <glib/gi18n.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/firmware-window.h"
#include "ui/gtk/settings-private.h"
#include "wizards/firmware/store-edit.h"

static void variables_on_open(GtkButton *button, struct settings_part *part)
{
    const struct lathe_edit *edit = part->settings->edit;
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        lathe_machine_store(lathe_edit_definition(edit), lathe_edit_machine(edit)->folder, &error);

    if (path == NULL) {
        lathe_field_say(part->error, error->message);
        return;
    }
    lathe_field_say(part->error, NULL);
    lathe_firmware_show(gtk_window_get_application(part->settings->window), part->settings->window,
                        path);
}

static void variables_fill(struct settings_part *part)
{
    lathe_field_say(part->error, NULL);
}

void lathe_settings_add_firmware(struct settings *settings, GtkBox *box)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(_("_Edit Variables…"));
    GtkWidget *error = lathe_field_new_error();
    struct settings_part *part =
        lathe_settings_add_part(settings, NULL, button, error, variables_fill);

    gtk_widget_set_halign(button, GTK_ALIGN_START);
    gtk_widget_set_tooltip_text(
        button, _("UEFI's boot entries, keys and other variables, while the machine is off"));
    g_signal_connect(button, "clicked", G_CALLBACK(variables_on_open), part);
    gtk_box_pack_start(box, button, FALSE, FALSE, 0);
    gtk_box_pack_start(box, error, FALSE, FALSE, 0);
}
