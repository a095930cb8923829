/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the answers describe, as structures: made from answers that may be wrong, so that the rules
 * have something to look at. Inside of wizards/topology.
 */
#ifndef LATHE_TOPOLOGY_MODEL_H
#define LATHE_TOPOLOGY_MODEL_H

#include "app/plan/definition.h"
#include "emulator/api/numa.h"
#include "wizards/flow/answers.h"

enum {
    TOPOLOGY_NODES = 128,  /* of QEMU and libvirt: ids 0 to 127 */
    TOPOLOGY_CPUS = 4096,  /* of any machine here */
    TOPOLOGY_BUSES = 256,  /* of the one segment that there is */
    TOPOLOGY_DEVICES = 512 /* more are not looked at */
};

/* ---- processors and nodes ---- */

enum topology_level {
    LEVEL_SOCKETS,
    LEVEL_DIES,
    LEVEL_CLUSTERS,
    LEVEL_CORES,
    LEVEL_THREADS,
    LEVELS
};

struct topology_node {
    unsigned id;
    guint64 memory; /* bytes; 0: none */
    guint8 cpus[TOPOLOGY_CPUS / 8];
    bool any; /* has it processors? */
};

struct topology_distance {
    unsigned from, to, value;
};

/* How quickly the processors of one node reach the memory of another. */
struct topology_link {
    unsigned from, to;
    enum emu_numa_measure measure;
    guint64 value; /* nanoseconds, or bytes a second */
};

/* ---- devices ---- */

enum topology_kind {
    KIND_ROOT_PORT,
    KIND_UPSTREAM,
    KIND_DOWNSTREAM,
    KIND_PCIE_PCI,   /* from a PCIe link to a PCI bus */
    KIND_PCI_BRIDGE, /* from a PCI bus to another */
    KIND_DMI_BRIDGE, /* the old one, from a root bus to a PCI bus */
    KIND_EXPANDER,   /* another root bus */
    KIND_PCIE,       /* an endpoint */
    KIND_PCI,        /* a legacy endpoint */
};

/* What a device's bus is. */
enum topology_bus { BUS_ROOT, BUS_EXPANDER, BUS_PORT, BUS_SWITCH, BUS_PCI, BUS_NONE };

struct topology_model {
    const char *name;
    enum topology_kind kind;
    guint16 vendor, device;
    const char *words;
};

struct topology_device {
    const struct topology_model *model;
    char *name;         /* as it was given: also of models that are not known */
    char *id;           /* "" if none was given */
    char *bus;          /* of its parent; "" if none was given */
    char *others;       /* properties that mean nothing here, with commas before them */
    int slot, function; /* slot -1: the first that is free */
    int chassis, port, bus_nr, numa_node; /* -1: not given */
    int chassis_nr;
    bool multifunction;
    /* Found by topology_place. */
    struct topology_device *parent; /* NULL: the root bus, or a bus that does not exist */
    bool lost;                      /* its bus does not exist */
    unsigned on, own, last;         /* bus it is on; its own; the last one behind it */
};

struct topology {
    const char *machine;
    unsigned cpus, maxcpus, levels[LEVELS]; /* 0: does not come out */
    guint64 memory, maxmem;
    unsigned slots;
    GArray *nodes;      /* of struct topology_node */
    GArray *distances;  /* of struct topology_distance */
    GArray *links;      /* of struct topology_link */
    GPtrArray *devices; /* of struct topology_device, in their order */
    bool too_many;      /* buses for one segment */
};

struct topology *topology_new(const struct lathe_answers *answers);
void topology_free(struct topology *topology);

/* ---- reading ---- */

/* Checks of one line of the lists; false with a sentence. */
bool topology_node_check(const char *text, GError **error);
bool topology_distance_check(const char *text, GError **error);
bool topology_link_check(const char *text, GError **error);
bool topology_device_check(const char *text, GError **error);
bool topology_size_check(const char *text, GError **error);

const struct topology_node *topology_node_at(const struct topology *topology, guint index);
bool topology_node_has(const struct topology_node *node, unsigned cpu);
/* "0-1,4"; g_free. */
char *topology_node_cpus(const struct topology_node *node);
/* Of 128 nodes at most, 0 where none is given either way. */
unsigned topology_distance_of(const struct topology *topology, unsigned from, unsigned to);

/* Finds parents, slots and bus numbers, as QEMU and the firmware will. */
void topology_place(struct topology *topology);
enum topology_bus topology_bus_of(const struct topology_device *device);
bool topology_is_port(const struct topology_device *device);

/* ---- rules and writers ---- */

void topology_check_cpus(const struct topology *topology, struct lathe_problems *problems);
void topology_check_nodes(const struct topology *topology, struct lathe_problems *problems);
void topology_check_devices(const struct topology *topology, struct lathe_problems *problems);

/* As a flow's repair. */
void topology_repair(const struct lathe_answers *answers, const struct lathe_problem *problem,
                     struct lathe_repairs *repairs);

/* "read-latency"; static. */
const char *topology_measure_name(enum emu_numa_measure measure);

/* A controller's index is its device's place among those with buses, from 1; pcie.0 (NULL) is 0. */
unsigned topology_index(const struct topology *topology, const struct topology_device *device);
/* A bridge's model as libvirt has it; NULL: it is none. Static. */
const char *topology_controller(const struct topology_device *device);
/* Puts ports, bridges and the places of devices into a definition; with no devices nothing is
 * touched. False with *error: it has no such device, and the definition is of no use. */
bool topology_apply_devices(const struct topology *topology, struct lathe_definition *definition,
                            GError **error);
/* The same of a definition as lines of "devices". */
void topology_take_devices(struct lathe_answers *answers,
                           const struct lathe_definition *definition);

void topology_write_tree(const struct topology *topology, GString *out);
void topology_write_qemu(const struct topology *topology, GString *out);
void topology_write_libvirt(const struct topology *topology, GString *out);

#endif
