/* SPDX-License-Identifier: GPL-3.0-or-later */
/* display/: where pictures lie, how they are scaled, when a screen is looked at, PNG files. */
#include <glib/gstdio.h>
#include <gio/gio.h>

#include "display/core/geometry.h"
#include "display/core/pace.h"
#include "display/core/scaler.h"
#include "display/core/screen.h"
#include "display/record/picture.h"
#include "emulator/api/input.h"
#include "tests/app/fake-display.h"
#include "tests/test.h"

/* ---- geometry ---- */

static void test_place(void)
{
    static const struct {
        enum disp_scaling scaling;
        struct disp_size guest, view;
        struct disp_rect place;
    } rows[] = {
        {DISP_SCALE_FIT, {640, 480}, {1280, 960}, {0, 0, 1280, 960}},
        {DISP_SCALE_FIT, {640, 480}, {800, 700}, {0, 50, 800, 600}},
        {DISP_SCALE_FIT, {640, 480}, {1000, 480}, {180, 0, 640, 480}},
        {DISP_SCALE_FIT, {640, 480}, {320, 480}, {0, 120, 320, 240}},
        {DISP_SCALE_FIT, {1024, 768}, {1040, 800}, {8, 16, 1024, 768}}, /* not worth the blur */
        {DISP_SCALE_FIT, {1024, 768}, {1280, 960}, {0, 0, 1280, 960}},  /* 125 % is */
        {DISP_SCALE_FIT, {16384, 1}, {100, 100}, {0, 49, 100, 1}},
        {DISP_SCALE_NATIVE, {640, 480}, {1280, 960}, {320, 240, 640, 480}},
        {DISP_SCALE_NATIVE, {640, 480}, {600, 400}, {-20, -40, 640, 480}},
        {DISP_SCALE_WHOLE, {640, 480}, {1919, 1080}, {319, 60, 1280, 960}},
        {DISP_SCALE_WHOLE, {640, 480}, {320, 480}, {0, 120, 320, 240}},
        {DISP_SCALE_FIT, {0, 0}, {320, 480}, {0, 0, 0, 0}},
        {DISP_SCALE_FIT, {640, 480}, {0, 480}, {0, 0, 0, 0}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct disp_rect place = disp_place(rows[i].scaling, rows[i].guest, rows[i].view).place;
        if (memcmp(&place, &rows[i].place, sizeof(place)) != 0)
            fprintf(stderr, "row %zu: %d %d %u %u\n", i, place.x, place.y, place.width,
                    place.height);
        CHECK(memcmp(&place, &rows[i].place, sizeof(place)) == 0);
    }
}

/* Each device pixel shows a pixel of the guest's whose cover contains it. */
static void test_pick_and_cover(void)
{
    static const struct disp_size views[] = {{1280, 960}, {800, 600}, {333, 777}, {640, 480}};

    for (size_t v = 0; v < G_N_ELEMENTS(views); v++) {
        struct disp_placement p =
            disp_place(DISP_SCALE_FIT, (struct disp_size){640, 480}, views[v]);
        for (unsigned i = 0; i < p.place.width; i++) {
            unsigned x, y;
            double at = p.place.x + i + 0.5;
            CHECK(disp_placement_pick(&p, at, p.place.y + 0.5, &x, &y));
            const struct emu_rect pixel = {x, y, 1, 1};
            struct disp_rect cover = disp_placement_cover(&p, &pixel);
            CHECK(cover.x <= at && at < cover.x + (int)cover.width);
        }
    }
}

static void test_pick_outside(void)
{
    struct disp_placement p =
        disp_place(DISP_SCALE_NATIVE, (struct disp_size){100, 50}, (struct disp_size){200, 100});
    unsigned x, y;

    CHECK(!disp_placement_pick(&p, -5, 10, &x, &y));
    CHECK(x == 0 && y == 0);
    CHECK(!disp_placement_pick(&p, 1e9, 1e9, &x, &y));
    CHECK(x == 99 && y == 49);
    p = (struct disp_placement){0};
    CHECK(!disp_placement_pick(&p, 1, 1, &x, &y));
}

/* A guest that divides its width among 32768 positions finds the pixel that was meant. */
static void test_pointer_position(void)
{
    static const unsigned sizes[] = {1, 2, 640, 1280, 1366, 5120, 16384};

    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        for (unsigned i = 0; i < sizes[s]; i++) {
            int position = disp_pointer_position(i, sizes[s]);
            CHECK(position >= 0 && position <= EMU_POINTER_MAX);
            CHECK_EQ((uint64_t)position * sizes[s] / 32768, i);
        }
    }
}

/* ---- scaling ---- */

