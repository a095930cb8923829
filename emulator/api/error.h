/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The error object: filled once, where a fault is found, and passed up unchanged.
 * The session turns it into a GError; only a user interface shows it.
 */
#ifndef EMU_API_ERROR_H
#define EMU_API_ERROR_H

#include <stdbool.h>

enum emu_error_kind {
    EMU_ERROR_NONE = 0,
    EMU_ERROR_INPUT,    /* what the user gave is wrong: an option, a value, a file */
    EMU_ERROR_HOST,     /* the host refused: memory, threads, files */
    EMU_ERROR_INTERNAL, /* our own limit or bug */
};

struct emu_error {
    enum emu_error_kind kind;
    char text[320]; /* one line: what is wrong and what to do; UTF-8, no newline */
};

#define EMU_ERROR_INIT                                                                             \
    {                                                                                              \
        EMU_ERROR_NONE, ""                                                                         \
    }

/*
 * Fills *err (which may be NULL) unless it holds an error already. Any thread.
 * Returns false always, so that a failing function can end with "return emu_error_set(...)".
 */
bool emu_error_set(struct emu_error *err, enum emu_error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
