/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The nodes as a tree of lines and their distances as a table, for terminals and for screen
 * readers: what others draw. Where the locale has no box drawing, of ASCII.
 */
#include <glib/gi18n.h>

#include "app/plan/size.h"
#include "wizards/topology/drawing.h"
#include "wizards/topology/model.h"

enum {
    TEXT_FAR = 20,     /* a distance that nobody gave */
    TEXT_NEAR = 10,    /* a node's from itself */
    TEXT_DISTANCES = 8 /* nodes in the table; of more it would be too wide for most terminals */
};

struct text_marks {
    const char *branch, *last;   /* of a tree, before what stands on it */
    const char *down, *none;     /* the same before what is below that */
    const char *across, *beside; /* of a table */
    const char *cross;
};

static const struct text_marks text_box = {"├─ ", "└─ ", "│  ", "   ", "─", "│", "┼"};
static const struct text_marks text_ascii = {"|- ", "`- ", "|  ", "   ", "-", "|", "+"};

static const struct lathe_drawn_cpu *text_cpu(const struct lathe_drawing *drawing, guint index)
{
    return &g_array_index(drawing->cpus, struct lathe_drawn_cpu, index);
}

static const struct lathe_drawn_node *text_node(const struct lathe_drawing *drawing, guint index)
{
    return &g_array_index(drawing->nodes, struct lathe_drawn_node, index);
}

/* ---- the tree ---- */

/* "0-1,4": the processors of a socket that are in a node; g_free, "": none. */
static char *text_cpus(const struct lathe_drawing *drawing, int node, unsigned socket)
{
    GString *out = g_string_new(NULL);

    for (guint first = 0, end; first < drawing->cpus->len; first = end) {
        for (end = first; end < drawing->cpus->len && text_cpu(drawing, end)->node == node &&
                          text_cpu(drawing, end)->socket == socket;)
            end++;
        if (end == first) {
            end++;
            continue;
        }
        g_string_append_printf(out, "%s%u", out->len != 0 ? "," : "", first);
        if (end - first > 1)
            g_string_append_printf(out, "-%u", end - 1);
    }
    return g_string_free(out, FALSE);
}

/* The sockets of a node, as lines; -1: of those that are in none. g_ptr_array_unref. */
static GPtrArray *text_sockets(const struct lathe_drawing *drawing, int node)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    guint count = drawing->cpus->len;
    unsigned sockets = count != 0 ? text_cpu(drawing, count - 1)->socket + 1 : 0;

    for (unsigned socket = 0; socket < sockets; socket++) {
        g_autofree char *cpus = text_cpus(drawing, node, socket);
        if (*cpus != '\0') /* Translators: a socket's number, and those of its processors */
            g_ptr_array_add(lines, g_strdup_printf(_("Socket %u: processors %s"), socket, cpus));
    }
    return lines;
}

static void text_branch(const struct text_marks *marks, GString *out, const char *title,
                        const GPtrArray *lines, bool last)
{
    g_string_append_printf(out, "%s%s\n", last ? marks->last : marks->branch, title);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(out, "%s%s%s\n", last ? marks->none : marks->down,
                               i + 1 == lines->len ? marks->last : marks->branch,
                               (const char *)lines->pdata[i]);
}

static void text_tree(const struct lathe_drawing *drawing, const struct text_marks *marks,
                      GString *out)
{
    g_autoptr(GPtrArray) lost = text_sockets(drawing, -1);

    for (guint i = 0; i < drawing->nodes->len; i++) {
        const struct lathe_drawn_node *node = text_node(drawing, i);
        g_autofree char *size = node->memory != 0 ? lathe_size_format(node->memory) : NULL;
        g_autofree char *title =
            g_strdup_printf(_("Node %u: %s"), node->id, size != NULL ? size : _("no memory"));
        g_autoptr(GPtrArray) lines = text_sockets(drawing, (int)i);
        if (lines->len == 0)
            g_ptr_array_add(lines, g_strdup(_("no processors")));
        text_branch(marks, out, title, lines, i + 1 == drawing->nodes->len && lost->len == 0);
    }
    if (lost->len != 0)
        text_branch(marks, out, _("No node"), lost, true);
}

/* ---- the table ---- */

static unsigned text_distance(const struct topology *topology, unsigned from, unsigned to)
{
    unsigned given = topology_distance_of(topology, from, to);

    if (given != 0)
        return given;
    return from == to ? TEXT_NEAR : TEXT_FAR;
}

static void text_table(const struct lathe_drawing *drawing, const struct topology *topology,
                       const struct text_marks *marks, GString *out)
{
    guint nodes = drawing->nodes->len, count = MIN(nodes, TEXT_DISTANCES);

    g_string_append_printf(out, "\n%s\n     %s", _("Distances, from the node at the left"),
                           marks->beside);
    for (guint to = 0; to < count; to++)
        g_string_append_printf(out, "%4u", text_node(drawing, to)->id);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < 5 + 1 + 4 * count; i++)
        g_string_append(out, i == 5 ? marks->cross : marks->across);
    for (guint from = 0; from < count; from++) {
        unsigned own = text_node(drawing, from)->id;
        g_string_append_printf(out, "\n%4u %s", own, marks->beside);
        for (guint to = 0; to < count; to++)
            g_string_append_printf(out, "%4u",
                                   text_distance(topology, own, text_node(drawing, to)->id));
    }
    if (count < nodes)
        g_string_append_printf(
            out, ngettext("\n%u node is not shown", "\n%u nodes are not shown", nodes - count),
            nodes - count);
}

char *lathe_drawing_text(const struct lathe_answers *answers)
{
    struct lathe_drawing *drawing = lathe_drawing_new(answers);
    const struct text_marks *marks = g_get_charset(NULL) ? &text_box : &text_ascii;
    struct topology *topology = topology_new(answers);
    GString *out = g_string_new(NULL);
    bool any = drawing->nodes->len != 0;

    if (any)
        text_tree(drawing, marks, out);
    if (drawing->nodes->len > 1)
        text_table(drawing, topology, marks, out);
    if (any && out->str[out->len - 1] == '\n')
        g_string_truncate(out, out->len - 1);
    topology_free(topology);
    lathe_drawing_free(drawing);
    return g_string_free(out, !any);
}
