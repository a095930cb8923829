/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine without a processor, behind the emulator's public headers: its kernel command line is
 * a script that one thread plays, commands separated by ';': "print TEXT", "wait MS", "flood KIB",
 * "echo", "until PATH" (there is such a file), "poweroff", "reset", "triple", "crash TEXT", "exit
 * N", "spin", "hold TEXT", "lock N" (the tray; a new disc, and who wants one, are printed), "keep
 * N" (disks that are asked for; those that come and go are printed); with "screen" first those of
 * fake-display.h, "absolute N", "leds N", "locks N" (do lock keys change the lamps?), "looks",
 * "sizes" (from now on), and keys and pointer are printed; "terminals" (sizes of these, from now
 * on). For tests of app/ and ui/.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/input-event-codes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emulator/api/audio.h"
#include "emulator/api/block.h"
#include "emulator/api/chardev.h"
#include "emulator/api/host.h"
#include "emulator/api/stats.h"
#include "emulator/api/pci.h"
#include "emulator/api/net.h"
#include "tests/app/fake-display.h"

#define FAKE_PORTS (EMU_MAX_SERIAL + EMU_MAX_CONSOLES)

struct emu_chardev {
    struct emu_machine *machine;
};

struct emu_machine {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows up to the gap */
    pthread_cond_t changed;
    enum emu_machine_state state, told;
    bool ending, reset, button;
    struct emu_stop_reason reason;
    uint8_t input[4096];
    size_t input_length;

    struct emu_chardev chardev;
    struct emu_chardev_backend serial[FAKE_PORTS]; /* the console's behind the others */
    _Atomic unsigned terminal, told_terminal;      /* columns << 16 | rows, as told last */
    struct emu_chardev_backend debugcon;
    struct emu_drive drives[EMU_MAX_DRIVES];
    struct emu_nic nics[EMU_MAX_NICS];
    struct emu_machine_observer observer;
    struct emu_display *display; /* NULL: none */
    struct emu_display *second;  /* another monitor, of "screens"; NULL: none */
    bool plugged;                /* as told last */
    _Atomic unsigned leds;
    _Atomic bool sound, microphone, muted;
    _Atomic bool leds_set, locks, absolute, tray_locked, keeps_disks;
    char usb_id[32]; /* of the device that was plugged in last */
    char *script, *cursor;
    char size[32]; /* that a viewer liked when it was told last */
    unsigned vcpus;
    bool no_reboot;
    _Atomic uint64_t work; /* commands and milliseconds, as instructions */
};

bool emu_error_set(struct emu_error *err, enum emu_error_kind kind, const char *fmt, ...)
{
    va_list arguments;

    if (err == NULL || err->kind != EMU_ERROR_NONE)
        return false;
    err->kind = kind;
    va_start(arguments, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, arguments);
    va_end(arguments);
    return false;
}

/* ---- playing the script ---- */

static void fake_write(struct emu_machine *m, const void *data, size_t length)
{
    for (unsigned i = 0; i < FAKE_PORTS; i++) {
        if (m->serial[i].ops != NULL)
            m->serial[i].ops->write(m->serial[i].opaque, data, length);
    }
}

static void fake_print(struct emu_machine *m, const char *text)
{
    fake_write(m, text, strlen(text));
    fake_write(m, "\r\n", 2);
}

static void fake_stop_locked(struct emu_machine *m, enum emu_stop_cause cause, unsigned code,
                             const char *text)
{
    if (m->state == EMU_MACHINE_STOPPED)
        return;
    m->reason = (struct emu_stop_reason){.cause = cause, .code = code};
    snprintf(m->reason.text, sizeof(m->reason.text), "%s", text);
    m->state = EMU_MACHINE_STOPPED;
    pthread_cond_broadcast(&m->changed);
}

static void fake_stop(struct emu_machine *m, enum emu_stop_cause cause, unsigned code,
                      const char *text)
{
    pthread_mutex_lock(&m->lock);
    fake_stop_locked(m, cause, code, text);
    pthread_mutex_unlock(&m->lock);
}

