/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A variable's value as people write it. Pure; any thread. */
#ifndef LATHE_WIZARDS_FIRMWARE_VALUE_H
#define LATHE_WIZARDS_FIRMWARE_VALUE_H

#include "wizards/firmware/variable.h"

/*
 * "hex:00ff", "ascii:TEXT", "ucs2:TEXT" (both with a NUL), "u8:1", "u16:", "u32:", "on", "off";
 * without a prefix what the variable's kind takes: a number, text, boot entries "0001,0000". NULL
 * with *error.
 */
GBytes *lathe_value_parse(const char *text, enum lathe_variable_kind kind, GError **error);
/* Sets the variable "NAME" or "NAME@GUID" to such a value. False with *error. */
bool lathe_value_assign(GPtrArray *variables, const char *name, const char *value, GError **error);

#endif
