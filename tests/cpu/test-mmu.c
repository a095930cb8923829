/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paging in all formats, rights and error codes, accessed and dirty bits, the TLB, slow paths. */
#include "emulator/ir/blocks.h"
#include "tests/cpu/rig.h"

#define VA   0x400000ull /* where tests map their page */
#define PAGE 0x300000ull /* and the RAM behind it */

static struct rig *rig_in(enum rig_mode mode)
{
    struct rig *rig = rig_new();

    rig_set_mode(rig, mode);
    if (mode >= RIG_PAGING32)
        rig_map_low(rig);
    return rig;
}

static enum ir_status touch(struct rig *rig, emu_gva va, enum x86_access access)
{
    uint64_t value = 0;
    uint8_t code[1];
    unsigned got;

    if (access == X86_FETCH)
        return x86_fetch(rig->cpu, va, code, 1, &got);
    return access == X86_READ ? x86_load(rig->cpu, va, 1, &value) : x86_store(rig->cpu, va, 1, 0);
}

/* ---- formats ---- */

static void check_maps(enum rig_mode mode, uint64_t entry, int level, emu_gva va, emu_gpa expected)
{
    struct rig *rig = rig_in(mode);
    emu_gpa found = 0;
    uint64_t value;

    rig_map(rig, va, entry | PTE_P | PTE_W, level);
    CHECK(x86_translate_quietly(rig->cpu, va, &found));
    CHECK_EQ(found, expected);
    if (expected < RIG_RAM_SIZE) {
        rig_write(rig, expected, 4, 0x12345678);
        CHECK_EQ(x86_load(rig->cpu, va, 4, &value), IR_OK);
        CHECK_EQ(value, 0x12345678);
        CHECK_EQ(x86_store(rig->cpu, va, 4, 0x9abcdef0), IR_OK);
        CHECK_EQ(rig_read(rig, expected, 4), 0x9abcdef0);
    }
    rig_free(rig);
}

static void test_formats(void)
{
    check_maps(RIG_PAGING32, PAGE, 1, VA + 0x123, PAGE + 0x123);
    check_maps(RIG_PAGING32, 0x800000 | PTE_PS, 2, 0xc0345678, 0xb45678);
    check_maps(RIG_PAGING32, 0x800000 | PTE_PS | 0xffull << 13, 2, 0xc0345678, 0xff00b45678);
    check_maps(RIG_PAE, PAGE, 1, VA + 0x123, PAGE + 0x123);
    check_maps(RIG_PAE, 0x800000 | PTE_PS, 2, 0xc0345678, 0x945678);
    check_maps(RIG_PAE, 0xff12345000, 1, 0xffffffff, 0xff12345fff);
    check_maps(RIG_LONG, PAGE, 1, 0xffff800000000123, PAGE + 0x123);
    check_maps(RIG_LONG, 0x800000 | PTE_PS, 2, 0x7ffffffffff0, 0x9ffff0);
    check_maps(RIG_LONG, PTE_PS, 3, 0x7fc0abcdef, 0xabcdef);
    check_maps(RIG_LONG, 0x8000000000 | PTE_PS, 3, 0xffffffffffffffff, 0x803fffffff);
}

static void test_no_paging(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    uint64_t value;

    rig_set_cpl(rig, 3);
    rig_write(rig, 0x5000, 8, 0x1122334455667788);
    CHECK_EQ(x86_load(rig->cpu, 0x5000, 8, &value), IR_OK);
    CHECK_EQ(value, 0x1122334455667788);
    CHECK_EQ(touch(rig, 0x5000, X86_FETCH), IR_OK);
    CHECK_EQ(x86_load(rig->cpu, 0x80000000, 4, &value), IR_OK);
    CHECK_EQ(value, 0xffffffff);
    rig_free(rig);
}

/* ---- rights ---- */

struct rights_case {
    uint64_t pte;
    bool user, wp, smep, smap, ac;
    enum x86_access access;
};

/* The SDM's rules once more, in another shape than in walk.c. */
static bool rights_expected(const struct rights_case *c)
{
    bool w = c->pte & PTE_W, u = c->pte & PTE_U, nx = c->pte & PTE_NX;

    switch (c->access) {
    case X86_READ:
        return c->user ? u : !u || !c->smap || c->ac;
    case X86_WRITE:
        if (c->user)
            return u && w;
        if (u && c->smap && !c->ac)
            return false;
        return w || !c->wp;
    default:
        if (nx)
            return false;
        return c->user ? u : !u || !c->smep;
    }
}

