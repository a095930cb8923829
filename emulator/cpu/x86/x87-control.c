/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 control: words, environments (SDM volume 1 figures 8-9 to 8-12), FSAVE images, and the state
 * that MMX instructions share with the x87.
 */
#include <string.h>

#include "emulator/cpu/x86/helpers.h"
#include "emulator/cpu/x86/x87.h"

enum ir_status x86_helper_x87_wait(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    return x87_check(x86_cpu_of(env));
}

static void x87_load_control(struct x86_x87 *x87, uint16_t value)
{
    x87->control = (uint16_t)((value & 0x1f3f) | 0x0040);
    x87->status &= (uint16_t) ~(X87_ES | X87_B);
    if (x87->status & ~x87->control & X87_EXCEPTIONS)
        x87->status |= X87_ES | X87_B;
}

enum ir_status x86_helper_x87_control(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    struct x86_x87 *x87 = &cpu->x87;

    switch (x87_arg_op(a)) {
    case X87_INIT:
        x87_init(x87);
        break;
    case X87_CLEX:
        x87->status &= (uint16_t) ~(X87_EXCEPTIONS | X87_SF | X87_ES | X87_B);
        break;
    case X87_LDCW:
        if (x87_check(cpu) != IR_OK)
            return x87_stopped(cpu);
        x87_load_control(x87, (uint16_t)b);
        break;
    case X87_STCW:
        env->result = x87->control;
        break;
    default:
        env->result = x87_status(x87);
        break;
    }
    x87_settle(cpu);
    return IR_OK;
}

/* ---- environments ---- */

static void x87_put_le(uint8_t *p, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t x87_get_le(const uint8_t *p, unsigned bytes)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)p[i] << (8 * i);
    return value;
}

/* Seven words of `width` bytes; in real and virtual-8086 mode pointers are linear. */
static void x87_write_environment(const struct x86_x87 *x87, uint8_t *image, unsigned width,
                                  bool real)
{
    uint32_t ip = (uint32_t)x87->fip, dp = (uint32_t)x87->fdp;
    uint32_t words[7] = {x87->control, x87_status(x87), x87_full_tags(x87), ip, x87->fcs,
                         dp,           x87->fds};

    if (real) {
        ip += (uint32_t)x87->fcs << 4;
        dp += (uint32_t)x87->fds << 4;
        words[3] = ip & 0xffff;
        words[4] = (ip >> 16 << 12) | (x87->opcode & 0x7ff);
        words[5] = dp & 0xffff;
        words[6] = dp >> 16 << 12;
    } else if (width == 4) {
        words[4] |= (uint32_t)(x87->opcode & 0x7ff) << 16;
    }
    for (unsigned i = 0; i < 7; i++) {
        bool half = i < 3 || (real ? i == 3 || i == 5 : i == 6); /* of 16 bits only */
        uint32_t filled = width == 4 && half ? 0xffff0000u : 0;
        x87_put_le(image + i * width, words[i] | filled, width);
    }
}

static void x87_read_environment(struct x86_x87 *x87, const uint8_t *image, unsigned width,
                                 bool real)
{
    uint32_t words[7];

    for (unsigned i = 0; i < 7; i++)
        words[i] = x87_get_le(image + i * width, width);
    x87->control = (uint16_t)((words[0] & 0x1f3f) | 0x0040);
    x87_set_status(x87, (uint16_t)words[1]);
    x87_set_full_tags(x87, (uint16_t)words[2]);
    x87->fip = words[3];
    x87->fdp = words[5];
    x87->fcs = real ? 0 : (uint16_t)words[4];
    x87->fds = real ? 0 : (uint16_t)words[6];
    if (real) {
        x87->fip = (words[3] & 0xffff) | (words[4] >> 12 << 16);
        x87->fdp = (words[5] & 0xffff) | (words[6] >> 12 << 16);
        x87->opcode = words[4] & 0x7ff;
    } else if (width == 4) {
        x87->opcode = (words[4] >> 16) & 0x7ff;
    }
}

