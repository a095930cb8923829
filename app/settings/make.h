/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What making and changing a machine of the library share, whoever asks for it: files made whole,
 * images made, and the new machine itself. Any thread; blocks on the disk. False and NULL come with
 * *error, one line.
 */
#ifndef LATHE_SETTINGS_MAKE_H
#define LATHE_SETTINGS_MAKE_H

#include "app/config/write.h"
#include "app/library/library.h"
#include "app/plan/definition.h"

/* Files that the definition names, made whole; their formats are looked at now, and not again when
 * the guest can have written there. False: one is not there, or is no image. */
bool lathe_make_settle_files(struct lathe_definition *definition, GError **error);
/* Makes the images of disks that have a size in a machine's folder; their paths are added to made.
 */
bool lathe_make_disks(struct lathe_definition *definition, const char *folder, GPtrArray *made,
                      GError **error);
/* Would it run, as far as the definition says? */
bool lathe_make_check(const struct lathe_config *config, GError **error);

/* What every new machine says of itself, whatever else is asked for. */
#define LATHE_MAKE_AREAS                                                                           \
    (LATHE_AREA_NAME | LATHE_AREA_BOARD | LATHE_AREA_MEMORY | LATHE_AREA_TOPOLOGY |                \
     LATHE_AREA_CPU | LATHE_AREA_FIRMWARE | LATHE_AREA_NETS | LATHE_AREA_SERIALS |                 \
     LATHE_AREA_GPU | LATHE_AREA_DISKS)

/*
 * Makes the new machine that the definition describes, with its name and group; a uuid, a network
 * adapter and a serial port are added where there is none. areas: what is written beside what every
 * machine says of itself. Nothing is left where it fails. lathe_machine_free.
 */
struct lathe_machine *lathe_make_machine(struct lathe_library *library,
                                         struct lathe_definition *definition, uint64_t areas,
                                         GError **error);

/* Adds to a definition what lies in the new machine's folder, where it puts files of its own; they
 * go with the folder if anything fails. What it adds is settled (lathe_make_settle_files). False
 * with *error. */
typedef bool (*lathe_make_prepare)(struct lathe_definition *definition, const char *folder,
                                   void *opaque, GError **error);
/* The same with such a step before the definition is written. */
struct lathe_machine *lathe_make_machine_with(struct lathe_library *library,
                                              struct lathe_definition *definition, uint64_t areas,
                                              lathe_make_prepare prepare, void *opaque,
                                              GError **error);

/* A name that no machine has, made of what is wished: "Debian 12", "Debian 12 (2)"; g_free. */
char *lathe_make_free_name(struct lathe_library *library, const char *wish);

#endif
