/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk of two sectors for a BIOS: the first reads the second by INT 13h, prints it by INT 10h and
 * waits. It tells that the BIOS found the disk, read its sectors and started it.
 */
    .code16
    .global _start
_start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    movw $packet, %si
    movb $0x42, %ah                 /* extended read; dl is the disk that we came from */
    int $0x13
    jc stop
    movw $0x8000, %si
next:
    lodsb
    testb %al, %al
    jz stop
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp next
stop:
    hlt
    jmp stop

packet:
    .byte 16, 0
    .word 1, 0x8000, 0              /* one sector to 0000:8000 */
    .quad 1

    .org 510
    .word 0xaa55
    .asciz "\r\nLathe's second sector\r\n"
    .org (4 << 20) - 1              /* a disk without a whole cylinder cannot be read */
    .byte 0
