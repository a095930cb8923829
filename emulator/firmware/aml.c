/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AML writer: growing bytes, and package lengths inserted when a term is closed. */
#include "emulator/firmware/aml.h"

#include <stdlib.h>
#include <string.h>

void aml_init(struct aml *aml)
{
    *aml = (struct aml){0};
}

void aml_finish(struct aml *aml)
{
    free(aml->data);
    *aml = (struct aml){0};
}

static bool aml_reserve(struct aml *aml, size_t more)
{
    size_t capacity = aml->capacity != 0 ? aml->capacity : 1024;
    uint8_t *data;

    if (aml->failed)
        return false;
    while (capacity - aml->length < more)
        capacity *= 2;
    if (capacity == aml->capacity)
        return true;
    data = realloc(aml->data, capacity);
    if (data == NULL) {
        aml->failed = true;
        return false;
    }
    aml->data = data;
    aml->capacity = capacity;
    return true;
}

void aml_bytes(struct aml *aml, const void *data, size_t length)
{
    if (length == 0 || !aml_reserve(aml, length))
        return;
    memcpy(aml->data + aml->length, data, length);
    aml->length += length;
}

void aml_byte(struct aml *aml, uint8_t value)
{
    aml_bytes(aml, &value, 1);
}

static void aml_little(struct aml *aml, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        aml_byte(aml, (uint8_t)(value >> (8 * i)));
}

/* ---- names ---- */

static void aml_name_segment(struct aml *aml, const char *segment, size_t length)
{
    char padded[4] = {'_', '_', '_', '_'};

    memcpy(padded, segment, length < 4 ? length : 4);
    aml_bytes(aml, padded, 4);
}

void aml_name_string(struct aml *aml, const char *path)
{
    unsigned segments = 1;

    if (*path == '\\')
        aml_byte(aml, (uint8_t)*path++);
    if (*path == '\0') {
        aml_byte(aml, 0);
        return;
    }
    for (const char *p = path; *p != '\0'; p++)
        segments += *p == '.';
    if (segments == 2)
        aml_byte(aml, AML_DUAL_NAME);
    if (segments > 2) {
        aml_byte(aml, AML_MULTI_NAME);
        aml_byte(aml, (uint8_t)segments);
    }
    while (segments-- > 0) {
        size_t length = strcspn(path, ".");
        aml_name_segment(aml, path, length);
        path += length + 1;
    }
}

/* ---- package lengths ---- */

static void aml_open(struct aml *aml)
{
    if (aml->depth == AML_MAX_DEPTH) {
        aml->failed = true;
        return;
    }
    aml->open[aml->depth++] = aml->length;
}

/* The length counts its own bytes: one up to 63, else up to four. */
static unsigned aml_encode_length(size_t content, uint8_t out[4])
{
    unsigned bytes = 1;
    size_t total;

    if (content + 1 < 64) {
        out[0] = (uint8_t)(content + 1);
        return 1;
    }
    do {
        bytes++;
        total = content + bytes;
    } while (bytes < 4 && total >= (size_t)1 << (4 + 8 * (bytes - 1)));
    out[0] = (uint8_t)((bytes - 1) << 6 | (total & 0xf));
    for (unsigned i = 1; i < bytes; i++)
        out[i] = (uint8_t)(total >> (4 + 8 * (i - 1)));
    return bytes;
}

void aml_close(struct aml *aml)
{
    uint8_t encoded[4];
    unsigned bytes;
    size_t at;

    if (aml->failed || aml->depth == 0)
        return;
    at = aml->open[--aml->depth];
    bytes = aml_encode_length(aml->length - at, encoded);
    if (!aml_reserve(aml, bytes))
        return;
    memmove(aml->data + at + bytes, aml->data + at, aml->length - at);
    memcpy(aml->data + at, encoded, bytes);
    aml->length += bytes;
}

void aml_open_scope(struct aml *aml, const char *path)
{
    aml_byte(aml, AML_SCOPE);
    aml_open(aml);
    aml_name_string(aml, path);
}

