/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MONITOR and MWAIT (a feature on request): wake-up by an interrupt, also a masked one, by a store of
 * another processor, and their faults.
 */
#define MODE 64
#include "guest.inc"
#define APIC 0xfee00000

    TEST_BEGIN
    mov $0xff, %al
    out %al, $0x21
    out %al, $0xa1
    mov $APIC, %ebp
    movl $0x1ff, 0xf0(%rbp)
    movl $0xb, 0x3e0(%rbp)
    movl $0x40, 0x320(%rbp)
    SET_GATE(0x40, handler)

    CASE(CPUID offers them)
    mov $1, %eax
    cpuid
    bt $3, %ecx
    EXPECT_FLAGS(FLAG_CF, FLAG_CF)

    CASE(an interrupt wakes)
    mov $cell, %eax
    xor %ecx, %ecx
    xor %edx, %edx
    monitor
    movl $1000000, 0x380(%rbp)
    xor %eax, %eax
    xor %ecx, %ecx
    sti
    mwait
    cli
    EXPECT_MEM(4, count, 1)

    CASE(a masked interrupt wakes where ECX says so)
    mov $cell, %eax
    monitor
    movl $1000000, 0x380(%rbp)
    xor %eax, %eax
    mov $1, %ecx
    mwait
    EXPECT_MEM(4, count, 1)
    sti
    nop
    cli
    EXPECT_MEM(4, count, 2)

    CASE(without MONITOR it does not wait)
    xor %eax, %eax
    xor %ecx, %ecx
    mwait
    EXPECT(eax, 0)

    CASE(a store to the place in between)
    mov $cell, %eax
    monitor
    movl $1, cell
    xor %eax, %eax
    mwait
    EXPECT_MEM(4, cell, 1)

    CASE(faults)
    mov $cell, %eax
    mov $1, %ecx
    FAULTS(GP, 0, monitor)
    mov $2, %ecx
    FAULTS(GP, 0, mwait)
    xor %ecx, %ecx
    mov $0x8000000000, %rax
    FAULTS(PF_, 0, monitor)
    mov $0x0000800000000000, %rax
    FAULTS(GP, 0, monitor)
    TO_USER
    FAULTS(UD, 0, monitor)
    FAULTS(UD, 0, mwait)
    TO_KERNEL
    TEST_END

handler:
    incl count
    movl $0, 0xb0(%rbp)
    iretq

    .bss
    .align 64
cell: .skip 64
count: .skip 4
