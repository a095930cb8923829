/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest for tests of the control socket: a Multiboot 1 kernel that tells on its serial port what
 * it gets from the keyboard ("key 1e") and ends when the power button is pressed ("power"). The
 * keys r, s and p reset it, put it to sleep and let it panic; n makes it say "nmi" when one comes, and d
 * starts the watchdog, which nobody feeds.
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
    .set APIC_SPURIOUS, 0xfee000f0  /* bit 8: the local APIC is on */
    .set APIC_LINT1, 0xfee00360
    .set RCBA, 0xfed1c000           /* the chip set's memory registers, by the LPC bridge's 0xf0 */
    .set GCS, RCBA + 0x3410         /* bit 5: the watchdog does not reset */
    .set TCO, 0x660

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
    cmp $0x31, %bl
    je arm
    cmp $0x20, %bl
    je dog
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

arm:
    mov $on_nmi, %eax
    mov %ax, idt + 16
    mov %cs, idt + 18
    movw $0x8e00, idt + 20          /* an interrupt gate */
    shr $16, %eax
    mov %ax, idt + 22
    lidt idt_place
    orl $0x100, APIC_SPURIOUS
    movl $0x400, APIC_LINT1         /* an NMI */
    mov $armed, %esi
    call print
    jmp poll
on_nmi:
    pusha
    mov $nmi, %esi
    call print
    popa
    iret
dog:
    mov $0x8000f8f0, %eax
    mov $0xcf8, %dx
    outl %eax, %dx
    mov $RCBA | 1, %eax
    mov $0xcfc, %dx
    outl %eax, %dx
    andl $~0x20, GCS
    mov $TCO + 0x12, %dx            /* steps of 0.6 s, twice */
    mov $2, %ax
    outw %ax, %dx
    mov $TCO, %dx
    outw %ax, %dx
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
armed:
    .asciz "armed\n"
nmi:
    .asciz "nmi\n"

    .data
    .balign 8
idt:
    .space 3 * 8
idt_place:
    .word 3 * 8 - 1
    .long idt

    .bss
    .balign 16
    .space 4096
stack_top:
