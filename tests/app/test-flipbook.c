/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flip-book over a recording of known pictures: steps, jumps, screens, damage; films in threads
 * that are waited for and stopped. */
#include "app/flipbook/flipbook.h"

#include <glib/gstdio.h>

#include "app/flipbook/film.h"
#include "tests/display/recording-rig.h"
#include "tests/test.h"

/* The page shows what the movie had. */
static bool page_is(const struct rig_movie *movie, const struct lathe_flipbook *book)
{
    struct lathe_flipbook_page page = lathe_flipbook_get_page(book);

    return page.good && rig_same(page.surface, &movie->shown[page.index]);
}

static void test_steps(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct lathe_flipbook *book = lathe_flipbook_new(movie->path, NULL);
    size_t count = lathe_flipbook_count(book, 0);

    CHECK_EQ(count + lathe_flipbook_count(book, 1), RIG_FRAMES);
    CHECK_EQ(lathe_flipbook_count(book, 2), 0);
    CHECK_EQ(lathe_flipbook_get_page(book).position, 0);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(lathe_flipbook_get_page(book).position, i);
        CHECK(page_is(movie, book));
        CHECK(lathe_flipbook_step(book, 1, NULL));
    }
    CHECK_EQ(lathe_flipbook_get_page(book).position, count - 1); /* the end stays */
    CHECK(lathe_flipbook_step(book, -7, NULL));
    CHECK_EQ(lathe_flipbook_get_page(book).position, count - 8);
    CHECK(page_is(movie, book));
    CHECK(lathe_flipbook_step(book, INT_MIN, NULL));
    CHECK_EQ(lathe_flipbook_get_page(book).position, 0);
    CHECK(lathe_flipbook_go(book, SIZE_MAX, NULL));
    CHECK_EQ(lathe_flipbook_get_page(book).position, count - 1);
    CHECK(page_is(movie, book));
    lathe_flipbook_free(book);
    rig_movie_free(movie);
}

/* Another screen is shown as it was at the same time. */
static void test_heads(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct lathe_flipbook *book = lathe_flipbook_new(movie->path, NULL);
    GError *error = NULL;

    CHECK(lathe_flipbook_go(book, 9, NULL));
    uint64_t time = lathe_flipbook_get_page(book).frame->time;
    CHECK(lathe_flipbook_set_head(book, 1, NULL));
    struct lathe_flipbook_page page = lathe_flipbook_get_page(book);
    CHECK_EQ(page.head, 1);
    CHECK(page.frame->time <= time && page_is(movie, book));
    CHECK(lathe_flipbook_step(book, 1, NULL));
    CHECK(lathe_flipbook_get_page(book).frame->time > time);
    size_t before = lathe_flipbook_get_page(book).index;
    CHECK(!lathe_flipbook_set_head(book, 7, &error));
    CHECK_STR(error->message, "the recording has no frame of screen 8");
    g_clear_error(&error);
    CHECK_EQ(lathe_flipbook_get_page(book).index, before);
    lathe_flipbook_free(book);
    rig_movie_free(movie);
}

static void test_words(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct lathe_flipbook *book = lathe_flipbook_new(movie->path, NULL);
    struct lathe_flipbook_page page = lathe_flipbook_get_page(book);
    g_autofree char *words = lathe_flipbook_describe(&page);
    g_autofree char *wanted =
        g_strdup_printf("Frame 1 of %zu, %.6f s, %u×%u", page.count, (double)page.frame->time / 1e9,
                        page.surface->width, page.surface->height);
    g_autofree char *hash = lathe_flipbook_describe_hash(&page);
    g_autoptr(GBytes) png = lathe_flipbook_encode(book, TRUE, NULL);

    CHECK_STR(words, wanted);
    CHECK(g_str_has_suffix(hash, "which the picture has"));
    CHECK(memcmp(g_bytes_get_data(png, NULL), "\x89PNG", 4) == 0);
    lathe_flipbook_free(book);
    rig_movie_free(movie);
}

