/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings one text at a time; see config.h. */
#ifndef LATHE_CONFIG_FINDINGS_H
#define LATHE_CONFIG_FINDINGS_H

#include "app/config/config.h"

/* lines: "12" or "12,15,20"; text: without them. Both only for the call. */
typedef void lathe_finding_fn(void *opaque, const char *lines, const char *text);

/* Calls take for each text of a kind, once. */
void lathe_findings_each(const GArray *findings, enum lathe_finding_kind kind,
                         lathe_finding_fn *take, void *opaque);

#endif
