/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine with dummy processors, which count instead of executing: threads, requests, exclusive
 * sections, states, power events, debugging, saving; several machines in one process.
 */
#include "tests/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "emulator/api/chardev.h"
#include "emulator/api/input.h"
#include "emulator/api/stats.h"
#include "emulator/chardev/chardev.h"
#include "emulator/state/state.h"
#include "tests/core/dummy.h"

#define SECOND 1000000000ull

static void doze(void)
{
    struct timespec ts = {0, 1000000};

    nanosleep(&ts, NULL);
}

/* Waits some seconds until the counter reaches value. */
#define WAIT_FOR(counter, value)                                                                   \
    do {                                                                                           \
        unsigned left_ = 10000 * test_patience();                                                  \
        while (atomic_load(&(counter)) < (value) && left_-- != 0)                                  \
            doze();                                                                                \
        CHECK(atomic_load(&(counter)) >= (value));                                                 \
    } while (0)

/* ---- states ---- */

static void test_run_and_pause(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);
    struct ticker *ticker = (struct ticker *)emu_machine_find_device(machine, "ticker0");
    uint64_t count, ticks;
    unsigned i;
    emu_ns time;

    CHECK(emu_machine_find_device(machine, "ticker1") == NULL);
    for (i = 0; i < 5; i++) {
        WAIT_FOR(board.dummies[0].count, 1u);
        WAIT_FOR(board.dummies[1].count, 1u);
        WAIT_FOR(ticker->ticks, 2u);
        CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_RUNNING);
        emu_machine_pause(machine);
        CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_PAUSED);
        count = board.dummies[0].count + board.dummies[1].count;
        ticks = ticker->ticks;
        time = emu_clock_now(machine->clock);
        doze();
        CHECK_EQ(board.dummies[0].count + board.dummies[1].count, count);
        CHECK_EQ(ticker->ticks, ticks);
        CHECK_EQ(emu_clock_now(machine->clock), time);
        atomic_store(&board.dummies[0].count, 0);
        atomic_store(&board.dummies[1].count, 0);
        atomic_store(&ticker->ticks, 0);
        emu_machine_resume(machine);
    }
    CHECK(emu_machine_get_stats(machine).instructions > 0);
    CHECK_EQ(emu_machine_get_stats(machine).vcpus, 2);
    emu_machine_free(machine);
    CHECK_EQ(board.frees, 1);
    CHECK_EQ(board.after_resets, 1);
}

static void test_halt_and_request(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 1, DUMMY_HALT);
    unsigned i;

    for (i = 1; i <= 1000; i++) {
        emu_vcpu_request(&machine->vcpus[0], DUMMY_INTERRUPT);
        while (atomic_load(&board.dummies[0].interrupts) < i)
            sched_yield();
    }
    doze();
    CHECK(emu_machine_get_stats(machine).halted >= 1000000);
    CHECK(emu_machine_get_stats(machine).halted <= emu_machine_get_stats(machine).time);
    emu_machine_pause(machine); /* a sleeping vcpu pauses too */
    emu_machine_resume(machine);
    emu_vcpu_request(&machine->vcpus[0], DUMMY_INTERRUPT);
    WAIT_FOR(board.dummies[0].interrupts, 1001u);
    emu_machine_free(machine);
}

static void test_stop(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);

    CHECK(!emu_machine_wait_stopped(machine, SECOND / 100));
    CHECK_EQ(emu_machine_get_stop_reason(machine).cause, EMU_STOP_NONE);
    emu_machine_stop(machine);
    CHECK(emu_machine_wait_stopped(machine, 0));
    CHECK_EQ(emu_machine_get_stop_reason(machine).cause, EMU_STOP_FORCED);
    emu_machine_resume(machine); /* for good */
    emu_machine_reset(machine);
    emu_machine_pause(machine);
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_STOPPED);
    CHECK_EQ(board.after_resets, 1);
    emu_machine_free(machine);
    emu_machine_free(NULL);
}

