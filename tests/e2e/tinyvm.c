/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smallest complete user of the emulator: boots a kernel through emulator/api alone, its
 * console on standard output. Also the measure of that interface: when this file has to grow past
 * 300 lines, the interface got worse.
 *
 *   tinyvm KERNEL INITRD COMMAND-LINE [COUNT [UNTIL [ROUNDS]]]
 *
 * COUNT machines run side by side until each printed UNTIL (or stopped), ROUNDS times in a row.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emulator/api/chardev.h"
#include "emulator/api/machine.h"

#define TINYVM_MAX     8
#define TINYVM_TIMEOUT 600 /* seconds */

/* The console of one machine: keeps the text, and wakes whoever waits for a part of it. */
struct console {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char text[1 << 20];
    size_t length;
    bool echo, stopped;
};

static void console_write(void *opaque, const uint8_t *data, size_t length)
{
    struct console *console = opaque;

    pthread_mutex_lock(&console->lock);
    for (size_t i = 0; i < length && console->length + 1 < sizeof(console->text); i++) {
        if (data[i] != '\0')
            console->text[console->length++] = (char)data[i];
    }
    console->text[console->length] = '\0';
    if (console->echo)
        fwrite(data, 1, length, stdout);
    pthread_cond_signal(&console->changed);
    pthread_mutex_unlock(&console->lock);
}

static const struct emu_chardev_ops console_ops = {.name = "console", .write = console_write};

static void console_state(void *opaque, enum emu_machine_state state)
{
    struct console *console = opaque;

    pthread_mutex_lock(&console->lock);
    console->stopped = state == EMU_MACHINE_STOPPED;
    pthread_cond_signal(&console->changed);
    pthread_mutex_unlock(&console->lock);
}

static struct console *console_new(bool echo)
{
    struct console *console = calloc(1, sizeof(*console));

    if (console != NULL) {
        pthread_mutex_init(&console->lock, NULL);
        pthread_cond_init(&console->changed, NULL);
        console->echo = echo;
    }
    return console;
}

static void console_free(struct console *console)
{
    pthread_cond_destroy(&console->changed);
    pthread_mutex_destroy(&console->lock);
    free(console);
}

/* True once text has appeared; without text, once the machine stopped. */
static bool console_wait(struct console *console, const char *text)
{
    struct timespec end;
    bool found;
    int late = 0;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += TINYVM_TIMEOUT;
    pthread_mutex_lock(&console->lock);
    for (;;) {
        found = text != NULL ? strstr(console->text, text) != NULL : console->stopped;
        if (found || console->stopped || late != 0)
            break;
        late = pthread_cond_timedwait(&console->changed, &console->lock, &end);
    }
    pthread_mutex_unlock(&console->lock);
    return found;
}

struct tinyvm {
    struct console *console;
    struct emu_machine *machine;
};

static bool tinyvm_start(struct tinyvm *vm, char **argv, bool echo)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_machine_config config = {
        .accel = getenv("ACCEL"),
        .memory = 256ull << 20,
        .kernel = argv[1],
        .initrd = argv[2],
        .append = argv[3],
        .topology = {.cpus = 1},
        .no_reboot = true,
    };
    struct emu_machine_observer observer = {.state_changed = console_state};

    vm->console = console_new(echo);
    if (vm->console == NULL)
        return false;
    config.serial[0] = (struct emu_chardev_backend){&console_ops, vm->console};
    observer.opaque = vm->console;
    vm->machine = emu_machine_new(&config, &observer, &err);
    if (vm->machine == NULL) {
        fprintf(stderr, "tinyvm: %s\n", err.text);
        return false;
    }
    emu_machine_resume(vm->machine);
    return true;
}

static void tinyvm_finish(struct tinyvm *vm)
{
    emu_machine_free(vm->machine);
    if (vm->console != NULL)
        console_free(vm->console);
}

/* One round: all side by side. */
static bool tinyvm_round(char **argv, unsigned count, const char *until)
{
    struct tinyvm vms[TINYVM_MAX] = {0};
    bool ok = true;

    for (unsigned i = 0; i < count && ok; i++)
        ok = tinyvm_start(&vms[i], argv, count == 1 && until == NULL);
    for (unsigned i = 0; i < count && ok; i++)
        ok = console_wait(vms[i].console, until);
    for (unsigned i = 0; i < count; i++) {
        if (!ok && vms[i].console != NULL)
            fprintf(stderr, "tinyvm: machine %u said:\n%s\n", i, vms[i].console->text);
        tinyvm_finish(&vms[i]);
    }
    return ok;
}

/* Kilobytes of memory that this process has resident now. */
static long tinyvm_resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size, resident = -1;

    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &size, &resident) != 2)
            resident = -1;
        fclose(file);
    }
    return resident * 4;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 4 ? (unsigned)atoi(argv[4]) : 1;
    const char *until = argc > 5 && *argv[5] != '\0' ? argv[5] : NULL;
    unsigned rounds = argc > 6 ? (unsigned)atoi(argv[6]) : 1;
    long before = 0, after;

    if (argc < 4 || count == 0 || count > TINYVM_MAX) {
        fprintf(stderr, "usage: tinyvm KERNEL INITRD COMMAND-LINE [COUNT [UNTIL [ROUNDS]]]\n");
        return 2;
    }
    for (unsigned round = 0; round < rounds; round++) {
        if (!tinyvm_round(argv, count, until)) {
            printf("not ok tinyvm-round-%u\n", round);
            return 1;
        }
        if (round == rounds / 10) /* what is allocated once is there by now */
            before = tinyvm_resident();
    }
    after = tinyvm_resident();
    printf("\nok tinyvm-%u-machines-%u-rounds\n", count, rounds);
    if (rounds >= 10) {
        printf("%s tinyvm-no-growth: %ld KiB resident after round %u, %ld KiB at the end\n",
               after < before + 8192 ? "ok" : "not ok", before, rounds / 10, after);
        return after >= before + 8192;
    }
    return 0;
}
