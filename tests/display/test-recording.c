/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings: what is written is read, whole, cut off, damaged and on a full disk; recording a
 * screen; export as (animated) PNG, which is taken apart here. */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "display/record/changes.h"
#include "display/record/export.h"
#include "display/record/hash.h"
#include "display/record/recorder.h"
#include "tests/app/fake-display.h"
#include "tests/display/recording-rig.h"
#include "tests/test.h"

/* ---- the hash ---- */

/* zstd's checksum is the lower half of the same hash. */
static uint32_t other_hash(const void *data, size_t length)
{
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    size_t bound = ZSTD_compressBound(length);
    g_autofree uint8_t *out = g_malloc(bound);
    uint32_t hash;

    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size_t size = ZSTD_compress2(zstd, out, bound, data, length);
    ZSTD_freeCCtx(zstd);
    memcpy(&hash, out + size - sizeof(hash), sizeof(hash));
    return GUINT32_FROM_LE(hash);
}

static void test_hash(void)
{
    uint8_t bytes[300];

    CHECK_EQ(disp_hash("", 0), 0xef46db3751d8e999);
    CHECK_EQ(disp_hash("a", 1), 0xd24ec4f1a98c6e5b);
    CHECK_EQ(disp_hash("abc", 3), 0x44bc2cf5ad770999);
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * i * 31 + 7);
        CHECK_EQ((uint32_t)disp_hash(bytes, i), other_hash(bytes, i));
    }
}

/* ---- changes ---- */

static void test_changes(void)
{
    uint32_t picture[64 * 64] = {0}, pixels[64 * 64] = {0};
    const struct emu_rect all = {0, 0, 64, 64};
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(struct emu_rect));

    disp_changes_take(picture, 64, &all, pixels, changes);
    CHECK_EQ(changes->len, 0);
    pixels[5 * 64 + 7] = pixels[6 * 64 + 9] = 1;
    pixels[60 * 64 + 63] = 2;
    disp_changes_take(picture, 64, &all, pixels, changes);
    CHECK_EQ(changes->len, 2);
    const struct emu_rect wanted[] = {{7, 5, 3, 2}, {63, 60, 1, 1}};
    CHECK(memcmp(changes->data, wanted, sizeof(wanted)) == 0);
    CHECK(memcmp(picture, pixels, sizeof(pixels)) == 0);
    struct emu_rect box = disp_changes_box(changes);
    CHECK(box.x == 7 && box.y == 5 && box.width == 57 && box.height == 56);
    memset(pixels, 9, sizeof(pixels)); /* all of it is one band */
    g_array_set_size(changes, 0);
    disp_changes_take(picture, 64, &all, pixels, changes);
    CHECK(changes->len == 1 && memcmp(changes->data, &all, sizeof(all)) == 0);
}

/* ---- whole ---- */

static void check_frame(struct disp_recording *recording, const struct rig_movie *movie, size_t i)
{
    unsigned head = disp_recording_get_frame(recording, i)->head;
    const struct emu_cursor *cursor = disp_recording_get_cursor(recording, head);

    CHECK_EQ(head, i % 2);
    CHECK(disp_recording_seek(recording, i, NULL));
    CHECK(rig_same(disp_recording_get_surface(recording, head), &movie->shown[i]));
    CHECK(disp_recording_check(recording, i));
    if (head != 0)
        return;
    CHECK(cursor->visible == movie->cursors[i].visible);
    if (cursor->visible)
        CHECK(cursor->x == movie->cursors[i].x &&
              memcmp(cursor->pixels, movie->cursors[i].pixels, 64 * 4) == 0);
}

static void test_round(void)
{
    struct rig_movie *movie = rig_movie_new();
    g_autoptr(GError) error = NULL;
    struct disp_recording *recording = disp_recording_open(movie->path, &error);
    struct disp_recording_info info = disp_recording_get_info(recording);
    unsigned keys = 0;

    CHECK(info.whole && info.cut_off == NULL && info.why == NULL);
    CHECK_STR(info.title, "Wölkchen");
    CHECK(info.heads == 2 && info.frames == RIG_FRAMES && info.merged == 3);
    CHECK(info.start == 1700000000000000 && info.base == 5000000 && info.time == 77000000);
    for (size_t i = 0; i < RIG_FRAMES; i++) {
        check_frame(recording, movie, i);
        keys += disp_recording_get_frame(recording, i)->key;
    }
    CHECK(keys > 4 && keys < RIG_FRAMES / 2); /* also between changes of the mode */
    for (size_t i = RIG_FRAMES; i-- > 0;)
        check_frame(recording, movie, i);
    for (size_t i = 0; i < 200; i++)
        check_frame(recording, movie, i * 37 % RIG_FRAMES);
    CHECK_EQ(disp_recording_find(recording, 1, 5500000), 11);
    CHECK_EQ(disp_recording_find(recording, 7, 5500000), SIZE_MAX);
    disp_recording_free(recording);
    rig_movie_free(movie);
}

