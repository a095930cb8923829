/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The block table: looking up, stores, the budget, and many threads adding, finding, storing and
 * flushing; then several processors that run and rewrite the same code.
 */
#include <pthread.h>

#include "emulator/ir/reclaim.h"
#include "tests/ir/toy.h"
#include "tests/test.h"

static struct ir_block *new_block(struct ir_blocks *blocks, emu_gpa address, uint32_t size,
                                  uint64_t mode)
{
    struct ir_block *block = calloc(1, sizeof(*block) + 64);

    if (!block)
        exit(1);
    atomic_init(&block->mode, mode);
    block->address = address;
    block->size = size;
    block->memory = sizeof(*block) + 64;
    block->version = ir_blocks_version(blocks, address);
    return block;
}

static struct ir_block *add(struct ir_blocks *blocks, emu_gpa address, uint32_t size, uint64_t mode)
{
    ir_blocks_protect(blocks, address);
    return ir_blocks_add(blocks, new_block(blocks, address, size, mode));
}

/* ---- one thread ---- */

static void test_find(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *one = add(blocks, 0x1000, 16, 0), *two = add(blocks, 0x1000, 16, 1);
    struct ir_block *far = add(blocks, 0xfffffffff000, 16, 0);

    CHECK(one && two && one != two);
    CHECK(ir_blocks_find(blocks, 0x1000, 0) == one);
    CHECK(ir_blocks_find(blocks, 0x1000, 1) == two);
    CHECK(ir_blocks_find(blocks, 0xfffffffff000, 0) == far);
    CHECK(ir_blocks_find(blocks, 0x1000, 2) == NULL);
    CHECK(ir_blocks_find(blocks, 0x1001, 0) == NULL);
    CHECK(add(blocks, 0x1000, 16, 0) == one);
    ir_blocks_free(blocks);
    ir_blocks_free(NULL);
}

static void test_protect(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);

    CHECK(!ir_blocks_page_has_code(blocks, 0x1000));
    CHECK(ir_blocks_protect(blocks, 0x1234));
    CHECK(!ir_blocks_protect(blocks, 0x1000));
    CHECK(ir_blocks_page_has_code(blocks, 0x1fff));
    CHECK(!ir_blocks_page_has_code(blocks, 0x2000));
    ir_blocks_free(blocks);
}

static void test_stores(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *low = add(blocks, 0x1010, 0x10, 0);

    add(blocks, 0x1fc0, 0x40, 0);
    add(blocks, 0x2000, 8, 0);
    CHECK(ir_blocks_store(blocks, 0x101f, 1, low, true));
    CHECK(!ir_blocks_store(blocks, 0x1020, 1, low, true));
    CHECK(!ir_blocks_store(blocks, 0x100f, 1, low, true));
    CHECK(!ir_blocks_store(blocks, 0x101f, 1, NULL, true));
    CHECK(ir_blocks_find(blocks, 0x1010, 0) == low); /* only looked */
    ir_blocks_store(blocks, 0x1008, 8, NULL, false);
    ir_blocks_store(blocks, 0x1020, 8, NULL, false);
    CHECK(ir_blocks_find(blocks, 0x1010, 0) == low);
    ir_blocks_store(blocks, 0x101f, 1, NULL, false);
    CHECK(ir_blocks_find(blocks, 0x1010, 0) == NULL);
    CHECK_EQ(atomic_load(&low->mode), IR_MODE_DEAD);
    ir_blocks_store(blocks, 0x1ffc, 8, NULL, false); /* over the end of the page */
    CHECK(ir_blocks_find(blocks, 0x1fc0, 0) == NULL);
    CHECK(ir_blocks_find(blocks, 0x2000, 0) == NULL);
    ir_blocks_free(blocks);
}

static struct ir_block *add_straddler(struct ir_blocks *blocks, emu_gpa address, emu_gpa second)
{
    struct ir_block *block = new_block(blocks, address, 8, 0);

    block->straddles = true;
    block->second = second;
    block->second_version = ir_blocks_version(blocks, second);
    return ir_blocks_add(blocks, block);
}