static void test_reset(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);
    struct ticker *ticker = (struct ticker *)emu_machine_find_device(machine, "ticker0");

    ticker->reg = 99;
    emu_machine_reset(machine);
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_RUNNING);
    CHECK_EQ(ticker->reg, 7);
    CHECK_EQ(board.dummies[1].resets, 2);
    CHECK_EQ(board.after_resets, 2);
    emu_machine_pause(machine);
    emu_machine_reset(machine);
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_PAUSED);
    CHECK_EQ(board.after_resets, 3);
    emu_machine_free(machine);
}

struct witness {
    enum emu_machine_state states[16];
    unsigned count, resets, helds, resumes;
};

static void witness_state(void *opaque, enum emu_machine_state state)
{
    struct witness *witness = opaque;

    if (witness->count < 16)
        witness->states[witness->count++] = state;
}

static void witness_reset(void *opaque)
{
    ((struct witness *)opaque)->resets++;
}

static void test_observer(void)
{
    struct witness witness = {0};
    struct emu_machine_observer observer = {
        .state_changed = witness_state, .reset = witness_reset, .opaque = &witness};
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 1, DUMMY_COUNT, &observer);

    CHECK(emu_machine_finish(machine, NULL));
    CHECK_EQ(witness.resets, 0);
    emu_machine_pause(machine); /* it is */
    emu_machine_resume(machine);
    emu_machine_resume(machine);
    emu_machine_reset(machine);
    emu_machine_pause(machine);
    emu_machine_free(machine);
    CHECK_EQ(witness.resets, 1);
    CHECK_EQ(witness.count, 3);
    CHECK_EQ(witness.states[0], EMU_MACHINE_RUNNING);
    CHECK_EQ(witness.states[1], EMU_MACHINE_PAUSED);
    CHECK_EQ(witness.states[2], EMU_MACHINE_STOPPED);
}

static void witness_held(void *opaque, const char *why)
{
    struct witness *witness = opaque;

    CHECK_STR(why, "no room on /tmp");
    witness->helds++;
}

static void part_resumed(void *object)
{
    ((struct witness *)object)->resumes++;
}

static void part_freed(void *object)
{
}

static void wait_state(struct emu_machine *machine, enum emu_machine_state state)
{
    for (unsigned i = 0; i < 5000 * test_patience() && emu_machine_get_state(machine) != state; i++)
        usleep(1000);
    CHECK_EQ(emu_machine_get_state(machine), state);
}

/* It pauses by itself, says why, and its parts know when it goes on. */
static void test_hold(void)
{
    static const struct emu_machine_part part = {.resume = part_resumed, .free = part_freed};
    struct witness witness = {0};
    struct emu_machine_observer observer = {
        .state_changed = witness_state, .held = witness_held, .opaque = &witness};
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 1, DUMMY_COUNT, &observer);

    CHECK(emu_machine_add_part(machine, &part, &witness, NULL));
    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    emu_machine_hold(machine, "no room on %s", "/tmp");
    wait_state(machine, EMU_MACHINE_PAUSED);
    emu_machine_resume(machine);
    wait_state(machine, EMU_MACHINE_RUNNING);
    emu_machine_stop(machine);
    emu_machine_hold(machine, "nobody hears this");
    emu_machine_free(machine);
    CHECK_EQ(witness.helds, 1);
    CHECK_EQ(witness.resumes, 2);
    CHECK_EQ(witness.count, 4);
    CHECK_EQ(witness.states[1], EMU_MACHINE_PAUSED);
}

/* ---- power ---- */

static struct emu_stop_reason outcome(enum dummy_mode mode, bool no_reboot, struct board *board)
{
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(board, &region, 1, mode, NULL);
    struct emu_stop_reason reason;

    machine->no_reboot = no_reboot;
    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    CHECK(emu_machine_wait_stopped(machine, 10 * SECOND));
    reason = emu_machine_get_stop_reason(machine);
    emu_machine_free(machine);
    return reason;
}