/* Waits a millisecond or for a change; returns with the lock held. */
static void fake_nap_locked(struct emu_machine *m)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&m->changed, &m->lock, &until);
    m->work += 250000;
}

/* What was typed comes back; Enter as a line end. */
static void fake_echo(struct emu_machine *m)
{
    uint8_t bytes[sizeof(m->input)];

    pthread_mutex_lock(&m->lock);
    if (m->input_length == 0)
        fake_nap_locked(m);
    size_t length = m->input_length;
    memcpy(bytes, m->input, length);
    m->input_length = 0;
    pthread_mutex_unlock(&m->lock);
    for (size_t i = 0; i < length; i++)
        fake_write(m, bytes[i] == '\r' ? "\r\n" : (const char *)&bytes[i],
                   bytes[i] == '\r' ? 2 : 1);
}

static void fake_flood(struct emu_machine *m, unsigned kib)
{
    char line[1024];

    memset(line, 'x', sizeof(line));
    memcpy(line + sizeof(line) - 2, "\r\n", 2);
    for (unsigned i = 0; i < kib; i++)
        fake_write(m, line, sizeof(line));
}

static void fake_guest_reset(struct emu_machine *m, enum emu_stop_cause cause, const char *text)
{
    if (m->no_reboot) {
        fake_stop(m, cause, 0, text);
        return;
    }
    pthread_mutex_lock(&m->lock);
    m->reset = true;
    pthread_mutex_unlock(&m->lock);
}

static void fake_say(struct emu_machine *m, const char *format, ...)
{
    char line[128];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line) - 2, format, arguments);
    va_end(arguments);
    strcat(line, "\r\n");
    fake_write(m, line, strlen(line));
}

/* "looks": tells what a viewer does. */
static bool fake_viewer_command(struct emu_machine *m, const char *word)
{
    unsigned looks, changes;

    if (m->display == NULL || strcmp(word, "looks") != 0)
        return false;
    fake_display_looks(m->display, &looks, &changes);
    fake_say(m, "looks %u changes %u", looks, changes);
    return true;
}

/* "sizes": tells what a viewer would like, as often as it changes; of a second monitor also whether
 * it is plugged in. */
static void fake_tell_size(struct emu_machine *m)
{
    char size[sizeof(m->size)];

    fake_display_preferred(m->display, size, sizeof(size));
    if (strcmp(size, m->size) != 0)
        fake_say(m, "size %s", strcpy(m->size, size));
    if (m->second != NULL && fake_display_connected(m->second) != m->plugged) {
        m->plugged = !m->plugged;
        fake_say(m, "monitor 2 %s", m->plugged ? "plugged in" : "unplugged");
    }
    usleep(1000);
}

/* The same of the terminal that shows a port. */
static void fake_tell_terminal(struct emu_machine *m)
{
    unsigned size = m->terminal;

    usleep(1000);
    if (size != m->told_terminal)
        fake_say(m, "terminal %u by %u", size >> 16, size & 0xffff);
    m->told_terminal = size;
}

static void fake_input_changed(struct emu_machine *m)
{
    if (m->observer.input_changed != NULL)
        m->observer.input_changed(m->observer.opaque);
}

static void fake_set_leds(struct emu_machine *m, unsigned leds)
{
    m->leds = leds;
    m->leds_set = true;
    fake_input_changed(m);
}

/* What the guest's input devices are. */
static bool fake_input_command(struct emu_machine *m, const char *word, const char *rest)
{
    if (strcmp(word, "absolute") == 0)
        m->absolute = atoi(rest) != 0;
    else if (strcmp(word, "locks") == 0)
        m->locks = atoi(rest) != 0;
    else if (strcmp(word, "leds") == 0)
        fake_set_leds(m, (unsigned)atoi(rest));
    else
        return false;
    fake_input_changed(m);
    return true;
}

static void fake_hold(struct emu_machine *m, const char *text)
{
    pthread_mutex_lock(&m->lock);
    if (m->state == EMU_MACHINE_RUNNING)
        m->state = EMU_MACHINE_PAUSED;
    pthread_mutex_unlock(&m->lock);
    if (m->observer.held != NULL)
        m->observer.held(m->observer.opaque, text);
}

