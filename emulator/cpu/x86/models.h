/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU models: which features a guest's processors offer, and who they say they are. One model
 * object serves all vcpus of a machine; it does not change once the machine runs.
 */
#ifndef EMU_CPU_X86_MODELS_H
#define EMU_CPU_X86_MODELS_H

#include "emulator/api/error.h"
#include "emulator/cpu/x86/state.h"

enum x86_feature {
#define FEATURE(name, leaf, subleaf, reg, bit, description) X86_FEATURE_##name,
#include "emulator/cpu/x86/features.inc"
#undef FEATURE
    X86_FEATURE_COUNT
};
#define X86_FEATURE_WORDS 2

/* Each is at least 1. The number of processors is their product or, when the last socket is not
 * full, less. */
struct x86_topology {
    unsigned sockets, dies, cores, threads;
};

struct x86_cpu_model {
    char name[32]; /* "x86-64-v3" */
    char vendor[12 + 1];
    char brand[48 + 1]; /* CPUID 0x80000002.. */
    uint16_t family;    /* as displayed: extended parts added */
    uint8_t model, stepping;
    uint8_t physical_bits, linear_bits;
    uint64_t features[X86_FEATURE_WORDS];
    struct x86_topology topology; /* 1 each until x86_model_set_topology */
};

/* "NAME[,+feature|,-feature]...". malloc'ed, one processor. NULL with *err that names the part
 * which is wrong. NULL or "" is "max". Any thread. */
struct x86_cpu_model *x86_model_parse(const char *text, struct emu_error *err);
void x86_model_free(struct x86_cpu_model *model);
/* Before the machine runs. */
void x86_model_set_topology(struct x86_cpu_model *model, const struct x86_topology *topology);
/* The APIC id of processor index: each level of the topology has its own bits (SDM volume 3,
 * 8.9). */
uint32_t x86_model_apic_id(const struct x86_cpu_model *model, unsigned index);
/* How many low bits of an APIC id lie below the level. */
enum x86_topology_level { X86_LEVEL_CORE, X86_LEVEL_DIE, X86_LEVEL_PACKAGE };
unsigned x86_model_apic_shift(const struct x86_cpu_model *model, enum x86_topology_level level);

/* NULL-terminated, for help and errors. */
extern const char *const x86_model_names[];
extern const char *const x86_feature_names[X86_FEATURE_COUNT + 1];

static inline bool x86_model_has(const struct x86_cpu_model *model, enum x86_feature feature)
{
    return (model->features[feature / 64] >> (feature % 64)) & 1;
}

static inline bool x86_cpu_has(const struct x86_cpu *cpu, enum x86_feature feature)
{
    return x86_model_has(cpu->model, feature);
}

/* ---- what a model makes legal ---- */

#define X86_XCR0_X87  (1u << 0)
#define X86_XCR0_SSE  (1u << 1)
#define X86_XCR0_AVX  (1u << 2)
#define X86_XCR0_PKRU (1u << 9)

/* CR4 bits and XCR0 bits that the model has. */
uint64_t x86_model_cr4_bits(const struct x86_cpu_model *model);
uint64_t x86_model_xcr0_bits(const struct x86_cpu_model *model);
/* Bits that a physical address must not have: above physical_bits. */
static inline uint64_t x86_model_physical_mask(const struct x86_cpu_model *model)
{
    return (1ull << model->physical_bits) - 1;
}

/* The processor's answer to CPUID now (cpuid.c): eax, ebx, ecx, edx. */
void x86_cpuid(const struct x86_cpu *cpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

#endif
