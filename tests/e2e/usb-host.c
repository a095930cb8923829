/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a guest that says on its serial port what a person at the machine should do ("do key 30"),
 * and does that: types, points, plugs devices in and pulls them out.
 *
 *   usb-host KERNEL INITRD COMMAND-LINE DISK usb|virtio|floppy
 *
 * With floppy the disk is in a floppy drive from the beginning, and written to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emulator/api/block.h"
#include "emulator/api/input.h"
#include "emulator/api/machine.h"

#define HOST_TIMEOUT 300 /* seconds */

static void host_write(void *opaque, const uint8_t *data, size_t length)
{
    const int *pipe = opaque;

    if (write(*pipe, data, length) < 0)
        perror("usb-host");
}

static const struct emu_chardev_ops host_serial = {.name = "usb-host", .write = host_write};

static void host_state(void *opaque, enum emu_machine_state state)
{
    const int *pipe = opaque;

    if (state == EMU_MACHINE_STOPPED)
        close(*pipe);
}

/* ---- what a guest may ask for ---- */

static void host_report(const char *what, bool good, const char *why)
{
    printf("%s host-%s%s%s\n", good ? "ok" : "not ok", what, good ? "" : ": ", good ? "" : why);
}

static void host_key(struct emu_machine *machine, char **words)
{
    emu_machine_key(machine, (unsigned)atoi(words[0]), true);
    emu_machine_key(machine, (unsigned)atoi(words[0]), false);
}

/* x y wheel buttons */
static void host_pointer(struct emu_machine *machine, char **words)
{
    const struct emu_pointer_event event = {
        .absolute = true,
        .x = atoi(words[0]),
        .y = atoi(words[1]),
        .wheel = atoi(words[2]),
        .buttons = (unsigned)atoi(words[3]),
    };

    emu_machine_pointer(machine, &event);
}

/* kind id [hub]; the disk is opened for reading only, so that it can be in twice. */
static void host_add(struct emu_machine *machine, char **words, const char *disk)
{
    struct emu_device_config config = {.kind = words[0], .id = words[1]};
    const struct emu_block_options options = {.path = disk, .format = "raw", .read_only = true};
    struct emu_error err = EMU_ERROR_INIT;
    bool good = true;

    config.into = words[2][0] != '\0' ? words[2] : NULL;
    if (strcmp(words[0], "usb-storage") == 0)
        good = emu_block_open(&options, &config.drive.backend, &err);
    host_report("add", good && emu_machine_device_add(machine, &config, &err), err.text);
}

static void host_remove(struct emu_machine *machine, char **words)
{
    struct emu_error err = EMU_ERROR_INIT;

    host_report("remove", emu_machine_device_remove(machine, words[0], &err), err.text);
}

static void host_refuse(struct emu_machine *machine, char **words)
{
    struct emu_error err = EMU_ERROR_INIT;

    host_report("refuse", !emu_machine_device_remove(machine, words[0], &err) && *err.text != '\0',
                "it was removed");
}

/* [file]: into the first drive, or out of it. */
static void host_medium(struct emu_machine *machine, char **words)
{
    const struct emu_block_options options = {.path = words[0], .format = "raw", .read_only = true};
    struct emu_block_backend medium = {0};
    struct emu_error err = EMU_ERROR_INIT;
    bool good = words[0][0] == '\0' || emu_block_open(&options, &medium, &err);

    host_report("medium", good && emu_machine_change_medium(machine, 0, &medium, &err), err.text);
}

static void host_leds(struct emu_machine *machine, char **words)
{
    unsigned wanted = (unsigned)atoi(words[0]);
    const struct timespec pause = {.tv_nsec = 10000000};

    for (unsigned i = 0; i < 500; i++) {
        if (emu_machine_get_input_status(machine).leds == wanted)
            break;
        nanosleep(&pause, NULL);
    }
    host_report("leds", emu_machine_get_input_status(machine).leds == wanted, "others are lit");
}

static void host_do(struct emu_machine *machine, char *line, const char *disk)
{
    static char none[] = "";
    char *words[6] = {none, none, none, none, none, none}, *rest = NULL;

    for (unsigned i = 0; i < 5 && (words[i] = strtok_r(i == 0 ? line : NULL, " ", &rest)); i++)
        ;
    for (unsigned i = 0; i < 5; i++)
        words[i] = words[i] != NULL ? words[i] : none;
    if (strcmp(words[0], "key") == 0)
        host_key(machine, words + 1);
    else if (strcmp(words[0], "pointer") == 0)
        host_pointer(machine, words + 1);
    else if (strcmp(words[0], "add") == 0)
        host_add(machine, words + 1, disk);
    else if (strcmp(words[0], "remove") == 0)
        host_remove(machine, words + 1);
    else if (strcmp(words[0], "refuse") == 0)
        host_refuse(machine, words + 1);
    else if (strcmp(words[0], "medium") == 0)
        host_medium(machine, words + 1);
    else if (strcmp(words[0], "leds") == 0)
        host_leds(machine, words + 1);
    fflush(stdout);
}

/* A floppy drive with that medium. */
static bool host_add_floppy(struct emu_machine_config *config, const char *path)
{
    const struct emu_block_options options = {.path = path, .format = "raw"};
    struct emu_error err = EMU_ERROR_INIT;

    config->drives[0].bus = EMU_DRIVE_FLOPPY;
    config->drive_count = 1;
    if (emu_block_open(&options, &config->drives[0].backend, &err))
        return true;
    fprintf(stderr, "usb-host: %s\n", err.text);
    return false;
}

int main(int argc, char **argv)
{
    static const struct emu_device_config devices[] = {
        {.kind = "usb-hub", .id = "hub"},
        {.kind = "usb-tablet", .id = "tablet"},
        {.kind = "usb-keyboard", .id = "keyboard", .into = "hub"},
        {.kind = "virtio-tablet", .id = "virtio-tablet"},
        {.kind = "virtio-keyboard", .id = "virtio-keyboard"},
    };
    bool virtio;
    struct emu_error err = EMU_ERROR_INIT;
    char line[4096];
    int pipes[2];
    FILE *serial;

    if (argc != 6 || pipe(pipes) != 0 || (serial = fdopen(pipes[0], "r")) == NULL)
        return 2;
    alarm(HOST_TIMEOUT);
    virtio = strcmp(argv[5], "virtio") == 0;
    struct emu_machine_config config = {
        .accel = getenv("ACCEL"),
        .memory = 512ull << 20,
        .kernel = argv[1],
        .initrd = argv[2],
        .append = argv[3],
        .topology = {.cpus = 2},
        .no_reboot = true,
        .usb = true,
        .devices = devices,
        .device_count = virtio ? 5 : 3,
        .serial = {{&host_serial, &pipes[1]}},
    };
    if (strcmp(argv[5], "floppy") == 0 && !host_add_floppy(&config, argv[4]))
        return 1;
    const struct emu_machine_observer observer = {.state_changed = host_state, .opaque = &pipes[1]};
    struct emu_machine *machine = emu_machine_new(&config, &observer, &err);
    if (machine == NULL) {
        fprintf(stderr, "usb-host: %s\n", err.text);
        return 1;
    }
    emu_machine_resume(machine);
    while (fgets(line, sizeof(line), serial) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        printf("%s\n", line);
        if (strncmp(line, "do ", 3) == 0)
            host_do(machine, line + 3, argv[4]);
    }
    emu_machine_free(machine);
    fclose(serial);
    return 0;
}
