/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware descriptors: what is read from them, which files count, and which one is chosen. */
#include <glib/gstdio.h>

#include "app/firmware/firmware.h"
#include "tests/test.h"

#define FLASH(features, machines)                                                                  \
    "{\"description\": \"d\", \"interface-types\": [\"uefi\"], \"mapping\": {\"device\": "         \
    "\"flash\", \"executable\": {\"filename\": \"/etc/passwd\", \"format\": \"raw\"}, "            \
    "\"nvram-template\": {\"filename\": \"/etc/group\", \"format\": \"raw\"}}, \"targets\": "      \
    "[{\"architecture\": \"x86_64\", \"machines\": [" machines "]}], \"features\": [" features     \
    "], \"tags\": []}"
#define PLAIN FLASH("\"acpi-s3\", \"of-the-future\"", "\"pc-i440fx-*\", \"pc-q35-*\"")

static struct lathe_descriptor *parse(const char *text, GError **error)
{
    return lathe_descriptor_parse("50-test.json", text, strlen(text), error);
}

static void test_parse(void)
{
    g_autoptr(lathe_descriptor) descriptor = parse(PLAIN, NULL);

    CHECK(descriptor != NULL);
    CHECK_STR(descriptor->name, "50-test.json");
    CHECK_STR(descriptor->executable, "/etc/passwd");
    CHECK_STR(descriptor->template, "/etc/group");
    CHECK_EQ(descriptor->mode, LATHE_FLASH_SPLIT);
    CHECK(lathe_descriptor_has_feature(descriptor, "acpi-s3"));
    CHECK(!lathe_descriptor_has_feature(descriptor, "secure-boot"));
    CHECK(lathe_descriptor_has_interface(descriptor, "uefi"));
    CHECK(lathe_descriptor_fits(descriptor, "x86_64", "pc-q35-10.0"));
    CHECK(!lathe_descriptor_fits(descriptor, "x86_64", "microvm"));
    CHECK(!lathe_descriptor_fits(descriptor, "aarch64", "pc-q35-10.0"));
}

static void test_mappings(void)
{
    static const char memory[] =
        "{\"description\": \"\", \"interface-types\": [\"bios\"], \"mapping\": {\"device\": "
        "\"memory\", \"filename\": \"/rom\"}, \"targets\": [], \"features\": []}";
    static const char stateless[] =
        "{\"description\": \"\", \"interface-types\": [\"uefi\"], \"mapping\": {\"device\": "
        "\"flash\", \"mode\": \"stateless\", \"executable\": {\"filename\": \"/f\", \"format\": "
        "\"qcow2\"}}, \"targets\": [], \"features\": []}";
    g_autoptr(lathe_descriptor) first = parse(memory, NULL), second = parse(stateless, NULL);

    CHECK(first != NULL && first->device == LATHE_FIRMWARE_MEMORY);
    CHECK_STR(first->executable, "/rom");
    CHECK(first->template == NULL);
    CHECK(second != NULL && second->mode == LATHE_FLASH_STATELESS && second->template == NULL);
    CHECK_STR(second->executable_format, "qcow2");
}

static void bad(const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_descriptor) descriptor = parse(text, &error);

    CHECK(descriptor == NULL);
    CHECK(error != NULL && strstr(error->message, words) != NULL);
    if (error != NULL && strstr(error->message, words) == NULL)
        fprintf(stderr, "%s\n", error->message);
}

static void test_bad(void)
{
    g_autofree char *deep = g_strnfill(5000, '[');

    bad("", "no JSON object");
    bad("[]", "no JSON object");
    bad("{", "");
    bad("{\"description\": 1}", "'description' is no text");
    bad("{\"description\": [], }", "");
    bad("{\"description\": \"\"}", "'interface-types' is missing");
    bad("{\"description\": \"\", \"interface-types\": [1]}", "no text");
    bad(FLASH("", "[]"), "no text");
    bad("{\"description\": \"\", \"interface-types\": [], \"features\": [], \"targets\": [], "
        "\"mapping\": {\"device\": \"tape\"}}",
        "'device' cannot be 'tape'");
    bad("\xff", "UTF-8");
    bad(deep, "nested");
}

/* ---- folders ---- */

static char *scratch;

static const char *folder(const char *name)
{
    static char path[2][256];
    static unsigned turn;

    snprintf(path[++turn & 1], sizeof(path[0]), "%s/%s", scratch, name);
    g_mkdir_with_parents(path[turn & 1], 0700);
    return path[turn & 1];
}

static void write_file(const char *where, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder(where), name, NULL);

    CHECK(g_file_set_contents(path, text, -1, NULL));
}

