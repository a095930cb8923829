/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes from the agent in a guest, which may be any program. The first byte is the size of the
 * pieces in which the rest comes, on which nothing must hang: what happens is the same in one
 * piece.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "display/agent/agent.h"

struct fuzz_agent {
    struct disp_agent *agent;
    guint64 events, out;
};

static size_t fuzz_send(void *opaque, const uint8_t *data, size_t length)
{
    struct fuzz_agent *fuzz = opaque;

    fuzz->out += length;
    return length;
}

static void fuzz_changed(void *opaque)
{
}

static void fuzz_offered(void *opaque, enum disp_clip clip, unsigned types)
{
    struct fuzz_agent *fuzz = opaque;

    if (clip >= DISP_CLIPS || types >= DISP_CLIP_BIT(DISP_CLIP_TYPES))
        abort();
    fuzz->events++;
    if (!disp_agent_ask(fuzz->agent, clip, DISP_CLIP_TEXT))
        disp_agent_ask(fuzz->agent, clip, DISP_CLIP_PNG);
}

static void fuzz_given(void *opaque, enum disp_clip clip, enum disp_clip_type type,
                       const uint8_t *data, size_t size)
{
    struct fuzz_agent *fuzz = opaque;

    if (size > DISP_CLIP_MAX || (type != DISP_CLIP_TEXT && type != DISP_CLIP_PNG))
        abort();
    if (data != NULL && type == DISP_CLIP_TEXT &&
        !g_utf8_validate((const char *)data, (gssize)size, NULL))
        abort();
    fuzz->events += 256 + size;
}

static void fuzz_wanted(void *opaque, enum disp_clip clip, enum disp_clip_type type)
{
    struct fuzz_agent *fuzz = opaque;

    fuzz->events += 65536;
    disp_agent_give(fuzz->agent, clip, type, (const uint8_t *)"line\nline", 9);
}

static void fuzz_file(void *opaque, const struct disp_agent_file *file)
{
    if (file->sent > file->size)
        abort();
}

static guint64 fuzz_run(const uint8_t *data, size_t size, size_t piece)
{
    static const struct disp_agent_hooks hooks = {fuzz_send,  fuzz_changed, fuzz_offered,
                                                  fuzz_given, fuzz_wanted,  fuzz_file};
    struct fuzz_agent fuzz = {0};

    fuzz.agent = disp_agent_new(&hooks, &fuzz);
    disp_agent_set_attended(fuzz.agent, true);
    disp_agent_offer(fuzz.agent, DISP_CLIP_PRIMARY, DISP_CLIP_BIT(DISP_CLIP_TEXT));
    disp_agent_set_open(fuzz.agent, true);
    for (size_t at = 0; at < size; at += piece)
        disp_agent_receive(fuzz.agent, data + at, MIN(piece, size - at));
    enum disp_agent_state state = disp_agent_get_state(fuzz.agent);
    disp_agent_free(fuzz.agent);
    return fuzz.events << 8 ^ fuzz.out << 3 ^ state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (fuzz_run(data + 1, size - 1, size) != fuzz_run(data + 1, size - 1, 1 + data[0] % 64))
        abort();
    return 0;
}

/* ---- seeds ---- */

static size_t fuzz_put(uint8_t *out, uint8_t port, uint8_t type, const char *data, size_t length)
{
    memset(out, 0, 28);
    out[0] = port;
    out[4] = (uint8_t)(20 + length);
    out[8] = 1;
    out[12] = type;
    out[24] = (uint8_t)length;
    memcpy(out + 28, data, length);
    return 28 + length;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char caps[][9] = {"\1\0\0\0\x62\x15\1\0", "\1\0\0\0\x22\2\0\0"};
    size_t length = 1;

    if (index >= G_N_ELEMENTS(caps) || size < 1024)
        return 0;
    out[0] = (uint8_t)(index * 9 + 3);
    length += fuzz_put(out + length, 1, 6, caps[index], 8);
    length += fuzz_put(out + length, 1, 7, "\0\0\0\0\1\0\0\0\2\0\0\0", 12);
    length += fuzz_put(out + length, 2, 3, "\1\0\0\0\1\0\0\0", 8);
    length += fuzz_put(out + length, 1, 4, "\0\0\0\0\1\0\0\0text\r\n\377", 15);
    length += fuzz_put(out + length, 1, 8, "\1\0\0\0\1\0\0\0", 8);
    length += fuzz_put(out + length, 1, 9, "\0\0\0\0", 4);
    return length + fuzz_put(out + length, 1, 11, "\1\0\0\0\4\0\0\0\0\0\1\0\0\0\0\0", 16);
}
