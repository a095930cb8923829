/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan: a definition on a given host turned into rows that say what will be built, with which
 * engine and why. A pure function: nothing is opened or made. The session builds from it, and
 * --dry-run prints it. Any thread.
 */
#ifndef LATHE_PLAN_PLAN_H
#define LATHE_PLAN_PLAN_H

#include "app/plan/definition.h"
#include "app/plan/host-facts.h"

struct lathe_plan_row {
    const char *group; /* "machine", "engine", "boot", "device", "serial", ...; static */
    char *item, *text;
};

struct lathe_plan {
    GArray *rows;       /* of struct lathe_plan_row */
    const char *engine; /* what "auto" came to; borrowed from the facts */
};

/*
 * NULL with *error naming what cannot be on this host. devices: the machine's own list, one a
 * line (emu_machine_describe), or NULL to leave them out.
 */
struct lathe_plan *lathe_plan_new(const struct lathe_definition *definition,
                                  const struct lathe_host_facts *facts, const char *devices,
                                  GError **error);
/* What a definition says by itself, whatever the host: without engine and devices. Never NULL. */
struct lathe_plan *lathe_plan_outline(const struct lathe_definition *definition);
void lathe_plan_free(struct lathe_plan *plan);
typedef struct lathe_plan lathe_plan;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_plan, lathe_plan_free)

/* One row a line, in columns; g_free. */
char *lathe_plan_format(const struct lathe_plan *plan);

#endif
