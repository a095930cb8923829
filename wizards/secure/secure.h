/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard "secure-execution": Red Hat Enterprise Linux CoreOS in a guest that IBM Z's ultravisor
 * protects from its host. It makes an overlay over the image, Ignition with the host keys, the same
 * encrypted for the image, and QEMU's commands. gpg runs when answers are checked and used; any
 * thread.
 */
#ifndef LATHE_SECURE_SECURE_H
#define LATHE_SECURE_SECURE_H

#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_secure_flow;

/* Butane that somebody has, as far as there are questions about it: the keys and the hash of core.
 * New answers; NULL with *error: no YAML. */
struct lathe_answers *lathe_secure_read(const char *text, gsize length, GError **error);

#endif
