/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Single-step, debug registers, and what lies between: instruction breakpoints before and data
 * breakpoints behind, RF, GD, the shadow of MOV SS, REP, INT and faults while stepping.
 */
#define MODE 64
#include "guest.inc"
#define DR7_L0 1
#define DR7_L1 4
#define DR7_GD 0x2000
#define RW_X 0
#define RW_W 1
#define RW_IO 2
#define RW_RW 3
#define DR7_0(rw, len) ((rw) << 16 | (len) << 18)
#define DR7_1(rw, len) ((rw) << 20 | (len) << 22)

    .macro set_dr reg, value
    mov $\value, %rax
    mov %rax, %\reg
    .endm
/* What DR6 says, and clears it. */
#define EXPECT_DR6(value)                                                                           \
    mov %dr6, %r15;                                                                                 \
    EXPECT(r15, value);                                                                             \
    mov $0xffff0ff0, %r15d;                                                                         \
    mov %r15, %dr6
/* How often the note handler was called, and the last address that it was given. */
#define EXPECT_NOTES(number, pc)                                                                    \
    EXPECT_MEM(8, notes, number);                                                                   \
    EXPECT_MEM(8, note_pc, pc);                                                                     \
    movq $0, notes
#define STEP_ON pushf; orq $FLAG_TF, (%rsp); popf
#define STEP_OFF pushf; andq $~FLAG_TF, (%rsp); popf

    TEST_BEGIN
    CASE(the registers)
    set_dr dr0, 0x123456789abcdef0
    mov %dr0, %rbx
    EXPECT(rbx, 0x123456789abcdef0)
    set_dr dr7, 0
    mov %dr7, %rbx
    EXPECT(rbx, 0x400)
    set_dr dr6, 0
    mov %dr6, %rbx
    EXPECT(rbx, 0xffff0ff0)
    set_dr dr6, 0xffffffff
    mov %dr6, %rbx
    EXPECT(rbx, 0xffffefff)
    set_dr dr6, 0xffff0ff0
    mov $1, %eax
    shl $32, %rax
    FAULTS(GP, 0, mov %rax, %dr6)
    FAULTS(GP, 0, mov %rax, %dr7)
    set_dr dr7, 0xffff0000
    mov %dr7, %rbx
    EXPECT(rbx, 0xffff0400)
    set_dr dr7, 0
    mov %dr4, %rbx                /* the same as DR6 without CR4.DE */
    EXPECT(rbx, 0xffff0ff0)
    mov %cr4, %rax
    bts $3, %rax
    mov %rax, %cr4
    FAULTS(UD, 0, mov %dr4, %rbx)
    FAULTS(UD, 0, mov %rbx, %dr5)
    FAULTS(UD, 0, .byte 0x44, 0x0f, 0x23, 0xc0)     /* DR8 */

    CASE(single-step)
    SET_GATE(DB, note)
    STEP_ON
    nop
1:  STEP_OFF
2:  EXPECT_NOTES(4, 2b)
    EXPECT_DR6(0xffff4ff0)

    CASE(stepping through a jump and a call)
    STEP_ON
    jmp 1f
    nop
1:  call 2f
2:  pop %rax
    STEP_OFF
3:  EXPECT_NOTES(6, 3b)
    EXPECT_DR6(0xffff4ff0)

    CASE(each round of a repeated instruction is a step)
    mov $3, %ecx
    mov $area, %edi
    STEP_ON
1:  rep stosb
2:  STEP_OFF
3:  EXPECT_NOTES(6, 3b)
    EXPECT_DR6(0xffff4ff0)

    CASE(no step behind MOV SS)
    mov $SEL_DATA, %eax
    STEP_ON
    mov %eax, %ss
    nop
    STEP_OFF
1:  EXPECT_NOTES(4, 1b)
    EXPECT_DR6(0xffff4ff0)

    CASE(a step does not follow into INT and its handler)
    SET_GATE(0x40, plain_iret)
    STEP_ON
    int $0x40
1:  STEP_OFF
2:  EXPECT_NOTES(3, 2b)
    EXPECT_DR6(0xffff4ff0)

    CASE(a fault while stepping saves TF and does not step)
    arm UD, 0, 0, 0, __LINE__, 1f, 2f
    STEP_ON
