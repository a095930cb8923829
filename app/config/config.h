/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine's definition as a document: libvirt's domain XML, with what is Lathe's own in a
 * namespace below <metadata>. The document keeps everything that it was read with; the schema
 * (schema.h) says what of it this version knows. Any thread, one document at a time.
 */
#ifndef LATHE_CONFIG_CONFIG_H
#define LATHE_CONFIG_CONFIG_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct lathe_definition;
struct lathe_config;

#define LATHE_CONFIG_MAX_BYTES (4u << 20) /* of a document */

enum lathe_finding_kind {
    LATHE_FINDING_FAULT,  /* wrong: the definition cannot be used */
    LATHE_FINDING_BLOCKS, /* right, but this version cannot run it */
    LATHE_FINDING_LATER,  /* the machine runs without it */
    LATHE_FINDING_KEPT,   /* for others, or not known: kept in the document and not used */
};

struct lathe_finding {
    enum lathe_finding_kind kind;
    long line;  /* in the document's text; 0: none */
    char *text; /* "disk/target bus='ide': a SATA drive stands in for it" */
};

/*
 * Reads a document; name is for messages. Elements that stand alone, as a "<cpu>" or "<disk>", come
 * into a domain of their own. NULL with *error, "NAME:LINE: why": not well-formed, with a document
 * type (so no entities), too large or too deep, no element of a domain. Nothing but text is read.
 */
struct lathe_config *lathe_config_parse(const char *name, const char *text, size_t length,
                                        GError **error);
/* The same of a file. */
struct lathe_config *lathe_config_read(const char *path, GError **error);
/* An empty domain of type "kvm". */
struct lathe_config *lathe_config_new(const char *name);
void lathe_config_free(struct lathe_config *config);
typedef struct lathe_config lathe_config;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_config, lathe_config_free)

/* Is the file's first element <domain>? False also where it cannot be read. */
bool lathe_config_is_file(const char *path);

/* The document as text, indented; the same for the same document. g_free. */
char *lathe_config_format(const struct lathe_config *config);
const char *lathe_config_get_name(const struct lathe_config *config);

/* What is wrong with it and what is not used of it, by line: of struct lathe_finding. */
GArray *lathe_config_check(const struct lathe_config *config);
/* One line for each of a kind, "NAME:LINE: TEXT", those with the same text as one with their lines;
 * NULL: none. g_free. */
char *lathe_findings_format(const struct lathe_config *config, const GArray *findings,
                            enum lathe_finding_kind kind);

/*
 * Fills a new definition; what is not used is noted in it (gaps). False with *error, a line for
 * each fault, and for each thing that keeps it from running here.
 */
bool lathe_config_fill(const struct lathe_config *config, struct lathe_definition *definition,
                       GError **error);

#endif