/* Runs the command at the cursor; returns false to stay at it. */
static bool fake_command(struct emu_machine *m, const char *word, const char *rest)
{
    if (fake_display_command(m->display, word, rest) || fake_input_command(m, word, rest) ||
        fake_viewer_command(m, word))
        return true;
    if (strcmp(word, "print") == 0)
        fake_print(m, rest);
    else if (strcmp(word, "flood") == 0)
        fake_flood(m, (unsigned)atoi(rest));
    else if (strcmp(word, "poweroff") == 0)
        fake_stop(m, EMU_STOP_POWER_OFF, 0, "The guest powered off.");
    else if (strcmp(word, "exit") == 0)
        fake_stop(m, EMU_STOP_DEBUG_EXIT, (unsigned)atoi(rest), "The guest ended the machine.");
    else if (strcmp(word, "crash") == 0)
        fake_stop(m, EMU_STOP_INTERNAL, 0, rest);
    else if (strcmp(word, "reset") == 0)
        fake_guest_reset(m, EMU_STOP_RESET, "The guest reset.");
    else if (strcmp(word, "triple") == 0)
        fake_guest_reset(m, EMU_STOP_TRIPLE_FAULT, "Triple fault at 0x1000.");
    else if (strcmp(word, "hold") == 0)
        fake_hold(m, rest);
    else if (strcmp(word, "lock") == 0)
        m->tray_locked = atoi(rest) != 0;
    else if (strcmp(word, "keep") == 0)
        m->keeps_disks = atoi(rest) != 0;
    else if (strcmp(word, "echo") == 0)
        return fake_echo(m), false;
    else if (strcmp(word, "terminals") == 0)
        return fake_tell_terminal(m), false;
    else if (strcmp(word, "sizes") == 0 && m->display != NULL)
        return fake_tell_size(m), false;
    else if (strcmp(word, "until") == 0)
        return access(rest, F_OK) == 0 || (usleep(1000), false);
    else if (strcmp(word, "wait") == 0)
        usleep((useconds_t)atoi(rest) * 1000);
    else /* "spin", and the end of the script */
        return usleep(1000), false;
    return true;
}

static void fake_step(struct emu_machine *m)
{
    char command[256], *rest;
    size_t length = strcspn(m->cursor, ";");

    snprintf(command, sizeof(command), "%.*s", (int)length, m->cursor);
    rest = command + strcspn(command, " ");
    if (*rest != '\0')
        *rest++ = '\0';
    m->work += 1000;
    if (fake_command(m, command, rest) && m->cursor[length] == ';') {
        m->cursor += length + 1;
        m->cursor += strspn(m->cursor, " ");
    } else if (m->cursor[length] == '\0' && strcmp(command, "echo") != 0) {
        m->cursor += length;
    }
}

static void fake_do_reset(struct emu_machine *m)
{
    m->cursor = m->script;
    for (unsigned i = 0; i < FAKE_PORTS; i++) {
        if (m->serial[i].ops != NULL && m->serial[i].ops->reset != NULL)
            m->serial[i].ops->reset(m->serial[i].opaque);
    }
    if (m->observer.reset != NULL)
        m->observer.reset(m->observer.opaque);
}

/* What others asked for, before the next command. Returns the state that was told. */
static enum emu_machine_state fake_attend(struct emu_machine *m)
{
    pthread_mutex_lock(&m->lock);
    enum emu_machine_state state = m->state;
    bool reset = m->reset, button = m->button, tell = m->told != state;
    m->reset = m->button = false;
    m->told = state;
    if (!tell && !reset && !button && state != EMU_MACHINE_RUNNING && !m->ending)
        pthread_cond_wait(&m->changed, &m->lock);
    pthread_mutex_unlock(&m->lock);
    if (tell && m->observer.state_changed != NULL)
        m->observer.state_changed(m->observer.opaque, state);
    if (reset)
        fake_do_reset(m);
    if (button)
        fake_stop(m, EMU_STOP_POWER_OFF, 0, "The guest powered off.");
    return state;
}

