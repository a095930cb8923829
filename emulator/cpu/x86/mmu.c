/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Access to memory by linear address where the fast tables have no answer: misses, accesses across
 * pages, registers, the local APIC's page, watched pages, and stores to pages that hold translated
 * code. Alignment checks and canonical form (SDM volume 1, 3.3.7.1) are here too.
 */
#include <string.h>

#include "emulator/core/machine.h"
#include "emulator/core/region.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/mmu.h"
#include "emulator/ir/blocks.h"

#define APIC_BASE_X2     (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)

/* ---- privilege ---- */

struct x86_how x86_how_current(const struct x86_cpu *cpu, enum x86_access access)
{
    bool user = cpu->cpl == 3;

    return (struct x86_how){
        .access = access,
        .user = user,
        .smap = !user && (cpu->cr4 & X86_CR4_SMAP) && !(cpu->eflags & X86_FLAG_AC),
        .mask = cpu->ir.mode & X86_MODE_CODE64 ? UINT64_MAX : UINT32_MAX,
    };
}

struct x86_how x86_how_system(const struct x86_cpu *cpu, enum x86_access access)
{
    return (struct x86_how){
        .access = access,
        .smap = cpu->cr4 & X86_CR4_SMAP,
        .mask = cpu->efer & X86_EFER_LMA ? UINT64_MAX : UINT32_MAX,
    };
}

/* ---- translation ---- */

const struct x86_page *x86_page_find(struct x86_cpu *cpu, emu_gva va, const struct x86_how *how,
                                     uint32_t *error)
{
    const struct x86_page *page = x86_tlb2_find(cpu, va);
    struct x86_page walked = {0};

    /* What the TLB forbids, the tables may allow by now. */
    if (page != NULL && x86_page_allows(cpu, page->rights, how) &&
        (how->access != X86_WRITE || (page->rights & X86_PAGE_D)))
        return page;
    if (!x86_walk(cpu, va, how, &walked, error))
        return NULL;
    return x86_tlb2_insert(cpu, &walked);
}

static emu_gpa mmu_physical(const struct x86_page *page, emu_gva va)
{
    return page->physical | (va & ~IR_PAGE_MASK);
}

static bool mmu_canonical(const struct x86_cpu *cpu, emu_gva va)
{
    return !(cpu->efer & X86_EFER_LMA) || (uint64_t)((int64_t)(va << 16) >> 16) == va;
}

/* The part of an access that lies in one page. */
struct mmu_piece {
    emu_gva va;
    unsigned size;
    const struct x86_page *page;
};

static unsigned mmu_size_in_page(emu_gva va, unsigned size)
{
    unsigned room = IR_PAGE_SIZE - (va & ~IR_PAGE_MASK);

    return size < room ? size : room;
}

static enum ir_status mmu_check_form(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                     unsigned size, unsigned flags)
{
    if (!mmu_canonical(cpu, va) || !mmu_canonical(cpu, (va + size - 1) & how->mask))
        return x86_raise_error(cpu, flags & IR_ACCESS_STACK ? X86_STACK : X86_GP, 0);
    if ((flags & IR_ACCESS_ALIGNED) && (va & (size - 1)))
        return x86_raise_error(cpu, X86_GP, 0);
    return IR_OK;
}

static bool mmu_misaligned(const struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                           unsigned size)
{
    return (va & (size - 1)) && how->user && (cpu->eflags & X86_FLAG_AC) && (cpu->cr0 & X86_CR0_AM);
}

static enum ir_status mmu_translate_piece(struct x86_cpu *cpu, const struct x86_how *how,
                                          struct mmu_piece *piece)
{
    uint32_t error = 0;

    piece->page = x86_page_find(cpu, piece->va, how, &error);
    if (piece->page == NULL)
        return x86_raise_page_fault(cpu, piece->va, error);
    x86_tlb_fill(cpu, piece->page, how);
    return IR_OK;
}

/*
 * Translates an access of up to a page in one or two pieces; *count is how many. All of it is
 * checked. Two neighbouring pages are in different sets of the second level, so both stay.
 */
static enum ir_status mmu_translate(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                    unsigned size, unsigned flags, struct mmu_piece piece[2],
                                    unsigned *count)
{
    unsigned first = mmu_size_in_page(va, size);
    enum ir_status status = mmu_check_form(cpu, how, va, size, flags);

    piece[0] = (struct mmu_piece){.va = va, .size = first};
    piece[1] = (struct mmu_piece){.va = (va + first) & how->mask, .size = size - first};
    *count = first < size ? 2 : 1;
    for (unsigned i = 0; i < *count && status == IR_OK; i++)
        status = mmu_translate_piece(cpu, how, &piece[i]);
    return status;
}