/* A file that is there is left alone; one without pixels is none. */
static void test_names(void)
{
    struct rig_movie *movie = rig_movie_new();
    g_autoptr(GError) error = NULL;

    CHECK(disp_writer_new(movie->path, "", 1, 0, 0, &error) == NULL && error != NULL);
    g_clear_error(&error);
    CHECK(disp_writer_new("/nowhere/at/all", "", 1, 0, 0, &error) == NULL && error != NULL);
    g_clear_error(&error);
    CHECK(disp_recording_open("/nowhere/at/all", &error) == NULL && error != NULL);
    g_clear_error(&error);
    CHECK(disp_recording_open("/dev/null", &error) == NULL && error != NULL);
    g_clear_error(&error);
    g_file_set_contents(movie->path, "LatheRec and so on, and on, and on", -1, NULL);
    CHECK(disp_recording_open(movie->path, &error) == NULL && error != NULL);
    rig_movie_free(movie);
}

/* ---- cut off and damaged ---- */

/* Wherever a crash cuts it off, what is whole before is there. */
static void test_prefix(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct disp_recording *whole = disp_recording_open(movie->path, NULL);
    uint64_t size = disp_recording_get_info(whole).size;
    uint64_t first = disp_recording_get_frame(whole, 0)->offset;

    for (uint64_t cut = size - 1; cut > first; cut -= MIN(cut, 1 + cut % 97)) {
        size_t frames = 0;
        CHECK(truncate(movie->path, (off_t)cut) == 0);
        struct disp_recording *recording = disp_recording_open(movie->path, NULL);
        struct disp_recording_info info = disp_recording_get_info(recording);
        while (frames < RIG_FRAMES && disp_recording_get_frame(whole, frames)->offset +
                                              disp_recording_get_frame(whole, frames)->size + 12 <=
                                          cut)
            frames++;
        CHECK_EQ(info.frames, frames);
        CHECK(!info.whole && info.cut_off != NULL);
        if (info.frames > 0)
            check_frame(recording, movie, info.frames - 1);
        disp_recording_free(recording);
    }
    disp_recording_free(whole);
    rig_movie_free(movie);
}

static void flip_byte(const char *path, uint64_t offset, uint8_t bits)
{
    FILE *file = fopen(path, "r+b");

    fseek(file, (long)offset, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, (long)offset, SEEK_SET);
    fputc(byte ^ bits, file);
    fclose(file);
}

/* A byte that is another is found, and frames of the other head are good. */
static void test_damage(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct disp_recording *recording = disp_recording_open(movie->path, NULL);
    const struct disp_frame *frame = disp_recording_get_frame(recording, 30);
    g_autoptr(GError) error = NULL;

    flip_byte(movie->path, frame->offset + 8 + 64 + frame->size / 2, 0x10);
    CHECK(disp_recording_seek(recording, 29, NULL));
    CHECK(!disp_recording_seek(recording, 30, &error) && error != NULL);
    CHECK_EQ(disp_recording_get_surface(recording, 0)->width, 0);
    CHECK(disp_recording_seek(recording, 31, NULL));
    check_frame(recording, movie, 28);
    disp_recording_free(recording);
    rig_movie_free(movie);
}

/* The end of the file is another one than the disk got: as after a power cut. */
static void test_power_cut(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct disp_recording *recording = disp_recording_open(movie->path, NULL);
    const struct disp_frame frame = *disp_recording_get_frame(recording, 57);

    disp_recording_free(recording);
    CHECK(truncate(movie->path, (off_t)(frame.offset + frame.size)) == 0);
    CHECK(truncate(movie->path, (off_t)(frame.offset + 100000)) == 0); /* zeroes */
    recording = disp_recording_open(movie->path, NULL);
    CHECK_EQ(disp_recording_get_info(recording).frames, 57);
    CHECK_EQ(disp_recording_get_info(recording).readable_to, frame.offset);
    check_frame(recording, movie, 56);
    disp_recording_free(recording);
    rig_movie_free(movie);
}

/* ---- a full disk ---- */

static struct disp_look flat_look(const uint32_t *pixels, unsigned width, unsigned height)
{
    return (struct disp_look){.state = EMU_DISPLAY_GRAPHICS,
                              .width = width,
                              .height = height,
                              .count = 1,
                              .rects = {{0, 0, width, height}},
                              .pixels = pixels};
}

