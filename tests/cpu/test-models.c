/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPU models: parsing, refusals, dependencies, topology, and what CPUID makes of them. */
#include "tests/test.h"

#include "emulator/api/host.h"
#include "emulator/cpu/x86/cpu.h"
#include "emulator/cpu/x86/models.h"

enum { EAX, EBX, ECX, EDX };

static struct x86_cpu_model *parse(const char *text)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct x86_cpu_model *model = x86_model_parse(text, &err);
    CHECK(model != NULL);
    CHECK_STR(err.text, "");
    if (model == NULL)
        exit(1);
    return model;
}

static void check_refused(const char *text, const char *expected)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct x86_cpu_model *model = x86_model_parse(text, &err);
    CHECK(model == NULL);
    CHECK_STR(err.text, expected);
    CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    x86_model_free(model);
}

static void test_levels(void)
{
    static const char *const names[] = {"x86-64-v1", "x86-64-v2", "x86-64-v3", "max"};
    struct x86_cpu_model *last = NULL;
    for (unsigned i = 0; i < 4; i++) {
        struct x86_cpu_model *model = parse(names[i]);
        CHECK_STR(model->name, names[i]);
        CHECK(x86_model_has(model, X86_FEATURE_lm));
        CHECK_EQ(x86_model_has(model, X86_FEATURE_sse4_2), i >= 1);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_avx2), i >= 2);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_pku), i >= 3);
        for (unsigned w = 0; last != NULL && w < X86_FEATURE_WORDS; w++)
            CHECK_EQ(last->features[w] & ~model->features[w], 0);
        x86_model_free(last);
        last = model;
    }
    x86_model_free(last);
}

/* What libvirt's map of processors says of those by name. */
static void test_named(void)
{
    static const struct {
        const char *name;
        bool ssse3, sse4_2, aes, avx, rdrand, avx2, adx;
    } rows[] = {
        {"qemu64", 0, 0, 0, 0, 0, 0, 0},        {"kvm64", 0, 0, 0, 0, 0, 0, 0},
        {"Conroe", 1, 0, 0, 0, 0, 0, 0},        {"Penryn", 1, 0, 0, 0, 0, 0, 0},
        {"Nehalem", 1, 1, 0, 0, 0, 0, 0},       {"Westmere", 1, 1, 1, 0, 0, 0, 0},
        {"SandyBridge", 1, 1, 1, 1, 0, 0, 0},   {"IvyBridge", 1, 1, 1, 1, 1, 0, 0},
        {"Haswell-noTSX", 1, 1, 1, 1, 1, 1, 0}, {"Broadwell-noTSX", 1, 1, 1, 1, 1, 1, 1},
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct x86_cpu_model *model = parse(rows[i].name);
        CHECK_STR(model->name, rows[i].name);
        CHECK(x86_model_has(model, X86_FEATURE_lm) && x86_model_has(model, X86_FEATURE_pni));
        CHECK_EQ(x86_model_has(model, X86_FEATURE_ssse3), rows[i].ssse3);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_sse4_2), rows[i].sse4_2);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_aes), rows[i].aes);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_avx), rows[i].avx);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_rdrand), rows[i].rdrand);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_avx2), rows[i].avx2);
        CHECK_EQ(x86_model_has(model, X86_FEATURE_adx), rows[i].adx);
        x86_model_free(model);
    }
}

static void test_default(void)
{
    struct x86_cpu_model *model = parse(NULL);
    CHECK_STR(model->name, "max");
    x86_model_free(model);
    model = parse("");
    CHECK_STR(model->name, "max");
    x86_model_free(model);
}

