/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disk images written from front to back: streamOptimized VMDK, as OVF packages hold them. */
#ifndef LATHE_IMAGES_STREAM_H
#define LATHE_IMAGES_STREAM_H

#include "app/images/image.h"
#include "app/images/task.h"

/* Where what is written goes; false with *error. */
typedef bool lathe_stream_sink(void *opaque, const void *data, size_t length, GError **error);

/*
 * Writes an image as a stream; name is the file's, for the descriptor. *written: its bytes. The
 * task grows by the image's size. False with *error: not all of it was written. Any thread.
 */
bool lathe_stream_write(struct lathe_image *image, const char *name, lathe_stream_sink *sink,
                        void *opaque, struct lathe_task *task, uint64_t *written, GError **error);

#endif
