/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a machine and looks at its screen: the words of the command line are done in order.
 *
 *   firmware FILE  vars FILE  kernel FILE  initrd FILE  append TEXT
 *   cdrom FILE  sata FILE  nvme FILE  usb FILE  virtio FILE  floppy FILE
 *   plug usb-tablet|usb-keyboard
 *   memory MIB  cpus N  gpu std|virtio|bochs|ramfb|none  rom FILE    before the first of these:
 *   text WORDS SECONDS      until a text mode shows the words
 *   serial WORDS SECONDS    until the serial port has said them
 *   size WxH SECONDS        until the picture has this size
 *   colour X,Y,RRGGBB SECONDS   until the pixel there has this colour
 *   gone X,Y,RRGGBB SECONDS     until it has another
 *   click X,Y               with the left button, by a tablet
 *   wait SECONDS            key CODE...-       presses keys one after the other, by Linux's codes
 *   prefer WxH              shoot FILE         writes a PPM; "-": a text mode's words to stdout
 *   stats SECONDS           looks 60 times a second, and says what looking costs
 *
 * Ends with 1 and a last picture in picture-failed.ppm when something does not come.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/api/block.h"
#include "emulator/api/chardev.h"
#include "emulator/api/display.h"
#include "emulator/api/input.h"
#include "emulator/api/machine.h"

#define VIEWER_MAX_DEVICES 4
#define PICTURE_FRAME      16666667l /* ns */

struct viewer {
    struct emu_machine_config config;
    struct emu_device_config devices[VIEWER_MAX_DEVICES];
    struct emu_machine *machine; /* NULL: not started yet */
    struct emu_display *display;
    struct emu_surface *surface;
    struct emu_display_update update;
    pthread_mutex_t lock; /* of what the serial port said: */
    char said[1 << 20];
    size_t length;
};

static void viewer_hear(void *opaque, const uint8_t *data, size_t length)
{
    struct viewer *viewer = opaque;

    pthread_mutex_lock(&viewer->lock);
    for (size_t i = 0; i < length && viewer->length + 1 < sizeof(viewer->said); i++)
        if (data[i] != '\0')
            viewer->said[viewer->length++] = (char)data[i];
    pthread_mutex_unlock(&viewer->lock);
}

static const struct emu_chardev_ops viewer_ops = {.name = "viewer", .write = viewer_hear};

static void viewer_sleep(long ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};

    nanosleep(&time, NULL);
}

static double viewer_now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- the machine ---- */

static const struct {
    const char *name;
    enum emu_drive_bus bus;
    bool cdrom;
} viewer_drives[] = {{"cdrom", EMU_DRIVE_SATA, true},     {"sata", EMU_DRIVE_SATA, false},
                     {"nvme", EMU_DRIVE_NVME, false},     {"usb", EMU_DRIVE_USB, false},
                     {"virtio", EMU_DRIVE_VIRTIO, false}, {"floppy", EMU_DRIVE_FLOPPY, false}};

static bool viewer_add_drive(struct viewer *viewer, size_t kind, const char *path)
{
    bool cdrom = viewer_drives[kind].cdrom;
    const struct emu_block_options options = {
        .path = path, .read_only = cdrom, .discard_changes = !cdrom};
    struct emu_drive *drive = &viewer->config.drives[viewer->config.drive_count++];
    struct emu_error err = EMU_ERROR_INIT;

    drive->bus = viewer_drives[kind].bus;
    drive->cdrom = cdrom;
    if (emu_block_open(&options, &drive->backend, &err))
        return true;
    fprintf(stderr, "picture: %s\n", err.text);
    return false;
}

static enum emu_gpu viewer_gpu(const char *name)
{
    static const char *const names[] = {
        [EMU_GPU_NONE] = "none",   [EMU_GPU_STD] = "std",     [EMU_GPU_VIRTIO] = "virtio",
        [EMU_GPU_BOCHS] = "bochs", [EMU_GPU_RAMFB] = "ramfb",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum emu_gpu)i;
    return EMU_GPU_STD;
}

static bool viewer_add(struct viewer *viewer, const char *name, const char *path)
{
    for (size_t i = 0; i < sizeof(viewer_drives) / sizeof(viewer_drives[0]); i++) {
        if (strcmp(name, viewer_drives[i].name) == 0)
            return viewer_add_drive(viewer, i, path);
    }
    return false;
}

static void viewer_plug(struct viewer *viewer, const char *kind)
{
    struct emu_machine_config *config = &viewer->config;

    if (config->device_count == VIEWER_MAX_DEVICES)
        return;
    viewer->devices[config->device_count++] = (struct emu_device_config){.kind = kind, .id = kind};
    config->devices = viewer->devices;
    config->usb = true;
}

