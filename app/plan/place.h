/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where on a machine's PCI buses a device is to be. Plain data. */
#ifndef LATHE_PLAN_PLACE_H
#define LATHE_PLAN_PLACE_H

#include <stdbool.h>

struct lathe_place {
    bool given; /* false: wherever there is room; the rest counts for nothing */
    bool multifunction;
    unsigned domain, bus, slot, function; /* up to 0xffff, 0xff, 0x1f, 7 */
};

/* "0000:01:02.0"; NULL: none is given. g_free. */
char *lathe_place_format(const struct lathe_place *place);
bool lathe_place_same(const struct lathe_place *left, const struct lathe_place *right);

#endif
