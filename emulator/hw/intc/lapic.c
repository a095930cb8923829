/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Local APIC: xAPIC and x2APIC register files, IPIs, IA32_APIC_BASE (Intel SDM volume 3, chapter
 * 11). What comes in is lapic-accept.c, the timer lapic-timer.c. CMCI, thermal and performance
 * sources never fire; the xAPIC id is read-only.
 */
#include "emulator/hw/intc/lapic-internal.h"

#include "emulator/hw/save.h"

/* Registers: an xAPIC offset divided by 16, or an x2APIC MSR less 0x800. */
enum lapic_register {
    LAPIC_ID = 0x02,
    LAPIC_VERSION = 0x03,
    LAPIC_TPR = 0x08, /* task priority */
    LAPIC_APR = 0x09, /* arbitration priority, always 0 */
    LAPIC_PPR = 0x0a, /* processor priority */
    LAPIC_EOI = 0x0b,
    LAPIC_RRD = 0x0c, /* remote read, always 0 */
    LAPIC_LDR = 0x0d, /* logical destination */
    LAPIC_DFR = 0x0e, /* destination format: flat or cluster */
    LAPIC_SVR = 0x0f, /* spurious vector, software enable */
    LAPIC_ISR = 0x10, /* 8 words: in service */
    LAPIC_TMR = 0x18, /* 8 words: level triggered */
    LAPIC_IRR = 0x20, /* 8 words: requested */
    LAPIC_ESR = 0x28,
    LAPIC_ICR = 0x30,
    LAPIC_ICR_HIGH = 0x31,
    LAPIC_LVT_FIRST = 0x32, /* timer, thermal, performance, LINT0, LINT1, error */
    LAPIC_LVT_LAST = 0x37,
    LAPIC_INITIAL = 0x38,
    LAPIC_CURRENT = 0x39,
    LAPIC_DIVIDE = 0x3e,
    LAPIC_SELF_IPI = 0x3f, /* x2APIC only */
};

#define LAPIC_VERSION_VALUE 0x01050014u /* integrated, 6 LVT entries, EOI broadcast suppression */
#define LAPIC_BASE_DEFAULT  0xfee00000u
#define LAPIC_BASE_RESERVED 0xfff00000000002ffull
#define LAPIC_MSR_FIRST     0x800u
#define LAPIC_MSR_LAST      0x8ffu
#define LAPIC_MSR_DEADLINE  0x6e0u

#define LAPIC_ICR_LOGICAL      (1u << 11)
#define LAPIC_ICR_ASSERT       (1u << 14)
#define LAPIC_ICR_LEVEL        (1u << 15)
#define LAPIC_ICR_SHORTHAND(v) ((v) >> 18 & 3)
#define LAPIC_ICR_BITS         0x000ccfffu /* software may write these; delivery status is dropped */
#define LAPIC_ICR_PENDING      (1u << 12)

/* The bits of each LVT entry that software may write. */
static const uint32_t lapic_lvt_masks[LAPIC_LVTS] = {
    [LAPIC_LVT_TIMER] = 0x000700ff,       [LAPIC_LVT_THERMAL] = 0x000107ff,
    [LAPIC_LVT_PERFORMANCE] = 0x000107ff, [LAPIC_LVT_LINT0] = 0x0001a7ff,
    [LAPIC_LVT_LINT1] = 0x0001a7ff,       [LAPIC_LVT_ERROR] = 0x000100ff,
};

/* ---- sending ---- */

static void lapic_send_self(struct lapic *lapic, uint8_t delivery, uint8_t vector)
{
    if (delivery == EMU_APIC_FIXED || delivery == EMU_APIC_DELIVER_NMI)
        lapic_deliver(lapic, delivery, vector, false);
}

