/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a plan needs to know of this host, read once and passed in, so that the plan itself is a
 * pure function and tests can make up hosts.
 */
#ifndef LATHE_PLAN_HOST_FACTS_H
#define LATHE_PLAN_HOST_FACTS_H

#include "emulator/api/host.h"

#define LATHE_MAX_ENGINES 8

struct lathe_host_facts {
    struct emu_host_engine engines[LATHE_MAX_ENGINES]; /* best first */
    size_t engine_count;
    const char *default_engine; /* NULL: none works here */
    char default_why[320];
    uint64_t memory_limit; /* bytes that a machine may have now */
};

void lathe_host_facts_read(struct lathe_host_facts *facts);
/* The row of an engine; NULL: there is none of this name. */
const struct emu_host_engine *lathe_host_facts_engine(const struct lathe_host_facts *facts,
                                                      const char *name);

#endif
