/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Paging with two levels and with PAE: error codes, 4 MiB and 2 MiB pages, PSE-36, reserved bits,
 * page directory pointers that are loaded at once, NX with PAE, TLB flushes.
 */
#define MODE 32
#include "guest.inc"
#define WINDOW 0x40000000
#define P 1
#define W 2
#define U 4
#define A 0x20
#define D 0x40
#define PS 0x80

    .macro flush_all
    mov %cr3, %eax
    mov %eax, %cr3
    .endm

    TEST_BEGIN
    mov $WINDOW, %ebx
    movl $P + W + U + PS, directory     /* the first 4 MiB */
    mov %cr4, %eax
    or $0x10, %eax                      /* PSE */
    mov %eax, %cr4
    mov $directory, %eax
    mov %eax, %cr3
    mov %cr0, %eax
    or $0x80010000, %eax
    mov %eax, %cr0

    CASE(two levels: not present)
    FAULTS_AT(PF_, 0, WINDOW, mov (%ebx), %al)
    FAULTS_AT(PF_, 2, WINDOW + 4, movb $1, 4(%ebx))
    movl $table + P + W + U, directory + 0x400
    FAULTS_AT(PF_, 0, WINDOW, mov (%ebx), %al)
    TO_USER
    FAULTS_AT(PF_, 4, WINDOW, mov (%ebx), %al)
    FAULTS_AT(PF_, 6, WINDOW, movb $1, (%ebx))
    FAULTS_TO(PF_, 4, WINDOW, jmp *%ebx)
    TO_KERNEL

    CASE(two levels: rights and marks)
    movl $page + P + W, table
    mov (%ebx), %al
    EXPECT_MEM(4, table, page + P + W + A)
    movb $1, (%ebx)
    EXPECT_MEM(4, table, page + P + W + A + D)
    EXPECT_MEM(4, directory + 0x400, table + P + W + U + A)
    TO_USER
    FAULTS_AT(PF_, 5, WINDOW, mov (%ebx), %al)
    FAULTS_AT(PF_, 7, WINDOW, movb $1, (%ebx))
    TO_KERNEL
    movl $page + P + U, table
    flush_all
    FAULTS_AT(PF_, 3, WINDOW, movb $1, (%ebx))
    mov %cr0, %eax
    btr $16, %eax
    mov %eax, %cr0
    movb $2, (%ebx)
    bts $16, %eax
    mov %eax, %cr0
    FAULTS_AT(PF_, 3, WINDOW, movb $1, (%ebx))

    CASE(4 MiB pages)
    movl $0x00c00000 + PS + P + W, directory + 0x400
    flush_all
    movl $0x600df00d, 0x200010(%ebx)
    EXPECT_MEM(4, directory + 0x400, 0x00c00000 + PS + P + W + A + D)
    movl $0x00c00000 + PS + P + W + 0x200000, directory + 0x400     /* bit 21 is reserved */
    flush_all
    FAULTS_AT(PF_, 9, WINDOW, mov (%ebx), %al)
    movl $0x00c00000 + PS + P + W + 0x2000, directory + 0x400       /* at 4 GiB: nothing there */
    flush_all
    mov (%ebx), %eax
    movl $0x00c00000 + PS + P + W, directory + 0x400
    flush_all
    mov 0x200010(%ebx), %eax
    EXPECT(eax, 0x600df00d)
    movl $low_table + P + W + U, directory
    mov %cr4, %eax
    btr $4, %eax
    mov %eax, %cr4
    movl $table + P + W + PS, directory + 0x400     /* without PSE the bit means nothing */
    flush_all

    CASE(PSE off)
    movl $page + P + W, table
    movl $0xabcd1234, page
    mov (%ebx), %eax
    EXPECT(eax, 0xabcd1234)

    CASE(PAE)
    movl $0, directory + 0x400
    mov %cr0, %eax
    btr $31, %eax
    mov %eax, %cr0
    mov %cr4, %eax
    bts $5, %eax
    mov %eax, %cr4
    movl $pae_low + P, pointers
    movl $pae_window + P, pointers + 8
    movl $PS + P + W + U, pae_low
    movl $0x200000 + PS + P + W + U, pae_low + 8
    mov $pointers, %eax
    mov %eax, %cr3
    mov %cr0, %eax
    bts $31, %eax
    mov %eax, %cr0
    FAULTS_AT(PF_, 0, WINDOW, mov (%ebx), %al)
    movl $pae_table + P + W + U, pae_window
    movl $page + P + W + U, pae_table
    mov (%ebx), %eax
    EXPECT(eax, 0xabcd1234)
    EXPECT_MEM(4, pae_table, page + P + W + U + A)

    CASE(PAE: reserved bits and NX)
    movl $1 << 20, pae_table + 4
    flush_all
    FAULTS_AT(PF_, 9, WINDOW, mov (%ebx), %al)
    movl $0x80000000, pae_table + 4
    flush_all
    FAULTS_AT(PF_, 9, WINDOW, mov (%ebx), %al)
    mov $0xc0000080, %ecx
    rdmsr
    bts $11, %eax
    wrmsr
    mov (%ebx), %eax
    EXPECT(eax, 0xabcd1234)
    FAULTS_TO(PF_, 0x11, WINDOW, jmp *%ebx)
    TO_USER
    FAULTS_TO(PF_, 0x15, WINDOW, jmp *%ebx)
    TO_KERNEL
    rdmsr
    btr $11, %eax
    wrmsr
    movl $0, pae_table + 4

    CASE(PAE: the four pointers are loaded with CR3)
    flush_all
    movl $0, pointers + 8
    invlpg (%ebx)
    mov (%ebx), %eax
    EXPECT(eax, 0xabcd1234)
    flush_all
    FAULTS_AT(PF_, 0, WINDOW, mov (%ebx), %eax)
    movl $pae_window + P + W, pointers + 8      /* a reserved bit */
    mov $pointers, %eax
    FAULTS(GP, 0, mov %eax, %cr3)
    movl $pae_window + P, pointers + 8
    mov %eax, %cr3
    mov (%ebx), %eax
    EXPECT(eax, 0xabcd1234)

    CASE(PAE: 2 MiB pages)
    movl $0x00c00000 + PS + P + W, pae_window + 8
    movl $0x77, 0x200020(%ebx)
    EXPECT_MEM(4, pae_window + 8, 0x00c00000 + PS + P + W + A + D)
    mov %cr0, %eax
    btr $31, %eax
    mov %eax, %cr0
    EXPECT_MEM(4, 0x00c00020, 0x77)
    TEST_END

    .data
    .align 4096
low_table:
    .set at, P + W + U
    .rept 1024
    .long at
    .set at, at + 4096
    .endr
    .bss
    .align 4096
directory: .skip 4096
table: .skip 4096
page: .skip 4096
pae_low: .skip 4096
pae_window: .skip 4096
pae_table: .skip 4096
pointers: .skip 32
