/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search provider as a process. */
#ifndef LATHE_SEARCH_PROVIDER_H
#define LATHE_SEARCH_PROVIDER_H

#include <gio/gio.h>

/*
 * Owns the provider's name on the session bus and answers until nobody asked for idle seconds, or
 * the name went to another. FALSE with *error: there is no session bus.
 */
gboolean lathe_search_provider_run(unsigned idle, GError **error);

#endif
