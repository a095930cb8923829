/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of wizards/ignition. */
#ifndef LATHE_IGNITION_BUTANE_PRIVATE_H
#define LATHE_IGNITION_BUTANE_PRIVATE_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* What Ignition demands beyond the kinds of single values: names that are unique and whole paths,
 * contents where something is overwritten. False with *error. */
bool butane_check(JsonObject *config, GError **error);

#endif
