/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A definition's nodes of memory as the emulator takes them. Any thread. */
#ifndef LATHE_SESSION_NUMA_H
#define LATHE_SESSION_NUMA_H

#include "app/plan/definition.h"
#include "emulator/api/numa.h"

/*
 * NULL: the definition has none. Processors that no cell names are in the first one. A distance
 * that is given one way counts for both. lathe_numa_free.
 */
struct emu_numa *lathe_numa_new(const struct lathe_definition *definition);
void lathe_numa_free(struct emu_numa *numa);

#endif
