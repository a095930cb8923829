/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as they lie in files and on disks, at any alignment. Pure; any thread. */
#ifndef LATHE_PLAN_NUMBERS_H
#define LATHE_PLAN_NUMBERS_H

#include <glib.h>

/* Little-endian, of 2, 4 and 8 bytes. */
static inline guint16 lathe_le16(const guint8 *at)
{
    return (guint16)(at[0] | at[1] << 8);
}

static inline guint32 lathe_le32(const guint8 *at)
{
    return lathe_le16(at) | (guint32)lathe_le16(at + 2) << 16;
}

static inline guint64 lathe_le64(const guint8 *at)
{
    return lathe_le32(at) | (guint64)lathe_le32(at + 4) << 32;
}

/* Big-endian. */
static inline guint32 lathe_be32(const guint8 *at)
{
    return GUINT32_SWAP_LE_BE(lathe_le32(at));
}

static inline guint64 lathe_be64(const guint8 *at)
{
    return GUINT64_SWAP_LE_BE(lathe_le64(at));
}

#endif
