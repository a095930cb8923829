/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The adapter's commands as calls of virglrenderer, whose contexts are made by egl.c and share
 * their textures with one of our own: a frame is read from the texture itself, once.
 */
#include "display/virgl/virgl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <virgl/virglrenderer.h>

#include "display/virgl/egl.h"
#include "display/virgl/reader.h"
#include "display/virgl/venus.h"

#define VIRGL_SETS   2u    /* of capabilities: 1 and 2 */
#define VIRGL_TURNED 0x01u /* flag of a resource: OpenGL has its lowest row first */

struct virgl {
    struct emu_gpu_device *gpu;
    struct disp_egl *egl;
    struct disp_reader reader;
    struct virgl_renderer_callbacks callbacks;
    struct disp_venus venus;
    bool vulkan; /* the guest has it */
    bool ready;
    uint64_t last; /* ticket of the common line; the library keeps 32 bits of it */
    disp_virgl_failed_fn *failed;
    void *failed_opaque;
};

/* The library's own name and layout of what a transfer is about. */
struct virgl_box {
    uint32_t x, y, z, w, h, d;
};

/* ---- what the library asks for ---- */

static void virgl_write_fence(void *cookie, uint32_t fence)
{
    struct virgl *virgl = cookie;
    uint64_t ticket = (virgl->last & ~(uint64_t)UINT32_MAX) | fence;

    if (ticket > virgl->last)
        ticket -= (uint64_t)UINT32_MAX + 1;
    emu_gpu_fence_done(virgl->gpu, 0, EMU_GPU_NO_RING, ticket);
}

static void virgl_write_context_fence(void *cookie, uint32_t context, uint32_t ring, uint64_t fence)
{
    struct virgl *virgl = cookie;

    emu_gpu_fence_done(virgl->gpu, context, ring, fence);
}

static virgl_renderer_gl_context virgl_create_gl(void *cookie, int scanout,
                                                 struct virgl_renderer_gl_ctx_param *wanted)
{
    struct virgl *virgl = cookie;

    return disp_egl_create_context(virgl->egl, wanted->major_ver, wanted->minor_ver);
}

static void virgl_destroy_gl(void *cookie, virgl_renderer_gl_context context)
{
    struct virgl *virgl = cookie;

    disp_egl_destroy_context(virgl->egl, context);
}

static int virgl_make_current(void *cookie, int scanout, virgl_renderer_gl_context context)
{
    struct virgl *virgl = cookie;

    if (context == NULL) {
        disp_egl_release(virgl->egl);
        return 0;
    }
    return disp_egl_make_current(virgl->egl, context) ? 0 : -1;
}

static void *virgl_get_display(void *cookie)
{
    struct virgl *virgl = cookie;

    return disp_egl_get_display(virgl->egl);
}

static int virgl_get_server(void *cookie, uint32_t version)
{
    struct virgl *virgl = cookie;

    return disp_server_connect(&virgl->venus.server);
}

/* A guest's faults are the guest's; nobody reads them on our standard error. */
static void virgl_say_nothing(const char *format, va_list arguments)
{
}

/* ---- life ---- */

static bool virgl_fail(struct virgl *virgl, struct emu_error *err, const char *why)
{
    if (err != NULL) {
        err->kind = EMU_ERROR_HOST;
        snprintf(err->text, sizeof(err->text), "OpenGL for the guest does not start: %s", why);
    }
    if (virgl->failed != NULL)
        virgl->failed(virgl->failed_opaque, why);
    return false;
}

static bool virgl_start(void *opaque, struct emu_gpu_device *gpu, struct emu_error *err)
{
    struct virgl *virgl = opaque;
    const char *why;
    int error;

    virgl->gpu = gpu;
    virgl->egl = disp_egl_new(&why);
    if (virgl->egl == NULL)
        return virgl_fail(virgl, err, why);
    virgl_set_debug_callback(virgl_say_nothing);
    virgl->callbacks = (struct virgl_renderer_callbacks){
        .version = VIRGL_RENDERER_CALLBACKS_VERSION,
        .write_fence = virgl_write_fence,
        .create_gl_context = virgl_create_gl,
        .destroy_gl_context = virgl_destroy_gl,
        .make_current = virgl_make_current,
        .write_context_fence = virgl_write_context_fence,
        .get_server_fd = virgl_get_server,
        .get_egl_display = virgl_get_display,
    };
    error = virgl_renderer_init(virgl, virgl->vulkan ? disp_venus_init(&virgl->venus) : 0,
                                &virgl->callbacks);
    if (error != 0)
        return virgl_fail(virgl, err,
                          error == -EBUSY ? "another machine of this program has it"
                                          : "virglrenderer refuses this host's OpenGL");
    virgl->ready = true;
    why = virgl->vulkan ? disp_venus_begin(&virgl->venus) : NULL;
    return why == NULL || virgl_fail(virgl, err, why);
}

