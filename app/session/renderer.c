/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without what it needs a machine has 2D, and its people are told why: no guest fails to start. */
#include "app/session/renderer.h"

#include <glib/gi18n.h>

#include "app/modules/module.h"

static void renderer_failed(void *opaque, const char *why)
{
    char **notice = opaque;

    g_free(*notice);
    *notice = g_strdup_printf(_("the guest has no OpenGL, but a plain screen: %s"), why);
}

void lathe_renderer_open(struct emu_gpu_backend *out, char **notice)
{
    g_autoptr(GError) error = NULL;
    const struct lathe_renderer *renderer = lathe_module_find("virgl", &error);

    if (renderer == NULL)
        renderer_failed(notice, error->message);
    else if (!renderer->open(out, renderer_failed, notice))
        renderer_failed(notice, _("out of memory"));
}
