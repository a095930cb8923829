/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast the executor is: ns for each guest instruction and each IR op of a few loops. Not a
 * test; run it by hand: bench-ir [seconds].
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/ir/toy.h"

static struct toy *toy;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put_arithmetic(void)
{
    toy_put(toy, 0x1000, TOY_ADDI, 1, 0, 3);
    toy_put(toy, 0x1004, TOY_ADD, 2, 1, 0);
    toy_put(toy, 0x1008, TOY_SHL, 3, 0, 1);
    toy_put(toy, 0x100c, TOY_ADD, 4, 2, 0);
    toy_put(toy, 0x1010, TOY_ADDI, 5, 0, -1);
    toy_put(toy, 0x1014, TOY_DEC, 0, 0, 0);
    toy_put(toy, 0x1018, TOY_JNZ, 0, 0, -7);
    toy_put(toy, 0x101c, TOY_STOP, 0, 0, 0);
}

static void put_memory(void)
{
    toy->r[5] = 0x8000;
    toy_put(toy, 0x1000, TOY_LD, 1, 5, 0);
    toy_put(toy, 0x1004, TOY_ADDI, 1, 0, 3);
    toy_put(toy, 0x1008, TOY_ST, 1, 5, 0);
    toy_put(toy, 0x100c, TOY_LD, 2, 5, 64);
    toy_put(toy, 0x1010, TOY_ST, 2, 5, 72);
    toy_put(toy, 0x1014, TOY_DEC, 0, 0, 0);
    toy_put(toy, 0x1018, TOY_JNZ, 0, 0, -7);
    toy_put(toy, 0x101c, TOY_STOP, 0, 0, 0);
}

/* Short blocks: a third of all instructions are jumps. */
static void put_jumps(void)
{
    toy_put(toy, 0x1000, TOY_ADDI, 1, 0, 3);
    toy_put(toy, 0x1004, TOY_JMP, 0, 0, 2);
    toy_put(toy, 0x1010, TOY_ADDI, 1, 0, 3);
    toy_put(toy, 0x1014, TOY_JMP, 0, 0, 2);
    toy_put(toy, 0x1020, TOY_DEC, 0, 0, 0);
    toy_put(toy, 0x1024, TOY_JNZ, 0, 0, -10);
    toy_put(toy, 0x1028, TOY_STOP, 0, 0, 0);
}

static void measure(const char *name, void (*put)(void), double seconds)
{
    double begin, spent;

    put();
    toy->env.instructions = 0;
    begin = now();
    do {
        toy->r[0] = 1000000;
        toy_run(toy, 0x1000);
        spent = now() - begin;
    } while (spent < seconds);
    printf("%-12s %6.2f ns an instruction, %7.1f million a second\n", name,
           spent * 1e9 / (double)toy->env.instructions,
           (double)toy->env.instructions / spent / 1e6);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 0.5;

    toy = toy_new(NULL, NULL);
    measure("arithmetic", put_arithmetic, seconds);
    measure("memory", put_memory, seconds);
    measure("jumps", put_jumps, seconds);
    toy_free(toy, true);
    return 0;
}
