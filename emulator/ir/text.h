/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the text form, for the printer and the parser. README.md has the grammar. */
#ifndef EMU_IR_TEXT_H
#define EMU_IR_TEXT_H

#include "emulator/ir/ir.h"

struct ir_text_flag {
    const char *name;
    uint8_t flag;
};
/* Written behind the width, each after a dot; IR_SETF is "!" and IR_IMM shows as "#". */
#define IR_TEXT_FLAGS 6
extern const struct ir_text_flag ir_text_flags[IR_TEXT_FLAGS];
extern const char *const ir_text_conds[16];
/* Slots that every guest has, by name. */
struct ir_text_slot {
    const char *name;
    uint16_t slot;
};
#define IR_TEXT_SLOTS 4
extern const struct ir_text_slot ir_text_slots[IR_TEXT_SLOTS];

#endif
