/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System management mode: an SMI by port 0xb2 before the next instruction, the state it saves and
 * RSM loads, a moved SMBASE, HLT that goes on, memory that only the handler sees, and the locks.
 */
#define MODE 64
#include "guest.inc"
#define SMBASE   0x30000
#define AREA     (SMBASE + 0xfe00)
#define MOVED    0x50000
#define SMI_EN   0x630
#define PCI_MCH(reg) (0x80000000 | (reg))
#define PCI_LPC(reg) (0x8000f800 | (reg))

    .macro pci_put address, value
    mov $\address & ~3, %eax
    mov $0xcf8, %edx
    out %eax, %dx
    mov $0xcfc + (\address & 3), %edx
    mov $\value, %al
    out %al, %dx
    .endm

    .macro install base
    mov $handler, %esi
    mov $\base + 0x8000, %edi
    mov $handler_end - handler, %ecx
    rep movsb
    .endm

    .macro smi
    mov $0x5a, %al
    out %al, $0xb2
    .endm

    TEST_BEGIN
    install SMBASE

    CASE(no SMI unless it is enabled)
    smi
    EXPECT_MEM(4, 0x1000, 0)

    CASE(an SMI comes before the next instruction)
    mov $SMI_EN, %edx
    mov $0x21, %eax
    out %eax, %dx
    mov $0x1122334455667788, %r15
    smi
next:
    EXPECT_MEM(4, 0x1000, 1)
    EXPECT(r15, 0x1122334455667788)

    CASE(the state that it saved)
    EXPECT_MEM(8, AREA + 0x178, next)
    EXPECT_MEM(8, AREA + 0x180, 0x1122334455667788)
    EXPECT_MEM(4, AREA + 0x0fc, 0x20064)
    EXPECT_MEM(4, AREA + 0x100, SMBASE)
    EXPECT_MEM(2, AREA + 0x10, SEL_CODE64)
    EXPECT_MEM(8, AREA + 0x0d0, 0xd00)
    EXPECT_MEM(1, AREA + 0x0c9, 0)
    EXPECT_MEM(1, AREA + 0x1f8, 0x5a)

    CASE(the mode that it runs in)
    EXPECT_MEM(4, 0x1004, 0x10032)          /* CR0 */
    EXPECT_MEM(4, 0x1008, 0)                /* CR4 */
    EXPECT_MEM(2, 0x100c, SMBASE >> 4)      /* CS */
    EXPECT_MEM(4, 0x1010, 2)                /* EFLAGS */
    EXPECT_MEM(2, 0x1014, 0)                /* DS */

    CASE(RSM loads what the handler changed)
    movl $1, 0x1018                         /* R15 + 1 */
    smi
    EXPECT(r15, 0x1122334455667789)
    movl $0, 0x1018

    CASE(its base moves)
    install MOVED
    movl $MOVED, 0x101c
    smi
    movl $0, 0x101c
    movl $0, 0x1000
    smi
    EXPECT_MEM(4, 0x1000, 1)
    EXPECT_MEM(2, 0x100c, MOVED >> 4)
    EXPECT_MEM(4, MOVED + 0xff00, MOVED)

    CASE(RSM is undefined elsewhere)
    FAULTS(UD, 0, rsm)

    CASE(only the handler sees SMRAM)
    pci_put PCI_MCH(0x9d), 0x4a             /* open */
    movl $0x12345678, 0xa0000
    EXPECT_MEM(4, 0xa0000, 0x12345678)
    pci_put PCI_MCH(0x9d), 0x0a             /* closed */
    EXPECT_MEM(4, 0xa0000, 0xffffffff)
    movl $0xa0000, 0x1020                   /* where the handler looks, */
    smi
    EXPECT_MEM(4, 0x1024, 0x12345678)       /* and what it found */
    EXPECT_MEM(4, 0xa0000, 0xffffffff)

    CASE(the locks)
    pci_put PCI_MCH(0x9d), 0x1a
    pci_put PCI_MCH(0x9d), 0x4a
    EXPECT_MEM(4, 0xa0000, 0xffffffff)
    pci_put PCI_LPC(0xa0), 0x10
    mov $SMI_EN, %edx
    xor %eax, %eax
    out %eax, %dx
    in %dx, %eax
    EXPECT(eax, 1)
    TEST_END

    .align 16
    .code16
handler:
    xor %ebx, %ebx
    mov %bx, %ds
    addr32 incl 0x1000(%ebx)
    mov %cr0, %eax
    addr32 mov %eax, 0x1004(%ebx)
    mov %cr4, %eax
    addr32 mov %eax, 0x1008(%ebx)
    mov %cs, %ax
    addr32 mov %ax, 0x100c(%ebx)
    mov $0x2000, %esp
    pushfl
    popl %eax
    and $~0x8d5, %eax
    addr32 mov %eax, 0x1010(%ebx)
    mov %ss, %ax
    addr32 mov %ax, 0x1014(%ebx)
    mov %cs, %ecx
    shl $4, %ecx
    addr32 mov 0x1018(%ebx), %eax
    addr32 add %eax, 0xff80(%ecx)           /* R15 */
    addr32 mov 0x101c(%ebx), %eax
    test %eax, %eax
    jz 1f
    addr32 mov %eax, 0xff00(%ecx)           /* SMBASE */
1:
    addr32 mov 0x1020(%ebx), %esi
    addr32 mov (%esi), %eax
    addr32 mov %eax, 0x1024(%ebx)
    rsm
handler_end:
