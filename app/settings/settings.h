/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings of a machine as rows: what each is called, where pages show it, what it may be, and
 * what of a definition it is. The command line, the windows and the terminal interface read the
 * same rows. Values are texts, as the command line has them. Constant data and pure functions; any
 * thread, one definition at a time.
 */
#ifndef LATHE_SETTINGS_SETTINGS_H
#define LATHE_SETTINGS_SETTINGS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct lathe_definition;

enum lathe_setting_kind {
    LATHE_SETTING_BOOL,   /* "yes" or "no" */
    LATHE_SETTING_NUMBER, /* whole, from 1; lathe_setting_most */
    LATHE_SETTING_SIZE,   /* "2 GiB"; app/plan/size.h */
    LATHE_SETTING_CHOICE, /* one of lathe_setting_choices */
    LATHE_SETTING_TEXT,
    LATHE_SETTING_FILE,  /* a path; "": none */
    LATHE_SETTING_ORDER, /* some of the choices, in an order: "disk,cdrom" */
    LATHE_SETTING_LIST,  /* any number of texts, one a line */
    LATHE_SETTING_DRIVE, /* drives of a kind: can be added and taken out, not set (edit.h) */
};

enum lathe_setting_flags {
    LATHE_SETTING_LIVE = 1 << 0, /* counts at once; else when the machine starts again */
    LATHE_SETTING_OPEN = 1 << 1, /* of a CHOICE: other texts may be right, too */
    LATHE_SETTING_LONG = 1 << 2, /* of a TEXT: several lines; a LIST is edited as such a text */
};

struct lathe_setting {
    const char *name; /* of the command line's option, where there is one */
    const char *page; /* the page's id; "": only the command line has it */
    /* For people, not translated yet; label has a mnemonic. */
    const char *group, *label, *help;
    enum lathe_setting_kind kind;
    unsigned flags;
    uint64_t area; /* what lathe_config_write writes; 0: not of a definition's */
    /* g_free; "" where there is nothing. */
    char *(*get)(const struct lathe_definition *definition);
    /* Of a LIST and a DRIVE: appends one. Else text is the value; of a BOOL NULL is "yes". False
     * with *error, as the command line says it, and nothing changed. */
    bool (*set)(struct lathe_definition *definition, const char *text, GError **error);
};

struct lathe_setting_choice {
    const char *word, *label; /* label: not translated yet; NULL: the word speaks for itself */
};

struct lathe_setting_page {
    const char *id, *label; /* label: not translated yet */
};

/* All rows, and all pages in their order; the last one has no name, or no id. */
const struct lathe_setting *lathe_settings(void);
const struct lathe_setting_page *lathe_setting_pages(void);
/* NULL: there is none. */
const struct lathe_setting *lathe_setting_find(const char *name);

/* Of a CHOICE or ORDER; the array ends with a row without a word. g_free (not the texts). */
struct lathe_setting_choice *lathe_setting_choices(const struct lathe_setting *setting);
/* The most that a NUMBER can be. */
unsigned lathe_setting_most(const struct lathe_setting *setting);

/* As the row's set, but a LIST is given whole. Not for a DRIVE. */
bool lathe_setting_set(const struct lathe_setting *setting, struct lathe_definition *definition,
                       const char *text, GError **error);

/*
 * What the command line says of a mistake as a sentence for a window: without the option's name or
 * the document's line, and without what options would do, with a capital. g_free.
 */
char *lathe_setting_sentence(const char *message);

/* "user,model=virtio,mac=...,forward=...": an adapter as lathe_net_parse reads it; g_free. */
struct lathe_net_definition;
char *lathe_setting_net_text(const struct lathe_net_definition *net);

#endif
