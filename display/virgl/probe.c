/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program that looks which graphics this host has (probe.h). Vulkan's loader is optional. */
#include "display/virgl/probe.h"

#include <dlfcn.h>
#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <stdio.h>
#include <string.h>

#include "display/virgl/egl.h"
#include "display/virgl/venus.h"
#include "display/virgl/virgl.h"

#define PROBE_DEVICES 16u
#define PROBE_WINDOW  (1u << 20)

static void probe_say(const char *name, const char *text)
{
    printf("%s\t", name);
    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < 0x20 ? ' ' : *text);
    putchar('\n');
    fflush(stdout); /* what follows may crash */
}

static const char *probe_yes(bool yes)
{
    return yes ? "yes" : "no";
}

/* ---- EGL and OpenGL ---- */

static bool probe_is_software(const char *renderer)
{
    return strstr(renderer, "llvmpipe") != NULL || strstr(renderer, "softpipe") != NULL ||
           strstr(renderer, "swrast") != NULL;
}

static void probe_opengl(void)
{
    const char *why, *renderer, *version;
    struct disp_egl *egl = disp_egl_new(&why);
    char text[300];

    if (egl == NULL) {
        probe_say(DISP_PROBE_EGL, why);
        return;
    }
    renderer = (const char *)glGetString(GL_RENDERER);
    version = (const char *)glGetString(GL_VERSION);
    snprintf(text, sizeof(text), "EGL %s by %s",
             eglQueryString(disp_egl_get_display(egl), EGL_VERSION),
             eglQueryString(disp_egl_get_display(egl), EGL_VENDOR));
    probe_say(DISP_PROBE_EGL, text);
    snprintf(text, sizeof(text), "%s; %s", renderer != NULL ? renderer : "?",
             version != NULL ? version : "?");
    probe_say(DISP_PROBE_OPENGL, text);
    probe_say(DISP_PROBE_SOFTWARE, probe_yes(renderer != NULL && probe_is_software(renderer)));
    probe_say(DISP_PROBE_DMA_BUF, probe_yes(epoxy_has_egl_extension(
                                      disp_egl_get_display(egl), "EGL_MESA_image_dma_buf_export")));
    disp_egl_free(egl);
}

/* ---- virglrenderer ---- */

static void probe_fence_done(struct emu_gpu_device *gpu, uint32_t context, uint32_t ring,
                             uint64_t ticket)
{
}

static void probe_failed(void *opaque, const char *why)
{
    probe_say(opaque, why);
}

static void probe_virgl(void)
{
    struct emu_gpu_device gpu = {probe_fence_done};
    struct emu_gpu_capset set = {0};
    struct emu_gpu_backend backend;
    struct emu_error err = {EMU_ERROR_NONE, ""};

    if (!disp_virgl_open(&backend, 0, probe_failed, (void *)DISP_PROBE_VIRGL))
        return;
    if (backend.ops->start(backend.opaque, &gpu, &err))
        probe_say(DISP_PROBE_VIRGL, backend.ops->get_capset(backend.opaque, 0, &set)
                                        ? DISP_PROBE_OK
                                        : "virglrenderer offers a guest nothing here");
    backend.ops->stop(backend.opaque);
    emu_gpu_backend_close(&backend);
}

/* A context is made, as only the server's process knows whether its driver works. */
static void probe_venus(void)
{
    struct emu_gpu_device gpu = {probe_fence_done};
    struct emu_gpu_backend backend;
    struct emu_error err = {EMU_ERROR_NONE, ""};

    if (!disp_virgl_open(&backend, PROBE_WINDOW, probe_failed, (void *)DISP_PROBE_VENUS))
        return;
    if (backend.ops->start(backend.opaque, &gpu, &err)) {
        bool made = backend.ops->create_context(backend.opaque, 1, DISP_VENUS_SET, "probe", 5);

        probe_say(DISP_PROBE_VENUS,
                  made ? DISP_PROBE_OK : "the render server makes no context on this host");
        if (made)
            backend.ops->destroy_context(backend.opaque, 1);
    }
    backend.ops->stop(backend.opaque);
    emu_gpu_backend_close(&backend);
}

/* ---- Vulkan, by the loader's own interface, so far as names of devices need it ---- */

struct probe_application {
    uint32_t type;
    const void *next;
    const char *name;
    uint32_t version;
    const char *engine;
    uint32_t engine_version, api;
};

struct probe_instance_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    const struct probe_application *application;
    uint32_t layer_count;
    const char *const *layers;
    uint32_t extension_count;
    const char *const *extensions;
};

/* The head of VkPhysicalDeviceProperties; the whole is shorter than the room. */
struct probe_properties {
    uint32_t api, driver, vendor, device, type;
    char name[256];
    uint8_t rest[4096];
};

typedef void (*probe_void_fn)(void);
typedef probe_void_fn (*probe_get_fn)(void *instance, const char *name);
typedef int (*probe_create_fn)(const struct probe_instance_info *info, const void *allocator,
                               void **instance);
typedef int (*probe_list_fn)(void *instance, uint32_t *count, void **devices);
typedef void (*probe_properties_fn)(void *device, struct probe_properties *out);

#define PROBE_VULKAN_1_1    (1u << 22 | 1u << 12)
#define PROBE_INSTANCE_INFO 1u /* VkStructureType */

static void probe_devices(probe_get_fn get, void *instance)
{
    probe_list_fn list = (probe_list_fn)get(instance, "vkEnumeratePhysicalDevices");
    probe_properties_fn tell = (probe_properties_fn)get(instance, "vkGetPhysicalDeviceProperties");
    void *devices[PROBE_DEVICES];
    uint32_t count = PROBE_DEVICES;
    struct probe_properties properties;
    char text[320];

    if (list == NULL || tell == NULL || list(instance, &count, devices) < 0)
        return;
    for (uint32_t i = 0; i < count; i++) {
        memset(&properties, 0, sizeof(properties));
        tell(devices[i], &properties);
        snprintf(text, sizeof(text), "%.255s; Vulkan %u.%u", properties.name,
                 properties.api >> 22 & 0x7f, properties.api >> 12 & 0x3ff);
        probe_say(DISP_PROBE_VULKAN, text);
    }
}

static void probe_vulkan(void)
{
    const struct probe_application application = {.name = "lathe", .api = PROBE_VULKAN_1_1};
    const struct probe_instance_info info = {.type = PROBE_INSTANCE_INFO,
                                             .application = &application};
    void *loader = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL), *instance = NULL;
    probe_get_fn get = loader != NULL ? (probe_get_fn)dlsym(loader, "vkGetInstanceProcAddr") : NULL;
    probe_create_fn create = get != NULL ? (probe_create_fn)get(NULL, "vkCreateInstance") : NULL;

    if (create != NULL && create(&info, NULL, &instance) == 0)
        probe_devices(get, instance);
}

int main(void)
{
    probe_opengl();
    probe_virgl();
    probe_venus();
    probe_vulkan();
    return 0;
}
