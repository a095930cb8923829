/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joins pieces of a page to a region, and follows flags around its loops. */
#include "emulator/ir/region.h"

#include <string.h>

#include "emulator/ir/flags.h"

#define REGION_ASKED UINT16_MAX /* in mark: ir_region_wants gave it */

/* ---- pieces ---- */

static bool region_is_last(const struct ir_insn *i)
{
    return ir_op_table[i->op].attributes & IR_A_LAST;
}

/* From pcs of the piece to pcs of the page. */
static struct ir_insn region_rebase(const struct ir_insn *i, unsigned offset)
{
    struct ir_insn moved = *i;

    if ((ir_op_table[i->op].attributes & IR_A_EXIT) || i->op == IR_pcrel || i->op == IR_insn)
        moved.imm = (int64_t)((uint64_t)moved.imm + offset);
    return moved;
}

static void region_end(struct ir_region *region, enum ir_op op, unsigned offset)
{
    struct ir_builder *code = &region->code;

    code->insn[code->count++] =
        (struct ir_insn){.op = op, .width = IR_64, .a = IR_SLOT_ZERO, .imm = offset};
}

static uint16_t *region_mark(struct ir_region *region, uint64_t offset)
{
    return offset < IR_PAGE_SIZE ? &region->mark[offset] : NULL;
}

static bool region_known(const struct ir_region *region, uint64_t offset)
{
    return offset < IR_PAGE_SIZE && region->mark[offset] != 0 &&
           region->mark[offset] != REGION_ASKED;
}

/* Appends ops until the piece ends or reaches an instruction that is there; returns the end. */
static unsigned region_append(struct ir_region *region, const struct ir_builder *piece,
                              unsigned offset)
{
    struct ir_builder *code = &region->code;

    for (unsigned n = 0; n < piece->count; n++) {
        struct ir_insn i = region_rebase(&piece->insn[n], offset);

        if (i.op == IR_insn && region_known(region, (uint64_t)i.imm)) {
            region_end(region, IR_jmp, (unsigned)i.imm);
            return (unsigned)i.imm;
        }
        if (i.op == IR_insn && region_mark(region, (uint64_t)i.imm) != NULL)
            *region_mark(region, (uint64_t)i.imm) = (uint16_t)(code->count + 1);
        code->insn[code->count++] = i;
    }
    if (code->count == 0 || !region_is_last(&code->insn[code->count - 1]))
        region_end(region, IR_leave, offset);
    return offset + piece->guest_bytes;
}

bool ir_region_add(struct ir_region *region, const struct ir_builder *piece, unsigned offset)
{
    unsigned end;

    if (region->spans == IR_REGION_PIECES || region->code.count + piece->count + 1 > IR_MAX_INSNS)
        return false;
    end = region_append(region, piece, offset);
    region->span[region->spans++] =
        (struct ir_span){.first = (uint16_t)offset, .size = (uint16_t)(end - offset)};
    return true;
}

bool ir_region_begin(struct ir_region *region, const struct ir_builder *piece, unsigned offset)
{
    ir_builder_reset(&region->code);
    region->spans = 0;
    memset(region->mark, 0, sizeof(region->mark));
    return ir_region_add(region, piece, offset);
}

bool ir_region_piece(const struct ir_guest *guest, const struct ir_code_copy *copy, unsigned offset,
                     struct ir_builder *out)
{
    ir_builder_reset(out);
    if (guest->lift_copy(copy, offset, out) != IR_OK || out->one_time || out->guest_insns == 0)
        return false;
    ir_pass_flags(out, guest);
    ir_pass_copies(out);
    return true;
}

/* ---- exits ---- */

static unsigned region_exit_width(const struct ir_insn *i)
{
    if (i->op != IR_brz && i->op != IR_brnz)
        return i->width;
    return i->width2 ? i->width2 : IR_64;
}

/* Does the exit stay in the page? Calls don't: what they lead to is a region of its own. */
static bool region_may_follow(const struct ir_insn *i)
{
    unsigned attributes = ir_op_table[i->op].attributes;

    if (!(attributes & IR_A_EXIT) || i->op == IR_jmpi || i->op == IR_leave)
        return false;
    return !(i->flags & IR_HINT_CALL) && region_exit_width(i) == IR_64 &&
           (uint64_t)i->imm < IR_PAGE_SIZE;
}

int ir_region_wants(struct ir_region *region)
{
    if (region->spans == IR_REGION_PIECES || region->code.count > IR_MAX_INSNS / 2)
        return -1;
    for (unsigned n = 0; n < region->code.count; n++) {
        const struct ir_insn *i = &region->code.insn[n];
        uint64_t offset = (uint64_t)i->imm;

        if (!region_may_follow(i) || offset >= IR_PAGE_SIZE - IR_REGION_MARGIN ||
            region->mark[offset] != 0)
            continue;
        region->mark[offset] = REGION_ASKED;
        return (int)offset;
    }
    return -1;
}