/* ---- registers ---- */

static bool mmu_apic_claims(const struct x86_cpu *cpu, emu_gpa address)
{
    uint64_t base;

    if (cpu->apic_ops == NULL)
        return false;
    base = cpu->apic_ops->get_base(cpu->apic);
    return (base & APIC_BASE_ENABLE) && !(base & APIC_BASE_X2) &&
           ((base ^ address) & IR_PAGE_MASK) == 0;
}

static uint64_t mmu_read_bus(struct x86_cpu *cpu, emu_gpa address, unsigned size)
{
    if (mmu_apic_claims(cpu, address))
        return cpu->apic_ops->read(cpu->apic, address & ~IR_PAGE_MASK, size);
    return emu_memory_load(cpu->memory, address, size);
}

static void mmu_write_bus(struct x86_cpu *cpu, emu_gpa address, uint64_t value, unsigned size)
{
    if (mmu_apic_claims(cpu, address))
        cpu->apic_ops->write(cpu->apic, address & ~IR_PAGE_MASK, value, size);
    else
        emu_memory_store(cpu->memory, address, value, size);
}

/* The largest power of 2 up to 8 that is in size. */
static unsigned mmu_bus_size(unsigned size)
{
    return size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1;
}

static void mmu_read_registers(struct x86_cpu *cpu, emu_gpa address, uint8_t *out, unsigned size)
{
    while (size > 0) {
        unsigned part = mmu_bus_size(size);
        uint64_t value = mmu_read_bus(cpu, address, part);

        memcpy(out, &value, part);
        out += part;
        address += part;
        size -= part;
    }
}

static void mmu_write_registers(struct x86_cpu *cpu, emu_gpa address, const uint8_t *data,
                                unsigned size)
{
    while (size > 0) {
        unsigned part = mmu_bus_size(size);
        uint64_t value = 0;

        memcpy(&value, data, part);
        mmu_write_bus(cpu, address, value, part);
        data += part;
        address += part;
        size -= part;
    }
}

/* ---- one piece ---- */

/* As one host access where the guest can tell: other processors must not see halves. */
static void mmu_copy(void *to, const void *from, unsigned size)
{
    switch (size) {
    case 1:
        *(uint8_t *)to = *(const uint8_t *)from;
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    default:
        memcpy(to, from, size);
    }
}

static void mmu_watch(struct x86_cpu *cpu, const struct mmu_piece *piece, bool write)
{
    if (piece->page->rights & X86_PAGE_WATCHED)
        x86_debug_check_access(cpu, piece->va, piece->size, write);
}

static void mmu_read_piece(struct x86_cpu *cpu, const struct mmu_piece *piece, uint8_t *out)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL)
        mmu_copy(out, page->host + (piece->va & ~IR_PAGE_MASK), piece->size);
    else
        mmu_read_registers(cpu, mmu_physical(page, piece->va), out, piece->size);
    mmu_watch(cpu, piece, false);
}

static bool mmu_has_code(struct x86_cpu *cpu, const struct x86_page *page)
{
    return cpu->ir.blocks != NULL && (page->rights & X86_PAGE_HOST_W) &&
           ir_blocks_page_has_code(cpu->ir.blocks, page->physical);
}

/* Would the store change the block that is being executed? */
static bool mmu_hits_block(struct x86_cpu *cpu, const struct mmu_piece *piece)
{
    return cpu->ir.block != NULL && mmu_has_code(cpu, piece->page) &&
           ir_blocks_store(cpu->ir.blocks, mmu_physical(piece->page, piece->va), piece->size,
                           cpu->ir.block, true);
}

/* After a store: blocks translated before it die; those translated after it have seen it. */
static void mmu_stored(struct x86_cpu *cpu, const struct mmu_piece *piece)
{
    if (mmu_has_code(cpu, piece->page))
        ir_blocks_store(cpu->ir.blocks, mmu_physical(piece->page, piece->va), piece->size, NULL,
                        false);
    mmu_watch(cpu, piece, true);
}

static void mmu_write_piece(struct x86_cpu *cpu, const struct mmu_piece *piece, const uint8_t *data)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL && (page->rights & X86_PAGE_HOST_W))
        mmu_copy(page->host + (piece->va & ~IR_PAGE_MASK), data, piece->size);
    else
        mmu_write_registers(cpu, mmu_physical(page, piece->va), data, piece->size);
    mmu_stored(cpu, piece);
}

/* ---- accesses ---- */

