/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the probe of the host's graphics says, also when a driver takes the probe with it. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/session/graphics.h"
#include "app/session/renderer.h"
#include "tests/test.h"

static char *test_folder;

/* The probe becomes a script of this text; NULL: there is none. */
static struct lathe_graphics *test_probe(const char *script)
{
    g_autofree char *path = g_build_filename(test_folder, "lathe-graphics-probe", NULL);
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, "\n", NULL);

    g_unlink(path);
    if (script != NULL) {
        CHECK(g_file_set_contents(path, text, -1, NULL));
        CHECK_EQ(g_chmod(path, 0755), 0);
    }
    return lathe_graphics_probe();
}

static void test_good(void)
{
    struct lathe_graphics *host = test_probe(
        "printf 'egl\\tEGL 1.5\\nopengl\\tllvmpipe\\nopengl-software\\tyes\\ndma-buf\\tno\\n"
        "virgl\\tok\\nvenus\\ttoo old\\nvulkan\\tone\\nvulkan\\ttwo\\nother\\tx\\nno tab\\n'");

    CHECK(host->virgl && host->why_not == NULL);
    CHECK(strcmp(host->egl, "EGL 1.5") == 0 && strcmp(host->opengl, "llvmpipe") == 0);
    CHECK(!host->venus && strcmp(host->no_venus, "too old") == 0);
    CHECK(host->software && !host->dma_buf);
    CHECK_EQ(host->vulkan->len, 2);
    CHECK(strstr(lathe_graphics_way(host), "processor") != NULL);
    lathe_graphics_free(host);
}

static void test_bad(void)
{
    static const struct {
        const char *script, *why;
    } rows[] = {
        {NULL, "lathe-graphics-probe"},
        {"exit 0", "does not answer"},
        {"printf 'virgl\\tno OpenGL 3.2\\n'", "no OpenGL 3.2"},
        {"printf 'virgl\\tok\\n'; kill -SEGV $$", "crashes"},
        {"printf 'virgl\\t\\377\\376\\n'", ""},
        {"yes 'virgl\tok'", "hangs"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct lathe_graphics *host = test_probe(rows[i].script);

        CHECK(!host->virgl && !host->venus && host->no_venus != NULL);
        CHECK(host->why_not != NULL && strstr(host->why_not, rows[i].why) != NULL);
        CHECK(host->why_not != NULL && g_utf8_validate(host->why_not, -1, NULL));
        lathe_graphics_free(host);
    }
}

/* No guest fails to start: it has 2D, and its people hear why. */
static void test_renderer(void)
{
    struct emu_gpu_backend backend = {0};
    char *notice = NULL;

    lathe_graphics_free(test_probe("kill -SEGV $$"));
    lathe_renderer_open(&backend, 0, &notice);
    CHECK(backend.ops == NULL);
    CHECK(notice != NULL && strstr(notice, "crashes") != NULL);
    g_free(notice);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"graphics-good", test_good},
        {"graphics-bad", test_bad},
        {"graphics-renderer", test_renderer},
        {NULL},
    };

    test_folder = g_dir_make_tmp("lathe-graphics-XXXXXX", NULL);
    g_setenv("LATHE_MODULES", test_folder, TRUE);
    int status = test_main(argc, argv, cases);
    g_autofree char *path = g_build_filename(test_folder, "lathe-graphics-probe", NULL);
    g_unlink(path);
    g_rmdir(test_folder);
    g_free(test_folder);
    return status;
}
