/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The consoles' view. While a console has the keys, a view of its own lies over the list: all keys
 * are the guest's then, but for Ctrl-] and what scrolls.
 */
#include "ui/tui/console.h"

#include <glib/gi18n.h>
#include <ncurses.h>
#include <string.h>

#include "ui/tui/list.h"
#include "ui/tui/ports.h"

#define CONSOLE_LEAVE TUI_CTRL(']')
#define CONSOLE_SIDE  24  /* columns of the list beside the console */
#define CONSOLE_WIDE  104 /* columns from which it stands there; else above */
#define CONSOLE_ABOVE 4   /* rows of the list above it, at most */

struct consoles {
    struct tui_view view;
    struct tui_ports *ports;
    struct tui_list list;
    struct tui_area place; /* of the console beside the list */
    char *wanted;          /* the machine whose port gets the keys once it is known; or NULL */
};

/* A console that has the keys. */
struct focus {
    struct tui_view view;
    struct consoles *consoles;
    struct tui_port *port;
    bool hint; /* says how to leave, until the first key */
};

static const struct tui_view_class focus_class, focus_full_class;

static struct tui_port *consoles_selected(struct consoles *consoles)
{
    return tui_ports_get(consoles->ports, consoles->list.selected);
}

/* ---- a console with the keys ---- */

static void focus_draw(struct tui_view *view, struct tui_area area)
{
    struct focus *focus = (struct focus *)view;
    bool full = view->class->whole;
    struct tui_area place = full ? area : focus->consoles->place;

    tui_terminal_draw(focus->port->terminal, place, true);
    lathe_console_resize(focus->port->console, (guint)MAX(place.columns, 1),
                         (guint)MAX(place.rows, 1));
    if (full && focus->hint) {
        const char *text = _(" Ctrl-] leaves ");
        int width = MIN(tui_width(text), area.columns);
        tui_put(area.row, area.column + area.columns - width, width, TUI_BAR, text);
    }
}

static void focus_scroll(struct focus *focus, int by)
{
    tui_terminal_scroll(focus->port->terminal, by);
    tui_redraw(focus->view.tui);
}

static void focus_key(struct tui_view *view, int key)
{
    struct focus *focus = (struct focus *)view;
    int page = MAX(focus->consoles->place.rows - 1, 1);

    focus->hint = false;
    if (key == CONSOLE_LEAVE)
        tui_close(view);
    else if (key == TUI_SPECIAL(KEY_SPREVIOUS))
        focus_scroll(focus, -page);
    else if (key == TUI_SPECIAL(KEY_SNEXT))
        focus_scroll(focus, page);
    else
        tui_terminal_key(focus->port->terminal, key);
}

static void focus_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct focus *focus = (struct focus *)view;

    if (mouse->kind == TUI_MOUSE_UP || mouse->kind == TUI_MOUSE_DOWN)
        focus_scroll(focus, mouse->kind == TUI_MOUSE_UP ? -3 : 3);
    else if (!view->class->whole && mouse->row < focus->consoles->place.row)
        tui_close(view);
}

static bool focus_takes_all(const struct tui_view *view)
{
    return true;
}

static void focus_free(struct tui_view *view)
{
    g_free(view);
}

static void focus_leave(struct tui_view *view)
{
    tui_close(view);
}

static const struct tui_binding focus_bindings[] = {
    {CONSOLE_LEAVE, "Ctrl-]", N_("leave the console; the machine goes on"), N_("Leave console"),
     focus_leave},
    {0, "Shift-PgUp", N_("look back; the wheel does it, too"), N_("Look back"), NULL},
    {0, NULL, NULL, NULL, NULL},
};

static const struct tui_view_class focus_class = {
    .bindings = focus_bindings,
    .draw = focus_draw,
    .key = focus_key,
    .mouse = focus_mouse,
    .free = focus_free,
    .takes_all = focus_takes_all,
};

static const struct tui_view_class focus_full_class = {
    .bindings = focus_bindings,
    .draw = focus_draw,
    .key = focus_key,
    .mouse = focus_mouse,
    .free = focus_free,
    .takes_all = focus_takes_all,
    .whole = true,
    .bare = true,
};

/* ---- the list ---- */

/* Attaches what is selected. NULL: it says why not. */
static struct tui_port *consoles_attach(struct consoles *consoles)
{
    struct tui_port *port = consoles_selected(consoles);
    g_autoptr(GError) error = NULL;

    if (port == NULL || tui_port_attach(port, &error))
        return port;
    tui_say(consoles->view.tui, TUI_BAD, "%s", error->message);
    return NULL;
}

