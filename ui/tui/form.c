/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms: labels and fields below each other, a button, help and faults below them. */
#include "ui/tui/form.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "ui/tui/choice.h"
#include "ui/tui/entry.h"

#define FORM_WIDTH 72
#define FORM_HELP  2 /* rows */

struct form_field {
    enum tui_field_kind kind;
    char *label, *help;
    struct tui_entry entry;    /* of TEXT, SECRET and FILE */
    char *value;               /* of CHOICE and BOOL */
    GPtrArray *words, *labels; /* of char * */
};

struct tui_form {
    struct tui_view view;
    char *title, *accept;
    char *said;        /* below the fields; NULL: the field's help */
    bool fault;        /* it says what is wrong */
    GPtrArray *fields; /* of struct form_field * */
    int focus;         /* a field's number; as many as there are: the button */
    int first;         /* field on top */
    struct tui_area area;
    int button_row;
    tui_form_done *done;
    tui_form_changed *changed;
    void *opaque;
    GDestroyNotify free;
};

static struct form_field *form_field(const struct tui_form *form, int number)
{
    return number >= 0 && number < (int)form->fields->len ? form->fields->pdata[number] : NULL;
}

static bool field_is_written(const struct form_field *field)
{
    return field->kind == TUI_FIELD_TEXT || field->kind == TUI_FIELD_SECRET ||
           field->kind == TUI_FIELD_FILE;
}

/* ---- values ---- */

const char *tui_form_get(const struct tui_form *form, int number)
{
    const struct form_field *field = form_field(form, number);

    if (field == NULL)
        return "";
    return field_is_written(field) ? field->entry.text->str : field->value;
}

void tui_form_set(struct tui_form *form, int number, const char *value)
{
    struct form_field *field = form_field(form, number);

    if (field == NULL)
        return;
    if (field_is_written(field)) {
        tui_entry_set(&field->entry, value);
    } else {
        g_free(field->value);
        field->value = g_strdup(value);
    }
}

static int field_find_word(const struct form_field *field)
{
    for (guint i = 0; i < field->words->len; i++) {
        if (strcmp(field->words->pdata[i], field->value) == 0)
            return (int)i;
    }
    return -1;
}

static const char *field_shown(const struct form_field *field)
{
    int word = field_find_word(field);

    return word >= 0 ? field->labels->pdata[word] : field->value;
}

static void form_tell_changed(struct tui_form *form)
{
    g_clear_pointer(&form->said, g_free);
    if (form->changed != NULL)
        form->changed(form, form->focus, form->opaque);
}

/* ---- drawing ---- */

static int form_label_width(const struct tui_form *form, int columns)
{
    int width = 0;

    for (guint i = 0; i < form->fields->len; i++)
        width = MAX(width, tui_width(form_field(form, (int)i)->label));
    return MIN(width, columns / 2);
}

/* An asterisk for each letter. */
static void form_draw_secret(const struct form_field *field, int row, int column, int width,
                             bool focused)
{
    const char *text = field->entry.text->str;
    g_autofree char *stars = g_strnfill((gsize)g_utf8_strlen(text, -1), '*');
    struct tui_entry entry;

    tui_entry_init(&entry, stars);
    entry.cursor = (size_t)g_utf8_strlen(text, (gssize)field->entry.cursor);
    tui_entry_draw(&entry, row, column, width, focused);
    tui_entry_finish(&entry);
}

static void form_draw_field(struct tui_form *form, int number, int row, struct tui_area area)
{
    struct form_field *field = form_field(form, number);
    bool focused = form->focus == number && tui_is_on_top(&form->view);
    int label = form_label_width(form, area.columns), column = area.column + label + 2;
    int width = area.columns - label - 2;

    tui_put(row, area.column, label, focused ? TUI_KEY : TUI_PLAIN, field->label);
    if (field->kind == TUI_FIELD_SECRET) {
        form_draw_secret(field, row, column, width, focused);
        return;
    }
    if (field_is_written(field)) {
        tui_entry_draw(&field->entry, row, column, width, focused);
        return;
    }
    enum tui_style style = focused ? TUI_SELECTED : TUI_PLAIN;
    bool yes = strcmp(field->value, "yes") == 0;
    if (field->kind == TUI_FIELD_BOOL) {
        tui_put(row, column, 3, style, yes ? "[x]" : "[ ]");
        return;
    }
    g_autofree char *shown = g_strdup_printf("< %s >", field_shown(field));
    tui_put(row, column, MIN(width, tui_width(shown)), style, shown);
}

