/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few fields that are filled in, with what is wrong beside them. */
#ifndef LATHE_TUI_FORM_H
#define LATHE_TUI_FORM_H

#include "ui/tui/tui.h"

enum tui_field_kind {
    TUI_FIELD_TEXT,
    TUI_FIELD_SECRET, /* a text that is not shown */
    TUI_FIELD_FILE,   /* Tab goes on with its name */
    TUI_FIELD_CHOICE, /* the value is one of the words */
    TUI_FIELD_BOOL,   /* "yes" or "no" */
};

struct tui_form;

/*
 * Is everything right with the values, and is it done? Then the form is closed. False with *error:
 * it is shown and the form stays.
 */
typedef bool tui_form_done(struct tui *tui, struct tui_form *form, void *opaque, GError **error);
/* The value of a field has changed. */
typedef void tui_form_changed(struct tui_form *form, int field, void *opaque);

/* accept: the button, translated. It owns opaque if free is given. */
struct tui_form *tui_form_new(const char *title, const char *accept, tui_form_done *done,
                              void *opaque, GDestroyNotify free);
/* label and help are translated and copied; help may be "". Returns the field's number. */
int tui_form_add(struct tui_form *form, enum tui_field_kind kind, const char *label,
                 const char *help, const char *value);
/* A word of a CHOICE, and what people read. */
void tui_form_add_word(struct tui_form *form, int field, const char *word, const char *label);
void tui_form_watch(struct tui_form *form, tui_form_changed *changed);

const char *tui_form_get(const struct tui_form *form, int field);
void tui_form_set(struct tui_form *form, int field, const char *value);
/* A sentence below the fields, until a value changes. */
void tui_form_say(struct tui_form *form, const char *text);
/* The keys go there. */
void tui_form_focus(struct tui_form *form, int field);
struct tui_view *tui_form_view(struct tui_form *form);

#endif
