/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening reads the beginning of each chunk and checks what can be checked without its pixels; a
 * frame is read, checked by its CRC and decompressed when it is asked for. docs/recording.md. */
#include "display/record/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "display/record/format.h"
#include "display/record/hash.h"

struct recording_head {
    struct emu_surface surface;
    struct emu_cursor cursor;
    size_t at; /* the frame it shows; SIZE_MAX: none */
    size_t last, key;
};

struct disp_recording {
    int file;
    uint64_t size, readable_to;
    struct disp_recording_info info;
    char *title, *why, *cut_off;
    GArray *frames; /* of struct disp_frame */
    struct recording_head heads[RECORDING_MAX_HEADS];
    ZSTD_DCtx *zstd;
    GByteArray *chunk, *raw;
};

/* ---- the file ---- */

static gboolean recording_read(const struct disp_recording *recording, uint64_t offset, void *to,
                               size_t length)
{
    uint8_t *at = to;

    while (length > 0) {
        ssize_t count = pread(recording->file, at, length, (off_t)offset);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return FALSE;
        at += count;
        offset += (uint64_t)count;
        length -= (size_t)count;
    }
    return TRUE;
}

/* A whole chunk, whose CRC fits, into recording->chunk. NULL: it does not, or no memory. */
static const uint8_t *recording_read_chunk(struct disp_recording *recording, uint64_t offset,
                                           uint32_t size)
{
    GByteArray *chunk = recording->chunk;

    g_byte_array_set_size(chunk, size + CHUNK_EXTRA);
    if (!recording_read(recording, offset, chunk->data, chunk->len))
        return NULL;
    uint32_t crc = (uint32_t)crc32(0, chunk->data + 4, size + 4);
    return crc == format_get32(chunk->data + CHUNK_HEAD + size) ? chunk->data + CHUNK_HEAD : NULL;
}

/* ---- the index ---- */

static gboolean frame_fits(const struct emu_rect *rect, const struct disp_frame *frame)
{
    return rect->x <= frame->width && rect->width <= frame->width - rect->x &&
           rect->y <= frame->height && rect->height <= frame->height - rect->y;
}

/* The fixed part. What is wrong with it, or NULL. */
static const char *frame_parse(struct disp_frame *frame, const uint8_t *bytes, unsigned heads)
{
    uint32_t flags = format_get32(bytes + FRAME_FLAGS), state = format_get32(bytes + FRAME_STATE);

    frame->head = format_get32(bytes + FRAME_HEAD);
    frame->time = format_get64(bytes + FRAME_TIME);
    frame->hash = format_get64(bytes + FRAME_HASH);
    frame->width = format_get32(bytes + FRAME_WIDTH);
    frame->height = format_get32(bytes + FRAME_HEIGHT);
    frame->state = (enum emu_display_state)state;
    frame->merged = format_get32(bytes + FRAME_MERGED);
    frame->box = format_get_rect(bytes + FRAME_BOX);
    frame->rects = format_get32(bytes + FRAME_RECTS);
    frame->key = (flags & FRAME_IS_KEY) != 0;
    frame->cursor = (flags & FRAME_HAS_CURSOR) != 0;
    if (frame->head >= heads || (flags & ~FRAME_ALL_FLAGS) != 0 || state > EMU_DISPLAY_GRAPHICS ||
        ((flags & FRAME_HAS_IMAGE) != 0 && !frame->cursor))
        return "a frame of no screen";
    if (frame->width == 0 || frame->height == 0 || frame->width > EMU_DISPLAY_MAX_SIZE ||
        frame->height > EMU_DISPLAY_MAX_SIZE ||
        (uint64_t)frame->width * frame->height > RECORDING_MAX_PIXELS)
        return "a frame of an impossible size";
    if (frame->rects > FRAME_MAX_RECTS || !frame_fits(&frame->box, frame))
        return "a frame with impossible changes";
    return NULL;
}

