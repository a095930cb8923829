/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A definition as a command line of QEMU. Pure; any thread. */
#ifndef LATHE_EXCHANGE_EXPORT_H
#define LATHE_EXCHANGE_EXPORT_H

#include "app/config/config.h"

/* The files that os firmware= comes to on a host; NULL: not known, which is told. */
struct lathe_export_firmware {
    const char *image, *vars; /* vars is a template: QEMU's changes of it are not kept */
};

/*
 * The words of the line, of char *. *left becomes a list of char *: what of the definition the line
 * does not say, "disk/geometry (line 12)". The document has no faults (lathe_config_check).
 */
GPtrArray *lathe_export_qemu(const struct lathe_config *config,
                             const struct lathe_export_firmware *firmware, GPtrArray **left);
/* Words for a shell, an option a line; g_free. */
char *lathe_export_format(const GPtrArray *words);

#endif
