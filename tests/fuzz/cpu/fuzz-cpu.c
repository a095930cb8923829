/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The differential fuzzer of the processor: random code of ring 3 on the host, in the portable
 * executor and in the translator, which must leave the same state.
 *   fuzz-cpu [-k] [-f FILE] [COUNT [SEED]]
 * runs the cases of FILE, then COUNT random ones (0: endless) from SEED on; each has a seed of its
 * own, SEED and the following. The first difference is made small, printed and ends it; -k goes on.
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

struct fuzzer {
    struct case_engine *engine[WAYS]; /* none for the host */
    struct forms forms;
    struct x86_cpu_model *model;
    struct case_masks masks;
    struct case_state want, is; /* of the last comparison */
    enum way differing;
    enum case_cache first; /* of the runs of a case */
    bool keep_on;
    uint64_t done, dropped, endless; /* dropped: not comparable; endless: did not end */
};

/* ---- one case ---- */

static bool fuzz_reference(struct fuzzer *f, const struct fuzz_case *c)
{
    if (FUZZ_NATIVE)
        case_host_run(c, &f->want);
    else
        case_engine_run(f->engine[WAY_PORTABLE], c, f->first, &f->want);
    return f->want.fault.vector != CASE_NO_END;
}

/* Do all agree? A case that has no defined outcome does not count. */
static bool fuzz_agree(struct fuzzer *f, const struct fuzz_case *c)
{
    if (!case_analyse(c, &f->masks)) {
        f->dropped++;
        return true;
    }
    if (!fuzz_reference(f, c)) {
        f->endless++;
        return true;
    }
    if (case_vague(c, &f->masks, &f->want)) {
        f->dropped++;
        return true;
    }
    for (unsigned way = WAY_PORTABLE; way < WAYS; way++)
        for (unsigned i = 0; i < (way == WAY_JIT ? FUZZ_JIT_RUNS : 1); i++) {
            case_engine_run(f->engine[way], c, i == 0 ? f->first : CASE_WARM, &f->is);
            if (!case_same(c, &f->masks, &f->want, &f->is, NULL) &&
                !case_vague(c, &f->masks, &f->is)) {
                f->differing = (enum way)way;
                return false;
            }
        }
    return true;
}

static bool fuzz_differs(void *opaque, const struct fuzz_case *c)
{
    struct fuzzer *f = opaque;
    enum way was = f->differing;
    return !fuzz_agree(f, c) && f->differing == was;
}

static void fuzz_report(struct fuzzer *f, struct fuzz_case *c)
{
    static struct case_state want, is;
    enum way was = f->differing;
    f->first = CASE_FRESH;
    want = f->want;
    is = f->is;
    if (fuzz_differs(f, c)) {
        f->differing = was;
        case_minimise(c, fuzz_differs, f);
        fuzz_agree(f, c);
        want = f->want;
        is = f->is;
    } else {
        printf("# only with what ran before it\n");
    }
    printf("# %s and %s differ:\n", way_names[FUZZ_NATIVE ? WAY_HOST : WAY_PORTABLE],
           way_names[was]);
    case_analyse(c, &f->masks);
    case_same(c, &f->masks, &want, &is, stdout);
    case_print(stdout, c);
    fflush(stdout);
    f->first = CASE_COLD;
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
        uint64_t dropped = f->dropped + f->endless;
        if (!fuzz_agree(f, &c)) {
            fuzz_report(f, &c);
            good = false;
        } else if (f->dropped + f->endless != dropped) {
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
    printf("# %llu sequences in %.0f s, %.0f a second; %llu not comparable, %llu without end; "
           "seed %llu\n",
           (unsigned long long)f->done, seconds, (double)f->done / seconds,
           (unsigned long long)f->dropped, (unsigned long long)f->endless,
           (unsigned long long)seed);
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
        if (!fuzz_agree(f, &c)) {
            printf("# seed %llu\n", (unsigned long long)seed);
            fuzz_report(f, &c);
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

static bool fuzz_init(struct fuzzer *f)
{
    f->first = CASE_COLD;
    f->model = x86_model_parse("max", NULL);
    f->engine[WAY_PORTABLE] = case_engine_new(false);
    f->engine[WAY_JIT] = case_engine_new(true);
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
    bool good = true;
    for (int option; (option = getopt(argc, argv, "kf:")) != -1;) {
        if (option == '?')
            return 2;
        fuzzer.keep_on |= option == 'k';
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
    if (!fuzz_init(&fuzzer)) {
        printf("not ok fuzz-cpu\n");
        return 1;
    }
    if (file) {
        good = fuzz_file(&fuzzer, file);
        printf("%s fuzz-cpu-seeds\n", good ? "ok" : "not ok");
    }
    good = fuzz_random(&fuzzer, count, seed) && good;
    printf("%s fuzz-cpu\n", good ? "ok" : "not ok");
    fuzz_finish(&fuzzer);
    return good ? 0 : 1;
}
