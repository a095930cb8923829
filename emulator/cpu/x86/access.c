/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads and stores by linear address: the slow paths of lifted code, and what helpers call. All
 * pages are translated before anything is written. A store into the running block of translated
 * code is put off (IR_ALONE) where an instruction asked for it.
 */
#include "emulator/cpu/x86/mmu.h"

/* ---- accesses ---- */

enum ir_status x86_read_linear(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                               void *out, unsigned size, unsigned flags)
{
    struct x86_piece piece[2];
    unsigned count;
    enum ir_status status = x86_translate(cpu, how, va, size, flags, piece, &count);

    if (status != IR_OK)
        return status;
    if (x86_misaligned(cpu, how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    x86_read_piece(cpu, &piece[0], out);
    if (count == 2)
        x86_read_piece(cpu, &piece[1], (uint8_t *)out + piece[0].size);
    return IR_OK;
}

/* With `alone`, a store into the running block is refused with IR_ALONE. */
static enum ir_status mmu_write(struct x86_cpu *cpu, const struct x86_how *how, emu_gva va,
                                const void *data, unsigned size, unsigned flags, bool alone)
{
    struct x86_piece piece[2];
    unsigned count;
    enum ir_status status = x86_translate(cpu, how, va, size, flags, piece, &count);

    if (status != IR_OK)
        return status;
    if (x86_misaligned(cpu, how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    for (unsigned i = 0; alone && i < count; i++)
        if (x86_hits_block(cpu, &piece[i]))
            return IR_ALONE;
    x86_write_piece(cpu, &piece[0], data);
    if (count == 2)
        x86_write_piece(cpu, &piece[1], (const uint8_t *)data + piece[0].size);
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
    struct x86_piece piece[2];
    unsigned count;
    enum ir_status status = x86_translate(cpu, &how, va, size, access, piece, &count);

    if (status == IR_OK && x86_misaligned(cpu, &how, va, size))
        return x86_raise_error(cpu, X86_AC, 0);
    return status;
}

/* The host address of an access that the current fast table allows, or NULL. */
static uint8_t *mmu_fast(struct x86_cpu *cpu, emu_gva va, unsigned size, bool write)
{
    const struct ir_tlb_entry *entry = &cpu->ir.tlb->entry[ir_tlb_index(va)];
    uint64_t offset = va - (write ? entry->write : entry->read);

    return offset <= IR_PAGE_SIZE - size ? entry->host + offset : NULL;
}

enum ir_status x86_load(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t *value)
{
    const uint8_t *host = mmu_fast(cpu, address, size, false);

    *value = 0;
    if (host == NULL)
        return x86_guest_load(&cpu->ir, address, value, size, 0);
    x86_copy(value, host, size);
    return IR_OK;
}

enum ir_status x86_store(struct x86_cpu *cpu, emu_gva address, unsigned size, uint64_t value)
{
    uint8_t *host = mmu_fast(cpu, address, size, true);

    if (host == NULL)
        return x86_guest_store(&cpu->ir, address, &value, size, 0);
    x86_copy(host, &value, size);
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
        struct x86_piece piece = {.va = va, .size = x86_size_in_page(va, length)};

        status = x86_check_form(cpu, how, va, piece.size, 0);
        if (status == IR_OK)
            status = x86_translate_piece(cpu, how, &piece);
        if (status == IR_OK && how->access == X86_WRITE && x86_hits_block(cpu, &piece))
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
        struct x86_piece piece = {.va = address, .size = x86_size_in_page(address, length)};

        status = x86_translate_piece(cpu, &how, &piece);
        if (status == IR_OK)
            x86_read_piece(cpu, &piece, to);
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
        struct x86_piece piece = {.va = address, .size = x86_size_in_page(address, length)};

        status = x86_translate_piece(cpu, &how, &piece);
        if (status == IR_OK)
            x86_write_piece(cpu, &piece, from);
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
    if (!x86_linear_canonical(cpu, address) || cpu->tlb2->kind == X86_TLB_NEVER)
        return NULL;
    page = x86_page_find(cpu, address, &how, &error);
    if (page == NULL || page->host == NULL || (page->rights & X86_PAGE_WATCHED) ||
        (access == X86_WRITE &&
         (!(page->rights & X86_PAGE_HOST_W) || x86_page_has_code(cpu, page))))
        return NULL;
    x86_tlb_fill(cpu, page, &how);
    return page->host + (address & ~IR_PAGE_MASK);
}
