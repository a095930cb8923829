/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest for tests of the control socket: a Multiboot 1 kernel that tells on its serial port what
 * it gets from the keyboard ("key 1e") and ends when the power button is pressed ("power"). The
 * keys r, s and p reset it, put it to sleep and let it panic.
 */
    .set FLAGS, 0
    .set MAGIC, 0x1badb002
    .set SERIAL, 0x3f8
    .set KEYBOARD, 0x60
    .set PM1_STATUS, 0x600          /* the button is bit 8 */
    .set PM1_ENABLE, 0x602          /* of the same bits; QEMU's button does nothing without */
    .set PM1_CONTROL, 0x604
    .set SLEEP_NOW, 1 << 13
    .set SLEEP_RAM, 1 << 10         /* S3; S5 is 0 */
    .set PANIC, 0x505

    .code32
    .section .text
    .balign 4
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)

    .globl _start
_start:
    cli
    cld
    mov $stack_top, %esp
    mov $ready, %esi
    call print
    mov $PM1_ENABLE, %dx
    mov $0x100, %ax
    outw %ax, %dx
poll:
    pause
    mov $PM1_STATUS, %dx
    inw %dx, %ax
    test $1, %ah
    jnz power_off
    in $0x64, %al
    test $1, %al
    jz poll
    mov %al, %ah
    in $KEYBOARD, %al
    test $0x20, %ah                 /* the mouse's */
    jnz poll
    movzbl %al, %ebx
    mov $key, %esi
    call print
    call print_byte
    cmp $0x13, %bl
    je reset
    cmp $0x1f, %bl
    je sleep
    cmp $0x19, %bl
    je panic
    jmp poll

power_off:
    mov $power, %esi
    call print
    mov $SLEEP_NOW, %eax
    jmp control
sleep:
    mov $SLEEP_NOW | SLEEP_RAM, %eax
control:
    mov $PM1_CONTROL, %dx
    outw %ax, %dx
    jmp poll
reset:
    mov $0xcf9, %dx
    mov $6, %al
    outb %al, %dx
    jmp reset
panic:
    mov $PANIC, %dx
    mov $1, %al
    outb %al, %dx
    jmp poll

/* esi: a text ended by 0 */
print:
    lodsb
    test %al, %al
    jz 1f
    call put
    jmp print
1:  ret

/* bl, and the line's end */
print_byte:
    mov %bl, %al
    shr $4, %al
    call put_digit
    mov %bl, %al
    and $15, %al
    call put_digit
    mov $'\n', %al
    jmp put
put_digit:
    add $'0', %al
    cmp $'9', %al
    jbe put
    add $'a' - '0' - 10, %al
put:
    mov %al, %cl
    mov $SERIAL + 5, %dx
1:  inb %dx, %al
    test $0x20, %al                 /* room for a byte */
    jz 1b
    mov $SERIAL, %dx
    mov %cl, %al
    outb %al, %dx
    ret

ready:
    .asciz "ready\n"
key:
    .asciz "key "
power:
    .asciz "power\n"

    .bss
    .balign 16
    .space 4096
stack_top:
