/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's parts: names and their folders, the lock, relative names of files, copies. */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/library/files.h"
#include "app/library/library.h"
#include "app/library/names.h"
#include "app/plan/error.h"
#include "tests/test.h"

static char *parts_folder;

static char *parts_path(const char *name)
{
    return g_build_filename(parts_folder, name, NULL);
}

/* ---- names ---- */

static void test_names(void)
{
    static const char *const good[] = {
        "debian", "Debian 12 (test)", "日本語", "été", "a", "x..y", "CON", "100 %",
        "a\\b",   "\xf0\x9f\x90\xa7", NULL};
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      "a/b",
                                      "/",
                                      "-x",
                                      " a",
                                      "a ",
                                      "a\tb",
                                      "a\nb",
                                      "a\x7f",
                                      "\xc2\x9b"
                                      "31m",
                                      "\xff",
                                      "a\xe2\x80\xae"
                                      "b",
                                      "\xe2\x80\xa8",
                                      NULL};
    g_autofree char *most = g_strnfill(LATHE_NAME_MAX, 'x');
    g_autofree char *more = g_strnfill(LATHE_NAME_MAX + 1, 'x');

    for (size_t i = 0; good[i] != NULL; i++)
        CHECK(lathe_name_check(good[i], NULL));
    for (size_t i = 0; bad[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        CHECK(!lathe_name_check(bad[i], &error));
        CHECK(error != NULL && g_utf8_validate(error->message, -1, NULL));
        g_autofree char *repaired = lathe_name_repair(bad[i]);
        CHECK(lathe_name_check(repaired, NULL));
    }
    CHECK(lathe_name_check(most, NULL) && !lathe_name_check(more, NULL));
    g_autofree char *repaired = lathe_name_repair(more);
    CHECK(lathe_name_check(repaired, NULL));
}

static void test_same_names(void)
{
    static const char *const same[][2] = {{"Debian", "dEBIAN"},
                                          {"e\xcc\x81t\xc3\xa9", "\xc3\xa9te\xcc\x81"},
                                          {"STRASSE", "stra\xc3\x9f"
                                                      "e"},
                                          {"\xef\xbc\xa1", "a"}};
    static const char *const others[][2] = {{"a", "b"}, {"a b", "a-b"}, {"e", "\xc3\xa9"}};

    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *left = lathe_name_key(same[i][0]), *right = lathe_name_key(same[i][1]);
        CHECK_STR(left, right);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *left = lathe_name_key(others[i][0]), *right = lathe_name_key(others[i][1]);
        CHECK(strcmp(left, right) != 0);
    }
}

static void test_folders(void)
{
    static const char *const pairs[][2] = {{"Debian 12 (test)", "debian-12-test"},
                                           {"..", "machine"},
                                           {".hidden", "hidden"},
                                           {"../../etc/passwd", "etc-passwd"},
                                           {"a/b\\c:d", "a-b-c-d"},
                                           {"???", "machine"},
                                           {"Größe", "größe"}};
    g_autofree char *many = g_strnfill(500, 'x');
    g_autofree char *folder = lathe_name_to_folder(many);

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *found = lathe_name_to_folder(pairs[i][0]);
        CHECK_STR(found, pairs[i][1]);
    }
    CHECK(strlen(folder) <= 80);
}

static void test_groups(void)
{
    CHECK(lathe_group_check("", NULL) && lathe_group_check("Work/Servers", NULL));
    CHECK(!lathe_group_check("/", NULL) && !lathe_group_check("a//b", NULL));
    CHECK(!lathe_group_check("../x", NULL) && !lathe_group_check("a/ b", NULL));
}

/* ---- the lock ---- */

