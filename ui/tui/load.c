/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of /proc/PID, and bars of eighths of a row. */
#include "ui/tui/load.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/plan/size.h"

#define LOAD_KEEP   128 /* samples */
#define LOAD_HEIGHT 3   /* rows of a graph */

struct tui_load {
    void (*sampled)(void *opaque);
    void *opaque;
    guint timer;
    bool looked_at;         /* since the last sample */
    pid_t pid;              /* 0: nobody */
    gint64 then;            /* of the last sample, microseconds */
    double seconds;         /* of processor time until then */
    double busy[LOAD_KEEP]; /* processors, the latest first */
    double memory[LOAD_KEEP];
    int count;
};

/* ---- samples ---- */

/* Processor time in seconds; < 0: the process is gone. */
static double load_read_seconds(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    unsigned long user, system;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    const char *rest = strrchr(text, ')'); /* behind its name, which may be anything */
    if (rest == NULL ||
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return -1;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Bytes in memory. */
static double load_read_memory(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)pid);
    g_autofree char *text = NULL;
    unsigned long pages = 0;

    if (g_file_get_contents(path, &text, NULL, NULL) && sscanf(text, "%*u %lu", &pages) != 1)
        pages = 0;
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void load_take(struct tui_load *load, double seconds, gint64 now)
{
    double passed = (double)(now - load->then) / G_USEC_PER_SEC;

    memmove(load->busy + 1, load->busy, sizeof(load->busy) - sizeof(load->busy[0]));
    memmove(load->memory + 1, load->memory, sizeof(load->memory) - sizeof(load->memory[0]));
    load->busy[0] = passed > 0 ? MAX(seconds - load->seconds, 0) / passed : 0;
    load->memory[0] = load_read_memory(load->pid);
    load->count = MIN(load->count + 1, LOAD_KEEP);
}

static gboolean load_sample(gpointer data)
{
    struct tui_load *load = data;
    double seconds = load_read_seconds(load->pid);
    gint64 now = g_get_monotonic_time();

    if (!load->looked_at || seconds < 0) {
        load->timer = 0;
        return G_SOURCE_REMOVE;
    }
    load_take(load, seconds, now);
    load->seconds = seconds;
    load->then = now;
    load->looked_at = false;
    load->sampled(load->opaque);
    return G_SOURCE_CONTINUE;
}

static void load_follow(struct tui_load *load, pid_t pid)
{
    load->looked_at = true;
    if (load->pid == pid && load->timer != 0)
        return;
    g_clear_handle_id(&load->timer, g_source_remove);
    load->count = 0;
    load->pid = pid;
    load->seconds = load_read_seconds(pid);
    load->then = g_get_monotonic_time();
    if (load->seconds >= 0)
        load->timer = g_timeout_add_seconds(1, load_sample, load);
}

/* ---- graphs ---- */

static void load_draw_graph(struct tui_area area, const double *values, int count, double whole)
{
    for (int i = 0; i < MIN(count, area.columns); i++) {
        int eighths = (int)(CLAMP(values[i] / whole, 0, 1) * LOAD_HEIGHT * 8 + 0.5);
        for (int row = 0; row < LOAD_HEIGHT && eighths > 0; row++, eighths -= 8)
            tui_put_mark(area.row + LOAD_HEIGHT - 1 - row, area.column + area.columns - 1 - i,
                         TUI_GOOD, (enum tui_mark)(TUI_MARK_BAR_0 + MIN(eighths, 8) - 1));
    }
}

static void load_draw_one(struct tui_area area, const char *label, const char *value,
                          const double *values, int count, double whole)
{
    tui_put(area.row, area.column, area.columns, TUI_FAINT, label);
    tui_put_right(area.row, area.column, area.columns, TUI_PLAIN, value);
    area.row++;
    load_draw_graph(area, values, count, MAX(whole, 1e-9));
}

void tui_load_draw(struct tui_load *load, struct tui_area area, pid_t pid, unsigned cpus,
                   uint64_t memory)
{
    load_follow(load, pid);
    if (area.rows < TUI_LOAD_ROWS || load->count == 0)
        return;
    double whole = MAX(cpus, 1);
    g_autofree char *busy = g_strdup_printf("%.0f %%", load->busy[0] / whole * 100);
    g_autofree char *used = lathe_size_format((uint64_t)load->memory[0] >> 20 << 20);

    load_draw_one(area, _("Processors"), busy, load->busy, load->count, whole);
    area.row += LOAD_HEIGHT + 2;
    load_draw_one(area, _("Memory"), used, load->memory, load->count, (double)memory);
}

/* ---- life ---- */

struct tui_load *tui_load_new(void (*sampled)(void *opaque), void *opaque)
{
    struct tui_load *load = g_new0(struct tui_load, 1);

    load->sampled = sampled;
    load->opaque = opaque;
    return load;
}

void tui_load_free(struct tui_load *load)
{
    g_clear_handle_id(&load->timer, g_source_remove);
    g_free(load);
}