static void *fake_thread(void *opaque)
{
    struct emu_machine *m = opaque;

    for (;;) {
        enum emu_machine_state state = fake_attend(m);
        pthread_mutex_lock(&m->lock);
        bool ending = m->ending, ready = m->state == state && !m->reset && !m->button;
        pthread_mutex_unlock(&m->lock);
        if (ending)
            return NULL;
        if (ready && state == EMU_MACHINE_RUNNING)
            fake_step(m);
    }
}

/* ---- emulator/api/machine.h ---- */

static bool fake_check(const struct emu_machine_config *config, struct emu_error *err)
{
    char magic[4] = "";
    int fd = open(config->kernel, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, magic, 4) < 4)
        magic[0] = '\0';
    if (fd >= 0)
        close(fd);
    if (memcmp(magic, "\177ELF", 4) == 0)
        return true;
    return emu_error_set(err, EMU_ERROR_INPUT, "kernel '%s' is no kernel image", config->kernel);
}

static void fake_set_up(struct emu_machine *m, const struct emu_machine_config *config,
                        const struct emu_machine_observer *observer)
{
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, NULL);
    m->script = m->cursor = strdup(config->append != NULL ? config->append : "");
    m->display = fake_display_new(m->script);
    m->second = strncmp(m->script, "screens", 7) == 0 ? fake_display_new(m->script) : NULL;
    if (m->second != NULL)
        fake_display_command(m->second, "mode", "320 200");
    m->vcpus = config->topology.cpus;
    m->sound = config->sound.card != EMU_SOUND_NONE;
    m->no_reboot = config->no_reboot;
    m->chardev.machine = m;
    if (observer != NULL)
        m->observer = *observer;
    for (unsigned i = 0; i < FAKE_PORTS; i++) {
        if (m->serial[i].ops != NULL && m->serial[i].ops->open != NULL)
            m->serial[i].ops->open(m->serial[i].opaque, &m->chardev);
    }
}

static void fake_close_backends(struct emu_machine *m)
{
    for (unsigned i = 0; i < FAKE_PORTS; i++)
        emu_chardev_backend_close(&m->serial[i]);
    emu_chardev_backend_close(&m->debugcon);
    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++)
        emu_block_backend_close(&m->drives[i].backend);
    for (unsigned i = 0; i < EMU_MAX_NICS; i++)
        emu_net_backend_close(&m->nics[i].backend);
}

struct emu_machine *emu_machine_new(const struct emu_machine_config *config,
                                    const struct emu_machine_observer *observer,
                                    struct emu_error *err)
{
    struct emu_machine *m = calloc(1, sizeof(*m));

    memcpy(m->serial, config->serial, sizeof(config->serial));
    for (unsigned i = 0; i < config->console_count; i++)
        m->serial[EMU_MAX_SERIAL + i] = config->consoles[i].backend;
    m->debugcon = config->debugcon;
    memcpy(m->drives, config->drives, sizeof(m->drives));
    memcpy(m->nics, config->nics, sizeof(m->nics));
    if (!fake_check(config, err)) {
        fake_close_backends(m);
        free(m);
        return NULL;
    }
    fake_set_up(m, config, observer);
    pthread_create(&m->thread, NULL, fake_thread, m);
    return m;
}

void emu_machine_free(struct emu_machine *m)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->ending = true;
    fake_stop_locked(m, EMU_STOP_FORCED, 0, "The machine was switched off.");
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    fake_close_backends(m);
    pthread_mutex_destroy(&m->lock);
    pthread_cond_destroy(&m->changed);
    fake_display_free(m->display);
    fake_display_free(m->second);
    free(m->script);
    free(m);
}