enum ir_status x86_read_linear(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                               void *out, unsigned size, unsigned flags)
{
    struct mmu_piece piece[2];
    unsigned count;
    enum ir_status status = mmu_translate(cpu, how, va, size, flags, piece, &count);

    if (status != IR_OK)
        return status;
    if (mmu_misaligned(cpu, how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    mmu_read_piece(cpu, &piece[0], out);
    if (count == 2)
        mmu_read_piece(cpu, &piece[1], (uint8_t *)out + piece[0].size);
    return IR_OK;
}

/* With `alone`, a store into the running block is refused with IR_ALONE. */
static enum ir_status mmu_write(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                const void *data, unsigned size, unsigned flags, bool alone)
{
    struct mmu_piece piece[2];
    unsigned count;
    enum ir_status status = mmu_translate(cpu, how, va, size, flags, piece, &count);

    if (status != IR_OK)
        return status;
    if (mmu_misaligned(cpu, how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    for (unsigned i = 0; alone && i < count; i++)
        if (mmu_hits_block(cpu, &piece[i]))
            return IR_ALONE;
    mmu_write_piece(cpu, &piece[0], data);
    if (count == 2)
        mmu_write_piece(cpu, &piece[1], (const uint8_t *)data + piece[0].size);
    return IR_OK;
}

enum ir_status x86_write_linear(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                const void *data, unsigned size, unsigned flags)
{
    return mmu_write(cpu, how, va, data, size, flags, false);
}

enum ir_status x86_guest_load(struct ir_env *env, uint64_t va, void *value, unsigned size,
                              unsigned access)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_READ);

    return x86_read_linear(cpu, &how, va, value, size, access);
}

enum ir_status x86_guest_store(struct ir_env *env, uint64_t va, const void *value, unsigned size,
                               unsigned access)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_WRITE);

    return mmu_write(cpu, &how, va, value, size, access, true);
}

