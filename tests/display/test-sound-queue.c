/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue between two clocks: pieces that come unevenly, clocks that differ, bursts, gaps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "display/sound/queue.h"
#include "tests/test.h"

#define RATE  48000u
#define NOTE  440.0
#define LOUD  16000.0
#define PIECE 960u /* frames: the most that is moved at once here */

/* Somebody who plays a sine, and somebody who hears it. */
struct scene {
    struct disp_sound_queue *queue;
    uint64_t put, taken; /* frames */
    uint64_t ups;        /* zero crossings of what was heard, since `from` */
    double first_up, last_up;
    int16_t last, before;
    double worst; /* how far a sample was from where the two before it lead */
    size_t most;  /* that waited */
    uint64_t from;
};

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){.queue = disp_sound_queue_new()};
    CHECK(scene->queue != NULL);
    disp_sound_queue_start(scene->queue, RATE);
}

static void scene_put(struct scene *scene, size_t frames)
{
    int16_t samples[2 * PIECE];

    for (size_t i = 0; i < frames; i++, scene->put++) {
        samples[2 * i] = (int16_t)lrint(LOUD * sin(2 * M_PI * NOTE * (double)scene->put / RATE));
        samples[2 * i + 1] = (int16_t)-samples[2 * i];
    }
    disp_sound_queue_put(scene->queue, samples, frames);
}

static void scene_hear(struct scene *scene, int16_t sample)
{
    double factor = 2 * cos(2 * M_PI * NOTE / RATE);
    double off = fabs(sample - factor * scene->last + scene->before);

    if (scene->taken > scene->from && off > scene->worst)
        scene->worst = off;
    if (scene->last <= 0 && sample > 0 && scene->taken > scene->from) {
        scene->last_up = (double)scene->taken - (double)sample / (sample - scene->last);
        if (scene->ups++ == 0)
            scene->first_up = scene->last_up;
    }
    scene->before = scene->last;
    scene->last = sample;
    scene->taken++;
}

static size_t scene_take(struct scene *scene, size_t frames)
{
    int16_t samples[2 * PIECE];
    size_t waiting = disp_sound_queue_get_status(scene->queue).waiting;
    size_t sound = disp_sound_queue_take(scene->queue, samples, frames);

    scene->most = waiting > scene->most ? waiting : scene->most;
    for (size_t i = 0; i < frames; i++) {
        CHECK(abs(samples[2 * i] + samples[2 * i + 1]) <= 1);
        scene_hear(scene, samples[2 * i]);
    }
    return sound;
}

/* From here on it is measured. */
static void scene_measure(struct scene *scene)
{
    scene->from = scene->taken + 2;
    scene->ups = 0;
    scene->worst = 0;
    scene->most = 0;
}

static double scene_note(const struct scene *scene)
{
    return scene->ups > 2 ? RATE * (double)(scene->ups - 1) / (scene->last_up - scene->first_up) : 0;
}

static struct disp_sound_queue_status scene_end(struct scene *scene)
{
    struct disp_sound_queue_status status = disp_sound_queue_get_status(scene->queue);

    disp_sound_queue_free(scene->queue);
    return status;
}

/* One clock's device moves `in` each 10 ms of the other's. */
static void scene_run(struct scene *scene, double in, unsigned seconds)
{
    double due = 0;

    for (unsigned i = 0; i < 100 * seconds; i++) {
        due += in;
        scene_put(scene, (size_t)due);
        due -= floor(due);
        scene_take(scene, RATE / 100);
    }
}

/* ---- cases ---- */

/* The same clock: as it was, bit for bit, once it has begun; 30 ms later. */
static void test_plain(void)
{
    struct disp_sound_queue_status status;
    struct scene scene;

    scene_init(&scene);
    scene_run(&scene, RATE / 100, 1);
    scene_measure(&scene);
    scene_run(&scene, RATE / 100, 5);
    CHECK(scene.worst <= 4);
    CHECK(fabs(scene_note(&scene) - NOTE) < 0.05);
    CHECK(scene.most <= RATE * 35 / 1000);
    status = scene_end(&scene);
    CHECK_EQ(status.underruns, 0);
    CHECK_EQ(status.cut, 0);
    CHECK_EQ(status.margin, DISP_SOUND_MARGIN);
}

/* Pieces of 5 ms that come late by up to 15 ms, the lost time made up in one go. */
static void test_uneven(void)
{
    struct disp_sound_queue_status status;
    struct scene scene;
    unsigned owed = 0, random = 1;

    scene_init(&scene);
    for (unsigned i = 0; i < 200 * 20; i++) {
        if (i == 400)
            scene_measure(&scene);
        scene_put(&scene, RATE / 200);
        random = random * 1103515245 + 12345;
        owed++;
        for (; owed == 4 || (owed != 0 && (random >> 16 & 1)); owed--)
            scene_take(&scene, RATE / 200);
    }
    CHECK(scene.worst < 20);
    CHECK(fabs(scene_note(&scene) - NOTE) < 0.5);
    status = scene_end(&scene);
    CHECK_EQ(status.underruns, 0);
    CHECK_EQ(status.cut, 0);
}

/* A device that is faster or slower: nothing is lost, no gap, and the wait stays bounded; where the
 * clocks differ very much this is so once that is learned. */