static void form_draw_button(struct tui_form *form, struct tui_area area)
{
    g_autofree char *button = g_strdup_printf("[ %s ]", form->accept);
    bool focused = form->focus == (int)form->fields->len;
    int width = tui_width(button);

    tui_put(form->button_row, area.column + area.columns - width, width,
            focused ? TUI_SELECTED : TUI_STRONG, button);
}

static void form_scroll(struct tui_form *form, int rows)
{
    int shown = MIN(form->focus, (int)form->fields->len - 1);

    if (shown < form->first)
        form->first = shown;
    if (shown >= form->first + rows)
        form->first = shown - rows + 1;
}

static void form_draw(struct tui_view *view, struct tui_area area)
{
    struct tui_form *form = (struct tui_form *)view;
    int count = (int)form->fields->len;
    int columns = MIN(FORM_WIDTH, area.columns), rows = MIN(count + FORM_HELP + 5, area.rows);
    struct tui_area inner =
        tui_frame((struct tui_area){area.row + (area.rows - rows) / 2,
                                    area.column + (area.columns - columns) / 2, rows, columns},
                  form->title);
    int shown = MAX(inner.rows - FORM_HELP - 3, 1);
    const struct form_field *field = form_field(form, form->focus);

    form_scroll(form, shown);
    form->area = inner;
    form->button_row = inner.row + inner.rows - 1;
    int below = inner.row + MIN(shown, count) + 1;
    if (form->said != NULL)
        tui_put_wrapped(below, FORM_HELP, inner, form->fault ? TUI_BAD : TUI_PLAIN, form->said);
    else if (field != NULL)
        tui_put_wrapped(below, FORM_HELP, inner, TUI_FAINT, field->help);
    form_draw_button(form, inner);
    for (int i = 0; i < shown && form->first + i < count; i++)
        form_draw_field(form, form->first + i, inner.row + i, inner);
}

/* ---- keys ---- */

static void form_accept(struct tui_view *view)
{
    struct tui_form *form = (struct tui_form *)view;
    g_autoptr(GError) error = NULL;

    if (form->done(view->tui, form, form->opaque, &error)) {
        tui_close(view);
        return;
    }
    tui_form_say(form, error->message);
    form->fault = true;
}

static void form_cancel(struct tui_view *view)
{
    tui_close(view);
}

static void form_move(struct tui_form *form, int by)
{
    int places = (int)form->fields->len + 1;

    form->focus = (form->focus + by + places) % places;
}

static void form_chosen(struct tui *tui, int chosen, void *opaque)
{
    struct tui_form *form = opaque;
    struct form_field *field = form_field(form, form->focus);

    if (chosen < 0 || field == NULL || chosen >= (int)field->words->len)
        return;
    tui_form_set(form, form->focus, field->words->pdata[chosen]);
    form_tell_changed(form);
}

static void form_open_choice(struct tui_form *form, struct form_field *field)
{
    struct tui_choice *choice = tui_choice_new(field->label, "", form_chosen, form, NULL);

    for (guint i = 0; i < field->labels->len; i++)
        tui_choice_add(choice, 0, NULL, field->labels->pdata[i]);
    tui_choice_select(choice, MAX(field_find_word(field), 0));
    tui_push(form->view.tui, tui_choice_view(choice));
}

static void form_step_word(struct tui_form *form, struct form_field *field, int by)
{
    int count = (int)field->words->len;

    if (field->kind == TUI_FIELD_BOOL)
        tui_form_set(form, form->focus, strcmp(field->value, "yes") == 0 ? "no" : "yes");
    else if (count != 0)
        tui_form_set(form, form->focus,
                     field->words->pdata[(MAX(field_find_word(field), 0) + by + count) % count]);
    form_tell_changed(form);
}

/* Keys of a field; false: not one of them. */
static bool form_field_key(struct tui_form *form, struct form_field *field, int key)
{
    if (field->kind == TUI_FIELD_FILE && key == '\t' && field->entry.text->len != 0) {
        size_t before = field->entry.text->len;
        tui_entry_complete_file(&field->entry);
        if (field->entry.text->len == before)
            return false; /* nothing to go on with: to the next field */
        form_tell_changed(form);
        return true;
    }
    if (field_is_written(field)) {
        if (!tui_entry_key(&field->entry, key))
            return false;
        form_tell_changed(form);
        return true;
    }
    if (key == ' ' && field->kind == TUI_FIELD_CHOICE)
        form_open_choice(form, field);
    else if (key == ' ' || key == TUI_SPECIAL(KEY_RIGHT))
        form_step_word(form, field, 1);
    else if (key == TUI_SPECIAL(KEY_LEFT))
        form_step_word(form, field, -1);
    else
        return false;
    return true;
}

