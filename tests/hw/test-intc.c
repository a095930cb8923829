/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interrupt controllers: 8259 pair, IOAPIC, local APIC and their messages to each other. */
#include "tests/hw/rig.h"

#include "emulator/hw/intc/ioapic.h"
#include "emulator/hw/intc/pic.h"

#define MASTER 0 /* regions of the pic */
#define SLAVE  1
#define ELCR   2

/* ---- 8259 ---- */

static void pic_program(struct rig_device *pic, uint8_t icw4)
{
    rig_write(pic, MASTER, 0, 0x11, 1);
    rig_write(pic, MASTER, 1, 0x20, 1);
    rig_write(pic, MASTER, 1, 4, 1);
    rig_write(pic, MASTER, 1, icw4, 1);
    rig_write(pic, SLAVE, 0, 0x11, 1);
    rig_write(pic, SLAVE, 1, 0x28, 1);
    rig_write(pic, SLAVE, 1, 2, 1);
    rig_write(pic, SLAVE, 1, icw4, 1);
    rig_write(pic, MASTER, 1, 0, 1);
    rig_write(pic, SLAVE, 1, 0, 1);
}

static struct rig_device *pic_add(struct rig *rig, uint8_t icw4)
{
    struct rig_device *pic = rig_add(rig, &emu_pic_class);

    pic_program(pic, icw4);
    return pic;
}

static void pic_pulse(struct rig_device *pic, unsigned line)
{
    rig_line(pic, line, true);
    rig_line(pic, line, false);
}

static int pic_take(struct rig_device *pic)
{
    return emu_pic_acknowledge(pic->device);
}

static void test_pic_priorities(void)
{
    struct rig rig;
    struct rig_device *pic;

    rig_init(&rig);
    pic = pic_add(&rig, 1);
    CHECK(!pic->level[0]);
    pic_pulse(pic, 5);
    pic_pulse(pic, 3);
    CHECK(pic->level[0]);
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0x28);
    CHECK_EQ(pic_take(pic), 0x23);
    CHECK(!pic->level[0]); /* 5 waits for 3 */
    pic_pulse(pic, 1);
    CHECK(pic->level[0]); /* 1 does not */
    CHECK_EQ(pic_take(pic), 0x21);
    rig_write(pic, MASTER, 0, 0x0b, 1);
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0x0a);
    rig_write(pic, MASTER, 0, 0x20, 1);
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0x08);
    rig_write(pic, MASTER, 0, 0x20, 1);
    CHECK_EQ(pic_take(pic), 0x25);
    rig_write(pic, MASTER, 0, 0x65, 1); /* specific EOI */
    CHECK_EQ(pic_take(pic), 0x27);      /* spurious */
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0);
    rig_finish(&rig);
}

static void test_pic_cascade(void)
{
    struct rig rig;
    struct rig_device *pic;

    rig_init(&rig);
    pic = pic_add(&rig, 1);
    pic_pulse(pic, 12);
    pic_pulse(pic, 8);
    CHECK_EQ(pic_take(pic), 0x28);
    CHECK(!pic->level[0]);
    rig_write(pic, SLAVE, 0, 0x20, 1);
    CHECK(!pic->level[0]); /* the master's input 2 is still in service */
    rig_write(pic, MASTER, 0, 0x20, 1);
    CHECK(pic->level[0]);
    CHECK_EQ(pic_take(pic), 0x2c);
    rig_write(pic, SLAVE, 1, 0xff, 1);
    rig_write(pic, SLAVE, 0, 0x20, 1);
    rig_write(pic, MASTER, 0, 0x20, 1);
    pic_pulse(pic, 9);
    CHECK(!pic->level[0]);
    rig_write(pic, SLAVE, 1, 0xfd, 1);
    CHECK(pic->level[0]);
    CHECK(rig_survives(pic));
    rig_finish(&rig);
}

