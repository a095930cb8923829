/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes of an assistant's answers, put into a machine of the library; and a machine of the
 * library as answers. They block; any thread, an object belongs to one at a time.
 */
#ifndef LATHE_WIZARDS_APPLY_H
#define LATHE_WIZARDS_APPLY_H

#include "wizards/flow/answers.h"

/* A machine that was changed. Strings are owned. */
struct lathe_applied {
    char *machine;        /* its folder */
    char *note;           /* what is to be known of it, in sentences; "": nothing */
    char *before, *after; /* its definition */
};

/* NULL is legal. */
void lathe_applied_free(struct lathe_applied *applied);
typedef struct lathe_applied lathe_applied;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_applied, lathe_applied_free)

/* Has what comes of the flow a place in a machine? */
bool lathe_apply_can(const struct lathe_flow *flow);
/*
 * Changes the definition of the machine of this name or folder in one step; the old one stays
 * until the new one is whole. NULL with *error: there is an answer missing or wrong, the machine
 * cannot be had, or it has no such thing. lathe_applied_free.
 */
struct lathe_applied *lathe_apply_to(const struct lathe_answers *answers, const char *machine,
                                     GError **error);
/* The definition becomes what it was before. False with *error: it was changed since, or cannot be
 * had. */
bool lathe_apply_undo(const struct lathe_applied *applied, GError **error);
/* What the machine has now, as answers; new ones. NULL with *error. */
struct lathe_answers *lathe_apply_from(const struct lathe_flow *flow, const char *machine,
                                       GError **error);
/* The name of the machine of this name or folder; NULL: it cannot be had. g_free. */
char *lathe_apply_name(const char *machine);
/* The names of the library's machines, NULL at the end; g_strfreev. */
char **lathe_apply_machines(void);

#endif