static uint32_t *scale(const uint32_t *from, struct disp_size a, struct disp_size b)
{
    struct disp_scaler *scaler = disp_scaler_new(a, b);
    uint32_t *to = g_new0(uint32_t, (gsize)b.width * b.height);
    const struct disp_rect all = {-3, -3, b.width + 10, b.height + 10};

    disp_scaler_run(scaler, from, a.width, to, b.width, &all);
    disp_scaler_free(scaler);
    return to;
}

static void test_whole_steps(void)
{
    static const uint32_t from[6] = {0x102030, 0xffffff, 0, 0x00ff00, 0x808080, 0xff};
    g_autofree uint32_t *to = scale(from, (struct disp_size){3, 2}, (struct disp_size){9, 6});

    for (unsigned i = 0; i < 54; i++)
        CHECK_EQ(to[i], from[i / 27 * 3 + i % 9 / 3]);
}

/* At 150 % two pixels become three: the outer ones are pure, the middle one is the mean. */
static void test_half_steps(void)
{
    static const uint32_t from[2] = {0xffffff, 0x000000};
    g_autofree uint32_t *to = scale(from, (struct disp_size){2, 1}, (struct disp_size){3, 1});

    CHECK_EQ(to[0], 0xffffff);
    CHECK_EQ(to[1], 0x808080);
    CHECK_EQ(to[2], 0x000000);
}

/* One colour stays that colour at every ratio, up and down. */
static void test_flat(void)
{
    enum { SIZE = 37 };
    uint32_t from[SIZE * SIZE];

    for (unsigned i = 0; i < SIZE * SIZE; i++)
        from[i] = 0xfeff01;
    for (unsigned size = 1; size < 120; size += 7) {
        g_autofree uint32_t *to =
            scale(from, (struct disp_size){SIZE, SIZE}, (struct disp_size){size, 120 - size});
        for (unsigned i = 0; i < size * (120 - size); i++)
            CHECK_EQ(to[i], 0xfeff01);
    }
}

/* A white line of one pixel in ten is a tenth of the light wherever it is. */
static void test_shrink(void)
{
    uint32_t from[100] = {0};

    for (unsigned i = 0; i < 10; i++)
        from[i * 10 + i] = 0xffffff;
    g_autofree uint32_t *to = scale(from, (struct disp_size){10, 10}, (struct disp_size){10, 1});
    for (unsigned i = 0; i < 10; i++)
        CHECK((to[i] & 0xff) >= 25 && (to[i] & 0xff) <= 27);
}

/* Part by part it is the same picture as at once. */
static void test_parts(void)
{
    enum { FROM = 50, TO = 83 };
    uint32_t from[FROM * FROM], parts[TO * TO];
    struct disp_size a = {FROM, FROM}, b = {TO, TO};
    struct disp_scaler *scaler = disp_scaler_new(a, b);

    for (unsigned i = 0; i < FROM * FROM; i++)
        from[i] = i * 2654435761u >> 8;
    g_autofree uint32_t *whole = scale(from, a, b);
    for (int y = 0; y < TO; y += 10) {
        for (int x = 0; x < TO; x += 17) {
            const struct disp_rect rect = {x, y, 17, 10};
            disp_scaler_run(scaler, from, FROM, parts, TO, &rect);
        }
    }
    CHECK(memcmp(whole, parts, sizeof(parts)) == 0);
    disp_scaler_free(scaler);
}

/* ---- the pace ---- */

/* Plays seconds of looks of which each finds a change or not; how many there were. */
static unsigned looks(struct disp_pace *pace, int64_t *now, double seconds, bool changed,
                      bool resting)
{
    int64_t end = *now + (int64_t)(seconds * 1e6);
    unsigned count = 0;

    for (; pace->due < end; count++) {
        *now = MAX(*now, pace->due);
        disp_pace_looked(pace, *now, changed, resting);
    }
    *now = end;
    return count;
}

static void test_pace(void)
{
    struct disp_pace pace = {0};
    int64_t now = 5000000;

    disp_pace_wake(&pace, now);
    CHECK(looks(&pace, &now, 0.4, false, false) >= 23); /* at once, whatever it finds */
    looks(&pace, &now, 2, false, false);
    CHECK(looks(&pace, &now, 10, false, false) <= 81);
    unsigned film = looks(&pace, &now, 1, true, false);
    CHECK(film >= 55 && film <= 61); /* at full speed within a few frames */
    looks(&pace, &now, 4, false, true);
    CHECK(looks(&pace, &now, 10, false, true) <= 21);
    disp_pace_wake(&pace, now);
    CHECK(pace.due - now <= DISP_PACE_FASTEST);
    now += 60000000; /* the host slept: no hurry to make up for it */
    CHECK(looks(&pace, &now, 1, true, false) <= 61);
}

/* ---- a screen ---- */

struct seen {
    unsigned updates, gone;
    struct emu_display_update last;
};

