/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware task switch: by JMP, CALL, IRET with NT and through task gates, of 32 and 16 bits;
 * what is saved, busy bits, back link, TS, the debug trap bit, faults with error codes.
 */
#define MODE 32
#include "guest.inc"
#define S(n) (SEL_FREE + 8 * (n))
#define TASK S(0)
#define TASK16 S(1)
#define GATE S(2)
#define ACCESS(selector) gdt + selector + 5

/* Switches to TASK with a bad value in its state; the fault comes in the new task. */
#define SWITCH_FAULTS(field, value, vector, error)                                                  \
    movl field, %edx;                                                                               \
    movl $value, field;                                                                             \
    movl $task_entry, tss2 + 32;                                                                    \
    movl $task_stack, tss2 + 56;                                                                    \
    lcall $TASK, $0;                                                                                \
    movl %edx, field;                                                                               \
    EXPECT_MEM(4, seen_error, error);                                                               \
    EXPECT_MEM(4, seen_vector, vector);                                                             \
    EXPECT_MEM(4, seen_tr, TASK);                                                                   \
    EXPECT_MEM(4, seen_pc, task_entry)

/* The same where the handler needs a task of its own, since the new one has no code or no stack. */
#define SWITCH_FAULTS_TO_TASK(field, value, vector, error)                                          \
    movl field, %edx;                                                                               \
    movl $value, field;                                                                             \
    movl $task_entry, tss2 + 32;                                                                    \
    movl $2, tss2 + 36;                                                                             \
    movl $task_stack, tss2 + 56;                                                                    \
    movl $S(8) << 16, idt + 8 * vector;                                                             \
    movl $0x8500, idt + 8 * vector + 4;                                                             \
    movl $-1, seen_error;                                                                           \
    lcall $TASK, $0;                                                                                \
    movl $SEL_CODE32, tss2 + 76;                                                                    \
    movl $SEL_DATA, tss2 + 80;                                                                      \
    movl $0, tss2 + 96;                                                                             \
    movl %edx, field;                                                                               \
    movl $SEL_CODE32 << 16, idt + 8 * vector;                                                       \
    movl $0x8e00, idt + 8 * vector + 4;                                                             \
    RESTORE_GATE(vector);                                                                           \
    EXPECT_MEM(4, seen_error, error);                                                               \
    EXPECT_MEM(4, seen_link, TASK);                                                                 \
    EXPECT_MEM(4, seen_pc, task_entry)
#define CS_FIELD tss2 + 76
#define SS_FIELD tss2 + 80
#define LDT_FIELD tss2 + 96

    TEST_BEGIN
    MAKE_DESCRIPTOR TASK, tss2, 103, 0x89, 0
    MAKE_DESCRIPTOR TASK16, tss16, 43, 0x81, 0
    MAKE_GATE GATE, TASK, 0, 0x85
    MAKE_GATE S(3), TASK, 0, 0x05

    CASE(a far call switches and IRET returns)
    mov $0x11111111, %eax
    mov $0x22222222, %ebx
    mov $0x33333333, %ecx
    mov %esp, %ebp
    stc
    lcall $TASK, $0
