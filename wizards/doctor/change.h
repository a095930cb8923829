/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest change of a definition's processor that helps: features left out, a model that is
 * not known replaced. Any thread, one change at a time.
 */
#ifndef LATHE_WIZARDS_DOCTOR_CHANGE_H
#define LATHE_WIZARDS_DOCTOR_CHANGE_H

#include <libxml/tree.h>

#include "wizards/doctor/cpu.h"
#include "wizards/doctor/message.h"

struct doctor_change {
    xmlDoc *document;
    xmlNode *cpu;     /* in it */
    bool whole;       /* the document is a machine's definition */
    GPtrArray *lines; /* of char *: what was done, translated */
};

/* A definition, or its element cpu alone; "": a processor as the host's. NULL with *error. */
struct doctor_change *doctor_change_new(const char *text, gsize length, GError **error);
void doctor_change_free(struct doctor_change *change);

/* Does the guest get what the host has, or a model with a name? */
bool doctor_change_follows_host(const struct doctor_change *change);
/* What the definition asks for: its model's features, where that is in the folder, and its own. */
struct doctor_cpu *doctor_change_wanted(const struct doctor_change *change, const char *map);

/* Leaves these out (char *); wanted: as above, for the names that the definition uses; model: what
 * its model has alone, NULL: not known. */
void doctor_change_drop(struct doctor_change *change, const GPtrArray *features,
                        const struct doctor_cpu *wanted, const struct doctor_cpu *model);
/* Features that QEMU does not know are no longer named. */
void doctor_change_forget(struct doctor_change *change, const GPtrArray *features);
/* Features that the guest has anyway are asked for. */
void doctor_change_ask(struct doctor_change *change, const GPtrArray *features);
/* Takes another model: the newest (may be NULL), one of the host's like the one that is not known,
 * or the host's own. host may be NULL. */
void doctor_change_model(struct doctor_change *change, const struct doctor_message *message,
                         const struct doctor_cpu *host);

/* An element as text, indented by two, in the order of the document. */
void doctor_write_xml(GString *out, const xmlNode *node);

#endif
