/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The installers that can be told all: a row for each. Inside of wizards/express. */
#ifndef LATHE_EXPRESS_EXPRESS_PRIVATE_H
#define LATHE_EXPRESS_EXPRESS_PRIVATE_H

#include "wizards/express/express.h"

enum express_seed {
    EXPRESS_INITRD, /* behind the initial RAM disk */
    EXPRESS_OEMDRV, /* on a disc with this label */
    EXPRESS_CIDATA,
};

struct express_system {
    const char *id;              /* of wizards/installer, too */
    const char *osinfo;          /* what libosinfo's ids begin with, "|" between them */
    const char *volume;          /* what its discs' labels begin with, likewise */
    const char *kernel, *initrd; /* on its disc */
    const char *append;          /* %s: the disc's label */
    enum express_seed seed;
};

/* Ends with a row without an id. */
extern const struct express_system express_systems[];
/* NULL: none was chosen. */
const struct express_system *express_system_of(const struct lathe_answers *answers);

#endif