1:  EXPECT_FLAGS(FLAG_CF | FLAG_NT, FLAG_CF)
    EXPECT(eax, 0x11111111)
    EXPECT(ebx, 0x22222222)
    EXPECT(ecx, 0x33333333)
    sub %esp, %ebp
    EXPECT(ebp, 0)
    EXPECT_MEM(4, seen_flags, FLAG_NT | FLAG_DF | 2)
    EXPECT_MEM(4, seen_eax, 0xaaaa0001)
    EXPECT_MEM(4, seen_tr, TASK)
    EXPECT_MEM(4, seen_link, SEL_TSS)
    EXPECT_MEM(1, seen_busy_old, 0x8b)
    EXPECT_MEM(1, seen_busy_new, 0x8b)
    EXPECT_MEM(1, ACCESS(TASK), 0x89)
    EXPECT_MEM(1, ACCESS(SEL_TSS), 0x8b)
    EXPECT_MEM(4, tss + 32, 1b)
    EXPECT_MEM(4, tss + 40, 0x11111111)
    EXPECT_MEM(4, tss + 36, FLAG_CF | 2 | FLAG_PF * 0)
    EXPECT_MEM(2, tss + 76, SEL_CODE32)
    EXPECT_MEM(2, tss + 84, SEL_USER_DATA)
    EXPECT_MEM(4, seen_cr0_ts, 8)
    str %eax
    EXPECT(ax, SEL_TSS)

    CASE(the task goes on behind its IRET)
    lcall $TASK, $0
    EXPECT_MEM(4, seen_eax, 0xbbbb0002)

    CASE(a far jump does not nest)
    movl $task_jumps, tss2 + 32
    movl $2, tss2 + 36
    ljmp $TASK, $0
    EXPECT_MEM(4, seen_flags, 2)
    EXPECT_MEM(1, seen_busy_old, 0x89)
    EXPECT_MEM(1, seen_busy_new, 0x8b)
    EXPECT_MEM(1, ACCESS(TASK), 0x89)

    CASE(through a task gate)
    movl $task_entry, tss2 + 32
    lcall $GATE, $0
    EXPECT_MEM(4, seen_eax, 0xaaaa0001)
    FAULTS(NP, S(3), lcall $S(3), $0)
    FAULTS(NP, S(3), ljmp $S(3), $0)

    CASE(an interrupt through a task gate)
    movl $task_entry, tss2 + 32
    movl $TASK << 16, idt + 8 * 0x40
    movl $0xe500, idt + 8 * 0x40 + 4
    int $0x40
1:  EXPECT_MEM(4, seen_link, SEL_TSS)
    EXPECT_MEM(4, tss + 32, 1b)
    EXPECT_MEM(4, seen_flags, FLAG_NT | 2)

    CASE(a fault through a task gate brings its error code on the new stack)
    movl $task_error, tss2 + 32
    movl $task_stack, tss2 + 56
    movl $TASK << 16, idt + 8 * 13
    movl $0x8500, idt + 8 * 13 + 4
    mov $0x1000, %eax
