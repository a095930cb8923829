/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jump tables: which one is current, and emptying them, which waits until they are wanted. */
#include "emulator/ir/jumps.h"

#include <string.h>
#include <sys/mman.h>

#include "emulator/ir/exec.h"
#include "emulator/ir/xinsn.h"

#define JUMPS_BYTES ((IR_JUMP_TABLES + 1) * sizeof(struct ir_jumps))

static struct ir_jump_set *jumps_of(struct ir_env *env)
{
    return &ir_executor(env)->jumps;
}

/* ---- tables ---- */

/* The pc of an empty entry has another index than the entry: that of 0 is 0, that of 1 is not. */
static void jumps_clear_entry(struct ir_jumps *table, unsigned index)
{
    table->entry[index].pc = index == 0;
}

static struct ir_jumps *jumps_table(struct ir_jump_set *set, const struct ir_jump_key *key)
{
    return &set->table[key - set->key];
}

/* All of a table's memory at once, as its entries are all over it. A host that cannot do so gives it
 * page by page, each twice: when it is first read, and when it is first written. */
static void jumps_want(struct ir_jump_set *set, struct ir_jump_key *key)
{
    struct ir_jumps *table = jumps_table(set, key);

    if (!key->wanted)
        madvise(table, sizeof(*table), MADV_POPULATE_WRITE);
    key->wanted = true;
}

static void jumps_clear(struct ir_env *env, struct ir_jump_set *set, struct ir_jump_key *key)
{
    struct ir_jumps *table = jumps_table(set, key);
    struct ir_jump_fill *fill = &set->fill[key - set->key];

    if (fill->count > IR_JUMP_NOTED) {
        memset(table, 0, sizeof(*table));
        jumps_clear_entry(table, 0);
    } else {
        for (unsigned n = 0; n < fill->count; n++)
            jumps_clear_entry(table, fill->noted[n]);
    }
    fill->count = 0;
    key->flushes = set->flushes;
    key->tag = ir_jumps_tag(ir_blocks_number(env->blocks, IR_JUMPS_TAGS));
}

static bool jumps_fits(const struct ir_jump_key *key, uint64_t mode, uint64_t space)
{
    return key->space == space && key->mode == mode && key->use != 0;
}

/* The table of a mode and a space, or the one that was not used for the longest time. */
static struct ir_jump_key *jumps_pick(struct ir_jump_set *set, uint64_t mode, uint64_t space)
{
    struct ir_jump_key *oldest = &set->key[0];

    if (jumps_fits(set->previous, mode, space))
        return set->previous;
    for (unsigned n = 0; n < IR_JUMP_TABLES; n++) {
        struct ir_jump_key *key = &set->key[n];

        if (jumps_fits(key, mode, space))
            return key;
        if (key->use < oldest->use)
            oldest = key;
    }
    oldest->use = 0;
    return oldest;
}

void ir_jumps_select(struct ir_env *env)
{
    struct ir_jump_set *set = env->executor ? jumps_of(env) : NULL;
    struct ir_jump_key *key;

    if (!set || (set->current->mode == env->mode && set->current->space == env->space))
        return;
    key = jumps_pick(set, env->mode, env->space);
    if (key->use == 0 || key->flushes != set->flushes)
        jumps_clear(env, set, key);
    jumps_want(set, key);
    key->mode = env->mode;
    key->space = env->space;
    key->use = ++set->uses;
    set->previous = set->current;
    set->current = key;
    env->jumps_tag = key->tag;
    env->returns_stale = 1;
    if (!set->hidden)
        env->jumps = jumps_table(set, key);
}

void ir_jumps_flush(struct ir_env *env)
{
    struct ir_jump_set *set = env->executor ? jumps_of(env) : NULL;

    if (!set)
        return;
    set->flushes++;
    jumps_clear(env, set, set->current);
    env->jumps_tag = set->current->tag;
    env->returns_stale = 1;
}

void ir_jumps_forget(struct ir_env *env, uint64_t space)
{
    struct ir_jump_set *set = env->executor ? jumps_of(env) : NULL;

    for (unsigned n = 0; set && n < IR_JUMP_TABLES; n++)
        if (set->key[n].space == space && &set->key[n] != set->current)
            set->key[n].use = 0;
}

/* ---- entries ---- */

void ir_jumps_put(struct ir_env *env, uint64_t pc, const void *code)
{
    struct ir_jump_set *set = jumps_of(env);
    struct ir_jump_fill *fill = &set->fill[set->current - set->key];
    unsigned index = ir_jump_index(pc);

    if (set->hidden)
        return;
    if (fill->count < IR_JUMP_NOTED)
        fill->noted[fill->count] = (uint16_t)index;
    if (fill->count <= IR_JUMP_NOTED)
        fill->count++;
    env->jumps->entry[index].pc = pc;
    env->jumps->entry[index].code = code;
}

void ir_jumps_hide(struct ir_env *env, bool hidden)
{
    struct ir_jump_set *set = jumps_of(env);

    set->hidden = hidden;
    env->jumps = hidden ? &set->table[IR_JUMP_TABLES] : jumps_table(set, set->current);
}

/* ---- life ---- */

bool ir_jumps_init(struct ir_env *env, struct emu_error *err)
{
    struct ir_jump_set *set = jumps_of(env);

    set->table = mmap(NULL, JUMPS_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (set->table == MAP_FAILED) {
        set->table = NULL;
        return emu_error_set(err, EMU_ERROR_HOST, "no memory for jump tables");
    }
    for (unsigned n = 0; n <= IR_JUMP_TABLES; n++)
        jumps_clear_entry(&set->table[n], 0);
    set->current = set->previous = &set->key[0];
    *set->current = (struct ir_jump_key){.mode = env->mode, .space = env->space, .use = 1};
    jumps_clear(env, set, set->current);
    env->jumps_tag = set->current->tag;
    set->uses = 1;
    jumps_want(set, set->current);
    env->jumps = set->table;
    return true;
}

void ir_jumps_finish(struct ir_env *env)
{
    munmap(jumps_of(env)->table, JUMPS_BYTES);
    env->jumps = NULL;
}
