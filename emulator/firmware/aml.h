/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small writer of ACPI Machine Language (ACPI 6.5, chapter 20). Terms are appended in order; what
 * has a package length is opened and closed. Errors (no memory) are remembered, and asked for once.
 */
#ifndef EMU_FIRMWARE_AML_H
#define EMU_FIRMWARE_AML_H

#include "emulator/api/types.h"

#define AML_MAX_DEPTH 16

struct aml {
    uint8_t *data;
    size_t length, capacity;
    size_t open[AML_MAX_DEPTH]; /* where each open term's package length belongs */
    unsigned depth;
    bool failed;
};

void aml_init(struct aml *aml);
void aml_finish(struct aml *aml);

/* Opcodes (ACPI 6.5, 20.2.5). Terms that have no function below are written byte by byte. */
enum aml_opcode {
    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_STRING = 0x0d,
    AML_QWORD = 0x0e,
    AML_SCOPE = 0x10,
    AML_BUFFER = 0x11,
    AML_PACKAGE = 0x12,
    AML_METHOD = 0x14,
    AML_DUAL_NAME = 0x2e,
    AML_MULTI_NAME = 0x2f,
    AML_EXTENDED = 0x5b, /* one of AML_EXT_... follows */
    AML_EXT_REGION = 0x80,
    AML_EXT_FIELD = 0x81,
    AML_EXT_DEVICE = 0x82,
    AML_LOCAL0 = 0x60,
    AML_LOCAL1 = 0x61,
    AML_ARG0 = 0x68,
    AML_ARG1 = 0x69,
    AML_ARG2 = 0x6a,
    AML_ARG3 = 0x6b,
    AML_STORE = 0x70,
    AML_ADD = 0x72,
    AML_AND = 0x7b,
    AML_OR = 0x7d,
    AML_DEREF = 0x83,
    AML_NOTIFY = 0x86,
    AML_INDEX = 0x88,
    AML_DWORD_FIELD = 0x8a,
    AML_NOT = 0x92,
    AML_EQUAL = 0x93,
    AML_LESS = 0x95,
    AML_IF = 0xa0,
    AML_ELSE = 0xa1,
    AML_RETURN = 0xa4,
};

#define AML_SERIALIZED 0x08u /* among a method's number of arguments */

/* Raw bytes. */
void aml_bytes(struct aml *aml, const void *data, size_t length);
void aml_byte(struct aml *aml, uint8_t value);

/* Names are "PCI0", "_SB" (padded), or paths "\\_SB.PCI0"; segments joined by dots. */
void aml_name_string(struct aml *aml, const char *path);

/* Open terms; each is ended by aml_close. */
void aml_open_scope(struct aml *aml, const char *path);
void aml_open_device(struct aml *aml, const char *name);
void aml_open_method(struct aml *aml, const char *name, unsigned arguments);
void aml_open_package(struct aml *aml, unsigned elements);
void aml_open_if(struct aml *aml); /* a predicate follows */
void aml_open_else(struct aml *aml);
void aml_close(struct aml *aml);

/* Return (...): its operand follows. */
void aml_return(struct aml *aml);

/* Data: the shortest encoding of an integer; strings; EISA ids ("PNP0501"). */
void aml_integer(struct aml *aml, uint64_t value);
void aml_string(struct aml *aml, const char *text);
void aml_eisa_id(struct aml *aml, const char *id);
void aml_buffer(struct aml *aml, const void *data, size_t length);

/* Name(name, ...): the object follows, or is given. */
void aml_name(struct aml *aml, const char *name);
void aml_name_integer(struct aml *aml, const char *name, uint64_t value);
void aml_name_eisa_id(struct aml *aml, const char *name, const char *id);
void aml_name_string_value(struct aml *aml, const char *name, const char *text);

/* OperationRegion(name, space, offset, length): space 0 memory, 1 ports, 2 PCI configuration. */
void aml_region(struct aml *aml, const char *name, uint8_t space, uint64_t offset, uint64_t length);

/* Resource descriptors (chapter 6.4), collected between open and close: Name(_CRS, ...). */
void aml_open_resources(struct aml *aml, const char *name);
void aml_resource_io(struct aml *aml, uint16_t base, uint8_t length);
void aml_resource_irq(struct aml *aml, unsigned irq);     /* edge, high, exclusive */
void aml_resource_dma(struct aml *aml, unsigned channel); /* of the ISA bus, bytes */
void aml_resource_memory32(struct aml *aml, uint32_t base, uint32_t length);
void aml_resource_bus(struct aml *aml, uint16_t first, uint16_t last);
void aml_resource_io_window(struct aml *aml, uint16_t first, uint16_t last);
void aml_resource_window32(struct aml *aml, uint32_t first, uint32_t last);
void aml_resource_window64(struct aml *aml, uint64_t first, uint64_t last);
void aml_close_resources(struct aml *aml);

#endif
