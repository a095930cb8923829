/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording, with the frames of each screen in a list of their own. */
#include "app/flipbook/flipbook.h"

#include <glib/gi18n.h>

#include "app/plan/error.h"
#include "display/record/export.h"

struct lathe_flipbook {
    struct disp_recording *recording;
    struct disp_recording_info info;
    char *path;
    GArray **frames; /* of each head, size_t: indices in the recording */
    unsigned head;
    size_t position;
};

static size_t flipbook_index(const struct lathe_flipbook *book, unsigned head, size_t position)
{
    return g_array_index(book->frames[head], size_t, position);
}

size_t lathe_flipbook_count(const struct lathe_flipbook *book, unsigned head)
{
    return head < book->info.heads ? book->frames[head]->len : 0;
}

static void flipbook_sort(struct lathe_flipbook *book)
{
    book->frames = g_new0(GArray *, book->info.heads);
    for (unsigned i = 0; i < book->info.heads; i++)
        book->frames[i] = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (size_t i = 0; i < book->info.frames; i++)
        g_array_append_val(book->frames[disp_recording_get_frame(book->recording, i)->head], i);
}

/* Shows it; the place stays where it was if that fails. */
static gboolean flipbook_show(struct lathe_flipbook *book, unsigned head, size_t position,
                              GError **error)
{
    if (!disp_recording_seek(book->recording, flipbook_index(book, head, position), error)) {
        disp_recording_seek(book->recording, flipbook_index(book, book->head, book->position),
                            NULL);
        return FALSE;
    }
    book->head = head;
    book->position = position;
    return TRUE;
}

static gboolean flipbook_begin(struct lathe_flipbook *book, GError **error)
{
    for (unsigned i = 0; i < book->info.heads; i++) {
        if (book->frames[i]->len == 0)
            continue;
        book->head = i;
        return flipbook_show(book, i, 0, error);
    }
    return lathe_error_input(error, "%s: the recording has no frame", book->path);
}

struct lathe_flipbook *lathe_flipbook_new(const char *path, GError **error)
{
    struct disp_recording *recording = disp_recording_open(path, error);

    if (recording == NULL)
        return NULL;
    struct lathe_flipbook *book = g_new0(struct lathe_flipbook, 1);
    book->recording = recording;
    book->info = disp_recording_get_info(recording);
    book->path = g_canonicalize_filename(path, NULL);
    flipbook_sort(book);
    if (flipbook_begin(book, error))
        return book;
    lathe_flipbook_free(book);
    return NULL;
}

void lathe_flipbook_free(struct lathe_flipbook *book)
{
    if (book == NULL)
        return;
    for (unsigned i = 0; i < book->info.heads; i++)
        g_array_unref(book->frames[i]);
    g_free(book->frames);
    disp_recording_free(book->recording);
    g_free(book->path);
    g_free(book);
}

struct lathe_flipbook_page lathe_flipbook_get_page(const struct lathe_flipbook *book)
{
    size_t index = flipbook_index(book, book->head, book->position);

    return (struct lathe_flipbook_page){
        .head = book->head,
        .position = book->position,
        .count = book->frames[book->head]->len,
        .index = index,
        .frame = disp_recording_get_frame(book->recording, index),
        .surface = disp_recording_get_surface(book->recording, book->head),
        .cursor = disp_recording_get_cursor(book->recording, book->head),
        .good = disp_recording_check(book->recording, index),
    };
}

struct disp_recording_info lathe_flipbook_get_info(const struct lathe_flipbook *book)
{
    return book->info;
}

const char *lathe_flipbook_get_path(const struct lathe_flipbook *book)
{
    return book->path;
}

/* ---- steps ---- */

gboolean lathe_flipbook_go(struct lathe_flipbook *book, size_t position, GError **error)
{
    return flipbook_show(book, book->head, MIN(position, book->frames[book->head]->len - 1), error);
}

gboolean lathe_flipbook_step(struct lathe_flipbook *book, int frames, GError **error)
{
    size_t back = frames < 0 ? (size_t) - (gint64)frames : 0;

    if (back > book->position)
        return lathe_flipbook_go(book, 0, error);
    return lathe_flipbook_go(book, book->position + (frames < 0 ? 0 : (size_t)frames) - back,
                             error);
}

/* The last one of a head up to a time; the first if all are later. */
static size_t flipbook_find(const struct lathe_flipbook *book, unsigned head, uint64_t time)
{
    size_t low = 0, high = book->frames[head]->len;

    while (low < high) {
        size_t middle = low + (high - low) / 2, index = flipbook_index(book, head, middle);
        if (disp_recording_get_frame(book->recording, index)->time <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

gboolean lathe_flipbook_set_head(struct lathe_flipbook *book, unsigned head, GError **error)
{
    if (lathe_flipbook_count(book, head) == 0)
        return lathe_error_input(error, "the recording has no frame of screen %u", head + 1);
    size_t index = flipbook_index(book, book->head, book->position);
    uint64_t time = disp_recording_get_frame(book->recording, index)->time;
    return flipbook_show(book, head, flipbook_find(book, head, time), error);
}

/* ---- for people ---- */

char *lathe_flipbook_describe(const struct lathe_flipbook_page *page)
{
    /* Translators: of a recording: which frame of how many, the guest's time in seconds, its
     * width and height */
    return g_strdup_printf(_("Frame %zu of %zu, %.6f s, %u×%u"), page->position + 1, page->count,
                           (double)page->frame->time / 1e9, page->frame->width,
                           page->frame->height);
}

char *lathe_flipbook_describe_hash(const struct lathe_flipbook_page *page)
{
    /* Translators: %s is a number of 16 digits that is computed of a picture's pixels */
    const char *format = page->good ? _("Hash %s, which the picture has")
                                    : _("Hash %s, which the picture does not have");
    g_autofree char *hash = g_strdup_printf("%016" G_GINT64_MODIFIER "x", page->frame->hash);

    return g_strdup_printf(format, hash);
}

GBytes *lathe_flipbook_encode(struct lathe_flipbook *book, gboolean cursor, GError **error)
{
    return disp_export_frame(book->recording, flipbook_index(book, book->head, book->position),
                             cursor, error);
}

char *lathe_flipbook_dup_name(const struct lathe_flipbook *book)
{
    size_t index = flipbook_index(book, book->head, book->position);

    return g_strdelimit(g_strdup_printf("%s frame %06zu.png", book->info.title, index + 1),
                        G_DIR_SEPARATOR_S, '-');
}