static void test_pic_level(void)
{
    struct rig rig;
    struct rig_device *pic;

    rig_init(&rig);
    pic = pic_add(&rig, 1);
    rig_write(pic, ELCR, 0, 0xff, 1);
    rig_write(pic, ELCR, 1, 0x0c, 1);
    CHECK_EQ(rig_read(pic, ELCR, 0, 2), 0x0cf8);
    rig_line(pic, 10, true);
    CHECK_EQ(pic_take(pic), 0x2a);
    rig_write(pic, SLAVE, 0, 0x20, 1);
    rig_write(pic, MASTER, 0, 0x20, 1);
    CHECK(pic->level[0]); /* still high */
    rig_line(pic, 10, false);
    CHECK(!pic->level[0]);
    rig_line(pic, 4, true);
    rig_line(pic, 4, false);
    CHECK(!pic->level[0]); /* a level that went is not remembered */
    rig_finish(&rig);
}

static void test_pic_modes(void)
{
    struct rig rig;
    struct rig_device *pic;

    rig_init(&rig);
    pic = pic_add(&rig, 3); /* automatic EOI */
    pic_pulse(pic, 4);
    CHECK_EQ(pic_take(pic), 0x24);
    pic_pulse(pic, 4);
    CHECK_EQ(pic_take(pic), 0x24);
    pic_program(pic, 1);
    rig_write(pic, MASTER, 0, 0xc4, 1); /* priority: 5 is highest, 4 lowest */
    pic_pulse(pic, 3);
    pic_pulse(pic, 6);
    CHECK_EQ(pic_take(pic), 0x26);
    rig_write(pic, MASTER, 0, 0xa0, 1); /* rotate on EOI: 7 is highest */
    CHECK_EQ(pic_take(pic), 0x23);
    rig_write(pic, MASTER, 0, 0x68, 1); /* special mask mode: masked services do not block */
    pic_pulse(pic, 5);
    CHECK(!pic->level[0]);
    rig_write(pic, MASTER, 1, 0x08, 1);
    CHECK(pic->level[0]);
    rig_write(pic, MASTER, 0, 0x0c, 1); /* poll */
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0x85);
    rig_write(pic, MASTER, 0, 0x0c, 1);
    CHECK_EQ(rig_read(pic, MASTER, 0, 1), 0);
    rig_finish(&rig);
}

/* ---- local APIC ---- */

#define REG_ID      0x020
#define REG_TPR     0x080
#define REG_PPR     0x0a0
#define REG_EOI     0x0b0
#define REG_LDR     0x0d0
#define REG_DFR     0x0e0
#define REG_SVR     0x0f0
#define REG_ISR     0x100
#define REG_TMR     0x180
#define REG_IRR     0x200
#define REG_ESR     0x280
#define REG_ICR     0x300
#define REG_ICR2    0x310
#define REG_TIMER   0x320
#define REG_LINT0   0x350
#define REG_LINT1   0x360
#define REG_ERROR   0x370
#define REG_INITIAL 0x380
#define REG_CURRENT 0x390
#define REG_DIVIDE  0x3e0

static uint32_t apic_read(struct rig_device *apic, unsigned reg)
{
    return (uint32_t)emu_lapic_ops.read(apic->device, reg, 4);
}

static void apic_write(struct rig_device *apic, unsigned reg, uint32_t value)
{
    emu_lapic_ops.write(apic->device, reg, value, 4);
}

static int apic_take(struct rig_device *apic)
{
    bool pending = emu_lapic_ops.pending(apic->device);
    int vector = emu_lapic_ops.acknowledge(apic->device);

    CHECK_EQ(pending, vector >= 0);
    return vector;
}

static void apic_eoi(struct rig_device *apic)
{
    apic_write(apic, REG_EOI, 0);
}

static struct rig_device *apic_add(struct rig *rig)
{
    struct rig_device *apic = rig_add(rig, &emu_lapic_class);

    apic_write(apic, REG_SVR, 0x1ff);
    return apic;
}

