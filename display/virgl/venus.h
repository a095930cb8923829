/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of the back end that gives a guest Vulkan (Venus): which set of capabilities that is,
 * its contexts, each a process of the render server's, and where a blob's bytes are. On the
 * adapter's thread.
 */
#ifndef DISP_VIRGL_VENUS_H
#define DISP_VIRGL_VENUS_H

#include "display/virgl/server.h"
#include "emulator/api/ops/gpu.h"

#define DISP_VENUS_SET      4u  /* its set of capabilities */
#define DISP_VENUS_CONTEXTS 64u /* at most: each is a process of the host */

struct disp_venus {
    struct disp_server server;
    uint32_t contexts[DISP_VENUS_CONTEXTS];
    unsigned count;
};

/* Flags for the library, whose callback get_server_fd is disp_server_connect. */
int disp_venus_init(struct disp_venus *venus);
/* The library is initialized. NULL, or why it cannot after all, static. */
const char *disp_venus_begin(struct disp_venus *venus);
/* After the library's end, or without it. */
void disp_venus_finish(struct disp_venus *venus);

bool disp_venus_create_context(struct disp_venus *venus, uint32_t context, const char *name,
                               size_t length);
/* Before the library's own; of other contexts too. */
void disp_venus_forget_context(struct disp_venus *venus, uint32_t context);
/* Looks for fences that are done. */
void disp_venus_poll(const struct disp_venus *venus);
/* As get_pages of api/ops/gpu.h. */
bool disp_venus_get_pages(uint32_t resource, struct emu_gpu_pages *out);

#endif
