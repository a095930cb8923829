/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The translator's spare thread: regions come from it, vcpus never wait for it, what was overtaken
 * meanwhile is refused, and it begins and ends when it is to. A gate in the guest's lift_copy holds
 * it where a test wants it.
 */
#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

#include "emulator/ir/reclaim.h"
#include "emulator/jit/jit.h"
#include "tests/ir/toy.h"
#include "tests/test.h"

#define LOOP  0x1000
#define TURNS 100

/* ---- the rig ---- */

static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closed, reached;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void gate_set(bool closed)
{
    pthread_mutex_lock(&gate.lock);
    gate.closed = closed;
    gate.reached = false;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

/* Until the thread stands at the closed gate. */
static void gate_wait_reached(void)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.reached)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static enum ir_status gated_lift_copy(const struct ir_code_copy *copy, unsigned offset,
                                      struct ir_builder *builder)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.closed) {
        gate.reached = true;
        pthread_cond_broadcast(&gate.changed);
        pthread_cond_wait(&gate.changed, &gate.lock);
    }
    pthread_mutex_unlock(&gate.lock);
    return toy_guest.lift_copy(copy, offset, builder);
}

struct rig {
    struct ir_guest guest;
    struct toy *toy;
    struct jit *jit;
};

static void rig_join(struct rig *rig, struct toy *toy)
{
    toy->env.guest = &rig->guest;
    if (!emu_jit_join(rig->jit, &toy->env, NULL))
        exit(1);
}

static void rig_begin(struct rig *rig)
{
    static const uint16_t pinned[] = {TOY_R(0), TOY_R(1), TOY_R(2), TOY_R(3)};

    gate_set(false);
    rig->guest = toy_guest;
    rig->guest.lift_copy = gated_lift_copy;
    rig->guest.pinned = pinned;
    rig->guest.pinned_count = sizeof(pinned) / sizeof(pinned[0]);
    rig->toy = toy_new(NULL, NULL);
    rig->jit = emu_jit_new(rig->toy->env.blocks, &rig->guest, NULL);
    if (rig->jit == NULL)
        exit(1);
    emu_jit_set_patience(rig->jit, 8);
    emu_jit_set_spare(rig->jit, true);
    rig_join(rig, rig->toy);
}

static void rig_end(struct rig *rig)
{
    emu_jit_set_spare(rig->jit, false);
    emu_jit_leave(&rig->toy->env);
    toy_free(rig->toy, true);
    emu_jit_free(rig->jit);
}

/* r0 turns of r1 += 1. Back goes a jump by r2, so that each turn enters the block at the top. */
static void put_loop(struct toy *toy, uint64_t at)
{
    toy_put(toy, at, TOY_ADDI, 1, 0, 1);
    toy_put(toy, at + 4, TOY_DEC, 0, 0, 0);
    toy_put(toy, at + 8, TOY_JNZ, 0, 0, 1);
    toy_put(toy, at + 12, TOY_STOP, 0, 0, 0);
    toy_put(toy, at + 16, TOY_JMPI, 2, 0, 0);
}

/* True: it ended where it should. */
static bool run_turns(struct toy *toy, uint64_t at, uint64_t turns)
{
    toy->r[0] = turns;
    toy->r[1] = 0;
    toy->r[2] = at;
    return toy_run(toy, at) == IR_OK && toy->env.pc == at + 12;
}

/* What r1 has become. */
static uint64_t run_loop(struct rig *rig, uint64_t at)
{
    CHECK(run_turns(rig->toy, at, TURNS));
    return rig->toy->r[1];
}

/* Of the block there; -1: none. */
static int tier_at(struct rig *rig, uint64_t address)
{
    struct ir_block *block = ir_blocks_find(rig->toy->env.blocks, address, rig->toy->env.mode);

    return block != NULL ? block->tier : -1;
}

static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    for (struct dirent *entry; tasks != NULL && (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    if (tasks != NULL)
        closedir(tasks);
    return count;
}

/* A thread that was joined may be seen for a moment more. */
static bool threads_become(int count)
{
    for (int tries = 0; tries < 2000 && count_threads() != count; tries++)
        usleep(1000);
    return count_threads() == count;
}

/* ---- tests ---- */

static void test_region_comes(void)
{
    struct rig rig;

    rig_begin(&rig);
    put_loop(rig.toy, LOOP);
    gate_set(true);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS); /* it waits for nothing */
    gate_wait_reached();
    CHECK_EQ(tier_at(&rig, LOOP), 0);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS);
    gate_set(false);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, LOOP), 1);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS);
    rig_end(&rig);
}

/* First of all: no thread of another test is about. */
static void test_thread_begins_and_ends(void)
{
    int before = count_threads();
    struct rig rig;

    rig_begin(&rig);
    put_loop(rig.toy, LOOP);
    toy_put(rig.toy, 0x2000, TOY_STOP, 0, 0, 0);
    CHECK_EQ(toy_run(rig.toy, 0x2000), IR_OK);
    CHECK_EQ(count_threads(), before); /* nothing was hot */
    run_loop(&rig, LOOP);
    CHECK_EQ(count_threads(), before + 1);
    emu_jit_set_spare(rig.jit, false);
    CHECK(threads_become(before));
    put_loop(rig.toy, 0x3000);
    CHECK_EQ(run_loop(&rig, 0x3000), TURNS); /* now by itself, at once */
    CHECK_EQ(tier_at(&rig, 0x3000), 1);
    emu_jit_set_spare(rig.jit, true); /* and again */
    put_loop(rig.toy, 0x4000);
    run_loop(&rig, 0x4000);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, 0x4000), 1);
    rig_end(&rig);
}

