/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The save format (state.h). A stream is a magic number and then items; each item is a tag byte, a
 * name (a length byte and that many bytes) and what the tag says:
 *   'S' section: version u32    'U' scalar: u64    'A' array: count u32, that many u64
 *   'B' bytes: length u64, the bytes
 */
#include "emulator/state/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/api/error.h"

#define STATE_MAGIC        "LATHE-1\n"
#define STATE_MAGIC_LENGTH 8
#define STATE_MAX_NAME     255
#define STATE_BUFFER       (256u << 10) /* bytes between a stream and its file */

/* ---- writing ---- */

struct emu_writer {
    uint8_t *data;
    size_t length, capacity;
    int fd; /* -1: into memory */
    bool failed;
    int error; /* why the file took no more; 0: memory ran out */
};

static void writer_drain(struct emu_writer *out, const uint8_t *data, size_t length)
{
    while (length > 0 && !out->failed) {
        ssize_t part = write(out->fd, data, length);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0) {
            out->failed = true;
            out->error = errno;
            return;
        }
        data += part;
        length -= (size_t)part;
    }
}

static void writer_drain_all(struct emu_writer *out)
{
    writer_drain(out, out->data, out->length);
    out->length = 0;
}

static bool writer_reserve(struct emu_writer *out, size_t length)
{
    size_t capacity = out->capacity;
    uint8_t *data;

    if (out->failed || length > SIZE_MAX / 4 - out->length) {
        out->failed = true;
        return false;
    }
    if (out->length + length <= capacity)
        return true;
    while (capacity < out->length + length)
        capacity = capacity != 0 ? capacity * 2 : 4096;
    data = realloc(out->data, capacity);
    if (data == NULL) {
        out->failed = true;
        return false;
    }
    out->data = data;
    out->capacity = capacity;
    return true;
}

static void writer_put(struct emu_writer *out, const void *data, size_t length)
{
    if (out->fd >= 0 && out->length + length > STATE_BUFFER)
        writer_drain_all(out);
    if (out->fd >= 0 && length > STATE_BUFFER) {
        writer_drain(out, data, length);
        return;
    }
    if (!writer_reserve(out, length) || length == 0)
        return;
    memcpy(out->data + out->length, data, length);
    out->length += length;
}