static void seen_changed(void *opaque, const struct emu_display_update *update)
{
    struct seen *seen = opaque;

    seen->gone += update == NULL;
    if (update != NULL) {
        seen->updates++;
        seen->last = *update;
    }
}

static void spin(unsigned milliseconds)
{
    gint64 end = g_get_monotonic_time() + milliseconds * 1000;

    while (g_get_monotonic_time() < end) {
        g_main_context_iteration(NULL, FALSE);
        g_usleep(1000);
    }
}

/* Until there were so many updates, some seconds at most, and then for a while: more may come. */
static void spin_until(const struct seen *seen, unsigned updates)
{
    for (unsigned i = 0; i < 100 * test_patience() && seen->updates < updates; i++)
        spin(100);
    spin(100);
}

static void test_screen(void)
{
    struct emu_display *display = fake_display_new("screen");
    struct disp_screen *screen = disp_screen_new();
    struct seen seen = {0};
    const struct disp_listener listener = {seen_changed, &seen};

    disp_screen_add_listener(screen, &listener);
    disp_screen_prefer_size(screen, 800, 99999);
    disp_screen_connect(screen, display);
    CHECK_EQ(seen.gone, 1);
    disp_screen_set_running(screen, true);
    fake_display_command(display, "mode", "320 200");
    spin(100);
    CHECK_EQ(seen.updates, 0); /* nobody watches */
    disp_screen_watch(screen, true);
    spin_until(&seen, 1);
    CHECK_EQ(seen.updates, 1);
    CHECK(seen.last.resized && disp_screen_get_state(screen) == EMU_DISPLAY_GRAPHICS);
    CHECK_EQ(disp_screen_get_surface(screen)->width, 320);
    fake_display_command(display, "dark", "");
    spin_until(&seen, 2);
    CHECK(seen.updates == 2 && disp_screen_get_state(screen) == EMU_DISPLAY_OFF);
    char size[32];
    fake_display_preferred(display, size, sizeof(size));
    CHECK_STR(size, "800x16384"); /* also for a display that came later */
    disp_screen_connect(screen, NULL);
    fake_display_free(display);
    spin(600);
    CHECK(seen.updates == 2 && seen.gone == 2);
    CHECK_EQ(disp_screen_get_surface(screen)->width, 320); /* the last picture stays */
    disp_screen_remove_listener(screen, &seen);
    disp_screen_free(screen);
}

static void test_screen_film(void)
{
    struct emu_display *display = fake_display_new("screen");
    struct disp_screen *screen = disp_screen_new();
    struct seen seen = {0};
    const struct disp_listener listener = {seen_changed, &seen};

    fake_display_command(display, "mode", "640 480");
    fake_display_command(display, "film", "");
    disp_screen_add_listener(screen, &listener);
    disp_screen_connect(screen, display);
    disp_screen_set_running(screen, true);
    gint64 start = g_get_monotonic_time();
    disp_screen_watch(screen, true);
    spin_until(&seen, 16);
    gint64 frames = (g_get_monotonic_time() - start) / DISP_PACE_FASTEST;
    CHECK(seen.updates > 15 && seen.updates <= frames + 2); /* all, on a host that has the time */
    disp_screen_watch(screen, false);
    disp_screen_remove_listener(screen, &seen);
    disp_screen_free(screen);
    fake_display_free(display);
}

/* ---- PNG ---- */

static void test_picture(void)
{
    uint32_t pixels[6] = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0x000000, 0x123456};
    struct emu_surface surface = {.width = 3, .height = 2, .pixels = pixels};
    struct emu_surface nothing = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png = disp_picture_encode(&surface, &error);

    CHECK(png != NULL && error == NULL);
    if (png != NULL) {
        const guint8 *data = g_bytes_get_data(png, NULL);
        CHECK(memcmp(data, "\211PNG\r\n\032\n", 8) == 0);
        CHECK(data[19] == 3 && data[23] == 2);
    }
    CHECK(disp_picture_encode(&nothing, &error) == NULL && error != NULL);
    g_clear_error(&error);
    CHECK(!disp_picture_save(&surface, "/nowhere/at/all.png", &error) && error != NULL);
}

static const struct test_case cases[] = {
    {"display: places", test_place},
    {"display: pixels under points", test_pick_and_cover},
    {"display: points outside", test_pick_outside},
    {"display: pointer positions", test_pointer_position},
    {"display: whole steps are squares", test_whole_steps},
    {"display: half steps", test_half_steps},
    {"display: flat colours", test_flat},
    {"display: smaller pictures", test_shrink},
    {"display: scaling in parts", test_parts},
    {"display: pace", test_pace},
    {"display: screen", test_screen},
    {"display: film", test_screen_film},
    {"display: PNG", test_picture},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
