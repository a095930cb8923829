/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paging with four levels: #PF error codes and CR2 of every kind, accessed and dirty bits, large
 * pages, reserved bits, NX, WP, SMEP, SMAP, protection keys, global pages, PCID, INVPCID.
 */
#define MODE 64
#include "guest.inc"
#define WINDOW 0x40000000000      /* what the test maps: its own entry in the first table */
#define P 1
#define W 2
#define U 4
#define A 0x20
#define D 0x40
#define PS 0x80
#define G 0x100

    /* Sets the entry of the window's first page, and forgets translations. */
    .macro map entry:vararg
    mov $(\entry), %rax
    mov %rax, table_1
    invlpg (%rbx)
    .endm
    .macro upper bits:vararg
    bts $\bits, %rax
    mov %rax, table_1
    invlpg (%rbx)
    .endm
    .macro set_cr4 bit
    mov %cr4, %rax
    bts $\bit, %rax
    mov %rax, %cr4
    .endm
    .macro clear_cr4 bit
    mov %cr4, %rax
    btr $\bit, %rax
    mov %rax, %cr4
    .endm
    .macro flush_all
    mov %cr3, %rax
    mov %rax, %cr3
    .endm
    .macro flush_all_keep         /* and keeps registers */
    push %rax
    flush_all
    pop %rax
    .endm
/* A page fault at the window plus offset. */
#define PAGE_FAULT(error, offset, ...)                                                              \
    FAULTS(PF_, error, __VA_ARGS__);                                                                \
    EXPECT_MEM(8, fault_cr2, WINDOW + (offset))

    TEST_BEGIN
    mov $WINDOW, %rbx
    movl $table_3 + 7, page_l4 + 8 * 8
    movl $table_2 + 7, table_3
    movl $table_1 + 7, table_2
    mov $page, %ecx

    CASE(not present)
    PAGE_FAULT(0, 0, mov (%rbx), %al)
    PAGE_FAULT(2, 8, movl $1, 8(%rbx))
    PAGE_FAULT(2, 8, addl $1, 8(%rbx))
    PAGE_FAULT(2, 16, lock cmpxchg %ecx, 16(%rbx))
    TO_USER
    PAGE_FAULT(4, 0, mov (%rbx), %al)
    PAGE_FAULT(6, 5, movb $1, 5(%rbx))
    TO_KERNEL
    FAULTS_TO(PF_, 0x10, 0, jmp *%rbx)
    EXPECT_MEM(8, fault_cr2, WINDOW)
    EXPECT_MEM(8, fault_pc, WINDOW)

    CASE(accessed and dirty)
    map page + P + W + U
    mov (%rbx), %al
    EXPECT_MEM(8, table_1, page + P + W + U + A)
    movb $1, (%rbx)
    EXPECT_MEM(8, table_1, page + P + W + U + A + D)
    EXPECT_MEM(8, table_2, table_1 + 7 + A)
    EXPECT_MEM(8, table_3, table_2 + 7 + A)
    map page + P + U
    mov (%rbx), %al
    TO_USER
    PAGE_FAULT(7, 0, movb $1, (%rbx))
    TO_KERNEL
    EXPECT_MEM(8, table_1, page + P + U + A)

    CASE(supervisor pages)
    map page + P + W
    movb $1, (%rbx)
    TO_USER
    PAGE_FAULT(5, 0, mov (%rbx), %al)
    PAGE_FAULT(7, 0, movb $1, (%rbx))
    PAGE_FAULT(7, 4, xadd %eax, 4(%rbx))
    TO_KERNEL
    movl $table_1 + 3, table_2    /* the upper level alone */
    map page + P + W + U
    flush_all
    TO_USER
    PAGE_FAULT(5, 0, mov (%rbx), %al)
    TO_KERNEL
    movl $table_1 + 7, table_2

    CASE(WP)
    map page + P + U
    PAGE_FAULT(3, 0, movb $1, (%rbx))
    mov %cr0, %rax
    btr $16, %rax
    mov %rax, %cr0
    movb $0x5b, (%rbx)
    EXPECT_MEM(8, table_1, page + P + U + A + D)
    TO_USER
    PAGE_FAULT(7, 0, movb $1, (%rbx))
    TO_KERNEL
    mov %cr0, %rax
    bts $16, %rax
    mov %rax, %cr0
    PAGE_FAULT(3, 0, movb $1, (%rbx))
    movl $table_1 + 5, table_2    /* an upper level read-only */
    map page + P + W + U
    flush_all
    PAGE_FAULT(3, 0, movb $1, (%rbx))
    movl $table_1 + 7, table_2
    flush_all

    CASE(no execution)
    movb $0xc3, page
    map page + P + W + U
    call *%rbx
    upper 63
    mov (%rbx), %al
    EXPECT(al, 0xc3)
    FAULTS_TO(PF_, 0x11, 0, jmp *%rbx)
    EXPECT_MEM(8, fault_cr2, WINDOW)
    TO_USER
    FAULTS_TO(PF_, 0x15, 0, jmp *%rbx)
    TO_KERNEL
    map page + P + W
    TO_USER
    FAULTS_TO(PF_, 0x15, 0, jmp *%rbx)
    TO_KERNEL
    mov $0xc0000080, %ecx         /* without NXE the bit is reserved */
    rdmsr
    btr $11, %eax
    wrmsr
    map page + P + W + U
    upper 63
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    rdmsr
    bts $11, %eax
    wrmsr

    CASE(reserved bits)
    map page + P + W + U
    upper 51
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    PAGE_FAULT(0xb, 0, mov %al, (%rbx))
    TO_USER
    PAGE_FAULT(0xd, 0, mov (%rbx), %al)
    TO_KERNEL
    map page + P + W + U
    upper 52
    mov (%rbx), %al
    upper 58
    mov (%rbx), %al
    map 0
    upper 51
    PAGE_FAULT(0, 0, mov (%rbx), %al)
    movl $0x200000 + PS + P + W + 0x2000, table_2
    flush_all
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    movl $table_1 + 7, table_2
    movl $table_2 + 7 + PS, table_3
    flush_all
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    movl $table_2 + 7, table_3
    orl $PS, page_l4 + 64
    flush_all
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    andl $~PS, page_l4 + 64
    flush_all

    CASE(every reserved address bit at every level)
    mov $0x80000008, %eax
    push %rbx
    cpuid
    pop %rbx
    movzbl %al, %edi
    map page + P + W + U
