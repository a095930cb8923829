/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of devices that need no function of their own, for both ways. Any thread. */
#ifndef LATHE_EXCHANGE_PLAINS_H
#define LATHE_EXCHANGE_PLAINS_H

enum lathe_plain_ways {
    PLAIN_IMPORT = 1 << 0,
    PLAIN_EXPORT = 1 << 1,
    PLAIN_BOTH = PLAIN_IMPORT | PLAIN_EXPORT,
};

struct lathe_plain {
    const char *driver, *element; /* -device driver, <element name="value" name2="value2"/> */
    const char *name, *value, *name2, *value2; /* name2, value2 NULL: there is no second */
    enum lathe_plain_ways ways;
};

/* Ended by a row without a driver. */
extern const struct lathe_plain lathe_plains[];

#endif
