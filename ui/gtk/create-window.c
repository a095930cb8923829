/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making a machine on one page: a medium, what was recognised on it, and a few choices that are
 * good as they are. Looking and making run in threads of their own.
 */
#include "ui/gtk/create-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/config/write.h"
#include "app/plan/size.h"
#include "app/settings/make.h"
#include "app/settings/settings.h"
#include "app/settings/system.h"
#include "ui/gtk/choose-file.h"
#include "ui/gtk/create-express.h"
#include "ui/gtk/drop.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/launch.h"
#include "ui/gtk/settings-window.h"
#include "wizards/express/express.h"

enum create_then { CREATE_START, CREATE_CUSTOMISE };

struct create {
    GtkApplication *application;
    GtkWindow *window; /* NULL: it is closed */
    struct lathe_start start;
    struct lathe_advice advice;
    GCancellable *look; /* the newest look at a medium; older ones do not count */
    enum create_then then;
    GtkImage *icon;
    GtkLabel *system, *what;
    GtkSpinner *spinner;
    GtkWidget *form, *none_button, *try_button, *customise_button, *start_button;
    GtkWidget *name, *memory, *cpus, *disk, *firmware, *net, *tpm;
    GtkWidget *kernel_form, *initrd, *append; /* shown for a kernel only */
    struct create_express *express;
    GtkWidget *name_error, *memory_error, *disk_error, *error;
    GtkFileChooserNative *chooser; /* while it is open */
    gboolean busy, filling, name_typed;
};

static void create_free(gpointer data)
{
    struct create *create = data;

    lathe_start_clear(&create->start);
    g_clear_object(&create->look);
    g_clear_object(&create->chooser);
    g_free(create);
}

static void create_say(struct create *create, const char *message)
{
    g_autofree char *sentence = message != NULL ? lathe_setting_sentence(message) : NULL;

    lathe_field_say(create->error, sentence);
}

/* ---- what is typed ---- */

/* Says what is wrong beside the field; is it right? */
static gboolean create_check(GtkWidget *entry, GtkWidget *error, const char *setting)
{
    struct lathe_definition *definition = lathe_definition_new();
    g_autoptr(GError) why = NULL;
    gboolean good = lathe_setting_set(lathe_setting_find(setting), definition,
                                      gtk_entry_get_text(GTK_ENTRY(entry)), &why);
    g_autofree char *sentence = good ? NULL : lathe_setting_sentence(why->message);

    lathe_field_say(error, sentence);
    lathe_definition_free(definition);
    return good;
}

/* "" is no disk. */
static gboolean create_check_disk(struct create *create)
{
    const char *text = gtk_entry_get_text(GTK_ENTRY(create->disk));
    g_autofree char *option = g_strconcat("size=", text, NULL);
    struct lathe_disk_definition disk = {.path = NULL};
    g_autoptr(GError) why = NULL;
    gboolean good = *text == '\0' || lathe_disk_parse(option, &disk, &why);
    g_autofree char *sentence = good ? NULL : lathe_setting_sentence(why->message);

    lathe_disk_clear(&disk);
    lathe_field_say(create->disk_error, sentence);
    return good;
}

static void create_update(struct create *create)
{
    gboolean good = create_check(create->name, create->name_error, "name");

    good &= create_check(create->memory, create->memory_error, "memory");
    good &= create_check_disk(create);
    good &= create_express_check(create->express);
    gtk_widget_set_sensitive(create->form, !create->busy);
    gtk_widget_set_sensitive(create->start_button, good && !create->busy);
    gtk_widget_set_sensitive(create->customise_button, good && !create->busy);
    gtk_widget_set_sensitive(create->try_button, create->start.path != NULL && !create->busy);
    gtk_widget_set_sensitive(create->none_button, create->start.path != NULL && !create->busy);
}

static void create_on_changed(GtkWidget *widget, struct create *create)
{
    if (create->filling)
        return;
    create->name_typed |= widget == create->name;
    create_say(create, NULL);
    create_update(create);
}

static void create_set_busy(struct create *create, gboolean busy)
{
    create->busy = busy;
    gtk_widget_set_visible(GTK_WIDGET(create->spinner), busy);
    g_object_set(create->spinner, "active", busy, NULL);
    create_update(create);
}

/* ---- the medium ---- */

