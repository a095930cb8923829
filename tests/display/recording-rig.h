/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording of pictures that the test knows, for tests of its readers. */
#ifndef LATHE_TESTS_RECORDING_RIG_H
#define LATHE_TESTS_RECORDING_RIG_H

#include "display/record/recording.h"
#include "display/record/writer.h"

#define RIG_FRAMES 60

/* Two heads in turn: small changes, whole ones, other modes, a pointer. */
struct rig_movie {
    char *path;
    struct emu_surface shown[RIG_FRAMES]; /* each frame's picture */
    struct emu_cursor cursors[RIG_FRAMES];
    struct emu_surface heads[2];
};

/* Written, with its end; the file is a temporary one. */
struct rig_movie *rig_movie_new(void);
/* The file goes, too. */
void rig_movie_free(struct rig_movie *movie);

bool rig_same(const struct emu_surface *a, const struct emu_surface *b);

#endif