static void check_rights(struct rig *rig, emu_gpa at, const struct rights_case *c)
{
    struct x86_cpu *cpu = rig->cpu;
    uint32_t error = PTE_P | (c->access == X86_WRITE ? 2 : 0) | (c->user ? 4 : 0) |
                     (c->access == X86_FETCH ? 16 : 0);

    rig_write(rig, at, 8, PAGE | c->pte);
    cpu->cr0 = (cpu->cr0 & ~(uint64_t)X86_CR0_WP) | (c->wp ? X86_CR0_WP : 0);
    cpu->cr4 = X86_CR4_PAE | (c->smep ? X86_CR4_SMEP : 0) | (c->smap ? X86_CR4_SMAP : 0);
    cpu->eflags = 2 | (c->ac ? X86_FLAG_AC : 0);
    x86_tlb_flush_all(cpu, true);
    rig_set_cpl(rig, c->user ? 3 : 0);
    if (rights_expected(c)) {
        CHECK_EQ(touch(rig, VA, c->access), IR_OK);
        CHECK_EQ(rig_read(rig, at, 8),
                 PAGE | c->pte | PTE_A | (c->access == X86_WRITE ? PTE_D : 0));
    } else {
        CHECK_PAGE_FAULT(rig, touch(rig, VA, c->access), VA, error);
        CHECK_EQ(rig_read(rig, at, 8), PAGE | c->pte);
    }
}

static void test_rights(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at = rig_map(rig, VA, PAGE, 1);

    for (unsigned bits = 0; bits < 256; bits++)
        for (unsigned access = X86_READ; access <= X86_FETCH; access++)
            check_rights(rig, at,
                         &(struct rights_case){.pte = PTE_P | (bits & 1 ? PTE_W : 0) |
                                                      (bits & 2 ? PTE_U : 0) |
                                                      (bits & 4 ? PTE_NX : 0),
                                               .user = bits & 8,
                                               .wp = bits & 16,
                                               .smep = bits & 32,
                                               .smap = bits & 64,
                                               .ac = bits & 128,
                                               .access = (enum x86_access)access});
    rig_free(rig);
}

static void test_upper_levels(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at = rig_map(rig, VA, PAGE | PTE_P | PTE_W | PTE_U, 1);
    emu_gpa pde = rig_read(rig, rig_read(rig, RIG_TABLES, 8) & ~0xfffull, 8) & ~0xfffull;

    CHECK_EQ(touch(rig, VA, X86_READ), IR_OK);
    CHECK_EQ(rig_read(rig, pde + 16, 8) & 0xfff, PTE_P | PTE_W | PTE_U | PTE_A);
    CHECK_EQ(rig_read(rig, at, 8) & 0xfff, PTE_P | PTE_W | PTE_U | PTE_A);
    rig_write(rig, pde + 16, 8, rig_read(rig, pde + 16, 8) & ~PTE_W);
    x86_tlb_flush_page(rig->cpu, VA);
    rig_set_cpl(rig, 3);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_WRITE), VA, 7);
    rig_write(rig, pde + 16, 8, (rig_read(rig, pde + 16, 8) & ~PTE_U) | PTE_NX);
    x86_tlb_flush_page(rig->cpu, VA);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_READ), VA, 5);
    rig_set_cpl(rig, 0);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_FETCH), VA, 0x11);
    rig_free(rig);
}

static void test_implicit(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    uint64_t value;

    rig_map(rig, VA, PAGE | PTE_P | PTE_W | PTE_U, 1);
    rig->cpu->cr4 |= X86_CR4_SMAP;
    rig->cpu->eflags |= X86_FLAG_AC;
    x86_tlb_flush_all(rig->cpu, true);
    rig_set_cpl(rig, 0);
    CHECK_EQ(touch(rig, VA, X86_READ), IR_OK);
    CHECK_PAGE_FAULT(rig, x86_load_system(rig->cpu, VA, 8, &value), VA, 1);
    rig_set_cpl(rig, 3);
    CHECK_EQ(x86_load_system(rig->cpu, 0x2000, 8, &value), IR_OK);
    CHECK_PAGE_FAULT(rig, x86_store_system(rig->cpu, VA, 8, 0), VA, 3);
    rig_free(rig);
}