static void test_full(void)
{
    g_autofree char *path =
        g_strdup_printf("%s/lathe-full-%d.lrec", g_get_tmp_dir(), (int)getpid());
    static uint32_t pixels[200 * 200];
    struct rlimit before, small = {100000, RLIM_INFINITY};
    unsigned seed = 1, frames = 0;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    struct disp_writer *writer = disp_writer_new(path, "", 1, 0, 0, NULL);
    struct disp_look look = flat_look(pixels, 200, 200);
    setrlimit(RLIMIT_FSIZE, &small);
    do {
        for (unsigned i = 0; i < G_N_ELEMENTS(pixels); i++, seed = seed * 1103515245u + 12345u)
            pixels[i] = seed >> 8;
        look.time += 1000;
    } while (disp_writer_put(writer, &look) && ++frames < 100);
    CHECK(frames == 0 || frames < 100);
    CHECK(disp_writer_get_fault(writer) != NULL);
    CHECK(!disp_writer_put(writer, &look)); /* it does not go on */
    disp_writer_done(writer, look.time, 0, NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    disp_writer_free(writer);
    struct disp_recording *recording = disp_recording_open(path, NULL);
    struct disp_recording_info info = disp_recording_get_info(recording);
    CHECK_EQ(info.frames, frames);
    CHECK(info.size <= 100000);
    CHECK(info.why != NULL && strstr(info.why, "no room") != NULL);
    disp_recording_free(recording);
    unlink(path);
}

/* ---- a screen ---- */

struct live {
    struct emu_display *display;
    struct disp_screen *screen;
    char *path;
    struct disp_recorder *recorder;
    uint64_t now;
    unsigned ended;
};

static uint64_t live_now(void *opaque)
{
    struct live *live = opaque;

    return live->now != 0 ? live->now : (uint64_t)g_get_monotonic_time() * 1000;
}

static void live_ended(void *opaque)
{
    ((struct live *)opaque)->ended++;
}

static void spin(unsigned milliseconds)
{
    gint64 end = g_get_monotonic_time() + milliseconds * 1000;

    while (g_get_monotonic_time() < end) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(500);
    }
}

static struct live *live_new(const char *mode)
{
    struct live *live = g_new0(struct live, 1);

    live->path = g_strdup_printf("%s/lathe-live-%d.lrec", g_get_tmp_dir(), (int)getpid());
    unlink(live->path);
    live->display = fake_display_new("screen");
    live->screen = disp_screen_new();
    fake_display_command(live->display, "mode", mode);
    disp_screen_connect(live->screen, live->display);
    disp_screen_set_running(live->screen, true);
    const struct disp_recorder_config config = {.path = live->path,
                                                .title = "live",
                                                .screens = &live->screen,
                                                .count = 1,
                                                .now = live_now,
                                                .ended = live_ended,
                                                .opaque = live};
    live->recorder = disp_recorder_new(&config, NULL);
    return live;
}

static struct disp_recorder_status live_await_frames(struct live *live, uint64_t frames)
{
    struct disp_recorder_status status = disp_recorder_get_status(live->recorder);

    for (unsigned i = 0; i < 100 * test_patience() && status.frames < frames; i++) {
        spin(50);
        status = disp_recorder_get_status(live->recorder);
    }
    return status;
}

static void live_stop(struct live *live)
{
    disp_recorder_stop(live->recorder);
    for (unsigned i = 0; i < 200 * test_patience() && live->ended == 0; i++)
        spin(50);
    CHECK_EQ(live->ended, 1);
}

static void live_free(struct live *live)
{
    disp_recorder_free(live->recorder);
    disp_screen_connect(live->screen, NULL);
    disp_screen_free(live->screen);
    fake_display_free(live->display);
    unlink(live->path);
    g_free(live->path);
    g_free(live);
}

static size_t live_verify(struct live *live, bool last_is_shown)
{
    struct disp_recording *recording = disp_recording_open(live->path, NULL);
    struct disp_recording_info info = disp_recording_get_info(recording);

    for (size_t i = 0; i < info.frames; i++)
        CHECK(disp_recording_seek(recording, i, NULL) && disp_recording_check(recording, i));
    CHECK(info.whole && info.frames > 0);
    if (last_is_shown)
        CHECK(rig_same(disp_recording_get_surface(recording, 0),
                       disp_screen_get_surface(live->screen)));
    disp_recording_free(recording);
    return info.frames;
}

