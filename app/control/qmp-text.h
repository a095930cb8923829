/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON as QEMU writes it, with a space behind colons and commas: scripts look for
 * '"status": "running"' without parsing. Any thread.
 */
#ifndef LATHE_CONTROL_QMP_TEXT_H
#define LATHE_CONTROL_QMP_TEXT_H

#include <json-glib/json-glib.h>

/* On one line. Strings that are not UTF-8 get replacement characters. */
void qmp_text_append(GString *text, JsonNode *node);

#endif
