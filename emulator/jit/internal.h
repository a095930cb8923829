/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the translator share: code memory, blocks with their links, the stubs. */
#ifndef EMU_JIT_INTERNAL_H
#define EMU_JIT_INTERNAL_H

#include <pthread.h>

#include "emulator/ir/xinsn.h"
#include "emulator/jit/jit.h"
#include "emulator/jit/perf-map.h"
#include "emulator/jit/stats.h"
#include "emulator/util/shared-memory.h"

/* ---- code memory (cache.c) ---- */

#define JIT_CACHE_BYTES (320u << 20)
#define JIT_CHUNK       64 /* code is handed out in multiples of this */
#define JIT_CLASSES     64 /* pieces of up to so many chunks are kept by size */
#define JIT_CHUNKS      (JIT_CACHE_BYTES / JIT_CHUNK)

/* A freed piece, in its own memory. */
struct jit_piece {
    struct jit_piece *next;
};

/* One memory seen twice: written here, executed there. In chunks: */
struct jit_cache {
    pthread_mutex_t lock;
    uint8_t *write, *run;
    uint64_t *taken;                          /* a bit each */
    size_t top;                               /* from here on never handed out */
    size_t backed;                            /* so many have their memory */
    size_t next;                              /* where the search for freed ones goes on */
    size_t freed;                             /* below top and not taken */
    _Atomic uint64_t *count;                  /* bytes taken, for who looks; NULL: nobody */
    struct jit_piece *ready[JIT_CLASSES + 1]; /* small ones to hand out as they are, still taken */
};

bool jit_cache_init(struct jit_cache *cache, struct emu_error *err);
void jit_cache_finish(struct jit_cache *cache);
/* Where to write size bytes of code; NULL: full. Any thread. */
uint8_t *jit_cache_alloc(struct jit_cache *cache, size_t size);
void jit_cache_release(struct jit_cache *cache, uint8_t *code, size_t size);
static inline uint8_t *jit_cache_run(const struct jit_cache *cache, uint8_t *write)
{
    return cache->run + (write - cache->write);
}

/* ---- blocks ---- */

/*
 * What the portable executor does for us: flags that are made again, then an op that is rare or
 * whose fast path fails. The last of x returns to us.
 */
struct jit_site {
    struct ir_block *block;
    unsigned kind; /* stats.h */
    struct ir_xinsn x[];
};

/*
 * A direct exit that may be joined to another block. One to another page is followed only where its
 * tag is that of the jump table ^ the pc of the owner's page; the check is before the jump, so who
 * is between the two when it is joined anew must be right there as well: its target is at one
 * physical address for ever.
 */
struct jit_link {
    uint8_t *jump;    /* its 32-bit distance, where it is written */
    uint8_t *tag;     /* NULL: within the page */
    int32_t unlinked; /* the distance to its own tail */
    int32_t page;     /* bytes from the owner's page to that of the target */
    uint16_t offset;  /* of the target in its page */
    bool apart;       /* never joined: the target goes on in another page */
    bool known;       /* the address is */
    int32_t wait;     /* so often it is looked up until it is joined (anew); roughly */
    emu_gpa address;  /* of a target in another page */
    struct jit_block *owner, *target;
    struct jit_link *next; /* of the same target */
};

struct jit_block {
    struct ir_block base; /* first: the table frees it; base.code is where jump tables enter */
    uint8_t *code;        /* where it is written */
    uint32_t code_size;
    uint16_t entry; /* past the entry for the jump tables: the page is known */
    uint16_t link_count;
    _Atomic int32_t patience;  /* entries until it is translated again; any vcpu counts, roughly */
    _Atomic bool asked;        /* the spare thread was asked to do that */
    uint64_t mode;             /* base.mode while it lived */
    struct jit_link *incoming; /* under jit->links */
    struct jit_link *link;
};

typedef enum ir_status jit_enter_fn(struct ir_env *env, const void *code);

/* How often a block is entered until it is worth a better translation. */
#define JIT_PATIENCE 64

struct jit_stubs {
    jit_enter_fn *enter;
    const uint8_t *slow;  /* rdx: site; does it and comes back */
    const uint8_t *miss;  /* rax: pc, not in the jump table, or a request waits */
    const uint8_t *link;  /* rax: pc, rdx: link */
    const uint8_t *hot;   /* rax: pc, rdx: block; back to the run loop */
    const uint8_t *leave; /* rax: pc; the run loop may have to look */
    const uint8_t *carry; /* eax = C */
    const uint8_t *cond;  /* eax: condition; eax = its value */
    const uint8_t *flags; /* eax = all flags, from the state */
    /* rdx: va, eax: size - 1; is it to a page with code, but not to code? Then CF is clear, rcx the
     * host's page and rdx the offset in it; all other registers stay. And after the store. */
    const uint8_t *watch, *watched;
    const uint8_t *vectors_load; /* brings vector slots into registers; changes no other */
};

