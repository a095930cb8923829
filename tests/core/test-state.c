/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The save format: round trips, and files that are damaged or made to harm. */
#include "tests/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "emulator/api/error.h"
#include "emulator/state/state.h"

struct thing {
    bool flag, flags[3];
    uint8_t byte;
    uint16_t half[4];
    uint32_t word;
    uint64_t wide[2];
};

static const struct emu_field thing_fields[] = {
    EMU_FIELD(struct thing, flag),
    EMU_FIELD_ARRAY(struct thing, flags),
    EMU_FIELD(struct thing, byte),
    EMU_FIELD_ARRAY(struct thing, half),
    EMU_FIELD(struct thing, word),
    EMU_FIELD_ARRAY(struct thing, wide),
    EMU_FIELD_END,
};

static const struct thing example = {true,       {false, true, true}, 0xab, {1, 2, 3, 0xffff},
                                     0xdeadbeef, {UINT64_MAX, 42}};

static struct emu_writer *write_example(void)
{
    struct emu_writer *out = emu_writer_new();

    emu_write_section(out, "thing", 3);
    emu_write_fields(out, &example, thing_fields);
    emu_write_u64(out, "extra", 0x1122334455667788ull);
    emu_write_bytes(out, "blob", "0123456789", 10);
    emu_write_section(out, "end", 1);
    return out;
}

static bool read_example(const uint8_t *data, size_t length, struct thing *thing,
                         struct emu_error *err)
{
    struct emu_reader *in = emu_reader_new(data, length);
    uint32_t version = 0;
    uint64_t extra = 0;
    char blob[10];
    bool good;

    good = emu_read_section(in, "thing", &version, err) && version == 3 &&
           emu_read_fields(in, thing, thing_fields, err) &&
           emu_read_u64(in, "extra", &extra, err) && extra == 0x1122334455667788ull &&
           emu_read_bytes(in, "blob", blob, sizeof(blob), err) &&
           memcmp(blob, "0123456789", 10) == 0 && emu_read_section(in, "end", &version, err) &&
           version == 1;
    emu_reader_free(in);
    return good;
}

static void test_round_trip(void)
{
    struct emu_writer *out = write_example();
    struct emu_error err = EMU_ERROR_INIT;
    struct thing thing;
    size_t length;
    const uint8_t *data = emu_writer_data(out, &length);

    memset(&thing, 0, sizeof(thing));
    CHECK(read_example(data, length, &thing, &err));
    CHECK_EQ(err.kind, EMU_ERROR_NONE);
    CHECK(thing.flag && !thing.flags[0] && thing.flags[1] && thing.flags[2]);
    CHECK_EQ(thing.byte, 0xab);
    CHECK_EQ(thing.half[3], 0xffff);
    CHECK_EQ(thing.word, 0xdeadbeef);
    CHECK(thing.wide[0] == UINT64_MAX && thing.wide[1] == 42);
    emu_writer_free(out);
    emu_writer_free(NULL);
}

static void test_truncated(void)
{
    struct emu_writer *out = write_example();
    size_t length, cut;
    const uint8_t *data = emu_writer_data(out, &length);

    for (cut = 0; cut < length; cut++) {
        struct emu_error err = EMU_ERROR_INIT;
        uint8_t *part = malloc(cut != 0 ? cut : 1); /* so that a sanitizer sees the end */
        struct thing thing;

        memcpy(part, data, cut);
        CHECK(!read_example(part, cut, &thing, &err));
        CHECK_EQ(err.kind, EMU_ERROR_INPUT);
        free(part);
    }
    emu_writer_free(out);
}

/* Every byte matters: no change of one goes unnoticed, or gives a wild value. */
static void test_flipped(void)
{
    struct emu_writer *out = write_example();
    size_t length, at;
    const uint8_t *data = emu_writer_data(out, &length);
    uint8_t *copy = malloc(length);

    for (at = 0; at < length; at++) {
        struct emu_error err = EMU_ERROR_INIT;
        struct thing thing;

        memset(&thing, 0, sizeof(thing));
        memcpy(copy, data, length);
        copy[at] ^= 0xff;
        if (read_example(copy, length, &thing, &err))
            CHECK(memcmp(&thing, &example, sizeof(thing)) != 0);
        CHECK(*(uint8_t *)&thing.flag <= 1);
    }
    free(copy);
    emu_writer_free(out);
}