/* A property of the machine; false: it is none. */
static bool viewer_set(struct viewer *viewer, const char *name, const char *value)
{
    struct emu_machine_config *config = &viewer->config;
    const struct {
        const char *name, **field;
    } strings[] = {{"firmware", &config->firmware}, {"vars", &config->firmware_vars},
                   {"kernel", &config->kernel},     {"initrd", &config->initrd},
                   {"append", &config->append},     {"rom", &config->gpu_rom}};

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strcmp(name, strings[i].name) == 0) {
            *strings[i].field = value;
            return true;
        }
    }
    if (strcmp(name, "memory") == 0)
        config->memory = strtoull(value, NULL, 10) << 20;
    else if (strcmp(name, "cpus") == 0)
        config->topology.cpus = (unsigned)atoi(value);
    else if (strcmp(name, "gpu") == 0)
        config->gpu = viewer_gpu(value);
    else if (strcmp(name, "plug") == 0)
        viewer_plug(viewer, value);
    else
        return viewer_add(viewer, name, value);
    return true;
}

static bool viewer_start(struct viewer *viewer)
{
    struct emu_error err = EMU_ERROR_INIT;

    viewer->config.serial[0] = (struct emu_chardev_backend){&viewer_ops, viewer};
    viewer->machine = emu_machine_new(&viewer->config, NULL, &err);
    if (viewer->machine == NULL) {
        fprintf(stderr, "picture: %s\n", err.text);
        return false;
    }
    viewer->display = emu_machine_get_display(viewer->machine, 0);
    emu_machine_resume(viewer->machine);
    return viewer->display != NULL;
}

/* ---- looking ---- */

static void viewer_look(struct viewer *viewer)
{
    emu_display_update(viewer->display, viewer->surface, &viewer->update);
}

static bool viewer_shoot(struct viewer *viewer, const char *path)
{
    const struct emu_surface *surface = viewer->surface;
    FILE *file;

    viewer_look(viewer);
    if (strcmp(path, "-") == 0) {
        char *text = emu_display_get_text(viewer->display);

        printf("%s", text != NULL ? text : "(no text mode)\n");
        free(text);
        return true;
    }
    file = fopen(path, "wb");
    if (file == NULL)
        return false;
    fprintf(file, "P6\n%u %u\n255\n", surface->width, surface->height);
    for (size_t i = 0; i < (size_t)surface->width * surface->height; i++)
        for (int shift = 16; shift >= 0; shift -= 8)
            fputc((int)(surface->pixels[i] >> shift & 0xff), file);
    return fclose(file) == 0;
}

static bool viewer_sees(struct viewer *viewer, const char *words)
{
    char *text = emu_display_get_text(viewer->display);
    bool found = text != NULL && strstr(text, words) != NULL;

    free(text);
    return found;
}

static bool viewer_heard(struct viewer *viewer, const char *words)
{
    bool found;

    pthread_mutex_lock(&viewer->lock);
    found = strstr(viewer->said, words) != NULL;
    pthread_mutex_unlock(&viewer->lock);
    return found;
}

static bool viewer_has_size(struct viewer *viewer, const char *size)
{
    char now[32];

    viewer_look(viewer);
    snprintf(now, sizeof(now), "%ux%u", viewer->surface->width, viewer->surface->height);
    return viewer->update.state == EMU_DISPLAY_GRAPHICS && strcmp(now, size) == 0;
}

static bool viewer_has_colour(struct viewer *viewer, const char *what)
{
    const struct emu_surface *surface = viewer->surface;
    unsigned x, y, colour;

    viewer_look(viewer);
    return sscanf(what, "%u,%u,%x", &x, &y, &colour) == 3 && x < surface->width &&
           y < surface->height &&
           (surface->pixels[(size_t)y * surface->width + x] & 0xffffff) == colour;
}

static bool viewer_has_lost_colour(struct viewer *viewer, const char *what)
{
    return !viewer_has_colour(viewer, what);
}

static bool viewer_wait(struct viewer *viewer, bool (*is)(struct viewer *viewer, const char *what),
                        const char *what, const char *seconds)
{
    const char *patience = getenv("PATIENCE");
    double end =
        viewer_now(CLOCK_MONOTONIC) + atof(seconds) * (patience != NULL ? atof(patience) : 1);

    while (viewer_now(CLOCK_MONOTONIC) < end) {
        if (is(viewer, what))
            return true;
        viewer_sleep(5 * PICTURE_FRAME);
    }
    fprintf(stderr, "picture: \"%s\" did not come; the serial port said:\n%s\n", what,
            viewer->said);
    viewer_shoot(viewer, "-");
    viewer_shoot(viewer, "picture-failed.ppm");
    return false;
}

