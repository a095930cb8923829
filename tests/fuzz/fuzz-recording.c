/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording of screens, opened and played forwards and back. Its seeds are the recording of
 * tests/display, whole and in parts; CRCs are mended, so that what they protect is reached. */
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "display/record/export.h"
#include "display/record/format.h"
#include "tests/display/recording-rig.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_PIXELS (1u << 16) /* of a picture that is worth the time */
#define FUZZ_FRAMES 16

static void fuzz_mend(uint8_t *data, size_t size)
{
    size_t at = RECORDING_MAGIC_SIZE;

    while (size >= CHUNK_EXTRA && at <= size - CHUNK_EXTRA) {
        size_t length = format_get32(data + at);
        if (length > size - CHUNK_EXTRA - at)
            return;
        format_put32(data + at + CHUNK_HEAD + length,
                     (uint32_t)crc32(0, data + at + 4, (uInt)length + 4));
        at += length + CHUNK_EXTRA;
    }
}

static void fuzz_play(struct disp_recording *recording, size_t index)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);

    if ((uint64_t)frame->width * frame->height > FUZZ_PIXELS)
        return;
    if (disp_recording_seek(recording, index, NULL)) {
        disp_recording_check(recording, index);
        g_autoptr(GBytes) png = disp_export_frame(recording, index, true, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree uint8_t *mended = g_memdup2(data, size);
    int file = memfd_create("recording", MFD_CLOEXEC);
    struct disp_recording *recording;

    fuzz_mend(mended, size);
    if (size != 0 && write(file, mended, size) != (ssize_t)size)
        __builtin_trap();
    recording = disp_recording_open_file(file, NULL);
    if (recording == NULL)
        return 0;
    struct disp_recording_info info = disp_recording_get_info(recording);
    if (!g_utf8_validate(info.title, -1, NULL) || info.readable_to > size)
        __builtin_trap();
    for (size_t i = 0; i < MIN(info.frames, FUZZ_FRAMES); i++)
        fuzz_play(recording, i);
    for (size_t i = MIN(info.frames, FUZZ_FRAMES); i-- > 0;)
        fuzz_play(recording, i);
    disp_recording_free(recording);
    return 0;
}

/* ---- seeds ---- */

/* The beginning of the file; and a short file of a frame with a pointer. */
size_t fuzz_seed(unsigned index, uint8_t *out, size_t limit)
{
    static const size_t lengths[] = {40000, 12000, 8000, 60};
    struct rig_movie *movie = index < G_N_ELEMENTS(lengths) ? rig_movie_new() : NULL;
    g_autofree char *bytes = NULL;
    gsize length = 0;

    if (movie == NULL || !g_file_get_contents(movie->path, &bytes, &length, NULL))
        return 0;
    rig_movie_free(movie);
    length = MIN(MIN(length, limit), lengths[index]);
    memcpy(out, bytes, length);
    return length;
}