static const char *create_generic_icon(const struct create *create)
{
    static const char *const icons[] = {[LATHE_START_NONE] = "computer",
                                        [LATHE_START_DISC] = "media-optical",
                                        [LATHE_START_DISK] = "drive-harddisk",
                                        [LATHE_START_FLOPPY] = "media-floppy",
                                        [LATHE_START_KERNEL] = "application-x-executable"};

    return icons[create->start.kind];
}

/* The system's logo, if the icon theme has one. */
static void create_show_icon(struct create *create)
{
    const char *distro = create->start.system.distro != NULL ? create->start.system.distro : "none";
    g_autofree char *first = g_strconcat("distributor-logo-", distro, NULL);
    g_autofree char *second = g_strconcat(distro, "-logo", NULL);
    const char *names[] = {first, second, distro, create_generic_icon(create), "computer"};
    guint i = 0;

    while (i + 1 < G_N_ELEMENTS(names) &&
           !gtk_icon_theme_has_icon(gtk_icon_theme_get_default(), names[i]))
        i++;
    gtk_image_set_from_icon_name(create->icon, names[i], GTK_ICON_SIZE_DIALOG);
    gtk_image_set_pixel_size(create->icon, 64);
}

static void create_set_size(GtkWidget *entry, uint64_t bytes)
{
    g_autofree char *text = bytes != 0 ? lathe_size_format(bytes) : g_strdup("");

    gtk_entry_set_text(GTK_ENTRY(entry), text);
}

static char *create_describe(const struct create *create)
{
    g_autofree char *base = NULL;

    if (create->start.path == NULL)
        return g_strdup(_("Drop a disc image (ISO), a disk image or a kernel here, or choose one. "
                          "Without one the machine gets an empty disk."));
    base = g_filename_display_basename(create->start.path);
    /* Translators: a file's name, and "This disc starts with BIOS and UEFI" */
    return g_strdup_printf(_("%s\n%s."), base, create->start.what);
}

static void create_show_start(struct create *create)
{
    const struct lathe_advice *advice = &create->advice;
    g_autofree char *what = create_describe(create);
    const char *title = create->start.system.name;

    if (title == NULL)
        title = create->start.path != NULL ? create->start.name : _("No Medium");
    create->filling = TRUE;
    gtk_label_set_text(create->system, title);
    gtk_label_set_text(create->what, what);
    create_show_icon(create);
    if (!create->name_typed)
        gtk_entry_set_text(GTK_ENTRY(create->name), create->start.name);
    create_set_size(create->memory, advice->memory);
    create_set_size(create->disk, advice->disk);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(create->cpus), advice->cpus);
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(create->firmware), advice->firmware);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(create->tpm), advice->tpm);
    gtk_widget_set_visible(create->kernel_form, create->start.kind == LATHE_START_KERNEL);
    create->filling = FALSE;
}

struct create_look {
    char *path; /* NULL: no medium */
    struct lathe_start start;
    struct lathe_answers *answers; /* for an installation without a question */
};

static void create_free_look(gpointer data)
{
    struct create_look *look = data;

    lathe_start_clear(&look->start);
    lathe_answers_free(look->answers);
    g_free(look->path);
    g_free(look);
}

static void create_look_thread(GTask *task, gpointer source, gpointer data,
                               GCancellable *cancellable)
{
    struct create_look *look = data;
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    GError *error = NULL;

    if (!lathe_start_look(look->path, &look->start, &error)) {
        g_task_return_error(task, error);
        return;
    }
    char *name = lathe_make_free_name(library, look->start.name);
    g_free(look->start.name);
    look->start.name = name;
    look->answers = lathe_express_answers(&look->start, name);
    g_task_return_boolean(task, TRUE);
}

static void create_on_looked(GObject *source, GAsyncResult *result, gpointer data)
{
    struct create *create = data;
    struct create_look *look = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;
    gboolean good = g_task_propagate_boolean(G_TASK(result), &error);

    if (create->window == NULL || g_task_get_cancellable(G_TASK(result)) != create->look)
        return;
    if (good) {
        lathe_start_clear(&create->start);
        create->start = look->start;
        look->start = (struct lathe_start){.path = NULL};
        lathe_start_advise(&create->start, &create->advice);
        create_show_start(create);
        create_express_propose(create->express, g_steal_pointer(&look->answers));
    }
    create_set_busy(create, FALSE);
    create_say(create, good ? NULL : error->message);
    gtk_widget_grab_focus(create->name);
}

