/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command line of QEMU turned into a definition. Pure but for the files of -readconfig; any
 * thread.
 */
#ifndef LATHE_EXCHANGE_IMPORT_H
#define LATHE_EXCHANGE_IMPORT_H

#include "app/config/config.h"

/*
 * words: the line, with or without the program, NULL-terminated. Names of files begin in the
 * folder. *left becomes a list of char *: what of the line the definition does not say, an option
 * each. NULL with *error: the line cannot be read.
 */
struct lathe_config *lathe_import_qemu(const char *const *words, const char *folder,
                                       GPtrArray **left, GError **error);
/* The same of a text with a shell's quotes and line ends, at most LATHE_CONFIG_MAX_BYTES. */
struct lathe_config *lathe_import_qemu_text(const char *text, const char *folder, GPtrArray **left,
                                            GError **error);

#endif
