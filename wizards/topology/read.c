/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's arguments, as answers. Memory of a node is that of the back end that it names. */
#include "wizards/topology/topology.h"

#include <string.h>

#include "app/plan/error.h"
#include "wizards/topology/model.h"

struct reading {
    struct lathe_answers *answers;
    GHashTable *backends; /* char *, sizes by ids */
};

static void read_set(struct reading *reading, const char *id, const char *value)
{
    lathe_answers_set(reading->answers, id, value, NULL);
}

/* "KEY=VALUE" gives VALUE, if the key is this one; borrowed. */
static const char *value_of(const char *part, const char *key)
{
    size_t length = strlen(key);

    return strncmp(part, key, length) == 0 && part[length] == '=' ? part + length + 1 : NULL;
}

static void read_machine(struct reading *reading, char **parts)
{
    const char *name = value_of(parts[0], "type");

    name = name != NULL ? name : parts[0];
    read_set(reading, "machine", g_str_has_prefix(name, "pc-q35") ? "q35" : name);
}

/* The first part may stand without its key. */
static void read_keys(struct reading *reading, char **parts, const char *first,
                      const char *const *ids)
{
    if (strchr(parts[0], '=') == NULL)
        read_set(reading, first, parts[0]);
    for (char **part = parts; *part != NULL; part++) {
        for (const char *const *id = ids; *id != NULL; id++) {
            if (value_of(*part, *id) != NULL)
                read_set(reading, *id, value_of(*part, *id));
        }
    }
}

static void read_smp(struct reading *reading, char **parts)
{
    static const char *const ids[] = {"cpus",     "maxcpus", "sockets", "dies",
                                      "clusters", "cores",   "threads", NULL};

    read_keys(reading, parts, "cpus", ids);
}

/* Without a unit it is mebibytes. */
static void read_memory(struct reading *reading, char **parts)
{
    static const char *const ids[] = {"slots", "maxmem", NULL};
    const char *size = value_of(parts[0], "size");

    size = size != NULL ? size : parts[0];
    bool bare = *size != '\0' && g_ascii_isdigit(size[strlen(size) - 1]);
    g_autofree char *whole = g_strconcat(size, bare ? "M" : "", NULL);
    read_set(reading, "memory", whole);
    read_keys(reading, parts, "memory", ids);
    read_set(reading, "memory", whole);
}

static void read_object(struct reading *reading, char **parts)
{
    const char *id = NULL, *size = NULL;

    if (!g_str_has_prefix(parts[0], "memory-backend-"))
        return;
    for (char **part = parts + 1; *part != NULL; part++) {
        id = value_of(*part, "id") != NULL ? value_of(*part, "id") : id;
        size = value_of(*part, "size") != NULL ? value_of(*part, "size") : size;
    }
    if (id != NULL && size != NULL)
        g_hash_table_replace(reading->backends, g_strdup(id), g_strdup(size));
}

static void read_node(struct reading *reading, char **parts)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (char **part = parts + 1; *part != NULL; part++) {
        const char *id = value_of(*part, "nodeid"), *backend = value_of(*part, "memdev");
        const char *size = backend ? g_hash_table_lookup(reading->backends, backend) : NULL;
        const char *memory = value_of(*part, "mem");
        const char *between = line->len != 0 ? "," : "";
        if (id != NULL)
            g_string_append_printf(line, "%sid=%s", between, id);
        else if (size != NULL || memory != NULL)
            g_string_append_printf(line, "%smemory=%s", between, size != NULL ? size : memory);
        else if (backend == NULL)
            g_string_append_printf(line, "%s%s", between, *part);
    }
    lathe_answers_add_line(reading->answers, "nodes", line->str, NULL);
}