/* An IPI as the ICR now says. */
static void lapic_send(struct lapic *lapic)
{
    uint32_t low = (uint32_t)lapic->icr;
    struct emu_apic_message message = {
        .destination = (uint32_t)(lapic->icr >> 32),
        .logical = (low & LAPIC_ICR_LOGICAL) != 0,
        .delivery = low >> 8 & 7,
        .vector = (uint8_t)low,
    };
    bool fixed = message.delivery <= EMU_APIC_LOWEST;

    if (!lapic_in_x2apic(lapic)) {
        message.destination >>= 24;
        if (!message.logical && message.destination == 0xff)
            message.destination = EMU_APIC_BROADCAST;
    }
    if (fixed && message.vector < 16)
        lapic_note_error(lapic, LAPIC_ESR_SEND_ILLEGAL);
    /* INIT level de-assert is a thing of the past and does nothing. */
    if (message.delivery == EMU_APIC_DELIVER_INIT && (low & LAPIC_ICR_LEVEL) &&
        !(low & LAPIC_ICR_ASSERT))
        return;
    switch (LAPIC_ICR_SHORTHAND(low)) {
    case 0:
        emu_apic_bus_send(lapic->bus, &message);
        break;
    case 1:
        lapic_send_self(lapic, message.delivery, message.vector);
        break;
    default:
        message.logical = false;
        message.destination = EMU_APIC_BROADCAST;
        apic_bus_send_all(lapic->bus, LAPIC_ICR_SHORTHAND(low) == 3 ? lapic : NULL, &message);
        break;
    }
}

/* ---- registers ---- */

static uint32_t lapic_read_id(const struct lapic *lapic)
{
    return lapic_in_x2apic(lapic) ? lapic->id : lapic->id << 24;
}

static uint32_t lapic_read_locked_timer(struct lapic *lapic, unsigned index)
{
    uint32_t value;

    pthread_mutex_lock(&lapic->device.lock);
    if (index == LAPIC_INITIAL)
        value = lapic->initial_count;
    else if (index == LAPIC_CURRENT)
        value = lapic_timer_get_count_locked(lapic);
    else
        value = lapic->divide_config;
    pthread_mutex_unlock(&lapic->device.lock);
    return value;
}

static uint32_t lapic_ldr_value(const struct lapic *lapic)
{
    if (lapic_in_x2apic(lapic))
        return lapic->id >> 4 << 16 | 1u << (lapic->id & 15);
    return atomic_load(&lapic->ldr);
}

/* False: no such register. What differs between the two modes is checked by the callers. */
static bool lapic_get(struct lapic *lapic, unsigned index, uint32_t *value)
{
    if (index >= LAPIC_ISR && index < LAPIC_TMR)
        *value = lapic->isr[index - LAPIC_ISR];
    else if (index >= LAPIC_TMR && index < LAPIC_IRR)
        *value = atomic_load(&lapic->tmr[index - LAPIC_TMR]);
    else if (index >= LAPIC_IRR && index < LAPIC_ESR)
        *value = atomic_load(&lapic->irr[index - LAPIC_IRR]);
    else if (index >= LAPIC_LVT_FIRST && index <= LAPIC_LVT_LAST)
        *value = atomic_load(&lapic->lvt[index - LAPIC_LVT_FIRST]);
    else
        switch (index) {
        case LAPIC_ID:
            *value = lapic_read_id(lapic);
            break;
        case LAPIC_VERSION:
            *value = LAPIC_VERSION_VALUE;
            break;
        case LAPIC_TPR:
            *value = atomic_load(&lapic->tpr);
            break;
        case LAPIC_PPR:
            *value = lapic_ppr(lapic);
            break;
        case LAPIC_APR:
        case LAPIC_RRD:
        case LAPIC_EOI:
            *value = 0;
            break;
        case LAPIC_LDR:
            *value = lapic_ldr_value(lapic);
            break;
        case LAPIC_DFR:
            *value = atomic_load(&lapic->dfr);
            break;
        case LAPIC_SVR:
            *value = atomic_load(&lapic->svr);
            break;
        case LAPIC_ESR:
            *value = lapic->esr;
            break;
        case LAPIC_ICR:
            *value = (uint32_t)lapic->icr;
            break;
        case LAPIC_ICR_HIGH:
            *value = (uint32_t)(lapic->icr >> 32);
            break;
        case LAPIC_INITIAL:
        case LAPIC_CURRENT:
        case LAPIC_DIVIDE:
            *value = lapic_read_locked_timer(lapic, index);
            break;
        default:
            return false;
        }
    return true;
}