static void apic_ipi(struct rig_device *apic, uint32_t destination, uint32_t low)
{
    apic_write(apic, REG_ICR2, destination << 24);
    apic_write(apic, REG_ICR, low);
}

static void test_lapic_priority(void)
{
    struct rig rig;
    struct rig_device *apic;

    rig_init(&rig);
    apic = apic_add(&rig);
    CHECK_EQ(apic_read(apic, REG_ID), 0);
    CHECK_EQ(apic_take(apic), -1);
    apic_ipi(apic, 0, 0x40041); /* to itself */
    apic_ipi(apic, 0, 0x40052);
    CHECK_EQ(apic->requests[EMU_APIC_INTR], 2);
    CHECK_EQ(apic_read(apic, REG_IRR + 0x20), 1u << 1 | 1u << 18);
    CHECK_EQ(apic_take(apic), 0x52);
    CHECK_EQ(apic_read(apic, REG_PPR), 0x50);
    CHECK_EQ(apic_take(apic), -1);
    apic_eoi(apic);
    CHECK_EQ(apic->requests[EMU_APIC_INTR], 3); /* told that 41 may come now */
    emu_lapic_ops.set_tpr(apic->device, 4);
    CHECK_EQ(apic_read(apic, REG_TPR), 0x40);
    CHECK_EQ(apic_take(apic), -1);
    CHECK_EQ(emu_lapic_ops.get_tpr(apic->device), 4);
    emu_lapic_ops.set_tpr(apic->device, 3);
    CHECK_EQ(apic->requests[EMU_APIC_INTR], 4);
    CHECK_EQ(apic_take(apic), 0x41);
    apic_eoi(apic);
    apic_eoi(apic); /* one too many does nothing */
    CHECK_EQ(apic_read(apic, REG_PPR), 0x30);
    CHECK(rig_survives(apic));
    rig_finish(&rig);
}

