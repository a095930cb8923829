/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of numbers, and the samples of a session over the fake machine. */
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#include "app/plan/definition.h"
#include "app/stats/stats.h"
#include "tests/test.h"

static char *stats_kernel;

static void test_history(void)
{
    struct lathe_history *history = lathe_history_new(2);

    CHECK(isnan(lathe_history_get(history, LATHE_RANGE_MINUTES, 0, 0)));
    for (int i = 1; i <= 700; i++) {
        const float values[] = {(float)i, i % 2 == 0 ? NAN : 4};
        lathe_history_add(history, values);
    }
    CHECK_EQ(lathe_history_count(history, LATHE_RANGE_MINUTES), 600);
    CHECK_EQ(lathe_history_count(history, LATHE_RANGE_HOURS), 11);
    CHECK_EQ((int)lathe_history_get(history, LATHE_RANGE_MINUTES, 0, 0), 700);
    CHECK_EQ((int)lathe_history_get(history, LATHE_RANGE_MINUTES, 0, 599), 101);
    CHECK(isnan(lathe_history_get(history, LATHE_RANGE_MINUTES, 0, 600)));
    CHECK(isnan(lathe_history_get(history, LATHE_RANGE_MINUTES, 1, 0)));
    CHECK_EQ((int)lathe_history_get(history, LATHE_RANGE_MINUTES, 1, 1), 4);
    /* A minute is the mean of what is known of it: 601..660. */
    CHECK_EQ((int)(10 * lathe_history_get(history, LATHE_RANGE_HOURS, 0, 0)), 6305);
    CHECK_EQ((int)lathe_history_get(history, LATHE_RANGE_HOURS, 1, 0), 4);
    CHECK_EQ((int)lathe_history_peak(history, LATHE_RANGE_MINUTES, 0), 700);
    CHECK(isnan(lathe_history_get(history, LATHE_RANGE_HOURS, 7, 0)));
    lathe_history_free(history);
}

static void test_units(void)
{
    static const struct {
        enum lathe_unit unit;
        double value;
        const char *text;
    } rows[] = {
        {LATHE_UNIT_SHARE, 0.256, "26 %"},           {LATHE_UNIT_NUMBER, 3.25, "3.2"},
        {LATHE_UNIT_NUMBER, 312.5, "312"},           {LATHE_UNIT_BYTES, 3 << 20, "3.0\302\240MiB"},
        {LATHE_UNIT_RATE, 2048, "2.0\302\240KiB/s"}, {LATHE_UNIT_RATE, NAN, "\342\200\223"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        g_autofree char *text = lathe_unit_format(rows[i].unit, rows[i].value);
        CHECK_STR(text, rows[i].text);
    }
}

static void on_sample(void *opaque)
{
    ++*(unsigned *)opaque;
}

static void test_session(void)
{
    struct lathe_definition *definition = lathe_definition_new();
    unsigned samples = 0;

    definition->kernel = g_strdup(stats_kernel);
    definition->append = g_strdup("spin");
    CHECK(lathe_definition_complete(definition, true, NULL));
    LatheSession *session = lathe_session_new(definition);
    CHECK(lathe_session_build(session, NULL));
    struct lathe_stats *stats = lathe_stats_new(session);
    lathe_stats_on_sample(stats, on_sample, &samples);
    lathe_session_start(session);
    while (samples < 3)
        g_main_context_iteration(NULL, TRUE);
    const struct lathe_history *history = lathe_stats_get_history(stats);
    CHECK_EQ(lathe_history_count(history, LATHE_RANGE_MINUTES), 3);
    CHECK_EQ(lathe_stats_count_vcpus(stats), 1);
    static const enum lathe_series known[] = {LATHE_SERIES_BUSY, LATHE_SERIES_HOST,
                                              LATHE_SERIES_MIPS, LATHE_SERIES_DISK_READ,
                                              LATHE_SERIES_CODE, LATHE_SERIES_NET_SENT};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        CHECK(lathe_history_get(history, LATHE_RANGE_MINUTES, known[i], 0) > 0);
    CHECK(lathe_history_get(history, LATHE_RANGE_MINUTES, LATHE_SERIES_MEMORY, 0) > 1e6f);
    CHECK((int)lathe_history_get(history, LATHE_RANGE_MINUTES, LATHE_SERIES_COUNT, 0) == 1);
    lathe_stats_free(stats);
    lathe_session_close(session);
    g_object_unref(session);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"stats: history", test_history},
        {"stats: units", test_units},
        {"stats: session", test_session},
        {NULL, NULL},
    };

    stats_kernel = g_strdup_printf("%s/lathe-stats-%d", g_get_tmp_dir(), (int)getpid());
    CHECK(g_file_set_contents(stats_kernel, "\177ELF, or so", -1, NULL));
    int failed = test_main(argc, argv, cases);
    g_remove(stats_kernel);
    g_free(stats_kernel);
    return failed;
}
