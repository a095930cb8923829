/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes of a file that somebody else wrote: all of it, or a member of an archive. Reading never
 * leaves them. Any thread, as the file's owner keeps it open. False with *error: one line that
 * names the file.
 */
#ifndef LATHE_IMAGES_SPAN_H
#define LATHE_IMAGES_SPAN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define LATHE_SPAN_SECTOR 512u

struct lathe_span {
    int fd;                /* the owner's */
    uint64_t offset, size; /* in the file */
    const char *name;      /* for messages; the owner's */
};

/* All of an open file. */
bool lathe_span_of_file(int fd, const char *name, struct lathe_span *bytes, GError **error);
/* Exactly length bytes; fails where they are not all there. */
bool lathe_span_read(const struct lathe_span *bytes, uint64_t at, void *buffer, size_t length,
                     GError **error);
/* Is it known, without reading, that these are zeroes? */
bool lathe_span_is_hole(const struct lathe_span *bytes, uint64_t at, uint64_t length);
/* "'NAME' cannot be read: WHY"; returns false always. */
bool lathe_span_refuse(const struct lathe_span *bytes, GError **error, const char *why);

#endif
