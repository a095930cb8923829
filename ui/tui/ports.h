/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The serial ports of running machines as the terminal interface has them: each with its terminal,
 * from when it was looked at first. A port stays when its machine ends, and goes on when it starts
 * again.
 */
#ifndef LATHE_TUI_PORTS_H
#define LATHE_TUI_PORTS_H

#include "app/console/console.h"
#include "app/watch/watch.h"
#include "ui/tui/terminal.h"

struct tui_port {
    char *machine, *name, *title; /* the machine's name; "serial0"; "Serial 1" */
    LatheConsole *console;        /* NULL: not attached yet, like the next one */
    struct tui_terminal *terminal;
    char *fault; /* why it could not be attached; NULL: nothing is known */
    bool live;   /* what was written before is told */
    struct tui_ports *ports;
};

struct tui_ports;

/* changed: there is something new to draw. */
struct tui_ports *tui_ports_new(LatheWatch *watch, void (*changed)(void *opaque), void *opaque);
void tui_ports_free(struct tui_ports *ports);

int tui_ports_count(const struct tui_ports *ports);
struct tui_port *tui_ports_get(struct tui_ports *ports, int number);
/* The first port of a machine; -1: it has none. */
int tui_ports_find(struct tui_ports *ports, const char *machine);
/* Why a machine's ports could not be listed last; "": they could. */
const char *tui_ports_get_fault(const struct tui_ports *ports);
/* Its terminal is fed from then on. False with *error. */
bool tui_port_attach(struct tui_port *port, GError **error);

#endif
