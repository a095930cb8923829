/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe firmware": its commands, one file each. Main thread only. */
#ifndef LATHE_WIZARDS_CLI_FIRMWARE_H
#define LATHE_WIZARDS_CLI_FIRMWARE_H

#include <json-glib/json-glib.h>

#include "app/cli/cli.h"
#include "app/cli/tool.h"
#include "wizards/firmware/bytes.h"

extern const struct lathe_tool lathe_firmware_tool;

/* Each returns an exit status; what *error says is printed. */
#define COMMAND(id, name, operands, summary)                                                       \
    int lathe_firmware_##id(const struct lathe_tool_line *line, GError **error);
#include "wizards/cli/firmware-commands.inc"
#undef COMMAND

/* The one operand; NULL with *error: none, or several. */
const char *lathe_firmware_operand(const struct lathe_tool_line *line, GError **error);

/* Writes a file that must not be there yet. False with *error. */
bool lathe_firmware_write_new(const char *folder, const char *name, struct lathe_bytes data,
                              GError **error);

/*
 * Writes each certificate of the list to FOLDER/PREFIX-NUMBER-NAME.der, hashes to
 * FOLDER/PREFIX-hashes.txt. Files that are there are not replaced. False with *error.
 */
bool lathe_firmware_extract(const GPtrArray *signatures, const char *folder, const char *prefix,
                            GError **error);

/* Members of the object that is being built. */
void lathe_json_text(JsonBuilder *builder, const char *name, const char *value);
void lathe_json_number(JsonBuilder *builder, const char *name, gint64 value);
void lathe_json_truth(JsonBuilder *builder, const char *name, gboolean value);
/* strings ends with NULL. */
void lathe_json_texts(JsonBuilder *builder, const char *name, const char *const *strings);
/* Prints what was built, and a line end. */
void lathe_json_print(JsonBuilder *builder);

#endif
