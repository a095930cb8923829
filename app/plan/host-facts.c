/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the host's facts from the emulator's own probing. */
#include "app/plan/host-facts.h"

#include <glib.h>
#include <string.h>

void lathe_host_facts_read(struct lathe_host_facts *facts)
{
    memset(facts, 0, sizeof(*facts));
    facts->engine_count =
        MIN(emu_host_engines(facts->engines, LATHE_MAX_ENGINES), (size_t)LATHE_MAX_ENGINES);
    facts->default_engine = emu_host_default_engine(facts->default_why, sizeof(facts->default_why));
    facts->memory_limit = emu_host_memory_limit();
}

const struct emu_host_engine *lathe_host_facts_engine(const struct lathe_host_facts *facts,
                                                      const char *name)
{
    for (size_t i = 0; i < facts->engine_count; i++) {
        if (strcmp(facts->engines[i].name, name) == 0)
            return &facts->engines[i];
    }
    return NULL;
}