enum ir_status x86_guest_probe(struct ir_env *env, uint64_t va, unsigned size, unsigned access)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_WRITE);
    struct mmu_piece piece[2];
    unsigned count;
    enum ir_status status = mmu_translate(cpu, &how, va, size, access, piece, &count);

    if (status == IR_OK && mmu_misaligned(cpu, &how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    return status;
}

/* The host address of an access that the current fast table allows, or NULL. */
static uint8_t *mmu_fast(struct x86_cpu *cpu, emu_gva va, unsigned size, bool write)
{
    const struct ir_tlb_entry *entry =
        &cpu->ir.tlb->entry[va >> IR_PAGE_BITS & ((1u << IR_TLB_BITS) - 1)];
    uint64_t tag = ((va + size - 1) & IR_PAGE_MASK) + cpu->ir.tlb_generation;

    return tag == (write ? entry->write : entry->read) ? (uint8_t *)(va + entry->addend) : NULL;
}

enum ir_status x86_load(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t *value)
{
    const uint8_t *host = mmu_fast(cpu, address, size, false);

    *value = 0;
    if (host == NULL)
        return x86_guest_load(&cpu->ir, address, value, size, 0);
    mmu_copy(value, host, size);
    return IR_OK;
}

enum ir_status x86_store(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t value)
{
    uint8_t *host = mmu_fast(cpu, address, size, true);

    if (host == NULL)
        return x86_guest_store(&cpu->ir, address, &value, size, 0);
    mmu_copy(host, &value, size);
    return IR_OK;
}

enum ir_status x86_load_system(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t *value)
{
    struct x86_how how = x86_how_system(cpu, X86_READ);

    *value = 0;
    return x86_read_linear(cpu, &how, address & how.mask, value, size, 0);
}

enum ir_status x86_store_system(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t value)
{
    struct x86_how how = x86_how_system(cpu, X86_WRITE);

    return x86_write_linear(cpu, &how, address & how.mask, &value, size, 0);
}

/* ---- any length ---- */

static enum ir_status mmu_check_bytes(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                      unsigned length)
{
    enum ir_status status = IR_OK;

    while (length > 0 && status == IR_OK) {
        struct mmu_piece piece = {.va = va, .size = mmu_size_in_page(va, length)};

        status = mmu_check_form(cpu, how, va, piece.size, 0);
        if (status == IR_OK)
            status = mmu_translate_piece(cpu, how, &piece);
        if (status == IR_OK && how->access == X86_WRITE && mmu_hits_block(cpu, &piece))
            status = IR_ALONE;
        va = (va + piece.size) & how->mask;
        length -= piece.size;
    }
    return status;
}

enum ir_status x86_load_bytes(struct x86_cpu *cpu, emu_gva address, void *out, unsigned length)
{
    struct x86_how how = x86_how_current(cpu, X86_READ);
    enum ir_status status = mmu_check_bytes(cpu, &how, address, length);
    uint8_t *to = out;

    while (length > 0 && status == IR_OK) {
        struct mmu_piece piece = {.va = address, .size = mmu_size_in_page(address, length)};

        status = mmu_translate_piece(cpu, &how, &piece);
        if (status == IR_OK)
            mmu_read_piece(cpu, &piece, to);
        to += piece.size;
        address = (address + piece.size) & how.mask;
        length -= piece.size;
    }
    return status;
}

enum ir_status x86_store_bytes(struct x86_cpu *cpu, emu_gva address, const void *data,
                               unsigned length)
{
    struct x86_how how = x86_how_current(cpu, X86_WRITE);
    enum ir_status status = mmu_check_bytes(cpu, &how, address, length);
    const uint8_t *from = data;

    while (length > 0 && status == IR_OK) {
        struct mmu_piece piece = {.va = address, .size = mmu_size_in_page(address, length)};

        status = mmu_translate_piece(cpu, &how, &piece);
        if (status == IR_OK)
            mmu_write_piece(cpu, &piece, from);
        from += piece.size;
        address = (address + piece.size) & how.mask;
        length -= piece.size;
    }
    return status;
}

void *x86_host_page(struct x86_cpu *cpu, emu_gva address, enum x86_access access)
{
    struct x86_how how = x86_how_current(cpu, access);
    const struct x86_page *page;
    uint32_t error;

    if (access != X86_FETCH) {
        uint8_t *host = mmu_fast(cpu, address, 1, access == X86_WRITE);

        if (host != NULL)
            return host;
    }
    if (!mmu_canonical(cpu, address) || cpu->ir.tlb == &cpu->tlbs[X86_TLB_NEVER])
        return NULL;
    page = x86_page_find(cpu, address, &how, &error);
    if (page == NULL || page->host == NULL || (page->rights & X86_PAGE_WATCHED) ||
        (access == X86_WRITE && (!(page->rights & X86_PAGE_HOST_W) || mmu_has_code(cpu, page))))
        return NULL;
    x86_tlb_fill(cpu, page, &how);
    return page->host + (address & ~IR_PAGE_MASK);
}

/* ---- read-modify-write ---- */

/*
 * Locked operations on registers or across pages cannot be one host operation; they take turns by
 * one lock for the whole machine.
 */
static pthread_mutex_t *mmu_split_lock(struct x86_cpu *cpu)
{
    if (cpu->vcpu != NULL && cpu->vcpu->machine != NULL) {
        struct x86_cpu *first = cpu->vcpu->machine->vcpus[0].arch;

        return &first->tlb2->split_lock;
    }
    return &cpu->tlb2->split_lock;
}

static enum ir_status mmu_rmw_bounce(struct x86_cpu *cpu, struct x86_rmw *rmw,
                                     const struct mmu_piece piece[2], unsigned count, bool locked)
{
    rmw->bounced = true;
    rmw->locked = locked;
    if (locked)
        pthread_mutex_lock(mmu_split_lock(cpu));
    mmu_read_piece(cpu, &piece[0], rmw->bounce);
    if (count == 2)
        mmu_read_piece(cpu, &piece[1], rmw->bounce + piece[0].size);
    return IR_OK;
}

static void mmu_rmw_note(struct x86_rmw *rmw, const struct mmu_piece piece[2], unsigned count)
{
    memset(rmw->page, 0, sizeof(rmw->page));
    rmw->bounced = false;
    rmw->locked = false;
    for (unsigned i = 0; i < count; i++) {
        rmw->page[i] = piece[i].page;
        rmw->va[i] = piece[i].va;
        rmw->size[i] = piece[i].size;
    }
}

enum ir_status x86_guest_rmw_begin(struct ir_env *env, uint64_t va, unsigned size, unsigned access,
                                   void **host)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_WRITE);
    struct x86_rmw *rmw = &cpu->tlb2->rmw;
    struct mmu_piece piece[2];
    unsigned count;
    enum ir_status status = mmu_translate(cpu, &how, va, size, access, piece, &count);

    if (status != IR_OK)
        return status;
    if (mmu_misaligned(cpu, &how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    for (unsigned i = 0; i < count; i++)
        if (mmu_hits_block(cpu, &piece[i]))
            return IR_ALONE;
    mmu_rmw_note(rmw, piece, count);
    if (count == 1 && (piece[0].page->rights & X86_PAGE_HOST_W)) {
        *host = piece[0].page->host + (va & ~IR_PAGE_MASK);
        return IR_OK;
    }
    *host = rmw->bounce;
    return mmu_rmw_bounce(cpu, rmw, piece, count, access & IR_ACCESS_LOCKED);
}

void x86_guest_rmw_end(struct ir_env *env)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_rmw *rmw = &cpu->tlb2->rmw;
    const uint8_t *data = rmw->bounce;

    for (unsigned i = 0; i < 2 && rmw->page[i] != NULL; i++) {
        struct mmu_piece piece = {rmw->va[i], rmw->size[i], rmw->page[i]};

        if (rmw->bounced)
            mmu_write_piece(cpu, &piece, data);
        else
            mmu_stored(cpu, &piece);
        data += piece.size;
    }
    if (rmw->locked)
        pthread_mutex_unlock(mmu_split_lock(cpu));
}

