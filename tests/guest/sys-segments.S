/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments in protected mode: loads with every error code, limits, expand-down, accessed bits,
 * LDT, VERR, VERW, LAR, LSL, ARPL, LLDT, LTR, far pointers.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))

    /* Loads a selector into a register; or does so with a fault. */
    .macro load seg, selector
    mov $\selector, %eax
    mov %eax, %\seg
    .endm
#define LOAD_FAULTS(seg, selector, vector, error)                                                   \
    mov $selector, %eax;                                                                            \
    FAULTS(vector, error, mov %eax, %seg)

#define VERIFY(op, selector, zero)                                                                  \
    mov $selector, %eax;                                                                            \
    op %ax;                                                                                         \
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF * zero)

    TEST_BEGIN
    CASE(null selectors)
    load fs, 0
    load gs, 3
    FAULTS(GP, 0, mov %fs:0, %al)
    FAULTS(GP, 0, mov %al, %gs:0)
    mov %fs, %eax
    EXPECT(eax, 0)
    mov %gs, %eax
    EXPECT(eax, 3)
    LOAD_FAULTS(ss, 0, GP, 0)
    LOAD_FAULTS(ss, 3, GP, 0)

    CASE(beyond the table and without an LDT)
    xor %eax, %eax
    lldt %ax
    LOAD_FAULTS(fs, 0x1008, GP, 0x1008)
    LOAD_FAULTS(fs, 0x100b, GP, 0x1008)
    LOAD_FAULTS(gs, 0x0c, GP, 0x0c)
    LOAD_FAULTS(gs, 0x0f, GP, 0x0c)
    LOAD_FAULTS(ss, 0xfff8, GP, 0xfff8)

    CASE(types)
    MAKE_DESCRIPTOR S(0), area, 0xfff, 0x98, 0x40       /* execute only */
    MAKE_DESCRIPTOR S(1), area, 0xfff, 0x9a, 0x40       /* execute, read */
    MAKE_DESCRIPTOR S(2), area, 0xfff, 0x90, 0x40       /* read only */
    MAKE_DESCRIPTOR S(3), area, 0xfff, 0x92, 0x40       /* read, write */
    MAKE_DESCRIPTOR S(4), area, 0xfff, 0x89, 0          /* a free TSS */
    MAKE_DESCRIPTOR S(5), area, 0xfff, 0x12, 0x40       /* not present */
    MAKE_DESCRIPTOR S(6), area, 0xfff, 0xf2, 0x40       /* level 3 */
    MAKE_DESCRIPTOR S(7), area, 0xfff, 0x9e, 0x40       /* conforming */
    LOAD_FAULTS(fs, S(0), GP, S(0))
    load fs, S(1)
    load fs, S(2)
    load fs, S(3)
    load fs, S(6)
    load fs, S(7)
    LOAD_FAULTS(fs, S(4), GP, S(4))
    LOAD_FAULTS(fs, S(5), NP, S(5))
    LOAD_FAULTS(ss, S(5), SS_, S(5))
    LOAD_FAULTS(ss, S(1), GP, S(1))
    LOAD_FAULTS(ss, S(2), GP, S(2))
    LOAD_FAULTS(ss, S(4), GP, S(4))
    LOAD_FAULTS(ss, S(6), GP, S(6))
    LOAD_FAULTS(ss, S(3) + 1, GP, S(3))
    LOAD_FAULTS(fs, S(3) + 3, GP, S(3))
    load fs, S(6) + 3
    load fs, S(7) + 3

    CASE(the accessed bit)
    EXPECT_MEM(1, gdt + SEL_FREE + 8 + 5, 0x9b)
    EXPECT_MEM(1, gdt + SEL_FREE + 16 + 5, 0x91)
    EXPECT_MEM(1, gdt + SEL_FREE + 24 + 5, 0x93)
    EXPECT_MEM(1, gdt + SEL_FREE + 40 + 5, 0x12)
    EXPECT_MEM(1, gdt + SEL_FREE + 0 + 5, 0x98)

    CASE(no such segment register)
    FAULTS(UD, 0, .byte 0x8e, 0xc8)
    FAULTS(UD, 0, .byte 0x8e, 0xf0)
    FAULTS(UD, 0, .byte 0x8c, 0xf8)

    CASE(limits)
    load fs, S(3)
    movb $0x5a, %fs:0xfff
    EXPECT_MEM(1, area + 0xfff, 0x5a)
    FAULTS(GP, 0, movb %fs:0x1000, %al)
    FAULTS(GP, 0, movw %fs:0xfff, %ax)
    FAULTS(GP, 0, movl %fs:0xffd, %eax)
    movl %fs:0xffc, %eax
    EXPECT(eax, 0x5a000000)
    FAULTS(GP, 0, movl %fs:0xffffffff, %eax)
    FAULTS(GP, 0, movl %fs:0xfffffffe, %eax)
    mov $0x1000, %esi
    FAULTS(GP, 0, movsb %fs:(%esi), %es:(%edi))
    mov $0xffc, %ebx
    FAULTS(GP, 0, movq %fs:(%ebx), %xmm0)
    FAULTS(GP, 0, fldl %fs:(%ebx))
    flds %fs:(%ebx)
    fstp %st(0)

    CASE(reads and writes that the type forbids)
    load fs, S(2)
    mov %fs:0, %al
    FAULTS(GP, 0, mov %al, %fs:0)
    FAULTS(GP, 0, addl $1, %fs:0)
    load fs, S(1)
    mov %fs:0, %al
    FAULTS(GP, 0, mov %al, %fs:0)
    FAULTS(GP, 0, movl $1, %cs:area)
    mov %cs:area, %eax

    CASE(expand-down)
    MAKE_DESCRIPTOR S(0), area, 0x0fff, 0x96, 0x40
    MAKE_DESCRIPTOR S(1), area, 0x0fff, 0x96, 0
    MAKE_DESCRIPTOR S(2), area, 0x0, 0x96, 0xc0
    load fs, S(0)
    FAULTS(GP, 0, mov %fs:0, %al)
    FAULTS(GP, 0, mov %fs:0xfff, %al)
    mov %fs:0x1000, %al
    FAULTS(GP, 0, mov %fs:0xffe, %eax)
    mov %fs:0xffffffff, %al
    FAULTS(GP, 0, mov %fs:0xffffffff, %ax)
    load fs, S(1)
    mov %fs:0x1000, %al
    mov %fs:0xffff, %al
    FAULTS(GP, 0, mov %fs:0x10000, %al)
    FAULTS(GP, 0, mov %fs:0xffff, %ax)
    load fs, S(2)
    FAULTS(GP, 0, mov %fs:0xfff, %al)
    mov %fs:0x1000, %al

    CASE(the stack segment)
    MAKE_DESCRIPTOR S(0), 0, 0x1fff, 0x92, 0xc0         /* ends at 32 MiB */
    load ss, S(0)
    mov $0x02000000, %ebx
    mov %ebp, %ecx
    mov %ebx, %ebp
    FAULTS(SS_, 0, mov %ss:(%ebx), %al)
    FAULTS(SS_, 0, mov (%ebp), %eax)
    FAULTS(SS_, 0, mov %al, (%ebp))
    FAULTS(SS_, 0, leave)
    FAULTS(SS_, 0, mov -2(%ebp), %eax)
    mov %ecx, %ebp
    load ss, SEL_DATA

    CASE(stacks that expand down)
    MAKE_DESCRIPTOR S(0), area, 0x0fff, 0x96, 0x40      /* from 0x1000 on */
    MAKE_DESCRIPTOR S(1), area, 0x0fff, 0x96, 0         /* from 0x1000 to 0xffff */
    mov %esp, %ebp
    load ss, S(0)
    mov $0x1008, %esp
    push $0x11
    push $0x22
    popl %ecx
    push %ecx
    mov %ss:0x1000, %edx
    movb $0x5a, %ss:0x11fff       /* beyond 64 KiB */
    mov $S(1), %eax
    mov %eax, %ss
    mov $0x1004, %esp
    push %ecx
    popl %edi
    mov $SEL_DATA, %eax
    mov %eax, %ss
    mov %ebp, %esp
    EXPECT(ecx, 0x22)
    EXPECT(edx, 0x22)
    EXPECT(edi, 0x22)
    EXPECT_MEM(4, area + 0x1004, 0x11)
    EXPECT_MEM(1, area + 0x11fff, 0x5a)

    CASE(faults of stacks that expand down)
    MAKE_DESCRIPTOR S(0), area, 0x0fff, 0xf6, 0x40
    MAKE_DESCRIPTOR S(1), area, 0x0fff, 0xf6, 0
    TO_USER
    mov %esp, %ebp
    load ss, S(0) + 3
    mov $0x1000, %esp
    FAULTS(SS_, 0, push %eax)
    mov $0x0ffc, %esp
    FAULTS(SS_, 0, pop %eax)
    FAULTS(SS_, 0, mov %ss:0xfff, %al)
    mov $0x1002, %esp
    FAULTS(SS_, 0, push %eax)
    mov $-2, %esp
    FAULTS(SS_, 0, pop %eax)
    load ss, S(1) + 3
    mov $0x1002, %esp
    FAULTS(SS_, 0, push %eax)
    mov $0xfffe, %esp
    FAULTS(SS_, 0, pop %eax)
    FAULTS(SS_, 0, mov %ss:0x10000, %al)
    mov $0x1002, %esp
    FAULTS(SS_, 0, enter $4, $0)
    load ss, SEL_USER_DATA
    mov %ebp, %esp
    TO_KERNEL

    CASE(16-bit stacks wrap)
    MAKE_DESCRIPTOR S(0), area, 0xffff, 0x92, 0
    mov $S(0), %eax
    mov %esp, %ebp
    mov %eax, %ss
    mov $0xabcd0002, %esp
    pushw $0x1234
    push %esp
    mov %esp, %ecx
    mov (area + 0xfffc), %edx
    popl %ebx
    mov $SEL_DATA, %eax
    mov %eax, %ss
    mov %ebp, %esp
    EXPECT(ecx, 0xabcdfffc)
    EXPECT(edx, 0xabcd0000)
    EXPECT(ebx, 0xabcd0000)
    EXPECT_MEM(2, area, 0x1234)

    CASE(the LDT)
    movl $0x0000ffff, ldt + 8
    movl $0x00cf9200, ldt + 12
    MAKE_DESCRIPTOR S(0), ldt, 15, 0x82, 0
    MAKE_DESCRIPTOR S(1), ldt, 15, 0x02, 0
    mov $S(1), %eax
    FAULTS(NP, S(1), lldt %ax)
    mov $S(2), %eax
    FAULTS(GP, S(2), lldt %ax)
    mov $0x0c, %eax
    FAULTS(GP, 0x0c, lldt %ax)
    mov $S(0), %eax
    lldt %ax
    sldt %ebx
    EXPECT(ebx, S(0))
    load fs, 0x0c
    mov %fs:ldt + 8, %eax
    EXPECT(eax, 0xffff)
    LOAD_FAULTS(gs, 0x14, GP, 0x14)
    LOAD_FAULTS(gs, 0x04, GP, 0x04)
    xor %eax, %eax
    lldt %ax
    LOAD_FAULTS(gs, 0x0c, GP, 0x0c)
    load gs, 0
    load fs, 0

    CASE(LTR)
    mov $SEL_TSS, %eax
    FAULTS(GP, SEL_TSS, ltr %ax)
    xor %eax, %eax
    FAULTS(GP, 0, ltr %ax)
    mov $SEL_DATA, %eax
    FAULTS(GP, SEL_DATA, ltr %ax)
    MAKE_DESCRIPTOR S(0), tss, 103, 0x09, 0
    mov $S(0), %eax
    FAULTS(NP, S(0), ltr %ax)
    MAKE_DESCRIPTOR S(0), tss, 103, 0x89, 0
    ltr %ax
    EXPECT_MEM(1, gdt + SEL_FREE + 5, 0x8b)
    str %ecx
    EXPECT(ecx, S(0))
    movb $0x89, gdt + SEL_TSS + 5
    mov $SEL_TSS, %eax
    ltr %ax

    CASE(far pointers)
    movl $0x12345678, area
    movw $SEL_USER_DATA, area + 4
    lfs area, %ebx
    EXPECT(ebx, 0x12345678)
    mov %fs, %eax
    EXPECT(eax, SEL_USER_DATA)
    movw $S(0), area + 4
    mov $1, %ebx
    FAULTS(GP, S(0), lgs area, %ebx)
    EXPECT(ebx, 1)
    movw $0, area + 2
    lgs area, %bx
    EXPECT(ebx, 0x5678)
    FAULTS(GP, 0, lss area, %bx)
    les area, %bx
    push %ds
    pop %es
    FAULTS(UD, 0, .byte 0xc5, 0xc0; nop)
    FAULTS(UD, 0, .byte 0x0f, 0xb2, 0xc0)

    CASE(PUSH and POP of segment registers)
    movl $-1, -4(%esp)
    push %ds
    pop %eax
    EXPECT(ax, SEL_USER_DATA)
    pushl $0x1008
    mov %esp, %ebx
    FAULTS(GP, 0x1008, pop %fs)
    sub %esp, %ebx
    EXPECT(ebx, 0)
    pop %eax
    pushw %gs
    pushw $SEL_USER_DATA
    popw %gs
    mov %gs, %eax
    EXPECT(eax, SEL_USER_DATA)
    popw %gs

    CASE(VERR and VERW)
    MAKE_DESCRIPTOR S(0), area, 0xfff, 0x98, 0x40       /* execute only */
    MAKE_DESCRIPTOR S(1), area, 0xfff, 0x9a, 0x40       /* execute, read */
    MAKE_DESCRIPTOR S(2), area, 0xfff, 0x90, 0x40       /* read only */
    MAKE_DESCRIPTOR S(3), area, 0xfff, 0x92, 0x40       /* read, write */
    MAKE_DESCRIPTOR S(4), area, 0xfff, 0x89, 0          /* a free TSS */
    MAKE_DESCRIPTOR S(5), area, 0xfff, 0x12, 0x40       /* not present */
    VERIFY(verr, S(0), 0)
    VERIFY(verr, S(1), 1)
    VERIFY(verr, S(2), 1)
    VERIFY(verr, S(3), 1)
    VERIFY(verr, S(4), 0)
    VERIFY(verr, S(5), 1)
    VERIFY(verr, S(3) + 3, 0)
    VERIFY(verr, 0, 0)
    VERIFY(verr, 0x1000, 0)
    VERIFY(verw, S(0), 0)
    VERIFY(verw, S(1), 0)
    VERIFY(verw, S(2), 0)
    VERIFY(verw, S(3), 1)
    VERIFY(verw, S(3) + 3, 0)
    VERIFY(verw, SEL_USER_DATA, 1)
    VERIFY(verw, 0, 0)

    CASE(LAR and LSL)
    mov $S(1), %eax
    lar %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT(ebx, 0x00409a00)
    lar %ax, %bx
    EXPECT(bx, 0x9a00)
    lsl %eax, %ebx
    EXPECT(ebx, 0xfff)
    mov $SEL_DATA, %eax
    lsl %eax, %ebx
    EXPECT(ebx, 0xffffffff)
    lsl %ax, %bx
    EXPECT(bx, 0xffff)
    mov $S(4), %eax
    lar %eax, %ebx
    EXPECT(ebx, 0x00008900)
    lsl %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov $0x77, %ebx
    xor %eax, %eax
    lar %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT(ebx, 0x77)
    MAKE_GATE S(6), SEL_CODE32, area, 0x8c
    mov $S(6), %eax
    lar %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT(bx, 0x8c00)
    lsl %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, 0)
    MAKE_GATE S(6), SEL_CODE32, area, 0x8e
    lar %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, 0)
    mov $S(3) + 3, %eax
    lsl %eax, %ebx
    EXPECT_FLAGS(FLAG_ZF, 0)

    CASE(ARPL)
    mov $0x1230, %eax
    mov $0x0003, %ebx
    arpl %bx, %ax
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    EXPECT(eax, 0x1233)
    mov $1, %ebx
    arpl %bx, %ax
    EXPECT_FLAGS(FLAG_ZF, 0)
    EXPECT(eax, 0x1233)

    CASE(at level 3)
    MAKE_DESCRIPTOR S(0), area, 0xfff, 0x92, 0x40
    MAKE_DESCRIPTOR S(1), area, 0xfff, 0xf2, 0x40
    MAKE_DESCRIPTOR S(2), area, 0xfff, 0x9e, 0x40
    MAKE_DESCRIPTOR S(3), area, 0xfff, 0x9a, 0x40
    TO_USER
    LOAD_FAULTS(fs, S(0), GP, S(0))
    LOAD_FAULTS(fs, S(3), GP, S(3))
    load fs, S(1)
    load fs, S(2)
    LOAD_FAULTS(ss, SEL_DATA, GP, SEL_DATA)
    LOAD_FAULTS(ss, S(1), GP, S(1))
    LOAD_FAULTS(ss, 3, GP, 0)
    FAULTS(GP, 0, lldt %ax)
    FAULTS(GP, 0, ltr %ax)
    FAULTS(GP, 0, lgdt gdt_pointer)
    FAULTS(GP, 0, hlt)
    FAULTS(GP, 0, cli)
    FAULTS(GP, 0, in $0x80, %al)
    FAULTS(GP, 0, mov %cr0, %eax)
    FAULTS(GP, 0, mov %eax, %dr7)
    FAULTS(GP, 0, clts)
    FAULTS(GP, 0, rdmsr)
    FAULTS(GP, 0, wbinvd)
    FAULTS(GP, 0, invlpg (%eax))
    TO_KERNEL
    mov %cs, %eax
    EXPECT(eax, SEL_CODE32)
    mov %ss, %eax
    EXPECT(eax, SEL_DATA)

    CASE(a return to level 3 drops segments of level 0)
    load fs, S(0)
    load gs, S(2)
    load es, SEL_DATA
    TO_USER
    mov %fs, %eax
    EXPECT(eax, 0)
    mov %gs, %eax
    EXPECT(eax, S(2))
    mov %es, %eax
    EXPECT(eax, 0)
    TO_KERNEL
    push %ds
    pop %es
    TEST_END
    .bss
    .align 4096
area: .skip 0x12000
ldt: .skip 16