1:  lea tables, %rsi
    cmp $52, %edi
    je 4f
2:  lodsl
    test %eax, %eax
    jz 3f
    btsq %rdi, (%rax)
    flush_all_keep
    PAGE_FAULT(9, 0, mov (%rbx), %al)
    PAGE_FAULT(0xb, 0, lock incl (%rbx))
    TO_USER
    PAGE_FAULT(0xd, 0, mov (%rbx), %al)
    TO_KERNEL
    movl -4(%rsi), %eax
    btrq %rdi, (%rax)
    jmp 2b
3:  inc %edi
    jmp 1b
4:  flush_all
    mov (%rbx), %al

    CASE(large pages)
    movl $0x12345678, 0x2201000
    movl $0x2200000 + PS + P + W, table_2
    flush_all
    mov 0x1000(%rbx), %eax
    EXPECT(eax, 0x12345678)
    movl $0x9abcdef0, 0x1000(%rbx)
    EXPECT_MEM(4, 0x2201000, 0x9abcdef0)
    EXPECT_MEM(4, table_2, 0x2200000 + PS + P + W + A + D)
    PAGE_FAULT(0, 0x200000, mov 0x200000(%rbx), %al)
    movl $table_1 + 7, table_2
    movl $PS + P + W, table_3     /* 1 GiB */
    flush_all
    mov 0x2201000(%rbx), %eax
    EXPECT(eax, 0x9abcdef0)
    EXPECT_MEM(4, table_3, PS + P + W + A)
    mov %eax, 0x2201000(%rbx)
    EXPECT_MEM(4, table_3, PS + P + W + A + D)
    movl $table_2 + 7, table_3
    flush_all

    CASE(accesses over a page border)
    map page + P + W + U
    movl $0, table_1 + 8
    flush_all
    PAGE_FAULT(0, 0x1000, mov 0xffd(%rbx), %eax)
    PAGE_FAULT(2, 0x1000, movl $-1, 0xffe(%rbx))
    EXPECT_MEM(2, page + 0xffe, 0)
    PAGE_FAULT(2, 0x1000, lock addl $1, 0xffe(%rbx))
    EXPECT_MEM(2, page + 0xffe, 0)
    PAGE_FAULT(0, 0x1000, movups 0xff8(%rbx), %xmm0)
    movl $page2 + P + W, table_1 + 8
    movl $0x11223344, 0xffe(%rbx)
    EXPECT_MEM(2, page + 0xffe, 0x3344)
    EXPECT_MEM(2, page2, 0x1122)
    lock addl $0x10000, 0xffe(%rbx)
    EXPECT_MEM(2, page2, 0x1123)
    mov 0xffe(%rbx), %eax
    EXPECT(eax, 0x11233344)
    movb $0xb8, 0xffc(%rbx)       /* an instruction over the border: mov $.., %eax; ret */
    movl $0x01020304, 0xffd(%rbx)
    movb $0xc3, 0x1001(%rbx)
    lea 0xffc(%rbx), %rdx
    call *%rdx
    EXPECT(eax, 0x01020304)
    movl $0, table_1 + 8
    flush_all
    FAULTS_TO(PF_, 0x10, 0xffc, jmp *%rdx)
    EXPECT_MEM(8, fault_cr2, WINDOW + 0x1000)
    EXPECT_MEM(8, fault_pc, WINDOW + 0xffc)

    CASE(a translation that was not forgotten and INVLPG)
    map page + P + W
    movb $0x11, page
    movb $0x22, page2
    mov (%rbx), %al
    movl $page2 + P + W, table_1
    invlpg 0xfff(%rbx)
    mov (%rbx), %al
    EXPECT(al, 0x22)
    movl $0, table_1
    mov %cr3, %rax
    mov %rax, %cr3
    PAGE_FAULT(0, 0, mov (%rbx), %al)
    movl $page + P + W, table_1   /* not present is never kept */
    mov (%rbx), %al
    EXPECT(al, 0x11)

    CASE(global pages outlive CR3 and not CR4.PGE)
    map page + P + W + G
    mov (%rbx), %al
    movl $0, table_1
    flush_all
    clear_cr4 7
    PAGE_FAULT(0, 0, mov (%rbx), %al)
    set_cr4 7

    CASE(SMEP)
    movb $0xc3, page
    map page + P + W + U
    andl $~U, page_l4             /* the frame's memory becomes the supervisor's */
    flush_all
    set_cr4 20
    FAULTS_TO(PF_, 0x11, 0, jmp *%rbx)
    mov (%rbx), %al
    clear_cr4 20
    orl $U, page_l4
    flush_all
    call *%rbx

    CASE(SMAP)
    map page + P + W + U
    andl $~U, page_l4
    flush_all
    set_cr4 21
    PAGE_FAULT(1, 0, mov (%rbx), %al)
    PAGE_FAULT(3, 0, movb $1, (%rbx))
    stac
    mov (%rbx), %al
    EXPECT(al, 0xc3)
    clac
    PAGE_FAULT(1, 0, mov (%rbx), %al)
    call *%rbx
    orl $U, page_l4
    stac
    clear_cr4 21
    clac
    flush_all
    FAULTS(UD, 0, .byte 0xf0; stac)

    CASE(protection keys)
    set_cr4 22
    map page + P + W + U
    upper 59                      /* key 1 */
    xor %ecx, %ecx
    xor %edx, %edx
    mov $4, %eax                  /* key 1: no access */
    wrpkru
    TO_USER
    PAGE_FAULT(0x25, 0, mov (%rbx), %al)
    PAGE_FAULT(0x27, 0, movb $1, (%rbx))
    call *%rbx                    /* fetches are free */
    mov $8, %eax                  /* key 1: no writes */
    wrpkru
    mov (%rbx), %al
    PAGE_FAULT(0x27, 0, movb $1, (%rbx))
    rdpkru
    EXPECT(rax, 8)
    TO_KERNEL
    PAGE_FAULT(0x23, 0, movb $1, (%rbx))
    mov %cr0, %rax
    btr $16, %rax
    mov %rax, %cr0
    movb $0xc3, (%rbx)            /* level 0 without WP may write */
    bts $16, %rax
    mov %rax, %cr0
    mov $4, %eax
    wrpkru
    PAGE_FAULT(0x21, 0, mov (%rbx), %al)
    map page + P + W
    upper 59
    mov (%rbx), %al               /* supervisor pages have no key */
    xor %eax, %eax
    wrpkru
    mov $1, %ecx
    FAULTS(GP, 0, rdpkru)
    FAULTS(GP, 0, wrpkru)
    xor %ecx, %ecx
    clear_cr4 22
    FAULTS(UD, 0, rdpkru)

    CASE(non-canonical addresses)
    mov $0x0000800000000000, %rdx
    FAULTS(GP, 0, mov (%rdx), %al)
    FAULTS(GP, 0, mov -1(%rdx), %ax)
    FAULTS_TO(GP, 0, 0, jmp *%rdx)  /* at the target, as AMD's processors have it */
    mov %rbp, %rsi
    mov %rdx, %rbp
    FAULTS(SS_, 0, mov (%rbp), %al)
    mov %rsi, %rbp
    mov $-1, %rdx
    FAULTS(PF_, 0, mov (%rdx), %al)

    CASE(PCID)
    mov %cr3, %rsi
    lea 8(%rsi), %rax             /* PCD and PWT aside: bits 11:0 must be 0 */
    mov %rax, %cr3
    mov %cr4, %rax
    bts $17, %rax
    FAULTS(GP, 0, mov %rax, %cr4)
    mov %rsi, %cr3
    set_cr4 17
    map page + P + W
    mov (%rbx), %al
    lea 1(%rsi), %rax
    mov %rax, %cr3
    mov (%rbx), %al
    movl $page2 + P + W, table_1
    mov %rsi, %rax
    bts $63, %rax
    mov %rax, %cr3                /* keeps */
    mov %cr3, %rdi
    EXPECT_MEM(8, page_l4 + 64, table_3 + 7 + A)
    cmp %rdi, %rsi
    EXPECT_FLAGS(FLAG_ZF, FLAG_ZF)
    mov %rsi, %cr3                /* forgets PCID 0 */
    mov (%rbx), %al
    EXPECT(al, 0x22)
    movl $page + P + W, table_1
    mov $2, %eax
    invpcid descriptor, %rax
    mov (%rbx), %al
    EXPECT(al, 0xc3)
    movl $page2 + P + W, table_1
    movq $0, descriptor
    mov %rbx, descriptor + 8
    xor %eax, %eax
    invpcid descriptor, %rax
    mov (%rbx), %al
    EXPECT(al, 0x22)
    mov $4, %eax
    FAULTS(GP, 0, invpcid descriptor, %rax)
    movq $0x1000, descriptor
    mov $1, %eax
    FAULTS(GP, 0, invpcid descriptor, %rax)
    clear_cr4 17
    TO_USER
    FAULTS(GP, 0, invpcid descriptor, %rax)
    TO_KERNEL

    CASE(physical addresses that do not exist)
    map 0x7f00000000 + P + W
    mov (%rbx), %eax
    EXPECT(eax, 0xffffffff)
    movl $0, (%rbx)
    mov (%rbx), %eax
    EXPECT(eax, 0xffffffff)
    TEST_END

    .data
tables: .long table_1, table_2, table_3, page_l4 + 64, 0
    .bss
    .align 4096
table_1: .skip 4096
table_2: .skip 4096
table_3: .skip 4096
page: .skip 4096
page2: .skip 4096
descriptor: .skip 16