static void fake_set_state(struct emu_machine *m, enum emu_machine_state state)
{
    pthread_mutex_lock(&m->lock);
    if (m->state != EMU_MACHINE_STOPPED)
        m->state = state;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

void emu_machine_resume(struct emu_machine *m)
{
    fake_set_state(m, EMU_MACHINE_RUNNING);
}

void emu_machine_pause(struct emu_machine *m)
{
    fake_set_state(m, EMU_MACHINE_PAUSED);
}

/* The state is the place in the script; a script that is another one does not take it. */
bool emu_machine_save_file(struct emu_machine *m, int fd, struct emu_error *err)
{
    bool still = false;

    while (!still) { /* the command that is under way ends first */
        pthread_mutex_lock(&m->lock);
        still = m->told != EMU_MACHINE_RUNNING;
        pthread_mutex_unlock(&m->lock);
        usleep(1000);
    }
    if (dprintf(fd, "%zu %s", (size_t)(m->cursor - m->script), m->script) < 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot write the machine's state: %s",
                             strerror(errno));
    return true;
}

bool emu_machine_load_file(struct emu_machine *m, int fd, struct emu_error *err)
{
    char text[4096] = "", *script;
    ssize_t length = read(fd, text, sizeof(text) - 1);
    size_t place = strtoul(text, &script, 10);

    if (length <= 0 || *script != ' ' || strcmp(script + 1, m->script) != 0 ||
        place > strlen(m->script))
        return emu_error_set(err, EMU_ERROR_INPUT, "saved state: it is of another script");
    m->cursor = m->script + place;
    return true;
}

void emu_machine_reset(struct emu_machine *m)
{
    pthread_mutex_lock(&m->lock);
    m->reset = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

void emu_machine_stop(struct emu_machine *m)
{
    fake_stop(m, EMU_STOP_FORCED, 0, "The machine was switched off.");
}

void emu_machine_power_button(struct emu_machine *m)
{
    pthread_mutex_lock(&m->lock);
    m->button = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
}

/* There are no buses, no interrupts and no watchdog. */
size_t emu_machine_list_pci(struct emu_machine *m, struct emu_pci_function *out, size_t max)
{
    return 0;
}

void emu_machine_inject_nmi(struct emu_machine *m)
{
}

bool emu_machine_reset_by_watchdog(const struct emu_machine *m)
{
    return false;
}

enum emu_machine_state emu_machine_get_state(const struct emu_machine *m)
{
    return m->state;
}

struct emu_stop_reason emu_machine_get_stop_reason(const struct emu_machine *m)
{
    return m->reason;
}

struct emu_machine_stats emu_machine_get_stats(const struct emu_machine *m)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct emu_machine_stats){
        .time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
        .instructions = m->work,
        .vcpus = m->vcpus,
        .engine = "interp",
        .engine_why = "it is the only one here",
    };
}

bool emu_machine_get_vcpu_stats(const struct emu_machine *m, unsigned vcpu,
                                struct emu_vcpu_stats *out)
{
    *out = (struct emu_vcpu_stats){.instructions = m->work / m->vcpus};
    return vcpu < m->vcpus;
}

/* It grows with the work, so that there is something to see. */
void emu_machine_get_io(const struct emu_machine *m, struct emu_machine_io *out)
{
    *out = (struct emu_machine_io){.disk_read = m->work / 64,
                                   .disk_written = m->work / 256,
                                   .disk_requests = m->work / 250000,
                                   .net_received = m->work / 512,
                                   .net_sent = m->work / 1024,
                                   .code = 12u << 20};
}

bool emu_machine_set_engine(struct emu_machine *m, const char *name, struct emu_error *err)
{
    return strcmp(name, "interp") == 0 ||
           emu_error_set(err, EMU_ERROR_INPUT, "a fake machine has the engine interp only");
}

bool emu_machine_get_tray(const struct emu_machine *m, unsigned drive, struct emu_tray *out)
{
    *out = (struct emu_tray){.locked = m->tray_locked};
    return drive < EMU_MAX_DRIVES && m->drives[drive].cdrom;
}

bool emu_machine_move_tray(struct emu_machine *m, unsigned drive, bool open)
{
    fake_say(m, "tray %s", open ? "out" : "in");
    return drive < EMU_MAX_DRIVES && m->drives[drive].cdrom;
}

void emu_machine_press_eject(struct emu_machine *m, unsigned drive)
{
    fake_say(m, "eject wanted");
}

