/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of the emulator and of this process, read once a second, as rates. A machine that was
 * made anew counts from the beginning: its first second is not known. */
#include "app/stats/stats.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/plan/definition.h"
#include "display/core/screen.h"
#include "emulator/api/stats.h"

#define STATS_SECOND_MS 1000

/* What only grows, at one moment. */
struct stats_counts {
    const struct emu_machine *machine; /* whose they are; NULL: none */
    gint64 when;                       /* monotonic microseconds */
    struct emu_machine_stats all;
    struct emu_machine_io io;
    struct emu_vcpu_stats *vcpus;
    guint64 process; /* microseconds of processor time */
    guint64 frames;
};

struct lathe_stats {
    LatheSession *session;
    struct lathe_history *history;
    guint vcpus, timer;
    guint64 memory, frames;
    struct stats_counts before, now;
    float *values;
    void (*function)(void *opaque);
    void *opaque;
};

/* ---- the series ---- */

static const struct {
    const char *label;
    enum lathe_unit unit;
} stats_series[] = {
#define LATHE_SERIES(id, unit, label) {label, LATHE_UNIT_##unit},
#include "app/stats/series.inc"
#undef LATHE_SERIES
};

const char *lathe_series_label(guint series)
{
    return series < LATHE_SERIES_COUNT ? _(stats_series[series].label) : _("Processor");
}

enum lathe_unit lathe_series_unit(guint series)
{
    return series < LATHE_SERIES_COUNT ? stats_series[series].unit : LATHE_UNIT_SHARE;
}

char *lathe_unit_format(enum lathe_unit unit, double value)
{
    if (isnan(value))
        return g_strdup("–");
    if (unit == LATHE_UNIT_SHARE)
        /* Translators: a percentage */
        return g_strdup_printf(_("%.0f %%"), 100 * value);
    if (unit == LATHE_UNIT_NUMBER)
        return g_strdup_printf(value < 10 ? "%.1f" : "%.0f", value);
    g_autofree char *size = g_format_size_full((guint64)MAX(value, 0), G_FORMAT_SIZE_IEC_UNITS);
    /* Translators: so many bytes a second; %s is "3.4 MiB" */
    return unit == LATHE_UNIT_RATE ? g_strdup_printf(_("%s/s"), size) : g_steal_pointer(&size);
}

/* ---- counting ---- */