1:  mov %eax, %fs
2:  EXPECT_MEM(4, seen_error, 0x1000)
    EXPECT_MEM(4, seen_pc, 1b)
    EXPECT(eax, 0)
    movl $SEL_CODE32 << 16, idt + 8 * 13
    movl $0x8e00, idt + 8 * 13 + 4
    RESTORE_GATE(13)

    CASE(faults before the switch)
    FAULTS(GP, SEL_TSS, lcall $SEL_TSS, $0)     /* busy */
    MAKE_DESCRIPTOR S(4), tss2, 102, 0x89, 0
    FAULTS(TS, S(4), lcall $S(4), $0)
    MAKE_DESCRIPTOR S(4), tss2, 103, 0x09, 0
    FAULTS(NP, S(4), ljmp $S(4), $0)
    MAKE_DESCRIPTOR S(4), tss16, 42, 0x81, 0
    FAULTS(TS, S(4), ljmp $S(4), $0)
    MAKE_GATE S(4), SEL_DATA, 0, 0x85
    FAULTS(GP, SEL_DATA, lcall $S(4), $0)
    MAKE_GATE S(4), 0x0c, 0, 0x85
    FAULTS(GP, 0x0c, lcall $S(4), $0)
    MAKE_GATE S(4), 0, 0, 0x85
    FAULTS(GP, 0, lcall $S(4), $0)
    MAKE_GATE S(4), SEL_TSS, 0, 0x85
    FAULTS(GP, SEL_TSS, lcall $S(4), $0)

    CASE(IRET with NT and a bad back link)
    movw $0, tss
    pushf
    orl $FLAG_NT, (%esp)
    popf
    FAULTS(TS, 0, iret)
    movw $SEL_DATA, tss
    FAULTS(TS, SEL_DATA, iret)
    movw $TASK, tss
    FAULTS(TS, TASK, iret)                      /* not busy */
    pushf
    andl $~FLAG_NT, (%esp)
    popf
    movw $0, tss

    CASE(a task of 16 bits)
    MAKE_DESCRIPTOR S(6), task_16, 0xffff, 0x9a, 0x40
    MAKE_DESCRIPTOR S(7), "task_stack - 512", 0xffff, 0x92, 0x40
    movw $0xd123, tss16 + 18
    lcall $TASK16, $0
    EXPECT_MEM(2, seen_eax, 0xd123)
    EXPECT_MEM(2, tss16 + 18, 0x5678)
    EXPECT_MEM(2, tss16, SEL_TSS)
    EXPECT_MEM(1, ACCESS(TASK16), 0x81)

    CASE(faults behind the switch belong to the new task)
    movl $task_entry, tss2 + 32
    SET_GATE(TS, switch_fault_TS)
    SET_GATE(NP, switch_fault_NP)
    SET_GATE(SS_, switch_fault_SS_)
    SET_GATE(GP, switch_fault_GP)
    SWITCH_FAULTS(tss2 + 84, 0x1000, TS, 0x1000)            /* DS beyond the table */
    MAKE_DESCRIPTOR S(5), 0, 0xfffff, 0x12, 0xc0
    SWITCH_FAULTS(tss2 + 88, S(5), NP, S(5))                /* FS not present */
    RESTORE_GATE(TS)
    RESTORE_GATE(NP)
    RESTORE_GATE(SS_)
    RESTORE_GATE(GP)

    CASE(the code segment of the new task)
    MAKE_DESCRIPTOR S(8), tss3, 103, 0x89, 0
    MAKE_DESCRIPTOR S(5), 0, 0xfffff, 0x1a, 0xc0            /* not present */
    MAKE_DESCRIPTOR S(9), 0, 0xfffff, 0xfa, 0xc0            /* level 3 */
    MAKE_DESCRIPTOR S(10), 0, 0xfffff, 0xfe, 0xc0           /* level 3, conforming */
    SWITCH_FAULTS_TO_TASK(CS_FIELD, 0, TS, 0)
    SWITCH_FAULTS_TO_TASK(CS_FIELD, 0x1000, TS, 0x1000)
    SWITCH_FAULTS_TO_TASK(CS_FIELD, SEL_DATA, TS, SEL_DATA)
    SWITCH_FAULTS_TO_TASK(CS_FIELD, S(5), NP, S(5))
    SWITCH_FAULTS_TO_TASK(CS_FIELD, S(9), TS, S(9))
    SWITCH_FAULTS_TO_TASK(CS_FIELD, S(10), TS, S(10))

    CASE(the stack segment of the new task)
    MAKE_DESCRIPTOR S(5), 0, 0xfffff, 0x12, 0xc0            /* not present */
    MAKE_DESCRIPTOR S(9), 0, 0xfffff, 0x90, 0xc0            /* read only */
    SWITCH_FAULTS_TO_TASK(SS_FIELD, 0, TS, 0)
    SWITCH_FAULTS_TO_TASK(SS_FIELD, 0x1000, TS, 0x1000)
    SWITCH_FAULTS_TO_TASK(SS_FIELD, SEL_CODE32, TS, SEL_CODE32)
    SWITCH_FAULTS_TO_TASK(SS_FIELD, S(9), TS, S(9))
    SWITCH_FAULTS_TO_TASK(SS_FIELD, S(5), SS_, S(5))
    SWITCH_FAULTS_TO_TASK(SS_FIELD, SEL_USER_DATA, TS, SEL_USER_DATA & ~3)

    CASE(the local table of the new task)
    SWITCH_FAULTS_TO_TASK(LDT_FIELD, 0x1000, TS, 0x1000)
    SWITCH_FAULTS_TO_TASK(LDT_FIELD, 0x0c, TS, 0x0c)
    SWITCH_FAULTS_TO_TASK(LDT_FIELD, SEL_DATA, TS, SEL_DATA)
    MAKE_DESCRIPTOR S(9), 0, 15, 0x02, 0                    /* not present */
    SWITCH_FAULTS_TO_TASK(LDT_FIELD, S(9), TS, S(9))

    CASE(the T bit traps on arrival)
    movl $task_entry, tss2 + 32
    movw $1, tss2 + 100
    movl $task_stack, tss2 + 56
    SET_GATE(DB, note_debug)
    lcall $TASK, $0
    RESTORE_GATE(DB)
    EXPECT_MEM(4, seen_pc, task_entry)
    mov %dr6, %eax
    and $0xe00f, %eax
    EXPECT(eax, 0x8000)
    xor %eax, %eax
    mov %eax, %dr6
    movw $0, tss2 + 100

    CASE(a switch to a task at level 3)
    SET_GATE(0x41, leave_task)
    movb $0xee, idt + 8 * 0x41 + 5
    movl $tss_stack_top, tss2 + 4
    movl $SEL_DATA, tss2 + 8
    movl $task_user, tss2 + 32
    movl $2, tss2 + 36
    movl $SEL_USER_CODE32, tss2 + 76
    movl $SEL_USER_DATA, tss2 + 80
    movl $user_stack_top, tss2 + 56
    lcall $TASK, $0
    EXPECT_MEM(4, seen_eax, SEL_USER_CODE32)
    TEST_END

