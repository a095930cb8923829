/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secure Boot: whether it is on, and the signatures that firmware and shim know, with who put them
 * there and when certificates end. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "app/plan/put-file.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/firmware-private.h"
#include "ui/gtk/settings-private.h"
#include "wizards/firmware/certificate.h"
#include "wizards/firmware/describe.h"
#include "wizards/firmware/pe.h"
#include "wizards/firmware/secure-boot.h"
#include "wizards/firmware/store-file.h"

#define KEYS_SHOWN 100u /* of a database: lists of hashes are long */
#define KEYS_OWNER LATHE_GUID_OWNER_OVMF

/* ---- changes ---- */

static bool change_switch(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    return lathe_secure_boot_switch(variables, strcmp(text, "on") == 0, error);
}

/* "db 3" */
static bool change_remove(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 2);

    return lathe_secure_boot_remove(variables, words[0],
                                    (guint)g_ascii_strtoull(words[1], NULL, 10), error);
}

/* A program: what Secure Boot looks up for it. */
static bool add_image(GPtrArray *variables, const char *name, struct lathe_bytes file,
                      GError **error)
{
    g_autoptr(lathe_pe) pe = lathe_pe_parse(file, error);
    g_autoptr(GBytes) hash = pe != NULL ? lathe_pe_digest(pe, G_CHECKSUM_SHA256) : NULL;
    g_autoptr(GPtrArray) signatures = lathe_signatures_new();
    struct lathe_guid owner = lathe_guid_of(KEYS_OWNER);

    if (hash == NULL)
        return pe == NULL ? false : lathe_error_input(error, "its sections overlap");
    lathe_signatures_add(signatures, LATHE_GUID_CERT_SHA256, &owner, lathe_bytes_of(hash));
    return lathe_secure_boot_add(variables, name, signatures, error);
}

static bool add_file(GPtrArray *variables, const char *name, struct lathe_bytes file,
                     GError **error)
{
    struct lathe_guid owner = lathe_guid_of(KEYS_OWNER);
    bool image = file.size >= 2 && memcmp(file.data, "MZ", 2) == 0;

    return image ? add_image(variables, name, file, error)
                 : lathe_secure_boot_take_file(variables, name, file, &owner, false, error);
}

/* text: the file; more: the database. */
static bool change_add(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_autoptr(GBytes) file = lathe_file_read(text, LATHE_PE_FILE_MAX, error);

    if (file == NULL)
        return false;
    return add_file(variables, more, lathe_bytes_of(file), error) ||
           (g_prefix_error(error, "%s: ", text), false);
}

static bool change_copy(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_autoptr(lathe_store_file) other = lathe_store_file_open(text, false, error);

    if (other == NULL)
        return false;
    return lathe_secure_boot_copy(variables, other->store->variables, error) ||
           (g_prefix_error(error, "%s: ", text), false);
}

/* more: a certificate's bytes. */
static bool change_enrol(GPtrArray *variables, const char *text, const void *more, GError **error)
{
    g_autoptr(GPtrArray) signatures = lathe_signatures_new();
    struct lathe_guid owner = lathe_guid_of(KEYS_OWNER);
    GBytes *der = (GBytes *)more;

    lathe_signatures_add(signatures, LATHE_GUID_CERT_X509, &owner, lathe_bytes_of(der));
    return lathe_secure_boot_enrol(variables, signatures, error);
}

/* ---- rows ---- */

static void keys_add_row(struct firmware *firmware, const struct lathe_variable *variable,
                         const struct lathe_signature *signature, guint index)
{
    g_autofree char *key = g_strdup_printf("%s %u", variable->name, index);
    g_autofree char *words = lathe_signature_describe(signature);
    /* Translators: a database of keys ("db"), and what is in it */
    g_autofree char *name = g_strdup_printf(_("%s: %s"), variable->name, words);
    GtkBox *box = lathe_firmware_add_row(firmware->keys, key, name);

    gtk_box_pack_start(box, lathe_firmware_new_label(words, FALSE), TRUE, TRUE, 6);
    lathe_firmware_add_remove(firmware, box, name, change_remove);
}

