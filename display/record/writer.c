/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chunk is one write, and taken back if it does not succeed: docs/recording.md. Every now and
 * then a frame has the whole picture, so that a reader that wants one decodes few before it. */
#include "display/record/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "display/record/changes.h"
#include "display/record/format.h"
#include "display/record/hash.h"

#define WRITER_LEVEL     1 /* of zstd: the guest's time counts more than the disk's room */
#define WRITER_KEY_AFTER 4 /* pictures' worth of changes until the next whole one */
#define WRITER_FULL      "there is no room for it on the disk"

struct writer_head {
    uint32_t *pixels; /* NULL: no frame yet */
    unsigned width, height;
    enum emu_display_state state;
    uint64_t since_key; /* pixels */
    struct emu_cursor cursor;
    bool has_cursor;
};

struct disp_writer {
    int file;
    uint64_t size, frames;
    char *fault;
    ZSTD_CCtx *zstd;
    GByteArray *chunk, *raw;
    GArray *changes; /* of struct emu_rect */
    unsigned head_count;
    struct writer_head heads[RECORDING_MAX_HEADS];
};

/* ---- the file ---- */

static bool writer_fail(struct disp_writer *writer, const char *why)
{
    if (writer->fault == NULL)
        writer->fault = g_strdup(why);
    return false;
}

static bool writer_write(struct disp_writer *writer, const uint8_t *data, size_t length)
{
    uint64_t start = writer->size;

    while (length > 0) {
        ssize_t count = write(writer->file, data, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            int code = count < 0 ? errno : ENOSPC;
            bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
            writer_fail(writer, full ? WRITER_FULL : g_strerror(code));
            /* What could not be taken back is no whole chunk, and readers stop before it. */
            if (ftruncate(writer->file, (off_t)start) == 0)
                lseek(writer->file, (off_t)start, SEEK_SET);
            writer->size = start;
            return false;
        }
        data += count;
        length -= (size_t)count;
        writer->size += (uint64_t)count;
    }
    return true;
}

/* Begins a chunk of this type; its contents' first bytes, zero, are for the caller until the next
 * is appended. */
static uint8_t *writer_begin(struct disp_writer *writer, uint32_t type, guint size)
{
    g_byte_array_set_size(writer->chunk, CHUNK_HEAD + size);
    memset(writer->chunk->data, 0, CHUNK_HEAD + size);
    format_put32(writer->chunk->data + 4, type);
    return writer->chunk->data + CHUNK_HEAD;
}

static bool writer_end(struct disp_writer *writer)
{
    GByteArray *chunk = writer->chunk;
    uint8_t crc[4];

    format_put32(chunk->data, chunk->len - CHUNK_HEAD);
    format_put32(crc, (uint32_t)crc32(0, chunk->data + 4, chunk->len - 4));
    g_byte_array_append(chunk, crc, sizeof(crc));
    return writer_write(writer, chunk->data, chunk->len);
}

static bool writer_put_info(struct disp_writer *writer, const char *title, int64_t start,
                            uint64_t base)
{
    uint8_t *info = writer_begin(writer, CHUNK_INFO, INFO_SIZE);

    format_put32(info + INFO_VERSION, RECORDING_VERSION);
    format_put32(info + INFO_HEADS, writer->head_count);
    format_put64(info + INFO_START, (uint64_t)start);
    format_put64(info + INFO_BASE, base);
    g_byte_array_append(writer->chunk, (const guint8 *)title,
                        (guint)MIN(strlen(title), RECORDING_MAX_TITLE));
    return writer_write(writer, (const uint8_t *)RECORDING_MAGIC, RECORDING_MAGIC_SIZE) &&
           writer_end(writer);
}

struct disp_writer *disp_writer_new(const char *path, const char *title, unsigned heads,
                                    int64_t start, uint64_t base, GError **error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int code = errno;

    if (file < 0) {
        g_autofree char *shown = g_filename_display_name(path);
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code),
                    code == EEXIST ? "%s is there already: give the recording another name (%s)"
                                   : "cannot write %s: %s",
                    shown, g_strerror(code));
        return NULL;
    }
    struct disp_writer *writer = g_new0(struct disp_writer, 1);
    writer->file = file;
    writer->head_count = CLAMP(heads, 1, RECORDING_MAX_HEADS);
    writer->zstd = ZSTD_createCCtx();
    writer->chunk = g_byte_array_new();
    writer->raw = g_byte_array_new();
    writer->changes = g_array_new(FALSE, FALSE, sizeof(struct emu_rect));
    if (writer->zstd == NULL)
        writer_fail(writer, "no memory");
    if (writer->fault == NULL && writer_put_info(writer, title, start, base))
        return writer;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write %s: %s", path, writer->fault);
    disp_writer_free(writer);
    unlink(path);
    return NULL;
}

