/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the writers of seeds share. */
#ifndef LATHE_MEDIA_SEED_PRIVATE_H
#define LATHE_MEDIA_SEED_PRIVATE_H

#include "app/media/seed.h"
#include "app/plan/error.h"

enum { LATHE_SEED_NAME_MAX = 60 };

/* Are they within the bounds, and their names names? */
bool seed_check_files(const struct lathe_seed_file *files, unsigned count, GError **error);

#endif
