/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenGL without a window: a display of EGL, and contexts that share what they have. One thread.
 */
#ifndef DISP_VIRGL_EGL_H
#define DISP_VIRGL_EGL_H

#include <stdbool.h>

struct disp_egl;

/* A display with a first context of OpenGL, which is current; NULL with *why, static: none here. */
struct disp_egl *disp_egl_new(const char **why);
/* No other context is left; NULL is legal. */
void disp_egl_free(struct disp_egl *egl);

/* NULL: not of this version, or out of memory. */
void *disp_egl_create_context(struct disp_egl *egl, int major, int minor);
/* NULL is legal. */
void disp_egl_destroy_context(struct disp_egl *egl, void *context);
/* NULL: the first context. */
bool disp_egl_make_current(struct disp_egl *egl, void *context);
void disp_egl_release(struct disp_egl *egl);
/* Makes the first context current; what the others drew so far is done and can be read there. */
bool disp_egl_settle(struct disp_egl *egl);
/* EGLDisplay. */
void *disp_egl_get_display(const struct disp_egl *egl);

#endif
