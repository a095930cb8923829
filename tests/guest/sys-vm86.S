/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtual-8086 mode: entry by IRET, exits by faults and interrupts, IOPL-sensitive instructions,
 * the I/O map, limits, and the virtual interrupt flag and redirection map of CR4.VME.
 */
#define MODE 32
#include "guest.inc"
#define AREA 0x20000              /* code and data of the mode: a copy of vm_code */
#define CS86 (AREA >> 4)

/* Enters at label of vm_code with these flags; the way back is a fault or an interrupt that
 * vm_exit notes: it goes on behind with vm_vector and so on set. */
#define VM(label, flags)                                                                            \
    movl $label - vm_code, vm_ip;                                                                   \
    movl $FLAG_VM | flags | 2, vm_flags;                                                            \
    call vm_enter
#define EXPECT_EXIT(vector, error, label)                                                           \
    EXPECT_MEM(4, exit_vector, vector);                                                             \
    EXPECT_MEM(4, exit_error, error);                                                               \
    EXPECT_MEM(4, exit_ip, label - vm_code)

    TEST_BEGIN
    mov $vm_code, %esi
    mov $AREA, %edi
    mov $vm_code_end - vm_code, %ecx
    rep movsb
    xor %ecx, %ecx
    mov $exit_stubs, %eax
