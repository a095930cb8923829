/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A new machine: its medium is looked at while it is typed, and what a machine for it should have
 * fills the other fields, but for those that the user has filled.
 */
#include "ui/tui/create-form.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "app/actions/actions.h"
#include "app/config/write.h"
#include "app/plan/error.h"
#include "app/plan/size.h"
#include "app/settings/make.h"
#include "app/settings/settings.h"
#include "app/settings/system.h"
#include "ui/tui/create-express.h"
#include "ui/tui/form.h"
#include "wizards/express/express.h"

#define CREATE_DELAY 250 /* ms after the last letter of the medium's name */

enum {
    FIELD_MEDIUM,
    FIELD_NAME,
    FIELD_MEMORY,
    FIELD_CPUS,
    FIELD_DISK,
    FIELD_EXPRESS,
    FIELD_START,
    FIELDS
};

/* Counted: a look at the medium may end when the form is gone. */
struct create {
    struct tui *tui;
    LatheWatch *watch;
    struct tui_form *form; /* NULL: it is gone */
    struct lathe_start start;
    struct lathe_advice advice;
    char *proposed[FIELDS]; /* what was filled in here; NULL: nothing */
    char *looked;           /* the medium of start as it was typed */
    guint delay;
};

static void create_clear(gpointer data)
{
    struct create *create = data;

    lathe_start_clear(&create->start);
    for (int i = 0; i < FIELDS; i++)
        g_free(create->proposed[i]);
    g_free(create->looked);
    g_object_unref(create->watch);
}

static void create_unref(gpointer create)
{
    g_rc_box_release_full(create, create_clear);
}

static void create_form_gone(gpointer data)
{
    struct create *create = data;

    g_clear_handle_id(&create->delay, g_source_remove);
    create->form = NULL;
    create_unref(create);
}

/* ---- what the medium asks for ---- */

/* The user's own words stay. */
static void create_propose(struct create *create, int field, const char *value)
{
    const char *now = tui_form_get(create->form, field);

    if (create->proposed[field] != NULL && strcmp(create->proposed[field], now) != 0)
        return;
    g_free(create->proposed[field]);
    create->proposed[field] = g_strdup(value);
    tui_form_set(create->form, field, value);
}

static void create_fill(struct create *create)
{
    lathe_start_advise(&create->start, &create->advice);
    g_autofree char *name =
        lathe_make_free_name(lathe_watch_get_library(create->watch), create->start.name);
    g_autofree char *memory = lathe_size_format(create->advice.memory);
    g_autofree char *cpus = g_strdup_printf("%u", create->advice.cpus);
    g_autofree char *disk =
        create->advice.disk != 0 ? lathe_size_format(create->advice.disk) : g_strdup("");
    g_autofree char *what = g_strdup_printf(
        "%s%s%s", create->start.system.name != NULL ? create->start.system.name : "",
        create->start.system.name != NULL ? ": " : "",
        create->start.what != NULL ? create->start.what : "");

    create_propose(create, FIELD_NAME, name);
    create_propose(create, FIELD_MEMORY, memory);
    create_propose(create, FIELD_CPUS, cpus);
    create_propose(create, FIELD_DISK, disk);
    if (*what != '\0')
        tui_form_say(create->form, what);
    tui_redraw(create->tui);
}

/* "~/x" as the shell has it; NULL: none. g_free. */
static char *create_path(const char *typed)
{
    if (*typed == '\0')
        return NULL;
    if (g_str_has_prefix(typed, "~/"))
        return g_build_filename(g_get_home_dir(), typed + 2, NULL);
    return g_strdup(typed);
}

struct create_look {
    struct create *create;
    char *typed;
    struct lathe_start start;
};

static void create_look_free(gpointer data)
{
    struct create_look *look = data;

    create_unref(look->create);
    lathe_start_clear(&look->start);
    g_free(look->typed);
    g_free(look);
}

