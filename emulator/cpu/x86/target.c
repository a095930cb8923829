/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debugger's access to a processor (struct emu_debug_target): registers in gdb's layout, the
 * target description, translation, breaks and steps. The processor stands still meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/msr.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/ir/blocks.h"

enum target_kind {
    TARGET_GPR,
    TARGET_RIP,
    TARGET_EFLAGS,
    TARGET_SELECTOR,
    TARGET_ST,
    TARGET_X87,
    TARGET_XMM,
    TARGET_MXCSR,
    TARGET_BASE,
    TARGET_YMMH,
    TARGET_SYSTEM,
};
enum target_x87 {
    TARGET_FCTRL,
    TARGET_FSTAT,
    TARGET_FTAG,
    TARGET_FISEG,
    TARGET_FIOFF,
    TARGET_FOSEG,
    TARGET_FOOFF,
    TARGET_FOP,
};
enum target_system { TARGET_CR0, TARGET_CR2, TARGET_CR3, TARGET_CR4, TARGET_CR8, TARGET_EFER };

#define CORE     "org.gnu.gdb.i386.core"
#define SSE      "org.gnu.gdb.i386.sse"
#define SEGMENTS "org.gnu.gdb.i386.segments"
#define AVX      "org.gnu.gdb.i386.avx"
#define SYSTEM   "lathe.x86.system"

static const struct emu_debug_register target_registers[] = {
#define REGISTER(name, feature, type, bits, kind, index) {name, feature, type, bits},
#include "emulator/cpu/x86/target-registers.inc"
#undef REGISTER
};
#define TARGET_COUNT (sizeof(target_registers) / sizeof(target_registers[0]))

static const struct {
    uint8_t kind, index;
} target_places[TARGET_COUNT] = {
#define REGISTER(name, feature, type, bits, kind, index) {kind, index},
#include "emulator/cpu/x86/target-registers.inc"
#undef REGISTER
};

/* ---- x87 ---- */

static uint8_t *target_st(struct x86_cpu *cpu, unsigned i)
{
    return cpu->x87.st[(cpu->x87.top + i) & 7];
}

/* The two bits that FNSTENV would store: 0 valid, 1 zero, 2 special, 3 empty. */
static uint32_t target_tag(const struct x86_x87 *x87, unsigned n)
{
    uint64_t significand;
    uint16_t exponent;
    memcpy(&significand, x87->st[n], 8);
    memcpy(&exponent, x87->st[n] + 8, 2);
    exponent &= 0x7fff;
    if (!(x87->tag & 1u << n))
        return 3;
    if (exponent == 0 && significand == 0)
        return 1;
    return exponent == 0 || exponent == 0x7fff || !(significand >> 63) ? 2 : 0;
}

static uint32_t target_tag_word(const struct x86_x87 *x87)
{
    uint32_t word = 0;
    for (unsigned n = 0; n < 8; n++)
        word |= target_tag(x87, n) << (2 * n);
    return word;
}

static void target_set_tag_word(struct x86_x87 *x87, uint64_t word)
{
    x87->tag = 0;
    for (unsigned n = 0; n < 8; n++)
        if (((word >> (2 * n)) & 3) != 3)
            x87->tag |= (uint8_t)(1u << n);
}

static uint64_t target_read_x87(const struct x86_x87 *x87, enum target_x87 which)
{
    switch (which) {
    case TARGET_FCTRL:
        return x87->control;
    case TARGET_FSTAT:
        return (x87->status & ~0x3800u) | (uint32_t)x87->top << 11;
    case TARGET_FTAG:
        return target_tag_word(x87);
    case TARGET_FISEG:
        return x87->fcs;
    case TARGET_FIOFF:
        return x87->fip;
    case TARGET_FOSEG:
        return x87->fds;
    case TARGET_FOOFF:
        return x87->fdp;
    case TARGET_FOP:
        return x87->opcode;
    }
    return 0;
}

