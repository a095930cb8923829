/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in the sections that boot loaders and unified kernel images have by convention. Pure.
 */
#ifndef LATHE_WIZARDS_FIRMWARE_PE_CONTENTS_H
#define LATHE_WIZARDS_FIRMWARE_PE_CONTENTS_H

#include "wizards/firmware/pe.h"

/*
 * A line or more about a section that is known by name: SBAT's entries, the command line, which
 * kernel and initrd, shim's own certificates. An empty array for other sections. g_strfreev.
 */
char **lathe_pe_section_describe(const struct lathe_pe *pe, const struct lathe_pe_section *section);

#endif
