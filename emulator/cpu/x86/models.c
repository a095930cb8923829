/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU models by name, with features added and taken away: "max,-avx2". Taking a feature away also
 * takes what needs it, so that "-avx" is enough where a guest must not see any of AVX; adding one
 * whose needs are missing is an error, because a guess there would offer more than was asked for.
 */
#include "emulator/cpu/x86/models.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(X86_FEATURE_COUNT <= 64 * X86_FEATURE_WORDS, "one bit a feature");

struct model_row {
    const char *name;
    uint8_t level, number, stepping;
    const char *more; /* as after a name: "+feature,-feature" */
};
static const struct model_row model_rows[] = {
#define MODEL(name, level, number, stepping, more) {name, level, number, stepping, more},
#include "emulator/cpu/x86/models.inc"
#undef MODEL
};
#define MODEL_COUNT (sizeof(model_rows) / sizeof(model_rows[0]))

const char *const x86_model_names[] = {
#define MODEL(name, level, number, stepping, more) name,
#include "emulator/cpu/x86/models.inc"
#undef MODEL
    NULL,
};

const char *const x86_feature_names[X86_FEATURE_COUNT + 1] = {
#define FEATURE(name, leaf, subleaf, reg, bit, description) #name,
#include "emulator/cpu/x86/features.inc"
#undef FEATURE
};

static const struct {
    uint8_t level;
    uint8_t feature;
} model_levels[] = {
#define LEVEL(level, name) {level, X86_FEATURE_##name},
#include "emulator/cpu/x86/models.inc"
#undef LEVEL
};

static const struct {
    uint8_t feature, needs;
} model_needs[] = {
#define NEEDS(name, other) {X86_FEATURE_##name, X86_FEATURE_##other},
#include "emulator/cpu/x86/models.inc"
#undef NEEDS
};
#define NEED_COUNT (sizeof(model_needs) / sizeof(model_needs[0]))

static const struct {
    const char *name;
    uint8_t feature;
} model_aliases[] = {
#define ALIAS(name, other) {name, X86_FEATURE_##other},
#include "emulator/cpu/x86/models.inc"
#undef ALIAS
};

static const char *const model_others[] = {
#define OTHER(name) name,
#include "emulator/cpu/x86/models.inc"
#undef OTHER
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- names ---- */

#define NAME_MAX_LENGTH 32

/* Edit distance: insertions, deletions, replacements. Both shorter than NAME_MAX_LENGTH. */
static unsigned model_distance(const char *a, const char *b)
{
    unsigned row[NAME_MAX_LENGTH + 1];
    size_t length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < length; j++) {
            unsigned best = diagonal + (a[i] != b[j]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j + 1] + 1 < best)
                best = row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[length];
}

/* The name in a NULL-terminated list that was most likely meant, or NULL. */
static const char *model_nearest(const char *name, const char *const *list)
{
    const char *nearest = NULL;
    unsigned limit = strlen(name) < 5 ? 2 : 4;
    for (; strlen(name) < NAME_MAX_LENGTH && *list != NULL; list++) {
        unsigned distance = model_distance(name, *list);
        if (distance < limit) {
            limit = distance;
            nearest = *list;
        }
    }
    return nearest;
}

/* Lower case, and '_' for '-' and '.', as /proc/cpuinfo writes names. */
static void model_normalise(char *name)
{
    for (; *name != '\0'; name++)
        *name = *name == '-' || *name == '.' ? '_' : (char)tolower((unsigned char)*name);
}

static int model_find_feature(const char *name)
{
    for (int i = 0; i < X86_FEATURE_COUNT; i++)
        if (strcmp(x86_feature_names[i], name) == 0)
            return i;
    for (size_t i = 0; i < COUNT(model_aliases); i++)
        if (strcmp(model_aliases[i].name, name) == 0)
            return model_aliases[i].feature;
    return -1;
}

static bool model_is_other(const char *name)
{
    for (size_t i = 0; i < COUNT(model_others); i++)
        if (strcmp(model_others[i], name) == 0)
            return true;
    return false;
}

static bool model_refuse_feature(const char *name, struct emu_error *err)
{
    if (model_is_other(name))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "CPU feature '%s' is not one that the emulator implements", name);
    const char *nearest = model_nearest(name, x86_feature_names);
    if (nearest != NULL)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "there is no CPU feature '%.40s'; did you mean '%s'?", name, nearest);
    return emu_error_set(err, EMU_ERROR_INPUT, "there is no CPU feature '%.40s'", name);
}