/* Runs one read on a stream with one item; returns the error's text. */
static const char *fault_of(struct emu_writer *out,
                            bool (*read)(struct emu_reader *in, struct emu_error *err))
{
    static char text[320];
    struct emu_error err = EMU_ERROR_INIT;
    size_t length;
    const uint8_t *data = emu_writer_data(out, &length);
    struct emu_reader *in = emu_reader_new(data, length);
    uint32_t version;

    CHECK(emu_read_section(in, "dev", &version, &err));
    CHECK(!read(in, &err));
    snprintf(text, sizeof(text), "%s", err.text);
    /* the first fault stays */
    err = (struct emu_error)EMU_ERROR_INIT;
    CHECK(!emu_read_section(in, "dev", &version, &err));
    CHECK_STR(err.text, text);
    emu_reader_free(in);
    emu_writer_free(out);
    return text;
}

static struct emu_writer *start_dev(void)
{
    struct emu_writer *out = emu_writer_new();

    emu_write_section(out, "dev", 1);
    return out;
}

static bool read_count(struct emu_reader *in, struct emu_error *err)
{
    uint64_t value;

    return emu_read_u64(in, "count", &value, err);
}

static bool read_blob(struct emu_reader *in, struct emu_error *err)
{
    char blob[4];

    return emu_read_bytes(in, "blob", blob, sizeof(blob), err);
}

static bool read_byte(struct emu_reader *in, struct emu_error *err)
{
    static const struct emu_field fields[] = {EMU_FIELD(struct thing, byte), EMU_FIELD_END};
    struct thing thing;

    return emu_read_fields(in, &thing, fields, err);
}

static bool read_flag(struct emu_reader *in, struct emu_error *err)
{
    static const struct emu_field fields[] = {EMU_FIELD(struct thing, flag), EMU_FIELD_END};
    struct thing thing;

    return emu_read_fields(in, &thing, fields, err);
}

struct wide_thing {
    uint64_t byte, flag;
    uint8_t half[3];
};

static void test_faults_are_named(void)
{
    static const struct emu_field wide_byte[] = {EMU_FIELD(struct wide_thing, byte), EMU_FIELD_END};
    static const struct emu_field wide_flag[] = {EMU_FIELD(struct wide_thing, flag), EMU_FIELD_END};
    struct wide_thing wide = {.byte = 256, .flag = 2};
    struct emu_writer *out = start_dev();

    emu_write_u64(out, "other", 1);
    CHECK_STR(fault_of(out, read_count),
              "saved state: section 'dev', field 'count': something else is in its place");
    CHECK_STR(fault_of(start_dev(), read_count),
              "saved state: section 'dev', field 'count': the file ends too early");
    out = start_dev();
    emu_write_bytes(out, "blob", "12345", 5);
    CHECK_STR(fault_of(out, read_blob),
              "saved state: section 'dev', field 'blob': it has another length");
    out = start_dev();
    emu_write_fields(out, &wide, wide_byte);
    CHECK_STR(fault_of(out, read_byte),
              "saved state: section 'dev', field 'byte': its value is out of range");
    out = start_dev();
    emu_write_fields(out, &wide, wide_flag);
    CHECK_STR(fault_of(out, read_flag),
              "saved state: section 'dev', field 'flag': its value is out of range");
}

/* The stored form does not depend on the width: a field may grow later. */
static void test_width_may_change(void)
{
    static const struct emu_field wide_byte[] = {EMU_FIELD(struct wide_thing, byte), EMU_FIELD_END};
    static const struct emu_field byte[] = {EMU_FIELD(struct thing, byte), EMU_FIELD_END};
    struct wide_thing wide = {.byte = 200};
    struct thing thing = {.byte = 0};
    struct emu_writer *out = start_dev();
    size_t length;
    const uint8_t *data;
    struct emu_reader *in;
    uint32_t version;

    emu_write_fields(out, &wide, wide_byte);
    data = emu_writer_data(out, &length);
    in = emu_reader_new(data, length);
    CHECK(emu_read_section(in, "dev", &version, NULL));
    CHECK(emu_read_fields(in, &thing, byte, NULL));
    CHECK_EQ(thing.byte, 200);
    emu_reader_free(in);
    emu_writer_free(out);
}

