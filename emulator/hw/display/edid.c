/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EDID of a digital monitor of 96 dots an inch: the usual sizes, and one preferred timing with
 * short blanks (as VESA's CVT has them), at 60 Hz or what its pixel clock allows.
 */
#include "emulator/hw/display/edid.h"

#include <string.h>

#define EDID_MIN_SIDE  320u
#define EDID_DPI       96u
#define EDID_H_BLANK   160u
#define EDID_H_FRONT   48u
#define EDID_H_SYNC    32u
#define EDID_V_BLANK   40u
#define EDID_V_FRONT   3u
#define EDID_V_SYNC    6u
#define EDID_RATE      60u
#define EDID_MAX_CLOCK 65535u /* in 10 kHz */

#define EDID_TIMING     0x36
#define EDID_DESCRIPTOR 18

/* Bytes 0x14 to 0x26: digital with 8 bits a colour, gamma 2.2, sRGB's colours, 640 by 480 to 1024
 * by 768 at 60 Hz. The size in centimetres is put into 0x15 and 0x16. */
static const uint8_t edid_features[] = {0xa5, 0,    0,    0x78, 0x06, 0xee, 0x91, 0xa3, 0x54,
                                        0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, 0x21, 0x08, 0x00};

/* Standard timings at 60 Hz: width / 8 - 31, and the shape in bits 6 and 7. */
static const uint8_t edid_standard[16] = {
    0x81, 0x00, /* 1280 x 800 */
    0x81, 0xc0, /* 1280 x 720 */
    0x81, 0x80, /* 1280 x 1024 */
    0x95, 0x00, /* 1440 x 900 */
    0xa9, 0x40, /* 1600 x 1200 */
    0xb3, 0x00, /* 1680 x 1050 */
    0xd1, 0xc0, /* 1920 x 1080 */
    0xd1, 0x00, /* 1920 x 1200 */
};

static unsigned edid_clamp(unsigned value)
{
    if (value < EDID_MIN_SIDE)
        return EDID_MIN_SIDE;
    return value > EMU_EDID_MAX_SIDE ? EMU_EDID_MAX_SIDE : value;
}

static unsigned edid_millimetres(unsigned pixels)
{
    return (pixels * 254 + EDID_DPI * 5) / (EDID_DPI * 10);
}

static uint8_t edid_centimetres(unsigned pixels)
{
    unsigned length = (edid_millimetres(pixels) + 5) / 10;

    return (uint8_t)(length < 255 ? length : 255);
}

/* In units of 10 kHz. */
static unsigned edid_clock(unsigned width, unsigned height)
{
    uint64_t clock = (uint64_t)(width + EDID_H_BLANK) * (height + EDID_V_BLANK) * EDID_RATE / 10000;

    return clock < EDID_MAX_CLOCK ? (unsigned)clock : EDID_MAX_CLOCK;
}

static void edid_put_timing(uint8_t *at, unsigned width, unsigned height)
{
    unsigned clock = edid_clock(width, height);
    unsigned across = edid_millimetres(width), down = edid_millimetres(height);
    const uint8_t timing[EDID_DESCRIPTOR] = {
        (uint8_t)clock,
        (uint8_t)(clock >> 8),
        (uint8_t)width,
        EDID_H_BLANK,
        (uint8_t)(width >> 8 << 4),
        (uint8_t)height,
        EDID_V_BLANK,
        (uint8_t)(height >> 8 << 4),
        EDID_H_FRONT,
        EDID_H_SYNC,
        EDID_V_FRONT << 4 | EDID_V_SYNC,
        0,
        (uint8_t)across,
        (uint8_t)down,
        (uint8_t)((across >> 8 & 15) << 4 | (down >> 8 & 15)),
        0,
        0,
        0x1a, /* digital separate syncs, the horizontal one positive */
    };

    memcpy(at, timing, sizeof(timing));
}

/* Text is ended by a newline and filled up with spaces. */
static void edid_put_text(uint8_t *at, uint8_t kind, const char *text)
{
    size_t length = strlen(text);

    memset(at, ' ', EDID_DESCRIPTOR);
    memset(at, 0, 5);
    at[3] = kind;
    memcpy(at + 5, text, length);
    at[5 + length] = '\n';
}

/* 50 to 125 Hz, 15 to 160 kHz, up to 660 MHz; no formula for other timings. */
static void edid_put_limits(uint8_t *at)
{
    static const uint8_t limits[] = {0,  0,    0,    0xfd, 0,   50,  125, 15,  160,
                                     66, 0x01, '\n', ' ',  ' ', ' ', ' ', ' ', ' '};

    memcpy(at, limits, sizeof(limits));
}

void emu_edid_make(uint8_t edid[EMU_EDID_SIZE], unsigned width, unsigned height)
{
    /* The maker "LTH", product 1, made in 2026; EDID 1.4. */
    static const uint8_t head[] = {0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,  0x32, 0x88,
                                   0x01, 0,    0,    0,    0,    0,    0,    36, 1,    4};
    uint8_t sum = 0;

    width = edid_clamp(width);
    height = edid_clamp(height);
    memset(edid, 0, EMU_EDID_SIZE);
    memcpy(edid, head, sizeof(head));
    memcpy(edid + 0x14, edid_features, sizeof(edid_features));
    edid[0x15] = edid_centimetres(width);
    edid[0x16] = edid_centimetres(height);
    memcpy(edid + 0x26, edid_standard, sizeof(edid_standard));
    edid_put_timing(edid + EDID_TIMING, width, height);
    edid_put_limits(edid + EDID_TIMING + EDID_DESCRIPTOR);
    edid_put_text(edid + EDID_TIMING + 2 * EDID_DESCRIPTOR, 0xfc, "Lathe");
    edid_put_text(edid + EDID_TIMING + 3 * EDID_DESCRIPTOR, 0xff, "1");
    for (unsigned i = 0; i < EMU_EDID_SIZE - 1; i++)
        sum = (uint8_t)(sum + edid[i]);
    edid[EMU_EDID_SIZE - 1] = (uint8_t)-sum;
}
