/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A topology as whoever draws it wants it, and what comes of moving a part: the answer's new text,
 * of which only the lines that are meant change. Pure; any thread.
 */
#ifndef LATHE_TOPOLOGY_DRAWING_H
#define LATHE_TOPOLOGY_DRAWING_H

#include "wizards/flow/answers.h"

struct lathe_drawn_cpu {
    unsigned socket, core, thread; /* core: in its socket, whatever is between */
    int node;                      /* its place in nodes; -1: in none */
};

struct lathe_drawn_node {
    unsigned id;
    guint64 memory; /* bytes */
};

struct lathe_drawn_device {
    char *label;    /* "01:00.0 NVMe (disk)" */
    unsigned depth; /* buses above it */
    unsigned line;  /* where it stands in the answer */
    int parent;     /* its bus's place in devices; -1: pcie.0, or a bus that does not exist */
    bool takes;     /* it has a bus: others can be put there */
    bool wrong;     /* its bus does not exist, or has no room */
};

struct lathe_drawing {
    GArray *cpus, *nodes, *devices; /* devices: each before those behind it */
};

struct lathe_drawing *lathe_drawing_new(const struct lathe_answers *answers);
void lathe_drawing_free(struct lathe_drawing *drawing);
/* The nodes as a tree, with their memory and processors, and the distances as a table, for letters
 * of one width: of box drawing where the locale's charset is UTF-8, else of ASCII; g_free. NULL:
 * there are no nodes. */
char *lathe_drawing_text(const struct lathe_answers *answers);

/* The answer "nodes" after these processors (from first, count of them) have moved to the node at
 * that place; g_free. NULL: a line of it cannot be read. */
char *lathe_drawing_move_cpus(const struct lathe_answers *answers, unsigned first, unsigned count,
                              unsigned node);
/* The answer "devices" after a line's device has moved to the bus of another line's, -1: to pcie.0;
 * g_free. NULL: it cannot be there, as it stands before it, or the other one has no bus or no id.
 */
char *lathe_drawing_move_device(const struct lathe_answers *answers, unsigned device, int to);

#endif
