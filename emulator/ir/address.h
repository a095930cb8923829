/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses in three forms, from cheap to full, and the soft-TLB check before an access. */
#ifndef EMU_IR_ADDRESS_H
#define EMU_IR_ADDRESS_H

#include "emulator/ir/xinsn.h"
#include "emulator/util/shared-memory.h"

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
    const struct ir_tlb_entry *entry = &env->tlb->entry[ir_tlb_index(va)];
    uint64_t offset = va - (write ? entry->write : entry->read);

    /* As a number: the sum is no address at all without a hit. */
    *host = (uint8_t *)((uintptr_t)entry->host + offset);
    return IR_LIKELY(offset <= IR_PAGE_SIZE - size);
}

/* 128 and 256 bits go as 64 bits at a time: each half by itself is whole. */
EMU_SHARED_ACCESS void ir_ram_copy(void *to, const void *from, unsigned size)
{
    for (unsigned n = 0; n < size; n += 8)
        emu_shared_put_64((uint8_t *)to + n, emu_shared_get_64((const uint8_t *)from + n));
}

#endif
