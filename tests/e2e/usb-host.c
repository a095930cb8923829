/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a guest that says on its serial port what a person at the machine should do ("do key 30"),
 * and does that: types, points, plugs devices and disks in and pulls them out.
 *
 *   usb-host KERNEL INITRD COMMAND-LINE DISK [NAME=VALUE...]
 *
 * DISK is what is plugged in. The names: firmware, vars, secure (an image, its variables, which are
 * forgotten, that need SMM); system, script (a disk whose changes are forgotten, one that is only
 * read); floppy (an image in a drive, written to); memory (MiB); input=usb for a hub, a tablet and
 * a keyboard, input=virtio for virtio's two beside them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emulator/api/block.h"
#include "emulator/api/input.h"
#include "emulator/api/machine.h"

#define HOST_TIMEOUT 200 /* seconds, times PATIENCE */

/* What times are multiplied with; tests/run.py says it. */
static unsigned host_patience(void)
{
    const char *patience = getenv("PATIENCE");

    return patience != NULL ? (unsigned)atoi(patience) : 3;
}

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

/* virtio|nvme; its number is the first that is free, as the machine's own disks have theirs. */
static void host_slot(struct emu_machine *machine, char **words, const char *disk)
{
    struct emu_drive drive = {.bus = strcmp(words[0], "nvme") == 0 ? EMU_DRIVE_NVME
                                                                   : EMU_DRIVE_VIRTIO};
    const struct emu_block_options options = {.path = disk, .format = "raw", .read_only = true};
    struct emu_error err = EMU_ERROR_INIT;
    unsigned index = 0;

    if (emu_block_open(&options, &drive.backend, &err))
        emu_machine_add_drive(machine, &drive, &index, &err);
    host_report("slot", *err.text == '\0', err.text);
}

static void host_eject(struct emu_machine *machine, char **words)
{
    struct emu_error err = EMU_ERROR_INIT;

    host_report("eject", emu_machine_remove_drive(machine, (unsigned)atoi(words[0]), false, &err),
                err.text);
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

    for (unsigned i = 0; i < 2000 * host_patience(); i++) {
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
    else if (strcmp(words[0], "slot") == 0)
        host_slot(machine, words + 1, disk);
    else if (strcmp(words[0], "eject") == 0)
        host_eject(machine, words + 1);
    fflush(stdout);
}

/* ---- the machine ---- */

/* A drive that is there from the beginning. name: "system", "script", "floppy". */
static bool host_add_drive(struct emu_machine_config *config, const char *name, const char *path)
{
    bool floppy = strcmp(name, "floppy") == 0, script = strcmp(name, "script") == 0;
    const struct emu_block_options options = {.path = path,
                                              .format = floppy ? "raw" : NULL,
                                              .read_only = script,
                                              .discard_changes = !script && !floppy};
    struct emu_drive *drive = &config->drives[config->drive_count++];
    struct emu_error err = EMU_ERROR_INIT;

    drive->bus = floppy ? EMU_DRIVE_FLOPPY : EMU_DRIVE_VIRTIO;
    return emu_block_open(&options, &drive->backend, &err) || (puts(err.text), false);
}

/* NAME=VALUE */
static bool host_set(struct emu_machine_config *config, char *word)
{
    char *value = strchr(word, '=');

    if (value == NULL)
        return false;
    *value++ = '\0';
    if (strcmp(word, "firmware") == 0)
        config->firmware = value;
    else if (strcmp(word, "vars") == 0)
        config->firmware_vars = value;
    else if (strcmp(word, "secure") == 0)
        config->firmware_secure = true;
    else if (strcmp(word, "memory") == 0)
        config->memory = strtoull(value, NULL, 10) << 20;
    else if (strcmp(word, "input") == 0)
        config->device_count = strcmp(value, "virtio") == 0 ? 5 : 3;
    else
        return host_add_drive(config, word, value);
    return true;
}

/* Until the guest ends. */
static void host_serve(struct emu_machine *machine, FILE *serial, const char *disk)
{
    char line[4096];

    emu_machine_resume(machine);
    while (fgets(line, sizeof(line), serial) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        printf("%s\n", line);
        if (strncmp(line, "do ", 3) == 0)
            host_do(machine, line + 3, disk);
    }
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
    struct emu_error err = EMU_ERROR_INIT;
    int pipes[2];
    FILE *serial;

    if (argc < 5 || pipe(pipes) != 0 || (serial = fdopen(pipes[0], "r")) == NULL)
        return 2;
    alarm(HOST_TIMEOUT * host_patience());
    struct emu_machine_config config = {
        .accel = getenv("ACCEL"),
        .memory = 512ull << 20,
        .kernel = argv[1],
        .initrd = argv[2],
        .append = argv[3],
        .topology = {.cpus = 2},
        .firmware_discard = true,
        .no_reboot = true,
        .usb = true,
        .devices = devices,
        .serial = {{&host_serial, &pipes[1]}},
    };
    const struct emu_machine_observer observer = {.state_changed = host_state, .opaque = &pipes[1]};
    for (int i = 5; i < argc; i++)
        if (!host_set(&config, argv[i]))
            return 2;
    struct emu_machine *machine = emu_machine_new(&config, &observer, &err);
    if (machine == NULL) {
        fprintf(stderr, "usb-host: %s\n", err.text);
        return 1;
    }
    host_serve(machine, serial, argv[4]);
    emu_machine_free(machine);
    fclose(serial);
    return 0;
}
