/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A first look at the files that a machine is made of, so that what is wrong is said by name. */
#ifndef LATHE_SETTINGS_INPUTS_H
#define LATHE_SETTINGS_INPUTS_H

#include <glib.h>
#include <stdbool.h>

struct lathe_definition;

/* Are kernel and initrd given as they must be, and readable? False with *error. */
bool lathe_inputs_check(const struct lathe_definition *definition, GError **error);
/* "lathe run FILE": a disc image as --cdrom, a disk image as --disk whose changes are discarded,
 * a kernel image as --kernel; refuses anything else by what it is. */
bool lathe_inputs_take_file(struct lathe_definition *definition, const char *path, GError **error);

/* Discs of today start desktops: more memory than the default, where the host has it to spare. */
void lathe_inputs_settle_memory(struct lathe_definition *definition);

/* Looks at what the firmware finds first that boots: fills definition->boots and its text. What
 * cannot be read is for those to say who open it. */
void lathe_inputs_look(struct lathe_definition *definition);
/* Notes which systems libosinfo knows on the discs. Takes up to a second. */
void lathe_inputs_identify(struct lathe_definition *definition);

#endif
