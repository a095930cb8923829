/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Floppies by menu and by drop. Drives are named by letters, as people know them; a file that may
 * not be written is a write-protected disk.
 */
#include "ui/gtk/floppies.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/plan/definition.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/message-bar.h"
#include "ui/gtk/window-private.h"

#define FLOPPIES_MAX 2

/* The definition's numbers of the drives; how many there are. */
static unsigned floppies_find(LatheWindow *window, unsigned drives[FLOPPIES_MAX])
{
    const struct lathe_definition *definition = lathe_session_get_definition(window->session);
    unsigned count = 0;

    for (unsigned i = 0; i < definition->disks && count < FLOPPIES_MAX; i++) {
        if (definition->disk[i].bus == EMU_DRIVE_FLOPPY)
            drives[count++] = i;
    }
    return count;
}

static const char *floppies_path(LatheWindow *window, unsigned drive)
{
    return lathe_session_get_definition(window->session)->disk[drive].path;
}

static char floppies_letter(LatheWindow *window, unsigned drive)
{
    unsigned drives[FLOPPIES_MAX], count = floppies_find(window, drives);

    return count > 1 && drives[1] == drive ? 'B' : 'A';
}

/* ---- changing ---- */

static void floppies_tell(LatheWindow *window, unsigned drive)
{
    const char *path = floppies_path(window, drive);
    char letter = floppies_letter(window, drive);
    g_autofree char *name = path != NULL ? g_path_get_basename(path) : NULL;
    g_autofree char *text = NULL;

    if (path == NULL)
        /* Translators: %c is a letter, A or B */
        text = g_strdup_printf(_("Floppy drive %c is empty."), letter);
    else
        /* Translators: %s is a file, %c a letter, A or B */
        text = g_strdup_printf(_("“%s” is in floppy drive %c."), name, letter);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_INFO, text, NULL, NULL);
}

/* path NULL: out. */
static void floppies_change(LatheWindow *window, unsigned drive, const char *path, bool read_only)
{
    struct lathe_disk_definition *disk =
        &lathe_session_get_definition(window->session)->disk[drive];
    bool before = disk->read_only;
    g_autoptr(GError) error = NULL;

    disk->read_only = path != NULL && (read_only || g_access(path, W_OK) != 0);
    if (lathe_session_change_medium(window->session, drive, path, FALSE, &error)) {
        floppies_tell(window, drive);
        return;
    }
    disk->read_only = before;
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_ERROR, error->message, NULL, NULL);
}

gboolean lathe_window_take_floppy(LatheWindow *window, const char *path)
{
    unsigned drives[FLOPPIES_MAX];

    if (floppies_find(window, drives) == 0 || !lathe_session_is_floppy(path))
        return FALSE;
    floppies_change(window, drives[0], path, false);
    return TRUE;
}

static void floppies_action_eject(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    floppies_change(data, g_variant_get_uint32(parameter), NULL, false);
}

/* ---- choosing ---- */

static void floppies_on_chosen(GtkNativeDialog *dialog, int response, LatheWindow *window)
{
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autofree char *path = gtk_file_chooser_get_filename(chooser);
    bool read_only = g_strcmp0(gtk_file_chooser_get_choice(chooser, "read-only"), "true") == 0;

    gtk_native_dialog_hide(dialog);
    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        floppies_change(window, window->wanted_floppy, path, read_only);
    g_clear_object(&window->floppy_chooser);
}

static void floppies_action_change(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    static const char *const images[] = {"*.[iI][mM][gG]", "*.[iI][mM][aA]", "*.[fF][lL][pP]",
                                         "*.[vV][fF][dD]", NULL};
    LatheWindow *window = data;

    if (window->floppy_chooser != NULL)
        return;
    window->wanted_floppy = g_variant_get_uint32(parameter);
    window->floppy_chooser = lathe_choose_file_new(GTK_WINDOW(window), _("Choose a Floppy Image"),
                                                   _("_Insert"), _("Floppy images"), images);
    gtk_file_chooser_add_choice(GTK_FILE_CHOOSER(window->floppy_chooser), "read-only",
                                _("Write-protected"), NULL, NULL);
    gtk_file_chooser_set_choice(GTK_FILE_CHOOSER(window->floppy_chooser), "read-only", "false");
    g_signal_connect_object(window->floppy_chooser, "response", G_CALLBACK(floppies_on_chosen),
                            window, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(window->floppy_chooser));
}

/* ---- what is known ---- */

static void floppies_add_drive(LatheWindow *window, unsigned drive)
{
    const char *path = floppies_path(window, drive);
    g_autoptr(GMenu) section = g_menu_new();
    /* Translators: the underscore marks the key; %c is a letter, A or B */
    g_autofree char *change =
        g_strdup_printf(_("Change Floppy _%c…"), floppies_letter(window, drive));
    g_autoptr(GMenuItem) item = g_menu_item_new(change, NULL);

    g_menu_item_set_action_and_target(item, "win.change-floppy", "u", drive);
    g_menu_append_item(section, item);
    if (path != NULL) {
        g_autofree char *name = g_path_get_basename(path);
        /* Translators: %s is a file */
        g_autofree char *eject = g_strdup_printf(_("Eject “%s”"), name);
        g_autoptr(GMenuItem) out = g_menu_item_new(eject, NULL);
        g_menu_item_set_action_and_target(out, "win.eject-floppy", "u", drive);
        g_menu_append_item(section, out);
    }
    g_menu_append_section(window->floppies_menu, NULL, G_MENU_MODEL(section));
}

static void floppies_fill_menu(LatheWindow *window)
{
    unsigned drives[FLOPPIES_MAX], count = floppies_find(window, drives);

    g_menu_remove_all(window->floppies_menu);
    for (unsigned i = 0; i < count; i++)
        floppies_add_drive(window, drives[i]);
}

/* ---- the window ---- */

static const GActionEntry floppies_entries[] = {
    {"change-floppy", floppies_action_change, "u", NULL, NULL, {0}},
    {"eject-floppy", floppies_action_eject, "u", NULL, NULL, {0}},
};

static void floppies_add_button(LatheWindow *window)
{
    unsigned drives[FLOPPIES_MAX];
    GtkWidget *button = gtk_menu_button_new();

    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(window->floppies_menu));
    gtk_menu_button_set_use_popover(GTK_MENU_BUTTON(button), TRUE);
    gtk_widget_set_focus_on_click(button, FALSE);
    gtk_container_add(GTK_CONTAINER(button),
                      gtk_image_new_from_icon_name("media-floppy-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, _("Change or eject a floppy disk"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Floppy drives"));
    gtk_header_bar_pack_end(window->header, button);
    gtk_widget_show_all(button);
    gtk_widget_set_visible(button, floppies_find(window, drives) != 0);
}

void lathe_window_install_floppies(LatheWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), floppies_entries,
                                    G_N_ELEMENTS(floppies_entries), window);
    window->floppies_menu = g_menu_new();
    floppies_fill_menu(window);
    floppies_add_button(window);
    g_signal_connect_object(window->session, "disc-changed", G_CALLBACK(floppies_fill_menu), window,
                            G_CONNECT_SWAPPED);
}