/* path NULL: no medium. */
static void create_look_at(struct create *create, const char *path)
{
    struct create_look *look = g_new0(struct create_look, 1);
    GTask *task;

    g_clear_object(&create->look);
    create->look = g_cancellable_new();
    look->path = g_strdup(path);
    task = g_task_new(create->window, create->look, create_on_looked, create);
    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(task, look, create_free_look);
    create_set_busy(create, TRUE);
    g_task_run_in_thread(task, create_look_thread);
    g_object_unref(task);
}

/* A kernel is there, and what is dropped is for it: "initrd.img", "initramfs.cpio.gz". */
static gboolean create_is_initrd(const struct create *create, const char *path)
{
    g_autofree char *base = g_path_get_basename(path);

    return create->start.kind == LATHE_START_KERNEL && strstr(base, "initr") != NULL;
}

static void create_on_drop(GtkWidget *widget, GFile **files, int count)
{
    struct create *create = g_object_get_data(G_OBJECT(widget), "create");

    if (create->busy)
        return;
    if (count == 1 && create_is_initrd(create, g_file_peek_path(files[0])))
        gtk_entry_set_text(GTK_ENTRY(create->initrd), g_file_peek_path(files[0]));
    else
        create_look_at(create, g_file_peek_path(files[0]));
}

static void create_on_chosen(GtkNativeDialog *dialog, int response, struct create *create)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        create_look_at(create, path);
    gtk_native_dialog_destroy(dialog);
    g_clear_object(&create->chooser);
}

static void create_on_choose(GtkButton *button, struct create *create)
{
    static const char *const images[] = {"*.iso",    "*.ISO", "*.img", "*.qcow2",
                                         "*.qcow2c", "*.raw", NULL};

    if (create->chooser != NULL)
        return;
    create->chooser = lathe_choose_file_new(create->window, _("Choose a Disc or Disk Image"),
                                            _("_Choose"), _("Disc and disk images"), images);
    g_signal_connect(create->chooser, "response", G_CALLBACK(create_on_chosen), create);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(create->chooser));
}

static void create_on_none(GtkButton *button, struct create *create)
{
    create_look_at(create, NULL);
}

/* ---- making ---- */

static gboolean create_put(struct lathe_definition *definition, const char *setting,
                           const char *text, GError **error)
{
    return lathe_setting_set(lathe_setting_find(setting), definition, text, error);
}

static gboolean create_put_disk(const struct create *create, struct lathe_definition *definition,
                                GError **error)
{
    const char *size = gtk_entry_get_text(GTK_ENTRY(create->disk));
    g_autofree char *option = g_strdup_printf("size=%s,bus=%s", size, create->advice.bus);

    return *size == '\0' || lathe_definition_add_disk(definition, option, error);
}

static gboolean create_put_net(const struct create *create, struct lathe_definition *definition,
                               GError **error)
{
    g_autofree char *adapter = g_strconcat("user,model=", create->advice.net, NULL);
    gboolean none = g_strcmp0(gtk_combo_box_get_active_id(GTK_COMBO_BOX(create->net)), "none") == 0;

    return create_put(definition, "net", none ? "none" : adapter, error);
}

static gboolean create_put_kernel(const struct create *create, struct lathe_definition *definition,
                                  GError **error)
{
    return create->start.kind != LATHE_START_KERNEL ||
           (create_put(definition, "initrd", gtk_entry_get_text(GTK_ENTRY(create->initrd)),
                       error) &&
            create_put(definition, "append", gtk_entry_get_text(GTK_ENTRY(create->append)), error));
}

/* NULL with *error. */
static struct lathe_definition *create_define(const struct create *create, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();

    gtk_spin_button_update(GTK_SPIN_BUTTON(create->cpus));
    gboolean tpm = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(create->tpm));
    g_autofree char *cpus =
        g_strdup_printf("%d", gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(create->cpus)));

    if (create_put(definition, "name", gtk_entry_get_text(GTK_ENTRY(create->name)), error) &&
        create_put(definition, "memory", gtk_entry_get_text(GTK_ENTRY(create->memory)), error) &&
        create_put(definition, "cpus", cpus, error) &&
        create_put(definition, "firmware",
                   gtk_combo_box_get_active_id(GTK_COMBO_BOX(create->firmware)), error) &&
        create_put(definition, "tpm", tpm ? "emulated" : "none", error) &&
        create_put_kernel(create, definition, error) && create_put_net(create, definition, error) &&
        create_put_disk(create, definition, error) &&
        lathe_start_add_medium(&create->start, definition, error))
        return definition;
    lathe_definition_free(definition);
    return NULL;
}