static guint64 stats_process_time(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (guint64)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
           (guint64)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Bytes of the host's memory that this process has. */
static double stats_resident(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    bool read = file != NULL && fscanf(file, "%*u %llu", &pages) == 1;

    if (file != NULL)
        fclose(file);
    return read ? (double)pages * (double)sysconf(_SC_PAGESIZE) : NAN;
}

static void stats_count(struct lathe_stats *stats, struct stats_counts *out)
{
    const struct emu_machine *machine = lathe_session_get_machine(stats->session);

    out->machine = machine;
    out->when = g_get_monotonic_time();
    out->process = stats_process_time();
    out->frames = stats->frames;
    if (machine == NULL)
        return;
    out->all = emu_machine_get_stats(machine);
    emu_machine_get_io(machine, &out->io);
    for (guint i = 0; i < stats->vcpus; i++)
        emu_machine_get_vcpu_stats(machine, i, &out->vcpus[i]);
}

/* ---- a sample ---- */

static float stats_rate(guint64 before, guint64 now, double seconds)
{
    return now >= before ? (float)((double)(now - before) / seconds) : NAN;
}

static float stats_busy(const struct lathe_stats *stats, guint64 halted_before, guint64 halted_now,
                        guint vcpus)
{
    double time = (double)(stats->now.all.time - stats->before.all.time) * vcpus;

    if (time <= 0 || halted_now < halted_before)
        return 0; /* its clock stands still: it is paused */
    return (float)CLAMP(1 - (double)(halted_now - halted_before) / time, 0, 1);
}

static void stats_fill_machine(struct lathe_stats *stats, double seconds)
{
    const struct stats_counts *before = &stats->before, *now = &stats->now;
    float *values = stats->values;

    values[LATHE_SERIES_BUSY] =
        stats_busy(stats, before->all.halted, now->all.halted, stats->vcpus);
    values[LATHE_SERIES_MIPS] =
        now->all.instructions != 0
            ? stats_rate(before->all.instructions, now->all.instructions, 1e6 * seconds)
            : NAN;
    values[LATHE_SERIES_CODE] = now->io.code != 0 ? (float)now->io.code : NAN;
    values[LATHE_SERIES_DISK_READ] = stats_rate(before->io.disk_read, now->io.disk_read, seconds);
    values[LATHE_SERIES_DISK_WRITTEN] =
        stats_rate(before->io.disk_written, now->io.disk_written, seconds);
    values[LATHE_SERIES_DISK_REQUESTS] =
        stats_rate(before->io.disk_requests, now->io.disk_requests, seconds);
    values[LATHE_SERIES_NET_RECEIVED] =
        stats_rate(before->io.net_received, now->io.net_received, seconds);
    values[LATHE_SERIES_NET_SENT] = stats_rate(before->io.net_sent, now->io.net_sent, seconds);
    for (guint i = 0; i < stats->vcpus; i++)
        values[LATHE_SERIES_COUNT + i] =
            stats_busy(stats, before->vcpus[i].halted, now->vcpus[i].halted, 1);
}

static void stats_fill(struct lathe_stats *stats)
{
    const struct stats_counts *before = &stats->before, *now = &stats->now;
    double seconds = MAX((double)(now->when - before->when) / G_USEC_PER_SEC, 0.001);

    for (guint i = 0; i < LATHE_SERIES_COUNT + stats->vcpus; i++)
        stats->values[i] = NAN;
    if (now->machine != NULL && now->machine == before->machine &&
        now->all.time >= before->all.time)
        stats_fill_machine(stats, seconds);
    stats->values[LATHE_SERIES_HOST] = stats_rate(before->process, now->process, 1e6 * seconds);
    stats->values[LATHE_SERIES_MEMORY] = (float)stats_resident();
    stats->values[LATHE_SERIES_FRAMES] = stats_rate(before->frames, now->frames, seconds);
}

static gboolean stats_on_second(gpointer data)
{
    struct lathe_stats *stats = data;
    struct stats_counts spare = stats->before;

    stats->before = stats->now;
    stats->now = spare;
    stats_count(stats, &stats->now);
    stats_fill(stats);
    lathe_history_add(stats->history, stats->values);
    if (stats->function != NULL)
        stats->function(stats->opaque);
    return G_SOURCE_CONTINUE;
}

/* ---- pictures ---- */

static void stats_on_picture(void *opaque, const struct emu_display_update *update)
{
    struct lathe_stats *stats = opaque;

    stats->frames += update != NULL;
}

static void stats_watch_screens(struct lathe_stats *stats)
{
    GPtrArray *screens = lathe_session_get_screens(stats->session);
    const struct disp_listener listener = {stats_on_picture, stats};

    for (guint i = 0; i < screens->len; i++)
        disp_screen_add_listener(screens->pdata[i], &listener);
}

/* ---- life ---- */

const struct lathe_history *lathe_stats_get_history(const struct lathe_stats *stats)
{
    return stats->history;
}

guint lathe_stats_count_vcpus(const struct lathe_stats *stats)
{
    return stats->vcpus;
}

guint64 lathe_stats_get_memory(const struct lathe_stats *stats)
{
    return stats->memory;
}

void lathe_stats_on_sample(struct lathe_stats *stats, void (*function)(void *opaque), void *opaque)
{
    stats->function = function;
    stats->opaque = opaque;
}

struct lathe_stats *lathe_stats_new(LatheSession *session)
{
    struct lathe_stats *stats = g_new0(struct lathe_stats, 1);
    const struct lathe_definition *definition = lathe_session_get_definition(session);

    stats->session = g_object_ref(session);
    stats->vcpus = MAX(definition->topology.cpus, 1u);
    stats->memory = definition->memory;
    stats->history = lathe_history_new(LATHE_SERIES_COUNT + stats->vcpus);
    stats->values = g_new0(float, LATHE_SERIES_COUNT + stats->vcpus);
    stats->before.vcpus = g_new0(struct emu_vcpu_stats, stats->vcpus);
    stats->now.vcpus = g_new0(struct emu_vcpu_stats, stats->vcpus);
    stats_watch_screens(stats);
    stats_count(stats, &stats->now);
    stats->timer = g_timeout_add(STATS_SECOND_MS, stats_on_second, stats);
    return stats;
}

void lathe_stats_free(struct lathe_stats *stats)
{
    if (stats == NULL)
        return;
    GPtrArray *screens = lathe_session_get_screens(stats->session);
    for (guint i = 0; i < screens->len; i++)
        disp_screen_remove_listener(screens->pdata[i], stats);
    g_source_remove(stats->timer);
    lathe_history_free(stats->history);
    g_free(stats->before.vcpus);
    g_free(stats->now.vcpus);
    g_free(stats->values);
    g_object_unref(stats->session);
    g_free(stats);
}
