/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of an installation that asks nothing: the machine's definition loses the kernel and the
 * files of answers that it was begun with, as soon as its disk starts by itself.
 */
#ifndef LATHE_SETTINGS_INSTALL_H
#define LATHE_SETTINGS_INSTALL_H

#include "app/library/library.h"

/*
 * Looks whether a machine whose guest has restarted has its system now. If it has, its
 * definition is written without what was for the installation, and that is removed; passwords are
 * in there, as hashes. The caller has the machine's lock. *done: was it so? False with *error. Any
 * thread; blocks on the disk.
 */
bool lathe_install_settle(struct lathe_library *library, struct lathe_machine *machine, bool *done,
                          GError **error);

#endif