bool emu_machine_change_medium(struct emu_machine *m, unsigned drive,
                               const struct emu_block_backend *medium, struct emu_error *err)
{
    bool floppy = drive < EMU_MAX_DRIVES && m->drives[drive].bus == EMU_DRIVE_FLOPPY;

    if (drive >= EMU_MAX_DRIVES || !(m->drives[drive].cdrom || floppy))
        return emu_error_set(err, EMU_ERROR_INPUT, "drive %u is no CD drive", drive);
    if (floppy && medium->ops != NULL && medium->ops->size(medium->opaque) != 1474560)
        return emu_error_set(err, EMU_ERROR_INPUT, "the image does not fit floppy drive A");
    fake_say(m, "%s %s", floppy ? "floppy" : "disc",
             medium->ops != NULL ? strrchr(medium->ops->location(medium->opaque), '/') : "gone");
    emu_block_backend_close(&m->drives[drive].backend);
    m->drives[drive].backend = *medium;
    return true;
}

static const char *fake_file_name(const struct emu_block_backend *backend)
{
    return strrchr(backend->ops->location(backend->opaque), '/') + 1;
}

bool emu_machine_add_drive(struct emu_machine *m, const struct emu_drive *drive, unsigned *index,
                           struct emu_error *err)
{
    unsigned i = 0;

    while (i < EMU_MAX_DRIVES && m->drives[i].backend.ops != NULL)
        i++;
    *index = i;
    m->drives[i] = *drive;
    fake_say(m, "plugged %s bus %d%s", fake_file_name(&drive->backend), drive->bus,
             drive->backend.read_only ? " read-only" : "");
    return true;
}

bool emu_machine_remove_drive(struct emu_machine *m, unsigned index, bool force,
                              struct emu_error *err)
{
    if (index >= EMU_MAX_DRIVES || m->drives[index].backend.ops == NULL)
        return emu_error_set(err, EMU_ERROR_INPUT, "there is no drive %u", index);
    fake_say(m, "%s %s", force ? "unplugged" : "asked for",
             fake_file_name(&m->drives[index].backend));
    if (!force && m->keeps_disks)
        return true;
    emu_block_backend_close(&m->drives[index].backend);
    m->drives[index].backend = (struct emu_block_backend){0};
    m->observer.drive_removed(m->observer.opaque, index);
    return true;
}

/* USB storage only; the machine's own devices are not kept account of. */
bool emu_machine_device_add(struct emu_machine *m, const struct emu_device_config *config,
                            struct emu_error *err)
{
    unsigned index;

    snprintf(m->usb_id, sizeof(m->usb_id), "%s", config->id);
    return emu_machine_add_drive(m, &config->drive, &index, err);
}

bool emu_machine_device_remove(struct emu_machine *m, const char *id, struct emu_error *err)
{
    if (strcmp(id, m->usb_id) != 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "no device '%s' can be removed", id);
    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++)
        if (m->drives[i].bus == EMU_DRIVE_USB)
            emu_block_backend_close(&m->drives[i].backend);
    fake_say(m, "unplugged %s", id);
    return true;
}

char *emu_machine_describe(const struct emu_machine *m)
{
    return strdup("uart0 uart16550 0x3f8 4\nrtc cmos 0x70 8\n");
}

bool emu_topology_complete(struct emu_topology *t, struct emu_error *err)
{
    unsigned *parts[] = {&t->threads, &t->cores, &t->dies, &t->sockets};
    unsigned product = 1;

    for (size_t i = 0; i < 4; i++)
        product *= *parts[i] != 0 ? *parts[i] : 1;
    if (t->cpus == 0)
        t->cpus = product;
    if (t->sockets == 0)
        t->sockets = t->cpus / product, product *= t->sockets;
    for (size_t i = 0; i < 3; i++)
        *parts[i] = *parts[i] != 0 ? *parts[i] : 1;
    if (product == t->cpus && t->cpus <= EMU_MAX_VCPUS)
        return true;
    return emu_error_set(err, EMU_ERROR_INPUT, "%u CPUs cannot be grouped like this", t->cpus);
}

/* ---- emulator/api/display.h, input.h: the machine's part ---- */

unsigned emu_machine_display_count(const struct emu_machine *m)
{
    return m->second != NULL ? 2 : m->display != NULL;
}

struct emu_display *emu_machine_get_display(const struct emu_machine *m, unsigned index)
{
    return index == 0 ? m->display : index == 1 ? m->second : NULL;
}

