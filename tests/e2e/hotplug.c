/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plugs disks into a running machine and takes them out again, through emulator/api alone, while
 * its guest (board-init.sh, job hotplug) tells on the console what it sees.
 *
 *   hotplug KERNEL INITRD COMMAND-LINE CPUS [key|button]
 *
 * With a fifth argument the guest (job again) sleeps, and is woken by that.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/api/block.h"
#include "emulator/api/chardev.h"
#include "emulator/api/input.h"
#include "emulator/api/machine.h"

#define HOTPLUG_TIMEOUT 80 /* seconds, times PATIENCE */
#define HOTPLUG_DISK    (1u << 20)

struct hotplug {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char text[1 << 18];
    size_t length;
    unsigned removed, closed;
    bool stopped;
};

/* ---- a disk that begins with its name ---- */

struct disk {
    struct hotplug *hotplug;
    uint8_t data[HOTPLUG_DISK];
};

static int disk_read(void *opaque, uint64_t offset, void *buffer, size_t length)
{
    memcpy(buffer, ((struct disk *)opaque)->data + offset, length);
    return 0;
}

static int disk_write(void *opaque, uint64_t offset, const void *buffer, size_t length)
{
    memcpy(((struct disk *)opaque)->data + offset, buffer, length);
    return 0;
}

static int disk_zero(void *opaque, uint64_t offset, uint64_t length, bool unmap)
{
    memset(((struct disk *)opaque)->data + offset, 0, length);
    return 0;
}

static int disk_discard(void *opaque, uint64_t offset, uint64_t length)
{
    return 0;
}

static int disk_flush(void *opaque)
{
    return 0;
}

static uint64_t disk_size(void *opaque)
{
    return HOTPLUG_DISK;
}

static void disk_close(void *opaque)
{
    struct disk *disk = opaque;

    pthread_mutex_lock(&disk->hotplug->lock);
    disk->hotplug->closed++;
    pthread_mutex_unlock(&disk->hotplug->lock);
    free(disk);
}

static const struct emu_block_ops disk_ops = {.name = "disk",
                                              .read = disk_read,
                                              .write = disk_write,
                                              .zero = disk_zero,
                                              .discard = disk_discard,
                                              .flush = disk_flush,
                                              .size = disk_size,
                                              .close = disk_close};

/* ---- what the machine tells ---- */

static void hotplug_write(void *opaque, const uint8_t *data, size_t length)
{
    struct hotplug *hotplug = opaque;

    pthread_mutex_lock(&hotplug->lock);
    for (size_t i = 0; i < length && hotplug->length + 1 < sizeof(hotplug->text); i++) {
        if (data[i] != '\0' && data[i] != '\r')
            hotplug->text[hotplug->length++] = (char)data[i];
    }
    pthread_cond_broadcast(&hotplug->changed);
    pthread_mutex_unlock(&hotplug->lock);
}

static const struct emu_chardev_ops hotplug_console = {.name = "console", .write = hotplug_write};

static void hotplug_state(void *opaque, enum emu_machine_state state)
{
    struct hotplug *hotplug = opaque;

    pthread_mutex_lock(&hotplug->lock);
    hotplug->stopped = state == EMU_MACHINE_STOPPED;
    pthread_cond_broadcast(&hotplug->changed);
    pthread_mutex_unlock(&hotplug->lock);
}

static void hotplug_removed(void *opaque, unsigned drive)
{
    struct hotplug *hotplug = opaque;

    pthread_mutex_lock(&hotplug->lock);
    hotplug->removed++;
    pthread_mutex_unlock(&hotplug->lock);
}

/* What times are multiplied with; tests/run.py says it. */
static unsigned hotplug_patience(void)
{
    const char *patience = getenv("PATIENCE");

    return patience != NULL ? (unsigned)atoi(patience) : 3;
}

/* Until the console says text (NULL: nothing more, ever). */
static bool hotplug_wait(struct hotplug *hotplug, const char *text)
{
    struct timespec end;
    bool found;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += HOTPLUG_TIMEOUT * hotplug_patience();
    pthread_mutex_lock(&hotplug->lock);
    for (;;) {
        found = text != NULL && strstr(hotplug->text, text) != NULL;
        if (found || hotplug->stopped || late != 0)
            break;
        late = pthread_cond_timedwait(&hotplug->changed, &hotplug->lock, &end);
    }
    found |= text == NULL && hotplug->stopped;
    pthread_mutex_unlock(&hotplug->lock);
    return found;
}

/* ---- the test ---- */

static bool report(const char *name, bool good, const char *why)
{
    printf("%s hotplug-%s%s%s\n", good ? "ok" : "not ok", name, good ? "" : ": ", good ? "" : why);
    return good;
}

