/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CPU doctor: explains why a machine's processor cannot be had, or what a guest would miss
 * elsewhere, and writes the smallest change of its definition that helps. It reads the files that
 * it is told; any thread.
 */
#ifndef LATHE_WIZARDS_DOCTOR_H
#define LATHE_WIZARDS_DOCTOR_H

#include "wizards/flow/answers.h"

extern const struct lathe_flow lathe_doctor_flow;

/* A message, or a definition, as answers. NULL with *error: too long, or no text. */
struct lathe_answers *lathe_doctor_read(const char *text, gsize length, GError **error);

#endif