static void lapic_set_task_priority(struct lapic *lapic, uint32_t value)
{
    uint32_t old = atomic_exchange(&lapic->tpr, value & 0xff);

    if (value < old)
        lapic_recheck(lapic);
}

/* Software disable masks all LVT entries for as long as it lasts. */
static void lapic_set_svr(struct lapic *lapic, uint32_t value)
{
    atomic_store(&lapic->svr, value & (0xff | LAPIC_SVR_ENABLE | LAPIC_SVR_SUPPRESS));
    if (!(value & LAPIC_SVR_ENABLE))
        for (unsigned i = 0; i < LAPIC_LVTS; i++)
            atomic_fetch_or(&lapic->lvt[i], LAPIC_LVT_MASKED);
}

static void lapic_set_lvt(struct lapic *lapic, enum lapic_lvt entry, uint32_t value)
{
    value &= lapic_lvt_masks[entry];
    if (!(atomic_load(&lapic->svr) & LAPIC_SVR_ENABLE))
        value |= LAPIC_LVT_MASKED;
    if (entry == LAPIC_LVT_TIMER) {
        pthread_mutex_lock(&lapic->device.lock);
        lapic_timer_set_lvt_locked(lapic, value);
        pthread_mutex_unlock(&lapic->device.lock);
        return;
    }
    if (value & LAPIC_LVT_LEVEL)
        value |= atomic_load(&lapic->lvt[entry]) & LAPIC_LVT_REMOTE_IRR;
    atomic_store(&lapic->lvt[entry], value);
    if ((entry != LAPIC_LVT_LINT0 && entry != LAPIC_LVT_LINT1) ||
        !atomic_load(&lapic->lint[entry - LAPIC_LVT_LINT0]))
        return;
    /* A pin that is high already: level and ExtINT see it, edges are gone. */
    if (LAPIC_LVT_DELIVERY(value) == EMU_APIC_EXTINT ||
        (LAPIC_LVT_DELIVERY(value) == EMU_APIC_FIXED && (value & LAPIC_LVT_LEVEL)))
        lapic_local_event(lapic, entry);
}

static void lapic_set_timer(struct lapic *lapic, unsigned index, uint32_t value)
{
    pthread_mutex_lock(&lapic->device.lock);
    if (index == LAPIC_INITIAL)
        lapic_timer_set_count_locked(lapic, value);
    else
        lapic_timer_set_divide_locked(lapic, value);
    pthread_mutex_unlock(&lapic->device.lock);
}

/* False: no such register to write. */
static bool lapic_put(struct lapic *lapic, unsigned index, uint32_t value)
{
    if (index >= LAPIC_LVT_FIRST && index <= LAPIC_LVT_LAST) {
        lapic_set_lvt(lapic, index - LAPIC_LVT_FIRST, value);
        return true;
    }
    switch (index) {
    case LAPIC_TPR:
        lapic_set_task_priority(lapic, value);
        break;
    case LAPIC_EOI:
        lapic_eoi(lapic);
        break;
    case LAPIC_LDR:
        atomic_store(&lapic->ldr, value & 0xff000000u);
        break;
    case LAPIC_DFR:
        atomic_store(&lapic->dfr, value | 0x0fffffffu);
        break;
    case LAPIC_SVR:
        lapic_set_svr(lapic, value);
        break;
    case LAPIC_ESR:
        lapic->esr = atomic_exchange(&lapic->errors, 0);
        break;
    case LAPIC_ICR:
        lapic->icr = (lapic->icr & 0xffffffff00000000ull) | (value & LAPIC_ICR_BITS);
        lapic->icr &= ~(uint64_t)LAPIC_ICR_PENDING;
        lapic_send(lapic);
        break;
    case LAPIC_ICR_HIGH:
        lapic->icr = (uint32_t)lapic->icr | (uint64_t)(value & 0xff000000u) << 32;
        break;
    case LAPIC_INITIAL:
    case LAPIC_DIVIDE:
        lapic_set_timer(lapic, index, value);
        break;
    default:
        return false;
    }
    return true;
}