static void virgl_stop(void *opaque)
{
    struct virgl *virgl = opaque;

    if (virgl->egl == NULL)
        return;
    disp_egl_make_current(virgl->egl, NULL);
    disp_reader_finish(&virgl->reader);
    if (virgl->ready)
        virgl_renderer_cleanup(virgl);
    virgl->ready = false;
    if (virgl->vulkan)
        disp_venus_finish(&virgl->venus);
    disp_egl_free(virgl->egl);
    virgl->egl = NULL;
}

static void virgl_reset(void *opaque)
{
    virgl_renderer_force_ctx_0();
    virgl_renderer_reset();
}

static void virgl_close(void *opaque)
{
    free(opaque);
}

/* ---- capabilities and contexts ---- */

static bool virgl_get_capset(void *opaque, unsigned index, struct emu_gpu_capset *out)
{
    struct virgl *virgl = opaque;

    if (index >= VIRGL_SETS + (virgl->vulkan ? 1u : 0u))
        return false;
    out->id = index < VIRGL_SETS ? index + 1 : DISP_VENUS_SET;
    virgl_renderer_get_cap_set(out->id, &out->version, &out->size);
    return out->size != 0 && out->size <= EMU_GPU_MAX_CAPSET;
}

static void virgl_fill_capset(void *opaque, uint32_t id, uint32_t version, void *out)
{
    virgl_renderer_fill_caps(id, version, out);
}

static bool virgl_create_context(void *opaque, uint32_t context, uint32_t kind, const char *name,
                                 size_t length)
{
    struct virgl *virgl = opaque;

    if (kind == DISP_VENUS_SET && virgl->vulkan)
        return disp_venus_create_context(&virgl->venus, context, name, length);
    if (kind == 0)
        return virgl_renderer_context_create(context, (uint32_t)length, name) == 0;
    return kind <= VIRGL_SETS &&
           virgl_renderer_context_create_with_flags(context, kind, (uint32_t)length, name) == 0;
}

static void virgl_destroy_context(void *opaque, uint32_t context)
{
    struct virgl *virgl = opaque;

    if (virgl->vulkan)
        disp_venus_forget_context(&virgl->venus, context);
    virgl_renderer_context_destroy(context);
}

static void virgl_attach_resource(void *opaque, uint32_t context, uint32_t resource)
{
    virgl_renderer_ctx_attach_resource((int)context, (int)resource);
}

static void virgl_detach_resource(void *opaque, uint32_t context, uint32_t resource)
{
    virgl_renderer_ctx_detach_resource((int)context, (int)resource);
}

static bool virgl_submit(void *opaque, uint32_t context, void *commands, size_t length)
{
    return virgl_renderer_submit_cmd(commands, (int)context, (int)(length / 4)) == 0;
}

/* ---- resources ---- */

static bool virgl_create_image(void *opaque, uint32_t resource, const struct emu_gpu_image *image)
{
    struct virgl_renderer_resource_create_args args = {
        .handle = resource,
        .target = image->target,
        .format = image->format,
        .bind = image->bind,
        .width = image->width,
        .height = image->height,
        .depth = image->depth,
        .array_size = image->array_size,
        .last_level = image->last_level,
        .nr_samples = image->samples,
        .flags = image->flags,
    };

    return virgl_renderer_resource_create(&args, NULL, 0) == 0;
}

static bool virgl_create_blob(void *opaque, uint32_t resource, const struct emu_gpu_blob *blob,
                              struct iovec *pages, unsigned count)
{
    const struct virgl_renderer_resource_create_blob_args args = {
        .res_handle = resource,
        .ctx_id = blob->context,
        .blob_mem = blob->memory,
        .blob_flags = blob->flags,
        .blob_id = blob->id,
        .size = blob->size,
        .iovecs = pages,
        .num_iovs = count,
    };

    return virgl_renderer_resource_create_blob(&args) == 0;
}

static bool virgl_get_pages(void *opaque, uint32_t resource, struct emu_gpu_pages *out)
{
    const struct virgl *virgl = opaque;

    return virgl->vulkan && disp_venus_get_pages(resource, out);
}