/* Can it come here, and what is before it? */
static const char *index_join(const struct disp_recording *recording, struct disp_frame *frame)
{
    const struct recording_head *head = &recording->heads[frame->head];
    const struct disp_frame *before =
        head->last != SIZE_MAX ? disp_recording_get_frame(recording, head->last) : NULL;

    if (before != NULL && frame->time < before->time)
        return "a frame of an earlier time";
    if (!frame->key &&
        (before == NULL || before->width != frame->width || before->height != frame->height))
        return "a frame without what it is a change of";
    frame->previous = head->last;
    frame->from = frame->key ? recording->frames->len : head->key;
    return NULL;
}

static const char *index_frame(struct disp_recording *recording, uint64_t offset, uint32_t size)
{
    struct disp_frame frame = {.offset = offset, .size = size};
    uint8_t bytes[FRAME_SIZE];
    const char *fault;

    if (size < FRAME_SIZE || !recording_read(recording, offset + CHUNK_HEAD, bytes, FRAME_SIZE))
        return "a frame that is too short";
    fault = frame_parse(&frame, bytes, recording->info.heads);
    if (fault == NULL && size < FRAME_SIZE + frame.rects * FRAME_RECT_SIZE)
        fault = "a frame that is too short";
    if (fault == NULL)
        fault = index_join(recording, &frame);
    if (fault != NULL)
        return fault;
    recording->heads[frame.head].last = recording->frames->len;
    recording->heads[frame.head].key = frame.from;
    recording->info.merged += frame.merged;
    recording->info.time = MAX(recording->info.time, frame.time);
    g_array_append_val(recording->frames, frame);
    return NULL;
}

static const char *index_done(struct disp_recording *recording, uint64_t offset, uint32_t size)
{
    const uint8_t *done = size >= DONE_SIZE && size <= DONE_SIZE + DONE_MAX_TEXT
                              ? recording_read_chunk(recording, offset, size)
                              : NULL;

    if (done == NULL)
        return "a damaged end";
    recording->info.whole = TRUE;
    recording->info.time = MAX(recording->info.time, format_get64(done + DONE_TIME));
    recording->info.merged = MAX(recording->info.merged, format_get64(done + DONE_MERGED));
    if (format_get32(done + DONE_REASON) != DONE_STOPPED)
        recording->why = g_utf8_make_valid((const char *)done + DONE_SIZE, size - DONE_SIZE);
    return NULL;
}

/* One chunk; others than we know are for later versions. *offset: moves behind it. */
static const char *index_chunk(struct disp_recording *recording, uint64_t *offset)
{
    uint64_t left = recording->size - *offset;
    uint8_t bytes[CHUNK_HEAD];
    const char *fault = NULL;

    if (left < CHUNK_EXTRA || !recording_read(recording, *offset, bytes, CHUNK_HEAD))
        return "the last frame is not whole";
    uint32_t size = format_get32(bytes), type = format_get32(bytes + 4);
    if (type == 0 || size > CHUNK_MAX)
        return "damaged bytes";
    if (size > left - CHUNK_EXTRA)
        return "the last frame is not whole";
    if (type == CHUNK_FRAME)
        fault = index_frame(recording, *offset, size);
    else if (type == CHUNK_DONE)
        fault = index_done(recording, *offset, size);
    if (fault == NULL)
        *offset += size + CHUNK_EXTRA;
    return fault;
}

/* What was cut off by a power cut may have damaged frames at its end: they go. */
static void index_trim(struct disp_recording *recording)
{
    GArray *frames = recording->frames;

    while (frames->len > 0) {
        const struct disp_frame *last = disp_recording_get_frame(recording, frames->len - 1);
        if (recording_read_chunk(recording, last->offset, last->size) != NULL)
            return;
        recording->readable_to = last->offset;
        g_array_set_size(frames, frames->len - 1);
        if (recording->cut_off == NULL)
            recording->cut_off = g_strdup("damaged bytes");
    }
}

