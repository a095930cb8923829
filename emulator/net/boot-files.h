/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a boot service gives: single files by name, and a folder's. Names come from a hostile guest:
 * nothing outside is ever opened, not by "..", nor by a symbolic link.
 */
#ifndef EMU_NET_BOOT_FILES_H
#define EMU_NET_BOOT_FILES_H

#include "emulator/api/error.h"
#include "emulator/api/netboot.h"

#define EMU_BOOT_NAME_MAX 512u /* with the NUL: of a name that is asked for */

struct emu_bootfiles {
    int folder; /* -1: none */
    struct emu_netboot_file files[EMU_NETBOOT_FILES];
    unsigned count;
};

struct emu_bootfile {
    int fd; /* -1: none */
    uint64_t size;
};

/* Copies what is given. False with *err: the folder or a file is not there, a name is no name. */
bool emu_bootfiles_init(struct emu_bootfiles *files, const struct emu_netboot *config,
                        struct emu_error *err);
void emu_bootfiles_finish(struct emu_bootfiles *files);

/*
 * A request's name as a name here: backslashes are slashes, doubled ones and "." count for nothing.
 * False: it is empty, too long, leads up, or has other than printable ASCII. UTF-8 is let through
 * byte by byte.
 */
bool emu_bootfile_name(const char *asked, size_t length, char out[EMU_BOOT_NAME_MAX]);
/* Opens a name of emu_bootfile_name, to be closed by the caller. DONE, ABSENT, DENIED or FAILED.
 * Any thread. */
enum emu_netboot_outcome emu_bootfile_open(const struct emu_bootfiles *files, const char *name,
                                           struct emu_bootfile *out);
/* What is shown of a hostile name: printable, at most size - 1 bytes. */
void emu_bootfile_show(const char *name, size_t length, char *out, size_t size);

#endif
