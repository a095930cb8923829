/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A triple fault: no gate is good. The machine resets, which with --no-reboot ends it (status 4). */
#define MODE 64
#include "guest.inc"

    TEST_BEGIN
    CASE(before the end)
    mov $1, %eax
    EXPECT(eax, 1)
    call end_case
    lidt no_table
    ud2
    TEST_END
    .data
no_table:
    .word 0
    .quad 0
