/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench of tests/cpu/rig.h: memory, tables, modes. */
#include "tests/cpu/rig.h"

#include "emulator/cpu/x86/run.h"

/* ---- registers ---- */

static uint64_t rig_register_read(void *opaque, uint64_t offset, unsigned size)
{
    const struct rig *rig = opaque;

    return rig->register_value + offset;
}

static void rig_register_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    struct rig *rig = opaque;

    rig->written_offset = offset;
    rig->written_value = value;
    rig->written_size = size;
    rig->writes++;
}

static const struct emu_region_ops rig_register_ops = {
    .read = rig_register_read, .write = rig_register_write, .impl_max = 8};

static void rig_power_request(void *opaque, enum emu_power_event event, unsigned code)
{
    struct rig *rig = opaque;

    rig->shutdowns += event == EMU_POWER_SHUTDOWN;
}

/* ---- life ---- */

static void rig_build_memory(struct rig *rig)
{
    rig->memory = emu_memory_new("memory", 0, NULL);
    rig->io = emu_memory_new("io", 0x10000, NULL);
    rig->ram = emu_ram_new("ram", RIG_RAM_SIZE, NULL);
    rig->host = emu_ram_host(rig->ram);
    emu_region_init_ram(&rig->ram_region, "ram", rig->ram, 0, RIG_RAM_SIZE);
    emu_region_init_io(&rig->register_region, "registers", &rig_register_ops, rig, NULL, 0x1000);
    emu_region_init_io(&rig->port_region, "ports", &rig_register_ops, rig, NULL, 0x100);
    emu_region_add(emu_memory_root(rig->memory), 0, &rig->ram_region, 0);
    emu_region_add(emu_memory_root(rig->memory), RIG_REGISTERS, &rig->register_region, 0);
    emu_region_add(emu_memory_root(rig->io), 0x300, &rig->port_region, 0);
}

struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    rig_build_memory(rig);
    rig->model = x86_model_parse("max", NULL);
    rig->power = (struct emu_power){rig_power_request, rig};
    rig->cpu = x86_cpu_new(NULL);
    rig->cpu->memory = rig->memory;
    rig->cpu->io = rig->io;
    rig->cpu->model = rig->model;
    rig->cpu->power = &rig->power;
    x86_cpu_reset(rig->cpu, false);
    rig->next_table = RIG_TABLES + 0x1000;
    return rig;
}

void rig_free(struct rig *rig)
{
    x86_cpu_free(rig->cpu);
    x86_model_free(rig->model);
    emu_memory_free(rig->memory);
    emu_memory_free(rig->io);
    emu_ram_free(rig->ram);
    free(rig);
}

uint64_t rig_read(const struct rig *rig, emu_gpa address, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, rig->host + address, size);
    return value;
}

void rig_write(struct rig *rig, emu_gpa address, unsigned size, uint64_t value)
{
    memcpy(rig->host + address, &value, size);
}

/* ---- page tables ---- */

static emu_gpa rig_new_table(struct rig *rig)
{
    emu_gpa table = rig->next_table;

    rig->next_table += 0x1000;
    return table;
}

/* The table that an entry points to, made if there is none. */
static emu_gpa rig_descend(struct rig *rig, emu_gpa at, unsigned size, uint64_t flags)
{
    if (!(rig_read(rig, at, size) & PTE_P))
        rig_write(rig, at, size, rig_new_table(rig) | flags);
    return rig_read(rig, at, size) & 0xfffff000;
}

static emu_gpa rig_map_wide(struct rig *rig, emu_gva va, uint64_t entry, int level, int top)
{
    emu_gpa table = RIG_TABLES;

    for (int i = top; i > level; i--) {
        unsigned index = va >> (3 + 9 * i) & (top == 3 && i == 3 ? 3 : 0x1ff);

        table = rig_descend(rig, table + 8 * index, 8,
                            top == 3 && i == 3 ? PTE_P : PTE_P | PTE_W | PTE_U);
    }
    table += 8 * (va >> (3 + 9 * level) & 0x1ff);
    rig_write(rig, table, 8, entry);
    return table;
}

static emu_gpa rig_map_narrow(struct rig *rig, emu_gva va, uint64_t entry, int level)
{
    emu_gpa table = RIG_TABLES;

    if (level == 1)
        table = rig_descend(rig, table + 4 * (va >> 22 & 0x3ff), 4, PTE_P | PTE_W | PTE_U);
    table += 4 * (va >> (2 + 10 * level) & 0x3ff);
    rig_write(rig, table, 4, entry);
    return table;
}

emu_gpa rig_map(struct rig *rig, emu_gva va, uint64_t entry, int level)
{
    emu_gpa at;

    if (!(rig->cpu->cr4 & X86_CR4_PAE))
        at = rig_map_narrow(rig, va, entry, level);
    else
        at = rig_map_wide(rig, va, entry, level, rig->cpu->efer & X86_EFER_LMA ? 4 : 3);
    if ((rig->cpu->cr4 & X86_CR4_PAE) && !(rig->cpu->efer & X86_EFER_LMA))
        CHECK_EQ(x86_load_pdptes(rig->cpu, rig->cpu->cr3), IR_OK);
    x86_tlb_flush_all(rig->cpu, true);
    return at;
}