/* ---- the spare thread (spare.c) ---- */

/* A block to be translated again. */
struct jit_request {
    struct jit_request *next;
    emu_gpa address;
    uint32_t version; /* of its page before that was copied */
    struct ir_code_copy code;
};

struct jit_spare {
    bool on; /* changed while no vcpu runs */
    pthread_mutex_t lock;
    pthread_cond_t wanted, quiet;
    /* under the lock */
    bool started, stop, busy;
    unsigned waiting;
    struct jit_request *first, *last;
    pthread_t thread;
    /* the thread's */
    struct jit_translation *translation;
    struct ir_builder *builder;
    struct jit_counts *counts;
};

struct jit {
    struct jit_cache cache;
    struct jit_spare spare;
    struct jit_stubs stubs;
    struct ir_blocks *blocks;
    const struct ir_guest *guest;
    unsigned features; /* of the host's vector unit, as its part sees them */
    pthread_mutex_t links;
    int32_t patience;
    struct jit_stats *stats;       /* NULL: nothing is counted */
    struct jit_perf_map *perf_map; /* NULL: none is written */
};

/* One vcpu's: env->backend_data. */
struct jit_vcpu {
    struct jit *jit;
    struct jit_link *pending; /* left by it, target not translated then */
    struct jit_block *hot;    /* to be translated again, or NULL */
    struct jit_translation *translation;
    struct jit_counts *counts; /* NULL: nothing is counted */
};
static inline struct jit_vcpu *jit_vcpu(struct ir_env *env)
{
    return env->backend_data;
}

/* When so many wait for the spare thread, vcpus help themselves. */
#define JIT_REQUESTS 32
/* After so many more entries, some milliseconds, a vcpu does what the spare thread was asked for.
 */
#define JIT_PATIENCE_ASKED (1 << 20)

void jit_spare_init(struct jit_spare *spare);
void jit_spare_finish(struct jit_spare *spare);
/* Own thread, at the block's pc. False: the spare thread will not do it. */
bool jit_spare_ask(struct ir_env *env, struct jit_block *block);

/* ---- links (links.c) ---- */

/* So often a link to another page is looked up until it is joined, so that code which runs once is
 * not patched; and where the tag differs. */
#define JIT_LINK_FIRST 16
#define JIT_LINK_WAIT  256

/* Joins the link to the block at env->pc, if that is what it leads to. Own thread, both blocks in
 * use, code_base as the link's tail left it. */
void jit_link_join(struct ir_env *env, struct jit_link *link, struct jit_block *target);
/* The block died: nothing leads to it or comes from it any more, and who still finds it in a jump
 * table gets no further than its entry. */
void jit_links_drop(struct jit *jit, struct jit_block *block);

/* ---- called by generated code (slow.c) ---- */

const struct ir_xinsn *jit_slow_op(struct ir_env *env, struct jit_site *site);
ir_x_fn jit_slow_stop;
/* These return the code for env->pc, or NULL: back to the run loop with the executor's status. */
const void *jit_slow_miss(struct ir_env *env);
const void *jit_slow_leave(struct ir_env *env);
const void *jit_slow_stopped(struct ir_env *env);
const void *jit_slow_hot(struct ir_env *env, struct jit_block *block);
/* Flags of an op made again: from its result (d) and B; from both operands of a sub or and. cond:
 * the kind; scale: B is imm; cut: bits to cut off. */
ir_x_fn jit_redo_result, jit_redo_sub, jit_redo_and;
const void *jit_slow_link(struct ir_env *env, struct jit_link *link);
/* Code was translated from the page of env->watch while it was stored to. */
void jit_slow_watched(struct ir_env *env);
uint64_t jit_slow_carry(struct ir_env *env);
uint64_t jit_slow_flags(struct ir_env *env);
uint64_t jit_slow_cond(struct ir_env *env, unsigned cond);

/* ---- the host's part (x86-64/) ---- */

/* What is to be translated. */
struct jit_order {
    struct jit *jit;
    struct jit_translation *translation; /* to work in; the thread's own */
    uint64_t mode;
    emu_gpa address;
    bool straddles;
    /* NULL: a block by itself. Else a region: gives the code at another offset in the page, in
     * the builder of the first piece; NULL: nothing that can be kept. */
    const struct ir_builder *(*piece)(const struct jit_order *order, unsigned offset);
    void *opaque; /* for piece */
};

bool jit_make_stubs(struct jit *jit, const struct ir_guest *guest);
struct jit_translation *jit_translation_new(void);
/* Any thread. NULL: no memory or no room. */
struct ir_block *jit_translate(const struct jit_order *order, const struct ir_builder *builder);
/* A block is about to go into the table: for statistics and perf. counts may be NULL. */
void jit_made(struct jit *jit, struct jit_counts *counts, const struct jit_block *block,
              uint64_t pc, uint32_t guest_bytes);

#endif
