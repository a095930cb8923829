/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of a machine's document as a chain of texts, and what applies them (edit.h). */
#include "app/settings/edit.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/config/findings.h"
#include "app/config/paths.h"
#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/library/saved.h"
#include "app/plan/error.h"
#include "app/settings/live.h"
#include "app/settings/make.h"
#include "emulator/api/block.h"

/* An image that a change names and that is made when the change is applied. */
struct edit_image {
    char *path, *format;
    uint64_t size;
};

struct lathe_edit {
    struct lathe_library *library;
    struct lathe_machine *machine;
    char *path;  /* of the definition */
    char *saved; /* its text, as it was when it was read */
    char *start; /* the same as the document formats it */
    struct lathe_config *config;
    struct lathe_definition *definition; /* NULL: the document cannot be used */
    char *problem;
    GPtrArray *undo, *redo; /* of texts */
    const void *last;       /* what was changed last; NULL: the next change stands for itself */
    GPtrArray *images;      /* of struct edit_image */
    char *note;             /* what a running machine did not follow; NULL: nothing */
};

static void edit_free_image(gpointer data)
{
    struct edit_image *image = data;

    g_free(image->path);
    g_free(image->format);
    g_free(image);
}

/* ---- the document and what it says ---- */

static struct lathe_config *edit_parse(const struct lathe_edit *edit, const char *text,
                                       GError **error)
{
    return lathe_config_parse(edit->path, text, strlen(text), error);
}

/* NULL with *error. */
static struct lathe_definition *edit_fill(const struct lathe_config *config, GError **error)
{
    struct lathe_definition *definition = lathe_definition_new();

    if (lathe_config_fill(config, definition, error)) {
        definition->group = lathe_config_get_group(config);
        return definition;
    }
    lathe_definition_free(definition);
    return NULL;
}

/* Takes the document. */
static void edit_show(struct lathe_edit *edit, struct lathe_config *config)
{
    g_autoptr(GError) error = NULL;

    lathe_config_free(edit->config);
    lathe_definition_free(edit->definition);
    g_clear_pointer(&edit->problem, g_free);
    edit->config = config;
    edit->definition = edit_fill(config, &error);
    if (edit->definition == NULL)
        edit->problem = g_strdup(error->message);
}

/* Takes the document as the next one; key says what was changed. */
static void edit_take(struct lathe_edit *edit, struct lathe_config *config, const void *key)
{
    g_autofree char *before = lathe_config_format(edit->config);
    g_autofree char *after = lathe_config_format(config);

    if (strcmp(before, after) == 0) {
        lathe_config_free(config);
        return;
    }
    if (key == NULL || key != edit->last)
        g_ptr_array_add(edit->undo, g_steal_pointer(&before));
    edit->last = key;
    g_ptr_array_set_size(edit->redo, 0);
    edit_show(edit, config);
}

static struct lathe_config *edit_copy(const struct lathe_edit *edit)
{
    g_autofree char *text = lathe_config_format(edit->config);

    return edit_parse(edit, text, NULL);
}

/* Can the document be used? Then it is the next one. */
static bool edit_try(struct lathe_edit *edit, struct lathe_config *config, const void *key,
                     GError **error)
{
    if (!lathe_make_check(config, error)) {
        lathe_config_free(config);
        return false;
    }
    edit_take(edit, config, key);
    return true;
}

/* ---- opening ---- */

static struct lathe_machine *edit_find(struct lathe_library *library, const char *word,
                                       GError **error)
{
    g_autofree char *id = g_path_get_basename(word);

    if (strchr(word, '/') == NULL)
        return lathe_library_find(library, word, error);
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, error);
    for (guint i = 0; machines != NULL && i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        if (strcmp(machine->folder, word) != 0)
            continue;
        g_ptr_array_steal_index(machines, i);
        lathe_machine_read(machine);
        return machine;
    }
    if (machines != NULL)
        lathe_error_input(error, "there is no machine in '%s'", word);
    return NULL;
}

static bool edit_load(struct lathe_edit *edit, GError **error)
{
    struct lathe_config *config;

    if (!g_file_get_contents(edit->path, &edit->saved, NULL, error))
        return false;
    config = edit_parse(edit, edit->saved, error);
    if (config == NULL)
        return false;
    edit->start = lathe_config_format(config);
    edit_show(edit, config);
    return true;
}