static void test_lapic_destinations(void)
{
    struct rig rig;
    struct rig_device *apic[4];

    rig_init(&rig);
    for (unsigned i = 0; i < 4; i++) {
        apic[i] = apic_add(&rig);
        apic_write(apic[i], REG_LDR, 1u << (24 + i));
    }
    apic_ipi(apic[0], 2, 0x4060); /* physical */
    CHECK_EQ(apic_take(apic[2]), 0x60);
    CHECK_EQ(apic_take(apic[1]), -1);
    apic_ipi(apic[0], 0xa, 0x4861); /* flat: 1 and 3 */
    CHECK_EQ(apic_take(apic[1]), 0x61);
    CHECK_EQ(apic_take(apic[3]), 0x61);
    CHECK_EQ(apic_take(apic[0]), -1);
    apic_ipi(apic[0], 0xff, 0x4070); /* physical broadcast */
    apic_ipi(apic[1], 0, 0xc4081);   /* all but itself */
    apic_ipi(apic[1], 0, 0x84092);   /* all */
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(apic_take(apic[i]), 0x92);
        apic_eoi(apic[i]);
        CHECK_EQ(apic_take(apic[i]), i == 1 ? 0x70 : 0x81);
        apic_eoi(apic[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        apic_write(apic[i], REG_DFR, 0);
        apic_write(apic[i], REG_LDR, (0x10 << (i / 2) | 1u << (i % 2)) << 24);
    }
    apic_ipi(apic[0], 0x23, 0x48a3); /* cluster 2: both */
    CHECK_EQ(apic_take(apic[2]), 0xa3);
    CHECK_EQ(apic_take(apic[3]), 0xa3);
    CHECK_EQ(apic_take(apic[1]), -1);
    apic_ipi(apic[0], 0xf1, 0x48b4); /* the first of each cluster */
    CHECK_EQ(apic_take(apic[2]), 0xb4);
    CHECK_EQ(apic_take(apic[0]), 0xb4);
    rig_finish(&rig);
}

static void test_lapic_lowest(void)
{
    struct rig rig;
    struct rig_device *apic[3];
    unsigned taken[3] = {0};

    rig_init(&rig);
    for (unsigned i = 0; i < 3; i++) {
        apic[i] = apic_add(&rig);
        apic_write(apic[i], REG_LDR, 1u << (24 + i));
    }
    apic_write(apic[2], REG_TPR, 0x20);
    for (unsigned n = 0; n < 10; n++) {
        apic_ipi(apic[0], 7, 0x4955);
        for (unsigned i = 0; i < 3; i++)
            if (apic_take(apic[i]) == 0x55) {
                taken[i]++;
                apic_eoi(apic[i]);
            }
    }
    CHECK_EQ(taken[0] + taken[1], 10);
    CHECK(taken[0] >= 3 && taken[1] >= 3); /* equals take turns */
    rig_finish(&rig);
}

static void test_lapic_kinds(void)
{
    struct rig rig;
    struct rig_device *one, *two;

    rig_init(&rig);
    one = apic_add(&rig);
    two = apic_add(&rig);
    apic_ipi(one, 1, 0xc500);
    CHECK_EQ(two->requests[EMU_APIC_INIT], 1);
    apic_ipi(one, 1, 0x8500); /* de-assert: nothing */
    CHECK_EQ(two->requests[EMU_APIC_INIT], 1);
    apic_ipi(one, 1, 0x4699);
    CHECK_EQ(two->requests[EMU_APIC_SIPI], 1);
    CHECK_EQ(two->sipi_vector, 0x99);
    apic_ipi(one, 1, 0x4400);
    CHECK_EQ(two->requests[EMU_APIC_NMI], 1);
    apic_ipi(one, 1, 0x4200);
    CHECK_EQ(two->requests[EMU_APIC_SMI], 1);
    apic_write(two, REG_SVR, 0xff); /* software disabled: NMI comes, fixed does not */
    apic_ipi(one, 1, 0x4400);
    apic_ipi(one, 1, 0x4055);
    CHECK_EQ(two->requests[EMU_APIC_NMI], 2);
    CHECK_EQ(apic_take(two), -1);
    apic_write(one, REG_ERROR, 0xe0);
    apic_ipi(one, 1, 0x4005); /* illegal vector */
    CHECK_EQ(apic_take(one), 0xe0);
    CHECK_EQ(apic_read(one, REG_ESR), 0);
    apic_write(one, REG_ESR, 0);
    CHECK_EQ(apic_read(one, REG_ESR), 0x20);
    apic_write(one, REG_ESR, 0);
    CHECK_EQ(apic_read(one, REG_ESR), 0);
    rig_finish(&rig);
}

static void test_lapic_timer(void)
{
    struct rig rig;
    struct rig_device *apic;

    rig_init(&rig);
    apic = apic_add(&rig);
    apic_write(apic, REG_DIVIDE, 0xb); /* by 1: a count is a nanosecond */
    apic_write(apic, REG_TIMER, 0x40);
    apic_write(apic, REG_INITIAL, 1000000);
    rig_advance(&rig, 400000);
    CHECK_EQ(apic_read(apic, REG_CURRENT), 600000);
    CHECK_EQ(apic_take(apic), -1);
    rig_advance(&rig, 600000);
    CHECK_EQ(apic_take(apic), 0x40);
    apic_eoi(apic);
    CHECK_EQ(apic_read(apic, REG_CURRENT), 0);
    rig_advance(&rig, 5000000);
    CHECK_EQ(apic_take(apic), -1);

    apic_write(apic, REG_TIMER, 0x20041); /* periodic, by 16 */
    apic_write(apic, REG_DIVIDE, 3);
    apic_write(apic, REG_INITIAL, 62500);
    for (unsigned i = 0; i < 3; i++) {
        rig_advance(&rig, RIG_MS);
        CHECK_EQ(apic_take(apic), 0x41);
        apic_eoi(apic);
    }
    rig_advance(&rig, RIG_MS / 2);
    CHECK_EQ(apic_read(apic, REG_CURRENT), 31250);
    apic_write(apic, REG_TIMER, 0x41); /* one-shot: the count goes on */
    CHECK_EQ(apic_read(apic, REG_CURRENT), 31250);
    apic_write(apic, REG_DIVIDE, 0); /* by 2: so it does, faster */
    CHECK_EQ(apic_read(apic, REG_CURRENT), 31250);
    rig_advance(&rig, 62500);
    CHECK_EQ(apic_take(apic), 0x41);
    apic_eoi(apic);
    CHECK(rig_survives(apic));
    apic_write(apic, REG_TIMER, 0x10041); /* masked */
    apic_write(apic, REG_INITIAL, 10);
    rig_advance(&rig, RIG_MS);
    CHECK_EQ(apic_take(apic), -1);
    rig_finish(&rig);
}

static void test_lapic_deadline(void)
{
    struct rig rig;
    struct rig_device *apic;
    uint64_t value = 1;

    rig_init(&rig);
    apic = apic_add(&rig);
    CHECK(emu_lapic_ops.write_msr(apic->device, 0x6e0, 100));
    CHECK(emu_lapic_ops.read_msr(apic->device, 0x6e0, &value));
    CHECK_EQ(value, 0); /* not in deadline mode */
    apic_write(apic, REG_TIMER, 0x40042);
    CHECK(emu_lapic_ops.write_msr(apic->device, 0x6e0, 3 * RIG_MS));
    emu_lapic_ops.read_msr(apic->device, 0x6e0, &value);
    CHECK_EQ(value, 3 * RIG_MS);
    rig_advance(&rig, 3 * RIG_MS - 1);
    CHECK_EQ(apic_take(apic), -1);
    rig_advance(&rig, 1);
    CHECK_EQ(apic_take(apic), 0x42);
    apic_eoi(apic);
    emu_lapic_ops.read_msr(apic->device, 0x6e0, &value);
    CHECK_EQ(value, 0);
    emu_lapic_ops.write_msr(apic->device, 0x6e0, RIG_MS); /* in the past: at once */
    CHECK_EQ(apic_take(apic), 0x42);
    apic_eoi(apic);
    emu_lapic_ops.write_msr(apic->device, 0x6e0, 9 * RIG_MS);
    emu_lapic_ops.write_msr(apic->device, 0x6e0, 0); /* disarmed */
    rig_advance(&rig, 10 * RIG_MS);
    CHECK_EQ(apic_take(apic), -1);
    apic_write(apic, REG_INITIAL, 5); /* no count in this mode */
    CHECK_EQ(apic_read(apic, REG_INITIAL), 0);
    rig_finish(&rig);
}

static bool apic_set_base(struct rig_device *apic, uint64_t value)
{
    return emu_lapic_ops.set_base(apic->device, value);
}

static void test_lapic_base(void)
{
    struct rig rig;
    struct rig_device *apic;
    uint64_t value;

    rig_init(&rig);
    apic = apic_add(&rig);
    CHECK_EQ(emu_lapic_ops.get_base(apic->device), 0xfee00900);
    CHECK(!apic_set_base(apic, 0xfee00500)); /* x2APIC without enable */
    CHECK(!apic_set_base(apic, 0xfee00901)); /* reserved bit */
    CHECK(!emu_lapic_ops.read_msr(apic->device, 0x802, &value));
    CHECK(apic_set_base(apic, 0xfee00d00));
    CHECK_EQ(apic_read(apic, REG_ID), UINT32_MAX); /* no registers in memory now */
    CHECK(!apic_set_base(apic, 0xfee00900));       /* not straight back */
    CHECK(apic_set_base(apic, 0xfee00100));        /* off */
    CHECK(!apic_set_base(apic, 0xfee00d00));       /* and not straight to x2APIC */
    CHECK(apic_set_base(apic, 0xfee00900));
    CHECK_EQ(apic_read(apic, REG_SVR), 0xff); /* as after a reset */
    rig_finish(&rig);
}

static void test_x2apic(void)
{
    struct rig rig;
    struct rig_device *apic[3];
    uint64_t value;

    rig_init(&rig);
    for (unsigned i = 0; i < 3; i++) {
        apic[i] = apic_add(&rig);
        CHECK(apic_set_base(apic[i], 0xfee00c00));
    }
    CHECK(emu_lapic_ops.read_msr(apic[2]->device, 0x802, &value));
    CHECK_EQ(value, 2);
    CHECK(emu_lapic_ops.read_msr(apic[2]->device, 0x80d, &value));
    CHECK_EQ(value, 4);
    CHECK(emu_lapic_ops.write_msr(apic[0]->device, 0x830, 2ull << 32 | 0x4077));
    CHECK_EQ(apic_take(apic[2]), 0x77);
    CHECK(emu_lapic_ops.write_msr(apic[2]->device, 0x80b, 0));
    CHECK(!emu_lapic_ops.write_msr(apic[2]->device, 0x80b, 1));
    CHECK(emu_lapic_ops.write_msr(apic[0]->device, 0x830, 6ull << 32 | 0x4878)); /* logical */
    CHECK_EQ(apic_take(apic[1]), 0x78);
    CHECK_EQ(apic_take(apic[2]), 0x78);
    CHECK_EQ(apic_take(apic[0]), -1);
    CHECK(emu_lapic_ops.write_msr(apic[0]->device, 0x83f, 0x90)); /* self */
    CHECK_EQ(apic_take(apic[0]), 0x90);
    CHECK(emu_lapic_ops.write_msr(apic[0]->device, 0x830, 0xffffffffull << 32 | 0x40a0));
    CHECK_EQ(apic_take(apic[1]), 0xa0);
    CHECK(!emu_lapic_ops.write_msr(apic[0]->device, 0x802, 5));     /* read-only */
    CHECK(!emu_lapic_ops.write_msr(apic[0]->device, 0x80e, 0));     /* no DFR */
    CHECK(!emu_lapic_ops.write_msr(apic[0]->device, 0x808, 0x100)); /* reserved bits */
    CHECK(!emu_lapic_ops.read_msr(apic[0]->device, 0x831, &value));
    CHECK(emu_lapic_ops.read_msr(apic[0]->device, 0x830, &value));
    CHECK_EQ(value, 0xffffffffull << 32 | 0x40a0);
    rig_finish(&rig);
}

static void test_virtual_wire(void)
{
    struct rig rig;
    struct rig_device *apic, *pic;

    rig_init(&rig);
    pic = rig_add(&rig, &emu_pic_class);
    apic = rig_new(&rig, &emu_lapic_class); /* its index is 1: not the bootstrap processor */
    emu_lapic_set_pic(apic->device, emu_pic_acknowledge, pic->device);
    rig_realize(apic);
    pic->device->irqs[0] = emu_device_irq_in(apic->device, 0);
    pic_program(pic, 1);
    apic_write(apic, REG_SVR, 0x1ff);
    pic_pulse(pic, 4);
    CHECK(!emu_lapic_ops.pending(apic->device)); /* LINT0 is masked here */
    apic_write(apic, REG_LINT0, 0x700);
    CHECK(emu_lapic_ops.pending(apic->device));
    CHECK(apic->requests[EMU_APIC_INTR] != 0);
    CHECK_EQ(apic_take(apic), 0x24);
    CHECK_EQ(apic_take(apic), -1);
    rig_write(pic, MASTER, 0, 0x20, 1);
    apic_write(apic, REG_LINT0, 0x31); /* fixed, edge */
    pic_pulse(pic, 4);
    CHECK_EQ(apic_take(apic), 0x31);
    apic_eoi(apic);
    pic_take(pic);
    apic_write(apic, REG_LINT0, 0x8032); /* fixed, level */
    rig_write(pic, MASTER, 0, 0x20, 1);
    pic_pulse(pic, 5);
    CHECK_EQ(apic_take(apic), 0x32);
    CHECK_EQ(apic_read(apic, REG_LINT0), 0xc032); /* remote IRR */
    apic_eoi(apic);
    CHECK_EQ(apic_take(apic), 0x32);        /* still high */
    CHECK(apic_set_base(apic, 0xfee00000)); /* off: straight to the processor */
    CHECK_EQ(apic_take(apic), 0x25);
    rig_line(apic, 1, true);
    CHECK_EQ(apic->requests[EMU_APIC_NMI], 1);
    rig_finish(&rig);
}

/* ---- IOAPIC ---- */

static void ioapic_put(struct rig_device *ioapic, unsigned reg, uint32_t value)
{
    rig_write(ioapic, 0, 0, reg, 4);
    rig_write(ioapic, 0, 0x10, value, 4);
}

static uint32_t ioapic_get(struct rig_device *ioapic, unsigned reg)
{
    rig_write(ioapic, 0, 0, reg, 4);
    return (uint32_t)rig_read(ioapic, 0, 0x10, 4);
}

static void test_ioapic_edge(void)
{
    struct rig rig;
    struct rig_device *apic, *ioapic;

    rig_init(&rig);
    apic = apic_add(&rig);
    ioapic = rig_add(&rig, &emu_ioapic_class);
    CHECK_EQ(ioapic_get(ioapic, 1), 0x170020);
    CHECK_EQ(ioapic_get(ioapic, 0x10), 0x10000);
    ioapic_put(ioapic, 0, 0x0f000000);
    CHECK_EQ(ioapic_get(ioapic, 0), 0x0f000000);
    rig_line(ioapic, 4, true); /* masked: lost */
    ioapic_put(ioapic, 0x18, 0x44);
    CHECK_EQ(apic_take(apic), -1);
    rig_line(ioapic, 4, false);
    rig_line(ioapic, 4, true);
    CHECK_EQ(apic_take(apic), 0x44);
    apic_eoi(apic);
    CHECK_EQ(apic_take(apic), -1);
    ioapic_put(ioapic, 0x19, 0x01000000); /* another processor, that is not there */
    rig_line(ioapic, 4, false);
    rig_line(ioapic, 4, true);
    CHECK_EQ(apic_take(apic), -1);
    CHECK(rig_survives(ioapic));
    rig_finish(&rig);
}

static void test_ioapic_level(void)
{
    struct rig rig;
    struct rig_device *apic, *ioapic;

    rig_init(&rig);
    apic = apic_add(&rig);
    ioapic = rig_add(&rig, &emu_ioapic_class);
    rig_line(ioapic, 10, true);
    ioapic_put(ioapic, 0x24, 0x8060); /* unmasking a high pin sends */
    CHECK_EQ(ioapic_get(ioapic, 0x24), 0xc060);
    CHECK_EQ(apic_take(apic), 0x60);
    CHECK_EQ(apic_read(apic, REG_TMR + 0x30), 1);
    apic_eoi(apic);
    CHECK_EQ(ioapic_get(ioapic, 0x24), 0xc060); /* still high: sent again */
    CHECK_EQ(apic_take(apic), 0x60);
    rig_line(ioapic, 10, false);
    apic_eoi(apic);
    CHECK_EQ(ioapic_get(ioapic, 0x24), 0x8060);
    CHECK_EQ(apic_take(apic), -1);
    apic_write(apic, REG_SVR, 0x11ff); /* no broadcast: the EOI register it is */
    rig_line(ioapic, 10, true);
    CHECK_EQ(apic_take(apic), 0x60);
    rig_line(ioapic, 10, false);
    apic_eoi(apic);
    CHECK_EQ(ioapic_get(ioapic, 0x24), 0xc060);
    rig_write(ioapic, 0, 0x40, 0x60, 4);
    CHECK_EQ(ioapic_get(ioapic, 0x24), 0x8060);
    rig_finish(&rig);
}

static void test_msi(void)
{
    struct rig rig;
    struct rig_device *one, *two;

    rig_init(&rig);
    one = apic_add(&rig);
    two = apic_add(&rig);
    emu_memory_store(rig.memory, 0xfee01000, 0x4045, 4);
    CHECK_EQ(apic_take(two), 0x45);
    CHECK_EQ(apic_take(one), -1);
    emu_memory_store(rig.memory, 0xfeeff000, 0x0400, 4);
    CHECK_EQ(one->requests[EMU_APIC_NMI] + two->requests[EMU_APIC_NMI], 2);
    rig_finish(&rig);
}

/* ---- senders on other threads ---- */

#define THREAD_ROUNDS 3000

struct sender {
    struct emu_apic_bus *bus;
    struct rig_device *ioapic;
    pthread_t thread;
};

static void quiet_request(void *opaque, enum emu_apic_request kind, uint8_t vector)
{
}

static emu_ns quiet_time(void *opaque, uint64_t tsc)
{
    return tsc;
}

static void *sender_run(void *opaque)
{
    struct sender *sender = opaque;

    for (unsigned i = 0; i < THREAD_ROUNDS; i++) {
        struct emu_apic_message message = {.vector = (uint8_t)(0x40 + i % 0x40)};

        emu_apic_bus_send(sender->bus, &message);
        rig_line(sender->ioapic, 9, i & 1);
    }
    rig_line(sender->ioapic, 9, false);
    return NULL;
}

/* The processor's side meanwhile: nothing that was sent may be lost or stay behind. */
static void test_threads(void)
{
    const struct emu_apic_cpu cpu = {quiet_request, quiet_time, NULL};
    struct sender senders[2];
    struct rig_device *apic, *ioapic;
    unsigned seen[256] = {0}, idle = 0;
    struct rig rig;

    rig_init(&rig);
    apic = rig_new(&rig, &emu_lapic_class);
    emu_lapic_join(apic->device, rig.bus, &cpu, 0, true);
    rig_realize(apic);
    apic_write(apic, REG_SVR, 0x1ff);
    ioapic = rig_add(&rig, &emu_ioapic_class);
    ioapic_put(ioapic, 0x22, 0x8090); /* pin 9, level */
    for (unsigned i = 0; i < 2; i++) {
        senders[i] = (struct sender){.bus = rig.bus, .ioapic = ioapic};
        pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]);
    }
    while (idle < 100000) {
        int vector = emu_lapic_ops.acknowledge(apic->device);

        idle = vector < 0 ? idle + 1 : 0;
        if (vector >= 0) {
            seen[vector]++;
            apic_eoi(apic);
        }
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(senders[i].thread, NULL);
    for (int vector; (vector = emu_lapic_ops.acknowledge(apic->device)) >= 0; apic_eoi(apic))
        seen[vector]++;
    for (unsigned vector = 0x40; vector < 0x80; vector++)
        CHECK(seen[vector] != 0);
    CHECK(seen[0x90] != 0);
    CHECK_EQ(ioapic_get(ioapic, 0x22), 0x8090); /* each was ended */
    rig_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"pic-priorities", test_pic_priorities},
        {"pic-cascade", test_pic_cascade},
        {"pic-level", test_pic_level},
        {"pic-modes", test_pic_modes},
        {"lapic-priority", test_lapic_priority},
        {"lapic-destinations", test_lapic_destinations},
        {"lapic-lowest-priority", test_lapic_lowest},
        {"lapic-delivery-modes", test_lapic_kinds},
        {"lapic-timer", test_lapic_timer},
        {"lapic-tsc-deadline", test_lapic_deadline},
        {"lapic-base", test_lapic_base},
        {"x2apic", test_x2apic},
        {"virtual-wire", test_virtual_wire},
        {"ioapic-edge", test_ioapic_edge},
        {"ioapic-level", test_ioapic_level},
        {"msi", test_msi},
        {"apic-threads", test_threads},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
