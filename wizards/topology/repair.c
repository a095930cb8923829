/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes that may mend a broken rule: numbers that come out by themselves, lines of lists with a
 * property less, more or different, a port before a device. The rules decide which one does.
 */
#include "wizards/flow/repair.h"

#include <glib/gi18n.h>
#include <string.h>

#include "wizards/topology/model.h"

/* What a change is worth: the fewer words, the less. */
enum { COST_NUMBER = 1, COST_PROPERTY = 2, COST_MOVE = 3, COST_PORT = 5, COST_LINE = 9 };

#define REPAIR_LINES 128 /* of a list are looked at */

/* ---- lines ---- */

/* The lines joined, with another one in place of that at; NULL: without it. g_free. */
static char *lines_with(char **lines, guint at, const char *line)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; lines[i] != NULL || i == at; i++) {
        const char *text = i == at ? line : lines[i];
        if (text != NULL)
            g_string_append_printf(out, "%s%s", out->len != 0 ? "\n" : "", text);
        if (lines[i] == NULL)
            break;
    }
    return g_string_free(out, FALSE);
}

/* The line with NAME=VALUE in place of that, or at its end; value NULL: without. g_free. */
static char *line_set(const char *line, const char *name, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", -1);
    GString *out = g_string_new(NULL);
    size_t length = strlen(name);
    bool done = value == NULL;

    for (char **part = parts; *part != NULL; part++) {
        bool same = strncmp(*part, name, length) == 0 && (*part)[length] == '=';
        if (same && done)
            continue;
        g_string_append(out, out->len != 0 ? "," : "");
        if (same)
            g_string_append_printf(out, "%s=%s", name, value);
        else
            g_string_append(out, *part);
        done = done || same;
    }
    if (!done)
        g_string_append_printf(out, ",%s=%s", name, value);
    return g_string_free(out, FALSE);
}

/* g_free; NULL: it does not say. */
static char *line_get(const char *line, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(line, ",", -1);
    size_t length = strlen(name);

    for (char **part = parts; *part != NULL; part++) {
        if (strncmp(*part, name, length) == 0 && (*part)[length] == '=')
            return g_strdup(*part + length + 1);
    }
    return NULL;
}

static void try_line(struct lathe_repairs *repairs, const char *id, char **lines, guint at,
                     const char *line, unsigned cost)
{
    g_autofree char *text = lines_with(lines, at, line);
    const char *typed = *text != '\0' ? text : NULL;

    if (line == NULL)
        lathe_repair_try(repairs, id, typed, cost, "take out: %s", lines[at]);
    else if (lines[at] == NULL)
        lathe_repair_try(repairs, id, typed, cost, "add: %s", line);
    else if (strcmp(lines[at], line) != 0)
        lathe_repair_try(repairs, id, typed, cost, "write %s instead of %s", line, lines[at]);
}

static void try_property(struct lathe_repairs *repairs, const char *id, char **lines, guint at,
                         const char *name, const char *value, unsigned cost)
{
    g_autofree char *line = line_set(lines[at], name, value);

    try_line(repairs, id, lines, at, line, cost);
}

/* ---- processors and memory ---- */

static void repair_numbers(const struct lathe_answers *answers, struct lathe_repairs *repairs)
{
    static const char *const levels[] = {"cores", "sockets", "threads", "dies", "clusters"};
    struct topology *topology = topology_new(answers);
    guint64 product = 1;

    for (int i = 0; i < LEVELS; i++)
        product *= topology->levels[i];
    g_autofree char *all = g_strdup_printf("%" G_GUINT64_FORMAT, product);
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
        if (lathe_answers_typed(answers, levels[i]) != NULL)
            lathe_repair_try(repairs, levels[i], NULL, COST_NUMBER + (unsigned)i,
                             "leave '%s' empty: it comes out by itself", levels[i]);
    }
    lathe_repair_try(repairs, "maxcpus", NULL, COST_NUMBER, "leave 'maxcpus' empty");
    lathe_repair_try(repairs, "cpus", all, COST_PORT, "have %s processors", all);
    lathe_repair_try(repairs, "maxcpus", all, COST_PORT, "have room for %s processors", all);
    topology_free(topology);
}

static void repair_memory(const struct lathe_answers *answers, struct lathe_repairs *repairs)
{
    struct topology *topology = topology_new(answers);
    guint64 sum = 0;

    for (guint i = 0; i < topology->nodes->len; i++)
        sum += topology_node_at(topology, i)->memory;
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT "K", sum >> 10);
    if (sum % (1 << 20) == 0) {
        g_free(size);
        size = g_strdup_printf("%" G_GUINT64_FORMAT "M", sum >> 20);
    }
    lathe_repair_try(repairs, "memory", size, COST_NUMBER, "have %s of memory", size);
    lathe_repair_try(repairs, "slots", NULL, COST_PROPERTY, "leave 'slots' empty");
    lathe_repair_try(repairs, "maxmem", NULL, COST_PROPERTY, "leave 'maxmem' empty");
    topology_free(topology);
}

