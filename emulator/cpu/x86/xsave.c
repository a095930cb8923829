/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FXSAVE and the XSAVE family (SDM volume 1 chapters 10.5 and 13). State components: x87 (0), SSE
 * (1), AVX (2) and PKRU (9). The init optimisation is used, the modified one is not; there is no
 * XSAVES.
 */
#include <string.h>

#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/x87.h"
#include "emulator/cpu/x86/xsave.h"

#define FX_SIZE       512u
#define FX_MXCSR      24u
#define FX_MXCSR_MASK 28u
#define FX_ST         32u
#define FX_XMM        160u
#define XSAVE_HEADER  512u
#define XSAVE_MAX     (XSAVE_PKRU_OFFSET + 8u)
#define XSAVE_COMPACT (1ull << 63)

static void put_le(uint8_t *p, uint64_t value, unsigned bytes)
{
    memcpy(p, &value, bytes);
}

static uint64_t get_le(const uint8_t *p, unsigned bytes)
{
    uint64_t value = 0;

    memcpy(&value, p, bytes);
    return value;
}

/* ---- the legacy region ---- */

static void fx_write_x87(const struct x86_cpu *cpu, uint8_t *image, bool wide)
{
    const struct x86_x87 *x87 = &cpu->x87;

    put_le(image, x87->control, 2);
    put_le(image + 2, x87_status(x87), 2);
    put_le(image + 4, x87->tag, 1);
    put_le(image + 5, 0, 1);
    put_le(image + 6, x87->opcode, 2);
    put_le(image + 8, x87->fip, 8);
    put_le(image + 16, x87->fdp, 8);
    if (!wide) {
        put_le(image + 12, x87->fcs, 4);
        put_le(image + 20, x87->fds, 4);
    }
    for (unsigned i = 0; i < 8; i++) {
        memcpy(image + FX_ST + 16 * i, x87->st[x87_physical(x87, i)], 10);
        memset(image + FX_ST + 16 * i + 10, 0, 6);
    }
}

static void fx_read_x87(struct x86_cpu *cpu, const uint8_t *image, bool wide)
{
    struct x86_x87 *x87 = &cpu->x87;

    x87->control = (uint16_t)((get_le(image, 2) & 0x1f3f) | 0x0040);
    x87_set_status(x87, (uint16_t)get_le(image + 2, 2));
    x87->tag = image[4];
    x87->opcode = get_le(image + 6, 2) & 0x7ff;
    x87->fip = get_le(image + 8, wide ? 8 : 4);
    x87->fdp = get_le(image + 16, wide ? 8 : 4);
    x87->fcs = wide ? 0 : (uint16_t)get_le(image + 12, 2);
    x87->fds = wide ? 0 : (uint16_t)get_le(image + 20, 2);
    for (unsigned i = 0; i < 8; i++)
        memcpy(x87->st[x87_physical(x87, i)], image + FX_ST + 16 * i, 10);
}

/* Registers 8 to 15 exist in 64-bit code only. */
static unsigned fx_vectors(const struct x86_cpu *cpu)
{
    return cpu->ir.mode & X86_MODE_CODE64 ? 16 : 8;
}

static void fx_write_xmm(const struct x86_cpu *cpu, uint8_t *image)
{
    for (unsigned i = 0; i < fx_vectors(cpu); i++)
        memcpy(image + FX_XMM + 16 * i, cpu->vec[i], 16);
}

static void fx_read_xmm(struct x86_cpu *cpu, const uint8_t *image)
{
    for (unsigned i = 0; i < fx_vectors(cpu); i++)
        memcpy(cpu->vec[i], image + FX_XMM + 16 * i, 16);
}

static void fx_write_mxcsr(struct x86_cpu *cpu, uint8_t *image)
{
    x86_sync_mxcsr(cpu);
    put_le(image + FX_MXCSR, cpu->mxcsr, 4);
    put_le(image + FX_MXCSR_MASK, XSAVE_MXCSR_MASK, 4);
}

static bool fx_mxcsr_legal(const uint8_t *image)
{
    return !(get_le(image + FX_MXCSR, 4) & ~(uint64_t)XSAVE_MXCSR_MASK);
}

static void fx_read_mxcsr(struct x86_cpu *cpu, const uint8_t *image)
{
    x86_set_mxcsr(cpu, (uint32_t)get_le(image + FX_MXCSR, 4));
}

static enum ir_status fx_check(struct x86_cpu *cpu, emu_gva address, unsigned align)
{
    return address % align != 0 ? x86_raise_error(cpu, X86_GP, 0) : IR_OK;
}

enum ir_status x86_helper_fxsave(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t image[FX_SIZE];
    unsigned used = FX_XMM + 16 * fx_vectors(cpu);

    if (fx_check(cpu, b, 16) != IR_OK)
        return IR_FAULT;
    fx_write_x87(cpu, image, c == 8);
    fx_write_mxcsr(cpu, image);
    fx_write_xmm(cpu, image);
    return x86_store_bytes(cpu, b, image, used);
}