/* What is not shown one by one. */
static void keys_add_rest(struct firmware *firmware, const struct lathe_variable *variable,
                          guint count)
{
    g_autofree char *key = g_strdup_printf("%s -", variable->name);
    g_autofree char *words = g_strdup_printf(ngettext("and %u more", "and %u more", count), count);
    GtkBox *box = lathe_firmware_add_row(firmware->keys, key, words);

    gtk_box_pack_start(box, lathe_firmware_new_label(words, TRUE), TRUE, TRUE, 6);
}

static void keys_add_variable(struct firmware *firmware, const struct lathe_variable *variable)
{
    const struct lathe_known_variable *known =
        lathe_known_variable(variable->name, &variable->guid);
    gboolean holds = known != NULL && known->kind == LATHE_VARIABLE_SIGNATURES;
    g_autoptr(GPtrArray) signatures =
        holds ? lathe_signatures_parse(lathe_bytes_of(variable->data), NULL) : NULL;

    for (guint i = 0; signatures != NULL && i < MIN(signatures->len, KEYS_SHOWN); i++)
        keys_add_row(firmware, variable, signatures->pdata[i], i);
    if (signatures != NULL && signatures->len > KEYS_SHOWN)
        keys_add_rest(firmware, variable, signatures->len - KEYS_SHOWN);
}

static char *keys_database(GtkListBoxRow *row)
{
    const char *key = lathe_firmware_row_key(row);

    return g_strndup(key, strcspn(key, " "));
}

static void keys_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
    g_autofree char *name = keys_database(row);
    g_autofree char *other = before != NULL ? keys_database(before) : NULL;
    GtkWidget *label;

    gtk_list_box_row_set_header(row, NULL);
    if (g_strcmp0(name, other) == 0)
        return;
    label = lathe_firmware_new_label(name, FALSE);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "lathe-heading");
    g_object_set(label, "margin", 6, NULL);
    gtk_widget_show(label);
    gtk_list_box_row_set_header(row, label);
}

static void keys_fill(struct firmware *firmware)
{
    const GPtrArray *variables = lathe_store_edit_variables(firmware->edit);
    const char *state = lathe_secure_boot_state(variables);
    struct firmware_focus focus = lathe_firmware_keep_focus(firmware->keys);
    /* Translators: %s is "on", "off", or why it is so */
    g_autofree char *words = g_strdup_printf(_("Secure Boot is %s."), gettext(state));

    gtk_label_set_text(GTK_LABEL(firmware->secure_words), words);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(firmware->secure),
                                 g_str_has_prefix(state, "on"));
    lathe_settings_empty(GTK_CONTAINER(firmware->keys));
    for (guint i = 0; i < variables->len; i++)
        keys_add_variable(firmware, variables->pdata[i]);
    gtk_widget_show_all(GTK_WIDGET(firmware->keys));
    lathe_firmware_give_focus(firmware->keys, &focus);
}

/* ---- actions ---- */

static void keys_on_secure(GtkToggleButton *button, struct firmware *firmware)
{
    gboolean on = gtk_toggle_button_get_active(button);

    if (!firmware->filling &&
        !lathe_firmware_do(firmware, change_switch, on ? "on" : "off", NULL)) {
        firmware->filling = TRUE;
        gtk_toggle_button_set_active(button, !on);
        firmware->filling = FALSE;
    }
}

static void keys_take_file(struct firmware *firmware, const char *path)
{
    lathe_firmware_do(firmware, change_add, path,
                      gtk_combo_box_get_active_id(GTK_COMBO_BOX(firmware->target)));
}

static void keys_on_add(GtkButton *button, struct firmware *firmware)
{
    static const char *const patterns[] = {"*.pem",  "*.crt", "*.cer", "*.der", "*.esl",
                                           "*.auth", "*.bin", "*.efi", NULL};

    lathe_firmware_choose_file(firmware, _("Choose a Certificate, a List or a Program"),
                               _("Keys and programs"), patterns, keys_take_file);
}

static void keys_take_store(struct firmware *firmware, const char *path)
{
    lathe_firmware_do(firmware, change_copy, path, NULL);
}

static void keys_on_copy(GtkButton *button, struct firmware *firmware)
{
    static const char *const patterns[] = {"*.fd", "*.qcow2", "*.raw", NULL};

    lathe_firmware_choose_file(firmware, _("Choose a Variable Store"), _("Variable stores"),
                               patterns, keys_take_store);
}

