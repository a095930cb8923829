/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Protection keys as programs and systems use them: PKRU changes while no page has a key, while
 * translations are warm, in loops, by XRSTOR, and while CR4.PKE is clear. Kernels change PKRU all the
 * time without pages that have keys, so that the emulator looks at key 0 alone until it sees one.
 */
#define MODE 64
#include "guest.inc"
#define WINDOW 0x40000000000 /* what the test maps: its own entry in the first table */
#define USER   7             /* present, writable, for all levels */
#define KEY(n) ((n) << (59 - 32)) /* in the upper half of an entry */
#define AD(n)  (1 << (2 * (n)))
#define WD(n)  (2 << (2 * (n)))

    /* Keeps all registers but eax. */
    .macro pkru value:vararg
    mov $(\value), %eax
    call set_pkru
    .endm
    .macro cr4 insn, bit
    mov %cr4, %rax
    \insn $\bit, %rax
    mov %rax, %cr4
    .endm
#define PAGE_FAULT(error, ...)                                                                     \
    FAULTS(PF_, error, __VA_ARGS__);                                                               \
    EXPECT_MEM(8, fault_cr2, WINDOW)

    TEST_BEGIN
    mov $WINDOW, %rbx
    movl $table_3 + USER, page_l4 + 8 * 8
    movl $table_2 + USER, table_3
    movl $table_1 + USER, table_2
    movl $page + USER, table_1
    cr4 bts, 22
    andl $~4, page_l4             /* the frame's memory is the supervisor's: it has no key */
    mov %cr3, %rax
    mov %rax, %cr3

    CASE(key 0 while no page has another)
    movl $0x11, (%rbx)
    pkru WD(0)
    mov (%rbx), %eax
    EXPECT(eax, 0x11)
    PAGE_FAULT(0x23, movl $0x22, (%rbx))
    pkru AD(0)
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    pkru 0
    movl $0x33, (%rbx)
    EXPECT_MEM(4, page, 0x33)

    CASE(a key that was taken away before a page had it)
    pkru AD(3) | WD(5)
    movl $0x44, (%rbx)
    movl $KEY(3), table_1 + 4
    invlpg (%rbx)
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    movl $KEY(5), table_1 + 4
    invlpg (%rbx)
    mov (%rbx), %eax
    EXPECT(eax, 0x44)
    PAGE_FAULT(0x23, movl $0x55, (%rbx))
    movl $KEY(4), table_1 + 4
    invlpg (%rbx)
    movl $0x66, (%rbx)
    EXPECT_MEM(4, page, 0x66)

    CASE(warm translations)
    movl $0x77, (%rbx)
    pkru WD(4)
    PAGE_FAULT(0x23, movl $0x88, (%rbx))
    PAGE_FAULT(0x23, lock incl (%rbx))
    PAGE_FAULT(0x23, movups %xmm0, (%rbx))
    mov %rbx, %rdi
    PAGE_FAULT(0x23, stosl)
    mov (%rbx), %eax
    EXPECT(eax, 0x77)
    pkru AD(4)
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    PAGE_FAULT(0x21, cmpl $0, (%rbx))
    PAGE_FAULT(0x21, movups (%rbx), %xmm0)
    pkru AD(3)
    movl $0x99, (%rbx)
    EXPECT_MEM(4, page, 0x99)

    CASE(a loop in which every other turn may write)
    movl $0, (%rbx)
    movl $0, denied
    SET_GATE(PF_, count_fault)
    mov $400, %ecx
1:  mov %ecx, %eax
    and $1, %eax
    shl $9, %eax                  /* WD(4) */
    call set_pkru
    incl (%rbx)
    dec %ecx
    jnz 1b
    RESTORE_GATE(PF_)
    pkru 0
    EXPECT_MEM(4, page, 200)
    EXPECT_MEM(4, denied, 200)

    CASE(code is fetched whatever its key)
    movb $0xc3, (%rbx)
    pkru AD(4)
    call *%rbx
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    pkru 0

    CASE(XRSTOR changes PKRU)
    mov %cr4, %rax
    bt $18, %rax
    jnc 1f                        /* no XSAVE */
    xor %ecx, %ecx
    xgetbv
    or $0x200, %eax
    xsetbv
    mov $0xd, %eax
    mov $9, %ecx
    cpuid                         /* ebx: where PKRU is */
    movl $AD(4), area(%rbx)
    movl $0x200, area + 512
    mov $WINDOW, %rbx
    movl $0xaa, (%rbx)
    mov $0x200, %eax
    xor %edx, %edx
    xrstor area
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    xor %ecx, %ecx
    rdpkru
    EXPECT(eax, AD(4))
    movl $0, area + 512           /* PKRU in its initial state */
    mov $0x200, %eax
    xrstor area
    mov (%rbx), %eax
    EXPECT(eax, 0xaa)
1:

    CASE(CR4.PKE)
    pkru AD(4)
    cr4 btr, 22
    movl $0xbb, (%rbx)
    EXPECT_MEM(4, page, 0xbb)
    cr4 bts, 22
    PAGE_FAULT(0x21, mov (%rbx), %eax)
    PAGE_FAULT(0x23, movl $0xcc, (%rbx))
    pkru 0
    TEST_END

set_pkru:
    push %rcx
    push %rdx
    xor %ecx, %ecx
    xor %edx, %edx
    wrpkru
    pop %rdx
    pop %rcx
    ret

/* Goes on behind the INC, which has two bytes. */
count_fault:
    incl denied
    add $8, %rsp
    addq $2, (%rsp)
    iretq

    .bss
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
page: .skip 4096
area: .skip 4096
denied: .skip 4