static void virgl_destroy_resource(void *opaque, uint32_t resource)
{
    const struct virgl *virgl = opaque;

    if (virgl->vulkan)
        virgl_renderer_resource_unmap(resource); /* if it is */
    virgl_renderer_resource_unref(resource);
}

static bool virgl_attach_pages(void *opaque, uint32_t resource, struct iovec *pages, unsigned count)
{
    return virgl_renderer_resource_attach_iov((int)resource, pages, (int)count) == 0;
}

static void virgl_detach_pages(void *opaque, uint32_t resource)
{
    struct iovec *pages;
    int count;

    virgl_renderer_resource_detach_iov((int)resource, &pages, &count);
}

static bool virgl_transfer(void *opaque, const struct emu_gpu_transfer *what)
{
    struct virgl_box box = {what->x, what->y, what->z, what->width, what->height, what->depth};

    if (what->to_guest)
        return virgl_renderer_transfer_read_iov(what->resource, what->context, what->level,
                                                what->stride, what->layer_stride, &box,
                                                what->offset, NULL, 0) == 0;
    return virgl_renderer_transfer_write_iov(what->resource, what->context, (int)what->level,
                                             what->stride, what->layer_stride, &box, what->offset,
                                             NULL, 0) == 0;
}

/* The library's idea of which context is current is mended afterwards. */
static bool virgl_read(void *opaque, const struct emu_gpu_view *view, uint32_t *pixels)
{
    struct virgl *virgl = opaque;
    struct virgl_renderer_resource_info info = {0};
    struct disp_reader_view part;
    bool done;

    if (virgl_renderer_resource_get_info((int)view->resource, &info) != 0 || info.tex_id == 0 ||
        view->x > info.width || view->width > info.width - view->x || view->y > info.height ||
        view->height > info.height - view->y)
        return false;
    part = (struct disp_reader_view){.texture = info.tex_id,
                                     .texture_height = (int)info.height,
                                     .from_top = (info.flags & VIRGL_TURNED) == 0,
                                     .x = (int)view->x,
                                     .y = (int)view->y,
                                     .width = (int)view->width,
                                     .height = (int)view->height};
    done = disp_egl_settle(virgl->egl) && disp_reader_read(&virgl->reader, &part, pixels);
    virgl_renderer_force_ctx_0();
    return done;
}

/* ---- fences ---- */

static bool virgl_fence(void *opaque, uint32_t context, uint32_t ring, uint64_t ticket)
{
    struct virgl *virgl = opaque;

    if (ring != EMU_GPU_NO_RING)
        return virgl_renderer_context_create_fence(context, 0, ring, ticket) == 0;
    virgl->last = ticket;
    return virgl_renderer_create_fence((int)(uint32_t)ticket, context) == 0;
}

static void virgl_poll(void *opaque)
{
    const struct virgl *virgl = opaque;

    virgl_renderer_poll();
    if (virgl->vulkan)
        disp_venus_poll(&virgl->venus);
}

static const struct emu_gpu_ops virgl_ops = {
    .name = "virgl",
    .start = virgl_start,
    .get_capset = virgl_get_capset,
    .fill_capset = virgl_fill_capset,
    .create_context = virgl_create_context,
    .destroy_context = virgl_destroy_context,
    .attach_resource = virgl_attach_resource,
    .detach_resource = virgl_detach_resource,
    .submit = virgl_submit,
    .create_image = virgl_create_image,
    .create_blob = virgl_create_blob,
    .destroy_resource = virgl_destroy_resource,
    .attach_pages = virgl_attach_pages,
    .detach_pages = virgl_detach_pages,
    .transfer = virgl_transfer,
    .get_pages = virgl_get_pages,
    .read = virgl_read,
    .fence = virgl_fence,
    .poll = virgl_poll,
    .reset = virgl_reset,
    .stop = virgl_stop,
    .close = virgl_close,
};

bool disp_virgl_open(struct emu_gpu_backend *out, uint64_t window, disp_virgl_failed_fn *failed,
                     void *opaque)
{
    struct virgl *virgl = calloc(1, sizeof(*virgl));

    if (virgl == NULL)
        return false;
    virgl->failed = failed;
    virgl->failed_opaque = opaque;
    virgl->vulkan = window != 0;
    *out = (struct emu_gpu_backend){.ops = &virgl_ops, .opaque = virgl, .window = window};
    return true;
}
