/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GError domain: the emulator's kinds of error keep their meaning. */
#include "app/plan/error.h"

#include <glib/gi18n.h>

G_DEFINE_QUARK(lathe - error, lathe_error)

static enum lathe_error error_code(enum emu_error_kind kind)
{
    switch (kind) {
    case EMU_ERROR_INPUT:
        return LATHE_ERROR_INPUT;
    case EMU_ERROR_HOST:
        return LATHE_ERROR_HOST;
    default:
        return LATHE_ERROR_INTERNAL;
    }
}

bool lathe_error_from_emu(GError **error, const struct emu_error *found)
{
    const char *text = found->text[0] != '\0' ? found->text : _("the machine could not be made");

    g_set_error_literal(error, LATHE_ERROR, error_code(found->kind), text);
    return false;
}

bool lathe_error_input(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(gettext(format), arguments);
    va_end(arguments);
    g_set_error_literal(error, LATHE_ERROR, LATHE_ERROR_INPUT, text);
    g_free(text);
    return false;
}
