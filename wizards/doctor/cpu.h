/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a processor offers, from whatever tells it: libvirt's capabilities and domain capabilities,
 * QEMU's query-cpu-model-expansion, /proc/cpuinfo, a definition. Features have several names; sets
 * hold one of them. Any thread, one object at a time.
 */
#ifndef LATHE_WIZARDS_DOCTOR_CPU_H
#define LATHE_WIZARDS_DOCTOR_CPU_H

#include <glib.h>
#include <stdbool.h>

#define DOCTOR_FILE_MAX (4u << 20) /* bytes */

struct doctor_cpu {
    char *model;          /* as it is called there; NULL: not said */
    GHashTable *features; /* a plain name to the name as it was written, both char * */
    GHashTable *models;   /* a set of names that can be asked for there; empty: not said */
};

struct doctor_cpu *doctor_cpu_new(void);
void doctor_cpu_free(struct doctor_cpu *cpu);

/* One name for each feature: "SSE4.1", "sse4_1" and "sse4-1" are one. g_free. */
char *doctor_feature_plain(const char *name);
bool doctor_cpu_has(const struct doctor_cpu *cpu, const char *feature);
void doctor_cpu_add(struct doctor_cpu *cpu, const char *feature);
/* Why it may be missing, translated; NULL: nothing is known of it. */
const char *doctor_feature_reason(const char *feature);

/* What text tells; map: a folder of libvirt's models, for those named only. NULL with *error: it
 * is none of what is known. */
struct doctor_cpu *doctor_cpu_read(const char *text, gsize length, const char *map, GError **error);
struct doctor_cpu *doctor_cpu_read_file(const char *path, const char *map, GError **error);
/* What this program emulates. */
struct doctor_cpu *doctor_cpu_of_lathe(void);
/* The features of a model of libvirt's, which is false where it is not in the folder. */
bool doctor_cpu_add_model(struct doctor_cpu *cpu, const char *map, const char *model);

/* All features that libvirt knows by name there. */
bool doctor_cpu_add_features(struct doctor_cpu *cpu, const char *map);

/* Features of the one that the other lacks, sorted; of char *, borrowed from the one. */
GPtrArray *doctor_cpu_missing(const struct doctor_cpu *wanted, const struct doctor_cpu *offered);

/* A small text file, whole; NULL with *error. g_free. */
char *doctor_load(const char *path, gsize *length, GError **error);

#endif
