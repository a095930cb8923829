/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The differential fuzzer of the processor: random code of ring 3 on the host, in the portable
 * executor and in the translator, which must leave the same state.
 *   fuzz-cpu [-ku] [-f FILE] [COUNT [SEED]]
 * runs the cases of FILE, then COUNT random ones (0: endless) from SEED on; each has a seed of its
 * own, SEED and the following. The first difference is made small, printed and ends it; -k goes on,
 * -u also tells of those that come of what is undefined in code that changed itself.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/cpu/generate.h"
#include "tests/fuzz/cpu/minimise.h"

#define FUZZ_COUNT    1000
#define FUZZ_JIT_RUNS 3  /* cold; linked; once more */
#define FUZZ_PROGRESS 20 /* seconds */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FUZZ_NATIVE false /* wild stores would hit the sanitizer's memory */
#else
#define FUZZ_NATIVE true
#endif

enum way { WAY_HOST, WAY_PORTABLE, WAY_JIT, WAYS };
static const char *const way_names[WAYS] = {"host", "interp", "jit"};

enum verdict {
    VERDICT_SAME,
    VERDICT_DIFFERENT,
    VERDICT_EXCUSED, /* they differ in what is undefined of what was really executed */
    VERDICT_DROPPED, /* has no defined outcome */
    VERDICT_ENDLESS,
    VERDICTS
};

/* The last comparison of a case. */
struct comparison {
    struct case_mask mask;
    struct case_state want, is;
    enum way reference, differing;
    bool undefined; /* what differed cannot be compared at all */
};

struct fuzzer {
    struct case_engine *engine[WAYS]; /* none for the host */
    struct forms forms;
    struct x86_cpu_model *model;
    struct case_masks masks;
    struct comparison last;
    enum case_cache first; /* of the runs of a case */
    bool keep_on, tell_excused;
    uint64_t done, count[VERDICTS];
};

/* ---- one case ---- */

static bool fuzz_reference(struct fuzzer *f, const struct fuzz_case *c)
{
    f->last.reference = FUZZ_NATIVE ? WAY_HOST : WAY_PORTABLE;
    if (FUZZ_NATIVE)
        case_host_run(c, &f->last.want);
    else
        case_engine_run(f->engine[WAY_PORTABLE], c, f->first, &f->last.want);
    return f->last.want.fault.vector != CASE_NO_END;
}

/* Is f->last.is as it is to be? Where it ended elsewhere, the code of the case tells what is vague.
 */
static bool fuzz_same(const struct fuzzer *f, const struct fuzz_case *c)
{
    struct case_mask mask = f->last.mask;
    if (case_same(&mask, &f->last.want, &f->last.is, NULL))
        return true;
    if (f->last.is.pc != f->last.want.pc)
        mask = case_mask_of(c, &f->masks, &f->last.is);
    return case_vague(&mask, &f->last.is);
}

/* Do the engines from this one on give f->last.want? */
static bool fuzz_engines_agree(struct fuzzer *f, const struct fuzz_case *c, enum way first)
{
    for (unsigned way = first; way < WAYS; way++)
        for (unsigned i = 0; i < (way == WAY_JIT ? FUZZ_JIT_RUNS : 1); i++) {
            case_engine_run(f->engine[way], c, i == 0 ? f->first : CASE_WARM, &f->last.is);
            f->last.differing = (enum way)way;
            if (!fuzz_same(f, c))
                return false;
        }
    return true;
}

/* What cannot be compared with the host still has to be the same on both engines. */
static enum verdict fuzz_compare_engines(struct fuzzer *f, const struct fuzz_case *c)
{
    f->last.undefined = true;
    f->last.reference = WAY_PORTABLE;
    case_engine_run(f->engine[WAY_PORTABLE], c, f->first, &f->last.want);
    f->last.mask = case_mask_of(c, &f->masks, &f->last.want);
    return fuzz_engines_agree(f, c, WAY_JIT) ? VERDICT_EXCUSED : VERDICT_DIFFERENT;
}

