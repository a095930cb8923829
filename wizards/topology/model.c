/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of answers, in the notation of QEMU's arguments, as structures. */
#include "wizards/topology/model.h"

#include <stdlib.h>
#include <string.h>

#include "app/plan/error.h"
#include "app/plan/size.h"

static const char *const measures[EMU_NUMA_MEASURES] = {
    [EMU_NUMA_ACCESS_LATENCY] = "latency",        [EMU_NUMA_READ_LATENCY] = "read-latency",
    [EMU_NUMA_WRITE_LATENCY] = "write-latency",   [EMU_NUMA_ACCESS_BANDWIDTH] = "bandwidth",
    [EMU_NUMA_READ_BANDWIDTH] = "read-bandwidth", [EMU_NUMA_WRITE_BANDWIDTH] = "write-bandwidth",
};

const char *topology_measure_name(enum emu_numa_measure measure)
{
    return measures[measure];
}

static const struct topology_model models[] = {
#define MODEL(name, kind, vendor, device, words) {name, kind, vendor, device, words},
#include "wizards/topology/models.inc"
#undef MODEL
};

static const struct topology_model any_model = {"", KIND_PCIE, 0xffff, 0xffff, "endpoint"};

static const struct topology_model *model_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(models); i++) {
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    }
    return &any_model;
}

static void device_free(gpointer data)
{
    struct topology_device *device = data;

    g_free(device->name);
    g_free(device->id);
    g_free(device->bus);
    g_free(device->others);
    g_free(device);
}

/* ---- properties ---- */

/* A number of this range, as C writes it. */
static bool number_read(const char *text, unsigned low, unsigned high, unsigned *number)
{
    char *end = NULL;

    if (!g_ascii_isdigit(text[0]))
        return false;
    guint64 value = g_ascii_strtoull(text, &end, text[1] == 'x' ? 16 : 10);
    if (*end != '\0' || value < low || value > high)
        return false;
    *number = (unsigned)value;
    return true;
}

static bool property_number(const char *key, const char *value, unsigned low, unsigned high,
                            int *number, GError **error)
{
    unsigned found = 0;

    if (!number_read(value, low, high, &found))
        return lathe_error_input(error, "'%s' of %s is no number from %u to %u", value, key, low,
                                 high);
    *number = (int)found;
    return true;
}

/* "A" or "A-B"; false: it is no range of processors. */
static bool cpus_read(const char *text, struct topology_node *node)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    unsigned first = 0, last = 0;

    if (ends[0] == NULL || !number_read(ends[0], 0, TOPOLOGY_CPUS - 1, &first) ||
        !number_read(ends[1] != NULL ? ends[1] : ends[0], first, TOPOLOGY_CPUS - 1, &last))
        return false;
    for (unsigned cpu = first; cpu <= last; cpu++)
        node->cpus[cpu / 8] |= (guint8)(1 << cpu % 8);
    node->any = true;
    return true;
}

/* ---- lines ---- */

/* id=N,cpus=A-B,cpus=C,memory=SIZE; without id it is the number-th node. */
static bool node_read(const char *text, unsigned number, struct topology_node *node, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    memset(node, 0, sizeof(*node));
    node->id = number;
    for (char **part = parts; *part != NULL; part++) {
        char *value = strchr(*part, '=');
        if (value != NULL)
            *value++ = '\0';
        if (value == NULL)
            return lathe_error_input(error, "'%s' says nothing: write NAME=VALUE", *part);
        if (strcmp(*part, "id") == 0) {
            if (!number_read(value, 0, 65535, &node->id))
                return lathe_error_input(error, "'%s' is no number of a node", value);
        } else if (strcmp(*part, "cpus") == 0) {
            if (!cpus_read(value, node))
                return lathe_error_input(error, "'%s' are no processors: write 0-3, or one", value);
        } else if (strcmp(*part, "memory") == 0) {
            if (!lathe_size_parse(value, &node->memory, error))
                return false;
        } else {
            return lathe_error_input(error, "a node has no '%s': there are id, cpus and memory",
                                     *part);
        }
    }
    return true;
}

bool topology_node_check(const char *text, GError **error)
{
    struct topology_node node;

    return node_read(text, 0, &node, error);
}

/* FROM,TO,VALUE */
static bool distance_read(const char *text, struct topology_distance *distance, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    if (g_strv_length(parts) == 3 &&
        number_read(parts[0], 0, TOPOLOGY_NODES - 1, &distance->from) &&
        number_read(parts[1], 0, TOPOLOGY_NODES - 1, &distance->to) &&
        number_read(parts[2], 0, 65535, &distance->value))
        return true;
    return lathe_error_input(error, "'%s' is no distance: write FROM,TO,VALUE", text);
}

