/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The back ends for character devices that the emulator brings along. Each function fills *out for
 * a struct emu_machine_config; on failure it returns false and *err says in one line what the host
 * refused. A back end that never gets to a machine is closed with emu_chardev_backend_close.
 */
#ifndef EMU_API_CHARDEV_H
#define EMU_API_CHARDEV_H

#include "emulator/api/error.h"
#include "emulator/api/ops/chardev.h"

/* Appends to a file, which is created with mode 0600 if it is missing. */
bool emu_chardev_file(const char *path, struct emu_chardev_backend *out, struct emu_error *err);

/* A pseudo-terminal in raw mode. *name is its malloc'ed path. */
bool emu_chardev_pty(struct emu_chardev_backend *out, char **name, struct emu_error *err);

/* Listens on a unix socket, mode 0600; refuses a path that exists; one client at a time, and the
 * next one may come after it left. The socket is removed at close. */
bool emu_chardev_unix(const char *path, struct emu_chardev_backend *out, struct emu_error *err);

/* Reads and writes a pair of descriptors, which stay the caller's. -1: no such direction. */
bool emu_chardev_fds(int in, int out_fd, struct emu_chardev_backend *out, struct emu_error *err);

/* Keeps what the guest wrote, for tests. */
bool emu_chardev_test(struct emu_chardev_backend *out, struct emu_error *err);
/* Copies up to size - 1 bytes from offset of what was written, adds a NUL, returns the total. */
size_t emu_chardev_test_text(const struct emu_chardev_backend *backend, size_t offset, char *buffer,
                             size_t size);
/* Sends bytes to the guest through a test back end that is in a machine. */
size_t emu_chardev_test_send(const struct emu_chardev_backend *backend, const char *text);

void emu_chardev_backend_close(struct emu_chardev_backend *backend);

#endif
