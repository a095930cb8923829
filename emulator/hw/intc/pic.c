/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two cascaded 8259A interrupt controllers with the edge/level registers of a PC (Intel 8259A
 * datasheet, ICH9 datasheet 13.4). The 8080 vector mode and the buffered mode's pins are left out.
 */
#include "emulator/hw/intc/pic.h"

#include "emulator/hw/save.h"

#define PIC_ICW1      0x10u /* command port: bit that tells an ICW1 */
#define PIC_ICW1_ICW4 0x01u /* an ICW4 will follow */
#define PIC_ICW1_SNGL 0x02u /* no slave: no ICW3 */
#define PIC_ICW1_LTIM 0x08u /* all inputs level triggered */
#define PIC_ICW4_AEOI 0x02u
#define PIC_ICW4_SFNM 0x10u /* special fully nested mode */
#define PIC_OCW3      0x08u /* command port: bit that tells an OCW3 from an OCW2 */
#define PIC_OCW3_RIS  0x01u /* read ISR, not IRR */
#define PIC_OCW3_RR   0x02u /* RIS is valid */
#define PIC_OCW3_POLL 0x04u
#define PIC_OCW3_SMM  0x20u /* special mask mode */
#define PIC_OCW3_ESMM 0x40u /* SMM is valid */

#define PIC_CASCADE 2u

/* What the next write to the data port is. */
enum pic_init_state { PIC_READY, PIC_ICW2, PIC_ICW3, PIC_ICW4 };

struct pic_chip {
    uint8_t irr, isr, imr;
    uint8_t lines; /* levels of the inputs */
    uint8_t elcr;  /* level triggered inputs */
    uint8_t base;  /* vector of input 0 */
    uint8_t first; /* the input with the highest priority */
    uint8_t init_state;
    bool init_icw4, init_single;
    bool read_isr, poll, special_mask, fully_nested, auto_eoi, rotate_auto_eoi, level_all;
};

struct pic {
    struct emu_device device;
    struct emu_region regions[3];
    struct pic_chip chips[2];
    bool intr;
};

static struct pic *pic_of(void *device)
{
    return device;
}

/* ---- priorities ---- */

static uint8_t pic_level_mask(const struct pic_chip *chip)
{
    return chip->level_all ? 0xff : chip->elcr;
}

/* How far behind the highest priority the first set bit of mask is; 8: none. */
static unsigned pic_rank(const struct pic_chip *chip, uint8_t mask)
{
    unsigned rank = 0;

    while (rank < 8 && !(mask >> ((chip->first + rank) & 7) & 1))
        rank++;
    return rank;
}

/* The input to be served now, or -1. */
static int pic_ready(const struct pic_chip *chip, bool master)
{
    uint8_t busy = chip->isr;
    unsigned wanted = pic_rank(chip, chip->irr & ~chip->imr);

    if (chip->special_mask)
        busy &= ~chip->imr;
    if (chip->fully_nested && master)
        busy &= (uint8_t) ~(1u << PIC_CASCADE);
    if (wanted == 8 || wanted >= pic_rank(chip, busy))
        return -1;
    return (int)((chip->first + wanted) & 7);
}

static void pic_chip_input(struct pic_chip *chip, unsigned input, bool level)
{
    uint8_t bit = (uint8_t)(1u << input);

    if (pic_level_mask(chip) & bit)
        chip->irr = level ? chip->irr | bit : chip->irr & ~bit;
    else if (level && !(chip->lines & bit))
        chip->irr |= bit;
    chip->lines = level ? chip->lines | bit : chip->lines & ~bit;
}

/* Slave to master, master to the processor. */
static void pic_update_locked(struct pic *pic)
{
    bool intr;

    pic_chip_input(&pic->chips[0], PIC_CASCADE, false);
    pic->chips[0].irr &= (uint8_t) ~(1u << PIC_CASCADE);
    if (pic_ready(&pic->chips[1], false) >= 0)
        pic_chip_input(&pic->chips[0], PIC_CASCADE, true);
    intr = pic_ready(&pic->chips[0], true) >= 0;
    if (intr == pic->intr)
        return;
    pic->intr = intr;
    emu_irq_set(&pic->device.irqs[0], intr);
}

static void pic_line(void *opaque, unsigned line, bool level)
{
    struct pic *pic = pic_of(opaque);

    if (line > 15 || line == PIC_CASCADE)
        return;
    pthread_mutex_lock(&pic->device.lock);
    pic_chip_input(&pic->chips[line >> 3], line & 7, level);
    pic_update_locked(pic);
    pthread_mutex_unlock(&pic->device.lock);
}

/* ---- acknowledge ---- */

static void pic_chip_serve(struct pic_chip *chip, unsigned input)
{
    uint8_t bit = (uint8_t)(1u << input);

    if (!chip->auto_eoi)
        chip->isr |= bit;
    else if (chip->rotate_auto_eoi)
        chip->first = (input + 1) & 7;
    if (!(pic_level_mask(chip) & bit))
        chip->irr &= ~bit;
}