static void test_protection_keys(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t key = 5;

    rig_map(rig, VA, PAGE | PTE_P | PTE_W | PTE_U | key << 59, 1);
    cpu->cr4 |= X86_CR4_PKE;
    rig_set_cpl(rig, 3);
    CHECK_EQ(touch(rig, VA, X86_WRITE), IR_OK);
    cpu->pkru = 2u << 10; /* no writes */
    x86_tlb_rights_changed(cpu);
    CHECK_EQ(touch(rig, VA, X86_READ), IR_OK);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_WRITE), VA, 0x27);
    cpu->pkru = 1u << 10; /* nothing */
    x86_tlb_rights_changed(cpu);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_READ), VA, 0x25);
    CHECK_EQ(touch(rig, VA, X86_FETCH), IR_OK);
    rig_set_cpl(rig, 0);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_READ), VA, 0x21);
    cpu->pkru = 2u << 10;
    x86_tlb_rights_changed(cpu);
    CHECK_EQ(touch(rig, VA, X86_WRITE), IR_OK); /* CR0.WP is clear */
    cpu->cr0 |= X86_CR0_WP;
    x86_tlb_rights_changed(cpu);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_WRITE), VA, 0x23);
    rig_free(rig);
}

/* ---- reserved bits and absent entries ---- */

static void check_reserved(enum rig_mode mode, uint64_t entry, int level, bool reserved)
{
    struct rig *rig = rig_in(mode);

    rig->cpu->efer &= ~(uint64_t)X86_EFER_NXE;
    rig_map(rig, VA, entry | PTE_P | PTE_W, level);
    if (reserved)
        CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_WRITE), VA, 0xb);
    else
        CHECK_EQ(touch(rig, VA, X86_WRITE), IR_OK);
    rig_free(rig);
}

static void test_reserved(void)
{
    for (unsigned bit = 40; bit < 52; bit++)
        check_reserved(RIG_LONG, 1ull << bit, 1, true);
    for (unsigned bit = 52; bit < 63; bit++)
        check_reserved(RIG_LONG, 1ull << bit, 1, false);
    for (unsigned bit = 40; bit < 64; bit++)
        check_reserved(RIG_PAE, 1ull << bit, 1, true);
    check_reserved(RIG_LONG, PTE_NX, 1, true);
    for (unsigned bit = 13; bit < 21; bit++) {
        check_reserved(RIG_LONG, PTE_PS | 1ull << bit, 2, true);
        check_reserved(RIG_PAE, PTE_PS | 1ull << bit, 2, true);
    }
    check_reserved(RIG_LONG, PTE_PS | 0x1000, 2, false); /* PAT */
    check_reserved(RIG_PAGING32, PTE_PS | 1ull << 21, 2, true);
    check_reserved(RIG_PAGING32, PTE_PS | 0x1000, 2, false);
}

static void test_reserved_upper(void)
{
    struct rig *rig = rig_in(RIG_LONG);

    rig_write(rig, RIG_TABLES, 8, rig_read(rig, RIG_TABLES, 8) | PTE_PS);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_READ), VA, 9);
    rig_write(rig, RIG_TABLES, 8, rig_read(rig, RIG_TABLES, 8) & ~PTE_PS);
    rig_map(rig, 1ull << 30, 1ull << 29 | PTE_PS | PTE_P, 3);
    CHECK_PAGE_FAULT(rig, touch(rig, 1ull << 30, X86_READ), 1ull << 30, 9);
    rig_free(rig);
}

static void test_absent(void)
{
    struct rig *rig = rig_in(RIG_LONG);

    CHECK_PAGE_FAULT(rig, touch(rig, VA + 5, X86_READ), VA + 5, 0);
    CHECK_PAGE_FAULT(rig, touch(rig, VA + 5, X86_WRITE), VA + 5, 2);
    CHECK_PAGE_FAULT(rig, touch(rig, VA + 5, X86_FETCH), VA + 5, 0x10);
    rig->cpu->efer &= ~(uint64_t)X86_EFER_NXE; /* and no SMEP: no I/D bit */
    CHECK_PAGE_FAULT(rig, touch(rig, VA + 5, X86_FETCH), VA + 5, 0);
    rig_set_cpl(rig, 3);
    CHECK_PAGE_FAULT(rig, touch(rig, VA + 5, X86_WRITE), VA + 5, 6);
    /* Tables where nothing is read as ones: present, with reserved bits. */
    rig->cpu->cr3 = 0xe0000000;
    x86_tlb_set_cr3(rig->cpu, false);
    CHECK_PAGE_FAULT(rig, touch(rig, VA, X86_READ), VA, 0xd);
    rig_free(rig);
}

