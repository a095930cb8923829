/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disk images made of others. Any thread; blocks. False with *error: nothing new is left. */
#ifndef LATHE_IMAGES_CONVERT_H
#define LATHE_IMAGES_CONVERT_H

#include "app/images/image.h"
#include "app/images/task.h"

/* Makes a qcow2 image of the same contents at a path where there is nothing; zeroes take no space.
 * It is on the disk when it returns. The task grows by the image's size. */
bool lathe_image_convert(struct lathe_image *image, const char *path, struct lathe_task *task,
                         GError **error);
/* Copies bytes into a new file. The task grows by their number. */
bool lathe_span_copy(const struct lathe_span *bytes, const char *path, struct lathe_task *task,
                     GError **error);
/* The checksum of bytes, in hexadecimal; g_free. NULL with *error. */
char *lathe_span_sum(const struct lathe_span *bytes, GChecksumType type, struct lathe_task *task,
                     GError **error);

/* Is all of it zeroes? */
bool lathe_is_zero(const void *data, size_t length);

#endif