/* In the last field Enter is the button; in those before it goes on. */
static void form_enter(struct tui_form *form)
{
    if (form->focus >= (int)form->fields->len - 1)
        form_accept(&form->view);
    else
        form_move(form, 1);
}

static void form_key(struct tui_view *view, int key)
{
    struct tui_form *form = (struct tui_form *)view;
    struct form_field *field = form_field(form, form->focus);

    if (field != NULL && form_field_key(form, field, key))
        return;
    if (key == '\r' || key == '\n')
        form_enter(form);
    else if (key == '\t' || key == TUI_SPECIAL(KEY_DOWN))
        form_move(form, 1);
    else if (key == TUI_SPECIAL(KEY_BTAB) || key == TUI_SPECIAL(KEY_UP))
        form_move(form, -1);
    else if (key == ' ')
        form_accept(view);
}

static void form_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct tui_form *form = (struct tui_form *)view;
    int number = form->first + mouse->row - form->area.row;

    if (mouse->kind != TUI_MOUSE_PRESS && mouse->kind != TUI_MOUSE_DOUBLE)
        return;
    if (mouse->row == form->button_row) {
        form_accept(view);
        return;
    }
    struct form_field *field = mouse->row >= form->area.row ? form_field(form, number) : NULL;
    if (field == NULL)
        return;
    form->focus = number;
    if (field->kind == TUI_FIELD_BOOL)
        form_step_word(form, field, 1);
    else if (field->kind == TUI_FIELD_CHOICE)
        form_open_choice(form, field);
}

/* ---- life ---- */

static void form_field_free(gpointer data)
{
    struct form_field *field = data;

    tui_entry_finish(&field->entry);
    g_ptr_array_unref(field->words);
    g_ptr_array_unref(field->labels);
    g_free(field->value);
    g_free(field->label);
    g_free(field->help);
    g_free(field);
}

static void form_free(struct tui_view *view)
{
    struct tui_form *form = (struct tui_form *)view;

    if (form->free != NULL)
        form->free(form->opaque);
    g_ptr_array_unref(form->fields);
    g_free(form->title);
    g_free(form->accept);
    g_free(form->said);
    g_free(form);
}

static const struct tui_binding form_bindings[] = {
    {0, "Enter", N_("go on to the next field; in the last one, as F2"), N_("Next"), NULL},
    {TUI_SPECIAL(KEY_F(2)), "F2", N_("do it with these values"), N_("Accept"), form_accept},
    {TUI_ESCAPE, "Esc", N_("go back, and change nothing"), N_("Cancel"), form_cancel},
    {0, "Tab", N_("complete a file's name, or go on to the next field"), NULL, NULL},
    {0, "Space", N_("change what can be chosen, as the arrows do"), NULL, NULL},
    {0, NULL, NULL, NULL, NULL},
};

static const struct tui_view_class form_class = {
    .bindings = form_bindings,
    .draw = form_draw,
    .key = form_key,
    .mouse = form_mouse,
    .free = form_free,
};

struct tui_form *tui_form_new(const char *title, const char *accept, tui_form_done *done,
                              void *opaque, GDestroyNotify free)
{
    struct tui_form *form = g_new0(struct tui_form, 1);

    form->view.class = &form_class;
    form->title = g_strdup(title);
    form->accept = g_strdup(accept);
    form->fields = g_ptr_array_new_with_free_func(form_field_free);
    form->done = done;
    form->opaque = opaque;
    form->free = free;
    return form;
}

int tui_form_add(struct tui_form *form, enum tui_field_kind kind, const char *label,
                 const char *help, const char *value)
{
    struct form_field *field = g_new0(struct form_field, 1);

    field->kind = kind;
    field->label = g_strdup(label);
    field->help = g_strdup(help);
    field->value = g_strdup(value);
    field->words = g_ptr_array_new_with_free_func(g_free);
    field->labels = g_ptr_array_new_with_free_func(g_free);
    tui_entry_init(&field->entry, value);
    g_ptr_array_add(form->fields, field);
    return (int)form->fields->len - 1;
}

void tui_form_add_word(struct tui_form *form, int number, const char *word, const char *label)
{
    struct form_field *field = form_field(form, number);

    g_ptr_array_add(field->words, g_strdup(word));
    g_ptr_array_add(field->labels, g_strdup(label));
}

void tui_form_watch(struct tui_form *form, tui_form_changed *changed)
{
    form->changed = changed;
}

void tui_form_say(struct tui_form *form, const char *text)
{
    g_free(form->said);
    form->said = g_strdup(text);
    form->fault = false;
}

void tui_form_focus(struct tui_form *form, int field)
{
    form->focus = field;
}

struct tui_view *tui_form_view(struct tui_form *form)
{
    return &form->view;
}
