/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library watched: what comes, goes, is read and crashes, and what a machine's log says of its
 * end. */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/library/files.h"
#include "app/library/last-words.h"
#include "app/watch/watch.h"
#include "tests/test.h"

static char *watch_folder;

static char *watch_path(const char *id, const char *file)
{
    return g_build_filename(watch_folder, id, file, NULL);
}

static void watch_write(const char *id, const char *file, const char *text)
{
    g_autofree char *path = watch_path(id, file);

    CHECK(g_file_set_contents(path, text, -1, NULL));
}

static void watch_make(const char *id, const char *name)
{
    g_autofree char *folder = watch_path(id, NULL);
    g_autofree char *text = g_strdup_printf("<domain type='kvm'><name>%s</name><memory unit='MiB'>"
                                            "64</memory><os><type arch='x86_64' machine='q35'>hvm"
                                            "</type></os></domain>",
                                            name);

    CHECK(g_mkdir(folder, 0700) == 0);
    watch_write(id, LATHE_MACHINE_DEFINITION, text);
}

/* ---- waiting ---- */

static gboolean watch_on_time(gpointer data)
{
    *(bool *)data = true;
    return G_SOURCE_REMOVE;
}

/* Until the machine of this folder is in this state. */
static bool watch_await(LatheWatch *watch, const char *id, enum lathe_watch_state state)
{
    bool late = false;
    guint timer = g_timeout_add_seconds(2 * test_patience(), watch_on_time, &late);
    struct lathe_watched *found = lathe_watch_find(watch, id, NULL);

    while (!late && (found == NULL || !found->read || found->state != state)) {
        g_main_context_iteration(NULL, TRUE);
        found = lathe_watch_find(watch, id, NULL);
    }
    if (!late)
        g_source_remove(timer);
    return !late;
}

/* Until there are so many of them, all of them read. */
static bool watch_await_count(LatheWatch *watch, unsigned count)
{
    bool late = false, settled = false;
    guint timer = g_timeout_add_seconds(2 * test_patience(), watch_on_time, &late);

    while (!late && !settled) {
        settled = lathe_watch_get_count(watch) == count;
        for (unsigned i = 0; i < lathe_watch_get_count(watch); i++)
            settled = settled && lathe_watch_get(watch, i)->read;
        if (!settled)
            g_main_context_iteration(NULL, TRUE);
    }
    if (!late)
        g_source_remove(timer);
    return settled;
}

static LatheWatch *watch_begin(void)
{
    watch_folder = g_dir_make_tmp("lathe-watch-XXXXXX", NULL);
    return lathe_watch_new(watch_folder);
}

static void watch_end(LatheWatch *watch)
{
    g_object_unref(watch);
    CHECK(lathe_files_remove_tree(watch_folder, NULL));
    g_free(watch_folder);
}

/* ---- what is there ---- */

static void test_comes_and_goes(void)
{
    LatheWatch *watch = watch_begin();
    g_autofree char *first = NULL, *second = NULL;

    CHECK(lathe_watch_get_count(watch) == 0);
    watch_make("one", "Zebra");
    watch_make("two", "Ape");
    CHECK(watch_await_count(watch, 2));
    CHECK(watch_await(watch, "two", LATHE_WATCH_OFF));
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    CHECK_STR(lathe_watch_get(watch, 0)->machine->name, "Ape");
    CHECK(lathe_watch_get(watch, 1)->machine->memory == 64 << 20);
    first = watch_path("one", NULL);
    second = watch_path("three", NULL);
    CHECK(g_rename(first, second) == 0);
    while (lathe_watch_find(watch, "one", NULL) != NULL)
        g_main_context_iteration(NULL, TRUE);
    CHECK(watch_await(watch, "three", LATHE_WATCH_OFF));
    CHECK(lathe_watch_get_count(watch) == 2);
    watch_end(watch);
}

static void test_broken(void)
{
    LatheWatch *watch = watch_begin();

    watch_make("one", "One");
    CHECK(watch_await(watch, "one", LATHE_WATCH_OFF));
    watch_write("one", LATHE_MACHINE_DEFINITION, "<domain>");
    CHECK(watch_await(watch, "one", LATHE_WATCH_BROKEN));
    CHECK(lathe_watch_find(watch, "one", NULL)->words != NULL);
    watch_end(watch);
}

/* A folder that goes and comes back is followed again. */
static void test_comes_back(void)
{
    LatheWatch *watch = watch_begin();
    g_autofree char *place = NULL, *aside = NULL;

    watch_make("one", "One");
    CHECK(watch_await(watch, "one", LATHE_WATCH_OFF));
    place = watch_path("one", NULL);
    aside = watch_path(".aside", NULL);
    CHECK(g_rename(place, aside) == 0);
    watch_make("one", "Another");
    while (strcmp(lathe_watch_get(watch, 0)->machine->name, "Another") != 0)
        g_main_context_iteration(NULL, TRUE);
    watch_write("one", LATHE_MACHINE_DEFINITION, "<domain>");
    CHECK(watch_await(watch, "one", LATHE_WATCH_BROKEN));
    watch_end(watch);
}

/* ---- who uses it ---- */

