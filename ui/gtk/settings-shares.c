/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of shared folders: each with its name, and what the guest types to have it. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/settings/shares.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

/* One folder's widgets; kept by its box. */
struct folder {
    struct settings_part *part;
    GtkWidget *path, *name, *read_only, *owner, *line, *copy;
    GtkWidget *errors[3]; /* by enum lathe_share_field */
};

/* ---- the value: all folders as they are typed ---- */

static struct folder *shares_folder(gpointer box)
{
    return g_object_get_data(G_OBJECT(box), "folder");
}

static void folder_show_line(struct folder *folder, const struct lathe_share *share)
{
    g_autofree char *line = share != NULL ? lathe_share_mount_line(share) : g_strdup("");

    gtk_label_set_text(GTK_LABEL(folder->line), line);
    gtk_widget_set_sensitive(folder->copy, *line != '\0');
}

/* Appends what is typed; false with *error, which is said beside the field. */
static gboolean folder_take(struct folder *folder, struct lathe_parts *parts, GError **error)
{
    const struct lathe_share_words words = {
        .folder = gtk_entry_get_text(GTK_ENTRY(folder->path)),
        .name = gtk_entry_get_text(GTK_ENTRY(folder->name)),
        .owner = gtk_entry_get_text(GTK_ENTRY(folder->owner)),
        .read_only = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(folder->read_only)),
    };
    enum lathe_share_field field;
    gboolean good;

    for (gsize i = 0; i < G_N_ELEMENTS(folder->errors); i++)
        lathe_field_say(folder->errors[i], NULL);
    good = lathe_shares_add(parts, &words, &field, error);
    if (good)
        lathe_field_warn(folder->errors[LATHE_SHARE_FOLDER], lathe_share_doubt(words.folder));
    else
        folder->part->error = folder->errors[field];
    folder_show_line(
        folder,
        good ? &g_array_index(parts->shares, struct lathe_share, parts->shares->len - 1) : NULL);
    return good;
}

/* NULL with *error: not all can be. The first fault is said. */
static struct lathe_parts *shares_read(struct settings_part *part, GError **error)
{
    g_autoptr(GList) boxes = gtk_container_get_children(GTK_CONTAINER(part->widget));
    struct lathe_parts *parts = lathe_parts_new();
    gboolean good = TRUE;

    for (GList *box = boxes; box != NULL && good; box = box->next)
        good =
            shares_folder(box->data) == NULL || folder_take(shares_folder(box->data), parts, error);
    if (good)
        return parts;
    lathe_parts_free(parts);
    return NULL;
}

static void shares_put(struct settings_part *part)
{
    GError *why = NULL;
    struct lathe_parts *parts;

    if (part->settings->filling)
        return;
    part->error = NULL;
    parts = shares_read(part, &why);
    if (parts == NULL) {
        lathe_settings_changed(part->settings, part, why);
        return;
    }
    g_autofree char *text = lathe_shares_text(parts);
    lathe_settings_put(part, text);
    lathe_parts_free(parts);
}

static void folder_on_text(GtkEditable *editable, struct folder *folder)
{
    shares_put(folder->part);
}

static void folder_on_read_only(GtkToggleButton *button, struct folder *folder)
{
    shares_put(folder->part);
}

static void folder_on_copy(GtkButton *button, struct folder *folder)
{
    gtk_clipboard_set_text(gtk_clipboard_get(GDK_SELECTION_CLIPBOARD),
                           gtk_label_get_text(GTK_LABEL(folder->line)), -1);
}

/* ---- adding and removing: of what the document says ---- */

/* Those of the document in a list of their own; lathe_parts_free. */
static struct lathe_parts *shares_copy(const struct settings_part *part)
{
    const GArray *shares = lathe_edit_definition(part->settings->edit)->parts->shares;
    struct lathe_parts *parts = lathe_parts_new();

    for (guint i = 0; i < shares->len; i++) {
        g_autofree char *text = lathe_share_text(&g_array_index(shares, struct lathe_share, i));
        lathe_parts_add_share(parts, text, NULL);
    }
    return parts;
}

