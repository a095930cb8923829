/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of plains.inc. */
#include "app/exchange/plains.h"

#include <stddef.h>

const struct lathe_plain lathe_plains[] = {
#define PLAIN(...) {__VA_ARGS__},
#include "app/exchange/plains.inc"
#undef PLAIN
    {.driver = NULL},
};