static void test_drift(void)
{
    static const double percents[] = {-1.5, -0.5, -0.02, 0.02, 0.5, 1.5};

    for (unsigned i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        double ratio = 1 + percents[i] / 100;
        struct disp_sound_queue_status status, learned;
        struct scene scene;

        scene_init(&scene);
        scene_run(&scene, RATE / 100 * ratio, 40);
        learned = disp_sound_queue_get_status(scene.queue);
        CHECK(fabs(percents[i]) > 1 ? learned.underruns <= 1 : learned.underruns == 0);
        CHECK(fabs(percents[i]) > 1 || learned.cut == 0);
        scene_measure(&scene);
        scene_run(&scene, RATE / 100 * ratio, 40);
        CHECK(fabs(scene_note(&scene) - NOTE * ratio) < 0.1);
        CHECK(scene.worst < 20);
        CHECK(scene.most <= RATE * 60 / 1000);
        status = scene_end(&scene);
        CHECK_EQ(status.underruns, learned.underruns);
        CHECK_EQ(status.cut, learned.cut);
        CHECK(abs(status.drift - (int)(percents[i] * 10000)) < 500);
    }
}

/* Whoever takes stands still for longer and longer, and then takes all at once. */
static void test_stalls(void)
{
    struct disp_sound_queue_status status;
    struct scene scene;

    scene_init(&scene);
    for (unsigned i = 0; i < 100 * 60; i++) {
        scene_put(&scene, RATE / 100);
        if (i % 10 == 9) /* after 100 ms */
            for (unsigned k = 0; k < 10; k++)
                scene_take(&scene, RATE / 100);
        if (i == 100 * 30)
            scene_measure(&scene);
    }
    CHECK(scene.worst < 20); /* no gap any more */
    CHECK(scene.most <= RATE * (100 + DISP_SOUND_MOST + DISP_SOUND_EXCESS) / 1000);
    CHECK(fabs(scene_note(&scene) - NOTE) < 2);
    status = scene_end(&scene);
    CHECK(status.underruns <= 2);
}

/* Whoever puts went away: silence, then one gap, not many; and what came in a burst is cut. */
static void test_gap(void)
{
    struct disp_sound_queue_status status;
    struct scene scene;

    scene_init(&scene);
    scene_run(&scene, RATE / 100, 2);
    scene_run(&scene, 0, 1);
    CHECK_EQ(disp_sound_queue_get_status(scene.queue).underruns, 1);
    CHECK_EQ(disp_sound_queue_get_status(scene.queue).margin, DISP_SOUND_MARGIN + 10);
    for (unsigned i = 0; i < 20; i++)
        scene_put(&scene, PIECE); /* 400 ms at once */
    CHECK(disp_sound_queue_get_status(scene.queue).waiting <= RATE * DISP_SOUND_LIMIT / 1000);
    CHECK_EQ(scene_take(&scene, RATE / 100), RATE / 100);
    CHECK(disp_sound_queue_get_status(scene.queue).waiting <=
          RATE * (40 + DISP_SOUND_MARGIN + 10) / 1000);
    scene_run(&scene, RATE / 100, 31); /* calm: the margin is what it was */
    status = scene_end(&scene);
    CHECK_EQ(status.underruns, 1);
    CHECK_EQ(status.margin, DISP_SOUND_MARGIN);
    CHECK(status.cut > RATE / 10);
}

/* The end of a sound is heard to its last frame, and is no fault; nor is a short one kept back. */
static void test_end(void)
{
    int16_t samples[2 * 100], out[2 * 200];
    struct disp_sound_queue *queue = disp_sound_queue_new();

    for (int i = 0; i < 200; i++)
        samples[i] = (int16_t)(i + 1);
    disp_sound_queue_start(queue, RATE);
    disp_sound_queue_put(queue, samples, 100);
    CHECK_EQ(disp_sound_queue_take(queue, out, 200), 0);
    disp_sound_queue_end(queue);
    CHECK_EQ(disp_sound_queue_take(queue, out, 200), 100);
    CHECK(memcmp(out, samples, sizeof(samples)) == 0);
    CHECK(out[200] == 0 && out[399] == 0);
    CHECK_EQ(disp_sound_queue_get_status(queue).underruns, 0);
    disp_sound_queue_start(queue, 8000); /* and what waits is forgotten with a new one */
    CHECK_EQ(disp_sound_queue_get_status(queue).waiting, 0);
    disp_sound_queue_free(queue);
    disp_sound_queue_free(NULL);
}

/* Pieces of all sizes at the ends of what rates there are: nothing is out of bounds. */
static void test_sizes(void)
{
    static const unsigned rates[] = {EMU_AUDIO_MIN_RATE, RATE, EMU_AUDIO_MAX_RATE};
    struct disp_sound_queue *queue = disp_sound_queue_new();
    int16_t *samples = calloc(100000, sizeof(int16_t[2]));
    unsigned random = 7;

    for (unsigned i = 0; i < 3000; i++) {
        random = random * 1103515245 + 12345;
        if (i % 100 == 0)
            disp_sound_queue_start(queue, rates[i / 100 % 3]);
        if (random >> 30 & 1)
            disp_sound_queue_put(queue, samples, (random >> 12) % (i % 7 == 0 ? 100000 : 3000));
        else
            CHECK(disp_sound_queue_take(queue, samples, (random >> 12) % 5000) < 5000);
        CHECK(disp_sound_queue_get_status(queue).waiting <=
              (size_t)disp_sound_queue_get_status(queue).rate * DISP_SOUND_LIMIT / 1000);
    }
    free(samples);
    disp_sound_queue_free(queue);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"sound-queue-plain", test_plain}, {"sound-queue-uneven", test_uneven},
        {"sound-queue-drift", test_drift}, {"sound-queue-stalls", test_stalls},
        {"sound-queue-gap", test_gap},     {"sound-queue-end", test_end},
        {"sound-queue-sizes", test_sizes}, {NULL},
    };

    return test_main(argc, argv, cases);
}
