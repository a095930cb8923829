/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver is tried in a process of its own before it is loaded. Without what it needs a machine
 * has 2D, and its people are told why: no guest fails to start. */
#include "app/session/renderer.h"

#include <glib/gi18n.h>

#include "app/modules/module.h"
#include "app/session/graphics.h"

static void renderer_failed(void *opaque, const char *why)
{
    char **notice = opaque;

    g_free(*notice);
    *notice = g_strdup_printf(_("the guest has no OpenGL, but a plain screen: %s"), why);
}

static void renderer_has_no_vulkan(char **notice, const char *why)
{
    g_free(*notice);
    *notice = g_strdup_printf(_("the guest has no Vulkan, but OpenGL: %s"), why);
}

void lathe_renderer_open(struct emu_gpu_backend *out, uint64_t window, char **notice)
{
    g_autoptr(GError) error = NULL;
    struct lathe_graphics *host = lathe_graphics_probe();
    const struct lathe_renderer *renderer = host->virgl ? lathe_module_find("virgl", &error) : NULL;

    if (!host->virgl)
        renderer_failed(notice, host->why_not);
    else if (renderer == NULL)
        renderer_failed(notice, error->message);
    else if (!renderer->open(out, host->venus ? window : 0, renderer_failed, notice))
        renderer_failed(notice, _("out of memory"));
    else if (window != 0 && !host->venus)
        renderer_has_no_vulkan(notice, host->no_venus);
    lathe_graphics_free(host);
}
