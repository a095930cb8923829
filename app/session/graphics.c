/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the probe and reads its lines; one that crashes or hangs is an answer as well. */
#include "app/session/graphics.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/modules/module.h"
#include "display/virgl/probe.h"

#define GRAPHICS_PATIENCE_US (10 * G_TIME_SPAN_SECOND)
#define GRAPHICS_MOST        65536 /* bytes that are read of it */

/* ---- lines ---- */

static void graphics_take(char **place, const char *text)
{
    g_free(*place);
    *place = g_utf8_make_valid(text, -1);
}

static gboolean graphics_judge(const char *text, char **why_not)
{
    if (strcmp(text, DISP_PROBE_OK) == 0)
        return TRUE;
    graphics_take(why_not, text);
    return FALSE;
}

static void graphics_read_line(struct lathe_graphics *graphics, const char *name, const char *text)
{
    if (strcmp(name, DISP_PROBE_EGL) == 0)
        graphics_take(&graphics->egl, text);
    else if (strcmp(name, DISP_PROBE_OPENGL) == 0)
        graphics_take(&graphics->opengl, text);
    else if (strcmp(name, DISP_PROBE_SOFTWARE) == 0)
        graphics->software = strcmp(text, "yes") == 0;
    else if (strcmp(name, DISP_PROBE_DMA_BUF) == 0)
        graphics->dma_buf = strcmp(text, "yes") == 0;
    else if (strcmp(name, DISP_PROBE_VULKAN) == 0)
        g_ptr_array_add(graphics->vulkan, g_utf8_make_valid(text, -1));
    else if (strcmp(name, DISP_PROBE_VIRGL) == 0)
        graphics->virgl = graphics_judge(text, &graphics->why_not);
    else if (strcmp(name, DISP_PROBE_VENUS) == 0)
        graphics->venus = graphics_judge(text, &graphics->no_venus);
}

static void graphics_read(struct lathe_graphics *graphics, const char *output)
{
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        char *tab = strchr(lines[i], '\t');

        if (tab == NULL)
            continue;
        *tab = '\0';
        graphics_read_line(graphics, lines[i], tab + 1);
    }
}

/* ---- the process ---- */

/* Until the end, or the deadline: false then. */
static gboolean graphics_collect(int fd, GString *output)
{
    gint64 deadline = g_get_monotonic_time() + GRAPHICS_PATIENCE_US;
    char bytes[4096];

    for (;;) {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        ssize_t got;

        if (left <= 0 || output->len > GRAPHICS_MOST)
            return FALSE;
        if (poll(&poller, 1, (int)left) <= 0)
            continue;
        got = read(fd, bytes, sizeof(bytes));
        if (got == 0)
            return TRUE;
        if (got > 0)
            g_string_append_len(output, bytes, got);
        else if (errno != EINTR)
            return FALSE;
    }
}

static int graphics_wait(GPid pid)
{
    int status = -1;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static void graphics_run(struct lathe_graphics *graphics, const char *program)
{
    char *arguments[] = {(char *)program, NULL};
    GString *output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean ended;
    int status, fd;
    GPid pid;

    if (!g_spawn_async_with_pipes(NULL, arguments, NULL,
                                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                                  NULL, &pid, NULL, &fd, NULL, &error)) {
        graphics_take(&graphics->why_not,
                      _("this installation has no part that renders (lathe-graphics-probe)"));
        g_string_free(output, TRUE);
        return;
    }
    ended = graphics_collect(fd, output);
    if (!ended)
        kill(pid, SIGKILL);
    close(fd);
    status = graphics_wait(pid);
    graphics_read(graphics, output->str);
    g_string_free(output, TRUE);
    if (ended && status == 0)
        return;
    graphics->virgl = graphics->venus = FALSE;
    graphics_take(&graphics->why_not, ended ? _("the host's graphics driver crashes")
                                            : _("the host's graphics driver hangs"));
}

struct lathe_graphics *lathe_graphics_probe(void)
{
    struct lathe_graphics *graphics = g_new0(struct lathe_graphics, 1);
    g_autofree char *program = lathe_module_path("lathe-graphics-probe");

    graphics->vulkan = g_ptr_array_new_with_free_func(g_free);
    graphics_run(graphics, program);
    if (!graphics->virgl && graphics->why_not == NULL)
        graphics_take(&graphics->why_not, _("the host's graphics driver does not answer"));
    if (!graphics->venus && graphics->no_venus == NULL)
        graphics->no_venus =
            g_strdup(graphics->virgl ? _("the host's Vulkan does not answer") : graphics->why_not);
    return graphics;
}

void lathe_graphics_free(struct lathe_graphics *graphics)
{
    if (graphics == NULL)
        return;
    g_free(graphics->egl);
    g_free(graphics->opengl);
    g_free(graphics->why_not);
    g_free(graphics->no_venus);
    g_ptr_array_unref(graphics->vulkan);
    g_free(graphics);
}

const char *lathe_graphics_way(const struct lathe_graphics *graphics)
{
    return graphics->software
               ? _("drawn by the processor and read back, one copy a frame")
               : _("drawn by the host's graphics card and read back, one copy a frame");
}
