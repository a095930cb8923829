/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of YAML, appended behind what is there; depth counts two blanks. Pure; any thread. */
#ifndef LATHE_INSTALLER_YAML_OUT_H
#define LATHE_INSTALLER_YAML_OUT_H

#include <glib.h>

/* A key with its colon, or "-", and behind it a text in quotes. It has no control characters. */
void installer_yaml_text(GString *out, unsigned depth, const char *key, const char *value);
/* A line as it is. */
void installer_yaml_key(GString *out, unsigned depth, const char *text);
/* Each as an item in quotes. */
void installer_yaml_list(GString *out, unsigned depth, char **list);

#endif
