/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line gets of this folder when it loads it. */
#define SDL_MAIN_HANDLED
#include "app/cli/front-end.h"

#include <glib/gi18n.h>

#include "app/modules/module.h"
#include "app/plan/error.h"
#include "ui/sdl/viewer.h"

/* Between run and quit. Main thread. */
static struct lathe_sdl_viewer *front_end_viewer;

static gboolean front_end_init(GError **error)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* the command line's */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); /* software stays without OpenGL */
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_APP_NAME, "Lathe");
    SDL_SetMainReady();
    if (SDL_Init(SDL_INIT_VIDEO) == 0)
        return TRUE;
    g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST,
                _("the desktop's display cannot be opened by SDL (%s); use --display none"),
                SDL_GetError());
    return FALSE;
}

static gboolean front_end_run(LatheSession *session, GError **error)
{
    if (!front_end_init(error))
        return FALSE;
    front_end_viewer = lathe_sdl_viewer_new(session, error);
    gboolean shown = front_end_viewer != NULL;
    if (shown) {
        lathe_sdl_viewer_run(front_end_viewer);
        g_clear_pointer(&front_end_viewer, lathe_sdl_viewer_free);
    }
    SDL_Quit();
    return shown;
}

static void front_end_quit(void)
{
    if (front_end_viewer != NULL)
        lathe_sdl_viewer_quit(front_end_viewer);
}

LATHE_MODULE_EXPORT const struct lathe_front_end lathe_module = {.run = front_end_run,
                                                                 .quit = front_end_quit};