/* To a folder's name, or to what adds one. */
static void shares_focus(struct settings_part *part, guint index)
{
    g_autoptr(GList) boxes = gtk_container_get_children(GTK_CONTAINER(part->widget));
    GtkWidget *box = g_list_nth_data(boxes, index);

    if (box != NULL && shares_folder(box) != NULL)
        gtk_widget_grab_focus(shares_folder(box)->name);
    else
        gtk_widget_grab_focus(g_object_get_data(G_OBJECT(part->widget), "add"));
}

static void shares_set(struct settings_part *part, struct lathe_parts *parts, guint focus)
{
    GError *why = NULL;

    lathe_edit_set_shares(part->settings->edit, parts, &why);
    lathe_parts_free(parts);
    lathe_settings_changed(part->settings, NULL, why);
    shares_focus(part, focus);
}

static void folder_on_remove(GtkButton *button, struct folder *folder)
{
    struct settings_part *part = folder->part;
    guint index = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "index"));
    struct lathe_parts *parts = shares_copy(part);

    g_array_remove_index(parts->shares, index);
    shares_set(part, parts, index);
}

static void shares_take(struct settings_part *part, const char *path)
{
    struct lathe_parts *parts = shares_copy(part);
    guint index = parts->shares->len;
    g_autofree char *name = lathe_shares_name(parts, path);
    const struct lathe_share_words words = {.folder = path, .name = name, .owner = ""};
    enum lathe_share_field field;
    GError *why = NULL;

    if (lathe_shares_add(parts, &words, &field, &why)) {
        shares_set(part, parts, index);
        return;
    }
    lathe_parts_free(parts);
    lathe_settings_changed(part->settings, NULL, why);
}

static void shares_on_chosen(GtkNativeDialog *dialog, int response, GtkWidget *folders)
{
    struct settings_part *part = g_object_get_data(G_OBJECT(folders), "part");
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        shares_take(part, path);
    g_object_unref(dialog);
}

static void shares_on_add(GtkButton *button, struct settings_part *part)
{
    GtkFileChooserNative *dialog =
        lathe_choose_folder_new(part->settings->window, _("Choose a Folder to Share"), _("_Share"));

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(shares_on_chosen), part->widget, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* ---- a folder's widgets ---- */

static GtkWidget *folder_new_head(struct folder *folder, guint index)
{
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6), *button, *label;
    /* Translators: %u is the number of a shared folder */
    g_autofree char *title = g_strdup_printf(_("Folder %u"), index + 1);
    g_autofree char *name = g_strdup_printf(_("Remove folder %u; its files stay"), index + 1);

    label = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    button = lathe_field_new_icon_button("list-remove-symbolic", name);
    g_object_set_data(G_OBJECT(button), "index", GUINT_TO_POINTER(index));
    g_signal_connect(button, "clicked", G_CALLBACK(folder_on_remove), folder);
    gtk_box_pack_start(GTK_BOX(head), label, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(head), button, FALSE, FALSE, 0);
    return head;
}

/* The line can be selected by keyboard, too. */
static GtkWidget *folder_new_line(struct folder *folder)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    folder->line = gtk_label_new(NULL);
    gtk_label_set_selectable(GTK_LABEL(folder->line), TRUE);
    gtk_label_set_line_wrap(GTK_LABEL(folder->line), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(folder->line), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(GTK_LABEL(folder->line), 48);
    gtk_label_set_xalign(GTK_LABEL(folder->line), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(folder->line), "monospace");
    folder->copy = lathe_field_new_icon_button("edit-copy-symbolic", _("Copy the line"));
    g_signal_connect(folder->copy, "clicked", G_CALLBACK(folder_on_copy), folder);
    gtk_box_pack_start(GTK_BOX(box), folder->line, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(box), folder->copy, FALSE, FALSE, 0);
    g_object_set_data(G_OBJECT(box), "target", folder->line);
    return box;
}

