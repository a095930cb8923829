/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An interpreter of a small stack language whose loop calls each operation through a table: an
 * indirect call and a return for every few instructions, as in many language run-times.
 */
#include "tests/bench/harness.h"

enum { STACK = 16, LOCALS = 4, ITERATIONS = 400000 };

enum op { PUSH, LOAD, STORE, ADD, MULTIPLY, XOR, SHIFT, LESS, JUMP_IF, END, OPS };

struct machine {
    const int32_t *next;
    uint64_t *top;
    uint64_t locals[LOCALS];
    int running;
    uint64_t stack[STACK];
};

static void op_push(struct machine *m)
{
    *++m->top = (uint64_t)*m->next++;
}

static void op_load(struct machine *m)
{
    *++m->top = m->locals[*m->next++];
}

static void op_store(struct machine *m)
{
    m->locals[*m->next++] = *m->top--;
}

static void op_add(struct machine *m)
{
    m->top--;
    m->top[0] += m->top[1];
}

static void op_multiply(struct machine *m)
{
    m->top--;
    m->top[0] *= m->top[1];
}

static void op_xor(struct machine *m)
{
    m->top--;
    m->top[0] ^= m->top[1];
}

static void op_shift(struct machine *m)
{
    *m->top >>= *m->next++;
}

static void op_less(struct machine *m)
{
    m->top--;
    m->top[0] = m->top[0] < m->top[1];
}

/* The operand counts words from its own place. */
static void op_jump_if(struct machine *m)
{
    if (*m->top--)
        m->next += *m->next;
    else
        m->next++;
}

static void op_end(struct machine *m)
{
    m->running = 0;
}

static void (*const operations[OPS])(struct machine *) = {
    [PUSH] = op_push,         [LOAD] = op_load, [STORE] = op_store, [ADD] = op_add,
    [MULTIPLY] = op_multiply, [XOR] = op_xor,   [SHIFT] = op_shift, [LESS] = op_less,
    [JUMP_IF] = op_jump_if,   [END] = op_end,
};

/* do { x = x * 1103515245 + i; y ^= x >> 9; } while (++i < ITERATIONS) with i, x, y in 0, 1, 2. */
static const int32_t program[] = {
    LOAD,  1, PUSH, 1103515245, MULTIPLY, LOAD,       0,    ADD,     STORE, 1,    LOAD, 1,
    SHIFT, 9, LOAD, 2,          XOR,      STORE,      2,    LOAD,    0,     PUSH, 1,    ADD,
    STORE, 0, LOAD, 0,          PUSH,     ITERATIONS, LESS, JUMP_IF, -32,   END,
};

uint64_t unit(void)
{
    struct machine m = {.next = program, .running = 1, .locals = {0, 1, 0, 0}};

    m.top = m.stack;
    while (m.running)
        operations[*m.next++](&m);
    return harness_mix(m.locals[1], m.locals[2]);
}
