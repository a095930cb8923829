/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which firmware a machine starts in: what the user asked for, turned into files of this host.
 * Any thread, one definition at a time.
 */
#ifndef LATHE_FIRMWARE_FIRMWARE_H
#define LATHE_FIRMWARE_FIRMWARE_H

#include "app/firmware/descriptor.h"
#include "app/plan/definition.h"

/* Another firmware, a word or a file. Variables of the one before are forgotten with it: a store is
 * one firmware's own. */
void lathe_firmware_change(struct lathe_definition *definition, const char *firmware);

/*
 * Takes "WORD[,vars=FILE]" or "IMAGE[,vars=FILE]" apart into definition->firmware and its vars;
 * WORD is auto, none, bios, uefi or uefi-secure. False with *error: an option that is none.
 */
bool lathe_firmware_parse(struct lathe_definition *definition, const char *text, GError **error);

/*
 * The first of the list that has what the word asks for and that this machine can run: "uefi" has
 * no Secure Boot and boots everything, and so does "auto"; "uefi-secure" has it with enrolled keys.
 * NULL: none.
 */
const struct lathe_descriptor *lathe_firmware_choose(const struct lathe_descriptor_list *list,
                                                     const char *word);

/* Why this program's machines cannot start in it, static and marked for translation; NULL: they
 * can. Looks whether its files are there. */
const char *lathe_firmware_refusal(const struct lathe_descriptor *descriptor);

/* The VGA BIOS of an adapter; NULL: none is installed, or it needs none. g_free. */
char *lathe_firmware_find_video_rom(enum emu_gpu gpu);

/*
 * Fills the files of definition->firmware, and of the adapter's VGA BIOS if there is firmware.
 * "auto" with a kernel is none: the emulator starts the kernel itself; with a medium that only BIOS
 * or only UEFI can start (definition->boots) it is that, and definition->notes says so. A file for
 * the variables that does not exist is made from the template; without one the machine has it in
 * its home, or a copy that is forgotten. False with *error: not installed (and which package has
 * it), or no such file.
 */
bool lathe_firmware_settle(struct lathe_definition *definition, GError **error);

/* Gives each network adapter the boot ROM of this host that fits it, if the machine has firmware
 * that needs one. The definition is complete. */
void lathe_firmware_find_roms(struct lathe_definition *definition);

#endif