struct create_wish {
    struct lathe_definition *definition;
    struct lathe_answers *answers; /* NULL: no express installation */
};

static void create_free_wish(gpointer data)
{
    struct create_wish *wish = data;

    lathe_definition_free(wish->definition);
    lathe_answers_free(wish->answers);
    g_free(wish);
}

static void create_make_thread(GTask *task, gpointer source, gpointer data,
                               GCancellable *cancellable)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    struct create_wish *wish = data;
    GError *error = NULL;
    const uint64_t areas =
        LATHE_AREA_KERNEL | LATHE_AREA_INITRD | LATHE_AREA_APPEND | LATHE_AREA_TPM;
    struct lathe_machine *machine =
        wish->answers == NULL
            ? lathe_make_machine(library, wish->definition, areas, &error)
            : lathe_make_machine_with(library, wish->definition, areas | LATHE_EXPRESS_AREAS,
                                      lathe_express_prepare, wish->answers, &error);

    if (machine != NULL)
        g_task_return_pointer(task, machine, (GDestroyNotify)lathe_machine_free);
    else
        g_task_return_error(task, error);
}

static void create_on_failed(GApplication *application, const char *text)
{
    g_autofree char *sentence = lathe_setting_sentence(text);
    GtkWidget *dialog =
        gtk_message_dialog_new(gtk_application_get_active_window(GTK_APPLICATION(application)), 0,
                               GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", sentence);

    gtk_window_set_title(GTK_WINDOW(dialog), _("The Machine Did Not Start"));
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_show(dialog);
}

static void create_on_made(GObject *source, GAsyncResult *result, gpointer data)
{
    struct create *create = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_machine) machine = g_task_propagate_pointer(G_TASK(result), &error);

    if (create->window == NULL)
        return;
    create_set_busy(create, FALSE);
    if (machine == NULL) {
        create_say(create, error->message);
        return;
    }
    if (create->then == CREATE_START)
        lathe_launch(G_APPLICATION(create->application), machine->name, create_on_failed);
    else
        lathe_settings_show(create->application, gtk_window_get_transient_for(create->window),
                            machine->folder);
    gtk_widget_destroy(GTK_WIDGET(create->window));
}

static void create_make(struct create *create, enum create_then then)
{
    g_autoptr(GError) error = NULL;
    struct lathe_definition *definition = create_define(create, &error);
    GTask *task;

    if (definition == NULL) {
        create_say(create, error->message);
        return;
    }
    struct create_wish *wish = g_new0(struct create_wish, 1);
    wish->definition = definition;
    wish->answers = create_express_take(create->express);
    create->then = then;
    task = g_task_new(create->window, NULL, create_on_made, create);
    g_task_set_task_data(task, wish, create_free_wish);
    create_set_busy(create, TRUE);
    g_task_run_in_thread(task, create_make_thread);
    g_object_unref(task);
}

static void create_on_start(GtkButton *button, struct create *create)
{
    create_make(create, CREATE_START);
}

static void create_on_customise(GtkButton *button, struct create *create)
{
    create_make(create, CREATE_CUSTOMISE);
}

static void create_on_try(GtkButton *button, struct create *create)
{
    lathe_launch(G_APPLICATION(create->application), create->start.path, create_on_failed);
    gtk_widget_destroy(GTK_WIDGET(create->window));
}

/* ---- the page ---- */

static GtkWidget *create_new_button(struct create *create, GtkBox *box, const char *label,
                                    GCallback clicked)
{
    GtkWidget *button = gtk_button_new_with_mnemonic(label);

    g_signal_connect(button, "clicked", clicked, create);
    gtk_box_pack_start(box, button, FALSE, FALSE, 0);
    return button;
}

static GtkLabel *create_new_label(GtkBox *box, const char *class)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_width_chars(GTK_LABEL(label), 30);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 56);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), class);
    gtk_box_pack_start(box, label, FALSE, FALSE, 0);
    return GTK_LABEL(label);
}