/* Two blocks that begin at a page's end and go on in the same second page, far away. */
static void test_straddlers(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *x = add_straddler(blocks, 0x1ffc, 0x9000);
    struct ir_block *y = add_straddler(blocks, 0x3ffe, 0x9000);

    CHECK(x && y && ir_blocks_page_has_code(blocks, 0x9000));
    CHECK(ir_blocks_store(blocks, 0x9003, 1, x, true));
    CHECK(!ir_blocks_store(blocks, 0x9004, 1, x, true));
    CHECK(!ir_blocks_store(blocks, 0x2000, 1, x, true));
    ir_blocks_store(blocks, 0x9005, 1, NULL, false); /* y has six bytes there, x four */
    CHECK(ir_blocks_find(blocks, 0x1ffc, 0) == x);
    CHECK(ir_blocks_find(blocks, 0x3ffe, 0) == NULL);
    CHECK(add_straddler(blocks, 0x3ffe, 0x9000) != NULL);
    ir_blocks_store(blocks, 0x1fff, 1, NULL, false);
    CHECK(ir_blocks_find(blocks, 0x1ffc, 0) == NULL);
    CHECK(ir_blocks_find(blocks, 0x3ffe, 0) != NULL);
    ir_blocks_flush(blocks);
    CHECK_EQ(ir_blocks_memory(blocks), 0);
    ir_blocks_free(blocks);
}

static void test_big_store(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);

    for (emu_gpa page = 0; page < 64; page++)
        add(blocks, page * 0x1000 + 0x800, 16, 0);
    ir_blocks_store(blocks, 0x1000, 62 * 0x1000, NULL, false);
    for (emu_gpa page = 0; page < 64; page++)
        CHECK_EQ(ir_blocks_find(blocks, page * 0x1000 + 0x800, 0) != NULL, page == 0 || page == 63);
    ir_blocks_free(blocks);
}

/* A store between reading the bytes and adding the block. */
static void test_overtaken(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *block;

    ir_blocks_protect(blocks, 0x1000);
    block = new_block(blocks, 0x1000, 16, 0);
    ir_blocks_store(blocks, 0x1004, 4, NULL, false);
    CHECK(ir_blocks_add(blocks, block) == NULL);
    CHECK(ir_blocks_find(blocks, 0x1000, 0) == NULL);
    CHECK(add(blocks, 0x1000, 16, 0) != NULL);
    ir_blocks_free(blocks);
}

/* A page that is only written to after a while is one without code; and then stores pass unseen. */
static void test_page_goes_quiet(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *late;

    add(blocks, 0x1000, 16, 0);
    for (int n = 0; n < 1000; n++) /* beside the block */
        ir_blocks_store(blocks, 0x1800, 8, NULL, false);
    CHECK(ir_blocks_page_has_code(blocks, 0x1000));
    ir_blocks_store(blocks, 0x1000, 8, NULL, false);
    CHECK(ir_blocks_page_has_code(blocks, 0x1000));
    late = new_block(blocks, 0x1000, 16, 0);
    for (int n = 0; n < 1000; n++)
        ir_blocks_store(blocks, 0x1000, 8, NULL, false);
    CHECK(!ir_blocks_page_has_code(blocks, 0x1000));
    CHECK(ir_blocks_add(blocks, late) == NULL);
    CHECK(ir_blocks_protect(blocks, 0x1000));
    ir_blocks_free(blocks);
}

static void test_budget(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    size_t one = sizeof(struct ir_block) + 64;

    ir_blocks_set_budget(blocks, 100 * one);
    for (emu_gpa n = 0; n < 1000; n++)
        CHECK(add(blocks, n * 64, 16, 0) != NULL || add(blocks, n * 64, 16, 0) != NULL);
    CHECK(ir_blocks_memory(blocks) <= 201 * one);
    ir_blocks_flush(blocks);
    CHECK_EQ(ir_blocks_memory(blocks), 0);
    CHECK(ir_blocks_find(blocks, 999 * 64, 0) == NULL);
    ir_blocks_free(blocks);
}

