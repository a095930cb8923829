/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is before a machine boots it: a disc, a disk image or neither, and which firmware can
 * start what lies in it. Files are hostile: every read is within the file and every walk is
 * bounded.
 */
#ifndef LATHE_MEDIA_MEDIA_H
#define LATHE_MEDIA_MEDIA_H

#include <glib.h>
#include <stdbool.h>

enum lathe_media_kind {
    LATHE_MEDIA_DISC, /* ISO 9660: belongs into a CD drive */
    LATHE_MEDIA_DISK, /* anything whose sectors are a hard disk's */
};

struct lathe_media {
    enum lathe_media_kind kind;
    const char *format; /* "raw" or "qcow2"; static */
    unsigned boots;     /* LATHE_BOOTS_... (app/plan/definition.h); 0: nothing that boots */
    unsigned as_disk;   /* of a disc: what could start it if it were a disk (a hybrid image) */
    bool cut_short;     /* the file ends before what it says it holds */
    guint64 size;       /* bytes of the medium, not of a compressed file */
    guint64 claimed;    /* of a disc: bytes that its descriptor says it has */
    /* Of a disc, never NULL there, UTF-8 without trailing spaces; for libosinfo and titles. */
    char *volume, *system, *publisher, *application;
};

/* Where the bytes of a medium come from. read: within size; 0 or an errno value. */
struct lathe_media_source {
    guint64 size;
    int (*read)(void *opaque, guint64 offset, void *buffer, gsize length);
    void *opaque;
};

/*
 * Looks at a file; *media is filled and then cleared by the caller. False with *error, one sentence
 * that says what the file is instead, or what is wrong with it. Any thread; reads a few sectors.
 */
bool lathe_media_look(const char *path, struct lathe_media *media, GError **error);
/* The same for bytes from elsewhere; name is for the sentences. */
bool lathe_media_look_source(const struct lathe_media_source *source, const char *name,
                             struct lathe_media *media, GError **error);
void lathe_media_clear(struct lathe_media *media);

/* Is it worth starting? False with *error: cut short, nothing that boots, other computers only. */
bool lathe_media_check_boots(const struct lathe_media *media, const char *name, GError **error);
/* "This disc starts with UEFI only": one sentence for people; g_free. */
char *lathe_media_describe(const struct lathe_media *media);

/*
 * The system on a disc as libosinfo knows it, for example "Debian 12"; g_free. NULL: not known, or
 * built without libosinfo. Any thread; takes up to a second, as the database is read anew.
 */
char *lathe_media_identify(const struct lathe_media *media);

/* The same system with what it recommends; zeroes and NULL where libosinfo does not say. */
struct lathe_system {
    char *name;              /* "Debian 12"; NULL: not known */
    char *id;                /* "debian12" */
    char *distro;            /* "debian", also for icons */
    guint64 memory, storage; /* bytes */
    unsigned cpus;
    bool bios, uefi;              /* which firmware it is said to start with; neither: not said */
    bool virtio_disk, virtio_net; /* it has drivers for them */
};

/*
 * Loads what lathe_media_find_system needs. For programs with a window, on the main thread: a
 * library among those loaded opens others while the dynamic linker is locked, and GTK does the same
 * the other way round.
 */
void lathe_media_load_systems(void);
/* Fills *system, which is then cleared by the caller. Any thread; takes up to a second. */
void lathe_media_find_system(const struct lathe_media *media, struct lathe_system *system);
void lathe_system_clear(struct lathe_system *system);

#endif
