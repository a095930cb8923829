/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the settings' view share. */
#ifndef LATHE_TUI_SETTINGS_PRIVATE_H
#define LATHE_TUI_SETTINGS_PRIVATE_H

#include "app/settings/edit.h"
#include "ui/tui/list.h"
#include "ui/tui/tui.h"

struct settings {
    struct tui_view view;
    struct lathe_edit *edit;
    struct tui_list pages, list;
    GArray *rows; /* of the page; of struct settings_row */
    bool in_rows; /* the rows have the keys, not the pages */
};

/* A setting, a drive, a shared folder, or what adds one. Strings are owned. */
struct settings_row {
    const struct lathe_setting *setting; /* NULL: a drive's row */
    char *label, *value;
    char *dev;        /* of a drive or folder */
    char *told;       /* of a folder's row, instead of help */
    const char *help; /* of a drive's row; static */
    /* NULL: the setting is changed by its kind. */
    void (*run)(struct settings *settings, const struct settings_row *row);
    const char *kind; /* "disk": what is added; static */
};

/* Takes the row's strings. */
void tui_settings_add_row(struct settings *settings, const struct settings_row *row);
/* Reads the page's rows anew. */
void tui_settings_fill(struct settings *settings);
/* NULL: the page has none. */
struct settings_row *tui_settings_selected(struct settings *settings);
/* False with *error, a sentence, and nothing changed. */
bool tui_settings_set(struct settings *settings, const struct lathe_setting *setting,
                      const char *value, GError **error);

/* Opens a form or a menu for a value (settings-values.c). */
void tui_settings_edit_value(struct settings *settings, const struct lathe_setting *setting);

#endif
