/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard for NUMA and PCIe topology: processors in nodes, memory, distances; ports, switches,
 * bridges and expander buses. Pure; any thread.
 */
#ifndef LATHE_TOPOLOGY_TOPOLOGY_H
#define LATHE_TOPOLOGY_TOPOLOGY_H

#include "app/plan/definition.h"
#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_topology_flow;

enum { LATHE_ARGUMENTS_MAX = 64 << 10 };

/*
 * Reads QEMU's arguments -machine, -smp, -m, -object memory-backend-*, -numa and -device; others
 * do not count here. Returns new answers; NULL with *error.
 */
struct lathe_answers *lathe_topology_read(const char *text, gsize length, GError **error);

/* Puts processors, memory, nodes and, where there are any, ports and places of devices into a
 * machine's definition. False with *error: such a machine cannot have them; the definition is of no
 * use then. */
bool lathe_topology_apply(const struct lathe_answers *answers, struct lathe_definition *definition,
                          GError **error);
/* The same of a machine as answers. */
void lathe_topology_take(struct lathe_answers *answers, const struct lathe_definition *definition);

#endif