static void test_power_events(void)
{
    struct board board;
    struct emu_stop_reason reason = outcome(DUMMY_OFF, false, &board);

    CHECK_EQ(reason.cause, EMU_STOP_POWER_OFF);
    CHECK(reason.text[0] != '\0');
    CHECK_EQ(atomic_load(&board.dummies[0].count), 0); /* nothing ran after it */
    reason = outcome(DUMMY_RESET, false, &board);
    CHECK_EQ(reason.cause, EMU_STOP_POWER_OFF);
    CHECK_EQ(board.after_resets, 2);
    CHECK_EQ(outcome(DUMMY_RESET, true, &board).cause, EMU_STOP_RESET);
    CHECK_EQ(outcome(DUMMY_TRIPLE, true, &board).cause, EMU_STOP_TRIPLE_FAULT);
}

static void test_triple_fault_resets(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 1, DUMMY_TRIPLE);

    WAIT_FOR(board.dummies[0].resets, 5u);
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_RUNNING);
    emu_machine_free(machine);
}

static void test_debug_exit_and_failure(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);

    emu_machine_request_power(machine, EMU_POWER_DEBUG_EXIT, 0x42);
    CHECK(emu_machine_wait_stopped(machine, UINT64_MAX));
    CHECK_EQ(emu_machine_get_stop_reason(machine).cause, EMU_STOP_DEBUG_EXIT);
    CHECK_EQ(emu_machine_get_stop_reason(machine).code, 0x42);
    emu_machine_free(machine);
    machine = dummy_machine_start(&board, &region, 2, DUMMY_HALT);
    emu_machine_fail(machine, "no more %s", "paper");
    CHECK(emu_machine_wait_stopped(machine, UINT64_MAX));
    CHECK_EQ(emu_machine_get_stop_reason(machine).cause, EMU_STOP_INTERNAL);
    CHECK_STR(emu_machine_get_stop_reason(machine).text, "no more paper");
    emu_machine_free(machine);
}

static void test_power_button(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 1, DUMMY_HALT);

    emu_machine_power_button(machine);
    CHECK(emu_machine_wait_stopped(machine, 10 * SECOND));
    CHECK_EQ(board.power_buttons, 1);
    emu_machine_free(machine);
}

/* Power events from many threads while the machine pauses, resumes and resets. */
static void *pester(void *opaque)
{
    struct emu_machine *machine = opaque;
    unsigned i;

    for (i = 0; i < 300; i++) {
        emu_machine_request_power(machine, EMU_POWER_RESET, 0);
        sched_yield();
    }
    return NULL;
}

static void test_power_storm(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 3, DUMMY_COUNT);
    pthread_t threads[2];
    unsigned i;

    for (i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, pester, machine);
    for (i = 0; i < 100; i++) {
        emu_machine_pause(machine);
        emu_machine_resume(machine);
    }
    for (i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    emu_machine_pause(machine);
    for (i = 0; i < 3; i++)
        atomic_store(&board.dummies[i].count, 0);
    emu_machine_resume(machine);
    for (i = 0; i < 3; i++)
        WAIT_FOR(board.dummies[i].count, 1000u); /* no old request keeps one from running */
    CHECK(board.after_resets > 1);
    emu_machine_free(machine);
}

/* ---- exclusive sections ---- */

static void test_exclusive(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 4, DUMMY_COUNT, NULL);
    unsigned i;

    board.dummies[2].mode = DUMMY_EXCLUDE;
    board.dummies[3].mode = DUMMY_EXCLUDE;
    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    for (i = 0; i < 500; i++)
        emu_machine_run_exclusive(machine, NULL, dummy_check_still, &board);
    WAIT_FOR(board.sections, 600u);
    for (i = 0; i < 20; i++) {
        emu_machine_pause(machine);
        emu_machine_run_exclusive(machine, NULL, dummy_check_still, &board);
        emu_machine_resume(machine);
    }
    emu_machine_pause(machine);
    CHECK_EQ(board.unprotected, atomic_load(&board.sections));
    CHECK_EQ(atomic_load(&board.violations), 0);
    emu_machine_free(machine);
}

static void test_exclusive_with_sleepers(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 3, DUMMY_HALT);
    unsigned i;

    for (i = 0; i < 1000; i++) {
        emu_vcpu_request(&machine->vcpus[i % 3], DUMMY_INTERRUPT);
        emu_machine_run_exclusive(machine, NULL, dummy_check_still, &board);
    }
    CHECK_EQ(board.unprotected, 1000);
    emu_machine_free(machine);
}

