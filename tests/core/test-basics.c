/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small parts: errors, the command queue, tracing, topology, device properties. */
#include "tests/test.h"

#include <pthread.h>
#include <time.h>

#include "emulator/api/host.h"
#include "emulator/core/device.h"
#include "emulator/core/machine.h"
#include "emulator/core/queue.h"
#include "emulator/core/trace.h"

/* ---- errors ---- */

static void test_error(void)
{
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(!emu_error_set(&err, EMU_ERROR_INPUT, "file '%s'\nis bad", "x\ty"));
    CHECK_STR(err.text, "file 'x y' is bad");
    CHECK(!emu_error_set(&err, EMU_ERROR_HOST, "second"));
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    CHECK(!emu_error_set(NULL, EMU_ERROR_HOST, "nobody"));
    err = (struct emu_error)EMU_ERROR_INIT;
    emu_error_set(&err, EMU_ERROR_HOST, "%500s", "long");
    CHECK_EQ(strlen(err.text), sizeof(err.text) - 1);
}

/* ---- queue ---- */

struct journal {
    struct emu_queue *queue;
    unsigned count, sum;
    emu_ns now;
    unsigned order[8];
};

static void journal_note(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct journal *journal = opaque;
    unsigned value = 0;

    if (length == sizeof(value))
        memcpy(&value, data, length);
    if (journal->count < 8)
        journal->order[journal->count] = value;
    journal->count++;
    journal->sum += value;
    journal->now = now;
}

static void journal_post_again(void *opaque, emu_ns now, const void *data, size_t length)
{
    struct journal *journal = opaque;

    emu_queue_post(journal->queue, journal_post_again, journal, NULL, 0);
    journal->count++;
}

static void test_queue_order(void)
{
    struct journal journal = {.queue = emu_queue_new(NULL)};
    unsigned i;

    for (i = 1; i <= 3; i++)
        CHECK(emu_queue_post(journal.queue, journal_note, &journal, &i, sizeof(i)));
    CHECK_EQ(emu_queue_run(journal.queue, 42), 3);
    CHECK_EQ(journal.order[0] * 100 + journal.order[1] * 10 + journal.order[2], 123);
    CHECK_EQ(journal.now, 42);
    CHECK_EQ(emu_queue_run(journal.queue, 43), 0);
    emu_queue_post(journal.queue, journal_post_again, &journal, NULL, 0);
    CHECK_EQ(emu_queue_run(journal.queue, 44), 1);
    emu_queue_close(journal.queue);
    CHECK(!emu_queue_post(journal.queue, journal_note, &journal, NULL, 0));
    emu_queue_free(journal.queue); /* with a command in it */
    emu_queue_free(NULL);
}

static void test_queue_bound(void)
{
    struct journal journal = {.queue = emu_queue_new(NULL)};
    char *data = calloc(1, 16 << 20);
    unsigned taken = 0;

    while (taken < 100 && emu_queue_post(journal.queue, journal_note, &journal, data, 16 << 20))
        taken++;
    CHECK_EQ(taken, 3);
    CHECK(!emu_queue_post(journal.queue, journal_note, &journal, data, SIZE_MAX / 2));
    CHECK_EQ(emu_queue_run(journal.queue, 0), 3);
    CHECK(emu_queue_post(journal.queue, journal_note, &journal, data, 16 << 20));
    free(data);
    emu_queue_free(journal.queue);
}

static void *post_many(void *opaque)
{
    struct journal *journal = opaque;
    unsigned one = 1, i;

    for (i = 0; i < 5000; i++)
        emu_queue_post(journal->queue, journal_note, journal, &one, sizeof(one));
    return NULL;
}

static void test_queue_threads(void)
{
    struct journal journal = {.queue = emu_queue_new(NULL)};
    pthread_t posters[3];
    unsigned i;

    for (i = 0; i < 3; i++)
        pthread_create(&posters[i], NULL, post_many, &journal);
    while (journal.count < 15000) {
        emu_queue_wait(journal.queue, 1000000000ull);
        emu_queue_run(journal.queue, 0);
    }
    for (i = 0; i < 3; i++)
        pthread_join(posters[i], NULL);
    CHECK_EQ(journal.sum, 15000);
    emu_queue_free(journal.queue);
}

