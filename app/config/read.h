/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of lathe_config_fill: a checked document into a definition, area by area. */
#ifndef LATHE_CONFIG_READ_H
#define LATHE_CONFIG_READ_H

#include <libxml/tree.h>

#include "app/config/config.h"
#include "app/plan/definition.h"

struct lathe_config_reader {
    const char *name; /* of the document */
    const xmlNode *root;
    struct lathe_definition *definition;
    GArray *findings; /* of the check, and what lathe_read_later adds */
};

/* Each fills its part. False with *error, "NAME:LINE: why". */
bool lathe_read_drives(struct lathe_config_reader *reader, GError **error);
bool lathe_read_nets(struct lathe_config_reader *reader, GError **error);
/* The boot service of the definition's adapter of that index. */
bool lathe_read_netboot(struct lathe_config_reader *reader, unsigned index, GError **error);
bool lathe_read_ports(struct lathe_config_reader *reader, GError **error);
/* graphics.c: viewers elsewhere, those that are not served noted. */
void lathe_read_graphics(struct lathe_config_reader *reader);

/* "NAME:LINE: why"; returns false always. */
bool lathe_read_fail(const struct lathe_config_reader *reader, const xmlNode *node, GError **error,
                     const char *format, ...) G_GNUC_PRINTF(4, 5);
/* Puts the document's place before what went wrong; returns false always. */
bool lathe_read_fail_at(const struct lathe_config_reader *reader, const xmlNode *node,
                        GError **error);
/* Notes what the machine does without. */
void lathe_read_later(struct lathe_config_reader *reader, const xmlNode *node, const char *format,
                      ...) G_GNUC_PRINTF(3, 4);

/* A file's path: from the document's folder, if it is none from the root. NULL for NULL and "". */
char *lathe_read_path(const struct lathe_config_reader *reader, const char *path);
/* Appends ",forward=..." for each port of a <portForward>; false: there are too many. */
bool lathe_read_forward_ports(const xmlNode *forward, GString *text);
/* Is a <serial> firmware's debug console? Is a <console> a serial port, the first one? */
bool lathe_read_is_debugcon(const xmlNode *serial);
bool lathe_read_is_serial_console(const xmlNode *console);
/* Is a <console> or <channel> a port of the virtio console? */
bool lathe_read_is_virtio_port(const xmlNode *port);
/* A device's place in the boot order; 0: none. */
unsigned lathe_read_boot(const xmlNode *device);

#endif