static GtkWidget *create_new_medium(struct create *create)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18), *frame = gtk_frame_new(NULL);
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    create->icon = GTK_IMAGE(gtk_image_new());
    create->spinner = GTK_SPINNER(gtk_spinner_new());
    gtk_widget_set_no_show_all(GTK_WIDGET(create->spinner), TRUE);
    gtk_widget_set_valign(GTK_WIDGET(create->icon), GTK_ALIGN_START);
    create->system = create_new_label(GTK_BOX(words), "lathe-system");
    create->what = create_new_label(GTK_BOX(words), "dim-label");
    create_new_button(create, GTK_BOX(buttons), _("C_hoose a File…"), G_CALLBACK(create_on_choose));
    create->none_button =
        create_new_button(create, GTK_BOX(buttons), _("N_o Medium"), G_CALLBACK(create_on_none));
    gtk_box_pack_start(GTK_BOX(buttons), GTK_WIDGET(create->spinner), FALSE, FALSE, 6);
    gtk_box_pack_start(GTK_BOX(words), buttons, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(create->icon), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), words, TRUE, TRUE, 0);
    gtk_container_set_border_width(GTK_CONTAINER(box), 12);
    gtk_container_add(GTK_CONTAINER(frame), box);
    return frame;
}

static GtkWidget *create_new_entry(struct create *create)
{
    GtkWidget *entry = gtk_entry_new();

    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    gtk_drag_dest_unset(entry); /* it would keep files from the window */
    g_signal_connect(entry, "changed", G_CALLBACK(create_on_changed), create);
    return entry;
}

static GtkWidget *create_new_firmware(void)
{
    GtkWidget *combo = gtk_combo_box_text_new();
    g_autofree struct lathe_setting_choice *choices =
        lathe_setting_choices(lathe_setting_find("firmware"));

    for (guint i = 0; choices[i].word != NULL; i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), choices[i].word, _(choices[i].label));
    return combo;
}

static GtkWidget *create_new_net(void)
{
    GtkWidget *combo = gtk_combo_box_text_new();

    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), "user", _("Through this computer"));
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), "none", _("None"));
    gtk_combo_box_set_active(GTK_COMBO_BOX(combo), 0);
    return combo;
}

static GtkWidget *create_new_form(struct create *create)
{
    GtkWidget *form = lathe_fields_new();
    GtkGrid *grid = GTK_GRID(form);

    create->name = create_new_entry(create);
    create->memory = create_new_entry(create);
    create->disk = create_new_entry(create);
    create->cpus =
        gtk_spin_button_new_with_range(1, lathe_setting_most(lathe_setting_find("cpus")), 1);
    gtk_entry_set_activates_default(GTK_ENTRY(create->cpus), TRUE);
    gtk_drag_dest_unset(create->cpus);
    create->firmware = create_new_firmware();
    create->net = create_new_net();
    create->tpm = gtk_check_button_new_with_mnemonic(_("With a _TPM 2.0, as Windows 11 wants it"));
    create->name_error = lathe_fields_add(grid, _("_Name"), create->name, NULL, NULL);
    create->memory_error = lathe_fields_add(grid, _("_Memory"), create->memory, NULL, NULL);
    lathe_fields_add(grid, _("_Processors"), create->cpus, NULL, NULL);
    create->disk_error =
        lathe_fields_add(grid, _("New _disk"), create->disk,
                         _("It grows with what the guest writes. Empty: no new disk."), NULL);
    lathe_fields_add(grid, _("_Firmware"), create->firmware, NULL, NULL);
    lathe_fields_add(grid, _("Net_work"), create->net, NULL, NULL);
    gtk_grid_attach(grid, create->tpm, 1, 100, 2, 1);
    return form;
}

static GtkWidget *create_new_kernel_form(struct create *create)
{
    GtkWidget *form = lathe_fields_new();
    GtkWidget *file = lathe_field_new_file(_("Choose a File"), &create->initrd);

    create->append = create_new_entry(create);
    lathe_fields_add(GTK_GRID(form), _("_Initial RAM disk"), file, NULL, NULL);
    lathe_fields_add(GTK_GRID(form), _("Command _line"), create->append,
                     _("Words for the kernel, for example console=ttyS0."), NULL);
    gtk_drag_dest_unset(create->initrd);
    gtk_entry_set_activates_default(GTK_ENTRY(create->initrd), TRUE);
    gtk_widget_show_all(form);
    gtk_widget_set_no_show_all(form, TRUE);
    gtk_widget_hide(form);
    return form;
}

static void create_align_label(GtkWidget *label, gpointer group)
{
    int column;

    gtk_container_child_get(GTK_CONTAINER(gtk_widget_get_parent(label)), label, "left-attach",
                            &column, NULL);
    if (column == 0)
        gtk_size_group_add_widget(group, label);
}

