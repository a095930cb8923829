/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query-pci: the functions of all buses, those behind a bridge within it. */
#include "app/control/qmp-private.h"
#include "emulator/api/pci.h"

#define PCI_MAX 256 /* functions */

struct pci_list {
    struct emu_pci_function functions[PCI_MAX];
    size_t count;
};

/* ---- windows ---- */

static JsonObject *pci_describe_range(const struct emu_pci_window *range)
{
    JsonObject *answer = json_object_new();
    gint64 base = (gint64)range->address;

    json_object_set_int_member(answer, "base", base);
    json_object_set_int_member(answer, "limit",
                               range->size != 0 ? base + (gint64)range->size - 1 : 0);
    return answer;
}

static JsonObject *pci_describe_window(const struct emu_pci_window *window, unsigned bar)
{
    JsonObject *answer = json_object_new();

    json_object_set_int_member(answer, "bar", bar);
    json_object_set_string_member(answer, "type", window->ports ? "io" : "memory");
    json_object_set_int_member(answer, "address", (gint64)window->address); /* -1: nowhere */
    json_object_set_int_member(answer, "size", (gint64)window->size);
    if (window->ports)
        return answer;
    json_object_set_boolean_member(answer, "prefetch", window->prefetch);
    json_object_set_boolean_member(answer, "mem_type_64", window->wide);
    return answer;
}

static JsonArray *pci_describe_windows(const struct emu_pci_function *function)
{
    JsonArray *list = json_array_new();

    for (unsigned i = 0; i < EMU_PCI_WINDOWS; i++) {
        if (function->windows[i].size != 0)
            json_array_add_object_element(list, pci_describe_window(&function->windows[i], i));
    }
    return list;
}

/* ---- functions ---- */

/* The names that people know, by class and subclass. */
static const char *pci_class_name(unsigned code)
{
    static const struct {
        unsigned code;
        const char *name;
    } rows[] = {{0x0100, "SCSI controller"},
                {0x0101, "IDE controller"},
                {0x0106, "SATA controller"},
                {0x0108, "NVMe controller"},
                {0x0200, "Ethernet controller"},
                {0x0300, "VGA controller"},
                {0x0380, "Display controller"},
                {0x0600, "Host bridge"},
                {0x0601, "ISA bridge"},
                {0x0604, "PCI bridge"},
                {0x0980, "Input device"},
                {0x0c03, "USB controller"},
                {0x0c05, "SMBus"}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].code == code)
            return rows[i].name;
    }
    return NULL;
}

static JsonObject *pci_describe_class(unsigned code)
{
    JsonObject *answer = json_object_new();

    if (pci_class_name(code) != NULL)
        json_object_set_string_member(answer, "desc", pci_class_name(code));
    json_object_set_int_member(answer, "class", code);
    return answer;
}

static JsonObject *pci_describe_id(const struct emu_pci_function *function)
{
    JsonObject *answer = json_object_new();

    json_object_set_int_member(answer, "device", function->device);
    json_object_set_int_member(answer, "vendor", function->vendor);
    if (!function->bridge) {
        json_object_set_int_member(answer, "subsystem", function->subsystem);
        json_object_set_int_member(answer, "subsystem-vendor", function->subsystem_vendor);
    }
    return answer;
}

static JsonArray *pci_describe_bus(const struct pci_list *list, unsigned bus);

/* A bridge that firmware has not set up yet leads nowhere. */
static JsonObject *pci_describe_bridge(const struct pci_list *list,
                                       const struct emu_pci_function *function)
{
    JsonObject *answer = json_object_new(), *bus = json_object_new();

    json_object_set_int_member(bus, "number", function->bus);
    json_object_set_int_member(bus, "secondary", function->secondary);
    json_object_set_int_member(bus, "subordinate", function->subordinate);
    json_object_set_object_member(bus, "io_range", pci_describe_range(&function->behind[0]));
    json_object_set_object_member(bus, "memory_range", pci_describe_range(&function->behind[1]));
    json_object_set_object_member(bus, "prefetchable_range",
                                  pci_describe_range(&function->behind[2]));
    json_object_set_object_member(answer, "bus", bus);
    if (function->secondary > function->bus)
        json_object_set_array_member(answer, "devices",
                                     pci_describe_bus(list, function->secondary));
    return answer;
}

static JsonObject *pci_describe(const struct pci_list *list,
                                const struct emu_pci_function *function)
{
    JsonObject *answer = json_object_new();

    json_object_set_int_member(answer, "bus", function->bus);
    json_object_set_int_member(answer, "slot", function->slot);
    json_object_set_int_member(answer, "function", function->function);
    json_object_set_object_member(answer, "class_info",
                                  pci_describe_class(function->class_code >> 8));
    json_object_set_object_member(answer, "id", pci_describe_id(function));
    if (function->pin != 0)
        json_object_set_int_member(answer, "irq", function->line);
    json_object_set_int_member(answer, "irq_pin", function->pin);
    json_object_set_string_member(answer, "qdev_id", function->id);
    if (function->bridge)
        json_object_set_object_member(answer, "pci_bridge", pci_describe_bridge(list, function));
    json_object_set_array_member(answer, "regions", pci_describe_windows(function));
    return answer;
}

/* Buses behind bridges have higher numbers, so that this ends. */
static JsonArray *pci_describe_bus(const struct pci_list *list, unsigned bus)
{
    JsonArray *answer = json_array_new();

    for (size_t i = 0; i < list->count; i++) {
        if (list->functions[i].bus == bus)
            json_array_add_object_element(answer, pci_describe(list, &list->functions[i]));
    }
    return answer;
}

void qmp_do_query_pci(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_machine *machine = lathe_session_get_machine(qmp->session);
    g_autofree struct pci_list *list = g_new0(struct pci_list, 1);
    JsonArray *answer = json_array_new();
    JsonObject *bus = json_object_new();

    if (machine != NULL)
        list->count = MIN(emu_machine_list_pci(machine, list->functions, PCI_MAX), PCI_MAX);
    json_object_set_int_member(bus, "bus", 0);
    json_object_set_array_member(bus, "devices", pci_describe_bus(list, 0));
    json_array_add_object_element(answer, bus);
    qmp_return_array(call, answer);
}
