/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The changes that options of "lathe firmware vars" ask for. Main thread only. */
#ifndef LATHE_WIZARDS_CLI_VARS_EDIT_H
#define LATHE_WIZARDS_CLI_VARS_EDIT_H

#include "app/cli/tool.h"
#include "wizards/firmware/signature.h"
#include "wizards/firmware/store.h"

/* Does the line ask for a change? */
bool lathe_vars_edit_asked(const struct lathe_tool_line *line);
/* Makes all that it asks for, in its order. False with *error naming the option. */
bool lathe_vars_edit(const struct lathe_tool_line *line, struct lathe_store *store, GError **error);

/* "REST[,owner=GUID]": takes the owner off; without one it is the default. False with *error. */
bool lathe_vars_take_owner(char *text, struct lathe_guid *owner, GError **error);
/* The signatures of a file: lists, an update, a certificate. NULL with *error. */
GPtrArray *lathe_vars_read_signatures(const char *path, const struct lathe_guid *owner,
                                      GError **error);
/* One hash: in digits, or SHA-256 of the image of that name. NULL with *error. */
GPtrArray *lathe_vars_read_hash(const char *text, const struct lathe_guid *owner, GError **error);

#endif