static void test_changes(void)
{
    struct x86_cpu_model *model = parse("max,-avx2,+monitor");
    CHECK(!x86_model_has(model, X86_FEATURE_avx2));
    CHECK(x86_model_has(model, X86_FEATURE_avx));
    CHECK(x86_model_has(model, X86_FEATURE_monitor));
    x86_model_free(model);

    model = parse("max,-avx");
    CHECK(!x86_model_has(model, X86_FEATURE_avx));
    CHECK(!x86_model_has(model, X86_FEATURE_avx2));
    CHECK(!x86_model_has(model, X86_FEATURE_fma));
    CHECK(!x86_model_has(model, X86_FEATURE_f16c));
    CHECK(x86_model_has(model, X86_FEATURE_xsave));
    x86_model_free(model);

    model = parse("x86-64-v2,+XSAVE,+avx");
    CHECK(x86_model_has(model, X86_FEATURE_avx));
    x86_model_free(model);

    model = parse("x86-64-v1,+sse4.1,+sse3,+ssse3,+tsc-deadline");
    CHECK(x86_model_has(model, X86_FEATURE_sse4_1));
    x86_model_free(model);
}

static void test_refusals(void)
{
    check_refused("x86-64-v9", "there is no CPU model 'x86-64-v9'; did you mean 'x86-64-v1'?");
    check_refused("pentium9000", "there is no CPU model 'pentium9000'; choose one of x86-64-v1, "
                                 "x86-64-v2, x86-64-v3 and max");
    check_refused("max,+avx3", "there is no CPU feature 'avx3'; did you mean 'avx'?");
    check_refused("max,+avx512f", "CPU feature 'avx512f' is not one that the emulator implements");
    check_refused("max,-vmx", "CPU feature 'vmx' is not one that the emulator implements");
    check_refused("max,+frobnication", "there is no CPU feature 'frobnication'");
    check_refused("max,avx2", "CPU feature 'avx2' needs a + or - before it, as in max,-avx2");
    check_refused("max,", "CPU feature '' needs a + or - before it, as in max,-avx2");
    check_refused("max,+", "CPU feature '+' needs a + or - before it, as in max,-avx2");
    check_refused("x86-64-v1,+avx2",
                  "CPU feature 'avx2' needs 'avx', which x86-64-v1 does not have: add +avx");
    check_refused("max,-xsave,+avx",
                  "CPU feature 'avx' needs 'xsave', which max does not have: add +xsave");
}

static void test_long_names(void)
{
    char text[400];
    struct emu_error err = EMU_ERROR_INIT;
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    CHECK(x86_model_parse(text, &err) == NULL);
    memcpy(text, "max,+", 5);
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(x86_model_parse(text, &err) == NULL);
    CHECK(strlen(err.text) < 120);
}

/* ---- CPUID ---- */

struct fixture {
    struct x86_cpu *cpu;
    struct x86_cpu_model *model;
};

static struct fixture setup(const char *text)
{
    struct fixture f = {x86_cpu_new(NULL), parse(text)};
    if (f.cpu == NULL)
        exit(1);
    f.cpu->model = f.model;
    f.cpu->misc_enable = 1u << 18;
    f.cpu->xcr0 = 1;
    return f;
}

static void teardown(struct fixture *f)
{
    struct emu_vcpu vcpu = {.arch = f->cpu};
    x86_vcpu_ops.free(&vcpu);
    x86_model_free(f->model);
}

static uint32_t cpuid(const struct fixture *f, uint32_t leaf, uint32_t subleaf, unsigned reg)
{
    uint32_t out[4];
    x86_cpuid(f->cpu, leaf, subleaf, out);
    return out[reg];
}