/* They differ: is it the code of the case that was executed, or what that made of itself? */
static enum verdict fuzz_look_again(struct fuzzer *f, const struct fuzz_case *c)
{
    if (!FUZZ_NATIVE)
        return VERDICT_DIFFERENT;
    switch (case_trace(&f->forms, c, &f->last.want, &f->last.mask, NULL)) {
    case CASE_MOMENT:
        f->last.undefined = true;
        return VERDICT_EXCUSED;
    case CASE_UNDEFINED:
        return fuzz_compare_engines(f, c);
    case CASE_TRACED:
        if (case_vague(&f->last.mask, &f->last.want))
            return fuzz_compare_engines(f, c);
        if (!fuzz_same(f, c))
            return VERDICT_DIFFERENT;
        return fuzz_engines_agree(f, c, WAY_PORTABLE) ? VERDICT_EXCUSED : VERDICT_DIFFERENT;
    default:
        return VERDICT_DIFFERENT;
    }
}

static enum verdict fuzz_judge(struct fuzzer *f, const struct fuzz_case *c)
{
    f->last.undefined = false;
    if (!case_analyse(c, &f->masks))
        return VERDICT_DROPPED;
    if (!fuzz_reference(f, c))
        return VERDICT_ENDLESS;
    f->last.mask = case_mask_of(c, &f->masks, &f->last.want);
    if (case_vague(&f->last.mask, &f->last.want))
        return VERDICT_DROPPED;
    return fuzz_engines_agree(f, c, WAY_PORTABLE) ? VERDICT_SAME : fuzz_look_again(f, c);
}

/* ---- telling ---- */

struct fuzz_wanted {
    struct fuzzer *fuzzer;
    enum verdict verdict;
    struct comparison found;
};

/* Is the difference the one that is wanted? */
static bool fuzz_shows(void *opaque, const struct fuzz_case *c)
{
    const struct fuzz_wanted *wanted = opaque;
    const struct comparison *found = &wanted->found, *last = &wanted->fuzzer->last;
    return fuzz_judge(wanted->fuzzer, c) == wanted->verdict &&
           last->undefined == found->undefined &&
           (wanted->verdict != VERDICT_DIFFERENT ||
            (last->reference == found->reference && last->differing == found->differing));
}

static void fuzz_print(struct fuzzer *f, const struct fuzz_case *c, enum verdict verdict,
                       const struct comparison *found)
{
    struct case_mask mask;
    if (verdict == VERDICT_DIFFERENT) {
        printf("# %s and %s differ:\n", way_names[found->reference], way_names[found->differing]);
        case_same(&found->mask, &found->want, &found->is, stdout);
    } else {
        printf("# %s when looked at instruction by instruction:\n",
               found->undefined ? "undefined" : "the same");
    }
    if (FUZZ_NATIVE)
        (void)case_trace(&f->forms, c, &found->want, &mask, stdout);
    case_print(stdout, c);
    fflush(stdout);
}

static void fuzz_report(struct fuzzer *f, struct fuzz_case *c, enum verdict verdict)
{
    static struct fuzz_wanted wanted; /* large */
    wanted = (struct fuzz_wanted){f, verdict, f->last};
    c->undefined = verdict == VERDICT_EXCUSED && f->last.undefined;
    f->first = CASE_FRESH;
    if (fuzz_shows(&wanted, c)) {
        case_minimise(c, fuzz_shows, &wanted);
        (void)fuzz_shows(&wanted, c);
        wanted.found = f->last;
    } else {
        printf("# only with what ran before it\n");
    }
    fuzz_print(f, c, verdict, &wanted.found);
    f->first = CASE_COLD;
}

/* Counts the case, and tells of it what is to be told. False: a difference. */
static bool fuzz_count(struct fuzzer *f, struct fuzz_case *c, enum verdict verdict)
{
    f->count[verdict]++;
    if (verdict == VERDICT_DIFFERENT || (verdict == VERDICT_EXCUSED && f->tell_excused))
        fuzz_report(f, c, verdict);
    return verdict != VERDICT_DIFFERENT;
}

/* ---- many ---- */