struct lathe_edit *lathe_edit_open(const char *word, GError **error)
{
    struct lathe_edit *edit = g_new0(struct lathe_edit, 1);

    edit->undo = g_ptr_array_new_with_free_func(g_free);
    edit->redo = g_ptr_array_new_with_free_func(g_free);
    edit->images = g_ptr_array_new_with_free_func(edit_free_image);
    edit->library = lathe_library_open(NULL);
    edit->machine = edit_find(edit->library, word, error);
    if (edit->machine != NULL)
        edit->path = lathe_machine_path(edit->machine, LATHE_MACHINE_DEFINITION);
    if (edit->machine != NULL && edit_load(edit, error))
        return edit;
    lathe_edit_free(edit);
    return NULL;
}

void lathe_edit_free(struct lathe_edit *edit)
{
    if (edit == NULL)
        return;
    lathe_config_free(edit->config);
    lathe_definition_free(edit->definition);
    lathe_machine_free(edit->machine);
    lathe_library_free(edit->library);
    g_ptr_array_unref(edit->undo);
    g_ptr_array_unref(edit->redo);
    g_ptr_array_unref(edit->images);
    g_free(edit->path);
    g_free(edit->saved);
    g_free(edit->start);
    g_free(edit->problem);
    g_free(edit->note);
    g_free(edit);
}

/* ---- looking ---- */

const struct lathe_machine *lathe_edit_machine(const struct lathe_edit *edit)
{
    return edit->machine;
}

const struct lathe_definition *lathe_edit_definition(const struct lathe_edit *edit)
{
    return edit->definition;
}

const char *lathe_edit_problem(const struct lathe_edit *edit)
{
    return edit->problem;
}

char *lathe_edit_get(const struct lathe_edit *edit, const struct lathe_setting *setting)
{
    return edit->definition != NULL ? setting->get(edit->definition) : g_strdup("");
}

static void edit_free_drive(gpointer data)
{
    struct lathe_edit_drive *drive = data;

    g_free(drive->dev);
    g_free(drive->device);
    g_free(drive->bus);
    g_free(drive->path);
    g_free(drive->format);
    g_free(drive);
}

/* What is ours stands beside: libvirt has no NVMe disks. */
static char *edit_drive_bus(const xmlNode *root, const char *dev, const xmlNode *target)
{
    const xmlNode *ours = lathe_tree_find(root, "metadata/lathe:machine/lathe:disk");

    while (ours != NULL && !lathe_tree_is(ours, "dev", dev))
        ours = lathe_tree_next(ours);
    return lathe_tree_get(ours != NULL ? ours : target, "bus");
}

static char *edit_drive_path(const struct lathe_edit *edit, const xmlNode *disk)
{
    const xmlNode *source = lathe_tree_child(disk, "source");
    g_autofree char *file = lathe_tree_get(source, "file");

    if (file == NULL)
        return lathe_tree_get(source, "dev");
    return g_path_is_absolute(file) ? g_steal_pointer(&file)
                                    : g_build_filename(edit->machine->folder, file, NULL);
}

static struct lathe_edit_drive *edit_new_drive(const struct lathe_edit *edit, const xmlNode *root,
                                               const xmlNode *disk)
{
    const xmlNode *target = lathe_tree_child(disk, "target");
    struct lathe_edit_drive *drive = g_new0(struct lathe_edit_drive, 1);

    drive->dev = lathe_tree_get(target, "dev");
    drive->device = lathe_tree_get(disk, "device");
    if (drive->dev == NULL)
        drive->dev = g_strdup("");
    if (drive->device == NULL)
        drive->device = g_strdup("disk");
    drive->bus = edit_drive_bus(root, drive->dev, target);
    drive->path = edit_drive_path(edit, disk);
    drive->format = lathe_tree_get(lathe_tree_child(disk, "driver"), "type");
    drive->read_only = lathe_tree_child(disk, "readonly") != NULL;
    return drive;
}

static GPtrArray *edit_drives_of(const struct lathe_edit *edit, const struct lathe_config *config)
{
    GPtrArray *drives = g_ptr_array_new_with_free_func(edit_free_drive);
    const xmlNode *root = lathe_config_root(config);

    for (const xmlNode *disk = lathe_tree_find(root, "devices/disk"); disk != NULL;
         disk = lathe_tree_next(disk))
        g_ptr_array_add(drives, edit_new_drive(edit, root, disk));
    return drives;
}

