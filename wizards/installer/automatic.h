/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of answers for installers: kickstart, AutoYaST, preseed, autoinstall, from one model.
 * Inside of wizards/installer, and for wizards/cloud and wizards/netboot, which ask the same.
 */
#ifndef LATHE_INSTALLER_AUTOMATIC_H
#define LATHE_INSTALLER_AUTOMATIC_H

#include "wizards/flow/answers.h"

extern const struct lathe_question installer_automatic_questions[];
void installer_automatic_validate(const struct lathe_answers *answers,
                                  struct lathe_problems *problems);
void installer_automatic_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome);
/* Gives the salt that nobody typed. */
void installer_complete(struct lathe_answers *answers);
/* The same whatever else is answered: of flows with a question "salt". */
void installer_complete_salt(struct lathe_answers *answers);

/* The password as a hash of crypt (SHA-512); itself if it is one; "" if there is none. g_free. */
char *installer_hash(const struct lathe_answers *answers, const char *id, const char *user);
/* The disk without /dev/; g_free. */
char *installer_disk_name(const struct lathe_answers *answers);
/* A list's lines; g_free. */
char *installer_joined(const struct lathe_answers *answers, const char *id, const char *between);

/* Is as little as can be to be installed? */
bool installer_is_minimal(const struct lathe_answers *answers);

/* The writers. */
void installer_kickstart(const struct lathe_answers *answers, struct lathe_outcome *outcome);
void installer_autoyast(const struct lathe_answers *answers, struct lathe_outcome *outcome);
void installer_preseed(const struct lathe_answers *answers, struct lathe_outcome *outcome);
void installer_autoinstall(const struct lathe_answers *answers, struct lathe_outcome *outcome);

#endif
