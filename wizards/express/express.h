/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Installing a system without a question: a few answers, asked as a flow (wizards/flow) by a
 * window, a terminal or a file, become the installer's file of answers, which is put where that
 * installer looks for it; the machine then installs and starts by itself. Any thread; what makes
 * files blocks.
 */
#ifndef LATHE_EXPRESS_EXPRESS_H
#define LATHE_EXPRESS_EXPRESS_H

#include "app/plan/definition.h"
#include "app/settings/system.h"
#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_express_flow;

/*
 * Which system the installer on the medium installs: an answer to the question "system"; static.
 * NULL: it is none of those that can be told all, or not known, as with a kernel of unknown origin.
 */
const char *lathe_express_system(const struct lathe_start *start);

/* New answers for a machine of this name: the medium's system, the user's name, language, keyboard
 * and time zone as they are here. The password is missing. lathe_answers_free. */
struct lathe_answers *lathe_express_answers(const struct lathe_start *start, const char *machine);

/* What a machine that is made with lathe_express_prepare says of itself beside the usual. */
#define LATHE_EXPRESS_AREAS                                                                        \
    (LATHE_AREA_KERNEL | LATHE_AREA_INITRD | LATHE_AREA_APPEND | LATHE_AREA_INSTALL)

/* Are the answers complete, and can it be done with this machine: a disk to install on, and an
 * installer to start? False with *error, one sentence. */
bool lathe_express_check(const struct lathe_answers *answers,
                         const struct lathe_definition *definition, GError **error);
/*
 * A lathe_make_prepare (app/settings/make.h); opaque: the answers, which passed
 * lathe_express_check. Puts the installer's kernel and the files of answers into the folder,
 * readable for the user alone and with passwords as hashes, and into the definition.
 */
bool lathe_express_prepare(struct lathe_definition *definition, const char *folder, void *opaque,
                           GError **error);

#endif
