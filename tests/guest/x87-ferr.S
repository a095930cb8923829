/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x87 errors with CR0.NE clear, as programs for DOS have them: the next instruction that waits is
 * held back, FERR# becomes IRQ 13, the handler finds what failed; port 0xf0 takes the interrupt
 * back and lets the processor ignore the error until it is cleared.
 */
#define MODE 32
#include "guest.inc"
#define PIC1 0x20
#define PIC2 0xa0
#define BASE1 0x50
#define BASE2 0x58

    .macro outb_ value, port
    mov $\value, %al
    out %al, $\port
    .endm
/* Makes an error wait: 1 / 0. */
#define DIVIDE_BY_ZERO fninit; fldcw no_zero_divide; fld1; 1: fdivs zero

    TEST_BEGIN
    outb_ 0x11, PIC1
    outb_ BASE1, PIC1 + 1
    outb_ 4, PIC1 + 1
    outb_ 1, PIC1 + 1
    outb_ 0x11, PIC2
    outb_ BASE2, PIC2 + 1
    outb_ 2, PIC2 + 1
    outb_ 1, PIC2 + 1
    outb_ 0xfb, PIC1 + 1          /* the second controller, */
    outb_ 0xdf, PIC2 + 1          /* and there IRQ 13 */
    SET_GATE(BASE2 + 5, irq_13)
    mov %cr0, %eax
    and $~0x20, %eax
    mov %eax, %cr0

    CASE(the instruction that waits is held back)
    DIVIDE_BY_ZERO
    sti
    nop
    EXPECT_MEM(4, count, 0)       /* nobody has waited yet */
2:  fldpi
    cli
    EXPECT_MEM(4, count, 1)
    EXPECT_MEM(4, seen_pc, 2b)
    EXPECT_MEM(4, image + 12, 1b)
    EXPECT_MEM(4, image + 20, zero)
    EXPECT_ST(0x4000, 0xc90fdaa22168c235)

    CASE(FWAIT waits and so does MMX)
    DIVIDE_BY_ZERO
    sti
2:  fwait
    cli
    EXPECT_MEM(4, count, 2)
    EXPECT_MEM(4, seen_pc, 2b)
    DIVIDE_BY_ZERO
    sti
2:  emms
    cli
    EXPECT_MEM(4, count, 3)
    EXPECT_MEM(4, seen_pc, 2b)

    CASE(what does not wait does not tell)
    DIVIDE_BY_ZERO
    sti
    fnstsw %ax
    fnstcw word
    fnclex
    fwait
    cli
    EXPECT_MEM(4, count, 3)
    and $0x80, %eax
    EXPECT(eax, 0x80)

    CASE(port 0xf0 lets the processor ignore the error)
    movl $ignore_13, handler
    DIVIDE_BY_ZERO
    sti
2:  fldpi
    fldpi
    fwait
    cli
    EXPECT_MEM(4, count, 4)       /* once */
    EXPECT_FSW(0x84, 0x84)        /* and the error is still there */
    fnclex
    movl $clear_13, handler
    fldcw no_zero_divide          /* cleared and made again it tells again */
    fninit
    DIVIDE_BY_ZERO
    sti
    fwait
    cli
    EXPECT_MEM(4, count, 5)

    CASE(with NE it is an exception again)
    mov %cr0, %eax
    or $0x20, %eax
    mov %eax, %cr0
    DIVIDE_BY_ZERO
    FAULTS(MF, 0, fwait)
    EXPECT_MEM(4, count, 5)
    fninit
    TEST_END

irq_13:
    push %eax
    incl count
    mov 4(%esp), %eax
    mov %eax, seen_pc
    call *handler
    outb_ 0x20, PIC2
    outb_ 0x20, PIC1
    pop %eax
    iret
clear_13:
    fnstenv image
    fnclex
    outb_ 0, 0xf0
    ret
ignore_13:
    outb_ 0, 0xf0
    ret

    .data
no_zero_divide: .word 0x037b
    .align 4
zero: .long 0
handler: .long clear_13
    .bss
    .align 16
count: .skip 4
seen_pc: .skip 4
word: .skip 8
image: .skip 32
