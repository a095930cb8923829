/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variable stores: bytes and text, a store's life, what is refused, and files of both formats. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/test.h"
#include "wizards/firmware/store-file.h"
#include "wizards/firmware/store-json.h"

#define TEMPLATE "/usr/share/OVMF/OVMF_VARS_4M.fd"

static char *scratch;

static const struct lathe_guid nobody = {{1, 2, 3}};

static struct lathe_store *store_with(const char *name, const char *text)
{
    struct lathe_store *store = lathe_store_new("ovmf-4m", NULL);

    lathe_variables_set(store->variables, name, &nobody, g_bytes_new(text, strlen(text)));
    return store;
}

/* The arguments are evaluated in any order: the error is looked at here. */
static void fails(struct lathe_store *store, GError **error, const char *words)
{
    CHECK(store == NULL);
    CHECK(*error != NULL && strstr((*error)->message, words) != NULL);
    if (*error != NULL && strstr((*error)->message, words) == NULL)
        fprintf(stderr, "%s\n", (*error)->message);
    lathe_store_free(store);
    g_clear_error(error);
}

/* ---- text ---- */

static void check_name(const guint8 *ucs2, gsize size, const char *name)
{
    struct lathe_bytes bytes = {ucs2, size};
    g_autofree char *text = lathe_ucs2_name(bytes);
    g_autoptr(GByteArray) back = g_byte_array_new();

    CHECK_STR(text, name);
    CHECK(lathe_put_ucs2(back, text, true));
    CHECK(lathe_bytes_equal((struct lathe_bytes){back->data, back->len},
                            (struct lathe_bytes){ucs2, lathe_ucs2_length(bytes)}));
}

static void test_names(void)
{
    check_name((const guint8 *)"d\0b\0\0\0x\0", 8, "db");
    check_name((const guint8 *)"a\0\\\0u\0", 6, "a\\u005cu");
    check_name((const guint8 *)"\x1b\0[\0", 4, "\\u001b[");
    check_name((const guint8 *)"\x3d\xd8\x00\xde", 4, "\xf0\x9f\x98\x80");
    check_name((const guint8 *)"\x00\xd8x\0", 4, "\\ud800x");
    check_name((const guint8 *)"\xe4\0", 3, "\xc3\xa4");
}

static void test_guids(void)
{
    struct lathe_guid guid, again;
    char text[LATHE_GUID_TEXT];

    CHECK(lathe_guid_parse("8be4df61-93ca-11d2-aa0d-00e098032b8c", &guid));
    CHECK_EQ(guid.bytes[0], 0x61);
    CHECK_EQ(guid.bytes[4], 0xca);
    CHECK_EQ(guid.bytes[8], 0xaa);
    lathe_guid_format(&guid, text);
    CHECK_STR(text, "8be4df61-93ca-11d2-aa0d-00e098032b8c");
    CHECK(lathe_guid_parse("efiglobalvariable", &again) && lathe_guid_equal(&guid, &again));
    CHECK_STR(lathe_guid_name(&guid), "EfiGlobalVariable");
    CHECK(!lathe_guid_parse("8be4df61-93ca-11d2-aa0d-00e098032b8", &guid));
    CHECK(!lathe_guid_parse("8be4df61x93ca-11d2-aa0d-00e098032b8c", &guid));
    CHECK(!lathe_guid_parse("gbe4df61-93ca-11d2-aa0d-00e098032b8c", &guid));
}

static void test_times(void)
{
    guint8 time[LATHE_EFI_TIME], later[LATHE_EFI_TIME];

    lathe_efi_time_set(time, 1262304000);
    lathe_efi_time_set(later, 1262304001);
    g_autofree char *text = lathe_efi_time_format(time);
    CHECK_STR(text, "2010-01-01 00:00:00");
    CHECK(lathe_efi_time_compare(time, later) < 0 && lathe_efi_time_compare(later, time) > 0);
    lathe_efi_time_set(later, G_MAXINT64);
    CHECK_EQ(lathe_le16(later), 9999);
}