void rig_map_low(struct rig *rig)
{
    if (!(rig->cpu->cr4 & X86_CR4_PAE)) {
        rig_map(rig, 0, PTE_P | PTE_W | PTE_PS, 2);
        return;
    }
    rig_map(rig, 0, PTE_P | PTE_W | PTE_PS, 2);
    rig_map(rig, 0x200000, 0x200000 | PTE_P | PTE_W | PTE_PS, 2);
}

/* ---- descriptors ---- */

uint64_t rig_descriptor(uint32_t base, uint32_t limit, uint32_t attr)
{
    return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(attr & 0xff) << 40 |
           (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)(attr >> 12 & 0xf) << 52 |
           (uint64_t)(base >> 24) << 56;
}

void rig_set_gdt(struct rig *rig, uint16_t selector, uint64_t descriptor)
{
    rig_write(rig, RIG_GDT + (selector & ~7u), 8, descriptor);
}

void rig_set_gate(struct rig *rig, unsigned vector, uint16_t selector, uint64_t offset,
                  unsigned type, unsigned dpl, unsigned ist)
{
    unsigned size = rig->cpu->efer & X86_EFER_LMA ? 16 : 8;
    uint64_t low = (offset & 0xffff) | (uint64_t)selector << 16 | (uint64_t)ist << 32 |
                   (uint64_t)(0x80 | dpl << 5 | type) << 40 | (offset >> 16 & 0xffff) << 48;

    rig_write(rig, RIG_IDT + vector * size, 8, low);
    if (size == 16)
        rig_write(rig, RIG_IDT + vector * size + 8, 8, offset >> 32);
}

static void rig_build_gdt(struct rig *rig)
{
    rig_set_gdt(rig, RIG_CODE0, rig_descriptor(0, 0xfffff, 0xc09b));
    rig_set_gdt(rig, RIG_DATA0, rig_descriptor(0, 0xfffff, 0xc093));
    rig_set_gdt(rig, RIG_CODE3, rig_descriptor(0, 0xfffff, 0xc0fb));
    rig_set_gdt(rig, RIG_DATA3, rig_descriptor(0, 0xfffff, 0xc0f3));
    rig_set_gdt(rig, RIG_CODE64, rig_descriptor(0, 0xfffff, 0xa09b));
    rig_set_gdt(rig, RIG_USER64, rig_descriptor(0, 0xfffff, 0xa0fb));
    rig_set_gdt(rig, RIG_TSS_SELECTOR, rig_descriptor(RIG_TSS, 0x67, 0x8b));
    rig->cpu->gdt = (struct x86_table){RIG_GDT, 0xfff};
    rig->cpu->idt = (struct x86_table){RIG_IDT, 0xfff};
    x86_set_segment(rig->cpu, X86_TR, RIG_TSS_SELECTOR, RIG_TSS, 0x67, 0x8b);
    x86_set_null_segment(rig->cpu, X86_LDTR, 0);
}

void rig_set_cpl(struct rig *rig, unsigned cpl)
{
    struct x86_cpu *cpu = rig->cpu;
    bool wide = cpu->efer & X86_EFER_LMA;
    uint32_t dpl = cpl << 5;
    uint16_t data = cpl ? RIG_DATA3 : RIG_DATA0;

    cpu->cpl = (uint8_t)cpl;
    x86_set_segment(cpu, X86_CS,
                    wide ? (cpl ? RIG_USER64 : RIG_CODE64) : (cpl ? RIG_CODE3 : RIG_CODE0), 0,
                    0xffffffff, (wide ? 0xa09b : 0xc09b) | dpl);
    for (unsigned i = X86_SS; i <= X86_GS; i++)
        x86_set_segment(cpu, (enum x86_seg_name)i, data, 0, 0xffffffff, 0xc093 | dpl);
    x86_set_segment(cpu, X86_ES, data, 0, 0xffffffff, 0xc093 | dpl);
    x86_update_mode(cpu);
}

void rig_set_mode(struct rig *rig, enum rig_mode mode)
{
    static const uint64_t cr4[] = {0, 0, X86_CR4_PSE, X86_CR4_PAE, X86_CR4_PAE};
    struct x86_cpu *cpu = rig->cpu;

    if (mode == RIG_REAL)
        return;
    cpu->cr0 = X86_CR0_PE | X86_CR0_ET | (mode >= RIG_PAGING32 ? X86_CR0_PG : 0);
    cpu->cr4 = cr4[mode];
    cpu->cr3 = RIG_TABLES;
    cpu->efer = mode == RIG_LONG ? X86_EFER_LME | X86_EFER_LMA | X86_EFER_NXE : 0;
    x86_tlb_flush_all(cpu, true);
    rig_build_gdt(rig);
    rig_set_cpl(rig, 0);
}