/* ---- nodes and distances ---- */

static bool node_before_has(const struct topology *topology, guint count, unsigned cpu)
{
    for (guint i = 0; i < count; i++) {
        if (topology_node_has(topology_node_at(topology, i), cpu))
            return true;
    }
    return false;
}

/* The processors that are in no node yet: into this one. */
static char *node_with_rest(const struct topology *topology, const char *line)
{
    GString *out = g_string_new(line);

    for (unsigned cpu = 0; cpu < topology->maxcpus; cpu++) {
        if (!node_before_has(topology, topology->nodes->len, cpu))
            g_string_append_printf(out, ",cpus=%u", cpu);
    }
    return g_string_free(out, FALSE);
}

/* Only those that are in no node before it, and that there are; rest: with those that are nowhere.
 */
static char *node_with_own(const struct topology *topology, guint at, bool rest)
{
    const struct topology_node *node = topology_node_at(topology, at);
    g_autofree char *size = g_strdup_printf("%" G_GUINT64_FORMAT "K", node->memory >> 10);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "id=%u", node->id);
    for (unsigned cpu = 0; cpu < topology->maxcpus; cpu++) {
        bool nowhere = rest && !node_before_has(topology, topology->nodes->len, cpu);
        if (nowhere || (topology_node_has(node, cpu) && !node_before_has(topology, at, cpu)))
            g_string_append_printf(out, ",cpus=%u", cpu);
    }
    if (node->memory != 0)
        g_string_append_printf(out, ",memory=%s", size);
    return g_string_free(out, FALSE);
}

static void repair_nodes(const struct lathe_answers *answers, struct lathe_repairs *repairs)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "nodes");
    struct topology *topology = topology_new(answers);

    for (guint i = 0; lines[i] != NULL && i < topology->nodes->len && i < REPAIR_LINES; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_autofree char *rest = node_with_rest(topology, lines[i]);
        g_autofree char *own = node_with_own(topology, i, false);
        g_autofree char *all = node_with_own(topology, i, true);
        try_property(repairs, "nodes", lines, i, "id", number, COST_NUMBER);
        try_line(repairs, "nodes", lines, i, rest, COST_PROPERTY);
        try_line(repairs, "nodes", lines, i, own, COST_PROPERTY);
        try_line(repairs, "nodes", lines, i, all, COST_MOVE);
        try_line(repairs, "nodes", lines, i, NULL, COST_LINE);
    }
    topology_free(topology);
    repair_memory(answers, repairs);
}

static bool distance_is_said(const struct topology *topology, unsigned from, unsigned to)
{
    for (guint i = 0; i < topology->distances->len; i++) {
        const struct topology_distance *row =
            &g_array_index(topology->distances, struct topology_distance, i);
        if (row->from == from && row->to == to)
            return true;
    }
    return false;
}

/* The pairs of which nothing is said, or (both) those of which one way is not. */
static void distances_add_missing(const struct topology *topology, bool both,
                                  struct lathe_repairs *repairs, const char *typed)
{
    guint nodes = MIN(topology->nodes->len, TOPOLOGY_NODES);
    g_autoptr(GString) whole = g_string_new(typed);
    unsigned added = 0;

    for (unsigned i = 0; i < nodes * nodes && added < REPAIR_LINES; i++) {
        unsigned from = i / nodes, to = i % nodes, value = topology_distance_of(topology, from, to);
        bool missing =
            both ? from != to && !distance_is_said(topology, from, to) : from < to && value == 0;
        if (!missing)
            continue;
        g_string_append_printf(whole, "%s%u,%u,%u", whole->len != 0 ? "\n" : "", from, to,
                               value != 0 ? value : 20);
        added++;
    }
    lathe_repair_try(repairs, "distances", whole->str, COST_NUMBER + both,
                     both ? "say the distances of the other direction and of pairs that are "
                            "missing (%u)"
                          : N_("say 20 for the pairs that are missing (%u)"),
                     added);
}

static void repair_distances(const struct lathe_answers *answers, struct lathe_repairs *repairs)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "distances");
    const char *typed = lathe_answers_typed(answers, "distances");
    struct topology *topology = topology_new(answers);

    for (guint i = 0; lines[i] != NULL && i < REPAIR_LINES; i++)
        try_line(repairs, "distances", lines, i, NULL, COST_MOVE);
    distances_add_missing(topology, false, repairs, typed);
    distances_add_missing(topology, true, repairs, typed);
    lathe_repair_try(repairs, "distances", NULL, COST_LINE, "give no distances: all are 20");
    topology_free(topology);
}

