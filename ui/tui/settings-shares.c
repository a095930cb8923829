/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of shared folders, and the form behind them. */
#include "ui/tui/settings-shares.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "app/settings/shares.h"
#include "ui/tui/form.h"

#define SHARES_DEV "share" /* of a row, with the folder's number behind it */

enum { SHARE_FOLDER, SHARE_NAME, SHARE_READ_ONLY, SHARE_OWNER };

struct share_form {
    struct settings *settings;
    guint index; /* the folder's; behind the last one: a new one */
};

static const GArray *shares_of(const struct settings *settings)
{
    return lathe_edit_definition(settings->edit)->parts->shares;
}

/* The document's, from first to before last, in a list of their own. */
static void shares_copy(const struct settings *settings, struct lathe_parts *parts, guint first,
                        guint last)
{
    const GArray *shares = shares_of(settings);

    for (guint i = first; i < MIN(last, shares->len); i++) {
        g_autofree char *text = lathe_share_text(&g_array_index(shares, struct lathe_share, i));
        lathe_parts_add_share(parts, text, NULL);
    }
}

/* Takes found. */
static bool share_say(GError *found, GError **error)
{
    g_autofree char *sentence = lathe_setting_sentence(found->message);

    g_set_error_literal(error, found->domain, found->code, sentence);
    g_error_free(found);
    return false;
}

static bool share_accepted(struct tui *tui, struct tui_form *form, void *opaque, GError **error)
{
    const struct share_form *share = opaque;
    struct lathe_parts *parts = lathe_parts_new();
    const struct lathe_share_words words = {
        .folder = tui_form_get(form, SHARE_FOLDER),
        .name = tui_form_get(form, SHARE_NAME),
        .owner = tui_form_get(form, SHARE_OWNER),
        .read_only = strcmp(tui_form_get(form, SHARE_READ_ONLY), "yes") == 0,
    };
    enum lathe_share_field field;
    GError *found = NULL;
    bool good;

    shares_copy(share->settings, parts, 0, share->index);
    good = lathe_shares_add(parts, &words, &field, &found);
    for (guint i = share->index + 1; good && i < shares_of(share->settings)->len; i++) {
        g_autofree char *text =
            lathe_share_text(&g_array_index(shares_of(share->settings), struct lathe_share, i));
        good = lathe_parts_add_share(parts, text, &found);
    }
    good = good && lathe_edit_set_shares(share->settings->edit, parts, &found);
    lathe_parts_free(parts);
    tui_settings_fill(share->settings);
    return good || share_say(found, error);
}

/* Until a name is typed it is the folder's own. */
static void share_changed(struct tui_form *form, int field, void *opaque)
{
    const struct share_form *share = opaque;
    const GArray *shares = shares_of(share->settings);

    if (field != SHARE_FOLDER || share->index < shares->len)
        return;
    struct lathe_parts *parts = lathe_parts_new();
    shares_copy(share->settings, parts, 0, shares->len);
    g_autofree char *name = lathe_shares_name(parts, tui_form_get(form, SHARE_FOLDER));
    tui_form_set(form, SHARE_NAME, name);
    lathe_parts_free(parts);
}

static void share_open(struct settings *settings, const struct settings_row *row)
{
    const GArray *shares = shares_of(settings);
    struct share_form *share = g_new0(struct share_form, 1);
    struct tui_form *form =
        tui_form_new(_("Shared Folder"), _("Accept"), share_accepted, share, g_free);
    const struct lathe_share none = {.folder = (char *)"", .name = (char *)""}, *now = &none;

    share->settings = settings;
    share->index = row->dev != NULL ? (guint)atoi(row->dev + strlen(SHARES_DEV)) : shares->len;
    if (share->index < shares->len)
        now = &g_array_index(shares, struct lathe_share, share->index);
    g_autofree char *owner = lathe_share_owner_text(now);
    tui_form_add(form, TUI_FIELD_FILE, _("Folder"), _("Its whole path; Tab completes names."),
                 now->folder);
    tui_form_add(form, TUI_FIELD_TEXT, _("Name"), _("The guest mounts the folder by it."),
                 now->name);
    tui_form_add(form, TUI_FIELD_BOOL, _("The guest may only read"), "",
                 now->read_only ? "yes" : "no");
    tui_form_add(
        form, TUI_FIELD_TEXT, _("Files belong to"),
        _("Your own files are this user's in the guest, a number: 1000, or 1000:100 with a group."),
        owner);
    tui_form_watch(form, share_changed);
    tui_push(settings->view.tui, tui_form_view(form));
}

void tui_settings_add_shares(struct settings *settings)
{
    const struct lathe_definition *definition = lathe_edit_definition(settings->edit);

    if (definition == NULL)
        return;
    for (guint i = 0; i < definition->parts->shares->len; i++) {
        const struct lathe_share *share =
            &g_array_index(definition->parts->shares, struct lathe_share, i);
        g_autofree char *line = lathe_share_mount_line(share);
        const struct settings_row row = {
            .label = g_strdup(share->name),
            .value = g_strconcat(share->folder, share->read_only ? ", " : "",
                                 share->read_only ? _("for reading only") : "", NULL),
            .dev = g_strdup_printf(SHARES_DEV "%u", i),
            /* Translators: a command line */
            .told = g_strdup_printf(_("In the guest, as root: %s. d takes the folder out."), line),
            .run = share_open,
        };
        tui_settings_add_row(settings, &row);
    }
    const struct settings_row more = {.label = g_strdup(_("Add a folder…")),
                                      .value = g_strdup(""),
                                      .help = "",
                                      .run = share_open};
    tui_settings_add_row(settings, &more);
}

bool tui_settings_remove_share(struct settings *settings, const char *dev)
{
    struct lathe_parts *parts;
    GError *found = NULL;
    guint index;

    if (!g_str_has_prefix(dev, SHARES_DEV))
        return false;
    index = (guint)atoi(dev + strlen(SHARES_DEV));
    parts = lathe_parts_new();
    shares_copy(settings, parts, 0, index);
    shares_copy(settings, parts, index + 1, G_MAXUINT);
    if (!lathe_edit_set_shares(settings->edit, parts, &found)) {
        tui_say(settings->view.tui, TUI_BAD, "%s", found->message);
        g_error_free(found);
    }
    lathe_parts_free(parts);
    tui_settings_fill(settings);
    return true;
}