static void x87_write_stack(const struct x86_x87 *x87, uint8_t *image)
{
    for (unsigned i = 0; i < 8; i++)
        memcpy(image + 10 * i, x87->st[x87_physical(x87, i)], 10);
}

static void x87_read_stack(struct x86_x87 *x87, const uint8_t *image)
{
    for (unsigned i = 0; i < 8; i++)
        memcpy(x87->st[x87_physical(x87, i)], image + 10 * i, 10);
}

#define X87_IMAGE_MAX (28 + 80)

static enum ir_status x87_store_image(struct x86_cpu *cpu, bool whole, emu_gva address,
                                      unsigned width, bool real)
{
    struct x86_x87 *x87 = &cpu->x87;
    unsigned environment = 7 * width;
    uint8_t image[X87_IMAGE_MAX];

    x87_write_environment(x87, image, width, real);
    if (whole)
        x87_write_stack(x87, image + environment);
    if (x86_store_bytes(cpu, address, image, environment + (whole ? 80 : 0)) != IR_OK)
        return IR_FAULT;
    if (whole)
        x87_init(x87);
    else
        x87_load_control(x87, x87->control | X87_EXCEPTIONS);
    x87_settle(cpu);
    return IR_OK;
}

static enum ir_status x87_load_image(struct x86_cpu *cpu, bool whole, emu_gva address,
                                     unsigned width, bool real)
{
    struct x86_x87 *x87 = &cpu->x87;
    unsigned environment = 7 * width;
    uint8_t image[X87_IMAGE_MAX];

    if (x86_load_bytes(cpu, address, image, environment + (whole ? 80 : 0)) != IR_OK)
        return IR_FAULT;
    x87_read_environment(x87, image, width, real);
    if (whole)
        x87_read_stack(x87, image + environment);
    x87_settle(cpu);
    return IR_OK;
}

enum ir_status x86_helper_x87_environment(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    unsigned width = (c & 0xff) == 2 ? 2 : 4;
    bool real = c >> 8;
    enum x87_op op = x87_arg_op(a);

    if (op == X87_STENV || op == X87_SAVE)
        return x87_store_image(cpu, op == X87_SAVE, b, width, real);
    if (x87_check(cpu) != IR_OK)
        return x87_stopped(cpu);
    return x87_load_image(cpu, op == X87_RSTOR, b, width, real);
}

/* ---- MMX ---- */

enum ir_status x86_helper_mmx_begin(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (x87_check(cpu) != IR_OK)
        return x87_stopped(cpu);
    cpu->x87.top = 0;
    cpu->x87.tag = 0xff;
    for (unsigned i = 0; i < 8; i++) {
        if (a >> i & 1)
            memset(cpu->x87.st[i] + 8, 0xff, 2);
    }
    return IR_OK;
}

enum ir_status x86_helper_emms(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);

    if (x87_check(cpu) != IR_OK)
        return x87_stopped(cpu);
    cpu->x87.tag = 0;
    return IR_OK;
}

/* All of the bytes are loaded, so that the store is one that faults before it changes anything. */
enum ir_status x86_helper_mmx_mask_store(struct ir_env *env, uint64_t a, uint64_t b, uint64_t c)
{
    struct x86_cpu *cpu = x86_cpu_of(env);
    uint8_t bytes[8];

    if (x87_check(cpu) != IR_OK)
        return x87_stopped(cpu);
    if (c & 0x8080808080808080ull) {
        if (x86_load_bytes(cpu, a, bytes, 8) != IR_OK)
            return IR_FAULT;
        for (unsigned i = 0; i < 8; i++) {
            if (c >> (8 * i + 7) & 1)
                bytes[i] = (uint8_t)(b >> (8 * i));
        }
        if (x86_store_bytes(cpu, a, bytes, 8) != IR_OK)
            return IR_FAULT;
    }
    return x86_helper_mmx_begin(env, 0, 0, 0);
}