1:  mov %ax, idt(, %ecx, 8)
    rol $16, %eax
    mov %ax, idt + 6(, %ecx, 8)
    rol $16, %eax
    add $16, %eax
    inc %ecx
    cmp $32, %ecx
    jb 1b
    movl $exit_stubs + 16 * 32, %eax
    mov %ax, idt + 8 * 0x40
    shr $16, %eax
    mov %ax, idt + 8 * 0x40 + 6
    movb $0xee, idt + 8 * 0x40 + 5
    /* a longer TSS: redirection map at 104, I/O map at 136 */
    MAKE_DESCRIPTOR SEL_TSS, vm_tss, 136 + 33, 0x89, 0
    movl $tss_stack_top, vm_tss + 4
    movl $SEL_DATA, vm_tss + 8
    movw $136, vm_tss + 102
    mov $SEL_TSS, %eax
    ltr %ax

    CASE(entry and what a fault saves)
    VM(vm_ud, 0)
    EXPECT_EXIT(UD, 0, vm_ud_at)
    EXPECT_MEM(4, exit_cs, CS86)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | 2)
    EXPECT_MEM(4, exit_sp, 0xfff0)
    EXPECT_MEM(4, exit_ss, CS86)
    EXPECT_MEM(4, exit_es, 0x1111)
    EXPECT_MEM(4, exit_ds, 0x2222)
    EXPECT_MEM(4, exit_fs, 0x3333)
    EXPECT_MEM(4, exit_gs, 0x4444)
    EXPECT_MEM(4, exit_now_ds, 0)
    EXPECT_MEM(4, exit_now_gs, 0)
    EXPECT_MEM(4, exit_eax, 0x12345678)

    CASE(segments are paragraphs with 64 KiB)
    VM(vm_limit, 0)
    EXPECT_EXIT(GP, 0, vm_limit_at)
    EXPECT_MEM(4, exit_eax, 0x1234abcd)

    CASE(the x87 environment has linear addresses)
    VM(vm_x87, 0)
    EXPECT_EXIT(UD, 0, vm_x87_at)
    EXPECT_MEM(2, AREA + 0x8000 + 6, vm_x87_load - vm_code)
    EXPECT_MEM(2, AREA + 0x8000 + 8, 0x2106)
    EXPECT_MEM(2, AREA + 0x8000 + 10, 0x9000)
    EXPECT_MEM(2, AREA + 0x8000 + 12, 0x2000)
    EXPECT_MEM(4, AREA + 0x8100 + 12, 0xffff0000 + vm_x87_load - vm_code)
    EXPECT_MEM(4, AREA + 0x8100 + 16, 0x2106)
    EXPECT_MEM(4, AREA + 0x8100 + 20, 0xffff9000)
    EXPECT_MEM(4, AREA + 0x8100 + 24, 0x2000)

    CASE(instructions that do not exist)
    VM(vm_lar, 0)
    EXPECT_EXIT(UD, 0, vm_lar_at)
    VM(vm_arpl, 0)
    EXPECT_EXIT(UD, 0, vm_arpl_at)

    CASE(privileged instructions)
    VM(vm_hlt, 0x3000)
    EXPECT_EXIT(GP, 0, vm_hlt_at)
    VM(vm_cr0, 0x3000)
    EXPECT_EXIT(GP, 0, vm_cr0_at)
    VM(vm_smsw, 0)
    EXPECT_EXIT(UD, 0, vm_smsw_at)

    CASE(sensitive instructions below IOPL 3)
    VM(vm_cli, 0)
    EXPECT_EXIT(GP, 0, vm_cli_at)
    VM(vm_sti, 0)
    EXPECT_EXIT(GP, 0, vm_sti_at)
    VM(vm_pushf, 0)
    EXPECT_EXIT(GP, 0, vm_pushf_at)
    VM(vm_popf, 0)
    EXPECT_EXIT(GP, 0, vm_popf_at)
    VM(vm_int, 0)
    EXPECT_EXIT(GP, 0, vm_int_at)
    VM(vm_iret, 0)
    EXPECT_EXIT(GP, 0, vm_iret_at)
    VM(vm_int3, 0)
    EXPECT_EXIT(GP, 3 * 8 + 2, vm_int3_at)

    CASE(sensitive instructions at IOPL 3)
    movb $0xee, idt + 8 * 3 + 5
    VM(vm_int3, 0)
    EXPECT_EXIT(BP_, 0, vm_int3_at + 1)
    VM(vm_cli, 0x3000 | FLAG_IF)
    EXPECT_EXIT(UD, 0, vm_cli_at + 1)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | 0x3000 | 2)
    VM(vm_pushf, 0x3000)
    EXPECT_EXIT(UD, 0, vm_pushf_at + 2)
    EXPECT_MEM(4, exit_eax, 0x12343002)
    VM(vm_int, 0x3000)
    EXPECT_EXIT(0x40, 0, vm_int_at + 2)
    VM(vm_iret, 0x3000)
    EXPECT_EXIT(UD, 0, vm_after_iret)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | 0x3000 | FLAG_CF | 2)
    movb $0x8e, idt + 8 * 0x40 + 5
    VM(vm_int, 0x3000)
    EXPECT_EXIT(GP, 0x40 * 8 + 2, vm_int_at)
    movb $0xee, idt + 8 * 0x40 + 5

    CASE(the I/O map)
    movb $0xfe, vm_tss + 136 + 0x10     /* port 0x80 is free */
    movb $0xff, vm_tss + 136 + 0x11
    VM(vm_in_80, 0)
    EXPECT_EXIT(UD, 0, vm_in_80_at + 2)
    VM(vm_in_81, 0)
    EXPECT_EXIT(GP, 0, vm_in_81_at)
    VM(vm_inw_80, 0)
    EXPECT_EXIT(GP, 0, vm_inw_80_at)
    VM(vm_in_81, 0x3000)                /* IOPL does not help */
    EXPECT_EXIT(GP, 0, vm_in_81_at)
    VM(vm_in_high, 0)                   /* beyond the map */
    EXPECT_EXIT(GP, 0, vm_in_high_at)

    CASE(VME: the virtual interrupt flag)
    mov %cr4, %eax
    or $1, %eax
    mov %eax, %cr4
    VM(vm_cli, FLAG_VIF)
    EXPECT_EXIT(UD, 0, vm_cli_at + 1)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | 2)
    VM(vm_sti, 0)
    EXPECT_EXIT(UD, 0, vm_sti_at + 1)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | FLAG_VIF | 2)
    VM(vm_sti, FLAG_VIP)
    EXPECT_EXIT(GP, 0, vm_sti_at)
    VM(vm_pushf, FLAG_VIF)
    EXPECT_EXIT(UD, 0, vm_pushf_at + 2)
    EXPECT_MEM(4, exit_eax, 0x12343202) /* IF is VIF and IOPL reads as 3 */
    VM(vm_popf, 0)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | FLAG_VIF | 2)

    CASE(VME: interrupts through the table at 0)
    movb $0x00, vm_tss + 104 + 8
    movl $CS86 << 16, 0x40 * 4
    addl $vm_handler - vm_code, 0x40 * 4
    VM(vm_int, FLAG_VIF)
    EXPECT_EXIT(UD, 0, vm_handler_at)
    EXPECT_MEM(4, exit_sp, 0xfff0 - 6)
    EXPECT_MEM(2, AREA + 0xfff0 - 6, vm_int_at - vm_code + 2)
    EXPECT_MEM(2, AREA + 0xfff0 - 4, CS86)
    EXPECT_MEM(2, AREA + 0xfff0 - 2, FLAG_IF | 0x3000 | 2)
    EXPECT_MEM(4, exit_flags, FLAG_VM | FLAG_RF | 2)
    movb $0x01, vm_tss + 104 + 8        /* not redirected: a fault below IOPL 3 */
    VM(vm_int, FLAG_VIF)
    EXPECT_EXIT(GP, 0, vm_int_at)
    VM(vm_int, 0x3000)
    EXPECT_EXIT(0x40, 0, vm_int_at + 2)
    TEST_END

