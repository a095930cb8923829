/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPUID (SDM volume 2, CPUID): feature bits from the model's table, the topology, caches of a
 * plausible size, and the few bits that follow control registers. The hypervisor leaves carry our
 * own signature, which no guest knows, and the clock rates in the place where several look.
 */
#include <string.h>

#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/xsave.h"

enum { EAX, EBX, ECX, EDX };

#define CPUID_MAX_BASIC    0x16u
#define CPUID_MAX_DIES     0x1fu /* with more than one die in a package */
#define CPUID_HYPERVISOR   0x40000000u
#define CPUID_MAX_HYPER    0x40000010u
#define CPUID_EXTENDED     0x80000000u
#define CPUID_MAX_EXTENDED 0x80000008u

#define CPUID_1_EDX_HTT     (1u << 28) /* EBX tells how many logical processors */
#define CPUID_1_EDX_APIC    (1u << 9)
#define CPUID_1_ECX_OSXSAVE (1u << 27)
#define CPUID_7_MAX_SUBLEAF 2u
#define CPUID_7_ECX_OSPKE   (1u << 4)
#define APIC_BASE_ENABLE    (1u << 11)
#define MISC_ENABLE_MONITOR (1u << 18)

/* The local APIC timer counts nanoseconds, as the TSC does: one crystal for both. */
#define CPUID_BUS_KHZ 1000000u

static const struct {
    uint32_t leaf;
    uint8_t subleaf, reg, bit;
} cpuid_places[X86_FEATURE_COUNT] = {
#define FEATURE(name, leaf, subleaf, reg, bit, description) {leaf, subleaf, reg, bit},
#include "emulator/cpu/x86/features.inc"
#undef FEATURE
};

static void cpuid_add_features(const struct x86_cpu *cpu, uint32_t leaf, uint32_t subleaf,
                               uint32_t out[4])
{
    for (unsigned i = 0; i < X86_FEATURE_COUNT; i++)
        if (cpuid_places[i].leaf == leaf && cpuid_places[i].subleaf == subleaf &&
            x86_cpu_has(cpu, i))
            out[cpuid_places[i].reg] |= 1u << cpuid_places[i].bit;
}

static uint32_t cpuid_threads(const struct x86_cpu *cpu)
{
    return cpu->model->topology.threads;
}

/* Logical processors of a package. */
static uint32_t cpuid_package(const struct x86_cpu *cpu)
{
    const struct x86_topology *topology = &cpu->model->topology;
    return topology->dies * topology->cores * topology->threads;
}

/* ---- basic leaves ---- */

static uint32_t cpuid_max_basic(const struct x86_cpu *cpu)
{
    return cpu->model->topology.dies > 1 ? CPUID_MAX_DIES : CPUID_MAX_BASIC;
}

static void cpuid_vendor(const struct x86_cpu *cpu, uint32_t out[4])
{
    out[EAX] = cpuid_max_basic(cpu);
    memcpy(&out[EBX], cpu->model->vendor, 4);
    memcpy(&out[EDX], cpu->model->vendor + 4, 4);
    memcpy(&out[ECX], cpu->model->vendor + 8, 4);
}

static uint32_t cpuid_signature(const struct x86_cpu_model *model)
{
    uint32_t family = model->family < 15 ? model->family : 15;
    return (uint32_t)(model->family - family) << 20 | (uint32_t)(model->model >> 4) << 16 |
           family << 8 | (model->model & 0xfu) << 4 | model->stepping;
}

static void cpuid_identity(const struct x86_cpu *cpu, uint32_t out[4])
{
    uint32_t package = 1u << x86_model_apic_shift(cpu->model, X86_LEVEL_PACKAGE);
    out[EAX] = cpuid_signature(cpu->model);
    out[EBX] = 8u << 8 /* CLFLUSH line, in 8 bytes */ | (package & 0xff) << 16 |
               (cpu->apic_id & 0xff) << 24;
    if (cpuid_package(cpu) > 1)
        out[EDX] |= CPUID_1_EDX_HTT;
    if (cpu->cr4 & X86_CR4_OSXSAVE)
        out[ECX] |= CPUID_1_ECX_OSXSAVE;
    if (cpu->apic_ops != NULL && !(cpu->apic_ops->get_base(cpu->apic) & APIC_BASE_ENABLE))
        out[EDX] &= ~CPUID_1_EDX_APIC;
    if (!(cpu->misc_enable & MISC_ENABLE_MONITOR))
        out[ECX] &= ~(1u << cpuid_places[X86_FEATURE_monitor].bit);
}