static void region_resolve(struct ir_region *region)
{
    const struct ir_builder *code = &region->code;

    memset(region->target, 0, code->count * sizeof(*region->target));
    memset(region->label, 0, code->count * sizeof(*region->label));
    memset(region->loop, 0, code->count * sizeof(*region->loop));
    for (unsigned n = 0; n < code->count; n++) {
        const struct ir_insn *i = &code->insn[n];

        if (!region_may_follow(i) || !region_known(region, (uint64_t)i->imm))
            continue;
        region->target[n] = region->mark[i->imm];
        region->label[region->target[n] - 1] = true;
        if (region->target[n] - 1u <= n)
            region->loop[region->target[n] - 1] = true;
    }
}

/* ---- flags ---- */

static unsigned region_live_at(const struct ir_region *region, unsigned exit)
{
    unsigned target = region->target[exit];

    return target != 0 ? region->live_in[target - 1] : IR_F_ALL;
}

/* One pass backwards; true when a label's flags changed. */
static bool region_live_pass(struct ir_region *region, const struct ir_guest *guest)
{
    unsigned now = IR_F_ALL;
    bool changed = false;

    for (unsigned n = region->code.count; n-- > 0;) {
        const struct ir_insn *i = &region->code.insn[n];
        bool exit = ir_op_table[i->op].attributes & IR_A_EXIT;

        if (region_is_last(i))
            now = 0;
        region->live[n] = (uint16_t)now;
        now = exit ? now | region_live_at(region, n) | ir_flags_used(i)
                   : ir_flags_live_before(i, guest, now);
        if (region->whole[n])
            now = IR_F_ALL;
        if (region->label[n] && region->live_in[n] != now) {
            region->live_in[n] = (uint16_t)now;
            changed = true;
        }
    }
    return changed;
}

static void region_live(struct ir_region *region, const struct ir_guest *guest)
{
    memset(region->live_in, 0, region->code.count * sizeof(*region->live_in));
    while (region_live_pass(region, guest))
        ;
}

static bool region_drop_flags(struct ir_region *region)
{
    bool dropped = false;

    for (unsigned n = 0; n < region->code.count; n++) {
        struct ir_insn *i = &region->code.insn[n];

        if ((i->flags & IR_SETF) && !(ir_op_table[i->op].defines & region->live[n])) {
            i->flags &= (uint8_t)~IR_SETF;
            dropped = true;
        }
    }
    return dropped;
}

/* ---- where loops look for requests ---- */

/* The op that replaces all flags in the instruction at the mark, if all its ops go through; or 0.
 */
static unsigned region_replaces(const struct ir_region *region, unsigned mark,
                                const struct ir_guest *guest)
{
    unsigned replaces = 0;

    for (unsigned n = mark + 1; n < region->code.count; n++) {
        const struct ir_insn *i = &region->code.insn[n];
        bool may_fault = ir_flags_live_before(i, guest, 0) == IR_F_ALL;

        if (i->op == IR_insn)
            return replaces;
        if (may_fault || (ir_op_table[i->op].attributes & IR_A_EXIT))
            return 0;
        if (i->flags & IR_SETF)
            replaces = ir_flags_live_before(i, guest, IR_F_ALL) == 0 ? n : 0;
    }
    return 0;
}

static bool region_leaves(const struct ir_region *region, unsigned mark)
{
    for (unsigned n = mark + 1; n < region->code.count && region->code.insn[n].op != IR_insn; n++)
        if (ir_op_table[region->code.insn[n].op].attributes & IR_A_EXIT)
            return true;
    return false;
}

static enum ir_poll region_poll_at(struct ir_region *region, unsigned mark,
                                   const struct ir_guest *guest)
{
    if (region->whole[mark] || region->live[mark] == IR_F_ALL)
        return IR_POLL_HERE;
    region->replaces[mark] = (uint16_t)region_replaces(region, mark, guest);
    return region->replaces[mark] != 0 ? IR_POLL_AFTER : IR_POLL_NO;
}

/* The first place from a loop's begin on, with no way past it. */
static bool region_place_poll(struct ir_region *region, unsigned label,
                              const struct ir_guest *guest)
{
    for (unsigned n = label; n < region->code.count; n++) {
        if (region->code.insn[n].op != IR_insn)
            continue;
        if (n != label && region->label[n])
            return false;
        region->poll[n] = (uint8_t)region_poll_at(region, n, guest);
        if (region->poll[n] != IR_POLL_NO)
            return true;
        if (region_leaves(region, n))
            return false;
    }
    return false;
}

/* False: some loop has no place; it gets one with its flags all kept. */
static bool region_place_polls(struct ir_region *region, const struct ir_guest *guest)
{
    bool placed = true;

    memset(region->poll, IR_POLL_NO, region->code.count);
    for (unsigned n = 0; n < region->code.count; n++)
        if (region->loop[n] && !region_place_poll(region, n, guest)) {
            region->whole[n] = true;
            placed = false;
        }
    return placed;
}

void ir_region_finish(struct ir_region *region, const struct ir_guest *guest)
{
    region_resolve(region);
    memset(region->whole, 0, region->code.count * sizeof(*region->whole));
    do
        region_live(region, guest);
    while (!region_place_polls(region, guest));
    while (region_drop_flags(region))
        region_live(region, guest);
}