/* ---- debugging ---- */

struct debug_log {
    struct emu_machine *machine;
    _Atomic unsigned count;
    struct emu_debug_event last;
    bool was_paused;
};

static void debug_note(void *opaque, const struct emu_debug_event *event)
{
    struct debug_log *log = opaque;

    log->last = *event;
    log->was_paused = emu_machine_get_state(log->machine) == EMU_MACHINE_PAUSED;
    atomic_fetch_add(&log->count, 1);
}

static void test_debug_events(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 2, DUMMY_COUNT, NULL);
    struct debug_log log = {.machine = machine};
    uint64_t count;
    unsigned i;

    board.dummies[1].mode = DUMMY_BREAK;
    emu_debug_observe(machine, debug_note, &log);
    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    WAIT_FOR(log.count, 1u);
    CHECK(log.was_paused && log.last.stop == EMU_DEBUG_BREAK && log.last.vcpu == 1);
    for (i = 2; i < 20; i++) {
        count = atomic_load(&board.dummies[1].count);
        emu_debug_step(machine, 0);
        WAIT_FOR(log.count, i);
        CHECK(log.was_paused && log.last.stop == EMU_DEBUG_STEP && log.last.vcpu == 0);
        CHECK_EQ(atomic_load(&board.dummies[1].count), count); /* others still */
    }
    board.dummies[0].mode = DUMMY_TRIPLE; /* a step that ends in a reset is reported too */
    board.dummies[0].skip_step = true;
    emu_debug_step(machine, 0);
    WAIT_FOR(log.count, 20u);
    CHECK(log.last.stop == EMU_DEBUG_STEP && board.after_resets == 2);
    board.dummies[0].mode = DUMMY_COUNT;
    emu_debug_step(machine, 0); /* not made, since skip_step is still set, */
    emu_machine_pause(machine);
    CHECK(!board.dummies[0].step); /* and then forgotten */
    emu_debug_step(machine, 99);
    emu_machine_resume(machine);
    WAIT_FOR(log.count, 21u);
    CHECK_EQ(log.last.vcpu, 1);
    emu_machine_free(machine);
}

static void test_debug_access(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 1, DUMMY_COUNT);
    uint64_t value = 0x1234, back = 0;
    uint8_t data[8192], copy[8192];
    size_t count;
    char *xml = emu_debug_target_xml(machine);

    CHECK_STR(xml, "<target/>");
    free(xml);
    emu_machine_pause(machine);
    CHECK_STR(emu_debug_registers(machine, &count)[0].name, "count");
    CHECK_EQ(count, 1);
    CHECK(emu_debug_write_register(machine, 0, 0, &value));
    CHECK(emu_debug_read_register(machine, 0, 0, &back));
    CHECK_EQ(back, value);
    CHECK(!emu_debug_read_register(machine, 0, 1, &back));
    CHECK(!emu_debug_read_register(machine, 1, 0, &back));
    memset(data, 0x5a, sizeof(data));
    CHECK(emu_debug_write_memory(machine, 0, 0x100ff0, data, sizeof(data)));
    CHECK(emu_debug_read_memory(machine, 0, 0x100ff0, copy, sizeof(copy)));
    CHECK(memcmp(data, copy, sizeof(data)) == 0);
    CHECK_EQ(emu_memory_load(machine->memory, 0xff0, 1), 0x5a);
    CHECK(!emu_debug_read_memory(machine, 0, 0xfffff, copy, 1));
    CHECK(!emu_debug_write_memory(machine, 0, 0x1ff000, data, 0x1001)); /* nothing is written */
    CHECK_EQ(emu_memory_load(machine->memory, 0xff000, 1), 0);
    emu_machine_free(machine);
}

