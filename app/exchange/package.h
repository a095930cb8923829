/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine as an OVA package, for other programs. Any thread; blocks. */
#ifndef LATHE_EXCHANGE_PACKAGE_H
#define LATHE_EXCHANGE_PACKAGE_H

#include "app/config/config.h"
#include "app/images/task.h"

/*
 * Writes a package to a path where there is nothing: description, SHA-256 checksums, the disks as
 * streamOptimized VMDK. Names of files in the document are whole; nobody writes to the disks
 * meanwhile. *left becomes a list of char *: what of the definition the package does not say. False
 * with *error, G_IO_ERROR_CANCELLED if the task was stopped: nothing is left.
 */
bool lathe_package_write(const struct lathe_config *config, const char *path,
                         struct lathe_task *task, GPtrArray **left, GError **error);

#endif