/* ---- code ---- */

static emu_gva mmu_code_linear(const struct x86_cpu *cpu)
{
    if (cpu->ir.mode & X86_MODE_CODE64)
        return cpu->ir.pc;
    return (uint32_t)(cpu->seg[X86_CS].base + cpu->ir.pc);
}

static unsigned mmu_fetch_piece(struct x86_cpu *cpu, const struct mmu_piece *piece, uint8_t *out)
{
    const struct x86_page *page = piece->page;

    if (page->host != NULL)
        memcpy(out, page->host + (piece->va & ~IR_PAGE_MASK), piece->size);
    else
        for (unsigned i = 0; i < piece->size; i++)
            out[i] = (uint8_t)mmu_read_bus(cpu, mmu_physical(page, piece->va) + i, 1);
    return piece->size;
}

enum ir_status x86_fetch(struct x86_cpu *cpu, emu_gva address, uint8_t *out, unsigned length,
                         unsigned *got)
{
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    uint32_t error = 0;

    *got = 0;
    while (*got < length) {
        struct mmu_piece piece = {.va = (address + *got) & how.mask};

        if (!mmu_canonical(cpu, piece.va))
            break;
        piece.size = mmu_size_in_page(piece.va, length - *got);
        piece.page = x86_page_find(cpu, piece.va, &how, &error);
        if (piece.page == NULL)
            break;
        *got += mmu_fetch_piece(cpu, &piece, out + *got);
    }
    return *got > 0 || length == 0 ? IR_OK : x86_fetch_fault(cpu, address);
}

enum ir_status x86_fetch_fault(struct x86_cpu *cpu, emu_gva address)
{
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    uint32_t error = 0;

    address &= how.mask;
    if (!mmu_canonical(cpu, address))
        return x86_raise_error(cpu, X86_GP, 0);
    if (x86_page_find(cpu, address, &how, &error) == NULL)
        return x86_raise_page_fault(cpu, address, error);
    return IR_OK;
}

struct mmu_drop {
    struct x86_cpu *cpu;
    const uint8_t *host;
};

static void mmu_drop_writes_everywhere(void *opaque)
{
    const struct mmu_drop *drop = opaque;
    struct emu_machine *machine = drop->cpu->vcpu->machine;

    for (unsigned i = 0; i < machine->vcpu_count; i++)
        x86_tlb_drop_writes(machine->vcpus[i].arch, drop->host);
}

/* From now on stores to the page come to us. */
static void mmu_protect(struct x86_cpu *cpu, const struct x86_page *page)
{
    struct mmu_drop drop = {cpu, page->host};
    struct emu_vcpu *vcpu = cpu->vcpu;

    if (ir_blocks_page_has_code(cpu->ir.blocks, page->physical) ||
        !ir_blocks_protect(cpu->ir.blocks, page->physical))
        return;
    if (vcpu == NULL || vcpu->machine == NULL || vcpu->machine->vcpu_count < 2)
        x86_tlb_drop_writes(cpu, page->host);
    else
        emu_machine_run_exclusive(vcpu->machine, vcpu, mmu_drop_writes_everywhere, &drop);
}

bool x86_guest_code_address(struct ir_env *env, emu_gpa *out)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_how how = x86_how_current(cpu, X86_FETCH);
    emu_gva va = mmu_code_linear(cpu);
    const struct x86_page *page;
    uint32_t error;

    if (!mmu_canonical(cpu, va))
        return false;
    page = x86_page_find(cpu, va, &how, &error);
    if (page == NULL || page->host == NULL)
        return false;
    mmu_protect(cpu, page);
    x86_tlb_note_code(cpu, va);
    *out = mmu_physical(page, va);
    return true;
}