static void cpuid_descriptors(uint32_t out[4])
{
    out[EAX] = 0x00feff01; /* caches are in leaf 4, TLBs nowhere */
}

static const struct {
    uint32_t type, level, ways, sets;
    bool shared; /* by the package; else by a core */
} cpuid_caches[] = {
    {1, 1, 8, 64, false},    /* data, 32 KiB */
    {2, 1, 8, 64, false},    /* code, 32 KiB */
    {3, 2, 8, 4096, false},  /* unified, 2 MiB */
    {3, 3, 16, 16384, true}, /* unified, 16 MiB */
};

static void cpuid_cache(const struct x86_cpu *cpu, uint32_t subleaf, uint32_t out[4])
{
    if (subleaf >= sizeof(cpuid_caches) / sizeof(cpuid_caches[0]))
        return;
    unsigned package = x86_model_apic_shift(cpu->model, X86_LEVEL_PACKAGE);
    unsigned core = x86_model_apic_shift(cpu->model, X86_LEVEL_CORE);
    uint32_t sharing = (1u << (cpuid_caches[subleaf].shared ? package : core)) - 1;
    uint32_t cores = (1u << (package - core)) - 1;
    out[EAX] = cpuid_caches[subleaf].type | cpuid_caches[subleaf].level << 5 |
               1u << 8 /* needs no initialisation */ | (sharing & 0xfff) << 14 |
               (cores & 0x3f) << 26;
    out[EBX] = (cpuid_caches[subleaf].ways - 1) << 22 | 63 /* line size - 1 */;
    out[ECX] = cpuid_caches[subleaf].sets - 1;
}

static void cpuid_monitor(const struct x86_cpu *cpu, uint32_t out[4])
{
    if (!x86_cpu_has(cpu, X86_FEATURE_monitor))
        return;
    out[EAX] = out[EBX] = 64; /* line size, smallest and largest */
    out[ECX] = 3;             /* EDX is valid; interrupts may wake while IF is clear */
}

static void cpuid_structured(const struct x86_cpu *cpu, uint32_t subleaf, uint32_t out[4])
{
    if (subleaf != 0)
        return;
    out[EAX] = CPUID_7_MAX_SUBLEAF;
    if (cpu->cr4 & X86_CR4_PKE)
        out[ECX] |= CPUID_7_ECX_OSPKE;
}

/* Leaves 0xb and 0x1f: one subleaf a level, from the bottom; 0x1f knows dies as well. */
static void cpuid_topology(const struct x86_cpu *cpu, uint32_t leaf, uint32_t subleaf,
                           uint32_t out[4])
{
    enum { INVALID, SMT, CORE, DIE = 5 };
    const struct x86_topology *topology = &cpu->model->topology;
    bool dies = leaf == 0x1f;
    uint32_t type = INVALID;
    if (subleaf == 0) {
        type = SMT;
        out[EAX] = x86_model_apic_shift(cpu->model, X86_LEVEL_CORE);
        out[EBX] = cpuid_threads(cpu);
    } else if (subleaf == 1) {
        type = CORE;
        out[EAX] = x86_model_apic_shift(cpu->model, dies ? X86_LEVEL_DIE : X86_LEVEL_PACKAGE);
        out[EBX] = dies ? topology->cores * topology->threads : cpuid_package(cpu);
    } else if (subleaf == 2 && dies) {
        type = DIE;
        out[EAX] = x86_model_apic_shift(cpu->model, X86_LEVEL_PACKAGE);
        out[EBX] = cpuid_package(cpu);
    }
    out[ECX] = (subleaf & 0xff) | type << 8;
    out[EDX] = cpu->apic_id;
}

/* Components 0 and 1 lie in the legacy region and are not told here. */
static void cpuid_component(uint64_t legal, uint32_t number, uint32_t out[4])
{
    if (number < 2 || number > 62 || !(legal & 1ull << number))
        return;
    out[EAX] = x86_xsave_size(number);
    out[EBX] = x86_xsave_offset(number);
}

static void cpuid_xsave(const struct x86_cpu *cpu, uint32_t subleaf, uint32_t out[4])
{
    uint64_t legal = x86_model_xcr0_bits(cpu->model);
    if (legal == 0)
        return;
    if (subleaf == 0) {
        out[EAX] = (uint32_t)legal;
        out[EBX] = x86_xsave_area(cpu->xcr0, false);
        out[ECX] = x86_xsave_area(legal, false);
    } else if (subleaf == 1) {
        if (x86_cpu_has(cpu, X86_FEATURE_xsavec))
            out[EBX] = x86_xsave_area(cpu->xcr0, true);
    } else if (subleaf < 64) {
        cpuid_component(legal, subleaf, out);
    }
}