static bool lapic_is_read_only(unsigned index)
{
    return index == LAPIC_ID || index == LAPIC_VERSION || index == LAPIC_APR ||
           index == LAPIC_PPR || index == LAPIC_RRD || index == LAPIC_CURRENT ||
           (index >= LAPIC_ISR && index < LAPIC_ESR);
}

/* ---- xAPIC: memory-mapped ---- */

static uint64_t lapic_mmio_read(void *apic, uint64_t offset, unsigned size)
{
    struct lapic *lapic = lapic_of(apic);
    uint32_t value = 0;

    if (!lapic_enabled(lapic) || lapic_in_x2apic(lapic))
        return UINT64_MAX;
    if ((offset & 15) >= 4 || offset >= 0x1000)
        return 0;
    if (!lapic_get(lapic, (unsigned)(offset >> 4), &value))
        lapic_note_error(lapic, LAPIC_ESR_REGISTER);
    value >>= 8 * (offset & 3);
    return size >= 4 ? value : value & ((1u << 8 * size) - 1);
}

static void lapic_mmio_write(void *apic, uint64_t offset, uint64_t value, unsigned size)
{
    struct lapic *lapic = lapic_of(apic);
    unsigned index = (unsigned)(offset >> 4);

    if (!lapic_enabled(lapic) || lapic_in_x2apic(lapic))
        return;
    if ((offset & 15) != 0 || offset >= 0x1000 || size < 4)
        return;
    if (!lapic_put(lapic, index, (uint32_t)value) && !lapic_is_read_only(index))
        lapic_note_error(lapic, LAPIC_ESR_REGISTER);
}

/* ---- x2APIC: MSRs ---- */

/* The bits that a WRMSR may set in each register; 0: it is read-only or does not exist. */
static uint64_t lapic_x2_bits(unsigned index)
{
    if (index >= LAPIC_LVT_FIRST && index <= LAPIC_LVT_LAST)
        return lapic_lvt_masks[index - LAPIC_LVT_FIRST] | LAPIC_ICR_PENDING | LAPIC_LVT_REMOTE_IRR;
    switch (index) {
    case LAPIC_TPR:
    case LAPIC_SELF_IPI:
        return 0xff;
    case LAPIC_SVR:
        return 0xff | LAPIC_SVR_ENABLE | LAPIC_SVR_FOCUS | LAPIC_SVR_SUPPRESS;
    case LAPIC_ICR:
        return 0xffffffff00000000ull | LAPIC_ICR_BITS;
    case LAPIC_INITIAL:
        return 0xffffffff;
    case LAPIC_DIVIDE:
        return 0xb;
    default:
        return 0;
    }
}

static bool lapic_x2_write(struct lapic *lapic, unsigned index, uint64_t value)
{
    if (value & ~lapic_x2_bits(index))
        return false;
    switch (index) {
    case LAPIC_ICR:
        lapic->icr = value & ~(uint64_t)LAPIC_ICR_PENDING;
        lapic_send(lapic);
        return true;
    case LAPIC_SELF_IPI:
        lapic->icr = 1u << 18 | (uint32_t)value;
        lapic_send(lapic);
        return true;
    case LAPIC_LDR:
    case LAPIC_DFR:
    case LAPIC_ICR_HIGH:
        return false;
    default:
        return lapic_put(lapic, index, (uint32_t)value);
    }
}

static bool lapic_x2_read(struct lapic *lapic, unsigned index, uint64_t *value)
{
    uint32_t low;

    if (index == LAPIC_EOI || index == LAPIC_DFR || index == LAPIC_APR || index == LAPIC_RRD ||
        index == LAPIC_ICR_HIGH || !lapic_get(lapic, index, &low))
        return false;
    *value = index == LAPIC_ICR ? lapic->icr : low;
    return true;
}