1:  ud2
2:  STEP_OFF
3:  EXPECT_NOTES(3, 3b)
    mov fault_flags, %eax
    and $FLAG_TF, %eax
    EXPECT(eax, FLAG_TF)
    EXPECT_DR6(0xffff4ff0)

    CASE(POPF that sets TF steps one instruction later)
    pushf
    orq $FLAG_TF, (%rsp)
    popf
1:  nop
2:  STEP_OFF
    EXPECT_MEM(8, note_first, 2b)
    movq $0, notes
    EXPECT_DR6(0xffff4ff0)

    CASE(instruction breakpoints)
    set_dr dr0, 1f
    set_dr dr7, DR7_L0
    nop
1:  inc %ebx
2:  set_dr dr7, 0
    EXPECT_NOTES(1, 1b)
    EXPECT_DR6(0xffff0ff1)
    movl note_flags, %eax
    and $FLAG_RF, %eax            /* the handler sets it, so that the program goes on */
    EXPECT(eax, 0)

    CASE(an instruction breakpoint meets again in a loop)
    set_dr dr0, 1f
    set_dr dr7, DR7_L0
    mov $3, %ecx
1:  dec %ecx
    jnz 1b
    set_dr dr7, 0
    EXPECT_NOTES(3, 1b)
    EXPECT_DR6(0xffff0ff1)

    CASE(RF holds one back)
    set_dr dr0, 1f
    set_dr dr7, DR7_L0
    mov $SEL_DATA, %edx
    mov %rsp, %rcx
    push %rdx
    push %rcx
    pushf
    orq $FLAG_RF, (%rsp)
    mov %cs, %edx
    push %rdx
    push $1f
    iretq
1:  nop
    set_dr dr7, 0
    EXPECT_MEM(8, notes, 0)
    EXPECT_DR6(0xffff0ff0)

    CASE(breakpoints on writes)
    set_dr dr0, area
    set_dr dr7, DR7_L0 + DR7_0(RW_W, 3)
    mov area, %ecx
    EXPECT_MEM(8, notes, 0)
    movb $1, area + 3
1:  EXPECT_NOTES(1, 1b)
    EXPECT_DR6(0xffff0ff1)
    movb $1, area + 4
    movb $1, area - 1
    EXPECT_MEM(8, notes, 0)
    movl $1, area - 2             /* across its border */
2:  EXPECT_NOTES(1, 2b)
    EXPECT_DR6(0xffff0ff1)
    movq $2, area - 4
3:  EXPECT_NOTES(1, 3b)
    addl $1, area
4:  EXPECT_NOTES(1, 4b)
    lock addl $1, area
5:  EXPECT_NOTES(1, 5b)
    mov $area, %edi
    stosb
6:  EXPECT_NOTES(1, 6b)
    movups %xmm0, area - 8
7:  EXPECT_NOTES(1, 7b)
    EXPECT_DR6(0xffff0ff1)
    set_dr dr7, 0

    CASE(breakpoints on reads and writes)
    set_dr dr1, area + 8
    set_dr dr7, DR7_L1 + DR7_1(RW_RW, 0)
    mov area + 8, %cl
1:  EXPECT_NOTES(1, 1b)
    EXPECT_DR6(0xffff0ff2)
    push area + 4
2:  pop %rcx
    EXPECT_NOTES(1, 2b)
    mov area + 9, %cl
    EXPECT_MEM(8, notes, 0)
    set_dr dr7, DR7_L1 + DR7_1(RW_RW, 2)
    mov area + 15, %cl            /* eight bytes */
3:  EXPECT_NOTES(1, 3b)
    set_dr dr7, 0
    EXPECT_DR6(0xffff0ff2)

    CASE(a data breakpoint in a repeated instruction)
    set_dr dr0, area + 2
    set_dr dr7, DR7_L0 + DR7_0(RW_W, 0)
    mov $area, %edi
    mov $8, %ecx
1:  rep stosb
    EXPECT_MEM(8, note_rcx, 5)
    EXPECT(ecx, 0)
    EXPECT_NOTES(1, 1b)
    set_dr dr7, 0
    EXPECT_DR6(0xffff0ff1)

    CASE(breakpoints on ports)
    set_dr dr0, 0x80
    set_dr dr7, DR7_L0 + DR7_0(RW_IO, 0)
    out %al, $0x80