static void cpuid_crystal(uint32_t out[4])
{
    out[EAX] = 1; /* TSC = crystal * EBX / EAX */
    out[EBX] = X86_TSC_KHZ / CPUID_BUS_KHZ;
    out[ECX] = CPUID_BUS_KHZ * 1000u; /* Hz */
}

static void cpuid_frequency(uint32_t out[4])
{
    out[EAX] = out[EBX] = X86_TSC_KHZ / 1000; /* MHz: base, highest */
    out[ECX] = 100;                           /* MHz: bus, as in MSR_PLATFORM_INFO */
}

static void cpuid_basic(const struct x86_cpu *cpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    switch (leaf) {
    case 0x0:
        cpuid_vendor(cpu, out);
        break;
    case 0x1:
        cpuid_identity(cpu, out);
        break;
    case 0x2:
        cpuid_descriptors(out);
        break;
    case 0x4:
        cpuid_cache(cpu, subleaf, out);
        break;
    case 0x5:
        cpuid_monitor(cpu, out);
        break;
    case 0x7:
        cpuid_structured(cpu, subleaf, out);
        break;
    case 0xb:
    case 0x1f:
        cpuid_topology(cpu, leaf, subleaf, out);
        break;
    case 0xd:
        cpuid_xsave(cpu, subleaf, out);
        break;
    case 0x15:
        cpuid_crystal(out);
        break;
    case 0x16:
        cpuid_frequency(out);
        break;
    }
}

/* ---- hypervisor and extended leaves ---- */

static void cpuid_hypervisor(uint32_t leaf, uint32_t out[4])
{
    if (leaf == CPUID_HYPERVISOR) {
        out[EAX] = CPUID_MAX_HYPER;
        memcpy(&out[EBX], "LatheLatheVM", 12);
    } else if (leaf == CPUID_MAX_HYPER) {
        out[EAX] = X86_TSC_KHZ;
        out[EBX] = CPUID_BUS_KHZ;
    }
}

static void cpuid_extended(const struct x86_cpu *cpu, uint32_t leaf, uint32_t out[4])
{
    switch (leaf) {
    case CPUID_EXTENDED:
        out[EAX] = CPUID_MAX_EXTENDED;
        break;
    case 0x80000001:
        /* SYSCALL is shown to 64-bit code only, where it works. */
        if (!(cpu->ir.mode & X86_MODE_CODE64))
            out[EDX] &= ~(1u << cpuid_places[X86_FEATURE_syscall].bit);
        break;
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
        memcpy(out, cpu->model->brand + 16 * (leaf - 0x80000002), 16);
        break;
    case 0x80000006:
        out[ECX] = 2048u << 16 | 6u << 12 | 64; /* second level: KiB, 8 ways, line */
        break;
    case 0x80000008:
        out[EAX] = cpu->model->physical_bits | (uint32_t)cpu->model->linear_bits << 8;
        break;
    }
}

/* A leaf that does not exist answers as the highest basic one does. */
static uint32_t cpuid_clamp(const struct x86_cpu *cpu, uint32_t leaf)
{
    uint32_t basic = cpuid_max_basic(cpu);
    if (leaf <= basic || (leaf >= CPUID_EXTENDED && leaf <= CPUID_MAX_EXTENDED))
        return leaf;
    if (leaf >= CPUID_HYPERVISOR && leaf <= CPUID_MAX_HYPER &&
        x86_cpu_has(cpu, X86_FEATURE_hypervisor))
        return leaf;
    return basic;
}

void x86_cpuid(const struct x86_cpu *cpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
    memset(out, 0, 4 * sizeof(out[0]));
    leaf = cpuid_clamp(cpu, leaf);
    bool has_subleaves = leaf == 0x7 || leaf == 0xd;
    cpuid_add_features(cpu, leaf, has_subleaves ? subleaf : 0, out);
    if (leaf >= CPUID_EXTENDED)
        cpuid_extended(cpu, leaf, out);
    else if (leaf >= CPUID_HYPERVISOR)
        cpuid_hypervisor(leaf, out);
    else
        cpuid_basic(cpu, leaf, subleaf, out);
}

enum ir_status x86_helper_cpuid(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint32_t out[4];
    x86_cpuid(cpu, (uint32_t)cpu->gpr[X86_RAX], (uint32_t)cpu->gpr[X86_RCX], out);
    cpu->gpr[X86_RAX] = out[EAX];
    cpu->gpr[X86_RBX] = out[EBX];
    cpu->gpr[X86_RCX] = out[ECX];
    cpu->gpr[X86_RDX] = out[EDX];
    return IR_OK;
}