static void target_write_x87(struct x86_x87 *x87, enum target_x87 which, uint64_t value)
{
    switch (which) {
    case TARGET_FCTRL:
        x87->control = (uint16_t)value;
        break;
    case TARGET_FSTAT:
        x87->status = (uint16_t)(value & ~0x3800u);
        x87->top = (value >> 11) & 7;
        break;
    case TARGET_FTAG:
        target_set_tag_word(x87, value);
        break;
    case TARGET_FISEG:
        x87->fcs = (uint16_t)value;
        break;
    case TARGET_FIOFF:
        x87->fip = value;
        break;
    case TARGET_FOSEG:
        x87->fds = (uint16_t)value;
        break;
    case TARGET_FOOFF:
        x87->fdp = value;
        break;
    case TARGET_FOP:
        x87->opcode = value & 0x7ff;
        break;
    }
}

/* ---- system registers ---- */

static uint64_t target_read_system(const struct x86_cpu *cpu, enum target_system which)
{
    switch (which) {
    case TARGET_CR0:
        return cpu->cr0;
    case TARGET_CR2:
        return cpu->cr2;
    case TARGET_CR3:
        return cpu->cr3;
    case TARGET_CR4:
        return cpu->cr4;
    case TARGET_CR8:
        return cpu->apic_ops != NULL ? cpu->apic_ops->get_tpr(cpu->apic) : 0;
    case TARGET_EFER:
        return cpu->efer;
    }
    return 0;
}

/*
 * Only what cannot leave the processor in a state that it could not have reached: the modes are the
 * guest's to change.
 */
static void target_write_system(struct x86_cpu *cpu, enum target_system which, uint64_t value)
{
    if (which == TARGET_CR2)
        cpu->cr2 = value;
    else if (which == TARGET_CR8 && cpu->apic_ops != NULL && value < 16)
        cpu->apic_ops->set_tpr(cpu->apic, value);
}

/* ---- flags and segments ---- */

/* VM and the privilege that belongs to it stay; so do bits that do not exist. */
static void target_write_eflags(struct x86_cpu *cpu, uint64_t value)
{
    x86_set_eflags(cpu, (value & ~(uint64_t)X86_FLAG_VM) | (cpu->eflags & X86_FLAG_VM));
}

/* Where a selector is no more than a base; elsewhere a descriptor would have to be loaded. */
static void target_write_selector(struct x86_cpu *cpu, enum x86_seg_name name, uint64_t value)
{
    const struct x86_segment *seg = &cpu->seg[name];
    if (!(cpu->cr0 & X86_CR0_PE) || (cpu->eflags & X86_FLAG_VM))
        x86_set_segment(cpu, name, (uint16_t)value, (value & 0xffff) << 4, seg->limit, seg->attr);
}

static void target_write_base(struct x86_cpu *cpu, enum x86_seg_name name, uint64_t value)
{
    if (x86_canonical(value))
        cpu->seg[name].base = value;
}

/* ---- all of them ---- */

/* The place of a register that is plain bytes in the state, or NULL. */
static void *target_bytes(struct x86_cpu *cpu, size_t index)
{
    unsigned n = target_places[index].index;
    switch (target_places[index].kind) {
    case TARGET_GPR:
        return &cpu->gpr[n];
    case TARGET_RIP:
        return &cpu->ir.pc;
    case TARGET_ST:
        return target_st(cpu, n);
    case TARGET_XMM:
        return &cpu->vec[n][0];
    case TARGET_YMMH:
        return &cpu->vec[n][2];
    default:
        return NULL;
    }
}

static uint64_t target_read_value(const struct x86_cpu *cpu, size_t index)
{
    unsigned n = target_places[index].index;
    switch (target_places[index].kind) {
    case TARGET_EFLAGS:
        return x86_get_eflags(cpu);
    case TARGET_SELECTOR:
        return cpu->seg[n].selector;
    case TARGET_X87:
        return target_read_x87(&cpu->x87, n);
    case TARGET_MXCSR:
        return cpu->mxcsr;
    case TARGET_BASE:
        return cpu->seg[n].base;
    case TARGET_SYSTEM:
        return target_read_system(cpu, n);
    default:
        return 0;
    }
}