static void test_live(void)
{
    struct live *live = live_new("320 200");
    struct disp_recorder_status status = live_await_frames(live, 1);

    CHECK(status.frames == 1 && !status.ended);
    uint64_t size = status.size;
    spin(700);
    status = disp_recorder_get_status(live->recorder);
    CHECK(status.size == size && status.frames == 1); /* a static screen costs nothing */
    fake_display_command(live->display, "film", "");
    live_await_frames(live, 20);
    fake_display_command(live->display, "mode", "200 300");
    live_await_frames(live, 30);
    fake_display_command(live->display, "still", "");
    live_stop(live);
    status = disp_recorder_get_status(live->recorder);
    CHECK(status.ended && status.why == NULL && status.frames >= 30);
    CHECK_EQ(live_verify(live, true), status.frames);
    live_free(live);
}

/* A disk and a processor that are too slow for a film of 64 MiB a frame: frames are merged, nothing
 * grows without bound, and the end is what was shown in the end. */
static void test_slow(void)
{
    struct live *live = live_new("4096 4096");

    fake_display_command(live->display, "film", "");
    for (unsigned i = 0; i < 60 * test_patience(); i++) {
        spin(50);
        if (disp_recorder_get_status(live->recorder).merged > 2)
            break;
    }
    live_stop(live);
    struct disp_recorder_status status = disp_recorder_get_status(live->recorder);
    CHECK(status.merged > 2);
    live_verify(live, true);
    live_free(live);
}

/* Freed while it records, as when the machine's process ends; the clock stands. */
static void test_leave(void)
{
    struct live *live = live_new("320 200");

    live->now = 123456;
    fake_display_command(live->display, "film", "");
    spin(200);
    disp_recorder_free(live->recorder);
    live->recorder = NULL;
    CHECK_EQ(live->ended, 0);
    live_verify(live, false);
    live_free(live);
}

/* ---- APNG ---- */

/* What a reader of PNG makes of it. */
struct player {
    const guint8 *data;
    gsize size;
    unsigned width, height, frames, shown, sequence;
    uint32_t *canvas;
    struct emu_rect rect;
    double seconds;
    GByteArray *packed;
};

