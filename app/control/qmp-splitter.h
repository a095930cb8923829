/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QMP's input is JSON values one after the other without framing (RFC 8259). The splitter finds
 * where each ends, checks everything below the grammar (tokens, escapes, UTF-8, size, depth), and
 * leaves the grammar to json-glib, which gets whole values that cannot hurt it. No I/O.
 */
#ifndef LATHE_CONTROL_QMP_SPLITTER_H
#define LATHE_CONTROL_QMP_SPLITTER_H

#include <glib.h>
#include <stdbool.h>

#define QMP_MAX_VALUE (1u << 20) /* bytes of one value */
#define QMP_MAX_DEPTH 64u        /* arrays and objects in each other */

enum qmp_split {
    QMP_SPLIT_MORE,  /* all was taken, no value is whole yet */
    QMP_SPLIT_VALUE, /* qmp_splitter_text has a value */
    QMP_SPLIT_BAD,   /* qmp_splitter_text says what is wrong; the line's rest will be skipped */
};

struct qmp_splitter;

struct qmp_splitter *qmp_splitter_new(void);
void qmp_splitter_free(struct qmp_splitter *splitter); /* NULL is legal */

/* Takes bytes until a value is whole or is found to be bad; moves *data and *length on. */
enum qmp_split qmp_splitter_feed(struct qmp_splitter *splitter, const char **data, size_t *length);
/* UTF-8, ended by a NUL; borrowed until the next call of feed. */
const char *qmp_splitter_text(const struct qmp_splitter *splitter);

#endif