static void consoles_focus(struct consoles *consoles, const struct tui_view_class *class)
{
    struct tui_port *port = consoles_attach(consoles);

    if (port == NULL)
        return;
    struct focus *focus = g_new0(struct focus, 1);
    focus->view.class = class;
    focus->consoles = consoles;
    focus->port = port;
    focus->hint = true;
    tui_push(consoles->view.tui, &focus->view);
}

static void consoles_enter(struct tui_view *view)
{
    consoles_focus((struct consoles *)view, &focus_class);
}

static void consoles_enter_full(struct tui_view *view)
{
    consoles_focus((struct consoles *)view, &focus_full_class);
}

static void consoles_break(struct tui_view *view)
{
    struct tui_port *port = consoles_attach((struct consoles *)view);

    if (port == NULL)
        return;
    lathe_console_send_break(port->console);
    /* Translators: a break is a state of a serial line */
    tui_say(view->tui, TUI_PLAIN, _("A break was sent to %s."), port->machine);
}

static void consoles_scroll(struct tui_view *view, int by)
{
    struct consoles *consoles = (struct consoles *)view;
    struct tui_port *port = consoles_selected(consoles);

    if (port != NULL && port->terminal != NULL)
        tui_terminal_scroll(port->terminal, by * MAX(consoles->place.rows - 1, 1));
}

static void consoles_page_up(struct tui_view *view)
{
    consoles_scroll(view, -1);
}

static void consoles_page_down(struct tui_view *view)
{
    consoles_scroll(view, 1);
}

static void consoles_leave(struct tui_view *view)
{
    tui_close(view);
}

/* ---- drawing ---- */

static const char *port_state(const struct tui_port *port)
{
    if (port->fault != NULL)
        return port->fault;
    if (port->console == NULL || lathe_console_get_state(port->console) == LATHE_CONSOLE_OPEN)
        return "";
    return lathe_console_get_reason(port->console);
}

static void consoles_draw_list(struct consoles *consoles, struct tui_area area)
{
    area = tui_list_begin(&consoles->list, area);
    for (int i = 0; i < area.rows && consoles->list.first + i < consoles->list.count; i++) {
        int number = consoles->list.first + i;
        const struct tui_port *port = tui_ports_get(consoles->ports, number);
        enum tui_style style = number != consoles->list.selected ? TUI_PLAIN
                               : tui_is_on_top(&consoles->view)  ? TUI_SELECTED
                                                                 : TUI_MARKED;
        g_autofree char *text = g_strdup_printf(" %s  %s", port->machine, port->title);
        tui_put(area.row + i, area.column, area.columns, style, text);
    }
}

static void consoles_draw_title(struct consoles *consoles, const struct tui_port *port, int row,
                                struct tui_area area)
{
    const char *state = port_state(port);
    int back = port->terminal != NULL ? tui_terminal_get_back(port->terminal) : 0;
    g_autofree char *title = g_strdup_printf(" %s  %s", port->machine, port->title);
    /* Translators: how far a console is scrolled back */
    g_autofree char *far =
        back != 0 ? g_strdup_printf(
                        ngettext("%d line back ", "%d lines back ", (unsigned long)back), back)
                  : g_strdup("");

    tui_put(row, area.column, area.columns, TUI_BAR, title);
    tui_put_right(row, area.column + tui_width(title) + 2, area.columns - tui_width(title) - 2,
                  TUI_BAR, *state != '\0' ? state : far);
}

/* Where list and console go. */
static struct tui_area consoles_split(struct consoles *consoles, struct tui_area area)
{
    struct tui_area list = area;

    if (area.columns >= CONSOLE_WIDE) {
        list.columns = CONSOLE_SIDE;
        consoles->place = area;
        consoles->place.column += CONSOLE_SIDE + 1;
        consoles->place.columns -= CONSOLE_SIDE + 1;
        for (int row = 0; row < area.rows; row++)
            tui_put_mark(area.row + row, area.column + CONSOLE_SIDE, TUI_FAINT, TUI_MARK_VERTICAL);
    } else {
        list.rows = MIN(consoles->list.count, CONSOLE_ABOVE);
        consoles->place = area;
        consoles->place.row += list.rows;
        consoles->place.rows -= list.rows;
    }
    consoles->place.row++; /* its title */
    consoles->place.rows--;
    return list;
}

static void consoles_draw(struct tui_view *view, struct tui_area area)
{
    struct consoles *consoles = (struct consoles *)view;
    struct tui_area list;

    consoles->list.count = tui_ports_count(consoles->ports);
    list = consoles_split(consoles, area);
    consoles_draw_list(consoles, list);
    struct tui_port *port = consoles_selected(consoles);
    if (consoles->wanted != NULL)
        tui_put(consoles->place.row, consoles->place.column, consoles->place.columns, TUI_FAINT,
                _("Waiting for the machine’s serial ports…"));
    if (port == NULL || consoles->wanted != NULL)
        return;
    if (port->fault == NULL) /* else only a key tries again */
        tui_port_attach(port, NULL);
    consoles_draw_title(consoles, port, consoles->place.row - 1, consoles->place);
    if (port->terminal != NULL)
        tui_terminal_draw(port->terminal, consoles->place, false);
}