static void test_debug_breaks(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);
    struct emu_error err = EMU_ERROR_INIT;
    unsigned i;

    CHECK(emu_debug_insert_break(machine, EMU_BREAK_EXECUTE, 0x1000, 0, &err));
    CHECK_EQ(atomic_load(&board.tells), 2);
    CHECK(emu_debug_insert_break(machine, EMU_BREAK_WRITE, 0x1000, 8, &err));
    CHECK(!emu_debug_remove_break(machine, EMU_BREAK_WRITE, 0x1000, 4));
    CHECK(emu_debug_remove_break(machine, EMU_BREAK_EXECUTE, 0x1000, 5)); /* length ignored */
    CHECK(!emu_debug_remove_break(machine, EMU_BREAK_EXECUTE, 0x1000, 0));
    CHECK_EQ(machine->break_count, 1);
    CHECK(!emu_debug_insert_break(machine, EMU_BREAK_READ, 0, 4097, &err));
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    CHECK(!emu_debug_insert_break(machine, EMU_BREAK_READ, 0, 0, NULL));
    for (i = 1; i < EMU_MAX_BREAKS; i++)
        CHECK(emu_debug_insert_break(machine, EMU_BREAK_EXECUTE, i, 0, NULL));
    CHECK(!emu_debug_insert_break(machine, EMU_BREAK_EXECUTE, 0, 0, NULL));
    emu_machine_free(machine);
}

/* ---- saving ---- */

static uint8_t *save_machine(struct emu_machine *machine, size_t *length)
{
    struct emu_writer *out = emu_writer_new();
    struct emu_error err = EMU_ERROR_INIT;
    uint8_t *copy;

    CHECK(emu_machine_save(machine, out, &err));
    copy = malloc(1 << 20);
    emu_writer_data(out, length);
    CHECK(*length < 1 << 20);
    memcpy(copy, emu_writer_data(out, length), *length);
    emu_writer_free(out);
    return copy;
}

static bool load_machine(struct emu_machine *machine, const uint8_t *data, size_t length,
                         struct emu_error *err)
{
    struct emu_reader *in = emu_reader_new(data, length);
    bool loaded = emu_machine_load(machine, in, err);

    emu_reader_free(in);
    return loaded;
}

static void test_save_and_load(void)
{
    struct board boards[2];
    struct emu_region regions[2];
    struct emu_machine *first = dummy_machine_start(&boards[0], &regions[0], 2, DUMMY_COUNT);
    struct emu_machine *second = dummy_machine_new(&boards[1], &regions[1], 2, DUMMY_COUNT, NULL);
    struct emu_error err = EMU_ERROR_INIT;
    size_t length, again, cut;
    uint8_t *saved, *same;

    CHECK(emu_machine_finish(second, NULL));
    emu_machine_pause(first);
    boards[0].dummies[1].saved = 77;
    boards[0].lines = 66;
    ((struct ticker *)emu_machine_find_device(first, "ticker0"))->reg = 88;
    emu_memory_store(first->memory, 0x54321, 0x99, 1);
    emu_memory_store(second->memory, 0x12345, 0x11, 1); /* gone after loading */
    saved = save_machine(first, &length);
    CHECK(load_machine(second, saved, length, &err));
    CHECK_STR(err.text, "");
    CHECK_EQ(boards[1].dummies[1].saved, 77);
    CHECK_EQ(boards[1].lines, 66);
    CHECK_EQ(((struct ticker *)emu_machine_find_device(second, "ticker0"))->reg, 88);
    CHECK_EQ(emu_memory_load(second->memory, 0x54321, 1), 0x99);
    CHECK_EQ(emu_memory_load(second->memory, 0x12345, 1), 0);
    CHECK_EQ(emu_clock_now(second->clock), emu_clock_now(first->clock));
    same = save_machine(first, &again);
    CHECK(again == length && memcmp(saved, same, length) == 0);
    for (cut = 0; cut < length; cut += cut < 600 ? 1 : 997) {
        err = (struct emu_error)EMU_ERROR_INIT;
        CHECK(!load_machine(second, saved, cut, &err));
        CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    }
    free(saved);
    free(same);
    emu_machine_free(first);
    emu_machine_free(second);
}

static void test_load_into_another(void)
{
    struct board boards[2];
    struct emu_region regions[2];
    struct emu_machine *first = dummy_machine_new(&boards[0], &regions[0], 2, DUMMY_COUNT, NULL);
    struct emu_machine *second = dummy_machine_new(&boards[1], &regions[1], 1, DUMMY_COUNT, NULL);
    struct emu_error err = EMU_ERROR_INIT;
    size_t length;
    uint8_t *saved;

    CHECK(emu_machine_finish(first, NULL) && emu_machine_finish(second, NULL));
    saved = save_machine(first, &length);
    CHECK(!load_machine(second, saved, length, &err));
    CHECK_STR(err.text, "saved state: the machine had 2 vcpus, this one has 1");
    free(saved);
    emu_machine_free(first);
    emu_machine_free(second);
}