static void read_distance(struct reading *reading, char **parts)
{
    static const char *const keys[] = {"src", "dst", "val"};
    const char *found[3] = {"", "", ""};

    for (char **part = parts + 1; *part != NULL; part++) {
        for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
            if (value_of(*part, keys[i]) != NULL)
                found[i] = value_of(*part, keys[i]);
        }
    }
    g_autofree char *line = g_strdup_printf("%s,%s,%s", found[0], found[1], found[2]);
    lathe_answers_add_line(reading->answers, "distances", line, NULL);
}

/* Of memory, not of a cache before it. */
static void read_link(struct reading *reading, char **parts)
{
    const char *from = "", *to = "", *type = "", *value = "", *where = "memory";

    for (char **part = parts + 1; *part != NULL; part++) {
        from = value_of(*part, "initiator") != NULL ? value_of(*part, "initiator") : from;
        to = value_of(*part, "target") != NULL ? value_of(*part, "target") : to;
        type = value_of(*part, "data-type") != NULL ? value_of(*part, "data-type") : type;
        where = value_of(*part, "hierarchy") != NULL ? value_of(*part, "hierarchy") : where;
        value = value_of(*part, "latency") != NULL ? value_of(*part, "latency") : value;
        value = value_of(*part, "bandwidth") != NULL ? value_of(*part, "bandwidth") : value;
    }
    if (strcmp(where, "memory") != 0)
        return;
    type = g_str_has_prefix(type, "access-") ? type + strlen("access-") : type;
    g_autofree char *line = g_strdup_printf("%s,%s,%s,%s", from, to, type, value);
    lathe_answers_add_line(reading->answers, "links", line, NULL);
}

static void read_numa(struct reading *reading, char **parts)
{
    if (strcmp(parts[0], "node") == 0)
        read_node(reading, parts);
    else if (strcmp(parts[0], "dist") == 0)
        read_distance(reading, parts);
    else if (strcmp(parts[0], "hmat-lb") == 0)
        read_link(reading, parts);
}

/* What is on no PCI bus is none of ours. */
static void read_device(struct reading *reading, char **parts)
{
    static const char *const others[] = {"usb-", "isa-", "scsi-", "ide-", "virtserialport"};
    g_autofree char *line = g_strjoinv(",", parts);

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (g_str_has_prefix(line, others[i]))
            return;
    }
    lathe_answers_add_line(reading->answers, "devices", line, NULL);
}

static const struct {
    const char *name;
    void (*read)(struct reading *reading, char **parts);
} arguments[] = {
    {"machine", read_machine}, {"M", read_machine}, {"smp", read_smp},       {"m", read_memory},
    {"object", read_object},   {"numa", read_numa}, {"device", read_device},
};

/* Whether it was one that counts. */
static bool read_argument(struct reading *reading, const char *name, const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    for (size_t i = 0; i < G_N_ELEMENTS(arguments); i++) {
        if (strcmp(arguments[i].name, name) != 0 || parts[0] == NULL)
            continue;
        arguments[i].read(reading, parts);
        return true;
    }
    return false;
}

struct lathe_answers *lathe_topology_read(const char *text, gsize length, GError **error)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) words = NULL;
    guint found = 0;

    if (length > LATHE_ARGUMENTS_MAX || !g_utf8_validate(text, (gssize)length, NULL)) {
        lathe_error_input(error, "these are no arguments: no text, or more than 64 KiB of it");
        return NULL;
    }
    if (!g_shell_parse_argv(copy, NULL, &words, NULL)) {
        lathe_error_input(error, "there are no words in it, or a quotation mark is not closed");
        return NULL;
    }
    struct reading reading = {lathe_answers_new(&lathe_topology_flow),
                              g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    for (char **word = words; word[0] != NULL && word[1] != NULL; word++) {
        const char *name = *word + strspn(*word, "-");
        if (**word == '-' && read_argument(&reading, name, word[1])) {
            found++;
            word++;
        }
    }
    g_hash_table_unref(reading.backends);
    if (found != 0)
        return reading.answers;
    lathe_answers_free(reading.answers);
    lathe_error_input(error, "there is nothing about processors, memory, nodes or devices in it");
    return NULL;
}
