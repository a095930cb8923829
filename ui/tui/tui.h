/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal interface: views over each other, the last one gets the keys. A view draws itself
 * whenever the loop is idle after tui_redraw; nothing happens while nothing changes. Main thread.
 */
#ifndef LATHE_TUI_TUI_H
#define LATHE_TUI_TUI_H

#include "ui/tui/screen.h"

struct tui;
struct tui_view;

enum tui_mouse_kind {
    TUI_MOUSE_PRESS,
    TUI_MOUSE_DOUBLE,
    TUI_MOUSE_MENU,
    TUI_MOUSE_UP,
    TUI_MOUSE_DOWN
};

struct tui_mouse {
    enum tui_mouse_kind kind; /* UP and DOWN: the wheel */
    int row, column;
};

/* A key and what it does; help and the last row are made of these. */
struct tui_binding {
    int key;           /* 0: the row only tells; dispatched by the view itself */
    const char *shown; /* "F10" */
    const char *label; /* translatable: what it does, for help; NULL: not there */
    const char *hint;  /* translatable: a word for the last row; NULL: not there */
    void (*run)(struct tui_view *view);
};

struct tui_view_class {
    /* Ended by a row without shown. NULL: none. */
    const struct tui_binding *bindings;
    void (*draw)(struct tui_view *view, struct tui_area area);
    /* Keys that no binding has; may be NULL, as the next one. */
    void (*key)(struct tui_view *view, int key);
    void (*mouse)(struct tui_view *view, const struct tui_mouse *mouse);
    /* For help: appends lines "key TAB what" beside the bindings'. */
    void (*help)(struct tui_view *view, GString *lines);
    void (*free)(struct tui_view *view);
    bool whole; /* covers what is below it */
    bool bare;  /* all rows are its own: no messages and keys below it */
    /* Do keys go to it before the bindings now? NULL: never. */
    bool (*takes_all)(const struct tui_view *view);
};

/* The head of each view's struct. */
struct tui_view {
    const struct tui_view_class *class;
    struct tui *tui;
};

/* Shows a view over the others; owned from then on. */
void tui_push(struct tui *tui, struct tui_view *view);
/* Takes it away with all above it, and frees them after the running callback. */
void tui_close(struct tui_view *view);
/* Draws soon. */
void tui_redraw(struct tui *tui);
bool tui_is_on_top(const struct tui_view *view);
/* Ends the program's loop. */
void tui_quit(struct tui *tui);

/* A sentence above the last row, until the next key or a few seconds passed. */
void tui_say(struct tui *tui, enum tui_style style, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* "name TAB what" of each key that the view has; g_free. */
char *tui_help_text(struct tui_view *view);
/* Opens the keys' list of the view on top. */
void tui_show_help(struct tui_view *view);

/* Makes the first view; opaque is tui_run's. NULL with *error. */
typedef struct tui_view *tui_make(struct tui *tui, void *opaque, GError **error);

/* Runs the loop over this first view until tui_quit, or SIGHUP and SIGTERM. False with *error: the
 * terminal cannot be had. make is called when it is. */
bool tui_run(tui_make *make, void *opaque, GError **error);

#endif
