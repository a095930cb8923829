/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a definition to an emu_machine: internal to app/session. */
#ifndef LATHE_SESSION_BUILD_H
#define LATHE_SESSION_BUILD_H

#include <glib.h>

#include "emulator/api/machine.h"
#include "emulator/api/netboot.h"

struct lathe_definition;

/* Who hears of the machine: its observer, and what its boot services were asked for (netboot.h says
 * on which threads). */
struct lathe_build_watch {
    struct emu_machine_observer machine;
    void (*netboot)(void *opaque, const struct emu_netboot_event *event);
    /* The host's sound system refuses; on a thread of its back end. */
    void (*sound_failed)(void *opaque, const char *why);
    void *opaque;
    struct emu_block_backend *drives; /* becomes the back ends of the definition's disks */
};

/* serials: of LatheSerial *, or NULL for a machine with nothing connected; redirects likewise, of
 * those of lathe_serial_new_redirect; watch NULL: nobody hears. Any thread; waits. NULL with *error. *notice becomes what its people should know of it,
 * g_free; else it stays NULL; with serials only. */
struct emu_machine *lathe_build_machine(const struct lathe_definition *definition,
                                        GPtrArray *serials, GPtrArray *redirects,
                                        const struct lathe_build_watch *watch,
                                        char **notice, GError **error);

#endif