/* When the budget is full the older half goes, and with it the marks of pages; of a block of a
 * higher tier as of one half as old. */
static void test_eviction(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    size_t one = sizeof(struct ir_block) + 64;
    struct ir_block *again = new_block(blocks, 0x100000, 16, 0);
    emu_gpa n = 0;

    ir_blocks_set_budget(blocks, 64 * one);
    again->tier = 1;
    for (; n < 10; n++)
        CHECK(add(blocks, n * IR_PAGE_SIZE, 16, 0) != NULL);
    ir_blocks_protect(blocks, 0x100000);
    CHECK(ir_blocks_add(blocks, again) == again);
    for (; ir_blocks_memory(blocks) < 64 * one; n++)
        CHECK(add(blocks, n * IR_PAGE_SIZE, 16, 0) != NULL);
    CHECK_EQ(n, 63);
    CHECK(add(blocks, n * IR_PAGE_SIZE, 16, 0) != NULL);
    CHECK(ir_blocks_memory(blocks) <= 34 * one);
    CHECK(ir_blocks_memory(blocks) >= 24 * one);
    CHECK(ir_blocks_find(blocks, 0, 0) == NULL);
    CHECK(!ir_blocks_page_has_code(blocks, 0));
    for (emu_gpa late = n - 20; late <= n; late++)
        CHECK(ir_blocks_find(blocks, late * IR_PAGE_SIZE, 0) != NULL);
    CHECK(ir_blocks_page_has_code(blocks, n * IR_PAGE_SIZE));
    CHECK(ir_blocks_find(blocks, 0x100000, 0) == again);
    ir_blocks_free(blocks);
}

/* Of a page that keeps some, the rest is known still; a block over its end goes from both. */
static void test_eviction_in_a_page(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    size_t one = sizeof(struct ir_block) + 64;
    struct ir_block *straddler = new_block(blocks, 0x1ffe, 4, 0);

    ir_blocks_set_budget(blocks, 16 * one);
    straddler->straddles = true;
    straddler->second = 0x2000;
    ir_blocks_protect(blocks, 0x1000);
    ir_blocks_protect(blocks, 0x2000);
    CHECK(ir_blocks_add(blocks, straddler) == straddler);
    for (emu_gpa n = 0; n < 16; n++)
        CHECK(add(blocks, 0x2080 + n * 64, 16, 0) != NULL);
    CHECK(ir_blocks_find(blocks, 0x1ffe, 0) == NULL);
    CHECK(ir_blocks_find(blocks, 0x2080, 0) == NULL);
    CHECK(!ir_blocks_page_has_code(blocks, 0x1000));
    CHECK(ir_blocks_find(blocks, 0x2080 + 15 * 64, 0) != NULL);
    ir_blocks_store(blocks, 0x2000, 0x100, NULL, false);
    CHECK(ir_blocks_find(blocks, 0x2080 + 15 * 64, 0) != NULL);
    ir_blocks_store(blocks, 0x2080 + 15 * 64, 1, NULL, false);
    CHECK(ir_blocks_find(blocks, 0x2080 + 15 * 64, 0) == NULL);
    ir_blocks_free(blocks);
}

/* Nothing is freed under an executor that is inside, until it shows itself. */
static void test_epochs(void)
{
    struct ir_blocks *blocks = ir_blocks_new(NULL);
    struct ir_block *block = add(blocks, 0x1000, 16, 3);
    struct ir_epoch inside, outside;

    ir_epoch_register(blocks, &inside);
    ir_epoch_register(blocks, &outside);
    CHECK(ir_epoch_enter(blocks, &inside)); /* the first time there may be anything */
    CHECK(!ir_epoch_enter(blocks, &inside));
    ir_blocks_flush(blocks);
    ir_blocks_flush(blocks);
    CHECK_EQ(atomic_load(&block->mode), IR_MODE_DEAD);
    CHECK_EQ(ir_blocks_memory(blocks), block->memory);
    CHECK(ir_epoch_enter(blocks, &inside));
    ir_blocks_flush(blocks);
    CHECK_EQ(ir_blocks_memory(blocks), 0);
    ir_epoch_leave(&inside);
    ir_epoch_unregister(blocks, &inside);
    ir_epoch_unregister(blocks, &outside);
    ir_blocks_free(blocks);
}