GPtrArray *lathe_edit_drives(const struct lathe_edit *edit)
{
    return edit_drives_of(edit, edit->config);
}

char *lathe_edit_get_xml(const struct lathe_edit *edit)
{
    return lathe_config_format(edit->config);
}

static void edit_add_finding(void *opaque, const char *lines, const char *text)
{
    g_string_append_printf(opaque, "%s: %s\n", lines, text);
}

char *lathe_edit_look_at_xml(const struct lathe_edit *edit, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_config) config = edit_parse(edit, text, &error);

    if (config == NULL)
        return lathe_setting_sentence(error->message);
    g_autoptr(GArray) findings = lathe_config_check(config);
    GString *said = g_string_new(NULL);
    for (int kind = LATHE_FINDING_FAULT; kind <= LATHE_FINDING_KEPT; kind++)
        lathe_findings_each(findings, kind, edit_add_finding, said);
    return g_string_free(said, FALSE);
}

bool lathe_edit_is_running(const struct lathe_edit *edit)
{
    return lathe_lock_look(edit->machine->folder, NULL) == LATHE_LOCK_RUN;
}

/* ---- changing ---- */

/* The document with another value; NULL with *error. */
static struct lathe_config *edit_change(const struct lathe_edit *edit,
                                        const struct lathe_setting *setting, const char *text,
                                        GError **error)
{
    g_autoptr(lathe_config) config = edit_copy(edit);
    struct lathe_definition *definition = edit_fill(config, error);
    bool done = definition != NULL && lathe_setting_set(setting, definition, text, error) &&
                lathe_config_write(config, definition, setting->area, error);

    if (done && setting->area == 0)
        lathe_config_set_group(config, definition->group);
    lathe_definition_free(definition);
    return done ? g_steal_pointer(&config) : NULL;
}

bool lathe_edit_check(const struct lathe_edit *edit, const struct lathe_setting *setting,
                      const char *text, GError **error)
{
    g_autoptr(lathe_config) config = edit_change(edit, setting, text, error);

    return config != NULL && lathe_make_check(config, error);
}

bool lathe_edit_set(struct lathe_edit *edit, const struct lathe_setting *setting, const char *text,
                    GError **error)
{
    struct lathe_config *config = edit_change(edit, setting, text, error);

    return config != NULL && edit_try(edit, config, setting, error);
}

static bool edit_has_image(const struct lathe_edit *edit, const char *path)
{
    for (guint i = 0; i < edit->images->len; i++) {
        if (strcmp(((struct edit_image *)edit->images->pdata[i])->path, path) == 0)
            return true;
    }
    return false;
}

/* A name that neither a file nor another image to be made has. */
static char *edit_free_path(const struct lathe_edit *edit, const char *suffix)
{
    for (unsigned i = 1;; i++) {
        g_autofree char *stem = i == 1 ? g_strdup("disk") : g_strdup_printf("disk-%u", i);
        char *path = lathe_library_free_file(edit->machine->folder, stem, suffix);
        if (!edit_has_image(edit, path))
            return path;
        g_free(path);
    }
}

/* The image is named now and made later. */
static void edit_plan_image(struct lathe_edit *edit, struct lathe_disk_definition *disk)
{
    struct edit_image *image = g_new0(struct edit_image, 1);

    image->path = edit_free_path(edit, strcmp(disk->format, "raw") == 0 ? ".img" : ".qcow2");
    image->format = g_strdup(disk->format);
    image->size = disk->size;
    disk->path = g_strdup(image->path);
    disk->size = 0;
    g_ptr_array_add(edit->images, image);
}

static bool edit_settle_drive(struct lathe_edit *edit, struct lathe_definition *added,
                              GError **error)
{
    if (added->disk[0].size == 0)
        return lathe_make_settle_files(added, error);
    edit_plan_image(edit, &added->disk[0]);
    return true;
}

bool lathe_edit_add_drive(struct lathe_edit *edit, const char *kind, const char *text,
                          GError **error)
{
    struct lathe_definition *added = lathe_definition_new();
    g_autoptr(lathe_config) config = edit_copy(edit);
    bool done = lathe_setting_find(kind)->set(added, text, error) &&
                edit_settle_drive(edit, added, error) &&
                lathe_config_write(config, added, LATHE_AREA_DISKS, error);

    lathe_definition_free(added);
    return done && edit_try(edit, g_steal_pointer(&config), NULL, error);
}

