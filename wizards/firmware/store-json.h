/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables as JSON, in the form of virt-fw-vars and of QEMU's uefi-vars device:
 * {"version": 2, "variables": [{"name", "guid", "attr", "data", "time"}]}, data and time (an
 * EFI_TIME, left out if there is none) in hexadecimal. Pure; any thread.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_STORE_JSON_H
#define LATHE_WIZARDS_FIRMWARE_STORE_JSON_H

#include "wizards/firmware/variable.h"

#define LATHE_STORE_JSON_MAX (16u << 20) /* bytes of a file */

/* g_free. */
char *lathe_variables_to_json(const GPtrArray *variables);
/* Sets what the text holds and leaves the others. False with *error, and variables may have
 * changed. */
bool lathe_variables_from_json(GPtrArray *variables, struct lathe_bytes text, GError **error);

#endif