static void test_pdptes(void)
{
    struct rig *rig = rig_in(RIG_PAE);

    CHECK_PAGE_FAULT(rig, touch(rig, 0x40000000, X86_READ), 0x40000000, 0);
    rig_write(rig, RIG_TABLES + 8, 8, 0x105000 | PTE_P | PTE_W);
    CHECK_FAULT(rig, x86_load_pdptes(rig->cpu, RIG_TABLES), X86_GP, 0);
    CHECK_EQ(rig->cpu->pdpte[1], 0);
    rig_write(rig, RIG_TABLES + 8, 8, 1ull << 40 | PTE_P);
    CHECK_FAULT(rig, x86_load_pdptes(rig->cpu, RIG_TABLES), X86_GP, 0);
    rig_write(rig, RIG_TABLES + 8, 8, 1ull << 40); /* not present: anything goes */
    CHECK_EQ(x86_load_pdptes(rig->cpu, RIG_TABLES), IR_OK);
    rig_write(rig, RIG_TABLES + 0x20, 8, 0x105000 | PTE_P); /* CR3 counts in 32 bytes */
    CHECK_EQ(x86_load_pdptes(rig->cpu, RIG_TABLES + 0x20), IR_OK);
    CHECK_EQ(rig->cpu->pdpte[0], 0x105000 | PTE_P);
    rig_free(rig);
}

/* ---- form and size of accesses ---- */

static void test_canonical(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct ir_env *env = &rig->cpu->ir;
    uint64_t value;

    CHECK_FAULT(rig, x86_guest_load(env, 0x800000000000, &value, 8, 0), X86_GP, 0);
    CHECK_FAULT(rig, x86_guest_load(env, 0xffff7fffffffffff, &value, 1, 0), X86_GP, 0);
    CHECK_FAULT(rig, x86_guest_store(env, 0x800000000000, &value, 8, IR_ACCESS_STACK), X86_STACK,
                0);
    CHECK_FAULT(rig, x86_guest_load(env, 0x7ffffffffffc, &value, 8, 0), X86_GP, 0);
    CHECK_PAGE_FAULT(rig, x86_guest_load(env, 0x7ffffffffffc, &value, 4, 0), 0x7ffffffffffc, 0);
    CHECK_FAULT(rig, x86_fetch_fault(rig->cpu, 0x800000000000), X86_GP, 0);
    CHECK(x86_translate_quietly(rig->cpu, 0x1000, &value));
    CHECK(!x86_translate_quietly(rig->cpu, 0x1000000001000, &value));
    CHECK(!rig->cpu->exception_pending);
    rig_free(rig);
}

static void test_crossing(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct ir_env *env = &rig->cpu->ir;
    uint64_t value = 0x1122334455667788;

    rig_map(rig, VA, PAGE | PTE_P | PTE_W, 1);
    CHECK_PAGE_FAULT(rig, x86_guest_store(env, VA + 0xffc, &value, 8, 0), VA + 0x1000, 2);
    CHECK_EQ(rig_read(rig, PAGE + 0xffc, 4), 0);
    CHECK_PAGE_FAULT(rig, x86_guest_probe(env, VA + 0xfff, 2, 0), VA + 0x1000, 2);
    rig_map(rig, VA + 0x1000, (PAGE + 0x5000) | PTE_P | PTE_W, 1);
    CHECK_EQ(x86_guest_store(env, VA + 0xffd, &value, 8, 0), IR_OK);
    CHECK_EQ(rig_read(rig, PAGE + 0xffd, 3), 0x667788);
    CHECK_EQ(rig_read(rig, PAGE + 0x5000, 5), 0x1122334455);
    value = 0;
    CHECK_EQ(x86_guest_load(env, VA + 0xffd, &value, 8, 0), IR_OK);
    CHECK_EQ(value, 0x1122334455667788);
    rig_free(rig);
}

static void test_wrap(void)
{
    struct rig *rig = rig_in(RIG_PAGING32);
    uint64_t value = 0x11223344;

    rig_map(rig, 0xfffff000, PAGE | PTE_P | PTE_W, 1);
    CHECK_EQ(x86_guest_store(&rig->cpu->ir, 0xfffffffe, &value, 4, 0), IR_OK);
    CHECK_EQ(rig_read(rig, PAGE + 0xffe, 2), 0x3344);
    CHECK_EQ(rig_read(rig, 0, 2), 0x1122);
    rig_free(rig);
}

