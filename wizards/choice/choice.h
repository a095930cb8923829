/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard for firmware: what a machine is and what it shall be able to do, which of the host's
 * firmware is that and why the others are not, and the choice as a definition and as arguments.
 * It reads descriptors of the host, and of stores whether they fit; any thread.
 */
#ifndef LATHE_WIZARDS_CHOICE_H
#define LATHE_WIZARDS_CHOICE_H

#include "app/plan/definition.h"
#include "wizards/firmware/catalogue.h"
#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_firmware_flow;

/*
 * What a definition (libvirt's XML) says about its firmware, as answers. NULL with *error: it is
 * none, or it is broken.
 */
struct lathe_answers *lathe_firmware_read(const char *text, gsize length, GError **error);

/*
 * Puts the choice into a machine's definition: image, template, protection and a store. Variables
 * are kept if it is the firmware that the machine has; else it gets others in its home, those that
 * it had with this firmware before, or new ones. Writes no file. False with *error: there is no
 * such firmware, Lathe's machines cannot start in it, or the named store is another one's.
 */
bool lathe_firmware_apply(const struct lathe_answers *answers, struct lathe_definition *definition,
                          GError **error);
/* What a machine has, as answers. */
void lathe_firmware_take(struct lathe_answers *answers, const struct lathe_definition *definition);
/* What became of its variables, in sentences; "": nothing. Of both the home is after's. g_free. */
char *lathe_firmware_tell(const struct lathe_definition *before,
                          const struct lathe_definition *after);

/* ---- within the wizard ---- */

/* What the answers come to. */
struct choice {
    struct lathe_catalogue *catalogue;
    GPtrArray *with, *without; /* of const char *, ended by NULL */
    struct lathe_firmware_wish wish;
    const struct lathe_firmware_item *item; /* NULL: none fits */
    const struct lathe_answers *answers;
};

/* Reads the host's firmware and chooses; it is in use until choice_clear. */
void choice_init(struct choice *choice, const struct lathe_answers *answers);
void choice_clear(struct choice *choice);
/* Appends the choice and why others were passed over, a line each. */
void choice_write_reasons(const struct choice *choice, GString *out);
/* The chosen one as a definition, and as QEMU's arguments. */
void choice_write_libvirt(const struct choice *choice, GString *out);
void choice_write_qemu(const struct choice *choice, GString *out);
/* What is to be known of it. */
void choice_note(const struct choice *choice, struct lathe_outcome *outcome);

#endif