static void target_write_value(struct x86_cpu *cpu, size_t index, uint64_t value)
{
    unsigned n = target_places[index].index;
    switch (target_places[index].kind) {
    case TARGET_EFLAGS:
        target_write_eflags(cpu, value);
        break;
    case TARGET_SELECTOR:
        target_write_selector(cpu, n, value);
        break;
    case TARGET_X87:
        target_write_x87(&cpu->x87, n, value);
        break;
    case TARGET_MXCSR:
        cpu->mxcsr = value & 0xffff;
        break;
    case TARGET_BASE:
        target_write_base(cpu, n, value);
        break;
    case TARGET_SYSTEM:
        target_write_system(cpu, n, value);
        break;
    }
}

static size_t target_size(size_t index)
{
    return (target_registers[index].bits + 7u) / 8;
}

static void target_read(struct emu_vcpu *vcpu, size_t index, void *out)
{
    struct x86_cpu *cpu = vcpu->arch;
    const void *bytes = target_bytes(cpu, index);
    uint64_t value = bytes == NULL ? target_read_value(cpu, index) : 0;
    memcpy(out, bytes != NULL ? bytes : &value, target_size(index));
}

static void target_write(struct emu_vcpu *vcpu, size_t index, const void *value)
{
    struct x86_cpu *cpu = vcpu->arch;
    void *bytes = target_bytes(cpu, index);
    uint64_t number = 0;
    if (bytes != NULL) {
        memcpy(bytes, value, target_size(index));
        if (target_places[index].kind == TARGET_RIP)
            cpu->debug->skip_break = false;
    } else {
        memcpy(&number, value, target_size(index));
        target_write_value(cpu, index, number);
    }
    x86_update_mode(cpu);
}

/* ---- the target description ---- */

static const char target_types[] = "    <flags id=\"lathe_eflags\" size=\"4\">\n"
                                   "      <field name=\"CF\" start=\"0\" end=\"0\"/>\n"
                                   "      <field name=\"\" start=\"1\" end=\"1\"/>\n"
                                   "      <field name=\"PF\" start=\"2\" end=\"2\"/>\n"
                                   "      <field name=\"AF\" start=\"4\" end=\"4\"/>\n"
                                   "      <field name=\"ZF\" start=\"6\" end=\"6\"/>\n"
                                   "      <field name=\"SF\" start=\"7\" end=\"7\"/>\n"
                                   "      <field name=\"TF\" start=\"8\" end=\"8\"/>\n"
                                   "      <field name=\"IF\" start=\"9\" end=\"9\"/>\n"
                                   "      <field name=\"DF\" start=\"10\" end=\"10\"/>\n"
                                   "      <field name=\"OF\" start=\"11\" end=\"11\"/>\n"
                                   "      <field name=\"NT\" start=\"14\" end=\"14\"/>\n"
                                   "      <field name=\"RF\" start=\"16\" end=\"16\"/>\n"
                                   "      <field name=\"VM\" start=\"17\" end=\"17\"/>\n"
                                   "      <field name=\"AC\" start=\"18\" end=\"18\"/>\n"
                                   "      <field name=\"VIF\" start=\"19\" end=\"19\"/>\n"
                                   "      <field name=\"VIP\" start=\"20\" end=\"20\"/>\n"
                                   "      <field name=\"ID\" start=\"21\" end=\"21\"/>\n"
                                   "    </flags>\n";

