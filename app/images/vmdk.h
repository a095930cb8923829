/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layout of VMware's images ("Virtual Disk Format 5.0"), for its reader and its writer. Numbers
 * are little-endian, places are in sectors of 512 bytes.
 */
#ifndef LATHE_IMAGES_VMDK_H
#define LATHE_IMAGES_VMDK_H

#define VMDK_MAGIC        "KDMV"
#define VMDK_VERSION      4
#define VMDK_FLAGS        8
#define VMDK_CAPACITY     12 /* 64 bits */
#define VMDK_GRAIN        20 /* 64 bits */
#define VMDK_DESCRIPTOR   28 /* 64 bits, and its length behind it */
#define VMDK_PER_TABLE    44
#define VMDK_DIRECTORY    56 /* 64 bits */
#define VMDK_OVERHEAD     64 /* 64 bits */
#define VMDK_ENDS         73 /* "\n \r\n": shows whether a transfer as text has changed it */
#define VMDK_PACKING      77 /* 16 bits; 1: deflate */
#define VMDK_AT_END       UINT64_MAX /* the directory's place is in the footer */
#define VMDK_FLAG_ENDS    (1u << 0)
#define VMDK_FLAG_ZEROES  (1u << 2)
#define VMDK_FLAG_PACKED  (1u << 16)
#define VMDK_FLAG_MARKERS (1u << 17)

/* A packed grain: its first sector (64 bits), its length, its bytes. Other markers have no length
 * and a kind behind it. */
#define VMDK_MARKER_LENGTH    8
#define VMDK_MARKER_DATA      12
#define VMDK_MARKER_TABLE     1u
#define VMDK_MARKER_DIRECTORY 2u
#define VMDK_MARKER_FOOTER    3u

#endif