static double seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void test_queue_wait(void)
{
    struct emu_queue *queue = emu_queue_new(NULL);
    double start = seconds();

    emu_queue_wait(queue, 20000000);
    CHECK(seconds() - start >= 0.019);
    emu_queue_wake(queue); /* before the sleep: it does not sleep */
    start = seconds();
    emu_queue_wait(queue, 20000000000ull);
    CHECK(seconds() - start < 10);
    emu_queue_free(queue);
}

/* ---- trace ---- */

static void note_line(void *opaque, const char *line)
{
    snprintf(opaque, 128, "%s", line);
}

static void test_trace(void)
{
    struct emu_trace first = {0}, second = {0};
    char line[128] = "";
    const char **names = emu_trace_events();
    unsigned count = 0;

    first.sink = second.sink = note_line;
    first.opaque = second.opaque = line;
    CHECK_EQ(emu_trace_match(&first, "cpu_*"), 7);
    CHECK_EQ(emu_trace_match(&first, "nothing"), 0);
    CHECK_EQ(emu_trace_match(&second, "-cpu-msr-unknown"), 1);
    CHECK_EQ(emu_trace_match(&second, "machine-p[a-z]*r"), 1);
    CHECK_EQ(emu_trace_count("cpu-*"), 7);
    CHECK_EQ(emu_trace_count("-cpu_halt"), 1);
    CHECK_EQ(emu_trace_count("cpu-msr_unknown"), 0);
    CHECK_EQ(emu_trace_match(&first, "-cpu_h*"), 1);
    emu_trace(&first, cpu_halt, 1u, 2ull);
    emu_trace(&second, cpu_msr_unknown, 1u, 2u, "read"); /* machines do not share patterns */
    emu_trace((struct emu_trace *)NULL, cpu_halt, 1u, 2ull);
    CHECK_STR(line, "");
    emu_trace(&first, cpu_msr_unknown, 3u, 0x8bu, "read");
    CHECK_STR(line, "cpu 3: unknown msr 0x8b (read)");
    while (names[count] != NULL)
        count++;
    CHECK_EQ(count, EMU_TRACE_COUNT);
    CHECK_STR(names[EMU_TRACE_cpu_halt], "cpu_halt");
    CHECK_STR(emu_trace_name(EMU_TRACE_cpu_halt), "cpu_halt");
    free(names);
}

/* ---- topology ---- */

static bool topology_is(struct emu_topology given, unsigned cpus, unsigned sockets, unsigned dies,
                        unsigned cores, unsigned threads)
{
    return emu_topology_complete(&given, NULL) && given.cpus == cpus && given.sockets == sockets &&
           given.dies == dies && given.cores == cores && given.threads == threads;
}

static bool topology_fails(struct emu_topology given)
{
    struct emu_error err = EMU_ERROR_INIT;

    return !emu_topology_complete(&given, &err) && err.kind == EMU_ERROR_INPUT;
}

static void test_topology(void)
{
    CHECK(topology_is((struct emu_topology){.cpus = 1}, 1, 1, 1, 1, 1));
    CHECK(topology_is((struct emu_topology){.cpus = 4}, 4, 1, 1, 4, 1));
    CHECK(topology_is((struct emu_topology){.cpus = 8, .sockets = 2}, 8, 2, 1, 4, 1));
    CHECK(topology_is((struct emu_topology){.cpus = 8, .cores = 2, .threads = 2}, 8, 2, 1, 2, 2));
    CHECK(topology_is((struct emu_topology){.sockets = 2, .cores = 3}, 6, 2, 1, 3, 1));
    CHECK(topology_is((struct emu_topology){8, 1, 2, 2, 2}, 8, 1, 2, 2, 2));
    CHECK(topology_fails((struct emu_topology){0}));
    CHECK(topology_fails((struct emu_topology){.cpus = 5, .cores = 2}));
    CHECK(topology_fails((struct emu_topology){8, 1, 1, 2, 2}));
    CHECK(topology_fails((struct emu_topology){.cpus = 256}));
    CHECK(topology_fails((struct emu_topology){.sockets = 16, .cores = 16}));
    CHECK(topology_fails((struct emu_topology){.sockets = 65536, .cores = 65536}));
}

/* ---- devices ---- */

struct gadget {
    struct emu_device device;
    bool flag;
    uint64_t number, size;
    char *text;
    unsigned resets, unrealized;
    unsigned *freed;
};

