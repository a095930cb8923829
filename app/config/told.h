/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guest is told, in a document: libvirt's <sysinfo type='fwcfg'> and <sysinfo
 * type='smbios'>, which counts where <os> has <smbios mode='sysinfo'/>. Any thread, one document at
 * a time.
 */
#ifndef LATHE_CONFIG_TOLD_H
#define LATHE_CONFIG_TOLD_H

#include "app/config/read.h"
#include "app/plan/told.h"

/* Fills the definition's. False with *error, "NAME:LINE: why". */
bool lathe_told_read(struct lathe_config_reader *reader, GError **error);
/* Instead of what the document says; nothing to say takes the elements out. */
void lathe_told_write_files(xmlNode *root, const struct lathe_told *told);
void lathe_told_write_smbios(xmlNode *root, const struct lathe_told *told);

#endif