/* ---- files ---- */

static int open_scratch(void)
{
    char path[] = "/tmp/lathe-state-XXXXXX";
    int fd = mkstemp(path);

    CHECK(fd >= 0);
    unlink(path);
    return fd;
}

#define FILE_BLOB (1u << 20)

/* More than the buffers hold, and behind it what lies across their ends. */
static void write_file(int fd, const uint8_t *blob)
{
    struct emu_writer *out = emu_writer_new_file(fd);
    struct emu_error err = EMU_ERROR_INIT;

    emu_write_section(out, "file", 1);
    for (uint64_t i = 0; i < 40000; i++)
        emu_write_u64(out, "number", i * i);
    emu_write_bytes(out, "blob", blob, FILE_BLOB);
    emu_write_u64(out, "last", 77);
    CHECK(emu_writer_flush(out, &err));
    emu_writer_free(out);
}

static bool read_file(int fd, const uint8_t *blob, struct emu_error *err)
{
    struct emu_reader *in = emu_reader_new_file(fd);
    uint8_t *copy = calloc(1, FILE_BLOB);
    uint64_t value = 0;
    uint32_t version;
    bool good = emu_read_section(in, "file", &version, err);

    for (uint64_t i = 0; i < 40000 && good; i++)
        good = emu_read_u64(in, "number", &value, err) && value == i * i;
    good = good && emu_read_bytes(in, "blob", copy, FILE_BLOB, err) &&
           memcmp(copy, blob, FILE_BLOB) == 0 && emu_read_u64(in, "last", &value, err) &&
           value == 77;
    free(copy);
    emu_reader_free(in);
    return good;
}

static void test_file(void)
{
    uint8_t *blob = malloc(FILE_BLOB);
    struct emu_error err = EMU_ERROR_INIT;
    int fd = open_scratch();
    off_t length;

    for (size_t i = 0; i < FILE_BLOB; i++)
        blob[i] = (uint8_t)(i * 2654435761u >> 13);
    CHECK_EQ(write(fd, "head", 4), 4); /* a stream begins where the file's position is */
    write_file(fd, blob);
    length = lseek(fd, 0, SEEK_CUR);
    lseek(fd, 4, SEEK_SET);
    CHECK(read_file(fd, blob, &err));
    for (off_t cut = length - 1; cut > 0; cut -= length / 50) {
        CHECK_EQ(ftruncate(fd, cut), 0);
        lseek(fd, 4, SEEK_SET);
        err = (struct emu_error)EMU_ERROR_INIT;
        CHECK(!read_file(fd, blob, &err));
        CHECK_EQ(err.kind, EMU_ERROR_INPUT);
    }
    close(fd);
    free(blob);
}

static void test_full_file(void)
{
    uint8_t *blob = calloc(1, FILE_BLOB);
    int fd = open("/dev/full", O_WRONLY);
    struct emu_writer *out = emu_writer_new_file(fd);
    struct emu_error err = EMU_ERROR_INIT;

    emu_write_bytes(out, "blob", blob, FILE_BLOB);
    emu_write_u64(out, "more", 1);
    CHECK(!emu_writer_flush(out, &err));
    CHECK_STR(err.text, "cannot write the machine's state: No space left on device");
    emu_writer_free(out);
    close(fd);
    free(blob);
}

static void test_foreign(void)
{
    static const uint8_t foreign[] = "\x7f"
                                     "ELF and so on";
    struct emu_error err = EMU_ERROR_INIT;
    struct emu_reader *in = emu_reader_new(foreign, sizeof(foreign));
    uint32_t version;

    CHECK(!emu_read_section(in, "machine", &version, &err));
    CHECK_STR(err.text, "saved state: this is no saved machine of this program");
    emu_reader_free(in);
    emu_reader_free(NULL);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"state-round-trip", test_round_trip},
        {"state-truncated", test_truncated},
        {"state-flipped", test_flipped},
        {"state-faults-are-named", test_faults_are_named},
        {"state-width-may-change", test_width_may_change},
        {"state-file", test_file},
        {"state-file-full", test_full_file},
        {"state-foreign", test_foreign},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
