/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The run loop with the interpreter on a bare machine: RAM, processors and a fake interrupt
 * controller. Guest code is real-mode machine code at 0x1000; each case says what it does.
 */
#include "tests/test.h"

#include <pthread.h>
#include <time.h>

#include "emulator/accel/accel.h"
#include "emulator/api/stats.h"
#include "emulator/core/machine.h"
#include "emulator/cpu/x86/debug.h"
#include "emulator/cpu/x86/models.h"
#include "emulator/cpu/x86/run.h"
#include "emulator/state/state.h"

#ifndef ENGINE
#define ENGINE "interp"
#endif

#define RAM_SIZE (1u << 20)
#define CODE     0x1000u
#define HANDLER  0x1800u /* of the interrupt or exception of a case */
#define STACK    0x8000u
#define COUNTER  0x500u /* byte that handlers count in */
#define DONE     0x501u /* byte that main programs set */

/* ---- an interrupt controller with one request ---- */

struct fake_apic {
    _Atomic int vector; /* -1: none */
    _Atomic unsigned acknowledged;
    bool bootstrap;
};

static int fake_acknowledge(void *apic)
{
    struct fake_apic *fake = apic;
    int vector = atomic_exchange(&fake->vector, -1);
    if (vector >= 0)
        atomic_fetch_add(&fake->acknowledged, 1);
    return vector;
}
static bool fake_pending(void *apic)
{
    return atomic_load(&((struct fake_apic *)apic)->vector) >= 0;
}
static uint64_t fake_tpr(void *apic)
{
    return 0;
}
static void fake_set_tpr(void *apic, uint64_t value)
{
}
static uint64_t fake_base(void *apic)
{
    return 0xfee00800 | (((struct fake_apic *)apic)->bootstrap ? 0x100 : 0);
}
static bool fake_set_base(void *apic, uint64_t value)
{
    return true;
}
static bool fake_read_msr(void *apic, uint32_t msr, uint64_t *value)
{
    return false;
}
static bool fake_write_msr(void *apic, uint32_t msr, uint64_t value)
{
    return false;
}
static uint64_t fake_read(void *apic, uint64_t offset, unsigned size)
{
    return 0;
}
static void fake_write(void *apic, uint64_t offset, uint64_t value, unsigned size)
{
}
static void fake_init(void *apic)
{
    atomic_store(&((struct fake_apic *)apic)->vector, -1);
}
static const struct emu_apic_ops fake_ops = {
    fake_acknowledge, fake_pending,   fake_tpr,  fake_set_tpr, fake_base, fake_set_base,
    fake_read_msr,    fake_write_msr, fake_read, fake_write,   fake_init,
};

/* ---- the machine ---- */

struct bench {
    struct emu_machine *machine;
    struct x86_cpu_model *model;
    struct x86_cpu *cpu[2];
    struct fake_apic apic[2];
    struct emu_region region;
    uint8_t *ram;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned events;
    struct emu_debug_event event; /* the last one */
};

static void fail(const struct emu_error *err)
{
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

/* The processors start in real mode at 0:CODE instead of the reset vector. */
static void bench_after_reset(struct emu_machine *machine)
{
    for (unsigned i = 0; i < machine->vcpu_count; i++) {
        struct x86_cpu *cpu = machine->vcpus[i].arch;
        x86_set_segment(cpu, X86_CS, 0, 0, 0xffff, cpu->seg[X86_CS].attr);
        cpu->ir.pc = CODE;
        cpu->gpr[X86_RSP] = STACK;
        x86_update_mode(cpu);
    }
}

static const struct emu_board_hooks bench_hooks = {.name = "bench",
                                                   .after_reset = bench_after_reset};

static void bench_add_cpu(struct bench *b, unsigned i)
{
    struct emu_error err = EMU_ERROR_INIT;
    struct x86_cpu *cpu = x86_cpu_new(&err);
    if (cpu == NULL)
        fail(&err);
    b->cpu[i] = cpu;
    b->apic[i].vector = -1;
    b->apic[i].bootstrap = i == 0;
    cpu->model = b->model;
    cpu->memory = b->machine->memory;
    cpu->io = b->machine->io;
    cpu->clock = b->machine->clock;
    cpu->trace = &b->machine->trace;
    cpu->power = &b->machine->power;
    cpu->apic_ops = &fake_ops;
    cpu->apic = &b->apic[i];
    cpu->apic_id = i;
    cpu->vcpu = &b->machine->vcpus[i];
    if (!emu_vcpu_init(cpu->vcpu, b->machine, i, &x86_vcpu_ops, cpu, &cpu->ir.request, &err))
        fail(&err);
}

static void bench_on_event(void *opaque, const struct emu_debug_event *event)
{
    struct bench *b = opaque;
    pthread_mutex_lock(&b->lock);
    b->event = *event;
    b->events++;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

static void bench_init(struct bench *b, unsigned cpus)
{
    struct emu_error err = EMU_ERROR_INIT;
    char why[160];
    memset(b, 0, sizeof(*b));
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    b->machine = emu_machine_alloc(NULL, &err);
    b->model = x86_model_parse("max,+monitor", &err);
    struct emu_ram *ram = emu_ram_new("ram", RAM_SIZE, &err);
    if (b->machine == NULL || b->model == NULL || ram == NULL ||
        !emu_machine_add_ram(b->machine, ram, &err) ||
        !emu_machine_set_vcpu_count(b->machine, cpus, &err))
        fail(&err);
    b->ram = emu_ram_host(ram);
    emu_region_init_ram(&b->region, "ram", ram, 0, RAM_SIZE);
    emu_region_add(emu_memory_root(b->machine->memory), 0, &b->region, 0);
    for (unsigned i = 0; i < cpus; i++)
        bench_add_cpu(b, i);
    b->machine->board = &bench_hooks;
    b->machine->debug = &x86_debug_target;
    const struct emu_engine_ops *engine = emu_engine_choose(ENGINE, why, sizeof(why), &err);
    if (engine == NULL || !engine->attach(b->machine, &err))
        fail(&err);
    b->machine->engine = engine;
    if (!emu_machine_finish(b->machine, &err))
        fail(&err);
    emu_debug_observe(b->machine, bench_on_event, b);
}

static void bench_finish(struct bench *b)
{
    emu_machine_free(b->machine);
    x86_model_free(b->model);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
}

static void put(struct bench *b, uint32_t address, const void *code, size_t length)
{
    CHECK(emu_memory_write(b->machine->memory, address, code, length));
}
#define PUT(b, address, ...)                                                                       \
    put(b, address, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* An entry of the real-mode vector table. */
static void put_vector(struct bench *b, uint8_t vector, uint16_t offset)
{
    PUT(b, vector * 4u, (uint8_t)offset, (uint8_t)(offset >> 8), 0, 0);
}

/* incb [COUNTER]; iret */
static void put_counting_handler(struct bench *b, uint8_t vector)
{
    put_vector(b, vector, HANDLER);
    PUT(b, HANDLER, 0xfe, 0x06, 0x00, 0x05, 0xcf);
}

static void nap(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* Waits until the byte is the value, some seconds at most. */
static bool wait_byte(struct bench *b, uint32_t address, uint8_t value)
{
    for (unsigned i = 0; i < 5000 * test_patience(); i++) {
        if (__atomic_load_n(&b->ram[address], __ATOMIC_ACQUIRE) == value)
            return true;
        nap();
    }
    return false;
}

static bool wait_halted(struct bench *b, unsigned cpu)
{
    for (unsigned i = 0; i < 5000 * test_patience(); i++) {
        if (atomic_load(&b->machine->vcpus[cpu].sleeping))
            return true;
        nap();
    }
    return false;
}

static bool wait_events(struct bench *b, unsigned count)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5 * test_patience();
    pthread_mutex_lock(&b->lock);
    while (b->events < count)
        if (pthread_cond_timedwait(&b->changed, &b->lock, &until) != 0)
            break;
    bool reached = b->events >= count;
    pthread_mutex_unlock(&b->lock);
    CHECK(reached);
    return reached;
}

static void interrupt(struct bench *b, unsigned cpu, uint8_t vector)
{
    struct emu_apic_cpu face = x86_apic_cpu(b->cpu[cpu]);
    atomic_store(&b->apic[cpu].vector, vector);
    face.request(face.opaque, EMU_APIC_INTR, 0);
}

static void request(struct bench *b, unsigned cpu, enum emu_apic_request kind, uint8_t vector)
{
    struct emu_apic_cpu face = x86_apic_cpu(b->cpu[cpu]);
    face.request(face.opaque, kind, vector);
}

/* ---- running ---- */

static void test_runs(void)
{
    struct bench b;
    bench_init(&b, 1);
    /* mov ax, 0x1234; inc ax; mov byte [DONE], 1; cli; hlt */
    PUT(&b, CODE, 0xb8, 0x34, 0x12, 0x40, 0xc6, 0x06, 0x01, 0x05, 0x01, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_byte(&b, DONE, 1));
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK_EQ(b.cpu[0]->gpr[X86_RAX], 0x1235);
    CHECK_EQ(b.cpu[0]->ir.pc, CODE + 11);
    CHECK_EQ(emu_machine_get_stats(b.machine).instructions, strcmp(ENGINE, "interp") == 0 ? 5 : 0);
    bench_finish(&b);
}

static void test_reset(void)
{
    struct bench b;
    bench_init(&b, 1);
    /* incb [COUNTER]; cli; hlt */
    PUT(&b, CODE, 0xfe, 0x06, 0x00, 0x05, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_byte(&b, COUNTER, 1));
    emu_machine_reset(b.machine);
    CHECK(wait_byte(&b, COUNTER, 2));
    bench_finish(&b);
}

/* A machine that never halts pauses at once, and does not sleep away requests. */
static void test_pause_in_loop(void)
{
    struct bench b;
    bench_init(&b, 1);
    PUT(&b, CODE, 0xeb, 0xfe); /* jmp $ */
    for (unsigned i = 0; i < 50; i++) {
        emu_machine_resume(b.machine);
        emu_machine_pause(b.machine);
        CHECK_EQ(b.cpu[0]->ir.pc, CODE);
    }
    bench_finish(&b);
}

/* ---- interrupts ---- */

static void test_interrupt_wakes(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 0x20);
    /* sti; again: hlt; jmp again */
    PUT(&b, CODE, 0xfb, 0xf4, 0xeb, 0xfd);
    emu_machine_resume(b.machine);
    for (uint8_t i = 1; i <= 100; i++) {
        interrupt(&b, 0, 0x20);
        CHECK(wait_byte(&b, COUNTER, i));
    }
    CHECK_EQ(b.apic[0].acknowledged, 100);
    bench_finish(&b);
}

/* While it spins, too. */
static void test_interrupt_loop(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 0x20);
    PUT(&b, CODE, 0xfb, 0xeb, 0xfe); /* sti; jmp $ */
    emu_machine_resume(b.machine);
    for (uint8_t i = 1; i <= 100; i++) {
        interrupt(&b, 0, 0x20);
        CHECK(wait_byte(&b, COUNTER, i));
    }
    bench_finish(&b);
}

/* With IF clear a request is remembered, and taken after STI and one more instruction. */
static void test_interrupt_masked(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_vector(&b, 0x20, HANDLER);
    /* handler: mov [COUNTER], cl; hlt with IF clear */
    PUT(&b, HANDLER, 0x88, 0x0e, 0x00, 0x05, 0xf4);
    /* cli; again: cmp byte [DONE], 1; jne again; sti; mov cl, 7; mov cl, 9; hlt */
    PUT(&b, CODE, 0xfa, 0x80, 0x3e, 0x01, 0x05, 0x01, 0x75, 0xf9, 0xfb, 0xb1, 0x07, 0xb1, 0x09,
        0xf4);
    emu_machine_resume(b.machine);
    interrupt(&b, 0, 0x20);
    for (unsigned i = 0; i < 20; i++)
        nap();
    CHECK_EQ(b.apic[0].acknowledged, 0);
    __atomic_store_n(&b.ram[DONE], 1, __ATOMIC_RELEASE);
    CHECK(wait_byte(&b, COUNTER, 7));
    bench_finish(&b);
}

/* HLT with IF clear sleeps through interrupts, but not through an NMI. */
static void test_nmi(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 2);
    /* cli; hlt; mov byte [DONE], 1; hlt */
    PUT(&b, CODE, 0xfa, 0xf4, 0xc6, 0x06, 0x01, 0x05, 0x01, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 0));
    interrupt(&b, 0, 0x20);
    for (unsigned i = 0; i < 20; i++)
        nap();
    CHECK_EQ(b.ram[DONE], 0);
    request(&b, 0, EMU_APIC_NMI, 0);
    CHECK(wait_byte(&b, DONE, 1));
    CHECK_EQ(b.ram[COUNTER], 1);
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK(!b.cpu[0]->nmi_blocked);
    bench_finish(&b);
}

/* ---- several processors ---- */

static void test_sipi(void)
{
    struct bench b;
    bench_init(&b, 2);
    PUT(&b, CODE, 0xfa, 0xf4); /* cli; hlt */
    /* at 0x2000: mov ax, cs; mov [COUNTER], ah; cli; hlt */
    PUT(&b, 0x2000, 0x8c, 0xc8, 0x88, 0x26, 0x00, 0x05, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 1));
    request(&b, 1, EMU_APIC_NMI, 0); /* not before SIPI */
    request(&b, 1, EMU_APIC_INIT, 0);
    request(&b, 1, EMU_APIC_SIPI, 2);
    CHECK(wait_byte(&b, COUNTER, 2));
    b.ram[COUNTER] = 0;
    CHECK(wait_halted(&b, 1));
    request(&b, 1, EMU_APIC_SIPI, 2); /* not without INIT */
    nap();
    CHECK_EQ(b.ram[COUNTER], 0);
    request(&b, 1, EMU_APIC_INIT, 0);
    nap();
    request(&b, 1, EMU_APIC_SIPI, 2);
    CHECK(wait_byte(&b, COUNTER, 2));
    bench_finish(&b);
}

/* INIT waits for the end of system management mode, and SIPI for INIT. */
static void test_sipi_in_smm(void)
{
    struct bench b;
    bench_init(&b, 2);
    PUT(&b, CODE, 0xfa, 0xf4); /* cli; hlt */
    /* at 0x2000: mov ax, cs; mov [COUNTER], ah; cli; hlt */
    PUT(&b, 0x2000, 0x8c, 0xc8, 0x88, 0x26, 0x00, 0x05, 0xfa, 0xf4);
    /* the handler: mov byte [0x502], 1; again: cmp byte [DONE], 1; jne again; rsm */
    PUT(&b, 0x38000, 0xc6, 0x06, 0x02, 0x05, 0x01, 0x80, 0x3e, 0x01, 0x05, 0x01, 0x75, 0xf9, 0x0f,
        0xaa);
    emu_machine_resume(b.machine);
    request(&b, 1, EMU_APIC_SIPI, 2);
    CHECK(wait_byte(&b, COUNTER, 2));
    CHECK(wait_halted(&b, 1));
    b.ram[COUNTER] = 0;
    request(&b, 1, EMU_APIC_SMI, 0);
    CHECK(wait_byte(&b, 0x502, 1));
    request(&b, 1, EMU_APIC_INIT, 0);
    request(&b, 1, EMU_APIC_SIPI, 2);
    for (unsigned i = 0; i < 20; i++)
        nap();
    CHECK_EQ(b.ram[COUNTER], 0);
    __atomic_store_n(&b.ram[DONE], 1, __ATOMIC_RELEASE);
    CHECK(wait_byte(&b, COUNTER, 2));
    bench_finish(&b);
}

/* The second processor spins without interrupts; then the machine is paused. */
static void sipi_spin(struct bench *b)
{
    bench_init(b, 2);
    PUT(b, CODE, 0xfa, 0xf4); /* cli; hlt */
    /* at 0x2000: cli; inc byte [COUNTER]; again: jmp again */
    PUT(b, 0x2000, 0xfa, 0xfe, 0x06, 0x00, 0x05, 0xeb, 0xfe);
    PUT(b, 0x38000, 0xc6, 0x06, 0x02, 0x05, 0x01, 0x0f, 0xaa); /* mov byte [0x502], 1; rsm */
    emu_machine_resume(b->machine);
    request(b, 1, EMU_APIC_SIPI, 2);
    CHECK(wait_byte(b, COUNTER, 1));
    emu_machine_pause(b->machine);
}

/* A second SIPI that is only seen together with an SMI does not keep that from being taken. */
static void test_sipi_with_smi(void)
{
    struct bench b;

    sipi_spin(&b);
    request(&b, 1, EMU_APIC_SIPI, 2);
    request(&b, 1, EMU_APIC_SMI, 0);
    emu_machine_resume(b.machine);
    CHECK(wait_byte(&b, 0x502, 1));
    CHECK_EQ(b.ram[COUNTER], 1);
    bench_finish(&b);
}

/* A second SIPI that is only seen together with the next INIT is not what that waits for. */
static void test_sipi_before_init(void)
{
    struct bench b;

    sipi_spin(&b);
    request(&b, 1, EMU_APIC_SIPI, 2);
    request(&b, 1, EMU_APIC_INIT, 0);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 1));
    CHECK_EQ(b.ram[COUNTER], 1);
    request(&b, 1, EMU_APIC_SMI, 0); /* waits */
    request(&b, 1, EMU_APIC_SIPI, 2);
    CHECK(wait_byte(&b, 0x502, 1));
    CHECK(wait_byte(&b, COUNTER, 2));
    bench_finish(&b);
}

static void test_mwait(void)
{
    struct bench b;
    bench_init(&b, 1);
    /* mov ax, 0x600; xor cx, cx; xor dx, dx; monitor; xor ax, ax; mwait;
       mov byte [DONE], 1; cli; hlt */
    PUT(&b, CODE, 0xb8, 0x00, 0x06, 0x66, 0x31, 0xc9, 0x66, 0x31, 0xd2, 0x0f, 0x01, 0xc8, 0x66,
        0x31, 0xc0, 0x0f, 0x01, 0xc9, 0xc6, 0x06, 0x01, 0x05, 0x01, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    for (unsigned i = 0; i < 30; i++)
        nap();
    CHECK_EQ(b.ram[DONE], 0);
    __atomic_store_n(&b.ram[0x610], 1, __ATOMIC_RELEASE);
    CHECK(wait_byte(&b, DONE, 1));
    bench_finish(&b);
}

/* ---- the guest's own debugging ---- */

/* TF: after each instruction a #DB with BS, none after POPF that sets it. */
static void test_trap_flag(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 1);
    /* pushf; pop ax; or ah, 1; push ax; popf; nop; nop; and ah, ~1; push ax; popf; cli; hlt */
    PUT(&b, CODE, 0x9c, 0x58, 0x80, 0xcc, 0x01, 0x50, 0x9d, 0x90, 0x90, 0x80, 0xe4, 0xfe, 0x50,
        0x9d, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK_EQ(b.cpu[0]->ir.pc, CODE + 16);
    CHECK_EQ(b.ram[COUNTER], 5); /* nop, nop, and, push, popf */
    CHECK_EQ(b.cpu[0]->dr[6], X86_DR6_FIXED | X86_DR6_BS);
    bench_finish(&b);
}

/* MOV SS under TF is not trapped; STI is. */
static void test_trap_shadow(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 1);
    /* xor ax, ax; pushf; pop bx; or bh, 1; push bx; popf; mov ss, ax; nop; sti; nop;
       and bh, ~3; push bx; popf; hlt */
    PUT(&b, CODE, 0x31, 0xc0, 0x9c, 0x5b, 0x80, 0xcf, 0x01, 0x53, 0x9d, 0x8e, 0xd0, 0x90, 0xfb,
        0x90, 0x80, 0xe7, 0xfc, 0x53, 0x9d, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK_EQ(b.cpu[0]->ir.pc, CODE + 20);
    CHECK_EQ(b.ram[COUNTER], 6); /* nop, sti, nop, and, push, popf */
    bench_finish(&b);
}

/* A write breakpoint by debug registers traps after the write. */
static void test_data_breakpoint(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_counting_handler(&b, 1);
    /* mov eax, 0x600; mov dr0, eax; mov eax, 0x10001; mov dr7, eax;
       mov [0x601], al; mov [0x600], al; mov al, [0x600]; cli; hlt */
    PUT(&b, CODE, 0x66, 0xb8, 0x00, 0x06, 0, 0, 0x0f, 0x23, 0xc0, 0x66, 0xb8, 0x01, 0x00, 0x01, 0,
        0x0f, 0x23, 0xf8, 0xa2, 0x01, 0x06, 0xa2, 0x00, 0x06, 0xa0, 0x00, 0x06, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK_EQ(b.ram[COUNTER], 1);
    CHECK_EQ(b.ram[0x600], 1);
    CHECK_EQ(b.cpu[0]->dr[6], X86_DR6_FIXED | 1);
    bench_finish(&b);
}

/* An instruction breakpoint is a fault: the handler sets RF in the frame to go on. */
static void test_instruction_breakpoint(void)
{
    struct bench b;
    bench_init(&b, 1);
    put_vector(&b, 1, HANDLER);
    /* incb [COUNTER]; mov eax, 0; mov dr7, eax; iret */
    PUT(&b, HANDLER, 0xfe, 0x06, 0x00, 0x05, 0x66, 0xb8, 0, 0, 0, 0, 0x0f, 0x23, 0xf8, 0xcf);
    /* mov eax, CODE + 18; mov dr0, eax; mov eax, 1; mov dr7, eax; (18:) mov byte [DONE], 1;
       cli; hlt */
    PUT(&b, CODE, 0x66, 0xb8, 0x12, 0x10, 0, 0, 0x0f, 0x23, 0xc0, 0x66, 0xb8, 1, 0, 0, 0, 0x0f,
        0x23, 0xf8, 0xc6, 0x06, 0x01, 0x05, 0x01, 0xfa, 0xf4);
    emu_machine_resume(b.machine);
    CHECK(wait_halted(&b, 0));
    emu_machine_pause(b.machine);
    CHECK_EQ(b.ram[COUNTER], 1);
    CHECK_EQ(b.ram[DONE], 1);
    CHECK_EQ(b.cpu[0]->dr[6], X86_DR6_FIXED | 1);
    bench_finish(&b);
}

/* ---- the debugger ---- */

static size_t register_index(const struct bench *b, const char *name)
{
    size_t count;
    const struct emu_debug_register *list = emu_debug_registers(b->machine, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return i;
    CHECK(false);
    return 0;
}

static uint64_t read_register(struct bench *b, const char *name)
{
    uint64_t value[4] = {0};
    CHECK(emu_debug_read_register(b->machine, 0, register_index(b, name), value));
    return value[0];
}

static void write_register(struct bench *b, const char *name, uint64_t value)
{
    uint64_t wide[4] = {value};
    CHECK(emu_debug_write_register(b->machine, 0, register_index(b, name), wide));
}

/* again: inc ax; inc bx; mov [0x600], ax; jmp again */
static void put_loop(struct bench *b)
{
    PUT(b, CODE, 0x40, 0x43, 0xa3, 0x00, 0x06, 0xeb, 0xf9);
}

static void test_break(void)
{
    struct bench b;
    struct emu_error err = EMU_ERROR_INIT;
    bench_init(&b, 1);
    put_loop(&b);
    CHECK(emu_debug_insert_break(b.machine, EMU_BREAK_EXECUTE, CODE + 1, 0, &err));
    for (unsigned i = 1; i <= 5; i++) {
        emu_machine_resume(b.machine);
        if (!wait_events(&b, i))
            break;
        CHECK_EQ(b.event.stop, EMU_DEBUG_BREAK);
        CHECK_EQ(read_register(&b, "rip"), CODE + 1);
        CHECK_EQ(read_register(&b, "rax"), i); /* each time round once */
        CHECK_EQ(read_register(&b, "rbx"), i - 1);
    }
    CHECK(emu_debug_remove_break(b.machine, EMU_BREAK_EXECUTE, CODE + 1, 0));
    emu_machine_resume(b.machine);
    for (unsigned i = 0; i < 10; i++)
        nap();
    emu_machine_pause(b.machine);
    CHECK_EQ(b.events, 5);
    CHECK(read_register(&b, "rax") > 5);
    bench_finish(&b);
}

static void test_step(void)
{
    struct bench b;
    static const uint64_t pcs[] = {CODE + 1, CODE + 2, CODE + 5, CODE, CODE + 1};
    bench_init(&b, 1);
    put_loop(&b);
    for (unsigned i = 0; i < 5; i++) {
        emu_debug_step(b.machine, 0);
        if (!wait_events(&b, i + 1))
            break;
        CHECK_EQ(b.event.stop, EMU_DEBUG_STEP);
        CHECK_EQ(read_register(&b, "rip"), pcs[i]);
    }
    CHECK_EQ(read_register(&b, "rax"), 2);
    bench_finish(&b);
}

/* A step from a breakpoint executes its instruction; one into an exception ends at the handler. */
static void test_step_special(void)
{
    struct bench b;
    struct emu_error err = EMU_ERROR_INIT;
    bench_init(&b, 1);
    put_counting_handler(&b, 6);
    PUT(&b, CODE, 0x90, 0x0f, 0x0b, 0xf4); /* nop; ud2; hlt */
    CHECK(emu_debug_insert_break(b.machine, EMU_BREAK_EXECUTE, CODE, 0, &err));
    emu_debug_step(b.machine, 0);
    CHECK(wait_events(&b, 1));
    CHECK_EQ(b.event.stop, EMU_DEBUG_STEP);
    CHECK_EQ(read_register(&b, "rip"), CODE + 1);
    emu_debug_step(b.machine, 0);
    CHECK(wait_events(&b, 2));
    CHECK_EQ(read_register(&b, "rip"), HANDLER);
    write_register(&b, "rip", CODE + 3);
    emu_debug_step(b.machine, 0);
    CHECK(wait_events(&b, 3));
    CHECK_EQ(read_register(&b, "rip"), CODE + 4);
    emu_debug_step(b.machine, 0); /* asleep: nothing to execute */
    CHECK(wait_events(&b, 4));
    CHECK_EQ(read_register(&b, "rip"), CODE + 4);
    bench_finish(&b);
}

static void test_watch(void)
{
    struct bench b;
    struct emu_error err = EMU_ERROR_INIT;
    bench_init(&b, 1);
    put_loop(&b);
    CHECK(emu_debug_insert_break(b.machine, EMU_BREAK_WRITE, 0x601, 1, &err));
    emu_machine_resume(b.machine);
    CHECK(wait_events(&b, 1));
    CHECK_EQ(b.event.stop, EMU_DEBUG_WATCH);
    CHECK_EQ(b.event.address, 0x601);
    CHECK_EQ(b.event.kind, EMU_BREAK_WRITE);
    CHECK_EQ(read_register(&b, "rip"), CODE + 5);
    CHECK_EQ(b.ram[0x600], 1);
    CHECK(emu_debug_remove_break(b.machine, EMU_BREAK_WRITE, 0x601, 1));
    emu_machine_resume(b.machine);
    nap();
    emu_machine_pause(b.machine);
    CHECK_EQ(b.events, 1);
    bench_finish(&b);
}

static void test_registers(void)
{
    struct bench b;
    bench_init(&b, 1);
    char *text = emu_debug_target_xml(b.machine);
    CHECK(text != NULL && strstr(text, "<architecture>i386:x86-64</architecture>") != NULL);
    CHECK(text != NULL && strstr(text, "name=\"ymm15h\" bitsize=\"128\"") != NULL);
    free(text);
    write_register(&b, "r9", 0x1122334455667788);
    CHECK_EQ(b.cpu[0]->gpr[9], 0x1122334455667788);
    write_register(&b, "xmm3", 0x55);
    CHECK_EQ(b.cpu[0]->vec[3][0], 0x55);
    write_register(&b, "eflags", 0xed7);
    CHECK_EQ(read_register(&b, "eflags"), 0xed7);
    write_register(&b, "eflags", 2);
    write_register(&b, "ds", 0x1234);
    CHECK_EQ(b.cpu[0]->seg[X86_DS].base, 0x12340);
    write_register(&b, "fstat", 0x3800);
    CHECK_EQ(b.cpu[0]->x87.top, 7);
    CHECK_EQ(read_register(&b, "fstat"), 0x3800);
    write_register(&b, "ftag", 0xfffc);
    CHECK_EQ(b.cpu[0]->x87.tag, 1);
    CHECK_EQ(read_register(&b, "cr0") & X86_CR0_PE, 0);
    bench_finish(&b);
}

/* ---- state ---- */

static void test_save_load(void)
{
    struct bench b;
    struct emu_error err = EMU_ERROR_INIT;
    size_t length, again_length;
    bench_init(&b, 2);
    memset(b.cpu[0]->gpr, 0x5a, sizeof(b.cpu[0]->gpr));
    memset(b.cpu[0]->vec, 0x3c, sizeof(b.cpu[0]->vec));
    b.cpu[0]->x87.top = 5;
    b.cpu[0]->lstar = 77;
    b.cpu[0]->ir.pc = 0x4321;
    x86_set_eflags(b.cpu[0], 0x8d5);
    struct emu_writer *first = emu_writer_new(), *second = emu_writer_new();
    x86_cpu_save(b.cpu[0], first);
    const uint8_t *data = emu_writer_data(first, &length);
    CHECK(data != NULL);
    struct emu_reader *in = emu_reader_new(data, length);
    CHECK(x86_cpu_load(b.cpu[1], in, &err));
    CHECK_STR(err.text, "");
    CHECK_EQ(b.cpu[1]->gpr[3], 0x5a5a5a5a5a5a5a5a);
    CHECK_EQ(b.cpu[1]->ir.pc, 0x4321);
    CHECK_EQ(x86_get_eflags(b.cpu[1]), 0x8d7);
    emu_vcpu_clear(b.cpu[1]->vcpu, X86_REQUEST_WORK);
    x86_cpu_save(b.cpu[1], second);
    const uint8_t *again = emu_writer_data(second, &again_length);
    CHECK_EQ(length, again_length);
    CHECK(length == again_length && memcmp(data, again, length) == 0);
    emu_reader_free(in);

    in = emu_reader_new(data, length / 2);
    CHECK(!x86_cpu_load(b.cpu[1], in, &err));
    CHECK(err.text[0] != '\0');
    emu_reader_free(in);
    emu_writer_free(first);
    emu_writer_free(second);
    bench_finish(&b);
}

/* A damaged state is refused or runs somehow; it does not end the process. */
static void test_load_damaged(void)
{
    struct bench b;
    size_t length;
    unsigned seed = 1, loaded = 0;
    bench_init(&b, 1);
    put_loop(&b);
    struct emu_writer *out = emu_writer_new();
    x86_cpu_save(b.cpu[0], out);
    const uint8_t *data = emu_writer_data(out, &length);
    uint8_t *copy = malloc(length);
    for (unsigned i = 0; i < 1500 && copy != NULL; i++) {
        memcpy(copy, data, length);
        for (unsigned n = 0; n < 1 + i % 2; n++)
            copy[(unsigned)rand_r(&seed) % length] ^= (uint8_t)(1u << (rand_r(&seed) % 8));
        struct emu_reader *in = emu_reader_new(copy, length);
        bool good = x86_cpu_load(b.cpu[0], in, NULL);
        emu_reader_free(in);
        loaded += good;
        if (good) {
            emu_machine_resume(b.machine);
            nanosleep(&(struct timespec){0, 200000}, NULL);
        }
        emu_machine_pause(b.machine);
        emu_machine_reset(b.machine);
    }
    CHECK(loaded > 300);
    free(copy);
    emu_writer_free(out);
    bench_finish(&b);
}

/* ---- the engine table ---- */

static void test_engines(void)
{
    struct emu_error err = EMU_ERROR_INIT;
    char why[160];
    const struct emu_engine_ops *engine = emu_engine_choose("auto", why, sizeof(why), &err);
    CHECK(engine != NULL);
    CHECK(why[0] != '\0');
    engine = emu_engine_choose("interp", why, sizeof(why), &err);
    CHECK(engine != NULL);
    CHECK_STR(why, "");
    CHECK(emu_engine_choose("warp", why, sizeof(why), &err) == NULL);
    CHECK(strstr(err.text, "warp") != NULL);
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(emu_engine_choose("kvm", why, sizeof(why), &err) == NULL);
    CHECK(strstr(err.text, "kvm") != NULL);
}

static const struct test_case cases[] = {
    {"run-code", test_runs},
    {"run-reset", test_reset},
    {"run-pause", test_pause_in_loop},
    {"run-interrupt-wakes", test_interrupt_wakes},
    {"run-interrupt-loop", test_interrupt_loop},
    {"run-interrupt-masked", test_interrupt_masked},
    {"run-nmi", test_nmi},
    {"run-sipi", test_sipi},
    {"run-sipi-in-smm", test_sipi_in_smm},
    {"run-sipi-with-smi", test_sipi_with_smi},
    {"run-sipi-before-init", test_sipi_before_init},
    {"run-mwait", test_mwait},
    {"run-trap-flag", test_trap_flag},
    {"run-trap-shadow", test_trap_shadow},
    {"run-data-breakpoint", test_data_breakpoint},
    {"run-instruction-breakpoint", test_instruction_breakpoint},
    {"run-debugger-break", test_break},
    {"run-debugger-step", test_step},
    {"run-debugger-step-special", test_step_special},
    {"run-debugger-watch", test_watch},
    {"run-debugger-registers", test_registers},
    {"run-save-load", test_save_load},
    {"run-load-damaged", test_load_damaged},
    {"run-engines", test_engines},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
