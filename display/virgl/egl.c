/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A display of EGL without a window system: Mesa's surfaceless platform, which chooses among the
 * host's devices itself and has llvmpipe where there are none, or else a device of EGL's own.
 */
#include "display/virgl/egl.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <stdlib.h>

#define EGL_MAX_DEVICES 16
#define EGL_PATIENCE    1000000000u /* ns that a drawing may take which is to be read */

/* A context, and where it was when another one became current: what it drew until then. */
struct egl_context {
    struct egl_context *next;
    EGLContext context;
    GLsync left;
};

struct disp_egl {
    struct egl_context *contexts, *current; /* NULL: the first one, or none */
    EGLDisplay display;
    EGLConfig config; /* EGL_NO_CONFIG_KHR: contexts need none */
    EGLContext first;
};

static EGLDisplay egl_open(EGLenum platform, void *native)
{
    EGLDisplay display = eglGetPlatformDisplayEXT(platform, native, NULL);

    return display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL) ? display
                                                                           : EGL_NO_DISPLAY;
}

static EGLDisplay egl_open_device(void)
{
    EGLDeviceEXT devices[EGL_MAX_DEVICES];
    EGLint count = 0;

    if (!epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_enumeration") ||
        !epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device") ||
        !eglQueryDevicesEXT(EGL_MAX_DEVICES, devices, &count))
        return EGL_NO_DISPLAY;
    for (EGLint i = 0; i < count; i++) {
        EGLDisplay display = egl_open(EGL_PLATFORM_DEVICE_EXT, devices[i]);

        if (display != EGL_NO_DISPLAY)
            return display;
    }
    return EGL_NO_DISPLAY;
}

static EGLDisplay egl_open_any(void)
{
    EGLDisplay display = EGL_NO_DISPLAY;

    if (!epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_base"))
        return EGL_NO_DISPLAY;
    if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
        display = egl_open(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY);
    return display != EGL_NO_DISPLAY ? display : egl_open_device();
}

static bool egl_choose(struct disp_egl *egl)
{
    static const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_DONT_CARE, EGL_RENDERABLE_TYPE,
                                    EGL_OPENGL_BIT, EGL_NONE};
    EGLint count = 0;

    egl->config = EGL_NO_CONFIG_KHR;
    return epoxy_has_egl_extension(egl->display, "EGL_KHR_no_config_context") ||
           (eglChooseConfig(egl->display, wanted, &egl->config, 1, &count) && count == 1);
}

static EGLContext egl_make_context(struct disp_egl *egl, int major, int minor)
{
    const EGLint wanted[] = {EGL_CONTEXT_MAJOR_VERSION_KHR,
                             major,
                             EGL_CONTEXT_MINOR_VERSION_KHR,
                             minor,
                             EGL_CONTEXT_OPENGL_PROFILE_MASK_KHR,
                             EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT_KHR,
                             EGL_NONE};

    eglBindAPI(EGL_OPENGL_API);
    return eglCreateContext(egl->display, egl->config, egl->first, wanted);
}

static const char *egl_start(struct disp_egl *egl)
{
    egl->display = egl_open_any();
    if (egl->display == EGL_NO_DISPLAY)
        return "EGL has no display without a window here";
    if (!epoxy_has_egl_extension(egl->display, "EGL_KHR_surfaceless_context") ||
        !epoxy_has_egl_extension(egl->display, "EGL_KHR_create_context"))
        return "the OpenGL driver cannot work without a window";
    if (!eglBindAPI(EGL_OPENGL_API) || !egl_choose(egl))
        return "the driver has OpenGL ES only";
    egl->first = egl_make_context(egl, 3, 2);
    if (egl->first == EGL_NO_CONTEXT || !disp_egl_make_current(egl, NULL))
        return "the driver has no OpenGL 3.2";
    return NULL;
}

struct disp_egl *disp_egl_new(const char **why)
{
    struct disp_egl *egl = calloc(1, sizeof(*egl));

    *why = egl != NULL ? egl_start(egl) : "out of memory";
    if (*why == NULL)
        return egl;
    disp_egl_free(egl);
    return NULL;
}

void disp_egl_free(struct disp_egl *egl)
{
    if (egl == NULL)
        return;
    if (egl->display != EGL_NO_DISPLAY) {
        disp_egl_release(egl);
        if (egl->first != EGL_NO_CONTEXT)
            eglDestroyContext(egl->display, egl->first);
        eglReleaseThread(); /* the display is the process's: another may use it */
    }
    free(egl);
}

void *disp_egl_create_context(struct disp_egl *egl, int major, int minor)
{
    struct egl_context *made = calloc(1, sizeof(*made));

    if (made == NULL)
        return NULL;
    made->context = egl_make_context(egl, major, minor);
    if (made->context == EGL_NO_CONTEXT) {
        free(made);
        return NULL;
    }
    made->next = egl->contexts;
    egl->contexts = made;
    return made;
}

void disp_egl_destroy_context(struct disp_egl *egl, void *context)
{
    struct egl_context *old = context, **place = &egl->contexts;

    if (old == NULL)
        return;
    while (*place != old)
        place = &(*place)->next;
    *place = old->next;
    if (egl->current == old)
        disp_egl_make_current(egl, NULL);
    if (old->left != NULL)
        glDeleteSync(old->left);
    eglDestroyContext(egl->display, old->context);
    free(old);
}

/* Drivers that draw with threads of their own let another context read what is not drawn yet. */
static void egl_leave(struct disp_egl *egl)
{
    struct egl_context *current = egl->current;

    if (current == NULL)
        return;
    if (current->left != NULL)
        glDeleteSync(current->left);
    current->left = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
    glFlush();
    egl->current = NULL;
}

bool disp_egl_make_current(struct disp_egl *egl, void *context)
{
    struct egl_context *next = context;

    if (next != NULL && next == egl->current)
        return true;
    egl_leave(egl);
    eglBindAPI(EGL_OPENGL_API);
    if (!eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
                        next != NULL ? next->context : egl->first))
        return false;
    egl->current = next;
    return true;
}

bool disp_egl_settle(struct disp_egl *egl)
{
    if (!disp_egl_make_current(egl, NULL))
        return false;
    for (struct egl_context *other = egl->contexts; other != NULL; other = other->next) {
        if (other->left == NULL)
            continue;
        glClientWaitSync(other->left, 0, EGL_PATIENCE);
        glDeleteSync(other->left);
        other->left = NULL;
    }
    return true;
}

void disp_egl_release(struct disp_egl *egl)
{
    egl_leave(egl);
    eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
}

void *disp_egl_get_display(const struct disp_egl *egl)
{
    return egl->display;
}