static bool lapic_read_msr(void *apic, uint32_t msr, uint64_t *value)
{
    struct lapic *lapic = lapic_of(apic);

    if (msr == LAPIC_MSR_DEADLINE) {
        pthread_mutex_lock(&lapic->device.lock);
        *value = lapic_timer_get_deadline_locked(lapic);
        pthread_mutex_unlock(&lapic->device.lock);
        return true;
    }
    if (msr < LAPIC_MSR_FIRST || msr > LAPIC_MSR_LAST || !lapic_in_x2apic(lapic))
        return false;
    return lapic_x2_read(lapic, msr - LAPIC_MSR_FIRST, value);
}

static bool lapic_write_msr(void *apic, uint32_t msr, uint64_t value)
{
    struct lapic *lapic = lapic_of(apic);

    if (msr == LAPIC_MSR_DEADLINE) {
        pthread_mutex_lock(&lapic->device.lock);
        lapic_timer_set_deadline_locked(lapic, value);
        pthread_mutex_unlock(&lapic->device.lock);
        return true;
    }
    if (msr < LAPIC_MSR_FIRST || msr > LAPIC_MSR_LAST || !lapic_in_x2apic(lapic))
        return false;
    return lapic_x2_write(lapic, msr - LAPIC_MSR_FIRST, value);
}

/* ---- reset and IA32_APIC_BASE ---- */

/*
 * The registers after RESET or INIT. LINT0 of the bootstrap processor is left as firmware leaves
 * it, open for the 8259, so that kernels started without firmware find what they expect.
 */
static void lapic_clear_locked(struct lapic *lapic)
{
    for (unsigned i = 0; i < 8; i++) {
        lapic->isr[i] = 0;
        atomic_store(&lapic->irr[i], 0);
        atomic_store(&lapic->tmr[i], 0);
    }
    for (unsigned i = 0; i < LAPIC_LVTS; i++)
        atomic_store(&lapic->lvt[i], LAPIC_LVT_MASKED);
    if (lapic->bootstrap)
        atomic_store(&lapic->lvt[LAPIC_LVT_LINT0], (uint32_t)EMU_APIC_EXTINT << 8);
    atomic_store(&lapic->svr, 0xff);
    atomic_store(&lapic->ldr, 0);
    atomic_store(&lapic->dfr, UINT32_MAX);
    atomic_store(&lapic->tpr, 0);
    atomic_store(&lapic->errors, 0);
    atomic_store(&lapic->extint, false);
    lapic->esr = 0;
    lapic->icr = 0;
    lapic_timer_reset_locked(lapic);
}

static void lapic_init(void *apic)
{
    struct lapic *lapic = lapic_of(apic);

    pthread_mutex_lock(&lapic->device.lock);
    lapic_clear_locked(lapic);
    pthread_mutex_unlock(&lapic->device.lock);
}

static void lapic_reset(struct emu_device *device)
{
    struct lapic *lapic = lapic_of(device);

    atomic_store(&lapic->base,
                 LAPIC_BASE_DEFAULT | LAPIC_BASE_ENABLE | (lapic->bootstrap ? LAPIC_BASE_BSP : 0));
    lapic_clear_locked(lapic);
}

static uint64_t lapic_get_base(void *apic)
{
    return atomic_load_explicit(&lapic_of(apic)->base, memory_order_relaxed);
}

/* The legal changes of the two mode bits are SDM figure 11-27. */
static bool lapic_set_base(void *apic, uint64_t value)
{
    struct lapic *lapic = lapic_of(apic);
    uint64_t old = lapic_get_base(apic);
    bool was_on = old & LAPIC_BASE_ENABLE, was_x2 = old & LAPIC_BASE_X2APIC;
    bool on = value & LAPIC_BASE_ENABLE, x2 = value & LAPIC_BASE_X2APIC;

    if ((value & LAPIC_BASE_RESERVED) || (x2 && !on) || (was_x2 && on && !x2) || (!was_on && x2))
        return false;
    atomic_store(&lapic->base, value);
    if (was_on && !on) {
        lapic_init(lapic);
        atomic_store(&lapic->lvt[LAPIC_LVT_LINT0], LAPIC_LVT_MASKED);
    }
    lapic_recheck(lapic);
    return true;
}

static uint64_t lapic_get_tpr(void *apic)
{
    return atomic_load_explicit(&lapic_of(apic)->tpr, memory_order_relaxed) >> 4;
}

