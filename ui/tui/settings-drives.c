/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of drives, and the forms behind them. */
#include "ui/tui/settings-drives.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/tui/form.h"

struct drive_form {
    struct settings *settings;
    char *dev;        /* whose medium is changed; NULL: a new drive */
    const char *kind; /* of the new one */
};

static void drive_form_free(gpointer data)
{
    struct drive_form *drive = data;

    g_free(drive->dev);
    g_free(drive);
}

static bool drive_say(struct settings *settings, bool good, GError *found, GError **error)
{
    tui_settings_fill(settings);
    if (good)
        return true;
    g_autofree char *sentence = lathe_setting_sentence(found->message);
    g_set_error_literal(error, found->domain, found->code, sentence);
    g_error_free(found);
    return false;
}

/* A size makes a new image; anything else is a file. */
static char *drive_option(const char *kind, const char *text)
{
    bool size = strcmp(kind, "disk") == 0 && g_ascii_isdigit(*text) && strchr(text, '/') == NULL &&
                strchr(text, ',') == NULL && !g_file_test(text, G_FILE_TEST_EXISTS);

    return size ? g_strconcat("size=", text, NULL) : g_strdup(text);
}

static bool drive_accepted(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    struct drive_form *drive = opaque;
    struct settings *settings = drive->settings;
    const char *text = tui_form_get(form, 0);
    GError *found = NULL;
    bool good;

    if (drive->dev != NULL) {
        good =
            lathe_edit_set_medium(settings->edit, drive->dev, *text != '\0' ? text : NULL, &found);
    } else {
        g_autofree char *option = drive_option(drive->kind, text);
        good = lathe_edit_add_drive(settings->edit, drive->kind, option, &found);
    }
    return drive_say(settings, good, found, error);
}

static void drive_open_form(struct settings *settings, const struct settings_row *row,
                            const char *help)
{
    struct drive_form *drive = g_new0(struct drive_form, 1);
    struct tui_form *form =
        tui_form_new(row->label, _("Accept"), drive_accepted, drive, drive_form_free);

    drive->settings = settings;
    drive->dev = g_strdup(row->dev);
    drive->kind = row->kind;
    tui_form_add(form, TUI_FIELD_FILE, _("File"), help, row->dev != NULL ? row->value : "");
    tui_push(settings->view.tui, tui_form_view(form));
}

static void drive_add(struct settings *settings, const struct settings_row *row)
{
    drive_open_form(settings, row,
                    strcmp(row->kind, "disk") == 0
                        ? _("An image, or a size, for example 20G, for a new one.")
                        : _("The image of a disc or floppy; Tab completes names."));
}

static void drive_change(struct settings *settings, const struct settings_row *row)
{
    drive_open_form(settings, row, _("The image of a disc or floppy; empty: none."));
}

/* An image is not exchanged for another one: another drive is added. */
static void drive_tell(struct settings *settings, const struct settings_row *row)
{
    tui_say(settings->view.tui, TUI_PLAIN, _("d takes the disk out; its image stays."));
}

static const char *drive_kind_label(const char *kind)
{
    if (strcmp(kind, "cdrom") == 0)
        return _("CD drive");
    return strcmp(kind, "floppy") == 0 ? _("Floppy drive") : _("Disk");
}

void tui_settings_add_drives(struct settings *settings)
{
    static const struct {
        const char *kind, *label;
    } more[] = {
        {"disk", N_("Add a disk…")},
        {"cdrom", N_("Add a disc…")},
        {"floppy", N_("Add a floppy…")},
    };
    g_autoptr(GPtrArray) drives = lathe_edit_drives(settings->edit);

    for (guint i = 0; i < drives->len; i++) {
        const struct lathe_edit_drive *drive = drives->pdata[i];
        bool disk = strcmp(drive->device, "disk") == 0;
        const struct settings_row row = {
            .label = g_strdup_printf("%s %s", drive_kind_label(drive->device), drive->dev),
            .value = g_strdup(drive->path != NULL ? drive->path : ""),
            .dev = g_strdup(drive->dev),
            .help = disk ? _("d takes the disk out; its image stays.")
                         : _("Enter puts another one in; d takes the drive out."),
            .run = disk ? drive_tell : drive_change,
        };
        tui_settings_add_row(settings, &row);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(more); i++) {
        const struct settings_row row = {.label = g_strdup(_(more[i].label)),
                                         .value = g_strdup(""),
                                         .help = "",
                                         .run = drive_add,
                                         .kind = more[i].kind};
        tui_settings_add_row(settings, &row);
    }
}

void tui_settings_remove_drive(struct settings *settings, const char *dev)
{
    g_autoptr(GError) error = NULL;

    if (!lathe_edit_remove(settings->edit, dev, &error))
        tui_say(settings->view.tui, TUI_BAD, "%s", error->message);
    tui_settings_fill(settings);
}