/* ---- the view ---- */

static void consoles_key(struct tui_view *view, int key)
{
    struct consoles *consoles = (struct consoles *)view;

    tui_list_key(&consoles->list, key);
}

static void consoles_mouse(struct tui_view *view, const struct tui_mouse *mouse)
{
    struct consoles *consoles = (struct consoles *)view;
    struct tui_area place = consoles->place;
    bool inside = mouse->row >= place.row && mouse->column >= place.column;
    struct tui_port *port = consoles_selected(consoles);

    if (!inside)
        tui_list_mouse(&consoles->list, mouse);
    else if (mouse->kind == TUI_MOUSE_PRESS || mouse->kind == TUI_MOUSE_DOUBLE)
        consoles_enter(view);
    else if (port != NULL && port->terminal != NULL)
        tui_terminal_scroll(port->terminal, mouse->kind == TUI_MOUSE_UP ? -3 : 3);
}

static void consoles_free(struct tui_view *view)
{
    struct consoles *consoles = (struct consoles *)view;

    tui_ports_free(consoles->ports);
    g_free(consoles->wanted);
    g_free(consoles);
}

static const struct tui_binding consoles_bindings[] = {
    {TUI_SPECIAL(KEY_F(1)), "F1 ?", N_("show the keys"), N_("Keys"), tui_show_help},
    {'?', "?", NULL, NULL, tui_show_help},
    {'\r', "Enter", N_("give the keys to the console; Ctrl-] takes them back"), N_("Use"),
     consoles_enter},
    {'f', "f", N_("show the console on all rows, and give it the keys"), N_("Full screen"),
     consoles_enter_full},
    {'b', "b", N_("send a break on the serial line"), N_("Break"), consoles_break},
    {TUI_SPECIAL(KEY_PPAGE), "PgUp", N_("look back; the wheel does it, too"), N_("Back"),
     consoles_page_up},
    {TUI_SPECIAL(KEY_NPAGE), "PgDn", N_("and forward"), NULL, consoles_page_down},
    {TUI_ESCAPE, "Esc q", N_("to the library; consoles and machines go on"), N_("Library"),
     consoles_leave},
    {'q', "q", NULL, NULL, consoles_leave},
    {0, NULL, NULL, NULL, NULL},
};

static const struct tui_view_class consoles_class = {
    .bindings = consoles_bindings,
    .draw = consoles_draw,
    .key = consoles_key,
    .mouse = consoles_mouse,
    .free = consoles_free,
    .whole = true,
};

/* The port that is waited for gets the keys, unless the user has gone elsewhere. */
static void consoles_look(struct consoles *consoles)
{
    int number = consoles->wanted != NULL ? tui_ports_find(consoles->ports, consoles->wanted) : -1;

    if (number < 0)
        return;
    g_clear_pointer(&consoles->wanted, g_free);
    consoles->list.count = tui_ports_count(consoles->ports);
    consoles->list.selected = number;
    consoles_enter(&consoles->view);
}

static void consoles_changed(void *opaque)
{
    struct consoles *consoles = opaque;

    consoles_look(consoles);
    tui_redraw(consoles->view.tui);
}

static void consoles_refuse(struct consoles *consoles, const char *why)
{
    tui_say(consoles->view.tui, TUI_WARNING, "%s", why);
    consoles_free(&consoles->view);
}

void tui_console_open(struct tui *tui, LatheWatch *watch, const struct lathe_watched *watched)
{
    struct consoles *consoles = g_new0(struct consoles, 1);

    consoles->view.class = &consoles_class;
    consoles->view.tui = tui;
    consoles->ports = tui_ports_new(watch, consoles_changed, consoles);
    consoles->list.count = tui_ports_count(consoles->ports);
    const char *fault = tui_ports_get_fault(consoles->ports);
    int number = watched != NULL ? tui_ports_find(consoles->ports, watched->machine->name) : 0;
    if (number < 0 && (*fault != '\0' || watched->state == LATHE_WATCH_STARTING)) {
        consoles->wanted = g_strdup(watched->machine->name);
        tui_push(tui, &consoles->view);
    } else if (consoles->list.count == 0 || number < 0) {
        consoles_refuse(consoles, *fault != '\0' ? fault : _("There is no serial port."));
    } else {
        consoles->list.selected = number;
        tui_push(tui, &consoles->view);
        consoles_enter(&consoles->view);
    }
}