static const struct model_row *model_find(const char *name, struct emu_error *err)
{
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (strcmp(model_rows[i].name, name) == 0)
            return &model_rows[i];
    const char *nearest = model_nearest(name, x86_model_names);
    if (nearest != NULL)
        emu_error_set(err, EMU_ERROR_INPUT, "there is no CPU model '%.40s'; did you mean '%s'?",
                      name, nearest);
    else
        emu_error_set(err, EMU_ERROR_INPUT,
                      "there is no CPU model '%.40s'; choose one of x86-64-v1, x86-64-v2, "
                      "x86-64-v3 and max",
                      name);
    return NULL;
}

/* ---- feature sets ---- */

static void model_set(struct x86_cpu_model *model, unsigned feature)
{
    model->features[feature / 64] |= 1ull << (feature % 64);
}

/* Takes the feature away, and all that needs it. */
static void model_drop(struct x86_cpu_model *model, unsigned feature)
{
    model->features[feature / 64] &= ~(1ull << (feature % 64));
    for (size_t i = 0; i < NEED_COUNT; i++)
        if (model_needs[i].needs == feature && x86_model_has(model, model_needs[i].feature))
            model_drop(model, model_needs[i].feature);
}

static bool model_check_needs(const struct x86_cpu_model *model, struct emu_error *err)
{
    for (size_t i = 0; i < NEED_COUNT; i++)
        if (x86_model_has(model, model_needs[i].feature) &&
            !x86_model_has(model, model_needs[i].needs))
            return emu_error_set(err, EMU_ERROR_INPUT,
                                 "CPU feature '%s' needs '%s', which %s does not have: add +%s",
                                 x86_feature_names[model_needs[i].feature],
                                 x86_feature_names[model_needs[i].needs], model->name,
                                 x86_feature_names[model_needs[i].needs]);
    return true;
}

/* One "+feature" or "-feature". */
static bool model_change(struct x86_cpu_model *model, char *text, struct emu_error *err)
{
    if ((text[0] != '+' && text[0] != '-') || text[1] == '\0')
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "CPU feature '%.40s' needs a + or - before it, as in max,-avx2", text);
    model_normalise(text + 1);
    int feature = model_find_feature(text + 1);
    if (feature < 0)
        return model_refuse_feature(text + 1, err);
    if (text[0] == '+')
        model_set(model, (unsigned)feature);
    else
        model_drop(model, (unsigned)feature);
    return true;
}

static bool model_change_all(struct x86_cpu_model *model, char *list, struct emu_error *err)
{
    char *rest = list;
    for (char *text; (text = strsep(&rest, ",")) != NULL;)
        if (!model_change(model, text, err))
            return false;
    return model_check_needs(model, err);
}

/*
 * Vendor and numbers. GenuineIntel, because then SYSENTER works in compatibility mode, the x2APIC
 * and the TSC deadline timer are ordinary, CPUID 0x15 tells the TSC's rate, and one MSR
 * (ARCH_CAPABILITIES) tells a kernel that no mitigation of speculation is needed: an emulator does
 * not speculate. SYSCALL outside 64-bit code is #UD, then.
 */
static void model_fill(struct x86_cpu_model *model, const struct model_row *row)
{
    snprintf(model->name, sizeof(model->name), "%s", row->name);
    snprintf(model->vendor, sizeof(model->vendor), "GenuineIntel");
    snprintf(model->brand, sizeof(model->brand), "Lathe virtual CPU (%s)", row->name);
    model->family = 6;
    model->model = row->number;
    model->stepping = row->stepping;
    model->physical_bits = 40;
    model->linear_bits = 48;
    model->topology = (struct x86_topology){1, 1, 1, 1};
    for (size_t i = 0; i < COUNT(model_levels); i++)
        if (model_levels[i].level <= row->level)
            model_set(model, model_levels[i].feature);
}

