/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of lathe_config_check; see config.h. */
#ifndef LATHE_CONFIG_CHECK_H
#define LATHE_CONFIG_CHECK_H

#include <libxml/tree.h>

#include "app/config/config.h"

/* Appends a finding at a node; text is taken. Beyond a thousand they are forgotten. */
void lathe_check_take(GArray *findings, enum lathe_finding_kind kind, const xmlNode *node,
                      char *text);
/* By line; those of a line as they came. */
void lathe_check_sort(GArray *findings);
/* Appends a fault at a node. */
void lathe_check_fault(GArray *findings, const xmlNode *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* What has to fit together across elements. */
void lathe_check_across(const xmlNode *root, GArray *findings);

#endif