static void test_identity(void)
{
    struct fixture f = setup("max");
    char text[49] = "";
    uint32_t out[4];
    x86_cpuid(f.cpu, 0, 0, out);
    memcpy(text, &out[EBX], 4);
    memcpy(text + 4, &out[EDX], 4);
    memcpy(text + 8, &out[ECX], 4);
    CHECK_STR(text, f.model->vendor);
    CHECK_EQ(out[EAX], 0x16);
    for (uint32_t i = 0; i < 3; i++) {
        x86_cpuid(f.cpu, 0x80000002 + i, 0, out);
        memcpy(text + 16 * i, out, 16);
    }
    CHECK_STR(text, "Lathe virtual CPU (max)");
    CHECK_EQ((cpuid(&f, 1, 0, EAX) >> 8) & 0xf, 6);
    CHECK_EQ(cpuid(&f, 0x80000000, 0, EAX), 0x80000008);
    CHECK_EQ(cpuid(&f, 0x80000008, 0, EAX), 48u << 8 | 40);
    x86_cpuid(f.cpu, 0x40000000, 0, out);
    memcpy(text, &out[EBX], 12);
    text[12] = '\0';
    CHECK_STR(text, "LatheLatheVM");
    CHECK_EQ(cpuid(&f, 0x40000010, 0, EAX), X86_TSC_KHZ);
    CHECK_EQ(cpuid(&f, 0x15, 0, EBX), 1);
    teardown(&f);
}

/* A leaf beyond the last one answers as the last one does. */
static void test_beyond(void)
{
    struct fixture f = setup("max");
    CHECK_EQ(cpuid(&f, 0x16, 0, EAX), 1000);
    CHECK_EQ(cpuid(&f, 0x17, 0, EAX), 1000);
    CHECK_EQ(cpuid(&f, 0x3fffffff, 5, EAX), 1000);
    CHECK_EQ(cpuid(&f, 0xffffffff, 0, EAX), 1000);
    teardown(&f);
    f = setup("max,-hypervisor");
    CHECK_EQ(cpuid(&f, 0x40000000, 0, EAX), 1000);
    CHECK_EQ(cpuid(&f, 1, 0, ECX) >> 31, 0);
    teardown(&f);
}

static void test_dynamic_bits(void)
{
    struct fixture f = setup("max");
    CHECK(!(cpuid(&f, 1, 0, ECX) & 1u << 27));
    f.cpu->cr4 |= X86_CR4_OSXSAVE | X86_CR4_PKE;
    CHECK(cpuid(&f, 1, 0, ECX) & 1u << 27);
    CHECK(cpuid(&f, 7, 0, ECX) & 1u << 4);
    CHECK_EQ(cpuid(&f, 7, 1, EBX), 0);
    CHECK(!(cpuid(&f, 0x80000001, 0, EDX) & 1u << 11));
    f.cpu->ir.mode |= X86_MODE_CODE64;
    CHECK(cpuid(&f, 0x80000001, 0, EDX) & 1u << 11);
    teardown(&f);
}

static void test_xsave_sizes(void)
{
    struct fixture f = setup("max");
    CHECK_EQ(cpuid(&f, 0xd, 0, EAX), 0x207);
    CHECK_EQ(cpuid(&f, 0xd, 0, EBX), 576);
    CHECK_EQ(cpuid(&f, 0xd, 0, ECX), 2696);
    f.cpu->xcr0 = 7;
    CHECK_EQ(cpuid(&f, 0xd, 0, EBX), 832);
    f.cpu->xcr0 = 0x207;
    CHECK_EQ(cpuid(&f, 0xd, 0, EBX), 2696);
    CHECK_EQ(cpuid(&f, 0xd, 1, EBX), 840);
    CHECK_EQ(cpuid(&f, 0xd, 2, EAX), 256);
    CHECK_EQ(cpuid(&f, 0xd, 2, EBX), 576);
    CHECK_EQ(cpuid(&f, 0xd, 9, EBX), 2688);
    CHECK_EQ(cpuid(&f, 0xd, 3, EAX), 0);
    teardown(&f);
    f = setup("x86-64-v2");
    CHECK_EQ(cpuid(&f, 0xd, 0, EAX), 0);
    CHECK_EQ(cpuid(&f, 0xd, 0, ECX), 0);
    teardown(&f);
}