static void writer_put_number(struct emu_writer *out, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    unsigned i;

    for (i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    writer_put(out, bytes, size);
}

static void writer_put_head(struct emu_writer *out, char tag, const char *name)
{
    size_t length = strlen(name);

    if (length > STATE_MAX_NAME)
        length = STATE_MAX_NAME;
    writer_put(out, &tag, 1);
    writer_put_number(out, length, 1);
    writer_put(out, name, length);
}

struct emu_writer *emu_writer_new_file(int fd)
{
    struct emu_writer *out = calloc(1, sizeof(*out));

    if (out == NULL)
        return NULL;
    out->fd = fd;
    writer_put(out, STATE_MAGIC, STATE_MAGIC_LENGTH);
    return out;
}

struct emu_writer *emu_writer_new(void)
{
    return emu_writer_new_file(-1);
}

bool emu_writer_flush(struct emu_writer *out, struct emu_error *err)
{
    if (out->fd >= 0)
        writer_drain_all(out);
    return !out->failed ||
           emu_error_set(err, EMU_ERROR_HOST, "cannot write the machine's state: %s",
                         strerror(out->error != 0 ? out->error : ENOMEM));
}

void emu_writer_free(struct emu_writer *out)
{
    if (out == NULL)
        return;
    free(out->data);
    free(out);
}

const uint8_t *emu_writer_data(const struct emu_writer *out, size_t *length)
{
    *length = out->failed ? 0 : out->length;
    return out->failed ? NULL : out->data;
}

void emu_write_section(struct emu_writer *out, const char *name, uint32_t version)
{
    writer_put_head(out, 'S', name);
    writer_put_number(out, version, 4);
}

void emu_write_u64(struct emu_writer *out, const char *field, uint64_t value)
{
    writer_put_head(out, 'U', field);
    writer_put_number(out, value, 8);
}

void emu_write_bytes(struct emu_writer *out, const char *field, const void *data, size_t length)
{
    writer_put_head(out, 'B', field);
    writer_put_number(out, length, 8);
    writer_put(out, data, length);
}

/* ---- reading ---- */

struct emu_reader {
    const uint8_t *data; /* of a file: the part that is in the buffer */
    size_t length, at;
    int fd; /* -1: from memory */
    uint8_t *buffer;
    char section[STATE_MAX_NAME + 1];
    struct emu_error fault; /* the first one */
};

/* Up to length bytes of the file; fewer at its end, or where it cannot be read. */
static size_t reader_fetch(struct emu_reader *in, uint8_t *to, size_t length)
{
    size_t done = 0;

    while (done < length) {
        ssize_t part = read(in->fd, to + done, length - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            break;
        done += (size_t)part;
    }
    return done;
}

/* At least length bytes are in the buffer afterwards, if the file has them. */
static void reader_fill(struct emu_reader *in, uint64_t length)
{
    size_t left = in->length - in->at;

    if (in->fd < 0 || length <= left || length > STATE_BUFFER)
        return;
    memmove(in->buffer, in->buffer + in->at, left);
    in->length = left + reader_fetch(in, in->buffer + left, STATE_BUFFER - left);
    in->at = 0;
}

static void reader_begin(struct emu_reader *in)
{
    reader_fill(in, STATE_MAGIC_LENGTH);
    if (in->length < STATE_MAGIC_LENGTH || memcmp(in->data, STATE_MAGIC, STATE_MAGIC_LENGTH) != 0)
        emu_error_set(&in->fault, EMU_ERROR_INPUT,
                      "saved state: this is no saved machine of this program");
    in->at = STATE_MAGIC_LENGTH;
}

struct emu_reader *emu_reader_new(const uint8_t *data, size_t length)
{
    struct emu_reader *in = calloc(1, sizeof(*in));

    if (in == NULL)
        return NULL;
    in->data = data;
    in->length = length;
    in->fd = -1;
    reader_begin(in);
    return in;
}

struct emu_reader *emu_reader_new_file(int fd)
{
    struct emu_reader *in = calloc(1, sizeof(*in));
    uint8_t *buffer = malloc(STATE_BUFFER);

    if (in == NULL || buffer == NULL) {
        free(in);
        free(buffer);
        return NULL;
    }
    in->data = in->buffer = buffer;
    in->fd = fd;
    reader_begin(in);
    return in;
}

void emu_reader_free(struct emu_reader *in)
{
    if (in == NULL)
        return;
    free(in->buffer);
    free(in);
}

/* Passes the first fault on; always false. */
static bool reader_failed(struct emu_reader *in, struct emu_error *err)
{
    if (in->fault.kind == EMU_ERROR_NONE)
        emu_error_set(&in->fault, EMU_ERROR_INPUT, "saved state: section '%s' is damaged",
                      in->section);
    return emu_error_set(err, in->fault.kind, "%s", in->fault.text);
}

static bool reader_fault(struct emu_reader *in, const char *field, const char *what)
{
    return emu_error_set(&in->fault, EMU_ERROR_INPUT, "saved state: section '%s', field '%s': %s",
                         in->section, field, what);
}

/* The next length bytes, of a file at most STATE_BUFFER; NULL: there are not so many. */
static const uint8_t *reader_take(struct emu_reader *in, const char *field, uint64_t length)
{
    const uint8_t *bytes;

    reader_fill(in, length);
    bytes = in->data + in->at;
    if (length > in->length - in->at) {
        reader_fault(in, field, "the file ends too early");
        return NULL;
    }
    in->at += (size_t)length;
    return bytes;
}

static bool reader_take_number(struct emu_reader *in, const char *field, unsigned size,
                               uint64_t *value)
{
    const uint8_t *bytes = reader_take(in, field, size);
    unsigned i;

    if (bytes == NULL)
        return false;
    *value = 0;
    for (i = 0; i < size; i++)
        *value |= (uint64_t)bytes[i] << (8 * i);
    return true;
}

/* Field names in a file are not ours to print; what was expected is. */
static bool reader_expect_head(struct emu_reader *in, char tag, const char *name)
{
    size_t expected = strlen(name);
    const uint8_t *head, *text;

    if (in->fault.kind != EMU_ERROR_NONE)
        return false;
    if (expected > STATE_MAX_NAME)
        expected = STATE_MAX_NAME;
    head = reader_take(in, name, 2);
    text = head != NULL ? reader_take(in, name, head[1]) : NULL;
    if (text == NULL)
        return false;
    if (head[0] != (uint8_t)tag || head[1] != expected || memcmp(text, name, expected) != 0)
        return reader_fault(in, name, "something else is in its place");
    return true;
}

bool emu_read_section(struct emu_reader *in, const char *name, uint32_t *version,
                      struct emu_error *err)
{
    size_t length = strlen(name) < STATE_MAX_NAME ? strlen(name) : STATE_MAX_NAME;
    uint64_t value;

    if (in->fault.kind == EMU_ERROR_NONE) {
        memcpy(in->section, name, length);
        in->section[length] = '\0';
    }
    if (!reader_expect_head(in, 'S', name) || !reader_take_number(in, "version", 4, &value))
        return reader_failed(in, err);
    *version = (uint32_t)value;
    return true;
}

bool emu_read_u64(struct emu_reader *in, const char *field, uint64_t *value, struct emu_error *err)
{
    return (reader_expect_head(in, 'U', field) && reader_take_number(in, field, 8, value)) ||
           reader_failed(in, err);
}

/* Bytes that may be too many for the buffer: what is in it, and the rest from the file. */
static bool reader_copy(struct emu_reader *in, const char *field, uint8_t *to, size_t length)
{
    size_t left = in->length - in->at;
    const uint8_t *bytes;

    if (in->fd >= 0 && length > STATE_BUFFER) {
        memcpy(to, in->data + in->at, left);
        in->at = in->length;
        return reader_fetch(in, to + left, length - left) == length - left ||
               reader_fault(in, field, "the file ends too early");
    }
    bytes = reader_take(in, field, length);
    if (bytes != NULL && length != 0)
        memcpy(to, bytes, length);
    return bytes != NULL;
}

bool emu_read_bytes(struct emu_reader *in, const char *field, void *data, size_t length,
                    struct emu_error *err)
{
    uint64_t stored;

    if (!reader_expect_head(in, 'B', field) || !reader_take_number(in, field, 8, &stored))
        return reader_failed(in, err);
    if (stored != length) {
        reader_fault(in, field, "it has another length");
        return reader_failed(in, err);
    }
    return reader_copy(in, field, data, length) || reader_failed(in, err);
}

/* ---- field tables ---- */

static uint64_t field_get(const uint8_t *at, unsigned width)
{
    switch (width) {
    case 1:
        return *at;
    case 2:
        return *(const uint16_t *)(const void *)at;
    case 4:
        return *(const uint32_t *)(const void *)at;
    default:
        return *(const uint64_t *)(const void *)at;
    }
}

static void field_put(uint8_t *at, unsigned width, uint64_t value)
{
    switch (width) {
    case 1:
        *at = (uint8_t)value;
        break;
    case 2:
        *(uint16_t *)(void *)at = (uint16_t)value;
        break;
    case 4:
        *(uint32_t *)(void *)at = (uint32_t)value;
        break;
    default:
        *(uint64_t *)(void *)at = value;
    }
}

static bool field_fits(const struct emu_field *field, uint64_t value)
{
    if (field->boolean)
        return value <= 1;
    return field->width >= 8 || value >> (8 * field->width) == 0;
}

static void field_write(struct emu_writer *out, const uint8_t *object,
                        const struct emu_field *field)
{
    uint32_t i;

    writer_put_head(out, 'A', field->name);
    writer_put_number(out, field->count, 4);
    for (i = 0; i < field->count; i++)
        writer_put_number(
            out, field_get(object + field->offset + (size_t)i * field->width, field->width), 8);
}

void emu_write_fields(struct emu_writer *out, const void *object, const struct emu_field *fields)
{
    for (; fields->name != NULL; fields++)
        field_write(out, object, fields);
}

static bool field_read(struct emu_reader *in, uint8_t *object, const struct emu_field *field)
{
    uint64_t count, value;
    uint32_t i;

    if (!reader_expect_head(in, 'A', field->name) ||
        !reader_take_number(in, field->name, 4, &count))
        return false;
    if (count != field->count)
        return reader_fault(in, field->name, "it has another number of elements");
    for (i = 0; i < field->count; i++) {
        if (!reader_take_number(in, field->name, 8, &value))
            return false;
        if (!field_fits(field, value))
            return reader_fault(in, field->name, "its value is out of range");
        field_put(object + field->offset + (size_t)i * field->width, field->width, value);
    }
    return true;
}

bool emu_read_fields(struct emu_reader *in, void *object, const struct emu_field *fields,
                     struct emu_error *err)
{
    for (; fields->name != NULL; fields++) {
        if (!field_read(in, object, fields))
            return reader_failed(in, err);
    }
    return true;
}
