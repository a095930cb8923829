/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses in three forms, from cheap to full, and the soft-TLB check before an access. */
#ifndef EMU_IR_ADDRESS_H
#define EMU_IR_ADDRESS_H

#include "emulator/ir/xinsn.h"

/* base: no index; index: not cut, not checked for alignment; full: all of it. */
enum ir_address_form { IR_ADDRESS_BASE, IR_ADDRESS_INDEX, IR_ADDRESS_FULL };
static inline enum ir_address_form ir_address_form(const struct ir_insn *i)
{
    if (i->flags & (IR_ADDR32 | IR_ALIGNED))
        return IR_ADDRESS_FULL;
    return i->b == IR_SLOT_ZERO ? IR_ADDRESS_BASE : IR_ADDRESS_INDEX;
}

IR_INLINE uint64_t ir_address_base(struct ir_env *env, const struct ir_xinsn *ip)
{
    return IR_R(a) + (uint64_t)ip->imm;
}

IR_INLINE uint64_t ir_address_index(struct ir_env *env, const struct ir_xinsn *ip)
{
    return IR_R(a) + (IR_R(b) << ip->scale) + (uint64_t)ip->imm;
}

IR_INLINE uint64_t ir_address_full(struct ir_env *env, const struct ir_xinsn *ip)
{
    return ir_address_index(env, ip) << ip->cut >> ip->cut;
}

/* True when an access of size bytes may go straight to *host. */
IR_INLINE bool ir_tlb_hit(struct ir_env *env, uint64_t va, unsigned size, bool write,
                          uint8_t **host)
{
    const struct ir_tlb_entry *entry =
        &env->tlb->entry[va >> IR_PAGE_BITS & ((1u << IR_TLB_BITS) - 1)];
    uint64_t tag = ((va + size - 1) & IR_PAGE_MASK) + env->tlb_generation;

    *host = (uint8_t *)(uintptr_t)(va + entry->addend);
    return IR_LIKELY((write ? entry->write : entry->read) == tag);
}

/*
 * Guest RAM is written by several vcpus and devices without any order that the host language knows;
 * what the guest does about that is its own matter, so the race detector must not look.
 */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IR_NO_RACES 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(IR_NO_RACES)
#define IR_RAM_ACCESS static __attribute__((noinline, unused, no_sanitize("thread")))
#else
#define IR_RAM_ACCESS IR_INLINE
#endif

/* Unaligned is fine; a packed struct makes it one plain access where the host has it. */
#define IR_RAM_FUNCTIONS(w)                                                                        \
    struct ir_ram_##w {                                                                            \
        uint##w##_t value;                                                                         \
    } __attribute__((packed, may_alias));                                                          \
    IR_RAM_ACCESS uint##w##_t ir_ram_get_##w(const void *host)                                     \
    {                                                                                              \
        return ((const volatile struct ir_ram_##w *)host)->value;                                  \
    }                                                                                              \
    IR_RAM_ACCESS void ir_ram_put_##w(void *host, uint##w##_t value)                               \
    {                                                                                              \
        ((volatile struct ir_ram_##w *)host)->value = value;                                       \
    }
IR_RAM_FUNCTIONS(8)
IR_RAM_FUNCTIONS(16)
IR_RAM_FUNCTIONS(32)
IR_RAM_FUNCTIONS(64)
#undef IR_RAM_FUNCTIONS

/* 128 and 256 bits go as 64 bits at a time: each half by itself is whole. */
IR_RAM_ACCESS void ir_ram_copy(void *to, const void *from, unsigned size)
{
    for (unsigned n = 0; n < size; n += 8)
        ir_ram_put_64((uint8_t *)to + n, ir_ram_get_64((const uint8_t *)from + n));
}

#endif
