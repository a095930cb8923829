/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * _OSC of the PCI root (PCI Firmware Specification 3.2, 4.5): the system takes over hot-plugging
 * and the PCI Express capabilities; errors and power management events stay with nobody.
 */
#include "emulator/firmware/acpi-private.h"

/* Status, the first dword. */
#define OSC_BAD_UUID     0x04u
#define OSC_BAD_REVISION 0x08u
#define OSC_MASKED       0x10u /* not all that was asked for is granted */

/* Control, the third. */
#define OSC_HOT_PLUG     0x01u
#define OSC_CAPABILITIES 0x10u

static void osc_dword_field(struct aml *aml, unsigned offset, const char *name)
{
    aml_byte(aml, AML_DWORD_FIELD);
    aml_byte(aml, AML_ARG3);
    aml_integer(aml, offset);
    aml_name_string(aml, name);
}

/* Or (CDW1, bits, CDW1) */
static void osc_set_status(struct aml *aml, unsigned bits)
{
    aml_byte(aml, AML_OR);
    aml_name_string(aml, "CDW1");
    aml_integer(aml, bits);
    aml_name_string(aml, "CDW1");
}

static void osc_check_revision(struct aml *aml)
{
    aml_open_if(aml);
    aml_byte(aml, AML_NOT);
    aml_byte(aml, AML_EQUAL);
    aml_byte(aml, AML_ARG1);
    aml_integer(aml, 1);
    osc_set_status(aml, OSC_BAD_REVISION);
    aml_close(aml);
}

static void osc_grant(struct aml *aml)
{
    osc_dword_field(aml, 8, "CDW3");
    aml_byte(aml, AML_AND);
    aml_name_string(aml, "CDW3");
    aml_integer(aml, OSC_HOT_PLUG | OSC_CAPABILITIES);
    aml_byte(aml, AML_LOCAL0);
    aml_open_if(aml);
    aml_byte(aml, AML_NOT);
    aml_byte(aml, AML_EQUAL);
    aml_name_string(aml, "CDW3");
    aml_byte(aml, AML_LOCAL0);
    osc_set_status(aml, OSC_MASKED);
    aml_close(aml);
    aml_byte(aml, AML_STORE);
    aml_byte(aml, AML_LOCAL0);
    aml_name_string(aml, "CDW3");
}

void emu_acpi_osc(struct aml *aml)
{
    /* 33db4d5b-1ff7-401c-9657-7441c03dd766 */
    static const uint8_t uuid[16] = {0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f, 0x1c, 0x40,
                                     0x96, 0x57, 0x74, 0x41, 0xc0, 0x3d, 0xd7, 0x66};

    aml_open_method(aml, "_OSC", 4 | AML_SERIALIZED);
    osc_dword_field(aml, 0, "CDW1");
    aml_open_if(aml);
    aml_byte(aml, AML_EQUAL);
    aml_byte(aml, AML_ARG0);
    aml_buffer(aml, uuid, sizeof(uuid));
    osc_check_revision(aml);
    osc_grant(aml);
    aml_close(aml);
    aml_open_else(aml);
    osc_set_status(aml, OSC_BAD_UUID);
    aml_close(aml);
    aml_return(aml);
    aml_byte(aml, AML_ARG3);
    aml_close(aml);
}