void disp_writer_free(struct disp_writer *writer)
{
    if (writer == NULL)
        return;
    close(writer->file);
    ZSTD_freeCCtx(writer->zstd);
    g_byte_array_unref(writer->chunk);
    g_byte_array_unref(writer->raw);
    g_array_unref(writer->changes);
    for (unsigned i = 0; i < writer->head_count; i++)
        g_free(writer->heads[i].pixels);
    g_free(writer->fault);
    g_free(writer);
}

/* ---- frames ---- */

/* Another mode begins with a black picture. False: no memory, or too large. */
static bool writer_set_size(struct disp_writer *writer, struct writer_head *head, unsigned width,
                            unsigned height)
{
    size_t pixels = (size_t)width * height;

    if (head->pixels != NULL && width == head->width && height == head->height)
        return true;
    g_clear_pointer(&head->pixels, g_free);
    if (width > EMU_DISPLAY_MAX_SIZE || height > EMU_DISPLAY_MAX_SIZE || pixels == 0 ||
        pixels > RECORDING_MAX_PIXELS)
        return writer_fail(writer, "a picture is larger than a recording can have");
    head->pixels = g_try_new0(uint32_t, pixels);
    if (head->pixels == NULL)
        return writer_fail(writer, "no memory");
    head->width = width;
    head->height = height;
    head->since_key = UINT64_MAX;
    return true;
}

/* What changed goes into the picture. Returns how many pixels. */
static uint64_t writer_take_pixels(struct disp_writer *writer, struct writer_head *head,
                                   const struct disp_look *look)
{
    const uint32_t *pixels = look->pixels;
    uint64_t changed = 0;

    g_array_set_size(writer->changes, 0);
    for (unsigned i = 0; i < look->count; i++) {
        const struct emu_rect *rect = &look->rects[i];
        disp_changes_take(head->pixels, head->width, rect, pixels, writer->changes);
        pixels += (size_t)rect->width * rect->height;
    }
    for (guint i = 0; i < writer->changes->len; i++) {
        const struct emu_rect *rect = &g_array_index(writer->changes, struct emu_rect, i);
        changed += (uint64_t)rect->width * rect->height;
    }
    return changed;
}

/* Which flags the frame gets for its pointer: moved, and with another image. */
static uint32_t writer_take_cursor(struct writer_head *head, const struct emu_cursor *cursor)
{
    const struct emu_cursor *old = &head->cursor;

    if (cursor == NULL || (head->has_cursor && !cursor->visible && !old->visible))
        return 0;
    bool image = !head->has_cursor || cursor->serial != old->serial;
    bool moved =
        image || cursor->x != old->x || cursor->y != old->y || cursor->visible != old->visible;
    head->cursor = *cursor;
    head->cursor.width = MIN(cursor->width, EMU_CURSOR_MAX_SIZE);
    head->cursor.height = MIN(cursor->height, EMU_CURSOR_MAX_SIZE);
    head->has_cursor = true;
    return (moved ? FRAME_HAS_CURSOR : 0) | (image ? FRAME_HAS_IMAGE : 0);
}

static void writer_add_rects(struct disp_writer *writer, const struct writer_head *head)
{
    g_byte_array_set_size(writer->raw, 0);
    for (guint i = 0; i < writer->changes->len; i++) {
        const struct emu_rect *rect = &g_array_index(writer->changes, struct emu_rect, i);
        uint8_t bytes[FRAME_RECT_SIZE];
        format_put_rect(bytes, rect);
        g_byte_array_append(writer->chunk, bytes, sizeof(bytes));
        for (unsigned y = 0; y < rect->height; y++)
            g_byte_array_append(
                writer->raw,
                (const guint8 *)(head->pixels + (size_t)(rect->y + y) * head->width + rect->x),
                rect->width * 4);
    }
}

static void writer_add_cursor(struct disp_writer *writer, const struct emu_cursor *cursor,
                              uint32_t flags)
{
    uint8_t bytes[FRAME_CURSOR_SIZE + FRAME_IMAGE_SIZE];

    if ((flags & FRAME_HAS_CURSOR) == 0)
        return;
    format_put32(bytes, (uint32_t)cursor->x);
    format_put32(bytes + 4, (uint32_t)cursor->y);
    format_put32(bytes + 8, cursor->visible);
    format_put32(bytes + 12, cursor->width);
    format_put32(bytes + 16, cursor->height);
    format_put32(bytes + 20, cursor->hot_x);
    format_put32(bytes + 24, cursor->hot_y);
    bool image = (flags & FRAME_HAS_IMAGE) != 0;
    g_byte_array_append(writer->chunk, bytes, image ? sizeof(bytes) : FRAME_CURSOR_SIZE);
    if (image)
        g_byte_array_append(writer->raw, (const guint8 *)cursor->pixels,
                            cursor->width * cursor->height * 4);
}