static void test_alignment(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    uint64_t value;

    rig_map(rig, VA, PAGE | PTE_P | PTE_W | PTE_U, 1);
    CHECK_FAULT(rig, x86_guest_load(&cpu->ir, VA + 8, &value, 16, IR_ACCESS_ALIGNED), X86_GP, 0);
    cpu->cr0 |= X86_CR0_AM;
    cpu->eflags |= X86_FLAG_AC;
    rig_set_cpl(rig, 0);
    CHECK_EQ(x86_load(cpu, VA + 1, 4, &value), IR_OK);
    rig_set_cpl(rig, 3);
    CHECK(cpu->ir.tlb == &cpu->tlbs[X86_TLBS - 1]);
    CHECK_EQ(x86_load(cpu, VA + 4, 4, &value), IR_OK);
    CHECK_EQ(x86_load(cpu, VA + 5, 1, &value), IR_OK);
    CHECK_FAULT(rig, x86_load(cpu, VA + 6, 4, &value), X86_AC, 0);
    CHECK_FAULT(rig, x86_store(cpu, VA + 1, 2, 0), X86_AC, 0);
    CHECK_EQ(cpu->ir.tlb->entry[VA >> 12 & 0x3ff].read, ir_tlb_none(VA >> 12 & 0x3ff));
    rig_free(rig);
}

static void test_bytes(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    uint8_t data[0x1800], back[0x1800];

    for (unsigned i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7);
    rig_map(rig, VA, PAGE | PTE_P | PTE_W, 1);
    CHECK_PAGE_FAULT(rig, x86_store_bytes(rig->cpu, VA + 0x400, data, sizeof(data)), VA + 0x1000,
                     2);
    CHECK_EQ(rig_read(rig, PAGE + 0x401, 1), 0);
    rig_map(rig, VA + 0x1000, (PAGE + 0x5000) | PTE_P | PTE_W, 1);
    CHECK_EQ(x86_store_bytes(rig->cpu, VA + 0x400, data, sizeof(data)), IR_OK);
    CHECK_EQ(x86_load_bytes(rig->cpu, VA + 0x400, back, sizeof(back)), IR_OK);
    CHECK(memcmp(data, back, sizeof(data)) == 0);
    rig_free(rig);
}

/* ---- the TLB ---- */

static uint64_t load_byte(struct rig *rig, emu_gva va)
{
    uint64_t value = ~0ull;

    CHECK_EQ(x86_load(rig->cpu, va, 1, &value), IR_OK);
    return value;
}

static void mark_pages(struct rig *rig)
{
    for (unsigned i = 0; i < 8; i++)
        rig_write(rig, PAGE + 0x1000 * i, 1, i + 1);
}

/* A CR3 write as the control register helper makes it. */
static void write_cr3(struct rig *rig, uint64_t value)
{
    rig->cpu->cr3 = value & ~(1ull << 63);
    x86_tlb_set_cr3(rig->cpu, value >> 63);
}

static void test_invlpg(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at = rig_map(rig, VA, PAGE | PTE_P, 1);

    mark_pages(rig);
    CHECK_EQ(load_byte(rig, VA), 1);
    rig_write(rig, at, 8, (PAGE + 0x1000) | PTE_P);
    CHECK_EQ(load_byte(rig, VA), 1); /* still the old one, as a processor may do */
    x86_tlb_flush_page(rig->cpu, VA + 0x234);
    CHECK_EQ(load_byte(rig, VA), 2);
    rig_free(rig);
}

static void test_invlpg_large(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at = rig_map(rig, VA, 0x200000 | PTE_P | PTE_PS, 2);
    emu_gva far = VA + 0x1ff000;

    rig_write(rig, 0x3ff000, 1, 1);
    rig_write(rig, 0x9ff000, 1, 2);
    CHECK_EQ(load_byte(rig, far), 1);
    rig_write(rig, at, 8, 0x800000 | PTE_P | PTE_PS);
    x86_tlb_flush_page(rig->cpu, VA); /* any address of the large page */
    CHECK_EQ(load_byte(rig, far), 2);
    rig_free(rig);
}