/* The chip's part of an INTA cycle: input 7 without service if the request went away. */
static unsigned pic_chip_acknowledge(struct pic_chip *chip, bool master)
{
    int input = pic_ready(chip, master);

    if (input < 0)
        return 7;
    pic_chip_serve(chip, (unsigned)input);
    return (unsigned)input;
}

int emu_pic_acknowledge(void *opaque)
{
    struct pic *pic = pic_of(opaque);
    unsigned input, vector;

    pthread_mutex_lock(&pic->device.lock);
    input = pic_chip_acknowledge(&pic->chips[0], true);
    vector = pic->chips[0].base + input;
    if (input == PIC_CASCADE)
        vector = pic->chips[1].base + pic_chip_acknowledge(&pic->chips[1], false);
    pic_update_locked(pic);
    pthread_mutex_unlock(&pic->device.lock);
    return (int)(vector & 0xff);
}

/* ---- commands ---- */

/* Edges that came before are forgotten, levels are not. */
static void pic_begin_init(struct pic_chip *chip, uint8_t icw1)
{
    uint8_t lines = chip->lines, elcr = chip->elcr, base = chip->base;

    *chip = (struct pic_chip){
        .lines = lines,
        .elcr = elcr,
        .base = base,
        .init_state = PIC_ICW2,
        .init_icw4 = (icw1 & PIC_ICW1_ICW4) != 0,
        .init_single = (icw1 & PIC_ICW1_SNGL) != 0,
        .level_all = (icw1 & PIC_ICW1_LTIM) != 0,
    };
    chip->irr = lines & pic_level_mask(chip);
}

/* OCW2: bit 7 rotate, bit 6 specific, bit 5 EOI, bits 2 to 0 the input. */
static void pic_ocw2(struct pic_chip *chip, uint8_t value)
{
    unsigned command = value >> 5, input = value & 7;
    bool rotate = command & 4, specific = command & 2, eoi = command & 1;

    if (!eoi) {
        if (!specific)
            chip->rotate_auto_eoi = rotate;
        else if (rotate)
            chip->first = (input + 1) & 7; /* set priority */
        return;
    }
    if (!specific) {
        uint8_t busy = chip->special_mask ? chip->isr & ~chip->imr : chip->isr;
        unsigned rank = pic_rank(chip, busy);

        if (rank == 8)
            return;
        input = (chip->first + rank) & 7;
    }
    chip->isr &= (uint8_t) ~(1u << input);
    if (rotate)
        chip->first = (input + 1) & 7;
}

static void pic_ocw3(struct pic_chip *chip, uint8_t value)
{
    if (value & PIC_OCW3_POLL)
        chip->poll = true;
    if (value & PIC_OCW3_RR)
        chip->read_isr = (value & PIC_OCW3_RIS) != 0;
    if (value & PIC_OCW3_ESMM)
        chip->special_mask = (value & PIC_OCW3_SMM) != 0;
}

static void pic_command(struct pic_chip *chip, uint8_t value)
{
    if (value & PIC_ICW1)
        pic_begin_init(chip, value);
    else if (value & PIC_OCW3)
        pic_ocw3(chip, value);
    else
        pic_ocw2(chip, value);
}

static void pic_data(struct pic_chip *chip, uint8_t value)
{
    switch (chip->init_state) {
    case PIC_ICW2:
        chip->base = value & 0xf8;
        chip->init_state = !chip->init_single ? PIC_ICW3 : chip->init_icw4 ? PIC_ICW4 : PIC_READY;
        break;
    case PIC_ICW3: /* the wiring of the cascade is fixed */
        chip->init_state = chip->init_icw4 ? PIC_ICW4 : PIC_READY;
        break;
    case PIC_ICW4:
        chip->auto_eoi = (value & PIC_ICW4_AEOI) != 0;
        chip->fully_nested = (value & PIC_ICW4_SFNM) != 0;
        chip->init_state = PIC_READY;
        break;
    default:
        chip->imr = value;
        break;
    }
}

/* ---- ports ---- */

static uint8_t pic_poll_locked(struct pic *pic, unsigned which)
{
    struct pic_chip *chip = &pic->chips[which];
    int input = pic_ready(chip, which == 0);

    chip->poll = false;
    if (input < 0)
        return 0;
    pic_chip_serve(chip, (unsigned)input);
    pic_update_locked(pic);
    return 0x80 | (uint8_t)input;
}

static uint64_t pic_read_chip(struct pic *pic, unsigned which, uint64_t offset)
{
    struct pic_chip *chip = &pic->chips[which];

    if (chip->poll)
        return pic_poll_locked(pic, which);
    if (offset == 1)
        return chip->imr;
    return chip->read_isr ? chip->isr : chip->irr;
}

