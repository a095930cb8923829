/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * query-stats and query-stats-schemas: numbers that only grow, of the machine and of each vcpu.
 * They are this emulator's own, and so is their provider's name: QEMU's are those of KVM.
 */
#include <string.h>

#include "app/control/qmp-private.h"
#include "emulator/api/stats.h"

#define STATS_PROVIDER "__org.lathe_vm"

struct stats_numbers {
    struct emu_machine_stats machine;
    struct emu_machine_io io;
    struct emu_vcpu_stats vcpu;
};

static const struct stats_row {
    const char *target, *name;
    const char *unit; /* "bytes", "seconds"; NULL: a number of things */
    int exponent;     /* of ten: what one is */
    size_t offset;
} stats_rows[] = {
    {"vm", "time", "seconds", -9, offsetof(struct stats_numbers, machine.time)},
    {"vm", "instructions", NULL, 0, offsetof(struct stats_numbers, machine.instructions)},
    {"vm", "halted", "seconds", -9, offsetof(struct stats_numbers, machine.halted)},
    {"vm", "disk-read", "bytes", 0, offsetof(struct stats_numbers, io.disk_read)},
    {"vm", "disk-written", "bytes", 0, offsetof(struct stats_numbers, io.disk_written)},
    {"vm", "disk-requests", NULL, 0, offsetof(struct stats_numbers, io.disk_requests)},
    {"vm", "net-received", "bytes", 0, offsetof(struct stats_numbers, io.net_received)},
    {"vm", "net-sent", "bytes", 0, offsetof(struct stats_numbers, io.net_sent)},
    {"vcpu", "instructions", NULL, 0, offsetof(struct stats_numbers, vcpu.instructions)},
    {"vcpu", "halted", "seconds", -9, offsetof(struct stats_numbers, vcpu.halted)},
};

/* ---- schemas ---- */

static JsonObject *stats_describe(const struct stats_row *row)
{
    JsonObject *value = json_object_new();

    json_object_set_string_member(value, "name", row->name);
    json_object_set_string_member(value, "type", "cumulative");
    if (row->unit != NULL)
        json_object_set_string_member(value, "unit", row->unit);
    if (row->exponent != 0)
        json_object_set_int_member(value, "base", 10);
    json_object_set_int_member(value, "exponent", row->exponent);
    return value;
}

static JsonObject *stats_schema(const char *target)
{
    JsonObject *schema = json_object_new();
    JsonArray *stats = json_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(stats_rows); i++) {
        if (strcmp(stats_rows[i].target, target) == 0)
            json_array_add_object_element(stats, stats_describe(&stats_rows[i]));
    }
    json_object_set_string_member(schema, "provider", STATS_PROVIDER);
    json_object_set_string_member(schema, "target", target);
    json_object_set_array_member(schema, "stats", stats);
    return schema;
}

void qmp_do_query_stats_schemas(struct qmp_call *call)
{
    const char *provider = qmp_argument_string(call, "provider");
    JsonArray *list = json_array_new();

    if (provider == NULL || strcmp(provider, STATS_PROVIDER) == 0) {
        json_array_add_object_element(list, stats_schema("vm"));
        json_array_add_object_element(list, stats_schema("vcpu"));
    }
    qmp_return_array(call, list);
}

/* ---- values ---- */

/* What is asked for of our provider. */
struct stats_wish {
    bool wanted;
    JsonArray *names; /* NULL: all */
};

static bool stats_has(JsonArray *words, const char *word)
{
    for (guint i = 0; words != NULL && i < json_array_get_length(words); i++) {
        if (strcmp(json_array_get_string_element(words, i), word) == 0)
            return true;
    }
    return words == NULL;
}

static JsonArray *stats_argument(JsonObject *object, const char *name)
{
    return json_object_has_member(object, name) ? json_object_get_array_member(object, name) : NULL;
}

static struct stats_wish stats_read_wish(const struct qmp_call *call)
{
    JsonArray *providers = stats_argument(call->arguments, "providers");
    struct stats_wish wish = {providers == NULL, NULL};

    for (guint i = 0; providers != NULL && i < json_array_get_length(providers); i++) {
        JsonObject *request = json_array_get_object_element(providers, i);
        if (strcmp(json_object_get_string_member(request, "provider"), STATS_PROVIDER) != 0)
            continue;
        wish = (struct stats_wish){true, stats_argument(request, "names")};
    }
    return wish;
}

static JsonObject *stats_result(const char *target, const char *path,
                                const struct stats_numbers *numbers, JsonArray *names)
{
    JsonObject *result = json_object_new();
    JsonArray *stats = json_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(stats_rows); i++) {
        const struct stats_row *row = &stats_rows[i];
        uint64_t value;
        if (strcmp(row->target, target) != 0 || !stats_has(names, row->name))
            continue;
        memcpy(&value, (const char *)numbers + row->offset, sizeof(value));
        JsonObject *entry = json_object_new();
        json_object_set_string_member(entry, "name", row->name);
        json_object_set_int_member(entry, "value", (gint64)MIN(value, (uint64_t)G_MAXINT64));
        json_array_add_object_element(stats, entry);
    }
    json_object_set_string_member(result, "provider", STATS_PROVIDER);
    if (path != NULL)
        json_object_set_string_member(result, "qom-path", path);
    json_object_set_array_member(result, "stats", stats);
    return result;
}

static void stats_add_vcpus(const struct qmp_call *call, struct emu_machine *machine,
                            JsonArray *names, JsonArray *list)
{
    JsonArray *wanted = stats_argument(call->arguments, "vcpus");
    struct stats_numbers numbers = {0};

    for (unsigned i = 0; emu_machine_get_vcpu_stats(machine, i, &numbers.vcpu); i++) {
        g_autofree char *path = g_strdup_printf("/machine/cpu[%u]", i);
        if (stats_has(wanted, path))
            json_array_add_object_element(list, stats_result("vcpu", path, &numbers, names));
    }
}

void qmp_do_query_stats(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);
    bool vcpus = strcmp(qmp_argument_string(call, "target"), "vcpu") == 0;
    struct stats_wish wish = stats_read_wish(call);
    JsonArray *list = json_array_new();

    if (machine != NULL && wish.wanted && vcpus) {
        stats_add_vcpus(call, machine, wish.names, list);
    } else if (machine != NULL && wish.wanted) {
        struct stats_numbers numbers = {.machine = emu_machine_get_stats(machine)};
        emu_machine_get_io(machine, &numbers.io);
        json_array_add_object_element(list, stats_result("vm", NULL, &numbers, wish.names));
    }
    qmp_return_array(call, list);
}
