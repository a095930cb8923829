/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts of a definition that are kept for later versions, out and in: writing what was read changes
 * nothing of a document; an edit changes what it is about; into an empty document they come whole.
 * Arguments: definitions.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/write.h"
#include "app/plan/definition.h"
#include "app/plan/put-file.h"
#include "tests/test.h"

#define PARTS_AREAS                                                                                \
    (LATHE_AREA_CELLS | LATHE_AREA_FEATURES | LATHE_AREA_IOTHREADS | LATHE_AREA_CONTROLLERS |      \
     LATHE_AREA_SOUNDS | LATHE_AREA_HOSTDEVS | LATHE_AREA_PLACES)

static char **parts_files;

/* NULL: the file has faults, or what cannot run. */
static struct lathe_config *parts_read(const char *path, struct lathe_definition *definition)
{
    struct lathe_config *config = lathe_config_read(path, NULL);

    if (config != NULL && lathe_config_fill(config, definition, NULL))
        return config;
    lathe_config_free(config);
    return NULL;
}

static void test_unchanged(void)
{
    unsigned count = 0;

    for (char **file = parts_files; *file != NULL; file++) {
        struct lathe_definition *definition = lathe_definition_new();
        g_autoptr(lathe_config) config = parts_read(*file, definition);
        if (config != NULL) {
            g_autofree char *before = lathe_config_format(config);
            CHECK(lathe_config_write(config, definition, PARTS_AREAS, NULL));
            g_autofree char *after = lathe_config_format(config);
            CHECK_STR(after, before);
            count++;
        }
        lathe_definition_free(definition);
    }
    CHECK(count > 5);
}

/* All that is printed of the parts. */
static char *parts_print(const struct lathe_parts *parts)
{
    GString *text = g_string_new(NULL);
    g_autofree char *features = lathe_features_format(parts);

    g_string_append_printf(text, "%u %s", parts->iothreads, features != NULL ? features : "");
#define PARTS_EACH(list, type)                                                                     \
    for (guint i = 0; i < parts->list##s->len; i++) {                                              \
        g_autofree char *line =                                                                    \
            lathe_##list##_format(&g_array_index(parts->list##s, struct lathe_##list, i));         \
        g_string_append_printf(text, "\n%s", line);                                                \
    }
    PARTS_EACH(cell, cell)
    PARTS_EACH(controller, controller)
    PARTS_EACH(sound, sound)
    PARTS_EACH(hostdev, hostdev)
#undef PARTS_EACH
    return g_string_free(text, FALSE);
}

/* Host devices of kinds that are not known stay behind: there is nothing to write of them. */
static void parts_drop_unknown(struct lathe_parts *parts)
{
    for (guint i = parts->hostdevs->len; i-- > 0;) {
        if (g_array_index(parts->hostdevs, struct lathe_hostdev, i).kind == LATHE_HOSTDEV_OTHER)
            g_array_remove_index(parts->hostdevs, i);
    }
}

static void test_anew(void)
{
    for (char **file = parts_files; *file != NULL; file++) {
        struct lathe_definition *from = lathe_definition_new(), *to = lathe_definition_new();
        g_autoptr(lathe_config) config = parts_read(*file, from);
        g_autoptr(lathe_config) fresh = lathe_config_new("fresh");
        g_autoptr(GError) error = NULL;
        if (config != NULL) {
            parts_drop_unknown(from->parts);
            from->cpu = (g_free(from->cpu), g_strdup("max"));
            CHECK(lathe_config_write(
                fresh, from,
                LATHE_AREA_TOPOLOGY | LATHE_AREA_MEMORY | LATHE_AREA_BOARD | PARTS_AREAS, NULL));
            CHECK(lathe_config_fill(fresh, to, &error));
            CHECK_STR(error != NULL ? error->message : "", "");
            g_autofree char *before = parts_print(from->parts), *after = parts_print(to->parts);
            CHECK_STR(after, before);
        }
        lathe_definition_free(from);
        lathe_definition_free(to);
    }
}