static bool fuzz_file(struct fuzzer *f, const char *path)
{
    static struct fuzz_case c;
    FILE *file = fopen(path, "r");
    int got;
    bool good = true;
    if (!file) {
        perror(path);
        return false;
    }
    while ((got = case_read(file, &c)) > 0) {
        if (c.undefined && !FUZZ_NATIVE)
            continue; /* only the host can tell */
        enum verdict verdict = fuzz_judge(f, &c);
        good = fuzz_count(f, &c, verdict) && good;
        if (!c.undefined && (f->last.undefined || verdict > VERDICT_EXCUSED)) {
            printf("# a case of %s has no defined outcome\n", path);
            case_print(stdout, &c);
            good = false;
        }
    }
    fclose(file);
    return good && got == 0;
}

static double fuzz_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fuzz_progress(const struct fuzzer *f, double seconds, uint64_t seed)
{
    printf("# %llu sequences in %.0f s, %.0f a second; %llu not comparable, %llu without end, "
           "%llu looked at again; seed %llu\n",
           (unsigned long long)f->done, seconds, (double)f->done / seconds,
           (unsigned long long)f->count[VERDICT_DROPPED],
           (unsigned long long)f->count[VERDICT_ENDLESS],
           (unsigned long long)f->count[VERDICT_EXCUSED], (unsigned long long)seed);
    fflush(stdout);
}

static bool fuzz_random(struct fuzzer *f, uint64_t count, uint64_t seed)
{
    static struct fuzz_case c;
    bool good = true;
    double begin = fuzz_seconds(), next = begin + FUZZ_PROGRESS;
    for (; count == 0 || f->done < count; f->done++, seed++) {
        memset(&c, 0, sizeof(c));
        generate_case(&f->forms, seed, &c);
        enum verdict verdict = fuzz_judge(f, &c);
        if (verdict == VERDICT_DIFFERENT || (verdict == VERDICT_EXCUSED && f->tell_excused))
            printf("# seed %llu\n", (unsigned long long)seed);
        if (!fuzz_count(f, &c, verdict)) {
            good = false;
            if (!f->keep_on)
                return false;
        }
        if ((f->done & 255) == 0 && fuzz_seconds() > next) {
            fuzz_progress(f, fuzz_seconds() - begin, seed);
            next += FUZZ_PROGRESS;
        }
    }
    fuzz_progress(f, fuzz_seconds() - begin, seed);
    return good;
}

/* ---- life ---- */

static bool fuzz_init(struct fuzzer *f, bool spare)
{
    f->first = CASE_COLD;
    f->model = x86_model_parse("max", NULL);
    f->engine[WAY_PORTABLE] = case_engine_new(CASE_PORTABLE);
    f->engine[WAY_JIT] = case_engine_new(spare ? CASE_JIT_SPARE : CASE_JIT);
    return f->model && f->engine[WAY_PORTABLE] && f->engine[WAY_JIT] &&
           forms_init(&f->forms, f->model);
}

static void fuzz_finish(struct fuzzer *f)
{
    for (unsigned i = 0; i < WAYS; i++)
        case_engine_free(f->engine[i]);
    forms_finish(&f->forms);
    x86_model_free(f->model);
}

int main(int argc, char **argv)
{
    static struct fuzzer fuzzer;
    const char *file = NULL;
    bool good = true, spare = false;
    for (int option; (option = getopt(argc, argv, "ksuf:")) != -1;) {
        if (option == '?')
            return 2;
        fuzzer.keep_on |= option == 'k';
        spare |= option == 's';
        fuzzer.tell_excused |= option == 'u';
        file = option == 'f' ? optarg : file;
    }
    argc -= optind - 1;
    argv += optind - 1;
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : FUZZ_COUNT;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    if (!case_host_init()) {
        printf("ok fuzz-cpu # this host has no AVX2\n");
        return 0;
    }
    if (!fuzz_init(&fuzzer, spare)) {
        printf("not ok fuzz-cpu\n");
        return 1;
    }
    if (file) {
        good = fuzz_file(&fuzzer, file);
        printf("%s fuzz-cpu-seeds\n", good ? "ok" : "not ok");
    }
    if (argc > 1 || !file)
        good = fuzz_random(&fuzzer, count, seed) && good;
    printf("%s fuzz-cpu\n", good ? "ok" : "not ok");
    fuzz_finish(&fuzzer);
    return good ? 0 : 1;
}