/* What looking costs: the share of a processor that this thread takes. */
static void viewer_measure(struct viewer *viewer, double seconds)
{
    double start = viewer_now(CLOCK_MONOTONIC), used = 0;
    unsigned looks = 0, changed = 0;

    while (viewer_now(CLOCK_MONOTONIC) < start + seconds) {
        double before = viewer_now(CLOCK_THREAD_CPUTIME_ID);

        viewer_look(viewer);
        used += viewer_now(CLOCK_THREAD_CPUTIME_ID) - before;
        looks++;
        changed += viewer->update.count != 0;
        viewer_sleep(PICTURE_FRAME);
    }
    printf("%ux%u: %u looks, %u with changes, %.3f ms each\n", viewer->surface->width,
           viewer->surface->height, looks, changed, used * 1e3 / looks);
}

/* ---- doing ---- */

static void viewer_press(struct viewer *viewer, const char *codes)
{
    for (char *rest = (char *)codes; *rest != '\0';) {
        unsigned code = (unsigned)strtoul(rest, &rest, 10);

        emu_machine_key(viewer->machine, code, true);
        viewer_sleep(3 * PICTURE_FRAME);
        emu_machine_key(viewer->machine, code, false);
        viewer_sleep(3 * PICTURE_FRAME);
        rest += *rest != '\0';
    }
}

static void viewer_click(struct viewer *viewer, const char *place)
{
    struct emu_pointer_event event = {.absolute = true};
    unsigned x, y;

    viewer_look(viewer);
    if (sscanf(place, "%u,%u", &x, &y) != 2 || viewer->surface->width == 0)
        return;
    event.x = (int)(x * (uint64_t)EMU_POINTER_MAX / viewer->surface->width);
    event.y = (int)(y * (uint64_t)EMU_POINTER_MAX / viewer->surface->height);
    for (unsigned step = 0; step < 3; step++) { /* there, down, up */
        event.buttons = step == 1 ? EMU_BUTTON_LEFT : 0;
        emu_machine_pointer(viewer->machine, &event);
        viewer_sleep(6 * PICTURE_FRAME);
    }
}

static void viewer_prefer(struct viewer *viewer, const char *size)
{
    unsigned width = 0, height = 0;

    if (sscanf(size, "%ux%u", &width, &height) == 2)
        emu_display_prefer_size(viewer->display, width, height);
}

/* Does argv[0] with what follows it; how many words it took, 0: it failed. */
static int viewer_do(struct viewer *viewer, char **argv, int left)
{
    const char *verb = argv[0], *value = left > 1 ? argv[1] : "";
    const char *seconds = left > 2 ? argv[2] : "1";

    if (viewer->machine == NULL && viewer_set(viewer, verb, value))
        return 2;
    if (viewer->machine == NULL && !viewer_start(viewer))
        return 0;
    if (strcmp(verb, "text") == 0)
        return viewer_wait(viewer, viewer_sees, value, seconds) ? 3 : 0;
    if (strcmp(verb, "serial") == 0)
        return viewer_wait(viewer, viewer_heard, value, seconds) ? 3 : 0;
    if (strcmp(verb, "size") == 0)
        return viewer_wait(viewer, viewer_has_size, value, seconds) ? 3 : 0;
    if (strcmp(verb, "colour") == 0)
        return viewer_wait(viewer, viewer_has_colour, value, seconds) ? 3 : 0;
    if (strcmp(verb, "gone") == 0)
        return viewer_wait(viewer, viewer_has_lost_colour, value, seconds) ? 3 : 0;
    if (strcmp(verb, "shoot") == 0)
        return viewer_shoot(viewer, value) ? 2 : 0;
    if (strcmp(verb, "wait") == 0)
        viewer_sleep((long)(atof(value) * 1e9));
    else if (strcmp(verb, "stats") == 0)
        viewer_measure(viewer, atof(value));
    else if (strcmp(verb, "key") == 0)
        viewer_press(viewer, value);
    else if (strcmp(verb, "click") == 0)
        viewer_click(viewer, value);
    else if (strcmp(verb, "prefer") == 0)
        viewer_prefer(viewer, value);
    else
        return 0;
    return 2;
}

int main(int argc, char **argv)
{
    struct viewer *viewer = calloc(1, sizeof(*viewer));
    int done = 1;

    if (viewer == NULL)
        return 1;
    pthread_mutex_init(&viewer->lock, NULL);
    viewer->surface = emu_surface_new();
    viewer->config.accel = getenv("ACCEL");
    viewer->config.memory = 512ull << 20;
    viewer->config.topology.cpus = 1;
    viewer->config.gpu = EMU_GPU_STD;
    viewer->config.firmware_discard = true;
    for (int taken = 1; done < argc && taken != 0; done += taken) {
        taken = viewer_do(viewer, argv + done, argc - done);
        if (taken == 0) {
            fprintf(stderr, "picture: failed at \"%s\"\n", argv[done]);
            break;
        }
    }
    emu_machine_free(viewer->machine);
    emu_surface_free(viewer->surface);
    free(viewer);
    return done < argc;
}