/* ---- stores ---- */

/* What this program formats is what edk2's build makes. */
static void test_format(void)
{
    g_autoptr(GBytes) theirs = lathe_file_read(TEMPLATE, LATHE_STORE_MAX, NULL);
    g_autoptr(lathe_store) store = lathe_store_new("ovmf-4m", NULL);
    g_autoptr(GBytes) ours = lathe_store_build(store, NULL);

    CHECK(theirs != NULL && ours != NULL && g_bytes_equal(theirs, ours));
    GError *error = NULL;
    fails(lathe_store_new("ovmf-8m", &error), &error, "ovmf-4m, ovmf-2m");
}

static void test_layouts(void)
{
    for (size_t i = 0; lathe_store_layouts()[i] != NULL; i++) {
        g_autoptr(lathe_store) store = lathe_store_new(lathe_store_layouts()[i], NULL);
        lathe_variables_set(store->variables, "x", &nobody, g_bytes_new("abc", 3));
        g_autoptr(GBytes) image = lathe_store_build(store, NULL);
        g_autoptr(lathe_store) again = lathe_store_parse(image, NULL);
        CHECK(again != NULL && again->variables->len == 1 && !again->blank);
        CHECK(lathe_variable_equal(store->variables->pdata[0], again->variables->pdata[0]));
    }
}

static void test_blank(void)
{
    gsize size = 0x20000;
    guint8 *erased = g_malloc(size);

    memset(erased, 0xff, size);
    g_autoptr(GBytes) image = g_bytes_new_take(erased, size);
    g_autoptr(lathe_store) store = lathe_store_parse(image, NULL);
    CHECK(store != NULL && store->blank && store->variables->len == 0);
    g_autoptr(GBytes) odd = g_bytes_new(erased, size - 1);
    GError *error = NULL;
    fails(lathe_store_parse(odd, &error), &error, "no UEFI variable store");
}

/* Offsets within a formatted store of 4 MiB flash: the first variable and its fields. */
#define FIRST 0x64u

static guint8 *image_with(const char *name, gsize *size)
{
    g_autoptr(lathe_store) store = store_with(name, "value");
    g_autoptr(GBytes) image = lathe_store_build(store, NULL);

    return g_bytes_unref_to_data(g_steal_pointer(&image), size);
}

static struct lathe_store *parse_taken(guint8 *data, gsize size, GError **error)
{
    g_autoptr(GBytes) image = g_bytes_new_take(data, size);

    return lathe_store_parse(image, error);
}

static void test_states(void)
{
    gsize size;
    guint8 *data = image_with("a", &size);

    data[FIRST + 2] = 0x3e; /* being replaced by what was not written */
    g_autoptr(lathe_store) transition = parse_taken(g_memdup2(data, size), size, NULL);
    CHECK(transition != NULL && transition->variables->len == 1);
    data[FIRST + 2] = 0x3c;
    g_autoptr(lathe_store) deleted = parse_taken(g_memdup2(data, size), size, NULL);
    CHECK(deleted != NULL && deleted->variables->len == 0);
    data[FIRST + 2] = 0x7f; /* its header only */
    memset(data + FIRST + 36, 0xff, 8);
    g_autoptr(lathe_store) header = parse_taken(data, size, NULL);
    CHECK(header != NULL && header->variables->len == 0);
}