static void lapic_set_tpr(void *apic, uint64_t cr8)
{
    lapic_set_task_priority(lapic_of(apic), (uint32_t)(cr8 & 15) << 4);
}

const struct emu_apic_ops emu_lapic_ops = {
    .acknowledge = lapic_acknowledge,
    .pending = lapic_pending,
    .get_tpr = lapic_get_tpr,
    .set_tpr = lapic_set_tpr,
    .get_base = lapic_get_base,
    .set_base = lapic_set_base,
    .read_msr = lapic_read_msr,
    .write_msr = lapic_write_msr,
    .read = lapic_mmio_read,
    .write = lapic_mmio_write,
    .init = lapic_init,
};

/* ---- the device ---- */

void emu_lapic_join(struct emu_device *device, struct emu_apic_bus *bus,
                    const struct emu_apic_cpu *cpu, uint32_t id, bool bootstrap)
{
    struct lapic *lapic = lapic_of(device);

    lapic->bus = bus;
    lapic->cpu = *cpu;
    lapic->id = id;
    lapic->bootstrap = bootstrap;
}

void emu_lapic_set_pic(struct emu_device *device, int (*acknowledge)(void *pic), void *pic)
{
    struct lapic *lapic = lapic_of(device);

    lapic->pic_acknowledge = acknowledge;
    lapic->pic = pic;
}

static bool lapic_realize(struct emu_device *device, struct emu_error *err)
{
    struct lapic *lapic = lapic_of(device);

    if (lapic->bus == NULL || lapic->cpu.time_of_tsc == NULL)
        return emu_error_set(err, EMU_ERROR_INTERNAL, "%s: not joined to a processor", device->id);
    if (!apic_bus_attach(lapic->bus, lapic, err))
        return false;
    device->irq_in = lapic_pin;
    lapic_timer_init(lapic);
    return true;
}

static void lapic_unrealize(struct emu_device *device)
{
    emu_timer_finish(&lapic_of(device)->timer);
}

static const struct emu_field lapic_fields[] = {
    EMU_FIELD(struct lapic, base),          EMU_FIELD(struct lapic, svr),
    EMU_FIELD(struct lapic, ldr),           EMU_FIELD(struct lapic, dfr),
    EMU_FIELD(struct lapic, tpr),           EMU_FIELD(struct lapic, esr),
    EMU_FIELD(struct lapic, errors),        EMU_FIELD(struct lapic, icr),
    EMU_FIELD(struct lapic, extint),        EMU_FIELD(struct lapic, initial_count),
    EMU_FIELD(struct lapic, divide_config), EMU_FIELD(struct lapic, armed),
    EMU_FIELD(struct lapic, due),           EMU_FIELD(struct lapic, tsc_deadline),
    EMU_FIELD_ARRAY(struct lapic, irr),     EMU_FIELD_ARRAY(struct lapic, isr),
    EMU_FIELD_ARRAY(struct lapic, tmr),     EMU_FIELD_ARRAY(struct lapic, lvt),
    EMU_FIELD_ARRAY(struct lapic, lint),    EMU_FIELD_END,
};

static void lapic_save(struct emu_device *device, struct emu_writer *out)
{
    emu_hw_save(out, "lapic", lapic_of(device), lapic_fields);
}

static bool lapic_load(struct emu_device *device, struct emu_reader *in, struct emu_error *err)
{
    struct lapic *lapic = lapic_of(device);

    if (!emu_hw_load(in, "lapic", lapic, lapic_fields, err))
        return false;
    lapic->divide_config &= 0xb;
    lapic_timer_loaded_locked(lapic);
    lapic_request(lapic, EMU_APIC_INTR, 0);
    return true;
}

const struct emu_device_class emu_lapic_class = {
    .name = "lapic",
    .description = "local interrupt controller of a processor (xAPIC and x2APIC)",
    .size = sizeof(struct lapic),
    .realize = lapic_realize,
    .unrealize = lapic_unrealize,
    .reset = lapic_reset,
    .save = lapic_save,
    .load = lapic_load,
};
