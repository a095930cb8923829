/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot floppy of 1.44M for a BIOS: the boot sector reads the two sectors on either side of the end of
 * the first track, and one of the last cylinder, by INT 13h, prints what is in them by INT 10h and
 * waits. Each has a part of the sentence.
 */
    .code16
    .global _start

    .macro read cylinder, head, sector, count, to
    movw $(0x0200 + \count), %ax
    movw $(\cylinder << 8 | \sector), %cx
    movb $\head, %dh
    movw $\to, %bx
    int $0x13
    jc failed
    .endm

    .macro print from
    movw $\from, %si
    call say
    .endm

_start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
    read 0, 0, 18, 1, 0x8000        /* dl is the drive that we came from */
    read 0, 1, 1, 1, 0x8200
    read 79, 1, 18, 1, 0x8400
    print 0x8000
    print 0x8200
    print 0x8400
    jmp stop
failed:
    print trouble
stop:
    hlt
    jmp stop

say:
    lodsb
    testb %al, %al
    jz 1f
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp say
1:  ret

trouble:
    .asciz "\r\nINT 13h failed\r\n"
    .org 510
    .word 0xaa55
    .org 17 * 512
    .asciz "\r\nLathe reads "
    .org 18 * 512
    .asciz "both sides "
    .org 2879 * 512
    .asciz "to the last sector\r\n"
    .org 2880 * 512 - 1
    .byte 0
