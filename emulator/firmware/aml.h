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