static void parts_hold_lock(int ready)
{
    g_autoptr(lathe_lock) lock = lathe_lock_take(parts_folder, "x", LATHE_LOCK_RUN, NULL);

    if (lock == NULL || write(ready, "!", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void test_lock(void)
{
    int ends[2];
    char byte;
    pid_t holder = 0;

    CHECK(lathe_lock_look(parts_folder, NULL) == LATHE_LOCK_FREE);
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0)
        parts_hold_lock(ends[1]);
    CHECK(read(ends[0], &byte, 1) == 1);
    CHECK(lathe_lock_look(parts_folder, &holder) == LATHE_LOCK_RUN);
    CHECK_EQ(holder, child);
    g_autoptr(GError) error = NULL;
    CHECK(lathe_lock_take(parts_folder, "x", LATHE_LOCK_EDIT, &error) == NULL);
    CHECK(g_error_matches(error, LATHE_ERROR, LATHE_ERROR_BUSY));
    g_autofree char *wanted =
        g_strdup_printf("'x' is running (process %d): stop it first", (int)child);
    CHECK_STR(error->message, wanted);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK(lathe_lock_look(parts_folder, &holder) == LATHE_LOCK_FREE);
    g_autoptr(lathe_lock) lock = lathe_lock_take(parts_folder, "x", LATHE_LOCK_EDIT, NULL);
    CHECK(lock != NULL);
    CHECK(lathe_lock_look(parts_folder, &holder) == LATHE_LOCK_EDIT && holder == getpid());
    close(ends[0]), close(ends[1]);
}

/* ---- files ---- */

static void test_write(void)
{
    g_autofree char *path = parts_path("text"), *text = NULL;
    struct stat info;

    CHECK(lathe_files_write(path, "old", 3, NULL) && lathe_files_write(path, "new", 3, NULL));
    CHECK(g_file_get_contents(path, &text, NULL, NULL));
    CHECK_STR(text, "new");
    CHECK(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
    g_autofree char *missing = parts_path("none/text");
    g_autoptr(GError) error = NULL;
    CHECK(!lathe_files_write(missing, "x", 1, &error) && error != NULL);
}

static void test_move(void)
{
    g_autofree char *from = parts_path("from"), *to = parts_path("to");

    CHECK(g_file_set_contents(from, "1", -1, NULL) && g_file_set_contents(to, "2", -1, NULL));
    CHECK(!lathe_files_move(from, to, NULL)); /* somebody is there */
    g_unlink(to);
    CHECK(lathe_files_move(from, to, NULL));
    CHECK(!g_file_test(from, G_FILE_TEST_EXISTS) && g_file_test(to, G_FILE_TEST_EXISTS));
}

static bool parts_count(void *opaque, uint64_t done, uint64_t total)
{
    (*(unsigned *)opaque)++;
    return true;
}

static bool parts_stop(void *opaque, uint64_t done, uint64_t total)
{
    return false;
}

/* A hole stays one, and what is there is the same. */
static void test_copy(void)
{
    g_autofree char *from = parts_path("sparse"), *to = parts_path("copy"), *text = NULL;
    unsigned told = 0;
    struct lathe_copy copy = {parts_count, &told, 0, 0};
    int fd = open(from, O_RDWR | O_CREAT, 0600);
    struct stat info;
    gsize length;

    CHECK(pwrite(fd, "begin", 5, 0) == 5 && pwrite(fd, "end", 3, 64 << 20) == 3);
    close(fd);
    CHECK(lathe_files_copy(from, to, &copy, NULL));
    CHECK(stat(to, &info) == 0 && info.st_size == (64 << 20) + 3);
    CHECK(info.st_blocks * 512 < 4 << 20);
    CHECK(told != 0 && copy.done != 0);
    CHECK(g_file_get_contents(to, &text, &length, NULL));
    CHECK(memcmp(text, "begin", 5) == 0 && memcmp(text + (64 << 20), "end", 3) == 0);
    CHECK(!lathe_files_copy(from, to, &copy, NULL)); /* nothing is written over */
    g_autoptr(GError) error = NULL;
    copy.progress = parts_stop;
    g_unlink(to);
    CHECK(!lathe_files_copy(from, to, &copy, &error));
    CHECK(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

/* ---- relative names ---- */

static void parts_check_paths(const char *before, const char *after)
{
    g_autoptr(lathe_config) config = lathe_config_parse("x", before, strlen(before), NULL);
    g_autoptr(lathe_config) wanted = lathe_config_parse("x", after, strlen(after), NULL);

    CHECK(config != NULL && wanted != NULL);
    lathe_config_make_relative(config, "/home/me/machines/a/");
    g_autofree char *found = lathe_config_format(config), *text = lathe_config_format(wanted);
    CHECK_STR(found, text);
    lathe_config_make_whole(config, "/home/me/machines/a");
    g_autofree char *back = lathe_config_format(config);
    CHECK(strstr(back, "file=\"/home/me/machines/a/disk.qcow2\"") != NULL);
}

static void test_paths(void)
{
    parts_check_paths(
        "<domain><os><loader>/usr/x.fd</loader><nvram template='/t'>/home/me/machines/a/v.fd"
        "</nvram><kernel>/home/me/machines/ab/k</kernel></os><devices>"
        "<disk><source file='/home/me/machines/a/disk.qcow2'/></disk>"
        "<disk><source file='/home/me/machines/a/../b/disk'/></disk>"
        "<disk type='block'><source dev='/dev/sdb'/></disk>"
        "<serial type='file'><source path='/home/me/machines/a//log'/></serial></devices></domain>",
        "<domain><os><loader>/usr/x.fd</loader><nvram template='/t'>v.fd"
        "</nvram><kernel>/home/me/machines/ab/k</kernel></os><devices>"
        "<disk><source file='disk.qcow2'/></disk>"
        "<disk><source file='../b/disk'/></disk>"
        "<disk type='block'><source dev='/dev/sdb'/></disk>"
        "<serial type='file'><source path='log'/></serial></devices></domain>");
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"library-names", test_names},     {"library-same-names", test_same_names},
        {"library-folders", test_folders}, {"library-groups", test_groups},
        {"library-lock", test_lock},       {"library-write", test_write},
        {"library-move", test_move},       {"library-copy", test_copy},
        {"library-paths", test_paths},     {NULL},
    };

    parts_folder = g_dir_make_tmp("lathe-library-XXXXXX", NULL);
    int failed = test_main(argc, argv, cases);
    CHECK(lathe_files_remove_tree(parts_folder, NULL));
    g_free(parts_folder);
    return failed;
}