/* The kernel's fields and the others stand under each other. */
static GtkWidget *create_new_fields(struct create *create)
{
    g_autoptr(GtkSizeGroup) labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6), *form;

    create->kernel_form = create_new_kernel_form(create);
    form = create_new_form(create);
    gtk_container_foreach(GTK_CONTAINER(create->kernel_form), create_align_label, labels);
    gtk_container_foreach(GTK_CONTAINER(form), create_align_label, labels);
    gtk_box_pack_start(GTK_BOX(box), create->kernel_form, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), form, FALSE, FALSE, 0);
    return box;
}

static GtkWidget *create_new_buttons(struct create *create)
{
    GtkWidget *buttons = gtk_button_box_new(GTK_ORIENTATION_HORIZONTAL);
    GtkBox *box = GTK_BOX(buttons);

    gtk_button_box_set_layout(GTK_BUTTON_BOX(buttons), GTK_BUTTONBOX_END);
    gtk_box_set_spacing(box, 6);
    create->try_button =
        create_new_button(create, box, _("_Just Try It"), G_CALLBACK(create_on_try));
    gtk_widget_set_tooltip_text(create->try_button,
                                _("Start it now, and keep nothing of what it writes"));
    gtk_button_box_set_child_secondary(GTK_BUTTON_BOX(buttons), create->try_button, TRUE);
    create->customise_button =
        create_new_button(create, box, _("C_ustomise First"), G_CALLBACK(create_on_customise));
    create->start_button =
        create_new_button(create, box, _("Create and _Start"), G_CALLBACK(create_on_start));
    gtk_style_context_add_class(gtk_widget_get_style_context(create->start_button),
                                "suggested-action");
    gtk_widget_set_can_default(create->start_button, TRUE);
    return buttons;
}

static GtkWidget *create_new_page(struct create *create)
{
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);

    create->error = lathe_field_new_error();
    gtk_box_pack_start(GTK_BOX(body), create_new_medium(create), FALSE, FALSE, 0);
    create->form = create_new_fields(create);
    gtk_box_pack_start(GTK_BOX(body), create->form, FALSE, FALSE, 0);
    create->express = create_express_new(G_CALLBACK(create_on_changed), create);
    gtk_box_pack_start(GTK_BOX(body), create_express_widget(create->express), FALSE, FALSE, 0);
    gtk_container_set_border_width(GTK_CONTAINER(body), 6);
    gtk_container_add(GTK_CONTAINER(scroller), body);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroller), TRUE);
    gtk_box_pack_start(GTK_BOX(page), scroller, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(page), create->error, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), create_new_buttons(create), FALSE, FALSE, 0);
    gtk_container_set_border_width(GTK_CONTAINER(page), 12);
    return page;
}

static gboolean create_on_key(GtkWidget *widget, GdkEventKey *event, struct create *create)
{
    if (event->keyval != GDK_KEY_Escape)
        return FALSE;
    gtk_widget_destroy(widget);
    return TRUE;
}

static void create_on_destroy(GtkWidget *widget, struct create *create)
{
    create->window = NULL;
}

static GtkWidget *create_new_bar(void)
{
    GtkWidget *bar = gtk_header_bar_new();

    gtk_header_bar_set_title(GTK_HEADER_BAR(bar), _("New Machine"));
    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
    gtk_widget_show(bar);
    return bar;
}

void lathe_create_show(GtkApplication *application, GtkWindow *parent, const char *path)
{
    struct create *create = g_new0(struct create, 1);
    GtkWidget *window = gtk_application_window_new(application);

    create->application = application;
    create->window = GTK_WINDOW(window);
    g_object_set_data_full(G_OBJECT(window), "create", create, create_free);
    gtk_window_set_titlebar(create->window, create_new_bar());
    gtk_window_set_title(create->window, _("New Machine"));
    gtk_window_set_transient_for(create->window, parent);
    gtk_container_add(GTK_CONTAINER(window), create_new_page(create));
    gtk_widget_grab_default(create->start_button);
    lathe_drop_accept(window, create_on_drop);
    g_signal_connect(window, "key-press-event", G_CALLBACK(create_on_key), create);
    g_signal_connect(window, "destroy", G_CALLBACK(create_on_destroy), create);
    gtk_widget_show_all(window);
    lathe_media_load_systems();
    lathe_start_look(NULL, &create->start, NULL);
    lathe_start_advise(&create->start, &create->advice);
    create_show_start(create);
    create_look_at(create, path);
    gtk_window_present(create->window);
}