static uint32_t get32(const guint8 *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void player_draw(struct player *player)
{
    const struct emu_rect *rect = &player->rect;
    uLongf length = (uLongf)rect->height * (1 + 3 * rect->width);
    g_autofree guint8 *rows = g_malloc0(length), *above = g_malloc0(3 * rect->width);

    if (player->packed->len == 0)
        return;
    CHECK(uncompress(rows, &length, player->packed->data, player->packed->len) == Z_OK);
    CHECK_EQ(length, (uLongf)rect->height * (1 + 3 * rect->width));
    guint8 *row = rows;
    for (unsigned y = 0; y < rect->height; y++, row += 1 + 3 * rect->width) {
        CHECK(row[0] == 0 || row[0] == 2);
        for (unsigned i = 0; i < 3 * rect->width; i++)
            above[i] = (guint8)(row[1 + i] + (row[0] == 2 ? above[i] : 0));
        for (unsigned x = 0; x < rect->width; x++)
            player->canvas[(rect->y + y) * player->width + rect->x + x] =
                (uint32_t)above[3 * x] << 16 | (uint32_t)above[3 * x + 1] << 8 | above[3 * x + 2];
    }
    g_byte_array_set_size(player->packed, 0);
    player->shown++;
}

static void player_chunk(struct player *player, const guint8 *chunk, uint32_t size)
{
    const guint8 *data = chunk + 8;

    CHECK_EQ(crc32(0, chunk + 4, size + 4), get32(chunk + 8 + size));
    if (memcmp(chunk + 4, "acTL", 4) == 0)
        player->frames = get32(data);
    if (memcmp(chunk + 4, "fcTL", 4) == 0 || memcmp(chunk + 4, "fdAT", 4) == 0)
        CHECK_EQ(get32(data), player->sequence++);
    if (memcmp(chunk + 4, "fcTL", 4) == 0) {
        player->rect =
            (struct emu_rect){get32(data + 12), get32(data + 16), get32(data + 4), get32(data + 8)};
        CHECK(player->rect.x + player->rect.width <= player->width);
        CHECK(player->rect.y + player->rect.height <= player->height);
        player->seconds += (data[20] * 256 + data[21]) / (double)(data[22] * 256 + data[23]);
    }
    if (memcmp(chunk + 4, "IDAT", 4) == 0)
        g_byte_array_append(player->packed, data, size);
    if (memcmp(chunk + 4, "fdAT", 4) == 0)
        g_byte_array_append(player->packed, data + 4, size - 4);
}

/* Up to the next frame that is drawn. */
static void player_step(struct player *player)
{
    unsigned before = player->shown;

    while (player->shown == before && player->size >= 12) {
        uint32_t size = get32(player->data);
        player_chunk(player, player->data, size);
        player->data += size + 12;
        player->size -= size + 12;
        player_draw(player);
    }
}

static void player_begin(struct player *player, GByteArray *file)
{
    CHECK(memcmp(file->data, "\211PNG\r\n\032\n\0\0\0\rIHDR", 16) == 0);
    *player = (struct player){.data = file->data + 8, .size = file->len - 8};
    player->width = get32(file->data + 16);
    player->height = get32(file->data + 20);
    CHECK(file->data[24] == 8 && file->data[25] == 2);
    player->rect = (struct emu_rect){0, 0, player->width, player->height};
    player->canvas = g_new0(uint32_t, (gsize)player->width * player->height);
    player->packed = g_byte_array_new();
}

static bool append(void *opaque, const void *data, size_t length)
{
    g_byte_array_append(opaque, data, (guint)length);
    return true;
}

/* Is the picture in the canvas's corner, and nothing around it? */
static bool player_shows(const struct player *player, const struct emu_surface *surface)
{
    for (unsigned y = 0; y < player->height; y++) {
        for (unsigned x = 0; x < player->width; x++) {
            uint32_t pixel = x < surface->width && y < surface->height
                                 ? surface->pixels[y * surface->width + x]
                                 : 0;
            if (player->canvas[y * player->width + x] != pixel)
                return false;
        }
    }
    return true;
}

static void test_apng(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct disp_recording *recording = disp_recording_open(movie->path, NULL);
    const struct disp_export export = {.head = 1, .from = 2500000, .to = UINT64_MAX};
    g_autoptr(GArray) list = disp_export_list(recording, &export);
    GByteArray *file = g_byte_array_new();
    struct player player;

    CHECK_EQ(list->len, RIG_FRAMES / 2 - 2);
    CHECK(disp_export_apng(recording, &export, list, append, file, NULL, NULL));
    player_begin(&player, file);
    for (guint i = 0; i < list->len; i++) {
        player_step(&player);
        CHECK(player_shows(&player, &movie->shown[g_array_index(list, size_t, i)]));
    }
    CHECK_EQ(player.frames, list->len);
    CHECK(player.size == 12 && memcmp(player.data + 4, "IEND", 4) == 0);
    CHECK(player.seconds > 0.0745 - 20e-6 && player.seconds < 0.0745 + 20e-6);
    g_free(player.canvas);
    g_byte_array_unref(player.packed);
    g_byte_array_unref(file);
    disp_recording_free(recording);
    rig_movie_free(movie);
}

/* One frame is a PNG that is not animated; with the pointer it has the pointer's pixels. */
static void test_png(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct disp_recording *recording = disp_recording_open(movie->path, NULL);
    g_autoptr(GBytes) plain = disp_export_frame(recording, 40, false, NULL);
    g_autoptr(GBytes) pointed = disp_export_frame(recording, 40, true, NULL);
    GByteArray *files[] = {g_bytes_unref_to_array(g_bytes_ref(plain)),
                           g_bytes_unref_to_array(g_bytes_ref(pointed))};
    struct player player;

    for (unsigned i = 0; i < 2; i++) {
        player_begin(&player, files[i]);
        player_step(&player);
        CHECK(player.frames == 0 && player_shows(&player, &movie->shown[40]) == (i == 0));
        const struct emu_cursor *cursor = &movie->cursors[40];
        unsigned at = (unsigned)(cursor->y + 2) * player.width + (unsigned)cursor->x - 1 + 3;
        CHECK(i == 0 || player.canvas[at] == (cursor->pixels[2 * 8 + 3] & 0xffffff));
        g_free(player.canvas);
        g_byte_array_unref(player.packed);
        g_byte_array_unref(files[i]);
    }
    disp_recording_free(recording);
    rig_movie_free(movie);
}

static const struct test_case cases[] = {
    {"recording: the hash", test_hash},
    {"recording: what changed", test_changes},
    {"recording: written and read", test_round},
    {"recording: files that are none", test_names},
    {"recording: cut off anywhere", test_prefix},
    {"recording: damage is found", test_damage},
    {"recording: after a power cut", test_power_cut},
    {"recording: a full disk", test_full},
    {"recording: a screen", test_live},
    {"recording: a slow disk", test_slow},
    {"recording: left in the middle", test_leave},
    {"recording: animated PNG", test_apng},
    {"recording: PNG", test_png},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