static struct x86_cpu_model *model_build(const char *name, char *changes, struct emu_error *err)
{
    const struct model_row *row = model_find(name, err);
    if (row == NULL)
        return NULL;
    struct x86_cpu_model *model = calloc(1, sizeof(*model));
    if (model == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory for the CPU model");
        return NULL;
    }
    char more[128];
    model_fill(model, row);
    snprintf(more, sizeof(more), "%s", row->more);
    if ((more[0] != '\0' && !model_change_all(model, more, err)) ||
        (changes != NULL && !model_change_all(model, changes, err))) {
        free(model);
        return NULL;
    }
    return model;
}

struct x86_cpu_model *x86_model_parse(const char *text, struct emu_error *err)
{
    char *copy = strdup(text == NULL || *text == '\0' ? "max" : text);
    if (copy == NULL) {
        emu_error_set(err, EMU_ERROR_HOST, "out of memory for the CPU model");
        return NULL;
    }
    char *changes = copy;
    char *name = strsep(&changes, ",");
    struct x86_cpu_model *model = model_build(name, changes, err);
    free(copy);
    return model;
}

void x86_model_free(struct x86_cpu_model *model)
{
    free(model);
}

/* ---- topology ---- */

void x86_model_set_topology(struct x86_cpu_model *model, const struct x86_topology *topology)
{
    model->topology = *topology;
}

/* How many bits number n things. */
static unsigned model_bits(unsigned n)
{
    return n <= 1 ? 0 : 32 - (unsigned)__builtin_clz(n - 1);
}

unsigned x86_model_apic_shift(const struct x86_cpu_model *model, enum x86_topology_level level)
{
    const struct x86_topology *topology = &model->topology;
    unsigned shift = model_bits(topology->threads);
    if (level >= X86_LEVEL_DIE)
        shift += model_bits(topology->cores);
    if (level >= X86_LEVEL_PACKAGE)
        shift += model_bits(topology->dies);
    return shift;
}

uint32_t x86_model_apic_id(const struct x86_cpu_model *model, unsigned index)
{
    const struct x86_topology *topology = &model->topology;
    unsigned thread = index % topology->threads;
    index /= topology->threads;
    unsigned core = index % topology->cores;
    index /= topology->cores;
    unsigned die = index % topology->dies;
    unsigned socket = index / topology->dies;
    return socket << x86_model_apic_shift(model, X86_LEVEL_PACKAGE) |
           die << x86_model_apic_shift(model, X86_LEVEL_DIE) |
           core << x86_model_apic_shift(model, X86_LEVEL_CORE) | thread;
}

/* ---- what a model makes legal ---- */

static const struct {
    uint8_t feature;
    uint32_t bits;
} model_cr4[] = {
    {X86_FEATURE_vme, X86_CR4_VME | X86_CR4_PVI},
    {X86_FEATURE_tsc, X86_CR4_TSD},
    {X86_FEATURE_de, X86_CR4_DE},
    {X86_FEATURE_pse, X86_CR4_PSE},
    {X86_FEATURE_pae, X86_CR4_PAE},
    {X86_FEATURE_mce, X86_CR4_MCE},
    {X86_FEATURE_pge, X86_CR4_PGE},
    {X86_FEATURE_fpu, X86_CR4_PCE},
    {X86_FEATURE_fxsr, X86_CR4_OSFXSR},
    {X86_FEATURE_sse, X86_CR4_OSXMMEXCPT},
    {X86_FEATURE_umip, X86_CR4_UMIP},
    {X86_FEATURE_fsgsbase, X86_CR4_FSGSBASE},
    {X86_FEATURE_pcid, X86_CR4_PCIDE},
    {X86_FEATURE_xsave, X86_CR4_OSXSAVE},
    {X86_FEATURE_smep, X86_CR4_SMEP},
    {X86_FEATURE_smap, X86_CR4_SMAP},
    {X86_FEATURE_pku, X86_CR4_PKE},
};

uint64_t x86_model_cr4_bits(const struct x86_cpu_model *model)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < COUNT(model_cr4); i++)
        if (x86_model_has(model, model_cr4[i].feature))
            bits |= model_cr4[i].bits;
    return bits;
}

uint64_t x86_model_xcr0_bits(const struct x86_cpu_model *model)
{
    if (!x86_model_has(model, X86_FEATURE_xsave))
        return 0;
    return X86_XCR0_X87 | X86_XCR0_SSE |
           (x86_model_has(model, X86_FEATURE_avx) ? X86_XCR0_AVX : 0) |
           (x86_model_has(model, X86_FEATURE_pku) ? X86_XCR0_PKRU : 0);
}