/* FROM,TO,MEASURE,VALUE */
static bool link_read(const char *text, struct topology_link *link, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    unsigned measure = 0, number = 0;

    if (g_strv_length(parts) != 4 || !number_read(parts[0], 0, TOPOLOGY_NODES - 1, &link->from) ||
        !number_read(parts[1], 0, TOPOLOGY_NODES - 1, &link->to))
        return lathe_error_input(error,
                                 "'%s' is neither: write FROM,TO,latency,NANOSECONDS or "
                                 "FROM,TO,bandwidth,SIZE",
                                 text);
    while (measure < EMU_NUMA_MEASURES && strcmp(parts[2], measures[measure]) != 0)
        measure++;
    if (measure == EMU_NUMA_MEASURES)
        return lathe_error_input(error,
                                 "'%s' is not measured: there are latency, bandwidth, and "
                                 "each with read- or write- before it",
                                 parts[2]);
    link->measure = (enum emu_numa_measure)measure;
    if (measure >= EMU_NUMA_ACCESS_BANDWIDTH)
        return lathe_size_parse(parts[3], &link->value, error);
    if (!number_read(parts[3], 1, 65534, &number))
        return lathe_error_input(error, "'%s' is no latency: nanoseconds, 1 to 65534", parts[3]);
    link->value = number;
    return true;
}

bool topology_link_check(const char *text, GError **error)
{
    struct topology_link link;

    return link_read(text, &link, error);
}

bool topology_distance_check(const char *text, GError **error)
{
    struct topology_distance distance;

    return distance_read(text, &distance, error);
}

/* dd or dd.f, hexadecimal as QEMU takes it. */
static bool address_read(const char *value, struct topology_device *device, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(value, ".", 2);
    const char *digits = parts[0] != NULL ? parts[0] : "";
    char *end = NULL;
    guint64 slot = g_ascii_strtoull(digits, &end, 16);
    unsigned function = 0;

    if (!g_ascii_isxdigit(digits[0]) || *end != '\0' || slot > 31 ||
        (parts[1] != NULL && !number_read(parts[1], 0, 7, &function)))
        return lathe_error_input(error,
                                 "'%s' is no address: write a device from 0 to 1f, and perhaps a "
                                 "function from .0 to .7",
                                 value);
    device->slot = (int)slot;
    device->function = (int)function;
    return true;
}

static bool device_take(struct topology_device *device, const char *key, const char *value,
                        GError **error)
{
    static const struct {
        const char *key;
        size_t offset;
        unsigned low, high;
    } numbers[] = {
        {"chassis", offsetof(struct topology_device, chassis), 0, 255},
        {"slot", offsetof(struct topology_device, port), 0, 65535},
        {"bus_nr", offsetof(struct topology_device, bus_nr), 0, 255},
        {"numa_node", offsetof(struct topology_device, numa_node), 0, 65535},
        {"chassis_nr", offsetof(struct topology_device, chassis_nr), 0, 255},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(numbers[i].key, key) == 0)
            return property_number(key, value, numbers[i].low, numbers[i].high,
                                   (int *)((char *)device + numbers[i].offset), error);
    }
    if (strcmp(key, "addr") == 0)
        return address_read(value, device, error);
    char **text = strcmp(key, "id") == 0 ? &device->id : &device->bus;
    if (strcmp(key, "id") == 0 || strcmp(key, "bus") == 0) {
        g_free(*text);
        *text = g_strdup(value);
    } else if (strcmp(key, "multifunction") == 0) {
        device->multifunction = strcmp(value, "on") == 0;
    } else {
        char *others = g_strdup_printf("%s,%s=%s", device->others, key, value);
        g_free(device->others);
        device->others = others;
    }
    return true;
}

/* MODEL,PROPERTY=VALUE... NULL with *error. */
static struct topology_device *device_read(const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    struct topology_device *device = g_new0(struct topology_device, 1);
    bool good = parts[0] != NULL && *parts[0] != '\0' && strpbrk(text, " \"'<>&") == NULL;

    if (!good)
        lathe_error_input(error, "'%s' is no device: write MODEL,NAME=VALUE,... without blanks",
                          text);
    device->name = g_strdup(good ? parts[0] : "");
    device->model = model_find(device->name);
    device->id = g_strdup("");
    device->bus = g_strdup("");
    device->others = g_strdup("");
    device->slot = device->chassis = device->port = device->bus_nr = device->numa_node = -1;
    for (char **part = parts + 1; good && *part != NULL; part++) {
        char *value = strchr(*part, '=');
        if (value != NULL)
            *value++ = '\0';
        good = device_take(device, *part, value != NULL ? value : "on", error);
    }
    if (good)
        return device;
    device_free(device);
    return NULL;
}

bool topology_device_check(const char *text, GError **error)
{
    struct topology_device *device = device_read(text, error);

    if (device == NULL)
        return false;
    device_free(device);
    return true;
}

bool topology_size_check(const char *text, GError **error)
{
    guint64 bytes = 0;

    return lathe_size_parse(text, &bytes, error);
}

/* ---- the whole ---- */

static unsigned level_value(const struct lathe_answers *answers, const char *id)
{
    gint64 number = lathe_answers_number(answers, id);

    return number > 0 && number <= TOPOLOGY_CPUS ? (unsigned)number : 0;
}