static xmlNode *edit_find_drive(const struct lathe_config *config, const char *dev)
{
    xmlNode *disk = lathe_tree_find(lathe_config_root(config), "devices/disk");

    while (disk != NULL && !lathe_tree_is(lathe_tree_child(disk, "target"), "dev", dev))
        disk = lathe_tree_next(disk);
    return disk;
}

static void edit_put_medium(xmlNode *drive, const char *path)
{
    xmlNode *source = lathe_tree_child(drive, "source");

    if (source != NULL) {
        xmlUnlinkNode(source);
        xmlFreeNode(source);
    }
    lathe_tree_set(drive, "type", "file");
    if (path != NULL)
        lathe_tree_set(lathe_tree_add(drive, "source", NULL), "file", path);
}

bool lathe_edit_set_medium(struct lathe_edit *edit, const char *dev, const char *path,
                           GError **error)
{
    g_autoptr(lathe_config) config = edit_copy(edit);
    xmlNode *drive = edit_find_drive(config, dev);

    if (drive == NULL)
        return lathe_error_input(error, "the machine has no drive '%s'", dev);
    if (path != NULL && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return lathe_error_input(error, "'%s': there is no such file", path);
    edit_put_medium(drive, path);
    return edit_try(edit, g_steal_pointer(&config), NULL, error);
}

bool lathe_edit_remove(struct lathe_edit *edit, const char *device, GError **error)
{
    g_autoptr(lathe_config) config = edit_copy(edit);

    return lathe_config_remove_device(config, device, error) &&
           edit_try(edit, g_steal_pointer(&config), NULL, error);
}

/* A text that cannot run can be had, too: its author says so. What is no document cannot. */
bool lathe_edit_change(struct lathe_edit *edit, uint64_t areas, lathe_edit_alter *change,
                       const void *opaque, GError **error)
{
    struct lathe_config *config = edit_copy(edit);
    struct lathe_definition *definition = edit_fill(config, error);
    bool good = definition != NULL && change(definition, opaque, error) &&
                lathe_config_write(config, definition, areas, error);

    lathe_definition_free(definition);
    if (good)
        return edit_try(edit, config, NULL, error);
    lathe_config_free(config);
    return false;
}

bool lathe_edit_set_xml(struct lathe_edit *edit, const char *text, GError **error)
{
    struct lathe_config *config = edit_parse(edit, text, error);

    if (config == NULL)
        return false;
    edit_take(edit, config, "xml");
    return true;
}

/* ---- back and forth ---- */

bool lathe_edit_can_undo(const struct lathe_edit *edit)
{
    return edit->undo->len != 0;
}

bool lathe_edit_can_redo(const struct lathe_edit *edit)
{
    return edit->redo->len != 0;
}

static void edit_step(struct lathe_edit *edit, GPtrArray *from, GPtrArray *to)
{
    if (from->len == 0)
        return;
    g_autofree char *text = g_ptr_array_steal_index(from, from->len - 1);
    g_ptr_array_add(to, lathe_config_format(edit->config));
    edit->last = NULL;
    edit_show(edit, edit_parse(edit, text, NULL));
}

void lathe_edit_undo(struct lathe_edit *edit)
{
    edit_step(edit, edit->undo, edit->redo);
}

void lathe_edit_redo(struct lathe_edit *edit)
{
    edit_step(edit, edit->redo, edit->undo);
}

/* ---- applying ---- */

bool lathe_edit_is_changed(const struct lathe_edit *edit)
{
    g_autofree char *now = lathe_config_format(edit->config);

    return strcmp(now, edit->start) != 0;
}

static bool edit_is_used(const GPtrArray *drives, const char *path)
{
    for (guint i = 0; i < drives->len; i++) {
        if (g_strcmp0(((struct lathe_edit_drive *)drives->pdata[i])->path, path) == 0)
            return true;
    }
    return false;
}

/* Those that the document still names. */
static bool edit_make_images(const struct lathe_edit *edit, GPtrArray *made, GError **error)
{
    g_autoptr(GPtrArray) drives = lathe_edit_drives(edit);

    for (guint i = 0; i < edit->images->len; i++) {
        const struct edit_image *image = edit->images->pdata[i];
        const struct emu_block_creation creation = {image->path, image->format, image->size, NULL,
                                                    NULL};
        struct emu_error found = EMU_ERROR_INIT;
        if (!edit_is_used(drives, image->path) || g_file_test(image->path, G_FILE_TEST_EXISTS))
            continue;
        if (!emu_block_create(&creation, &found))
            return lathe_error_from_emu(error, &found);
        g_ptr_array_add(made, g_strdup(image->path));
    }
    return true;
}

static bool edit_check_unchanged(const struct lathe_edit *edit, GError **error)
{
    g_autofree char *now = NULL;

    if (!g_file_get_contents(edit->path, &now, NULL, error))
        return false;
    return strcmp(now, edit->saved) == 0 ||
           lathe_error_input(error,
                             "another program has changed the settings of '%s' meanwhile: "
                             "close them and open them again",
                             edit->machine->name);
}

/* A document without what a suspended machine's state does not depend on; g_free. */
static char *edit_strip(const struct lathe_edit *edit, const char *text)
{
    static const char *const words[] = {"name", "title", "description"};
    g_autoptr(lathe_config) config = edit_parse(edit, text, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        xmlNode *node = lathe_tree_child(lathe_config_root(config), words[i]);
        if (node == NULL)
            continue;
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
    lathe_config_set_group(config, NULL);
    return lathe_config_format(config);
}

/* It goes on with the devices that it had. */
static bool edit_check_suspended(const struct lathe_edit *edit, GError **error)
{
    if (!lathe_saved_exists(edit->machine))
        return true;
    g_autofree char *text = lathe_config_format(edit->config);
    g_autofree char *before = edit_strip(edit, edit->start), *after = edit_strip(edit, text);
    return strcmp(before, after) == 0 ||
           lathe_error_input(error,
                             "'%s' is suspended, so only its name, title, description and group can "
                             "be changed: let it go on and shut it down, or discard its saved state",
                             edit->machine->name);
}

static bool edit_write(struct lathe_edit *edit, GError **error)
{
    g_autoptr(lathe_config) config = edit_copy(edit);
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    bool done = edit_check_unchanged(edit, error) && edit_check_suspended(edit, error) &&
                edit_make_images(edit, made, error) &&
                lathe_library_write(edit->library, edit->machine, config, error);

    for (guint i = 0; i < made->len && !done; i++)
        g_unlink(made->pdata[i]);
    return done;
}

/* What is written is what is there from now on. */
static bool edit_settle(struct lathe_edit *edit, GError **error)
{
    g_clear_pointer(&edit->saved, g_free);
    g_free(edit->start);
    edit->start = lathe_config_format(edit->config);
    edit->last = NULL;
    lathe_machine_read(edit->machine);
    return g_file_get_contents(edit->path, &edit->saved, NULL, error);
}

/* What the machine was started with, unless it was changed while it ran, is what was written. */
static void edit_tell(struct lathe_edit *edit, pid_t process)
{
    g_autoptr(lathe_config) config = edit_parse(edit, edit->start, NULL);
    struct lathe_definition *definition = edit_fill(config, NULL);
    g_autoptr(GPtrArray) before = edit_drives_of(edit, config), after = lathe_edit_drives(edit);
    g_autoptr(GError) error = NULL;

    if (definition != NULL && edit->definition != NULL &&
        !lathe_live_tell(process, &(struct lathe_live){definition, before},
                         &(struct lathe_live){edit->definition, after}, &error))
        edit->note = g_strdup(error->message);
    lathe_definition_free(definition);
}

const char *lathe_edit_note(const struct lathe_edit *edit)
{
    return edit->note;
}

bool lathe_edit_apply(struct lathe_edit *edit, GError **error)
{
    g_autoptr(GError) busy = NULL;
    g_autoptr(lathe_lock) lock =
        lathe_lock_take(edit->machine->folder, edit->machine->name, LATHE_LOCK_EDIT, &busy);
    pid_t process = 0;

    g_clear_pointer(&edit->note, g_free);
    if (lock == NULL && lathe_lock_look(edit->machine->folder, &process) != LATHE_LOCK_RUN) {
        g_propagate_error(error, g_steal_pointer(&busy));
        return false;
    }
    if (!edit_write(edit, error))
        return false;
    if (process != 0)
        edit_tell(edit, process);
    return edit_settle(edit, error);
}