/* ---- many threads on the table ---- */

#define THREADS 4
#define ROUNDS  20000
#define PLACES  256

struct worker {
    pthread_t thread;
    struct ir_blocks *blocks;
    struct ir_epoch epoch;
    unsigned seed, bad, found;
};

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void worker_look(struct worker *w, emu_gpa address)
{
    struct ir_block *block = ir_blocks_find(w->blocks, address, 5);

    if (!block)
        block = add(w->blocks, address, 32, 5);
    if (block) {
        w->found++;
        w->bad += block->address != address || block->size != 32;
    }
}

static void *worker_run(void *opaque)
{
    struct worker *w = opaque;

    for (unsigned n = 0; n < ROUNDS; n++) {
        unsigned r = next_random(&w->seed);
        emu_gpa address = (r % PLACES) * 0x140;

        ir_epoch_enter(w->blocks, &w->epoch);
        if (r / PLACES % 16 == 0)
            ir_blocks_store(w->blocks, address + 4, 4, NULL, false);
        else if (r / PLACES % 2048 == 1)
            ir_blocks_flush(w->blocks);
        else
            worker_look(w, address);
        if (n % 64 == 0)
            ir_epoch_leave(&w->epoch);
    }
    ir_epoch_leave(&w->epoch);
    return NULL;
}

static void test_threads(void)
{
    static struct worker worker[THREADS];
    struct ir_blocks *blocks = ir_blocks_new(NULL);

    ir_blocks_set_budget(blocks, 100 * (sizeof(struct ir_block) + 64));
    for (unsigned n = 0; n < THREADS; n++) {
        worker[n] = (struct worker){.blocks = blocks, .seed = n + 1};
        ir_epoch_register(blocks, &worker[n].epoch);
        if (pthread_create(&worker[n].thread, NULL, worker_run, &worker[n]) != 0)
            exit(1);
    }
    for (unsigned n = 0; n < THREADS; n++)
        pthread_join(worker[n].thread, NULL);
    for (unsigned n = 0; n < THREADS; n++) {
        ir_epoch_unregister(blocks, &worker[n].epoch);
        CHECK_EQ(worker[n].bad, 0);
        CHECK(worker[n].found > ROUNDS / 2);
    }
    ir_blocks_flush(blocks);
    CHECK_EQ(ir_blocks_memory(blocks), 0);
    ir_blocks_free(blocks);
}

/* ---- processors that share code and memory ---- */

#define COUNTER 0x8000

struct runner {
    pthread_t thread;
    struct toy *toy;
    unsigned bad;
};

/* Each adds to its own counter in memory by a loop that all share. */
static void *runner_run(void *opaque)
{
    struct runner *r = opaque;

    for (int n = 0; n < 200; n++) {
        enum ir_status status = toy_run(r->toy, 0x1000);

        r->bad += status != IR_OK || r->toy->env.pc != 0x1018;
    }
    return NULL;
}

static void put_counting(struct toy *toy)
{
    toy_put(toy, 0x1000, TOY_MOVI, 0, 0, 100);
    toy_put(toy, 0x1004, TOY_LD, 1, 5, 0);
    toy_put(toy, 0x1008, TOY_ADDI, 1, 0, 1);
    toy_put(toy, 0x100c, TOY_ST, 1, 5, 0);
    toy_put(toy, 0x1010, TOY_DEC, 0, 0, 0);
    toy_put(toy, 0x1014, TOY_JNZ, 0, 0, -5);
    toy_put(toy, 0x1018, TOY_STOP, 0, 0, 0);
}

static void *flusher_run(void *opaque)
{
    struct ir_blocks *blocks = opaque;

    for (int n = 0; n < 300; n++) {
        ir_blocks_store(blocks, 0x1000 + (unsigned)n % 28, 1, NULL, false);
        if (n % 3 == 0)
            ir_blocks_flush(blocks);
        sched_yield();
    }
    return NULL;
}