/* ---- many ---- */

static void test_two_machines(void)
{
    struct board boards[2];
    struct emu_region regions[2];
    struct emu_machine *first = dummy_machine_start(&boards[0], &regions[0], 2, DUMMY_COUNT);
    struct emu_machine *second = dummy_machine_start(&boards[1], &regions[1], 2, DUMMY_HALT);
    uint64_t count;

    emu_trace_match(&first->trace, "machine_*");
    CHECK(!atomic_load(&second->trace.enabled[EMU_TRACE_machine_power]));
    WAIT_FOR(boards[0].dummies[0].count, 1u);
    emu_machine_pause(second);
    count = atomic_load(&boards[0].dummies[0].count);
    WAIT_FOR(boards[0].dummies[0].count, count + 1);
    emu_machine_free(second);
    count = atomic_load(&boards[0].dummies[1].count);
    WAIT_FOR(boards[0].dummies[1].count, count + 1);
    emu_machine_free(first);
}

static void test_hundred_machines(void)
{
    unsigned i;

    for (i = 0; i < 100; i++) {
        struct board board;
        struct emu_region region;
        struct emu_machine *machine = dummy_machine_start(&board, &region, 1 + i % 3, DUMMY_COUNT);

        if (i % 4 == 0)
            emu_machine_pause(machine);
        emu_machine_free(machine);
        CHECK_EQ(board.frees, 1);
    }
}

static void test_unfinished_machine(void)
{
    struct emu_machine *machine = emu_machine_alloc(NULL, NULL);
    struct emu_error err = EMU_ERROR_INIT;

    CHECK(!emu_machine_set_vcpu_count(machine, 0, &err));
    CHECK(!emu_machine_set_vcpu_count(machine, 256, NULL));
    CHECK(emu_machine_set_vcpu_count(machine, 255, NULL));
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!emu_machine_finish(machine, &err));
    CHECK_STR(err.text, "cpu 0 was not set up");
    emu_machine_free(machine);
}

static void test_parts(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 1, DUMMY_COUNT, NULL);
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_chardev_backend backend;
    struct emu_chardev *chardev;
    unsigned i;

    for (i = 0; i < 20; i++) {
        char id[32];
        struct emu_device *device;

        snprintf(id, sizeof(id), "extra%u", i);
        device = emu_device_new(&ticker_class, id, NULL);
        device->clock = machine->clock;
        CHECK(emu_device_realize(device, NULL) && emu_machine_add_device(machine, device, NULL));
    }
    CHECK_EQ(machine->device_count, 21);
    CHECK(!emu_machine_add_device(machine, emu_device_new(&ticker_class, "extra3", NULL), &err));
    CHECK_STR(err.text, "there are two devices 'extra3': give each its own id");
    CHECK(emu_chardev_test(&backend, NULL));
    chardev = emu_chardev_new(machine->queue, &backend, NULL);
    CHECK(emu_machine_add_chardev(machine, chardev, NULL));
    CHECK(emu_machine_finish(machine, NULL));
    emu_machine_resume(machine);
    emu_machine_free(machine);
}

static void test_describe(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_new(&board, &region, 1, DUMMY_COUNT, NULL);
    char *text = emu_machine_describe(machine);

    CHECK_STR(text, "ticker0 ticker io:0x60-0x67 irq:5\n");
    free(text);
    emu_machine_free(machine);
}

/* ---- INIT and sleep ---- */

static void test_init(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 1, DUMMY_COUNT);

    board.takes_init = true;
    emu_machine_request_power(machine, EMU_POWER_CPU_RESET, 0);
    WAIT_FOR(board.inits, 1u);
    emu_machine_pause(machine); /* the event is over */
    CHECK_EQ(board.after_resets, 1);
    board.takes_init = false;
    emu_machine_request_power(machine, EMU_POWER_CPU_RESET, 0);
    WAIT_FOR(board.inits, 2u);
    emu_machine_pause(machine);
    CHECK_EQ(board.after_resets, 2);
    emu_machine_free(machine);
}

