/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Long work of a verb in the terminal (task.h). */
#include "app/cli/task.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli/cli.h"

static const int task_signals[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t task_signal; /* the one that came; 0: none */
static int task_percent = -1;             /* shown last */

static void task_on_signal(int number)
{
    task_signal = number;
}

static void task_show(uint64_t done, uint64_t total)
{
    int percent = total != 0 ? (int)((double)MIN(done, total) * 100.0 / (double)total) : 100;

    if (percent == task_percent)
        return;
    task_percent = percent;
    fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\r     \r" : "");
}

static bool task_step(void *opaque, uint64_t done, uint64_t total)
{
    if (task_signal != 0)
        return false;
    if (isatty(STDERR_FILENO))
        task_show(done, total);
    return true;
}

/* A signal that whoever started the process has told it to ignore stays ignored. */
static void task_listen(void (*handler)(int))
{
    for (size_t i = 0; i < G_N_ELEMENTS(task_signals); i++) {
        struct sigaction action = {.sa_handler = handler}, old;
        if (sigaction(task_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(task_signals[i], &action, NULL);
    }
}

void lathe_cli_task_begin(struct lathe_task *task)
{
    task_signal = 0;
    task_percent = -1;
    *task = (struct lathe_task){.step = task_step};
    task_listen(task_on_signal);
}

int lathe_cli_task_end(int status)
{
    task_listen(SIG_DFL);
    if (task_percent >= 0 && task_percent < 100)
        fputs("\r     \r", stderr);
    if (task_signal != 0 && status != LATHE_EXIT_OK)
        raise(task_signal);
    return status;
}