static struct lathe_descriptor_list *read_all(void)
{
    g_autofree char *system = g_strdup(folder("system")), *admin = g_strdup(folder("admin")),
                    *user = g_strdup(folder("user"));
    const char *folders[] = {system, "/nowhere/at/all", admin, user, NULL};

    return lathe_descriptor_list_read(folders);
}

static const char *name_at(const struct lathe_descriptor_list *list, guint index)
{
    const struct lathe_descriptor *descriptor = list->descriptors->pdata[index];

    return descriptor->name;
}

static void test_list(void)
{
    write_file("system", "60-c.json", PLAIN);
    write_file("system", "40-a.json", PLAIN);
    write_file("system", "50-b.json", PLAIN);
    write_file("system", "notes.txt", "not one");
    write_file("admin", "50-b.json", ""); /* hides the system's */
    write_file("admin", "45-bad.json", "{");
    write_file("user", "60-c.json", FLASH("\"mine\"", "\"pc-q35-*\""));
    write_file("user", "10-mine.json", PLAIN);
    g_autoptr(lathe_descriptor_list) list = read_all();
    CHECK_EQ(list->descriptors->len, 3);
    CHECK_STR(name_at(list, 0), "10-mine.json");
    CHECK_STR(name_at(list, 1), "40-a.json");
    CHECK_STR(name_at(list, 2), "60-c.json");
    CHECK(lathe_descriptor_has_feature(list->descriptors->pdata[2], "mine"));
    CHECK_EQ(list->problems->len, 1);
    const struct lathe_descriptor_problem *problem = list->problems->pdata[0];
    CHECK(g_str_has_suffix(problem->path, "admin/45-bad.json") && problem->text[0] != '\0');
}

static void chosen(const char *word, const char *name)
{
    g_autoptr(lathe_descriptor_list) list = read_all();
    const struct lathe_descriptor *descriptor = lathe_firmware_choose(list, word);

    CHECK_STR(descriptor ? descriptor->name : "none", name);
}

static void test_choice(void)
{
    write_file("system", "10-other.json", FLASH("", "\"microvm\""));
    write_file("system", "20-keys.json",
               FLASH("\"secure-boot\", \"enrolled-keys\"", "\"pc-q35-*\""));
    write_file("system", "30-secure.json", FLASH("\"secure-boot\"", "\"pc-q35-*\""));
    write_file("system", "40-plain.json", PLAIN);
    chosen("auto", "40-plain.json");
    chosen("uefi", "40-plain.json");
    chosen("uefi-secure", "20-keys.json");
    chosen("bios", "none");
    write_file("user", "40-plain.json", "");
    chosen("auto", "none");
}

static void test_words(void)
{
    struct lathe_definition *definition = lathe_definition_new();
    g_autoptr(GError) error = NULL;

    CHECK_STR(definition->firmware, "auto");
    CHECK(lathe_firmware_parse(definition, "uefi,vars=/a,b.fd", NULL) == false);
    CHECK(lathe_firmware_parse(definition, "uefi,vars=/a.fd", NULL));
    CHECK_STR(definition->firmware, "uefi");
    CHECK_STR(definition->firmware_vars, "/a.fd");
    CHECK(!lathe_firmware_parse(definition, "uefi,nvram=/a.fd", &error));
    CHECK(error != NULL && strstr(error->message, "vars=FILE") != NULL);
    CHECK(lathe_firmware_parse(definition, "uefi", NULL));
    CHECK_STR(definition->firmware_vars, "/a.fd");
    CHECK(lathe_firmware_parse(definition, "none", NULL));
    CHECK(definition->firmware_vars == NULL); /* another one's */
    CHECK(lathe_firmware_parse(definition, "none,vars=/a.fd", NULL));
    CHECK(!lathe_firmware_settle(definition, NULL)); /* vars without firmware */
    CHECK(lathe_firmware_parse(definition, "/nowhere/at/all", NULL));
    CHECK(!lathe_firmware_settle(definition, NULL));
    lathe_definition_free(definition);
}

static void cleaned(void (*test)(void))
{
    g_autofree char *command = NULL;

    scratch = g_dir_make_tmp("lathe-firmware-XXXXXX", NULL);
    test();
    command = g_strdup_printf("rm -rf %s", scratch);
    CHECK(system(command) == 0);
    g_free(scratch);
}

static void test_list_cleaned(void)
{
    cleaned(test_list);
}

static void test_choice_cleaned(void)
{
    cleaned(test_choice);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"firmware: a descriptor", test_parse},
        {"firmware: mappings", test_mappings},
        {"firmware: bad descriptors", test_bad},
        {"firmware: list", test_list_cleaned},
        {"firmware: choice", test_choice_cleaned},
        {"firmware: words", test_words},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