/* While it sleeps time goes on and processors stand still, whatever is asked for. */
static void test_sleep(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);
    uint64_t count;
    emu_ns time;

    CHECK(!emu_machine_is_asleep(machine));
    emu_machine_key(machine, 30, true); /* awake: a key is a key */
    emu_machine_request_power(machine, EMU_POWER_SLEEP, 0);
    WAIT_FOR(board.sleeps, 1u);
    CHECK(emu_machine_is_asleep(machine));
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_RUNNING);
    emu_machine_key(machine, 30, true);
    emu_machine_key(machine, 30, false);
    WAIT_FOR(board.inputs, 1u);
    count = board.dummies[0].count;
    time = emu_clock_now(machine->clock);
    doze();
    emu_machine_pause(machine);
    emu_machine_resume(machine);
    doze();
    CHECK_EQ(board.dummies[0].count, count);
    CHECK_EQ(board.inputs, 1);
    CHECK(emu_clock_now(machine->clock) > time);
    emu_machine_request_power(machine, EMU_POWER_WAKE, 0);
    WAIT_FOR(board.wakes, 1u);
    while (atomic_load(&board.dummies[0].count) == count)
        sched_yield();
    CHECK(!emu_machine_is_asleep(machine));
    CHECK_EQ(board.after_resets, 1);
    emu_machine_request_power(machine, EMU_POWER_WAKE, 0); /* awake: nothing happens */
    emu_machine_request_power(machine, EMU_POWER_SLEEP, 0);
    emu_machine_reset(machine); /* wakes it the hard way */
    CHECK(!emu_machine_is_asleep(machine));
    CHECK_EQ(board.after_resets, 2);
    emu_machine_free(machine);
}

static void rest_note(struct emu_machine *machine, void *opaque)
{
    struct board *board = machine->board_data;
    uint64_t before = board->dummies[0].count;

    doze();
    *(bool *)opaque = board->dummies[0].count == before;
}

static void test_at_rest(void)
{
    struct board board;
    struct emu_region region;
    struct emu_machine *machine = dummy_machine_start(&board, &region, 2, DUMMY_COUNT);
    bool still = false;
    uint64_t count;

    emu_machine_at_rest(machine, rest_note, &still);
    CHECK(still);
    count = board.dummies[0].count;
    while (atomic_load(&board.dummies[0].count) == count)
        sched_yield();
    emu_machine_pause(machine);
    still = false;
    emu_machine_at_rest(machine, rest_note, &still);
    CHECK(still);
    CHECK_EQ(emu_machine_get_state(machine), EMU_MACHINE_PAUSED);
    emu_machine_free(machine);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"machine-run-and-pause", test_run_and_pause},
        {"machine-halt-and-request", test_halt_and_request},
        {"machine-stop", test_stop},
        {"machine-reset", test_reset},
        {"machine-observer", test_observer},
        {"machine-hold", test_hold},
        {"machine-power-events", test_power_events},
        {"machine-triple-fault-resets", test_triple_fault_resets},
        {"machine-debug-exit-and-failure", test_debug_exit_and_failure},
        {"machine-power-button", test_power_button},
        {"machine-power-storm", test_power_storm},
        {"machine-exclusive", test_exclusive},
        {"machine-exclusive-with-sleepers", test_exclusive_with_sleepers},
        {"machine-debug-events", test_debug_events},
        {"machine-debug-access", test_debug_access},
        {"machine-debug-breaks", test_debug_breaks},
        {"machine-save-and-load", test_save_and_load},
        {"machine-load-into-another", test_load_into_another},
        {"machine-two", test_two_machines},
        {"machine-hundred", test_hundred_machines},
        {"machine-unfinished", test_unfinished_machine},
        {"machine-parts", test_parts},
        {"machine-describe", test_describe},
        {"machine-init", test_init},
        {"machine-sleep", test_sleep},
        {"machine-at-rest", test_at_rest},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
