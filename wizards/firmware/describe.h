/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What variables and signatures mean, in words. Pure; any thread. */
#ifndef LATHE_WIZARDS_FIRMWARE_DESCRIBE_H
#define LATHE_WIZARDS_FIRMWARE_DESCRIBE_H

#include "wizards/firmware/signature.h"
#include "wizards/firmware/variable.h"

/* One line, for example "2 signatures: x509 2". g_free. */
char *lathe_variable_describe(const struct lathe_variable *variable);
/*
 * One line for each thing that is in it: signatures with owners and dates, the parts of a boot
 * entry, SBAT's lines. An empty array where the line above says all. g_strfreev.
 */
char **lathe_variable_details(const struct lathe_variable *variable);

/* "x509    Debian Secure Boot CA, 2016-08-16 to 2046-08-09, owner ..." g_free. */
char *lathe_signature_describe(const struct lathe_signature *signature);

/* "2016-08-16", in UTC. g_free. */
char *lathe_date_format(gint64 seconds);

#endif