enum ir_status x86_helper_fxrstor(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t image[FX_SIZE];

    if (fx_check(cpu, b, 16) != IR_OK || x86_load_bytes(cpu, b, image, FX_SIZE) != IR_OK)
        return IR_FAULT;
    if (!fx_mxcsr_legal(image))
        return x86_raise_error(cpu, X86_GP, 0);
    fx_read_x87(cpu, image, c == 8);
    fx_read_mxcsr(cpu, image);
    fx_read_xmm(cpu, image);
    return IR_OK;
}

/* ---- components ---- */

unsigned x86_xsave_size(unsigned component)
{
    switch (component) {
    case XSAVE_AVX:
        return 256;
    case XSAVE_PKRU:
        return 8;
    default:
        return 0;
    }
}

unsigned x86_xsave_offset(unsigned component)
{
    return component == XSAVE_AVX ? XSAVE_AVX_OFFSET : XSAVE_PKRU_OFFSET;
}

/* In the compacted format what is present follows the header without gaps. */
static unsigned xsave_place(uint64_t compact, unsigned component)
{
    unsigned at = XSAVE_HEADER + 64;

    if (!(compact & XSAVE_COMPACT))
        return x86_xsave_offset(component);
    for (unsigned i = 2; i < component; i++) {
        if (compact >> i & 1)
            at += x86_xsave_size(i);
    }
    return at;
}

unsigned x86_xsave_area(uint64_t components, bool compact)
{
    unsigned end = XSAVE_HEADER + 64;

    for (unsigned i = 2; i < 63; i++) {
        if (components >> i & 1)
            end = xsave_place(compact ? components | XSAVE_COMPACT : 0, i) + x86_xsave_size(i);
    }
    return end;
}

static bool xsave_x87_initial(const struct x86_cpu *cpu)
{
    static const uint8_t zeros[sizeof(cpu->x87.st)];
    const struct x86_x87 *x87 = &cpu->x87;

    return x87->control == X87_CONTROL_RESET && x87_status(x87) == 0 && x87->tag == 0 &&
           x87->fip == 0 && x87->fdp == 0 && x87->opcode == 0 &&
           memcmp(x87->st, zeros, sizeof(zeros)) == 0;
}

static bool xsave_zero(const struct x86_cpu *cpu, unsigned first, unsigned words)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < fx_vectors(cpu); i++) {
        for (unsigned n = 0; n < words; n++)
            all |= cpu->vec[i][first + n];
    }
    return all == 0;
}

uint64_t x86_xsave_in_use(struct x86_cpu *cpu)
{
    uint64_t in_use = 0;

    if (!xsave_x87_initial(cpu))
        in_use |= 1ull << XSAVE_X87;
    if (!xsave_zero(cpu, 0, 2))
        in_use |= 1ull << XSAVE_SSE;
    if (!xsave_zero(cpu, 2, 2))
        in_use |= 1ull << XSAVE_AVX;
    if (cpu->pkru != 0)
        in_use |= 1ull << XSAVE_PKRU;
    return in_use;
}

static void xsave_write(struct x86_cpu *cpu, uint8_t *image, uint64_t components, uint64_t compact,
                        bool wide)
{
    uint8_t *avx = image + xsave_place(compact, XSAVE_AVX);

    if (components >> XSAVE_X87 & 1)
        fx_write_x87(cpu, image, wide);
    if (components >> XSAVE_SSE & 1)
        fx_write_xmm(cpu, image);
    if (components >> XSAVE_AVX & 1) {
        for (unsigned i = 0; i < fx_vectors(cpu); i++)
            memcpy(avx + 16 * i, &cpu->vec[i][2], 16);
    }
    if (components >> XSAVE_PKRU & 1)
        put_le(image + xsave_place(compact, XSAVE_PKRU), cpu->pkru, 8);
}

/* Without CR4.OSXSAVE the instructions do not exist. */
static enum ir_status xsave_check(struct x86_cpu *cpu, emu_gva address)
{
    if (!(cpu->cr4 & X86_CR4_OSXSAVE))
        return x86_raise(cpu, X86_UD);
    return fx_check(cpu, address, 64);
}

static uint64_t xsave_wanted(const struct x86_cpu *cpu)
{
    return ((cpu->gpr[X86_RDX] << 32) | (uint32_t)cpu->gpr[X86_RAX]) & cpu->xcr0;
}