1:  EXPECT_NOTES(1, 1b)
    in $0x80, %al
2:  EXPECT_NOTES(1, 2b)
    out %al, $0x81
    EXPECT_MEM(8, notes, 0)
    set_dr dr7, 0
    EXPECT_DR6(0xffff0ff1)

    CASE(a data breakpoint waits for the instruction behind MOV SS)
    mov $SEL_DATA, %eax
    mov %ax, stack_selector
    set_dr dr0, stack_selector
    set_dr dr7, DR7_L0 + DR7_0(RW_RW, 1)
    mov stack_selector, %ss
    nop
1:  EXPECT_NOTES(1, 1b)
    set_dr dr7, 0
    EXPECT_DR6(0xffff0ff1)

    CASE(a step and a data breakpoint at once)
    set_dr dr0, area
    set_dr dr7, DR7_L0 + DR7_0(RW_W, 0)
    STEP_ON
    movb $1, area
    STEP_OFF
    set_dr dr7, 0
    EXPECT_MEM(8, note_dr6, 0xffff4ff1)
    movq $0, notes
    EXPECT_DR6(0xffff4ff0)

    CASE(GD guards the registers)
    RESTORE_GATE(DB)
    set_dr dr7, DR7_GD
    FAULTS(DB, 0, mov %dr0, %rax)
    mov %dr6, %rax                /* the exception took GD away */
    EXPECT(rax, 0xffff2ff0)
    mov %dr7, %rax
    EXPECT(rax, 0x400)
    set_dr dr7, DR7_GD
    FAULTS(DB, 0, mov %rax, %dr6)
    set_dr dr6, 0xffff0ff0

    CASE(ICEBP)
    TRAPS(DB, .byte 0xf1)
    EXPECT_DR6(0xffff0ff0)

    CASE(ICEBP while stepping and in shadows)
    SET_GATE(DB, note)
    STEP_ON
    .byte 0xf1                    /* one exception: the step's bit is not set */
1:  STEP_OFF
    EXPECT_MEM(8, note_first, 1b)
    movq $0, notes
    EXPECT_DR6(0xffff4ff0)
    mov $SEL_DATA, %eax
    mov %eax, %ss
    .byte 0xf1
2:  EXPECT_NOTES(1, 2b)
    cli
    sti
    .byte 0xf1
3:  cli
    EXPECT_NOTES(1, 3b)
    EXPECT_DR6(0xffff0ff0)

    CASE(an interrupt behind MOV SS with a data breakpoint)
    SET_GATE(0x40, plain_iret)
    mov $SEL_DATA, %eax
    mov %ax, stack_selector
    set_dr dr0, stack_selector
    set_dr dr7, DR7_L0 + DR7_0(RW_RW, 1)
    mov stack_selector, %ss
    int $0x40                     /* the breakpoint comes at the handler's first instruction */
1:  set_dr dr7, 0
    EXPECT_NOTES(1, plain_iret)
    EXPECT_DR6(0xffff0ff1)

    CASE(disabled breakpoints are silent)
    set_dr dr0, 1f
    set_dr dr7, DR7_0(RW_X, 0)
1:  nop
    set_dr dr0, area
    set_dr dr7, DR7_0(RW_W, 0)
    movb $1, area
    mov %dr6, %rbx
    and $~1, %ebx                 /* its own bit may be set all the same */
    EXPECT(rbx, 0xffff0ff0)
    TEST_END

note:
    push %rax
    mov 8(%rsp), %rax
    mov %rax, note_pc
    cmpq $0, notes
    jne 1f
    mov %rax, note_first
    mov %dr6, %rax
    mov %rax, note_dr6
1:  mov 24(%rsp), %rax
    mov %rax, note_flags
    mov %rcx, note_rcx
    incq notes
    pop %rax
    orq $FLAG_RF, 16(%rsp)
    iretq
plain_iret:
    iretq

    .bss
    .align 16
    .skip 16
area: .skip 32
notes: .skip 8
note_pc: .skip 8
note_first: .skip 8
note_dr6: .skip 8
note_flags: .skip 8
note_rcx: .skip 8
stack_selector: .skip 8
