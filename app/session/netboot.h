/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A boot service's requests in words: who asked for what, what was sent, what went wrong. */
#ifndef LATHE_SESSION_NETBOOT_H
#define LATHE_SESSION_NETBOOT_H

#include <glib.h>

#include "emulator/api/netboot.h"

/* "asked for grubx64.efi over TFTP: sent 2.6 MB in 0.4 s", translated; g_free. Any thread. */
char *lathe_netboot_words(const struct emu_netboot_event *event);
/* Does the sentence tell of something that went wrong? Any thread. */
gboolean lathe_netboot_is_wrong(const struct emu_netboot_event *event);

#endif
