/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Venus needs virglrenderer 1.0: what came before speaks a protocol that no guest has any more
 * (wire format 0). The library is asked which it is, as its version says little.
 */
#include "display/virgl/venus.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <virgl/virglrenderer.h>

#define VENUS_PAGE 4096u

int disp_venus_init(struct disp_venus *venus)
{
    disp_server_init(&venus->server, disp_server_find());
    venus->count = 0;
    return VIRGL_RENDERER_VENUS | VIRGL_RENDERER_RENDER_SERVER;
}

/* The first word of the set is the format's number. */
static uint32_t venus_wire_format(void)
{
    uint32_t version = 0, size = 0, format = 0;
    uint32_t *set;

    virgl_renderer_get_cap_set(DISP_VENUS_SET, &version, &size);
    if (size < sizeof(*set) || size > EMU_GPU_MAX_CAPSET)
        return 0;
    set = calloc(1, EMU_GPU_MAX_CAPSET);
    if (set == NULL)
        return 0;
    virgl_renderer_fill_caps(DISP_VENUS_SET, version, set);
    format = *set;
    free(set);
    return format;
}

const char *disp_venus_begin(struct disp_venus *venus)
{
    if (venus_wire_format() == 0)
        return "virglrenderer is too old for Vulkan: 1.0 or newer is needed (Debian 13 has it)";
    if (venus->server.program == NULL)
        return "virglrenderer's render server is missing (virgl_render_server, in Debian's package "
               "virgl-server)";
    return disp_server_ensure(&venus->server) ? NULL : "the render server does not start";
}

void disp_venus_finish(struct disp_venus *venus)
{
    disp_server_finish(&venus->server);
    venus->count = 0;
}

/* ---- contexts ---- */

bool disp_venus_create_context(struct disp_venus *venus, uint32_t context, const char *name,
                               size_t length)
{
    bool done = false;

    if (venus->count == DISP_VENUS_CONTEXTS)
        return false;
    for (unsigned tries = 0; tries < 2 && !done; tries++) /* it may die of the first one */
        done = disp_server_ensure(&venus->server) &&
               virgl_renderer_context_create_with_flags(context, DISP_VENUS_SET, (uint32_t)length,
                                                        name) == 0;
    if (done)
        venus->contexts[venus->count++] = context;
    return done;
}

void disp_venus_forget_context(struct disp_venus *venus, uint32_t context)
{
    for (unsigned i = 0; i < venus->count; i++)
        if (venus->contexts[i] == context)
            venus->contexts[i] = venus->contexts[--venus->count];
}

void disp_venus_poll(const struct disp_venus *venus)
{
    for (unsigned i = 0; i < venus->count; i++)
        virgl_renderer_context_poll(venus->contexts[i]);
}

/* ---- blobs ---- */

/* Files of a driver's own kind are mapped by the library, with that driver. They must not become
 * shorter under a guest's hands, were the server not the one that we started any more. */
static bool venus_map(uint32_t resource, int fd, struct emu_gpu_pages *out)
{
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
    close(fd);
    virgl_renderer_resource_unmap(resource); /* of the last time */
    out->fd = -1;
    return virgl_renderer_resource_map(resource, &out->host, &out->size) == 0;
}

bool disp_venus_get_pages(uint32_t resource, struct emu_gpu_pages *out)
{
    uint32_t kind = 0, caching = 0;
    int fd = -1;

    if (virgl_renderer_resource_get_map_info(resource, &caching) != 0 ||
        virgl_renderer_resource_export_blob(resource, &kind, &fd) != 0)
        return false;
    *out = (struct emu_gpu_pages){.fd = fd, .caching = caching & VIRGL_RENDERER_MAP_CACHE_MASK};
    if (kind == VIRGL_RENDERER_BLOB_FD_TYPE_OPAQUE)
        return venus_map(resource, fd, out);
    off_t end = lseek(fd, 0, SEEK_END);
    out->size = end > 0 ? ((uint64_t)end + VENUS_PAGE - 1) / VENUS_PAGE * VENUS_PAGE : 0;
    return true;
}