void aml_open_device(struct aml *aml, const char *name)
{
    aml_byte(aml, AML_EXTENDED);
    aml_byte(aml, AML_EXT_DEVICE);
    aml_open(aml);
    aml_name_string(aml, name);
}

void aml_open_method(struct aml *aml, const char *name, unsigned arguments)
{
    aml_byte(aml, AML_METHOD);
    aml_open(aml);
    aml_name_string(aml, name);
    aml_byte(aml, (uint8_t)arguments);
}

void aml_open_package(struct aml *aml, unsigned elements)
{
    aml_byte(aml, AML_PACKAGE);
    aml_open(aml);
    aml_byte(aml, (uint8_t)elements);
}

void aml_open_if(struct aml *aml)
{
    aml_byte(aml, AML_IF);
    aml_open(aml);
}

void aml_open_else(struct aml *aml)
{
    aml_byte(aml, AML_ELSE);
    aml_open(aml);
}

void aml_return(struct aml *aml)
{
    aml_byte(aml, AML_RETURN);
}

/* ---- data ---- */

void aml_integer(struct aml *aml, uint64_t value)
{
    if (value <= 1) {
        aml_byte(aml, value == 0 ? AML_ZERO : AML_ONE);
    } else if (value <= UINT8_MAX) {
        aml_byte(aml, AML_BYTE);
        aml_little(aml, value, 1);
    } else if (value <= UINT16_MAX) {
        aml_byte(aml, AML_WORD);
        aml_little(aml, value, 2);
    } else if (value <= UINT32_MAX) {
        aml_byte(aml, AML_DWORD);
        aml_little(aml, value, 4);
    } else {
        aml_byte(aml, AML_QWORD);
        aml_little(aml, value, 8);
    }
}

void aml_string(struct aml *aml, const char *text)
{
    aml_byte(aml, AML_STRING);
    aml_bytes(aml, text, strlen(text) + 1);
}

static unsigned aml_hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

/* Three letters of five bits, four hexadecimal digits, big-endian. */
void aml_eisa_id(struct aml *aml, const char *id)
{
    uint32_t value = 0;

    for (int i = 0; i < 3; i++)
        value = value << 5 | (uint32_t)(id[i] - 0x40);
    for (int i = 3; i < 7; i++)
        value = value << 4 | aml_hex_digit(id[i]);
    aml_byte(aml, AML_DWORD);
    aml_little(aml, __builtin_bswap32(value), 4);
}

void aml_buffer(struct aml *aml, const void *data, size_t length)
{
    aml_byte(aml, AML_BUFFER);
    aml_open(aml);
    aml_integer(aml, length);
    aml_bytes(aml, data, length);
    aml_close(aml);
}

void aml_name(struct aml *aml, const char *name)
{
    aml_byte(aml, AML_NAME);
    aml_name_string(aml, name);
}

void aml_name_integer(struct aml *aml, const char *name, uint64_t value)
{
    aml_name(aml, name);
    aml_integer(aml, value);
}

void aml_name_eisa_id(struct aml *aml, const char *name, const char *id)
{
    aml_name(aml, name);
    aml_eisa_id(aml, id);
}

void aml_name_string_value(struct aml *aml, const char *name, const char *text)
{
    aml_name(aml, name);
    aml_string(aml, text);
}

void aml_region(struct aml *aml, const char *name, uint8_t space, uint64_t offset, uint64_t length)
{
    aml_byte(aml, AML_EXTENDED);
    aml_byte(aml, AML_EXT_REGION);
    aml_name_string(aml, name);
    aml_byte(aml, space);
    aml_integer(aml, offset);
    aml_integer(aml, length);
}

/* ---- resources ---- */

