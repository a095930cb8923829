/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to isa/x86: the MOV forms with control and debug registers, for move.c. */
#ifndef EMU_ISA_X86_SYSTEM_H
#define EMU_ISA_X86_SYSTEM_H

#include "emulator/isa/x86/lift.h"

bool x86_lift_move_to_system(struct x86_lift *l, bool debug);
bool x86_lift_move_from_system(struct x86_lift *l, bool debug);

#endif