/* As QEMU since 6.2: sockets and threads are 1 where nothing is said, cores take the rest. */
static void levels_read(struct topology *topology, const struct lathe_answers *answers)
{
    static const char *const ids[LEVELS] = {"sockets", "dies", "clusters", "cores", "threads"};
    static const enum topology_level order[] = {LEVEL_CORES, LEVEL_SOCKETS, LEVEL_THREADS};
    unsigned known = 1;

    topology->cpus = level_value(answers, "cpus");
    topology->maxcpus = level_value(answers, "maxcpus");
    if (topology->maxcpus == 0)
        topology->maxcpus = topology->cpus;
    for (int i = 0; i < LEVELS; i++)
        topology->levels[i] = level_value(answers, ids[i]);
    for (int i = LEVEL_DIES; i <= LEVEL_CLUSTERS; i++)
        topology->levels[i] = MAX(topology->levels[i], 1);
    for (int i = 0; i < LEVELS; i++)
        known = MIN(known * MAX(topology->levels[i], 1), 1u << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        if (topology->levels[order[i]] != 0)
            continue;
        topology->levels[order[i]] = MAX(topology->maxcpus / known, 1);
        known *= topology->levels[order[i]];
    }
}

static void lists_read(struct topology *topology, const struct lathe_answers *answers)
{
    g_auto(GStrv) nodes = lathe_answers_list(answers, "nodes");
    g_auto(GStrv) distances = lathe_answers_list(answers, "distances");
    g_auto(GStrv) links = lathe_answers_list(answers, "links");
    g_auto(GStrv) devices = lathe_answers_list(answers, "devices");

    for (unsigned i = 0; nodes[i] != NULL && i < TOPOLOGY_NODES + 1; i++) {
        struct topology_node node;
        if (node_read(nodes[i], i, &node, NULL))
            g_array_append_val(topology->nodes, node);
    }
    for (unsigned i = 0; distances[i] != NULL; i++) {
        struct topology_distance distance;
        if (distance_read(distances[i], &distance, NULL))
            g_array_append_val(topology->distances, distance);
    }
    for (unsigned i = 0; links[i] != NULL && i < TOPOLOGY_DEVICES; i++) {
        struct topology_link link;
        if (link_read(links[i], &link, NULL))
            g_array_append_val(topology->links, link);
    }
    for (unsigned i = 0; devices[i] != NULL && i < TOPOLOGY_DEVICES; i++) {
        struct topology_device *device = device_read(devices[i], NULL);
        if (device != NULL)
            g_ptr_array_add(topology->devices, device);
    }
}

struct topology *topology_new(const struct lathe_answers *answers)
{
    struct topology *topology = g_new0(struct topology, 1);

    topology->machine = lathe_answers_value(answers, "machine");
    topology->nodes = g_array_new(FALSE, FALSE, sizeof(struct topology_node));
    topology->distances = g_array_new(FALSE, FALSE, sizeof(struct topology_distance));
    topology->links = g_array_new(FALSE, FALSE, sizeof(struct topology_link));
    topology->devices = g_ptr_array_new_with_free_func(device_free);
    if (!lathe_size_parse(lathe_answers_value(answers, "memory"), &topology->memory, NULL))
        topology->memory = 0;
    if (!lathe_size_parse(lathe_answers_value(answers, "maxmem"), &topology->maxmem, NULL))
        topology->maxmem = 0;
    topology->slots = (unsigned)CLAMP(lathe_answers_number(answers, "slots"), 0, 256);
    levels_read(topology, answers);
    lists_read(topology, answers);
    topology_place(topology);
    return topology;
}

void topology_free(struct topology *topology)
{
    g_array_unref(topology->nodes);
    g_array_unref(topology->distances);
    g_array_unref(topology->links);
    g_ptr_array_unref(topology->devices);
    g_free(topology);
}

/* ---- nodes ---- */

const struct topology_node *topology_node_at(const struct topology *topology, guint index)
{
    return &g_array_index(topology->nodes, struct topology_node, index);
}

bool topology_node_has(const struct topology_node *node, unsigned cpu)
{
    return (node->cpus[cpu / 8] >> cpu % 8 & 1) != 0;
}

char *topology_node_cpus(const struct topology_node *node)
{
    GString *out = g_string_new(NULL);

    for (unsigned first = 0; first < TOPOLOGY_CPUS; first++) {
        unsigned last = first;
        if (!topology_node_has(node, first))
            continue;
        while (last + 1 < TOPOLOGY_CPUS && topology_node_has(node, last + 1))
            last++;
        g_string_append_printf(out, "%s%u", out->len != 0 ? "," : "", first);
        if (last != first)
            g_string_append_printf(out, "-%u", last);
        first = last;
    }
    return g_string_free(out, FALSE);
}

unsigned topology_distance_of(const struct topology *topology, unsigned from, unsigned to)
{
    unsigned back = 0;

    for (guint i = topology->distances->len; i-- > 0;) {
        const struct topology_distance *row =
            &g_array_index(topology->distances, struct topology_distance, i);
        if (row->from == from && row->to == to)
            return row->value;
        if (row->from == to && row->to == from && back == 0)
            back = row->value;
    }
    return back;
}