/* A process that has the machine's lock until it is killed. */
static pid_t watch_hold(LatheWatch *watch, const char *id, enum lathe_lock_use use)
{
    const struct lathe_machine *machine = lathe_watch_find(watch, id, NULL)->machine;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (use == LATHE_LOCK_RUN) /* first, so that who sees the lock may kill it */
        lathe_last_words_started(machine, getpid());
    lathe_lock_take(machine->folder, machine->name, use, NULL);
    for (;;)
        pause();
}

static void watch_kill(pid_t pid)
{
    CHECK(kill(pid, SIGKILL) == 0);
    waitpid(pid, NULL, 0);
}

static void test_crash(void)
{
    LatheWatch *watch = watch_begin();
    struct lathe_watched *one;
    pid_t pid;

    watch_make("one", "One");
    watch_make("two", "Two");
    CHECK(watch_await_count(watch, 2));
    pid = watch_hold(watch, "one", LATHE_LOCK_RUN);
    CHECK(watch_await(watch, "one", LATHE_WATCH_STARTING));
    one = lathe_watch_find(watch, "one", NULL);
    CHECK(one->machine->pid == pid);
    watch_kill(pid);
    CHECK(watch_await(watch, "one", LATHE_WATCH_CRASHED));
    CHECK(one->words != NULL);
    CHECK(lathe_watch_find(watch, "two", NULL)->state == LATHE_WATCH_OFF);
    lathe_last_words_seen(one->machine);
    CHECK(watch_await(watch, "one", LATHE_WATCH_OFF));
    watch_end(watch);
}

static void test_edited(void)
{
    LatheWatch *watch = watch_begin();
    pid_t pid;

    watch_make("one", "One");
    CHECK(watch_await(watch, "one", LATHE_WATCH_OFF));
    pid = watch_hold(watch, "one", LATHE_LOCK_EDIT);
    CHECK(watch_await(watch, "one", LATHE_WATCH_EDITED));
    watch_kill(pid);
    CHECK(watch_await(watch, "one", LATHE_WATCH_OFF));
    watch_end(watch);
}

/* ---- many ---- */

#define WATCH_MANY 1000

static void test_many(void)
{
    LatheWatch *watch;
    gint64 begin;

    watch_folder = g_dir_make_tmp("lathe-watch-XXXXXX", NULL);
    for (unsigned i = 0; i < WATCH_MANY; i++) {
        g_autofree char *id = g_strdup_printf("machine-%u", i);
        watch_make(id, id);
    }
    begin = g_get_monotonic_time();
    watch = lathe_watch_new(watch_folder);
    CHECK(lathe_watch_get_count(watch) == WATCH_MANY);
    printf("# %d machines there after %.1f ms\n", WATCH_MANY,
           (double)(g_get_monotonic_time() - begin) / 1000);
    CHECK(watch_await_count(watch, WATCH_MANY));
    printf("# and read after %.1f ms\n", (double)(g_get_monotonic_time() - begin) / 1000);
    watch_end(watch);
}

/* ---- last words ---- */

#define AT "2026-11-23 10:00:00 "

static void test_last_words(void)
{
    static const struct {
        const char *log;
        const char *words; /* a part of them; NULL: it ended well */
    } rows[] = {
        {"", NULL},
        {"no line of ours\n", NULL},
        {AT "started, process 7\n" AT "ended with status 0: The guest powered off\n", NULL},
        {AT "started, process 7\n" AT "ended with status 143\n", NULL},
        {AT "started, process 7\n", "without a word"},
        {AT "started, process 7\nlathe: no memory\n\n", "no memory"},
        {AT "started, process 7\n" AT "ended with status 3: a bug\n", "a bug"},
        {AT "not started: disk.img is gone\nlathe: disk.img is gone\n", "start: disk.img is gone"},
        {AT "started, process 7\nlathe: oh\n" AT "killed by signal 9 (Killed)\n", "said: oh"},
        {AT "started, process 7\n" AT "killed by signal 9 (Killed)\n", "signal 9 (Killed)."},
        {AT "started, process 7\n" AT "killed by signal 9 (Killed)\n" AT "seen\n", NULL},
        {AT "started, process 7\n\x1b[31m\xff\n", "It said"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *words = NULL;
        bool bad = lathe_last_words_parse(rows[i].log, &words);
        CHECK(bad == (rows[i].words != NULL));
        if (rows[i].words != NULL && (words == NULL || strstr(words, rows[i].words) == NULL))
            CHECK_STR(words != NULL ? words : "", rows[i].words);
        CHECK(words == NULL || (g_utf8_validate(words, -1, NULL) && strchr(words, '\x1b') == NULL));
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"watch-comes-and-goes", test_comes_and_goes},
        {"watch-broken", test_broken},
        {"watch-comes-back", test_comes_back},
        {"watch-crash", test_crash},
        {"watch-edited", test_edited},
        {"watch-many", test_many},
        {"watch-last-words", test_last_words},
        {NULL},
    };
    g_autofree char *runtime = g_dir_make_tmp("lathe-run-XXXXXX", NULL);

    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    int failed = test_main(argc, argv, cases);
    CHECK(lathe_files_remove_tree(runtime, NULL));
    return failed;
}