static void create_take(struct create *create, const char *typed, struct lathe_start *start)
{
    lathe_start_clear(&create->start);
    create->start = *start;
    *start = (struct lathe_start){.path = NULL};
    g_free(create->looked);
    create->looked = g_strdup(typed);
    create_fill(create);
}

static void create_look_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    struct create_look *look = data;
    g_autofree char *path = create_path(look->typed);
    GError *error = NULL;

    if (lathe_start_look(path, &look->start, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void create_looked(GObject *source, GAsyncResult *result, gpointer data)
{
    struct create_look *look = g_task_get_task_data(G_TASK(result));
    struct create *create = look->create;
    g_autoptr(GError) error = NULL;
    bool good = g_task_propagate_boolean(G_TASK(result), &error);

    if (create->form == NULL || strcmp(tui_form_get(create->form, FIELD_MEDIUM), look->typed) != 0)
        return;
    if (good)
        create_take(create, look->typed, &look->start);
    else
        tui_form_say(create->form, error->message);
    tui_redraw(create->tui);
}

static gboolean create_delay_over(gpointer data)
{
    struct create *create = data;
    const char *typed = tui_form_get(create->form, FIELD_MEDIUM);
    g_autofree char *path = create_path(typed);

    create->delay = 0;
    if (path != NULL && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return G_SOURCE_REMOVE; /* it is still typed */
    struct create_look *look = g_new0(struct create_look, 1);
    look->create = g_rc_box_acquire(create);
    look->typed = g_strdup(typed);
    g_autoptr(GTask) task = g_task_new(NULL, NULL, create_looked, NULL);
    g_task_set_task_data(task, look, create_look_free);
    g_task_run_in_thread(task, create_look_thread);
    return G_SOURCE_REMOVE;
}

static void create_changed(struct tui_form *form, int field, void *opaque)
{
    struct create *create = opaque;

    if (field != FIELD_MEDIUM)
        return;
    g_clear_handle_id(&create->delay, g_source_remove);
    create->delay = g_timeout_add(CREATE_DELAY, create_delay_over, create);
}

/* Who was quicker than the look waits for it. */
static bool create_settle(struct create *create, GError **error)
{
    const char *typed = tui_form_get(create->form, FIELD_MEDIUM);
    g_autofree char *path = create_path(typed);
    struct lathe_start start;

    if (create->looked != NULL && strcmp(create->looked, typed) == 0)
        return true;
    if (!lathe_start_look(path, &start, error))
        return false;
    create_take(create, typed, &start);
    lathe_start_clear(&start);
    return true;
}

/* ---- making ---- */

static bool create_put(struct lathe_definition *definition, const char *setting, const char *text,
                       GError **error)
{
    return lathe_setting_set(lathe_setting_find(setting), definition, text, error);
}

static bool create_put_disk(const struct create *create, struct lathe_definition *definition,
                            GError **error)
{
    const char *size = tui_form_get(create->form, FIELD_DISK);
    g_autofree char *option = g_strdup_printf("size=%s,bus=%s", size, create->advice.bus);

    return *size == '\0' || strcmp(size, "0") == 0 ||
           lathe_definition_add_disk(definition, option, error);
}

static bool create_define(const struct create *create, struct lathe_definition *definition,
                          GError **error)
{
    const struct tui_form *form = create->form;
    g_autofree char *adapter = g_strconcat("user,model=", create->advice.net, NULL);

    return create_put(definition, "name", tui_form_get(form, FIELD_NAME), error) &&
           create_put(definition, "memory", tui_form_get(form, FIELD_MEMORY), error) &&
           create_put(definition, "cpus", tui_form_get(form, FIELD_CPUS), error) &&
           create_put(definition, "firmware", create->advice.firmware, error) &&
           create_put(definition, "tpm", create->advice.tpm ? "emulated" : "none", error) &&
           create_put(definition, "net", adapter, error) &&
           create_put_disk(create, definition, error) &&
           lathe_start_add_medium(&create->start, definition, error);
}

static void create_started(GObject *source, GAsyncResult *result, gpointer data)
{
    struct tui *tui = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = lathe_action_finish(result, &error);

    if (text == NULL)
        tui_say(tui, TUI_BAD, "%s", error->message);
}

void tui_create_tell(struct tui *tui, LatheWatch *watch, const struct lathe_machine *machine,
                     bool start)
{
    tui_say(tui, TUI_GOOD, _("%s was made."), machine->name);
    lathe_watch_look(watch, NULL);
    if (start)
        lathe_action_perform(&lathe_actions[LATHE_ACTION_START], lathe_watch_get_library(watch),
                             machine, NULL, create_started, tui);
}

static bool create_starts(const struct create *create)
{
    return strcmp(tui_form_get(create->form, FIELD_START), "yes") == 0;
}

/* The rest is asked on a form of its own, in the place of this one. Takes the definition. */
static bool create_go_on(struct create *create, struct lathe_definition *definition, GError **error)
{
    struct lathe_answers *answers = lathe_express_answers(&create->start, definition->name);

    if (!lathe_answers_on(answers, "system")) {
        lathe_answers_free(answers);
        lathe_definition_free(definition);
        return lathe_error_input(error,
                                 "this medium has no installer that can do without questions");
    }
    bool start = create_starts(create);
    tui_close(tui_form_view(create->form));
    tui_create_express_open(create->tui, create->watch, definition, answers, start);
    return true;
}

static bool create_make(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct create *create = opaque;
    struct lathe_library *library = lathe_watch_get_library(create->watch);

    if (!create_settle(create, error))
        return false;
    struct lathe_definition *definition = lathe_definition_new();
    bool good = create_define(create, definition, error);
    if (good && strcmp(tui_form_get(form, FIELD_EXPRESS), "yes") == 0)
        return create_go_on(create, definition, error);
    g_autoptr(lathe_machine) machine =
        good ? lathe_make_machine(library, definition, LATHE_AREA_KERNEL | LATHE_AREA_TPM, error)
             : NULL;
    lathe_definition_free(definition);
    if (machine != NULL)
        tui_create_tell(tui, create->watch, machine, create_starts(create));
    return machine != NULL;
}

/* ---- the form ---- */

static void create_add_fields(struct tui_form *form)
{
    tui_form_add(form, TUI_FIELD_FILE, _("Disc, disk image or kernel"),
                 _("What it starts; Tab completes names. Without one it has an empty disk."), "");
    tui_form_add(form, TUI_FIELD_TEXT, _("Name"),
                 _("What the machine is called; no two have the same name."), "");
    tui_form_add(form, TUI_FIELD_TEXT, _("Memory"), _("RAM of the guest, for example 512M or 2G."),
                 "");
    tui_form_add(form, TUI_FIELD_TEXT, _("Processors"), _("How many processors the guest sees."),
                 "");
    tui_form_add(form, TUI_FIELD_TEXT, _("New disk"),
                 _("Its size, for example 20G; it takes room as it is filled. Empty: none."), "");
    tui_form_add(form, TUI_FIELD_BOOL, _("Install without a question"),
                 _("For installers' discs: user, password and language are asked here next."),
                 "no");
    tui_form_add(form, TUI_FIELD_BOOL, _("Start it now"), _("Space changes it."), "yes");
}

void tui_create_open(struct tui *tui, LatheWatch *watch)
{
    struct create *create = g_rc_box_new0(struct create);

    create->tui = tui;
    create->watch = g_object_ref(watch);
    create->form =
        tui_form_new(_("New machine"), _("Create"), create_make, create, create_form_gone);
    create_add_fields(create->form);
    tui_form_watch(create->form, create_changed);
    lathe_start_look(NULL, &create->start, NULL);
    create->looked = g_strdup("");
    create_fill(create);
    tui_push(tui, tui_form_view(create->form));
}
