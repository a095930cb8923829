/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines as files of other programs, turned into one of the library: an OVA, an OVF with the
 * files beside it, or a bare disk image. Any thread; reading disks blocks. NULL and false come with
 * *error, one line.
 */
#ifndef LATHE_EXCHANGE_APPLIANCE_H
#define LATHE_EXCHANGE_APPLIANCE_H

#include "app/config/config.h"
#include "app/images/task.h"

struct lathe_appliance;

enum lathe_appliance_kind {
    LATHE_APPLIANCE_NONE, /* something else: a definition, a command line */
    LATHE_APPLIANCE_OVA,
    LATHE_APPLIANCE_OVF,
    LATHE_APPLIANCE_DISK,
};

/* What a file is by its contents, and where those do not say (raw disks) by its name. */
enum lathe_appliance_kind lathe_appliance_look(const char *path);

/*
 * Reads the description, and of disks their headers. Refused: what lies outside of the package,
 * links, members that are there twice, no or several descriptions, images that cannot be read.
 */
struct lathe_appliance *lathe_appliance_open(const char *path, GError **error);
void lathe_appliance_free(struct lathe_appliance *appliance);
typedef struct lathe_appliance lathe_appliance;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(lathe_appliance, lathe_appliance_free)

/* What is not carried over, of char *. Borrowed. */
const GPtrArray *lathe_appliance_get_left(const struct lathe_appliance *appliance);

/*
 * The definition. folder: where its disks are made, as qcow2 images, after the checksums of the
 * package were found right; NULL: only their names are in it, and nothing is read or made.
 * G_IO_ERROR_CANCELLED: the task was stopped.
 */
struct lathe_config *lathe_appliance_unpack(struct lathe_appliance *appliance, const char *folder,
                                            struct lathe_task *task, GError **error);

#endif