static void test_global(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at, global;

    rig->cpu->cr4 |= X86_CR4_PGE;
    at = rig_map(rig, VA, PAGE | PTE_P, 1);
    global = rig_map(rig, VA + 0x1000, PAGE | PTE_P | PTE_G, 1);
    mark_pages(rig);
    CHECK_EQ(load_byte(rig, VA), 1);
    CHECK_EQ(load_byte(rig, VA + 0x1000), 1);
    rig_write(rig, at, 8, (PAGE + 0x1000) | PTE_P);
    rig_write(rig, global, 8, (PAGE + 0x1000) | PTE_P | PTE_G);
    write_cr3(rig, RIG_TABLES);
    CHECK_EQ(load_byte(rig, VA), 2);
    CHECK_EQ(load_byte(rig, VA + 0x1000), 1);
    rig->cpu->cr4 &= ~(uint64_t)X86_CR4_PGE;
    x86_mmu_control_changed(rig->cpu, rig->cpu->cr0, rig->cpu->cr4 | X86_CR4_PGE, rig->cpu->efer);
    CHECK_EQ(load_byte(rig, VA + 0x1000), 2);
    rig_free(rig);
}

static void test_pcid(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    const uint64_t keep = 1ull << 63;
    emu_gpa at;

    rig->cpu->cr4 |= X86_CR4_PCIDE;
    at = rig_map(rig, VA, PAGE | PTE_P, 1);
    mark_pages(rig);
    write_cr3(rig, RIG_TABLES | 1);
    CHECK_EQ(load_byte(rig, VA), 1);
    rig_write(rig, at, 8, (PAGE + 0x1000) | PTE_P);
    write_cr3(rig, RIG_TABLES | 2);
    CHECK_EQ(load_byte(rig, VA), 2); /* has its own entries */
    write_cr3(rig, RIG_TABLES | 1 | keep);
    CHECK_EQ(load_byte(rig, VA), 1); /* finds its old ones */
    write_cr3(rig, RIG_TABLES | 2 | keep);
    x86_tlb_invpcid(rig->cpu, 1, 1, 0);
    write_cr3(rig, RIG_TABLES | 1 | keep);
    CHECK_EQ(load_byte(rig, VA), 2);
    rig_write(rig, at, 8, (PAGE + 0x2000) | PTE_P);
    x86_tlb_invpcid(rig->cpu, 0, 1, VA);
    CHECK_EQ(load_byte(rig, VA), 3);
    rig_write(rig, at, 8, (PAGE + 0x3000) | PTE_P);
    x86_tlb_invpcid(rig->cpu, 2, 0, 0);
    CHECK_EQ(load_byte(rig, VA), 4);
    rig_free(rig);
}

static void test_many_spaces(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    emu_gpa at = rig_map(rig, VA, PAGE | PTE_P, 1);

    mark_pages(rig);
    for (unsigned i = 0; i < 10000; i++) { /* generations run out twice */
        rig_write(rig, at, 8, (PAGE + 0x1000 * (i & 7)) | PTE_P);
        write_cr3(rig, RIG_TABLES);
        if (load_byte(rig, VA) != (i & 7) + 1) {
            CHECK_EQ(i, 0);
            break;
        }
    }
    rig_free(rig);
}

static void test_fast_entries(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct x86_cpu *cpu = rig->cpu;
    const struct ir_tlb_entry *entry = &cpu->ir.tlb->entry[VA >> 12 & 0x3ff];

    rig_map(rig, VA, PAGE | PTE_P | PTE_W, 1);
    CHECK_EQ(touch(rig, VA, X86_READ), IR_OK);
    CHECK_EQ(entry->read, VA);
    CHECK_EQ(entry->write, ir_tlb_none(VA >> 12 & 0x3ff)); /* not dirty yet */
    CHECK(entry->host == rig->host + PAGE);
    CHECK_EQ(touch(rig, VA, X86_WRITE), IR_OK);
    CHECK_EQ(entry->write, VA);
    CHECK(x86_host_page(cpu, VA + 8, X86_WRITE) == rig->host + PAGE + 8);
    CHECK(x86_host_page(cpu, RIG_REGISTERS, X86_READ) == NULL);
    CHECK(!cpu->exception_pending);
    x86_tlb_drop_writes(cpu, rig->host + PAGE);
    CHECK_EQ(entry->write, ir_tlb_none(VA >> 12 & 0x3ff));
    rig_free(rig);
}