/* What is damaged after it was opened is an error of the step, and the page stays. */
static void test_damage(void)
{
    struct rig_movie *movie = rig_movie_new();
    struct lathe_flipbook *book = lathe_flipbook_new(movie->path, NULL);
    GError *error = NULL;
    size_t last = lathe_flipbook_count(book, 0) - 1;

    CHECK(lathe_flipbook_go(book, last, NULL));
    uint64_t offset = lathe_flipbook_get_page(book).frame->offset;
    CHECK(lathe_flipbook_go(book, 0, NULL));
    FILE *file = g_fopen(movie->path, "r+");
    fseek(file, (long)offset + 8, SEEK_SET);
    for (unsigned i = 0; i < 40; i++)
        fputc(0xff, file);
    fclose(file);
    CHECK(!lathe_flipbook_go(book, last, &error));
    CHECK(error != NULL && strchr(error->message, '\n') == NULL);
    g_clear_error(&error);
    CHECK_EQ(lathe_flipbook_get_page(book).position, 0);
    CHECK(page_is(movie, book));
    lathe_flipbook_free(book);
    rig_movie_free(movie);
}

static void test_no_recording(void)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "lathe-flipbook-none", NULL);
    GError *error = NULL;

    CHECK(lathe_flipbook_new("/nonexistent/file", &error) == NULL);
    g_clear_error(&error);
    g_file_set_contents(path, "something else", -1, NULL);
    CHECK(lathe_flipbook_new(path, &error) == NULL);
    CHECK(error != NULL && strchr(error->message, '\n') == NULL);
    g_clear_error(&error);
    g_unlink(path);
    lathe_flipbook_free(NULL);
}

/* ---- films ---- */

struct film_run {
    GMainLoop *loop;
    GCancellable *stops; /* at the first progress; NULL: it does not */
    double share;
    bool good;
    GError *error;
};

static void film_on_progress(gpointer data, double share)
{
    struct film_run *run = data;

    CHECK(share > run->share && share <= 1);
    run->share = share;
}

static void film_on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    struct film_run *run = data;

    run->good = lathe_film_write_finish(result, &run->error);
    g_main_loop_quit(run->loop);
}

static void film_make(struct film_run *run, const char *recording, const char *path)
{
    const struct disp_export export = {.head = 1, .to = UINT64_MAX};

    run->loop = g_main_loop_new(NULL, FALSE);
    lathe_film_write_async(recording, &export, path, run->stops, film_on_progress, film_on_done,
                           run);
    g_main_loop_run(run->loop);
    g_main_loop_unref(run->loop);
}

static void test_films(void)
{
    struct rig_movie *movie = rig_movie_new();
    g_autofree char *path = g_strconcat(movie->path, ".png", NULL);
    struct film_run run = {0}, again = {0}, stopped = {.stops = g_cancellable_new()};
    g_autofree char *data = NULL;
    gsize length = 0;

    film_make(&run, movie->path, path);
    CHECK(run.good && g_file_get_contents(path, &data, &length, NULL));
    CHECK(length > 100 && memcmp(data, "\x89PNG", 4) == 0);
    film_make(&again, movie->path, path); /* it is there */
    CHECK(!again.good && again.error != NULL);
    g_clear_error(&again.error);
    g_unlink(path);
    g_cancellable_cancel(stopped.stops);
    film_make(&stopped, movie->path, path);
    CHECK(!stopped.good && g_error_matches(stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
    CHECK(!g_file_test(path, G_FILE_TEST_EXISTS));
    g_clear_error(&stopped.error);
    g_object_unref(stopped.stops);
    rig_movie_free(movie);
}

static const struct test_case cases[] = {
    {"flip-book: steps and ends", test_steps},
    {"flip-book: screens", test_heads},
    {"flip-book: words", test_words},
    {"flip-book: damage", test_damage},
    {"flip-book: files that are none", test_no_recording},
    {"flip-book: films, and stopped ones", test_films},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
