/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of the host that a guest mounts: virtio-9p, 9P2000.L. */
#ifndef EMU_API_SHARE_H
#define EMU_API_SHARE_H

#include "emulator/api/types.h"

#define EMU_MAX_SHARES 8
#define EMU_SHARE_TAG  32 /* bytes of a name that the guest mounts, at most, without the NUL */

/*
 * A folder of a machine's configuration. The guest acts in it with the rights of whoever runs the
 * machine, and reaches nothing outside: no link, no ".." and no name leads out. Who owns a file is
 * the host's affair: a guest's chown changes nothing and is no error.
 */
struct emu_shared_folder {
    const char *folder; /* a directory of the host's */
    const char *tag;    /* what the guest mounts it by */
    bool read_only;     /* nothing in there is changed */
    bool owned;         /* files of whoever runs the machine are uid's and gid's in the guest; */
    uint32_t uid, gid;  /* else they have the host's ids, as all others do */
};

#endif