void emu_machine_key(struct emu_machine *m, unsigned code, bool down)
{
    unsigned led = code == KEY_CAPSLOCK ? EMU_LED_CAPS : code == KEY_NUMLOCK ? EMU_LED_NUM : 0;

    fake_say(m, "key %u %s", code, down ? "down" : "up");
    if (m->locks && led != 0 && down)
        fake_set_leds(m, m->leds ^ led);
}

void emu_machine_release_input(struct emu_machine *m)
{
    fake_say(m, "release");
}

void emu_machine_pointer(struct emu_machine *m, const struct emu_pointer_event *event)
{
    fake_say(m, "pointer %s %d %d buttons %u wheel %d %d", event->absolute ? "at" : "by", event->x,
             event->y, event->buttons, event->wheel, event->wheel_across);
}

struct emu_input_status emu_machine_get_input_status(const struct emu_machine *m)
{
    return (struct emu_input_status){
        .absolute = m->absolute, .leds_set = m->leds_set, .leds = m->leds};
}

/* ---- emulator/api/chardev.h ---- */

size_t emu_chardev_input(struct emu_chardev *chardev, const uint8_t *data, size_t length)
{
    struct emu_machine *m = chardev->machine;

    pthread_mutex_lock(&m->lock);
    size_t room = sizeof(m->input) - m->input_length;
    if (length > room)
        length = room;
    memcpy(m->input + m->input_length, data, length);
    m->input_length += length;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    return length;
}

void emu_chardev_resize(struct emu_chardev *chardev, unsigned columns, unsigned rows)
{
    chardev->machine->terminal = columns << 16 | rows;
}

/* It has no device to which that would matter. */
void emu_chardev_set_connected(struct emu_chardev *chardev, bool connected)
{
}

void emu_chardev_break(struct emu_chardev *chardev)
{
    fake_print(chardev->machine, "[break]");
}

void emu_chardev_backend_close(struct emu_chardev_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    backend->ops = NULL;
}

static void fake_file_write(void *opaque, const uint8_t *data, size_t length)
{
    fwrite(data, 1, length, opaque);
    fflush(opaque);
}

static void fake_file_close(void *opaque)
{
    fclose(opaque);
}

static const struct emu_chardev_ops fake_file_ops = {
    .name = "file", .write = fake_file_write, .close = fake_file_close};

bool emu_chardev_file(const char *path, struct emu_chardev_backend *out, struct emu_error *err)
{
    FILE *file = fopen(path, "ae");

    if (file == NULL)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot write '%s': %s", path, strerror(errno));
    *out = (struct emu_chardev_backend){&fake_file_ops, file};
    return true;
}

bool emu_chardev_unix(const char *path, struct emu_chardev_backend *out, struct emu_error *err)
{
    if (access(path, F_OK) == 0)
        return emu_error_set(err, EMU_ERROR_INPUT, "socket '%s' exists already", path);
    return emu_chardev_file("/dev/null", out, err);
}

bool emu_chardev_pty(struct emu_chardev_backend *out, char **name, struct emu_error *err)
{
    *name = strdup("/dev/pts/fake");
    return emu_chardev_file("/dev/null", out, err);
}

/* ---- emulator/api/audio.h ---- */

bool emu_audio_null(struct emu_audio_backend *out, struct emu_error *err)
{
    *out = (struct emu_audio_backend){0};
    return true;
}

bool emu_audio_wav(const char *path, struct emu_audio_backend *out, struct emu_error *err)
{
    return emu_audio_null(out, err);
}

void emu_audio_backend_close(struct emu_audio_backend *backend)
{
    if (backend->ops != NULL && backend->ops->close != NULL)
        backend->ops->close(backend->opaque);
    backend->ops = NULL;
}

/* The configuration's back end is closed with the configuration: the card has none. */
bool emu_machine_allow_microphone(struct emu_machine *m, bool allow)
{
    if (!m->sound)
        return false;
    m->microphone = allow;
    fake_say(m, "microphone %s", allow ? "on" : "off");
    return true;
}

