/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other end of a control socket for programs with a main loop: nothing waits, answers and
 * events come by callbacks (control-client.h is for those that wait). Main thread.
 */
#ifndef LATHE_CONTROL_CONTROL_LINK_H
#define LATHE_CONTROL_CONTROL_LINK_H

#include <json-glib/json-glib.h>

struct lathe_link;

struct lathe_link_ops {
    /* An event of QMP; data: NULL if it has none. */
    void (*event)(void *opaque, const char *name, JsonObject *data);
    /* The machine has gone or speaks nonsense: the last call; the link may be freed in it. */
    void (*closed)(void *opaque);
};

/* What a call returned; NULL: it was refused, or the link was closed, and complaint says why. */
typedef void lathe_link_answer_fn(void *opaque, JsonNode *answer, const char *complaint);

/* Connects, at once; negotiation follows by itself. NULL with *error, LATHE_ERROR_HOST: nobody
 * listens there now. ops outlives the link. */
struct lathe_link *lathe_link_new(const char *path, const struct lathe_link_ops *ops, void *opaque,
                                  GError **error);
/* Answers that have not come do not come. NULL is legal. */
void lathe_link_free(struct lathe_link *link);

/* Runs a command when those before it are done; arguments may be NULL and are taken; answer may be
 * NULL. The link is not freed in it. */
void lathe_link_call(struct lathe_link *link, const char *command, JsonObject *arguments,
                     lathe_link_answer_fn *answer, void *opaque);

#endif
