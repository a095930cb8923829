/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real mode: 64 KiB limits with #GP and #SS, wraps, the vector table, instructions that do not
 * exist, segments of protected mode that stay ("big real mode"), far transfers.
 */
#define MODE 16
#include "guest.inc"

    TEST_BEGIN
    CASE(segments are paragraphs)
    mov $0x1234, %ax
    mov %ax, %fs
    mov %fs, %bx
    EXPECT(bx, 0x1234)
    mov $0x1010, %ax
    mov %ax, %fs
    movl $0x600dcafe, %fs:cell - 0x100
    EXPECT_MEM(4, cell, 0x600dcafe)
    xor %ax, %ax
    mov %ax, %fs
    mov $0x1234, %bx
    FAULTS(UD, 0, .byte 0x8e, 0xc8)     /* MOV to CS */

    CASE(limits)
    mov $0xffff, %bx
    FAULTS(GP, 0, mov (%bx), %ax)
    FAULTS(GP, 0, mov %ax, %es:(%bx))
    mov $0xfffe, %bx
    mov (%bx), %ax
    FAULTS(GP, 0, mov (%bx), %eax)
    mov $0x10000, %ebx
    FAULTS(GP, 0, mov (%ebx), %al)
    mov $0xffff, %bp
    FAULTS(SS_, 0, mov (%bp), %ax)
    mov $0xffff, %si
    FAULTS(GP, 0, lodsw %ds:(%si))
    mov $2, %bx
    mov $0xfffe, %si
    movw $0x1f2f, cell
    mov cell - 2(%bx), %cx              /* addresses wrap at 64 KiB */
    EXPECT(cx, 0x1f2f)
    lea 4(%si), %cx
    EXPECT(cx, 2)

    CASE(the stack)
    mov %sp, %bp
    mov $0, %sp
    push $0x55aa
    mov %sp, %cx
    mov %ss:0xfffe, %dx
    mov %bp, %sp
    EXPECT(cx, 0xfffe)
    EXPECT(dx, 0x55aa)
    mov %sp, %ax
    push %sp
    pop %bx
    sub %ax, %bx
    EXPECT(bx, 0)

    CASE(interrupts)
    SET_GATE(0x40, handler)
    pushw $FLAG_IF | FLAG_CF | 2
    popfw
    int $0x40
1:  cli
    EXPECT_MEM(2, note_ip, 1b)
    EXPECT_MEM(2, note_cs, 0x1000)
    EXPECT_MEM(2, note_flags, FLAG_IF | FLAG_CF | 2)
    EXPECT_MEM(2, note_now, FLAG_CF | 2)
    EXPECT_MEM(2, note_size, 6)
    TRAPS(BP_, int3)
    mov $0x7f, %al
    add $1, %al
    TRAPS(OF_, into)
    xor %cx, %cx
    FAULTS(DE, 0, div %cx)
    mov $5, %bx
    FAULTS(BR, 0, bound %bx, bounds)
    FAULTS(UD, 0, ud2)
    lidt short_table
    FAULTS(GP, 0, int $0x40)
    lidt vectors_pointer

    CASE(instructions of protected mode do not exist)
    FAULTS(UD, 0, sldt %ax)
    FAULTS(UD, 0, str %ax)
    FAULTS(UD, 0, lldt %ax)
    FAULTS(UD, 0, ltr %ax)
    FAULTS(UD, 0, verr %ax)
    FAULTS(UD, 0, verw %ax)
    FAULTS(UD, 0, lar %ax, %bx)
    FAULTS(UD, 0, lsl %ax, %bx)
    FAULTS(UD, 0, arpl %ax, %bx)
    FAULTS(GP, 0, sysenter)
    FAULTS(UD, 0, .byte 0xf0, 0x90)
    smsw %ax
    and $1, %ax
    EXPECT(ax, 0)

    CASE(far transfers)
    push %cs
    push $1f
    lret
    NEVER()
1:  lcall $0x1000, $far
    EXPECT(ax, 0xfafa)
    lcall $0x1001, $far - 16
    EXPECT(ax, 0xfafa)
    movw $far - 32, cell
    movw $0x1002, cell + 2
    lcall *cell
    EXPECT(ax, 0xfafa)
    movl $0x12345, cell
    movw $0x1000, cell + 4
    FAULTS(GP, 0, ljmpl *cell)          /* beyond the limit of CS */
    push %ds
    lds cell, %bx
    mov %ds, %cx
    pop %ds
    EXPECT(bx, 0x2345)
    EXPECT(cx, 1)

    CASE(IRET)
    pushw $FLAG_CF | FLAG_NT | 0x3000 | 2
    pushw %cs
    pushw $1f
    iretw
1:  EXPECT_FLAGS(FLAG_CF | FLAG_NT | 0x3000, FLAG_CF | FLAG_NT | 0x3000)
    pushl $FLAG_AC | 2
    pushl $0x1000
    pushl $1f
    iretl
1:  EXPECT_FLAGS(FLAG_CF | FLAG_NT | FLAG_AC, FLAG_AC)
    pushl $2
    popfl

    CASE(an instruction that runs over the end of the segment)
    mov $0x2000, %ax
    mov %ax, %es
    movb $0xb8, %es:0xfffe              /* the last two of three bytes */
    movb $0x01, %es:0xffff
    movw $0xfffe, cell
    movw $0x2000, cell + 2
    SET_GATE(GP, note_gp)
    movw $0, note_ip
    ljmp *cell
after_gp:
    EXPECT_MEM(2, note_ip, 0xfffe)
    EXPECT_MEM(2, note_cs, 0x2000)
    RESTORE_GATE(GP)
    push %ds
    pop %es

    CASE(big real mode)
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    mov $SEL_USER_DATA, %bx
    mov %bx, %fs
    and $~1, %al
    mov %eax, %cr0
    jmp 1f
1:  mov $0x00200000, %ebx
    movl $0x0badf00d, %fs:(%ebx)
    mov %fs:(%ebx), %ecx
    EXPECT(ecx, 0x0badf00d)
    xor %ax, %ax
    mov %ax, %fs                        /* the base changes, the limit stays */
    mov %fs:(%ebx), %ecx
    EXPECT(ecx, 0x0badf00d)

    TEST_END

handler:
    pushw %ax
    pushfw
    popw note_now
    push %bp
    mov %sp, %bp
    mov 4(%bp), %ax
    mov %ax, note_ip
    mov 6(%bp), %ax
    mov %ax, note_cs
    mov 8(%bp), %ax
    mov %ax, note_flags
    pop %bp
    popw %ax
    movw $6, note_size
    iretw

note_gp:
    popw note_ip
    popw note_cs
    popw %ax
    jmp after_gp

far:
    mov $0xfafa, %ax
    lretw

    .data
    .align 4
bounds: .word 0, 1
short_table:
    .word 0x40 * 4 + 2
    .long 0
    .bss
    .align 4
cell: .skip 8
note_ip: .skip 4
note_cs: .skip 4
note_flags: .skip 4
note_now: .skip 4
note_size: .skip 4
