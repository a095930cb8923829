/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a screen. UEFI draws its console in graphics modes, with a font that is somewhere in
 * the guest's memory: it is looked for each time, as a reset may bring another firmware.
 */
#include "app/session/session.h"
#include "display/core/console-font.h"
#include "display/core/screen.h"
#include "emulator/api/debug.h"

static struct disp_console_font *text_find_font(struct emu_machine *machine)
{
    g_autofree uint8_t *bytes = g_malloc(DISP_CONSOLE_FONT_MAX_SIZE);
    size_t length = emu_debug_find(machine, disp_console_font_mark, DISP_CONSOLE_FONT_MARK_SIZE,
                                   bytes, DISP_CONSOLE_FONT_MAX_SIZE);

    return length > 0 ? disp_console_font_new(bytes, length) : NULL;
}

char *lathe_session_dup_screen_text(LatheSession *session, struct disp_screen *screen)
{
    struct emu_machine *machine = lathe_session_get_machine(session);
    char *text = disp_screen_dup_text(screen);

    disp_screen_refresh(screen);
    if (text != NULL || machine == NULL || disp_screen_get_state(screen) != EMU_DISPLAY_GRAPHICS)
        return text;
    struct disp_console_font *font = text_find_font(machine);
    if (font != NULL)
        text = disp_console_font_read(font, disp_screen_get_surface(screen));
    disp_console_font_free(font);
    return text;
}
