/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interrupts by instruction through gates of 16 and 32 bits: what is saved, what happens to the
 * flags, error codes with the IDT bit, levels, INTO, BOUND, INT1, INT3, IRET, double fault.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))
#define GATE(vector) (idt + 8 * (vector))

    TEST_BEGIN
    CASE(an interrupt gate clears IF and a trap gate does not)
    SET_GATE(0x40, note_handler)
    movb $0xee, GATE(0x40) + 5
    push $FLAG_IF | FLAG_IOPL | FLAG_NT | FLAG_CF | 2
    popf
    int $0x40
1:  cli
    EXPECT_MEM(4, note_pc, 1b)
    EXPECT_MEM(4, note_cs, SEL_CODE32)
    EXPECT_MEM(4, note_flags, FLAG_IF | FLAG_IOPL | FLAG_NT | FLAG_CF | 2)
    EXPECT_MEM(4, note_now, FLAG_IOPL | FLAG_CF | 2)
    movb $0xef, GATE(0x40) + 5
    push $FLAG_IF | 2
    popf
    int $0x40
    cli
    EXPECT_MEM(4, note_now, FLAG_IF | 2)
    EXPECT_MEM(4, note_flags, FLAG_IF | 2)

    CASE(gates that fault)
    movb $0x0e, GATE(0x40) + 5
    FAULTS(NP, 0x40 * 8 + 2, int $0x40)
    movb $0x8c, GATE(0x40) + 5
    FAULTS(GP, 0x40 * 8 + 2, int $0x40)
    movb $0x80, GATE(0x40) + 5
    FAULTS(GP, 0x40 * 8 + 2, int $0x40)
    movb $0x8e, GATE(0x40) + 5
    movw $0, GATE(0x40) + 2
    FAULTS(GP, 0, int $0x40)
    movw $SEL_DATA, GATE(0x40) + 2
    FAULTS(GP, SEL_DATA, int $0x40)
    movw $0x1000, GATE(0x40) + 2
    FAULTS(GP, 0x1000, int $0x40)
    MAKE_DESCRIPTOR S(0), 0, 0xfffff, 0x1a, 0xc0        /* not present */
    movw $S(0), GATE(0x40) + 2
    FAULTS(NP, S(0), int $0x40)
    MAKE_DESCRIPTOR S(0), 0, 0xfffff, 0xfa, 0xc0        /* level 3 */
    FAULTS(GP, S(0), int $0x40)
    MAKE_DESCRIPTOR S(0), 0, 0xfff, 0x9a, 0x40          /* too short */
    FAULTS(GP, 0, int $0x40)
    movw $SEL_CODE32, GATE(0x40) + 2
    lidt short_idt
    FAULTS(GP, 0xf0 * 8 + 2, int $0xf0)
    lidt idt_pointer

    CASE(INT3 and INTO are traps and INT1 needs no privilege)
    TRAPS(BP_, int3)
    TRAPS(BP_, int $3)
    mov $0x7f, %al
    add $1, %al
    TRAPS(OF_, into)
    xor %eax, %eax
    into
    TRAPS(DB, .byte 0xf1)
    TRAPS(DB, int $1)

    CASE(BOUND)
    mov $-1, %eax
    FAULTS(BR, 0, bound %eax, bounds)
    mov $11, %eax
    FAULTS(BR, 0, bound %eax, bounds)
    mov $10, %eax
    bound %eax, bounds
    mov $0, %eax
    bound %eax, bounds
    mov $5, %eax
    FAULTS(BR, 0, boundw %ax, bounds)
    FAULTS(UD, 0, .byte 0x62, 0xc0)

    CASE(from level 3)
    SET_GATE(0x40, note_handler)
    movb $0xee, GATE(0x40) + 5
    movb $0x8e, GATE(0x41) + 5
    TO_USER
    int $0x40
1:  EXPECT_MEM(4, note_pc, 1b)
    EXPECT_MEM(4, note_cs, SEL_USER_CODE32)
    EXPECT_MEM(4, note_sp, user_stack_top)
    EXPECT_MEM(4, note_ss, SEL_USER_DATA)
    EXPECT_MEM(4, note_esp, tss_stack_top - 20)
    FAULTS(GP, 0x41 * 8 + 2, int $0x41)
    FAULTS(GP, 3 * 8 + 2, int $3)
    FAULTS(GP, 3 * 8 + 2, int3)
    TRAPS(DB, .byte 0xf1)
    FAULTS(GP, 1 * 8 + 2, int $1)
    mov $0x7f, %al
    add $1, %al
    FAULTS(GP, 4 * 8 + 2, into)
    FAULTS(UD, 0, ud2)
    TO_KERNEL

    CASE(a gate of 16 bits)
    MAKE_DESCRIPTOR S(1), handler_16, 0xffff, 0x9a, 0
    movl $S(1) << 16, GATE(0x42)
    movl $0x8600, GATE(0x42) + 4
    mov %esp, %ebp
    stc
    int $0x42
1:  NEVER()
after_16:
    sub %esp, %ebp
    EXPECT(ebp, 6)
    popw %ax
    sub $1b, %eax
    EXPECT(ax, 0)
    popw %ax
    EXPECT(ax, SEL_CODE32)
    popw %ax
    and $FLAG_CF, %eax
    EXPECT(eax, 1)

    CASE(RF is set in what a fault saves)
    FAULTS(UD, 0, ud2)
    movl fault_flags, %eax
    and $FLAG_RF, %eax
    EXPECT(eax, FLAG_RF)
    TRAPS(BP_, int3)
    movl fault_flags, %eax
    and $FLAG_RF, %eax
    EXPECT(eax, 0)

    CASE(a fault in a fault is a double fault)
    movb $0x0e, GATE(13) + 5
    mov $0x1000, %eax
    FAULTS(DF_, 0, mov %eax, %fs)
    movb $0x8e, GATE(13) + 5
    TEST_END

note_handler:
    pushf
    pop note_now
    mov %esp, note_esp
    push %eax
    mov 4(%esp), %eax
    mov %eax, note_pc
    mov 8(%esp), %eax
    mov %eax, note_cs
    mov 12(%esp), %eax
    mov %eax, note_flags
    mov 16(%esp), %eax
    mov %eax, note_sp
    mov 20(%esp), %eax
    mov %eax, note_ss
    pop %eax
    iret

    .code16
    .align 16
handler_16:
    ljmpl $SEL_CODE32, $after_16

    .data
short_idt:
    .word 0xef * 8 + 7
    .long idt
    .align 4
bounds: .long 0, 10
    .bss
    .align 4
note_pc: .skip 4
note_cs: .skip 4
note_flags: .skip 4
note_now: .skip 4
note_esp: .skip 4
note_sp: .skip 4
note_ss: .skip 4