/* ---- registers, read-modify-write, code ---- */

static void test_registers(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    uint64_t value;

    rig->register_value = 0x11223344;
    CHECK_EQ(x86_load(rig->cpu, RIG_REGISTERS + 0x10, 4, &value), IR_OK);
    CHECK_EQ(value, 0x11223354);
    CHECK_EQ(x86_store(rig->cpu, RIG_REGISTERS + 0x20, 2, 0xabcd), IR_OK);
    CHECK_EQ(rig->written_offset, 0x20);
    CHECK_EQ(rig->written_value, 0xabcd);
    CHECK_EQ(rig->written_size, 2);
    CHECK_EQ(rig->writes, 1);
    rig_free(rig);
}

static uint64_t fake_apic_base(void *apic)
{
    return *(uint64_t *)apic;
}
static uint64_t fake_apic_read(void *apic, uint64_t offset, unsigned size)
{
    return 0xa0000000 + offset;
}
static void fake_apic_write(void *apic, uint64_t offset, uint64_t value, unsigned size)
{
    *(uint64_t *)apic = offset << 12 | 0x800;
}

static void test_apic_page(void)
{
    static const struct emu_apic_ops ops = {
        .get_base = fake_apic_base, .read = fake_apic_read, .write = fake_apic_write};
    struct rig *rig = rig_in(RIG_PROTECTED);
    uint64_t base = RIG_REGISTERS | 0x800, value;

    rig->cpu->apic_ops = &ops;
    rig->cpu->apic = &base;
    CHECK_EQ(x86_load(rig->cpu, RIG_REGISTERS + 0x30, 4, &value), IR_OK);
    CHECK_EQ(value, 0xa0000030);
    base |= 0x400; /* x2APIC: no page */
    CHECK_EQ(x86_load(rig->cpu, RIG_REGISTERS + 0x30, 4, &value), IR_OK);
    CHECK_EQ(value, 0x30);
    base = 0x5000 | 0x800; /* over RAM */
    x86_tlb_flush_all(rig->cpu, true);
    CHECK_EQ(x86_store(rig->cpu, 0x5123, 4, 0), IR_OK);
    CHECK_EQ(base, 0x123800);
    rig_free(rig);
}

static void test_rmw(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    struct ir_env *env = &rig->cpu->ir;
    void *host;

    rig->cpu->cr0 |= X86_CR0_WP;
    rig_map(rig, VA, PAGE | PTE_P | PTE_W, 1);
    CHECK_PAGE_FAULT(rig, x86_guest_rmw_begin(env, VA + 0xffe, 4, IR_ACCESS_LOCKED, &host),
                     VA + 0x1000, 2);
    rig_map(rig, VA + 0x1000, (PAGE + 0x5000) | PTE_P, 1);
    CHECK_PAGE_FAULT(rig, x86_guest_rmw_begin(env, VA + 0xffe, 4, IR_ACCESS_LOCKED, &host),
                     VA + 0x1000, 3);
    rig_map(rig, VA + 0x1000, (PAGE + 0x5000) | PTE_P | PTE_W, 1);
    CHECK_EQ(x86_guest_rmw_begin(env, VA + 0x10, 4, 0, &host), IR_OK);
    CHECK(host == rig->host + PAGE + 0x10);
    x86_guest_rmw_end(env);
    rig_write(rig, PAGE + 0xffe, 2, 0x2211);
    rig_write(rig, PAGE + 0x5000, 2, 0x4433);
    CHECK_EQ(x86_guest_rmw_begin(env, VA + 0xffe, 4, IR_ACCESS_LOCKED, &host), IR_OK);
    CHECK_EQ(*(uint32_t *)host, 0x44332211);
    *(uint32_t *)host = 0x88776655;
    x86_guest_rmw_end(env);
    CHECK_EQ(rig_read(rig, PAGE + 0xffe, 2), 0x6655);
    CHECK_EQ(rig_read(rig, PAGE + 0x5000, 2), 0x8877);
    rig_free(rig);
}

static void test_rmw_registers(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    void *host;

    rig->register_value = 0x50;
    CHECK_EQ(x86_guest_rmw_begin(&rig->cpu->ir, RIG_REGISTERS + 4, 4, IR_ACCESS_LOCKED, &host),
             IR_OK);
    CHECK_EQ(*(uint32_t *)host, 0x54);
    *(uint32_t *)host |= 1;
    x86_guest_rmw_end(&rig->cpu->ir);
    CHECK_EQ(rig->written_value, 0x55);
    CHECK_EQ(rig->written_size, 4);
    rig_free(rig);
}