static const char target_vector_types[] =
    "    <vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n"
    "    <vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
    "    <vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n"
    "    <vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
    "    <vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n"
    "    <vector id=\"v2i64\" type=\"int64\" count=\"2\"/>\n"
    "    <union id=\"vec128\">\n"
    "      <field name=\"v4_float\" type=\"v4f\"/>\n"
    "      <field name=\"v2_double\" type=\"v2d\"/>\n"
    "      <field name=\"v16_int8\" type=\"v16i8\"/>\n"
    "      <field name=\"v8_int16\" type=\"v8i16\"/>\n"
    "      <field name=\"v4_int32\" type=\"v4i32\"/>\n"
    "      <field name=\"v2_int64\" type=\"v2i64\"/>\n"
    "      <field name=\"uint128\" type=\"uint128\"/>\n"
    "    </union>\n"
    "    <flags id=\"lathe_mxcsr\" size=\"4\">\n"
    "      <field name=\"IE\" start=\"0\" end=\"0\"/>\n"
    "      <field name=\"DE\" start=\"1\" end=\"1\"/>\n"
    "      <field name=\"ZE\" start=\"2\" end=\"2\"/>\n"
    "      <field name=\"OE\" start=\"3\" end=\"3\"/>\n"
    "      <field name=\"UE\" start=\"4\" end=\"4\"/>\n"
    "      <field name=\"PE\" start=\"5\" end=\"5\"/>\n"
    "      <field name=\"DAZ\" start=\"6\" end=\"6\"/>\n"
    "      <field name=\"IM\" start=\"7\" end=\"7\"/>\n"
    "      <field name=\"DM\" start=\"8\" end=\"8\"/>\n"
    "      <field name=\"ZM\" start=\"9\" end=\"9\"/>\n"
    "      <field name=\"OM\" start=\"10\" end=\"10\"/>\n"
    "      <field name=\"UM\" start=\"11\" end=\"11\"/>\n"
    "      <field name=\"PM\" start=\"12\" end=\"12\"/>\n"
    "      <field name=\"FZ\" start=\"15\" end=\"15\"/>\n"
    "    </flags>\n";

/* The beginning of the feature that register index is the first one of. */
static void target_open_feature(FILE *out, size_t index)
{
    const char *feature = target_registers[index].feature;
    if (index != 0)
        fputs("  </feature>\n", out);
    fprintf(out, "  <feature name=\"%s\">\n", feature);
    if (strcmp(feature, CORE) == 0)
        fputs(target_types, out);
    if (strcmp(feature, SSE) == 0)
        fputs(target_vector_types, out);
}

static void target_describe_all(FILE *out)
{
    const char *feature = "";
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
          "  <architecture>i386:x86-64</architecture>\n",
          out);
    for (size_t i = 0; i < TARGET_COUNT; i++) {
        const struct emu_debug_register *reg = &target_registers[i];
        if (strcmp(reg->feature, feature) != 0)
            target_open_feature(out, i);
        feature = reg->feature;
        fprintf(out, "    <reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%zu\"/>\n",
                reg->name, reg->bits, reg->type, i);
    }
    fputs("  </feature>\n</target>\n", out);
}

static char *target_describe(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    target_describe_all(out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static const char *target_state(struct emu_vcpu *vcpu)
{
    const struct x86_cpu *cpu = vcpu->arch;
    if (cpu->wait_for_sipi)
        return "waits to be started";
    if (cpu->shutdown)
        return "shut down";
    return cpu->halted ? "halted" : "running";
}

/* ---- memory, breaks, steps ---- */

static bool target_translate(struct emu_vcpu *vcpu, emu_gva address, emu_gpa *out)
{
    return x86_translate_quietly(vcpu->arch, address, out);
}

/* In an exclusive section already. */
static void target_breaks_changed(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    if (cpu->ir.blocks != NULL)
        ir_blocks_flush(cpu->ir.blocks);
    x86_tlb_flush_all(cpu, true);
    x86_update_mode(cpu);
}

static void target_arm_step(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    cpu->debug->step_armed = true;
    x86_update_mode(cpu);
}

static void target_disarm_step(struct emu_vcpu *vcpu)
{
    struct x86_cpu *cpu = vcpu->arch;
    cpu->debug->step_armed = false;
    x86_update_mode(cpu);
}

const struct emu_debug_target x86_debug_target = {
    .registers = target_registers,
    .register_count = TARGET_COUNT,
    .describe = target_describe,
    .state = target_state,
    .read = target_read,
    .write = target_write,
    .translate = target_translate,
    .breaks_changed = target_breaks_changed,
    .arm_step = target_arm_step,
    .disarm_step = target_disarm_step,
};