/* The task: notes what it sees, returns by IRET; when called again, goes on behind that. */
task_entry:
    pushf
    pop seen_flags
    CALL note_task
    push %eax
    mov %cr0, %eax
    and $8, %eax
    mov %eax, seen_cr0_ts
    pop %eax
    clts
    iret
    movl $0xbbbb0002, seen_eax
    iret

note_task:
    pushf
    push %eax
    mov %eax, seen_eax
    movb gdt + SEL_TSS + 5, %al
    movb %al, seen_busy_old
    movb gdt + TASK + 5, %al
    movb %al, seen_busy_new
    str %eax
    movzwl %ax, %eax
    mov %eax, seen_tr
    movzwl tss2, %eax
    mov %eax, seen_link
    pop %eax
    popf
    ret

task_jumps:
    pushf
    pop seen_flags
    CALL note_task
    clts
    ljmp $SEL_TSS, $0

task_error:
    pop seen_error
    mov tss + 32, %eax
    mov %eax, seen_pc
    movl $0, tss + 40
    addl $2, tss + 32             /* behind the faulting MOV */
    clts
    iret

task_user:
    mov %cs, %eax
    mov %eax, seen_eax
    int $0x41

leave_task:
    clts
    pushf
    orl $FLAG_NT, (%esp)
    popf
    iret

task_16:
    mov %eax, seen_eax
    mov $0x12345678, %eax
    clts
    iret

note_debug:
    mov (%esp), %eax
    mov %eax, seen_pc
    iret

/* The handler in a task of its own: the other two are no longer busy, and the first goes on. */
fault_task:
    pop seen_error
    movzwl tss3, %eax
    mov %eax, seen_link
    mov tss2 + 32, %eax
    mov %eax, seen_pc
    movb $0x89, ACCESS(TASK)
    movb $0x89, ACCESS(SEL_TSS)
    clts
    ljmp $SEL_TSS, $0
    jmp fault_task

/* Error code on the new task's stack: back to the old one. */
switch_fault_TS:
    movl $TS, %ss:seen_vector
    jmp switch_fault
switch_fault_NP:
    movl $NP, %ss:seen_vector
    jmp switch_fault
switch_fault_SS_:
    movl $SS_, %ss:seen_vector
    jmp switch_fault
switch_fault_GP:
    movl $GP, %ss:seen_vector
switch_fault:
    mov $SEL_USER_DATA, %eax
    mov %eax, %ds
    pop seen_error
    mov (%esp), %eax
    mov %eax, seen_pc
    str %eax
    movzwl %ax, %eax
    mov %eax, seen_tr
    clts
    pushf
    orl $FLAG_NT, (%esp)
    popf
    iret

    .data
    .align 16
tss2:
    .long 0, 0, 0, 0, 0, 0, 0
    .long 0, task_entry, 2 | FLAG_DF, 0xaaaa0001, 0, 0, 0, task_stack, 0, 0, 0
    .long SEL_USER_DATA, SEL_CODE32, SEL_DATA, SEL_USER_DATA, 0, 0, 0
    .word 0, 104
tss3:
    .long 0, 0, 0, 0, 0, 0, 0
    .long 0, fault_task, 2, 0, 0, 0, 0, fault_stack, 0, 0, 0
    .long SEL_USER_DATA, SEL_CODE32, SEL_DATA, SEL_USER_DATA, 0, 0, 0
    .word 0, 104
tss16:
    .word 0, 0, 0, 0, 0, 0, 0
    .word 0, 2, 0xd123, 0, 0, 0, 512, 0, 0, 0
    .word SEL_USER_DATA, S(6), S(7), SEL_USER_DATA, 0
    .bss
    .align 16
seen_flags: .skip 4
seen_eax: .skip 4
seen_tr: .skip 4
seen_link: .skip 4
seen_busy_old: .skip 4
seen_busy_new: .skip 4
seen_cr0_ts: .skip 4
seen_error: .skip 4
seen_vector: .skip 4
seen_pc: .skip 4
    .skip 1024
task_stack: .skip 1024
fault_stack: .skip 16