static void recording_index(struct disp_recording *recording, uint64_t offset)
{
    const char *fault = NULL;

    while (fault == NULL && offset < recording->size && !recording->info.whole)
        fault = index_chunk(recording, &offset);
    recording->readable_to = offset;
    if (fault != NULL)
        recording->cut_off = g_strdup(fault);
    else if (!recording->info.whole)
        recording->cut_off = g_strdup("it has no end: it is being written, or was cut off");
    if (!recording->info.whole)
        index_trim(recording);
}

/* ---- opening ---- */

static gboolean recording_fail(GError **error, const char *why)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, why);
    return FALSE;
}

static gboolean recording_begin(struct disp_recording *recording, uint64_t *offset, GError **error)
{
    uint8_t bytes[RECORDING_MAGIC_SIZE + CHUNK_HEAD];
    struct disp_recording_info *info = &recording->info;

    if (recording->size < sizeof(bytes) || !recording_read(recording, 0, bytes, sizeof(bytes)) ||
        memcmp(bytes, RECORDING_MAGIC, RECORDING_MAGIC_SIZE) != 0)
        return recording_fail(error, "it is no recording");
    uint32_t size = format_get32(bytes + RECORDING_MAGIC_SIZE);
    const uint8_t *data = format_get32(bytes + RECORDING_MAGIC_SIZE + 4) == CHUNK_INFO &&
                                  size >= INFO_SIZE && size <= INFO_SIZE + RECORDING_MAX_TITLE
                              ? recording_read_chunk(recording, RECORDING_MAGIC_SIZE, size)
                              : NULL;
    if (data == NULL)
        return recording_fail(error, "its beginning is damaged");
    if (format_get32(data + INFO_VERSION) != RECORDING_VERSION)
        return recording_fail(error, "a newer version of Lathe made it");
    info->heads = format_get32(data + INFO_HEADS);
    if (info->heads == 0 || info->heads > RECORDING_MAX_HEADS)
        return recording_fail(error, "its beginning is damaged");
    info->start = (int64_t)format_get64(data + INFO_START);
    info->base = format_get64(data + INFO_BASE);
    recording->title = g_utf8_make_valid((const char *)data + INFO_SIZE, size - INFO_SIZE);
    *offset = RECORDING_MAGIC_SIZE + size + CHUNK_EXTRA;
    return TRUE;
}

struct disp_recording *disp_recording_open_file(int file, GError **error)
{
    struct disp_recording *recording = g_new0(struct disp_recording, 1);
    struct stat info;
    uint64_t offset = 0;

    recording->file = file;
    recording->frames = g_array_new(FALSE, FALSE, sizeof(struct disp_frame));
    recording->chunk = g_byte_array_new();
    recording->raw = g_byte_array_new();
    recording->zstd = ZSTD_createDCtx();
    for (unsigned i = 0; i < RECORDING_MAX_HEADS; i++)
        recording->heads[i].at = recording->heads[i].last = recording->heads[i].key = SIZE_MAX;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || recording->zstd == NULL) {
        recording_fail(error, "it is no recording");
        disp_recording_free(recording);
        return NULL;
    }
    recording->size = (uint64_t)info.st_size;
    if (!recording_begin(recording, &offset, error)) {
        disp_recording_free(recording);
        return NULL;
    }
    recording_index(recording, offset);
    return recording;
}

