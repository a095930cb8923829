/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine's log, read backwards to the line that says how it ended. */
#include "app/library/last-words.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS_TAIL     (32u << 10) /* bytes of the log that are looked at */
#define WORDS_TIME     20          /* letters of "2026-11-23 10:45:00 " */
#define WORDS_INTERNAL 3           /* status of a machine that stopped by an internal error */
#define WORDS_MAX      600         /* letters */

#define WORDS_STARTED "started, process "
#define WORDS_FAILED  "not started: "
#define WORDS_ENDED   "ended with status "
#define WORDS_KILLED  "killed by signal "
#define WORDS_SEEN    "seen"

/* ---- writing ---- */

void lathe_last_words_started(const struct lathe_machine *machine, pid_t pid)
{
    lathe_machine_log(machine, WORDS_STARTED "%d", (int)pid);
}

void lathe_last_words_failed(const struct lathe_machine *machine, const char *why)
{
    lathe_machine_log(machine, WORDS_FAILED "%s", why);
}

void lathe_last_words_ended(const struct lathe_machine *machine, int status, const char *why)
{
    lathe_machine_log(machine, WORDS_ENDED "%d%s%s", status, *why != '\0' ? ": " : "", why);
}

void lathe_last_words_killed(const struct lathe_machine *machine, int signal)
{
    lathe_machine_log(machine, WORDS_KILLED "%d (%s)", signal, strsignal(signal));
}

void lathe_last_words_seen(const struct lathe_machine *machine)
{
    lathe_machine_log(machine, WORDS_SEEN);
}

/* ---- reading ---- */

/* What a line of the library says; NULL: it is not one. */
static const char *words_text(const char *line)
{
    static const char shape[] = "dddd-dd-dd dd:dd:dd ";

    for (unsigned i = 0; i < WORDS_TIME; i++) {
        if (shape[i] == 'd' ? !g_ascii_isdigit(line[i]) : line[i] != shape[i])
            return NULL;
    }
    return line + WORDS_TIME;
}

static const char *words_after(const char *text, const char *head)
{
    return g_str_has_prefix(text, head) ? text + strlen(head) : NULL;
}

/* A line as one can show it. */
static char *words_shown(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    for (char *at = valid; *at != '\0'; at++)
        *at = g_ascii_iscntrl(*at) ? ' ' : *at;
    return g_utf8_strlen(valid, -1) > WORDS_MAX ? g_utf8_substring(valid, 0, WORDS_MAX)
                                                : g_strdup(valid);
}

/* The last line that the process itself said after the line at start. */
static char *words_said(char *const *lines, guint start, guint count)
{
    for (guint i = count; i-- > start + 1;) {
        g_autofree char *line = words_shown(lines[i]);
        const char *said = words_after(g_strstrip(line), "lathe: ");
        if (words_text(lines[i]) == NULL && *line != '\0')
            return g_strdup(said != NULL ? said : line);
    }
    return NULL;
}

static char *words_killed(const char *signal, const char *said)
{
    g_autofree char *cause = words_shown(signal);

    return said != NULL
               ? g_strdup_printf(_("Its process was ended by signal %s. It said: %s"), cause, said)
               : g_strdup_printf(_("Its process was ended by signal %s."), cause);
}

static char *words_vanished(const char *said)
{
    return said != NULL
               ? g_strdup_printf(_("It ended unexpectedly. It said: %s"), said)
               : g_strdup(_("It ended without a word: it was killed, or this computer went down."));
}

static char *words_failed(const char *why)
{
    g_autofree char *shown = words_shown(why);

    return g_strdup_printf(_("It could not start: %s"), shown);
}

static char *words_ended(const char *rest)
{
    const char *why = strstr(rest, ": ");

    return why != NULL ? words_shown(why + 2) : g_strdup(_("It ended by an internal error."));
}

/* The library's line at place: how it ended, if that was no good end. NULL: it was. */
static char *words_of(char *const *lines, guint place, guint count, const char *text)
{
    const char *rest;

    if ((rest = words_after(text, WORDS_FAILED)) != NULL)
        return words_failed(rest);
    if ((rest = words_after(text, WORDS_ENDED)) != NULL)
        return atoi(rest) == WORDS_INTERNAL ? words_ended(rest) : NULL;
    if (words_after(text, WORDS_SEEN) != NULL)
        return NULL;
    if ((rest = words_after(text, WORDS_KILLED)) != NULL) {
        guint start = place;
        while (start > 0 && words_text(lines[start - 1]) == NULL)
            start--;
        g_autofree char *said = words_said(lines, start == 0 ? 0 : start - 1, place);
        return words_killed(rest, said);
    }
    g_autofree char *said = words_said(lines, place, count);
    return words_vanished(said);
}

static bool words_is_ours(const char *text)
{
    static const char *const heads[] = {WORDS_STARTED, WORDS_FAILED, WORDS_ENDED, WORDS_KILLED,
                                        WORDS_SEEN};

    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
        if (g_str_has_prefix(text, heads[i]))
            return true;
    }
    return false;
}

bool lathe_last_words_parse(const char *log, char **words)
{
    g_auto(GStrv) lines = g_strsplit(log, "\n", -1);
    guint count = g_strv_length(lines);

    for (guint i = count; i-- > 0;) {
        const char *text = words_text(lines[i]);
        if (text == NULL || !words_is_ours(text))
            continue;
        g_autofree char *found = words_of(lines, i, count, text);
        if (found == NULL)
            return false;
        if (words != NULL)
            *words = g_steal_pointer(&found);
        return true;
    }
    return false;
}

static char *words_read_tail(const char *path)
{
    g_autofree char *text = g_malloc0(WORDS_TAIL + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    struct stat info;
    ssize_t length = -1;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        length = pread(fd, text, WORDS_TAIL, MAX(info.st_size - (off_t)WORDS_TAIL, 0));
    close(fd);
    return length > 0 ? g_steal_pointer(&text) : NULL;
}

bool lathe_last_words_read(const struct lathe_machine *machine, char **words)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_LOG);
    g_autofree char *tail = words_read_tail(path);

    return tail != NULL && lathe_last_words_parse(tail, words);
}
