/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema of a definition as rows: which elements and attributes of libvirt's domain XML are
 * known, what their values are, and what this version makes of each. Constant data; any thread.
 */
#ifndef LATHE_CONFIG_SCHEMA_H
#define LATHE_CONFIG_SCHEMA_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define LATHE_CONFIG_NAMESPACE "https://lathe-vm.org/xmlns/domain/1.0"

enum lathe_schema_content {
    LATHE_CONTENT_GROUP,  /* elements only */
    LATHE_CONTENT_ANY,    /* what is below is not looked at, but for rows of ours */
    LATHE_CONTENT_TEXT,   /* anything */
    LATHE_CONTENT_NAME,   /* one line that is not empty */
    LATHE_CONTENT_NUMBER, /* decimal; words is "LEAST MOST" */
    LATHE_CONTENT_SIZE,   /* a number, whose unit attribute says of what */
    LATHE_CONTENT_YESNO,
    LATHE_CONTENT_ONOFF,
    LATHE_CONTENT_WORDS, /* one of words, in three groups: see below */
    LATHE_CONTENT_UUID,
    LATHE_CONTENT_MAC,
    LATHE_CONTENT_HEX, /* as NUMBER, or hexadecimal: "0x1c" */
};

/* What this version makes of it. */
enum lathe_schema_use {
    LATHE_USE_WORKS,  /* it does what it says, or does not touch the machine */
    LATHE_USE_LATER,  /* the machine runs without: the note says how */
    LATHE_USE_KEPT,   /* kept for others and not used: the note says why */
    LATHE_USE_BLOCKS, /* the machine cannot run: the note says why */
};

enum lathe_schema_flags {
    LATHE_SCHEMA_MANY = 1 << 0, /* an element that may come again */
    LATHE_SCHEMA_MUST = 1 << 1, /* an attribute or element that its parent cannot be without */
};

struct lathe_schema_row {
    const char
        *path; /* below <domain>: "os/loader", "os/loader@secure", or "+alias" of any element */
    enum lathe_schema_content content;
    /* Of WORDS: "works works | later later | blocks"; NULL where the content needs none. */
    const char *words;
    enum lathe_schema_use use;
    unsigned flags;
    const char *note; /* what is said where it does not work; NULL: nothing to say */
};

/* The row of a path; NULL: not known. */
const struct lathe_schema_row *lathe_schema_find(const char *path);
/* All rows; the last one has no path. */
const struct lathe_schema_row *lathe_schema_rows(void);

/*
 * Is text a value of the row? True with *use saying what this version makes of it; false with *why,
 * which says what a value is, g_free.
 */
bool lathe_schema_check_value(const struct lathe_schema_row *row, const char *text,
                              enum lathe_schema_use *use, char **why);

/* A number and its unit ("KiB", "GB", "bytes"; NULL: KiB) as bytes; false: no unit, too much. */
bool lathe_schema_size(const char *number, const char *unit, uint64_t *bytes);

#endif
