/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to firmware/: the description of the board in AML. */
#ifndef EMU_FIRMWARE_ACPI_PRIVATE_H
#define EMU_FIRMWARE_ACPI_PRIVATE_H

#include "emulator/firmware/acpi.h"
#include "emulator/firmware/aml.h"

/* Appends the body of the DSDT, without the table's header. */
void emu_acpi_dsdt(struct aml *aml, const struct emu_acpi_board *board);

#endif