/* A region of old bytes is never seen. */
static void test_code_changes(void)
{
    struct rig rig;

    rig_begin(&rig);
    put_loop(rig.toy, LOOP);
    gate_set(true);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS);
    gate_wait_reached();
    toy_put(rig.toy, LOOP, TOY_ADDI, 1, 0, 2);
    CHECK_EQ(tier_at(&rig, LOOP), -1);
    gate_set(false);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, LOOP), -1);
    CHECK_EQ(run_loop(&rig, LOOP), 2 * TURNS);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, LOOP), 1); /* the new block was asked for anew */
    CHECK_EQ(run_loop(&rig, LOOP), 2 * TURNS);
    rig_end(&rig);
}

static void test_flush(void)
{
    struct rig rig;

    rig_begin(&rig);
    put_loop(rig.toy, LOOP);
    gate_set(true);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS);
    gate_wait_reached();
    ir_blocks_flush(rig.toy->env.blocks);
    gate_set(false);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, LOOP), -1);
    CHECK_EQ(run_loop(&rig, LOOP), TURNS);
    rig_end(&rig);
}

/* Stores beside the code overtake the thread; the vcpu gets its region by itself in the end. */
static void test_refused(void)
{
    struct rig rig;

    rig_begin(&rig);
    put_loop(rig.toy, LOOP);
    gate_set(true);
    run_loop(&rig, LOOP);
    gate_wait_reached();
    toy_put(rig.toy, LOOP + 0x800, TOY_STOP, 0, 0, 0);
    gate_set(false);
    emu_jit_wait_for_spare(rig.jit);
    CHECK_EQ(tier_at(&rig, LOOP), 0);
    CHECK(run_turns(rig.toy, LOOP, 2 << 20));
    CHECK_EQ(rig.toy->r[1], 2 << 20);
    CHECK_EQ(tier_at(&rig, LOOP), 1);
    rig_end(&rig);
}

/* More than the queue takes: the vcpu does the rest. */
static void test_many(void)
{
    struct rig rig;
    int by_itself = 0;

    rig_begin(&rig);
    gate_set(true);
    for (uint64_t page = 1; page <= 100; page++) {
        put_loop(rig.toy, page * 0x1000);
        CHECK_EQ(run_loop(&rig, page * 0x1000), TURNS);
        by_itself += tier_at(&rig, page * 0x1000) == 1;
    }
    CHECK(by_itself > 50 && by_itself < 100);
    gate_set(false);
    emu_jit_wait_for_spare(rig.jit);
    for (uint64_t page = 1; page <= 100; page++) {
        CHECK_EQ(tier_at(&rig, page * 0x1000), 1);
        CHECK_EQ(run_loop(&rig, page * 0x1000), TURNS);
    }
    rig_end(&rig);
}

/* It ends with requests still there. */
static void test_ends_early(void)
{
    for (int n = 0; n < 20; n++) {
        struct rig rig;

        rig_begin(&rig);
        for (uint64_t page = 1; page <= 10; page++) {
            put_loop(rig.toy, page * 0x1000);
            CHECK_EQ(run_loop(&rig, page * 0x1000), TURNS);
        }
        rig_end(&rig);
    }
}

/* ---- processors that share code, while it is rewritten with what is there and flushed ---- */

#define RUNNERS 3

struct runner {
    pthread_t thread;
    struct toy *toy;
    unsigned bad;
};

static void *runner_run(void *opaque)
{
    struct runner *r = opaque;

    for (int n = 0; n < 500; n++) {
        uint64_t at = 0x1000 * (1 + n % 4u);

        r->bad += !run_turns(r->toy, at, TURNS) || r->toy->r[1] != TURNS;
    }
    return NULL;
}

static void *flusher_run(void *opaque)
{
    struct ir_blocks *blocks = opaque;

    for (unsigned n = 0; n < 400; n++) {
        ir_blocks_store(blocks, 0x1000 * (1 + n % 4u) + n % 20, 1, NULL, false);
        if (n % 9 == 0)
            ir_blocks_flush(blocks);
        sched_yield();
    }
    return NULL;
}

static void test_processors(void)
{
    struct runner runner[RUNNERS] = {0};
    pthread_t flusher;
    struct rig rig;

    rig_begin(&rig);
    for (uint64_t page = 1; page <= 4; page++)
        put_loop(rig.toy, page * 0x1000);
    for (unsigned n = 0; n < RUNNERS; n++) {
        runner[n].toy = n == 0 ? rig.toy : toy_new(rig.toy->ram, rig.toy->env.blocks);
        if (n != 0)
            rig_join(&rig, runner[n].toy);
        if (pthread_create(&runner[n].thread, NULL, runner_run, &runner[n]) != 0)
            exit(1);
    }
    if (pthread_create(&flusher, NULL, flusher_run, rig.toy->env.blocks) != 0)
        exit(1);
    pthread_join(flusher, NULL);
    for (unsigned n = 0; n < RUNNERS; n++) {
        pthread_join(runner[n].thread, NULL);
        CHECK_EQ(runner[n].bad, 0);
    }
    for (unsigned n = 1; n < RUNNERS; n++) {
        emu_jit_leave(&runner[n].toy->env);
        toy_free(runner[n].toy, false);
    }
    rig_end(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"spare-begins-and-ends", test_thread_begins_and_ends},
        {"spare-region-comes", test_region_comes},
        {"spare-code-changes", test_code_changes},
        {"spare-flush", test_flush},
        {"spare-refused", test_refused},
        {"spare-many", test_many},
        {"spare-ends-early", test_ends_early},
        {"spare-processors", test_processors},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
