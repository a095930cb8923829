/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling of the error object (api/error.h): the first fault stays, and its text is one line. */
#include "emulator/api/error.h"

#include <stdarg.h>
#include <stdio.h>

static void error_make_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
    }
}

bool emu_error_set(struct emu_error *err, enum emu_error_kind kind, const char *fmt, ...)
{
    va_list args;

    if (err == NULL || err->kind != EMU_ERROR_NONE)
        return false;
    err->kind = kind;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    error_make_one_line(err->text);
    return false;
}