/* ---- devices ---- */

/* A number that no other line has for this property; g_free. */
static char *device_free_number(char **lines, const char *name, unsigned from)
{
    for (;; from++) {
        bool taken = false;
        for (char **line = lines; *line != NULL && !taken; line++) {
            g_autofree char *value = line_get(*line, name);
            taken = value != NULL && g_ascii_strtoull(value, NULL, 0) == from;
        }
        if (!taken)
            return g_strdup_printf("%u", from);
    }
}

static void device_try_numbers(struct lathe_repairs *repairs, char **lines, guint at)
{
    g_autofree char *chassis = device_free_number(lines, "chassis", 1);
    g_autofree char *number = device_free_number(lines, "chassis_nr", 1);

    try_property(repairs, "devices", lines, at, "chassis", chassis, COST_NUMBER);
    try_property(repairs, "devices", lines, at, "chassis_nr", number, COST_NUMBER);
    try_property(repairs, "devices", lines, at, "multifunction", "on", COST_NUMBER);
    try_property(repairs, "devices", lines, at, "addr", NULL, COST_NUMBER);
    try_property(repairs, "devices", lines, at, "numa_node", NULL, COST_NUMBER);
    for (unsigned bus = 0x40; bus < 0x100; bus += 0x20) {
        g_autofree char *text = g_strdup_printf("0x%02x", bus);
        try_property(repairs, "devices", lines, at, "bus_nr", text, COST_NUMBER);
    }
}

/* To another bus, which stands before it; perhaps without the address that it had there. */
static void device_try_buses(struct lathe_repairs *repairs, char **lines, guint at)
{
    g_autofree char *line = line_set(lines[at], "addr", NULL);

    try_property(repairs, "devices", lines, at, "bus", "pcie.0", COST_MOVE + 1);
    for (guint i = 0; i < at; i++) {
        g_autofree char *id = line_get(lines[i], "id");
        g_autofree char *moved = id != NULL ? line_set(line, "bus", id) : NULL;
        if (moved != NULL)
            try_line(repairs, "devices", lines, at, moved, COST_MOVE);
    }
}

/* A new root port, and the device behind it. */
static void device_try_port(struct lathe_repairs *repairs, char **lines, guint at)
{
    g_autofree char *chassis = device_free_number(lines, "chassis", 1);
    g_autofree char *plain = line_set(lines[at], "addr", NULL);
    g_autofree char *id = g_strconcat("port", chassis, NULL);
    g_autofree char *moved = line_set(plain, "bus", id);
    g_autofree char *both =
        g_strdup_printf("pcie-root-port,id=%s,chassis=%s\n%s", id, chassis, moved);
    g_autofree char *text = lines_with(lines, at, both);

    lathe_repair_try(repairs, "devices", text, COST_PORT,
                     "put %s behind a root port of its own, %s", lines[at], id);
}

/* Problems begin with the name of their device; one that does not is of all of them. */
static bool device_is_meant(const char *line, const struct lathe_problem *problem)
{
    g_autofree char *id = line_get(line, "id");
    g_autofree char *model = g_strndup(line, strcspn(line, ","));
    g_autofree char *start = g_strconcat(id != NULL ? id : model, ": ", NULL);

    return strstr(problem->sentence, ": ") == NULL || g_str_has_prefix(problem->sentence, start);
}

static void repair_devices(const struct lathe_answers *answers, const struct lathe_problem *problem,
                           struct lathe_repairs *repairs)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "devices");

    for (guint i = 0; lines[i] != NULL && i < REPAIR_LINES; i++) {
        if (!device_is_meant(lines[i], problem))
            continue;
        device_try_numbers(repairs, lines, i);
        device_try_buses(repairs, lines, i);
        device_try_port(repairs, lines, i);
        try_line(repairs, "devices", lines, i, NULL, COST_LINE);
    }
    /* The one in function 0 of the same slot, which the sentence names second. */
    for (guint i = 0; lines[i] != NULL && i < REPAIR_LINES; i++) {
        if (strstr(problem->sentence, "multifunction") != NULL)
            try_property(repairs, "devices", lines, i, "multifunction", "on", COST_NUMBER);
    }
}

void topology_repair(const struct lathe_answers *answers, const struct lathe_problem *problem,
                     struct lathe_repairs *repairs)
{
    const char *id = problem->question != NULL ? problem->question->id : "";

    if (strcmp(id, "devices") == 0)
        repair_devices(answers, problem, repairs);
    else if (strcmp(id, "distances") == 0)
        repair_distances(answers, repairs);
    else if (strcmp(id, "nodes") == 0)
        repair_nodes(answers, repairs);
    else if (strcmp(id, "maxmem") == 0)
        repair_memory(answers, repairs);
    else
        repair_numbers(answers, repairs);
}