static bool gadget_realize(struct emu_device *device, struct emu_error *err)
{
    struct gadget *gadget = (struct gadget *)device;

    return gadget->number != 13 || emu_error_set(err, EMU_ERROR_INPUT, "13 brings bad luck");
}

static void gadget_unrealize(struct emu_device *device)
{
    struct gadget *gadget = (struct gadget *)device;

    if (gadget->freed != NULL)
        (*gadget->freed)++;
}

static void gadget_reset(struct emu_device *device)
{
    CHECK(pthread_mutex_trylock(&device->lock) != 0);
    ((struct gadget *)device)->resets++;
}

static const struct emu_property gadget_properties[] = {
    {"flag", "", EMU_PROPERTY_BOOL, offsetof(struct gadget, flag), 0, 0, "on"},
    {"number", "", EMU_PROPERTY_UINT, offsetof(struct gadget, number), 1, 100, "7"},
    {"size", "", EMU_PROPERTY_SIZE, offsetof(struct gadget, size), 0, UINT64_MAX, "64K"},
    {"text", "", EMU_PROPERTY_STRING, offsetof(struct gadget, text), 0, 0, "hello"},
    {.name = NULL},
};

static const struct emu_device_class gadget_class = {
    .name = "gadget",
    .size = sizeof(struct gadget),
    .properties = gadget_properties,
    .realize = gadget_realize,
    .unrealize = gadget_unrealize,
    .reset = gadget_reset,
};

static void test_device_properties(void)
{
    struct emu_device *device = emu_device_new(&gadget_class, "g0", NULL);
    struct gadget *gadget = (struct gadget *)device;

    CHECK(gadget->flag && gadget->number == 7 && gadget->size == 65536);
    CHECK_STR(gadget->text, "hello");
    CHECK(emu_device_set(device, "flag", "off", NULL) && !gadget->flag);
    CHECK(emu_device_set(device, "number", "0x40", NULL) && gadget->number == 64);
    CHECK(emu_device_set(device, "size", "3G", NULL) && gadget->size == 3ull << 30);
    CHECK(emu_device_set(device, "text", "world", NULL));
    CHECK_STR(gadget->text, "world");
    emu_device_free(device);
    emu_device_free(NULL);
}

static void test_device_property_errors(void)
{
    static const char *const bad[][2] = {
        {"flag", "maybe"}, {"number", "0"},          {"number", "101"},
        {"number", "5K"},  {"number", "-1"},         {"number", " 1"},
        {"number", ""},    {"number", "0x"},         {"number", "99999999999999999999999"},
        {"size", "1T"},    {"size", "17179869184G"}, {"size", "1KB"},
        {"color", "red"},
    };
    struct emu_device *device = emu_device_new(&gadget_class, "g0", NULL);
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct emu_error err = EMU_ERROR_INIT;

        CHECK(!emu_device_set(device, bad[i][0], bad[i][1], &err));
        CHECK_EQ(err.kind, EMU_ERROR_INPUT);
        CHECK(strstr(err.text, "'g0'") != NULL && strstr(err.text, bad[i][0]) != NULL);
    }
    CHECK_EQ(((struct gadget *)device)->number, 7);
    emu_device_free(device);
}

static void test_device_life(void)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_device *device = emu_device_new(&gadget_class, "g0", NULL);
    unsigned freed = 0;

    ((struct gadget *)device)->freed = &freed;
    CHECK(emu_device_set(device, "number", "13", NULL));
    CHECK(!emu_device_realize(device, &err));
    CHECK_STR(err.text, "13 brings bad luck");
    CHECK(emu_device_set(device, "number", "12", NULL));
    CHECK(emu_device_realize(device, NULL));
    CHECK(!emu_device_set(device, "number", "11", NULL));
    emu_device_reset(device);
    CHECK_EQ(((struct gadget *)device)->resets, 1);
    emu_device_free(device);
    CHECK_EQ(freed, 1);
    CHECK(emu_device_new(&gadget_class, "", &err) == NULL);
    CHECK(emu_device_new(&gadget_class, "an-id-that-is-longer-than-31-bytes", &err) == NULL);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"error", test_error},
        {"queue-order", test_queue_order},
        {"queue-bound", test_queue_bound},
        {"queue-threads", test_queue_threads},
        {"queue-wait", test_queue_wait},
        {"trace", test_trace},
        {"topology", test_topology},
        {"device-properties", test_device_properties},
        {"device-property-errors", test_device_property_errors},
        {"device-life", test_device_life},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