static void test_broken(void)
{
    static const struct {
        gsize at;
        guint8 value;
        const char *words;
    } rows[] = {
        {0x10, 0, "no UEFI variable store"},   {0x32, 0, "checksum"},
        {0x48, 0, "no variable store begins"}, {0x5c, 0, "not formatted"},
        {0x5b, 1, "impossible size"},          {FIRST + 39, 0x7f, "reaches beyond"},
        {FIRST + 43, 0x7f, "reaches beyond"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        gsize size;
        guint8 *data = image_with("a", &size);
        GError *error = NULL;
        data[rows[i].at] = rows[i].value;
        fails(parse_taken(data, size, &error), &error, rows[i].words);
    }
    gsize size;
    guint8 *data = image_with("a", &size);
    GError *error = NULL;
    fails(parse_taken(data, size - 512, &error), &error, "cut off");
}

/* A write that was allocated and not completed, in the working block's queue. */
static void test_pending(void)
{
    gsize size;
    guint8 *data = image_with("a", &size);
    GError *error = NULL;

    data[0x41000 + 32] = 0xfe;
    g_autoptr(lathe_store) store = parse_taken(g_memdup2(data, size), size, NULL);
    CHECK(store != NULL && store->pending != NULL);
    g_autoptr(GBytes) built = lathe_store_build(store, &error);
    CHECK(built == NULL && strstr(error->message, "under way") != NULL);
    g_clear_error(&error);
    data[0x41000 + 32] = 0xf8; /* completed */
    memset(data + 0x41000 + 32 + 24, 0, 16);
    g_autoptr(lathe_store) done = parse_taken(data, size, NULL);
    CHECK(done != NULL && done->pending == NULL);
}

static void test_full(void)
{
    g_autoptr(lathe_store) store = lathe_store_new("ovmf-2m", NULL);
    g_autoptr(GError) error = NULL;
    gsize room = lathe_store_room(store), head = 60 + 4;

    lathe_variables_set(store->variables, "x", &nobody,
                        g_bytes_new_take(g_malloc0(room - head), room - head));
    g_autoptr(GBytes) fits = lathe_store_build(store, NULL);
    CHECK(fits != NULL && lathe_store_used(store) == room);
    lathe_variables_set(store->variables, "x", &nobody,
                        g_bytes_new_take(g_malloc0(room), room - head + 1));
    g_autoptr(GBytes) over = lathe_store_build(store, &error);
    CHECK(over == NULL && error != NULL && strstr(error->message, "bytes") != NULL);
}

static void test_json(void)
{
    g_autoptr(lathe_store) store = store_with("a\\u000ab", "value");
    struct lathe_variable *variable = store->variables->pdata[0];
    g_autoptr(GPtrArray) back = lathe_variables_new();
    g_autoptr(GError) error = NULL;

    lathe_efi_time_set(variable->time, 1262304000);
    variable->attributes = 0x27;
    g_autofree char *text = lathe_variables_to_json(store->variables);
    struct lathe_bytes bytes = {(const guint8 *)text, strlen(text)};
    CHECK(lathe_variables_from_json(back, bytes, &error));
    CHECK(back->len == 1 && lathe_variable_equal(variable, back->pdata[0]));
}

static void test_bad_json(void)
{
    static const char *const rows[][2] = {
        {"", "empty"},
        {"[]", "no list"},
        {"{\"variables\":[1]}", "no object"},
        {"{\"variables\":[{\"name\":\"a\"}]}", "\"guid\" is missing"},
        {"{\"variables\":[{\"name\":1}]}", "\"name\" is no text"},
        {"{\"variables\":[{\"name\":\"\",\"guid\":\"\",\"data\":\"\",\"attr\":1}]}", "empty"},
        {"{\"variables\":[{\"name\":\"a\",\"guid\":\"\",\"data\":\"\",\"attr\":-1}]}", "attr"},
        {"{\"variables\":[{\"name\":\"a\",\"guid\":\"\",\"data\":\"\",\"attr\":1}]}", "GUID"},
        {"{\"variables\":[{\"name\":\"a\",\"guid\":\"Shim\",\"data\":\"0\",\"attr\":1}]}", "hex"},
        {"{\"variables\":[{\"name\":\"a\",\"guid\":\"Shim\",\"data\":\"\",\"attr\":1,\"time\":"
         "\"00\"}]}",
         "16 bytes"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) list = lathe_variables_new();
        g_autoptr(GError) error = NULL;
        struct lathe_bytes text = {(const guint8 *)rows[i][0], strlen(rows[i][0])};
        CHECK(!lathe_variables_from_json(list, text, &error));
        CHECK(error != NULL && strstr(error->message, rows[i][1]) != NULL);
    }
}

/* ---- files ---- */

static char *scratch_file(const char *name)
{
    return g_build_filename(scratch, name, NULL);
}

static void write_store(const char *path, bool qcow2)
{
    g_autoptr(lathe_store) store = store_with("first", "1");
    g_autoptr(GBytes) image = lathe_store_build(store, NULL);
    g_autoptr(GBytes) file = qcow2 ? lathe_qcow2_build(lathe_bytes_of(image)) : g_bytes_ref(image);

    CHECK(lathe_file_replace(path, file, NULL));
}

static void check_edit(const char *name, bool qcow2)
{
    g_autofree char *path = scratch_file(name);
    g_autoptr(GError) error = NULL;

    write_store(path, qcow2);
    CHECK(g_chmod(path, 0640) == 0);
    struct lathe_store_file *file = lathe_store_file_open(path, true, &error);
    CHECK(file != NULL && file->qcow2 == qcow2 && file->store->variables->len == 1);
    if (file == NULL)
        return;
    lathe_variables_set(file->store->variables, "second", &nobody, g_bytes_new("2", 1));
    CHECK(lathe_store_file_save(file, NULL, &error));
    lathe_store_file_close(file);
    GStatBuf info;
    CHECK(g_stat(path, &info) == 0 && (info.st_mode & 0777) == 0640);
    g_autoptr(lathe_store_file) again = lathe_store_file_open(path, false, &error);
    CHECK(again != NULL && again->qcow2 == qcow2 && again->store->variables->len == 2);
    g_unlink(path);
}

static void test_raw_file(void)
{
    check_edit("raw.fd", false);
}

static void test_qcow2_file(void)
{
    check_edit("store.qcow2", true);
}

/* A link stays one, and a folder that cannot be written leaves the old file. */
static void test_links(void)
{
    g_autofree char *path = scratch_file("target.fd"), *link = scratch_file("link.fd");
    g_autoptr(GBytes) bytes = g_bytes_new("x", 1);
    g_autoptr(GError) error = NULL;

    write_store(path, false);
    CHECK(symlink(path, link) == 0);
    CHECK(lathe_file_replace(link, bytes, NULL));
    CHECK(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autoptr(GBytes) read = lathe_file_read(path, 10, NULL);
    CHECK(read != NULL && g_bytes_equal(read, bytes));
    CHECK(!lathe_file_replace("/nowhere/at/all", bytes, &error) && error != NULL);
    g_unlink(link);
    g_unlink(path);
}

/* As a machine of this program has it. */
static void test_in_use(void)
{
    g_autofree char *path = scratch_file("used.fd");
    g_autoptr(GError) error = NULL;

    write_store(path, false);
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
    g_autoptr(lathe_store_file) changed = lathe_store_file_open(path, true, &error);
    CHECK(changed == NULL && error != NULL && strstr(error->message, "in use") != NULL);
    g_autoptr(lathe_store_file) looked = lathe_store_file_open(path, false, NULL);
    CHECK(looked != NULL);
    close(fd);
    g_unlink(path);
}

static const struct test_case cases[] = {
    {"store: names", test_names},
    {"store: GUIDs", test_guids},
    {"store: times", test_times},
    {"store: a new one is edk2's", test_format},
    {"store: layouts", test_layouts},
    {"store: blank flash", test_blank},
    {"store: states of variables", test_states},
    {"store: broken ones", test_broken},
    {"store: pending writes", test_pending},
    {"store: full", test_full},
    {"store: JSON", test_json},
    {"store: bad JSON", test_bad_json},
    {"store: raw files", test_raw_file},
    {"store: qcow2 files", test_qcow2_file},
    {"store: links", test_links},
    {"store: in use", test_in_use},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    scratch = g_dir_make_tmp("lathe-store-XXXXXX", NULL);
    int failed = test_main(argc, argv, cases);
    g_rmdir(scratch);
    g_free(scratch);
    return failed;
}
