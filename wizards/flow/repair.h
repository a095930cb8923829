/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proposals for what is wrong: for each problem the smallest change of one answer that mends it and
 * breaks nothing else. Nothing is changed before somebody says so. Any thread, an object belongs to
 * one at a time.
 */
#ifndef LATHE_WIZARDS_REPAIR_H
#define LATHE_WIZARDS_REPAIR_H

#include "wizards/flow/answers.h"

struct lathe_repair {
    const struct lathe_step *step; /* of the problem that it mends */
    const struct lathe_question *question;
    char *problem;  /* the sentence that goes */
    char *typed;    /* the new answer; NULL: it is taken back */
    char *sentence; /* what is changed */
};

/* Of struct lathe_repair *, in the problems' order; a problem that no change mends has none. The
 * caller unrefs it. */
GPtrArray *lathe_flow_repair(const struct lathe_answers *answers);
/* The change is made. False with *error: the answers do not take it. */
bool lathe_repair_make(struct lathe_answers *answers, const struct lathe_repair *repair,
                       GError **error);

/*
 * For a flow's repair: would it mend the problem if the question had this answer (NULL: none)? The
 * one with the lowest cost counts, of equal ones the first. The format is translated here.
 */
void lathe_repair_try(struct lathe_repairs *repairs, const char *id, const char *typed,
                      unsigned cost, const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif
