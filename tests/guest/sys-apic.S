/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The local APIC: its registers, the timer in all modes, interrupts to itself, NMI, priorities,
 * the spurious vector, errors, x2APIC, the TSC deadline; HLT and the shadow of STI.
 */
#define MODE 64
#include "guest.inc"
#define APIC 0xfee00000
#define ID 0x20
#define VERSION 0x30
#define TPR 0x80
#define PPR 0xa0
#define EOI 0xb0
#define LDR 0xd0
#define DFR 0xe0
#define SPURIOUS 0xf0
#define ISR 0x100
#define TMR 0x180
#define IRR 0x200
#define ESR 0x280
#define ICR 0x300
#define ICR_HIGH 0x310
#define LVT_TIMER 0x320
#define LVT_LINT0 0x350
#define LVT_ERROR 0x370
#define INITIAL 0x380
#define CURRENT 0x390
#define DIVIDE 0x3e0
#define MASKED 0x10000
#define PERIODIC 0x20000
#define DEADLINE 0x40000
#define SELF 0x40000
#define NMI 0x400
#define ASSERT 0x4000
#define MSR_APIC_BASE 0x1b
#define MSR_DEADLINE 0x6e0

    .macro apic reg, value
    movl $\value, \reg(%rbp)
    .endm
/* A read into eax. */
    .macro apic_read reg
    mov \reg(%rbp), %eax
    .endm
/* Lets interrupts come for one instruction. */
#define WINDOW sti; nop; cli
/* Sleeps until an interrupt comes. */
#define SLEEP sti; hlt; cli
/* An interrupt is a message: it may take some instructions to arrive. */
#define SETTLE mov $1000, %eax; 77: pause; dec %eax; jnz 77b
#define EXPECT_COUNT(n)                                                                             \
    EXPECT_MEM(4, count, n);                                                                        \
    movl $0, count

    TEST_BEGIN
    mov $0xff, %al                /* the old controllers are silent */
    out %al, $0x21
    out %al, $0xa1
    SET_GATE(0x40, handler_40)
    SET_GATE(0x51, handler_51)
    SET_GATE(0x62, handler_62)
    SET_GATE(0xff, handler_ff)
    SET_GATE(2, handler_nmi)
    mov $APIC, %ebp

    CASE(the registers)
    apic_read ID
    EXPECT(eax, 0)
    apic_read VERSION
    and $0xff, %eax
    EXPECT(eax, 0x14)
    mov $MSR_APIC_BASE, %ecx
    rdmsr
    EXPECT(eax, APIC + 0x900)
    apic SPURIOUS, 0x1ff
    apic_read SPURIOUS
    EXPECT(eax, 0x1ff)
    apic TPR, 0x35
    apic_read TPR
    EXPECT(eax, 0x35)
    apic_read PPR
    EXPECT(eax, 0x35)
    mov %cr8, %rax
    EXPECT(rax, 3)
    mov $5, %eax
    mov %rax, %cr8
    apic_read TPR
    EXPECT(eax, 0x50)
    mov $0x10, %eax
    FAULTS(GP, 0, mov %rax, %cr8)
    apic TPR, 0

    CASE(an interrupt to itself)
    apic ICR, SELF + 0x40
    apic_read IRR + 0x20
    EXPECT(eax, 1)
    EXPECT_COUNT(0)
    WINDOW
    EXPECT_COUNT(0x40)
    apic_read IRR + 0x20
    EXPECT(eax, 0)
    apic_read ISR + 0x20
    EXPECT(eax, 0)
    EXPECT_MEM(4, isr, 1)

    CASE(priorities)
    movl $0, order
    apic ICR, SELF + 0x40
    apic ICR, SELF + 0x62
    apic ICR, SELF + 0x51
    sti
    nop
    nop
    nop
    nop
    cli
    EXPECT_MEM(4, order, 0x625140)
    movl $0, order
    movl $0, count

    CASE(the task priority holds back)
    apic TPR, 0x50
    apic ICR, SELF + 0x51
    WINDOW
    EXPECT_COUNT(0)
    apic ICR, SELF + 0x62
    WINDOW
    EXPECT_COUNT(0x62)
    mov $4, %eax
    mov %rax, %cr8
    WINDOW
    EXPECT_COUNT(0x51)
    apic TPR, 0

    CASE(STI holds interrupts for one instruction)
    apic ICR, SELF + 0x40
    sti
    nop
1:  cli
    EXPECT_MEM(8, seen_pc, 1b)
    movl $0, count
    apic ICR, SELF + 0x40
    sti
    cli
    nop
    EXPECT_COUNT(0)
    WINDOW
    EXPECT_COUNT(0x40)

    CASE(a non-maskable interrupt needs no IF and its handler is not disturbed)
    apic ICR, ASSERT + NMI
    SETTLE
    EXPECT_COUNT(2)
    EXPECT_MEM(4, nmi_nested, 1)
    nop
    EXPECT_COUNT(0)

    CASE(errors)
    apic ESR, 0
    apic ICR, SELF + 5            /* vectors below 16 do not exist */
    apic ESR, 0
    apic_read ESR
    EXPECT(eax, 0x60)             /* sent and received */
    apic ESR, 0
    apic_read ESR
    EXPECT(eax, 0)

    CASE(the timer: one shot)
    apic DIVIDE, 0xb              /* by 1 */
    apic LVT_TIMER, 0x40
    apic INITIAL, 10000
    SLEEP
    EXPECT_COUNT(0x40)
    apic_read CURRENT
    EXPECT(eax, 0)

    CASE(the timer: periodic)
    apic LVT_TIMER, PERIODIC + 0x40
    apic INITIAL, 100000
    SLEEP
    SLEEP
    SLEEP
    apic INITIAL, 0
    cmpl $3 * 0x40, count
    setae %al
    EXPECT(al, 1)
    WINDOW
    movl $0, count
    apic_read CURRENT
    EXPECT(eax, 0)

    CASE(the timer: masked)
    apic LVT_TIMER, MASKED + 0x40
    apic INITIAL, 100
1:  apic_read CURRENT
    test %eax, %eax
    jnz 1b
    WINDOW
    EXPECT_COUNT(0)

    CASE(the timer: it counts down by the divider)
    apic DIVIDE, 0xa              /* by 128 */
    apic LVT_TIMER, MASKED + 0x40
    apic INITIAL, 0xffffffff
    apic_read CURRENT
    mov %eax, %ecx
1:  apic_read CURRENT
    cmp %ecx, %eax
    je 1b
    setb %al
    EXPECT(al, 1)
    apic INITIAL, 0

    CASE(the TSC deadline)
    apic LVT_TIMER, DEADLINE + 0x40
    mov $MSR_DEADLINE, %ecx
    rdmsr
    EXPECT(eax, 0)
    rdtsc
    add $1000000, %eax
    adc $0, %edx
    wrmsr
    SLEEP
    EXPECT_COUNT(0x40)
    rdmsr
    EXPECT(eax, 0)
    xor %edx, %edx
    mov $1, %eax                  /* long past */
    wrmsr
    nop
    WINDOW
    EXPECT_COUNT(0x40)
    apic INITIAL, 1000            /* the register is dead in this mode */
    apic_read CURRENT
    EXPECT(eax, 0)

    CASE(a disabled APIC takes no interrupts)
    apic SPURIOUS, 0xff
    apic LVT_TIMER, 0x40
    apic_read LVT_TIMER
    EXPECT(eax, MASKED + 0x40)
    apic SPURIOUS, 0x1ff

    CASE(x2APIC)
    mov $MSR_APIC_BASE, %ecx
    rdmsr
    or $0x400, %eax
    wrmsr
    mov $0x802, %ecx
    rdmsr
    EXPECT(eax, 0)
    mov $0x80f, %ecx
    rdmsr
    EXPECT(eax, 0x1ff)
    mov $0x83f, %ecx              /* SELF IPI */
    mov $0x51, %eax
    xor %edx, %edx
    movl $1, x2apic
    wrmsr
    WINDOW
    EXPECT_COUNT(0x51)
    mov $0x830, %ecx
    mov $SELF + 0x40, %eax
    wrmsr
    WINDOW
    EXPECT_COUNT(0x40)
    mov $0x80d, %ecx              /* the logical id follows from the id */
    rdmsr
    EXPECT(eax, 1)
    FAULTS(GP, 0, wrmsr)
    mov $0x80e, %ecx              /* no DFR, no second half of ICR */
    FAULTS(GP, 0, rdmsr)
    mov $0x831, %ecx
    FAULTS(GP, 0, rdmsr)
    mov $0x80b, %ecx
    mov $1, %eax
    FAULTS(GP, 0, wrmsr)
    mov $0x83f, %ecx
    FAULTS(GP, 0, rdmsr)
    mov $MSR_APIC_BASE, %ecx
    rdmsr
    btr $11, %eax                 /* EXTD without EN */
    FAULTS(GP, 0, wrmsr)
    rdmsr
    btr $10, %eax                 /* not straight back */
    FAULTS(GP, 0, wrmsr)
    rdmsr
    btr $10, %eax
    btr $11, %eax
    wrmsr
    mov $1, %eax
    cpuid
    bt $9, %edx
    EXPECT_FLAGS(FLAG_CF, 0)
    mov $0x802, %ecx
    FAULTS(GP, 0, rdmsr)
    movl $0, x2apic

    CASE(enabled again it is as after a reset)
    apic TPR, 0x20                /* nobody claims the page */
    mov $MSR_APIC_BASE, %ecx
    rdmsr
    bts $11, %eax
    wrmsr
    rdmsr
    EXPECT(eax, APIC + 0x900)
    mov $1, %eax
    cpuid
    bt $9, %edx
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)
    apic_read ID
    EXPECT(eax, 0)
    apic_read SPURIOUS
    EXPECT(eax, 0xff)
    apic_read TPR
    EXPECT(eax, 0)
    apic_read LDR
    EXPECT(eax, 0)
    apic_read DFR
    EXPECT(eax, 0xffffffff)
    apic_read LVT_TIMER
    EXPECT(eax, MASKED)
    apic_read LVT_LINT0
    EXPECT(eax, MASKED)
    apic_read LVT_ERROR
    EXPECT(eax, MASKED)
    apic_read INITIAL
    EXPECT(eax, 0)
    apic_read IRR + 0x20
    EXPECT(eax, 0)
    apic_read ISR + 0x20
    EXPECT(eax, 0)
    apic ICR, SELF + 0x40         /* the software's bit is clear: nothing is taken */
    WINDOW
    EXPECT_COUNT(0)
    apic LVT_TIMER, 0x51          /* and no mask can be lifted */
    apic_read LVT_TIMER
    EXPECT(eax, MASKED + 0x51)

    CASE(and works again)
    apic SPURIOUS, 0x1ff
    apic ICR, SELF + 0x40
    WINDOW
    EXPECT_COUNT(0x40)
    apic LVT_TIMER, 0x51
    apic DIVIDE, 0xb
    apic INITIAL, 10000
    SLEEP
    EXPECT_COUNT(0x51)

    CASE(what waits when it is disabled is gone)
    apic ICR, SELF + 0x62
    apic LVT_TIMER, 0x51
    apic INITIAL, 2000000000
    mov $MSR_APIC_BASE, %ecx
    rdmsr
    btr $11, %eax
    wrmsr
    WINDOW
    EXPECT_COUNT(0)
    rdmsr
    bts $11, %eax
    wrmsr
    apic SPURIOUS, 0x1ff
    WINDOW
    EXPECT_COUNT(0)
    apic_read CURRENT
    EXPECT(eax, 0)
    TEST_END

    .macro handler vector
handler_\vector:
    push %rax
    push %rbx
    mov $APIC, %ebx
    mov ISR + 0x20(%rbx), %eax
    mov %eax, isr
    mov 16(%rsp), %rax
    mov %rax, seen_pc
    addl $0x\vector, count
    shll $8, order
    orl $0x\vector, order
    cmpl $0, x2apic
    je 1f
    push %rcx
    push %rdx
    xor %eax, %eax
    xor %edx, %edx
    mov $0x80b, %ecx
    wrmsr
    pop %rdx
    pop %rcx
    jmp 2f
1:  movl $0, EOI(%rbx)
2:  pop %rbx
    pop %rax
    iretq
    .endm
    handler 40
    handler 51
    handler 62
    handler ff

handler_nmi:
    incl nmi_depth
    cmpl $1, nmi_depth
    jne 1f
    mov $APIC, %eax
    movl $ASSERT + NMI, ICR(%rax)   /* waits for the IRET */
    SETTLE
    mov nmi_depth, %eax
    mov %eax, nmi_nested
1:  incl count
    iretq

    .bss
    .align 8
seen_pc: .skip 8
count: .skip 4
order: .skip 4
isr: .skip 4
x2apic: .skip 4
nmi_depth: .skip 4
nmi_nested: .skip 4
