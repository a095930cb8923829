/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which graphics this host has, as a process of its own found (lathe-graphics-probe), so that a
 * broken driver can take nothing down but that.
 */
#ifndef LATHE_SESSION_GRAPHICS_H
#define LATHE_SESSION_GRAPHICS_H

#include <glib.h>

/* NULL: there is none. What drivers are called is theirs, in no language. */
struct lathe_graphics {
    char *egl, *opengl;
    gboolean software; /* the OpenGL is by the processor */
    gboolean dma_buf;  /* it gives its pictures away without a copy */
    gboolean virgl;    /* a guest can have OpenGL, */
    char *why_not;     /* or why it cannot, a sentence; */
    gboolean venus;    /* and Vulkan, */
    char *no_venus;    /* the same */
    GPtrArray *vulkan; /* of char *: its devices */
};

/* Looks, for ten seconds at most. Any thread. */
struct lathe_graphics *lathe_graphics_probe(void);
void lathe_graphics_free(struct lathe_graphics *graphics); /* NULL is legal */
/* What a frame of a guest's OpenGL goes through on its way to a window, a sentence; static. */
const char *lathe_graphics_way(const struct lathe_graphics *graphics);

#endif