static void folder_add_fields(struct folder *folder, GtkGrid *grid)
{
    const char *restart = lathe_settings_effect(0);
    GtkWidget *path = lathe_field_new_folder(_("Choose a Folder to Share"), &folder->path);

    folder->name = gtk_entry_new();
    folder->owner = gtk_entry_new();
    folder->read_only = gtk_check_button_new_with_mnemonic(_("The guest may only _read"));
    gtk_entry_set_placeholder_text(GTK_ENTRY(folder->owner), _("as on this computer"));
    folder->errors[LATHE_SHARE_FOLDER] = lathe_fields_add(grid, _("F_older"), path, NULL, restart);
    folder->errors[LATHE_SHARE_NAME] = lathe_fields_add(
        grid, _("_Name"), folder->name, _("The guest mounts the folder by it."), restart);
    lathe_fields_add(grid, _("The guest may only _read"), folder->read_only, NULL, restart);
    folder->errors[LATHE_SHARE_OWNER] = lathe_fields_add(
        grid, _("Files belon_g to"), folder->owner,
        _("Your own files are this user's in the guest, a number: 1000, or 1000:100 with a group."),
        restart);
    lathe_fields_add(grid, _("_In the guest"), folder_new_line(folder),
                     _("What root types in a Linux guest; the folder is in /mnt then."), NULL);
}

static void folder_show(struct folder *folder, const struct lathe_share *share)
{
    g_autofree char *owner = lathe_share_owner_text(share);

    gtk_entry_set_text(GTK_ENTRY(folder->path), share->folder);
    gtk_entry_set_text(GTK_ENTRY(folder->name), share->name);
    gtk_entry_set_text(GTK_ENTRY(folder->owner), owner);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(folder->read_only), share->read_only);
    lathe_field_warn(folder->errors[LATHE_SHARE_FOLDER], lathe_share_doubt(share->folder));
    folder_show_line(folder, share);
}

static void shares_add_folder(struct settings_part *part, guint index,
                              const struct lathe_share *share)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12), *grid = lathe_fields_new();
    struct folder *folder = g_new0(struct folder, 1);

    folder->part = part;
    g_object_set_data_full(G_OBJECT(box), "folder", folder, g_free);
    gtk_box_pack_start(GTK_BOX(box), folder_new_head(folder, index), FALSE, FALSE, 0);
    folder_add_fields(folder, GTK_GRID(grid));
    gtk_box_pack_start(GTK_BOX(box), grid, FALSE, FALSE, 0);
    folder_show(folder, share);
    g_signal_connect(folder->path, "changed", G_CALLBACK(folder_on_text), folder);
    g_signal_connect(folder->name, "changed", G_CALLBACK(folder_on_text), folder);
    g_signal_connect(folder->owner, "changed", G_CALLBACK(folder_on_text), folder);
    g_signal_connect(folder->read_only, "toggled", G_CALLBACK(folder_on_read_only), folder);
    gtk_container_add(GTK_CONTAINER(part->widget), box);
}

static void shares_fill(struct settings_part *part)
{
    const struct lathe_definition *definition = lathe_edit_definition(part->settings->edit);
    const GArray *shares = definition != NULL ? definition->parts->shares : NULL;

    part->error = NULL;
    lathe_settings_empty(GTK_CONTAINER(part->widget));
    for (guint i = 0; shares != NULL && i < shares->len; i++)
        shares_add_folder(part, i, &g_array_index(shares, struct lathe_share, i));
    if (shares == NULL || shares->len == 0)
        gtk_container_add(GTK_CONTAINER(part->widget),
                          lathe_field_new_words(_("No folder is shared.")));
    gtk_widget_show_all(part->widget);
}

void lathe_settings_add_shares(struct settings *settings, GtkBox *box)
{
    const struct lathe_setting *setting = lathe_setting_find("share");
    GtkWidget *folders = gtk_box_new(GTK_ORIENTATION_VERTICAL, 24);
    GtkWidget *add = gtk_button_new_with_mnemonic(_("Add _Folder…"));
    struct settings_part *part =
        lathe_settings_add_part(settings, setting, folders, NULL, shares_fill);

    g_object_set_data(G_OBJECT(folders), "part", part);
    gtk_box_pack_start(box, lathe_field_new_words(_(setting->help)), FALSE, FALSE, 0);
    gtk_box_pack_start(box, folders, FALSE, FALSE, 0);
    gtk_widget_set_halign(add, GTK_ALIGN_START);
    g_signal_connect(add, "clicked", G_CALLBACK(shares_on_add), part);
    gtk_box_pack_start(box, add, FALSE, FALSE, 0);
    g_object_set_data(G_OBJECT(folders), "add", add);
}
