/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk as the user asked for it: the property behind "--disk". Plain data. */
#ifndef LATHE_PLAN_DISK_H
#define LATHE_PLAN_DISK_H

#include <glib.h>

#include "app/plan/place.h"
#include "emulator/api/machine.h"

/* Strings are owned and freed with g_free. */
struct lathe_disk_definition {
    char *path;   /* NULL: a CD or floppy drive without a medium, or one to be made */
    char *format; /* NULL: look */
    enum emu_drive_bus bus;
    bool cdrom, read_only, discard_changes;
    uint64_t size;            /* bytes of an image that is to be made; 0: it is there */
    unsigned queues;          /* 0: as many as fit the machine */
    unsigned boot;            /* its place in the boot order; 0: none */
    unsigned iothread;        /* the thread that is to serve it; 0: any */
    struct lathe_place place; /* on the PCI buses */
};

/*
 * "FILE[,bus=B][,format=F][,readonly][,discard-changes][,queues=N]"; a comma in the file's name is
 * written twice. "size=S" in the place of FILE asks for a new image (format qcow2 unless it is
 * said), which whoever keeps machines makes. False with *error; *disk then holds nothing.
 */
bool lathe_disk_parse(const char *text, struct lathe_disk_definition *disk, GError **error);
/* A disc in a CD drive. A comma in the name is written as it is. */
bool lathe_disk_parse_cdrom(const char *path, struct lathe_disk_definition *disk, GError **error);
/* A medium in a floppy drive: "FILE[,readonly]", a comma in the name as above; always raw. */
bool lathe_disk_parse_floppy(const char *text, struct lathe_disk_definition *disk, GError **error);
void lathe_disk_clear(struct lathe_disk_definition *disk);
/* "qcow2 on virtio, read-only": for the plan; g_free. */
char *lathe_disk_format(const struct lathe_disk_definition *disk);

/* Splits an option's text at single commas; a doubled one stands for itself. Of char *; unref. */
GPtrArray *lathe_split_at_commas(const char *text);
/* The way back: doubles its commas; g_free. */
char *lathe_double_commas(const char *text);

#endif
