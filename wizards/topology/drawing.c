/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn of the model, and its parts moved in the lines of the answers. */
#include "wizards/topology/drawing.h"

#include <string.h>

#include "wizards/topology/model.h"

#define DRAWING_CPUS 512 /* more are not drawn */

static void device_clear(gpointer data)
{
    g_free(((struct lathe_drawn_device *)data)->label);
}

/* ---- looking ---- */

static void drawing_add_cpus(struct lathe_drawing *drawing, const struct topology *topology)
{
    unsigned threads = MAX(topology->levels[LEVEL_THREADS], 1);
    unsigned cores = MAX(topology->levels[LEVEL_CORES] * topology->levels[LEVEL_DIES] *
                             topology->levels[LEVEL_CLUSTERS],
                         1);

    for (unsigned cpu = 0; cpu < MIN(topology->maxcpus, DRAWING_CPUS); cpu++) {
        struct lathe_drawn_cpu row = {cpu / (threads * cores), cpu / threads % cores, cpu % threads,
                                      -1};
        for (guint i = topology->nodes->len; i-- > 0;)
            row.node = topology_node_has(topology_node_at(topology, i), cpu) ? (int)i : row.node;
        g_array_append_val(drawing->cpus, row);
    }
}

static void drawing_add_device(struct lathe_drawing *drawing, const struct topology_device *device,
                               unsigned line, unsigned depth, int parent)
{
    const char *name = *device->id != '\0' ? device->id : device->name;
    struct lathe_drawn_device row = {.depth = depth,
                                     .line = line,
                                     .parent = parent,
                                     .takes = topology_bus_of(device) != BUS_NONE,
                                     .wrong = device->lost || device->slot < 0};

    row.label = row.wrong
                    ? g_strdup_printf("??:??.? %s (%s)", device->model->words, name)
                    : g_strdup_printf("%02x:%02x.%x %s (%s)", device->on, (unsigned)device->slot,
                                      (unsigned)device->function, device->model->words, name);
    g_array_append_val(drawing->devices, row);
}

/* Those behind a device, and what is behind them; above: that device's place. A device stands
 * behind its bus's line, so this ends. */
static void drawing_add_bus(struct lathe_drawing *drawing, const struct topology *topology,
                            const struct topology_device *bus, unsigned depth, int above)
{
    for (guint i = 0; i < topology->devices->len; i++) {
        const struct topology_device *device = topology->devices->pdata[i];
        if (device->parent != bus)
            continue;
        drawing_add_device(drawing, device, i, depth, above);
        drawing_add_bus(drawing, topology, device, depth + 1, (int)drawing->devices->len - 1);
    }
}

struct lathe_drawing *lathe_drawing_new(const struct lathe_answers *answers)
{
    struct lathe_drawing *drawing = g_new0(struct lathe_drawing, 1);
    struct topology *topology = topology_new(answers);

    drawing->cpus = g_array_new(FALSE, FALSE, sizeof(struct lathe_drawn_cpu));
    drawing->nodes = g_array_new(FALSE, FALSE, sizeof(struct lathe_drawn_node));
    drawing->devices = g_array_new(FALSE, FALSE, sizeof(struct lathe_drawn_device));
    g_array_set_clear_func(drawing->devices, device_clear);
    for (guint i = 0; i < topology->nodes->len; i++) {
        const struct topology_node *node = topology_node_at(topology, i);
        struct lathe_drawn_node row = {node->id, node->memory};
        g_array_append_val(drawing->nodes, row);
    }
    drawing_add_cpus(drawing, topology);
    drawing_add_bus(drawing, topology, NULL, 0, -1);
    topology_free(topology);
    return drawing;
}

void lathe_drawing_free(struct lathe_drawing *drawing)
{
    if (drawing == NULL)
        return;
    g_array_unref(drawing->cpus);
    g_array_unref(drawing->nodes);
    g_array_unref(drawing->devices);
    g_free(drawing);
}

/* ---- moving ---- */

/* The line with these processors instead of those that it names. */
static char *node_line(const char *line, const struct topology_node *node)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", -1);
    g_autofree char *cpus = topology_node_cpus(node);
    g_auto(GStrv) ranges = g_strsplit(cpus, ",", -1);
    GString *out = g_string_new(NULL);

    for (char **part = parts; *part != NULL; part++) {
        if (!g_str_has_prefix(*part, "cpus="))
            g_string_append_printf(out, "%s%s", out->len != 0 ? "," : "", *part);
    }
    for (char **range = ranges; *range != NULL; range++)
        g_string_append_printf(out, "%scpus=%s", out->len != 0 ? "," : "", *range);
    return g_string_free(out, FALSE);
}

static bool node_take(struct topology_node *node, unsigned first, unsigned count, bool take)
{
    bool changed = false;

    for (unsigned cpu = first; cpu < first + count && cpu < TOPOLOGY_CPUS; cpu++) {
        changed = changed || topology_node_has(node, cpu) != take;
        if (take)
            node->cpus[cpu / 8] |= (guint8)(1 << cpu % 8);
        else
            node->cpus[cpu / 8] &= (guint8) ~(1 << cpu % 8);
    }
    return changed;
}

char *lathe_drawing_move_cpus(const struct lathe_answers *answers, unsigned first, unsigned count,
                              unsigned node)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "nodes");
    struct topology *topology = topology_new(answers);
    guint nodes = topology->nodes->len;
    GString *out = g_string_new(NULL);
    bool good = g_strv_length(lines) == nodes && node < nodes;

    for (guint i = 0; good && i < nodes; i++) {
        struct topology_node *row = &g_array_index(topology->nodes, struct topology_node, i);
        bool changed = node_take(row, first, count, i == node);
        g_autofree char *line = changed ? node_line(lines[i], row) : g_strdup(lines[i]);
        g_string_append_printf(out, "%s%s", i != 0 ? "\n" : "", line);
    }
    topology_free(topology);
    return g_string_free(out, !good);
}

/* The line on another bus, and at no place of its own there. */
static char *device_line(const char *line, const char *bus)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", -1);
    GString *out = g_string_new(NULL);

    for (char **part = parts; *part != NULL; part++) {
        if (!g_str_has_prefix(*part, "bus=") && !g_str_has_prefix(*part, "addr="))
            g_string_append_printf(out, "%s%s", out->len != 0 ? "," : "", *part);
    }
    g_string_append_printf(out, ",bus=%s", bus);
    return g_string_free(out, FALSE);
}

char *lathe_drawing_move_device(const struct lathe_answers *answers, unsigned device, int to)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "devices");
    struct topology *topology = topology_new(answers);
    guint count = topology->devices->len;
    const struct topology_device *bus =
        to >= 0 && to < (int)count ? topology->devices->pdata[to] : NULL;
    bool known = to == -1 || (bus != NULL && topology_bus_of(bus) != BUS_NONE && *bus->id != '\0' &&
                              to < (int)device);
    GString *out = g_string_new(NULL);
    bool good = g_strv_length(lines) == count && device < count && known;

    for (guint i = 0; good && i < count; i++) {
        g_autofree char *line = i == device
                                    ? device_line(lines[i], bus != NULL ? bus->id : "pcie.0")
                                    : g_strdup(lines[i]);
        g_string_append_printf(out, "%s%s", i != 0 ? "\n" : "", line);
    }
    topology_free(topology);
    return g_string_free(out, !good);
}