static void test_topology(void)
{
    struct fixture f = setup("max");
    x86_model_set_topology(f.model, &(struct x86_topology){2, 1, 3, 2});
    f.cpu->apic_id = x86_model_apic_id(f.model, 11);
    CHECK_EQ(f.cpu->apic_id, 1 << 3 | 2 << 1 | 1);
    CHECK_EQ(x86_model_apic_id(f.model, 5), 2 << 1 | 1);
    CHECK_EQ(x86_model_apic_id(f.model, 6), 1 << 3);
    CHECK_EQ(cpuid(&f, 0xb, 0, EAX), 1);
    CHECK_EQ(cpuid(&f, 0xb, 0, EBX), 2);
    CHECK_EQ(cpuid(&f, 0xb, 0, ECX), 1u << 8);
    CHECK_EQ(cpuid(&f, 0xb, 1, EAX), 3);
    CHECK_EQ(cpuid(&f, 0xb, 1, EBX), 6);
    CHECK_EQ(cpuid(&f, 0xb, 1, ECX), 2u << 8 | 1);
    CHECK_EQ(cpuid(&f, 0xb, 2, ECX), 2);
    CHECK_EQ(cpuid(&f, 0xb, 2, EBX), 0);
    CHECK_EQ(cpuid(&f, 0xb, 0, EDX), f.cpu->apic_id);
    CHECK(cpuid(&f, 1, 0, EDX) & 1u << 28);
    CHECK_EQ(cpuid(&f, 1, 0, EBX) >> 16 & 0xff, 8);
    CHECK_EQ(cpuid(&f, 1, 0, EBX) >> 24, f.cpu->apic_id);
    teardown(&f);
}

static void test_dies(void)
{
    struct fixture f = setup("max");
    x86_model_set_topology(f.model, &(struct x86_topology){1, 2, 2, 1});
    CHECK_EQ(cpuid(&f, 0, 0, EAX), 0x1f);
    CHECK_EQ(cpuid(&f, 0x1f, 1, EAX), 1);
    CHECK_EQ(cpuid(&f, 0x1f, 1, EBX), 2);
    CHECK_EQ(cpuid(&f, 0x1f, 2, EAX), 2);
    CHECK_EQ(cpuid(&f, 0x1f, 2, ECX), 5u << 8 | 2);
    CHECK_EQ(x86_model_apic_id(f.model, 3), 3);
    teardown(&f);
}

static void test_caches(void)
{
    struct fixture f = setup("max");
    unsigned levels = 0;
    while (cpuid(&f, 4, levels, EAX) != 0)
        levels++;
    CHECK_EQ(levels, 4);
    uint32_t ebx = cpuid(&f, 4, 0, EBX);
    CHECK_EQ(((ebx >> 22) + 1) * ((ebx & 0xfff) + 1) * (cpuid(&f, 4, 0, ECX) + 1), 32768);
    teardown(&f);
}

static void test_legal_bits(void)
{
    struct x86_cpu_model *model = parse("max,-smap,-pku");
    CHECK(!(x86_model_cr4_bits(model) & X86_CR4_SMAP));
    CHECK(x86_model_cr4_bits(model) & X86_CR4_SMEP);
    CHECK(!(x86_model_cr4_bits(model) & X86_CR4_PKE));
    CHECK_EQ(x86_model_xcr0_bits(model), 7);
    x86_model_free(model);
}

static const struct test_case cases[] = {
    {"models-levels", test_levels},
    {"models-named", test_named},
    {"models-default", test_default},
    {"models-changes", test_changes},
    {"models-refusals", test_refusals},
    {"models-long-names", test_long_names},
    {"cpuid-identity", test_identity},
    {"cpuid-beyond", test_beyond},
    {"cpuid-dynamic", test_dynamic_bits},
    {"cpuid-xsave", test_xsave_sizes},
    {"cpuid-topology", test_topology},
    {"cpuid-dies", test_dies},
    {"cpuid-caches", test_caches},
    {"models-legal-bits", test_legal_bits},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