/* How many lines two texts do not share. */
static unsigned parts_count_changes(const char *one, const char *other)
{
    g_auto(GStrv) left = g_strsplit(one, "\n", -1), right = g_strsplit(other, "\n", -1);
    unsigned changes = 0;

    for (size_t i = 0; left[i] != NULL; i++)
        changes += !g_strv_contains((const char *const *)right, left[i]);
    for (size_t i = 0; right[i] != NULL; i++)
        changes += !g_strv_contains((const char *const *)left, right[i]);
    return changes;
}

/* Each edit of "numa.xml" changes its own lines and no others. */
static void test_edit(void)
{
    struct lathe_definition *definition = lathe_definition_new();
    struct lathe_parts *parts = definition->parts;
    g_autoptr(lathe_config) config = NULL;
    char *text, *before;

    for (char **file = parts_files; *file != NULL && config == NULL; file++) {
        if (g_str_has_suffix(*file, "/numa.xml"))
            config = parts_read(*file, definition);
    }
    CHECK(config != NULL && parts->cells->len == 3 && parts->sounds->len == 2);
    if (config == NULL) {
        lathe_definition_free(definition);
        return;
    }
    before = lathe_config_format(config);
    g_array_index(parts->cells, struct lathe_cell, 1).memory = UINT64_C(3) << 30;
    g_array_index(parts->features, struct lathe_feature, 2).policy = LATHE_POLICY_REQUIRE;
    g_array_index(parts->controllers, struct lathe_controller, 2).place.function = 2;
    g_array_index(parts->hostdevs, struct lathe_hostdev, 1).product = 0xcafe;
    parts->iothreads = 4;
    g_array_remove_index(parts->sounds, 1);
    definition->disk[0].place.bus = 1;
    definition->disk[0].iothread = 4;
    definition->net[0].place.bus = 2;
    CHECK(lathe_config_write(config, definition, PARTS_AREAS, NULL));
    text = lathe_config_format(config);
    CHECK_EQ(parts_count_changes(before, text), 17);
    CHECK(strstr(text, "<cell id=\"0\" cpus=\"1\" memory=\"3145728\" unit=\"KiB\"/>") != NULL);
    CHECK(strstr(text, "<feature policy=\"require\" name=\"svm\"/>") != NULL);
    CHECK(strstr(text, "<product id=\"0xcafe\"/>") != NULL);
    CHECK(strstr(text, "<sound model=\"usb\"/>") == NULL);
    CHECK(strstr(text, "<codec type=\"micro\"/>") != NULL);
    CHECK(strstr(text, "type=\"mdev\"") != NULL);
    g_free(before);
    g_free(text);
    lathe_definition_free(definition);
}

/* A link stays a link, and a pipe a pipe. */
static void test_put_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("put-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *pipe = g_build_filename(folder, "pipe", NULL);
    g_autofree char *found = NULL;
    char got[4] = "";
    struct stat info;

    CHECK(lathe_put_file(file, "one", 3, 0600, NULL));
    CHECK(stat(file, &info) == 0 && (info.st_mode & 0777) == 0600);
    CHECK(symlink("file", link) == 0 && lathe_put_file(link, "two", 3, 0600, NULL));
    CHECK(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(g_file_get_contents(file, &found, NULL, NULL));
    CHECK_STR(found, "two");
    CHECK(mkfifo(pipe, 0600) == 0);
    int fd = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    CHECK(lathe_put_file(pipe, "out", 3, 0600, NULL) && read(fd, got, 3) == 3);
    CHECK_STR(got, "out");
    CHECK(lstat(pipe, &info) == 0 && S_ISFIFO(info.st_mode));
    close(fd);
    CHECK(!lathe_put_file(folder, "x", 1, 0600, NULL));
    CHECK(unlink(file) == 0 && unlink(link) == 0 && unlink(pipe) == 0 && rmdir(folder) == 0);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"put-file", test_put_file},
        {"parts-unchanged", test_unchanged},
        {"parts-anew", test_anew},
        {"parts-edit", test_edit},
        {NULL, NULL},
    };

    parts_files = argv + 1;
    return test_main(1, argv, cases);
}