static void pic_write_chip(struct pic *pic, unsigned which, uint64_t offset, uint8_t value)
{
    if (offset == 0)
        pic_command(&pic->chips[which], value);
    else
        pic_data(&pic->chips[which], value);
    pic_update_locked(pic);
}

static uint64_t pic_master_read(void *opaque, uint64_t offset, unsigned size)
{
    return pic_read_chip(pic_of(opaque), 0, offset);
}

static void pic_master_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    pic_write_chip(pic_of(opaque), 0, offset, (uint8_t)value);
}

static uint64_t pic_slave_read(void *opaque, uint64_t offset, unsigned size)
{
    return pic_read_chip(pic_of(opaque), 1, offset);
}

static void pic_slave_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    pic_write_chip(pic_of(opaque), 1, offset, (uint8_t)value);
}

static uint64_t pic_elcr_read(void *opaque, uint64_t offset, unsigned size)
{
    return pic_of(opaque)->chips[offset].elcr;
}

/* IRQ 0, 1, 2, 8 and 13 are always edge triggered. */
static void pic_elcr_write(void *opaque, uint64_t offset, uint64_t value, unsigned size)
{
    static const uint8_t allowed[2] = {0xf8, 0xde};
    struct pic *pic = pic_of(opaque);
    struct pic_chip *chip = &pic->chips[offset];
    uint8_t changed = chip->elcr;

    chip->elcr = (uint8_t)value & allowed[offset];
    changed ^= chip->elcr;
    chip->irr = (chip->irr & ~changed) | (chip->lines & changed & chip->elcr);
    pic_update_locked(pic);
}

static const struct emu_region_ops pic_ops[3] = {
    {pic_master_read, pic_master_write, .valid_min = 1, .valid_max = 4, .impl_max = 1},
    {pic_slave_read, pic_slave_write, .valid_min = 1, .valid_max = 4, .impl_max = 1},
    {pic_elcr_read, pic_elcr_write, .valid_min = 1, .valid_max = 4, .impl_max = 1},
};

/* ---- the device ---- */

static bool pic_realize(struct emu_device *device, struct emu_error *err)
{
    static const char *const names[3] = {"pic-master", "pic-slave", "elcr"};
    struct pic *pic = pic_of(device);

    for (unsigned i = 0; i < 3; i++) {
        emu_region_init_io(&pic->regions[i], names[i], &pic_ops[i], pic, &device->lock, 2);
        device->regions[i] = &pic->regions[i];
    }
    device->irq_in = pic_line;
    return true;
}

/* Masked until somebody initialises it; lines stay what their drivers say. */
static void pic_reset(struct emu_device *device)
{
    struct pic *pic = pic_of(device);

    for (unsigned i = 0; i < 2; i++)
        pic->chips[i] = (struct pic_chip){.lines = pic->chips[i].lines, .imr = 0xff};
    pic_update_locked(pic);
}

#define PIC_FIELD(chip, member)                                                                    \
    {                                                                                              \
#chip "." #member, offsetof(struct pic, chips[chip].member),                               \
            sizeof(((struct pic *)0)->chips[chip].member), 1,                                      \
            EMU_FIELD_IS_BOOL(((struct pic *)0)->chips[chip].member)                               \
    }
#define PIC_FIELDS(chip)                                                                           \
    PIC_FIELD(chip, irr), PIC_FIELD(chip, isr), PIC_FIELD(chip, imr), PIC_FIELD(chip, lines),      \
        PIC_FIELD(chip, elcr), PIC_FIELD(chip, base), PIC_FIELD(chip, first),                      \
        PIC_FIELD(chip, init_state), PIC_FIELD(chip, init_icw4), PIC_FIELD(chip, init_single),     \
        PIC_FIELD(chip, read_isr), PIC_FIELD(chip, poll), PIC_FIELD(chip, special_mask),           \
        PIC_FIELD(chip, fully_nested), PIC_FIELD(chip, auto_eoi),                                  \
        PIC_FIELD(chip, rotate_auto_eoi), PIC_FIELD(chip, level_all)

static const struct emu_field pic_fields[] = {
    PIC_FIELDS(0),
    PIC_FIELDS(1),
    EMU_FIELD(struct pic, intr),
    EMU_FIELD_END,
};

static void pic_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "pic", pic_of(device), pic_fields);
}

static bool pic_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct pic *pic = pic_of(device);

    if (!emu_hw_load(in, "pic", pic, pic_fields, err))
        return false;
    for (unsigned i = 0; i < 2; i++)
        if (pic->chips[i].first > 7 || pic->chips[i].init_state > PIC_ICW4)
            return emu_hw_load_bad("pic", "a priority or state", err);
    return true;
}

const struct emu_device_class emu_pic_class = {
    .name = "pic",
    .description = "pair of 8259A interrupt controllers",
    .size = sizeof(struct pic),
    .realize = pic_realize,
    .reset = pic_reset,
    .save = pic_save,
    .load = pic_load,
};