/* The private key is for its owner's eyes. */
static gboolean keys_write(const char *path, GBytes *key, GError **error)
{
    return lathe_put_file(path, g_bytes_get_data(key, NULL), g_bytes_get_size(key), 0600, error);
}

static void keys_make(struct firmware *firmware, const char *path)
{
    const char *name = gtk_entry_get_text(GTK_ENTRY(firmware->own_name));
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) key = NULL;
    g_autoptr(GBytes) der = lathe_certificate_generate(name, &key, &error);

    if (der == NULL || !keys_write(path, key, &error))
        lathe_firmware_say(firmware, error->message);
    else
        lathe_firmware_do(firmware, change_enrol, NULL, der);
}

static void keys_on_key_place(GtkNativeDialog *dialog, int response, struct firmware *firmware)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        keys_make(firmware, path);
    g_object_unref(dialog);
}

static void keys_on_make(GtkWidget *widget, struct firmware *firmware)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Save the Private Key"), GTK_WINDOW(firmware->window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), NULL);

    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "secure-boot.key");
    gtk_file_chooser_set_do_overwrite_confirmation(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect(dialog, "response", G_CALLBACK(keys_on_key_place), firmware);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* ---- the page ---- */

static GtkWidget *keys_new_action(struct firmware *firmware, const char *label, GCallback clicked)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    gtk_widget_set_halign(button, GTK_ALIGN_START);
    g_signal_connect(button, "clicked", clicked, firmware);
    return button;
}

static GtkWidget *keys_new_targets(void)
{
    static const char *const names[][2] = {
        {"db", N_("db: what may start")},
        {"dbx", N_("dbx: what may not")},
        {"KEK", N_("KEK: whose updates of these count")},
        {"PK", N_("PK: who owns the machine")},
        {"MokList", N_("MokList: what shim starts, too")},
    };
    GtkWidget *combo = gtk_combo_box_text_new();

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), names[i][0], _(names[i][1]));
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    return combo;
}

static void keys_add_fields(struct firmware *firmware, GtkBox *box)
{
    GtkWidget *grid = lathe_fields_new();

    firmware->target = keys_new_targets();
    firmware->own_name = gtk_entry_new();
    gtk_entry_set_text(GTK_ENTRY(firmware->own_name), _("My key"));
    lathe_fields_add_heading(GTK_GRID(grid), _("Enrol"));
    lathe_fields_add(GTK_GRID(grid), _("_Into"), firmware->target, NULL, NULL);
    lathe_fields_add(GTK_GRID(grid), _("_Name"), firmware->own_name,
                     _("Of a new key: it becomes PK, and is added to KEK and db. The private key "
                       "goes to a file, for signing programs."),
                     NULL);
    gtk_box_pack_start(box, grid, FALSE, FALSE, 0);
    gtk_box_pack_start(box,
                       keys_new_action(firmware, _("_Add a Certificate, List or Program…"),
                                       G_CALLBACK(keys_on_add)),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(box,
                       keys_new_action(firmware, _("_Make a New Key…"), G_CALLBACK(keys_on_make)),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(
        box, keys_new_action(firmware, _("_Take Keys of Another Store…"), G_CALLBACK(keys_on_copy)),
        FALSE, FALSE, 0);
}

static void keys_add(struct firmware *firmware, GtkBox *box)
{
    firmware->secure = gtk_check_button_new_with_mnemonic(_("Secure _Boot"));
    firmware->secure_words = lathe_field_new_words(NULL);
    g_signal_connect(firmware->secure, "toggled", G_CALLBACK(keys_on_secure), firmware);
    gtk_box_pack_start(box, firmware->secure, FALSE, FALSE, 0);
    gtk_box_pack_start(box, firmware->secure_words, FALSE, FALSE, 0);
    firmware->keys = lathe_settings_new_list(box, _("Keys and hashes"), _("There are no keys."));
    gtk_list_box_set_header_func(firmware->keys, keys_header, NULL, NULL);
    keys_add_fields(firmware, box);
}

const struct firmware_page lathe_firmware_keys = {"keys", N_("Secure Boot"), keys_add, keys_fill};