bool emu_machine_mute(struct emu_machine *m, bool mute)
{
    if (!m->sound)
        return false;
    m->muted = mute;
    fake_say(m, "mute %s", mute ? "on" : "off");
    return true;
}

struct emu_audio_status emu_machine_get_audio(struct emu_machine *m)
{
    return (struct emu_audio_status){
        .card = m->sound, .microphone_allowed = m->microphone, .muted = m->muted};
}

bool emu_machine_add_listener(struct emu_machine *m, const struct emu_audio_backend *backend,
                              struct emu_error *err)
{
    fake_say(m, "listener %s", backend->ops->name);
    return m->sound || emu_error_set(err, EMU_ERROR_INPUT, "the machine has no sound card");
}

bool emu_machine_remove_listener(struct emu_machine *m, const void *opaque)
{
    fake_say(m, "no listener");
    return m->sound;
}

/* ---- emulator/api/host.h ---- */

static const char *const fake_models[] = {"x86-64-v1", "max", NULL};
static const char *const fake_features[] = {"sse4_2", "avx2", NULL};
static const char *const fake_boards[] = {"q35", NULL};

size_t emu_host_engines(struct emu_host_engine *out, size_t max)
{
    const struct emu_host_engine engines[] = {
        {"jit", "translator", false, "this build has no translator"},
        {"interp", "portable executor", true, ""}};

    memcpy(out, engines, (max < 2 ? max : 2) * sizeof(*out));
    return 2;
}

const char *emu_host_default_engine(char *why, size_t size)
{
    snprintf(why, size, "it is the only one here");
    return "interp";
}

const char *const *emu_cpu_models(void)
{
    return fake_models;
}

const char *const *emu_cpu_features(void)
{
    return fake_features;
}

bool emu_is_floppy_size(uint64_t bytes)
{
    return bytes == 1474560;
}

const char *const *emu_boards(void)
{
    return fake_boards;
}

bool emu_cpu_check(const char *cpu, struct emu_error *err)
{
    if (strncmp(cpu, "max", 3) == 0 || strncmp(cpu, "x86-64-v1", 9) == 0)
        return strstr(cpu, "warp") == NULL ||
               emu_error_set(err, EMU_ERROR_INPUT, "unknown CPU feature 'warp'");
    return emu_error_set(err, EMU_ERROR_INPUT, "unknown CPU model '%s'", cpu);
}

uint64_t emu_host_memory_limit(void)
{
    return UINT64_C(64) << 30;
}

const char **emu_trace_events(void)
{
    const char **events = calloc(3, sizeof(*events));

    events[0] = "cpu_exception";
    events[1] = "ioapic_route";
    return events;
}

unsigned emu_trace_count(const char *pattern)
{
    const char *plain = pattern[0] == '-' ? pattern + 1 : pattern;

    return (fnmatch(plain, "cpu_exception", 0) == 0) + (fnmatch(plain, "ioapic_route", 0) == 0);
}

/* ---- network: the real back end, without a machine to talk to ---- */

bool emu_net_input(struct emu_net *net, const uint8_t *frame, size_t length)
{
    return false;
}

bool emu_net_input_later(struct emu_net *net, const uint8_t *frame, size_t length)
{
    return false;
}

void emu_net_input_now(struct emu_net *net)
{
}

emu_ns emu_net_now(const struct emu_net *net)
{
    return 0;
}

bool emu_machine_add_forward(struct emu_machine *m, unsigned adapter,
                             const struct emu_net_forward *forward, struct emu_error *err)
{
    const struct emu_net_backend *backend = &m->nics[adapter].backend;

    return backend->ops->add_forward(backend->opaque, forward, err);
}

bool emu_machine_remove_forward(struct emu_machine *m, unsigned adapter,
                                const struct emu_net_forward *forward, struct emu_error *err)
{
    const struct emu_net_backend *backend = &m->nics[adapter].backend;

    return backend->ops->remove_forward(backend->opaque, forward, err);
}

bool emu_machine_set_link(struct emu_machine *m, unsigned adapter, bool up, struct emu_error *err)
{
    return adapter < EMU_MAX_NICS || emu_error_set(err, EMU_ERROR_INPUT, "no such adapter");
}
