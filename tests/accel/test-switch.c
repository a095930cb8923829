/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest of two processors whose engine is changed again and again while it computes: the results
 * that tests/guest/sys-compute.S carries still come out. They are those of the same steps in C,
 * with double and long double for the two floating-point sums. The guest's file is the only
 * argument.
 */
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "emulator/api/debug.h"
#include "emulator/api/stats.h"

#define ENOUGH 10 /* changes of the engine, or the guest was too quick for the test */
#define SECOND 1000000000ull
#define LIMIT  (100 * SECOND)

static const char *switch_kernel;

struct output {
    pthread_mutex_t lock;
    char text[4096];
    size_t length;
};

static void output_write(void *opaque, const uint8_t *data, size_t length)
{
    struct output *output = opaque;

    pthread_mutex_lock(&output->lock);
    for (size_t i = 0; i < length && output->length + 1 < sizeof(output->text); i++)
        output->text[output->length++] = (char)data[i];
    pthread_mutex_unlock(&output->lock);
}

static const struct emu_chardev_ops output_ops = {.name = "output", .write = output_write};

static struct emu_machine *machine_new(struct output *output, const char *engine)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_machine_config config = {
        .accel = engine,
        .memory = 16u << 20,
        .kernel = switch_kernel,
        .topology = {.cpus = 2},
        .no_reboot = true,
        .debug_exit = true,
        .serial = {{&output_ops, output}},
    };

    memset(output, 0, sizeof(*output));
    pthread_mutex_init(&output->lock, NULL);
    struct emu_machine *machine = emu_machine_new(&config, NULL, &err);
    if (machine == NULL) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return machine;
}

static void check_end(struct emu_machine *machine, struct output *output)
{
    struct emu_stop_reason reason;

    CHECK(emu_machine_wait_stopped(machine, LIMIT));
    reason = emu_machine_get_stop_reason(machine);
    emu_machine_free(machine);
    CHECK_EQ(reason.cause, EMU_STOP_DEBUG_EXIT);
    CHECK_EQ(reason.code, 0);
    CHECK(strstr(output->text, "\nok both compute") != NULL);
    CHECK(strstr(output->text, "not ok") == NULL);
    if (test_failures != 0)
        fprintf(stderr, "%s%s\n", reason.text, output->text);
    pthread_mutex_destroy(&output->lock);
}

static void doze(unsigned microseconds)
{
    nanosleep(&(struct timespec){0, microseconds * 1000l}, NULL);
}

/* Slices of many lengths, so that the guest stands at many places. */
static unsigned change_until_end(struct emu_machine *machine)
{
    static const char *const engines[] = {"jit", "interp"};
    struct emu_error err = EMU_ERROR_INIT;
    unsigned changes = 0;

    for (;;) {
        emu_machine_resume(machine);
        doze(20 + changes * 37 % 400);
        emu_machine_pause(machine);
        if (emu_machine_get_state(machine) == EMU_MACHINE_STOPPED)
            return changes;
        const char *engine = engines[changes % 2];
        if (!emu_machine_set_engine(machine, engine, &err)) {
            fprintf(stderr, "%s\n", err.text);
            CHECK(false);
            return changes;
        }
        CHECK_STR(emu_machine_get_stats(machine).engine, engine);
        CHECK_STR(emu_machine_get_stats(machine).engine_why, "");
        changes++;
    }
}

static void test_changes(void)
{
    static struct output output;
    struct emu_machine *machine = machine_new(&output, "interp");
    unsigned changes = change_until_end(machine);

    printf("# %u changes of the engine\n", changes);
    CHECK(changes >= ENOUGH);
    check_end(machine, &output);
}

static void count_step(void *opaque, const struct emu_debug_event *event)
{
    if (event->stop == EMU_DEBUG_STEP)
        atomic_fetch_add((_Atomic unsigned *)opaque, 1);
}

/* Each instruction of a stretch on another engine than the one before it. */
static void test_steps_between(void)
{
    static struct output output;
    struct emu_machine *machine = machine_new(&output, "jit");
    _Atomic unsigned steps = 0;

    emu_debug_observe(machine, count_step, &steps);
    emu_machine_resume(machine);
    doze(2000);
    emu_machine_pause(machine);
    for (unsigned i = 0; i < 200; i++) {
        CHECK(emu_machine_set_engine(machine, i % 2 != 0 ? "jit" : "interp", NULL));
        emu_debug_step(machine, 0);
        for (unsigned n = 0; n < 10000 * test_patience() && atomic_load(&steps) == i; n++)
            doze(50);
        CHECK_EQ(atomic_load(&steps), i + 1);
    }
    emu_machine_resume(machine);
    check_end(machine, &output);
}

/* Who asks without need, at the wrong time or for nonsense changes nothing. */
static void test_refusals(void)
{
    static struct output output;
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_machine *machine = machine_new(&output, "auto");

    CHECK(emu_machine_get_stats(machine).engine_why[0] != '\0');
    CHECK(emu_machine_set_engine(machine, "auto", &err));
    CHECK(emu_machine_get_stats(machine).engine_why[0] != '\0');
    CHECK(!emu_machine_set_engine(machine, "kvm", &err));
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    emu_machine_resume(machine);
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!emu_machine_set_engine(machine, "interp", &err));
    CHECK(strstr(err.text, "pause it first") != NULL);
    CHECK_STR(emu_machine_get_stats(machine).engine, "jit");
    check_end(machine, &output);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"accel: the engine changes while the guest computes", test_changes},
        {"accel: the engine changes between two steps", test_steps_between},
        {"accel: changes that are refused", test_refusals},
        {NULL, NULL},
    };
    if (argc < 2)
        return 2;
    switch_kernel = argv[1];
    return test_main(argc - 1, argv + 1, cases);
}