/* What the instruction does not write stays as it is in memory: so the area is read first. */
enum ir_status x86_helper_xsave(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t wanted = xsave_wanted(cpu), present = x86_xsave_in_use(cpu);
    uint64_t compact = a >= 2 ? wanted | XSAVE_COMPACT : 0;
    unsigned size = x86_xsave_area(wanted, a >= 2);
    uint8_t image[XSAVE_MAX];
    uint64_t written = a == 0 ? wanted : wanted & present;

    if (xsave_check(cpu, b) != IR_OK || x86_load_bytes(cpu, b, image, size) != IR_OK)
        return IR_FAULT;
    xsave_write(cpu, image, written, compact, c == 8);
    /* MXCSR goes with SSE and AVX, in use or not; in the compacted form, where it is not at its
     * initial value, SSE counts as in use. */
    if (a < 2 ? wanted & 6 : wanted & 2)
        fx_write_mxcsr(cpu, image);
    if (a >= 2 && (wanted & 2) && cpu->mxcsr != XSAVE_MXCSR_RESET) {
        fx_write_xmm(cpu, image);
        written |= 2;
    }
    if (a >= 2) {
        put_le(image + XSAVE_HEADER, written, 8);
        put_le(image + XSAVE_HEADER + 8, compact, 8);
        memset(image + XSAVE_HEADER + 16, 0, 48);
    } else {
        uint64_t before = get_le(image + XSAVE_HEADER, 8);
        put_le(image + XSAVE_HEADER, (before & ~wanted) | (wanted & present), 8);
    }
    return x86_store_bytes(cpu, b, image, size);
}

/* ---- restoring ---- */

static bool xrstor_legal(const struct x86_cpu *cpu, const uint8_t *image)
{
    uint64_t bits = get_le(image + XSAVE_HEADER, 8), compact = get_le(image + XSAVE_HEADER + 8, 8);
    static const uint8_t zeros[48];

    if (bits & ~cpu->xcr0)
        return false;
    if (!(compact & XSAVE_COMPACT))
        return compact == 0 && get_le(image + XSAVE_HEADER + 16, 8) == 0;
    return !(compact & ~XSAVE_COMPACT & ~cpu->xcr0) && !(bits & ~compact) &&
           memcmp(image + XSAVE_HEADER + 16, zeros, sizeof(zeros)) == 0;
}

static void xrstor_x87(struct x86_cpu *cpu, const uint8_t *image, bool present, bool wide)
{
    if (present) {
        fx_read_x87(cpu, image, wide);
    } else {
        x87_init(&cpu->x87);
        memset(cpu->x87.st, 0, sizeof(cpu->x87.st));
    }
}

static void xrstor_vectors(struct x86_cpu *cpu, const uint8_t *from, unsigned word, bool present)
{
    for (unsigned i = 0; i < fx_vectors(cpu); i++) {
        if (present)
            memcpy(&cpu->vec[i][word], from + 16 * i, 16);
        else
            memset(&cpu->vec[i][word], 0, 16);
    }
}

static void xrstor_read(struct x86_cpu *cpu, const uint8_t *image, uint64_t wanted, bool wide)
{
    uint64_t bits = get_le(image + XSAVE_HEADER, 8), compact = get_le(image + XSAVE_HEADER + 8, 8);

    if (wanted >> XSAVE_X87 & 1)
        xrstor_x87(cpu, image, bits >> XSAVE_X87 & 1, wide);
    if (wanted >> XSAVE_SSE & 1)
        xrstor_vectors(cpu, image + FX_XMM, 0, bits >> XSAVE_SSE & 1);
    if (wanted >> XSAVE_AVX & 1)
        xrstor_vectors(cpu, image + xsave_place(compact, XSAVE_AVX), 2, bits >> XSAVE_AVX & 1);
    if (wanted >> XSAVE_PKRU & 1) {
        const uint8_t *pkru = image + xsave_place(compact, XSAVE_PKRU);
        uint32_t value = bits >> XSAVE_PKRU & 1 ? (uint32_t)get_le(pkru, 4) : 0;
        x86_tlb_set_pkru(cpu, value);
    }
}

enum ir_status x86_helper_xrstor(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint64_t wanted = xsave_wanted(cpu), compact, with_mxcsr;
    uint8_t image[XSAVE_MAX];
    unsigned size;

    if (xsave_check(cpu, b) != IR_OK || x86_load_bytes(cpu, b, image, XSAVE_HEADER + 64) != IR_OK)
        return IR_FAULT;
    compact = get_le(image + XSAVE_HEADER + 8, 8);
    if (!xrstor_legal(cpu, image))
        return x86_raise_error(cpu, X86_GP, 0);
    size = x86_xsave_area(compact & XSAVE_COMPACT ? compact & ~XSAVE_COMPACT : wanted,
                          compact & XSAVE_COMPACT);
    if (x86_load_bytes(cpu, b, image, size) != IR_OK)
        return IR_FAULT;
    with_mxcsr = wanted & (compact & XSAVE_COMPACT ? 2 : 6); /* as when it is saved */
    if (with_mxcsr && !fx_mxcsr_legal(image))
        return x86_raise_error(cpu, X86_GP, 0);
    xrstor_read(cpu, image, wanted, c == 8);
    /* MXCSR: initial when the compacted form has no SSE state, else from the area. */
    if (compact & XSAVE_COMPACT && with_mxcsr && !(get_le(image + XSAVE_HEADER, 8) & 2)) {
        x86_set_mxcsr(cpu, XSAVE_MXCSR_RESET);
    } else if (with_mxcsr) {
        fx_read_mxcsr(cpu, image);
    }
    return IR_OK;
}