static void test_processors(void)
{
    struct runner runner[3] = {0};
    struct toy *first = toy_new(NULL, NULL);
    pthread_t flusher;

    put_counting(first);
    for (unsigned n = 0; n < 3; n++) {
        runner[n].toy = n ? toy_new(first->ram, first->env.blocks) : first;
        runner[n].toy->r[5] = COUNTER + 0x1000 * n;
        if (pthread_create(&runner[n].thread, NULL, runner_run, &runner[n]) != 0)
            exit(1);
    }
    if (pthread_create(&flusher, NULL, flusher_run, first->env.blocks) != 0)
        exit(1);
    pthread_join(flusher, NULL);
    for (unsigned n = 0; n < 3; n++) {
        uint64_t count;

        pthread_join(runner[n].thread, NULL);
        memcpy(&count, first->ram + COUNTER + 0x1000 * n, 8);
        CHECK_EQ(count, 20000);
        CHECK_EQ(runner[n].bad, 0);
    }
    for (unsigned n = 3; n-- > 0;)
        toy_free(runner[n].toy, n == 0);
}

/* One processor runs an instruction that another keeps rewriting: each value seen is one that was
 * written, and the last one is seen in the end. */
struct rewriter {
    struct toy *toy;
    atomic_int done;
};

static void *rewriter_run(void *opaque)
{
    struct rewriter *w = opaque;
    struct toy *toy = w->toy;

    for (int n = 1; n <= 100; n++) {
        uint8_t value = (uint8_t)n;

        toy_guest.store(&toy->env, 0x1003, &value, 1, 0);
        sched_yield();
    }
    atomic_store(&w->done, 1);
    return NULL;
}

static void test_rewriting(void)
{
    struct toy *toy = toy_new(NULL, NULL), *other = toy_new(toy->ram, toy->env.blocks);
    struct rewriter w = {.toy = other};
    uint64_t last = 0;
    pthread_t thread;
    bool done;

    toy_put(toy, 0x1000, TOY_MOVI, 1, 0, 0);
    toy_put(toy, 0x1004, TOY_STOP, 0, 0, 0);
    if (pthread_create(&thread, NULL, rewriter_run, &w) != 0)
        exit(1);
    do {
        done = atomic_load(&w.done);
        CHECK_EQ(toy_run(toy, 0x1000), IR_OK);
        CHECK(toy->r[1] >= last && toy->r[1] <= 100);
        last = toy->r[1];
    } while (!done);
    CHECK_EQ(last, 100);
    pthread_join(thread, NULL);
    toy_free(other, false);
    toy_free(toy, true);
}

/* The executor under a tiny budget: blocks come and go, memory stays bounded. */
static void test_executor_budget(void)
{
    struct toy *toy = toy_new(NULL, NULL);
    size_t most = 0;

    ir_blocks_set_budget(toy->env.blocks, 4096);
    for (unsigned n = 0; n < 2000; n++) {
        uint64_t pc = 0x1000 + n % 500 * 16;

        if (n < 500) {
            toy_put(toy, pc, TOY_ADDI, 1, 0, 1);
            toy_put(toy, pc + 4, TOY_STOP, 0, 0, 0);
        }
        CHECK_EQ(toy_run(toy, pc), IR_OK);
        if (ir_blocks_memory(toy->env.blocks) > most)
            most = ir_blocks_memory(toy->env.blocks);
    }
    CHECK_EQ(toy->r[1], 2000);
    CHECK(most <= 3 * 4096);
    toy_free(toy, true);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"find", test_find},
        {"protect", test_protect},
        {"stores", test_stores},
        {"straddlers", test_straddlers},
        {"big-store", test_big_store},
        {"overtaken", test_overtaken},
        {"page-goes-quiet", test_page_goes_quiet},
        {"budget", test_budget},
        {"eviction", test_eviction},
        {"eviction-in-a-page", test_eviction_in_a_page},
        {"epochs", test_epochs},
        {"threads", test_threads},
        {"processors", test_processors},
        {"rewriting", test_rewriting},
        {"executor-budget", test_executor_budget},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