vm_enter:
    pop vm_back
    mov %esp, vm_esp
    push $0x4444
    push $0x3333
    push $0x2222
    push $0x1111
    push $CS86
    push $0xfff0
    push vm_flags
    push $CS86
    push vm_ip
    mov $0x12345678, %eax
    iret

/* On the stack: vector, error, ip, cs, flags, sp, ss, es, ds, fs, gs. */
vm_exit:
    push %eax
    push %ecx
    mov %ds, %ecx
    mov $SEL_USER_DATA, %eax
    mov %eax, %ds
    mov %ecx, exit_now_ds
    mov %gs, %ecx
    mov %ecx, exit_now_gs
    mov %eax, %es
    testl $FLAG_VM, 24(%esp)
    jz not_from_vm86
    pop %ecx
    pop exit_eax
    pop exit_vector
    pop exit_error
    pop exit_ip
    pop exit_cs
    pop exit_flags
    pop exit_sp
    pop exit_ss
    pop exit_es
    pop exit_ds
    pop exit_fs
    pop exit_gs
    mov vm_esp, %esp
    jmp *vm_back
not_from_vm86:
    pop %ecx
    pop %eax
    jmp fault_common

    .align 16
exit_stubs:
    .set stub, 0
    .rept 33
    .align 16
    .if !(stub == 8 || (stub >= 10 && stub <= 14) || stub == 17)
    push $0
    .endif
    .if stub == 32
    push $0x40
    .else
    push $stub
    .endif
    jmp vm_exit
    .set stub, stub + 1
    .endr

    .code16
    .align 16
vm_code:
vm_ud:
vm_ud_at:
    ud2
vm_limit:
    mov %cs, %ax
    mov %ax, %ds
    movw $0xabcd, 0xf000
    mov $0xf000, %bx
    mov (%bx), %ax
    mov $0xffff, %bx
vm_limit_at:
    mov (%bx), %ax
vm_x87:
    fninit
vm_x87_load:
    flds %cs:0x9000
    fnstenv %ss:0x8000
    data32 fnstenv %ss:0x8100
vm_x87_at:
    ud2
vm_lar:
vm_lar_at:
    lar %ax, %bx
vm_arpl:
vm_arpl_at:
    arpl %ax, %bx
vm_hlt:
vm_hlt_at:
    hlt
vm_cr0:
vm_cr0_at:
    mov %cr0, %eax
vm_smsw:
    smsw %ax
vm_smsw_at:
    ud2
vm_cli:
vm_cli_at:
    cli
    ud2
vm_sti:
vm_sti_at:
    sti
    ud2
vm_pushf:
vm_pushf_at:
    pushf
    pop %ax
    ud2
vm_popf:
    pushw $FLAG_IF | 2
vm_popf_at:
    popf
    ud2
vm_int:
vm_int_at:
    int $0x40
    ud2
vm_int3:
vm_int3_at:
    int3
    ud2
vm_iret:
    pushw $FLAG_CF | 2
    pushw $CS86
    pushw $vm_after_iret - vm_code
vm_iret_at:
    iretw
vm_after_iret:
    ud2
vm_in_80:
vm_in_80_at:
    in $0x80, %al
    ud2
vm_in_81:
vm_in_81_at:
    in $0x81, %al
    ud2
vm_inw_80:
vm_inw_80_at:
    in $0x80, %ax
    ud2
vm_in_high:
    mov $0x3f8, %dx
vm_in_high_at:
    in %dx, %al
    ud2
vm_handler:
vm_handler_at:
    ud2
vm_code_end:
    .code32

    .bss
    .align 16
vm_tss: .skip 256
vm_ip: .skip 4
vm_flags: .skip 4
vm_back: .skip 4
vm_esp: .skip 4
exit_vector: .skip 4
exit_error: .skip 4
exit_ip: .skip 4
exit_cs: .skip 4
exit_flags: .skip 4
exit_sp: .skip 4
exit_ss: .skip 4
exit_es: .skip 4
exit_ds: .skip 4
exit_fs: .skip 4
exit_gs: .skip 4
exit_now_ds: .skip 4
exit_now_gs: .skip 4
exit_eax: .skip 4
