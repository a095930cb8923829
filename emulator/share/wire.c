/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of 9P messages (wire.h). The host is little-endian. */
#include "emulator/share/wire.h"

#include <string.h>

static void wire_get(struct share_in *in, void *value, size_t size)
{
    if ((size_t)(in->end - in->at) < size) {
        in->short_of = true;
        in->at = in->end;
        memset(value, 0, size);
        return;
    }
    memcpy(value, in->at, size);
    in->at += size;
}

uint8_t share_get8(struct share_in *in)
{
    uint8_t value;

    wire_get(in, &value, sizeof(value));
    return value;
}

uint16_t share_get16(struct share_in *in)
{
    uint16_t value;

    wire_get(in, &value, sizeof(value));
    return value;
}

uint32_t share_get32(struct share_in *in)
{
    uint32_t value;

    wire_get(in, &value, sizeof(value));
    return value;
}

uint64_t share_get64(struct share_in *in)
{
    uint64_t value;

    wire_get(in, &value, sizeof(value));
    return value;
}

void share_get_string(struct share_in *in, char text[SHARE_STRING])
{
    uint16_t length = share_get16(in);

    text[0] = '\0';
    if (length >= SHARE_STRING || length > in->end - in->at ||
        memchr(in->at, '\0', length) != NULL) {
        in->short_of = true;
        return;
    }
    wire_get(in, text, length);
    text[length] = '\0';
}

static void wire_put(struct share_out *out, const void *value, size_t size)
{
    if ((size_t)(out->end - out->at) < size) {
        out->full = true;
        return;
    }
    memcpy(out->at, value, size);
    out->at += size;
}

void share_put8(struct share_out *out, uint8_t value)
{
    wire_put(out, &value, sizeof(value));
}

void share_put16(struct share_out *out, uint16_t value)
{
    wire_put(out, &value, sizeof(value));
}

void share_put32(struct share_out *out, uint32_t value)
{
    wire_put(out, &value, sizeof(value));
}

void share_put64(struct share_out *out, uint64_t value)
{
    wire_put(out, &value, sizeof(value));
}

void share_put_string(struct share_out *out, const char *text, size_t length)
{
    share_put16(out, (uint16_t)length);
    wire_put(out, text, length);
}