struct disp_recording *disp_recording_open(const char *path, GError **error)
{
    /* A pipe of this name must not keep us waiting. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), code = errno;
    g_autofree char *shown = g_filename_display_name(path);

    if (file < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "cannot read %s: %s", shown,
                    g_strerror(code));
        return NULL;
    }
    struct disp_recording *recording = disp_recording_open_file(file, error);
    if (recording == NULL)
        g_prefix_error(error, "cannot read %s: ", shown);
    return recording;
}

void disp_recording_free(struct disp_recording *recording)
{
    if (recording == NULL)
        return;
    close(recording->file);
    for (unsigned i = 0; i < RECORDING_MAX_HEADS; i++)
        g_free(recording->heads[i].surface.pixels);
    ZSTD_freeDCtx(recording->zstd);
    g_array_unref(recording->frames);
    g_byte_array_unref(recording->chunk);
    g_byte_array_unref(recording->raw);
    g_free(recording->title);
    g_free(recording->why);
    g_free(recording->cut_off);
    g_free(recording);
}

struct disp_recording_info disp_recording_get_info(const struct disp_recording *recording)
{
    struct disp_recording_info info = recording->info;

    info.title = recording->title;
    info.why = recording->why;
    info.cut_off = recording->cut_off;
    info.size = recording->size;
    info.readable_to = recording->readable_to;
    info.frames = recording->frames->len;
    return info;
}

const struct disp_frame *disp_recording_get_frame(const struct disp_recording *recording,
                                                  size_t index)
{
    return &g_array_index(recording->frames, struct disp_frame, index);
}

size_t disp_recording_find(const struct disp_recording *recording, unsigned head, uint64_t time)
{
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < recording->frames->len; i++) {
        const struct disp_frame *frame = disp_recording_get_frame(recording, i);
        if (frame->head == head && frame->time <= time)
            found = i;
    }
    return found;
}

/* ---- frames ---- */

/* A frame's chunk while it is put into its head. */
struct frame_bytes {
    const struct disp_frame *frame;
    const uint8_t *at; /* behind the fixed part */
    size_t left, raw;  /* raw: what is decompressed of it */
    bool image;
    struct emu_cursor cursor;
};

static uint64_t frame_area(const struct frame_bytes *bytes, gboolean *fits)
{
    uint64_t area = 0;

    for (unsigned i = 0; i < bytes->frame->rects; i++) {
        struct emu_rect rect = format_get_rect(bytes->at + (size_t)i * FRAME_RECT_SIZE);
        *fits = *fits && frame_fits(&rect, bytes->frame);
        area += (uint64_t)rect.width * rect.height;
    }
    return area;
}

static gboolean frame_take_cursor(struct frame_bytes *bytes, const uint8_t *at, size_t *size)
{
    struct emu_cursor *cursor = &bytes->cursor;

    *size = !bytes->frame->cursor ? 0
            : bytes->image        ? FRAME_CURSOR_SIZE + FRAME_IMAGE_SIZE
                                  : FRAME_CURSOR_SIZE;
    if (*size > bytes->left)
        return FALSE;
    if (*size == 0)
        return TRUE;
    cursor->x = (int)format_get32(at);
    cursor->y = (int)format_get32(at + 4);
    cursor->visible = format_get32(at + 8) != 0;
    if (!bytes->image)
        return TRUE;
    cursor->width = format_get32(at + 12);
    cursor->height = format_get32(at + 16);
    cursor->hot_x = format_get32(at + 20);
    cursor->hot_y = format_get32(at + 24);
    return cursor->width <= EMU_CURSOR_MAX_SIZE && cursor->height <= EMU_CURSOR_MAX_SIZE &&
           cursor->hot_x <= EMU_CURSOR_MAX_SIZE && cursor->hot_y <= EMU_CURSOR_MAX_SIZE;
}

/* Splits the chunk and decompresses its pixels. */
static gboolean frame_unpack(struct disp_recording *recording, struct frame_bytes *bytes)
{
    const struct disp_frame *frame = bytes->frame;
    size_t rects = (size_t)frame->rects * FRAME_RECT_SIZE, cursor = 0;
    gboolean fits = TRUE;
    uint64_t area = frame_area(bytes, &fits);

    bytes->left -= rects;
    if (!fits || area > RECORDING_MAX_PIXELS ||
        !frame_take_cursor(bytes, bytes->at + rects, &cursor))
        return FALSE;
    uint64_t need = 4 * area;
    need += bytes->image ? 4u * bytes->cursor.width * bytes->cursor.height : 0;
    if (need != bytes->raw ||
        (frame->key && (frame->rects != 1 || area != (uint64_t)frame->width * frame->height)))
        return FALSE;
    g_byte_array_set_size(recording->raw, (guint)bytes->raw);
    if (bytes->raw == 0)
        return TRUE;
    return ZSTD_decompressDCtx(recording->zstd, recording->raw->data, bytes->raw,
                               bytes->at + rects + cursor, bytes->left - cursor) == bytes->raw;
}

static gboolean head_set_size(struct recording_head *head, unsigned width, unsigned height)
{
    struct emu_surface *surface = &head->surface;

    if (width == surface->width && height == surface->height)
        return TRUE;
    g_free(surface->pixels);
    surface->pixels = g_try_new0(uint32_t, (size_t)width * height);
    surface->width = surface->pixels != NULL ? width : 0;
    surface->height = surface->pixels != NULL ? height : 0;
    return surface->pixels != NULL;
}

static void frame_apply(const struct disp_recording *recording, struct recording_head *head,
                        const struct frame_bytes *bytes)
{
    const uint8_t *raw = recording->raw->data;
    struct emu_surface *surface = &head->surface;

    for (unsigned i = 0; i < bytes->frame->rects; i++) {
        struct emu_rect rect = format_get_rect(bytes->at + (size_t)i * FRAME_RECT_SIZE);
        for (unsigned y = 0; y < rect.height; y++, raw += (size_t)rect.width * 4)
            memcpy(surface->pixels + (size_t)(rect.y + y) * surface->width + rect.x, raw,
                   (size_t)rect.width * 4);
    }
    if (bytes->frame->cursor)
        head->cursor = bytes->cursor;
    if (bytes->image)
        memcpy(head->cursor.pixels, raw, 4u * head->cursor.width * head->cursor.height);
}

static gboolean recording_play(struct disp_recording *recording, size_t index)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);
    struct recording_head *head = &recording->heads[frame->head];
    const uint8_t *chunk = recording_read_chunk(recording, frame->offset, frame->size);

    head->at = SIZE_MAX;
    if (chunk == NULL)
        return FALSE;
    struct frame_bytes bytes = {
        .frame = frame,
        .at = chunk + FRAME_SIZE,
        .left = frame->size - FRAME_SIZE,
        .raw = format_get32(chunk + FRAME_RAW),
        .image = (format_get32(chunk + FRAME_FLAGS) & FRAME_HAS_IMAGE) != 0,
        .cursor = head->cursor,
    };
    if (!frame_unpack(recording, &bytes) || !head_set_size(head, frame->width, frame->height))
        return FALSE;
    frame_apply(recording, head, &bytes);
    head->at = index;
    return TRUE;
}

gboolean disp_recording_seek(struct disp_recording *recording, size_t index, GError **error)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);
    struct recording_head *head = &recording->heads[frame->head];
    size_t next = head->at != SIZE_MAX && head->at <= index && head->at >= frame->from
                      ? head->at + 1
                      : frame->from;

    for (; next <= index; next++) {
        if (disp_recording_get_frame(recording, next)->head != frame->head ||
            recording_play(recording, next))
            continue;
        head_set_size(head, 0, 0);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "frame %zu is damaged", next + 1);
        return FALSE;
    }
    return TRUE;
}

const struct emu_surface *disp_recording_get_surface(const struct disp_recording *recording,
                                                     unsigned head)
{
    return &recording->heads[head].surface;
}

const struct emu_cursor *disp_recording_get_cursor(const struct disp_recording *recording,
                                                   unsigned head)
{
    return &recording->heads[head].cursor;
}

gboolean disp_recording_check(const struct disp_recording *recording, size_t index)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);
    const struct emu_surface *surface = disp_recording_get_surface(recording, frame->head);

    return surface->width == frame->width && surface->height == frame->height &&
           disp_hash(surface->pixels, (size_t)surface->width * surface->height * 4) == frame->hash;
}
