/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts of the program that are loaded when they are wanted: shared objects "lathe-NAME.so" that
 * use what the program exports and have one symbol of their own, lathe_module.
 */
#ifndef LATHE_MODULES_MODULE_H
#define LATHE_MODULES_MODULE_H

#include <glib.h>

/* Before the definition of lathe_module, a constant struct of the type that its users expect. */
#define LATHE_MODULE_EXPORT __attribute__((visibility("default")))

/*
 * The lathe_module of the module NAME, which stays loaded until the process ends. NULL with *error
 * (LATHE_ERROR_HOST): it is not installed, or a library that it needs is not; the text names the
 * file. Any thread.
 */
const void *lathe_module_find(const char *name, GError **error);

/* Where a file of this name lies beside the modules: programs that the program starts. g_free. */
char *lathe_module_path(const char *file);

#endif
