/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The GError domain of app/ and ui/: the emulator's error object turned into what GLib code
 * passes on. Any thread.
 */
#ifndef LATHE_PLAN_ERROR_H
#define LATHE_PLAN_ERROR_H

#include <glib.h>

#include "emulator/api/error.h"

#define LATHE_ERROR lathe_error_quark()

enum lathe_error {
    LATHE_ERROR_INPUT,    /* what the user gave is wrong */
    LATHE_ERROR_HOST,     /* the host refused */
    LATHE_ERROR_INTERNAL, /* our own limit or bug */
    LATHE_ERROR_BUSY,     /* the guest uses it: ask again later, or by force */
};

GQuark lathe_error_quark(void);

/* Sets *error (which may be NULL) from what the emulator found; returns false always. */
bool lathe_error_from_emu(GError **error, const struct emu_error *found);
/* Sets *error to LATHE_ERROR_INPUT with a text; returns false always. The format is translated
 * here, so that callers write it plainly (po/meson.build tells xgettext); words given to it are
 * not. */
bool lathe_error_input(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
