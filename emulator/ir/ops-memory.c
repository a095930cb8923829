/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Executor functions of loads, stores and probes: the soft-TLB hit here, all else out of line. */
#include "emulator/ir/address.h"

/* A call of its own that needs no frame: the hot function only jumps to it. */
#define X_SLOW(name, work, size)                                                                   \
    static IR_NOINLINE const struct ir_xinsn *name(struct ir_env *env, const struct ir_xinsn *ip,  \
                                                   uint64_t va)                                    \
    {                                                                                              \
        IR_RESUME(work(env, ip, va, size));                                                        \
    }

/* form: base, index, full. Only full looks at alignment. */
#define X_ACCESS(name, form, slow, size, write, access)                                            \
    IR_X(name##_##form)                                                                            \
    {                                                                                              \
        uint64_t va = ir_address_##form(env, ip);                                                  \
        bool aligned = IR_ADDRESS_##form != IR_ADDRESS_full || !(va & ip->align);                  \
        uint8_t *host;                                                                             \
        if (!ir_tlb_hit(env, va, size, write, &host) || !aligned)                                  \
            return slow(env, ip, va);                                                              \
        access;                                                                                    \
        IR_NEXT;                                                                                   \
    }
enum { IR_ADDRESS_base, IR_ADDRESS_index, IR_ADDRESS_full };
#define X_FORMS(name, slow, size, write, access)                                                   \
    X_ACCESS(name, base, slow, size, write, access)                                                \
    X_ACCESS(name, index, slow, size, write, access)                                               \
    X_ACCESS(name, full, slow, size, write, access)

#define X_SCALAR(w)                                                                                \
    X_SLOW(ld_slow_##w, ir_x_load, (w) / 8)                                                        \
    X_FORMS(x_ld_##w, ld_slow_##w, (w) / 8, false, IR_R(d) = emu_shared_get_##w(host))             \
    X_SLOW(st_slow_##w, ir_x_store, (w) / 8)                                                       \
    X_FORMS(x_st_##w, st_slow_##w, (w) / 8, true, emu_shared_put_##w(host, (uint##w##_t)IR_R(c)))
X_SCALAR(8)
X_SCALAR(16)
X_SCALAR(32)
X_SCALAR(64)

#define X_VECTOR(w)                                                                                \
    X_SLOW(ld_slow_##w, ir_x_load, (w) / 8)                                                        \
    X_FORMS(x_ld_##w, ld_slow_##w, (w) / 8, false,                                                 \
            ir_ram_copy(ir_slot(env, ip->d), host, (w) / 8))                                       \
    X_SLOW(st_slow_##w, ir_x_store, (w) / 8)                                                       \
    X_FORMS(x_st_##w, st_slow_##w, (w) / 8, true, ir_ram_copy(host, ir_slot(env, ip->c), (w) / 8))
X_VECTOR(128)
X_VECTOR(256)

#define X_SIGNED(from, to)                                                                         \
    X_FORMS(x_lds_##from##_##to, lds_slow_##from, (from) / 8, false,                               \
            IR_R(d) = (uint##to##_t)(int##from##_t)emu_shared_get_##from(host))
X_SLOW(lds_slow_8, ir_x_load_signed, 1)
X_SLOW(lds_slow_16, ir_x_load_signed, 2)
X_SLOW(lds_slow_32, ir_x_load_signed, 4)
X_SIGNED(8, 16)
X_SIGNED(8, 32)
X_SIGNED(8, 64)
X_SIGNED(16, 32)
X_SIGNED(16, 64)
X_SIGNED(32, 64)

#define X_PROBE(w)                                                                                 \
    X_SLOW(probe_slow_##w, ir_x_probe, (w) / 8)                                                    \
    X_ACCESS(x_probe_##w, full, probe_slow_##w, (w) / 8, true, (void)host)
X_PROBE(8)
X_PROBE(16)
X_PROBE(32)
X_PROBE(64)
X_PROBE(128)
X_PROBE(256)

#define ROW(name)                                                                                  \
    {                                                                                              \
        name##_base, name##_index, name##_full                                                     \
    }
static ir_x_fn *const ld_table[6][3] = {ROW(x_ld_8),  ROW(x_ld_16),  ROW(x_ld_32),
                                        ROW(x_ld_64), ROW(x_ld_128), ROW(x_ld_256)};
static ir_x_fn *const st_table[6][3] = {ROW(x_st_8),  ROW(x_st_16),  ROW(x_st_32),
                                        ROW(x_st_64), ROW(x_st_128), ROW(x_st_256)};
static ir_x_fn *const lds_table[4][4][3] = {
    {ROW(x_ld_8), ROW(x_lds_8_16), ROW(x_lds_8_32), ROW(x_lds_8_64)},
    {{NULL}, ROW(x_ld_16), ROW(x_lds_16_32), ROW(x_lds_16_64)},
    {{NULL}, {NULL}, ROW(x_ld_32), ROW(x_lds_32_64)},
    {{NULL}, {NULL}, {NULL}, ROW(x_ld_64)},
};
static ir_x_fn *const probe_table[6] = {x_probe_8_full,  x_probe_16_full,  x_probe_32_full,
                                        x_probe_64_full, x_probe_128_full, x_probe_256_full};

ir_x_fn *ir_x_select_memory(const struct ir_insn *i, const struct ir_x_context *context)
{
    if (i->width > IR_256)
        return NULL;
    switch (i->op) {
    case IR_ld:
        return ld_table[i->width][ir_address_form(i)];
    case IR_st:
        return st_table[i->width][ir_address_form(i)];
    case IR_lds:
        return i->width > IR_64 || i->width2 > IR_64
                   ? NULL
                   : lds_table[i->width][i->width2][ir_address_form(i)];
    default:
        return probe_table[i->width];
    }
}
