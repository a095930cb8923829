/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Executes single instructions on the host itself, with all registers given, in 64-bit code or in
 * 32-bit code of a 64-bit process (compatibility mode). x86-64 Linux hosts only; one at a time.
 */
#ifndef LATHE_TESTS_CPU_NATIVE_H
#define LATHE_TESTS_CPU_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

struct native_state {
    uint64_t gpr[16]; /* as the machine numbers them; 32-bit code: eight, low halves */
    uint64_t flags;
};

struct native {
    bool code32;
    uint8_t *code;              /* executable, below 4 GiB */
    struct native_state *state; /* read by the code, then written */
};

/* False: this host cannot do it. */
bool native_init(struct native *native, bool code32);
void native_finish(struct native *native);

/* Executes bytes with *state, which it then writes. rSP is the guest's own only in 32-bit code.
 * False: it faulted, and *state is as before. */
bool native_run(struct native *native, struct native_state *state, const uint8_t *bytes,
                unsigned length);

#endif
