/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot sector that moves the A20 gate by port 0x92 and by the keyboard controller, and goes
 * through INIT as programs of the 80286 did: the address to go on at in the BIOS data area, 0x0a in
 * CMOS byte 0x0f. What it prints tells how that went.
 */
    .code16
    .global _start
_start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    movw $0xffff, %ax
    movw %ax, %es
    movb $0x55, 0x600
    movb $0xaa, %es:0x610           /* 1 MiB above it */
    movb $'1', where
    movb $0xaa, %bl
    call expect

    movb $'2', where
    inb $0x92, %al
    andb $0xfc, %al
    outb %al, $0x92
    movb $0x55, %bl
    call expect
    movb $'3', where
    inb $0x92, %al
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    movb $0xaa, %bl
    call expect

    movb $'4', where
    movb $0xdd, %al
    call keyboard_output
    movb $0x55, %bl
    call expect
    movb $'5', where
    movb $0xdf, %al
    call keyboard_output
    movb $0xaa, %bl
    call expect

    movb $'6', where
    movw $back, 0x467
    movw $0, 0x469
    movb $0x0f, %al
    outb %al, $0x70
    movb $0x0a, %al
    outb %al, $0x71
    inb $0x92, %al
    orb $1, %al
    outb %al, $0x92
    jmp failed
back:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti                             /* the BIOS sends what it prints by the timer's interrupt */
    cmpb $'6', where
    jne failed
    movw $good, %si
    jmp say

/* The byte at ffff:0610 is bl. */
expect:
    cmpb %bl, %es:0x610
    jne failed
    ret

/* Command al, once the controller takes it. */
keyboard_output:
    movb %al, %ah
1:
    inb $0x64, %al
    testb $2, %al
    jnz 1b
    movb %ah, %al
    outb %al, $0x64
2:
    inb $0x64, %al
    testb $2, %al
    jnz 2b
    ret

failed:
    movw $bad, %si
say:
    lodsb
    testb %al, %al
    jz stop
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp say
stop:
    hlt
    jmp stop

bad:
    .ascii "\r\nA20 or INIT failed at step "
where:
    .asciz "0\r\n"
good:
    .asciz "\r\nA20 and INIT are good\r\n"
    .org 510
    .word 0xaa55
    .org (4 << 20) - 1              /* a disk without a whole cylinder cannot be read */
    .byte 0