static struct ir_block *add_block(struct ir_blocks *blocks, emu_gpa address, unsigned size)
{
    struct ir_block *block = calloc(1, sizeof(*block));

    block->address = address;
    block->size = size;
    return ir_blocks_add(blocks, block);
}

static void test_code_pages(void)
{
    struct rig *rig = rig_in(RIG_PROTECTED);
    struct x86_cpu *cpu = rig->cpu;
    struct ir_env *env = &cpu->ir;
    uint64_t value = 0x90;
    struct ir_block *block;
    emu_gpa address;

    env->blocks = ir_blocks_new(NULL);
    env->pc = PAGE + 0x100;
    CHECK_EQ(touch(rig, PAGE, X86_WRITE), IR_OK);
    CHECK_EQ(cpu->ir.tlb->entry[PAGE >> 12 & 0x3ff].write, PAGE);
    CHECK(x86_guest_code_address(env, &address));
    CHECK_EQ(address, PAGE + 0x100);
    CHECK_EQ(cpu->ir.tlb->entry[PAGE >> 12 & 0x3ff].write, ir_tlb_none(PAGE >> 12 & 0x3ff));
    block = add_block(env->blocks, PAGE + 0x100, 16);
    CHECK_EQ(x86_guest_store(env, PAGE + 0x800, &value, 1, 0), IR_OK);
    CHECK_EQ(cpu->ir.tlb->entry[PAGE >> 12 & 0x3ff].write, ir_tlb_none(PAGE >> 12 & 0x3ff));
    CHECK(ir_blocks_find(env->blocks, PAGE + 0x100, 0) == block);
    env->block = block;
    CHECK_EQ(x86_guest_store(env, PAGE + 0x108, &value, 1, 0), IR_ALONE);
    CHECK_EQ(rig_read(rig, PAGE + 0x108, 1), 0);
    env->block = NULL;
    CHECK_EQ(x86_guest_store(env, PAGE + 0x108, &value, 1, 0), IR_OK);
    CHECK_EQ(rig_read(rig, PAGE + 0x108, 1), 0x90);
    CHECK(ir_blocks_find(env->blocks, PAGE + 0x100, 0) == NULL);
    ir_blocks_free(env->blocks);
    env->blocks = NULL;
    rig_free(rig);
}

static void test_fetch(void)
{
    struct rig *rig = rig_in(RIG_LONG);
    uint8_t code[32];
    unsigned got;

    rig_map(rig, VA, PAGE | PTE_P, 1);
    rig_write(rig, PAGE + 0xffc, 4, 0x44332211);
    CHECK_EQ(x86_fetch(rig->cpu, VA + 0xffc, code, 15, &got), IR_OK);
    CHECK_EQ(got, 4);
    CHECK_EQ(code[3], 0x44);
    CHECK(!rig->cpu->exception_pending);
    CHECK_PAGE_FAULT(rig, x86_fetch_fault(rig->cpu, VA + 0x1000), VA + 0x1000, 0x10);
    CHECK_EQ(x86_fetch_fault(rig->cpu, VA), IR_OK);
    rig_free(rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"formats", test_formats},
        {"no paging", test_no_paging},
        {"rights", test_rights},
        {"upper levels", test_upper_levels},
        {"implicit accesses", test_implicit},
        {"protection keys", test_protection_keys},
        {"reserved bits", test_reserved},
        {"reserved bits of upper levels", test_reserved_upper},
        {"absent entries", test_absent},
        {"PDPTEs", test_pdptes},
        {"canonical addresses", test_canonical},
        {"page crossing", test_crossing},
        {"wrap at 4 GiB", test_wrap},
        {"alignment checks", test_alignment},
        {"long transfers", test_bytes},
        {"INVLPG", test_invlpg},
        {"INVLPG of large pages", test_invlpg_large},
        {"global pages", test_global},
        {"PCID", test_pcid},
        {"many address spaces", test_many_spaces},
        {"fast entries", test_fast_entries},
        {"registers", test_registers},
        {"APIC page", test_apic_page},
        {"read-modify-write", test_rmw},
        {"read-modify-write of registers", test_rmw_registers},
        {"code pages", test_code_pages},
        {"fetch", test_fetch},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
