/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording's bytes, as docs/recording.md says (its sections stand at the numbers): what the
 * writer and the reader share. Internal to display/record.
 */
#ifndef DISP_RECORD_FORMAT_H
#define DISP_RECORD_FORMAT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "emulator/api/display.h"

/* 1: the file */
#define RECORDING_MAGIC      "LatheRec\r\n\x1a\n"
#define RECORDING_MAGIC_SIZE 12
#define RECORDING_VERSION    1

/* 2: chunks: length, type, contents, CRC-32 of type and contents */
#define CHUNK_INFO  0x4f464e49u /* "INFO" */
#define CHUNK_FRAME 0x4d415246u /* "FRAM" */
#define CHUNK_DONE  0x454e4f44u /* "DONE" */
#define CHUNK_HEAD  8
#define CHUNK_EXTRA 12           /* what is around the contents */
#define CHUNK_MAX   (288u << 20) /* of contents */

/* 3: INFO */
enum { INFO_VERSION = 0, INFO_HEADS = 4, INFO_START = 8, INFO_BASE = 16, INFO_SIZE = 24 };
#define RECORDING_MAX_HEADS  16u
#define RECORDING_MAX_PIXELS (1u << 26) /* of a picture: 256 MiB */
#define RECORDING_MAX_TITLE  1024u

/* 4: FRAM */
enum {
    FRAME_HEAD = 0,
    FRAME_FLAGS = 4,
    FRAME_TIME = 8,
    FRAME_HASH = 16,
    FRAME_WIDTH = 24,
    FRAME_HEIGHT = 28,
    FRAME_STATE = 32,
    FRAME_MERGED = 36,
    FRAME_BOX = 40,
    FRAME_RECTS = 56,
    FRAME_RAW = 60,
    FRAME_SIZE = 64,
};
#define FRAME_IS_KEY      1u
#define FRAME_HAS_CURSOR  2u
#define FRAME_HAS_IMAGE   4u
#define FRAME_ALL_FLAGS   7u
#define FRAME_MAX_RECTS   4096u
#define FRAME_RECT_SIZE   16u
#define FRAME_CURSOR_SIZE 12u /* x, y, visible */
#define FRAME_IMAGE_SIZE                                                                           \
    16u /* width, height, hot_x, hot_y; its pixels come after the picture's                        \
         */

/* 5: DONE */
enum { DONE_REASON = 0, DONE_TIME = 8, DONE_FRAMES = 16, DONE_MERGED = 24, DONE_SIZE = 32 };
#define DONE_STOPPED  0u
#define DONE_DISK     1u /* the disk is full, or failed; the text says how */
#define DONE_MAX_TEXT 512u

static inline uint32_t format_get32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

static inline uint64_t format_get64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return le64toh(value);
}

static inline void format_put32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof(value));
}

static inline void format_put64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof(value));
}

static inline void format_put_rect(uint8_t *at, const struct emu_rect *rect)
{
    format_put32(at, rect->x);
    format_put32(at + 4, rect->y);
    format_put32(at + 8, rect->width);
    format_put32(at + 12, rect->height);
}

static inline struct emu_rect format_get_rect(const uint8_t *at)
{
    return (struct emu_rect){format_get32(at), format_get32(at + 4), format_get32(at + 8),
                             format_get32(at + 12)};
}

#endif
