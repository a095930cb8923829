/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flow: processors, nodes, devices; and what comes of them. */
#include "wizards/topology/topology.h"

#include <glib/gi18n.h>

#include "wizards/topology/drawing.h"
#include "wizards/topology/model.h"

static const struct lathe_choice machine_choices[] = {
    {"q35", N_("a PC with PCIe")},
    {"virt", N_("QEMU's virtual machine for Arm")},
    {"sbsa-ref", N_("the reference server for Arm")},
    {NULL},
};

static const struct lathe_question cpu_questions[] = {
    {"machine", N_("Machine"), N_("The type of the machine."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "q35", .choices = machine_choices},
    {"cpus", N_("Processors"), N_("How many the guest starts with: threads, all in all."),
     LATHE_QUESTION_NUMBER, .required = true, .initial = "1", .low = 1, .high = TOPOLOGY_CPUS},
    {"maxcpus", N_("Processors at most"), N_("With those that can be added later. Empty: as many."),
     LATHE_QUESTION_NUMBER, .low = 1, .high = TOPOLOGY_CPUS},
    {"sockets", N_("Sockets"), N_("Empty: as many as come out."), LATHE_QUESTION_NUMBER, .low = 1,
     .high = TOPOLOGY_CPUS},
    {"dies", N_("Dies in a socket"), N_("A PC's alone. Empty: one."), LATHE_QUESTION_NUMBER,
     .low = 1, .high = TOPOLOGY_CPUS},
    {"clusters", N_("Clusters in a die"), N_("Those of Arm's machines. Empty: one."),
     LATHE_QUESTION_NUMBER, .low = 1, .high = TOPOLOGY_CPUS},
    {"cores", N_("Cores in a cluster, die or socket"), N_("Empty: as many as come out."),
     LATHE_QUESTION_NUMBER, .low = 1, .high = TOPOLOGY_CPUS},
    {"threads", N_("Threads in a core"), N_("Empty: one."), LATHE_QUESTION_NUMBER, .low = 1,
     .high = TOPOLOGY_CPUS},
    {NULL},
};

static const struct lathe_question node_questions[] = {
    {"memory", N_("Memory"), N_("Of the machine, as 4G."), LATHE_QUESTION_TEXT, .required = true,
     .initial = "1G", .check = topology_size_check},
    {"slots", N_("Slots for more memory"), N_("How many modules can be added. Empty: none."),
     LATHE_QUESTION_NUMBER, .low = 1, .high = 256},
    {"maxmem", N_("Memory at most"), N_("With all that can be added."), LATHE_QUESTION_TEXT,
     .check = topology_size_check},
    {"nodes", N_("Nodes"),
     N_("A line each: id=0,cpus=0-1,memory=1G. cpus may be there several times; a node without "
        "memory or without processors is one too."),
     LATHE_QUESTION_LIST, .check = topology_node_check},
    {"distances", N_("Distances"),
     N_("A line each: FROM,TO,VALUE. 10 is a node's distance from itself, 255 is out of reach. "
        "Without any, others are 20 away."),
     LATHE_QUESTION_LIST, .check = topology_distance_check},
    {"links", N_("Latency and bandwidth"),
     N_("A line each: FROM,TO,latency,NANOSECONDS or FROM,TO,bandwidth,SIZE as 10G a second, from "
        "the processors of a node to the memory of another; read-latency, write-bandwidth and the "
        "like tell the two ways apart. The guest finds it in HMAT."),
     LATHE_QUESTION_LIST, .check = topology_link_check},
    {NULL},
};

static const struct lathe_question device_questions[] = {
    {"devices", N_("Devices"),
     N_("A line each, as QEMU's -device takes it: pcie-root-port,id=rp1,chassis=1 and then "
        "nvme,bus=rp1. A device stands behind the one whose bus it is on."),
     LATHE_QUESTION_LIST, .check = topology_device_check},
    {NULL},
};

static void cpus_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    struct topology *topology = topology_new(answers);

    topology_check_cpus(topology, problems);
    topology_free(topology);
}

static void nodes_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    struct topology *topology = topology_new(answers);

    if ((topology->slots != 0) != (topology->maxmem != 0))
        lathe_problem_add(problems, "maxmem",
                          "slots for memory need a limit for it, and the limit needs slots");
    else if (topology->slots != 0 && topology->maxmem < topology->memory)
        lathe_problem_add(problems, "maxmem", "that is less than the memory that there is");
    topology_check_nodes(topology, problems);
    topology_free(topology);
}

static void devices_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    struct topology *topology = topology_new(answers);

    topology_check_devices(topology, problems);
    topology_free(topology);
}

static char *devices_enter(const struct lathe_answers *answers)
{
    struct topology *topology = topology_new(answers);
    GString *out = g_string_new(NULL);

    topology_write_tree(topology, out);
    topology_free(topology);
    return g_string_free(out, FALSE);
}

static void devices_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    struct topology *topology = topology_new(answers);

    topology_write_tree(topology, lathe_outcome_file(outcome, "tree.txt"));
    topology_write_qemu(topology, lathe_outcome_file(outcome, "qemu.args"));
    topology_write_libvirt(topology, lathe_outcome_file(outcome, "domain.xml"));
    topology_free(topology);
}

static const struct lathe_step topology_steps[] = {
    {"processors", N_("Processors"), cpu_questions, .validate = cpus_validate},
    {"nodes", N_("Memory and nodes"), node_questions, .enter = lathe_drawing_text,
     .validate = nodes_validate},
    {"devices", N_("Devices"), device_questions, .enter = devices_enter,
     .validate = devices_validate, .apply = devices_apply},
    {NULL},
};

const struct lathe_flow lathe_topology_flow = {
    "topology", N_("Topology"),
    N_("Which processors and memory are near each other, and what is plugged where"),
    topology_steps, .repair = topology_repair};
