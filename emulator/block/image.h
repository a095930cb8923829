/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the image formats offer open.c and each other. Each constructor takes the open file, also
 * when it fails.
 */
#ifndef EMU_BLOCK_IMAGE_H
#define EMU_BLOCK_IMAGE_H

#include "emulator/api/block.h"
#include "emulator/block/file.h"

#define BLOCK_MAX_DEPTH 32 /* images behind each other */

/* probed: nobody said that it is raw, so its first sector must not begin to look otherwise. */
bool block_raw_new(struct block_file *file, bool probed, struct emu_block_backend *out,
                   struct emu_error *err);
/* depth: how many images lie in front of it. */
bool block_qcow2_new(struct block_file *file, unsigned depth, struct emu_block_backend *out,
                     struct emu_error *err);
/* Reads the header only; the file stays the caller's. */
bool block_qcow2_inspect(const struct block_file *file, struct emu_block_info *out,
                         struct emu_error *err);
/* Writes go to an unnamed temporary file in front of *base, which it takes. */
bool block_overlay_new(struct emu_block_backend *base, struct emu_block_backend *out,
                       struct emu_error *err);

/* As emu_block_open, for an image behind depth others. */
bool block_open_image(const struct emu_block_options *options, unsigned depth,
                      struct emu_block_backend *out, struct emu_error *err);
/* Do these first bytes belong to a format that can name other files? */
bool block_is_qcow2(const void *head, size_t length);

#endif