static bool writer_compress(struct disp_writer *writer)
{
    guint at = writer->chunk->len;
    size_t bound = ZSTD_compressBound(writer->raw->len);

    if (writer->raw->len == 0)
        return true;
    g_byte_array_set_size(writer->chunk, at + (guint)bound);
    size_t length = ZSTD_compressCCtx(writer->zstd, writer->chunk->data + at, bound,
                                      writer->raw->data, writer->raw->len, WRITER_LEVEL);
    if (ZSTD_isError(length))
        return writer_fail(writer, "no memory");
    g_byte_array_set_size(writer->chunk, at + (guint)length);
    return true;
}

static void writer_fill(uint8_t *frame, const struct writer_head *head,
                        const struct disp_look *look, uint32_t flags, const struct emu_rect *box)
{
    format_put32(frame + FRAME_HEAD, look->head);
    format_put32(frame + FRAME_FLAGS, flags);
    format_put64(frame + FRAME_TIME, look->time);
    format_put64(frame + FRAME_HASH,
                 disp_hash(head->pixels, (size_t)head->width * head->height * 4));
    format_put32(frame + FRAME_WIDTH, head->width);
    format_put32(frame + FRAME_HEIGHT, head->height);
    format_put32(frame + FRAME_STATE, (uint32_t)look->state);
    format_put32(frame + FRAME_MERGED, look->merged);
    format_put_rect(frame + FRAME_BOX, box);
}

/* A whole picture is due: also with the pointer, as a reader may begin here. */
static uint32_t writer_make_key(struct disp_writer *writer, struct writer_head *head)
{
    const struct emu_rect all = {0, 0, head->width, head->height};

    g_array_set_size(writer->changes, 0);
    g_array_append_val(writer->changes, all);
    head->since_key = 0;
    return FRAME_IS_KEY | (head->has_cursor ? FRAME_HAS_CURSOR | FRAME_HAS_IMAGE : 0);
}

bool disp_writer_put(struct disp_writer *writer, const struct disp_look *look)
{
    struct writer_head *head = &writer->heads[look->head];

    if (writer->fault != NULL || look->head >= writer->head_count ||
        !writer_set_size(writer, head, look->width, look->height))
        return false;
    uint64_t area = (uint64_t)head->width * head->height;
    uint64_t changed = writer_take_pixels(writer, head, look);
    uint32_t flags = writer_take_cursor(head, look->cursor);
    bool first = head->since_key == UINT64_MAX;
    if (changed == 0 && flags == 0 && look->state == head->state && !first)
        return true;
    struct emu_rect box = disp_changes_box(writer->changes);
    head->state = look->state;
    head->since_key += first ? 0 : changed;
    if (head->since_key >= WRITER_KEY_AFTER * area || changed >= area ||
        writer->changes->len > FRAME_MAX_RECTS)
        flags |= writer_make_key(writer, head);
    writer_fill(writer_begin(writer, CHUNK_FRAME, FRAME_SIZE), head, look, flags, &box);
    writer_add_rects(writer, head);
    writer_add_cursor(writer, &head->cursor, flags);
    format_put32(writer->chunk->data + CHUNK_HEAD + FRAME_RECTS, writer->changes->len);
    format_put32(writer->chunk->data + CHUNK_HEAD + FRAME_RAW, writer->raw->len);
    if (!writer_compress(writer) || !writer_end(writer))
        return false;
    writer->frames++;
    return true;
}

/* ---- the end ---- */

bool disp_writer_done(struct disp_writer *writer, uint64_t time, uint64_t merged, const char *text)
{
    const char *why = writer->fault != NULL ? writer->fault : text;
    uint8_t *done = writer_begin(writer, CHUNK_DONE, DONE_SIZE);

    format_put32(done + DONE_REASON, why != NULL ? DONE_DISK : DONE_STOPPED);
    format_put64(done + DONE_TIME, time);
    format_put64(done + DONE_FRAMES, writer->frames);
    format_put64(done + DONE_MERGED, merged);
    if (why != NULL)
        g_byte_array_append(writer->chunk, (const guint8 *)why,
                            (guint)MIN(strlen(why), DONE_MAX_TEXT));
    return writer_end(writer) && (fdatasync(writer->file) == 0 || errno == EINVAL);
}

const char *disp_writer_get_fault(const struct disp_writer *writer)
{
    return writer->fault;
}

uint64_t disp_writer_get_frames(const struct disp_writer *writer)
{
    return writer->frames;
}

uint64_t disp_writer_get_size(const struct disp_writer *writer)
{
    return writer->size;
}
