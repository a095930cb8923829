/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard "cloud-init": what a cloud image is told when it starts first (NoCloud): user-data,
 * meta-data and network-config, for a disc labelled CIDATA. Pure; any thread.
 */
#ifndef LATHE_CLOUD_CLOUD_H
#define LATHE_CLOUD_CLOUD_H

#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_cloud_flow;

/*
 * Reads the user-data that somebody has ("#cloud-config"), as far as there are questions about it.
 * Returns new answers; NULL with *error: no YAML, or no cloud-config.
 */
struct lathe_answers *lathe_cloud_read(const char *text, gsize length, GError **error);

#endif
