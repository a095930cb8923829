/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host needs to run guests in Secure Execution, and which of it is missing. Any thread. */
#ifndef LATHE_SECURE_HOST_H
#define LATHE_SECURE_HOST_H

#include <glib.h>

struct lathe_secure_host {
    const char *machine; /* as uname says it: "s390x" */
    const char *root;    /* where /proc, /sys and /dev begin: "" */
    const char *path;    /* where programs are looked for; NULL: nowhere */
};

/* Sentences, one for each thing that is missing; g_ptr_array_unref. Empty: it can. */
GPtrArray *lathe_secure_lacks(const struct lathe_secure_host *host);
/* The same of this host. */
GPtrArray *lathe_secure_lacks_here(void);

#endif