static bool hotplug_add(struct hotplug *hotplug, struct emu_machine *machine,
                        enum emu_drive_bus bus, unsigned number, unsigned *index)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_drive drive = {.bus = bus};
    struct disk *disk = calloc(1, sizeof(*disk));

    if (disk == NULL)
        return false;
    disk->hotplug = hotplug;
    snprintf((char *)disk->data, 16, "lathe disk %u\n", number);
    drive.backend = (struct emu_block_backend){.ops = &disk_ops, .opaque = disk};
    return report("add", emu_machine_add_drive(machine, &drive, index, &err), err.text);
}

static bool hotplug_remove(struct emu_machine *machine, unsigned index, bool force)
{
    struct emu_error err = EMU_ERROR_INIT;

    return report("remove", emu_machine_remove_drive(machine, index, force, &err), err.text);
}

static bool hotplug_run(struct hotplug *hotplug, struct emu_machine *machine)
{
    struct emu_error err = EMU_ERROR_INIT;
    unsigned a, b;

    emu_machine_resume(machine);
    return report("ready", hotplug_wait(hotplug, "lathe guest ready"), hotplug->text) &&
           hotplug_add(hotplug, machine, EMU_DRIVE_VIRTIO, 0, &a) &&
           hotplug_add(hotplug, machine, EMU_DRIVE_NVME, 1, &b) &&
           report("two", hotplug_wait(hotplug, "lathe guest has two"), hotplug->text) &&
           hotplug_remove(machine, a, false) && hotplug_remove(machine, b, false) &&
           report("none", hotplug_wait(hotplug, "lathe guest has none"), hotplug->text) &&
           hotplug_add(hotplug, machine, EMU_DRIVE_NVME, 2, &a) &&
           report("surprise", hotplug_wait(hotplug, "lathe guest is surprised"), hotplug->text) &&
           hotplug_remove(machine, a, true) &&
           report("refused", !emu_machine_remove_drive(machine, a, true, &err), "twice") &&
           report("done", hotplug_wait(hotplug, NULL), hotplug->text);
}

#define HOTPLUG_KEY_A 30

static bool hotplug_wake(struct hotplug *hotplug, struct emu_machine *machine, bool key)
{
    const struct timespec pause = {.tv_nsec = 100000000};

    emu_machine_resume(machine);
    if (!report("sleeps", hotplug_wait(hotplug, "lathe guest sleeps"), hotplug->text))
        return false;
    for (unsigned i = 0; i < 200 * hotplug_patience() && !emu_machine_is_asleep(machine); i++)
        nanosleep(&pause, NULL);
    if (!report("asleep", emu_machine_is_asleep(machine), hotplug->text))
        return false;
    if (key)
        emu_machine_key(machine, HOTPLUG_KEY_A, true);
    else
        emu_machine_power_button(machine);
    return report("wakes", hotplug_wait(hotplug, "ok guest-woke"), hotplug->text) &&
           report("done", hotplug_wait(hotplug, NULL), hotplug->text);
}

/* The guest's own cases are lines of the console. */
static bool hotplug_guest_cases(const struct hotplug *hotplug, unsigned least)
{
    const char *line = hotplug->text;
    unsigned good = 0, bad = 0;

    for (; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        good += strncmp(line, "ok ", 3) == 0;
        bad += strncmp(line, "not ok ", 7) == 0;
        if (strncmp(line, "ok ", 3) == 0 || strncmp(line, "not ok ", 7) == 0)
            printf("%.*s\n", (int)strcspn(line, "\n"), line);
    }
    return report("guest", good >= least && bad == 0, hotplug->text);
}

int main(int argc, char **argv)
{
    static struct hotplug hotplug = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_machine_observer observer = {
        .state_changed = hotplug_state, .drive_removed = hotplug_removed, .opaque = &hotplug};
    struct emu_machine_config config = {.memory = 512ull << 20, .no_reboot = true};
    struct emu_machine *machine;
    bool good;

    if (argc != 5 && argc != 6)
        return 2;
    config.accel = getenv("ACCEL");
    config.kernel = argv[1];
    config.initrd = argv[2];
    config.append = argv[3];
    config.topology.cpus = (unsigned)atoi(argv[4]);
    config.serial[0] = (struct emu_chardev_backend){&hotplug_console, &hotplug};
    machine = emu_machine_new(&config, &observer, &err);
    if (!report("machine", machine != NULL, err.text))
        return 1;
    good = argc == 6 ? hotplug_wake(&hotplug, machine, strcmp(argv[5], "key") == 0)
                     : hotplug_run(&hotplug, machine);
    good = hotplug_guest_cases(&hotplug, argc == 6 ? 2 : 8) && good;
    emu_machine_free(machine);
    if (argc == 5)
        good = report("closed", hotplug.removed == 3 && hotplug.closed == 3, "a disk was left") &&
               good;
    return good ? 0 : 1;
}