enum {
    RESOURCE_DMA = 0x2a, /* small, 2 bytes */
    RESOURCE_IRQ = 0x22, /* small, 2 bytes: edge, high, exclusive */
    RESOURCE_IO = 0x47,  /* small, 7 bytes */
    RESOURCE_END = 0x79, /* small, 1 byte: checksum, 0 for "not checked" */
    RESOURCE_MEMORY32 = 0x86,
    RESOURCE_DWORD = 0x87,
    RESOURCE_WORD = 0x88,
    RESOURCE_QWORD = 0x8a,
};
enum { WINDOW_MEMORY = 0, WINDOW_IO = 1, WINDOW_BUS = 2 };
#define WINDOW_FIXED       0x0c /* minimum and maximum are fixed; positively decoded */
#define WINDOW_MEMORY_TYPE 0x01 /* read-write, not cacheable */
#define WINDOW_IO_TYPE     0x03 /* the whole range, ISA and not */

/* A buffer whose size, in a fixed two bytes, is filled in at the end. */
void aml_open_resources(struct aml *aml, const char *name)
{
    aml_name(aml, name);
    aml_byte(aml, AML_BUFFER);
    aml_open(aml);
    aml_byte(aml, AML_WORD);
    aml_little(aml, 0, 2);
}

void aml_close_resources(struct aml *aml)
{
    aml_byte(aml, RESOURCE_END);
    aml_byte(aml, 0);
    if (!aml->failed && aml->depth > 0) {
        size_t at = aml->open[aml->depth - 1] + 1;
        size_t size = aml->length - at - 2;
        aml->data[at] = (uint8_t)size;
        aml->data[at + 1] = (uint8_t)(size >> 8);
    }
    aml_close(aml);
}

void aml_resource_io(struct aml *aml, uint16_t base, uint8_t length)
{
    aml_byte(aml, RESOURCE_IO);
    aml_byte(aml, 1); /* 16-bit decoding */
    aml_little(aml, base, 2);
    aml_little(aml, base, 2);
    aml_byte(aml, 1); /* alignment */
    aml_byte(aml, length);
}

void aml_resource_irq(struct aml *aml, unsigned irq)
{
    aml_byte(aml, RESOURCE_IRQ);
    aml_little(aml, 1u << irq, 2);
}

void aml_resource_dma(struct aml *aml, unsigned channel)
{
    aml_byte(aml, RESOURCE_DMA);
    aml_little(aml, 1u << channel, 1);
    aml_byte(aml, 0); /* compatible timing, no master, 8 bits */
}

void aml_resource_memory32(struct aml *aml, uint32_t base, uint32_t length)
{
    aml_byte(aml, RESOURCE_MEMORY32);
    aml_little(aml, 9, 2);
    aml_byte(aml, 1); /* writable */
    aml_little(aml, base, 4);
    aml_little(aml, length, 4);
}

/* The three address space descriptors differ in the width of their fields only. */
static void aml_window(struct aml *aml, uint8_t tag, unsigned width, uint8_t kind, uint8_t type,
                       uint64_t first, uint64_t last)
{
    aml_byte(aml, tag);
    aml_little(aml, 3 + 5 * width, 2);
    aml_byte(aml, kind);
    aml_byte(aml, WINDOW_FIXED);
    aml_byte(aml, type);
    aml_little(aml, 0, width); /* granularity */
    aml_little(aml, first, width);
    aml_little(aml, last, width);
    aml_little(aml, 0, width); /* translation */
    aml_little(aml, last - first + 1, width);
}

void aml_resource_bus(struct aml *aml, uint16_t first, uint16_t last)
{
    aml_window(aml, RESOURCE_WORD, 2, WINDOW_BUS, 0, first, last);
}

void aml_resource_io_window(struct aml *aml, uint16_t first, uint16_t last)
{
    aml_window(aml, RESOURCE_WORD, 2, WINDOW_IO, WINDOW_IO_TYPE, first, last);
}

void aml_resource_window32(struct aml *aml, uint32_t first, uint32_t last)
{
    aml_window(aml, RESOURCE_DWORD, 4, WINDOW_MEMORY, WINDOW_MEMORY_TYPE, first, last);
}

void aml_resource_window64(struct aml *aml, uint64_t first, uint64_t last)
{
    aml_window(aml, RESOURCE_QWORD, 8, WINDOW_MEMORY, WINDOW_MEMORY_TYPE, first, last);
}
